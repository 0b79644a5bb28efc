// What a run needs of L1's execution endpoint: the op-node's chain, old blocks, receipts.
import { EndpointError, type RpcEndpoint } from '@obelisc/host';
import { depths, reach } from './depth.js';
import { type Block, blockAt, checkAge, checkChain, hexOf } from './execution-checks.js';
import type { Findings } from './findings.js';
import type { Rollup } from './op-node-checks.js';

const BLOCK_SECONDS = 12n;
const AGES = [1n, 7n, 30n, 180n];
/** Blocks that are looked at for one with what is needed. */
const WINDOW = 48n;

type ReceiptsMethod = 'eth_getBlockReceipts' | 'debug_getRawReceipts' | 'eth_getTransactionReceipt';

/** Checks the endpoint; the newest block, where there is one. */
export async function checkL1(
  endpoint: RpcEndpoint,
  findings: Findings,
  rollup: Rollup | undefined,
  now: bigint,
): Promise<Block | undefined> {
  if (!(await checkChain(endpoint, findings, rollup?.config.l1ChainId))) return undefined;
  const head = await findings.run('newest block', 'is it up?', () => blockAt(endpoint, 'latest'));
  if (head === undefined) return undefined;
  checkAge(findings, `its newest block, #${head.number},`, head.timestamp, now);
  if (rollup !== undefined) await checkAgreement(endpoint, findings, rollup);
  const method = await checkReceipts(endpoint, findings, head);
  if (method !== undefined && rollup !== undefined) await checkDepth(endpoint, findings, { head, rollup, method });
  return head;
}

async function checkAgreement(endpoint: RpcEndpoint, findings: Findings, { status }: Rollup): Promise<void> {
  const { number, hash } = status.currentL1;
  const wanted = `0x${Buffer.from(hash).toString('hex')}`;
  const block = await findings.run('same chain as the op-node', 'is it up?', () => blockAt(endpoint, number));
  if (block?.hash === wanted) findings.ok('same chain as the op-node', `both have the same block #${number}`);
  else if (block === undefined)
    findings.warn(
      'same chain as the op-node',
      `it has no block #${number}, which the op-node has`,
      'it is behind: wait',
    );
  else
    findings.fail(
      'same chain as the op-node',
      `its block #${number} is ${block.hash}, the op-node's ${wanted}`,
      'give the L1 endpoint of the chain that the op-node follows',
    );
}

/** The best method that gives the receipts of a recent block. */
async function checkReceipts(
  endpoint: RpcEndpoint,
  findings: Findings,
  head: Block,
): Promise<ReceiptsMethod | undefined> {
  const block = await lastWith(endpoint, head, ({ transactions }) => transactions.length > 0);
  if (block === undefined) {
    findings.warn('receipts', 'no recent block has transactions: they were not tried', 'try again later');
    return undefined;
  }
  const methods: readonly ReceiptsMethod[] = [
    'eth_getBlockReceipts',
    'debug_getRawReceipts',
    'eth_getTransactionReceipt',
  ];
  const faults: string[] = [];
  for (const method of methods) {
    const fault = await receiptsFault(endpoint, method, block);
    if (fault === undefined) {
      if (method !== 'eth_getTransactionReceipt') findings.ok('receipts', method);
      else
        findings.warn(
          'receipts',
          `${method} alone: a call for each transaction`,
          'a node with eth_getBlockReceipts gathers many times quicker',
        );
      return method;
    }
    faults.push(`${method}: ${fault}`);
  }
  findings.fail('receipts', faults.join('; '), 'give an endpoint with eth_getBlockReceipts');
  return undefined;
}

/** Why a method does not give a block's receipts; undefined where it does. */
async function receiptsFault(endpoint: RpcEndpoint, method: ReceiptsMethod, block: Block): Promise<string | undefined> {
  try {
    const [first] = block.transactions;
    if (method === 'eth_getTransactionReceipt') {
      const receipt = await endpoint.call(method, [first]);
      return receipt === null ? 'it answers null' : undefined;
    }
    const receipts = await endpoint.call(method, [
      method === 'eth_getBlockReceipts' ? block.hash : hexOf(block.number),
    ]);
    if (!Array.isArray(receipts)) return 'it answers no list';
    return receipts.length === block.transactions.length
      ? undefined
      : `it gives ${receipts.length} for ${block.transactions.length} transactions`;
  } catch (error) {
    if (error instanceof EndpointError) return error.fault;
    throw error;
  }
}

async function checkDepth(
  endpoint: RpcEndpoint,
  findings: Findings,
  { head, rollup, method }: { head: Block; rollup: Rollup; method: ReceiptsMethod },
): Promise<void> {
  const first = rollup.config.genesis.l1.number + 1n;
  const { oldest, missing } = await reach(depths(head.number, first, BLOCK_SECONDS, AGES, true), async ({ number }) => {
    const block = await blockAt(endpoint, number).catch(() => undefined);
    if (block === undefined) return false;
    return block.transactions.length === 0 || (await receiptsFault(endpoint, method, block)) === undefined;
  });
  if (missing === undefined) findings.ok('old blocks', `blocks and receipts from #${first} on`);
  else
    findings.warn(
      'old blocks',
      `no block or no receipts of ${missing.name} (#${missing.number}); there are of ${oldest?.name ?? 'none'}`,
      'claims of that time take an endpoint that keeps history',
    );
}

/** The newest block of the last few, up to `head`, that is as wanted. */
export async function lastWith(
  endpoint: RpcEndpoint,
  head: Block,
  isWanted: (block: Block) => boolean,
): Promise<Block | undefined> {
  for (let number = head.number; number >= 0n && number > head.number - WINDOW; number--) {
    const block = await blockAt(endpoint, number);
    if (block !== undefined && isWanted(block)) return block;
  }
  return undefined;
}
