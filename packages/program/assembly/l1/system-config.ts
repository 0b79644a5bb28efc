// Changes of the chain's settings, from the events of its SystemConfig contract on L1 (specs: protocol/system-config.md).
import { Rope } from '../block-store';
import { bytesAt, isZero32, zeroWord } from '../bytes';
import { Fork, RollupConfig, SystemConfig } from '../config/rollup';
import { warn } from '../log';
import { mark, release, useScratch } from '../memory';
import { WordReader } from './abi-words';
import { L1Block } from './block';
import { Log, storedLog } from './receipt';

const enum Update {
  Batcher = 0,
  FeeScalars = 1,
  GasLimit = 2,
  UnsafeBlockSigner = 3,
  Eip1559Params = 4,
  OperatorFeeParams = 5,
  MinBaseFee = 6,
  DaFootprintGasScalar = 7,
}

/**
 * Applies the ConfigUpdate events of the L1 block `block`, in order, to `target`. A malformed one is passed over: there is
 * no other way to get past its block. New values are in PERSISTENT: the last ones alone, however many there were.
 */
export function applyConfigUpdates(target: SystemConfig, updates: Rope, config: RollupConfig, block: L1Block): void {
  if (updates.length == 0) return;
  const before = useScratch(true);
  const start = mark();
  const batcherAddress = target.batcherAddress;
  const overhead = target.overhead;
  const scalar = target.scalar;
  const end = heap.alloc(updates.length) + updates.length;
  let at = end - updates.length;
  updates.copyTo(at);
  while (at < end) {
    const log = storedLog(at);
    at = log.data.ptr + log.data.length;
    const problem = applyConfigUpdate(target, log, config, block.time);
    if (problem !== null) {
      warn('failed to fully update L1 sysCfg with receipts').number('block', block.number).text('err', problem).end();
    }
  }
  useScratch(false);
  if (target.batcherAddress != batcherAddress) target.batcherAddress = bytesAt(target.batcherAddress, 20).ptr;
  if (target.overhead != overhead) target.overhead = bytesAt(target.overhead, 32).ptr;
  if (target.scalar != scalar) target.scalar = bytesAt(target.scalar, 32).ptr;
  useScratch(true);
  release(start);
  useScratch(before);
}

/**
 * Applies one ConfigUpdate event of an L1 block of time `l1Time` to `target`. Returns what is wrong with the event, or
 * null; a wrong one changes nothing. New values are copied to the current region.
 */
export function applyConfigUpdate(target: SystemConfig, log: Log, config: RollupConfig, l1Time: u64): string | null {
  if (log.topicCount != 3) return 'a ConfigUpdate event without three topics';
  if (!isZero32(log.topic(1))) return 'a ConfigUpdate event of an unknown version';
  const kind = log.topic(2);
  if (!isSmall(kind)) return 'a ConfigUpdate event of an unknown type';
  const update = <u32>load<u8>(kind, 31);
  if (update == <u32>Update.UnsafeBlockSigner) return null;
  if (update > <u32>Update.DaFootprintGasScalar) return 'a ConfigUpdate event of an unknown type';

  const reader = new WordReader(log.data);
  const words: u64 = update == <u32>Update.FeeScalars ? 2 : 1;
  if (reader.u64() != 32 || reader.u64() != 32 * words || reader.failed)
    return 'a ConfigUpdate event with a malformed header';
  switch (update) {
    case Update.Batcher: {
      const address = reader.address();
      if (!reader.complete) return 'a ConfigUpdate event with a malformed batcher address';
      target.batcherAddress = bytesAt(address, 20).ptr;
      break;
    }
    case Update.FeeScalars: {
      const overhead = reader.word();
      const scalar = reader.word();
      if (!reader.complete) return 'a ConfigUpdate event with malformed fee scalars';
      if (!config.isActive(Fork.Ecotone, l1Time)) {
        target.overhead = bytesAt(overhead, 32).ptr;
        target.scalar = bytesAt(scalar, 32).ptr;
      } else if (isEcotoneScalar(scalar)) {
        target.overhead = zeroWord();
        target.scalar = bytesAt(scalar, 32).ptr;
      }
      break;
    }
    case Update.GasLimit: {
      const gasLimit = reader.u64();
      if (!reader.complete) return 'a ConfigUpdate event with a malformed gas limit';
      target.gasLimit = gasLimit;
      break;
    }
    case Update.Eip1559Params: {
      const params = reader.word();
      if (!reader.complete) return 'a ConfigUpdate event with malformed EIP-1559 parameters';
      if (!areEip1559Params(load<u32>(params, 24), load<u32>(params, 28)))
        return 'a ConfigUpdate event with invalid EIP-1559 parameters';
      target.eip1559Params = bswap<u64>(load<u64>(params, 24));
      break;
    }
    case Update.OperatorFeeParams: {
      const params = reader.word();
      if (!reader.complete) return 'a ConfigUpdate event with malformed operator fee parameters';
      target.operatorFeeScalar = bswap<u32>(load<u32>(params, 20));
      target.operatorFeeConstant = bswap<u64>(load<u64>(params, 24));
      break;
    }
    case Update.MinBaseFee: {
      const fee = reader.u64();
      if (!reader.complete) return 'a ConfigUpdate event with a malformed minimum base fee';
      target.minBaseFee = fee;
      break;
    }
    default: {
      const scalar = reader.u64();
      if (!reader.complete || scalar > 0xffff) return 'a ConfigUpdate event with a malformed DA footprint gas scalar';
      target.daFootprintGasScalar = <u32>scalar;
    }
  }
  return null;
}

/**
 * Whether the 32 bytes at `scalar` are a fee scalar of a version that Ecotone knows, with empty padding (specs:
 * protocol/system-config.md#scalars). Other updates of the scalar are ignored.
 */
export function isEcotoneScalar(scalar: usize): bool {
  const version = load<u8>(scalar);
  if (version > 1) return false;
  // Version 0 has its scalar in the last 4 bytes, version 1 two of them in the last 8.
  for (let i: usize = 1; i < (version == 0 ? 28 : 24); i++) {
    if (load<u8>(scalar + i) != 0) return false;
  }
  return true;
}

/** Denominator and elasticity are both set or both not. */
function areEip1559Params(denominator: u32, elasticity: u32): bool {
  return (denominator == 0) == (elasticity == 0);
}

function isSmall(word: usize): bool {
  return (load<u64>(word) | load<u64>(word, 8) | load<u64>(word, 16)) == 0 && bswap<u64>(load<u64>(word, 24)) < 256;
}
