// A module that ends in every way there is: the first byte of its local pre-image 1 says in which.
import type { FunctionType } from '../src/wasm/module.js';
import {
  abi,
  abiImports,
  access,
  buildModule,
  type BuiltFunction,
  call,
  type Code,
  drop,
  i32,
  i64,
  line,
  load8,
  load32,
  load64,
  localGet,
  localSet,
  none,
  store8,
  store32,
  store64,
  unsigned,
} from './wasm-builder.js';

/** One way to end, and what must be seen of it natively and in the machine. */
export interface End {
  readonly name: string;
  readonly code: Code;
  readonly exitCode: number;
  /** Hex. */
  readonly stdout?: string;
  /** The words of the trap. */
  readonly trap?: string;
  readonly questions?: readonly string[];
}

/** Key of local pre-image 1, where the module keeps it, and where it reads the pre-image to. */
export const orderKey = `01${'00'.repeat(30)}01`;
const KEY = 64;
const ORDER = 96;
/** What `say` writes. */
const WORD = 128;

/** A hint that crosses 32-byte leaves, at an odd address. */
const HINT = 301;
const HINT_TEXT = `l1-block-header 0x${'5a'.repeat(32)}`;

/** 64 KiB pages that the memory starts with. */
const PAGES = 1;
const SIZE = PAGES * 65536;

const divide = { i32_s: 0x6d, i32_u: 0x6e, i64_s: 0x7f, i64_u: 0x80 } as const;
const remainder = { i32_s: 0x6f, i32_u: 0x70, i64_s: 0x81, i64_u: 0x82 } as const;

/** Writes the byte 0x01 to 0x7f that it is given. */
const say = (byte: number): Code => [
  ...line(...i32(WORD), ...i32(byte), ...access(store32)),
  ...line(...i32(1), ...i32(WORD), ...i32(1), ...call(abi.write)),
];
const exit = (code: number): Code => [...i32(code), ...call(abi.exit)];
/** A value that no compiler can know: the order's second byte, which is 0. */
const zero: Code = [...i32(ORDER + 1), ...access(load8)];
const hidden = (value: number): Code => [...zero, ...i32(value), 0x6a];
const hidden64 = (value: bigint): Code => [...zero, 0xad, ...i64(value), 0x7c];

const OUT_OF_BOUNDS = 'memory access out of bounds';
const STACK = 'Maximum call stack size exceeded';
const SIGNATURE = 'null function or function signature mismatch';

/** Indexes of the functions below. */
const firstFunction = abiImports.length;
const recursive = firstFunction;
const ping = firstFunction + 1;
const pong = firstFunction + 2;
const throughTable = firstFunction + 3;

const unary: FunctionType = { params: ['i64'], result: 'i64' };
/** Index of `unary` among the types: the imports have five. */
const UNARY = 5;
const SLOTS = { throughTable: 0, otherType: 1, empty: 2 } as const;

function traps(name: string, code: Code, trap: string): End {
  return { name, code: [...say(1), ...code], exitCode: 2, stdout: '01', trap };
}

function completes(name: string, code: Code, stdout: string): End {
  return { name, code: [...code, ...exit(0)], exitCode: 0, stdout };
}

/** Writes the i32 on the stack, little endian; local 1 is used. */
const sayNumber: Code = [
  ...localSet(1),
  ...line(...i32(WORD), ...localGet(1), ...access(store32)),
  ...line(...i32(1), ...i32(WORD), ...i32(4), ...call(abi.write)),
];

/** `growing`: the memory's maximum is 3 pages, else it is 1. */
export function ends(growing: boolean): End[] {
  return [
    { name: 'exit 0', code: [...say(1), ...exit(0)], exitCode: 0, stdout: '01' },
    { name: 'exit 1', code: exit(1), exitCode: 1 },
    { name: 'exit 77', code: exit(77), exitCode: 77 },
    { name: 'return', code: say(1), exitCode: 2, stdout: '01', trap: 'the program returned without an exit code' },
    traps('unreachable', [0x00], 'unreachable'),

    completes('load the last bytes', [...hidden(SIZE - 4), ...access(load32), ...sayNumber], '00000000'),
    traps('load beyond the end', [...hidden(SIZE - 3), ...access(load32), drop], OUT_OF_BOUNDS),
    traps('load at an offset beyond the end', [...hidden(16), ...access(load32, SIZE - 16), drop], OUT_OF_BOUNDS),
    traps('load at the largest offset', [...hidden(1), ...access(load8, 2 ** 32 - 1), drop], OUT_OF_BOUNDS),
    traps('load at 2 GiB', [...hidden(-0x80000000), ...access(load8), drop], OUT_OF_BOUNDS),
    traps('load at the last address', [...hidden(-1), ...access(load64), drop], OUT_OF_BOUNDS),
    traps('load where base and offset pass 4 GiB', [...hidden(-16), ...access(load8, 32), drop], OUT_OF_BOUNDS),
    traps('load at a constant address', [...i32(SIZE), ...access(load8), drop], OUT_OF_BOUNDS),
    traps('store beyond the end', [...hidden(SIZE - 7), ...i64(1n), ...access(store64)], OUT_OF_BOUNDS),
    traps('store at an offset beyond the end', [...hidden(8), ...i64(1n), ...access(store64, SIZE - 8)], OUT_OF_BOUNDS),
    traps('copy from beyond the end', [...i32(0), ...hidden(SIZE - 3), ...i32(4), 0xfc, 10, 0, 0], OUT_OF_BOUNDS),
    traps('copy to beyond the end', [...hidden(SIZE - 3), ...i32(0), ...i32(4), 0xfc, 10, 0, 0], OUT_OF_BOUNDS),
    traps('copy with a huge length', [...i32(0), ...i32(8), ...hidden(-1), 0xfc, 10, 0, 0], OUT_OF_BOUNDS),
    traps('fill beyond the end', [...hidden(SIZE - 3), ...i32(7), ...i32(4), 0xfc, 11, 0], OUT_OF_BOUNDS),
    traps('fill nothing beyond the end', [...hidden(SIZE + 1), ...i32(7), ...i32(0), 0xfc, 11, 0], OUT_OF_BOUNDS),
    completes('fill nothing at the end', [...hidden(SIZE), ...i32(7), ...i32(0), 0xfc, 11, 0, ...say(2)], '02'),

    // What is seen before a trap must be the same, however checks are merged.
    {
      ...traps('output between two accesses', [...baseInLocal(16), ...far(0), ...say(2), ...far(SIZE)], OUT_OF_BOUNDS),
      stdout: '0102',
    },
    traps(
      'a division between two accesses',
      [...baseInLocal(16), ...far(0), ...i32(1), ...zero, divide.i32_u, drop, ...far(SIZE)],
      'divide by zero',
    ),
    completes(
      'an access that is not reached',
      [...baseInLocal(16), ...far(0), ...zero, 0x04, 0x40, ...far(SIZE), 0x0b, ...say(2)],
      '02',
    ),
    {
      ...traps('a loop that runs out of memory', runningLoop, OUT_OF_BOUNDS),
      // Accesses of 8 bytes at 0, 16384, … in one page.
      stdout: `01${'05'.repeat(4)}`,
    },

    traps('i32.div_s by zero', [...i32(5), ...zero, divide.i32_s, drop], 'divide by zero'),
    traps('i32.div_u by zero', [...i32(5), ...zero, divide.i32_u, drop], 'divide by zero'),
    traps('i64.div_s by zero', [...i64(5n), ...hidden64(0n), divide.i64_s, drop], 'divide by zero'),
    traps('i64.div_u by zero', [...i64(5n), ...hidden64(0n), divide.i64_u, drop], 'divide by zero'),
    traps('i32.rem_s by zero', [...i32(5), ...zero, remainder.i32_s, drop], 'remainder by zero'),
    traps('i32.rem_u by zero', [...i32(5), ...zero, remainder.i32_u, drop], 'remainder by zero'),
    traps('i64.rem_s by zero', [...i64(5n), ...hidden64(0n), remainder.i64_s, drop], 'remainder by zero'),
    traps('i64.rem_u by zero', [...i64(5n), ...hidden64(0n), remainder.i64_u, drop], 'remainder by zero'),
    traps(
      'i32.div_s overflow',
      [...i32(-0x80000000), ...hidden(-1), divide.i32_s, drop],
      'divide result unrepresentable',
    ),
    traps(
      'i64.div_s overflow',
      [...i64(-(1n << 63n)), ...hidden64(-1n), divide.i64_s, drop],
      'divide result unrepresentable',
    ),
    completes(
      'i32.rem_s of the smallest by -1',
      [...i32(-0x80000000), ...hidden(-1), remainder.i32_s, ...sayNumber],
      '00000000',
    ),
    completes(
      'i64.rem_s of the smallest by -1',
      [...i64(-(1n << 63n)), ...hidden64(-1n), remainder.i64_s, 0xa7, ...sayNumber],
      '00000000',
    ),

    traps('a table slot beyond the end', indirect(3), 'table index is out of bounds'),
    traps('the largest table slot', indirect(-1), 'table index is out of bounds'),
    traps('an empty table slot', indirect(SLOTS.empty), SIGNATURE),
    traps('a function of another type', indirect(SLOTS.otherType), SIGNATURE),
    traps('endless recursion', [...i64(1n), ...call(recursive), 0xa7, ...sayNumber], STACK),
    traps('endless recursion of two functions', [...i64(1n), ...call(ping), 0xa7, ...sayNumber], STACK),
    traps('endless recursion through the table', [...i64(1n), ...call(throughTable), 0xa7, ...sayNumber], STACK),

    completes('grow beyond the maximum', [...hidden(3), 0x40, 0, ...sayNumber], 'ffffffff'),
    completes('grow by 2^32 - 1', [...hidden(-1), 0x40, 0, ...sayNumber], 'ffffffff'),
    completes('grow by nothing', [...hidden(0), 0x40, 0, ...sayNumber], '01000000'),
    growing
      ? completes(
          'grow and use the new pages',
          [...hidden(2), 0x40, 0, drop, ...hidden(3 * SIZE - 4), ...access(load32), drop, 0x3f, 0, ...sayNumber],
          '03000000',
        )
      : completes('grow fails', [...hidden(1), 0x40, 0, drop, 0x3f, 0, ...sayNumber], '01000000'),

    traps('an offset in pages that are not there', [...hidden(4), ...access(load32, SIZE + 100), drop], OUT_OF_BOUNDS),
    ...(growing
      ? [
          completes(
            'an offset in new pages',
            [...hidden(2), 0x40, 0, drop, ...hidden(4), ...access(load32, 3 * SIZE - 8), ...sayNumber],
            '00000000',
          ),
          traps(
            'an offset beyond new pages',
            [...hidden(2), 0x40, 0, drop, ...hidden(4), ...access(load32, 3 * SIZE - 7), drop],
            OUT_OF_BOUNDS,
          ),
        ]
      : []),

    traps('read past the end of a pre-image', readOrder(ORDER, 64), 'the client read past the end of a pre-image'),
    {
      ...traps('read past the end after a whole read', [...readOrder(ORDER, 40), ...readMore(ORDER, 1)], ''),
      trap: 'the client read past the end of a pre-image',
    },
    {
      ...completes(
        'read in pieces to odd addresses',
        [...readOrder(3001, 2), ...readMore(3003, 1), ...readMore(3004, 37), ...writeFrom(3002, 39)],
        order(0).subarray(1).toString('hex'),
      ),
    },
    completes('an unaligned key', unalignedKey, '28000000'),
    {
      ...completes('a hint', [...i32(HINT), ...i32(HINT_TEXT.length), ...call(abi.hint), ...say(2)], '02'),
      questions: [`get ${orderKey}`, `hint ${HINT_TEXT}`],
    },
    {
      ...completes('an empty hint', [...i32(WORD), ...i32(0), ...call(abi.hint), ...say(2)], '02'),
      questions: [`get ${orderKey}`, 'hint '],
    },
    completes('the high half of a product', highProduct, '7c49e06d'),
    // The digests by @noble/hashes 2.4.0.
    completes(
      'keccak256 of the lengths from 0 to 600',
      allLengths,
      '4dbc34056ffec10b5cd7b4bb73b8101c8f1513f9ebfbd01c461136df38c7726c',
    ),
    completes(
      'keccak256 over its own input',
      [
        ...pattern,
        ...i32(PATTERN),
        ...hidden(300),
        ...i32(PATTERN + 5),
        ...call(abi.keccak256),
        ...writeFrom(PATTERN + 5, 32),
      ],
      '28418fb56294d5914fc10ff40c11a0270594df21f857310e1414c45159b5841a',
    ),
    completes(
      'keccak256 of nothing at the end of memory',
      [...hidden(SIZE), ...hidden(0), ...i32(ORDER), ...call(abi.keccak256), ...writeFrom(ORDER, 32)],
      'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470',
    ),
    completes(
      'keccak256 of the last bytes into the last bytes',
      [...hidden(SIZE - 40), ...i32(40), ...hidden(SIZE - 32), ...call(abi.keccak256), ...writeFrom(SIZE - 32, 32)],
      'daa77426c30c02a43d9fba4e841a6556c524d47030762eb14dc4af897e605d9b',
    ),
    completes('write nothing', [...i32(1), ...i32(SIZE), ...i32(0), ...call(abi.write), ...say(2)], '02'),
  ];
}

/** Ends that a program natively meets as errors of the embedding, with words of its own. */
export function outOfBoundsImports(): End[] {
  return [
    traps('a key out of bounds', [...hidden(SIZE - 31), ...call(abi.preimage_open), drop], OUT_OF_BOUNDS),
    {
      ...traps('a read to out of bounds', readOrder(SIZE - 39, 40), OUT_OF_BOUNDS),
    },
    traps('a hint out of bounds', [...hidden(SIZE - 1), ...i32(2), ...call(abi.hint)], OUT_OF_BOUNDS),
    traps('data of keccak256 out of bounds', hashOf(SIZE - 7, 8, ORDER), OUT_OF_BOUNDS),
    traps('data of keccak256 beyond 4 GiB', hashOf(SIZE - 7, -1, ORDER), OUT_OF_BOUNDS),
    traps('a digest out of bounds', hashOf(0, 8, SIZE - 31), OUT_OF_BOUNDS),
    traps('a write out of bounds', [...i32(1), ...hidden(SIZE - 1), ...i32(2), ...call(abi.write)], OUT_OF_BOUNDS),
  ];
}

function hashOf(data: number, length: number, out: number): Code {
  return [...hidden(data), ...hidden(length), ...i32(out), ...call(abi.keccak256)];
}

/** The pre-image that asks for the end with a number: 40 bytes, the second one 0. */
export function order(end: number): Buffer {
  const bytes = Buffer.from(Array.from({ length: 40 }, (_, i) => i * 5));
  bytes[0] = end;
  bytes[1] = 0;
  return bytes;
}

export function endsModule(growing: boolean): Uint8Array {
  const all = [...ends(growing), ...outOfBoundsImports()];
  const functions: BuiltFunction[] = [
    {
      name: 'ends/recursive',
      type: unary,
      code: [...localGet(0), ...localGet(0), ...i64(3n), 0x7c, ...call(recursive), 0x7c],
    },
    { name: 'ends/ping', type: unary, code: [...localGet(0), ...i64(1n), 0x7c, ...call(pong), ...localGet(0), 0x85] },
    { name: 'ends/pong', type: unary, code: [...localGet(0), ...i64(7n), 0x7e, ...call(ping), ...localGet(0), 0x7d] },
    {
      name: 'ends/throughTable',
      type: unary,
      code: [...localGet(0), ...i32(SLOTS.throughTable), 0x11, UNARY, 0, ...localGet(0), 0x85],
    },
    ...all.map(({ name, code }): BuiltFunction => ({
      name: `ends/${name}`,
      type: none,
      locals: ['i32', 'i32', 'i64'],
      code,
    })),
  ];
  const firstEnd = firstFunction + 4;
  const main: Code = [
    ...readOrder(ORDER, 40),
    ...all.flatMap((_, i) => [
      ...line(...i32(ORDER), ...access(load8), ...i32(i), 0x46, 0x04, 0x40),
      ...line(...call(firstEnd + i), 0x0f, 0x0b),
    ]),
  ];
  return buildModule({
    imports: abiImports,
    functions: [...functions, { name: 'ends/main', type: none, locals: ['i32', 'i32', 'i64'], code: main }],
    memory: { minimum: PAGES, maximum: growing ? 3 : 1 },
    table: [throughTable, firstEnd, undefined],
    data: [
      { address: KEY, bytes: [...Buffer.from(orderKey, 'hex')] },
      { address: HINT, bytes: [...Buffer.from(HINT_TEXT)] },
    ],
    main: firstFunction + functions.length,
  });
}

/** Opens the order and reads its first bytes. */
function readOrder(target: number, length: number): Code {
  return [...i32(KEY), ...call(abi.preimage_open), drop, ...readMore(target, length)];
}

function readMore(target: number, length: number): Code {
  return [...i32(target), ...i32(length), ...call(abi.preimage_read)];
}

function writeFrom(source: number, length: number): Code {
  return [...i32(1), ...i32(source), ...i32(length), ...call(abi.write)];
}

/** Copies the key to an odd address and says the pre-image's length. */
const unalignedKey: Code = [
  ...line(...i32(1015), ...i32(KEY), ...i32(32), 0xfc, 10, 0, 0),
  ...line(...i32(1015), ...call(abi.preimage_open), 0xa7),
  ...sayNumber,
];

/** High 32 bits of the high half. */
const highProduct: Code = [
  ...line(...hidden64(0x9e3779b97f4a7c15n), ...hidden64(-0x4e3779b97f4a7c15n), ...call(abi.mul_high)),
  ...line(...i64(32n), 0x88, 0xa7),
  ...sayNumber,
];

/** Where `pattern` writes 700 bytes that all differ from their neighbours; local 0 is used. */
const PATTERN = 4096;
const pattern: Code = [
  ...line(...i32(0), ...localSet(0), 0x03, 0x40),
  ...line(...localGet(0), ...line(...localGet(0), ...localGet(0), 0x6c, ...i32(3), 0x76, ...localGet(0), 0x73)),
  ...access(store8, PATTERN),
  ...line(...localGet(0), ...i32(1), 0x6a, ...localSet(0), ...localGet(0), ...i32(700), 0x49, 0x0d, 0, 0x0b),
];

/** The digest of 601 digests: of n bytes of the pattern from its n mod 8-th on. */
const DIGESTS = 8192;
const allLengths: Code = [
  ...pattern,
  ...line(...i32(0), ...localSet(0), 0x03, 0x40),
  ...line(...localGet(0), ...i32(7), 0x71, ...i32(PATTERN), 0x6a, ...localGet(0)),
  ...line(...localGet(0), ...i32(5), 0x74, ...i32(DIGESTS), 0x6a, ...call(abi.keccak256)),
  ...line(...localGet(0), ...i32(1), 0x6a, ...localSet(0), ...localGet(0), ...i32(601), 0x49, 0x0d, 0, 0x0b),
  ...line(...i32(DIGESTS), ...hidden(32 * 601), ...i32(ORDER), ...call(abi.keccak256), ...writeFrom(ORDER, 32)),
];

/** Local 0 := an address that no compiler can know. */
function baseInLocal(address: number): Code {
  return [...hidden(address), ...localSet(0)];
}

/** Loads from local 0 at an offset. */
function far(offset: number): Code {
  return [...localGet(0), ...access(load8, offset), drop];
}

/** Loads at 0, 16384, … and says 5 after each. */
const runningLoop: Code = [
  ...line(0x03, 0x40),
  ...line(...localGet(0), ...access(load64), drop, ...say(5)),
  ...line(...localGet(0), ...i32(16384), 0x6a, ...localSet(0), 0x0c, 0, 0x0b),
];

function indirect(slot: number): Code {
  return [...i64(1n), ...hidden(slot), 0x11, UNARY, ...unsigned(0), drop];
}
