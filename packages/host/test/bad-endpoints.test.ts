/** Endpoints that are down, slow, wrong, or lack what is asked for: each ends in one error that says which and why, or goes well the next time. */
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  formatHint,
  keccak256Key,
  memoryStore,
  MissingPreimageError,
  type Oracle,
  type PreimageKey,
  sha256Key,
} from '@obelisc/preimage';
import { createOracle, type Endpoints, type Log, networkFetcher, noLookAhead } from '../src/index.js';
import {
  bytes,
  claimOf,
  devnetChain,
  gathered,
  type L1Block,
  l1Blocks,
  type Sidecar,
  withoutDevnet,
} from './devnet-data.js';
import {
  beaconHandler,
  type DevnetChanges,
  devnetServers,
  HttpAnswer,
  l1Handlers,
  RpcFault,
  type RpcHandlers,
  rpcServer,
} from './fake-endpoints.js';
import { rootsOf } from './list-roots.js';

const policy = { forMs: 1500, firstContactMs: 1500, absentMs: 300, wrongTries: 2, firstDelayMs: 1, maxDelayMs: 100 };
const skip = withoutDevnet;

type Changes = DevnetChanges & { l1Url?: string; endpoints?: Partial<Endpoints> };

async function oracleWith(t: TestContext, { l1Url, endpoints: more, ...changes }: Changes) {
  const servers = await devnetServers(t, changes);
  const story: string[] = [];
  const log: Log = (level, message, fields) =>
    void story.push(`${level} ${message} ${Object.entries(fields ?? {}).join(' ')}`);
  const claim = claimOf('g10');
  const chain = devnetChain();
  const endpoints = { ...servers.urls, ...(l1Url === undefined ? {} : { l1: l1Url }), ...more };
  const store = memoryStore();
  // What is asked for, one by one: look-ahead has tests of its own.
  const fetcher = { ...networkFetcher({ endpoints, claim, chain, log, policy }), ahead: noLookAhead };
  return {
    oracle: createOracle({ claim, chain, store, fetcher, log }),
    store,
    story,
    l1Server: servers.l1,
    l2Server: servers.l2,
    beaconServer: servers.beacon,
  };
}

async function ask(oracle: Oracle, hint: string, key: PreimageKey): Promise<Uint8Array> {
  await oracle.hint(hint);
  return oracle.get(key);
}

/** The request fails with one error that names key and hint, and matches. */
async function refused(oracle: Oracle, hint: string, key: PreimageKey, expected: RegExp): Promise<void> {
  await assert.rejects(ask(oracle, hint, key), (error) => {
    assert(error instanceof MissingPreimageError, String(error));
    assert(error.message.includes(Buffer.from(key).toString('hex')), error.message);
    assert(error.message.includes(hint.slice(0, 60)), error.message);
    assert.match(error.message, expected);
    assert.doesNotMatch(error.message, /secret-key/, 'the key in a provider URL is never shown');
    return true;
  });
}

function block(number: number): L1Block {
  const found = l1Blocks().find((candidate) => candidate.number === number);
  assert(found !== undefined);
  return found;
}

const hint = (type: string, hash: string) => formatHint({ type, payload: bytes(hash) });
const hashKey = (hash: string) => keccak256Key(bytes(hash));
const header = (at: L1Block) => [hint('l1-block-header', at.hash), hashKey(at.hash)] as const;
const receipts = (at: L1Block) => [hint('l1-receipts', at.hash), hashKey(rootsOf(at.raw).receipts)] as const;
const transactions = (at: L1Block) =>
  [hint('l1-transactions', at.hash), hashKey(rootsOf(at.raw).transactions)] as const;

test('an endpoint that is down is named, with how often it was tried', { skip }, async (t) => {
  const { oracle, story } = await oracleWith(t, { l1Url: 'http://127.0.0.1:9/a-secret-key' });
  await refused(
    oracle,
    ...header(block(2)),
    /--l1 \(http:\/\/127\.0\.0\.1:9\): eth_chainId: .*(ECONNREFUSED|bad port).*tried \d+ times in/s,
  );
  const notices = story.filter((line) => line.startsWith('warn Trying again')).length;
  assert(notices >= 1 && notices <= 3, `said at growing intervals, not ${notices} times`);
});

for (const failure of [
  new HttpAnswer(429, { 'retry-after': '0' }),
  new HttpAnswer(503),
  new RpcFault(-32005, 'limit exceeded'),
  new RpcFault(-32000, 'Too many requests'),
]) {
  const name = failure instanceof HttpAnswer ? `HTTP ${failure.status}` : `error ${failure.code}`;
  test(`an endpoint that answers ${name} three times and then works is asked four times`, { skip }, async (t) => {
    let failures = 3;
    const working = l1Handlers().eth_getBlockByHash;
    const { oracle, l1Server } = await oracleWith(t, {
      l1: { eth_getBlockByHash: (params) => (failures-- > 0 ? failure : working?.(params)) },
    });
    assert((await ask(oracle, ...header(block(2)))).length > 500);
    assert.equal(l1Server.calls.filter((method) => method === 'eth_getBlockByHash').length, 4);
  });
}

test('an endpoint that answers 429 for ever is given up', { skip }, async (t) => {
  const { oracle, l1Server } = await oracleWith(t, { l1: { eth_getBlockByHash: () => new HttpAnswer(429) } });
  await refused(oracle, ...header(block(2)), /eth_getBlockByHash: HTTP 429.*tried \d+ times in/s);
  assert(l1Server.calls.length > 6 && l1Server.calls.length < 40, `${l1Server.calls.length} requests`);
});

test('an error of the request itself is not tried again', { skip }, async (t) => {
  const { oracle, l1Server } = await oracleWith(t, {
    l1: { eth_getBlockByHash: () => new RpcFault(-32602, 'invalid argument 0') },
  });
  await refused(oracle, ...header(block(2)), /error -32602: invalid argument 0/);
  assert.equal(l1Server.calls.filter((method) => method === 'eth_getBlockByHash').length, 1);
});

test('an endpoint of another chain is refused before its data is used', { skip }, async (t) => {
  const { oracle } = await oracleWith(t, { l1: { eth_chainId: () => '0x1' }, l2: { eth_chainId: () => '0xa' } });
  await refused(oracle, ...header(block(2)), /--l1 .*serves chain 1, but the L1 chain is 900/);
  await refused(
    oracle,
    hint('l2-code', block(1).hash),
    hashKey(block(1).hash),
    /--l2 .*serves chain 10, but the L2 chain is 901/,
  );
});

test('a block whose hash does not match is refused', { skip }, async (t) => {
  const other = l1Handlers().eth_getBlockByHash?.([block(3).hash, false]);
  const { oracle } = await oracleWith(t, { l1: { eth_getBlockByHash: () => other } });
  await refused(
    oracle,
    ...header(block(2)),
    new RegExp(`the block it returned \\(${block(3).hash}\\) does not hash to this`),
  );
});

/** Walks L1 back from block 100 to block 41, as programs do. */
async function walkBack(oracle: Oracle): Promise<void> {
  for (let number = 100; number > 40; number--) {
    const at = block(number);
    assert.equal(`0x${Buffer.from(keccak_256(await ask(oracle, ...header(at)))).toString('hex')}`, at.hash);
  }
}

test('a walk back along L1 takes a batch for twenty blocks', { skip }, async (t) => {
  const { oracle, l1Server } = await oracleWith(t, {});
  await walkBack(oracle);
  const single = l1Server.calls.filter((method) => method === 'eth_getBlockByHash').length;
  assert(single <= 4, `${single} blocks one by one`);
});

test(
  'a walk where blocks by number are of another branch, missing, or not to be had in batches, goes on block by block',
  { skip },
  async (t) => {
    const handlers = l1Handlers();
    const byNumber: RpcHandlers['x'][] = [
      ([number]) => handlers.eth_getBlockByNumber?.([Number(number) + 1, false]),
      ([number]) => (Number(number) % 7 === 0 ? null : handlers.eth_getBlockByNumber?.([number, false])),
      () => new RpcFault(-32600, 'batches are not supported'),
      () => 'nonsense',
    ];
    for (const eth_getBlockByNumber of byNumber) {
      assert(eth_getBlockByNumber !== undefined);
      const { oracle } = await oracleWith(t, { l1: { eth_getBlockByNumber } });
      await walkBack(oracle);
    }
  },
);

test('a block with a changed field is refused', { skip }, async (t) => {
  const real = l1Handlers().eth_getBlockByHash?.([block(2).hash, false]);
  const { oracle } = await oracleWith(t, {
    l1: { eth_getBlockByHash: () => ({ ...(real as object), gasUsed: '0x1' }) },
  });
  await refused(oracle, ...header(block(2)), /does not hash to this/);
});

test('a header with fields that JSON leaves out is taken from debug_getRawHeader', { skip }, async (t) => {
  const real = l1Handlers().eth_getBlockByHash?.([block(2).hash, false]);
  const headerRlp = `0x${block(2).raw.slice(8, 8 + 2 * (3 + 0x256))}`;
  assert.equal(`0x${Buffer.from(keccak_256(bytes(headerRlp))).toString('hex')}`, block(2).hash);
  const { oracle } = await oracleWith(t, {
    l1: {
      eth_getBlockByHash: () => ({ ...(real as object), withdrawalsRoot: undefined }),
      debug_getRawHeader: () => headerRlp,
    },
  });
  assert.deepEqual(Buffer.from(await ask(oracle, ...header(block(2)))), Buffer.from(bytes(headerRlp)));
});

test(
  'a block whose answer was no block, but its header helped out, has its receipts all the same',
  { skip },
  async (t) => {
    const at = l1Blocks().find(({ rawReceipts }) => rawReceipts.length > 1);
    assert(at !== undefined);
    const [headerFields] = RLP.decode(bytes(at.raw)) as [Uint8Array[]];
    const right = l1Handlers().eth_getBlockByHash;
    let isFirst = true;
    const { oracle } = await oracleWith(t, {
      l1: {
        eth_getBlockByHash: (params) => {
          if (params[0] !== at.hash || !isFirst) return right?.(params);
          isFirst = false;
          return { error: { code: 429 } };
        },
        eth_getBlockByNumber: () => null,
        debug_getRawHeader: () => `0x${Buffer.from(RLP.encode(headerFields)).toString('hex')}`,
      },
    });
    await ask(oracle, ...header(at));
    assert((await ask(oracle, ...receipts(at))).length > 0);
  },
);

test('an unknown block is asked for a few times, then the flag is suspected', { skip }, async (t) => {
  const { oracle, l1Server } = await oracleWith(t, {});
  const unknown = `0x${'ab'.repeat(32)}`;
  await refused(
    oracle,
    hint('l1-block-header', unknown),
    hashKey(unknown),
    /does not know this block; is it one of this chain\?/,
  );
  const times = l1Server.calls.filter((method) => method === 'eth_getBlockByHash').length;
  assert(times > 1 && times < 20, `asked ${times} times`);
});

test(
  'transactions that are not the block’s are refused, unless debug_getRawBlock has the right ones',
  { skip },
  async (t) => {
    const at = l1Blocks().find(({ rawReceipts }) => rawReceipts.length > 1);
    assert(at !== undefined);
    const real = l1Handlers().eth_getBlockByHash?.([at.hash, true]) as { transactions: unknown[] };
    const tampered = { ...real, transactions: real.transactions.slice(1) };
    const wrong = await oracleWith(t, { l1: { eth_getBlockByHash: () => tampered } });
    await refused(wrong.oracle, ...transactions(at), /the transactions it returned are not the block's/);
    const helped = await oracleWith(t, { l1: { eth_getBlockByHash: () => tampered, debug_getRawBlock: () => at.raw } });
    assert((await ask(helped.oracle, ...transactions(at))).length > 0);
  },
);

test('null receipts are asked for again, never kept, and in the end an error', { skip }, async (t) => {
  const at = l1Blocks().find(({ rawReceipts }) => rawReceipts.length > 1);
  assert(at !== undefined);
  let nulls = 1;
  const working = l1Handlers().eth_getBlockReceipts;
  const lagging = await oracleWith(t, {
    l1: { eth_getBlockReceipts: (params) => (nulls-- > 0 ? null : working?.(params)) },
  });
  assert((await ask(lagging.oracle, ...receipts(at))).length > 0);
  const broken = await oracleWith(t, {
    l1: { eth_getBlockReceipts: () => null, eth_getTransactionReceipt: () => null, debug_getRawReceipts: () => null },
  });
  await refused(broken.oracle, ...receipts(at), /it returned null for a transaction of block/);
  const holes = await oracleWith(t, {
    l1: { eth_getBlockReceipts: (params) => [null, ...((working?.(params) ?? []) as unknown[]).slice(1)] },
  });
  assert(
    (await ask(holes.oracle, ...receipts(at))).length > 0,
    'a list with a hole is not used: receipts one by one are',
  );
  assert(holes.story.some((line) => line.includes('Fetching receipts another way')));
});

for (const [method, argument] of [
  ['alchemy_getTransactionReceipts', 'an object'],
  ['debug_getRawReceipts', 'a hash'],
  ['erigon_getBlockReceiptsByBlockHash', 'a hash'],
  ['eth_getBlockReceipts', 'a hash'],
  ['parity_getBlockReceipts', 'a number'],
  ['eth_getTransactionReceipt', 'a transaction'],
] as const) {
  test(`receipts come by ${method} where an endpoint has no other method`, { skip }, async (t) => {
    const at = l1Blocks().find(({ rawReceipts }) => rawReceipts.length > 1);
    assert(at !== undefined);
    const all = l1Handlers();
    const given = argument === 'a transaction' || argument === 'a hash' ? all[method] : undefined;
    const byHash = ([key]: unknown[]) => {
      if (argument === 'a number') assert.equal(Number(key), at.number);
      else if (argument === 'an object') assert.deepEqual(key, { blockHash: at.hash });
      const list = all.eth_getBlockReceipts?.([at.hash]);
      return argument === 'an object' ? { receipts: list } : list;
    };
    const missing = () => new RpcFault(-32600, 'this is not available on the Free tier - upgrade to Pay As You Go');
    const methods = Object.keys({ ...all, [method]: 0 }).filter((name) => /Receipt/.test(name) && name !== method);
    const { oracle } = await oracleWith(t, {
      l1: { ...Object.fromEntries(methods.map((name) => [name, missing])), [method]: given ?? byHash },
    });
    assert((await ask(oracle, ...receipts(at))).length > 0);
  });
}

test('wrong receipts are refused', { skip }, async (t) => {
  const at = l1Blocks().find(({ rawReceipts }) => rawReceipts.length > 1);
  assert(at !== undefined);
  const tamper = (receipt: unknown) => ({ ...(receipt as object), cumulativeGasUsed: '0x1' });
  const { oracle } = await oracleWith(t, {
    l1: {
      eth_getBlockReceipts: (params) => ((l1Handlers().eth_getBlockReceipts?.(params) ?? []) as unknown[]).map(tamper),
      eth_getTransactionReceipt: (params) => tamper(l1Handlers().eth_getTransactionReceipt?.(params)),
      debug_getRawReceipts: (params) =>
        ((l1Handlers().debug_getRawReceipts?.(params) ?? []) as string[]).map((raw) => flip(raw)),
    },
  });
  await refused(
    oracle,
    ...receipts(at),
    /the receipts it returned have the root 0x[0-9a-f]{64}, the block's header says 0x/,
  );
});

function blobOf(): { request: readonly [string, PreimageKey]; sidecar: Sidecar } {
  const at = l1Blocks().find(({ sidecars }) => (sidecars ?? []).length > 0);
  const sidecar = at?.sidecars?.[0];
  assert(at !== undefined && sidecar !== undefined);
  const versionedHash = `0x${/01[0-9a-f]{62}/.exec(at.raw.slice(at.raw.indexOf('e1a001')))?.[0] ?? ''}`;
  const payload = Buffer.concat([bytes(versionedHash), Buffer.alloc(16)]);
  payload.writeBigUInt64BE(BigInt(sidecar.index), 32);
  payload.writeBigUInt64BE(BigInt(0x6b03a4de + 3 * at.number), 40);
  return { request: [formatHint({ type: 'l1-blob', payload }), sha256Key(bytes(versionedHash))], sidecar };
}

const flip = (hex: string) => `${hex.slice(0, 100)}${hex[100] === '0' ? '1' : '0'}${hex.slice(101)}`;

test('a wrong blob is refused', { skip }, async (t) => {
  const { request } = blobOf();
  const { oracle } = await oracleWith(t, {
    beacon: beaconHandler((sidecars) => sidecars.map((sidecar) => ({ ...sidecar, blob: flip(sidecar.blob) }))),
  });
  await refused(
    oracle,
    ...request,
    /--l1\.beacon .*the blob it returned for 0x01[0-9a-f]{62} is not the one its commitment is about/,
  );
});

test('a blob without a usable proof is checked by computing its commitment', { skip }, async (t) => {
  const { request, sidecar } = blobOf();
  const { oracle } = await oracleWith(t, {
    beacon: beaconHandler((sidecars) => sidecars.map((one) => ({ ...one, kzg_proof: `0xc0${'00'.repeat(47)}` }))),
  });
  assert.deepEqual(Buffer.from(await ask(oracle, ...request)), Buffer.from(bytes(sidecar.kzg_commitment)));
});

test('a beacon node that only has the newer blobs resource serves as well', { skip }, async (t) => {
  const { request, sidecar } = blobOf();
  const older = beaconHandler();
  const { oracle, beaconServer } = await oracleWith(t, {
    beacon: (path, query) => {
      if (path.includes('/blob_sidecars/')) return undefined;
      return path.includes('/blobs/') ? { data: [sidecar.blob] } : older(path, query);
    },
  });
  assert.deepEqual(Buffer.from(await ask(oracle, ...request)), Buffer.from(bytes(sidecar.kzg_commitment)));
  assert(beaconServer.calls.some((call) => /\/eth\/v1\/beacon\/blobs\/\d+\?versioned_hashes=0x01/.test(call)));
  assert(
    beaconServer.calls.every((call) => call.startsWith('/a-secret-key/')),
    'the path of the URL is kept',
  );
});

test('a pruned blob is reported as such', { skip }, async (t) => {
  const { oracle } = await oracleWith(t, { beacon: beaconHandler(() => []) });
  await refused(oracle, ...blobOf().request, /none of its sidecars is of 0x.*blobs are pruned after about 18 days/);
});

test('a beacon node that answers 429 three times and then works is asked again', { skip }, async (t) => {
  let failures = 3;
  const working = beaconHandler();
  const { oracle } = await oracleWith(t, {
    beacon: (path, query) => (path.includes('sidecars') && failures-- > 0 ? new HttpAnswer(429) : working(path, query)),
  });
  assert.equal((await ask(oracle, ...blobOf().request)).length, 48);
});

test(
  'code is found under its prefix, then under its plain hash; a node that is wrong or missing is an error',
  { skip },
  async (t) => {
    const code = Buffer.from('6001600155', 'hex');
    const hash = Buffer.from(keccak_256(code));
    const name = `0x${hash.toString('hex')}`;
    const serve = (expected: string) => ({
      debug_dbGet: ([key]: unknown[]) =>
        key === expected ? `0x${code.toString('hex')}` : new RpcFault(-32000, 'not found'),
    });
    for (const key of [`0x63${name.slice(2)}`, name]) {
      const { oracle } = await oracleWith(t, { l2: serve(key) });
      assert.deepEqual(Buffer.from(await ask(oracle, hint('l2-code', name), keccak256Key(hash))), code);
    }
    const missing = await oracleWith(t, { l2: serve('none') });
    await refused(missing.oracle, hint('l2-state-node', name), keccak256Key(hash), /state trie node .*archive node/);
    const wrong = await oracleWith(t, { l2: { debug_dbGet: () => '0x00' } });
    await refused(
      wrong.oracle,
      hint('l2-state-node', name),
      keccak256Key(hash),
      /the state trie node it returned does not hash to/,
    );
    const without = await oracleWith(t, {
      l2: { debug_dbGet: () => new RpcFault(-32601, 'the method debug_dbGet does not exist/is not available') },
    });
    await refused(
      without.oracle,
      hint('l2-code', name),
      keccak256Key(hash),
      /does not offer debug_dbGet, and eth_getCode does not give it; op-geth does/,
    );
  },
);

const noDatabase: RpcHandlers = {
  debug_dbGet: () => new RpcFault(-32601, 'the method debug_dbGet does not exist/is not available'),
};

test(
  'without debug_dbGet state is taken from execution witnesses, block after block up to the claim and to the end of its span',
  { skip },
  async (t) => {
    const code = Buffer.from('6001600155', 'hex');
    const hash = Buffer.from(keccak_256(code));
    const name = `0x${hash.toString('hex')}`;
    const witnesses = [
      { state: [], codes: [`0x${code.toString('hex')}`] },
      { state: { '0x00': '0xc0' }, codes: { [name]: `0x${code.toString('hex')}` } },
    ];
    for (const witness of witnesses) {
      const { oracle, l2Server, store } = await oracleWith(t, {
        l2: {
          ...noDatabase,
          // The claim is about block 10.
          debug_executionWitness: ([number]) => {
            if (number === '0x3') return witness;
            if (number === '0xd') return null;
            return { state: number === '0xc' ? ['0xc20102'] : ['0xc1c0'], codes: [] };
          },
        },
      });
      assert.deepEqual(Buffer.from(await ask(oracle, hint('l2-code', name), keccak256Key(hash))), code);
      assert.equal(l2Server.calls.filter((method) => method === 'debug_executionWitness').length, 3);
      const beyond = `0x${Buffer.from(keccak_256(bytes('0xc20102'))).toString('hex')}`;
      const found = await ask(oracle, hint('l2-state-node', beyond), hashKey(beyond));
      assert.deepEqual(Buffer.from(found), Buffer.from('c20102', 'hex'));
      assert.equal(l2Server.calls.filter((method) => method === 'debug_executionWitness').length, 12);
      const absent = `0x${'ee'.repeat(32)}`;
      await refused(oracle, hint('l2-state-node', absent), hashKey(absent), /state trie node 0xee/);
      const unasked = keccak256Key(keccak_256(bytes('0xc1c0')));
      assert.equal(store.get(unasked), undefined, 'what a witness holds is stored where it was asked for');
    }
  },
);

test('an endpoint with debug_dbGet is not asked for witnesses', { skip }, async (t) => {
  const node = aNode();
  const { oracle, l2Server } = await oracleWith(t, {
    l2: { debug_executionWitness: () => ({ state: [], codes: [] }) },
  });
  const name = keccak_256(node);
  const request = formatHint({ type: 'l2-state-node', payload: name });
  assert.deepEqual(Buffer.from(await ask(oracle, request, keccak256Key(name))), node);
  const absent = `0x${'ee'.repeat(32)}`;
  await assert.rejects(ask(oracle, hint('l2-state-node', absent), hashKey(absent)));
  assert(!l2Server.calls.includes('debug_executionWitness'));
});

/** A trie node of devnet-a's state. */
function aNode(): Buffer {
  const [node] = [...gathered('g10')]
    .filter(([key, value]) => key.startsWith('02') && value.startsWith('f9'))
    .map(([, value]) => Buffer.from(value, 'hex'));
  assert(node !== undefined);
  return node;
}

test('--l2.experimental that fails at witnesses leads to debug_dbGet', { skip }, async (t) => {
  const node = aNode();
  const name = keccak_256(node);
  for (const failure of [
    new RpcFault(-32601, 'the method does not exist'),
    new RpcFault(-32000, 'required historical state unavailable'),
    'nonsense',
    { state: ['zz'] },
  ]) {
    const experimental = await rpcServer(t, { debug_executionWitness: () => failure });
    const { oracle } = await oracleWith(t, { endpoints: { l2Witness: experimental.url } });
    const request = formatHint({ type: 'l2-state-node', payload: name });
    assert.deepEqual(Buffer.from(await ask(oracle, request, keccak256Key(name))), node);
  }
});

test('hints that name the chain after the hash are understood', { skip }, async (t) => {
  const { oracle } = await oracleWith(t, {});
  const { l2Head } = claimOf('g10');
  const payload = Buffer.concat([l2Head, Buffer.from('0000000000000385', 'hex')]);
  assert((await ask(oracle, formatHint({ type: 'l2-block-header', payload }), keccak256Key(l2Head))).length > 500);
});

test('an agreed output root that is not the agreed block’s is refused, with the right one', { skip }, async (t) => {
  const { oracle } = await oracleWith(t, {});
  const wrong = `0x${'12'.repeat(32)}`;
  const right = Buffer.from(claimOf('g10').l2OutputRoot).toString('hex');
  await refused(
    oracle,
    hint('l2-output', wrong),
    hashKey(wrong),
    new RegExp(`it is 0x${right}, but --l2.outputroot says ${wrong}`),
  );
});
