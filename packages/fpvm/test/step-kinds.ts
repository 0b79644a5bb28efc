// The catalogue of step kinds: every row of the instruction table with the bits that it ignores set and unset, every
// place that an access can have in leaves, pages and the address space, every system call with the arguments that it
// tells apart, pre-image reads of every kind of key, and states on the edge.
import { type Instruction, instructions } from '../src/instructions.js';
import { systemCalls } from '../src/system-calls.js';
import { anyWord, assemble } from './assembler.js';
import { hashedValues, hashKey } from './deterministic-oracle.js';
import { randomBytes, randomNumbers, randomValue } from './random-numbers.js';
import type { StepCase } from './step-case.js';

export const PC = 0x10000n;
const DATA = 0x2f000n;
const TOP = 1n << 64n;
const ECALL = assemble('ecall');
const random = randomNumbers(4);
export const data = [
  { address: DATA, bytes: randomBytes(random, 8192) },
  { address: 0n, bytes: randomBytes(random, 64) },
  { address: TOP - 64n, bytes: randomBytes(random, 64) },
];

/** Where an access of some bytes may be: a name and an address. */
export const places: readonly (readonly [string, bigint])[] = [
  ['aligned', DATA + 64n],
  ['unaligned', DATA + 67n],
  ['over the end of a leaf', DATA + 95n],
  ['over the end of a page', DATA + 4095n],
  ['at the end of a page', DATA + 4088n],
  ['over the end of a granule', 0x2ffffn],
  ['where no page is', 0x7f00_0000_0040n],
  ['into a page that is absent', DATA + 8191n],
  ['over the end of the address space', TOP - 1n],
  ['at the end of the address space', TOP - 8n],
];

/** Pairs of operands that arithmetic and comparisons tell apart. */
const pairs: readonly (readonly [bigint, bigint])[] = [
  [7n, 3n],
  [-7n, 3n],
  [1n << 63n, -1n],
  [0x8000_0000n, 0xffff_ffffn],
  [0x1234_5678_9abc_def0n, 0n],
  [-1n, 1n << 63n],
  [0xffff_ffff_0000_0025n, 0xffff_ffff_ffff_ffdfn],
];

function instructionKinds(row: Instruction): StepCase[] {
  const { format, name } = row;
  const [rd, rs1, rs2] = [5, 6, 7];
  const operands = (a: bigint, b = 0n) => ({ [rs1]: BigInt.asUintN(64, a), [rs2]: BigInt.asUintN(64, b) });
  const word = (imm = 0, to = rd) => anyWord(row, { rd: to, rs1, rs2, imm }, random);
  if (name === 'ecall') return [];
  if (row.revert !== undefined) return [{ name, word: word(), registers: operands(DATA) }];
  switch (format) {
    case 'load':
    case 'store':
      return places.map(([place, address], i) => {
        const imm = [0, 1, -1, 2047, -2048][i % 5] ?? 0;
        const registers = { [rs1]: BigInt.asUintN(64, address - BigInt(imm)), [rs2]: randomValue(random) };
        return { name: `${name} ${place}`, word: word(imm), registers, memory: data };
      });
    case 'amo': {
      const named = name.endsWith('.w') ? DATA + 68n : DATA + 72n;
      const values = [1n, -1n, 1n << 63n, 0x7fff_ffffn];
      const aligned = values.map((value) => ({
        name: `${name} by ${value}`,
        word: word(),
        registers: operands(named, value),
        memory: data,
        scalars: { loadReservation: named },
      }));
      return [
        ...aligned,
        { name: `${name} to x0`, word: word(0, 0), registers: operands(named, 5n), memory: data },
        { name: `${name} at the end`, word: word(), registers: operands(TOP - 8n, 5n), memory: data },
        { name: `${name} of no page`, word: word(), registers: operands(0x7f00_0000_0040n, 5n) },
        { name: `${name} of address 0`, word: word(), registers: operands(0n, 5n), memory: data },
        { name: `${name} unaligned by 2`, word: word(), registers: operands(named + 2n), memory: data },
        { name: `${name} unaligned by 4`, word: word(), registers: operands(DATA + 68n), memory: data },
      ];
    }
    case 'branch':
      return pairs.flatMap(([a, b], i) => [
        { name: `${name} ${a} ${b}`, word: word([8, -4096, 4094, 4092][i % 4]), registers: operands(a, b) },
        { name: `${name} ${b} ${b}, ${i}`, word: word(i % 2 === 0 ? 12 : 6), registers: operands(b, b) },
      ]);
    case 'jal':
      return [0, 8, -4, 6, 0xffffc, -0x100000].map((imm) => ({ name: `${name} ${imm}`, word: word(imm) }));
    case 'i':
      if (name === 'jalr') {
        return [0n, 1n, 2n, 3n, -1n].flatMap((odd) => [
          { name: `jalr ${odd}`, word: word(-4), registers: operands(DATA + odd) },
          { name: `jalr ${odd} by its own register`, word: word(4, rs1), registers: operands(DATA + odd) },
        ]);
      }
      return pairs.map(([a, b], i) => {
        const imm = Number(BigInt.asIntN(12, b));
        return { name: `${name} ${a} ${imm}`, word: word(imm, i === 0 ? 0 : rd), registers: operands(a) };
      });
    case 'u':
      return [0, 0x7ffff000, -0x80000000].map((imm) => ({ name: `${name} ${imm}`, word: word(imm) }));
    case 'shift32':
    case 'shift64':
      return [0, 1, 31, 32, 63].flatMap((imm) => [
        { name: `${name} of -7 by ${imm}`, word: word(imm), registers: operands(-7n) },
        { name: `${name} by ${imm}`, word: word(imm), registers: operands(0x8765_4321_8765_4321n) },
      ]);
    case 'r':
      return pairs.map(([a, b], i) => ({
        name: `${name} ${a} ${b}`,
        word: word(0, i === 0 ? 0 : rd),
        registers: operands(a, b),
      }));
    case 'csr':
    case 'none':
      return [0, 1, 2, 3].map((i) => ({
        name: `${name} ${i}`,
        word: word(),
        registers: Object.fromEntries(Array.from({ length: 31 }, (_, register) => [register + 1, randomValue(random)])),
      }));
  }
}

/** An ECALL; the arguments from a0 on. */
function call(name: string, number: bigint, args: readonly bigint[], more: Partial<StepCase> = {}): StepCase {
  const registers = Object.fromEntries(args.map((value, i) => [10 + i, BigInt.asUintN(64, value)]));
  return { name, word: ECALL, registers: { ...registers, 17: BigInt.asUintN(64, number) }, memory: data, ...more };
}

const descriptors = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, -1n, 1n << 32n];

function systemCallKinds(): StepCase[] {
  const all = systemCalls.map(({ number, name }) => call(`${name} of nothing much`, BigInt(number), [7n, DATA, 3n]));
  const unknown = [0n, 98n, 260n, 1n << 32n, -1n, (1n << 32n) + 93n].map((number) =>
    call(`unknown system call ${number}`, number, [1n, 2n, 3n]),
  );
  const exits = [0n, 1n, 2n, 255n, 256n, -1n].flatMap((code) => [
    call(`exit ${code}`, 93n, [code]),
    call(`exit_group ${code}`, 94n, [code]),
  ]);
  const mmaps = [
    ['of one byte', [0n, 1n, 3n, 0x22n, -1n]],
    ['of nothing', [0n, 0n, 3n, 0x22n, -1n]],
    ['of one page', [0n, 4096n, 3n, 0x20n, -1n]],
    ['of a byte more', [0n, 4097n, 3n, -1n, -1n]],
    ['of everything', [0n, -1n, 3n, 0x22n, -1n]],
    ['with a hint', [0xc0_0000_0001n, 5000n, 3n, 0x22n, -1n]],
    ['of a file', [0n, 4096n, 3n, 0x22n, 3n]],
    ['of a file -1 in 32 bits', [0n, 4096n, 3n, 0x22n, 0xffff_ffffn]],
    ['not anonymous', [0x1000n, 4096n, 3n, 0x02n, -1n]],
  ] as const;
  const heaps = [0x7f00_0000_0000n, -4096n, 0n].flatMap((heap) =>
    mmaps.map(([name, args]) =>
      call(`mmap ${name}, heap ${heap}`, 222n, args, { scalars: { heap: BigInt.asUintN(64, heap) } }),
    ),
  );
  const fcntls = descriptors.flatMap((fd) =>
    [1n, 2n, 3n].map((command) => call(`fcntl ${fd} ${command}`, 25n, [fd, command])),
  );
  const commands = [0n, 4n, (1n << 32n) + 1n, -1n].map((command) => call(`fcntl ${command}`, 25n, [1n, command]));
  const stores = places.flatMap(([place, address]) => [
    call(`clock_gettime ${place}`, 113n, [1n, address]),
    call(`getrlimit ${place}`, 163n, [7n, address]),
    call(`clock_gettime ${place}, 15 bytes before`, 113n, [1n, address - 15n]),
  ]);
  const limits = [0n, 6n, 8n, -1n, (1n << 32n) + 7n].map((kind) => call(`getrlimit ${kind}`, 163n, [kind, DATA]));
  const transfers = descriptors.flatMap((fd) =>
    [0n, 1n, 33n].flatMap((count) => [
      ...(fd === 5n ? [] : [call(`read ${count} from ${fd}`, 63n, [fd, DATA + 5n, count])]),
      call(`write ${count} to ${fd}`, 64n, [fd, DATA + 5n, count]),
    ]),
  );
  return [...all, ...unknown, ...exits, ...heaps, ...fcntls, ...commands, ...stores, ...limits, ...transfers];
}

function keyWrites(): StepCase[] {
  const preimageKey = randomBytes(random, 32);
  return places.flatMap(([place, address], i) =>
    (i === 0 ? [0n, 1n, 8n, 31n, 32n, 100n, -1n] : [3n, 32n]).map((count) =>
      call(`key of ${count} ${place}`, 64n, [6n, address, count], { scalars: { preimageKey, preimageOffset: 40n } }),
    ),
  );
}

function preimageReads(): StepCase[] {
  const long = hashedValues.find(({ length }) => length === 100) ?? new Uint8Array(0);
  const read = (name: string, preimageKey: Uint8Array, offset: bigint, address: bigint, count: bigint) =>
    call(`${name} at ${offset}`, 63n, [5n, address, count], {
      scalars: { preimageKey, preimageOffset: offset },
      asks: true,
    });
  const key = hashKey(2, long);
  return [
    ...[0n, 1n, 7n, 8n, 40n, 76n, 107n, 108n, 109n, 1n << 63n].map((at) => read('read', key, at, DATA, 32n)),
    ...[0n, 1n, 31n, 32n, 33n, -1n].map((count) => read(`read of ${count}`, key, 8n, DATA + 64n, count)),
    ...places.map(([place, address]) => read(`read ${place}`, key, 40n, address, 32n)),
    ...hashedValues.flatMap((value) => [
      read(`keccak256 of ${value.length} bytes`, hashKey(2, value), 0n, DATA + 3n, 9n),
      read(`sha256 of ${value.length} bytes`, hashKey(4, value), 7n, DATA, 32n),
    ]),
    ...[0, 1, 3, 5, 6, 7, 255].map((type) =>
      read(`type ${type}`, Uint8Array.from([type, ...randomBytes(random, 31)]), 0n, DATA + 30n, 32n),
    ),
    read('zero key', new Uint8Array(32), 0n, DATA, 32n),
  ];
}

function edges(): StepCase[] {
  const addi = assemble('addi', { rd: 5, rs1: 5, imm: 1 });
  const at = (name: string, pc: bigint, word = addi): StepCase => ({ name, word, scalars: { pc } });
  return [
    at('the last address', TOP - 4n),
    at('behind the last address', TOP - 3n),
    at('an odd address', PC + 1n),
    at('an odd address, ending with its leaf', PC + 28n),
    at('an odd address, over the end of its leaf', PC + 29n),
    at('a branch from an odd address', PC + 2n, assemble('beq', { imm: 8 })),
    at('a branch from an odd address to an even one', PC + 2n, assemble('beq', { imm: 6 })),
    at('a branch not taken from an odd address', PC + 2n, assemble('bne', { imm: 6 })),
    at('a jump from an odd address to an even one', PC + 2n, assemble('jal', { rd: 1, imm: 6 })),
    at('auipc at the last address', TOP - 4n, assemble('auipc', { rd: 5, imm: 0x7ffff000 })),
    at('a jump over the end', TOP - 4n, assemble('jal', { rd: 1, imm: 8 })),
    { name: 'no instruction at all', scalars: { pc: 0x5000n } },
    { name: 'the last step number', word: addi, scalars: { step: TOP - 1n } },
    { name: 'step 0', word: addi, scalars: { step: 0n } },
    ...[0n, DATA].map((loadReservation) => ({
      name: `a store to the reservation ${loadReservation}`,
      word: assemble('sd', { rs1: 5, rs2: 5 }),
      registers: { 5: loadReservation },
      scalars: { loadReservation },
    })),
    {
      name: 'a store into its own instruction',
      word: assemble('sw', { rs1: 5, rs2: 5 }),
      registers: { 5: PC },
    },
    {
      name: 'a store over the end of its own leaf',
      word: assemble('sd', { rs1: 5, rs2: 5 }),
      registers: { 5: PC + 30n },
    },
  ];
}

/** A step of an exited machine: it changes nothing. The command lines take none; a chain may be asked to. */
export const exitedSteps: readonly StepCase[] = [0, 1, 2, 255].map((exitCode) => ({
  name: `exited with ${exitCode}`,
  word: assemble('addi', { rd: 5, rs1: 5, imm: 1 }),
  scalars: { exited: true, exitCode },
}));

export const stepKinds: readonly StepCase[] = [
  ...instructions.flatMap(instructionKinds),
  ...systemCallKinds(),
  ...keyWrites(),
  ...preimageReads(),
  ...edges(),
];
