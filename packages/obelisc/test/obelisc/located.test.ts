// Who is wrong, and where: op-nodes and L2 endpoints that have a block of the embedded chain otherwise, in each way that a block
// can be another.
import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { exitCodes, locationLines, validate, verdictJson } from '@obelisc/claims';
import { type Devnet, FORK_NAMES, startDevnet } from '@obelisc/devnet';
import { encodeReceipt, encodeTransaction } from '@obelisc/host';
import { runCommand } from '../../src/demo/commands.js';
import {
  changedBlock,
  changedProof,
  l2Lies,
  type Lie,
  listRoot,
  type LyingChain,
  lyingChain,
  opNodeLies,
  quantity,
} from './lying-chain.js';
import { call, type Json, RpcFault } from './rewriting-proxy.js';

const FROM = 1n;
const BLOCK = 3;
const TO = 5;
const NO_ROOT = `0x${'00'.repeat(31)}01`;

interface Parted {
  readonly block: number;
  readonly derived: string;
  readonly opNode?: string;
  readonly l2?: string | null;
  readonly compared?: string;
  readonly differences: Json[];
  readonly notes: string[];
}

interface Told {
  readonly code: number;
  readonly lines: string[];
  readonly answer: string;
  readonly derived: string;
  readonly wrong?: string[];
  readonly opNodeParts?: Parted;
  readonly l2Parts?: Parted;
  readonly claimedRoot?: Json;
}

interface Asked {
  /** 0x-hex; absent: the op-node's own root. */
  readonly claim?: string;
  readonly segment?: bigint;
}

async function judgeOn(devnet: Devnet, chain: LyingChain, { claim, segment }: Asked): Promise<Told> {
  const verdict = await validate({
    l1: devnet.l1Url,
    beacon: devnet.beaconUrl,
    l2: chain.l2.url,
    opNode: chain.opNode.url,
    from: FROM,
    to: BigInt(TO),
    claim: claim === undefined ? undefined : Buffer.from(claim.slice(2), 'hex'),
    agreedOutputRoot: undefined,
    l1Head: undefined,
    network: undefined,
    rollupConfig: undefined,
    l2Genesis: undefined,
    l1ChainConfig: undefined,
    datadir: undefined,
    native: true,
    segment,
    workers: 1,
    log: () => {},
    onClientLine: () => {},
  });
  const json = JSON.parse(verdictJson(verdict)) as Omit<Told, 'code' | 'lines'>;
  return { code: exitCodes[verdict.answer], lines: locationLines(verdict), ...json };
}

/** Has both endpoints tell a false state root of the block, and nothing else that is false. */
async function expectNothingElse(devnet: Devnet, chain: LyingChain, block: number): Promise<void> {
  const lie: Lie = { block, json: { stateRoot: `0x${'ab'.repeat(32)}` } };
  await l2Lies(chain, devnet, lie);
  await opNodeLies(chain, devnet, lie);
  const { opNodeParts } = await judgeOn(devnet, chain, {});
  assert.equal(opNodeParts?.block, block);
  // Transactions, receipts, and all accounts and slots that were written to were compared.
  assert.deepEqual(
    opNodeParts.differences.map((difference) => [difference.in, difference.field]),
    [
      ['output', 'stateRoot'],
      ['header', 'stateRoot'],
    ],
  );
  assert.deepEqual(opNodeParts.notes, ['the accounts that the blocks are known to have written to are the same']);
}

describe('what is wrong is located', () => {
  let devnet: Devnet;
  let chain: LyingChain;
  /** The block as it is, and its receipts. */
  let truth: Json = {};
  let receipts: Json[] = [];

  before(async () => {
    devnet = await startDevnet({ seed: 'ranges', l2Blocks: 8 });
    chain = await lyingChain(devnet);
    truth = await call(devnet.l2Url, 'eth_getBlockByNumber', [quantity(BLOCK), true]);
    receipts = (await call(devnet.l2Url, 'eth_getBlockReceipts', [truth.hash])) as unknown as Json[];
  });
  afterEach(() => {
    chain.opNode.rewrite = undefined;
    chain.l2.rewrite = undefined;
  });
  after(async () => {
    chain.close();
    await devnet.close();
  });

  const judge = (asked: Asked = {}): Promise<Told> => judgeOn(devnet, chain, asked);

  const rootOf = async (block: number): Promise<string> =>
    String((await call(devnet.opNodeUrl, 'optimism_outputAtBlock', [quantity(block)])).outputRoot);

  /** Both endpoints tell the lie. Returns its block's hash. */
  async function bothLie(lie: Lie): Promise<string> {
    await l2Lies(chain, devnet, lie);
    return opNodeLies(chain, devnet, lie);
  }

  const transactions = (): Json[] => truth.transactions as Json[];
  const transactionAt = (index: number): { index: number; hash: string } => ({
    index,
    hash: String(transactions()[index]?.hash),
  });
  const logsOf = (index: number): Json[] => (receipts[index]?.logs ?? []) as Json[];
  const proofOf = (address: string, slots: string[] = []): Promise<Json> =>
    call(devnet.l2Url, 'eth_getProof', [address, slots, quantity(BLOCK)]);

  /** The parts of the located block, which is the lie's, and whose block is told of. */
  function partsOf({ opNodeParts }: Told, opNode: string): Json[] {
    assert.ok(opNodeParts);
    const { differences, ...rest } = opNodeParts;
    assert.deepEqual(rest, {
      block: BLOCK,
      derived: truth.hash,
      opNode,
      l2: opNode,
      compared: 'op-node',
      notes: [],
    });
    return differences;
  }

  test("a header's fields", async () => {
    const hash = await bothLie({ block: BLOCK, json: { gasLimit: '0x1c9c381', extraData: '0x00', timestamp: '0x1' } });
    const told = await judge();
    assert.equal(told.code, 1);
    assert.deepEqual(told.wrong, ['op-node', 'l2']);
    assert.deepEqual(partsOf(told, hash), [
      { in: 'header', field: 'gasLimit', derived: '30000000', other: '30000001' },
      { in: 'header', field: 'timestamp', derived: String(Number(truth.timestamp)), other: '1' },
      { in: 'header', field: 'extraData', derived: truth.extraData, other: '0x00' },
    ]);
  });

  test('the first transaction whose receipt differs, with its first log that does', async () => {
    const [log] = logsOf(2);
    const changed = receipts.map((receipt, i) =>
      i < 2 ? receipt : { ...receipt, cumulativeGasUsed: '0x1', logs: i === 2 ? [{ ...log, data: '0x07' }] : [] },
    );
    const receiptsRoot = await listRoot(changed.map(encodeReceipt));
    const hash = await bothLie({ block: BLOCK, json: { receiptsRoot }, receipts: changed });
    const transaction = transactionAt(2);
    assert.deepEqual(partsOf(await judge(), hash), [
      { in: 'header', field: 'receiptsRoot', derived: truth.receiptsRoot, other: receiptsRoot },
      {
        in: 'receipt',
        transaction,
        field: 'cumulativeGasUsed',
        derived: String(Number(receipts[2]?.cumulativeGasUsed)),
        other: '1',
      },
      { in: 'log', transaction, log: 0, field: 'data', derived: log?.data, other: '0x07' },
    ]);
  });

  test('a status, a bloom and a log that is missing', async () => {
    const logsBloom = `0x${'00'.repeat(256)}`;
    const changed = receipts.map((receipt, i) =>
      i === 3 ? { ...receipt, status: '0x0', logs: [], logsBloom } : receipt,
    );
    const receiptsRoot = await listRoot(changed.map(encodeReceipt));
    const hash = await bothLie({ block: BLOCK, json: { receiptsRoot }, receipts: changed });
    const differences = partsOf(await judge(), hash);
    const transaction = transactionAt(3);
    const [log] = logsOf(3);
    const topics = (log?.topics ?? []) as string[];
    assert.deepEqual(differences.slice(1), [
      { in: 'receipt', transaction, field: 'status', derived: '1', other: '0' },
      { in: 'receipt', transaction, field: 'logsBloom', derived: receipts[3]?.logsBloom, other: logsBloom },
      { in: 'receipt', transaction, field: 'logs', derived: '1', other: '0' },
      { in: 'log', transaction, log: 0, field: 'address', derived: log?.address, other: null },
      ...topics.map((topic, i) => ({
        in: 'log',
        transaction,
        log: 0,
        field: `topic ${i}`,
        derived: topic,
        other: null,
      })),
      { in: 'log', transaction, log: 0, field: 'data', derived: log?.data, other: null },
    ]);
  });

  test('an account whose balance differs, proved by both sides', async () => {
    const address = String(transactions()[2]?.from);
    const own = await proofOf(address);
    const { proof, stateRoot } = changedProof(own, { balance: '0x64' });
    const hash = await bothLie({ block: BLOCK, json: { stateRoot }, proofs: new Map([[address, proof]]) });
    assert.deepEqual(partsOf(await judge(), hash), [
      { in: 'output', field: 'stateRoot', derived: truth.stateRoot, other: stateRoot },
      { in: 'header', field: 'stateRoot', derived: truth.stateRoot, other: stateRoot },
      { in: 'account', address, field: 'balance', derived: BigInt(String(own.balance)).toString(), other: '100' },
    ]);
  });

  test('an account that the derived block did not write to', async () => {
    // Called, and so in the trace; a deposit pays for nothing.
    const address = '0x4200000000000000000000000000000000000007';
    const own = await proofOf(address);
    const { proof, stateRoot } = changedProof(own, { balance: '0x5' });
    const l2Hash = await l2Lies(chain, devnet, {
      block: BLOCK,
      json: { stateRoot },
      proofs: new Map([[address, proof]]),
    });
    const withTrace = chain.l2.rewrite;
    chain.l2.rewrite = (method, params, result) =>
      method === 'debug_traceBlockByNumber'
        ? [{ result: { [address]: { balance: '0x0' } } }]
        : withTrace?.(method, params, result);
    const hash = await opNodeLies(chain, devnet, { block: BLOCK, json: { stateRoot } });
    assert.equal(hash, l2Hash);
    assert.deepEqual(partsOf(await judge(), hash).slice(2), [
      { in: 'account', address, field: 'balance', derived: BigInt(String(own.balance)).toString(), other: '5' },
    ]);
  });

  test('all that is shown of a block is what an honest endpoint has of it', async () => {
    for (const block of [2, 3, 4, 5]) await expectNothingElse(devnet, chain, block);
  });

  const schedules = {
    'the oldest fork that is covered': { regolith: 0n, canyon: 0n },
    'the newest': Object.fromEntries(FORK_NAMES.map((fork) => [fork, 0n])),
  };
  for (const [which, forks] of Object.entries(schedules))
    test(`the same on ${which}`, async () => {
      const channels = [{ batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 3 }] as const;
      const other = await startDevnet({ seed: 'located', l2Blocks: 8, scenario: { forks, channels } });
      const lying = await lyingChain(other);
      try {
        await expectNothingElse(other, lying, 4);
      } finally {
        lying.close();
        await other.close();
      }
    });

  test('a storage slot that differs, by its number', async () => {
    // The L1 block's number and timestamp, which each block's first transaction writes.
    const address = '0x4200000000000000000000000000000000000015';
    const slot = `0x${'00'.repeat(32)}`;
    const own = await proofOf(address, [slot]);
    const { stateRoot } = changedProof(own, { value: '0x63' });
    const proofs = new Map<string, Json>();
    const lie: Lie = { block: BLOCK, json: { stateRoot }, proofs };
    const hash = await bothLie(lie);
    // All slots are asked for at once: the answer is made from the true one.
    const others = chain.l2.rewrite;
    chain.l2.rewrite = async (method, params, result) => {
      if (method !== 'eth_getProof' || params[0] !== address || params[2] !== quantity(BLOCK))
        return others?.(method, params, result);
      const { proof } = changedProof(own, { value: '0x63' });
      const all = (result as Json).storageProof as Json[];
      const changed = (proof.storageProof as Json[])[0];
      return {
        ...(result as Json),
        storageHash: proof.storageHash,
        accountProof: proof.accountProof,
        storageProof: all.map((entry) => (BigInt(String(entry.key)) === 0n ? changed : entry)),
      };
    };
    const { opNodeParts } = await judge();
    const value = BigInt(String((own.storageProof as Json[])[0]?.value))
      .toString(16)
      .padStart(64, '0');
    assert.equal(opNodeParts?.opNode, hash);
    assert.deepEqual(opNodeParts?.differences.slice(2), [
      { in: 'slot', address, slot, field: 'value', derived: `0x${value}`, other: `0x${'00'.repeat(31)}63` },
    ]);
  });

  test('a transaction that is missing, is too many, or is another', async () => {
    const all = transactions();
    const told = async (list: Json[]): Promise<Json[]> => {
      const transactionsRoot = await listRoot(list.map(encodeTransaction));
      const hash = await bothLie({
        block: BLOCK,
        json: { transactions: list, transactionsRoot },
        receipts: [],
      });
      const { opNodeParts } = await judge();
      assert.equal(opNodeParts?.opNode, hash);
      return opNodeParts.differences.filter((difference) => difference.in === 'transaction');
    };
    assert.deepEqual(await told(all.filter((_, i) => i !== 2)), [
      { in: 'transaction', field: 'count', derived: '4', other: '3' },
      { in: 'transaction', transaction: transactionAt(2), field: 'hash', derived: transactionAt(2).hash, other: null },
    ]);
    const { transactions: fromElsewhere } = await call(devnet.l2Url, 'eth_getBlockByNumber', [quantity(4), true]);
    const surplus = (fromElsewhere as Json[])[1];
    assert.ok(surplus);
    assert.deepEqual(await told([...all.slice(0, 3), surplus, ...all.slice(3)]), [
      { in: 'transaction', field: 'count', derived: '4', other: '5' },
      {
        in: 'transaction',
        transaction: { index: 3, hash: surplus.hash },
        field: 'hash',
        derived: null,
        other: surplus.hash,
      },
    ]);
    // The L1 attributes: the sequence number is bytes 12 to 20 of the call.
    const input = String(all[0]?.input);
    const attributes = { ...all[0], input: `${input.slice(0, 26)}${'9'.padStart(16, '0')}${input.slice(42)}` };
    const differences = await told([attributes, ...all.slice(1)]);
    assert.deepEqual(
      differences.filter(({ field }) => String(field).startsWith('l1 ')),
      [
        {
          in: 'transaction',
          transaction: transactionAt(0),
          field: 'l1 sequenceNumber',
          derived: String(parseInt(input.slice(26, 42), 16)),
          other: '9',
        },
      ],
    );
    // A deposit of another value.
    assert.deepEqual(
      (await told([...all.slice(0, 1), { ...all[1], mint: '0x7' }, ...all.slice(2)])).filter(
        ({ field }) => field !== 'hash',
      ),
      [
        {
          in: 'transaction',
          transaction: transactionAt(1),
          field: 'mint',
          derived: String(Number(all[1]?.mint ?? 0)),
          other: '7',
        },
      ],
    );
  });

  test("the op-node alone is wrong: the L2 endpoint has the derived block, and a true claim's verdict stands", async () => {
    const stateRoot = `0x${'ab'.repeat(32)}`;
    const opNode = await opNodeLies(chain, devnet, { block: BLOCK, json: { stateRoot } });
    const told = await judge({ claim: await rootOf(TO) });
    assert.equal(told.code, 0);
    assert.equal(told.answer, 'valid');
    assert.deepEqual(told.wrong, ['op-node']);
    assert.deepEqual(told.opNodeParts, {
      block: BLOCK,
      derived: truth.hash,
      opNode,
      l2: truth.hash,
      differences: [{ in: 'output', field: 'stateRoot', derived: truth.stateRoot, other: stateRoot }],
      notes: [],
    });
    assert.deepEqual(told.lines, [
      'Wrong is the op-node.',
      `  The first block that the op-node has otherwise is #3: ${opNode}, derived ${String(truth.hash)}.`,
      '  The L2 endpoint has the derived block.',
      `  output stateRoot: derived ${String(truth.stateRoot)}, op-node ${stateRoot}`,
    ]);
  });

  test('op-node and L2 endpoint are wrong, each in its own way', async () => {
    const opNode = await opNodeLies(chain, devnet, { block: BLOCK, json: { gasUsed: '0x1' } });
    const l2 = await l2Lies(chain, devnet, { block: BLOCK, json: { gasLimit: '0x2' } });
    const told = await judge({ claim: NO_ROOT });
    assert.equal(told.code, 1);
    assert.deepEqual(told.wrong, ['claim', 'op-node', 'l2']);
    assert.deepEqual(told.opNodeParts, {
      block: BLOCK,
      derived: truth.hash,
      opNode,
      l2,
      compared: 'l2',
      differences: [{ in: 'header', field: 'gasLimit', derived: '30000000', other: '2' }],
      notes: [],
    });
  });

  test('the L2 endpoint alone is wrong', async () => {
    const l2 = await l2Lies(chain, devnet, { block: TO, json: { gasLimit: '0x2' } });
    const told = await judge({ claim: NO_ROOT });
    assert.deepEqual(told.wrong, ['claim', 'l2']);
    assert.equal(told.opNodeParts, undefined);
    const { hash } = await call(devnet.l2Url, 'eth_getBlockByNumber', [quantity(TO), true]);
    assert.deepEqual(told.l2Parts, {
      block: TO,
      derived: hash,
      l2,
      compared: 'l2',
      differences: [{ in: 'header', field: 'gasLimit', derived: '30000000', other: '2' }],
      notes: [],
    });
  });

  test('the claim alone is wrong: its root is that of another block, or of none', async () => {
    const near = await judge({ claim: await rootOf(TO - 1) });
    assert.equal(near.code, 1);
    assert.deepEqual(near.wrong, ['claim']);
    assert.deepEqual(near.claimedRoot, { from: 1, to: 8, block: 4 });
    assert.deepEqual(near.lines, [
      'Wrong is the claim, not the op-node: that has what is derived.',
      '  The claimed root is that of block #4, 1 before the claimed one.',
    ]);
    const later = await judge({ claim: await rootOf(TO + 2) });
    assert.deepEqual(later.claimedRoot, { from: 1, to: 8, block: 7 });
    const none = await judge({ claim: NO_ROOT });
    assert.deepEqual(none.wrong, ['claim']);
    assert.deepEqual(none.claimedRoot, { from: 1, to: 8, block: null });
    assert.equal(none.lines.at(-1), "  The claimed root is no block's from #1 to #8.");
  });

  test('the claim is wrong in the same way as the op-node', async () => {
    const opNode = await bothLie({ block: BLOCK, json: { gasUsed: '0x1' } });
    const { outputRoot } = await call(chain.opNode.url, 'optimism_outputAtBlock', [quantity(TO)]);
    const told = await judge({ claim: String(outputRoot) });
    assert.equal(told.code, 1);
    assert.deepEqual(told.wrong, ['claim', 'op-node', 'l2']);
    assert.equal(told.opNodeParts?.opNode, opNode);
    assert.equal(
      told.lines[0],
      'Wrong are the claim, the op-node and the L2 endpoint: the op-node has the claimed root.',
    );
  });

  test('an op-node whose output root is not made of its own block contradicts itself', async () => {
    chain.opNode.rewrite = async (method, [block], result) => {
      if (method !== 'optimism_outputAtBlock' || Number(block) !== TO) return undefined;
      const other = await call(devnet.opNodeUrl, method, [quantity(TO - 1)]);
      // The parts make up the root, but they are not those of the block that it names.
      const own = result as Json;
      const { encodeOutput, hex } = await import('@obelisc/host');
      const { keccak256 } = await import('@obelisc/preimage');
      const bytes = (text: unknown): Uint8Array => Buffer.from(String(text).slice(2), 'hex');
      const parts = encodeOutput(
        bytes(other.stateRoot),
        bytes(own.withdrawalStorageRoot),
        bytes((own.blockRef as Json).hash),
      );
      return { ...own, stateRoot: other.stateRoot, outputRoot: hex(keccak256(parts)) };
    };
    const { wrong, opNodeParts } = await judge();
    assert.deepEqual(wrong, ['op-node']);
    assert.equal(opNodeParts?.block, TO);
    assert.equal(opNodeParts.opNode, opNodeParts.derived);
    assert.deepEqual(
      opNodeParts.differences.map((difference) => [difference.in, difference.field]),
      [['output', 'stateRoot']],
    );
    assert.deepEqual(opNodeParts.notes, ['the op-node contradicts itself']);
  });

  test('what the L2 endpoint does not prove, or contradicts, is said', async () => {
    const address = String(transactions()[2]?.from);
    const proof = { ...(await proofOf(address)), balance: '0x64' };
    const stateRoot = `0x${'cd'.repeat(32)}`;
    const lie: Lie = { block: BLOCK, json: { stateRoot }, proofs: new Map([[address, proof]]), receipts: [] };
    await bothLie({ ...lie, hash: `0x${'ee'.repeat(32)}` });
    const { opNodeParts } = await judge();
    const { hash: hashed } = await changedBlock(devnet, lie);
    assert.deepEqual(opNodeParts?.notes, [
      `the L2 endpoint's block contradicts its hash or roots: its header hashes to ${String(hashed)}`,
      "the L2 endpoint's receipts are not the block's: its receipts have the root 0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421",
      `the L2 endpoint does not prove what it tells of ${address}: the proof lacks the node ${stateRoot}`,
    ]);
  });

  test('what the L2 endpoint does not tell is said, and what it tells is compared', async () => {
    const stateRoot = `0x${'cd'.repeat(32)}`;
    await bothLie({ block: BLOCK, json: { stateRoot } });
    const others = chain.l2.rewrite;
    chain.l2.rewrite = (method, params, result) =>
      /Receipt/.test(method) || (method === 'eth_getProof' && params.includes(quantity(BLOCK)))
        ? new RpcFault(-32601, 'the method does not exist')
        : others?.(method, params, result);
    const { opNodeParts } = await judge();
    assert.deepEqual(
      opNodeParts?.differences.map((difference) => [difference.in, difference.field]),
      [
        ['output', 'stateRoot'],
        ['header', 'stateRoot'],
      ],
    );
    assert.equal(opNodeParts.notes.length, 2);
    assert.match(String(opNodeParts.notes[0]), /^receipts could not be compared: --l2 .*eth_getTransactionReceipt/);
    assert.match(String(opNodeParts.notes[1]), /^accounts and slots could not be compared: --l2 .*eth_getProof/);
  });

  test('an L2 endpoint that does not answer takes nothing from the verdict', async () => {
    const opNode = await opNodeLies(chain, devnet, { block: BLOCK, json: { gasUsed: '0x1' } });
    const own = await call(devnet.l2Url, 'eth_getBlockByNumber', [quantity(BLOCK), true]);
    chain.l2.rewrite = (method, [at]) =>
      method.startsWith('eth_getBlockBy') && (at === opNode || at === quantity(BLOCK)) ? 'nonsense' : undefined;
    const told = await judge({ claim: await rootOf(TO) });
    assert.equal(told.code, 0);
    assert.equal(told.opNodeParts?.derived, own.hash);
    assert.equal(told.opNodeParts?.l2, undefined);
    assert.match(
      String(told.opNodeParts?.notes),
      /^the L2 endpoint could not be asked: --l2 .*its field result is not a block/,
    );
  });

  test('in segments, where the op-node is wrong at the end of one', async () => {
    const hash = await bothLie({ block: BLOCK, json: { gasLimit: '0x2' } });
    const told = await judge({ claim: await rootOf(TO), segment: 2n });
    assert.equal(told.code, 0);
    assert.deepEqual(told.wrong, ['op-node', 'l2']);
    assert.deepEqual(partsOf(told, hash), [{ in: 'header', field: 'gasLimit', derived: '30000000', other: '2' }]);
  });

  test('obelisc validate tells it beside the verdict', async () => {
    const hash = await bothLie({ block: BLOCK, json: { gasLimit: '0x2' } });
    const endpoints = ['--l1', devnet.l1Url, '--l1.beacon', devnet.beaconUrl, '--l2', chain.l2.url];
    endpoints.push('--op-node', chain.opNode.url, '--from', String(FROM), '--to', String(TO), '--native');
    const lines: string[] = [];
    const { code, stdout } = await runCommand('obelisc', ['validate', ...endpoints], (line) => void lines.push(line));
    assert.equal(code, 1);
    // The result is a line, the rest is told beside it.
    assert.match(stdout, /^The claim for L2 block #5 is wrong: .*\n$/);
    assert.deepEqual(lines.slice(lines.indexOf('Wrong are the op-node and the L2 endpoint.')), [
      'Wrong are the op-node and the L2 endpoint.',
      `  The first block that the op-node has otherwise is #3: ${hash}, derived ${String(truth.hash)}.`,
      "  The L2 endpoint has the op-node's block.",
      '  header gasLimit: derived 30000000, op-node 2',
    ]);
  });
});
