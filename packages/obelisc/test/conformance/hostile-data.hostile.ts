/**
 * Chains whose batcher posts what the protocol allows and nobody would post but to stop the program: it ends in the machine as
 * it does natively, and says the same. Cases that take under a minute there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type * as Claim from '../../../program/test/hostile/claim.js';
import type * as Cases from '../../../program/test/hostile/derivation-cases.js';
import { inMachine, natively } from './in-machine.js';

const hostile = '../../../../program/dist/test/hostile';
const load = (name: string): Promise<unknown> => import(new URL(`${hostile}/${name}.js`, import.meta.url).href);
const { derivationCases } = (await load('derivation-cases')) as typeof Cases;
const { claimOn } = (await load('claim')) as typeof Claim;

/** MiB that the client takes beside derivation. */
const BASE = 4;

for (const { name, make, most } of derivationCases.filter((each) => each.isQuick && !/executed/.test(each.name))) {
  test(name, async (context) => {
    const oracle = claimOn(make());
    const expected = await natively(oracle);
    const { ending, steps, memory } = await inMachine(oracle);
    context.diagnostic(`${steps} steps, ${(memory / 2 ** 20).toFixed(1)} MiB of ${most.toFixed(1)}`);
    // The claim is wrong: nothing that is posted becomes a block.
    assert.equal(expected.code, 1, expected.log.slice(-1000));
    assert.deepEqual(ending, expected);
    assert.ok(memory / 2 ** 20 < most + BASE, `${memory} bytes`);
  });
}
