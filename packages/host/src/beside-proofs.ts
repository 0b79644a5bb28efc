/**
 * Trie nodes beside proved ones. Where all children of a branch but one become zero, the branch becomes one node with the
 * one that is left, which no proof of what a block touches has. Endpoints that give no node by its hash have it in
 * other proofs: of what is left after the block, and of any key on the way there.
 */
import { type NestedUint8Array, RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError, EndpointError } from './endpoint-errors.js';
import { isObject } from './rpc-json.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { type Proof, prove } from './state-proofs.js';
import type { TouchedState } from './touched-accounts.js';

/** Where a node lies: in the trie of an account's slots, or of all accounts (undefined), under so many hexadecimal digits. */
type Place = { readonly account: string | undefined; readonly path: string };

/** Keys are tried until their hash begins with so many digits at most: 16 million, in half a minute. */
const MOST_DIGITS = 6;
/** Proved nodes that are remembered, 100 MB of them. */
const MOST_NODES = 200_000;
/** Keys that are tried before others have their turn. */
const KEYS_AT_A_TIME = 20_000;

/** What is known to be touched, as far as it is known: by each block of the claim, and by some of them. */
export type KnownTouched = { readonly blocks: ReadonlyMap<bigint, TouchedState>; readonly named: TouchedState };

export type BesideProofs = {
  /** Takes proofs in the agreed block's state, of which the nodes that are looked for lie beside. */
  add(proofs: readonly Proof[]): void;
  /**
   * The node with this hash. Rejects with EndpointError where it does not lie beside a proved node, or cannot be had.
   */
  find(hash: Uint8Array, endpoint: RpcEndpoint, known: KnownTouched): Promise<Uint8Array>;
};

/** `agreed`: number of the block in whose state everything was proved. */
export function besideProofs(agreed: () => Promise<{ number: bigint }>): BesideProofs {
  const proved = new Map<string, { node: Buffer; place: Place }>();

  /** Where the node with this hash lies: it is a child of a proved one. */
  const placeOf = (hash: Uint8Array): Place | undefined => {
    for (const { node, place } of proved.values()) {
      const at = node.indexOf(hash);
      if (at < 0) continue;
      const fields = nodeFields(node);
      const child =
        fields?.length === 17 ? fields.findIndex((field) => field instanceof Uint8Array && equal(field, hash)) : -1;
      if (child >= 0 && child < 16) return { ...place, path: place.path + child.toString(16) };
    }
    return undefined;
  };

  return {
    add(proofs) {
      for (const { address, slot, nodes } of proofs) {
        const account = slot === undefined ? undefined : address;
        const path = hashedPath(slot ?? address);
        for (const { node, depth } of placed(nodes, path)) {
          const bytes = Buffer.from(node.buffer, node.byteOffset, node.length);
          const name = hex(keccak256(node));
          if (proved.has(name)) continue;
          proved.set(name, { node: bytes, place: { account, path: path.slice(0, depth) } });
        }
      }
      for (const name of proved.keys()) {
        if (proved.size <= MOST_NODES) break;
        proved.delete(name);
      }
    },
    async find(hash, endpoint, known) {
      const place = placeOf(hash);
      if (place === undefined)
        throw new EmptyAnswerError(endpoint.name, 'eth_getProof', `no proved node leads to ${hex(hash)}`);
      const { number } = await agreed();
      const isIt = (node: Uint8Array): boolean => equal(keccak256(node), hash);
      const ways = [
        () => whatIsLeft(place, endpoint, known, isIt),
        () => fromKnownKey(place, endpoint, number, isIt),
        () => fromAnyKey(place, endpoint, number, isIt),
      ];
      for (const way of ways) {
        const node = await way().catch(unlessOutage);
        if (node !== undefined) return node;
      }
      const { account, path } = place;
      const trie = account === undefined ? 'the trie of accounts' : `the storage trie of ${account}`;
      throw new EmptyAnswerError(
        endpoint.name,
        'eth_getProof',
        `the node lies in ${trie} under ${path}, beside what the blocks of the claim change, and no proof that can be asked for has it; ` +
          'give an --l2 that offers debug_dbGet or debug_executionWitness',
      );
    },
  };
}

/** What the branch became after a block that changed it: the digits of the node that is left are longer, the rest is the same. */
async function whatIsLeft(
  { account, path }: Place,
  endpoint: RpcEndpoint,
  { blocks, named }: KnownTouched,
  isIt: (node: Uint8Array) => boolean,
): Promise<Uint8Array | undefined> {
  const branch = path.slice(0, -1);
  const inBranch = ({ accounts }: TouchedState): string[] =>
    [...(account === undefined ? accounts.keys() : (accounts.get(account) ?? []))].filter((key) =>
      hashedPath(key).startsWith(branch),
    );
  const inAny = inBranch(named);
  const changes = [...blocks].map(([block, touched]) => ({ block, changed: inBranch(touched) }));
  // Those that are known to change the branch come first; of the others any may.
  const candidates = [
    ...changes.filter(({ changed }) => changed.length > 0),
    ...changes.filter(({ changed }) => changed.length === 0).map(({ block }) => ({ block, changed: inAny })),
  ];
  for (const { block, changed } of candidates) {
    if (changed.length === 0) continue;
    const touched: TouchedState = {
      accounts:
        account === undefined
          ? new Map(changed.map((address) => [address, new Set()]))
          : new Map([[account, new Set(changed)]]),
      codes: [],
    };
    const { proofs } = await prove(endpoint, touched, block);
    for (const { address, slot, nodes } of proofs) {
      if ((slot === undefined) !== (account === undefined)) continue;
      const own = hashedPath(slot ?? address);
      for (const { node, depth } of placed(nodes, own)) {
        const fields = nodeFields(node);
        const [partial, rest] = fields ?? [];
        if (fields?.length !== 2 || !(partial instanceof Uint8Array) || rest === undefined) continue;
        const { digits, isLeaf } = partialPath(partial);
        const whole = own.slice(0, depth) + digits;
        if (!whole.startsWith(path)) continue;
        const before = RLP.encode([encodedPath(whole.slice(path.length), isLeaf), rest]);
        if (isIt(before)) return before;
      }
    }
  }
  return undefined;
}

/** A slot under the place, as debug_storageRangeAt knows it, and its proof. */
async function fromKnownKey(
  { account, path }: Place,
  endpoint: RpcEndpoint,
  block: bigint,
  isIt: (node: Uint8Array) => boolean,
): Promise<Uint8Array | undefined> {
  if (account === undefined) return undefined;
  const next = await endpoint.attempt<unknown>('eth_getBlockByNumber', [`0x${(block + 1n).toString(16)}`, false]);
  const start = `0x${path.padEnd(64, '0')}`;
  // The state before the next block's first transaction.
  const range = await endpoint.attempt<unknown>('debug_storageRangeAt', [
    isObject(next) ? next.hash : null,
    0,
    account,
    start,
    1,
  ]);
  const entries = isObject(range) && isObject(range.storage) ? Object.values(range.storage) : [];
  const key = entries.flatMap((entry) => (isObject(entry) && typeof entry.key === 'string' ? [entry.key] : []))[0];
  if (key === undefined || !/^0x[0-9a-fA-F]{64}$/.test(key) || !hashedPath(key).startsWith(path)) return undefined;
  return inProof({ account, path }, key, endpoint, block, isIt);
}

/** A proof of any key whose hash begins with the place's digits: whether it is there or not, the way there leads over the node. */
async function fromAnyKey(
  place: Place,
  endpoint: RpcEndpoint,
  block: bigint,
  isIt: (node: Uint8Array) => boolean,
): Promise<Uint8Array | undefined> {
  if (place.path.length > MOST_DIGITS) return undefined;
  const bytes = new Uint8Array(place.account === undefined ? 20 : 32);
  const counter = new DataView(bytes.buffer);
  const wanted = Buffer.from(place.path.padEnd(MOST_DIGITS, '0'), 'hex');
  const lastIsHalf = place.path.length % 2 === 1;
  const whole = place.path.length >> 1;
  for (let tried = 0; ; tried++) {
    counter.setUint32(bytes.length - 4, tried);
    const hash = keccak256(bytes);
    let at = 0;
    while (at < whole && hash[at] === wanted[at]) at += 1;
    if (at === whole && (!lastIsHalf || (hash[whole] ?? 0) >> 4 === (wanted[whole] ?? 0) >> 4))
      return inProof(place, hex(bytes), endpoint, block, isIt);
    if (tried % KEYS_AT_A_TIME === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

async function inProof(
  { account }: Place,
  key: string,
  endpoint: RpcEndpoint,
  block: bigint,
  isIt: (node: Uint8Array) => boolean,
): Promise<Uint8Array | undefined> {
  const accounts = new Map([[account ?? key, new Set(account === undefined ? [] : [key])]]);
  const { nodes } = await prove(endpoint, { accounts, codes: [] }, block);
  return nodes.find(isIt);
}

/** The nodes of a proof, each with how many digits lead to it. */
function* placed(nodes: readonly Uint8Array[], path: string): Generator<{ node: Uint8Array; depth: number }> {
  let depth = 0;
  for (const node of nodes) {
    const fields = nodeFields(node);
    if (fields === undefined || depth > path.length) return;
    yield { node, depth };
    const [partial] = fields;
    depth += fields.length === 17 ? 1 : partial instanceof Uint8Array ? partialPath(partial).digits.length : 0;
  }
}

function nodeFields(node: Uint8Array): NestedUint8Array | undefined {
  try {
    const fields = RLP.decode(node);
    return Array.isArray(fields) && (fields.length === 17 || fields.length === 2) ? fields : undefined;
  } catch {
    // Whatever an endpoint calls a node.
    return undefined;
  }
}

/** Hexadecimal digits of a leaf's or an extension's path (Yellow Paper, appendix C). */
function partialPath(encoded: Uint8Array): { digits: string; isLeaf: boolean } {
  const digits = Buffer.from(encoded).toString('hex');
  const flag = Number.parseInt(digits[0] ?? '0', 16);
  return { digits: digits.slice(flag % 2 === 1 ? 1 : 2), isLeaf: flag >= 2 };
}

function encodedPath(digits: string, isLeaf: boolean): Uint8Array {
  const flag = isLeaf ? 2 : 0;
  return Buffer.from(digits.length % 2 === 1 ? `${flag + 1}${digits}` : `${flag}0${digits}`, 'hex');
}

function hashedPath(key: string): string {
  return Buffer.from(keccak256(Buffer.from(key.slice(2), 'hex'))).toString('hex');
}

function unlessOutage(error: unknown): undefined {
  if (!(error instanceof EndpointError) || error.isOutage) throw error;
  return undefined;
}
