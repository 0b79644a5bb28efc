// The attributes queue and builder: makes of a batch what execution needs to build the block (specs: protocol/derivation.md#
// payload-attributes-derivation).
import { Bytes, equal32 } from '../bytes';
import { Fork, PayloadAttributes, RollupConfig } from '../config/rollup';
import { FailureKind } from '../failure';
import { depositsOf, L1Block } from '../l1/block';
import { L1Chain } from '../l1/chain';
import { applyConfigUpdates } from '../l1/system-config';
import { detail } from '../log';
import { useScratch } from '../memory';
import { SingularBatch } from './batch';
import { BatchSource } from './batch-source';
import { l1InfoTransaction } from './l1-info';
import { L2Block } from './l2-block';
import { L2Chain } from './l2-chain';
import { fail, Pull } from './stage';
import { KARST_UPGRADE_GAS, upgradeTransactions } from './upgrade-transactions';

/** The account that gets the fees: the SequencerFeeVault predeploy. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const FEE_VAULT: usize = memory.data<u8>([
  0x42, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x11,
]);


@final
export class AttributesQueue {
  private pending: SingularBatch | null = null;
  private concludes: bool = false;
  private current: PayloadAttributes | null = null;

  constructor(
    private readonly config: RollupConfig,
    private readonly l1: L1Chain,
    private readonly l2: L2Chain,
    /** The stage before this one; Holocene's activation replaces it. */
    public previous: BatchSource,
  ) {}

  get origin(): L1Block {
    return this.previous.origin;
  }

  /** The attributes that the last ready pull gave, in SCRATCH. */
  get attributes(): PayloadAttributes {
    const attributes = this.current;
    if (attributes === null) throw new Error('no attributes were made');
    return attributes;
  }

  /** Whether the block of those attributes, and the pending ones before it, become safe. */
  get concluding(): bool {
    return this.concludes;
  }

  /** Ready with the attributes of the block on `parent`. */
  next(parent: L2Block): Pull {
    let batch = this.pending;
    if (batch === null) {
      const pulled = this.previous.next(parent);
      if (pulled != Pull.Ready) return pulled;
      batch = this.previous.batch;
      this.pending = batch;
      this.concludes = this.previous.concluding;
    }
    if (!equal32(batch.parentHash, parent.hash))
      return fail(FailureKind.Reset, 'a valid batch with another parent than the safe head');
    if (batch.timestamp != parent.time + this.config.blockTime) {
      return fail(FailureKind.Reset, 'a valid batch with another time than the next');
    }
    const before = useScratch(true);
    const made = this.build(parent, batch);
    useScratch(before);
    if (made != Pull.Ready) return made;
    this.pending = null;
    detail('generated attributes in payload queue')
      .number('txs', this.attributes.transactions.length + batch.transactionCount)
      .number('timestamp', batch.timestamp)
      .end();
    return Pull.Ready;
  }

  /** Drops what is left of the span and the channel that the last attributes came from. */
  flush(): void {
    this.previous.flush();
  }

  private build(parent: L2Block, batch: SingularBatch): Pull {
    const config = this.config;
    const time = batch.timestamp;
    const origin = this.l1.find(batch.epochNumber, batch.epochHash);
    const settings = this.l2.systemConfig(parent);
    const transactions = new Array<Bytes>(0);
    let sequenceNumber: u64 = 0;
    let deposits: Array<Bytes> | null = null;
    if (parent.originNumber != batch.epochNumber) {
      if (!equal32(parent.originHash, origin.parentHash)) {
        return fail(FailureKind.Reset, `L1 block ${origin.number.toString()} does not follow the parent's L1 origin`);
      }
      const events = this.l1.events(origin);
      const problem = events.depositProblem;
      if (problem !== null) return fail(FailureKind.Critical, `L1 block ${origin.number.toString()} has ${problem}`);
      deposits = depositsOf(events);
      applyConfigUpdates(settings, events.configUpdates, config, origin);
      this.l1.settleEvents(origin);
    } else {
      if (!equal32(parent.originHash, batch.epochHash)) {
        return fail(FailureKind.Reset, "the batch's L1 origin conflicts with the parent's");
      }
      sequenceNumber = parent.sequenceNumber + 1;
      this.l1.forgetEvents(parent.originNumber);
    }
    if (time < origin.time) return fail(FailureKind.Reset, 'a block before its L1 origin');

    const attributesTransaction = l1InfoTransaction(config, settings, sequenceNumber, origin, time);
    if (attributesTransaction === null)
      return fail(FailureKind.Critical, "the chain's fee scalar is of an unknown form");
    transactions.push(attributesTransaction);
    if (deposits !== null) append(transactions, deposits);
    append(transactions, upgradeTransactions(config, time));

    const attributes = new PayloadAttributes();
    attributes.timestamp = time;
    attributes.prevRandao = origin.mixHash;
    attributes.feeRecipient = FEE_VAULT;
    if (config.isActive(Fork.Ecotone, time)) attributes.parentBeaconBlockRoot = origin.parentBeaconBlockRoot;
    attributes.transactions = transactions;
    attributes.following = batch.transactions;
    attributes.gasLimit = settings.gasLimit;
    if (config.activatesAt(Fork.Karst, time)) attributes.gasLimit += KARST_UPGRADE_GAS;
    if (config.isActive(Fork.Holocene, time)) attributes.eip1559Params = settings.eip1559Params;
    if (config.isActive(Fork.Jovian, time)) attributes.minBaseFee = settings.minBaseFee;
    this.current = attributes;
    return Pull.Ready;
  }
}

function append(target: Array<Bytes>, source: Array<Bytes>): void {
  for (let i = 0; i < source.length; i++) target.push(source[i]);
}

/** The same attributes without the batch's transactions: what Holocene builds where the whole is invalid. */
export function depositsOnly(attributes: PayloadAttributes): PayloadAttributes {
  const copy = new PayloadAttributes();
  copy.timestamp = attributes.timestamp;
  copy.prevRandao = attributes.prevRandao;
  copy.feeRecipient = attributes.feeRecipient;
  copy.parentBeaconBlockRoot = attributes.parentBeaconBlockRoot;
  copy.gasLimit = attributes.gasLimit;
  copy.eip1559Params = attributes.eip1559Params;
  copy.minBaseFee = attributes.minBaseFee;
  copy.transactions = attributes.transactions;
  return copy;
}
