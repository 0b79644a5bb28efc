// Test data outside the repository: ../shared/data next to the checkout, or the folder that OBELISC_DATA names.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const root = process.env['OBELISC_DATA'] ?? fileURLToPath(new URL('../../../../../shared/data', import.meta.url));

/** Why tests that need a data set are skipped, or false when it's there. */
export function missing(dataSet: string): string | false {
  return existsSync(join(root, dataSet)) ? false : `no test data at ${join(root, dataSet)}: set OBELISC_DATA`;
}

/** A file's text; unpacked when it ends in .gz or .zst. */
export function readText(path: string): string {
  if (path.endsWith('.zst')) {
    return execFileSync('zstd', ['-dc', join(root, path)], { maxBuffer: 1 << 28 }).toString('utf8');
  }
  const bytes = readFileSync(join(root, path));
  return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
}

/** Why a data set with files in zstd can't be read, or false when it can. */
export function missingOrPacked(dataSet: string): string | false {
  const isMissing = missing(dataSet);
  if (isMissing !== false) return isMissing;
  return spawnSync('zstd', ['--version']).status === 0
    ? false
    : `${dataSet} is packed with zstd, which is not installed`;
}

/** The values of a file of one JSON value a line. */
export function readLines(path: string): unknown[] {
  return readText(path)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
