// The binary state format (`.bin`): big endian, pages first, then the scalars in the witness's order, then metadata.
import { PAGE_SIZE } from './guest-memory.js';
import { Machine, type MachineOptions } from './machine.js';
import type { SavedState } from './saved-state.js';
import { StateFormatError } from './state-format.js';

const SCALARS_SIZE = 32 + 8 + 8 + 1 + 1 + 8 + 8 + 8 + 32 * 8;
/** A hint stream or witness beyond this is a broken file. */
const LONGEST_FIELD = 2 ** 28;
/** Of what follows a state no more is counted: compressed, gigabytes take no more than some megabytes of a file. */
const MOST_COUNTED = 1 << 24;
const MAX_PAGE_INDEX = (1n << 52n) - 1n;

/** The bytes of a state, in pieces. If it is a machine, that must not run before the last is taken. */
export function* encodeBinaryState(state: SavedState): Generator<Uint8Array> {
  const count = new Uint8Array(8);
  new DataView(count.buffer).setBigUint64(0, BigInt(state.memory.pageCount()));
  yield count;
  for (const { index, content } of state.memory.pages()) {
    const entry = new Uint8Array(8 + PAGE_SIZE);
    new DataView(entry.buffer).setBigUint64(0, index);
    entry.set(content, 8);
    yield entry;
  }
  yield encodeScalars(state);
  for (const field of [state.lastHint, state.savedWitness]) {
    const length = new Uint8Array(4);
    new DataView(length.buffer).setUint32(0, field.length);
    yield length;
    yield field;
  }
  yield state.savedStateHash;
}

function encodeScalars(state: SavedState): Uint8Array {
  const bytes = new Uint8Array(SCALARS_SIZE);
  const view = new DataView(bytes.buffer);
  bytes.set(state.preimageKey, 0);
  view.setBigUint64(32, state.preimageOffset);
  view.setBigUint64(40, state.pc);
  bytes[48] = state.exitCode;
  bytes[49] = state.exited ? 1 : 0;
  view.setBigUint64(50, state.step);
  view.setBigUint64(58, state.heap);
  view.setBigUint64(66, state.loadReservation);
  state.registers.forEach((value, i) => view.setBigUint64(74 + 8 * i, value));
  return bytes;
}

/** Reads a state. Throws StateFormatError for bytes that are not one, cut short, or followed by others. */
export async function decodeBinaryState(
  chunks: AsyncIterable<Uint8Array>,
  options: MachineOptions = {},
): Promise<Machine> {
  const reader = new ChunkReader(chunks);
  const machine = new Machine(options);
  const pageCount = viewOf(await reader.read(8, 'page count')).getBigUint64(0);
  for (let i = 0n; i < pageCount; i++) {
    const entry = await reader.read(8 + PAGE_SIZE, `page ${i + 1n} of ${pageCount}`);
    const index = viewOf(entry).getBigUint64(0);
    if (index > MAX_PAGE_INDEX) throw new StateFormatError(`page index ${index} is beyond the address space`);
    if (machine.memory.hasPage(index)) throw new StateFormatError(`page ${index} is there twice`);
    machine.memory.load(index << 12n, entry.subarray(8));
  }
  decodeScalars(machine, await reader.read(SCALARS_SIZE, 'scalars and registers'));
  machine.lastHint = await reader.readField('last hint');
  machine.savedWitness = await reader.readField('witness');
  machine.savedStateHash = (await reader.read(32, 'state hash')).slice();
  await reader.expectEnd();
  return machine;
}

function decodeScalars(machine: Machine, bytes: Uint8Array): void {
  const view = viewOf(bytes);
  machine.preimageKey = bytes.slice(0, 32);
  machine.preimageOffset = view.getBigUint64(32);
  machine.pc = view.getBigUint64(40);
  machine.exitCode = bytes[48] ?? 0;
  const exited = bytes[49] ?? 0;
  if (exited > 1) throw new StateFormatError(`"exited" is ${exited}, neither 0 nor 1`);
  machine.exited = exited === 1;
  machine.step = view.getBigUint64(50);
  machine.heap = view.getBigUint64(58);
  machine.loadReservation = view.getBigUint64(66);
  machine.registers = BigUint64Array.from({ length: 32 }, (_, i) => view.getBigUint64(74 + 8 * i));
}

/** Takes byte counts out of a stream of chunks. */
class ChunkReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #chunk = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** `size` bytes, valid until the next call. */
  async read(size: number, what: string): Promise<Uint8Array> {
    while (this.#chunk.length < size) {
      const next = await this.#chunks.next();
      if (next.done === true) throw new StateFormatError(`it ends in the middle of its ${what}: the file is cut short`);
      this.#chunk = this.#chunk.length === 0 ? asPlain(next.value) : joined(this.#chunk, next.value);
    }
    const bytes = this.#chunk.subarray(0, size);
    this.#chunk = this.#chunk.subarray(size);
    return bytes;
  }

  async readField(what: string): Promise<Uint8Array> {
    const length = viewOf(await this.read(4, `${what}'s length`)).getUint32(0);
    if (length > LONGEST_FIELD) throw new StateFormatError(`its ${what} would have ${length} bytes`);
    return (await this.read(length, what)).slice();
  }

  async expectEnd(): Promise<void> {
    let extra = this.#chunk.length;
    let next = await this.#chunks.next();
    for (; next.done !== true && extra < MOST_COUNTED; next = await this.#chunks.next()) extra += next.value.length;
    const more = next.done === true ? '' : 'more than ';
    if (extra > 0) throw new StateFormatError(`${more}${extra} bytes follow the end of the state`);
  }
}

function asPlain(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.buffer as ArrayBuffer, bytes.byteOffset, bytes.length);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(a.length + b.length);
  all.set(a, 0);
  all.set(b, a.length);
  return all;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
