/**
 * The channels as inherited file descriptors, the same numbers on both sides: a server and a detached program both read
 * the hint channel on 3 and write it on 4, and read the pre-image channel on 5 and write it on 6.
 */
import { createReadStream, createWriteStream, fstatSync, type Stats } from 'node:fs';
import {
  type ByteReader,
  type ByteWriter,
  descriptorReader,
  descriptorWriter,
  streamReader,
  streamWriter,
} from './channel.js';
import { channelName, type WireEnds, WireError } from './wire.js';

export const HINT_READ_FD = 3;
export const HINT_WRITE_FD = 4;
export const PREIMAGE_READ_FD = 5;
export const PREIMAGE_WRITE_FD = 6;

/** Takes descriptors 3 to 6. Throws WireError when one of them is not open: then nobody started this process as a server. */
export function inheritedEnds(): WireEnds {
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
    hintReader: reader(HINT_READ_FD, channelName('hint')),
    hintWriter: writer(HINT_WRITE_FD),
    preimageReader: reader(PREIMAGE_READ_FD, channelName('pre-image')),
    preimageWriter: writer(PREIMAGE_WRITE_FD),
  };
}

// Pipes and sockets are polled; a file stream over them would hold a thread of the pool for as long as nothing arrives.
function reader(fd: number, what: string): ByteReader {
  return isPolled(fd) ? descriptorReader(fd, what) : streamReader(createReadStream('', { fd }), what);
}

function writer(fd: number): ByteWriter {
  return isPolled(fd) ? descriptorWriter(fd) : streamWriter(createWriteStream('', { fd }));
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
