import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import { Machine, RevertError } from '../src/machine.js';
import type { Oracle } from '../src/oracle.js';
import { parseStepPattern, nextMatch, StepPatternError } from '../src/step-pattern.js';
import { runGuided } from '../src/guided-run.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';

const BUFFER = 0x8000n;

function guest(words: readonly number[], options: ConstructorParameters<typeof Machine>[0] = {}): Machine {
  const segments = [
    { address: 0x1000n, bytes: codeBytes(words) },
    { address: BUFFER, bytes: Buffer.from('\0\0\0\x05hello\0\0\0\x05world') },
  ];
  return loadElf(writeElf({ entry: 0x1000n, segments, symbols: [] }), options).machine;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Writes 32 bytes at BUFFER as the key, then reads at most `count` bytes to BUFFER + 64, `times` times. */
const readPreimage = (times: number, count: bigint) => [
  ...systemCall(64, 6n, BUFFER, 32n),
  ...Array.from({ length: times }, () => systemCall(63, 5n, BUFFER + 64n, count)).flat(),
];

test('a pre-image is asked for once, and read with its length in front', async () => {
  const asked: string[] = [];
  const value = Buffer.from('0123456789abcdefghijklmnopqrstuvwxyz');
  for (const late of [false, true]) {
    const oracle: Oracle = {
      hint: () => undefined,
      get: (key) => {
        asked.push(hex(key));
        return late ? new Promise((resolve) => setTimeout(() => resolve(value), 5)) : value;
      },
    };
    const machine = guest([...readPreimage(2, 100n), ...systemCall(93, 0n)], { oracle });
    assert.equal(await machine.run(1000n), 'exited');
    assert.equal(machine.preimageOffset, 44n);
    // One leaf in each call: 32 bytes, then the 12 that are left, in the same place.
    const stream = Buffer.concat([lengthOf(value), value]);
    assert.equal(hex(machine.memory.read(BUFFER + 64n, 12)), hex(stream.subarray(32, 44)));
    assert.equal(hex(machine.memory.read(BUFFER + 76n, 20)), hex(stream.subarray(12, 32)));
  }
  assert.equal(asked.length, 2);
});

function lengthOf(value: Uint8Array): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value.length));
  return bytes;
}

test('reading past the end of a pre-image ends the run with key, offset and last hint', async () => {
  const oracle: Oracle = { hint: () => undefined, get: () => Buffer.from('abc') };
  const machine = guest([...systemCall(64, 4n, BUFFER, 9n), ...readPreimage(2, 32n)], { oracle });
  await assert.rejects(machine.run(1000n), (error: unknown) => {
    assert.ok(error instanceof RevertError);
    assert.equal(error.code, 0xbadf00d0);
    assert.match(error.message, /revert badf00d0/);
    assert.match(error.message, /0x0000000568656c6c6f/);
    assert.match(error.message, /at offset 11/);
    assert.match(error.message, /"hello"/);
    return true;
  });
});

test('an oracle that cannot answer, at once or later, ends the run with its reason', async () => {
  for (const get of [
    () => {
      throw new Error('the moon is in the way');
    },
    () => Promise.reject(new Error('the moon is in the way')),
  ]) {
    const machine = guest(readPreimage(1, 8n), { oracle: { hint: () => undefined, get } });
    await assert.rejects(machine.run(1000n), /the moon is in the way \(last hint: none\)/);
  }
  await assert.rejects(guest(readPreimage(1, 8n)).run(1000n), /there is no pre-image server/);
});

test('hints arrive whole, in order, and before the guest goes on, in whatever pieces they are written', async () => {
  const pieces: [bigint, bigint][] = [
    [0n, 3n],
    [3n, 4n],
    [7n, 11n],
  ];
  for (const late of [false, true]) {
    const hints: string[] = [];
    const oracle: Oracle = {
      get: () => new Uint8Array(0),
      hint: (hint) => {
        hints.push(hint);
        return late ? new Promise((resolve) => setTimeout(resolve, 2)) : undefined;
      },
    };
    const calls = pieces.flatMap(([from, count]) => systemCall(64, 4n, BUFFER + from, count));
    const machine = guest([...calls, ...systemCall(93, 0n)], { oracle });
    await machine.run(1000n);
    assert.deepEqual(hints, ['hello', 'world']);
    assert.equal(machine.lastHint.length, 0);
    assert.equal(machine.step, BigInt(calls.length + systemCall(93, 0n).length));
  }
});

test('what the guest prints goes to its stream', async () => {
  const printed: string[] = [];
  const machine = guest(
    [...systemCall(64, 1n, BUFFER + 4n, 5n), ...systemCall(64, 2n, BUFFER + 13n, 5n), ...systemCall(93, 0n)],
    {
      output: (stream, bytes) => printed.push(`${stream}: ${Buffer.from(bytes).toString()}`),
    },
  );
  await machine.run(1000n);
  assert.deepEqual(printed, ['stdout: hello', 'stderr: world']);
});

test('code that the guest overwrites is executed as it is now', async () => {
  const patch = BigInt(assemble('addi', { rd: 6, rs1: 6, imm: 100 }));
  const loop = [
    assemble('addi', { rd: 6, rs1: 6, imm: 1 }),
    assemble('sw', { rs1: 7, rs2: 5, imm: 0 }),
    assemble('addi', { rd: 8, rs1: 8, imm: -1 }),
    assemble('bne', { rs1: 8, imm: -12 }),
  ];
  const setUp = [...loadConstant(5, patch), ...loadConstant(8, 3n), ...loadConstant(7, 0x1000n + 100n)];
  const gap = Array.from({ length: 25 - setUp.length }, () => assemble('fence'));
  const machine = guest([...setUp, ...gap, ...loop, ...systemCall(93, 0n)]);
  await machine.run(1000n);
  assert.equal(machine.register(6), 201n);
});

test('a jump to absent memory reverts with unknown opcode 0 and allocates nothing', async () => {
  const machine = guest([...loadConstant(5, 0x70_0000_0000n), assemble('jalr', { rs1: 5 })]);
  const pages = machine.memory.pageCount();
  await assert.rejects(machine.run(100n), /failed at step 5 \(PC: 7000000000\): revert f001c0de/);
  assert.equal(machine.memory.pageCount(), pages);
});

test('an entry at an odd address executes there; branches from it revert, taken or not', async () => {
  const code = Buffer.concat([
    Buffer.alloc(2),
    codeBytes([assemble('addi', { rd: 5, imm: 7 }), assemble('bne', { imm: 8 })]),
  ]);
  const elf = writeElf({ entry: 0x1002n, segments: [{ address: 0x1000n, bytes: code }], symbols: [] });
  const { machine } = loadElf(elf);
  await assert.rejects(machine.run(100n), /failed at step 1 \(PC: 00001006\): revert bad10ad0/);
  assert.equal(machine.register(5), 7n);
});

test('memory ranges wrap around at the end of the address space', async () => {
  const words = [
    ...loadConstant(5, -4n),
    ...loadConstant(6, 0x1122334455667788n),
    assemble('sd', { rs1: 5, rs2: 6 }),
    assemble('ld', { rd: 7, rs1: 5 }),
  ];
  const machine = guest([...words, ...systemCall(93, 0n)]);
  await machine.run(1000n);
  assert.equal(machine.register(7), 0x1122334455667788n);
  assert.deepEqual([...machine.memory.read(0n, 4)], [0x44, 0x33, 0x22, 0x11]);
  assert.deepEqual([...machine.memory.pageIndices()].at(-1), (1n << 52n) - 1n);
});

test('step patterns match as written', () => {
  assert.equal(nextMatch(parseStepPattern('never'), 5n), undefined);
  assert.equal(nextMatch(parseStepPattern(''), 5n), undefined);
  assert.equal(nextMatch(parseStepPattern('always'), 5n), 5n);
  assert.equal(nextMatch(parseStepPattern('=0x10'), 5n), 16n);
  // As Go's strconv reads numbers in base 0.
  assert.equal(nextMatch(parseStepPattern('=010'), 0n), 8n);
  assert.equal(nextMatch(parseStepPattern('=0o17'), 0n), 15n);
  assert.equal(nextMatch(parseStepPattern('=0B101'), 0n), 5n);
  assert.equal(nextMatch(parseStepPattern('=1_000_000'), 0n), 1_000_000n);
  assert.equal(nextMatch(parseStepPattern('=4'), 5n), undefined);
  assert.equal(nextMatch(parseStepPattern('%4'), 5n), 8n);
  assert.equal(nextMatch(parseStepPattern('%4'), 0n), 0n);
  for (const bad of ['%0', '=', 'sometimes', '=-1', '%18446744073709551616']) {
    assert.throws(() => parseStepPattern(bad), StepPatternError, bad);
  }
});

test('a guided run does things at their steps: information, stop, snapshot, proof', async () => {
  const words = [...Array.from({ length: 20 }, () => assemble('fence')), ...systemCall(93, 0n)];
  const events: string[] = [];
  const machine = guest(words);
  const stop = await runGuided(machine, {
    infoAt: parseStepPattern('%5'),
    snapshotAt: parseStepPattern('=5'),
    proofAt: parseStepPattern('=7'),
    stopAt: parseStepPattern('=15'),
    onInfo: ({ step }) => events.push(`info ${step}`),
    onSnapshot: async ({ step }) => void events.push(`snapshot ${step}`),
    onProof: ({ firstStep, ends }) => ends.forEach((_, i) => events.push(`proof ${firstStep + BigInt(i)}`)),
  });
  assert.equal(stop, 'stop pattern');
  assert.deepEqual(events, ['info 0', 'info 5', 'snapshot 5', 'proof 7', 'info 10', 'info 15']);
  assert.equal(machine.step, 15n);
});

test('a guided run hears of an abort however close its stops are', async () => {
  const spinner = [assemble('addi', { rd: 5, imm: 1 }), assemble('jal', { imm: 0 })];
  for (const pattern of ['always', '%2']) {
    for (const what of ['infoAt', 'proofAt', 'snapshotAt'] as const) {
      const machine = guest(spinner);
      const aborted = new AbortController();
      setImmediate(() => aborted.abort());
      const { signal } = aborted;
      const stop = await runGuided(machine, { [what]: parseStepPattern(pattern), signal });
      assert.equal(stop, 'aborted', `${what} ${pattern}`);
    }
  }
});
