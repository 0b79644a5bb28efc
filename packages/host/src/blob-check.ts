/**
 * Checks blobs as they are read from a store: with the first field element all 4096 are read and compared with the commitment by
 * the KZG proof that was stored with them, and then stand ready. They come from the blob as a whole where the store has it and it passes,
 * else one by one. Where the store does not have all of them yet, the comparison comes with the last that is handed out. Stores of
 * other hosts have no proof, and their blobs pass unchecked.
 */
import {
  BLOB_KEY,
  KEY_LENGTH,
  keyName,
  PoisonedPreimageError,
  type PreimageKey,
  type PreimageStore,
  sha256Key,
  type ValuesAhead,
} from '@obelisc/preimage';
import { BLOB_LENGTH, blobProofKey, type ElementForm, elementKey, elementKeys, wholeBlob } from './blob-preimages.js';
import { equal, hex } from './bytes.js';
import { blobDigest } from './checked-blobs.js';
import type { KeptBlobs } from './kept-blobs.js';
import { FIELD_ELEMENTS } from './roots-of-unity.js';

type Reading = {
  versionedHash: Uint8Array;
  commitment: Uint8Array;
  /** undefined: nobody left one. */
  proof: Uint8Array | undefined;
  form: ElementForm | undefined;
  blob: Uint8Array;
  /** The blob as a whole, checked, where the store has it. */
  whole: Uint8Array | undefined;
  next: number;
};

export type BlobCheck = {
  /**
   * To be called when the commitment of an announced blob is handed out: programs then read the elements in their order. Where the
   * store has the blob as a whole, but wrong, its elements are read one by one.
   * `isChecked`: the store has them from an endpoint, checked, so that they are not checked again.
   */
  expect(versionedHash: Uint8Array, commitment: Uint8Array, isChecked?: boolean): Promise<void>;
  /**
   * To be called for each value before it is handed out. Rejects with PoisonedPreimageError for the elements of a wrong blob, whose
   * key is that of its commitment. Resolves to the blob's versioned hash where it is read from its beginning on and the store
   * lacks elements, so that nothing before the last element tells whether they are right.
   */
  served(key: PreimageKey, value: Uint8Array): Promise<Uint8Array | undefined>;
  /** A checked element that stands ready, which it does once. */
  take(key: PreimageKey): Uint8Array | undefined;
  /** All that stand ready, which from now on they do not. */
  takeAll(): ValuesAhead | undefined;
};

export type BlobCheckOptions = {
  store: KeptBlobs;
  /** Answers for the store, with regard to the form that the program reads in. */
  get: (key: PreimageKey) => Uint8Array | undefined;
  /** Is told that form with the first element. */
  onForm: (commitment: Uint8Array, form: ElementForm) => void;
  /** The digest of the blob with this versioned hash where another has checked it: the same blob is not checked again. */
  vouched?: ((versionedHash: Uint8Array) => Promise<Uint8Array | undefined>) | undefined;
};

export function blobCheck({ store, get, onForm, vouched }: BlobCheckOptions): BlobCheck {
  let reading: Reading | undefined;
  let ready: ValuesAhead | undefined;
  /** Of what is ready, how many were taken in their order. */
  let taken = 0;
  /** Where what is ready lies, by `keyName`, for who takes it in another order; what was taken is gone. */
  let places: Map<string, number> | undefined;
  const handOver = (ahead: ValuesAhead): void => {
    ready = ahead;
    [taken, places] = [0, undefined];
  };
  const isVouched = async ({ versionedHash, proof }: Reading, blob: Uint8Array): Promise<boolean> => {
    // Without a proof there is nothing to be spared.
    const digest = proof === undefined ? undefined : await vouched?.(versionedHash);
    return digest !== undefined && equal(digest, blobDigest(blob));
  };
  return {
    async expect(versionedHash, commitment, isChecked = false) {
      const proof = isChecked ? undefined : store.get(blobProofKey(commitment));
      const current: Reading = {
        versionedHash,
        commitment,
        proof,
        form: undefined,
        blob: new Uint8Array(BLOB_LENGTH),
        whole: undefined,
        next: 0,
      };
      reading = current;
      const kept = wholeBlob(store, commitment);
      if (kept.state !== 'found') return;
      const isRight = (await isVouched(current, kept.value)) || (await passes(current, kept.value));
      if (isRight) current.whole = kept.value;
      else store.distrust(commitment);
    },
    async served(key, value) {
      if (reading === undefined || key[0] !== BLOB_KEY || value.length !== 32) return undefined;
      const current = reading;
      const { commitment, next } = current;
      current.form ??= (['root', 'index'] as const).find((form) => equal(key, elementKey(commitment, 0, form)));
      // Not the next element of this blob: a program with another order, whose reading is not followed.
      if (current.form === undefined || !equal(key, elementKey(commitment, next, current.form))) {
        reading = undefined;
        return undefined;
      }
      current.blob.set(value, 32 * next);
      current.next += 1;
      if (next === 0) {
        onForm(commitment, current.form);
        if (current.whole !== undefined) {
          reading = undefined;
          handOver(afterFirst(current.whole, elementKeys(commitment, current.form)));
          return;
        }
      }
      const rest = next === 0 ? readRest(current, current.form, get) : undefined;
      if (rest === undefined && current.next < FIELD_ELEMENTS) return next === 0 ? current.versionedHash : undefined;
      reading = undefined;
      await verify(current, store);
      if (rest !== undefined) handOver(rest);
      return undefined;
    },
    take(key) {
      if (ready === undefined || key[0] !== BLOB_KEY) return undefined;
      const { keys, values } = ready;
      const keyAt = (at: number): Uint8Array => keys.subarray(KEY_LENGTH * at, KEY_LENGTH * (at + 1));
      // To look for each among thousands by name takes longer than to find it.
      if (places === undefined && taken * KEY_LENGTH < keys.length && equal(keyAt(taken), key)) {
        taken += 1;
        return values.subarray(32 * (taken - 1), 32 * taken);
      }
      if (places === undefined) {
        places = new Map();
        for (let at = taken; at < keys.length / KEY_LENGTH; at++) places.set(keyName(keyAt(at)), at);
      }
      const name = keyName(key);
      const at = places.get(name);
      if (at === undefined) return undefined;
      places.delete(name);
      return values.subarray(32 * at, 32 * (at + 1));
    },
    takeAll() {
      // Of what was taken in part, the rest is taken in the same way.
      if (taken > 0 || places !== undefined) return undefined;
      const all = ready;
      ready = undefined;
      return all;
    },
  };
}

/** The elements after the first, also put into the blob; undefined when the store lacks one of them. */
function readRest(
  { commitment, blob }: Reading,
  form: ElementForm,
  get: (key: PreimageKey) => Uint8Array | undefined,
): ValuesAhead | undefined {
  const keys = elementKeys(commitment, form);
  for (let index = 1; index < FIELD_ELEMENTS; index++) {
    let value: Uint8Array | undefined;
    try {
      value = get(keys.subarray(KEY_LENGTH * index, KEY_LENGTH * (index + 1)));
    } catch (error) {
      // It is said when the program gets there.
      if (error instanceof PoisonedPreimageError) return undefined;
      throw error;
    }
    if (value?.length !== 32) return undefined;
    blob.set(value, 32 * index);
  }
  return afterFirst(blob, keys);
}

/** The elements after the first. */
function afterFirst(blob: Uint8Array, keys: Uint8Array): ValuesAhead {
  return { keys: keys.slice(KEY_LENGTH), values: blob.slice(32), lengths: 32 };
}

async function passes({ commitment, proof }: Reading, blob: Uint8Array): Promise<boolean> {
  if (proof === undefined) return true;
  const { blobProofIsValid } = await import('./kzg.js');
  return blobProofIsValid(blob, commitment, proof);
}

async function verify(reading: Reading, store: PreimageStore): Promise<void> {
  if (await passes(reading, reading.blob)) return;
  const { versionedHash } = reading;
  throw new PoisonedPreimageError(
    sha256Key(versionedHash),
    store.place,
    `its field elements are not those of blob ${hex(versionedHash)}`,
    'gather the claim again into a new --datadir',
  );
}
