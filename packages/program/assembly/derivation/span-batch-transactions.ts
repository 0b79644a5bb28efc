// The transactions of a span batch: fields in columns, put together again (specs: protocol/delta/span-batches.md#
// span-batch-format).
import { Bytes } from '../bytes';
import { useScratch } from '../memory';
import { RlpReader, RlpWriter } from '../rlp';
import { bitAt, MAX_SPAN_ELEMENTS, SpanReader } from './span-batch';

/** Transaction types that span batches hold. */
const enum Type {
  Legacy = 0,
  AccessList = 1,
  DynamicFee = 2,
  SetCode = 4,
  /** Lagoon's: known in spans of all forks, so that what is wrong is its block and not the whole span. */
  PostExec = 0x7d,
}

/** The columns. They share the memory of the batch's encoding. */
@final
export class SpanTransactions {
  private constructor(
    private readonly creationBits: Bytes,
    private readonly parityBits: Bytes,
    private readonly signatures: Bytes,
    private readonly recipients: Bytes,
    /** Type byte (none for legacy ones) and RLP list of what has no column of its own. */
    private readonly data: Array<Bytes>,
    private readonly nonces: StaticArray<u64>,
    private readonly gasLimits: StaticArray<u64>,
    private readonly protectedBits: Bytes,
  ) {}

  /** Reads the columns of `count` transactions. Null where they are malformed. */
  static read(reader: SpanReader, count: u32): SpanTransactions | null {
    const creationBits = reader.bits(count);
    const parityBits = reader.bits(count);
    const signatures = reader.bytes(64 * <u64>count);
    if (reader.failed) return null;
    let creations: u32 = 0;
    for (let i: u32 = 0; i < count; i++) creations += bitAt(creationBits, i);
    const recipients = reader.bytes(20 * <u64>(count - creations));
    if (reader.failed) return null;

    const data = new Array<Bytes>(0);
    let legacy: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      const rest = reader.rest();
      if (rest.length == 0) return null;
      const typed: u32 = rest[0] <= 0x7f ? 1 : 0;
      const list = new RlpReader(rest.after(typed));
      if (!list.nextIsList) return null;
      const item = list.raw();
      // The reference's limit counts the list's header too.
      if (list.failed || <u64>item.length > MAX_SPAN_ELEMENTS) return null;
      if (typed == 0 || rest[0] == Type.Legacy) legacy += 1;
      data.push(rest.slice(0, typed + item.length));
      reader.skip(typed + item.length);
    }
    const nonces = new StaticArray<u64>(count);
    for (let i: u32 = 0; i < count; i++) nonces[i] = reader.varint();
    const gasLimits = new StaticArray<u64>(count);
    for (let i: u32 = 0; i < count; i++) gasLimits[i] = reader.varint();
    const protectedBits = reader.bits(legacy);
    if (reader.failed) return null;
    return new SpanTransactions(
      creationBits,
      parityBits,
      signatures,
      recipients,
      data,
      nonces,
      gasLimits,
      protectedBits,
    );
  }

  /**
   * The encoded transactions in the current region. Null where one is malformed or of a type that span batches don't have.
   */
  build(chainId: u64): Array<Bytes> | null {
    const count = <u32>this.data.length;
    const transactions = new Array<Bytes>(0);
    const writer = spanWriter();
    let recipient: u32 = 0;
    let legacy: u32 = 0;
    for (let i: u32 = 0; i < count; i++) {
      const data = this.data[i];
      const type: u32 = data[0] > 0x7f ? Type.Legacy : data[0];
      if (data[0] == Type.Legacy) return null;
      if (type == Type.PostExec) {
        // Unsigned, and whole as it is: its other columns mean nothing.
        if (bitAt(this.creationBits, i) == 0) recipient++;
        transactions.push(data.copy());
        continue;
      }
      const fields = new RlpReader(type == Type.Legacy ? data : data.after(1)).list();
      const parity = <u64>bitAt(this.parityBits, i);
      let v = parity;
      if (type == Type.Legacy) {
        v = bitAt(this.protectedBits, legacy++) == 0 ? 27 + parity : 35 + 2 * chainId + parity;
      } else if (type != Type.AccessList && type != Type.DynamicFee && type != Type.SetCode) {
        return null;
      }
      const isCreation = bitAt(this.creationBits, i) == 1;
      if (isCreation && type == Type.SetCode) return null;

      const value = integer(fields);
      // One price, or priority fee and fee cap, which follow one another in both encodings.
      const price = integer(fields);
      const cap = type == Type.DynamicFee || type == Type.SetCode ? integer(fields) : new Bytes(0, 0);
      // op-node reads those of set-code transactions into 256 bits, all others into any number of them.
      if (type == Type.SetCode && max(value.length, max(price.length, cap.length)) > 33) return null;
      const input = fields.raw();
      if (input.length > 0 && input[0] >= 0xc0) return null;
      let lists = new Bytes(0, 0);
      if (type != Type.Legacy) lists = accessLists(fields, type == Type.SetCode);
      if (!fields.complete) return null;

      writer.reset();
      if (type != Type.Legacy) writer.byte(<u8>type);
      const list = writer.open();
      if (type != Type.Legacy) writer.u64(chainId);
      writer.u64(this.nonces[i]);
      writer.raw(price.ptr, price.length);
      writer.raw(cap.ptr, cap.length);
      writer.u64(this.gasLimits[i]);
      if (isCreation) writer.empty();
      else writer.bytes(this.recipients.at(20 * recipient++, 20), 20);
      writer.raw(value.ptr, value.length);
      writer.raw(input.ptr, input.length);
      writer.raw(lists.ptr, lists.length);
      writer.u64(v);
      writer.integer(this.signatures.at(64 * i, 32), 32);
      writer.integer(this.signatures.at(64 * i + 32, 32), 32);
      writer.close(list);
      transactions.push(writer.written.copy());
    }
    return transactions;
  }
}

let shared: RlpWriter | null = null;

function spanWriter(): RlpWriter {
  let writer = shared;
  if (writer === null) {
    const before = useScratch(false);
    writer = new RlpWriter(4096);
    useScratch(before);
    shared = writer;
  }
  return writer;
}

/** The next item with its header, an integer of any size: no list, no leading zeros. */
function integer(fields: RlpReader): Bytes {
  const item = fields.raw();
  if (fields.failed) return item;
  const first = item[0];
  // A header of up to 9 bytes; what follows it is the integer's first byte.
  const header: u32 = first < 0x80 ? 0 : first < 0xb8 ? 1 : first - 0xb6;
  if (first >= 0xc0 || (header < item.length && item[header] == 0)) fields.failed = true;
  return item;
}

/** An access list (EIP-2930) and, with `authorizations`, an authorization list (EIP-7702) behind it, as they are encoded. */
function accessLists(fields: RlpReader, authorizations: bool): Bytes {
  const accessList = fields.raw();
  if (fields.failed) return accessList;
  const entries = new RlpReader(accessList).list();
  while (!entries.atEnd && !entries.failed) {
    const entry = entries.list();
    entry.fixed(20);
    const keys = entry.list();
    while (!keys.atEnd && !keys.failed) keys.fixed(32);
    if (keys.failed || !entry.complete) entries.failed = true;
  }
  if (entries.failed) fields.failed = true;
  if (!authorizations) return accessList;

  const list = fields.raw();
  if (fields.failed) return list;
  const tuples = new RlpReader(list).list();
  while (!tuples.atEnd && !tuples.failed) {
    const tuple = tuples.list();
    tuple.integer(); // chain id
    tuple.fixed(20);
    tuple.u64(); // nonce
    if (tuple.u64() > 0xff) tuple.failed = true; // y parity
    tuple.integer();
    tuple.integer();
    if (!tuple.complete) tuples.failed = true;
  }
  if (tuples.failed) fields.failed = true;
  return new Bytes(accessList.ptr, accessList.length + list.length);
}
