// Blocks that are made to be dear, as a chain holds them, in the machine.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as AttackClaims from '../../../program/test/hostile/attack-claim.js';
import { inMachine, natively } from './in-machine.js';

const address = new URL('../../../../program/dist/test/hostile/attack-claim.js', import.meta.url).href;
const { claimOnAttack } = (await import(address)) as typeof AttackClaims;

/** What the client takes before it executes the block and beside it: its stack, its tables, derivation. */
const BASE = 4 * 2 ** 20;

/**
 * Declares a test of the attack's block with that gas: the true claim is judged in the machine as it is natively, says the
 * same, and takes no more memory than docs/limits.md allows.
 */
export function declareBlock(name: string, gas: number): void {
  test(`${name}, ${gas / 1e6} million gas: in the machine as natively`, async (context) => {
    const { claim, budget: ofBlock } = claimOnAttack(name, gas);
    const wrong = await natively(claim());
    const root = /derived 0x([0-9a-f]{64})/.exec(wrong.log)?.[1] ?? '';
    assert.equal(wrong.code, 1, wrong.log.slice(-1000));
    const oracle = claim(Buffer.from(root, 'hex'));
    const expected = await natively(oracle);
    assert.equal(expected.code, 0, expected.log.slice(-1000));
    assert.match(expected.log, new RegExp(`Successfully validated L2 block #\\d+ with output root 0x${root}`));
    const { ending, steps, memory } = await inMachine(oracle);
    const budget = BASE + ofBlock;
    context.diagnostic(`${steps} steps, ${(memory / 2 ** 20).toFixed(1)} MiB of ${(budget / 2 ** 20).toFixed(1)}`);
    assert.deepEqual(ending, expected);
    assert.ok(memory < budget, `${memory} bytes, ${budget} are the budget`);
  });
}
