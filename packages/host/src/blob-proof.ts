/** The KZG proof of a blob that came without one (beacon nodes of today send none): computed when a program asks for it. */
import { keccak256, keccak256Key, type PreimageKey, type PreimageStore, sha256Key } from '@obelisc/preimage';
import { blobProofKey, elementPoint, storeBlobProof, wholeBlob } from './blob-preimages.js';
import { equal } from './bytes.js';
import { FIELD_ELEMENTS } from './roots-of-unity.js';

/** Stores the proof of a blob that the store has whole, where `key` is the proof's or that of what the proof's key commits to. */
export async function addBlobProof(store: PreimageStore, versionedHash: Uint8Array, key: PreimageKey): Promise<void> {
  const commitment = store.get(sha256Key(versionedHash));
  if (commitment === undefined) return;
  const point = elementPoint(commitment, FIELD_ELEMENTS, 'index');
  if (!equal(key, blobProofKey(commitment)) && !equal(key, keccak256Key(keccak256(point)))) return;
  const whole = wholeBlob(store, commitment);
  if (whole.state !== 'found') return;
  const { blobProof } = await import('./kzg.js');
  storeBlobProof(store, commitment, await blobProof(whole.value, commitment));
}
