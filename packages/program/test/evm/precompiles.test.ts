import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { assemble } from './assembler.js';
import { asked, compare, CONTRACT } from './compare.js';
import { FORK, instantiate, random } from './module.js';

const at = (number: number): string => `0x${number.toString(16).padStart(40, '0')}`;
const word = (x: bigint): string => x.toString(16).padStart(64, '0');
const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Calls the precompile as a transaction does and from a contract that reports all it sees. */
async function check(number: number, input: Uint8Array, gas = 500_000n, fork: number = FORK.ecotone): Promise<void> {
  const what = `precompile ${number} on ${Buffer.from(input).toString('hex').slice(0, 500)} with ${gas} gas`;
  await compare(what, {}, { to: at(number), input, gas }, { fork });
  const code = assemble(
    `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH 40 PUSH 3 CALLDATASIZE PUSH 0 PUSH ${number} PUSH ${gas} STATICCALL
     PUSH 64 MSTORE GAS PUSH 96 MSTORE RETURNDATASIZE PUSH 128 MSTORE RETURNDATASIZE PUSH 0 PUSH 160 RETURNDATACOPY MSIZE PUSH 0 RETURN`,
  );
  await compare(
    `${what}, by a contract`,
    { [CONTRACT]: { code } },
    { to: CONTRACT, input, gas: gas * 2n + 100_000n },
    { fork },
  );
}

const numbers = random(5n);
const noise = (length: number): Uint8Array => Uint8Array.from({ length }, () => numbers.below(256));

test('sha256, ripemd160 and identity of every length around a block and a word', async () => {
  for (const number of [2, 3, 4]) {
    for (const length of [0, 1, 31, 32, 33, 55, 56, 63, 64, 65, 119, 128, 1000]) await check(number, noise(length));
    for (const gas of [14n, 15n, 18n, 59n, 60n, 71n, 72n, 719n, 720n]) await check(number, noise(32), gas);
  }
});

test('ecrecover asks for what can be a signature and answers with nothing to the rest', async () => {
  const hash = noise(32);
  const signature = secp256k1.Signature.fromBytes(
    secp256k1.sign(hash, noise(32), { prehash: false, format: 'recovered' }),
    'recovered',
  );
  const n = secp256k1.Point.Fn.ORDER;
  const input = (v: bigint, r: bigint, s: bigint): Uint8Array =>
    bytes(Buffer.from(hash).toString('hex') + word(v) + word(r) + word(s));
  const { r, s } = signature;
  const v = 27n + BigInt(signature.recovery ?? 0);
  const signed: [Uint8Array, number][] = [
    [input(v, r, s), 1],
    [input(55n - v, r, s), 1],
    [input(v, r, n - s), 1],
    [input(v, n - 1n, s), 1],
    [Uint8Array.from([...input(v, r, s), 1, 2, 3]), 1],
    [Uint8Array.from([...input(v, r, s), ...noise(5000)]), 1],
    [input(v, r, s).slice(0, 127), 1],
    [input(v, 0n, s), 0],
    [input(v, r, 0n), 0],
    [input(v, n, s), 0],
    [input(v, r, n), 0],
    [input(v, (1n << 256n) - 1n, s), 0],
    [input(26n, r, s), 0],
    [input(29n, r, s), 0],
    [input(0n, r, s), 0],
    [input(v | (1n << 8n), r, s), 0],
    [input(v | (1n << 255n), r, s), 0],
    [input(v, r, s).slice(0, 96), 0],
    [new Uint8Array(), 0],
  ];
  for (const [data, hints] of signed) {
    asked.length = 0;
    await check(1, data);
    assert.equal(asked.length, 2 * hints, `questions about ${Buffer.from(data).toString('hex')}`);
    if (hints === 0) continue;
    // 128 bytes count, however many there are.
    const padded = Buffer.from(data.subarray(0, 128)).toString('hex').padEnd(256, '0');
    assert.equal(asked[0], `0x${'00'.repeat(19)}01${'0000000000000bb8'}${padded}`);
  }
  await check(1, input(v, r, s), 2999n);
  await check(1, input(v, r, s), 3000n);
});

test('modular exponentiation: lengths, values and prices', async () => {
  const call = (base: string, exponent: string, modulus: string): Uint8Array =>
    bytes([base, exponent, modulus].map((x) => word(BigInt(x.length / 2))).join('') + base + exponent + modulus);
  const hex = (length: number): string => Buffer.from(noise(length)).toString('hex');
  for (const [b, e, m] of [
    [0, 0, 0],
    [1, 1, 1],
    [0, 1, 1],
    [1, 0, 1],
    [1, 1, 0],
    [32, 32, 32],
    [33, 31, 7],
    [64, 33, 64],
    [5, 40, 96],
    [100, 3, 128],
    [128, 64, 128],
    [3, 0, 5],
  ]) {
    for (const fork of [FORK.ecotone, FORK.isthmus])
      await check(5, call(hex(b ?? 0), hex(e ?? 0), hex(m ?? 0)), 2_000_000n, fork);
  }
  for (const modulus of ['00', '01', '02', '0100', '80000000', 'ff']) await check(5, call(hex(9), hex(2), modulus));
  await check(5, call(hex(9), `00${'00'.repeat(40)}05`, hex(8)));
  // Cut off, announced longer than it is, and lengths that no gas pays for.
  const whole = call(hex(20), hex(20), hex(20));
  for (const length of [0, 1, 32, 64, 95, 96, 97, 116, 130, 155]) await check(5, whole.slice(0, length));
  for (const lengths of [
    [1n << 64n, 1n, 1n],
    [1n, 1n << 64n, 1n],
    [1n, 1n, 1n << 64n],
    [0n, 1n << 40n, 0n],
    [1n << 40n, 0n, 0n],
    [0n, 1n << 255n, 0n],
    [1n << 33n, 1n, 1n << 33n],
    [(1n << 256n) - 1n, (1n << 256n) - 1n, (1n << 256n) - 1n],
  ]) {
    await check(5, bytes(lengths.map(word).join('') + hex(40)));
  }
  for (const gas of [199n, 200n, 201n, 1000n]) await check(5, call(hex(64), hex(64), hex(64)), gas);
});

test('bn254 addition and multiplication', async () => {
  const P = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;
  const points: [bigint, bigint][] = [
    [0n, 0n],
    [1n, 2n],
    [1n, P - 2n],
    [1n, 3n],
    [P, 0n],
    [P + 1n, 2n],
    [1n, P + 2n],
  ];
  points.push([
    0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
    0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
  ]);
  for (const [x1, y1] of points) {
    for (const [x2, y2] of points) await check(6, bytes(word(x1) + word(y1) + word(x2) + word(y2)));
    for (const k of [0n, 1n, 2n, 9n, P, (1n << 256n) - 1n]) await check(7, bytes(word(x1) + word(y1) + word(k)));
  }
  for (const length of [0, 32, 63, 64, 65, 100, 128, 140]) {
    await check(6, bytes(word(1n) + word(2n) + word(1n) + word(2n) + word(7n)).slice(0, length));
    await check(7, bytes(word(1n) + word(2n) + word(1n << 100n) + word(5n)).slice(0, length));
  }
  for (const gas of [149n, 150n, 5999n, 6000n])
    for (const number of [6, 7]) await check(number, new Uint8Array(128), gas);
});

test('bn254 pairing asks L1, but not about inputs of no whole number of pairs', async () => {
  const one = bytes(
    '1c76476f4def4bb94541d57ebba1193381ffa7aa76ada664dd31c16024c43f593034dd2920f673e204fee2811c678745fc819b55d3e9d294e45c9b03a76aef41' +
      '209dd15ebff5d46c4bd888e51a93cf99a7329636c63514396b4a452003a35bf704bf11ca01483bfa8b34b43561848d28905960114c8ac04049af4b6315a41678' +
      '2bb8324af6cfc93537a2ad1a445cfd0ca2a71acd7ac41fadbf933c2a51be344d120a2a4cf30c1bf9845f20c6fe39e07ea2cce61f0c9bb048165fe5e4de877550' +
      '111e129f1cf1097710d41c4ac70fcdfa5ba2023c6ff1cbeac322de49d1b6df7c2032c61a830e3c17286de9462bf242fca2883585b93870a73853face6a6bf411' +
      '198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed' +
      '090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa',
  );
  for (const [data, hints] of [
    [one, 2],
    [new Uint8Array(), 2],
    [one.slice(0, 192), 2],
    [one.slice(0, 191), 0],
    [new Uint8Array(192), 2],
    [one.map((x, i) => (i === 70 ? x ^ 1 : x)), 2],
  ] as const) {
    asked.length = 0;
    await check(8, data);
    assert.equal(asked.length, hints);
  }
  await check(8, one, 112_999n);
  await check(8, one, 113_000n);
});

test('blake2f', async () => {
  const input = (rounds: string, flag: string): Uint8Array =>
    bytes(rounds + Buffer.from(noise(208)).toString('hex') + flag);
  for (const rounds of ['00000000', '00000001', '0000000c', '00001000']) {
    for (const flag of ['00', '01', '02']) await check(9, input(rounds, flag));
  }
  for (const length of [0, 212]) await check(9, input('0000000c', '01').slice(0, length));
  await check(9, Uint8Array.from([...input('0000000c', '01'), 0]));
  for (const gas of [11n, 12n]) await check(9, input('0000000c', '01'), gas);
  await check(9, input('ffffffff', '01'));
});

test('P256VERIFY takes 3,450 gas from Fjord on', () => {
  const message = noise(32);
  const key = noise(32);
  const signature = p256.sign(message, key, { prehash: false });
  const input = Uint8Array.from([...message, ...signature, ...p256.getPublicKey(key, false).slice(1)]);
  const module = instantiate();
  const run = (fork: number, data: Uint8Array, gas: bigint) => {
    module.reset();
    module.setBlock({
      fork,
      number: 5n,
      timestamp: 0n,
      gasLimit: 1n,
      chainId: 10n,
      coinbase: CONTRACT,
      prevRandao: 0n,
      baseFee: 0n,
      blobBaseFee: 1n,
    });
    module.setTransaction(CONTRACT, 0n);
    return module.call(CONTRACT, at(0x100), 0n, data, gas);
  };
  const valid = run(FORK.fjord, input, 3450n);
  assert.deepEqual([valid.success, valid.gasLeft, valid.output], [true, 0n, `0x${word(1n)}`]);
  assert.deepEqual(run(FORK.granite, input, 3449n).success, false);
  const wrong = run(
    FORK.holocene,
    input.map((x, i) => (i === 3 ? x ^ 1 : x)),
    4000n,
  );
  assert.deepEqual([wrong.success, wrong.gasLeft, wrong.output], [true, 550n, '0x']);
  assert.equal(run(FORK.fjord, input.slice(1), 4000n).output, '0x');
  const before = run(FORK.ecotone, input, 4000n);
  assert.deepEqual([before.success, before.gasLeft, before.output], [true, 4000n, '0x']);
});

test('the bn254 pairing refuses what Granite finds too long without asking', () => {
  const questions: string[] = [];
  const module = instantiate({
    hint: (text) => void questions.push(text),
    get: () => Uint8Array.from([1, ...new Uint8Array(31), 1]),
  });
  const run = (fork: number, length: number) => {
    module.reset();
    module.setBlock({
      fork,
      number: 5n,
      timestamp: 0n,
      gasLimit: 1n,
      chainId: 10n,
      coinbase: CONTRACT,
      prevRandao: 0n,
      baseFee: 0n,
      blobBaseFee: 1n,
    });
    module.setTransaction(CONTRACT, 0n);
    return module.call(CONTRACT, at(8), 0n, new Uint8Array(length), 1n << 40n).success;
  };
  // 586 pairs are 112,512 bytes, 587 are 112,704; Granite's limit of 112,687 lies between.
  assert.equal(run(FORK.granite, 112_512), true);
  assert.equal(questions.length, 1);
  assert.equal(run(FORK.granite, 112_704), false);
  assert.equal(questions.length, 1);
  assert.equal(run(FORK.fjord, 112_704), true);
  assert.equal(questions.length, 2);
});

test('modular exponentiation in Osaka: prices of EIP-7883, limits of EIP-7823', async () => {
  const call = (b: number, e: number, m: number, exponent = noise(e)): Uint8Array =>
    Uint8Array.from([...bytes([b, e, m].map((n) => word(BigInt(n))).join('')), ...noise(b), ...exponent, ...noise(m)]);
  const cases = [
    [0, 0, 0],
    [1, 1, 1],
    [32, 32, 32],
    [33, 1, 32],
    [32, 33, 33],
    [64, 100, 64],
    [128, 40, 128],
    [1024, 2, 1024],
  ];
  for (const [b = 0, e = 0, m = 0] of cases) await check(5, call(b, e, m), 5_000_000n, FORK.karst);
  for (const [b = 0, e = 0, m = 0] of [
    [1025, 1, 1],
    [1, 1025, 1],
    [1, 1, 1025],
    [0, 1025, 0],
    [1025, 0, 0],
  ]) {
    await check(5, call(b, e, m), 5_000_000n, FORK.karst);
  }
  await check(5, call(32, 64, 32, new Uint8Array(64)), 5_000_000n, FORK.karst);
  await check(5, bytes(word(0n) + word(1n << 40n) + word(0n)), 5_000_000n, FORK.karst);
  for (const gas of [499n, 500n, 501n]) await check(5, call(8, 1, 8), gas, FORK.karst);
});

test('BLS12-381 from Isthmus on: prices, sizes and results', async () => {
  const G = bls12_381.G1.Point.BASE;
  const H = bls12_381.G2.Point.BASE;
  const field = (x: bigint): string => x.toString(16).padStart(128, '0');
  const g1 = (n: bigint): string => {
    const { x, y } = G.multiply(n).toAffine();
    return field(x) + field(y);
  };
  const g2 = (n: bigint): string => {
    const { x, y } = H.multiply(n).toAffine();
    return field(x.c0) + field(x.c1) + field(y.c0) + field(y.c1);
  };
  const minus = G.negate().toAffine();
  const cases: [number, string[]][] = [
    [0x0b, [g1(5n) + g1(7n), field(0n).repeat(4), g1(5n) + field(1n) + field(1n), g1(5n), '']],
    [0x0c, [g1(5n) + word(9n), (g1(5n) + word(9n)).repeat(3), (g1(2n) + word(0n)).repeat(129), g1(1n), '']],
    [0x0d, [g2(5n) + g2(7n), field(0n).repeat(8), g2(3n), '']],
    [0x0e, [g2(5n) + word(9n), (g2(5n) + word(1n << 255n)).repeat(2), g2(1n), '']],
    [0x0f, [g1(1n) + g2(1n), g1(3n) + g2(2n) + field(minus.x) + field(minus.y) + g2(6n), g1(1n), '']],
    [0x10, [field(5n), field(1n << 400n), field(0n).slice(2), '']],
    [0x11, [field(5n) + field(6n), field(5n), '']],
  ];
  for (const [number, inputs] of cases) {
    for (const input of inputs) {
      await check(number, bytes(input), 5_000_000n, FORK.isthmus);
      await check(number, bytes(input), 400n, FORK.isthmus);
    }
  }
  // Before, the addresses are accounts like any other.
  await check(0x0b, bytes(g1(5n) + g1(7n)), 5_000n, FORK.ecotone);
});
