// The embedded L1: rules from Cancun's on, one block every slot of virtual time, blobs beside their transactions.
import { bytesToHex } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import type { BlobSidecar } from '../batcher/blob.js';
import { Blocks, genesisBlock } from '../chain/blocks.js';
import type { TransactionPool } from '../chain/pool.js';
import { BlockBuilder } from '../execution/block-executor.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import type { ExecutionChain } from '../execution/chain.js';
import { genesisHeader } from '../execution/genesis.js';
import type { Genesis, GenesisAccount } from '../execution/genesis.js';
import type { L1ForkSchedule } from '../execution/blob-schedule.js';
import { l1ChainConfig } from './chain-config.js';
import type { L1ChainConfig } from './chain-config.js';
import { seededHash, seededKey } from '../seed.js';
import { StateStore } from '../state/store.js';

/** A block with the blobs of its transactions, in order. */
export interface L1Block extends ExecutedBlock {
  readonly sidecars: readonly BlobSidecar[];
}

/** A signed transaction, and the blobs that it brings. */
export interface L1Submission {
  readonly raw: Uint8Array;
  readonly sidecars: readonly BlobSidecar[];
}

/** What an L1 starts with. */
export interface L1Options {
  readonly seed: string;
  readonly chainId: number;
  /** Seconds. */
  readonly genesisTime: bigint;
  /** Seconds a slot. */
  readonly blockTime: bigint;
  readonly alloc: Readonly<Record<string, GenesisAccount>>;
  readonly forks: L1ForkSchedule;
}

const GAS_LIMIT: PrefixedHexString = '0x2255100';
const GENESIS_BASE_FEE: PrefixedHexString = '0x3b9aca00';

/** The chain and its production. */
export class L1Chain {
  readonly chain: ExecutionChain;

  private constructor(
    readonly options: L1Options,
    readonly store: StateStore,
    readonly blocks: Blocks<L1Block>,
  ) {
    this.chain = { chainId: options.chainId, l1Forks: options.forks };
  }

  /** A chain at its genesis. */
  static async start(options: L1Options): Promise<L1Chain> {
    const store = new StateStore();
    const zero = bytesToHex(new Uint8Array(32));
    const genesis: Genesis = {
      config: { ...l1ChainConfig(options.chainId, options.forks) },
      nonce: '0x0',
      timestamp: `0x${options.genesisTime.toString(16)}`,
      extraData: '0x',
      gasLimit: GAS_LIMIT,
      difficulty: '0x0',
      mixHash: zero,
      coinbase: '0x0000000000000000000000000000000000000000',
      baseFeePerGas: GENESIS_BASE_FEE,
      alloc: options.alloc,
    };
    const block = { ...genesisBlock(await genesisHeader(genesis, store)), sidecars: [] };
    return new L1Chain(options, store, new Blocks<L1Block>(block));
  }

  /** The chain's configuration, as geth has it (`--l1.chainconfig`). */
  get config(): L1ChainConfig {
    return l1ChainConfig(this.options.chainId, this.options.forks);
  }

  /** Makes the next slot's block of these transactions and as many of the pool as fit behind them. */
  async produce(submissions: readonly L1Submission[], pool?: TransactionPool): Promise<L1Block> {
    const { seed, blockTime } = this.options;
    const { header: parent } = this.blocks.head;
    const number = parent.number + 1n;
    const builder = await BlockBuilder.start({
      chain: this.chain,
      parent,
      attributes: {
        timestamp: parent.timestamp + blockTime,
        prevRandao: seededHash(seed, `L1 RANDAO ${number}`),
        feeRecipient: seededKey(seed, 'L1 proposer').address.bytes,
        parentBeaconBlockRoot: seededHash(seed, `beacon block before ${number}`),
        gasLimit: parent.gasLimit,
        transactions: submissions.map(({ raw }) => raw),
      },
      store: this.store,
      ancestorHash: (ancestor) => this.blocks.at(ancestor).hash,
    });
    for (const { raw } of submissions) await builder.add(raw);
    const sent = (await pool?.fill(builder)) ?? [];
    const block = builder.seal();
    const stored = { ...block, sidecars: [...submissions.flatMap(({ sidecars }) => [...sidecars]), ...sent] };
    this.blocks.append(stored);
    return stored;
  }

  /** The beacon slot of a block. */
  slotOf({ header }: L1Block): bigint {
    return (header.timestamp - this.options.genesisTime) / this.options.blockTime;
  }
}
