/** Trie nodes and codes of the L2 state by their hash, whatever it is that the endpoint offers. */
import { keccak256 } from '@obelisc/preimage';
import { allFailed, alternatives, type Way } from './alternatives.js';
import type { BlockState } from './block-state.js';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError, EndpointError, UnsupportedMethodError, WrongAnswerError } from './endpoint-errors.js';
import type { StateKey } from './hint-routes.js';
import type { Log } from './log.js';
import { data } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { NoStateError } from './state-proofs.js';
import type { StateStaging } from './state-staging.js';

/** op-geth keeps code under this prefix (rawdb.CodePrefix). */
const CODE_PREFIX = '63';

/** One call for thousands is worth waiting for. */
const PATIENCE = 2;

export type StateKind = 'node' | 'code';

/** What is looked for, and whose it is. */
type Wanted = [kind: StateKind, hash: Uint8Array, whose: StateKey | undefined];

export type StateSource = {
  /**
   * The trie node or contract code with this hash, checked. `whose`: whose way the node lies on, or whose code it is, where the
   * program says it. Rejects with EndpointError.
   */
  find(kind: StateKind, hash: Uint8Array, whose?: StateKey): Promise<Uint8Array>;
};

export type StateSourceOptions = {
  endpoint: RpcEndpoint;
  blocks: BlockState;
  staging: StateStaging;
  /**
   * The first block of the claim and its last. The program may go on beyond that one, to the end of a span of batches; `beyond`
   * is the last block that is looked at.
   */
  range: () => Promise<{ first: bigint; last: bigint; beyond: bigint }>;
  /** Whether witnesses are asked for before anything else (--l2.experimental). */
  witnessesFirst: boolean;
  log: Log;
};

/**
 * The order: debug_dbGet, which is exact and cheap; where the endpoint has none, what its blocks read by their witnesses, traces or
 * calls, one block after the other; then the proof of whose way the node lies on, proofs and codes of all that the blocks are known
 * to touch, and proofs of what lies beside. With --l2.experimental witnesses come first.
 */
export function stateSource(options: StateSourceOptions): StateSource {
  const { endpoint, blocks, staging, range, witnessesFirst, log } = options;

  let lacksDatabase = false;
  /** What the endpoint said in place of a proof, where it lacks the agreed block's state. */
  let noState: NoStateError | undefined;
  const noting = <T>(task: Promise<T>): Promise<T> =>
    task.catch((error: unknown) => {
      if (error instanceof NoStateError) noState = error;
      throw error;
    });

  const inBlocks =
    (what: string, load: (block: bigint, endpoint: RpcEndpoint) => Promise<void>) =>
    async (_kind: StateKind, hash: Uint8Array): Promise<Uint8Array> => {
      const { first, last, beyond } = await range();
      const failures: EndpointError[] = [];
      for (let block = first; block <= beyond; block++) {
        try {
          await load(block, endpoint);
        } catch (error) {
          if (!(error instanceof EndpointError) || error.isOutage) throw error;
          // The chain may have no more blocks than the claim is about.
          if (block <= last) failures.push(error);
          // Proofs are all of one state: what is missing for two blocks is so for all.
          if (error.kind !== 'absent' || block > last || failures.length > 1) break;
        }
        const value = staging.get(hash);
        if (value !== undefined) return value;
      }
      if (failures.length > 0) throw allFailed(failures);
      throw new EmptyAnswerError(endpoint.name, `${what} of blocks ${first} to ${last}`, `${hex(hash)} is not in them`);
    };

  const byKey: Way<Wanted, Uint8Array> = {
    name: 'debug_dbGet',
    attempt: async (kind, hash) => {
      try {
        return await databaseValue(endpoint, kind, hash);
      } catch (error) {
        lacksDatabase = error instanceof UnsupportedMethodError;
        throw error;
      }
    },
  };
  const byBlock: Way<Wanted, Uint8Array> = {
    name: 'the state of each block',
    attempt: inBlocks('witnesses, traces and calls', (block, at) => blocks.load(block, at)),
  };
  const ofItsOwner: Way<Wanted, Uint8Array> = {
    name: 'eth_getProof of what the program reads',
    attempt: async (kind, hash, whose) => {
      const request = kind === 'code' ? 'eth_getCode' : 'eth_getProof';
      if (whose === undefined)
        throw new EmptyAnswerError(endpoint.name, request, 'the program does not say which account it reads');
      await noting(blocks.loadOwn(kind, whose, endpoint));
      const value = staging.get(hash);
      if (value !== undefined) return value;
      const of = hex(whose.address) + (whose.slot === undefined ? '' : `, slot ${hex(whose.slot)}`);
      throw new EmptyAnswerError(endpoint.name, request, `${hex(hash)} is not what it has of ${of}`);
    },
  };
  const byProof: Way<Wanted, Uint8Array> = {
    name: 'eth_getProof',
    attempt: inBlocks('proofs', (block, at) => noting(blocks.loadMore(block, at))),
  };
  const besideProofs: Way<Wanted, Uint8Array> = {
    name: 'proofs of what lies beside',
    attempt: async (kind, hash) => {
      const request = 'eth_getProof';
      if (kind === 'code') throw new EmptyAnswerError(endpoint.name, request, 'a code lies beside nothing');
      await blocks.loadBeside(hash, endpoint);
      const value = staging.get(hash);
      if (value === undefined) throw new EmptyAnswerError(endpoint.name, request, `${hex(hash)} was let go of`);
      return value;
    },
  };
  const inOrder = witnessesFirst ? [byBlock, byKey] : [byKey, byBlock];
  const attempt = alternatives([...inOrder, ofItsOwner, byProof, besideProofs], {
    patience: PATIENCE,
    onSwitch: (from, to, because) =>
      log('debug', 'Looking for state another way', { from, to, because: because.message }),
  });

  return {
    async find(kind, hash, whose) {
      const staged = staging.get(hash);
      if (staged !== undefined) return staged;
      // What is fetched ahead may bring it sooner than it is found.
      const { added, letGo } = staging.expect(hash);
      const find = () => endpoint.retry(async () => staging.get(hash) ?? (await attempt(kind, hash, whose)));
      try {
        const found = await Promise.race([find(), added]);
        return found ?? staging.get(hash) ?? (await find());
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        throw notFound(endpoint, kind, hash, error, { lacksDatabase, noState, whose });
      } finally {
        letGo();
      }
    },
  };
}

/** An outage, or an endpoint that refuses us, is said as it is; else what it would take. */
function notFound(
  endpoint: RpcEndpoint,
  kind: StateKind,
  hash: Uint8Array,
  error: EndpointError,
  {
    lacksDatabase,
    noState,
    whose,
  }: { lacksDatabase: boolean; noState: NoStateError | undefined; whose: StateKey | undefined },
): EndpointError {
  if (error.kind !== 'absent' && error.kind !== 'unsupported') return error;
  if (lacksDatabase && noState !== undefined) return noState;
  const advice = lacksDatabase
    ? `the endpoint does not offer debug_dbGet${kind === 'code' ? ', and eth_getCode does not give it' : ''}; op-geth does with --http.api=eth,debug, and of others (op-reth) it takes debug_executionWitness or eth_getProof for the blocks in question, which op-reth keeps for as long as --rpc.eth-proof-window says` +
      (whose === undefined
        ? '; where eth_getProof is all that it offers, gather first (op-program without --server, obelisc validate): run so, the client says which accounts it reads'
        : '')
    : 'the endpoint does not have it; it takes an archive node (op-geth with --gcmode=archive and --state.scheme=hash)';
  return new EndpointError(
    endpoint.name,
    `${kind === 'code' ? 'contract code' : 'state trie node'} ${hex(hash)}`,
    `${advice} (${error.request}: ${error.fault})`,
    { kind: error.kind, cause: error },
  );
}

async function databaseValue(endpoint: RpcEndpoint, kind: StateKind, hash: Uint8Array): Promise<Uint8Array> {
  const plain = Buffer.from(hash).toString('hex');
  const keys = kind === 'code' ? [CODE_PREFIX + plain, plain] : [plain];
  const failures: EndpointError[] = [];
  for (const key of keys) {
    try {
      const value = await endpoint.attempt('debug_dbGet', [`0x${key}`], (result) => {
        if (result === null) throw new EmptyAnswerError(endpoint.name, 'debug_dbGet', 'it answers null');
        return data({ result }, 'result');
      });
      if (equal(keccak256(value), hash)) return value;
      const what = kind === 'code' ? 'contract code' : 'state trie node';
      failures.push(
        new WrongAnswerError(endpoint.name, 'debug_dbGet', `the ${what} it returned does not hash to ${hex(hash)}`),
      );
    } catch (error) {
      // What an outage hides is not to be concluded from the next key.
      if (!(error instanceof EndpointError) || error.isOutage || error instanceof UnsupportedMethodError) throw error;
      failures.push(error);
    }
  }
  const wrong = failures.find((failure) => failure.kind === 'wrong');
  throw wrong ?? allFailed(failures);
}
