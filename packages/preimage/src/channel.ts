/**
 * The two directions of a channel. Over a pipe or socket by its descriptor they cost a third of what streams do (`npm run
 * bench:wire`): what is written fits into an empty pipe, so that writing does not wait, and what arrives is read into one
 * buffer that stays. Reading looks for a moment, then waits in the event loop, which goes on with timers, signals and the network
 * meanwhile.
 */
import { closeSync, readSync, writeSync } from 'node:fs';
import { type ConnectOpts, Socket, type SocketConstructorOpts } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { ByteQueue, type Framing, type Taken } from './byte-queue.js';
import { isErrno } from './datadir-error.js';

export type ByteReader = {
  /**
   * The next `length` bytes, undefined when the channel ends before the first of them. Rejects with TruncatedStreamError when it
   * ends among them, and with the channel's own error.
   */
  read(length: number): Taken | Promise<Taken>;
  /** The next message, its prefix included; as `read`, and rejects with what the framing throws. */
  readMessage(framing: Framing): Taken | Promise<Taken>;
  close(): void;
};

export type ByteWriter = {
  /** Settles once the channel has taken the bytes, or the first `length` of them: at once where it returns no promise. */
  write(bytes: Uint8Array, length?: number): void | Promise<void>;
  close(): void;
};

/** Reads from the pipe or socket `fd`, which it owns. `what` names it in errors. */
export function descriptorReader(fd: number, what: string): ByteReader {
  const queue = new ByteQueue(what);
  const arrived = Buffer.allocUnsafeSlow(64 * 1024);
  let paused = false;
  // The types know `onread` as an option of connections only; the constructor takes it from those.
  const options: SocketConstructorOpts & ConnectOpts = {
    fd,
    readable: true,
    writable: false,
    onread: {
      buffer: arrived,
      callback(length) {
        const more = queue.push(arrived.subarray(0, length));
        paused = !more;
        return more;
      },
    },
  };
  const socket = new Socket(options);
  socket.on('end', () => queue.end());
  socket.on('close', () => queue.end());
  socket.on('error', (error) => queue.end(error));
  socket.resume();
  const look = lookAt(fd, arrived);
  const resumed = (bytes: Taken | Promise<Taken>) => {
    if (queue.wanted && paused) {
      paused = false;
      socket.resume();
    }
    return bytes;
  };
  /** How many bytes a look has found, in `arrived`; 0 where none are there, or those that are must be taken first. */
  const found = () => (queue.isEmpty && !socket.destroyed ? look() : 0);
  const copied = (length: number) => {
    const bytes = new Uint8Array(length);
    bytes.set(length === arrived.length ? arrived : arrived.subarray(0, length));
    return bytes;
  };
  return {
    read(length) {
      const count = found();
      // What is whole needs no promise, for there are tens of thousands in a run.
      if (count === length) return copied(length);
      if (count > 0) queue.push(arrived.subarray(0, count));
      return resumed(queue.take(length));
    },
    readMessage(framing) {
      const count = found();
      if (count >= framing.prefix) {
        try {
          if (count === framing.prefix + framing.lengthOf(arrived)) return copied(count);
        } catch (error) {
          return Promise.reject(error instanceof Error ? error : new Error(String(error)));
        }
      }
      if (count > 0) queue.push(arrived.subarray(0, count));
      return resumed(queue.takeMessage(framing));
    },
    close: () => void socket.destroy(),
  };
}

/** How often it is looked whether an answer is there before the event loop waits for it: some forty µs at most. */
const LOOKS = 12;
/** After so many answers in a row that were not worth looking for, it is looked for one in so many others. */
const DISAPPOINTMENTS = 4;
const ATTEMPTS = 64;

/**
 * Looks for what is to come. A core that has nothing to do goes to sleep, and to be woken takes it several times as long as the
 * other side takes to answer; so both sides look for a moment before they wait. Where cores have enough to do the other side answers
 * later, and it is hardly looked. Now and then it is not looked at all, for the event loop's sake. Returns how many bytes it has read into
 * `arrived`, 0 where there are none yet, or the event loop is to find out why not.
 */
function lookAt(fd: number, arrived: Buffer): () => number {
  let disappointments = 0;
  let turn = 0;
  return () => {
    turn = (turn + 1) % ATTEMPTS;
    if (turn === 0 || (disappointments >= DISAPPOINTMENTS && turn !== 1)) return 0;
    const { stackTraceLimit } = Error;
    // Half of what it costs to find nothing would be the stack of the error that says so.
    Error.stackTraceLimit = 0;
    try {
      for (let left = LOOKS; left > 0; left--) {
        const length = readNow(fd, arrived);
        if (length === undefined) continue;
        disappointments = 0;
        return length;
      }
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
    disappointments += 1;
    return 0;
  };
}

/** How many bytes were read; undefined where there are none yet; 0 at the end, or where the event loop is to find out why not. */
function readNow(fd: number, target: Buffer): number | undefined {
  try {
    return readSync(fd, target, 0, target.length, null);
  } catch (error) {
    return isErrno(error, 'EAGAIN') ? undefined : 0;
  }
}

/** Reads from `stream`. The reader must be made before the stream can fail. */
export function streamReader(stream: Readable, what: string): ByteReader {
  const queue = new ByteQueue(what);
  const pull = () => {
    while (queue.wanted) {
      const chunk = stream.read() as Buffer | null;
      if (chunk === null) return;
      queue.push(chunk);
    }
  };
  const end = (error?: Error) => {
    // What arrived before the end is still to be had.
    while (queue.wanted && stream.readableLength > 0) pull();
    queue.end(error);
  };
  stream.on('readable', pull);
  stream.on('end', () => end());
  stream.on('close', () => end());
  stream.on('error', (error) => end(error));
  const pulled = (bytes: Taken | Promise<Taken>) => {
    pull();
    return bytes;
  };
  return {
    read: (length) => pulled(queue.take(length)),
    readMessage: (framing) => pulled(queue.takeMessage(framing)),
    close: () => void stream.destroy(),
  };
}

/** An empty pipe takes this much at once on every system (Linux 64 KiB, macOS 16 KiB). */
const AT_ONCE = 16 * 1024;

/**
 * Writes to the pipe or socket `fd`, which it owns. The other side must have read what was written before: in a protocol of
 * questions and answers it has.
 */
export function descriptorWriter(fd: number): ByteWriter {
  let socket: Socket | undefined;
  return {
    write(bytes, length = bytes.length) {
      let done = 0;
      if (length <= AT_ONCE) {
        try {
          while (done < length) done += writeSync(fd, bytes, done, length - done);
          return undefined;
        } catch (error) {
          // A descriptor of somebody who made it non-blocking, and whose pipe is full.
          if (!isErrno(error, 'EAGAIN'))
            return Promise.reject(error instanceof Error ? error : new Error(String(error)));
        }
      }
      socket ??= writingSocket(fd);
      return written(socket, bytes.subarray(done, length));
    },
    close() {
      if (socket === undefined) closeSync(fd);
      else socket.destroy();
    },
  };
}

function writingSocket(fd: number): Socket {
  const socket = new Socket({ fd, readable: false, writable: true });
  // Each write reports its own failure.
  socket.on('error', () => undefined);
  return socket;
}

/** Writes to `stream`; a broken stream rejects this and every later write. */
export function streamWriter(stream: Writable): ByteWriter {
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    write: (bytes, length) =>
      failure === undefined ? written(stream, bytes.subarray(0, length)) : Promise.reject(failure),
    close: () => void stream.destroy(),
  };
}

function written(stream: Writable, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}
