/** The pairing check on alt_bn128, address 0x08, in a WebAssembly module of the project's own. Specification: EIP-197. */
import { loadModule, type PairingExports, type PairingModule, productIsOne } from './pairing-module.js';

const PAIR = 192;

let loaded: PairingModule<PairingExports> | undefined;

/** 1 or 0 as 32 bytes; undefined where the input is no list of pairs of points in their groups. */
export function bn256Pairing(input: Uint8Array): Uint8Array | undefined {
  return productIsOne((loaded ??= loadModule('bn254')), input, PAIR);
}
