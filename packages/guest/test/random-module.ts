// Random modules that use every instruction of the guest's subset, mostly without trapping, and print what they compute.
import { instructions } from '../src/wasm/instructions.js';
import type { FunctionType, ValueType } from '../src/wasm/module.js';
import {
  abi,
  abiImports,
  access,
  buildModule,
  type BuiltFunction,
  call,
  type Code,
  i32,
  i64,
  line,
  localGet,
  localSet,
  none,
  unsigned,
} from './wasm-builder.js';

/** xorshift64*, so that a seed names a module. */
export function generator(seed: bigint): (below: number) => number {
  let state = BigInt.asUintN(64, seed * 0x9e3779b97f4a7c15n + 1n);
  return (below) => {
    state ^= state >> 12n;
    state = BigInt.asUintN(64, state ^ (state << 25n));
    state ^= state >> 27n;
    return Number((BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn) >> 32n) % BigInt(below));
  };
}

const FUNCTIONS = 8;
/** Its index among the types: the imports have five others. */
const SIGNATURE_TYPE = 5;
const signature: FunctionType = { params: ['i32', 'i32', 'i64', 'i64'], result: 'i64' };
/** Parameters and then locals: i32 and i64, and one counter for each nesting of loops. */
const localTypes: readonly ValueType[] = ['i32', 'i32', 'i64', 'i64', 'i32', 'i32', 'i64', 'i64'];
const FREE_LOCALS = 8;
const LOOPS = 2;
const globals = [
  { type: 'i32', initial: 0x12345678n },
  { type: 'i64', initial: -2n },
] as const;
const interesting = [0n, 1n, -1n, 2n, 31n, 32n, 63n, 64n, 0x7fffffffn, -0x80000000n, 0xffffffffn, 1n << 63n, -2n];
/** One in so many addresses, divisors and table slots is left as it comes: most of those trap. */
const DANGER = 120;

const table = [...instructions].map(([opcode, instruction]) => ({ opcode, instruction }));
const numeric = table.flatMap(({ opcode, instruction }) =>
  instruction.kind === 'numeric' ? [{ opcode, instruction }] : [],
);
const divisions = table.flatMap(({ opcode, instruction }) =>
  instruction.kind === 'division' ? [{ opcode, instruction }] : [],
);
const loads = table.flatMap(({ opcode, instruction }) =>
  instruction.kind === 'load' ? [{ opcode, instruction }] : [],
);
const stores = table.flatMap(({ opcode, instruction }) =>
  instruction.kind === 'store' ? [{ opcode, instruction }] : [],
);

/** The module of a seed. Its output is the results of its functions and a digest of its memory. */
export function randomModule(seed: bigint): Uint8Array {
  const random = generator(seed);
  const first = abiImports.length;
  const functions: BuiltFunction[] = Array.from({ length: FUNCTIONS }, (_, i) => ({
    name: `random/${i}`,
    type: signature,
    locals: [...localTypes.slice(4), ...Array.from({ length: LOOPS }, (): ValueType => 'i32')],
    code: new BodyWriter(random, i).body(),
  }));
  const minimum = 1 + random(2);
  return buildModule({
    imports: abiImports,
    functions: [
      ...functions,
      { name: 'random/main', type: none, locals: ['i32', 'i64'], code: mainCode(random, first) },
    ],
    memory: { minimum, maximum: minimum + (random(2) === 0 ? 0 : 3) },
    globals,
    table: [...functions.map((_, i) => first + i), undefined, first + FUNCTIONS],
    data: [{ address: 24 + random(4000), bytes: Array.from({ length: 200 }, () => random(256)) }],
    main: first + FUNCTIONS,
  });
}

function mainCode(random: (below: number) => number, first: number): Code {
  const value = (): bigint => interesting[random(interesting.length)] ?? 0n;
  const calls = Array.from({ length: 3 * FUNCTIONS }, (_, i) => [
    ...i32(8),
    ...i32(Number(BigInt.asIntN(32, value()))),
    ...i32(random(2 ** 32)),
    ...i64(value()),
    ...i64(BigInt(random(2 ** 32)) * BigInt(random(2 ** 32))),
    ...call(first + (i % FUNCTIONS)),
    ...access(0x37),
    ...line(...i32(1), ...i32(8), ...i32(8), ...call(abi.write)),
  ]);
  // local 0: address, local 1: digest of the first page, eight bytes at a time.
  const digest = [
    3,
    64,
    ...localGet(1),
    ...i64(1099511628211n),
    126,
    ...localGet(0),
    ...access(41),
    133,
    ...localSet(1),
    ...localGet(0),
    ...i32(8),
    106,
    ...localSet(0),
    ...localGet(0),
    ...i32(65536),
    73,
    13,
    0,
    11,
    ...i32(8),
    ...localGet(1),
    ...access(55),
    ...i32(1),
    ...i32(8),
    ...i32(8),
    ...call(abi.write),
  ];
  return [...calls.flat(), ...digest, ...i32(random(2)), ...call(abi.exit)];
}

class BodyWriter {
  readonly #random: (below: number) => number;
  readonly #index: number;
  #loops = 0;
  /** What a branch to each of the constructs around takes, innermost last. Nothing branches back to a `loop`. */
  readonly #labels: (ValueType | undefined | 'loop')[] = ['i64'];
  #budget = 220;

  constructor(random: (below: number) => number, index: number) {
    this.#random = random;
    this.#index = index;
  }

  body(): Code {
    return [...this.#statements(6 + this.#random(6)), ...this.#expression('i64', 5)];
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[this.#random(items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }

  #type(): ValueType {
    return this.#random(2) === 0 ? 'i32' : 'i64';
  }

  #localOf(type: ValueType): number {
    return this.#pick(localTypes.flatMap((local, i) => (local === type && i < FREE_LOCALS ? [i] : [])));
  }

  #constant(type: ValueType): Code {
    const value =
      this.#random(2) === 0 ? this.#pick(interesting) : BigInt(this.#random(2 ** 32)) << BigInt(this.#random(32));
    return type === 'i32' ? i32(Number(BigInt.asIntN(32, value))) : i64(value);
  }

  #address(): { code: Code; offset: number } {
    const offset = this.#random(3) === 0 ? this.#random(300) : this.#random(16);
    if (this.#random(DANGER) === 0) {
      return { code: this.#expression('i32', 2), offset: this.#random(2) === 0 ? offset : this.#random(2 ** 32) };
    }
    // Locals as bases again and again: that is what checks are merged for.
    const local = this.#localOf('i32');
    const base =
      this.#random(2) === 0
        ? [...localGet(local), ...i32(0xfff), 0x71, 0x22, ...unsigned(local)]
        : [...this.#expression('i32', 2), ...i32(0x7fff), 0x71];
    const code = this.#random(3) === 0 ? [...base, ...i32(this.#random(64)), 0x6a] : base;
    return { code, offset };
  }

  #expression(type: ValueType, depth: number): Code {
    this.#budget -= 1;
    if (depth === 0 || this.#budget < 0) {
      return this.#random(3) === 0 ? this.#constant(type) : localGet(this.#localOf(type));
    }
    const next = (of: ValueType): Code => this.#expression(of, depth - 1);
    switch (this.#random(16)) {
      case 0:
        return this.#constant(type);
      case 1:
        return localGet(this.#localOf(type));
      case 2:
        return [0x23, type === 'i32' ? 0 : 1];
      case 3:
      case 4: {
        const { code, offset } = this.#address();
        const { opcode } = this.#pick(loads.filter(({ instruction }) => instruction.result === type));
        return [...code, ...access(opcode, offset)];
      }
      case 5: {
        const { opcode } = this.#pick(divisions.filter(({ instruction }) => instruction.result === type));
        const divisor =
          this.#random(DANGER) === 0
            ? next(type)
            : // odd and, shifted, not -1
              type === 'i32'
              ? [...next(type), ...i32(1), 0x76, ...i32(1), 0x72]
              : [...next(type), ...i64(1n), 0x88, ...i64(1n), 0x84];
        return [...next(type), ...divisor, opcode];
      }
      case 6:
        return [...next(type), ...next(type), ...next('i32'), 0x1b];
      case 7:
        return this.#construct(type, depth);
      case 8: {
        if (this.#index === 0) return this.#constant(type);
        const parameters = signature.params.flatMap((param) => [...next(param)]);
        const target = this.#random(this.#index);
        const slot = this.#random(DANGER / 4) === 0 ? this.#random(FUNCTIONS + 3) : target;
        // Only functions before this one: there is no recursion but through a wrong slot, which ends in a trap.
        const invoke =
          this.#random(2) === 0 || slot >= this.#index
            ? slot >= FUNCTIONS
              ? [...i32(slot), 0x11, SIGNATURE_TYPE, 0]
              : call(abiImports.length + target)
            : [...i32(slot), 0x11, SIGNATURE_TYPE, 0];
        return [...parameters, ...invoke, ...(type === 'i32' ? [0xa7] : [])];
      }
      case 9:
        return type === 'i32' ? [0x3f, 0] : [...next('i64'), ...next('i64'), ...call(abi.mul_high)];
      case 10: {
        const local = this.#localOf(type);
        return [...next(type), 0x22, ...unsigned(local)];
      }
      default: {
        const { opcode, instruction } = this.#pick(numeric.filter((entry) => entry.instruction.result === type));
        return [...instruction.operands.flatMap((operand) => [...next(operand)]), opcode];
      }
    }
  }

  /** A block, loop or if with a result, left early now and then. */
  #construct(type: ValueType, depth: number): Code {
    const block = type === 'i32' ? 0x7f : 0x7e;
    if (this.#random(4) === 0) {
      this.#labels.push('loop');
      const code = [0x03, block, ...this.#statements(this.#random(2)), ...this.#expression(type, depth - 1), 0x0b];
      this.#labels.pop();
      return code;
    }
    if (this.#random(2) === 0) {
      const condition = this.#expression('i32', depth - 1);
      this.#labels.push(type);
      const code = [
        ...condition,
        ...line(0x04, block),
        ...this.#statements(this.#random(2)),
        ...this.#expression(type, depth - 1),
        0x05,
        ...this.#expression(type, depth - 1),
        0x0b,
      ];
      this.#labels.pop();
      return code;
    }
    this.#labels.push(type);
    const code = [
      ...line(0x02, block),
      ...this.#statements(this.#random(2)),
      ...this.#expression(type, depth - 1),
      ...line(...this.#expression('i32', depth - 1), 0x0d, 0),
      ...(this.#random(3) === 0 ? [0x1a, ...this.#expression(type, 1), 0x0c, 0] : []),
      0x0b,
    ];
    this.#labels.pop();
    return code;
  }

  #statements(count: number): number[] {
    return Array.from({ length: count }, () => this.#statement()).flat();
  }

  #statement(): number[] {
    const type = this.#type();
    switch (this.#random(16)) {
      case 0:
      case 1:
      case 2:
        return [...this.#expression(type, 4), ...localSet(this.#localOf(type))];
      case 3:
        return [...this.#expression(type, 3), 0x24, type === 'i32' ? 0 : 1];
      case 4:
      case 5:
      case 6:
      case 7: {
        const { code, offset } = this.#address();
        const { opcode } = this.#pick(stores.filter(({ instruction }) => instruction.operand === type));
        return [...code, ...this.#expression(type, 3), ...access(opcode, offset)];
      }
      case 8: {
        const condition = this.#expression('i32', 3);
        this.#labels.push(undefined);
        const code = [...condition, 0x04, 0x40, ...this.#statements(2)];
        if (this.#random(2) === 0) code.push(0x05, ...this.#statements(2));
        this.#labels.pop();
        return [...code, 0x0b];
      }
      case 9: {
        if (this.#loops === LOOPS) return [0x01];
        const counter = FREE_LOCALS + this.#loops;
        this.#loops += 1;
        this.#labels.push('loop');
        const code = [
          ...line(...i32(1 + this.#random(4)), ...localSet(counter)),
          ...line(0x03, 0x40),
          ...this.#statements(2),
          ...line(...localGet(counter), ...i32(1), 0x6b, 0x22, ...unsigned(counter), 0x0d, 0),
          0x0b,
        ];
        this.#labels.pop();
        this.#loops -= 1;
        return code;
      }
      case 10: {
        this.#labels.push(undefined, undefined, undefined);
        const code = [
          ...line(0x02, 0x40, 0x02, 0x40, 0x02, 0x40),
          ...this.#statements(1),
          ...line(...this.#expression('i32', 2), ...i32(3), 0x71),
          ...line(0x0e, 2, 1, 0, 2, 0x0b),
        ];
        this.#labels.pop();
        code.push(...this.#statements(1), 0x0b);
        this.#labels.pop();
        code.push(...this.#statements(1), 0x0b);
        this.#labels.pop();
        return code;
      }
      case 11: {
        const length = [...this.#expression('i32', 2), ...i32(0xff), 0x71];
        const target = [...this.#expression('i32', 2), ...i32(0x1fff), 0x71];
        return this.#random(2) === 0
          ? [...target, ...this.#expression('i32', 2), ...length, 0xfc, 11, 0]
          : [...target, ...this.#expression('i32', 2), ...i32(0x1fff), 0x71, ...length, 0xfc, 10, 0, 0];
      }
      case 12:
        return [...i32(this.#random(3)), 0x40, 0, 0x1a];
      case 13: {
        const depth = this.#random(this.#labels.length);
        const label = this.#labels[this.#labels.length - 1 - depth];
        if (label === 'loop') return [0x01];
        // With something else below the value: a branch leaves it behind.
        const value = label === undefined ? [] : [...this.#expression('i64', 1), ...this.#expression(label, 2)];
        const condition = [...this.#expression('i32', 2), ...i32(7), 0x71, 0x45];
        return [...value, ...condition, 0x0d, ...unsigned(depth), ...(label === undefined ? [] : [0x1a, 0x1a])];
      }
      default: {
        // A return in the middle of a branch, and code behind it that nothing reaches.
        const condition = this.#expression('i32', 2);
        this.#labels.push(undefined);
        const code = [
          ...line(...condition, 0x45, 0x04, 0x40),
          ...this.#expression('i64', 2),
          ...(this.#random(40) === 0 ? [0x1a, 0x00] : [0x0f]),
          ...this.#statements(this.#random(3)),
          0x0b,
        ];
        this.#labels.pop();
        return code;
      }
    }
  }
}
