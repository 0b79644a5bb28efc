/** State by eth_getProof and eth_getCode: for endpoints that give no trie node by its hash. A proof's nodes are pre-images. */
import { MalformedFieldError, data, isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import type { TouchedState } from './touched-accounts.js';

/** A proof of an account with so many slots, at most, so that an answer keeps a size that endpoints give. */
const SLOTS_A_PROOF = 256;

/** The nodes on the ways to these accounts and slots in the state after `block`. What cannot be proved is left out. */
export async function provedNodes(
  endpoint: RpcEndpoint,
  { accounts }: TouchedState,
  block: bigint,
): Promise<Uint8Array[]> {
  const tag = `0x${block.toString(16)}`;
  const requests: unknown[][] = [];
  for (const [address, slots] of accounts) {
    const all = [...slots];
    for (let at = 0; at === 0 || at < all.length; at += SLOTS_A_PROOF)
      requests.push([address, all.slice(at, at + SLOTS_A_PROOF), tag]);
  }
  const outcomes = await endpoint.settleEach('eth_getProof', requests, nodesOf);
  const proved = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const [failure] = outcomes;
  // One account that cannot be proved is nothing unusual; where none can, the reason is worth telling.
  if (proved.length === 0 && failure?.status === 'rejected') throw failure.reason;
  return proved.flat();
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

function nodesOf(result: unknown): Uint8Array[] {
  if (!isObject(result) || !Array.isArray(result.accountProof))
    throw new MalformedFieldError('accountProof', 'is not a list');
  const nodes = (proof: unknown): Uint8Array[] =>
    Array.isArray(proof) ? proof.map((node: unknown) => data({ node }, 'node')) : [];
  const storage = Array.isArray(result.storageProof) ? result.storageProof : [];
  return [
    ...nodes(result.accountProof),
    ...storage.flatMap((entry: unknown) => (isObject(entry) ? nodes(entry.proof) : [])),
  ];
}
