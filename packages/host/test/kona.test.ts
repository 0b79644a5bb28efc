/** kona's client, as far as a host sees it: its local keys, hints and keys over the wire, in both forms that its versions use. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  blobKey,
  formatHint,
  keccak256Key,
  localKey,
  memoryStore,
  MissingPreimageError,
  sha256Key,
} from '@obelisc/preimage';
import {
  createOracle,
  elementKey,
  elementPoint,
  FIELD_ELEMENTS,
  findChain,
  knownChainNames,
  konaRollupConfig,
  networkFetcher,
  noLookAhead,
  parseKonaRollupConfig,
  parseL1ChainConfig,
  type BlobLayout,
  layOutBlob,
  storeBlob,
} from '../src/index.js';
import { proofInJavaScript } from '../src/kzg-javascript.js';
import { bytes, claimOf, devnetChain, l1Blocks, l2Blocks, withoutDevnet } from './devnet-data.js';
import { devnetServers, RpcFault, type RpcHandlers } from './fake-endpoints.js';

const skip = withoutDevnet;
const claim = claimOf.bind(undefined, 'g10');
const json = (value: Uint8Array): Record<string, unknown> =>
  JSON.parse(Buffer.from(value).toString('utf8')) as Record<string, unknown>;

test('local keys of a custom chain: its id, the rollup configuration in kona’s words, L1’s', { skip }, async () => {
  const chain = devnetChain();
  const l1 = {
    chainId: 900,
    homesteadBlock: 0,
    cancunTime: 0,
    pragueTime: 5,
    bpo1Time: 9,
    terminalTotalDifficulty: 0,
    blobSchedule: {
      prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
      cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 },
      bpo1: { target: 10, max: 15, baseFeeUpdateFraction: 8346193 },
    },
  };
  const l1ChainConfig = parseL1ChainConfig(JSON.stringify(l1), 'l1-chainconfig.json');
  const oracle = createOracle({
    claim: claim(),
    chain: { ...chain, l1ChainConfig },
    store: memoryStore(),
    dialect: 'kona',
  });
  assert.deepEqual(await oracle.get(localKey(1)), claim().l1Head);
  assert.equal(Buffer.from(await oracle.get(localKey(5))).readBigUInt64BE(), 901n);
  // As kona-host 1.6.0 writes it for such a file.
  assert.equal(
    Buffer.from(await oracle.get(localKey(6))).toString('utf8'),
    '{"genesis":{"l1":{"number":0,"hash":"0xc778373dc9c478bb05fb069670d51375f98bf93c83739f9f97954c2fbc67e17e"},' +
      '"l2":{"number":0,"hash":"0x2dbf366b148b4cdc0f43cae40181c05777c72a7a941d3fd1ede98406a49bd713"},' +
      '"l2_time":1795400926,"system_config":{"batcherAddr":"0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc",' +
      '"overhead":"0x0000000000000000000000000000000000000000000000000000000000000834",' +
      '"scalar":"0x00000000000000000000000000000000000000000000000000000000000f4240","gasLimit":30000000,' +
      '"baseFeeScalar":null,"blobBaseFeeScalar":null,"eip1559Denominator":0,"eip1559Elasticity":0,' +
      '"operatorFeeScalar":null,"operatorFeeConstant":null,"minBaseFee":null,"daFootprintGasScalar":null}},' +
      '"block_time":1,"max_sequencer_drift":300,"seq_window_size":200,"channel_timeout":120,' +
      '"granite_channel_timeout":50,"l1_chain_id":900,"l2_chain_id":901,"regolith_time":0,"canyon_time":0,' +
      '"delta_time":0,"ecotone_time":0,"fjord_time":0,"granite_time":0,' +
      '"batch_inbox_address":"0x00289c189bee4e70334629f04cd5ed602b6600eb",' +
      '"deposit_contract_address":"0xa439b64360c875951478b0cf77698038df331255",' +
      '"l1_system_config_address":"0xf493e2ebb09309e2d0046a7afc88c8eda3c91560","alt_da":null,' +
      '"chain_op_config":{"eip1559Elasticity":6,"eip1559Denominator":50,"eip1559DenominatorCanyon":250}}',
  );
  assert.equal(
    Buffer.from(await oracle.get(localKey(7))).toString('utf8'),
    '{"chainId":900,"homesteadBlock":0,"daoForkSupport":false,"cancunTime":0,"pragueTime":5,"bpo1Time":9,' +
      '"terminalTotalDifficulty":0,"terminalTotalDifficultyPassed":false,' +
      '"blobSchedule":{"bpo1":{"baseFeeUpdateFraction":8346193,"max":15,"target":10},' +
      '"cancun":{"baseFeeUpdateFraction":3338477,"max":6,"target":3},' +
      '"prague":{"baseFeeUpdateFraction":5007716,"max":9,"target":6}}}',
  );
  await assert.rejects(oracle.get(localKey(8)), MissingPreimageError);
});

test('without L1’s configuration, the flag is named; a known chain has its id and all the rest', { skip }, async () => {
  const [of, known] = [{ claim: claim(), store: memoryStore(), dialect: 'kona' as const }, findChain('op-mainnet')];
  assert(known !== undefined);
  await assert.rejects(createOracle({ ...of, chain: devnetChain() }).get(localKey(7)), /give --l1\.chainconfig/);
  const oracle = createOracle({ ...of, chain: known });
  assert.equal(Buffer.from(await oracle.get(localKey(5))).readBigUInt64BE(), 10n);
  assert.equal(json(await oracle.get(localKey(6)))['karst_time'], 1783526401);
  assert.equal(json(await oracle.get(localKey(7)))['chainId'], 1);
});

test('what kona writes of a chain is read back as the same configuration', () => {
  for (const name of knownChainNames()) {
    const chain = findChain(name);
    assert(chain !== undefined, name);
    const read = parseKonaRollupConfig(konaRollupConfig(chain), name);
    const [mine, theirs] = [read.json, chain.rollupConfig.json].map(
      (text) => JSON.parse(text) as Record<string, object>,
    );
    // What kona has no place for, or always has.
    for (const gone of ['protocol_versions_address', 'keep_karst_upgrade_gas', 'chain_op_config', 'genesis']) {
      if (gone !== 'genesis') [mine, theirs].forEach((config) => delete config?.[gone]);
    }
    assert.deepEqual(mine, theirs, name);
  }
});

test('op-node’s files and kona’s own spellings are read; what is not covered is refused by name', { skip }, () => {
  const config = (change: (config: Record<string, Record<string, unknown>>) => void) => {
    const parsed = json(Buffer.from(devnetChain().rollupConfig.json)) as Record<string, Record<string, unknown>>;
    change(parsed);
    return () => parseKonaRollupConfig(JSON.stringify(parsed), 'rollup.json');
  };
  const system = {
    batcherAddress: '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
    overhead: '0x834',
    scalar: '0xf4240',
    gasLimit: 30_000_000,
    eip1559Denominator: 250,
    eip1559Elasticity: 6,
    operatorFeeScalar: 1,
    operatorFeeConstant: 2,
  };
  const read = config((own) => {
    Object.assign(own['genesis'] ?? {}, { system_config: system });
    Object.assign(own, {
      superchain_config_address: null,
      blobs_data: null,
      alt_da: null,
      granite_channel_timeout: 50,
      of_no_meaning: 1,
      chain_op_config: { eip1559_elasticity: 10, eip1559_denominator: 50, eip1559_denominator_canyon: 250 },
    });
  })();
  const written = json(Buffer.from(read.json)) as { genesis: { system_config: object }; chain_op_config: object };
  assert.deepEqual(written.genesis.system_config, {
    batcherAddr: '0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc',
    overhead: `0x${'834'.padStart(64, '0')}`,
    scalar: `0x${'f4240'.padStart(64, '0')}`,
    gasLimit: 30_000_000,
    eip1559Params: '0x000000fa00000006',
    operatorFeeParams: `0x${'00'.repeat(20)}000000010000000000000002`,
  });
  assert.deepEqual(written.chain_op_config, {
    eip1559Elasticity: 10,
    eip1559Denominator: 50,
    eip1559DenominatorCanyon: 250,
  });
  assert.deepEqual(json(Buffer.from(config(() => undefined)().json))['chain_op_config'], {
    eip1559Elasticity: 6,
    eip1559Denominator: 50,
    eip1559DenominatorCanyon: 250,
  });
  const refused: [change: Record<string, unknown>, why: RegExp][] = [
    [{ granite_channel_timeout: 60 }, /rollup\.json\.granite_channel_timeout is 60, which is not covered/],
    [{ da_challenge_address: `0x${'11'.repeat(20)}` }, /da_challenge_address is set: a chain whose data is not on L1/],
    [{ mystery_time: 5 }, /fields that this version does not know: mystery_time/],
    [{ genesis: { l2_time: 1 } }, /rollup\.json\.genesis\.system_config is missing/],
    [{ chain_op_config: { eip1559Elasticity: 6 } }, /chain_op_config\.eip1559Denominator is missing/],
  ];
  for (const [change, why] of refused)
    assert.throws(
      config((own) => void Object.assign(own, change)),
      why,
    );
  assert.throws(() => parseKonaRollupConfig('{', 'rollup.json'), /rollup\.json is not JSON/);
});

const node = (text: string): string => `0x${Buffer.from(text.padEnd(40)).toString('hex')}`;
const nodeKey = (text: string) => keccak256Key(keccak_256(bytes(node(text))));

async function setting(t: TestContext, change: { l2?: RpcHandlers; ahead?: false } = {}) {
  const { l2, urls } = await devnetServers(t, { l2: change.l2 });
  const [store, chain] = [memoryStore(), devnetChain()];
  const fetcher = networkFetcher({
    endpoints: urls,
    claim: claim(),
    chain,
    policy: { forMs: 1500, firstContactMs: 1500, absentMs: 100, wrongTries: 1, firstDelayMs: 1, maxDelayMs: 50 },
  });
  t.after(() => fetcher.ahead.stop());
  const used = change.ahead === false ? { ...fetcher, ahead: noLookAhead } : fetcher;
  return { oracle: createOracle({ claim: claim(), chain, store, fetcher: used, dialect: 'kona' }), store, l2 };
}

const address = Buffer.from('42'.padEnd(40, '0'), 'hex');
const slot = Buffer.from('07'.padStart(64, '0'), 'hex');

test('hints of accounts and slots are followed by eth_getProof of the block they name', { skip }, async (t) => {
  const asked: unknown[] = [];
  const { oracle } = await setting(t, {
    ahead: false,
    l2: {
      eth_getProof: (params) => {
        asked.push(params);
        const [of, slots] = params as [string, string[], string];
        const storageProof = slots.map(() => ({ proof: [node(`slot of ${of}`)] }));
        return { accountProof: [node(`account ${of} ${asked.length}`)], storageProof };
      },
    },
  });
  const block = l2Blocks().find(({ number }) => number === 3);
  assert(block !== undefined);
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(4n);
  const named = `0x${address.toString('hex')}`;
  const cases: [type: string, payload: Uint8Array[], params: unknown[], keys: string[]][] = [
    ['l2-account-proof', [bytes(block.hash), address], [named, [], '0x3'], [`account ${named} 1`]],
    [
      'l2-account-storage-proof',
      [bytes(block.hash), address, slot],
      [named, [`0x${slot.toString('hex')}`], '0x3'],
      [`account ${named} 2`, `slot of ${named}`],
    ],
    // Clients before 2026.
    ['l2-account-proof', [number, address], [named, [], '0x4'], [`account ${named} 3`]],
    [
      'l2-account-storage-proof',
      [number, address, slot],
      [named, [`0x${slot.toString('hex')}`], '0x4'],
      [`account ${named} 4`],
    ],
  ];
  for (const [at, [type, parts, params, keys]] of cases.entries()) {
    await oracle.hint(formatHint({ type, payload: Buffer.concat(parts) }));
    for (const key of keys)
      assert.equal(
        Buffer.from(await oracle.get(nodeKey(key)))
          .toString('utf8')
          .trim(),
        key,
      );
    assert.deepEqual(asked[at], params);
    assert.equal(asked.length, at + 1, 'a proof is asked for once');
  }
  await oracle.hint(formatHint({ type: 'l2-account-proof', payload: Buffer.concat([number, address]) }));
  await assert.rejects(oracle.get(nodeKey('of another state')), MissingPreimageError);
});

test(
  'the witness of the payload that is to come gives the state before it, in one call a block',
  { skip },
  async (t) => {
    const calls: unknown[] = [];
    const { oracle } = await setting(t, {
      l2: {
        debug_dbGet: () => new RpcFault(-32601, 'the method debug_dbGet does not exist/is not available'),
        web3_clientVersion: () => 'reth/v1.9',
        debug_executionWitness: ([block]) => {
          calls.push(block);
          return { state: [node(`state before ${String(block)}`)], codes: [node('code')], keys: [] };
        },
      },
    });
    const parent = l2Blocks().find(({ number }) => number === 4);
    assert(parent !== undefined);
    const attributes = Buffer.from('{"timestamp":"0x0","transactions":["0x00"]}');
    await oracle.hint(
      formatHint({ type: 'l2-payload-witness', payload: Buffer.concat([bytes(parent.hash), attributes]) }),
    );
    await oracle.hint(formatHint({ type: 'l2-account-proof', payload: Buffer.concat([bytes(parent.hash), address]) }));
    assert.match(Buffer.from(await oracle.get(nodeKey('state before 0x5'))).toString('utf8'), /^state before 0x5/);
    assert.match(Buffer.from(await oracle.get(nodeKey('code'))).toString('utf8'), /^code/);
    assert.equal(new Set(calls).size, calls.length, 'no block’s witness is asked for twice');
  },
);

test('a payload’s witness may fail: the accounts’ own hints give what it would', { skip }, async (t) => {
  const { oracle } = await setting(t, {
    ahead: false,
    l2: { eth_getProof: () => ({ accountProof: [node('account')], storageProof: [] }) },
  });
  const parent = l2Blocks().find(({ number }) => number === 4);
  const payload = bytes(parent?.hash);
  await oracle.hint(formatHint({ type: 'l2-account-proof', payload: Buffer.concat([payload, address]) }));
  await oracle.hint(formatHint({ type: 'l2-payload-witness', payload: Buffer.concat([payload, Buffer.from('{}')]) }));
  assert.match(Buffer.from(await oracle.get(nodeKey('account'))).toString('utf8'), /^account/);
});

test('hints of wrong length do no harm, and are named when something is missing', { skip }, async () => {
  const oracle = createOracle({ claim: claim(), chain: devnetChain(), store: memoryStore(), dialect: 'kona' });
  for (const [type, length] of [
    ['l2-account-proof', 33],
    ['l2-account-storage-proof', 52],
    ['l2-payload-witness', 31],
  ] as const)
    await oracle.hint(formatHint({ type, payload: new Uint8Array(length) }));
  await assert.rejects(oracle.get(nodeKey('x')), /last hint: l2-payload-witness 0x0+\)/);
});

test('the KZG proof of a blob lies under the index after the last element', { skip }, async () => {
  const [sidecar] = l1Blocks().flatMap(({ sidecars }) => sidecars ?? []);
  assert(sidecar !== undefined);
  const [commitment, proof] = [bytes(sidecar.kzg_commitment), bytes(sidecar.kzg_proof)];
  const store = memoryStore();
  storeBlob(store, new Uint8Array(32).fill(1), commitment, bytes(sidecar.blob), proof);
  // kona's own words: commitment, 24 zero bytes, the index as u64.
  const index = Buffer.alloc(32);
  index.writeBigUInt64BE(4096n, 24);
  const point = Buffer.concat([commitment, index]);
  assert.deepEqual(store.get(blobKey(keccak_256(point))), proof);
  assert.deepEqual(Buffer.from(store.get(keccak256Key(keccak_256(point))) ?? []), point);
});

test('the proof of a blob that came without one is computed, natively and in JavaScript', { skip }, async () => {
  const [sidecar] = l1Blocks().flatMap(({ sidecars }) => sidecars ?? []);
  assert(sidecar !== undefined);
  const [commitment, proof, blob] = [sidecar.kzg_commitment, sidecar.kzg_proof, sidecar.blob].map(bytes);
  assert(commitment !== undefined && proof !== undefined && blob !== undefined);
  const versionedHash = new Uint8Array(createHash('sha256').update(commitment).digest());
  versionedHash[0] = 1;
  const point = elementPoint(commitment, FIELD_ELEMENTS, 'index');
  for (const key of [blobKey(keccak_256(point)), keccak256Key(keccak_256(point))]) {
    const store = memoryStore();
    storeBlob(store, versionedHash, commitment, blob);
    const oracle = createOracle({ claim: claim(), chain: devnetChain(), store, dialect: 'kona' });
    await oracle.hint(formatHint({ type: 'l1-blob', payload: Buffer.concat([versionedHash, new Uint8Array(8)]) }));
    await oracle.get(sha256Key(versionedHash));
    await oracle.get(key);
    assert.deepEqual(Buffer.from(await oracle.get(blobKey(keccak_256(point)))), Buffer.from(proof));
  }
  assert.deepEqual(await proofInJavaScript(blob, commitment), proof);
});

test('whoever reads a blob in the old form finds all that proves it in the store; the next reader in the other', async () => {
  const [versionedHash, commitment] = [new Uint8Array(32).fill(1), new Uint8Array(48).fill(0xc0)];
  const blob = Buffer.concat(Array.from({ length: FIELD_ELEMENTS }, (_, at) => Buffer.alloc(32).fill(at & 63)));
  const element = (at: number) => blob.subarray(32 * at, 32 * at + 32);
  const store = memoryStore();
  storeBlob(store, versionedHash, commitment, blob);
  const known = findChain('op-sepolia');
  assert(known !== undefined);
  const zero = new Uint8Array(32);
  const of = { l1Head: zero, l2Head: zero, l2OutputRoot: zero, l2Claim: zero, l2BlockNumber: 1n };
  for (const form of ['root', 'index', 'root', 'index'] as const) {
    const layOut = (layout: BlobLayout) => layOutBlob(store, layout.commitment, layout.form, layout.anew);
    const oracle = createOracle({ claim: of, chain: known, store: { ...store, layOut } });
    await oracle.hint(formatHint({ type: 'l1-blob', payload: Buffer.concat([versionedHash, new Uint8Array(16)]) }));
    await oracle.get(sha256Key(versionedHash));
    for (let at = 0; at < FIELD_ELEMENTS; at++)
      assert.deepEqual(Buffer.from(await oracle.get(elementKey(commitment, at, form))), element(at));
    // What a challenger looks up in the datadir to prove the read of an element: the key's own pre-image, then all elements.
    for (let at = 0; at < FIELD_ELEMENTS; at++) {
      const point = elementPoint(commitment, at, form);
      assert.deepEqual(store.get(keccak256Key(keccak_256(point))), point, `${form} ${at}`);
      assert.deepEqual(Buffer.from(store.get(elementKey(commitment, at, form)) ?? []), element(at), `${form} ${at}`);
    }
  }
});
