/** The client run natively on claims that Go's op-program judged: the same exit code for each. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createOracle } from '@obelisc/host';
import { runProgram } from '@obelisc/program';
import { gatheredStore, recordedCases, recordedChain, withoutChain } from './recorded-range.js';

/** Span batches with bytes changed at random: since Holocene overlapped blocks are not compared. */
judged('chain-i', ['holo']);

/** Holocene to Isthmus to Jovian, with all kinds of batches, transactions and precompiles, and Prague to BPO1 on L1. */
judged('chain-e', ['holo', 'isthact', 'isth1', 'isth2', 'jovact', 'jov1', 'jov2', 'jov3', 'bpo1', 'all']);

function judged(chain: string, ranges: string[]): void {
  const skip = withoutChain(chain);
  for (const range of ranges) {
    describe(`${chain}, range ${range}`, { skip }, () => {
      for (const { name, claim, exit } of skip === false ? recordedCases(chain, range) : []) {
        test(`${name}: exit code ${exit}`, async () => {
          const output: string[] = [];
          const write = (text: Uint8Array): void => void output.push(Buffer.from(text).toString('utf8'));
          const oracle = createOracle({
            claim,
            chain: await recordedChain(chain),
            store: await gatheredStore(chain, range),
          });
          const code = await runProgram({ oracle, stdout: write, stderr: write });
          assert.equal(code, exit, output.join('').split('\n').slice(-12).join('\n'));
        });
      }
    });
  }
}
