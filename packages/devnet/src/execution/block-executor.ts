// A block executed on its parent: the sparring partner of any other OP Stack execution, and the engine of both chains
// here. Specification: specs/protocol/exec-engine.md, engine API's payload attributes; EIPs 4788, 2935.
import type { Common } from '@ethereumjs/common';
import { createEVM } from '@ethereumjs/evm';
import type { EVM } from '@ethereumjs/evm';
import { Address, bytesToUnprefixedHex } from '@ethereumjs/util';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';
import { EMPTY_TRIE_ROOT } from '../trie/node.js';
import { orderedTrieRoot } from '../trie/trie.js';
import {
  BEACON_ROOTS,
  CREATE2_DEPLOYER,
  HISTORY_STORAGE,
  L2_TO_L1_MESSAGE_PASSER,
  SYSTEM_CALLER,
} from './addresses.js';
import * as fees from './base-fee.js';
import type { BlobParameters } from './blob-schedule.js';
import { baseFeeAfter, blobParametersAt, rulesAt } from './chain.js';
import type { ExecutionChain } from './chain.js';
import { create2DeployerCode } from '../contracts/predeploys.js';
import { evmCommon } from './evm-common.js';
import { includes } from './forks.js';
import type { ExecutionRules } from './forks.js';
import { EMPTY_OMMERS_HASH, hashHeader, NO_REQUESTS_HASH } from './header.js';
import type { BlockHeader } from './header.js';
import { rollupFees } from './l1-fee.js';
import type { RollupFees } from './l1-fee.js';
import { optimismPrecompiles } from './precompiles.js';
import { encodeReceipt, joinBlooms } from './receipt.js';
import type { Receipt } from './receipt.js';
import { applyTransaction } from './state-transition.js';
import type { BlockContext } from './state-transition.js';
import { decodeTransaction } from './transaction.js';
import type { Transaction } from './transaction.js';

/** What the consensus side says about a block before it is executed. */
export interface PayloadAttributes {
  /** Seconds. */
  readonly timestamp: bigint;
  readonly prevRandao: Uint8Array;
  readonly feeRecipient: Uint8Array;
  readonly parentBeaconBlockRoot: Uint8Array;
  readonly gasLimit: bigint;
  /** Envelopes, in order. */
  readonly transactions: readonly Uint8Array[];
  /** Holocene's eight bytes of base fee parameters. */
  readonly eip1559Params?: Uint8Array;
  /** Jovian's minimum of the base fee, in wei. */
  readonly minBaseFee?: bigint;
}

export interface ExecutionInput {
  readonly chain: ExecutionChain;
  readonly parent: BlockHeader;
  readonly attributes: PayloadAttributes;
  /** Holds the parent's state, and the new state's nodes and codes afterwards. */
  readonly store: StateStore;
  /** The hash of an ancestor by number, for BLOCKHASH. Throws for one that it doesn't know. */
  readonly ancestorHash: (number: bigint) => Uint8Array;
}

/** An executed block. `transactions` and `receipts` run in parallel. */
export interface ExecutedBlock {
  readonly header: BlockHeader;
  readonly hash: Uint8Array;
  readonly transactions: readonly Transaction[];
  readonly receipts: readonly Receipt[];
}

const SYSTEM_CALL_GAS = 30_000_000n;

/**
 * Executes the attributes' transactions on the parent's state and seals the block. Throws `InvalidTransactionError` or
 * `TransactionDecodingError` for a block that isn't valid.
 */
export async function executeBlock(input: ExecutionInput): Promise<ExecutedBlock> {
  const builder = await BlockBuilder.start(input);
  for (const raw of input.attributes.transactions) await builder.add(raw);
  return builder.seal();
}

/** A block in the making: transactions are added one by one, and one that is refused leaves no trace. */
export class BlockBuilder {
  readonly #transactions: Transaction[] = [];
  readonly #receipts: Receipt[] = [];
  #gasUsed = 0n;
  #blobGasUsed = 0n;
  #footprint = 0n;
  #fees: Promise<RollupFees> | undefined;

  private constructor(
    readonly input: ExecutionInput,
    readonly rules: ExecutionRules,
    readonly common: Common,
    readonly state: State,
    readonly evm: EVM,
    readonly baseFee: bigint,
    readonly excessBlobGas: bigint,
    readonly blobs: BlobParameters,
  ) {}

  /** Opens a block on its parent: base fees, EVM, the call that stores the beacon block's root. */
  static async start(input: ExecutionInput): Promise<BlockBuilder> {
    const { chain, parent, attributes, store } = input;
    const rules = rulesAt(chain, attributes.timestamp);
    const common = commonOf(chain.chainId, rules);
    const state = new State(store, parent.stateRoot);
    const evm = await blockEvm(state, rules, common, input.ancestorHash);
    const baseFee = baseFeeAfter(chain, parent, attributes.timestamp);
    const blobs = blobParametersAt(chain, attributes.timestamp);
    const isL1 = rules.optimism === undefined;
    const excess = isL1 ? fees.nextExcessBlobGas(parent, blobs, includes(rules, 'osaka')) : 0n;
    const builder = new BlockBuilder(input, rules, common, state, evm, baseFee, excess, blobs);
    if (chain.optimism?.forks.canyon === attributes.timestamp) {
      await state.putCode(CREATE2_DEPLOYER, create2DeployerCode());
    }
    if (includes(rules, 'cancun')) await builder.#systemCall(BEACON_ROOTS, attributes.parentBeaconBlockRoot);
    if (includes(rules, 'prague')) await builder.#systemCall(HISTORY_STORAGE, hashHeader(parent));
    return builder;
  }

  /** Gas that further transactions may use. */
  get gasLeft(): bigint {
    return this.input.attributes.gasLimit - this.#gasUsed;
  }

  /** Blobs that further transactions may bring. */
  get blobsLeft(): number {
    return this.blobs.max - Number(this.#blobGasUsed / fees.GAS_PER_BLOB);
  }

  get blobBaseFee(): bigint {
    return fees.blobBaseFee(this.excessBlobGas, this.blobs);
  }

  /** Decodes and applies a transaction. Throws when it may not stand here; the block can go on without it. */
  async add(raw: Uint8Array): Promise<Receipt> {
    const transaction = decodeTransaction(raw, this.common);
    const receipt = await applyTransaction(transaction, this.#context());
    this.#transactions.push(transaction);
    this.#receipts.push(receipt);
    this.#gasUsed = receipt.cumulativeGasUsed;
    this.#blobGasUsed += receipt.blobGasUsed ?? 0n;
    this.#footprint += receipt.footprint?.gas ?? 0n;
    return receipt;
  }

  /** Writes the new state and returns the block. */
  seal(): ExecutedBlock {
    const { parent, attributes, chain } = this.input;
    const { optimism } = this.rules;
    const holocene = optimism?.baseFeeParameters === 'header' && chain.optimism !== undefined;
    const stateRoot = this.state.flush();
    const header: BlockHeader = {
      parentHash: hashHeader(parent),
      ommersHash: EMPTY_OMMERS_HASH,
      coinbase: attributes.feeRecipient,
      stateRoot,
      transactionsRoot: orderedTrieRoot(this.#transactions.map(({ raw }) => raw)),
      receiptsRoot: orderedTrieRoot(this.#receipts.map(encodeReceipt)),
      logsBloom: joinBlooms(this.#receipts.map(({ logsBloom }) => logsBloom)),
      difficulty: 0n,
      number: parent.number + 1n,
      gasLimit: attributes.gasLimit,
      gasUsed: this.#gasUsed,
      timestamp: attributes.timestamp,
      extraData: holocene
        ? fees.encodeExtraData(
            attributes.eip1559Params ?? new Uint8Array(8),
            chain.optimism.baseFee,
            optimism.footprint ? (attributes.minBaseFee ?? 0n) : undefined,
          )
        : new Uint8Array(0),
      mixHash: attributes.prevRandao,
      nonce: new Uint8Array(8),
      baseFeePerGas: this.baseFee,
      ...(includes(this.rules, 'shanghai') && { withdrawalsRoot: this.#withdrawalsRoot(stateRoot) }),
      ...(includes(this.rules, 'cancun') && {
        blobGasUsed: optimism?.footprint === true ? this.#footprint : this.#blobGasUsed,
        excessBlobGas: this.excessBlobGas,
        parentBeaconBlockRoot: attributes.parentBeaconBlockRoot,
      }),
      ...(includes(this.rules, 'prague') && { requestsHash: NO_REQUESTS_HASH }),
    };
    return { header, hash: hashHeader(header), transactions: this.#transactions, receipts: this.#receipts };
  }

  /** Since Isthmus an L2's withdrawals are those that its message passer stores; an L1 here has none. */
  #withdrawalsRoot(stateRoot: Uint8Array): Uint8Array {
    if (this.rules.optimism?.operatorFee === undefined) return EMPTY_TRIE_ROOT;
    return new State(this.input.store, stateRoot).storageRoot(L2_TO_L1_MESSAGE_PASSER);
  }

  #context(): BlockContext {
    const { attributes, parent } = this.input;
    const { optimism } = this.rules;
    return {
      rules: this.rules,
      evm: this.evm,
      state: this.state,
      block: evmBlock({
        number: parent.number + 1n,
        coinbase: attributes.feeRecipient,
        timestamp: attributes.timestamp,
        mixHash: attributes.prevRandao,
        gasLimit: attributes.gasLimit,
        baseFeePerGas: this.baseFee,
        blobBaseFee: this.blobBaseFee,
      }),
      chainId: BigInt(this.input.chain.chainId),
      baseFee: this.baseFee,
      blobBaseFee: this.blobBaseFee,
      blobsLeft: this.blobsLeft,
      gasLeft: this.gasLeft,
      cumulativeGasUsed: this.#gasUsed,
      footprintLeft: attributes.gasLimit - this.#footprint,
      fees: optimism && (() => (this.#fees ??= rollupFees(this.state, optimism))),
    };
  }

  async #systemCall(to: Address, data: Uint8Array): Promise<void> {
    const { journal } = this.evm;
    journal.cleanJournal();
    journal.addAlwaysWarmAddress(bytesToUnprefixedHex(to.bytes));
    await this.evm.runCall({
      block: this.#context().block,
      caller: SYSTEM_CALLER,
      origin: SYSTEM_CALLER,
      to,
      data,
      gasLimit: SYSTEM_CALL_GAS,
      gasPrice: 0n,
      skipNonceIncrement: true,
    });
    await journal.cleanup();
    this.state.originalStorageCache.clear();
  }
}

/** The EVM of a chain's blocks under given rules, on a state. */
export async function blockEvm(
  stateManager: State,
  rules: ExecutionRules,
  common: Common,
  ancestorHash: (number: bigint) => Uint8Array,
): Promise<EVM> {
  return createEVM({
    common,
    stateManager,
    blockchain: blockHashes(ancestorHash),
    customPrecompiles: rules.optimism === undefined ? [] : optimismPrecompiles(rules.optimism),
  });
}

type EvmHeader = 'number' | 'coinbase' | 'timestamp' | 'mixHash' | 'gasLimit' | 'baseFeePerGas';

/** A header as the EVM reads it. */
export function evmBlock(header: Pick<BlockHeader, EvmHeader> & { blobBaseFee: bigint }): BlockContext['block'] {
  const { number, timestamp, gasLimit, baseFeePerGas, blobBaseFee } = header;
  return {
    header: {
      number,
      coinbase: new Address(header.coinbase),
      timestamp,
      difficulty: 0n,
      prevRandao: header.mixHash,
      gasLimit,
      ...(baseFeePerGas !== undefined && { baseFeePerGas }),
      getBlobGasPrice: () => blobBaseFee,
    },
  };
}

const commons = new Map<string, Common>();

/** The parameters of a chain under given rules: one instance each. */
export function commonOf(chainId: number, rules: ExecutionRules): Common {
  const key = `${chainId} ${rules.hardfork}`;
  const common = commons.get(key) ?? evmCommon(chainId, rules);
  commons.set(key, common);
  return common;
}

function blockHashes(ancestorHash: (number: bigint) => Uint8Array): {
  getBlock(id: number): Promise<{ hash(): Uint8Array }>;
  putBlock(): Promise<void>;
  shallowCopy(): never;
} {
  return {
    async getBlock(id) {
      const hash = ancestorHash(BigInt(id));
      return { hash: () => hash };
    },
    async putBlock() {
      throw new Error('the EVM stores no blocks here');
    },
    shallowCopy() {
      throw new Error('ancestors are not copied');
    },
  };
}
