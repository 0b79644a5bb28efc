// Proofs of many steps in a row. The steps are taken, hashed and written as text in WebAssembly (assembly/merkle), hundreds at a time; only system calls are taken here, because their handlers are.
import type { Engine } from './engine.js';
import { stopReasons } from './engine.js';
import { type Instruction, instructions, operationNumber, operationTable } from './instructions.js';
import type { MerkleExports } from './merkle-module.js';
import type { ProvableMachine, RunStop } from './stepped-machine.js';
import { selectedSystemCall } from './system-calls.js';

/** The texts of some proofs, one behind the other. */
export interface ProofTexts {
  /** Steps taken before the first one proved. */
  readonly firstStep: bigint;
  /** The texts. A view that holds only until the promise of who takes it is fulfilled. */
  readonly bytes: Uint8Array;
  /** Where each text ends. */
  readonly ends: Uint32Array;
}

/** Why the module stopped recording; numbers as in assembly/merkle/recorder.ts. */
const stopped = { steps: 0, systemCall: 1, full: 2, reverted: 3 } as const;

/** Places in the witness that the engine does not know; see witness.ts. */
const witnessAt = { key: 32, offset: 64, exitCode: 80, exited: 81, step: 82, heap: 90 } as const;

/** What stands between the values of a proof's text. */
const labels = [
  '{\n  "step": ',
  ',\n  "pre": "0x',
  '",\n  "post": "0x',
  '",\n  "state-data": "0x',
  '",\n  "proof-data": "0x',
  '"\n}\n\n',
] as const;
const END_OF_VALUES = '\n}\n\n';

/** Proves the steps of one machine. */
export class StepProver {
  readonly #engine: Engine;
  readonly #machine: ProvableMachine;
  #initialized = false;

  constructor(engine: Engine, machine: ProvableMachine) {
    this.#engine = engine;
    this.#machine = machine;
  }

  /**
   * Takes up to `steps` steps and hands their proofs to `take`, some at a time. It comes back early behind a step that
   * reads a pre-image ('preimage') and when the guest exits. Throws RevertError as a run does, after the proofs before.
   */
  async prove(steps: number, take: (proofs: ProofTexts) => Promise<void> | void): Promise<RunStop> {
    let left = steps;
    while (left > 0 && !this.#machine.exited) {
      const firstStep = this.#machine.step;
      const { merkle } = this.#machine.tree;
      this.#start();
      let outOfMemory: unknown;
      try {
        this.#engine.guarded(() => merkle.record(Math.min(left, merkle.MOST_STEPS.value as number)));
      } catch (error) {
        outOfMemory = error;
      }
      const count = this.#recorded;
      left -= count;
      this.#machine.noteSteps(BigInt(count), stopReasons.steps);
      this.#machine.tree.isUpToDate();
      const why = merkle.stopped.value as number;
      if (count > 0) await take(this.#finish(firstStep));
      if (outOfMemory !== undefined) throw outOfMemory;
      if (why === stopped.reverted) this.#machine.noteSteps(0n, stopReasons.reverted);
      if (why === stopped.systemCall && left > 0) {
        const stop = await this.#proveSystemCall(take);
        left -= 1;
        if (stop === 'preimage') return stop;
      }
    }
    return this.#machine.exited ? 'exited' : 'steps';
  }

  get #recorded(): number {
    return this.#machine.tree.merkle.count.value as number;
  }

  /** Begins recording at the present state. */
  #start(): void {
    const { tree } = this.#machine;
    const { merkle } = tree;
    if (!this.#initialized) {
      this.#initialize(merkle);
      this.#initialized = true;
    }
    tree.takeUp();
    this.#putScalars();
    merkle.start();
  }

  #initialize(merkle: MerkleExports): void {
    const { layout } = this.#engine;
    merkle.initializeProver(layout.pc, layout.registers, layout.loadReservation);
    const bytes = new Uint8Array(merkle.memory.buffer);
    bytes.set(operationTable, merkle.DECODE_TABLE.value as number);
    for (const instruction of instructions) {
      bytes.set(accessOf(instruction), (merkle.ACCESSES.value as number) + 2 * operationNumber(instruction));
    }
    labels.forEach((label, i) => {
      bytes.set([label.length, ...Buffer.from(label)], (merkle.LABELS.value as number) + 32 * i);
    });
  }

  /** Puts into the module's witness what the engine does not know. */
  #putScalars(): void {
    const machine = this.#machine;
    const { merkle } = machine.tree;
    const at = merkle.WITNESS.value as number;
    const view = new DataView(merkle.memory.buffer, at);
    new Uint8Array(merkle.memory.buffer).set(machine.preimageKey, at + witnessAt.key);
    view.setBigUint64(witnessAt.offset, machine.preimageOffset);
    view.setUint8(witnessAt.exitCode, machine.exitCode);
    view.setUint8(witnessAt.exited, machine.exited ? 1 : 0);
    view.setBigUint64(witnessAt.step, machine.step);
    view.setBigUint64(witnessAt.heap, machine.heap);
  }

  /** Hashes what was recorded. */
  #finish(firstStep: bigint): ProofTexts {
    const { merkle } = this.#machine.tree;
    const start = merkle.finish();
    const ends = new Uint32Array(merkle.memory.buffer, merkle.endsOfTexts(), this.#recorded);
    return { firstStep, bytes: new Uint8Array(merkle.memory.buffer, start, ends.at(-1) ?? 0), ends };
  }

  async #proveSystemCall(take: (proofs: ProofTexts) => Promise<void> | void): Promise<RunStop> {
    const machine = this.#machine;
    const { merkle } = machine.tree;
    this.#start();
    const call = selectedSystemCall(machine);
    const stored = call?.stores?.(machine);
    const leaf = call?.leaf?.(machine);
    const readsPreimage = call?.readsPreimage?.(machine) === true;
    merkle.openStep();
    if (stored !== undefined) merkle.openAccess(stored.address, stored.bytes.length, true);
    else if (leaf !== undefined) merkle.openAccess(leaf & ~31n, 32, true);
    const firstStep = machine.step;
    const stop = await machine.run(1n, { stopAtPreimage: true });
    merkle.loadRegisters();
    this.#putScalars();
    // The end of the step counts it, as it counts those that the module has taken.
    new DataView(merkle.memory.buffer).setBigUint64((merkle.WITNESS.value as number) + witnessAt.step, firstStep);
    merkle.closeStep();
    machine.tree.isUpToDate();
    const proofs = this.#finish(firstStep);
    const { preimage } = machine;
    const known = readsPreimage && preimage !== undefined && preimage.key.some((byte) => byte !== 0);
    await take(known ? withPreimage(proofs, preimage) : proofs);
    return stop;
  }
}

/** Kind of an instruction's access to memory, numbered as in assembly/merkle/recorder.ts, and its size in bytes. */
function accessOf({ name, format, size: bytes, revert }: Instruction): [kind: number, size: number] {
  const size = bytes ?? 0;
  if (revert !== undefined || name.startsWith('amo.unknown')) return [0, 0];
  if (name === 'ecall') return [5, 0];
  switch (format) {
    case 'load':
      return [1, size];
    case 'store':
      return [2, size];
    case 'amo':
      return [name.startsWith('sc.') ? 4 : 3, size];
    default:
      return [0, 0];
  }
}

/** The text of one proof with the pre-image that its step reads. */
function withPreimage(
  { firstStep, bytes }: ProofTexts,
  { key, value, offset }: { key: Uint8Array; value: Uint8Array; offset: bigint },
): ProofTexts {
  const hex = (data: Uint8Array) => Buffer.from(data.buffer, data.byteOffset, data.length).toString('hex');
  const values = [`,\n  "oracle-key": "0x${hex(key)}"`, `,\n  "oracle-value": "0x${hex(value)}"`];
  if (offset > 0n) values.push(`,\n  "oracle-offset": ${offset}`);
  const text = Buffer.concat([
    bytes.subarray(0, bytes.length - END_OF_VALUES.length),
    Buffer.from(values.join('') + END_OF_VALUES),
  ]);
  return { firstStep, bytes: text, ends: Uint32Array.of(text.length) };
}
