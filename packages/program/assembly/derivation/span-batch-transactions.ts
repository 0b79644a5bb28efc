// The transactions of a span batch: fields in columns, put together again (specs: protocol/delta/span-batches.md#
// span-batch-format).
import { Bytes } from '../bytes';
import { mark, release, useScratch } from '../memory';
import { RlpReader, RlpWriter } from '../rlp';

/** Transaction types that span batches hold. */
export const enum SpanTransactionType {
  Legacy = 0,
  AccessList = 1,
  DynamicFee = 2,
  SetCode = 4,
  /** Lagoon's: known in spans of all forks, so that what is wrong is its block and not the whole span. */
  PostExec = 0x7d,
}

/**
 * Encodes a transaction in the current region, which must be SCRATCH: `data` is its type byte (none for legacy ones) and the
 * RLP list of what has no column of its own; `recipient` the address of 20 bytes, 0 for a creation; `signature` that of r
 * and s, 32 bytes each. Null where it is malformed or of a type that span batches don't have.
 */
export function assembleTransaction(
  data: Bytes,
  type: u32,
  chainId: u64,
  nonce: u64,
  gasLimit: u64,
  recipient: usize,
  parity: u32,
  isProtected: bool,
  signature: usize,
): Bytes | null {
  // Legacy transactions have no type byte.
  if (data[0] == SpanTransactionType.Legacy) return null;
  // Unsigned, and whole as it is: its other columns mean nothing.
  if (type == SpanTransactionType.PostExec) return data;
  const fields = new RlpReader(type == SpanTransactionType.Legacy ? data : data.after(1)).list();
  let v = <u64>parity;
  if (type == SpanTransactionType.Legacy) {
    v = isProtected ? 35 + 2 * chainId + <u64>parity : 27 + <u64>parity;
  } else if (
    type != SpanTransactionType.AccessList &&
    type != SpanTransactionType.DynamicFee &&
    type != SpanTransactionType.SetCode
  ) {
    return null;
  }
  if (recipient == 0 && type == SpanTransactionType.SetCode) return null;

  const value = integer(fields);
  // One price, or priority fee and fee cap, which follow one another in both encodings.
  const price = integer(fields);
  const hasCap = type == SpanTransactionType.DynamicFee || type == SpanTransactionType.SetCode;
  const cap = hasCap ? integer(fields) : new Bytes(0, 0);
  // op-node reads those of set-code transactions into 256 bits, all others into any number of them.
  if (type == SpanTransactionType.SetCode && max(value.length, max(price.length, cap.length)) > 33) return null;
  const input = fields.raw();
  if (input.length > 0 && input[0] >= 0xc0) return null;
  let lists = new Bytes(0, 0);
  if (type != SpanTransactionType.Legacy) lists = accessLists(fields, type == SpanTransactionType.SetCode);
  if (!fields.complete) return null;

  const writer = spanWriter();
  writer.reset();
  if (type != SpanTransactionType.Legacy) writer.byte(<u8>type);
  const list = writer.open();
  if (type != SpanTransactionType.Legacy) writer.u64(chainId);
  writer.u64(nonce);
  writer.raw(price.ptr, price.length);
  writer.raw(cap.ptr, cap.length);
  writer.u64(gasLimit);
  if (recipient == 0) writer.empty();
  else writer.bytes(recipient, 20);
  writer.raw(value.ptr, value.length);
  writer.raw(input.ptr, input.length);
  writer.raw(lists.ptr, lists.length);
  writer.u64(v);
  writer.integer(signature, 32);
  writer.integer(signature + 32, 32);
  writer.close(list);
  return writer.written.copy();
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
    const start = mark();
    const entry = entries.list();
    entry.fixed(20);
    const keys = entry.list();
    while (!keys.atEnd && !keys.failed) keys.fixed(32);
    if (keys.failed || !entry.complete) entries.failed = true;
    release(start);
  }
  if (entries.failed) fields.failed = true;
  if (!authorizations) return accessList;

  const list = fields.raw();
  if (fields.failed) return list;
  const tuples = new RlpReader(list).list();
  while (!tuples.atEnd && !tuples.failed) {
    const start = mark();
    const tuple = tuples.list();
    tuple.integer(); // chain id
    tuple.fixed(20);
    tuple.u64(); // nonce
    if (tuple.u64() > 0xff) tuple.failed = true; // y parity
    tuple.integer();
    tuple.integer();
    if (!tuple.complete) tuples.failed = true;
    release(start);
  }
  if (tuples.failed) fields.failed = true;
  return new Bytes(accessList.ptr, accessList.length + list.length);
}
