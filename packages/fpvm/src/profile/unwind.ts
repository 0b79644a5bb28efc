// Call stacks of a guest that stands still, from pc, sp, ra and its memory.
import { decode } from '../instructions.js';
import type { Machine } from '../machine.js';
import type { Metadata } from '../metadata.js';
import { FrameLayout, type FrameState, raLost, unknown } from './frame-layout.js';
import { FunctionTable, type GuestFunction } from './functions.js';

/** One function on the stack. */
export interface StackFrame {
  /** Name in the metadata; `!unknown` for code that no symbol covers. */
  readonly name: string;
  /** pc in the innermost frame, the address of the call in the others. */
  readonly address: bigint;
}

/** More frames than this are cut off at the outer end. */
const MAX_DEPTH = 128;
/** Stands for the frames that were cut off. */
export const deeper = '!deeper';
const unknownFunction = '!unknown';
/** Bytes of a function that are looked at, against sizes that metadata makes up. */
const LARGEST_FUNCTION = 1n << 24n;
/** Stack bytes read at once: most stacks of a few frames. */
const WINDOW = 2048;
const [RA, SP, T0, S0] = [1, 2, 5, 8];

/** Go's functions that change stacks: what lies beyond them is another goroutine's, or nothing. */
const stackSwitches = new Set(
  ['systemstack', 'mcall', 'morestack', 'morestack_noctxt', 'asmcgocall', 'gogo', 'goexit', 'mstart', 'rt0_go'].flatMap(
    (name) => [`runtime.${name}`, `runtime.${name}.abi0`],
  ),
);

/** What is known of an address in code: the frame that it makes on a stack, and how to go on to the caller's. */
interface Place {
  readonly frame: StackFrame;
  /** Undefined where the walk ends. */
  readonly state: FrameState | undefined;
  readonly linkRegister: number;
}

/** Walks stacks, remembering what it has learned of each function's code (which must not change meanwhile). */
export class Unwinder {
  readonly #functions: FunctionTable;
  readonly #layouts = new Map<bigint, FrameLayout>();
  /** What return addresses lead to; undefined for those that no call leaves. */
  readonly #callers = new Map<bigint, Place | undefined>();

  constructor(metadata: Metadata) {
    this.#functions = new FunctionTable(metadata);
  }

  /** The frames, innermost first; at least one. The walk ends where the stack does, or where it cannot be read on. */
  walk(machine: Machine): StackFrame[] {
    const { pc } = machine;
    let place = this.#placeAt(machine, pc);
    if (place === undefined) return [{ name: unknownFunction, address: pc }];
    const frames = [place.frame];
    const stack = new StackWindow(machine);
    let [sp, s0] = [0, machine.register(S0)];
    for (;;) {
      const { state, linkRegister } = place;
      if (state === undefined || state.ra === raLost) break;
      // Only the innermost function can still hold its return address in the register, or have no frame.
      if (frames.length > 1 && (state.ra === unknown || state.size === 0)) break;
      if (state.size === unknown && state.framePointer === unknown) break;
      const top: number = state.size === unknown ? stack.offsetOf(s0) + state.framePointer : sp + state.size;
      const target = state.ra === unknown ? machine.register(linkRegister) : stack.read(top - state.ra);
      place = this.#callerAt(machine, target);
      if (place === undefined) break;
      if (frames.length === MAX_DEPTH) {
        frames.push({ name: deeper, address: 0n });
        break;
      }
      frames.push(place.frame);
      if (state.savedS0 !== unknown) s0 = stack.read(top - state.savedS0);
      sp = top;
    }
    return frames;
  }

  /** The place of the call that a return address stands behind. */
  #callerAt(machine: Machine, target: bigint): Place | undefined {
    if (this.#callers.has(target)) return this.#callers.get(target);
    const call = BigInt.asUintN(64, target - 4n);
    const { instruction, rd } = decode(new DataView(machine.memory.read(call, 4).buffer).getUint32(0, true));
    const isCall = (instruction.name === 'jal' || instruction.name === 'jalr') && (rd === RA || rd === T0);
    const place = isCall ? this.#placeAt(machine, call) : undefined;
    this.#callers.set(target, place);
    return place;
  }

  #placeAt(machine: Machine, address: bigint): Place | undefined {
    const found = this.#functions.at(address);
    if (found === undefined) return undefined;
    const layout = this.#layoutOf(machine, found);
    const state = stackSwitches.has(found.name) ? undefined : layout.at(Number(address - found.start));
    return { frame: { name: found.name, address }, state, linkRegister: layout.linkRegister };
  }

  #layoutOf({ memory }: Machine, { start, end }: GuestFunction): FrameLayout {
    const known = this.#layouts.get(start);
    if (known !== undefined) return known;
    const size = end - start < LARGEST_FUNCTION ? Number(end - start) & ~3 : Number(LARGEST_FUNCTION);
    const layout = new FrameLayout(new Uint32Array(memory.read(start, size).buffer));
    this.#layouts.set(start, layout);
    return layout;
  }
}

/** Reads the stack in pieces. Places are numbers of bytes above sp. */
class StackWindow {
  readonly #machine: Machine;
  readonly #sp: bigint;
  #start = 0;
  #view: DataView;

  constructor(machine: Machine) {
    this.#machine = machine;
    this.#sp = machine.register(SP);
    this.#view = this.#viewAt(0);
  }

  offsetOf(address: bigint): number {
    return Number(BigInt.asIntN(64, address - this.#sp));
  }

  read(offset: number): bigint {
    if (offset < this.#start || offset > this.#start + WINDOW - 8) {
      this.#start = offset;
      this.#view = this.#viewAt(offset);
    }
    return this.#view.getBigUint64(offset - this.#start, true);
  }

  #viewAt(offset: number): DataView {
    const address = BigInt.asUintN(64, this.#sp + BigInt(offset));
    return new DataView(this.#machine.memory.read(address, WINDOW).buffer);
  }
}
