import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import type { Machine } from '../src/machine.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';
import { engines } from './reference.js';

const CODE = 0x10000n;
const [COUNTER, DATA] = [8, 9];

/** A guest that repeats `body` and exits, in both engines, with its code and its data at these addresses, and other code. */
function guests(
  body: readonly number[],
  turns: bigint,
  data = 0x80000n,
  code = CODE,
  others: readonly { address: bigint; words: readonly number[] }[] = [],
): [Machine, Machine] {
  const back = [
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
    assemble('beq', { rs1: COUNTER, imm: 8 }),
    assemble('jal', { imm: -4 * (body.length + 2) }),
  ];
  const words = [...loadConstant(COUNTER, turns), ...loadConstant(DATA, data), ...body, ...back, ...systemCall(93, 0n)];
  const segments = [{ address: code, words }, ...others].map((one) => ({
    address: one.address,
    bytes: codeBytes(one.words),
  }));
  const elf = writeElf({ entry: code, segments, symbols: [] });
  const [first, second] = engines.map((options) => loadElf(elf, options).machine);
  if (first === undefined || second === undefined) throw new Error('there are two engines');
  return [first, second];
}

/** Runs both in the same slices and compares the whole state after each. */
async function agree([interpreter, translator]: [Machine, Machine], slices: readonly bigint[]): Promise<void> {
  for (let turn = 0; !interpreter.exited; turn++) {
    const slice = slices[turn % slices.length] ?? 1n;
    await interpreter.run(slice);
    await translator.run(slice);
    assert.deepEqual(translator.stateHash(), interpreter.stateHash(), `at step ${interpreter.step}`);
    assert.deepEqual(translator.memory.pageIndices(), interpreter.memory.pageIndices());
  }
  assert.ok((translator.translation?.units ?? 0) > 0, 'something was translated');
}

test('both engines are in the same state at every stop', async () => {
  const body = [
    assemble('ld', { rd: 5, rs1: DATA, imm: 8 }),
    assemble('addi', { rd: 5, rs1: 5, imm: 3 }),
    assemble('sd', { rs1: DATA, rs2: 5, imm: 8 }),
    assemble('andi', { rd: 6, rs1: 5, imm: 63 }),
    assemble('slli', { rd: 6, rs1: 6, imm: 9 }),
    assemble('add', { rd: 6, rs1: 6, rs2: DATA }),
    assemble('sw', { rs1: 6, rs2: 5, imm: -2 }),
    assemble('mulhsu', { rd: 7, rs1: 5, rs2: 7 }),
    assemble('xor', { rd: 7, rs1: 7, rs2: 5 }),
  ];
  await agree(guests(body, 40_000n), [20_000n, 33_333n, 1n, 17_001n]);
});

test('recursion deeper than the stack of translated code comes back to the same state', async () => {
  // f(n) calls itself until n is 0, keeping its link on the guest's stack.
  const body = [
    ...loadConstant(10, 5000n),
    assemble('jal', { rd: 1, imm: 8 }),
    assemble('jal', { imm: 4 * 10 }),
    assemble('addi', { rd: 2, rs1: 2, imm: -16 }),
    assemble('sd', { rs1: 2, rs2: 1, imm: 8 }),
    assemble('beq', { rs1: 10, imm: 12 }),
    assemble('addi', { rd: 10, rs1: 10, imm: -1 }),
    assemble('jal', { rd: 1, imm: -16 }),
    assemble('addi', { rd: 11, rs1: 11, imm: 1 }),
    assemble('ld', { rd: 1, rs1: 2, imm: 8 }),
    assemble('addi', { rd: 2, rs1: 2, imm: 16 }),
    assemble('jalr', { rs1: 1 }),
  ];
  await agree(guests(body, 20n), [50_000n, 77_777n]);
});

/** Where code lies above what it stores, a fault-proof client's stack and memory for one, and where it lies below. */
const places = [
  { name: 'above its data', code: 0x7e000000n, data: 0x7cff0000n },
  { name: 'below its data', code: CODE, data: 0x80000n },
];

for (const { name, code, data } of places) {
  test(`code ${name}: stores from there down are not left to the interpreter, and agree`, async () => {
    const body = [
      assemble('sd', { rs1: DATA, rs2: COUNTER, imm: -8 }),
      assemble('ld', { rd: 5, rs1: DATA, imm: -8 }),
      assemble('add', { rd: 11, rs1: 11, rs2: 5 }),
      assemble('addi', { rd: DATA, rs1: DATA, imm: code > data ? -1024 : 1024 }),
    ];
    const machines = guests(body, 30_000n, data, code);
    await agree(machines, [50_000n, 1n, 33_333n]);
    const { misses = Infinity } = machines[1].translation ?? {};
    assert.ok(misses < 3_000, `${misses} checks failed in 30,000 turns`);
  });
}

for (const { name, code, data } of places)
  test(`code ${name}: a function that has been translated and is then overwritten from elsewhere is executed as it is`, async () => {
    // Every 64 turns the caller writes an ADDI, of 1 and of 3 in turn, and the way back; it calls them every turn.
    const constant = (word: number) => loadConstant(6, BigInt(word | 0));
    const writes = [
      ...constant(assemble('addi', { rd: 11, rs1: 11, imm: 1 })),
      assemble('andi', { rd: 7, rs1: COUNTER, imm: 64 }),
      assemble('slli', { rd: 7, rs1: 7, imm: 15 }),
      assemble('add', { rd: 6, rs1: 6, rs2: 7 }),
      assemble('sw', { rs1: DATA, rs2: 6 }),
      ...constant(assemble('jalr', { rs1: 30 })),
      assemble('sw', { rs1: DATA, rs2: 6, imm: 4 }),
    ];
    const body = [
      assemble('andi', { rd: 5, rs1: COUNTER, imm: 63 }),
      assemble('bne', { rs1: 5, imm: 4 + 4 * writes.length }),
      ...writes,
      assemble('jalr', { rd: 30, rs1: DATA }),
    ];
    const machines = guests(body, 12_800n, data, code);
    await agree(machines, [50_000n]);
    assert.equal(machines[0].register(11), 25_600n);
  });

test('code that overwrites itself while it is hot is executed as it is', async () => {
  // Each turn writes the immediate of the ADDI that it then executes.
  const at = 6;
  const body = [
    assemble('auipc', { rd: 5, imm: 0 }),
    assemble('lw', { rd: 6, rs1: 5, imm: 4 * at }),
    ...loadConstant(7, 1n << 20n).slice(0, 1),
    assemble('add', { rd: 6, rs1: 6, rs2: 7 }),
    assemble('sw', { rs1: 5, rs2: 6, imm: 4 * at }),
    assemble('fence'),
    assemble('addi', { rd: 11, rs1: 11, imm: 1 }),
  ];
  await agree(guests(body, 20_000n), [30_000n]);
});

test('a long chain of branches is translated or interpreted, never a failure of the host', async () => {
  const link = [assemble('bne', { rs1: 5, rs2: COUNTER, imm: 8 }), assemble('addi', { rd: 5, rs1: 5, imm: 1 })];
  const body = Array.from({ length: 700 }, () => link).flat();
  await agree(guests(body, 100n), [100_000n]);
});

test('a jump to an odd target reverts at the jump, hot as it may be', async () => {
  const body = [
    assemble('auipc', { rd: 5, imm: 0 }),
    assemble('srli', { rd: 6, rs1: COUNTER, imm: 63 }),
    assemble('slli', { rd: 6, rs1: 6, imm: 1 }),
    assemble('add', { rd: 5, rs1: 5, rs2: 6 }),
    assemble('jalr', { rs1: 5, imm: 20 }),
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
  ];
  const errors = await Promise.all(
    // The counter runs below zero.
    guests(body, 30_001n).map((machine) => machine.run(1_000_000n).catch((error: unknown) => String(error))),
  );
  assert.match(String(errors[0]), /revert bad10ad0/);
  assert.equal(errors[1], errors[0]);
});

test('extensions written as two shifts, and pairs of shifts that only look like one, agree', async () => {
  const pairs = [
    ['srli', 32, 32],
    ['srai', 32, 32],
    ['srai', 48, 48],
    ['srai', 56, 56],
    ['srli', 48, 48],
    ['srli', 32, 31],
    ['srai', 56, 55],
  ] as const;
  const body = [
    ...loadConstant(5, 0x9e3779b97f4a7c15n),
    assemble('mul', { rd: 5, rs1: 5, rs2: COUNTER }),
    ...pairs.flatMap(([right, left, back], i) => [
      assemble('slli', { rd: 11 + i, rs1: 5, imm: left }),
      assemble(right, { rd: 11 + i, rs1: 11 + i, imm: back }),
    ]),
    // The shifted value is kept, or the pair is one of different registers.
    assemble('slli', { rd: 20, rs1: 5, imm: 32 }),
    assemble('srli', { rd: 21, rs1: 20, imm: 32 }),
    assemble('slli', { rd: 22, rs1: 5, imm: 56 }),
    assemble('srai', { rd: 22, rs1: 20, imm: 56 }),
  ];
  await agree(guests(body, 5000n), [33_333n, 20_001n]);
});

/** Puts an ADDI of 1 + (turn mod 4) to register 11 into register 6. */
const makeAddition = [
  ...loadConstant(6, BigInt(assemble('addi', { rd: 11, rs1: 11, imm: 1 }) | 0)),
  assemble('andi', { rd: 7, rs1: COUNTER, imm: 3 }),
  assemble('slli', { rd: 7, rs1: 7, imm: 20 }),
  assemble('add', { rd: 6, rs1: 6, rs2: 7 }),
];
/** Puts the way back from what was called by register 30 into register 6. */
const makeReturn = loadConstant(6, BigInt(assemble('jalr', { rs1: 30 }) | 0));
/** Calls what a register has the address of, from a turn on. */
const callFrom = (turn: bigint, at: number): number[] => [
  ...loadConstant(5, turn),
  assemble('bltu', { rs1: 5, rs2: COUNTER, imm: 8 }),
  assemble('jalr', { rd: 30, rs1: at }),
];

test('code that appears among what hot code stores to is noticed, below its own and above', async () => {
  // Hot stores fill 64 words; from turn 9,000 on these are called too, each time with other instructions.
  const start = 0x7d000000n;
  for (const code of [0x7e000000n, 0x7c000000n]) {
    const body = [
      ...makeAddition,
      assemble('sw', { rs1: DATA, rs2: 6 }),
      assemble('sw', { rs1: DATA, rs2: 6, imm: 4 }),
      ...makeReturn,
      assemble('sw', { rs1: DATA, rs2: 6, imm: 8 }),
      ...callFrom(9_000n, DATA),
    ];
    const machines = guests(body, 18_000n, start, code);
    await agree(machines, [40_000n, 7n]);
    // Twice 1 + (turn mod 4), for 9,000 turns.
    assert.equal(machines[0].register(11), 9_000n * 5n);
  }
});

test('code that appears among what hot code stores to is noticed, whatever other code has appeared below all of it', async () => {
  const [start, code, lower] = [0x7d000000n, 0x7e000000n, 0x70000000n];
  const body = [
    ...makeAddition,
    assemble('sw', { rs1: DATA, rs2: 6 }),
    ...makeReturn,
    assemble('sw', { rs1: DATA, rs2: 6, imm: 4 }),
    ...loadConstant(28, lower),
    ...callFrom(12_000n, 28),
    ...callFrom(9_000n, DATA),
  ];
  const others = [{ address: lower, words: [assemble('jalr', { rs1: 30 })] }];
  const machines = guests(body, 18_000n, start, code, others);
  await agree(machines, [40_000n, 7n]);
  // 1 + (turn mod 4), for 9,000 turns.
  assert.equal(machines[0].register(11), 22_500n);
});

test('what was read as absent is read as translated code has stored it since', async () => {
  // The word 2 MiB above the first store is read in each turn, and stored in turn 2,049: among what lies where it lies in the
  // guest's memory from the first store on, and where that is so from the store before it in another 512 MiB on.
  for (const start of [0x9_0000_0000n, 0x9_1ff0_0000n]) {
    const body = [
      ...loadConstant(12, start + 0x20_0000n),
      // The translator does not know the sum.
      assemble('add', { rd: 12, rs1: 12, rs2: 13 }),
      assemble('ld', { rd: 5, rs1: 12 }),
      assemble('add', { rd: 11, rs1: 11, rs2: 5 }),
      assemble('sd', { rs1: DATA, rs2: COUNTER }),
      assemble('addi', { rd: DATA, rs1: DATA, imm: 1024 }),
    ];
    const machines = guests(body, 12_000n, start);
    await agree(machines, [100_000n, 3n]);
    // Turn 2,049 stores 12,000 - 2,048; the turns behind it read that.
    assert.equal(machines[0].register(11), 9_952n * 9_951n);
  }
});

test('straight lines that are longer than a unit are translated to their end, and agree', async () => {
  const line = Array.from({ length: 4_000 }, (_, i) => assemble('addi', { rd: 11, rs1: 11, imm: i % 7 }));
  const machines = guests(line, 60n);
  await agree(machines, [77_777n, 1n]);
  const { guestInstructions = 0 } = machines[1].translation ?? {};
  assert.ok(guestInstructions >= line.length, `${guestInstructions} instructions were translated`);
});

test('stores of one register value mark every page that they touch, and no other', async () => {
  // The pointer walks over page and granule boundaries, with stores on both sides of it.
  const body = [
    assemble('addi', { rd: DATA, rs1: DATA, imm: 712 }),
    assemble('sd', { rs1: DATA, rs2: COUNTER, imm: 0 }),
    assemble('sb', { rs1: DATA, rs2: COUNTER, imm: 900 }),
    assemble('ld', { rd: 5, rs1: DATA, imm: -1000 }),
    assemble('sw', { rs1: DATA, rs2: 5, imm: -950 }),
    assemble('sh', { rs1: DATA, rs2: 5, imm: 333 }),
  ];
  await agree(guests(body, 4000n, 0x80f00n), [20_000n, 17_003n]);
});

test('a store far below the stack pointer leaves the stack what it is', async () => {
  // 64 MiB below, in what would be a region's worth of addresses that ends with the stack.
  const body = [
    assemble('addi', { rd: 5, rs1: 5, imm: 1 }),
    assemble('sd', { rs1: 2, rs2: 5, imm: -16 }),
    assemble('lui', { rd: 6, imm: -(64 << 20) }),
    assemble('add', { rd: 6, rs1: 6, rs2: 2 }),
    assemble('sd', { rs1: 6, rs2: 5 }),
    assemble('ld', { rd: 7, rs1: 2, imm: -16 }),
    assemble('add', { rd: 11, rs1: 11, rs2: 7 }),
  ];
  const machines = guests(body, 10_000n);
  await agree(machines, [20_000n, 7n]);
  assert.equal(machines[1].register(11), (10_000n * 10_001n) / 2n);
  const top = machines[0].register(2) - 16n;
  assert.deepEqual(machines[1].memory.read(top, 8), machines[0].memory.read(top, 8));
});

test('a value that the code behind a store would overwrite is kept where the store changes that code', async () => {
  // In the last turn the store makes `addi x7, x0, 9` a fence: x7 is then what the turn has made it before.
  const start = [
    assemble('auipc', { rd: 30, imm: 0 }),
    assemble('addi', { rd: 31, rs1: COUNTER, imm: -1 }),
    assemble('sltiu', { rd: 31, rs1: 31, imm: 1 }),
    assemble('sub', { rd: 31, rs1: 0, rs2: 31 }),
    // x5 is DATA, or in the last turn where the ADDI is.
    assemble('addi', { rd: 5, rs1: 30, imm: 4 * 12 }),
    assemble('xor', { rd: 5, rs1: 5, rs2: DATA }),
    assemble('and', { rd: 5, rs1: 5, rs2: 31 }),
    assemble('xor', { rd: 5, rs1: 5, rs2: DATA }),
    assemble('addi', { rd: 6, rs1: 0, imm: 0x0f }),
    assemble('addi', { rd: 7, rs1: COUNTER, imm: 5 }),
    assemble('addi', { rd: 7, rs1: 7, imm: 1 }),
    assemble('sw', { rs1: 5, rs2: 6 }),
    assemble('addi', { rd: 7, rs1: 0, imm: 9 }),
  ];
  const machines = guests(start, 10_000n);
  await agree(machines, [20_000n, 77_777n]);
  assert.equal(machines[0].register(7), 7n);
});

test('code that runs over a boundary of 64 KiB is executed as it is, wherever it is overwritten', async () => {
  // The loop lies around the boundary; every 64 turns an ADDI behind it is overwritten, with 1 and 3 in turn.
  const words = [
    ...loadConstant(COUNTER, 6400n),
    ...loadConstant(6, BigInt(assemble('addi', { rd: 11, rs1: 11, imm: 1 }) | 0)),
    assemble('auipc', { rd: 5, imm: 0x10000 - 0x1000 }),
  ];
  const at = 0x1ff80n;
  const loop = [
    assemble('andi', { rd: 7, rs1: COUNTER, imm: 63 }),
    assemble('bne', { rs1: 7, imm: 4 * 6 }),
    assemble('andi', { rd: 7, rs1: COUNTER, imm: 64 }),
    assemble('slli', { rd: 7, rs1: 7, imm: 15 }),
    assemble('add', { rd: 7, rs1: 7, rs2: 6 }),
    assemble('sw', { rs1: 9, rs2: 7, imm: 16 }),
    assemble('fence'),
    ...Array.from({ length: 60 }, () => assemble('addi', { rd: 11, rs1: 11, imm: 1 })),
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
  ];
  const back = assemble('bne', { rs1: COUNTER, imm: -4 * loop.length });
  const code = codeBytes([...loop, back, ...systemCall(93, 0n)]);
  const start = codeBytes([
    ...words.slice(0, -1),
    ...loadConstant(9, 0x20000n),
    ...loadConstant(5, at),
    assemble('jalr', { rs1: 5 }),
  ]);
  const elf = writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: start },
      { address: at, bytes: code },
    ],
    symbols: [],
  });
  const [first, second] = engines.map((options) => loadElf(elf, options).machine);
  assert.ok(first !== undefined && second !== undefined);
  await agree([first, second], [30_000n, 11n]);
  assert.notEqual(first.register(11), 60n * 6400n);
});

test('long lines beyond number are translated many at a time: a module costs the host more, the more there are', async () => {
  const functions = 900;
  const start = 0x1000000n;
  const line = [
    ...Array.from({ length: 260 }, (_, i) => assemble('addi', { rd: 11, rs1: 11, imm: i % 5 })),
    assemble('jalr', { rs1: 1 }),
  ];
  const length = 4 * line.length;
  const calls = [
    assemble('jalr', { rd: 1, rs1: 20 }),
    assemble('addi', { rd: 20, rs1: 20, imm: length }),
    assemble('bne', { rs1: 20, rs2: 21, imm: -8 }),
  ];
  const end = start + BigInt(length * functions);
  const body = [...loadConstant(20, start), ...loadConstant(21, end), ...calls];
  const back = [
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
    assemble('beq', { rs1: COUNTER, imm: 8 }),
    assemble('jal', { imm: -4 * (body.length + 2) }),
  ];
  const words = [...loadConstant(COUNTER, 20n), ...body, ...back, ...systemCall(93, 0n)];
  const elf = writeElf({
    entry: CODE,
    segments: [
      { address: CODE, bytes: codeBytes(words) },
      { address: start, bytes: codeBytes(Array.from({ length: functions }, () => line).flat()) },
    ],
    symbols: [],
  });
  const { machine } = loadElf(elf, { engine: 'translator', translation: { threshold: 64 } });
  while (!machine.exited) await machine.run(1n << 40n);
  assert.equal(machine.register(11), 20n * 900n * 520n);
  const { units = 0, modules = Infinity } = machine.translation ?? {};
  assert.ok(units > 800, `${units} units`);
  assert.ok(modules < 700, `${modules} modules`);
});
