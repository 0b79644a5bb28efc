// The L1 attributes transaction: the first of every L2 block, which tells L2 about its L1 origin (specs: protocol/
// deposits.md#l1-attributes-deposited-transaction and the l1-attributes.md of Ecotone, Isthmus and Jovian).
import { Bytes, copy32, equal32 } from '../bytes';
import { Fork, RollupConfig, SystemConfig } from '../config/rollup';
import { blobBaseFee } from '../l1/blob-base-fee';
import { L1Block } from '../l1/block';
import { DEPOSIT_TYPE, encodeDeposit, sourceHash, SourceDomain } from '../l1/deposit';
import { isEcotoneScalar } from '../l1/system-config';
import { RlpReader } from '../rlp';

/** The account that sends the transaction. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const DEPOSITOR: usize = memory.data<u8>([
  0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0xde, 0xad, 0x00, 0x01,
]);

/** The L1Block predeploy. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const L1_BLOCK: usize = memory.data<u8>([
  0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x15,
]);

/** Forms of the call: function selector and length with it. */
// @ts-ignore: decorator
@inline
const BEDROCK_SELECTOR: u32 = 0x015d8eb9; // setL1BlockValues(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)
// @ts-ignore: decorator
@inline
const BEDROCK_LENGTH: u32 = 4 + 8 * 32;
// @ts-ignore: decorator
@inline
const ECOTONE_SELECTOR: u32 = 0x440a5e20; // setL1BlockValuesEcotone()
// @ts-ignore: decorator
@inline
const ECOTONE_LENGTH: u32 = 4 + 5 * 32;
// @ts-ignore: decorator
@inline
const ISTHMUS_SELECTOR: u32 = 0x098999be; // setL1BlockValuesIsthmus()
// @ts-ignore: decorator
@inline
const ISTHMUS_LENGTH: u32 = ECOTONE_LENGTH + 12;
// @ts-ignore: decorator
@inline
const JOVIAN_SELECTOR: u32 = 0x3db6be2b; // setL1BlockValuesJovian()
// @ts-ignore: decorator
@inline
const JOVIAN_LENGTH: u32 = ISTHMUS_LENGTH + 2;

/** Gas of the transaction: since Regolith it is no system transaction any more. */
// @ts-ignore: decorator
@inline
const SYSTEM_GAS: u64 = 150000000;
// @ts-ignore: decorator
@inline
const REGOLITH_GAS: u64 = 1000000;

/** DA footprint gas scalar where the chain has not set one. */
// @ts-ignore: decorator
@inline
const DEFAULT_DA_FOOTPRINT_GAS_SCALAR: u32 = 400;

/** Whether `fork`'s form is in use at `time`: the block that activates it still uses the form before it. */
function usesForm(config: RollupConfig, fork: Fork, time: u64): bool {
  return config.isActive(fork, time) && !config.activatesAt(fork, time);
}

/** What an L1 attributes transaction says. */
@final
export class L1Info {
  number: u64 = 0;
  sequenceNumber: u64 = 0;
  /** 32 bytes: the L1 origin's hash. */
  hash: usize = 0;
  batcherAddress: usize = 0;
  /** 32 bytes each, as in SystemConfig. */
  overhead: usize = 0;
  scalar: usize = 0;
  operatorFeeScalar: u32 = 0;
  operatorFeeConstant: u64 = 0;
  daFootprintGasScalar: u32 = 0;
}

// @ts-ignore: decorator
@lazy const DATA: usize = memory.data(260, 8);

/**
 * Encodes the L1 attributes transaction of the L2 block at `time`, number `sequenceNumber` in the epoch of `origin`, in the
 * current region; null where the chain's fee scalar is of a form that no fork knows.
 */
export function l1InfoTransaction(
  config: RollupConfig,
  settings: SystemConfig,
  sequenceNumber: u64,
  origin: L1Block,
  time: u64,
): Bytes | null {
  let length = BEDROCK_LENGTH;
  memory.fill(DATA, 0, 260);
  if (!usesForm(config, Fork.Ecotone, time)) {
    store<u32>(DATA, bswap<u32>(BEDROCK_SELECTOR));
    putU64(28, origin.number);
    putU64(60, origin.time);
    copy32(DATA + 68, origin.baseFee);
    copy32(DATA + 100, origin.hash);
    putU64(156, sequenceNumber);
    memory.copy(DATA + 176, settings.batcherAddress, 20);
    copy32(DATA + 196, settings.overhead);
    copy32(DATA + 228, settings.scalar);
  } else {
    let baseFeeScalar = bswap<u32>(load<u32>(settings.scalar, 28));
    let blobBaseFeeScalar: u32 = 0;
    if (isEcotoneScalar(settings.scalar)) {
      if (load<u8>(settings.scalar) == 1) blobBaseFeeScalar = bswap<u32>(load<u32>(settings.scalar, 24));
    } else if (load<u8>(settings.scalar) == 0) {
      // A scalar from before Ecotone that is larger than the new form can say.
      baseFeeScalar = u32.MAX_VALUE;
    } else {
      return null;
    }
    length = ECOTONE_LENGTH;
    store<u32>(DATA, bswap<u32>(ECOTONE_SELECTOR));
    putU32(4, baseFeeScalar);
    putU32(8, blobBaseFeeScalar);
    putU64(12, sequenceNumber);
    putU64(20, origin.time);
    putU64(28, origin.number);
    copy32(DATA + 36, origin.baseFee);
    blobBaseFee(config, origin, DATA + 68);
    copy32(DATA + 100, origin.hash);
    memory.copy(DATA + 144, settings.batcherAddress, 20);
    if (usesForm(config, Fork.Isthmus, time)) {
      length = ISTHMUS_LENGTH;
      store<u32>(DATA, bswap<u32>(ISTHMUS_SELECTOR));
      putU32(164, settings.operatorFeeScalar);
      putU64(168, settings.operatorFeeConstant);
    }
    if (usesForm(config, Fork.Jovian, time)) {
      length = JOVIAN_LENGTH;
      store<u32>(DATA, bswap<u32>(JOVIAN_SELECTOR));
      const scalar =
        settings.daFootprintGasScalar == 0 ? DEFAULT_DA_FOOTPRINT_GAS_SCALAR : settings.daFootprintGasScalar;
      store<u16>(DATA, bswap<u16>(<u16>scalar), 176);
    }
  }
  const regolith = config.isActive(Fork.Regolith, time);
  return encodeDeposit(
    sourceHash(SourceDomain.L1Info, origin.hash, sequenceNumber),
    DEPOSITOR,
    L1_BLOCK,
    0,
    0,
    regolith ? REGOLITH_GAS : SYSTEM_GAS,
    !regolith,
    new Bytes(DATA, length),
  );
}

function putU32(offset: usize, value: u32): void {
  store<u32>(DATA + offset, bswap<u32>(value));
}

function putU64(offset: usize, value: u64): void {
  store<u64>(DATA + offset, bswap<u64>(value));
}

/**
 * Decodes the first transaction of an L2 block of time `time`. What is read is copied to the current region. A
 * transaction that isn't of the form in use then ends the program: no valid block has one.
 */
export function decodeL1Info(config: RollupConfig, time: u64, transaction: Bytes): L1Info {
  const data = depositData(transaction);
  const info = new L1Info();
  const words = heap.alloc(96 + 24);
  info.hash = words;
  info.overhead = words + 32;
  info.scalar = words + 64;
  info.batcherAddress = words + 96;
  memory.fill(words, 0, 96);
  if (!usesForm(config, Fork.Ecotone, time)) {
    expectForm(data, BEDROCK_SELECTOR, BEDROCK_LENGTH);
    expectZeros(data, 4, 24);
    info.number = data.u64At(28);
    expectZeros(data, 36, 24);
    copy32(words, data.at(100, 32));
    expectZeros(data, 132, 24);
    info.sequenceNumber = data.u64At(156);
    expectZeros(data, 164, 12);
    memory.copy(info.batcherAddress, data.at(176, 20), 20);
    copy32(info.overhead, data.at(196, 32));
    copy32(info.scalar, data.at(228, 32));
    return info;
  }
  if (usesForm(config, Fork.Jovian, time)) {
    expectForm(data, JOVIAN_SELECTOR, JOVIAN_LENGTH);
    info.daFootprintGasScalar = data.u16At(176);
  } else if (usesForm(config, Fork.Isthmus, time)) {
    expectForm(data, ISTHMUS_SELECTOR, ISTHMUS_LENGTH);
  } else {
    expectForm(data, ECOTONE_SELECTOR, ECOTONE_LENGTH);
  }
  if (data.length >= ISTHMUS_LENGTH) {
    info.operatorFeeScalar = data.u32At(164);
    info.operatorFeeConstant = data.u64At(168);
  }
  info.sequenceNumber = data.u64At(12);
  info.number = data.u64At(28);
  copy32(words, data.at(100, 32));
  expectZeros(data, 132, 12);
  memory.copy(info.batcherAddress, data.at(144, 20), 20);
  // The form with both scalars, whichever the chain's contract had: a blob scalar of 0 has no effect.
  store<u8>(info.scalar, 1);
  store<u32>(info.scalar, load<u32>(data.at(8, 4)), 24);
  store<u32>(info.scalar, load<u32>(data.at(4, 4)), 28);
  return info;
}

/**
 * Ends the program where the first transaction of the agreed L2 block, of time `time`, names another blob base fee than its
 * L1 origin has here: then the blob schedule is another one than the chain's, and what it gives for later blocks is wrong too.
 */
export function confirmBlobBaseFee(config: RollupConfig, time: u64, transaction: Bytes, origin: L1Block): void {
  if (!usesForm(config, Fork.Ecotone, time)) return;
  const fee = heap.alloc(32);
  blobBaseFee(config, origin, fee);
  if (equal32(fee, depositData(transaction).at(68, 32))) return;
  throw new Error(
    `the agreed L2 block names another blob base fee than L1 block ${origin.number.toString()} has by the configuration of L1 chain ${config.l1ChainId.toString()}: that is of another chain or older than a fork (--l1.chainconfig)`,
  );
}

/** The call data of a deposit transaction. */
function depositData(transaction: Bytes): Bytes {
  if (transaction.length == 0 || transaction[0] != DEPOSIT_TYPE) {
    throw new Error('an L2 block whose first transaction is not a deposit');
  }
  const outer = new RlpReader(transaction.after(1));
  const fields = outer.list();
  for (let i = 0; i < 7; i++) fields.raw();
  const data = fields.bytes();
  if (!fields.complete || !outer.complete) throw new Error('an L2 block with a malformed L1 attributes transaction');
  return data;
}

function expectForm(data: Bytes, selector: u32, length: u32): void {
  if (data.length != length || data.u32At(0) != selector) {
    throw new Error('an L2 block whose L1 attributes transaction has not the form of its fork');
  }
}

function expectZeros(data: Bytes, offset: u32, length: u32): void {
  for (let i: u32 = 0; i < length; i++) {
    if (data[offset + i] != 0) throw new Error('an L2 block with a badly padded L1 attributes transaction');
  }
}
