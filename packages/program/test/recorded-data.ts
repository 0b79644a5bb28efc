// Recorded chains: data outside the repository, in ../shared/data beside it or where OBELISC_DATA points, read in place.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const data = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** One recorded chain's files. */
export interface RecordedChain {
  /** For `test(name, { skip }, …)`: why tests of the chain can't run, or false. */
  readonly skip: string | false;
  /** A file's text; gunzipped when its name ends in .gz. */
  text(name: string): string;
  /** The values of a file of one JSON value a line. */
  lines<T>(name: string): T[];
}

export function recordedChain(chain: string): RecordedChain {
  const folder = join(data, chain);
  const text = (name: string): string => {
    const bytes = readFileSync(join(folder, name));
    return (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  };
  return {
    skip: existsSync(folder) ? false : `no recorded chain at ${folder}`,
    text,
    lines: <T>(name: string) =>
      text(name)
        .split('\n')
        .filter((line) => line.length > 0)
        .map((line) => JSON.parse(line) as T),
  };
}
