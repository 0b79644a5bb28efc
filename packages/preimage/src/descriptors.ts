/**
 * The channels as inherited file descriptors, the same numbers on both sides: a server and a detached program both read
 * the hint channel on 3 and write it on 4, and read the pre-image channel on 5 and write it on 6.
 */
import { createReadStream, createWriteStream, fstatSync, type Stats } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { WireError, type WireStreams } from './wire.js';

export const HINT_READ_FD = 3;
export const HINT_WRITE_FD = 4;
export const PREIMAGE_READ_FD = 5;
export const PREIMAGE_WRITE_FD = 6;

/** Opens descriptors 3 to 6. Throws WireError when one of them is not open: then nobody started this process as a server. */
export function inheritedStreams(): WireStreams {
  for (const fd of [HINT_READ_FD, HINT_WRITE_FD, PREIMAGE_READ_FD, PREIMAGE_WRITE_FD]) {
    // Where nobody passed descriptors, Node has its own event queue on these numbers, which is neither pipe, socket nor file.
    if (!isPolled(fd) && !isFile(fd)) {
      throw new WireError(
        `file descriptor ${fd} is not a channel; a pre-image server is started by a machine (asterisc run … -- op-program … --server), ` +
          'which gives it the descriptors 3 to 6',
      );
    }
  }
  return {
    hintReader: readable(HINT_READ_FD),
    hintWriter: writable(HINT_WRITE_FD),
    preimageReader: readable(PREIMAGE_READ_FD),
    preimageWriter: writable(PREIMAGE_WRITE_FD),
  };
}

// Pipes and sockets are polled; a file stream over them would hold a thread of the pool for as long as nothing arrives.
function readable(fd: number): Readable {
  return isPolled(fd) ? new Socket({ fd, readable: true, writable: false }) : createReadStream('', { fd });
}

function writable(fd: number): Writable {
  return isPolled(fd) ? new Socket({ fd, readable: false, writable: true }) : createWriteStream('', { fd });
}

function isPolled(fd: number): boolean {
  const stat = statOf(fd);
  return stat !== undefined && (stat.isFIFO() || stat.isSocket());
}

function isFile(fd: number): boolean {
  const stat = statOf(fd);
  return stat !== undefined && (stat.isFile() || stat.isCharacterDevice());
}

function statOf(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EBADF') return undefined;
    throw error;
  }
}
