/**
 * The wire protocol between program and pre-image server, over two channels of two directions each.
 * Pre-image: the client writes a 32-byte key, the server answers with the value's length (u64 big endian) and the value.
 * Hint: the client writes a length (u32 big endian) and the text, the server answers with one byte once it has taken it.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-communication
 */
import type { Readable, Writable } from 'node:stream';
import type { Framing } from './byte-queue.js';
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

const HINT_PREFIX = 4;
const HINT: Framing = {
  prefix: HINT_PREFIX,
  lengthOf(prefix) {
    const length = prefix.readUInt32BE(0);
    if (length > MAX_HINT_LENGTH)
      throw new WireError(`a hint of ${length} bytes was announced; the hint channel is not one of this protocol`);
    return length;
  },
};

async function serveHints({ hintReader, hintWriter }: WireEnds, oracle: Oracle): Promise<void> {
  const taken = Uint8Array.of(0);
  for (;;) {
    const message = await hintReader.readMessage(HINT);
    if (message === undefined) return;
    try {
      await oracle.hint(Buffer.from(message.buffer, message.byteOffset, message.length).toString('utf8', HINT_PREFIX));
    } finally {
      // Also after a failure: the program waits for this byte, and would otherwise never see the channels close.
      await hintWriter.write(taken);
    }
  }
}

/** Up to here an answer is one message. */
const SMALL_ANSWER = 4096;

async function servePreimages({ preimageReader, preimageWriter }: WireEnds, oracle: Oracle): Promise<void> {
  // What is written has left it when `write` has settled.
  const answer = Buffer.alloc(VALUE_PREFIX + SMALL_ANSWER);
  for (;;) {
    const asked = preimageReader.read(KEY_LENGTH);
    const key = asked instanceof Promise ? await asked : asked;
    if (key === undefined) return;
    const value = await oracle.get(key);
    const { length } = value;
    const together = length <= SMALL_ANSWER;
    answer.writeUInt32BE(Math.floor(length / 2 ** 32), 0);
    answer.writeUInt32BE(length % 2 ** 32, 4);
    if (together) answer.set(value, VALUE_PREFIX);
    const written = preimageWriter.write(answer, VALUE_PREFIX + (together ? length : 0));
    if (written !== undefined) await written;
    // A large value is not copied.
    if (!together) await preimageWriter.write(value);
  }
}

/**
 * The oracle at the other end, where a pre-image server listens. Requests are sent one after the other. `server` names it in
 * errors, which say the last hint that was sent. Values stand behind their 8 bytes of length in their buffers.
 */
export function oracleOver(ends: WireEnds, server: string): Oracle {
  const turn = turns();
  let lastHint: string | undefined;
  let asking: Uint8Array = new Uint8Array(KEY_LENGTH);
  const value: Framing = {
    prefix: VALUE_PREFIX,
    lengthOf(prefix) {
      const length = prefix.readUInt32BE(4);
      if (prefix.readUInt32BE(0) !== 0 || length > MAX_VALUE_LENGTH)
        throw new WireError(`${server} announced ${prefix.readBigUInt64BE(0)} bytes for key ${describeKey(asking)}`);
      return length;
    },
  };

  const sendHint = async (text: string): Promise<void> => {
    lastHint = text;
    const bytes = Buffer.byteLength(text);
    const message = Buffer.allocUnsafe(HINT_PREFIX + bytes);
    message.writeUInt32BE(bytes);
    message.write(text, HINT_PREFIX);
    await ends.hintWriter.write(message);
    if ((await ends.hintReader.read(1)) === undefined)
      throw new WireError(`${server} closed the hint channel before it took the hint ${text.slice(0, 200)}`);
  };

  const ask = async (key: Uint8Array): Promise<Uint8Array> => {
    const missing = (why: string, cause?: unknown) => new MissingPreimageError(key, lastHint, why, { cause });
    let message: Uint8Array | undefined;
    asking = key;
    try {
      const sent = ends.preimageWriter.write(key);
      if (sent !== undefined) await sent;
      const answer = ends.preimageReader.readMessage(value);
      message = answer instanceof Promise ? await answer : answer;
    } catch (error) {
      if (error instanceof WireError) throw error;
      throw missing(`${server} broke off (${error instanceof Error ? error.message : String(error)})`, error);
    }
    if (message === undefined)
      throw missing(`${server} closed the channel instead of answering; its own output says why`);
    return message.subarray(VALUE_PREFIX);
  };

  return { hint: (text) => turn(() => sendHint(text)), get: (key) => turn(() => ask(key)) };
}

/** Runs tasks one after the other, whether those before succeed or not. */
function turns(): <T>(task: () => Promise<T>) => Promise<T> {
  let busy = false;
  const waiting: (() => void)[] = [];
  const next = () => {
    const first = waiting.shift();
    if (first === undefined) busy = false;
    else first();
  };
  return async (task) => {
    if (busy) await new Promise<void>((resolve) => waiting.push(resolve));
    busy = true;
    try {
      return await task();
    } finally {
      next();
    }
  };
}

/** The other side of the wire breaks the protocol or goes away. */
export class WireError extends Error {
  override name = 'WireError';
}
