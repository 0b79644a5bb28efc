// Test data outside the repository: ../shared/data next to the checkout, or the folder that OBELISC_DATA names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { ZSTDDecoder } from 'zstddec';

const root = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** Why tests that need a data set are skipped, or false when it's there. */
export function missing(dataSet: string): string | false {
  return existsSync(join(root, dataSet)) ? false : `no test data at ${join(root, dataSet)}: set OBELISC_DATA`;
}

/** Upper bound of what any of the files holds, in bytes. */
const LARGEST_FILE = 64 << 20;

const zstd = new ZSTDDecoder();
await zstd.init();

/** A file's text; unpacked when it ends in .gz or .zst. */
export function readText(path: string): string {
  const bytes = readFileSync(join(root, path));
  if (path.endsWith('.zst')) return Buffer.from(zstd.decode(bytes, LARGEST_FILE)).toString('utf8');
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The values of a file of one JSON value a line. */
export function readLines(path: string): unknown[] {
  return readText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
