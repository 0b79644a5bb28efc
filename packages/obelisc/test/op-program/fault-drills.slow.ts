// Fault drills: each endpoint goes away in mid-run and comes back, is slow, or lies now and then; and lies about everything. The
// verdict is the right one or there is none, the datadir is good. `node tools/run-tests.mjs --slow obelisc/op-program/fault-drills`
// prints how many requests met with what.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { damageOf, embeddedClaim, type EmbeddedClaim, opProgram } from './embedded-claim.js';
import { type Fault, faultyEndpoint } from './faulty-endpoint.js';

const BLOCKS = 9;
const ENDPOINTS = ['l1', 'beacon', 'l2'] as const;
type Name = (typeof ENDPOINTS)[number];

let claim: EmbeddedClaim;
before(async () => {
  claim = await embeddedClaim('fault drills', BLOCKS);
});
after(() => claim.close());

const urlOf = (name: Name): string =>
  ({ l1: claim.devnet.l1Url, beacon: claim.devnet.beaconUrl, l2: claim.devnet.l2Url })[name];

/** One run with a fault at an endpoint, into a datadir that is looked through afterwards. */
async function drill(what: string, name: Name, fault: Fault, holds: boolean, more: readonly string[] = []) {
  const proxy = await faultyEndpoint(urlOf(name), fault);
  try {
    const datadir = join(claim.folder, `${what}-${name}-${holds}`.replaceAll(' ', '-'));
    const flags = [...claim.flags(holds), ...claim.endpointFlags({ [name]: proxy.url }), ...more];
    const begin = performance.now();
    const { code, text } = await opProgram([...flags, `--datadir=${datadir}`]).ended;
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    const { requests, faults } = proxy.counts;
    console.log(
      `${what}, ${name}, a ${holds ? 'true' : 'false'} claim: exit code ${code} after ${seconds} s, ${faults} of ${requests} requests`,
    );
    if (existsSync(datadir)) assert.deepEqual(damageOf(datadir, 'directory'), []);
    return { code, text, faults };
  } finally {
    proxy.close();
  }
}

/** Gone for three seconds from the third request on. */
function outage(): Fault {
  let since: number | undefined;
  return (count) => {
    if (count < 2) return {};
    since ??= Date.now();
    return { isGone: Date.now() - since < 3000 };
  };
}

const slow: Fault = (count) => ({ afterMs: count % 7 === 6 ? 2500 : 200 });

/** Another digit in the middle of the longest piece of hexadecimal text. */
function lie(text: string): string {
  let longest = { at: 0, length: 0 };
  for (const match of text.matchAll(/"0x[0-9a-f]{8,}"/g))
    if (match[0].length > longest.length) longest = { at: match.index, length: match[0].length };
  if (longest.length === 0) return text;
  const at = longest.at + Math.floor(longest.length / 2) + 1;
  return text.slice(0, at) + (text[at] === 'a' ? 'b' : 'a') + text.slice(at + 1);
}

for (const name of ENDPOINTS) {
  for (const holds of [true, false]) {
    test(`${name} goes away in mid-run and comes back, a ${holds ? 'true' : 'false'} claim`, async () => {
      const { code, text, faults } = await drill('gone for 3 s', name, outage(), holds);
      assert.equal(code, holds ? 0 : 1, text);
      assert(faults > 0);
    });

    test(`${name} is slow, a ${holds ? 'true' : 'false'} claim`, async () => {
      const { code, text } = await drill('slow', name, slow, holds);
      assert.equal(code, holds ? 0 : 1, text);
    });

    test(`${name} lies in every third answer, a ${holds ? 'true' : 'false'} claim`, async () => {
      const now = (count: number) => (count % 3 === 2 ? { change: lie } : {});
      const { code, text, faults } = await drill('lies now and then', name, now, holds);
      assert.equal(code, holds ? 0 : 1, text);
      assert(faults > 0);
    });

    test(`${name} lies in every answer: no verdict, or the right one, a ${holds ? 'true' : 'false'} claim`, async () => {
      const always = () => ({ change: lie });
      const { code, text } = await drill('lies always', name, always, holds, ['--retry.for=5s']);
      assert([2, holds ? 0 : 1].includes(code ?? -1), text);
    });
  }
}

test('with --l1.trustrpc a liar is found out as without', async () => {
  for (const name of ['l1', 'beacon', 'l2'] as const) {
    const { code, text } = await drill('lies always, trusted', name, () => ({ change: lie }), true, [
      '--l1.trustrpc=true',
      '--retry.for=5s',
    ]);
    assert([0, 2].includes(code ?? -1), text);
  }
});
