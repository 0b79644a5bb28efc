/** State by eth_getProof and eth_getCode: for endpoints that give no trie node by its hash. A proof's nodes are pre-images. */
import { RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import { equal } from './bytes.js';
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

/** The nodes on the ways to these accounts and slots in the state after `block`. What cannot be proved is left out. */
export async function prove(endpoint: RpcEndpoint, { accounts }: TouchedState, block: bigint): Promise<Proved> {
  const tag = `0x${block.toString(16)}`;
  const requests: [address: string, slots: string[], tag: string][] = [];
  for (const [address, slots] of accounts) {
    const all = [...slots];
    for (let at = 0; at === 0 || at < all.length; at += SLOTS_A_PROOF)
      requests.push([address, all.slice(at, at + SLOTS_A_PROOF), tag]);
  }
  const outcomes = await endpoint.settleEach('eth_getProof', requests, readProof);
  const proofs = outcomes.flatMap((outcome, at) => {
    const [address, slots] = requests[at] ?? [];
    if (outcome.status !== 'fulfilled' || address === undefined) return [];
    const { account, storage } = outcome.value;
    const ofSlots = storage.map((nodes, index): Proof => ({ address, slot: slots?.[index], nodes }));
    return [{ address, slot: undefined, nodes: account }, ...ofSlots.filter(({ slot }) => slot !== undefined)];
  });
  const [failure] = outcomes;
  // One account that cannot be proved is nothing unusual; where none can, the reason is worth telling.
  if (proofs.length === 0 && failure?.status === 'rejected') throw failure.reason;
  return {
    nodes: proofs.flatMap(({ nodes }) => nodes),
    proofs,
    siblings: proofs.flatMap(({ slot, nodes }) => (slot === undefined ? [] : onlySibling(nodes))),
  };
}

/** The proofs of one account, or of one of its slots and the account, after `block`; asked for once. Rejects with EndpointError. */
export async function proveOne(
  endpoint: RpcEndpoint,
  address: string,
  slot: string | undefined,
  block: bigint,
): Promise<Proof[]> {
  const slots = slot === undefined ? [] : [slot];
  const { account, storage } = await endpoint.attempt(
    'eth_getProof',
    [address, slots, `0x${block.toString(16)}`],
    readProof,
  );
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

function readProof(result: unknown): { account: Uint8Array[]; storage: Uint8Array[][] } {
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
