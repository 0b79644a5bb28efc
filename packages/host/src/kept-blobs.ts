/**
 * Blobs as programs read them: a store has them as a whole, programs ask for field elements in one of two forms.
 */
import {
  BLOB_KEY,
  GLOBAL_GENERIC_KEY,
  KEY_LENGTH,
  KECCAK256_KEY,
  keyHex,
  keyName,
  type Lookup,
  MISSING,
  type PreimageKey,
  type PreimageStore,
  SHA256_KEY,
  storeFrom,
} from '@obelisc/preimage';
import { blobProofKey, type ElementForm, elementKey, elementKeys, elementPoint, wholeBlob } from './blob-preimages.js';
import { FIELD_ELEMENTS } from './roots-of-unity.js';

/** Blobs whose elements are known by their keys: programs read one after the other. */
const BLOBS_AT_A_TIME = 8;
/** With the first element all others are handed out, so that most runs need no more keys than these. */
const ELEMENTS_AT_FIRST = 2;
const COMMITMENT_LENGTH = 48;
const FORMS = ['root', 'index'] as const;

export type KeptBlobs = PreimageStore & {
  /** The program will ask for the elements of the blob with this commitment. */
  expect(commitment: Uint8Array): void;
  /** The blob as a whole is wrong; its elements may be right. */
  distrust(commitment: Uint8Array): void;
  /**
   * The value of a key that nothing announced: a program that goes on from a state in the middle of a blob asks for its elements, and who
   * proves that step for the point behind the key. Undefined where no blob in the store has it.
   */
  search(key: PreimageKey): { value: Uint8Array; commitment: Uint8Array; form: ElementForm } | undefined;
};

type Expected = {
  readonly commitment: Uint8Array;
  /** Name of the KZG proof's key. */
  readonly proof: string;
  /** Indices of so many first elements by the names of their keys without the type, in both forms. */
  places: { readonly count: number; readonly indices: ReadonlyMap<string, number> };
  /** undefined: not looked up yet. */
  whole: Lookup | undefined;
  isWrong: boolean;
};

/** `store`, where the elements of expected blobs are what the whole blobs say, if it has them. */
export function keptBlobs(store: PreimageStore): KeptBlobs {
  const expected: Expected[] = [];

  /** The element that a key names, of the whole blob. */
  const find = (key: PreimageKey): Lookup => {
    const name = tail(key);
    // The proof has a key of the same type, and is no element.
    if (expected.some(({ proof }) => proof === name)) return MISSING;
    for (const count of [ELEMENTS_AT_FIRST, FIELD_ELEMENTS]) {
      for (const blob of expected) {
        if (blob.places.count < count) blob.places = { count, indices: indicesOf(blob.commitment, FORMS, count) };
        const index = blob.places.indices.get(name);
        if (index === undefined) continue;
        if (blob.isWrong) return MISSING;
        blob.whole ??= wholeBlob(store, blob.commitment);
        return elementOf(blob.whole, index);
      }
    }
    return MISSING;
  };

  return {
    ...store,
    ...storeFrom({
      ...store,
      look(key) {
        if (key[0] !== BLOB_KEY) return store.look(key);
        const derived = find(key);
        if (derived.state === 'found') return derived;
        const kept = store.look(key);
        return kept.state === 'missing' ? derived : kept;
      },
      put(key, value) {
        store.put(key, value);
        if (key[0] !== GLOBAL_GENERIC_KEY) return;
        for (const blob of expected) [blob.whole, blob.isWrong] = [undefined, false];
      },
    }),
    expect(commitment) {
      const at = expected.findIndex((blob) => Buffer.compare(blob.commitment, commitment) === 0);
      const [known] = at < 0 ? [] : expected.splice(at, 1);
      for (const blob of expected) blob.whole = undefined;
      expected.unshift(
        known ?? {
          commitment,
          proof: tail(blobProofKey(commitment)),
          places: { count: 0, indices: new Map() },
          whole: undefined,
          isWrong: false,
        },
      );
      expected.splice(BLOBS_AT_A_TIME);
    },
    distrust(commitment) {
      for (const blob of expected) blob.isWrong ||= Buffer.compare(blob.commitment, commitment) === 0;
    },
    search(key) {
      if (key[0] !== BLOB_KEY && key[0] !== KECCAK256_KEY) return undefined;
      const name = tail(key);
      for (const named of store.keys?.() ?? []) {
        if (named[0] !== SHA256_KEY) continue;
        const commitment = store.look(named);
        if (commitment.state !== 'found' || commitment.value.length !== COMMITMENT_LENGTH) continue;
        for (const form of FORMS) {
          const index = indicesOf(commitment.value, [form], FIELD_ELEMENTS).get(name);
          if (index === undefined) continue;
          const found = (value: Uint8Array) => ({ value, commitment: commitment.value, form });
          if (key[0] === KECCAK256_KEY) return found(elementPoint(commitment.value, index, form));
          const element = elementOf(wholeBlob(store, commitment.value), index);
          if (element.state === 'found') return found(element.value);
        }
      }
      return undefined;
    },
  };
}

function elementOf(whole: Lookup, index: number): Lookup {
  return whole.state === 'found' ? { state: 'found', value: whole.value.subarray(32 * index, 32 * index + 32) } : whole;
}

function tail(key: PreimageKey): string {
  return keyName(key).slice(1);
}

/** The first `count` elements' indices. The key that the forms share is that of the first form given. */
function indicesOf(commitment: Uint8Array, forms: readonly ElementForm[], count: number): ReadonlyMap<string, number> {
  const indices = new Map<string, number>();
  for (const form of forms.toReversed()) {
    const keys = elementKeys(commitment, form, count);
    for (let index = 0; index < count; index++)
      indices.set(tail(keys.subarray(KEY_LENGTH * index, KEY_LENGTH * (index + 1))), index);
  }
  return indices;
}

/**
 * Answers requests for field elements of blobs in either form. Two elements share a key: the root of unity of element 0 is 1,
 * so commitment ++ 1 names element 0 in the specification's form and element 1 in the old one. Programs read a blob from
 * element 0 on, and commitment ++ 0 names something in the old form only: who asked for that reads in the old form.
 *
 * A store has one value for the shared key, so that both forms cannot be told apart in it. It gets the value that its last
 * reader meant: what other programs then look up there (a challenger that proves a step of this reader's) belongs together.
 */
export function blobForms(store: KeptBlobs): {
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
    return meant;
  };
  return {
    expect(commitment) {
      store.expect(commitment);
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
