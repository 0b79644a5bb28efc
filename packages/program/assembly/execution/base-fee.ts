// The base fee of a block (EIP-1559 with the parameters of specs: protocol/exec-engine.md, canyon, holocene, jovian).
import { Fork, RollupConfig } from '../config/rollup';
import { add, div, mul, setU64, sub, isZero, less } from '../u256';
import { Header } from './header';

// @ts-ignore: decorator
@lazy const DELTA: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const FACTOR: usize = memory.data(32, 8);

/** Denominator of the base fee's change at L2 time `time`, where the parameters are the chain's configured ones. */
export function configuredDenominator(config: RollupConfig, time: u64): u64 {
  return config.isActive(Fork.Canyon, time) ? config.eip1559DenominatorCanyon : config.eip1559Denominator;
}

/** Length of the extra data of Holocene's headers: version 0, denominator and elasticity (u32 big endian). */
// @ts-ignore: decorator
@inline export const HOLOCENE_EXTRA_DATA: u32 = 9;
/** From Jovian: version 1, and the minimum base fee (u64 big endian) behind the two. */
// @ts-ignore: decorator
@inline export const JOVIAN_EXTRA_DATA: u32 = 17;

/** Writes the base fee (u256) of the block at L2 time `time` to `out`. */
export function nextBaseFee(config: RollupConfig, parent: Header, time: u64, out: usize): void {
  let denominator = configuredDenominator(config, time);
  let elasticity = config.eip1559Elasticity;
  let minimum: u64 = 0;
  let used = parent.gasUsed;
  if (config.isActive(Fork.Holocene, parent.time)) {
    const jovian = config.isActive(Fork.Jovian, parent.time);
    const extra = parent.extraData;
    if (extra.length != (jovian ? JOVIAN_EXTRA_DATA : HOLOCENE_EXTRA_DATA) || extra[0] != u32(jovian)) {
      throw new Error("an L2 header's extra data does not hold the EIP-1559 parameters of its fork");
    }
    denominator = <u64>extra.u32At(1);
    elasticity = <u64>extra.u32At(5);
    if (jovian) {
      minimum = extra.u64At(9);
      // From Jovian the header's blob gas used is the block's data availability footprint.
      used = max(used, parent.blobGasUsed);
    }
  }
  if (denominator == 0 || elasticity == 0) throw new Error('the EIP-1559 parameters of an L2 header are 0');
  const target = parent.gasLimit / elasticity;
  if (target == 0) throw new Error('the gas target of an L2 block is 0');
  memory.copy(out, parent.baseFee, 32);
  if (used != target) {
    const more = used > target;
    setU64(DELTA, more ? used - target : target - used);
    mul(DELTA, DELTA, parent.baseFee);
    setU64(FACTOR, target);
    div(DELTA, DELTA, FACTOR);
    setU64(FACTOR, denominator);
    div(DELTA, DELTA, FACTOR);
    if (more) {
      if (isZero(DELTA)) setU64(DELTA, 1);
      add(out, out, DELTA);
    } else if (less(out, DELTA)) {
      setU64(out, 0);
    } else {
      sub(out, out, DELTA);
    }
  }
  setU64(FACTOR, minimum);
  if (less(out, FACTOR)) setU64(out, minimum);
}
