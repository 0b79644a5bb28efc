// A chain as execution knows it: its rules at a time, and the fees that follow from them.
import * as fees from './base-fee.js';
import type { BaseFeeParameters } from './base-fee.js';
import { BLOB_SCHEDULE, l1ForkAt, l1RulesAt } from './blob-schedule.js';
import type { BlobParameters, L1ForkSchedule } from './blob-schedule.js';
import { optimismRulesAt } from './forks.js';
import type { ExecutionRules, ForkSchedule } from './forks.js';
import type { BlockHeader } from './header.js';

/** What execution needs to know of a chain. */
export interface ExecutionChain {
  readonly chainId: number;
  /** Present on an L2. */
  readonly optimism?: {
    readonly forks: ForkSchedule;
    /** The chain's base fee parameters before Canyon, where it has such blocks. */
    readonly bedrockBaseFee?: BaseFeeParameters;
    /** Those since Canyon. */
    readonly baseFee: BaseFeeParameters;
  };
  /** The forks of an L1, which has Cancun's rules at least. */
  readonly l1Forks?: L1ForkSchedule;
}

/** The rules of a chain at a time, in seconds. */
export function rulesAt(chain: ExecutionChain, timestamp: bigint): ExecutionRules {
  if (chain.optimism !== undefined) return optimismRulesAt(chain.optimism.forks, timestamp);
  return l1RulesAt(chain.l1Forks ?? {}, timestamp);
}

/** Blob parameters of a chain at a time. An L2 has no blobs; their price there is always 1 wei. */
export function blobParametersAt(chain: ExecutionChain, timestamp: bigint): BlobParameters {
  return BLOB_SCHEDULE[chain.optimism === undefined ? l1ForkAt(chain.l1Forks ?? {}, timestamp) : 'cancun'];
}

/** The price of blob gas in a block, in wei. */
export function blobBaseFeeOf(chain: ExecutionChain, header: BlockHeader): bigint {
  return fees.blobBaseFee(header.excessBlobGas ?? 0n, blobParametersAt(chain, header.timestamp));
}

/** The base fee of the block after `parent`, at `timestamp`. */
export function baseFeeAfter(chain: ExecutionChain, parent: BlockHeader, timestamp: bigint): bigint {
  if (chain.optimism === undefined) return fees.nextBaseFee(parent, fees.ETHEREUM_BASE_FEE);
  const before = rulesAt(chain, parent.timestamp).optimism;
  const footprint = before?.footprint === true ? (parent.blobGasUsed ?? 0n) : 0n;
  const used = footprint > parent.gasUsed ? footprint : parent.gasUsed;
  if (before?.baseFeeParameters === 'header') {
    return fees.nextBaseFee(parent, fees.decodeExtraData(parent.extraData), used);
  }
  const { bedrockBaseFee, baseFee } = chain.optimism;
  if (rulesAt(chain, timestamp).optimism?.baseFeeParameters !== 'bedrock') return fees.nextBaseFee(parent, baseFee);
  if (bedrockBaseFee === undefined) throw new fees.BaseFeeParametersError('no base fee parameters before Canyon');
  return fees.nextBaseFee(parent, bedrockBaseFee);
}
