// State tests out of a seed: accounts with code that looks like nothing a compiler makes, and a transaction that starts
// it. What a code computes, the gas it has left and what its calls answer it stores, so that a difference anywhere shows
// in the state root. The format is that of ethereum/tests.
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { OPCODES } from './assembler.js';
import { random } from './module.js';
import type { StateTest } from './state-test.js';

export type Revision = 'Cancun' | 'Prague' | 'Osaka';

type Random = ReturnType<typeof random>;

const hex = (data: Uint8Array): string => `0x${Buffer.from(data).toString('hex')}`;
const quantity = (value: bigint | number): string => `0x${value.toString(16)}`;
const bigEndian = (value: bigint, length: number): Uint8Array =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(2 * length, '0'), 'hex'));
const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

const KEY = keccak_256(new TextEncoder().encode('sender of the random state tests'));
const SENDER = hex(keccak_256(secp256k1.getPublicKey(KEY, false).subarray(1)).subarray(12));
const COINBASE = `0x${'c0'.repeat(20)}`;
const CONTRACTS = Array.from({ length: 5 }, (_, i) => `0x${'c1'.repeat(19)}${(16 + i).toString(16)}`);
const DELEGATING = [`0x${'de'.repeat(19)}01`, `0x${'de'.repeat(19)}02`];
const OTHERS = [`0x${'ee'.repeat(20)}`, `0x${'ff'.repeat(20)}`, SENDER, COINBASE];

/** A code in the making: instructions, then the data that they copy. */
class Code {
  private readonly bytes: number[] = [];
  private readonly data: { place: number; content: Uint8Array }[] = [];

  op(name: string): this {
    const opcode = OPCODES[name];
    if (opcode === undefined) throw new Error(`no opcode ${name}`);
    this.bytes.push(opcode);
    return this;
  }
  raw(bytes: Uint8Array): this {
    this.bytes.push(...bytes);
    return this;
  }
  push(value: bigint | number): this {
    const digits = BigInt(value).toString(16);
    const bytes = Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
    this.bytes.push(0x5f + bytes.length, ...bytes);
    return this;
  }
  get length(): number {
    return this.bytes.length;
  }
  /** Pushes a position that `patch` sets later. */
  pushPosition(): number {
    this.bytes.push(0x61, 0, 0);
    return this.bytes.length - 2;
  }
  patch(place: number, value: number): void {
    this.bytes[place] = value >> 8;
    this.bytes[place + 1] = value & 255;
  }
  /** Copies `content`, which will lie behind the code, to memory at `offset`. */
  place(content: Uint8Array, offset: number): this {
    this.push(content.length);
    this.data.push({ place: this.pushPosition(), content });
    return this.push(offset).op('CODECOPY');
  }
  finish(): Uint8Array {
    this.op('STOP');
    for (const { place, content } of this.data) {
      this.patch(place, this.bytes.length);
      this.bytes.push(...content);
    }
    return Uint8Array.from(this.bytes);
  }
}

const G1 = bls12_381.G1.Point.BASE;
const G2 = bls12_381.G2.Point.BASE;
const field48 = (value: bigint): Uint8Array => bigEndian(value, 64);
const blsG1 = (k: bigint): Uint8Array => {
  if (k === 0n) return new Uint8Array(128);
  const { x, y } = G1.multiply(k).toAffine();
  return concat(field48(x), field48(y));
};
const blsG2 = (k: bigint): Uint8Array => {
  if (k === 0n) return new Uint8Array(256);
  const { x, y } = G2.multiply(k).toAffine();
  return concat(field48(x.c0), field48(x.c1), field48(y.c0), field48(y.c1));
};
const bnG1 = (k: bigint): Uint8Array => {
  if (k === 0n) return new Uint8Array(64);
  const { x, y } = bn254.G1.Point.BASE.multiply(k).toAffine();
  return concat(bigEndian(x, 32), bigEndian(y, 32));
};
const bnG2 = (k: bigint): Uint8Array => {
  const { x, y } = bn254.G2.Point.BASE.multiply(k).toAffine();
  return concat(bigEndian(x.c1, 32), bigEndian(x.c0, 32), bigEndian(y.c1, 32), bigEndian(y.c0, 32));
};

/** An input for a precompile: most are well-formed. */
export function precompileInput(next: Random, address: number): Uint8Array {
  const bytes = (length: number): Uint8Array =>
    concat(...Array.from({ length: Math.ceil(length / 32) }, () => bigEndian(next.word(), 32))).subarray(0, length);
  const small = (): bigint => BigInt(next.below(5));
  const scalar = (): Uint8Array => bigEndian(next.word(), 32);
  switch (address) {
    case 1: {
      const hash = keccak_256(bytes(32));
      const signature = secp256k1.sign(hash, KEY, { prehash: false, format: 'recovered' });
      return concat(hash, bigEndian(27n + BigInt(signature[0] ?? 0), 32), signature.subarray(1));
    }
    case 5: {
      const [base, exponent, modulus] = [next.below(70), next.below(40), next.below(70)];
      return concat(
        ...[base, exponent, modulus].map((n) => bigEndian(BigInt(n), 32)),
        bytes(base + exponent + modulus),
      );
    }
    case 6:
      return concat(bnG1(small()), bnG1(small()));
    case 7:
      return concat(bnG1(small()), scalar());
    case 8: {
      const k = 1n + small();
      const negated = bn254.G1.Point.Fn.ORDER - k;
      return next.below(2) === 0
        ? concat(bnG1(k), bnG2(1n), bnG1(negated), bnG2(next.below(3) === 0 ? 2n : 1n))
        : concat(bnG1(small()), bnG2(k));
    }
    case 9:
      return concat(bigEndian(BigInt(next.below(30)), 4), bytes(208), Uint8Array.of(next.below(3)));
    case 0x0b:
      return concat(blsG1(small()), blsG1(small()));
    case 0x0c:
      return concat(...Array.from({ length: 1 + next.below(3) }, () => concat(blsG1(small()), scalar())));
    case 0x0d:
      return concat(blsG2(small()), blsG2(small()));
    case 0x0e:
      return concat(...Array.from({ length: 1 + next.below(2) }, () => concat(blsG2(small()), scalar())));
    case 0x0f:
      return concat(blsG1(small()), blsG2(small()));
    case 0x10:
      return field48(next.word());
    case 0x11:
      return concat(field48(next.word()), field48(next.word()));
    case 0x100: {
      const hash = keccak_256(bytes(32));
      const signature = p256.sign(hash, KEY, { prehash: false, lowS: false });
      return concat(hash, signature, p256.getPublicKey(KEY, false).subarray(1));
    }
    default:
      return bytes(next.below(200));
  }
}

const UNARY = ['NOT', 'ISZERO'];
const BINARY = [
  'ADD',
  'MUL',
  'SUB',
  'DIV',
  'SDIV',
  'MOD',
  'SMOD',
  'EXP',
  'SIGNEXTEND',
  'LT',
  'GT',
  'SLT',
  'SGT',
  'EQ',
  'AND',
  'OR',
  'XOR',
  'BYTE',
  'SHL',
  'SHR',
  'SAR',
];
const CONTEXT = [
  'ADDRESS',
  'ORIGIN',
  'CALLER',
  'CALLVALUE',
  'CALLDATASIZE',
  'CODESIZE',
  'GASPRICE',
  'RETURNDATASIZE',
  'COINBASE',
  'TIMESTAMP',
  'NUMBER',
  'PREVRANDAO',
  'GASLIMIT',
  'CHAINID',
  'SELFBALANCE',
  'BASEFEE',
  'BLOBBASEFEE',
  'PC',
  'MSIZE',
  'GAS',
  'PUSH0',
];

/** The slot of the sum of what a code came to. */
const SUM = 0x100;

/** Writes random codes for one revision. */
class Writer {
  private slot = SUM + 1;

  constructor(
    private readonly next: Random,
    private readonly revision: Revision,
  ) {}

  private pick<T>(list: readonly T[]): T {
    const item = list[this.next.below(list.length)];
    if (item === undefined) throw new Error('an empty list');
    return item;
  }

  private precompile(): number {
    const list = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    if (this.revision !== 'Cancun') list.push(0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10, 0x11);
    if (this.revision === 'Osaka') list.push(0x100, 0x100);
    return this.pick(list);
  }

  private address(): bigint {
    const kind = this.next.below(10);
    if (kind === 0) return BigInt(this.precompile());
    if (kind === 1) return BigInt(this.pick(OTHERS));
    if (kind === 2) return BigInt(this.pick(DELEGATING));
    if (kind === 3) return this.next.word() & ((1n << 160n) - 1n) & ~0xffffn; // nobody's, and no precompile
    return BigInt(this.pick(CONTRACTS)) | (this.next.below(20) === 0 ? 1n << 200n : 0n);
  }

  /** A place in memory: mostly a near one. */
  private offset(): bigint {
    const kind = this.next.below(200);
    if (kind === 0) return this.next.word();
    if (kind < 3) return BigInt(this.next.below(1 << 16));
    return BigInt(this.next.below(700));
  }
  private size(): bigint {
    const kind = this.next.below(200);
    if (kind === 0) return this.next.word();
    if (kind < 40) return 0n;
    return BigInt(this.next.below(kind < 50 ? 3000 : 100));
  }

  /** Takes the top of the stack into a sum in storage, or stores it where nothing was stored before. */
  private keep(code: Code): void {
    if (this.next.below(8) === 0) code.push(this.slot++).op('SSTORE');
    else code.push(SUM).op('SLOAD').push(3).op('MUL').op('ADD').push(SUM).op('SSTORE');
  }

  private call(code: Code, depth: number): void {
    const { next } = this;
    let address = this.address();
    let [input, inputSize] = [this.offset(), this.size()];
    if (next.below(3) === 0) {
      const number = this.precompile();
      let content = precompileInput(next, number);
      const spoil = next.below(6);
      if (spoil === 0) content = content.subarray(0, next.below(content.length + 1));
      if (spoil === 1 && content.length > 0) content[next.below(content.length)] = next.below(256);
      code.place(content, 0);
      address = BigInt(number);
      [input, inputSize] = [0n, BigInt(content.length)];
    }
    code.push(this.size()).push(this.offset()).push(inputSize).push(input);
    const kind = this.pick(['CALL', 'CALL', 'CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL']);
    if (kind === 'CALL' || kind === 'CALLCODE') {
      const value = next.below(8);
      code.push(value < 5 ? 0n : value === 7 ? next.word() : BigInt(next.below(100)));
    }
    code.push(address);
    const gas = next.below(6);
    if (gas === 0) code.push(next.below(40_000));
    else if (gas === 1) code.push(next.word());
    else if (gas === 2) code.push(0);
    else
      code
        .push(1 + next.below(4))
        .op('GAS')
        .op('DIV');
    code.op(kind);
    this.keep(code);
    code.op('GAS');
    this.keep(code);
    if (next.below(2) === 0) {
      code.op('RETURNDATASIZE');
      if (next.below(8) === 0) code.push(next.below(3)).op('ADD');
      code.push(0).push(0).op('RETURNDATACOPY').push(0).op('MLOAD');
      this.keep(code);
    }
    if (depth > 0 && next.below(4) === 0) this.snippet(code, depth - 1);
  }

  private create(code: Code, depth: number): void {
    const { next } = this;
    const inner = depth > 0 ? this.code(depth - 1, 6) : Uint8Array.of(0);
    let init = inner;
    const kind = next.below(4);
    if (kind < 2) {
      // Init code that deploys the inner code, or a prefix of it.
      const length = next.below(10) === 0 ? 24_570 + next.below(20) : inner.length;
      init = new Code().place(inner, 0).push(length).push(0).op('RETURN').finish();
    } else if (kind === 2) {
      init = new Code()
        .push(next.below(4) === 0 ? 0xef : 0x60)
        .push(0)
        .op('MSTORE8')
        .push(1)
        .push(0)
        .op(this.pick(['RETURN', 'REVERT']))
        .finish();
    }
    const length = next.below(25) === 0 ? 49_150 + next.below(6) : init.length;
    code.place(init, 0);
    const salted = next.below(2) === 0;
    if (salted) code.push(next.below(3));
    code
      .push(length)
      .push(0)
      .push(next.below(4) === 0 ? next.below(50) : 0)
      .op(salted ? 'CREATE2' : 'CREATE');
    if (next.below(2) === 0) {
      // Calls what was made.
      code.op('DUP1');
      this.keep(code);
      for (let i = 0; i < 4; i++) code.push(0);
      code.push(0).op('DUP6').op('GAS').op('CALL');
      this.keep(code);
      code.op('EXTCODEHASH');
    }
    this.keep(code);
  }

  private loop(code: Code, depth: number): void {
    code.push(1 + this.next.below(12));
    const start = code.length;
    code.op('JUMPDEST');
    this.snippet(code, depth - 1);
    code.push(1).op('SWAP1').op('SUB').op('DUP1');
    code.patch(code.pushPosition(), start);
    code.op('JUMPI').op('POP');
  }

  private branch(code: Code, depth: number): void {
    const { next } = this;
    code.push(next.below(2)).op(next.below(2) === 0 ? 'ISZERO' : 'NOT');
    const place = code.pushPosition();
    code.op('JUMPI');
    this.snippet(code, depth - 1);
    if (next.below(100) === 0) code.push(next.below(80)).op('JUMP');
    code.patch(place, code.length + (next.below(200) === 0 ? 1 : 0));
    code.op('JUMPDEST');
  }

  private snippet(code: Code, depth: number): void {
    const { next } = this;
    switch (next.below(depth > 0 ? 23 : 18)) {
      case 0:
      case 1:
        code.push(next.word()).push(next.word()).op(this.pick(BINARY));
        return this.keep(code);
      case 2:
        code.push(next.word()).op(this.pick(UNARY));
        return this.keep(code);
      case 3:
        code
          .push(next.word())
          .push(next.word())
          .push(next.word())
          .op(this.pick(['ADDMOD', 'MULMOD']));
        return this.keep(code);
      case 4:
        code.op(this.pick(CONTEXT));
        return this.keep(code);
      case 5:
        code
          .push(next.word())
          .push(this.offset())
          .op(this.pick(['MSTORE', 'MSTORE8']));
        return;
      case 6:
        code.push(this.offset()).op('MLOAD');
        return this.keep(code);
      case 7:
        code.push(this.size()).push(this.offset()).op('KECCAK256');
        return this.keep(code);
      case 8:
        code
          .push(this.size())
          .push(this.offset())
          .push(this.offset())
          .op(this.pick(['MCOPY', 'CALLDATACOPY', 'CODECOPY']));
        return;
      case 9:
        code.push(this.offset()).op('CALLDATALOAD');
        return this.keep(code);
      case 10:
        code.push(this.address()).op(this.pick(['BALANCE', 'EXTCODESIZE', 'EXTCODEHASH']));
        return this.keep(code);
      case 11:
        code.push(this.size()).push(this.offset()).push(this.offset()).push(this.address()).op('EXTCODECOPY');
        return;
      case 12:
        code
          .push(next.below(3))
          .push(next.below(6))
          .op(this.pick(['SSTORE', 'SSTORE', 'TSTORE']));
        return;
      case 13:
        code.push(next.below(8)).op(this.pick(['SLOAD', 'TLOAD']));
        return this.keep(code);
      case 14: {
        const topics = next.below(5);
        for (let i = 0; i < topics; i++) code.push(next.word());
        code.push(this.size()).push(this.offset()).op(`LOG${topics}`);
        return;
      }
      case 15: {
        const items = 1 + next.below(16);
        for (let i = 0; i < items; i++) code.push(next.below(1000));
        code.op(`DUP${1 + next.below(items)}`).op(`SWAP${1 + next.below(items)}`);
        this.keep(code);
        for (let i = 0; i < items; i++) code.op('POP');
        return;
      }
      case 16:
        code.push(next.below(4) === 0 ? next.word() : BigInt(next.below(300))).op(this.pick(['BLOCKHASH', 'BLOBHASH']));
        return this.keep(code);
      case 17:
        if (this.revision === 'Osaka') {
          code.push(next.word()).op('CLZ');
          return this.keep(code);
        }
        if (next.below(50) === 0) {
          code.raw(bigEndian(next.u64(), 8));
          return;
        }
        code.op('GAS');
        return this.keep(code);
      case 18:
      case 19:
        return this.call(code, depth);
      case 20:
        return this.create(code, depth);
      case 21:
        return this.loop(code, depth);
      default:
        return this.branch(code, depth);
    }
  }

  /** A code of some snippets, that ends in one of the ways there are. */
  code(depth: number, most: number): Uint8Array {
    const { next } = this;
    const code = new Code();
    for (let i = 0, count = 1 + next.below(most); i < count; i++) this.snippet(code, depth);
    switch (next.below(12)) {
      case 0:
        code.push(this.size()).push(this.offset()).op('REVERT');
        break;
      case 1:
      case 2:
        code.push(this.size()).push(this.offset()).op('RETURN');
        break;
      case 3:
        code.push(this.address()).op('SELFDESTRUCT');
        break;
      case 4:
        if (next.below(3) === 0) code.op('INVALID');
    }
    return code.finish();
  }
}

/** The state test of that seed: one transaction; what is to come of it is not filled in. */
export function randomStateTest(seed: bigint, revision: Revision): Omit<StateTest, 'post'> {
  const next = random(BigInt.asUintN(64, 0x9e3779b97f4a7c15n * (seed + 1n)) | 1n);
  for (let i = 0; i < 4; i++) next.u64();
  const writer = new Writer(next, revision);
  const pre: StateTest['pre'] = {
    [SENDER]: { nonce: quantity(next.below(3)), balance: quantity(10n ** 20n), code: '0x', storage: {} },
    [COINBASE]: { nonce: '0x0', balance: quantity(next.below(2)), code: '0x', storage: {} },
  };
  for (const address of CONTRACTS) {
    const storage: Record<string, string> = {};
    for (let i = 0; i < 6; i++) if (next.below(2) === 0) storage[`0x0${i}`] = `0x0${1 + next.below(2)}`;
    const code = hex(writer.code(2, 25));
    pre[address] = { nonce: '0x1', balance: quantity(next.below(200)), code, storage };
  }
  for (const [i, address] of DELEGATING.entries()) {
    if (revision === 'Cancun') continue;
    const to = [CONTRACTS[next.below(5)], DELEGATING[1 - i], SENDER, `0x${'00'.repeat(19)}02`][next.below(4)] ?? '';
    pre[address] = { nonce: '0x1', balance: '0x5', code: `0xef0100${to.slice(2)}`, storage: {} };
  }
  const creates = next.below(8) === 0;
  const data = creates
    ? writer.code(2, 12)
    : concat(...Array.from({ length: next.below(6) }, () => bigEndian(next.word(), 32)));
  const to = creates ? '' : ([...CONTRACTS, ...CONTRACTS, ...DELEGATING][next.below(12)] ?? '');
  const list = Array.from({ length: next.below(4) === 0 ? 1 + next.below(3) : 0 }, () => ({
    address: [...CONTRACTS, ...OTHERS][next.below(9)] ?? SENDER,
    storageKeys: Array.from({ length: next.below(3) }, () => hex(bigEndian(BigInt(next.below(8)), 32))),
  }));
  const gas = [200_000, 1_000_000, 4_000_000, 12_000_000][next.below(4)] ?? 0;
  const type = next.below(3);
  return {
    env: {
      currentCoinbase: COINBASE,
      currentDifficulty: '0x0',
      currentRandom: hex(bigEndian(next.word(), 32)),
      currentGasLimit: quantity(30_000_000),
      currentNumber: quantity(1 + next.below(400)),
      currentTimestamp: quantity(1_700_000_000 + next.below(1_000_000)),
      currentBaseFee: '0x7',
      currentExcessBlobGas: '0x0',
    },
    pre,
    transaction: {
      nonce: pre[SENDER]?.nonce ?? '0x0',
      ...(type === 2
        ? { maxFeePerGas: quantity(20), maxPriorityFeePerGas: quantity(next.below(15)) }
        : { gasPrice: quantity(10) }),
      ...(type === 0 ? {} : { accessLists: [list] }),
      sender: SENDER,
      secretKey: hex(KEY),
      to,
      data: [hex(data)],
      gasLimit: [quantity(gas)],
      value: [quantity(next.below(3) === 0 ? next.below(1000) : 0)],
    },
  };
}
