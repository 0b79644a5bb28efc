// What L1's and L2's execution endpoints have in common: which chain, how new, how many calls at once.
import { EndpointError, type RpcEndpoint } from '@obelisc/host';
import { duration } from '../op-program/derivation-progress.js';
import type { Findings } from './findings.js';

/** A block as far as the checks read it. */
export interface Block {
  readonly number: bigint;
  /** 0x-hex. */
  readonly hash: string;
  readonly stateRoot: string;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly blobGasUsed: bigint;
  readonly transactions: readonly unknown[];
}

/** The block at a height or with a tag; undefined where the endpoint does not have it. Rejects with EndpointError. */
export async function blockAt(endpoint: RpcEndpoint, at: bigint | string, whole = false): Promise<Block | undefined> {
  const result = await endpoint
    .call('eth_getBlockByNumber', [typeof at === 'bigint' ? hexOf(at) : at, whole])
    .catch((error: unknown) => {
      if (error instanceof EndpointError && error.kind === 'absent') return null;
      throw error;
    });
  if (typeof result !== 'object' || result === null) return undefined;
  const field = (name: string): string => String((result as Record<string, unknown>)[name] ?? '0x0');
  const { transactions } = result as { transactions?: unknown };
  return {
    number: BigInt(field('number')),
    hash: field('hash'),
    stateRoot: field('stateRoot'),
    timestamp: BigInt(field('timestamp')),
    blobGasUsed: BigInt(field('blobGasUsed')),
    transactions: Array.isArray(transactions) ? (transactions as unknown[]) : [],
  };
}

export function hexOf(number: bigint): string {
  return `0x${number.toString(16)}`;
}

function chainIdOf(answer: unknown): bigint {
  const text = String(answer);
  if (text.length > 66) throw new Error('the answer to eth_chainId is no number');
  return BigInt(text);
}

/** The chain's id is the wanted one, and the endpoint is not syncing. Whether it is the right chain. */
export async function checkChain(
  endpoint: RpcEndpoint,
  findings: Findings,
  wanted: bigint | undefined,
): Promise<boolean> {
  const id = await findings.run('chain', 'is it up, and is the URL right?', async () =>
    chainIdOf(await endpoint.call('eth_chainId', [])),
  );
  if (id === undefined) return false;
  if (wanted !== undefined && id !== wanted) {
    findings.fail('chain', `it is chain ${id}, the op-node's is ${wanted}`, `give an endpoint of chain ${wanted}`);
    return false;
  }
  findings.ok('chain', `chain ${id}`);
  const syncing = await endpoint.call('eth_syncing', []).catch(() => false);
  if (syncing !== false)
    findings.warn('syncing', 'it is still syncing: blocks and state may be missing', 'wait until it has caught up');
  return true;
}

/** Seconds after which the newest block is called old. */
const OLD = 15n * 60n;
/** Seconds that a block may be ahead of this machine's clock. */
const AHEAD = 30n;

/** How old the newest block is, by this machine's clock. */
export function checkAge(findings: Findings, what: string, timestamp: bigint, now: bigint): void {
  const age = now - timestamp;
  if (age < -AHEAD) {
    findings.warn(
      'clock',
      `${what} is ${duration(Number(-age) * 1000)} in the future`,
      "set this machine's clock, or the node's",
    );
  } else if (age > OLD) {
    findings.warn('age', `${what} is ${duration(Number(age) * 1000)} old`, 'is the node syncing, or the chain halted?');
  } else findings.ok('age', `${what} is ${duration(Number(age > 0n ? age : 0n) * 1000)} old`);
}

/** Whether batches and parallel requests of the sizes that a run will use are taken. */
export async function checkLoad(
  endpoint: RpcEndpoint,
  findings: Findings,
  {
    batchSize,
    concurrency,
    smallerBatches,
  }: { batchSize: number; concurrency: number; smallerBatches: () => number | undefined },
): Promise<void> {
  const calls = Array.from({ length: batchSize }, () => ['latest', false]);
  const batch = await findings.run('batches', 'set --rpc.batch-size 1', () =>
    endpoint.callEach('eth_getBlockByNumber', calls),
  );
  const smaller = smallerBatches();
  if (batch !== undefined && smaller !== undefined)
    findings.warn(
      'batches',
      `${batchSize} calls are too many for it, ${smaller} are not`,
      `set --rpc.batch-size ${smaller}`,
    );
  else if (batch !== undefined) findings.ok('batches', `${batchSize} calls`);
  const outcomes = await Promise.allSettled(
    Array.from({ length: concurrency }, () => endpoint.attempt('eth_chainId', [])),
  );
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === 'rejected' && outcome.reason instanceof EndpointError ? [outcome.reason] : [],
  );
  const [first] = refused;
  if (first === undefined) findings.ok('requests at once', String(concurrency));
  else
    findings.warn(
      'requests at once',
      `${refused.length} of ${concurrency} were refused: ${first.fault}`,
      `set --fetch.concurrency ${Math.max(1, concurrency - refused.length)}, or --fetch.rate to what the provider allows`,
    );
}
