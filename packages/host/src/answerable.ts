/** Claims that the program cannot judge, told before anything is fetched. */
import type { Chain, Claim } from './boot.js';
import { ConfigurationError } from './go-encoding.js';

/**
 * Throws UncoveredClaimError where the claimed block is not after the chain's first or under a fork that is not covered, and
 * where the chain's data is not on L1.
 */
export function checkAnswerable(
  { l2BlockNumber }: Pick<Claim, 'l2BlockNumber'>,
  { rollupConfig }: Pick<Chain, 'rollupConfig'>,
): void {
  const { genesis, blockTime, lagoonTime, usesAltDa } = rollupConfig;
  if (usesAltDa) {
    throw new UncoveredClaimError(
      `chain ${rollupConfig.l2ChainId}`,
      'is not covered: its rollup configuration has alt_da, so its data is not on L1',
    );
  }
  const claim = `the claim about L2 block #${l2BlockNumber}`;
  if (l2BlockNumber <= genesis.l2.number && genesis.l2.number > 0n) {
    throw new UncoveredClaimError(
      claim,
      `is not covered: the legacy chain ends and Bedrock begins with block #${genesis.l2.number}; the first block that can be judged is #${genesis.l2.number + 1n}`,
    );
  }
  const time = genesis.l2Time + (l2BlockNumber - genesis.l2.number) * blockTime;
  if (lagoonTime !== undefined && lagoonTime <= time) {
    throw new UncoveredClaimError(
      claim,
      `is not covered: its time ${time} is under the fork Lagoon (interop), which the chain schedules for ${lagoonTime}`,
    );
  }
}

/** The claim is of a chain, or under rules, that the program does not know: no other try and no other endpoint changes that. */
export class UncoveredClaimError extends ConfigurationError {
  override name = 'UncoveredClaimError';
}
