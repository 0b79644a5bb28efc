/** How much room a disk has left, asked for seldom. */
import { statfsSync } from 'node:fs';

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

/**
 * Returns what is to be called before `bytes` are written in `folder`. It throws DiskFullError where the disk may not have room for
 * them, which spares LMDB the write: its message about one that failed is larger than the buffer it puts it in.
 */
export function diskRoom(
  folder: string,
  statfs: Statfs = statfsSync,
  now = () => performance.now(),
): (bytes: number) => void {
  let room = 0;
  let until = Number.NEGATIVE_INFINITY;
  return (bytes) => {
    // A tree's pages are copied where they change.
    const needed = 2 * bytes;
    if (room < needed || now() >= until) {
      const left = bytesLeft(folder, statfs);
      if (left - SPARE_BYTES < needed) throw new DiskFullError(left);
      room = Math.min(left - SPARE_BYTES, Math.max(TRUSTED_BYTES, needed));
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
