/**
 * What one run is about: the claim and the chain. The program reads it from local keys 1 to 9.
 * Specification: https://specs.optimism.io/fault-proof/index.html#prologue
 */
import type { Dialect } from './dialect.js';
import { localIndex, type PreimageKey } from '@obelisc/preimage';
import type { ChainConfig } from './chain-config.js';
import { konaL1Config, konaRollupConfig } from './kona-config.js';
import { knownL1ChainConfig } from './l1-registry.js';
import type { RollupConfig } from './rollup-config.js';

/** The claim: hashes are 32 bytes. */
export type Claim = {
  /** L1 block up to which derivation may read. */
  l1Head: Uint8Array;
  /** L2 block that derivation starts from, the one in `l2OutputRoot`. */
  l2Head: Uint8Array;
  /** The agreed output root. */
  l2OutputRoot: Uint8Array;
  /** The claimed output root. */
  l2Claim: Uint8Array;
  /** The L2 block number of the claimed output root. */
  l2BlockNumber: bigint;
};

/**
 * The chain. With `custom`, the program gets the configurations from the host; otherwise it has its own under `l2ChainId`.
 */
export type Chain = {
  l2ChainId: bigint;
  custom: boolean;
  rollupConfig: RollupConfig;
  chainConfig: ChainConfig;
  /** L1's; needed for a custom chain on an L1 that is not known, from the first L1 block of Prague that has a price for blobs. */
  l1ChainConfig?: ChainConfig | undefined;
};

/** The chain id that tells the program to read the configurations from local keys 6, 7 and 9. */
export const CUSTOM_CHAIN_INDICATOR = (1n << 64n) - 1n;

const L1_CHAIN_CONFIG_INDEX = 9n;
const KONA_L1_CHAIN_CONFIG_INDEX = 7n;

/** The value of a local key, or undefined where a program of this dialect has none to ask for. */
export function localPreimage(
  key: PreimageKey,
  claim: Claim,
  chain: Chain,
  dialect: Dialect = 'op-program',
): Uint8Array | undefined {
  const index = localIndex(key);
  switch (index) {
    case 1n:
      return claim.l1Head;
    case 2n:
      return claim.l2OutputRoot;
    case 3n:
      return claim.l2Claim;
    case 4n:
      return uint64(claim.l2BlockNumber);
    default:
      return dialect === 'kona' ? konaChain(index, chain) : chainOf(index, chain);
  }
}

/** op-program's client is told that a chain is custom, and then how it executes and how it is derived. */
function chainOf(index: bigint | undefined, chain: Chain): Uint8Array | undefined {
  switch (index) {
    case 5n:
      return uint64(chain.custom ? CUSTOM_CHAIN_INDICATOR : chain.l2ChainId);
    case 6n:
      return chain.custom ? Buffer.from(chain.chainConfig.json, 'utf8') : undefined;
    case 7n:
      return chain.custom ? Buffer.from(chain.rollupConfig.json, 'utf8') : undefined;
    // 8 is the dependency set of interop, which no chain here has.
    case L1_CHAIN_CONFIG_INDEX:
      return chain.custom ? configurationOfL1(chain) : undefined;
    default:
      return undefined;
  }
}

/** kona's client has the id of every chain, and asks for the rest of those that it does not know. */
function konaChain(index: bigint | undefined, chain: Chain): Uint8Array | undefined {
  switch (index) {
    case 5n:
      return uint64(chain.l2ChainId);
    case 6n:
      return Buffer.from(konaRollupConfig(chain), 'utf8');
    case KONA_L1_CHAIN_CONFIG_INDEX:
      return configurationOfL1(chain, konaL1Config);
    default:
      return undefined;
  }
}

/** The local key of L1's chain configuration for a program of this dialect. */
export function l1ConfigIndex(dialect: Dialect): bigint {
  return dialect === 'kona' ? KONA_L1_CHAIN_CONFIG_INDEX : L1_CHAIN_CONFIG_INDEX;
}

function configurationOfL1(
  { l1ChainConfig, rollupConfig }: Chain,
  write = ({ json }: ChainConfig) => json,
): Uint8Array | undefined {
  const config = knownL1ChainConfig(rollupConfig.l1ChainId) ?? l1ChainConfig;
  return config === undefined ? undefined : Buffer.from(write(config), 'utf8');
}

function uint64(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value);
  return bytes;
}
