// The JSON state format, byte for byte as Go's encoder writes it, both ways in pieces: no string of the state's size.
import { PAGE_SIZE } from './guest-memory.js';
import { JsonEvents, JsonSyntaxError } from './json-events.js';
import { Machine, type MachineOptions } from './machine.js';
import type { SavedState } from './saved-state.js';
import { StateFormatError } from './state-format.js';

const MAX64 = (1n << 64n) - 1n;
const REGISTERS = 32;
/** Compressed, thousands of millions of values that no state has take some megabytes of a file. */
const MAX_OTHERS = 1 << 20;
const MAX_PAGE_INDEX = (1n << 52n) - 1n;

const hex = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');

/** The text of a state, in pieces, as ASCII bytes. If it is a machine, that must not run before the last is taken. */
export function* encodeJsonState(state: SavedState): Generator<Uint8Array> {
  let left = state.memory.pageCount();
  yield Buffer.from(left === 0 ? '{\n  "memory": []' : '{\n  "memory": [\n');
  for (const { index, content } of state.memory.pages()) {
    left -= 1;
    const end = left > 0 ? ',\n' : '\n  ]';
    yield Buffer.from(`    {\n      "index": ${index},\n      "data": "${hex(content)}"\n    }${end}`);
  }
  const fields: [string, string][] = [
    ['preimageKey', `"0x${hex(state.preimageKey)}"`],
    ['preimageOffset', `${state.preimageOffset}`],
    ['pc', `${state.pc}`],
    ['exit', `${state.exitCode}`],
    ['exited', `${state.exited}`],
    ['step', `${state.step}`],
    ['heap', `${state.heap}`],
    ['loadReservation', `${state.loadReservation}`],
    ['registers', `[\n    ${[...state.registers].join(',\n    ')}\n  ]`],
  ];
  if (state.lastHint.length > 0) fields.push(['lastHint', `"0x${hex(state.lastHint)}"`]);
  if (state.savedWitness.length > 0) {
    fields.push(['witness', `"${Buffer.from(state.savedWitness).toString('base64')}"`]);
  }
  fields.push(['stateHash', `"0x${hex(state.savedStateHash)}"`]);
  yield Buffer.from(`${fields.map(([name, value]) => `,\n  "${name}": ${value}`).join('')}\n}\n\n`);
}

/**
 * Reads a state. Fields that are not known are skipped, absent ones are zero (but there must be a list of pages); case does
 * not tell names apart, as in Go. Throws StateFormatError.
 */
export async function decodeJsonState(
  chunks: AsyncIterable<Uint8Array>,
  options: MachineOptions = {},
): Promise<Machine> {
  const machine = new Machine(options);
  const fields = new StateFields(machine);
  const events = new JsonEvents({
    begin: (path, list) => fields.begin(path, list),
    end: (path) => fields.end(path),
    value: (path, kind, bytes) => fields.value(path, kind, bytes),
  });
  try {
    for await (const chunk of chunks) events.push(chunk);
    events.finish();
    fields.finish();
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw new StateFormatError(error.message, { cause: error });
    throw error;
  }
  return machine;
}

type Path = readonly (string | number)[];
type Kind = 'string' | 'number' | 'literal';

/** Puts values where they belong, by their path in the document. */
class StateFields {
  readonly #machine: Machine;
  #page: { index: bigint; data: Uint8Array | undefined; values: number } = { index: 0n, data: undefined, values: 0 };
  #registers: bigint[] = [];
  #hasMemory = false;
  #others = 0;

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  begin(path: Path, list: boolean): void {
    if (path.length === 0 && list) throw new StateFormatError('it is a list, not a state');
    const field = fieldOf(path);
    if (path.length === 1) {
      if (field === 'memory' && list) this.#hasMemory = true;
      if (field === 'registers') this.#registers = [];
      if (fieldNames.has(field) && list !== listFields.has(field)) {
        throw new StateFormatError(`"${field}" is ${list ? 'a list' : 'an object'}`);
      }
    }
    if (field === 'memory' && path.length === 2) this.#page = { index: 0n, data: undefined, values: 0 };
    else this.#countOther();
  }

  /** What must not be missing: without pages there is nothing to run, so it is hardly a state. */
  finish(): void {
    if (!this.#hasMemory) throw new StateFormatError('it has no "memory": not a state');
  }

  end(path: Path): void {
    const field = fieldOf(path);
    if (field === 'memory' && path.length === 2) this.#endPage(Number(path[1]));
    if (field === 'registers' && path.length === 1) {
      if (this.#registers.length !== REGISTERS) {
        throw new StateFormatError(`there are ${this.#registers.length} registers, ${REGISTERS} expected`);
      }
      this.#machine.registers = BigUint64Array.from(this.#registers);
    }
  }

  #endPage(entry: number): void {
    const { index, data } = this.#page;
    const { memory } = this.#machine;
    if (data === undefined) throw new StateFormatError(`memory entry ${entry} has no data`);
    if (index > MAX_PAGE_INDEX) throw new StateFormatError(`page index ${index} is beyond the address space`);
    if (memory.hasPage(index)) throw new StateFormatError(`page ${index} is there twice (memory entry ${entry})`);
    memory.load(index << 12n, data);
  }

  value(path: Path, kind: Kind, bytes: Uint8Array): void {
    const text = () => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
    const field = fieldOf(path);
    const name = [field, ...path.slice(1)].join('.');
    const machine = this.#machine;
    if (path.length === 0) throw new StateFormatError(`it is a ${kind}, not a state`);
    if (field === 'memory' && path.length === 2) throw new StateFormatError(`"${name}" is not a page`);
    if (field !== 'memory' || path.length !== 3 || ++this.#page.values > 2) this.#countOther();
    // Go leaves a field as it is where null is given for it, but for hex text.
    if (kind === 'literal' && text() === 'null' && !hexFields.has(name)) return;
    if (field === 'memory' && path.length === 3) {
      if (String(path[2]).toLowerCase() === 'index') this.#page.index = integer(name, kind, text(), MAX64);
      if (String(path[2]).toLowerCase() === 'data') this.#page.data = pageOf(name, kind, text());
      return;
    }
    if (field === 'registers' && path.length === 2) {
      if (this.#registers.length === REGISTERS)
        throw new StateFormatError(`there are more than ${REGISTERS} registers`);
      this.#registers.push(integer(name, kind, text(), MAX64));
      return;
    }
    if (path.length === 1 && listFields.has(field)) throw new StateFormatError(`"${field}" is not a list`);
    switch (name) {
      case 'preimageKey':
        machine.preimageKey = prefixedHex(name, kind, text(), 32);
        break;
      case 'preimageOffset':
      case 'pc':
      case 'step':
      case 'heap':
      case 'loadReservation':
        machine[name] = integer(name, kind, text(), MAX64);
        break;
      case 'exit':
        machine.exitCode = Number(integer(name, kind, text(), 255n));
        break;
      case 'exited':
        if (kind !== 'literal') throw new StateFormatError(`"exited" is not true or false`);
        machine.exited = text() === 'true';
        break;
      case 'lastHint':
        machine.lastHint =
          kind === 'string' && bytes.length === 0 ? new Uint8Array(0) : prefixedHex(name, kind, text());
        break;
      case 'witness':
        machine.savedWitness = base64(name, kind, text());
        break;
      case 'stateHash':
        machine.savedStateHash = prefixedHex(name, kind, text(), 32);
        break;
      default:
        break;
    }
  }

  /** Counts what is not a page's index or data, to which no state has an end. */
  #countOther(): void {
    this.#others += 1;
    if (this.#others > MAX_OTHERS) throw new StateFormatError(`it has more than ${MAX_OTHERS} values beside its pages`);
  }
}

const listFields = new Set(['memory', 'registers']);
const hexFields = new Set(['preimageKey', 'lastHint', 'stateHash']);
const numberFields = ['preimageOffset', 'pc', 'exit', 'exited', 'step', 'heap', 'loadReservation'];
const fieldNames = new Set([...listFields, ...hexFields, ...numberFields, 'witness']);
const byLowerCase = new Map([...fieldNames].map((name) => [name.toLowerCase(), name]));

/** The state's field that a place is in, by our spelling; what is not known keeps its own. */
function fieldOf(path: Path): string {
  const name = String(path[0] ?? '');
  return fieldNames.has(name) ? name : (byLowerCase.get(name.toLowerCase()) ?? name);
}

function integer(name: string, kind: Kind, text: string, max: bigint): bigint {
  if (kind !== 'number' || !/^\d+$/.test(text) || BigInt(text) > max) {
    const found = kind === 'string' ? `the string "${text.slice(0, 40)}"` : text.slice(0, 40);
    throw new StateFormatError(`"${name}" is ${found}, not an integer from 0 to ${max}`);
  }
  return BigInt(text);
}

function pageOf(name: string, kind: Kind, text: string): Uint8Array {
  const bytes = Buffer.from(text, 'hex');
  if (kind !== 'string') throw new StateFormatError(`"${name}" is not a string of ${2 * PAGE_SIZE} hex digits`);
  if (text.length === 2 * PAGE_SIZE && bytes.length !== PAGE_SIZE) {
    throw new StateFormatError(`"${name}" is not hex: ${2 * PAGE_SIZE} hex digits expected`);
  }
  if (text.length !== 2 * PAGE_SIZE) {
    throw new StateFormatError(`"${name}" has ${text.length} characters, ${2 * PAGE_SIZE} hex digits expected`);
  }
  return bytes;
}

function base64(name: string, kind: Kind, text: string): Uint8Array {
  const bytes = Buffer.from(text, 'base64');
  if (kind !== 'string' || bytes.toString('base64') !== text) {
    throw new StateFormatError(`"${name}" is not base64 text`);
  }
  return Uint8Array.from(bytes);
}

function prefixedHex(name: string, kind: Kind, text: string, length?: number): Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
  const wellFormed = kind === 'string' && text.startsWith('0x') && text.length === 2 + 2 * bytes.length;
  if (!wellFormed || (length !== undefined && bytes.length !== length)) {
    throw new StateFormatError(`"${name}" is not ${length === undefined ? '' : `${length} bytes of `}0x-prefixed hex`);
  }
  return bytes;
}
