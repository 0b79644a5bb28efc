/** State by eth_getProof and eth_getCode: for endpoints that give no trie node by its hash. A proof's nodes are pre-images. */
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import { equal } from './bytes.js';
import { EmptyAnswerError, EndpointError, isOfRequests } from './endpoint-errors.js';
import { MalformedFieldError, data, isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import type { TouchedState } from './touched-accounts.js';

/** A proof of an account with so many slots, at most, so that an answer keeps a size that endpoints give. */
const SLOTS_A_PROOF = 256;

/** One way through a trie: to a slot of an account, or (undefined) to the account. Keys as they were asked for. */
export type Proof = {
  readonly address: string;
  readonly slot: string | undefined;
  readonly nodes: readonly Uint8Array[];
};

export type Proved = {
  /** Trie nodes. */
  nodes: Uint8Array[];
  /** The same by what they prove. */
  proofs: Proof[];
  /** Hashes of nodes beside them that are read where a slot becomes zero, and that no proof of a slot has. */
  siblings: Uint8Array[];
};

/** An account with some of its slots, in the state of the block that the tag names. */
type ProofRequest = [address: string, slots: string[], tag: string];
type ProofAnswer = { account: Uint8Array[]; storage: Uint8Array[][] };

/**
 * Slots of a proof that an endpoint was seen to refuse are as many as this, or more. It is forgotten after some rounds of proofs: what
 * was refused in an outage would be asked for slot by slot for ever.
 */
const refusedSlots = new WeakMap<RpcEndpoint, { slots: number; rounds: number }>();
const ROUNDS_REMEMBERED = 32;

/** Slots that a proof is asked for with. */
function slotsAtOnce(endpoint: RpcEndpoint): number {
  const refused = refusedSlots.get(endpoint);
  if (refused === undefined) return SLOTS_A_PROOF;
  refused.rounds += 1;
  if (refused.rounds >= ROUNDS_REMEMBERED) refusedSlots.delete(endpoint);
  return Math.min(SLOTS_A_PROOF, Math.max(1, Math.ceil(refused.slots / 2)));
}

/** The nodes on the ways to these accounts and slots in the state after `block`. What cannot be proved is left out. */
export async function prove(endpoint: RpcEndpoint, { accounts }: TouchedState, block: bigint): Promise<Proved> {
  const tag = `0x${block.toString(16)}`;
  const requests: ProofRequest[] = [];
  const most = slotsAtOnce(endpoint);
  for (const [address, slots] of accounts) {
    const all = [...slots];
    for (let at = 0; at === 0 || at < all.length; at += most) requests.push([address, all.slice(at, at + most), tag]);
  }
  const outcomes = await settleProofs(endpoint, requests);
  const proofs = outcomes.flatMap((outcome, at) => {
    const [address, slots] = requests[at] ?? [];
    if (outcome.status !== 'fulfilled' || address === undefined) return [];
    const { account, storage } = outcome.value;
    const ofSlots = storage.map((nodes, index): Proof => ({ address, slot: slots?.[index], nodes }));
    return [{ address, slot: undefined, nodes: account }, ...ofSlots.filter(({ slot }) => slot !== undefined)];
  });
  const [failure] = outcomes;
  // One account that cannot be proved is nothing unusual; where none can, the reason is worth telling.
  if (proofs.length === 0 && failure?.status === 'rejected') throw orNoState(failure.reason, block);
  return {
    nodes: proofs.flatMap(({ nodes }) => nodes),
    proofs,
    siblings: proofs.flatMap(({ slot, nodes }) => (slot === undefined ? [] : onlySibling(nodes))),
  };
}

/** The outcomes; a proof of several slots that fails is asked for in halves, for endpoints bound their number in words of their own. */
async function settleProofs(
  endpoint: RpcEndpoint,
  requests: readonly ProofRequest[],
): Promise<PromiseSettledResult<ProofAnswer>[]> {
  const accept = proofOf(endpoint);
  const hasSeveral = ([, slots]: unknown[]): boolean => Array.isArray(slots) && slots.length > 1;
  const outcomes = await endpoint.settleEach('eth_getProof', [...requests], accept, hasSeveral);
  return Promise.all(
    requests.map(async (request, at): Promise<PromiseSettledResult<ProofAnswer>> => {
      const outcome = outcomes[at] ?? { status: 'rejected', reason: new RangeError('an outcome is missing') };
      const [address, slots, tag] = request;
      if (outcome.status === 'fulfilled' || slots.length < 2 || !(outcome.reason instanceof EndpointError))
        return outcome;
      const { kind, unreachable, isTransient } = outcome.reason;
      if (unreachable || isOfRequests(outcome.reason) || !['invalid', 'outage', 'rate-limit'].includes(kind)) {
        if (!isTransient) return outcome;
        const [again] = await endpoint.settleEach('eth_getProof', [request], accept);
        return again ?? outcome;
      }
      const half = Math.ceil(slots.length / 2);
      const halves = [slots.slice(0, half), slots.slice(half)];
      const parts = await settleProofs(
        endpoint,
        halves.map((some): ProofRequest => [address, some, tag]),
      );
      const failed = parts.find((part) => part.status === 'rejected');
      if (failed !== undefined) return failed;
      const known = refusedSlots.get(endpoint)?.slots ?? Infinity;
      refusedSlots.set(endpoint, { slots: Math.min(slots.length, known), rounds: 0 });
      const answers = parts.flatMap((part) => (part.status === 'fulfilled' ? [part.value] : []));
      return {
        status: 'fulfilled',
        value: { account: answers[0]?.account ?? [], storage: answers.flatMap(({ storage }) => storage) },
      };
    }),
  );
}

/** The proofs of one account, or of one of its slots and the account, after `block`; asked for once. Rejects with EndpointError. */
export async function proveOne(
  endpoint: RpcEndpoint,
  address: string,
  slot: string | undefined,
  block: bigint,
): Promise<Proof[]> {
  const slots = slot === undefined ? [] : [slot];
  const { account, storage } = await endpoint
    .attempt('eth_getProof', [address, slots, `0x${block.toString(16)}`], proofOf(endpoint))
    .catch((error: unknown) => {
      throw orNoState(error, block);
    });
  const ofSlot = storage.slice(0, slots.length).map((nodes): Proof => ({ address, slot, nodes }));
  return [{ address, slot: undefined, nodes: account }, ...ofSlot];
}

/** The codes of these accounts after `block`. */
export async function accountCodes(
  endpoint: RpcEndpoint,
  { accounts }: TouchedState,
  block: bigint,
): Promise<Uint8Array[]> {
  const tag = `0x${block.toString(16)}`;
  const outcomes = await endpoint.settleEach(
    'eth_getCode',
    [...accounts.keys()].map((address) => [address, tag]),
    (result) => data({ result }, 'result'),
  );
  return outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
}

const proofOf = (endpoint: RpcEndpoint) => (result: unknown) => {
  if (result === null || result === undefined)
    throw new EmptyAnswerError(endpoint.name, 'eth_getProof', 'it answers null');
  return readProof(result);
};

function readProof(result: unknown): ProofAnswer {
  if (!isObject(result) || !Array.isArray(result.accountProof))
    throw new MalformedFieldError('accountProof', 'is not a list');
  const nodes = (proof: unknown): Uint8Array[] =>
    Array.isArray(proof) ? proof.map((node: unknown) => data({ node }, 'node')) : [];
  const storage = Array.isArray(result.storageProof) ? result.storageProof : [];
  return {
    account: nodes(result.accountProof),
    storage: storage.map((entry: unknown) => (isObject(entry) ? nodes(entry.proof) : [])),
  };
}

/**
 * The hash of the node beside a proof's leaf, where the branch above has just these two: without the leaf the branch is no branch
 * any more, and becomes one node with the other.
 */
function onlySibling(proof: readonly Uint8Array[]): Uint8Array[] {
  const [branch, leaf] = proof.slice(-2);
  if (branch === undefined || leaf === undefined) return [];
  let fields: unknown;
  try {
    fields = RLP.decode(branch);
  } catch {
    return [];
  }
  if (!Array.isArray(fields) || fields.length !== 17) return [];
  const children = fields.slice(0, 16).filter((child: unknown) => !(child instanceof Uint8Array) || child.length > 0);
  if (children.length !== 2) return [];
  const hash = keccak256(leaf);
  return children.filter(
    (child): child is Uint8Array => child instanceof Uint8Array && child.length === 32 && !equal(child, hash),
  );
}

/** The endpoint does not have a block's state, or not any more; the message says what keeps it. */
export class NoStateError extends EmptyAnswerError {
  override name = 'NoStateError';
  constructor(
    error: EndpointError,
    readonly block: bigint,
  ) {
    super(
      error.endpoint,
      error.request,
      `it has no state of block ${block}; give an --l2 that keeps it: an archive node (op-geth with --gcmode=archive), op-reth with a --rpc.eth-proof-window that reaches back to that block, or one that offers debug_executionWitness (${error.fault})`,
      { cause: error },
    );
  }
}

/** `error`, as what it says of the block whose state was to be proved. */
export function orNoState(error: unknown, block: bigint): unknown {
  return error instanceof EndpointError && error.kind === 'absent' ? new NoStateError(error, block) : error;
}
