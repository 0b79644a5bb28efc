// The embedded L2: the sequencer's side of the derivation rules, so that deriving the batches gives these blocks again.
// Specification: specs/protocol/derivation.md, "Deriving Payload Attributes".
import { createAddressFromString, hexToBytes } from '@ethereumjs/util';
import { Blocks, genesisBlock } from '../chain/blocks.js';
import type { TransactionPool } from '../chain/pool.js';
import { SEQUENCER_FEE_VAULT } from '../execution/addresses.js';
import { BlockBuilder } from '../execution/block-executor.js';
import type { ExecutedBlock, PayloadAttributes } from '../execution/block-executor.js';
import { blobBaseFeeOf } from '../execution/chain.js';
import type { ExecutionChain } from '../execution/chain.js';
import { activatesAt, FORK_NAMES, isActive } from '../execution/forks.js';
import type { ForkName, ForkSchedule } from '../execution/forks.js';
import { chainOfGenesis, genesisHeader } from '../execution/genesis.js';
import type { Genesis } from '../execution/genesis.js';
import type { L1Block } from '../l1/l1-chain.js';
import { StateStore } from '../state/store.js';
import { l1AttributesDeposit, userDeposits } from './deposits.js';
import type { L1AttributesForm } from './deposits.js';
import { outputOf } from './output-root.js';
import type { Output } from './output-root.js';
import type { RollupConfig } from './rollup-config.js';
import { DEFAULT_DA_FOOTPRINT_GAS_SCALAR, repackScalar, updateSystemConfig } from './system-config.js';
import type { SystemConfig } from './system-config.js';
import { upgradeGas, upgradeTransactions } from './upgrade-transactions.js';

/** An L2 block and where it comes from. */
export interface L2Block extends ExecutedBlock {
  readonly l1Origin: { readonly number: bigint; readonly hash: Uint8Array };
  /** Blocks since the first with this origin. */
  readonly sequenceNumber: bigint;
  /** What the next block starts from: as much of the configuration as can be read back from this one. */
  readonly systemConfig: SystemConfig;
  readonly output: Output;
}

/** An L1 origin that the next L2 block can't have. */
export class L1OriginError extends Error {
  override name = 'L1OriginError';
}

/** The chain and its sequencer. */
export class L2Chain {
  private constructor(
    readonly chain: ExecutionChain,
    readonly forks: ForkSchedule,
    readonly config: RollupConfig,
    readonly store: StateStore,
    readonly blocks: Blocks<L2Block>,
    /** The L1 that the blocks' origins are of. */
    readonly l1: ExecutionChain,
  ) {}

  /** A chain at its genesis. `makeConfig` is told the genesis block's hash. */
  static async start(
    genesis: Genesis,
    l1Chain: ExecutionChain,
    makeConfig: (hash: Uint8Array) => RollupConfig,
  ): Promise<L2Chain> {
    const store = new StateStore();
    const block = genesisBlock(await genesisHeader(genesis, store));
    const config = makeConfig(block.hash);
    const { l1, system_config: systemConfig } = config.genesis;
    const first: L2Block = {
      ...block,
      l1Origin: { number: BigInt(l1.number), hash: hexToBytes(l1.hash) },
      sequenceNumber: 0n,
      systemConfig: {
        batcher: hexToBytes(systemConfig.batcherAddr),
        gasLimit: BigInt(systemConfig.gasLimit),
        overhead: hexToBytes(systemConfig.overhead),
        scalar: hexToBytes(systemConfig.scalar),
        eip1559Params: hexToBytes(systemConfig.eip1559Params),
        operatorFeeParams: hexToBytes(systemConfig.operatorFeeParams ?? `0x${'00'.repeat(32)}`).slice(20),
        minBaseFee: BigInt(systemConfig.minBaseFee ?? 0),
        daFootprintGasScalar: systemConfig.daFootprintGasScalar ?? 0,
      },
      output: outputOf(block.header, block.hash, store),
    };
    const chain = chainOfGenesis(genesis);
    return new L2Chain(chain, chain.optimism?.forks ?? {}, config, store, new Blocks(first), l1Chain);
  }

  /** When the next block is due, in seconds. */
  get nextTimestamp(): bigint {
    return this.blocks.head.header.timestamp + BigInt(this.config.block_time);
  }

  /** Forks whose first block the next one is: the sequencer leaves it without users' transactions. */
  get nextActivations(): ForkName[] {
    const blockTime = BigInt(this.config.block_time);
    return FORK_NAMES.filter((fork) => activatesAt(this.forks, fork, this.nextTimestamp, blockTime));
  }

  /**
   * Makes the next block with an origin (the head's or the one after it), transactions after the deposits, and as many
   * of the pool as fit.
   */
  async produce(origin: L1Block, transactions: readonly Uint8Array[], pool?: TransactionPool): Promise<L2Block> {
    const { head } = this.blocks;
    const { attributes, systemConfig, sequenceNumber, form } = this.#prepare(origin);
    const builder = await BlockBuilder.start({
      chain: this.chain,
      parent: head.header,
      attributes,
      store: this.store,
      ancestorHash: (number) => this.blocks.at(number).hash,
    });
    for (const raw of [...attributes.transactions, ...transactions]) await builder.add(raw);
    await pool?.fill(builder);
    const block = builder.seal();
    const stored: L2Block = {
      ...block,
      l1Origin: { number: origin.header.number, hash: origin.hash },
      sequenceNumber,
      systemConfig: this.#readBack(systemConfig, block, form),
      output: outputOf(block.header, block.hash, this.store),
    };
    this.blocks.append(stored);
    return stored;
  }

  #prepare(origin: L1Block): {
    attributes: PayloadAttributes;
    systemConfig: SystemConfig;
    sequenceNumber: bigint;
    form: L1AttributesForm;
  } {
    const { l1Origin, sequenceNumber: last, systemConfig: before } = this.blocks.head;
    const { number, timestamp, mixHash, parentBeaconBlockRoot } = origin.header;
    const advances = number === l1Origin.number + 1n;
    if (!advances && number !== l1Origin.number) {
      throw new L1OriginError(`L1 origin ${number} after ${l1Origin.number}: it stays or moves by one`);
    }
    if (timestamp > this.nextTimestamp) throw new L1OriginError(`L1 origin ${number} is younger than the L2 block`);
    const portal = createAddressFromString(this.config.deposit_contract_address);
    const contract = createAddressFromString(this.config.l1_system_config_address);
    const isEcotoneL1 = isActive(this.forks, 'ecotone', timestamp);
    const config = advances ? updateSystemConfig(before, origin.receipts, contract, isEcotoneL1) : before;
    const sequenceNumber = advances ? 0n : last + 1n;
    const activations = this.nextActivations;
    const form = this.#attributesForm(activations);
    const isRegolith = isActive(this.forks, 'regolith', this.nextTimestamp);
    const blobBaseFee = blobBaseFeeOf(this.l1, origin.header);
    const attributes: PayloadAttributes = {
      timestamp: this.nextTimestamp,
      prevRandao: mixHash,
      feeRecipient: SEQUENCER_FEE_VAULT.bytes,
      parentBeaconBlockRoot: parentBeaconBlockRoot ?? new Uint8Array(32),
      gasLimit: config.gasLimit + activations.reduce((sum, fork) => sum + upgradeGas(fork), 0n),
      eip1559Params: config.eip1559Params,
      minBaseFee: config.minBaseFee,
      transactions: [
        l1AttributesDeposit({ origin, blobBaseFee, sequenceNumber, config, form, isRegolith }),
        ...(advances ? userDeposits(origin, portal) : []),
        ...activations.flatMap(upgradeTransactions),
      ],
    };
    return { attributes, systemConfig: config, sequenceNumber, form };
  }

  /** The newest form whose fork is active: in a fork's first block its own contract isn't there yet to be told. */
  #attributesForm(activations: readonly ForkName[]): L1AttributesForm {
    const isTold = (fork: ForkName): boolean =>
      isActive(this.forks, fork, this.nextTimestamp) && !activations.includes(fork);
    return (['jovian', 'isthmus', 'ecotone'] as const).find(isTold) ?? 'bedrock';
  }

  /** A derivation knows of the configuration what the block says; specs/protocol/derivation.md, "System Configuration". */
  #readBack(config: SystemConfig, { header }: ExecutedBlock, form: L1AttributesForm): SystemConfig {
    const { timestamp, extraData, gasLimit } = header;
    const isPacked = form !== 'bedrock';
    const hasOperatorFee = form === 'isthmus' || form === 'jovian';
    const footprintScalar = config.daFootprintGasScalar || DEFAULT_DA_FOOTPRINT_GAS_SCALAR;
    const activatesKarst = activatesAt(this.forks, 'karst', timestamp, BigInt(this.config.block_time));
    const strips = activatesKarst && this.config.keep_karst_upgrade_gas !== true;
    return {
      batcher: config.batcher,
      gasLimit: strips ? gasLimit - upgradeGas('karst') : gasLimit,
      overhead: isPacked ? new Uint8Array(32) : config.overhead,
      scalar: isPacked ? repackScalar(config.scalar) : config.scalar,
      eip1559Params: isActive(this.forks, 'holocene', timestamp) ? extraData.slice(1, 9) : new Uint8Array(8),
      operatorFeeParams: hasOperatorFee ? config.operatorFeeParams : new Uint8Array(12),
      minBaseFee: isActive(this.forks, 'jovian', timestamp) ? config.minBaseFee : 0n,
      daFootprintGasScalar: form === 'jovian' ? footprintScalar : 0,
    };
  }
}
