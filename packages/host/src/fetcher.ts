/** Follows hints on the network: what each announces is fetched, checked and stored. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import { keccak256Key, type PreimageStore } from '@obelisc/preimage';
import { beaconSource } from './beacon-source.js';
import { storeBlob } from './blob-preimages.js';
import { blockSource, checkChainId } from './block-source.js';
import type { Chain, Claim } from './boot.js';
import { witnessSource } from './execution-witness.js';
import type { AnnouncedHint } from './hint-routes.js';
import { l2Source } from './l2-source.js';
import { type Log, silentLog } from './log.js';
import type { Trie } from './ordered-trie.js';
import type { Fetcher } from './prefetcher.js';
import { receiptsSource, type RpcKind } from './receipts-source.js';
import { restEndpoint } from './rest-endpoint.js';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry.js';
import { rpcEndpoint } from './rpc-endpoint.js';

export type Endpoints = {
  /** URLs of the L1 execution endpoint, the L1 beacon API and the L2 execution endpoint. */
  l1: string;
  beacon: string;
  l2: string;
  /** Believe L1's transactions and receipts without checking their roots. */
  trustRpc?: boolean;
  rpcKind?: RpcKind;
  /** URL of the endpoint to ask for debug_executionWitness instead of `l2`. */
  l2Witness?: string | undefined;
};

export type FetcherOptions = {
  endpoints: Endpoints;
  claim: Pick<Claim, 'l2Head' | 'l2BlockNumber'>;
  chain: Pick<Chain, 'l2ChainId' | 'rollupConfig'>;
  log?: Log;
  policy?: RetryPolicy;
};

/** A fetcher for one run. Nothing is asked of an endpoint before something is missing that only it can give. */
export function networkFetcher({
  endpoints,
  claim,
  chain,
  log = silentLog,
  policy = DEFAULT_RETRY_POLICY,
}: FetcherOptions): Fetcher {
  const l1 = rpcEndpoint({ flag: '--l1', url: endpoints.l1, policy, log });
  const l2 = rpcEndpoint({ flag: '--l2', url: endpoints.l2, policy, log });
  const beacon = beaconSource(restEndpoint({ flag: '--l1.beacon', url: endpoints.beacon, policy, log }));
  const trusted = endpoints.trustRpc ?? false;
  const l1Blocks = blockSource(l1, trusted);
  const l1Receipts = receiptsSource(l1, endpoints.rpcKind ?? 'standard', trusted, log);
  const l2State = l2Source(l2, claim.l2Head);
  // Witnesses are a convenience: an endpoint that fails at them is not asked for long.
  const witnessEndpoint = rpcEndpoint({
    flag: endpoints.l2Witness === undefined ? '--l2' : '--l2.experimental',
    url: endpoints.l2Witness ?? endpoints.l2,
    policy: { ...policy, tries: 2, emptyTries: 1 },
    log,
  });
  const agreedBlock = async () => (await l2State.header(claim.l2Head)).number;
  const witnesses = witnessSource(witnessEndpoint, agreedBlock, claim.l2BlockNumber, log);
  const l1Checked = once(() => checkChainId(l1, chain.rollupConfig.l1ChainId, 'L1'));
  const l2Checked = once(() => checkChainId(l2, chain.l2ChainId, 'L2'));

  const putState = async (kind: 'l2-state-node' | 'l2-code', hash: Uint8Array, store: PreimageStore): Promise<void> => {
    if (await witnesses.find(hash, store)) return;
    putHashed(store, await (kind === 'l2-code' ? l2State.code(hash) : l2State.node(hash)));
  };

  return async (hint: AnnouncedHint, store: PreimageStore) => {
    const { route } = hint;
    await (route.kind.startsWith('l2-') ? l2Checked() : l1Checked());
    switch (route.kind) {
      case 'l1-block-header':
        return putHashed(store, (await l1Blocks.header(route.hash)).rlp);
      case 'l1-transactions':
        return putTrie(store, await l1Blocks.transactions(route.hash));
      case 'l1-receipts':
        return putTrie(store, await l1Receipts(await l1Blocks.header(route.hash)));
      case 'l1-blob': {
        const { commitment, blob, proof } = await beacon.blob(route.versionedHash, route.index, route.timestamp);
        return storeBlob(store, route.versionedHash, commitment, blob, proof);
      }
      case 'l2-block-header':
        return putHashed(store, (await l2State.header(route.hash)).rlp);
      case 'l2-transactions':
        return putTrie(store, await l2State.transactions(route.hash));
      case 'l2-state-node':
      case 'l2-code':
        return putState(route.kind, route.hash, store);
      case 'l2-output':
        return putHashed(store, await l2State.output(route.hash));
      case 'l1-precompile':
        throw new TypeError('precompile results are computed, not fetched');
    }
  };
}

function putHashed(store: PreimageStore, value: Uint8Array): void {
  store.put(keccak256Key(keccak_256(value)), value);
}

function putTrie(store: PreimageStore, trie: Trie): void {
  for (const node of trie.nodes) putHashed(store, node);
}

/** Runs `task` at the first call; later calls share its outcome, a failed one is tried anew. */
function once(task: () => Promise<void>): () => Promise<void> {
  let outcome: Promise<void> | undefined;
  return async () => {
    outcome ??= task();
    try {
      await outcome;
    } catch (error) {
      outcome = undefined;
      throw error;
    }
  };
}
