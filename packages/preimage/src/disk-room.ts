/** How much room a disk, and a limit on the size of files, have left, asked for seldom. */
import { readFileSync, statfsSync, statSync } from 'node:fs';

/** What is kept free, for the pages that a write changes beside its own and for what others write meanwhile. */
const SPARE_BYTES = 4 * 1024 * 1024;
/** After so much was written, or so long, the disk is asked anew: others write on it, too. */
const TRUSTED_BYTES = 16 * 1024 * 1024;
const TRUSTED_MS = 1000;

type Statfs = (path: string) => { bavail: number; blocks: number; bsize: number };

export class DiskFullError extends Error {
  override name = 'DiskFullError';
  readonly code = 'ENOSPC';
  constructor(left: number) {
    super(`the disk is full: ${left} bytes are left`);
  }
}

export class FileLimitError extends Error {
  override name = 'FileLimitError';
  readonly code = 'EFBIG';
  constructor(limit: number, size: number) {
    super(
      `it has ${size} bytes, and no file may have more than ${limit} here (ulimit -f), some of which are kept free`,
    );
  }
}

/**
 * Returns what is to be called before `bytes` are written to `file` in `folder`. It throws DiskFullError where the disk may not have
 * room for them, FileLimitError where the file may not grow so far, which spares LMDB the write: its message about one that failed is larger than the buffer it puts it in.
 */
export function diskRoom(
  folder: string,
  statfs: Statfs = statfsSync,
  now = () => performance.now(),
  file?: { readonly path: string; readonly limit: number },
): (bytes: number) => void {
  let room = 0;
  let until = Number.NEGATIVE_INFINITY;
  return (bytes) => {
    // A tree's pages are copied where they change.
    const needed = 2 * bytes;
    if (room < needed || now() >= until) {
      const left = bytesLeft(folder, statfs);
      if (left - SPARE_BYTES < needed) throw new DiskFullError(left);
      const size = file === undefined || file.limit === Number.POSITIVE_INFINITY ? 0 : sizeOf(file.path);
      const growth = (file?.limit ?? Number.POSITIVE_INFINITY) - size;
      if (file !== undefined && growth - SPARE_BYTES < needed) throw new FileLimitError(file.limit, size);
      room = Math.min(left - SPARE_BYTES, growth - SPARE_BYTES, Math.max(TRUSTED_BYTES, needed));
      until = now() + TRUSTED_MS;
    }
    room -= needed;
  };
}

/** Infinity where the system does not tell: the write itself will. */
function bytesLeft(folder: string, statfs: Statfs): number {
  try {
    const { bavail, blocks, bsize } = statfs(folder);
    return blocks === 0 ? Number.POSITIVE_INFINITY : bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** How many bytes a file of this process may have; Infinity where there is no limit, or the system has no file that tells it. */
export function fileSizeLimit(): number {
  try {
    const [, limit] = /^Max file size +(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? [];
    return limit === undefined ? Number.POSITIVE_INFINITY : Number(limit);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
