// The rollup configuration: what a chain's derivation and execution depend on beside its data (specs:
// protocol/configurability.md; the JSON form is op-node's rollup.json).
import { Bytes } from '../bytes';
import { TransactionSource } from '../transaction/transaction-source';
import { BlobSchedule } from './blob-schedule';
import { NEVER } from './fork-time';

/** The forks in their order: the rules of one hold in all later ones. */
export const enum Fork {
  Bedrock = 0,
  Regolith = 1,
  Canyon = 2,
  Delta = 3,
  Ecotone = 4,
  Fjord = 5,
  Granite = 6,
  Holocene = 7,
  Isthmus = 8,
  Jovian = 9,
  Karst = 10,
}

/** Names of the forks, by Fork. */
export function forkName(fork: Fork): string {
  switch (fork) {
    case Fork.Bedrock:
      return 'bedrock';
    case Fork.Regolith:
      return 'regolith';
    case Fork.Canyon:
      return 'canyon';
    case Fork.Delta:
      return 'delta';
    case Fork.Ecotone:
      return 'ecotone';
    case Fork.Fjord:
      return 'fjord';
    case Fork.Granite:
      return 'granite';
    case Fork.Holocene:
      return 'holocene';
    case Fork.Isthmus:
      return 'isthmus';
    case Fork.Jovian:
      return 'jovian';
    default:
      return 'karst';
  }
}

/** Number of forks. */
// @ts-ignore: decorator
@inline
export const FORKS: i32 = 11;

/** The chain's settings that its SystemConfig contract on L1 may change. */
@final
export class SystemConfig {
  /** Address (20 bytes) whose transactions to the batch inbox count. */
  batcherAddress: usize = 0;
  /** 32 bytes: before Ecotone the L1 fee overhead, else as the chain has it. */
  overhead: usize = 0;
  /** 32 bytes: before Ecotone the L1 fee scalar, from Ecotone the packed basefee and blobbasefee scalars. */
  scalar: usize = 0;
  gasLimit: u64 = 0;
  /** From Holocene: denominator (u32) and elasticity (u32), as the 8 bytes read big endian; 0 where not set. */
  eip1559Params: u64 = 0;
  /** From Isthmus. */
  operatorFeeScalar: u32 = 0;
  operatorFeeConstant: u64 = 0;
  /** From Jovian. */
  daFootprintGasScalar: u32 = 0;
  minBaseFee: u64 = 0;

  /** A copy in the current region; the 20 and 32 bytes behind the addresses are shared, for they are never written. */
  copy(): SystemConfig {
    const copy = new SystemConfig();
    memory.copy(changetype<usize>(copy), changetype<usize>(this), offsetof<SystemConfig>());
    return copy;
  }
}

/** A block's hash and number. */
@final
export class BlockId {
  constructor(
    /** Address of the 32-byte hash. */
    public readonly hash: usize,
    public readonly number: u64,
  ) {}
}


@final
export class RollupConfig {
  constructor(
    public readonly genesisL1: BlockId,
    public readonly genesisL2: BlockId,
    public readonly genesisTime: u64,
    public readonly genesisSystemConfig: SystemConfig,
  ) {}
  /** Seconds between L2 blocks. */
  blockTime: u64 = 0;
  /** Seconds that L2 time may run ahead of its L1 origin's (before Fjord; 1800 from Fjord). */
  maxSequencerDrift: u64 = 0;
  /** L1 blocks within which an epoch's batches must appear. */
  sequencerWindow: u64 = 0;
  /** L1 blocks a channel may stay open before Granite (50 from Granite). */
  channelTimeout: u64 = 0;
  l1ChainId: u64 = 0;
  l2ChainId: u64 = 0;
  /** 20-byte addresses. */
  batchInbox: usize = 0;
  depositContract: usize = 0;
  systemConfigContract: usize = 0;
  /** Activation time of each fork, by Fork. Bedrock's is 0. */
  forkTimes: StaticArray<u64> = new StaticArray<u64>(FORKS).fill(NEVER);
  /** EIP-1559 parameters of the chain's configuration: elasticity, denominator, denominator from Canyon. */
  eip1559Elasticity: u64 = 6;
  eip1559Denominator: u64 = 50;
  eip1559DenominatorCanyon: u64 = 250;
  /**
   * Time of the L1 origin from which a chain that missed Prague's blob fee on L1 follows it; NEVER on all other chains
   * (specs: protocol/pectra-blob-schedule/derivation.md).
   */
  pectraBlobScheduleTime: u64 = NEVER;
  /**
   * Whether the gas that Karst's upgrade transactions need stays in the gas limit after Karst's first block, until L1 sets
   * another one. Chains that were upgraded by the first release keep it; all others take it out again.
   */
  keepKarstUpgradeGas: bool = false;
  /** What blobs cost on L1; null until it is asked for (load.ts). */
  blobSchedule: BlobSchedule | null = null;
  /** Activation time of Lagoon (interop), the fork after Karst, which is not covered. */
  lagoonTime: u64 = NEVER;

  /** Whether `fork`'s rules hold at time `timestamp` (of an L2 block or, where a rule says so, of an L1 block). */
  // @ts-ignore: decorator
  @inline
  isActive(fork: Fork, timestamp: u64): bool {
    return this.forkTimes[fork] <= timestamp;
  }

  /** The newest fork in force at L2 time `timestamp`. */
  forkAt(timestamp: u64): Fork {
    for (let fork = FORKS - 1; fork > 0; fork--) {
      if (this.forkTimes[fork] <= timestamp) return fork;
    }
    return Fork.Bedrock;
  }

  /** Whether `fork` comes into force with the block at `timestamp`: it does not hold one block earlier. */
  activatesAt(fork: Fork, timestamp: u64): bool {
    const time = this.forkTimes[fork];
    return time != NEVER && time <= timestamp && timestamp >= this.blockTime && time > timestamp - this.blockTime;
  }
}

/** What derivation asks execution to build: one L2 block's contents (specs: protocol/exec-engine.md). */
@final
export class PayloadAttributes {
  timestamp: u64 = 0;
  /** 32 bytes: the L1 origin's mix hash. */
  prevRandao: usize = 0;
  /** 20 bytes. */
  feeRecipient: usize = 0;
  /** 32 bytes from Ecotone, else 0. */
  parentBeaconBlockRoot: usize = 0;
  /** Encoded transactions: those that derivation puts first (L1 attributes, deposits, upgrades), or all. */
  transactions: Array<Bytes> = new Array<Bytes>();
  /** The transactions behind them, from the batch; null where there are none. */
  following: TransactionSource | null = null;
  gasLimit: u64 = 0;
  /** From Holocene: as in SystemConfig. */
  eip1559Params: u64 = 0;
  /** From Jovian. */
  minBaseFee: u64 = 0;
}
