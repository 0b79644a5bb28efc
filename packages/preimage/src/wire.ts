/**
 * The wire protocol between program and pre-image server, over two channels of two directions each.
 * Pre-image: the client writes a 32-byte key, the server answers with the value's length (u64 big endian) and the value.
 * Hint: the client writes a length (u32 big endian) and the text, the server answers with one byte once it has taken it.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-communication
 */
import type { Readable, Writable } from 'node:stream';
import { TruncatedStreamError } from './byte-queue.js';
import { type ByteReader, type ByteWriter, streamReader, streamWriter } from './channel.js';
import { describeKey, KEY_LENGTH } from './keys.js';
import { MissingPreimageError, type Oracle } from './oracle.js';

/** One side's ends of the two channels. */
export type WireEnds = {
  hintReader: ByteReader;
  hintWriter: ByteWriter;
  preimageReader: ByteReader;
  preimageWriter: ByteWriter;
};

/** The same as streams. */
export type WireStreams = {
  hintReader: Readable;
  hintWriter: Writable;
  preimageReader: Readable;
  preimageWriter: Writable;
};

/** The ends over streams, which must not have failed yet. `who` is at the other side, for errors. */
export function endsOfStreams(streams: WireStreams, who?: string): WireEnds {
  return {
    hintReader: streamReader(streams.hintReader, channelName('hint', who)),
    hintWriter: streamWriter(streams.hintWriter),
    preimageReader: streamReader(streams.preimageReader, channelName('pre-image', who)),
    preimageWriter: streamWriter(streams.preimageWriter),
  };
}

export function channelName(kind: 'hint' | 'pre-image', who?: string): string {
  return `the ${kind} channel${who === undefined ? '' : ` of ${who}`}`;
}

export function closeEnds(ends: WireEnds): void {
  for (const end of Object.values(ends)) end.close();
}

/** Longest hint and longest value that are believed; a length above is taken for a broken stream. */
const MAX_HINT_LENGTH = 64 * 1024 * 1024;
const MAX_VALUE_LENGTH = 1024 * 1024 * 1024;

/** Length of a value's length, and what stands before the value on the wire. */
export const VALUE_PREFIX = 8;

/**
 * Serves `oracle` to a program at the other end. Resolves as soon as the other side closes one of the two channels, and
 * rejects when a channel breaks or the oracle cannot answer. The ends are left to the caller to close.
 */
export async function serveOracle(ends: WireEnds, oracle: Oracle): Promise<void> {
  await Promise.race([serveHints(ends, oracle), servePreimages(ends, oracle)]);
}

async function serveHints({ hintReader, hintWriter }: WireEnds, oracle: Oracle): Promise<void> {
  const taken = Uint8Array.of(0);
  for (;;) {
    const prefix = await hintReader.read(4);
    if (prefix === undefined) return;
    const length = new DataView(prefix.buffer, prefix.byteOffset).getUint32(0);
    if (length > MAX_HINT_LENGTH)
      throw new WireError(`a hint of ${length} bytes was announced; the hint channel is not one of this protocol`);
    const text = await hintReader.read(length);
    if (text === undefined) throw new TruncatedStreamError(channelName('hint'), 0, length);
    try {
      await oracle.hint(Buffer.from(text.buffer, text.byteOffset, length).toString('utf8'));
    } finally {
      // Also after a failure: the program waits for this byte, and would otherwise never see the channels close.
      await hintWriter.write(taken);
    }
  }
}

/** Up to here an answer is one message. */
const SMALL_ANSWER = 4096;

async function servePreimages({ preimageReader, preimageWriter }: WireEnds, oracle: Oracle): Promise<void> {
  for (;;) {
    const key = await preimageReader.read(KEY_LENGTH);
    if (key === undefined) return;
    const value = await oracle.get(key);
    const together = value.length <= SMALL_ANSWER;
    const answer = Buffer.allocUnsafe(VALUE_PREFIX + (together ? value.length : 0));
    answer.writeUInt32BE(Math.floor(value.length / 2 ** 32), 0);
    answer.writeUInt32BE(value.length % 2 ** 32, 4);
    if (together) answer.set(value, VALUE_PREFIX);
    await preimageWriter.write(answer);
    // A large value is not copied.
    if (!together) await preimageWriter.write(value);
  }
}

/**
 * The oracle at the other end, where a pre-image server listens. Requests are sent one after the other. `server` names it in
 * errors, which say the last hint that was sent. Values stand behind their 8 bytes of length in their buffers.
 */
export function oracleOver(ends: WireEnds, server: string): Oracle {
  const oneByOne = queue();
  let lastHint: string | undefined;

  const sendHint = async (text: string): Promise<void> => {
    lastHint = text;
    const bytes = Buffer.byteLength(text);
    const message = Buffer.allocUnsafe(4 + bytes);
    message.writeUInt32BE(bytes);
    message.write(text, 4);
    await ends.hintWriter.write(message);
    if ((await ends.hintReader.read(1)) === undefined)
      throw new WireError(`${server} closed the hint channel before it took the hint ${text.slice(0, 200)}`);
  };

  const ask = async (key: Uint8Array): Promise<Uint8Array> => {
    const missing = (why: string, cause?: unknown) => new MissingPreimageError(key, lastHint, why, { cause });
    let prefix: Uint8Array | undefined;
    try {
      const sent = ends.preimageWriter.write(key);
      if (sent !== undefined) await sent;
      prefix = await ends.preimageReader.read(VALUE_PREFIX);
    } catch (error) {
      throw missing(`${server} broke off (${error instanceof Error ? error.message : String(error)})`, error);
    }
    if (prefix === undefined)
      throw missing(`${server} closed the channel instead of answering; its own output says why`);
    const view = new DataView(prefix.buffer, prefix.byteOffset);
    const [high, length] = [view.getUint32(0), view.getUint32(4)];
    if (high !== 0 || length > MAX_VALUE_LENGTH)
      throw new WireError(`${server} announced ${view.getBigUint64(0)} bytes for key ${describeKey(key)}`);
    const value = await ends.preimageReader.read(length, VALUE_PREFIX);
    if (value === undefined) throw new TruncatedStreamError(channelName('pre-image', server), 0, length);
    new Uint8Array(value.buffer).set(prefix);
    return value;
  };

  return { hint: (text) => oneByOne(() => sendHint(text)), get: (key) => oneByOne(() => ask(key)) };
}

/** Runs tasks one after the other, whether those before succeed or not. */
function queue(): <T>(task: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> | undefined;
  return (task) => {
    const before = last;
    const result = before === undefined ? task() : before.then(task, task);
    const settled = () => {
      if (last === mine) last = undefined;
    };
    const mine: Promise<unknown> = result.then(settled, settled);
    last = mine;
    return result;
  };
}

/** The other side of the wire breaks the protocol or goes away. */
export class WireError extends Error {
  override name = 'WireError';
}
