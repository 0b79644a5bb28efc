import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { u256 } from './devnet.js';
import { fromHex, startModule, toHex, type Harness } from './module.js';

// Inputs and results are facts of op-geth's core/types/rollup_cost_test.go (LGPL-3.0).
const contractCall =
  '02f901550a758302df1483be21b88304743f94f80e51afb613d764fa61751affd3313c190a86bb870151bd62fd12adb8e41ef24f3f000000000000' +
  '000000000000000000000000000000000000000000000000006e000000000000000000000000af88d065e77c8cc2239327c5edb3a432268e583100' +
  '0000000000000000000000000000000000000000000000000003c1e500000000000000000000000000000000000000000000000000000000000000' +
  '000000000000000000000000000000000000000000000000a000000000000000000000000000000000000000000000000000000000000000148c89' +
  'ed219d02f1a5be012c689b4f5b731827bebe000000000000000000000000c001a033fd89cb37c31b2cba46b6466e040c61fc9b2a3675a7f5f493eb' +
  'd5ad77c497f8a07cdf65680e238392693019b4092f610222e71b7cec06449cb922b93b6a12744e';
const none = new Uint8Array(0);
/** An unsigned transfer of nothing: 30 bytes, none of them zero. */
const emptyTransaction = RLP.encode([
  none,
  none,
  none,
  fromHex('095e7baea6a6c7c4c2dfeb977efac326af552d87'),
  none,
  none,
  none,
  none,
  none,
]);

const fork = { bedrock: 0, regolith: 1, ecotone: 4, fjord: 5, isthmus: 8, jovian: 9 } as const;

test('FastLZ sizes are those of op-geth', () => {
  const module = startModule();
  const size = (input: Uint8Array): number => module.call('fastLzLength', module.put(input), input.length);
  for (let round = 0; round < 3; round++) {
    assert.equal(size(none), 0);
    assert.equal(size(new Uint8Array(1000).fill(1)), 21);
    assert.equal(size(new Uint8Array(1000)), 21);
    assert.equal(size(emptyTransaction), 31);
    assert.equal(size(fromHex(contractCall)), 202);
  }
});

/** Starts the module with slots of the L1Block contract. */
function withSlots(slots: Record<number, bigint>): Harness {
  const module = startModule();
  module.call('useScratch', true);
  module.call('openState', module.put(fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421')));
  module.call('beginTransaction');
  const l1Block = module.put(fromHex('4200000000000000000000000000000000000015'));
  for (const [slot, value] of Object.entries(slots)) {
    module.call('setStorage', l1Block, module.put(u256(BigInt(slot))), module.put(u256(value)));
  }
  return module;
}

function readU256(module: Harness, address: number): bigint {
  return BigInt(`0x${toHex(module.get(address, 32).toReversed())}`);
}

function cost(module: Harness, encoded: Uint8Array): bigint {
  const out = module.put(new Uint8Array(32));
  module.call('l1CostOf', module.put(encoded), encoded.length, out);
  return readU256(module, out);
}

const baseFee = 1000_000_000n;
const bedrockSlots = { 1: baseFee, 5: 50n, 6: 7_000_000n };
// Base fee scalar 2 and blob base fee scalar 3 share a slot with the sequence number.
const ecotoneSlots = { 1: baseFee, 7: 10_000_000n, 3: (2n << 96n) | (3n << 64n) | 77n };

test('the cost on L1 is that of op-geth in every fork', () => {
  for (const [at, slots, expected] of [
    [fork.bedrock, bedrockSlots, 11326000000000n],
    [fork.regolith, bedrockSlots, 3710000000000n],
    [fork.ecotone, bedrockSlots, 3710000000000n],
    [fork.fjord, bedrockSlots, 3710000000000n],
    [fork.ecotone, ecotoneSlots, 960900n],
    [fork.fjord, ecotoneSlots, 3203000n],
  ] as const) {
    const module = withSlots(slots);
    module.call('readL1Parameters', at);
    assert.equal(cost(module, emptyTransaction), expected, `fork ${at}`);
  }
});

test("the operator's fee follows Isthmus' and Jovian's formulas", () => {
  const scalar = 1439103868n;
  const constant = 1256417826609331460n;
  for (const [at, expected] of [
    [fork.fjord, 0n],
    [fork.isthmus, (1618n * scalar) / 1_000_000n + constant],
    [fork.jovian, 1618n * scalar * 100n + constant],
  ] as const) {
    const module = withSlots({ ...ecotoneSlots, 8: (scalar << 64n) | constant });
    module.call('readL1Parameters', at);
    const out = module.put(new Uint8Array(32));
    module.call('operatorFee', 1618n, out);
    assert.equal(readU256(module, out), expected, `fork ${at}`);
  }
});

test('the data availability footprint scales the estimated size, by 400 where the chain sets nothing', () => {
  for (const [slot, scalar] of [
    [0n, 400n],
    [(7n << 96n) | 5n, 7n],
  ] as const) {
    const module = withSlots({ ...ecotoneSlots, 8: slot });
    module.call('readL1Parameters', fork.jovian);
    const encoded = fromHex(contractCall);
    // (202 · 836,500 - 42,585,600) / 10^6 = 126.3…
    assert.equal(module.call64('footprintOf', module.put(encoded), encoded.length), 126n * scalar);
    assert.equal(module.call64('footprintOf', module.put(emptyTransaction), emptyTransaction.length), 100n * scalar);
  }
});
