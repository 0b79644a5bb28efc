// The build for the machine, whose high halves of products are calls out of the module, computes what the native build
// does, which has them inside. (In the machine those calls and Keccak are held to vectors by packages/guest/test.)
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { bn254 } from '@noble/curves/bn254.js';
import { p256 } from '@noble/curves/nist.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { bigEndian, hex, randomBytes, toBigInt } from './module.js';

const compiled = (name: string): WebAssembly.Module =>
  new WebAssembly.Module(readFileSync(new URL(`../../${name}.wasm`, import.meta.url)));

let products = 0;
const env = {
  mul_high: (a: bigint, b: bigint): bigint => {
    products++;
    return (BigInt.asUintN(64, a) * BigInt.asUintN(64, b)) >> 64n;
  },
  keccak256: (): never => assert.fail('what is compared here hashes nothing'),
  abort: (): never => assert.fail('it does not abort'),
};

type Call = (...args: number[]) => number;

/** Calls an exported function of both builds; bytes are given by their address, and as last where the output goes. */
function bothBuilds(module: string): (name: string, args: (Uint8Array | number)[], outLength: number) => string[] {
  const instances = [module, `${module}-native`].map(
    (name) => new WebAssembly.Instance(compiled(name), { env }).exports,
  );
  return (name, args, outLength) =>
    instances.map((exports) => {
      const memory = exports['memory'] as WebAssembly.Memory;
      if (memory.buffer.byteLength < 8 << 20) memory.grow(128);
      // Above all that the modules use themselves.
      let at = 6 << 20;
      const place = (bytes: Uint8Array): number => {
        new Uint8Array(memory.buffer, at, bytes.length).set(bytes);
        at += (bytes.length + 63) & ~63;
        return at - ((bytes.length + 63) & ~63);
      };
      const values = args.map((arg) => (typeof arg === 'number' ? arg : place(arg)));
      const out = place(new Uint8Array(outLength));
      const result = (exports[name] as Call)(...values, out);
      return `${result} ${hex(new Uint8Array(memory.buffer, out, outLength))}`;
    });
}

const random = randomBytes(0xb01);
const number = (value: bigint): Uint8Array => bigEndian(value, 32);
const cat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));
const crypto = bothBuilds('test-crypto');
const modexp = bothBuilds('test-modexp');

function alike([machine, native]: string[], expected?: RegExp): void {
  assert.equal(machine, native);
  if (expected !== undefined) assert.match(native ?? '', expected);
}

test('both builds verify the same signatures over P-256', () => {
  for (let i = 0; i < 12; i++) {
    const [secret, hash] = [random(32), random(32)];
    const signature = p256.sign(hash, secret, { prehash: false, lowS: false });
    const input = cat(hash, signature, p256.getPublicKey(secret, false).subarray(1));
    alike(crypto('p256Verify', [input], 0), /^1 /);
    const at = i * 13;
    input[at] = (input[at] ?? 0) ^ 1;
    alike(crypto('p256Verify', [input], 0), /^0 /);
  }
  assert.ok(products > 100_000);
});

test('both builds agree where sums of points double, cancel or are those of a point and itself', () => {
  const { Fn, BASE } = p256.Point;
  for (let q = 1n; q < 6n; q++) {
    for (const [a, b] of [
      [q, 1n],
      [-q, 1n],
      [1n, 1n],
      [2n * q, -2n],
      [3n * q, -1n],
      [0n, 1n],
    ] as const) {
      // A signature made backwards: its sum is a·G + b·q·G.
      const sum = Fn.create(a + b * q);
      const r = sum === 0n ? 5n : Fn.create(BASE.multiplyUnsafe(sum).toAffine().x);
      const s = Fn.mul(r, Fn.inv(Fn.create(b)));
      const { x, y } = BASE.multiply(q).toAffine();
      const input = cat(...[Fn.mul(Fn.create(a), s), r, s, x, y].map(number));
      alike(crypto('p256Verify', [input], 0), sum === 0n ? /^0 / : /^1 /);
    }
  }
});

test('both builds add and multiply on bn254 alike', () => {
  const point = (): Uint8Array => {
    const { x, y } = bn254.G1.Point.BASE.multiply((toBigInt(random(32)) % bn254.fields.Fr.ORDER) + 1n).toAffine();
    return cat(number(x), number(y));
  };
  for (let i = 0; i < 12; i++) {
    alike(crypto('bn254Add', [cat(point(), point())], 64), /^1 /);
    alike(crypto('bn254Multiply', [cat(point(), random(32))], 64), /^1 /);
    alike(crypto('bn254Multiply', [cat(random(64), random(32))], 64), /^0 /);
  }
});

test('both builds recover the same keys', () => {
  for (let i = 0; i < 12; i++) {
    const [secret, hash] = [random(32), random(32)];
    const [parity = 0, ...rest] = secp256k1.sign(hash, secret, { prehash: false, format: 'recovered' });
    const [r, s] = [Uint8Array.from(rest.slice(0, 32)), Uint8Array.from(rest.slice(32))];
    alike(crypto('recoverPublicKey', [hash, r, s, parity], 64), /^1 /);
    alike(crypto('recoverPublicKey', [random(32), r, s, parity ^ 1], 64), /^1 /);
  }
});

test('both builds raise to powers alike', () => {
  for (const length of [1, 7, 8, 9, 15, 16, 17, 24, 31, 32, 33, 64, 65, 200]) {
    for (const zeros of [0, 1, Math.floor(length / 2), length - 1]) {
      const modulus = random(length);
      modulus.fill(0, length - zeros);
      const [base, exponent] = [random(length + 3), random(Math.min(length, 40))];
      const args = [base, exponent, modulus].flatMap((bytes) => [bytes, bytes.length]);
      alike(modexp('modexp', args, length));
    }
  }
});
