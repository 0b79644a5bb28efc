// The thread that the client runs in: answers the module's imports (ABI.md) by asking the parent thread and waiting.
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { ComputedValue, Computer, NearbyReader, OpenComputer } from '@obelisc/preimage';
import { ComputedAnswers } from './computed-answers.js';
import { KeptCodes } from './kept-codes.js';
import { type Answer, Channel, REQUEST, requestFlag, type FromWorker, type WorkerData } from './messages.js';

/** Thrown by the import `exit` to unwind the module. */
class Exit extends Error {
  readonly code: number;
  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

/** A read beyond the selected pre-image: a trap, as the guest's runtime has it. */
class PreimageReadError extends Error {
  override name = 'PreimageReadError';
}

if (parentPort === null) throw new Error('worker.js runs as a worker thread only');
const port = parentPort;
const { module, imports, nearby, computer, channel: shared } = workerData as WorkerData;
const lookUp: NearbyReader | undefined = nearby && (await readerOf(nearby.module, nearby.argument));
const computeAnswer: Computer | undefined = computer === undefined ? undefined : await computerOf(computer);
const channel = new Channel(shared);
const computed = new ComputedAnswers(channel, (answers, transferred) =>
  port.postMessage({ kind: 'computed', computed: answers } satisfies FromWorker, transferred),
);

function send(message: FromWorker): void {
  port.postMessage(message);
}

async function readerOf(address: string, argument: unknown): Promise<NearbyReader> {
  const { open } = (await import(address)) as { open: (argument: unknown) => NearbyReader };
  return open(argument);
}

async function computerOf(address: string): Promise<Computer> {
  const { open } = (await import(address)) as { open: OpenComputer };
  return open(keccak256);
}

const KECCAK256_KEY = 2;
/** Hints are sent with the next request, or when there are as many as this. */
const MOST_HINTS = 256;

let hints: string[] = [];
const KEY_LENGTH = 32;
/** Values that an answer brought along, and which of them is expected next. */
let inOrder: { keys: Uint8Array; values: Uint8Array; length: number } | undefined;
let next = 0;
/** Nodes of the tries that are read, by key: transactions and receipts of a block come one after the other. */
let inAnyOrder: ReadonlyMap<string, Uint8Array>[] = [];
const BUNDLES = 2;

const codes = new KeptCodes();

/** The pre-image of `key`: found nearby, handed out ahead, computed, or asked for. */
function preimage(key: Uint8Array): Uint8Array {
  const brought = broughtAlong(key);
  if (brought !== undefined) return brought;
  const isCode = hints.at(-1)?.startsWith('l2-code ') === true;
  const kept = isCode ? codes.get(name(key)) : undefined;
  const found = kept ?? (key[0] === KECCAK256_KEY ? lookUp?.(key) : undefined);
  // The hint that led to it has done its work.
  if (found !== undefined && hints.at(-1)?.includes(Buffer.from(key).toString('hex', 1)) === true) hints.pop();
  const value = found ?? computeHere(key) ?? ask(key);
  if (isCode && kept === undefined) codes.add(name(key), value);
  return value;
}

/** The value that follows from the latest hint alone. */
function computeHere(key: Uint8Array): Uint8Array | undefined {
  const hint = hints.at(-1);
  if (computeAnswer === undefined || hint === undefined) return undefined;
  let answer: ComputedValue | undefined;
  try {
    answer = computeAnswer(hint, key);
  } catch {
    // It fails in the other thread too, and is told there.
    return undefined;
  }
  if (answer === undefined) return undefined;
  hints.pop();
  // What came before goes before.
  if (hints.length > 0) sendHints();
  computed.add(key, answer);
  return answer.value;
}

/** Sends what the client hinted, behind what was computed before. */
function sendHints(): void {
  computed.flush();
  if (hints.length > 0) send({ kind: 'hints', hints });
  hints = [];
}

function say(fd: number, text: Uint8Array): void {
  computed.flush();
  send({ kind: 'write', fd, bytes: text });
}

/** Whose way the nodes that are asked for lie on: addresses of an account's address and of a slot's key, or 0 (ABI.md). */
let readAddress = 0;
let readSlot = 0;

/**
 * Adds to the hint of `key`, where it is one of L2's state, whose way it lies on: the account's address, and a slot of it. Of a node of
 * which an endpoint has no more than proofs, this says what to prove.
 */
function sayWhose(key: Uint8Array): void {
  const hint = hints.at(-1);
  if (readAddress === 0 || hint === undefined || !/^l2-(?:state-node|code) /.test(hint)) return;
  if (!hint.endsWith(Buffer.from(key).toString('hex', 1))) return;
  const slot = readSlot === 0 ? [] : [bytes(readSlot, 32)];
  hints[hints.length - 1] = hint + Buffer.concat([bytes(readAddress, 20), ...slot]).toString('hex');
}

/** Sends a request and sleeps until its answer is here, which is valid until the next request. */
function ask(key: Uint8Array): Uint8Array {
  sayWhose(key);
  if (!channel.fits(hints)) sendHints();
  computed.flush();
  channel.writeRequest(key, hints);
  hints = [];
  Atomics.store(channel.state, 0, requestFlag.pending);
  send(REQUEST);
  channel.sleep();
  const value = channel.readAnswer();
  if (value !== undefined) return value;
  for (;;) {
    const answer = receiveMessageOnPort(port) as { message: Answer } | undefined;
    if (answer === undefined) continue;
    if (answer.message.ahead !== undefined) keep(answer.message.ahead);
    return answer.message.value;
  }
}

/** Keeps what an answer brought along. */
function keep(brought: NonNullable<Answer['ahead']>): void {
  const { keys, values, lengths } = brought;
  if (typeof lengths === 'number') {
    inOrder = { keys, values, length: lengths };
    next = 0;
    return;
  }
  const found = new Map<string, Uint8Array>();
  let at = 0;
  for (const [i, length] of lengths.entries()) {
    found.set(name(keys.subarray(KEY_LENGTH * i, KEY_LENGTH * (i + 1))), values.subarray(at, at + length));
    at += length;
  }
  inAnyOrder = [found, ...inAnyOrder].slice(0, BUNDLES);
}

/** The value of `key` among what answers brought along. */
function broughtAlong(key: Uint8Array): Uint8Array | undefined {
  if (key[0] === KECCAK256_KEY) {
    if (inAnyOrder.length === 0) return undefined;
    const text = name(key);
    for (const values of inAnyOrder) {
      const value = values.get(text);
      if (value !== undefined) return value;
    }
    return undefined;
  }
  if (inOrder === undefined || key[0] !== inOrder.keys[0]) return undefined;
  const { keys, values, length } = inOrder;
  const count = keys.length / KEY_LENGTH;
  for (let i = 0; i < count; i++) {
    const at = (next + i) % count;
    if (Buffer.compare(keys.subarray(KEY_LENGTH * at, KEY_LENGTH * (at + 1)), key) !== 0) continue;
    next = at + 1;
    return values.subarray(length * at, length * (at + 1));
  }
  return undefined;
}

function name(key: Uint8Array): string {
  return Buffer.from(key.buffer, key.byteOffset, key.length).toString('latin1');
}

const memory = (): WebAssembly.Memory => exports.memory as WebAssembly.Memory;
const bytes = (ptr: number, length: number): Uint8Array => new Uint8Array(memory().buffer, ptr >>> 0, length >>> 0);

let selected: Uint8Array = new Uint8Array(0);
let position = 0;

const compute = new WebAssembly.Instance(imports).exports;

/** Its 32 bytes, which are there until the next call. */
function keccak256(input: Uint8Array): Uint8Array {
  const at = (compute.input as () => number)();
  const own = compute.memory as WebAssembly.Memory;
  const missing = at + Math.max(input.length, 32) - own.buffer.byteLength;
  if (missing > 0) own.grow(Math.ceil(missing / 65536));
  const place = new Uint8Array(own.buffer, at);
  place.set(input);
  (compute.keccak256 as (length: number) => void)(input.length);
  return place.subarray(0, 32);
}

const env = {
  preimage_open(key: number): bigint {
    selected = preimage(bytes(key, 32).slice());
    position = 0;
    return BigInt(selected.length);
  },
  preimage_read(target: number, length: number): void {
    const end = position + (length >>> 0);
    if (end > selected.length) throw new PreimageReadError('the client read past the end of a pre-image');
    bytes(target, length).set(selected.subarray(position, end));
    position = end;
  },
  hint(text: number, length: number): void {
    // Its bytes as they are, without a copy of them.
    const { buffer, byteOffset } = bytes(text, length);
    hints.push(Buffer.from(buffer, byteOffset, length).toString('latin1'));
    if (hints.length >= MOST_HINTS) sendHints();
  },
  write(fd: number, data: number, length: number): void {
    say(fd, bytes(data, length).slice());
  },
  exit(code: number): never {
    throw new Exit(code);
  },
  reading(address: number, slot: number): void {
    readAddress = address;
    readSlot = slot;
  },
  mul_high: compute.mul_high as WebAssembly.ImportValue,
  keccak256(data: number, length: number, out: number): void {
    // Both are looked at before anything is done, as in the machine.
    const [input, target] = [bytes(data, length), bytes(out, 32)];
    target.set(keccak256(input));
  },
};

let exports: WebAssembly.Exports = {};
const code = run();
sendHints();
send({ kind: 'exit', code });

function run(): number {
  try {
    exports = new WebAssembly.Instance(module, { env }).exports;
    (exports.main as () => void)();
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (isTrap(error)) {
      say(2, Buffer.from(`trap: ${error.message}\n`));
      return 2;
    }
    sendHints();
    throw error;
  }
  say(2, Buffer.from('trap: the program returned without an exit code\n'));
  return 2;
}

/** Whether `error` is one that ends the module in the machine too: a trap, a stack overflow or an impossible read. */
function isTrap(error: unknown): error is Error {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError || error instanceof PreimageReadError;
}
