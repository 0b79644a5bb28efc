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
  keyHex,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
} from '@obelisc/preimage';
import { FIELD_ELEMENTS, rootsOfUnity } from './roots-of-unity.js';

export const BLOB_LENGTH = FIELD_ELEMENTS * 32;

/**
 * What a field element's key commits to, next to the commitment:
 * `root`: the point at which the blob's polynomial takes the element's value, as the specification says;
 * `index`: the element's index as u256, as op-program had it before April 2025.
 */
export type ElementForm = 'root' | 'index';

/**
 * Stores commitment (48 bytes), `blob` (131072 bytes) and its field elements, the elements in both forms. The one key that the
 * forms share (see `blobForms`) gets the value of the specification. `proof` (48 bytes) is the blob's KZG proof, with which
 * what is read back can be checked.
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
    store.put(wholeBlobKey(commitment), blob);
    const element = (index: number) => blob.subarray(32 * index, 32 * index + 32);
    for (let index = 0; index < FIELD_ELEMENTS; index++) {
      if (index !== 1) storeElement(store, commitment, index, 'index', element(index));
    }
    // The shared key comes last: where it has the specification's value, element 1 is there in the specification's form.
    for (let index = FIELD_ELEMENTS - 1; index >= 0; index--) {
      storeElement(store, commitment, index, 'root', element(index));
    }
    // After the elements, so that a commitment in a store says that they are there.
    store.put(sha256Key(versionedHash), commitment);
  });
}

/**
 * Adds the form of the field elements that is missing, from the one that is there; the key that both share keeps its value.
 * Returns false, and adds nothing, when the store has neither form whole.
 */
export function completeBlob(store: PreimageStore, versionedHash: Uint8Array): boolean {
  const commitment = store.get(sha256Key(versionedHash));
  if (commitment === undefined) return false;
  const shared = store.get(elementKey(commitment, 1, 'index'));
  if (shared === undefined) return false;
  const byRoot = readElements(store, commitment, 'root', 0);
  const byIndex = byRoot === undefined ? readElements(store, commitment, 'index', 1) : undefined;
  const there = byRoot ?? byIndex;
  if (there === undefined) return false;
  const missing: ElementForm = byRoot === undefined ? 'root' : 'index';
  const sharedIndex = byRoot === undefined ? 1 : 0;
  for (let index = 0; index < FIELD_ELEMENTS; index++) {
    const element = index === sharedIndex ? shared : there[index];
    const isShared = index === (missing === 'root' ? 0 : 1);
    if (element === undefined || isShared) continue;
    if (store.get(elementKey(commitment, index, missing)) === undefined)
      storeElement(store, commitment, index, missing, element);
  }
  return true;
}

/**
 * Answers requests for field elements of blobs in either form. Two elements share a key: the root of unity of element 0 is 1,
 * so commitment ++ 1 names element 0 in the specification's form and element 1 in the old one. Programs read a blob from
 * element 0 on, and commitment ++ 0 names something in the old form only: who asked for that reads in the old form.
 *
 * A store has one value for the shared key, so that both forms cannot be told apart in it. It gets the value that its last
 * reader meant: what other programs then look up there (a challenger that proves a step of this reader's) belongs together.
 */
export function blobForms(store: PreimageStore): {
  /** To be called when the commitment of an announced blob is handed out: the program will ask for its elements. */
  expect(commitment: Uint8Array): void;
  /** The value of `key`, undefined when the store lacks it. */
  get(key: PreimageKey): Uint8Array | undefined;
} {
  const sharedKeys = new Map<string, Uint8Array>();
  const zeroKeys = new Map<string, Uint8Array>();
  const readsOldForm = new Set<string>();
  /** The value that the reader of a form means by the shared key, which the store then has; undefined where it cannot tell. */
  const meantByShared = (commitment: Uint8Array, isOld: boolean): Uint8Array | undefined => {
    const secondByRoot = store.get(elementKey(commitment, 1, 'root'));
    const firstByIndex = store.get(elementKey(commitment, 0, 'index'));
    const shared = elementKey(commitment, 1, 'index');
    const meant = isOld ? secondByRoot : firstByIndex;
    // Where only the specification's form is, the shared key has its value.
    if (meant === undefined) return isOld || secondByRoot !== undefined ? store.get(shared) : undefined;
    // Where the form that is read is yet to be completed from the other, the other's value is still needed.
    if ((isOld ? firstByIndex : secondByRoot) === undefined) return meant;
    if (Buffer.compare(meant, store.get(shared) ?? new Uint8Array(0)) !== 0) store.put(shared, meant);
    if (isOld) storePoints(store, commitment);
    return meant;
  };
  return {
    expect(commitment) {
      sharedKeys.set(keyHex(elementKey(commitment, 1, 'index')), commitment);
      zeroKeys.set(keyHex(elementKey(commitment, 0, 'index')), commitment);
    },
    get(key) {
      if (key[0] !== BLOB_KEY) return store.get(key);
      const name = keyHex(key);
      const zero = zeroKeys.get(name);
      if (zero !== undefined) {
        readsOldForm.add(keyHex(zero));
        // The elements after the first may be handed out without asking here.
        meantByShared(zero, true);
      }
      const commitment = sharedKeys.get(name);
      if (commitment === undefined) return store.get(key);
      return meantByShared(commitment, readsOldForm.has(keyHex(commitment)));
    },
  };
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

/** The 80 bytes whose keccak256 names field element `index`: commitment, then root of unity or index, big endian. */
export function elementPoint(commitment: Uint8Array, index: number, form: ElementForm): Uint8Array {
  const point = new Uint8Array(80);
  point.set(commitment);
  if (form === 'root') point.set(rootBytes().subarray(32 * index, 32 * index + 32), 48);
  else new DataView(point.buffer).setUint32(76, index);
  return point;
}

/** Stores what the keys of the old form commit to: who proves a step that reads an element finds its index there. */
function storePoints(store: PreimageStore, commitment: Uint8Array): void {
  const pointKey = (index: number) => keccak256Key(keccak256(elementPoint(commitment, index, 'index')));
  if (store.look(pointKey(0)).state === 'found') return;
  // The first comes last: where it is, all are.
  for (let index = FIELD_ELEMENTS - 1; index >= 0; index--)
    store.put(pointKey(index), elementPoint(commitment, index, 'index'));
}

function storeElement(
  store: PreimageStore,
  commitment: Uint8Array,
  index: number,
  form: ElementForm,
  element: Uint8Array,
): void {
  const point = elementPoint(commitment, index, form);
  const hash = keccak256(point);
  // On L1 an element is proved at its point, which is found by its hash. Of the old form they are stored where it is read.
  if (form === 'root') store.put(keccak256Key(hash), point);
  store.put(blobKey(hash), element);
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

let roots: Uint8Array | undefined;

/** All roots of unity, 32 bytes each, big endian. */
function rootBytes(): Uint8Array {
  if (roots !== undefined) return roots;
  const table = Buffer.alloc(BLOB_LENGTH);
  for (const [index, root] of rootsOfUnity().entries())
    table.write(root.toString(16).padStart(64, '0'), 32 * index, 'hex');
  roots = table;
  return table;
}
