// An op-node and an L2 endpoint that have a block of the embedded chain otherwise, each lie made as consistent as asked for.
import { createMPT } from '@ethereumjs/mpt';
import { type Input, RLP } from '@ethereumjs/rlp';
import type { Devnet } from '@obelisc/devnet';
import { encodeHeader, encodeOutput, hex } from '@obelisc/host';
import { keccak256 } from '@obelisc/preimage';
import { call, type Json, rewritingProxy, type RewritingProxy } from './rewriting-proxy.js';

/** What is told in place of the truth about one block; what is absent stays true. */
export interface Lie {
  readonly block: number;
  /** Header fields and transactions of eth_getBlockByHash's answer. */
  readonly json?: Json;
  readonly receipts?: readonly Json[];
  /** eth_getProof's answers by address. */
  readonly proofs?: ReadonlyMap<string, Json>;
  /** The hash that it claims; absent: the changed header's. */
  readonly hash?: string;
}

export interface LyingChain {
  readonly opNode: RewritingProxy;
  readonly l2: RewritingProxy;
  close(): void;
}

export const quantity = (block: number): string => `0x${block.toString(16)}`;
const fromHex = (text: unknown): Uint8Array => Buffer.from(String(text).slice(2), 'hex');

export async function lyingChain(devnet: Devnet): Promise<LyingChain> {
  const opNode = await rewritingProxy(devnet.opNodeUrl);
  const l2 = await rewritingProxy(devnet.l2Url);
  return {
    opNode,
    l2,
    close() {
      opNode.close();
      l2.close();
    },
  };
}

/** The block as the lie has it, with its hash. */
export async function changedBlock(devnet: Devnet, { block, json, hash }: Lie): Promise<Json> {
  const changed = { ...(await call(devnet.l2Url, 'eth_getBlockByNumber', [quantity(block), true])), ...json };
  return { ...changed, hash: hash ?? hex(keccak256(encodeHeader(changed))) };
}

/** Has the op-node tell the lie's block, and blocks of its own after it. Returns the block's hash. */
export async function opNodeLies(chain: LyingChain, devnet: Devnet, lie: Lie): Promise<string> {
  const other = await changedBlock(devnet, lie);
  chain.opNode.rewrite = (method, _, result) => {
    if (method !== 'optimism_outputAtBlock') return undefined;
    const output = result as Json;
    const own = output.blockRef as Json;
    const number = Number(own.number);
    if (number < lie.block) return undefined;
    const hash = number === lie.block ? String(other.hash) : hex(keccak256(fromHex(own.hash)));
    const stateRoot = number === lie.block ? other.stateRoot : output.stateRoot;
    const parts = encodeOutput(fromHex(stateRoot), fromHex(output.withdrawalStorageRoot), fromHex(hash));
    return { ...output, stateRoot, outputRoot: hex(keccak256(parts)), blockRef: { ...own, hash } };
  };
  return String(other.hash);
}

/** Has the L2 endpoint tell the lie's block in the place of its own. Returns the block's hash. */
export async function l2Lies(chain: LyingChain, devnet: Devnet, lie: Lie): Promise<string> {
  const other = await changedBlock(devnet, lie);
  const hash = String(other.hash);
  chain.l2.rewrite = async (method, params) => {
    const [first, second] = params;
    const isIt = first === quantity(lie.block) || first === hash;
    switch (method) {
      case 'eth_getBlockByNumber':
      case 'eth_getBlockByHash':
        if (!isIt) return undefined;
        if (second === true) return other;
        return { ...other, transactions: (other.transactions as Json[]).map((tx) => tx.hash) };
      case 'eth_getBlockReceipts':
        return isIt ? (lie.receipts ?? (await call(devnet.l2Url, method, [quantity(lie.block)]))) : undefined;
      case 'eth_getProof':
        return params[2] === quantity(lie.block) ? lie.proofs?.get(String(first)) : undefined;
      default:
        return undefined;
    }
  };
  return hash;
}

/** The root of a list's trie, by @ethereumjs/mpt. */
export async function listRoot(values: readonly Uint8Array[]): Promise<string> {
  const trie = await createMPT();
  for (const [i, value] of values.entries()) await trie.put(RLP.encode(i), value);
  return hex(trie.root());
}

/**
 * eth_getProof's answer for the account with another balance, or another value in the proved slot, with the proof that goes with
 * it; `stateRoot` is the root that it leads to.
 */
export function changedProof(
  proof: Json,
  change: { balance?: string; value?: string },
): { proof: Json; stateRoot: string } {
  let { storageHash } = proof;
  let storageProof = proof.storageProof as Json[];
  const [slot] = storageProof;
  if (change.value !== undefined && slot !== undefined) {
    const nodes = withLeaf(slot.proof as string[], RLP.encode(minimal(change.value)));
    storageHash = hex(keccak256(fromHex(nodes[0])));
    storageProof = [{ ...slot, value: change.value, proof: nodes }];
  }
  const balance = change.balance ?? proof.balance;
  const account = [minimal(proof.nonce), minimal(balance), fromHex(storageHash), fromHex(proof.codeHash)];
  const accountProof = withLeaf(proof.accountProof as string[], RLP.encode(account));
  return {
    proof: { ...proof, balance, storageHash, accountProof, storageProof },
    stateRoot: hex(keccak256(fromHex(accountProof[0]))),
  };
}

/** The proof's nodes with another value in the leaf, each naming the next by its new hash. */
function withLeaf(nodes: readonly string[], value: Uint8Array): string[] {
  const changed: string[] = [];
  let [before, now] = ['', ''];
  for (const node of nodes.toReversed()) {
    const items = RLP.decode(fromHex(node)) as Uint8Array[];
    const next: Input[] =
      before === ''
        ? [items[0] as Uint8Array, value]
        : items.map((item) => (hex(item) === before ? fromHex(now) : item));
    const encoded = RLP.encode(next);
    before = hex(keccak256(fromHex(node)));
    now = hex(keccak256(encoded));
    changed.unshift(hex(encoded));
  }
  return changed;
}

function minimal(value: unknown): Uint8Array {
  const digits = BigInt(String(value)).toString(16);
  return digits === '0' ? new Uint8Array(0) : Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, 'hex');
}
