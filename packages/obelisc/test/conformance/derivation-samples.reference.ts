// Fresh samples of odd data beside op-program's Go client itself, which is asked whether our output root is the right one:
//   REFERENCE_GO_CLIENT=path/of/op-program-client [SEED=1000] [SAMPLES=100] npm run test:reference -- obelisc/conformance
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Oracle } from '@obelisc/preimage';
import { runDetached } from '../../src/op-program/exec.js';
import { outputOf, sampleOf } from './derivation-samples.js';
import { natively } from './in-machine.js';

const client = process.env['REFERENCE_GO_CLIENT'];
const skip = client === undefined ? "REFERENCE_GO_CLIENT names no build of op-program's client" : false;
const first = Number(process.env['SEED'] ?? 1000);
const count = Number(process.env['SAMPLES'] ?? 100);

test(`${count} samples from seed ${first} on derive to what the Go client derives`, { skip }, async () => {
  for (let seed = first; seed < first + count; seed++) {
    const { name, claim } = sampleOf(seed);
    const output = outputOf(await natively(claim()));
    const root = output === null ? undefined : Buffer.from(output.slice(2), 'hex');
    const code = await runDetached(client ?? '', asGoReads(claim(root)), () => undefined);
    if (output === null) assert.ok(code !== 0 && code !== 1, `${name}: the Go client decides what we cannot`);
    else assert.equal(code, 0, `${name}: the Go client refuses ${output}`);
  }
});

/** Local keys of the chain's and L1's configurations. */
const CHAIN_CONFIG = 6;
const L1_CHAIN_CONFIG = 9;

/** Geth's configurations name every fork, which ours take for granted. */
function asGoReads(oracle: Oracle): Oracle {
  const old = [
    'homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul', 'muirGlacier', 'berlin', 'london',
    'arrowGlacier', 'grayGlacier', 'mergeNetsplit',
  ]; // prettier-ignore
  const forks = Object.fromEntries(old.map((name) => [`${name}Block`, 0]));
  return {
    hint: (hint) => oracle.hint(hint),
    get: async (key) => {
      const value = await oracle.get(key);
      if (key[0] !== 1 || (key[31] !== CHAIN_CONFIG && key[31] !== L1_CHAIN_CONFIG)) return value;
      const own = key[31] === CHAIN_CONFIG ? { bedrockBlock: 0 } : { shanghaiTime: 0 };
      const given = JSON.parse(Buffer.from(value).toString('utf8')) as object;
      return Buffer.from(JSON.stringify({ ...forks, ...own, terminalTotalDifficulty: 0, ...given }));
    },
  };
}
