// L2 endpoints that offer no more than standard methods: what the program reads is proved, account by account.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openDatadir } from '@obelisc/preimage';
import { type RewritingProxy, rewritingProxy, RpcFault } from '../obelisc/rewriting-proxy.js';
import { type EmbeddedClaim, embeddedClaim, opProgram } from './embedded-claim.js';

let claim: EmbeddedClaim;
let proxy: RewritingProxy;
before(async () => {
  claim = await embeddedClaim('standard methods', 6);
  proxy = await rewritingProxy(claim.devnet.l2Url);
});
after(async () => {
  proxy.close();
  await claim.close();
});

/** Gathers into a new datadir and gives the keys that are there afterwards. */
async function gathered(name: string, offers: RewritingProxy['offers'], holds = true) {
  proxy.offers = offers;
  proxy.asked.length = 0;
  const datadir = join(claim.folder, name);
  const flags = [...claim.flags(holds), ...claim.endpointFlags({ l2: proxy.url }), `--datadir=${datadir}`];
  const ended = await opProgram(flags).ended;
  const keys = () => [...(openDatadir({ path: datadir, mustExist: true }).keys?.() ?? [])].map(String).sort();
  return { ...ended, datadir, keys };
}

/** Offline, from what was gathered. */
async function again(datadir: string, holds = true): Promise<number | null> {
  return (await opProgram([...claim.flags(holds), `--datadir=${datadir}`]).ended).code;
}

test('an L2 without any debug method is enough, and the datadir is that of one with all', async () => {
  const whole = await gathered('whole', undefined);
  assert.equal(whole.code, 0, whole.text);
  const standard = await gathered('standard', (method) => !method.startsWith('debug_'));
  assert.equal(standard.code, 0, standard.text);
  assert.deepEqual(standard.keys(), whole.keys());
  assert.equal(await again(standard.datadir), 0);
});

test('so is one that has proofs, codes and blocks alone; a false claim is told there too', async () => {
  const few = /^eth_(?:chainId|getProof|getCode|getBlockBy.*|getTransactionByBlockNumberAndIndex)$/;
  const right = await gathered('few', (method) => few.test(method));
  assert.equal(right.code, 0, right.text);
  assert.equal(await again(right.datadir), 0);
  const wrong = await gathered('few, wrong', (method) => few.test(method), false);
  assert.equal(wrong.code, 1, wrong.text);
  assert.match(wrong.text, /is wrong: claimed output root/);
});

test('one without proofs, too, is told once with the methods that would do', async () => {
  const { code, text } = await gathered('none', (method) => !/^debug_|^eth_getProof$/.test(method));
  assert.equal(code, 2, text);
  assert.match(text, /--l2 .*does not offer eth_getProof, .*debug_dbGet.*debug_executionWitness/);
});

test('one that proves its newest blocks alone is told of as that, with the block and what keeps more', async () => {
  const offers = (method: string) => !method.startsWith('debug_');
  proxy.rewrite = (method, params) =>
    method === 'eth_getProof' && params[2] !== 'latest'
      ? new RpcFault(-32000, 'missing trie node 8e5b (path ) state 0x8e5b is not available')
      : undefined;
  try {
    const { code, text } = await gathered('newest', offers);
    assert.equal(code, 2, text);
    assert.match(text, /--l2 \S+ eth_getProof: it has no state of block 1; give .*archive node.*8e5b/);
  } finally {
    proxy.rewrite = undefined;
  }
});
