// What a run needs of L2's execution endpoint: the op-node's chain, and its state by whatever method.
import { EndpointError, fetchChainConfig, impliedChainConfig, type RpcEndpoint } from '@obelisc/host';
import { depths, reach } from './depth.js';
import { type Block, blockAt, checkChain, hexOf } from './execution-checks.js';
import { type Findings, withoutName } from './findings.js';
import type { Rollup } from './op-node-checks.js';

const AGES = [1n, 7n, 30n];

/** A way to the state that a block reads. */
interface StateMethod {
  readonly name: string;
  /** Rejects with EndpointError where it does not work for the block. */
  readonly attempt: (endpoint: RpcEndpoint, block: Block) => Promise<void>;
}

const provesBefore = async (endpoint: RpcEndpoint, { number }: Block): Promise<void> =>
  void (await endpoint.call('eth_getProof', [`0x${'42'.padEnd(38, '0')}16`, [], hexOf(number - 1n)]));

/** The quick ones first. */
const METHODS: readonly StateMethod[] = [
  {
    name: 'debug_dbGet',
    attempt: async (endpoint, { stateRoot }) => void (await endpoint.call('debug_dbGet', [stateRoot])),
  },
  {
    name: 'debug_executionWitness',
    attempt: async (endpoint, { number }) => void (await endpoint.call('debug_executionWitness', [hexOf(number)])),
  },
  {
    name: 'debug_traceBlockByNumber with eth_getProof',
    attempt: async (endpoint, block) => {
      const tracer = { tracer: 'prestateTracer', tracerConfig: { diffMode: false } };
      await endpoint.call('debug_traceBlockByNumber', [hexOf(block.number), tracer]);
      await provesBefore(endpoint, block);
    },
  },
  { name: 'eth_getProof and eth_getCode', attempt: provesBefore },
];

export async function checkL2(endpoint: RpcEndpoint, findings: Findings, rollup: Rollup | undefined): Promise<void> {
  if (!(await checkChain(endpoint, findings, rollup?.config.l2ChainId)) || rollup === undefined) return;
  const { config, status, isKnown } = rollup;
  const { genesis } = config;
  const first = await findings.run('genesis', 'is it up?', () => blockAt(endpoint, genesis.l2.number));
  if (first !== undefined && first.hash !== genesis.l2.hash) {
    findings.fail(
      'genesis',
      `its block #${genesis.l2.number} is ${first.hash}, the rollup configuration's ${genesis.l2.hash}`,
      'give the L2 endpoint of the chain that the op-node follows',
    );
    return;
  }
  if (first === undefined)
    findings.warn(
      'genesis',
      `it has no block #${genesis.l2.number}`,
      'claims near the beginning take an endpoint that keeps history',
    );
  else findings.ok('genesis', "that of the op-node's configuration");
  const safe = await findings.run('safe head', 'is it up?', () => blockAt(endpoint, status.safeL2.number));
  const wanted = `0x${Buffer.from(status.safeL2.hash).toString('hex')}`;
  if (safe === undefined || safe.hash !== wanted) {
    findings.fail(
      'safe head',
      safe === undefined
        ? `it has no block #${status.safeL2.number}, the op-node's safe head`
        : `its block #${safe.number} is ${safe.hash}, the op-node's ${wanted}`,
      'give the endpoint that the op-node drives, or wait until it has caught up',
    );
    return;
  }
  findings.ok('safe head', `block #${safe.number}, as the op-node has it`);
  if (!isKnown && impliedChainConfig(config) === undefined)
    await checkConfiguration(endpoint, findings, config.l2ChainId);
  const method = await checkState(endpoint, findings, safe);
  if (method === undefined) return;
  const { oldest, missing } = await reach(
    depths(safe.number, genesis.l2.number + 1n, config.blockTime, AGES, true),
    async ({ number }) => {
      const block = await blockAt(endpoint, number).catch(() => undefined);
      return block !== undefined && (await stateFault(endpoint, method, block)) === undefined;
    },
  );
  if (missing === undefined) findings.ok('old state', `that of all blocks, by ${method.name}`);
  else
    findings.warn(
      'old state',
      `none of ${missing.name} (#${missing.number}), but of ${oldest?.name ?? 'none'}`,
      'claims of that time take an archive node (op-geth with --gcmode=archive and --state.scheme=hash)',
    );
}

async function checkConfiguration(endpoint: RpcEndpoint, findings: Findings, l2ChainId: bigint): Promise<void> {
  const config = await findings.run('rules', 'give --l2.genesis', () => fetchChainConfig(endpoint, l2ChainId));
  if (config !== undefined) findings.ok('rules', 'debug_chainConfig tells them');
}

/** The first method that works for the newest block. */
async function checkState(endpoint: RpcEndpoint, findings: Findings, safe: Block): Promise<StateMethod | undefined> {
  const faults: string[] = [];
  for (const method of METHODS) {
    const fault = await stateFault(endpoint, method, safe);
    if (fault === undefined) {
      const tried = METHODS.slice(0, faults.length).map(({ name }) => name);
      const without = tried.length === 0 ? '' : ` (it has no ${tried.join(', no ')})`;
      if (tried.length > 1)
        findings.warn(
          'state',
          `${method.name}${without}`,
          tried.length > 2
            ? 'enough for obelisc validate and for gathering, which ask for each account; a node with debug_dbGet or debug_executionWitness gathers quicker, and serves a machine that was not gathered for'
            : 'a node with debug_dbGet or debug_executionWitness gathers quicker',
        );
      else findings.ok('state', `${method.name}${without}`);
      return method;
    }
    faults.push(`${method.name}: ${fault}`);
  }
  findings.fail(
    'state',
    faults.join('; '),
    'enable the debug namespace: op-geth with --http.api=eth,debug, op-reth with --http.api eth,debug',
  );
  return undefined;
}

async function stateFault(endpoint: RpcEndpoint, method: StateMethod, block: Block): Promise<string | undefined> {
  try {
    await method.attempt(endpoint, block);
    return undefined;
  } catch (error) {
    if (error instanceof EndpointError) return withoutName(error.fault, endpoint.name);
    throw error;
  }
}
