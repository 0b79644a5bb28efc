/**
 * The state that blocks read, block by block: from debug_executionWitness, or by tracing a block, or else calling its transactions,
 * and proving what it touched.
 *
 * Whatever the program asks for is part of the agreed block's state, since it keeps in memory what later blocks change. So
 * proofs are all of that one state, and nothing is proved twice.
 */
import { keccak256 } from '@obelisc/preimage';
import { besideProofs } from './beside-proofs.js';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError, EndpointError } from './endpoint-errors.js';
import { type ExecutionWitness, fetchWitness } from './execution-witness.js';
import type { StateKey } from './hint-routes.js';
import type { Log } from './log.js';
import { loneFailures } from './lone-failures.js';
import { isObject, type RpcObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { accountCodes, prove, proveOne } from './state-proofs.js';
import { data } from './rpc-json.js';
import type { StateStaging } from './state-staging.js';
import {
  join,
  SYSTEM_CONTRACTS,
  touchedByCalls,
  touchedByKeys,
  touchedByTheSystem,
  touchedByTrace,
  touchedByTransactions,
  type TouchedState,
} from './touched-accounts.js';

/** How an endpoint tells of a block's state. */
type Method = 'witness' | 'trace' | 'calls';

export type BlockState = {
  /** Stages what executing `block` reads, as far as the endpoint tells it in few calls. Once a block; rejects with EndpointError. */
  load(block: bigint, endpoint: RpcEndpoint): Promise<void>;
  /** Stages what `load` may have left out: proofs of all that the block is known to touch, and the codes there. */
  loadMore(block: bigint, endpoint: RpcEndpoint): Promise<void>;
  /**
   * Stages the state right before `block` that executing it reads, for programs that take each block's state from the host anew.
   * Rejects with EndpointError.
   */
  loadBefore(block: bigint, endpoint: RpcEndpoint): Promise<void>;
  /** Stages the nodes on the way to an account or its slot, or the account's code. Rejects with EndpointError. */
  loadOwn(kind: 'node' | 'code', whose: StateKey, endpoint: RpcEndpoint): Promise<void>;
  /** Stages a node that lies beside proved ones (beside-proofs.ts). Rejects with EndpointError. */
  loadBeside(hash: Uint8Array, endpoint: RpcEndpoint): Promise<void>;
  /** Whether what is missing is asked for by its hash (debug_dbGet) before anything else. */
  isAskedByHash(endpoint: RpcEndpoint): Promise<boolean>;
};

export type BlockStateOptions = {
  /** The endpoint of --l2.experimental, which is asked for witnesses; undefined: `load` decides for the other. */
  witnesses: RpcEndpoint | undefined;
  /** Number, time in seconds and state root of the agreed block. */
  agreed: () => Promise<{ number: bigint; timestamp: bigint; stateRoot: Uint8Array }>;
  /** Seconds from one block to the next. */
  blockTime: bigint;
  staging: StateStaging;
  log: Log;
};

export function blockState({ witnesses, agreed, blockTime, staging, log }: BlockStateOptions): BlockState {
  const loads = new Map<bigint, Promise<void>>();
  const before = new Map<bigint, Promise<void>>();
  /** Blocks whose witness was fetched, which has all that the block reads of the state before it. */
  const witnessed = new Set<bigint>();
  const more = new Map<bigint, Promise<void>>();
  const touchedBy = new Map<bigint, TouchedState>();
  /** What the program was seen to read, of no block in particular. */
  const named: TouchedState = { accounts: new Map(), codes: [] };
  /** Hashes of nodes beside proved ones. */
  const asked = new Set<string>();
  const beside = besideProofs(agreed);
  let systemCodes: Promise<void> | undefined;
  const proved = new Map<string, Set<string>>();
  let methods: Promise<Set<Method>> | undefined;
  let nodes: Promise<boolean> | undefined;
  let asksNodes: ((error: unknown) => Promise<boolean>) | undefined;
  /** Of each method, whether it fails and not the endpoint; begun anew when it works. */
  const alone = new Map<Method, (error: unknown) => Promise<boolean>>();
  const failsAlone = (method: Method, error: unknown, endpoint: RpcEndpoint): Promise<boolean> => {
    const known = alone.get(method) ?? aloneAt(endpoint);
    alone.set(method, known);
    return known(error);
  };

  const givesNodes = (endpoint: RpcEndpoint): Promise<boolean> =>
    (nodes ??= remembering(hasNodes(endpoint, agreed, (asksNodes ??= aloneAt(endpoint))), () => (nodes = undefined)));

  const methodsOf = (endpoint: RpcEndpoint): Promise<Set<Method>> =>
    (methods ??= remembering(findMethods(endpoint, witnesses !== undefined, givesNodes), () => (methods = undefined)));

  /** Proves what was not proved before. */
  const proveFresh = async (block: bigint, touched: TouchedState, endpoint: RpcEndpoint): Promise<void> => {
    const accounts: TouchedState['accounts'] = new Map();
    for (const [address, slots] of touched.accounts) {
      const known = proved.get(address);
      const fresh = new Set([...slots].filter((slot) => known?.has(slot) !== true));
      if (known === undefined || fresh.size > 0) accounts.set(address, fresh);
    }
    if (accounts.size === 0) return;
    const proof = await prove(endpoint, { accounts, codes: [] }, (await agreed()).number);
    const { nodes: values, siblings } = proof;
    if (!(await givesNodes(endpoint))) beside.add(proof.proofs);
    staging.add(values, block);
    await fetchNodes(block, siblings, endpoint);
    for (const [address, slots] of accounts) {
      const known = proved.get(address) ?? new Set();
      proved.set(address, known);
      for (const slot of slots) known.add(slot);
    }
  };

  /** Stages nodes by their hash, where the endpoint gives them that way. */
  const fetchNodes = async (block: bigint, hashes: Uint8Array[], endpoint: RpcEndpoint): Promise<void> => {
    const fresh = hashes.map(hex).filter((hash) => !asked.has(hash));
    if (fresh.length === 0 || !(await givesNodes(endpoint))) return;
    for (const hash of fresh) asked.add(hash);
    const outcomes = await endpoint.settleEach(
      'debug_dbGet',
      fresh.map((hash) => [hash]),
      (result) => data({ result }, 'result'),
    );
    staging.add(
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
      block,
    );
  };

  const placeOf = async (block: bigint): Promise<{ number: bigint; timestamp: bigint }> => {
    const { number, timestamp } = await agreed();
    return { number: block, timestamp: timestamp + (block - number) * blockTime };
  };

  /** Stages the codes of the contracts that the system calls, which no trace shows: once. */
  const fetchSystemCodes = (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const fetched = async (): Promise<void> =>
      staging.add(await accountCodes(endpoint, SYSTEM_CONTRACTS, (await agreed()).number), block);
    return (systemCodes ??= remembering(fetched(), () => (systemCodes = undefined)));
  };

  const byWitness = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const witness: ExecutionWitness = await fetchWitness(witnesses ?? endpoint, block);
    staging.add(witness.values, block);
    touchedBy.set(block, touchedByKeys(witness));
    witnessed.add(block);
    log('debug', 'Fetched execution witness', { block, values: witness.values.length });
    // Of the message passer an output root needs the account, which executing a block need not read.
    await proveFresh(block, touchedByTheSystem(), endpoint).catch(unlessOutage);
  };

  const byTrace = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const touched = await touchedByTrace(endpoint, block);
    join(touched, touchedByTheSystem(await placeOf(block)));
    staging.add(touched.codes, block);
    touchedBy.set(block, touched);
    await Promise.all([proveFresh(block, touched, endpoint), fetchSystemCodes(block, endpoint)]);
    log('debug', 'Traced a block', { block, accounts: touched.accounts.size });
  };

  const byCalls = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const json = await wholeBlock(endpoint, block);
    if (json === undefined)
      throw new EmptyAnswerError(
        endpoint.name,
        `eth_getBlockByNumber ${block}`,
        'the endpoint does not have this block',
      );
    const touched = touchedByTheSystem(await placeOf(block));
    join(touched, SYSTEM_CONTRACTS);
    const found = await Promise.all([touchedByTransactions(endpoint, json), touchedByCalls(endpoint, json)]);
    for (const part of found) join(touched, part);
    touchedBy.set(block, touched);
    const { number } = await agreed();
    const [codes] = await Promise.all([accountCodes(endpoint, touched, number), proveFresh(block, touched, endpoint)]);
    staging.add(codes, block);
    log('debug', "Called a block's transactions", { block, accounts: touched.accounts.size });
  };

  const loadOwn = async (kind: 'node' | 'code', whose: StateKey, endpoint: RpcEndpoint): Promise<void> => {
    const { number } = await agreed();
    const [address, slot] = [hex(whose.address), whose.slot && hex(whose.slot)];
    const touched: TouchedState = {
      accounts: new Map([[address, new Set(slot === undefined ? [] : [slot])]]),
      codes: [],
    };
    join(named, touched);
    if (kind === 'code') return staging.add(await accountCodes(endpoint, touched, number), number + 1n);
    const proofs = await proveOne(endpoint, address, slot, number);
    beside.add(proofs);
    staging.add(
      proofs.flatMap(({ nodes: values }) => values),
      number + 1n,
    );
  };

  const ways: Record<Method, (block: bigint, endpoint: RpcEndpoint) => Promise<void>> = {
    witness: byWitness,
    trace: byTrace,
    calls: byCalls,
  };

  const load = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const open = await methodsOf(endpoint);
    const last = [...open].at(-1);
    for (const method of open) {
      try {
        await ways[method](block, endpoint);
        alone.delete(method);
        return;
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        if (error.isOutage) {
          // A witness may take an endpoint more time than its proxy allows.
          if (method === last || !(await failsAlone(method, error, endpoint))) throw error;
          continue;
        }
        log('debug', 'No state of a block this way', { block, method, because: error.message });
        // A block that is not there says nothing of the method.
        if (error.kind !== 'absent') open.delete(method);
      }
    }
  };

  const loadBefore = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    await remembered(loads, block, () => load(block, endpoint));
    const touched = touchedBy.get(block);
    if (touched === undefined || witnessed.has(block)) return;
    const { nodes: values } = await prove(endpoint, touched, block - 1n);
    staging.add(values, block);
  };

  const loadMore = async (block: bigint, endpoint: RpcEndpoint): Promise<void> => {
    const json = await wholeBlock(endpoint, block);
    const touched = touchedByTheSystem(await placeOf(block));
    join(touched, touchedBy.get(block) ?? { accounts: new Map(), codes: [] });
    if (json !== undefined) join(touched, await touchedByTransactions(endpoint, json));
    const traced = await touchedByTrace(endpoint, block).catch(unlessOutage);
    if (traced !== undefined) join(touched, traced);
    staging.add(touched.codes, block);
    const [codes] = await Promise.all([accountCodes(endpoint, touched, block), proveFresh(block, touched, endpoint)]);
    staging.add(codes, block);
  };

  return {
    isAskedByHash: async (endpoint) => witnesses === undefined && (await givesNodes(endpoint)),
    load: (block, endpoint) => remembered(loads, block, () => load(block, endpoint)),
    loadBefore: (block, endpoint) => remembered(before, block, () => loadBefore(block, endpoint)),
    async loadBeside(hash, endpoint) {
      staging.add([await beside.find(hash, endpoint, { blocks: touchedBy, named })], (await agreed()).number + 1n);
    },
    loadOwn,
    loadMore: (block, endpoint) => remembered(more, block, () => loadMore(block, endpoint)),
  };
}

function aloneAt(endpoint: RpcEndpoint): (error: unknown) => Promise<boolean> {
  return loneFailures(() => endpoint.attempt('eth_chainId', []));
}

/**
 * Whether debug_dbGet gives a trie node: the root of the agreed state, which every run needs. Some refuse the method by what
 * looks like an outage of theirs.
 */
async function hasNodes(
  endpoint: RpcEndpoint,
  agreed: BlockStateOptions['agreed'],
  failsAlone: (error: unknown) => Promise<boolean>,
): Promise<boolean> {
  const { stateRoot } = await agreed();
  try {
    return await endpoint.attempt('debug_dbGet', [`0x${Buffer.from(stateRoot).toString('hex')}`], (result) => {
      const node = typeof result === 'string' && result !== '0x' ? data({ result }, 'result') : undefined;
      return node !== undefined && equal(keccak256(node), stateRoot);
    });
  } catch (error) {
    if (!(error instanceof EndpointError)) throw error;
    if (!error.isOutage || (await failsAlone(error))) return false;
    throw error;
  }
}

/**
 * In which order an endpoint is asked for a block's state. A plain --l2 that gives nodes by their hash is traced and never
 * asked for witnesses: geth 1.16.7 refuses the blocks after one that it made a witness of. Others make no difference to it
 * (reth), or must be asked for want of anything else.
 */
async function findMethods(
  endpoint: RpcEndpoint,
  wantsWitnesses: boolean,
  givesNodes: (endpoint: RpcEndpoint) => Promise<boolean>,
): Promise<Set<Method>> {
  if (wantsWitnesses) return new Set(['witness', 'trace', 'calls']);
  // Whatever goes wrong, the client is not known; nobody may be left to hear of it.
  const client = endpoint.attempt<unknown>('web3_clientVersion', []).catch(() => undefined);
  if (await givesNodes(endpoint)) return new Set(['trace']);
  return new Set(
    /^(?:op-)?geth/i.test(String(await client)) ? ['trace', 'witness', 'calls'] : ['witness', 'trace', 'calls'],
  );
}

async function wholeBlock(endpoint: RpcEndpoint, block: bigint): Promise<RpcObject | undefined> {
  const request = endpoint.attempt<unknown>('eth_getBlockByNumber', [`0x${block.toString(16)}`, true]);
  const json = await request.catch(unlessOutage);
  return isObject(json) ? json : undefined;
}

/** For `catch`: what the endpoint does not have is done without, unless it could not be asked. */
export function unlessOutage(error: unknown): undefined {
  if (!(error instanceof EndpointError) || error.isOutage) throw error;
  return undefined;
}

/** The outcome of `task` for its key; a failed one is tried anew. */
function remembered<K>(outcomes: Map<K, Promise<void>>, key: K, task: () => Promise<void>): Promise<void> {
  const known = outcomes.get(key);
  if (known !== undefined) return known;
  const outcome = task();
  outcomes.set(key, outcome);
  outcome.catch(() => outcomes.delete(key));
  return outcome;
}

function remembering<T>(outcome: Promise<T>, forget: () => void): Promise<T> {
  outcome.catch(forget);
  return outcome;
}
