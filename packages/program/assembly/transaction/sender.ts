// Who sent a transaction: the rules for signatures (EIP-2, EIP-155, EIP-2718) and the recovery of the sender.
import { Bytes } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { recoverAddress } from '../crypto/secp256k1';
import { mark, release, useScratch } from '../memory';
import { RlpWriter, storeHeader } from '../rlp';
import { Transaction, TransactionType } from './transaction';

/** Half of secp256k1's group order: s may not be above it (EIP-2). */
// prettier-ignore
// @ts-ignore: decorator
@lazy const HALF_ORDER: usize = memory.data<u8>([
  0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0x5d, 0x57, 0x6e, 0x73, 0x57, 0xa4, 0x50, 0x1d, 0xdf, 0xe9, 0x2f, 0x46, 0x68, 0x1b, 0x20, 0xa0,
]);

// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const R: usize = memory.data(32, 8);
// @ts-ignore: decorator
@lazy const S: usize = memory.data(32, 8);

/** Writes an integer of at most 32 big-endian bytes to the 32 at `target`. */
function pad(target: usize, value: Bytes): void {
  memory.fill(target, 0, 32);
  value.copyTo(target + 32 - value.length);
}

/**
 * Recovers the signer of the message with the 32-byte hash at `hash` and writes the 20-byte address to `out`. Returns
 * false where the signature is not valid: a parity other than 0 or 1, r or s out of range, s in the upper half.
 */
export function recoverSigner(hash: usize, parity: u32, r: Bytes, s: Bytes, out: usize): bool {
  if (parity > 1) return false;
  pad(R, r);
  pad(S, s);
  if (memory.compare(S, HALF_ORDER, 32) > 0) return false;
  return recoverAddress(hash, R, S, parity, out);
}

/**
 * Writes the sender's 20-byte address to `out`; false where the signature is not valid on the chain `chainId`. Deposits
 * have no signature: theirs is the address that they name. Takes some millions of instructions.
 */
export function recoverSender(transaction: Transaction, chainId: u64, out: usize): bool {
  if (transaction.isDeposit) {
    memory.copy(out, transaction.from, 20);
    return true;
  }
  if (transaction.isProtected && transaction.chainId != chainId) return false;
  hashSigned(transaction);
  return recoverSigner(HASH, transaction.parity, transaction.r, transaction.s, out);
}

/** Writes the hash that the transaction's signature signs to HASH. */
function hashSigned(transaction: Transaction): void {
  const before = useScratch(true);
  const start = mark();
  const fields = transaction.signed;
  const legacy = transaction.type == TransactionType.Legacy;
  // EIP-155: chain id, 0, 0, which the transaction does not hold in this form.
  const chain = new RlpWriter(16);
  if (legacy && transaction.isProtected) {
    chain.u64(transaction.chainId);
    chain.empty();
    chain.empty();
  }
  const ending = chain.written;
  const payload = fields.length + ending.length;
  const message = heap.alloc(<usize>payload + 8);
  let p = message;
  if (!legacy) store<u8>(p++, <u8>transaction.type);
  p += storeHeader(p, 0xc0, payload);
  fields.copyTo(p);
  ending.copyTo(p + fields.length);
  keccak256(message, <u32>(p + payload - message), HASH);
  release(start);
  useScratch(before);
}
