// A derived block shown: the client's inspecting build (native/inspect.ts) run on an oracle, and its records read.
import { RLP } from '@ethereumjs/rlp';
import type { NearbySource, Oracle } from '@obelisc/preimage';
import { inspectModule, runProgram } from './run.js';

/** An account that the block wrote to, as it left it. */
export interface ShownAccount {
  /** 20 bytes. */
  readonly address: Uint8Array;
  /** Whether it is in the state after the block. */
  readonly exists: boolean;
  readonly nonce: bigint;
  readonly balance: bigint;
  /** 32 bytes each. */
  readonly storageRoot: Uint8Array;
  readonly codeHash: Uint8Array;
  /** The slots that the block wrote to: their values before it and after it, by key. */
  readonly slots: ReadonlyMap<bigint, { readonly before: bigint; readonly after: bigint }>;
}

/** A block as it was derived and executed. */
export interface ShownBlock {
  /** RLP. */
  readonly header: Uint8Array;
  /** In the block's order, as the tries of the header's roots hold them. */
  readonly transactions: readonly Uint8Array[];
  readonly receipts: readonly Uint8Array[];
  readonly accounts: readonly ShownAccount[];
}

export interface ShowOptions {
  /** Its claimed block is the one that is shown. What it throws ends the run and is thrown to the caller. */
  readonly oracle: Oracle;
  readonly nearby?: NearbySource | undefined;
  /** Takes the client's log. */
  readonly log?: (bytes: Uint8Array) => void;
}

/** Derives up to the claimed block and shows it; undefined where derivation does not get there. */
export async function showBlock({ oracle, nearby, log = () => {} }: ShowOptions): Promise<ShownBlock | undefined> {
  let records: Uint8Array[] = [];
  const code = await runProgram({
    oracle,
    nearby,
    module: inspectModule(),
    stdout: log,
    stderr: log,
    records(record) {
      // The block's latest building counts, as in the derivation itself.
      if (kindOf(record) === RecordKind.header) records = [];
      records.push(record);
    },
  });
  return code === 0 && records.length > 0 ? read(records) : undefined;
}

/** As native/inspect.ts has them. */
const RecordKind = { header: 0, transaction: 1, account: 2 } as const;

type Item = Uint8Array | Item[];

function kindOf(record: Uint8Array): number {
  return Number(integer(items(RLP.decode(record))[0]));
}

function read(records: readonly Uint8Array[]): ShownBlock {
  let header = new Uint8Array(0);
  const transactions: Uint8Array[] = [];
  const receipts: Uint8Array[] = [];
  const accounts: ShownAccount[] = [];
  for (const record of records) {
    const [kind, ...fields] = items(RLP.decode(record));
    switch (Number(integer(kind))) {
      case RecordKind.header:
        header = Uint8Array.from(bytes(fields[0]));
        break;
      case RecordKind.transaction:
        transactions.push(bytes(fields[0]));
        receipts.push(bytes(fields[1]));
        break;
      case RecordKind.account:
        accounts.push(account(fields));
        break;
      default:
        throw new TypeError('the inspecting client wrote a record of an unknown kind');
    }
  }
  return { header, transactions, receipts, accounts };
}

function account([address, exists, nonce, balance, storageRoot, codeHash, slots]: Item[]): ShownAccount {
  return {
    address: bytes(address),
    exists: integer(exists) === 1n,
    nonce: integer(nonce),
    balance: integer(balance),
    storageRoot: bytes(storageRoot),
    codeHash: bytes(codeHash),
    slots: new Map(
      items(slots).map((slot) => {
        const [key, before, after] = items(slot);
        return [integer(key), { before: integer(before), after: integer(after) }];
      }),
    ),
  };
}

function bytes(item: Item | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item;
  throw new TypeError('the inspecting client wrote a list where bytes belong');
}

function items(item: unknown): Item[] {
  if (Array.isArray(item)) return item as Item[];
  throw new TypeError('the inspecting client wrote bytes where a list belongs');
}

function integer(item: Item | undefined): bigint {
  const digits = Buffer.from(bytes(item)).toString('hex');
  return digits === '' ? 0n : BigInt(`0x${digits}`);
}
