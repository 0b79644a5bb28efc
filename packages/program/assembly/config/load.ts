// The configuration of the chain that a claim is about: built in, or for a custom chain from local pre-images (specs:
// fault-proof/index.md#bootstrapping).
import { CUSTOM_CHAIN } from '../boot';
import { useScratch } from '../memory';
import { localPreimage } from '../oracle';
import { BlobSchedule } from './blob-schedule';
import { applyChainConfig } from './chain-json';
import { knownBlobSchedule, knownChain } from './known-chains';
import { decodeBlobSchedule } from './l1-chain-json';
import { RollupConfig } from './rollup';
import { decodeRollupConfig } from './rollup-json';

/** Local keys of a custom chain's configurations, JSON texts. 8 is the dependency set of interop. */
// @ts-ignore: decorator
@inline
const CHAIN_CONFIG_INDEX: u64 = 6;
// @ts-ignore: decorator
@inline
const ROLLUP_CONFIG_INDEX: u64 = 7;
// @ts-ignore: decorator
@inline
const L1_CHAIN_CONFIG_INDEX: u64 = 9;

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

/**
 * The blob schedule of the chain's L1: built in, or from a local pre-image, which is asked for here and not at the start
 * because hosts from before Jovian have none. In PERSISTENT.
 */
export function blobSchedule(config: RollupConfig): BlobSchedule {
  const loaded = config.blobSchedule;
  if (loaded !== null) return loaded;
  const before = useScratch(false);
  const known = knownBlobSchedule(config.l1ChainId);
  const schedule = known === null ? decodeBlobSchedule(localPreimage(L1_CHAIN_CONFIG_INDEX), config.l1ChainId) : known;
  useScratch(before);
  config.blobSchedule = schedule;
  return schedule;
}
