/**
 * Pre-image keys: 32 bytes, of which the first names the type.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-oracle
 */

/** A pre-image key: exactly 32 bytes. */
export type PreimageKey = Uint8Array;

export const LOCAL_KEY = 1;
export const KECCAK256_KEY = 2;
export const GLOBAL_GENERIC_KEY = 3;
export const SHA256_KEY = 4;
export const BLOB_KEY = 5;
export const PRECOMPILE_KEY = 6;

export const KEY_LENGTH = 32;

const TYPE_NAMES: Record<number, string> = {
  [LOCAL_KEY]: 'local',
  [KECCAK256_KEY]: 'keccak256',
  [GLOBAL_GENERIC_KEY]: 'global-generic',
  [SHA256_KEY]: 'sha256',
  [BLOB_KEY]: 'blob',
  [PRECOMPILE_KEY]: 'precompile',
};

/** The key of the program's own input number `index`: type 1, the index big endian in the last 8 bytes. */
export function localKey(index: number | bigint): PreimageKey {
  const key = new Uint8Array(KEY_LENGTH);
  key[0] = LOCAL_KEY;
  new DataView(key.buffer).setBigUint64(24, BigInt(index));
  return key;
}

/** Key of a keccak256 pre-image: the hash with its first byte replaced. `hash` is 32 bytes. */
export function keccak256Key(hash: Uint8Array): PreimageKey {
  return typed(KECCAK256_KEY, hash);
}

/** Key of a sha256 pre-image (an EIP-4844 versioned hash names its commitment so). `hash` is 32 bytes. */
export function sha256Key(hash: Uint8Array): PreimageKey {
  return typed(SHA256_KEY, hash);
}

/** Key of one field element of a blob. `hash` is keccak256 of the commitment and the element's point, 80 bytes together. */
export function blobKey(hash: Uint8Array): PreimageKey {
  return typed(BLOB_KEY, hash);
}

/** Key of a precompile's result. `hash` is keccak256 of the payload of the precompile's hint. */
export function precompileKey(hash: Uint8Array): PreimageKey {
  return typed(PRECOMPILE_KEY, hash);
}

/** The type byte of `key`. */
export function keyType(key: PreimageKey): number {
  return key[0] ?? 0;
}

/** The local index of a type 1 key; undefined when bytes that must be zero are not. */
export function localIndex(key: PreimageKey): bigint | undefined {
  if (key[0] !== LOCAL_KEY || key.subarray(1, 24).some((byte) => byte !== 0)) return undefined;
  return new DataView(key.buffer, key.byteOffset, key.byteLength).getBigUint64(24);
}

/** 64 hexadecimal digits without 0x, the name of a key in stores. */
export function keyHex(key: PreimageKey): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('hex');
}

/** The key as a string of one character a byte: the quickest name for maps in memory. */
export function keyName(key: PreimageKey): string {
  return Buffer.from(key.buffer, key.byteOffset, key.byteLength).toString('latin1');
}

/** A key for people: `0x… (keccak256)`. */
export function describeKey(key: PreimageKey): string {
  return `0x${keyHex(key)} (${TYPE_NAMES[keyType(key)] ?? 'unknown type'})`;
}

function typed(type: number, hash: Uint8Array): PreimageKey {
  if (hash.length !== KEY_LENGTH) throw new RangeError(`a pre-image key needs a hash of 32 bytes, not ${hash.length}`);
  const key = Uint8Array.from(hash);
  key[0] = type;
  return key;
}
