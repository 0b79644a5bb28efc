import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { FrozenState } from '../src/frozen-state.js';
import { runGuided } from '../src/guided-run.js';
import { loadElf } from '../src/loader.js';
import { Machine, type MachineOptions, RevertError } from '../src/machine.js';
import { decodeBinaryState, encodeBinaryState } from '../src/state-binary.js';
import { encodeJsonState } from '../src/state-json.js';
import { parseStepPattern } from '../src/step-pattern.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { hungryGuest } from './hungry-guest.js';
import { randomProgram } from './random-program.js';
import { engines } from './reference.js';

const MIB = 2 ** 20;
const hungry = hungryGuest(4n * BigInt(MIB), 4000n);
const everywhere: readonly MachineOptions[] = engines.flatMap((options) => [
  options,
  { ...options, copyAhead: 0 },
  { ...options, regions: false, poolLimit: 30 * 0x10000, copyAhead: 0 },
]);
const nameOf = ({ engine, poolLimit, copyAhead }: MachineOptions) =>
  `${engine}${copyAhead === undefined ? ', copied ahead' : ''}${poolLimit === undefined ? '' : ', paged'}`;

/** The state file of a machine that stopped at `step`. */
async function stoppedAt(elf: Uint8Array, step: bigint): Promise<Buffer> {
  const { machine } = loadElf(elf, { engine: 'interpreter' });
  await machine.run(step);
  return Buffer.concat([...encodeBinaryState(machine)]);
}

/** Reads a frozen state piece by piece, letting the machine go on between them. */
async function slowly(state: FrozenState, between: () => Promise<unknown>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (const piece of encodeBinaryState(state)) {
    pieces.push(Buffer.from(piece));
    if (pieces.length % 4 === 0) await between();
  }
  return Buffer.concat(pieces);
}

for (const options of everywhere) {
  test(`a state frozen while the guest writes all over it is that of its step (${nameOf(options)})`, async () => {
    const { machine } = loadElf(hungry, options);
    for (const distance of [0n, 3n, 10_001n, 20_000n]) {
      await machine.run(distance);
      const { step } = machine;
      const state = machine.freeze();
      const bytes = await slowly(state, () => machine.run(90n));
      state.release();
      assert.ok(machine.step > step);
      assert.ok(bytes.equals(await stoppedAt(hungry, step)), `at step ${step}`);
    }
    await machine.run(1n << 40n);
    const { machine: undisturbed } = loadElf(hungry, { engine: 'interpreter' });
    await undisturbed.run(1n << 40n);
    assert.deepEqual(machine.stateHash(), undisturbed.stateHash());
  });

  test(`snapshots of a guided run resume to the same end (${nameOf(options)})`, async () => {
    const { machine } = loadElf(hungry, options);
    const snapshots = new Map<bigint, Buffer>();
    await runGuided(machine, {
      snapshotAt: parseStepPattern('%37777'),
      onSnapshot: async (state) => void snapshots.set(state.step, await slowly(state, () => setImmediate())),
    });
    assert.ok(snapshots.size >= 4);
    const end = machine.stateHash();
    for (const [step, bytes] of snapshots) {
      assert.ok(bytes.equals(await stoppedAt(hungry, step)), `at step ${step}`);
      const resumed = await decodeBinaryState(chunks(bytes), options);
      await resumed.run(1n << 40n);
      assert.deepEqual(resumed.stateHash(), end, `from step ${step}`);
    }
  });
}

for (const options of engines) {
  test(`snapshots of random programs are those of runs that stop there (${options.engine})`, async () => {
    for (let seed = 1; seed <= 25; seed += 1) {
      const elf = randomProgram(seed, 40);
      const { machine } = loadElf(elf, options);
      const snapshots = new Map<bigint, Buffer>();
      await runGuided(machine, {
        snapshotAt: parseStepPattern(`%${200 + 31 * seed}`),
        stopAt: parseStepPattern('=6000'),
        onSnapshot: async (state) => void snapshots.set(state.step, await slowly(state, () => setImmediate())),
      }).catch((error: unknown) => assert.ok(error instanceof RevertError, String(error)));
      for (const [step, bytes] of snapshots) {
        assert.ok(bytes.equals(await stoppedAt(elf, step)), `seed ${seed}, step ${step}`);
      }
    }
  });
}

test('two states may be frozen at a time, in both formats, and let go in any order', async () => {
  const { machine } = loadElf(hungry);
  const texts: string[] = [];
  const frozen: FrozenState[] = [];
  for (const step of [20_000n, 25_000n, 30_000n]) {
    await machine.run(step - machine.step);
    texts.push(textOf(machine));
    frozen.push(machine.freeze());
  }
  await machine.run(10_000n);
  frozen[1]?.release();
  await machine.run(10_000n);
  for (const i of [2, 0]) {
    const state = frozen[i];
    assert.ok(state !== undefined && textOf(state) === texts[i], `state ${i}`);
    state.release();
  }
});

test('the machine waits for the writer when the copies fill their room', async () => {
  // Goes twice over 16 MiB, writing to a page every 1,200 steps.
  const pass = [
    ...loadConstant(5, 4096n),
    ...loadConstant(6, 0x10_0000_0000n),
    assemble('sd', { rs1: 6, rs2: 5 }),
    ...loadConstant(28, 400n),
    assemble('addi', { rd: 28, rs1: 28, imm: -1 }),
    assemble('xor', { rd: 29, rs1: 29, rs2: 28 }),
    assemble('bne', { rs1: 28, imm: -8 }),
    assemble('add', { rd: 6, rs1: 6, rs2: 7 }),
    assemble('addi', { rd: 5, rs1: 5, imm: -1 }),
    assemble('bne', { rs1: 5, imm: -28 }),
  ];
  const words = [...loadConstant(7, 4096n), ...pass, ...pass, ...systemCall(93, 0n)];
  const elf = writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: codeBytes(words) }], symbols: [] });
  const { machine } = loadElf(elf, { copyLimit: MIB });
  await machine.run(4096n * 1206n);
  const state = machine.freeze();
  let [most, written] = [0, 0];
  const writing = slowly(state, async () => {
    await setImmediate();
    written += 4;
    most = Math.max(most, state.memory.copiedPages);
  });
  await machine.run(1n << 40n);
  assert.ok(machine.exited);
  assert.ok(written > 3000, `${written} pages were written when the guest had gone over all of them`);
  await writing;
  state.release();
  // What one slice of 400,000 steps writes comes on top of the limit's 256 pages.
  assert.ok(most > 100 && most < 900, `${most} pages were copied`);
});

const spinner = writeElf({
  entry: 0x1000n,
  segments: [{ address: 0x1000n, bytes: codeBytes([assemble('jal', { imm: 0 })]) }],
  symbols: [],
});

test('a snapshot that cannot be written ends the run with its reason', async () => {
  const { machine } = loadElf(spinner);
  const run = runGuided(machine, {
    snapshotAt: parseStepPattern('=10'),
    onSnapshot: async () => {
      await setImmediate();
      throw new Error('the disk is full');
    },
  });
  await assert.rejects(run, /the disk is full/);
});

test('a snapshot waits for the one before, and the end of the run for the last', async () => {
  const { machine } = loadElf(spinner);
  const events: string[] = [];
  await runGuided(machine, {
    snapshotAt: parseStepPattern('%1000'),
    stopAt: parseStepPattern('=2500'),
    onSnapshot: async ({ step }) => {
      events.push(`begins ${step}`);
      for (let turn = 0; turn < 5; turn += 1) await setImmediate();
      events.push(`ends ${step}`);
    },
  });
  const expected = ['begins 0', 'ends 0', 'begins 1000', 'ends 1000', 'begins 2000', 'ends 2000'];
  assert.deepEqual(events, expected);
});

function textOf(state: Machine | FrozenState): string {
  return Buffer.concat([...encodeJsonState(state)]).toString();
}

async function* chunks(bytes: Buffer): AsyncGenerator<Uint8Array> {
  await setImmediate();
  yield bytes;
}
