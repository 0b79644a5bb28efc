import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { type Machine, type MachineOptions, RevertError } from '../src/machine.js';
import type { Oracle } from '../src/oracle.js';
import { type ExecutedStep, PreimageRecord } from '../src/step-history.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { hungryGuest } from './hungry-guest.js';
import { randomProgram } from './random-program.js';
import { engines } from './reference.js';

/** Runs to the revert, or to `limit`. */
async function runOut(machine: Machine, limit: bigint): Promise<void> {
  await machine.run(limit).catch((error: unknown) => assert.ok(error instanceof RevertError, String(error)));
}

/** The same by single steps. */
async function traced(elf: Uint8Array, options: MachineOptions, last: bigint): Promise<ExecutedStep[]> {
  const { machine } = loadElf(elf, options);
  const from = last > 16n ? last - 16n : 0n;
  await machine.run(from);
  const steps: ExecutedStep[] = [];
  while (machine.step < last) {
    steps.push({ step: machine.step, pc: machine.pc, word: machine.instruction() });
    await machine.run(1n);
  }
  return steps;
}

for (const options of engines) {
  test(`the last 16 steps of random programs are told as they were, and nothing else changes (${options.engine})`, async () => {
    let reverts = 0;
    for (let seed = 1; seed <= 40; seed += 1) {
      const elf = randomProgram(seed, 300);
      const { machine } = loadElf(elf, { ...options });
      const { machine: plain } = loadElf(elf, options);
      await runOut(machine, 40_000n);
      await runOut(plain, 40_000n);
      if (!machine.exited && machine.step < 40_000n) reverts += 1;
      if (machine.exited) continue;
      const before = machine.stateHash();
      assert.deepEqual(
        await machine.lastSteps(16, async (from) => loadElf(elf, { ...options, ...from }).machine),
        await traced(elf, options, machine.step),
        `seed ${seed}`,
      );
      assert.deepEqual(machine.stateHash(), before);
      assert.deepEqual(before, plain.stateHash(), `seed ${seed}`);
    }
    assert.ok(reverts > 5);
  });

  test(`a guest is done again, whatever of it was paged out (${options.engine})`, async () => {
    const elf = hungryGuest(8n * 2n ** 20n, 3000n);
    const limited = { ...options, regions: false, poolLimit: 30 * 0x10000 };
    const { machine } = loadElf(elf, limited);
    const { machine: plain } = loadElf(elf, options);
    for (const slice of [40_000n, 1n, 7n, 30_000n]) {
      await machine.run(slice);
      await plain.run(slice);
      assert.deepEqual(
        await machine.lastSteps(16, async (from) => loadElf(elf, { ...options, ...from }).machine),
        await traced(elf, options, machine.step),
        `at ${machine.step}`,
      );
      assert.deepEqual(machine.stateHash(), plain.stateHash());
    }
  });

  test(`pre-images are read again from the record, hints and output are not repeated (${options.engine})`, async () => {
    const data = 0x8000n;
    const write = (file: number, address: bigint, size: bigint) => systemCall(64, BigInt(file), address, size);
    const words = [
      ...write(4, data, 8n),
      ...write(6, data + 32n, 32n),
      ...systemCall(63, 5n, data + 64n, 32n),
      ...write(1, data, 4n),
      ...loadConstant(5, data),
      assemble('ld', { rd: 6, rs1: 5, imm: 64 }),
      0,
    ];
    const hint = Uint8Array.of(0, 0, 0, 4, 0x68, 0x69, 0x6e, 0x74);
    const elf = writeElf({
      entry: 0x1000n,
      segments: [
        { address: 0x1000n, bytes: codeBytes(words) },
        { address: data, bytes: hint, memorySize: 128n },
      ],
      symbols: [],
    });
    const events: string[] = [];
    const oracle: Oracle = {
      hint: async (text) => void events.push(`hint ${text}`),
      get: async () => {
        events.push('pre-image');
        return Uint8Array.of(7, 8, 9);
      },
    };
    const output = () => void events.push('output');
    const { machine } = loadElf(elf, { ...options, oracle, output });
    await assert.rejects(machine.run(1000n), RevertError);
    const expected = ['hint hint', 'pre-image', 'output'];
    assert.deepEqual(events, expected);
    const steps = await machine.lastSteps(16, async (from) => loadElf(elf, { ...options, ...from }).machine);
    assert.equal(steps?.length, 16);
    assert.deepEqual(steps.at(-1), {
      step: machine.step - 1n,
      pc: machine.pc - 4n,
      word: assemble('ld', { rd: 6, rs1: 5, imm: 64 }),
    });
    assert.deepEqual(events, expected);
  });
}

test('a run of fewer steps tells all of them, and what does not come to the same end nothing', async () => {
  const at = (entry: bigint) =>
    writeElf({ entry, segments: [{ address: 0x1000n, bytes: codeBytes([0x13, 0x13, 0, 0x13]) }], symbols: [] });
  const { machine } = loadElf(at(0x1000n));
  await assert.rejects(machine.run(10n), RevertError);
  assert.deepEqual(await machine.lastSteps(16, async () => loadElf(at(0x1000n)).machine), [
    { step: 0n, pc: 0x1000n, word: 0x13 },
    { step: 1n, pc: 0x1004n, word: 0x13 },
  ]);
  assert.equal(await machine.lastSteps(16, async () => loadElf(at(0x1004n)).machine), undefined);
  assert.equal(
    await machine.lastSteps(16, async () => {
      throw new Error('the state file is gone');
    }),
    undefined,
  );
});

test('a repetition that is given up on the way tells nothing', async () => {
  const elf = hungryGuest(0x10000n, 1000n);
  const { machine } = loadElf(elf);
  await machine.run(100n);
  const make = async () => loadElf(elf).machine;
  assert.equal(await machine.lastSteps(16, make, AbortSignal.abort()), undefined);
  assert.equal((await machine.lastSteps(16, make, new AbortController().signal))?.length, 16);
});

test('of hundreds of thousands of pre-images without content those are kept that there is room for', () => {
  const record = new PreimageRecord();
  const keyOf = (i: number) => Uint8Array.from(Buffer.from(i.toString(16).padStart(64, '0'), 'hex'));
  for (let i = 0; i < 240_000; i += 1) record.add(keyOf(i), new Uint8Array(0));
  const asked: string[] = [];
  const { oracle } = record.optionsFrom({
    hint: () => {},
    get: (key) => {
      asked.push(Buffer.from(key).toString('hex'));
      return new Uint8Array(0);
    },
  });
  for (const i of [0, 239_999]) void oracle?.get(keyOf(i));
  assert.deepEqual(asked, [Buffer.from(keyOf(239_999)).toString('hex')]);
});
