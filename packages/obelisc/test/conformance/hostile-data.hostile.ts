/**
 * Chains whose batcher posts what the protocol allows and nobody would post but to stop the program: it ends in the machine as
 * it does natively, and says the same. Cases that take under a minute there.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadElf, runGuided } from '@obelisc/fpvm';
import { releasedElf } from '@obelisc/guest';
import { runProgram } from '@obelisc/program';
import type * as Claim from '../../../program/test/hostile/claim.js';
import type * as Cases from '../../../program/test/hostile/derivation-cases.js';

const hostile = '../../../../program/dist/test/hostile';
const load = (name: string): Promise<unknown> => import(new URL(`${hostile}/${name}.js`, import.meta.url).href);
const { derivationCases } = (await load('derivation-cases')) as typeof Cases;
const { claimOn } = (await load('claim')) as typeof Claim;

for (const { name, make } of derivationCases.filter((each) => each.isQuick && !/executed/.test(each.name))) {
  test(name, async (context) => {
    const oracle = claimOn(make());
    const natively = await run((output) => runProgram({ oracle, stdout: output, stderr: output }));
    let steps = 0n;
    const inMachine = await run(async (output) => {
      const { machine } = loadElf(releasedElf(), { oracle, output: (_, bytes) => output(bytes) });
      await runGuided(machine, {});
      steps = machine.step;
      return machine.exitCode;
    });
    context.diagnostic(`${steps} steps`);
    // The claim is wrong: nothing that is posted becomes a block.
    assert.equal(natively.code, 1, natively.log.slice(-1000));
    assert.deepEqual(inMachine, natively);
  });
}

async function run(program: (output: (bytes: Uint8Array) => void) => Promise<number>) {
  const parts: Buffer[] = [];
  const code = await program((bytes) => void parts.push(Buffer.from(bytes)));
  return { code, log: Buffer.concat(parts).toString('utf8') };
}
