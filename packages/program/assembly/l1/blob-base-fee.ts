// The blob base fee of an L1 block, from the excess of blob gas in its header (EIP-4844), with the update fraction of the
// block's fork (EIP-7691, EIP-7892).
import { mulHigh } from '../abi';
import { blobSchedule } from '../config/load';
import { NEVER } from '../config/fork-time';
import { Fork, RollupConfig } from '../config/rollup';
import { L1Block } from './block';

/** Cancun's fraction (EIP-4844). */
// @ts-ignore: decorator
@inline
const CANCUN_FRACTION: u64 = 3338477;

/** The update fraction in force in an L1 block. */
function updateFraction(config: RollupConfig, block: L1Block): u64 {
  // Chains that missed Prague's fraction keep Cancun's until the time when they repaired that.
  const late = config.pectraBlobScheduleTime;
  if (late != NEVER && block.time < late) return CANCUN_FRACTION;
  // Hosts from before Jovian have no configuration of L1 to ask for, and all that they know of L1 is Cancun.
  if (!block.isPrague && config.forkTimes[Fork.Jovian] == NEVER) return CANCUN_FRACTION;
  const fraction = blobSchedule(config).fractionAt(block.time);
  if (fraction == 0) {
    throw new Error(
      `the configuration of L1 chain ${config.l1ChainId.toString()} has no blob parameters for time ${block.time.toString()}, when there are blobs: it is of another chain or too old`,
    );
  }
  return fraction;
}

/**
 * Writes the fee to the 32 bytes at `target`, big endian. Blocks without excess have the minimum, 1, whatever the fork; so
 * have those from before Cancun.
 */
export function blobBaseFee(config: RollupConfig, block: L1Block, target: usize): void {
  if (block.excessBlobGas == 0) {
    memory.fill(target, 0, 31);
    store<u8>(target, 1, 31);
    return;
  }
  exponential(block.excessBlobGas, updateFraction(config, block), target);
}

// Integers of 384 bits as twelve limbs of 32 bits, least significant first, in u64 places: room for a fee of 256 bits times
// numerator and denominator.
// @ts-ignore: decorator
@inline
const SIZE: usize = 96;
// @ts-ignore: decorator
@lazy const TERM: usize = memory.data(96, 8);
// @ts-ignore: decorator
@lazy const SUM: usize = memory.data(96, 8);

/**
 * The Taylor series for e^(numerator/denominator) of EIP-4844, in integers, to the 32 bytes at `target`. The excess that a
 * chain can reach keeps it far below 256 bits; a result above ends the program.
 */
export function exponential(numerator: u64, denominator: u64, target: usize): void {
  memory.fill(SUM, 0, SIZE);
  memory.fill(TERM, 0, SIZE);
  store<u64>(TERM, denominator & 0xffffffff);
  store<u64>(TERM, denominator >> 32, 8);
  for (let i: u64 = 1; ; i++) {
    let carry: u64 = 0;
    let any: u64 = 0;
    for (let j: usize = 0; j < SIZE; j += 8) {
      const limb = load<u64>(TERM + j);
      any |= limb;
      const s = load<u64>(SUM + j) + limb + carry;
      store<u64>(SUM + j, s & 0xffffffff);
      carry = s >> 32;
    }
    if (carry != 0) tooLarge();
    if (any == 0) break;
    scale(numerator, denominator * i);
  }
  // Sum divided by the denominator, which is below 2^32 for every fork.
  divide(SUM, denominator);
  if ((load<u64>(SUM, 64) | load<u64>(SUM, 72) | load<u64>(SUM, 80) | load<u64>(SUM, 88)) != 0) tooLarge();
  for (let j: usize = 0; j < 8; j++) {
    store<u32>(target + 28 - 4 * j, bswap<u32>(<u32>load<u64>(SUM + 8 * j)));
  }
}

/** TERM = TERM · factor / divisor, rounded down. */
function scale(factor: u64, divisor: u64): void {
  let carry: u64 = 0;
  // factor may have 64 bits: limb (32 bits) · factor + carry has at most 97.
  for (let j: usize = 0; j < SIZE; j += 8) {
    const limb = load<u64>(TERM + j);
    const low = limb * factor;
    const high = mulHigh(limb, factor);
    const s = low + carry;
    store<u64>(TERM + j, s & 0xffffffff);
    carry = (s >> 32) | ((high + u64(s < low)) << 32);
  }
  if (carry != 0) tooLarge();
  divide(TERM, divisor);
}

/** Divides the integer at `place`. The divisor is below 2^32 as long as the series has fewer than 300 terms or so. */
function divide(place: usize, divisor: u64): void {
  if (divisor >> 32 != 0) tooLarge();
  let remainder: u64 = 0;
  for (let j: i32 = <i32>SIZE - 8; j >= 0; j -= 8) {
    const part = (remainder << 32) | load<u64>(place + j);
    store<u64>(place + j, part / divisor);
    remainder = part % divisor;
  }
}

function tooLarge(): void {
  throw new Error('an L1 block whose blob base fee does not fit 256 bits');
}
