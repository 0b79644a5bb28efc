/**
 * The wire protocol between program and pre-image server, over two pairs of byte streams.
 * Pre-image: the client writes a 32-byte key, the server answers with the value's length (u64 big endian) and the value.
 * Hint: the client writes a length (u32 big endian) and the text, the server answers with one byte once it has taken it.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-communication
 */
import type { Readable, Writable } from 'node:stream';
import { byteReader, TruncatedStreamError } from './byte-reader.js';
import { describeKey, KEY_LENGTH } from './keys.js';
import { MissingPreimageError, type Oracle } from './oracle.js';

/** One side's ends of the two channels. */
export type WireStreams = {
  hintReader: Readable;
  hintWriter: Writable;
  preimageReader: Readable;
  preimageWriter: Writable;
};

/** Longest hint and longest value that are believed; a length above is taken for a broken stream. */
const MAX_HINT_LENGTH = 64 * 1024 * 1024;
const MAX_VALUE_LENGTH = 1024 * 1024 * 1024;

/**
 * Serves `oracle` to a program at the other end of `streams`. Resolves as soon as the other side closes one of the two
 * channels, and rejects when a channel breaks or the oracle cannot answer. The streams are left to the caller to close.
 */
export async function serveOracle(streams: WireStreams, oracle: Oracle): Promise<void> {
  await Promise.race([serveHints(streams, oracle), servePreimages(streams, oracle)]);
}

async function serveHints({ hintReader, hintWriter }: WireStreams, oracle: Oracle): Promise<void> {
  const reader = byteReader(hintReader, 'the hint channel');
  const writer = byteWriter(hintWriter);
  for (;;) {
    const prefix = await reader.read(4);
    if (prefix === undefined) return;
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0);
    if (length > MAX_HINT_LENGTH)
      throw new WireError(`a hint of ${length} bytes was announced; the hint channel is not one of this protocol`);
    const text = await reader.read(length);
    if (text === undefined) throw new TruncatedStreamError('the hint channel', 0, length);
    try {
      await oracle.hint(Buffer.from(text).toString('utf8'));
    } finally {
      // Also after a failure: the program waits for this byte, and would otherwise never see the channels close.
      await writer.write(Uint8Array.of(0));
    }
  }
}

async function servePreimages({ preimageReader, preimageWriter }: WireStreams, oracle: Oracle): Promise<void> {
  const reader = byteReader(preimageReader, 'the pre-image channel');
  const writer = byteWriter(preimageWriter);
  for (;;) {
    const key = await reader.read(KEY_LENGTH);
    if (key === undefined) return;
    const value = await oracle.get(Uint8Array.from(key));
    const answer = new Uint8Array(8 + value.length);
    new DataView(answer.buffer).setBigUint64(0, BigInt(value.length));
    answer.set(value, 8);
    await writer.write(answer);
  }
}

/**
 * The oracle behind `streams`, where a pre-image server listens. Requests are sent one after the other.
 * `server` names it in errors, which say the last hint that was sent.
 */
export function oracleOver(streams: WireStreams, server: string): Oracle {
  const hintAnswers = byteReader(streams.hintReader, `the hint channel of ${server}`);
  const values = byteReader(streams.preimageReader, `the pre-image channel of ${server}`);
  const hintWriter = byteWriter(streams.hintWriter);
  const keyWriter = byteWriter(streams.preimageWriter);
  const oneByOne = queue();
  let lastHint: string | undefined;

  return {
    hint: (text) =>
      oneByOne(async () => {
        lastHint = text;
        const bytes = Buffer.from(text, 'utf8');
        const message = Buffer.alloc(4 + bytes.length);
        message.writeUInt32BE(bytes.length);
        bytes.copy(message, 4);
        await hintWriter.write(message);
        if ((await hintAnswers.read(1)) === undefined)
          throw new WireError(`${server} closed the hint channel before it took the hint ${text.slice(0, 200)}`);
      }),
    get: (key) =>
      oneByOne(async () => {
        const missing = (why: string, cause?: unknown) => new MissingPreimageError(key, lastHint, why, { cause });
        let prefix: Uint8Array | undefined;
        try {
          await keyWriter.write(key);
          prefix = await values.read(8);
        } catch (error) {
          throw missing(`${server} broke off (${error instanceof Error ? error.message : String(error)})`, error);
        }
        if (prefix === undefined)
          throw missing(`${server} closed the channel instead of answering; its own output says why`);
        const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0);
        if (length > MAX_VALUE_LENGTH)
          throw new WireError(`${server} announced ${length} bytes for key ${describeKey(key)}`);
        const value = await values.read(Number(length));
        if (value === undefined)
          throw new TruncatedStreamError(`the pre-image channel of ${server}`, 0, Number(length));
        return value;
      }),
  };
}

type ByteWriter = { write(bytes: Uint8Array): Promise<void> };

/** Resolves once the stream has taken the bytes; a broken stream rejects this and every later write. */
function byteWriter(stream: Writable): ByteWriter {
  let failure: Error | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    write: (bytes) =>
      new Promise((resolve, reject) => {
        if (failure !== undefined) reject(failure);
        else stream.write(bytes, (error) => (error ? reject(error) : resolve()));
      }),
  };
}

function queue(): <T>(task: () => Promise<T>) => Promise<T> {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const result = tail.then(task, task);
    tail = result.catch(() => undefined);
    return result;
  };
}

/** The other side of the wire breaks the protocol or goes away. */
export class WireError extends Error {
  override name = 'WireError';
}
