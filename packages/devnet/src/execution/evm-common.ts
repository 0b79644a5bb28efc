// The @ethereumjs parameters (Common) of a chain under given rules.
import { createCustomCommon, Mainnet } from '@ethereumjs/common';
import type { Common } from '@ethereumjs/common';
import type { ExecutionRules } from './forks.js';
import { mainnetKzg } from './kzg.js';

/** A `Common` for a chain id and rules. Make one per chain and rules: it costs a millisecond. */
export function evmCommon(chainId: number, rules: ExecutionRules): Common {
  return createCustomCommon({ name: `chain ${chainId}`, chainId }, Mainnet, {
    hardfork: rules.hardfork,
    customCrypto: { kzg: mainnetKzg() },
  });
}

/**
 * A `Common` to sign and read any envelope that a chain may hold at some time: it knows all types, and no limit of gas,
 * which is execution's to check.
 */
export function signingCommon(chainId: number): Common {
  return evmCommon(chainId, { hardfork: 'prague' });
}
