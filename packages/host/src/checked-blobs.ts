/** Blobs of a datadir that were checked for one run, so that others need not check them again. */
import { type PreimageStore, sha256Key } from '@obelisc/preimage';
import { blobProofKey, wholeBlob } from './blob-preimages.js';
import { hex } from './bytes.js';

/** The sha256 (32 bytes) of a blob as it lies in a store, for who has to know that two are the same. */
export function blobDigest(blob: Uint8Array): Uint8Array {
  // A server that reads no blob does not load this.
  return process.getBuiltinModule('node:crypto').createHash('sha256').update(blob).digest();
}

export type CheckedBlobs = {
  /**
   * The `blobDigest` of the blob with this versioned hash, once its KZG proof has shown that it is right; undefined where `store` lacks the
   * blob or the proof, or where it is wrong. Each is checked once.
   */
  digestOf(versionedHash: Uint8Array, store: PreimageStore): Promise<Uint8Array | undefined>;
};

export function checkedBlobs(): CheckedBlobs {
  const known = new Map<string, Promise<Uint8Array | undefined>>();
  return {
    digestOf(versionedHash, store) {
      const name = hex(versionedHash);
      const checked = known.get(name) ?? check(versionedHash, store);
      known.set(name, checked);
      // What is wrong now may be fetched again, and right then.
      void checked.then(
        (digest) => digest ?? known.delete(name),
        () => known.delete(name),
      );
      return checked;
    },
  };
}

async function check(versionedHash: Uint8Array, store: PreimageStore): Promise<Uint8Array | undefined> {
  const commitment = store.get(sha256Key(versionedHash));
  if (commitment === undefined) return undefined;
  const proof = store.get(blobProofKey(commitment));
  const whole = wholeBlob(store, commitment);
  if (proof === undefined || whole.state !== 'found') return undefined;
  const { blobProofIsValid } = await import('./kzg.js');
  return (await blobProofIsValid(whole.value, commitment, proof)) ? blobDigest(whole.value) : undefined;
}
