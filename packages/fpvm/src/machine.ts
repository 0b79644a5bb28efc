// The machine: one guest that can be run to any step, asked for its witness, and saved.
import { setImmediate } from 'node:timers/promises';
import { Engine, type EngineCalls, stopReasons, systemCallAnswers } from './engine.js';
import { FrozenState } from './frozen-state.js';
import { type ExecutedStep, PreimageRecord, redoSteps } from './step-history.js';
import { GuestMemory } from './guest-memory.js';
import { revertCodes } from './instructions.js';
import { MemoryTree } from './memory-tree.js';
import { Pager, type PagingOptions } from './paging/pager.js';
import { type Oracle, type PreimageRead, PreimageUnavailableError } from './oracle.js';
import { handleSystemCall, shiftedKey, type SystemCallContext } from './system-calls.js';
import { StepProver } from './step-prover.js';
import type { ProvableMachine, RunStop } from './stepped-machine.js';
import { type TranslationOptions, type TranslationStatistics, Translator } from './translator.js';
import { encodeWitness, stateHash, type VmScalars } from './witness.js';

const MASK64 = (1n << 64n) - 1n;
/** Steps between two turns of the event loop, and two looks for code that waits for translation: 2 to 20 ms. */
const SLICE = 4_000_000n;
/** As SLICE, while a frozen state is being written, and while the room for copies of its pages may become full. */
const FROZEN_SLICE = 400_000n;
const CROWDED_SLICE = 100_000n;

/** What the machine needs of its surroundings. */
export interface MachineOptions extends PagingOptions {
  /** Where pre-images come from; without one, the first that the guest asks for ends the run with an error. */
  readonly oracle?: Oracle;
  /** Takes what the guest writes to its standard output and error. */
  readonly output?: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void;
  /** `interpreter` never translates; the default translates what is hot. The states they reach are the same. */
  readonly engine?: 'interpreter' | 'translator';
  readonly translation?: TranslationOptions;
  /** Whether many pages at once are hashed on worker threads too; by default where there is more than one core. */
  readonly hashOnThreads?: boolean;
}

/** Makes a machine in an earlier state, e.g. by reading the state that a run began with, or a snapshot. */
export type MachineMaker = (options: MachineOptions) => Promise<Machine>;

/** The guest did what the machine refuses: the run is over, and so is a chain's execution of that step. */
export class RevertError extends Error {
  override readonly name = 'RevertError';
  constructor(
    /** One of `revertCodes`. */
    readonly code: number,
    /** Steps taken before the one that failed. */
    readonly step: bigint,
    readonly pc: bigint,
    readonly detail: string,
    cause?: unknown,
  ) {
    super(
      `failed at step ${step} (PC: ${pc.toString(16).padStart(8, '0')}): revert ${code.toString(16)}: revert: ${detail}`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** State and memory of one guest. Scalars can be read and set while it does not run. */
export class Machine implements VmScalars, ProvableMachine {
  readonly memory: GuestMemory;
  readonly tree: MemoryTree;
  readonly prover: StepProver;
  preimageKey: Uint8Array = new Uint8Array(32);
  preimageOffset = 0n;
  exitCode = 0;
  exited = false;
  step = 0n;
  heap = 0n;
  /** Bytes written to the hint stream that do not make a whole hint yet. */
  lastHint: Uint8Array = new Uint8Array(0);
  /** Witness and state hash as last computed and saved: snapshots keep those of the state they came from. */
  savedWitness: Uint8Array = new Uint8Array(0);
  savedStateHash: Uint8Array = new Uint8Array(32);
  /** The pre-image the guest reads, undefined before its first read. */
  preimage: PreimageRead | undefined;

  readonly #pager: Pager;
  readonly #engine: Engine;
  readonly #translator: Translator | undefined;
  readonly #options: MachineOptions;
  readonly #context: SystemCallContext;
  #stopAtPreimage = false;
  /** What the ECALL at hand waits for. */
  #pending: Promise<void> | undefined;
  /** The hints of the ECALL at hand have been taken. */
  #hintsTaken = false;
  #latestHint: string | undefined;
  #revert: { detail: string; cause?: unknown } | undefined;
  #sinceYield = 0n;
  readonly #record = new PreimageRecord();

  constructor(options: MachineOptions = {}) {
    this.#options = options;
    this.#pager = new Pager(options);
    const calls: EngineCalls = {
      ...this.#pager.calls,
      systemCall: () => {
        const answer = handleSystemCall(this.#context);
        return answer === systemCallAnswers.doneAndStop && !this.#stopAtPreimage ? systemCallAnswers.done : answer;
      },
      install: (start, length) => this.#translator?.install(start >>> 0, length),
      makeSlots: () => this.#translator?.makeSlots() ?? 0,
      forgetUnits: (first) => this.#translator?.forgetUnits(first),
    };
    this.#engine = new Engine(calls, options.regions ?? options.engine !== 'interpreter');
    this.#pager.attach(this.#engine);
    if (options.engine !== 'interpreter') this.#translator = new Translator(this.#engine, options.translation);
    this.memory = new GuestMemory(this.#engine, this.#pager);
    this.tree = new MemoryTree(this.#engine, this.memory, options.hashOnThreads);
    this.prover = new StepProver(this.#engine, this);
    this.#context = this.#makeContext();
  }

  get pc(): bigint {
    return this.#engine.view.getBigUint64(this.#engine.layout.pc, true);
  }
  set pc(value: bigint) {
    this.#engine.view.setBigUint64(this.#engine.layout.pc, value, true);
  }
  get loadReservation(): bigint {
    return this.#engine.view.getBigUint64(this.#engine.layout.loadReservation, true);
  }
  set loadReservation(value: bigint) {
    this.#engine.view.setBigUint64(this.#engine.layout.loadReservation, value, true);
  }
  /** A copy of x0 to x31. */
  get registers(): BigUint64Array {
    const at = this.#engine.layout.registers;
    return new BigUint64Array(this.#engine.bytes.slice(at, at + 256).buffer);
  }
  set registers(values: BigUint64Array) {
    values.forEach((value, i) => this.setRegister(i, value));
  }
  register(index: number): bigint {
    return this.#engine.view.getBigUint64(this.#engine.layout.registers + 8 * index, true);
  }
  /** Sets a register; x0 stays 0. */
  setRegister(index: number, value: bigint): void {
    if (index !== 0) this.#engine.view.setBigUint64(this.#engine.layout.registers + 8 * index, value & MASK64, true);
  }

  /** What the translator has done so far; undefined without one. */
  get translation(): TranslationStatistics | undefined {
    return this.#translator?.statistics;
  }

  /**
   * The state as it is, to be written or kept while the machine goes on: pages are copied before they are written. It must
   * be released in the end; while it is not, and is not read either, the machine may wait for it.
   */
  freeze(): FrozenState {
    return new FrozenState(this, this.#pager.freeze());
  }

  /**
   * The last `count` steps that were executed, oldest first; fewer where the machine that `make` makes begins later. They are
   * done again by that machine: in a state that this one had before, with the options given to `make`. Pre-images come from
   * what this machine has read, or are asked for again; hints and output are not repeated. Undefined where they cannot be
   * told: a pre-image is gone, the other machine ends elsewhere, or the signal is given. This machine stays as it is.
   */
  async lastSteps(
    count: number,
    make: MachineMaker,
    signal?: AbortSignal,
  ): Promise<readonly ExecutedStep[] | undefined> {
    return redoSteps(this, count, () => make(this.#record.optionsFrom(this.#options.oracle)), signal);
  }

  /** The instruction word at pc. */
  instruction(): number {
    return new DataView(this.memory.read(this.pc, 4).buffer).getUint32(0, true);
  }

  /** The 362-byte witness of the state as it is. */
  witness(): Uint8Array {
    return encodeWitness(this.tree.root(), this);
  }

  /** The 32-byte state hash of the state as it is. */
  stateHash(): Uint8Array {
    return stateHash(this.witness(), (bytes) => this.tree.keccak256(bytes));
  }

  /** Computes witness and state hash anew, for the next time the state is saved. */
  refreshWitness(): void {
    this.savedWitness = this.witness();
    this.savedStateHash = stateHash(this.savedWitness, (bytes) => this.tree.keccak256(bytes));
  }

  /**
   * Takes `steps` steps, or fewer if the guest exits (a step of an exited guest does nothing and is not counted). With
   * `stopAtPreimage` it also stops behind each step that reads a pre-image. The event loop goes on meanwhile.
   * Throws RevertError; then the state is at the step that failed and must not be saved.
   */
  async run(steps: bigint, { stopAtPreimage = false } = {}): Promise<RunStop> {
    this.#stopAtPreimage = stopAtPreimage;
    let left = steps;
    while (left > 0n && !this.exited) {
      this.#pager.check();
      const { crowding } = this.#pager;
      if (crowding !== undefined) {
        if (crowding >= 1) await this.#pager.roomForCopies();
        this.#pager.copyAhead();
      }
      const longest = crowding === undefined ? SLICE : crowding < 0.5 ? FROZEN_SLICE : CROWDED_SLICE;
      const slice = left < longest ? left : longest;
      const before = this.step;
      const stop = this.#runSlice(slice);
      const taken = (this.step - before) & MASK64;
      left -= taken;
      this.#sinceYield += taken;
      if (stop === stopReasons.waiting) await this.#pending;
      if (this.#sinceYield >= SLICE || (crowding !== undefined && this.#sinceYield >= longest)) {
        this.#translator?.steps(Number(this.#sinceYield));
        this.#sinceYield = 0n;
        await setImmediate();
      }
      if (stop === stopReasons.requested) return 'preimage';
    }
    return this.exited ? 'exited' : 'steps';
  }

  #runSlice(slice: bigint): number {
    const stop = this.#translator === undefined ? this.#engine.run(slice) : this.#engine.runTranslated(slice);
    this.noteSteps(slice - this.#engine.view.getBigInt64(this.#engine.layout.fuel, true), stop);
    return stop;
  }

  /** Counts steps that the engine has taken, and throws the RevertError if it stopped for one. */
  noteSteps(taken: bigint, stop: number): void {
    this.step = (this.step + taken) & MASK64;
    if (stop !== stopReasons.reverted) return;
    const code = Number(this.#engine.view.getBigUint64(this.#engine.layout.revertCode, true));
    const { detail, cause } = this.#revert ?? { detail: this.#describeRevert(code) };
    throw new RevertError(code, this.step, this.pc, detail, cause);
  }

  #describeRevert(code: number): string {
    const word = `instruction 0x${this.instruction().toString(16).padStart(8, '0')}`;
    switch (code) {
      case revertCodes.unknownOpcode:
        return `unknown instruction opcode: ${this.instruction() & 0x7f} (${word})`;
      case revertCodes.notAligned:
        return `address not aligned (${word})`;
      case revertCodes.storeExceeds8Bytes:
        return `cannot store more than 8 bytes: ${1 << ((this.instruction() >> 12) & 7)} (${word})`;
      case revertCodes.badAtomicSize:
        return `bad AMO size: ${1 << ((this.instruction() >> 12) & 7)} (${word})`;
      case revertCodes.unknownAtomicOperation:
        return `unknown atomic operation ${this.instruction() >>> 27} (${word})`;
      case revertCodes.unexpectedRightProof:
        return `the instruction at an odd address crosses a 32-byte leaf`;
      default:
        return `illegal instruction: reserved encoding (${word})`;
    }
  }

  #makeContext(): SystemCallContext {
    return {
      memory: this.memory,
      readUnproven: (address, length) => this.memory.read(address, length),
      register: (index) => this.register(index),
      setRegister: (index, value) => this.setRegister(index, value),
      takeHeap: (length) => {
        const address = this.heap;
        this.heap = (address + length) & MASK64;
        return address;
      },
      exit: (code) => {
        this.exitCode = code;
        this.exited = true;
        return systemCallAnswers.exited;
      },
      revert: (code, detail) => this.#revertAt(code, detail),
      output: (stream, bytes) => this.#options.output?.(stream, bytes),
      writeHint: (bytes) => this.#writeHint(bytes),
      writePreimageKey: (bytes) => {
        this.preimageKey = shiftedKey(this.preimageKey, bytes);
        this.preimageOffset = 0n;
      },
      readPreimage: (count) => this.#readPreimage(count),
    };
  }

  #revertAt(code: number, detail: string, cause?: unknown): number {
    this.#revert = { detail, cause };
    this.#engine.view.setBigUint64(this.#engine.layout.revertCode, BigInt(code), true);
    return systemCallAnswers.reverted;
  }

  #writeHint(bytes: Uint8Array): number {
    const buffered = new Uint8Array(this.lastHint.length + bytes.length);
    buffered.set(this.lastHint, 0);
    buffered.set(bytes, this.lastHint.length);
    const { hints, rest } = splitHints(buffered);
    const { oracle } = this.#options;
    if (!this.#hintsTaken && oracle !== undefined && hints.length > 0) {
      for (const [i, hint] of hints.entries()) {
        this.#latestHint = hint;
        const answer = oracle.hint(hint);
        if (answer instanceof Promise) {
          this.#pending = this.#takeHints(oracle, answer, hints.slice(i + 1));
          return systemCallAnswers.wait;
        }
      }
    }
    this.#hintsTaken = false;
    this.lastHint = rest;
    return systemCallAnswers.done;
  }

  async #takeHints(oracle: Oracle, first: Promise<void>, others: readonly string[]): Promise<void> {
    await first;
    for (const hint of others) {
      this.#latestHint = hint;
      await oracle.hint(hint);
    }
    this.#hintsTaken = true;
  }

  #readPreimage(count: number): Uint8Array | number {
    const key = this.preimageKey;
    if (this.preimage === undefined || !equal(this.preimage.key, key)) {
      const { oracle } = this.#options;
      if (oracle === undefined) return this.#unavailable(key, 'there is no pre-image server');
      try {
        const answer = oracle.get(key);
        if (answer instanceof Promise) {
          this.#pending = answer.then(
            (value) => this.#keep(key, value),
            (cause: unknown) => {
              throw this.#preimageError(key, cause);
            },
          );
          return systemCallAnswers.wait;
        }
        this.#keep(key, answer);
      } catch (cause) {
        return this.#unavailable(key, cause);
      }
    }
    const { preimage } = this;
    if (preimage === undefined) throw new Error('a pre-image was just kept');
    this.preimage = { ...preimage, offset: this.preimageOffset };
    if (this.preimageOffset >= BigInt(preimage.value.length)) {
      return this.#unavailable(key, `its end is at ${preimage.value.length}, counting the 8-byte length`);
    }
    const from = Number(this.preimageOffset);
    const bytes = preimage.value.subarray(from, from + count);
    this.preimageOffset += BigInt(bytes.length);
    return bytes;
  }

  #keep(key: Uint8Array, value: Uint8Array): void {
    this.#record.add(key, value);
    this.preimage = { key, value: behindItsLength(value), offset: this.preimageOffset };
  }

  #unavailable(key: Uint8Array, cause: unknown): number {
    const error = new PreimageUnavailableError(key, this.preimageOffset, this.#latestHint, cause);
    return this.#revertAt(revertCodes.preimageUnreadable, error.message, error);
  }

  #preimageError(key: Uint8Array, cause: unknown): RevertError {
    const error = new PreimageUnavailableError(key, this.preimageOffset, this.#latestHint, cause);
    return new RevertError(revertCodes.preimageUnreadable, this.step, this.pc, error.message, error);
  }
}

/** Whole hints (u32 length, big endian, and text) at the start of the stream, and what is left. */
function splitHints(stream: Uint8Array): { hints: string[]; rest: Uint8Array } {
  const view = new DataView(stream.buffer, stream.byteOffset, stream.length);
  const hints: string[] = [];
  let at = 0;
  while (stream.length - at >= 4 && view.getUint32(at) <= stream.length - at - 4) {
    const end = at + 4 + view.getUint32(at);
    hints.push(Buffer.from(stream.subarray(at + 4, end)).toString('utf8'));
    at = end;
  }
  return { hints, rest: stream.slice(at) };
}

/** The value with its length before it: where it came over the wire, it stands in its buffer so, and is not copied. */
function behindItsLength(value: Uint8Array): Uint8Array {
  const { buffer, byteOffset, length } = value;
  if (byteOffset === 8 && buffer.byteLength === 8 + length && new DataView(buffer).getBigUint64(0) === BigInt(length)) {
    return new Uint8Array(buffer);
  }
  const prefixed = new Uint8Array(8 + length);
  new DataView(prefixed.buffer).setBigUint64(0, BigInt(length));
  prefixed.set(value, 8);
  return prefixed;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a === b || Buffer.compare(a, b) === 0;
}
