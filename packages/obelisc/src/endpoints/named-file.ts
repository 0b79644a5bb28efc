// Files that flags name.
import { GivenFileError, readGiven } from '@obelisc/host/run';
import { UsageError } from '../terminal/failure.js';

/** The bytes of the file at `path`, which `--flag` names, at most `most` of them. Throws UsageError. */
export function readNamedFile(flag: string, path: string, most: number): Buffer {
  try {
    return readGiven(path, most);
  } catch (error) {
    if (!(error instanceof GivenFileError)) throw error;
    throw new UsageError(`--${flag} names a file that cannot be read: ${error.message}`);
  }
}
