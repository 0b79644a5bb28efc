/** Reads exact numbers of bytes from a stream. */
import type { Readable } from 'node:stream';

export type ByteReader = {
  /**
   * The next `length` bytes; undefined when the stream ends before the first of them.
   * Rejects with TruncatedStreamError when it ends among them, and with the stream's own error.
   */
  read(length: number): Promise<Uint8Array | undefined>;
};

/** `what` names the stream in errors. The reader must be made before the stream can fail. */
export function byteReader(stream: Readable, what: string): ByteReader {
  let failure: Error | undefined;
  let ended = false;
  let wake: (() => void) | undefined;
  const signal = () => {
    wake?.();
    wake = undefined;
  };
  stream.on('readable', signal);
  stream.on('end', () => {
    ended = true;
    signal();
  });
  stream.on('close', () => {
    ended = true;
    signal();
  });
  stream.on('error', (error) => {
    failure = error;
    signal();
  });

  return {
    async read(length) {
      if (length === 0) return new Uint8Array(0);
      for (;;) {
        const chunk = stream.read(length) as Buffer | null;
        if (chunk !== null) {
          if (chunk.length === length) return new Uint8Array(chunk.buffer, chunk.byteOffset, length);
          throw new TruncatedStreamError(what, chunk.length, length);
        }
        if (failure !== undefined) throw failure;
        if (ended) {
          if (stream.readableLength > 0) throw new TruncatedStreamError(what, stream.readableLength, length);
          return undefined;
        }
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

export class TruncatedStreamError extends Error {
  override name = 'TruncatedStreamError';
  constructor(what: string, got: number, wanted: number) {
    super(`${what} was closed in the middle of a message: ${got} of ${wanted} bytes arrived`);
  }
}
