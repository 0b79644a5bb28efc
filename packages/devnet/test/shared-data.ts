// Test data outside the repository: ../shared/data next to the checkout, or the folder that OBELISC_DATA names.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** Why tests that need a data set are skipped, or false when it's there. */
export function missing(dataSet: string): string | false {
  return existsSync(join(root, dataSet)) ? false : `no test data at ${join(root, dataSet)}: set OBELISC_DATA`;
}

/** A file's text; gunzipped when it ends in .gz. */
export function readText(path: string): string {
  const bytes = readFileSync(join(root, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** The values of a file of one JSON value a line. */
export function readLines(path: string): unknown[] {
  return readText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
