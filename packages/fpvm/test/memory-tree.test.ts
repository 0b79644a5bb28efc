import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { Machine } from '../src/machine.js';

// A plain model of the tree, hashed by @noble/hashes: nodes by level and number, absent ones being zero.
const LEVELS = 59;
const zeros: Uint8Array[] = [new Uint8Array(32)];
for (let level = 0; level < LEVELS; level++) {
  const below = zeros[level] ?? new Uint8Array(32);
  zeros.push(keccak_256(Buffer.concat([below, below])));
}

/** All nodes that are not zero: `level:number` → hash. */
function modelOf(bytes: ReadonlyMap<bigint, Uint8Array>): Map<string, Uint8Array> {
  const nodes = new Map<string, Uint8Array>();
  let level = new Map<bigint, Uint8Array>();
  for (const [page, content] of bytes) {
    for (let i = 0; i < 128; i++) {
      const leaf = content.subarray(32 * i, 32 * i + 32);
      if (leaf.some((byte) => byte !== 0)) level.set((page << 7n) | BigInt(i), leaf);
    }
  }
  for (let at = 0; at <= LEVELS; at++) {
    const above = new Map<bigint, Uint8Array>();
    const zero = zeros[at] ?? new Uint8Array(32);
    for (const [number, hash] of level) {
      nodes.set(`${at}:${number}`, hash);
      const left = number & ~1n;
      if (above.has(number >> 1n)) continue;
      above.set(number >> 1n, keccak_256(Buffer.concat([level.get(left) ?? zero, level.get(left | 1n) ?? zero])));
    }
    level = above;
  }
  return nodes;
}

/** Deterministic random numbers (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test('root and proofs equal those of a plain model after random writes, near and far', () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = generator(seed);
    const machine = new Machine();
    const model = new Map<bigint, Uint8Array>();
    const bases = Array.from(
      { length: 5 },
      () => (BigInt(random(1 << 20)) << 44n) | (BigInt(random(1 << 30)) << BigInt(random(15))),
    );
    const somewhere = () => (bases[random(5)] ?? 0n) + BigInt(random(random(2) === 0 ? 300 : 300_000));
    for (let round = 0; round < 5; round++) {
      for (let i = 0; i < 12; i++) {
        const address = somewhere();
        // Zeros are written too: a page may become zero again.
        const value = random(4) === 0 ? 0 : random(256);
        const page = model.get(address >> 12n) ?? new Uint8Array(4096);
        page[Number(address & 0xfffn)] = value;
        model.set(address >> 12n, page);
        machine.memory.write(address, Uint8Array.of(value));
      }
      const nodes = modelOf(model);
      const node = (level: number, number: bigint) => nodes.get(`${level}:${number}`) ?? zeros[level];
      assert.deepEqual(machine.tree.root(), node(LEVELS, 0n), `seed ${seed}, round ${round}`);
      for (let i = 0; i < 8; i++) {
        const address = somewhere() & ~31n;
        const expected = [node(0, address >> 5n)];
        for (let level = 0; level < LEVELS; level++)
          expected.push(node(level, ((address >> 5n) >> BigInt(level)) ^ 1n));
        const proof = Buffer.from(machine.tree.proof(address)).toString('hex');
        assert.equal(proof, Buffer.concat(expected.map((hash) => hash ?? Buffer.of())).toString('hex'));
      }
    }
  }
});

/** A machine with many pages, most with a few bytes that are not zero. */
function largeMachine(hashOnThreads: boolean): Machine {
  const machine = new Machine({ hashOnThreads });
  const random = generator(7);
  for (let i = 0n; i < 9000n; i++) {
    const page = new Uint8Array(4096);
    for (let byte = 0; byte < 5; byte++) page[random(4096)] = random(256);
    machine.memory.load(0x10000n + (i << 12n) * (1n + (i & 1n)), page);
  }
  return machine;
}

test('the root of many pages is the same on threads, and after further writes', () => {
  const alone = largeMachine(false);
  const together = largeMachine(true);
  assert.deepEqual(together.tree.root(), alone.tree.root());
  for (const machine of [alone, together]) machine.memory.write(0x5_0000n, Uint8Array.of(1, 2, 3));
  assert.deepEqual(together.tree.root(), alone.tree.root());
  assert.deepEqual(together.tree.proof(0x5_0000n), alone.tree.proof(0x5_0000n));
});

test('threads that hash do not keep the process alive', () => {
  const script = `
    import { Machine } from ${JSON.stringify(new URL('../src/machine.js', import.meta.url).href)};
    const machine = new Machine({ hashOnThreads: true });
    for (let i = 0n; i < 8200n; i++) machine.memory.load(i << 12n, Uint8Array.of(1));
    machine.tree.root();
    console.log('done');`;
  const { status, stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.deepEqual({ status, stdout }, { status: 0, stdout: 'done\n' });
});
