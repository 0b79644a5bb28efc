/**
 * The client on claims that Go's op-program judged: the same exit code for each, natively and, across the activations of
 * forks, in the machine.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadElf, runGuided } from '@obelisc/fpvm';
import { releasedElf } from '@obelisc/guest';
import { createOracle } from '@obelisc/host';
import type { Oracle } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import { gatheredStore, recordedCases, recordedChain, withoutChain } from './recorded-range.js';

/** Span batches with bytes changed at random: since Holocene overlapped blocks are not compared. */
judged('chain-i', ['holo']);

/** Holocene to Isthmus to Jovian, with all kinds of batches, transactions and precompiles, and Prague to BPO1 on L1. */
judged('chain-e', ['holo', 'isthact', 'isth1', 'isth2', 'jovact', 'jov1', 'jov2', 'jov3', 'bpo1', 'all']);

/** The same program in the machine: the blocks that activate Isthmus and Jovian. */
judged('chain-e', ['isthact', 'jovact'], 'in the machine');

type Place = 'natively' | 'in the machine';

function judged(chain: string, ranges: string[], place: Place = 'natively'): void {
  const skip = withoutChain(chain);
  for (const range of ranges) {
    describe(`${chain}, range ${range}, ${place}`, { skip }, () => {
      for (const { name, claim, exit } of skip === false ? recordedCases(chain, range) : []) {
        test(`${name}: exit code ${exit}`, async () => {
          const oracle = createOracle({
            claim,
            chain: await recordedChain(chain),
            store: await gatheredStore(chain, range),
          });
          const { code, log } = await run(oracle, place);
          assert.equal(code, exit, log.split('\n').slice(-12).join('\n'));
        });
      }
    });
  }
}

async function run(oracle: Oracle, place: Place): Promise<{ code: number; log: string }> {
  let log = '';
  const write = (text: Uint8Array): void => void (log += Buffer.from(text).toString('utf8'));
  if (place === 'natively') return { code: await runProgram({ oracle, stdout: write, stderr: write }), log };
  const { machine } = loadElf(releasedElf(), { oracle, output: (_, bytes) => write(bytes) });
  await runGuided(machine, {});
  return { code: machine.exitCode, log };
}
