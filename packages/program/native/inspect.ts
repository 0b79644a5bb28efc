// A build of the client that shows a block: it derives up to the claimed one, and what it built there goes out as records
// (ABI.md). It judges nothing, and runs natively alone.
import { exit, write } from '../assembly/abi';
import { readBootInfo } from '../assembly/boot';
import { RollupConfig } from '../assembly/config/rollup';
import { derive } from '../assembly/derivation/driver';
import { ExecutorBuilder } from '../assembly/derivation/executor-builder';
import { Executor, Outcome } from '../assembly/execution/executor';
import { encodeHeader, Header } from '../assembly/execution/header';
import { error } from '../assembly/log';
import { agreedBlock, prepare } from '../assembly/prologue';
import { RlpWriter } from '../assembly/rlp';
import { Account, AccountFlag, addressOf, balanceOf, codeHashOf, storageRootOf } from '../assembly/state/account';
import { beforeOf, Slot, valueOf } from '../assembly/state/slot';
import { dirtyAccounts } from '../assembly/state/state';
import { toBytes } from '../assembly/u256';

/** Where records go: beside stdout and stderr. */
// @ts-ignore: decorator
@inline
const RECORDS: u32 = 3;

/** The first item of each record. */
const enum RecordKind {
  /** A block begins: its encoded header. A block that is built anew takes the place of the one before. */
  Header = 0,
  /** Encoded transaction and encoded receipt, in the block's order. */
  Transaction = 1,
  /** An account that the block wrote to, as it left it, with the slots that it wrote to. */
  Account = 2,
}

// @ts-ignore: decorator
@lazy const WORD: usize = memory.data(32, 8);

/** Executes as the client does, and shows the block that is kept. */
@final
class ShowingExecutor extends Executor {
  private readonly records: RlpWriter = new RlpWriter(1 << 16);

  protected seal(header: Header, outcome: Outcome): void {
    // The list ends with the commit; its accounts stay to the block's end.
    const first = dirtyAccounts;
    super.seal(header, outcome);
    if (header.number != this.keptNumber) return;
    this.showHeader(header);
    for (let i = 0; i < outcome.transactions.length; i++) {
      const list = this.begin(RecordKind.Transaction);
      this.records.view(outcome.transactions[i]);
      this.records.view(outcome.receipts[i]);
      this.end(list);
    }
    for (let at = first; at != 0; at = changetype<Account>(at).next) this.showAccount(changetype<Account>(at));
  }

  private begin(kind: RecordKind): u32 {
    this.records.reset();
    const list = this.records.open();
    this.records.u64(<u64>kind);
    return list;
  }

  private end(list: u32): void {
    this.records.close(list);
    const record = this.records.written;
    write(RECORDS, record.ptr, record.length);
  }

  private showHeader(header: Header): void {
    const encoded = new RlpWriter(1024);
    encodeHeader(header, encoded);
    const list = this.begin(RecordKind.Header);
    this.records.view(encoded.written);
    this.end(list);
  }

  /** Address, whether it is in the state, nonce, balance, storage root, code hash, slots of key, value before and value. */
  private showAccount(account: Account): void {
    const records = this.records;
    const list = this.begin(RecordKind.Account);
    records.bytes(addressOf(account), 20);
    records.u64(u64((account.flags & AccountFlag.Exists) != 0));
    records.u64(account.nonce);
    this.integer(balanceOf(account));
    records.bytes(storageRootOf(account), 32);
    records.bytes(codeHashOf(account), 32);
    const slots = records.open();
    for (let at = account.slots; at != 0; at = changetype<Slot>(at).next) {
      const slot = records.open();
      this.integer(at);
      this.integer(beforeOf(changetype<Slot>(at)));
      this.integer(valueOf(changetype<Slot>(at)));
      records.close(slot);
    }
    records.close(slots);
    this.end(list);
  }

  /** A u256. */
  private integer(limbs: usize): void {
    toBytes(WORD, limbs);
    this.records.integer(WORD, 32);
  }
}


@final
class ShowingBuilder extends ExecutorBuilder {
  constructor(config: RollupConfig, shownNumber: u64) {
    super(config, shownNumber);
    this.executor = new ShowingExecutor(config);
    this.executor.keptNumber = shownNumber;
  }
}

/** The module's entry: ends by `exit`, with 0 where the block was built and 2 where it was not. */
export function main(): void {
  const boot = readBootInfo();
  const config = prepare(boot);
  const builder = new ShowingBuilder(config, boot.claimedBlockNumber);
  const derived = derive(config, boot.l1Head, agreedBlock(boot), boot.claimedBlockNumber, builder);
  const failure = derived.failure;
  if (failure !== null) error('Derivation failed').text('err', failure.message).end();
  exit(failure === null && derived.value.claimed.number == boot.claimedBlockNumber ? 0 : 2);
}
