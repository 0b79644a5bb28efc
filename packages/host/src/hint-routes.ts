/**
 * The hints the program sends and what each promises.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-hinting-routes
 */
import type { Dialect } from './dialect.js';
import {
  formatHint,
  keccak256,
  keccak256Key,
  MalformedHintError,
  parseHint,
  precompileKey,
  type PreimageKey,
  sha256Key,
} from '@obelisc/preimage';

export type Route =
  | {
      kind: 'l1-block-header' | 'l1-transactions' | 'l1-receipts' | 'l2-block-header' | 'l2-transactions';
      hash: Uint8Array;
    }
  | { kind: 'l2-output'; hash: Uint8Array }
  | { kind: 'l2-state-node' | 'l2-code'; hash: Uint8Array; whose?: StateKey }
  | { kind: 'l1-blob'; versionedHash: Uint8Array; index: bigint | undefined; timestamp: bigint }
  | PrecompileRoute
  | L2AccessRoute;

/** `payload`: the hint's, with address and input. */
export type PrecompileRoute = { kind: 'l1-precompile'; address: Uint8Array; input: Uint8Array; payload: Uint8Array };

/** kona's hints of state that is about to be read: of an account and one of its slots after `block`, of a whole block. */
export type L2AccessRoute =
  | { kind: 'l2-account-proof'; block: BlockName; address: Uint8Array; slot: Uint8Array | undefined }
  | { kind: 'l2-payload-witness'; parent: Uint8Array };

/** A block by its hash, or (clients before 2026) by its number. */
export type BlockName = Uint8Array | bigint;

/** What the way to a state trie node leads to: an account or one of its slots. A code is the account's. */
export type StateKey = { readonly address: Uint8Array; readonly slot: Uint8Array | undefined };

export type AnnouncedHint = {
  text: string;
  route: Route;
  /** The keys known from the hint alone. Whether it announces more than these is `open`. */
  keys: PreimageKey[];
  open: boolean;
};

/** `keys`: the result's and the payload's. */
export type AnnouncedPrecompile = AnnouncedHint & { route: PrecompileRoute; keys: [PreimageKey, PreimageKey] };

export function isPrecompile(hint: AnnouncedHint | undefined): hint is AnnouncedPrecompile {
  return hint?.route.kind === 'l1-precompile';
}

/** The hint with which kona's client begins, and no other. */
export const KONA_BEGINS = 'starting-l2-output';

/**
 * Reads a hint. kona's client calls `l1-precompile` what op-program calls `l1-precompile-v2`. Returns undefined for a type that this host does not know (a younger program's, which may never ask for
 * what it announced). Throws MalformedHintError for a payload that does not fit its type.
 */
export function routeHint(text: string, dialect: Dialect): AnnouncedHint | undefined {
  const { type, payload } = parseHint(text);
  const hashOnly = () => {
    if (payload.length !== 32)
      throw new MalformedHintError(text, `its payload has ${payload.length} bytes, not the 32 of a hash`);
    return payload;
  };
  switch (type) {
    case 'l1-block-header':
      return exact(text, type, hashOnly());
    case 'l2-block-header':
    case 'l2-output':
      return exact(text, type, l2Hash(text, payload));
    case 'l2-state-node':
    case 'l2-code':
      return stateHint(text, type, payload);
    case 'l1-transactions':
    case 'l1-receipts':
      return { text, route: { kind: type, hash: hashOnly() }, keys: [], open: true };
    case 'l2-transactions':
      return { text, route: { kind: type, hash: l2Hash(text, payload) }, keys: [], open: true };
    case 'l1-blob':
      return blobHint(text, payload);
    case KONA_BEGINS:
      return exact(text, 'l2-output', hashOnly());
    case 'l1-precompile':
      return precompileHint(text, payload, dialect === 'kona' ? 28 : 20);
    case 'l1-precompile-v2':
      return precompileHint(text, payload, 28);
    case 'l2-account-proof':
      return accessHint(text, payload, 0);
    case 'l2-account-storage-proof':
      return accessHint(text, payload, 32);
    case 'l2-payload-witness':
      return payloadHint(text, payload);
    default:
      return undefined;
  }
}

function exact(
  text: string,
  kind: 'l1-block-header' | 'l2-block-header' | 'l2-state-node' | 'l2-code' | 'l2-output',
  hash: Uint8Array,
): AnnouncedHint {
  return { text, route: { kind, hash }, keys: [keccak256Key(hash)], open: false };
}

/** Programs of 2025 and later name the chain after the hash (u64); a host has one chain, and the hash decides. */
function l2Hash(text: string, payload: Uint8Array): Uint8Array {
  if (payload.length !== 32 && payload.length !== 40) {
    throw new MalformedHintError(
      text,
      `its payload has ${payload.length} bytes, neither 32 (hash) nor 40 (hash, chain id)`,
    );
  }
  return payload.subarray(0, 32);
}

/** Our own client says natively whose way a node lies on, in place of the chain: an address, or an address and a slot. */
function stateHint(text: string, kind: 'l2-state-node' | 'l2-code', payload: Uint8Array): AnnouncedHint {
  if (payload.length !== 52 && payload.length !== 84) return exact(text, kind, l2Hash(text, payload));
  const hash = payload.subarray(0, 32);
  const slot = payload.length === 84 ? payload.subarray(52) : undefined;
  const whose: StateKey = { address: payload.subarray(32, 52), slot };
  return { text, route: { kind, hash, whose }, keys: [keccak256Key(hash)], open: false };
}

/** Versioned hash, then index and timestamp (48 bytes) or, as the current specification has it, the timestamp alone (40). */
function blobHint(text: string, payload: Uint8Array): AnnouncedHint {
  if (payload.length !== 48 && payload.length !== 40) {
    throw new MalformedHintError(
      text,
      `its payload has ${payload.length} bytes, neither 48 (hash, index, timestamp) nor 40 (hash, timestamp)`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const versionedHash = payload.subarray(0, 32);
  const index = payload.length === 48 ? view.getBigUint64(32) : undefined;
  const timestamp = view.getBigUint64(payload.length - 8);
  return {
    text,
    route: { kind: 'l1-blob', versionedHash, index, timestamp },
    keys: [sha256Key(versionedHash)],
    open: true,
  };
}

/** Block (hash, or number as u64), address, and with `slotLength` a slot. */
function accessHint(text: string, payload: Uint8Array, slotLength: 0 | 32): AnnouncedHint {
  const blockLength = payload.length - 20 - slotLength;
  if (blockLength !== 32 && blockLength !== 8) {
    const rest = slotLength === 0 ? 'an address' : 'an address and a slot';
    throw new MalformedHintError(
      text,
      `its payload has ${payload.length} bytes, neither ${52 + slotLength} (block hash and ${rest}) nor ${28 + slotLength} (block number and ${rest})`,
    );
  }
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const block = blockLength === 32 ? payload.subarray(0, 32) : view.getBigUint64(0);
  const address = payload.subarray(blockLength, blockLength + 20);
  const slot = slotLength === 0 ? undefined : payload.subarray(blockLength + 20);
  return { text, route: { kind: 'l2-account-proof', block, address, slot }, keys: [], open: true };
}

/** The parent's hash, then the payload's attributes as JSON: which block it is, the parent says, and the rest is not kept. */
function payloadHint(text: string, payload: Uint8Array): AnnouncedHint {
  if (payload.length < 32)
    throw new MalformedHintError(text, `its payload has ${payload.length} bytes, fewer than the 32 of a hash`);
  const parent = payload.slice(0, 32);
  const short = `l2-payload-witness 0x${Buffer.from(parent).toString('hex')}`;
  return { text: short, route: { kind: 'l2-payload-witness', parent }, keys: [], open: true };
}

/** Address, in the second version the required gas (u64), then the input. The result's key commits to the whole payload. */
function precompileHint(text: string, payload: Uint8Array, inputAt: number): AnnouncedHint {
  if (payload.length < inputAt)
    throw new MalformedHintError(text, `its payload has ${payload.length} bytes, fewer than ${inputAt}`);
  return announcedPrecompile(text, payload, inputAt, keccak256(payload));
}

/**
 * The hint of a precompile with this payload, whose result was computed beside the host (precompiles-beside.ts): it is well-formed, and
 * `key` is the result's, so that neither is looked at again.
 */
export function computedHint(payload: Uint8Array, key: PreimageKey): AnnouncedPrecompile {
  return announcedPrecompile(formatHint({ type: 'l1-precompile-v2', payload }), payload, 28, key);
}

function announcedPrecompile(
  text: string,
  payload: Uint8Array,
  inputAt: number,
  hash: Uint8Array,
): AnnouncedPrecompile {
  const [address, input] = [payload.subarray(0, 20), payload.subarray(inputAt)];
  const route = { kind: 'l1-precompile', address, input, payload } as const;
  return { text, route, keys: [precompileKey(hash), keccak256Key(hash)], open: false };
}
