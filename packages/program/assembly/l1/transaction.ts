// Transactions of L1 blocks (EIP-2718 envelopes), read for what the batcher sends: only recipient, data, blob hashes and
// sender matter.
import { Bytes } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { recoverAddress } from '../crypto/secp256k1';
import { useScratch } from '../memory';
import { RlpReader, RlpWriter } from '../rlp';

/** Transaction types of L1. */
export const enum TransactionType {
  Legacy = 0,
  AccessList = 1,
  DynamicFee = 2,
  Blob = 3,
  SetCode = 4,
}

/** Addresses point into the encoded transaction. */
@final
export class L1Transaction {
  constructor(
    public readonly type: TransactionType,
    /** 20 bytes, or 0 for a creation. */
    public readonly to: usize,
    public readonly data: Bytes,
    private readonly hashes: usize,
    /** Number of blobs that it carries. */
    public readonly blobCount: u32,
    private readonly encoded: Bytes,
  ) {}

  /** Address of the 32-byte versioned hash of blob `i`. */
  blobHash(i: u32): usize {
    if (i >= this.blobCount) throw new RangeError('a blob out of range');
    return this.hashes + 33 * i + 1;
  }

  /**
   * The sender's 20-byte address in the current region, or 0 where the signature is not valid on the chain `chainId` and for
   * set-code transactions and unknown types, which the batcher may not send. It costs some millions of instructions.
   */
  sender(chainId: u64): usize {
    if (this.type >= TransactionType.SetCode) return 0;
    return this.type == TransactionType.Legacy
      ? legacySender(this.encoded, chainId)
      : typedSender(this.type, this.encoded, chainId);
  }
}

/**
 * Decodes a transaction of an L1 block. A malformed one ends the program: L1 holds none. Of a type that the batcher may not
 * send (a later fork's, or a deposit on an L1 that is an OP chain), nothing is read: it goes to nobody.
 */
export function decodeL1Transaction(encoded: Bytes): L1Transaction {
  const first = encoded[0];
  const type = first >= 0xc0 ? TransactionType.Legacy : <TransactionType>first;
  if (first > <u32>TransactionType.SetCode && first < 0x80)
    return new L1Transaction(type, 0, new Bytes(0, 0), 0, 0, encoded);
  if (first == 0 || (first >= 0x80 && first < 0xc0)) throw new Error('a malformed L1 transaction');
  const outer = new RlpReader(type == TransactionType.Legacy ? encoded : encoded.after(1));
  const fields = outer.list();
  const before = type == TransactionType.Legacy ? 3 : type == TransactionType.AccessList ? 4 : 5;
  for (let i = 0; i < before; i++) fields.raw();
  const to = fields.bytes();
  fields.raw(); // value
  const data = fields.bytes();
  let hashes: usize = 0;
  let count: u32 = 0;
  if (type == TransactionType.Blob) {
    fields.raw(); // access list
    fields.raw(); // max fee per blob gas
    const list = fields.list();
    while (!list.atEnd && !list.failed) {
      const hash = list.fixed(32);
      if (count == 0) hashes = hash - 1;
      count += 1;
    }
    if (list.failed) fields.failed = true;
  }
  if (fields.failed || !outer.complete || (to.length != 0 && to.length != 20))
    throw new Error('a malformed L1 transaction');
  return new L1Transaction(type, to.length == 0 ? 0 : to.ptr, data, hashes, count, encoded);
}

let signing: RlpWriter | null = null;

function signingWriter(): RlpWriter {
  let out = signing;
  if (out === null) {
    const before = useScratch(false);
    out = new RlpWriter(4096);
    useScratch(before);
    signing = out;
  }
  out.reset();
  return out;
}

/** Recovers the signer of what `out` holds. `parity` other than 0 or 1, and r or s out of range, give 0. */
function recover(out: RlpWriter, parity: u64, r: Bytes, s: Bytes): usize {
  if (parity > 1) return 0;
  const message = heap.alloc(32);
  keccak256(out.written.ptr, out.written.length, message);
  const words = heap.alloc(64);
  memory.fill(words, 0, 64);
  r.copyTo(words + 32 - r.length);
  s.copyTo(words + 64 - s.length);
  if (!isLowS(words + 32)) return 0;
  const address = heap.alloc(20);
  return recoverAddress(message, words, words + 32, <u32>parity, address) ? address : 0;
}

/** Half of secp256k1's group order: since Homestead (EIP-2) s may not be above it. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const HALF_ORDER: usize = memory.data<u8>([
  0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
]);

function isLowS(s: usize): bool {
  return memory.compare(s, HALF_ORDER, 32) <= 0;
}

function legacySender(encoded: Bytes, chainId: u64): usize {
  const fields = new RlpReader(encoded).list();
  const start = encoded.length - fields.remaining;
  for (let i = 0; i < 6; i++) fields.raw();
  const end = encoded.length - fields.remaining;
  const v = fields.integer();
  const r = fields.integer();
  const s = fields.integer();
  if (!fields.complete || v.length > 8) return 0;
  let value: u64 = 0;
  for (let i: u32 = 0; i < v.length; i++) value = (value << 8) | (<u64>v[i]);

  const out = signingWriter();
  const list = out.open();
  out.raw(encoded.at(start, end - start), end - start);
  // Without EIP-155 the transaction is bound to no chain; v = 0 and 1 pass for unprotected and then are out of range.
  let parity: u64 = value - 27;
  if (value > 1 && value != 27 && value != 28) {
    parity = value - 35 - 2 * chainId;
    if (parity > 1) return 0; // another chain's
    out.u64(chainId);
    out.empty();
    out.empty();
  }
  out.close(list);
  return recover(out, parity, r, s);
}

function typedSender(type: TransactionType, encoded: Bytes, chainId: u64): usize {
  const fields = new RlpReader(encoded.after(1)).list();
  const start = encoded.length - fields.remaining;
  if (fields.u64() != chainId) return 0;
  // Fields before the signature, the chain id not counted.
  const count =
    type == TransactionType.AccessList
      ? 7
      : type == TransactionType.DynamicFee
        ? 8
        : type == TransactionType.Blob
          ? 10
          : 9;
  for (let i = 0; i < count; i++) fields.raw();
  const end = encoded.length - fields.remaining;
  const parity = fields.u64();
  const r = fields.integer();
  const s = fields.integer();
  if (!fields.complete) return 0;
  const out = signingWriter();
  out.byte(<u8>type);
  const list = out.open();
  out.raw(encoded.at(start, end - start), end - start);
  out.close(list);
  return recover(out, parity, r, s);
}
