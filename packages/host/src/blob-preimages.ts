/**
 * A blob as pre-images: the commitment under the versioned hash, and each of its 4096 field elements under a key of its own.
 * Specification: https://specs.optimism.io/fault-proof/index.html#type-5-global-eip-4844-point-evaluation-key
 */
import {
  BLOB_KEY,
  blobKey,
  GLOBAL_GENERIC_KEY,
  keccak256,
  keccak256Key,
  KEY_LENGTH,
  type Lookup,
  MISSING,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
} from '@obelisc/preimage';
import { FIELD_ELEMENTS, rootsOfUnity } from './roots-of-unity.js';
import { loadWasm } from './wasm-module.js';

export const BLOB_LENGTH = FIELD_ELEMENTS * 32;

/**
 * What a field element's key commits to, next to the commitment:
 * `root`: the point at which the blob's polynomial takes the element's value, as the specification says;
 * `index`: the element's index as u256, as op-program had it before April 2025.
 */
export type ElementForm = 'root' | 'index';

/**
 * Stores commitment (48 bytes) and `blob` (131072 bytes) as a whole, of which `keptBlobs` makes the elements: each by itself in two
 * forms, with the points that prove them, would be 12,288 values. `proof` (48 bytes) is the blob's KZG proof, with which what is
 * read back can be checked.
 */
export function storeBlob(
  store: PreimageStore,
  versionedHash: Uint8Array,
  commitment: Uint8Array,
  blob: Uint8Array,
  proof?: Uint8Array,
): void {
  store.together(() => {
    if (proof !== undefined) storeBlobProof(store, commitment, proof);
    store.put(wholeBlobKey(commitment), Buffer.concat([blob, keccak256(blob)]));
    // After the blob, so that a commitment in a store says that it is there.
    store.put(sha256Key(versionedHash), commitment);
  });
}

/** The blob that a store has as a whole. */
export function wholeBlob(store: PreimageStore, commitment: Uint8Array): Lookup {
  const kept = store.look(wholeBlobKey(commitment));
  if (kept.state !== 'found') return kept;
  return kept.value.length < BLOB_LENGTH ? MISSING : { state: 'found', value: kept.value.subarray(0, BLOB_LENGTH) };
}

/**
 * Makes a blob whole from its elements, in whichever form they are there, where they are all that an older or another host has left.
 * Returns false when the store has neither.
 */
export function completeBlob(store: PreimageStore, versionedHash: Uint8Array): boolean {
  const commitment = store.get(sha256Key(versionedHash));
  if (commitment === undefined) return false;
  if (wholeBlob(store, commitment).state === 'found') return true;
  const shared = store.get(elementKey(commitment, 1, 'index'));
  if (shared === undefined) return false;
  const byRoot = readElements(store, commitment, 'root', 0);
  const there = byRoot ?? readElements(store, commitment, 'index', 1);
  if (there === undefined) return false;
  // Of the form that is read element by element, the one with the shared key is what the last reader meant.
  const elements = there.map((element) => element ?? shared);
  storeBlob(store, versionedHash, commitment, Buffer.concat(elements));
  return true;
}

/**
 * Puts a blob's elements under keys of their own, with the points that the keys commit to, as other hosts have them: who reads the
 * store without this host finds there what its last reader meant. The blob must be there as a whole. `anew`: elements that are there
 * may be wrong.
 */
export function layOutBlob(store: PreimageStore, commitment: Uint8Array, form: ElementForm, anew = false): void {
  const whole = wholeBlob(store, commitment);
  if (whole.state !== 'found') return;
  const element = (index: number) => whole.value.subarray(32 * index, 32 * index + 32);
  const putElement = (index: number) => {
    const point = elementPoint(commitment, index, form);
    const hash = keccak256(point);
    store.put(blobKey(hash), element(index));
    // On L1 an element is proved at its point, which is found by its hash.
    store.put(keccak256Key(hash), point);
  };
  const mark = markOf(form);
  if (!hasSharedAs(store, commitment, form, whole.value))
    store.put(elementKey(commitment, 1, 'index'), element(1 - mark));
  if (!anew && hasMark(store, commitment, form)) return;
  store.together(() => {
    for (let index = 0; index < FIELD_ELEMENTS; index++) if (index !== mark) putElement(index);
    putElement(mark);
  });
}

/** Whether `layOutBlob` has nothing to do. */
export function isLaidOut(store: PreimageStore, commitment: Uint8Array, form: ElementForm): boolean {
  if (!hasMark(store, commitment, form)) return false;
  const whole = wholeBlob(store, commitment);
  return whole.state !== 'found' || hasSharedAs(store, commitment, form, whole.value);
}

/** An element whose key is of this form alone; it comes last, and where it is, all are. */
function markOf(form: ElementForm): 0 | 1 {
  return form === 'root' ? 1 : 0;
}

function hasMark(store: PreimageStore, commitment: Uint8Array, form: ElementForm): boolean {
  return store.look(keccak256Key(keccak256(elementPoint(commitment, markOf(form), form)))).state === 'found';
}

/** Whether the key that both forms share has the value that it has in this one. */
function hasSharedAs(store: PreimageStore, commitment: Uint8Array, form: ElementForm, blob: Uint8Array): boolean {
  const at = 32 * (1 - markOf(form));
  const there = store.look(elementKey(commitment, 1, 'index'));
  return there.state === 'found' && Buffer.compare(there.value, blob.subarray(at, at + 32)) === 0;
}

/**
 * Where a blob's KZG proof is kept, 48 bytes: as kona's host has it, under the index after the last element's. Field elements'
 * keys do not commit to the elements; with the proof they can be checked all the same.
 */
export function blobProofKey(commitment: Uint8Array): PreimageKey {
  return elementKey(commitment, FIELD_ELEMENTS, 'index');
}

/**
 * Where a blob is kept as it is, 131,072 bytes, next to its elements, so that one read gives them all: a key of the type that programs
 * never ask for (3, reserved), which other hosts pass over.
 */
export function wholeBlobKey(commitment: Uint8Array): PreimageKey {
  const key = keccak256(Buffer.concat([Buffer.from('blob of '), commitment]));
  key[0] = GLOBAL_GENERIC_KEY;
  return key;
}

export function storeBlobProof(store: PreimageStore, commitment: Uint8Array, proof: Uint8Array): void {
  const point = elementPoint(commitment, FIELD_ELEMENTS, 'index');
  store.put(keccak256Key(keccak256(point)), point);
  store.put(blobProofKey(commitment), proof);
}

export function elementKey(commitment: Uint8Array, index: number, form: ElementForm): PreimageKey {
  return blobKey(keccak256(elementPoint(commitment, index, form)));
}

/** The keys of the first `count` elements, 32 bytes each. */
export function elementKeys(commitment: Uint8Array, form: ElementForm, count = FIELD_ELEMENTS): Uint8Array {
  const { memory, commitment: first, points, hash } = (keysModule ??= loadWasm<KeysModule>('blob-keys'));
  const bytes = new Uint8Array(memory.buffer);
  bytes.set(commitment, first());
  bytes.set(pointsOf(form).subarray(0, 32 * count), points());
  const at = hash(count);
  const keys = bytes.slice(at, at + KEY_LENGTH * count);
  for (let i = 0; i < count; i++) keys[KEY_LENGTH * i] = BLOB_KEY;
  return keys;
}

type KeysModule = { memory: WebAssembly.Memory; commitment(): number; points(): number; hash(count: number): number };
/** assembly/blob-keys.ts, loaded with the first blob. */
let keysModule: KeysModule | undefined;

/** The 80 bytes whose keccak256 names field element `index`: commitment, then root of unity or index, big endian. */
export function elementPoint(commitment: Uint8Array, index: number, form: ElementForm): Uint8Array {
  const point = new Uint8Array(80);
  point.set(commitment);
  // The index after the last is the proof's.
  if (form === 'root') point.set(pointsOf(form).subarray(32 * index, 32 * index + 32), 48);
  else new DataView(point.buffer).setUint32(76, index);
  return point;
}

/** All elements of a form, except the one whose key the other form shares; undefined when one of them is missing. */
function readElements(
  store: PreimageStore,
  commitment: Uint8Array,
  form: ElementForm,
  shared: number,
): (Uint8Array | undefined)[] | undefined {
  const elements: (Uint8Array | undefined)[] = [];
  for (let index = 0; index < FIELD_ELEMENTS; index++) {
    const element = index === shared ? undefined : store.get(elementKey(commitment, index, form));
    if (element === undefined && index !== shared) return undefined;
    elements.push(element);
  }
  return elements;
}

const points = new Map<ElementForm, Uint8Array>();

/** What the keys of all elements commit to next to the commitment, 32 bytes each, big endian. */
function pointsOf(form: ElementForm): Uint8Array {
  const known = points.get(form);
  if (known !== undefined) return known;
  const table = Buffer.alloc(BLOB_LENGTH);
  if (form === 'index')
    for (let index = 0; index < FIELD_ELEMENTS; index++) table.writeUInt32BE(index, 32 * index + 28);
  else
    for (const [index, root] of rootsOfUnity().entries())
      table.write(root.toString(16).padStart(64, '0'), 32 * index, 'hex');
  points.set(form, table);
  return table;
}
