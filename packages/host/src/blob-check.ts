/**
 * Checks blobs as they are read from a store: when the last field element is handed out, all 4096 are compared with the
 * commitment by the KZG proof that was stored with them. Stores of other hosts have no proof, and their blobs pass unchecked.
 */
import { BLOB_KEY, PoisonedPreimageError, type PreimageKey, type PreimageStore, sha256Key } from '@obelisc/preimage';
import { BLOB_LENGTH, blobProofKey, type ElementForm, elementKey, FIELD_ELEMENTS } from './blob-preimages.js';
import { equal, hex } from './block-source.js';
import { kzg } from './kzg.js';

type Reading = {
  versionedHash: Uint8Array;
  commitment: Uint8Array;
  proof: Uint8Array;
  form: ElementForm | undefined;
  blob: Uint8Array;
  next: number;
};

export function blobCheck(store: PreimageStore): {
  /** To be called when the commitment of an announced blob is handed out: programs then read the elements in their order. */
  expect(versionedHash: Uint8Array, commitment: Uint8Array): void;
  /** To be called for each value before it is handed out. Rejects with PoisonedPreimageError at the last element of a wrong blob. */
  served(key: PreimageKey, value: Uint8Array): Promise<void>;
} {
  let reading: Reading | undefined;
  return {
    expect(versionedHash, commitment) {
      const proof = store.get(blobProofKey(versionedHash));
      reading =
        proof === undefined
          ? undefined
          : { versionedHash, commitment, proof, form: undefined, blob: new Uint8Array(BLOB_LENGTH), next: 0 };
    },
    async served(key, value) {
      if (reading === undefined || key[0] !== BLOB_KEY || value.length !== 32) return;
      const { commitment, next } = reading;
      reading.form ??= (['root', 'index'] as const).find((form) => equal(key, elementKey(commitment, 0, form)));
      // Not the next element of this blob: a program with another order, whose reading is not followed.
      if (reading.form === undefined || !equal(key, elementKey(commitment, next, reading.form))) {
        reading = undefined;
        return;
      }
      reading.blob.set(value, 32 * next);
      reading.next += 1;
      if (reading.next < FIELD_ELEMENTS) return;
      const complete = reading;
      reading = undefined;
      await verify(complete, store);
    },
  };
}

async function verify({ versionedHash, commitment, proof, blob }: Reading, store: PreimageStore): Promise<void> {
  const scheme = await kzg();
  let valid: boolean;
  try {
    valid = scheme.verifyBlobProof(hex(blob), hex(commitment), hex(proof));
  } catch {
    // The proof is no point.
    valid = false;
  }
  if (valid) return;
  throw new PoisonedPreimageError(
    sha256Key(versionedHash),
    store.place,
    `its field elements are not those of blob ${hex(versionedHash)}`,
    'gather the claim again into a new --datadir',
  );
}
