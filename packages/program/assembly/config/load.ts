// The configuration of the chain that a claim is about: built in, or for a custom chain from local pre-images (specs:
// fault-proof/index.md#bootstrapping).
import { CUSTOM_CHAIN } from '../boot';
import { localPreimage } from '../oracle';
import { applyChainConfig } from './chain-json';
import { knownChain } from './known-chains';
import { RollupConfig } from './rollup';
import { decodeRollupConfig } from './rollup-json';

/** Local keys of a custom chain's two configurations, JSON texts. */
// @ts-ignore: decorator
@inline
const CHAIN_CONFIG_INDEX: u64 = 6;
// @ts-ignore: decorator
@inline
const ROLLUP_CONFIG_INDEX: u64 = 7;

/**
 * The configuration of the chain with that id, in the current region, which must be PERSISTENT. A chain that is neither
 * known nor announced as custom ends the program, and so do configurations that can't be right.
 */
export function loadConfig(chainId: u64): RollupConfig {
  if (chainId == CUSTOM_CHAIN) {
    const chain = localPreimage(CHAIN_CONFIG_INDEX);
    const config = decodeRollupConfig(localPreimage(ROLLUP_CONFIG_INDEX));
    applyChainConfig(chain, config);
    return config;
  }
  const known = knownChain(chainId);
  if (known === null) {
    throw new Error(
      `the chain id ${chainId.toString()} is not known: have the host announce a custom chain (--rollup.config, --l2.genesis)`,
    );
  }
  return known;
}
