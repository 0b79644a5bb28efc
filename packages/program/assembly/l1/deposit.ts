// Deposits: events of the portal contract on L1 become transactions of type 0x7e on L2 (specs: protocol/deposits.md).
import { Bytes, copy32, isZero32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { RlpWriter } from '../rlp';
import { Log } from './receipt';

/** The type byte of deposit transactions. */
// @ts-ignore: decorator
@inline
export const DEPOSIT_TYPE: u32 = 0x7e;

/** What a source hash is made of, so that no two deposits have the same. */
export const enum SourceDomain {
  UserDeposit = 0,
  L1Info = 1,
  Upgrade = 2,
}

// @ts-ignore: decorator
@lazy const HASH_INPUT: usize = memory.data(64, 8);

/**
 * Source hash of the deposit that the L1 block with hash `l1Block` and `index` (of the log, or of the L2 block in its
 * epoch) identify: keccak256(domain ++ keccak256(hash ++ index)) as 32-byte words. 32 bytes in the current region.
 */
export function sourceHash(domain: SourceDomain, l1Block: usize, index: u64): usize {
  const hash = heap.alloc(32);
  copy32(HASH_INPUT, l1Block);
  memory.fill(HASH_INPUT + 32, 0, 24);
  store<u64>(HASH_INPUT, bswap<u64>(index), 56);
  keccak256(HASH_INPUT, 64, hash);
  return domainHash(domain, hash);
}

/** keccak256(domain ++ the 32 bytes at `id`), written over `id`. */
export function domainHash(domain: SourceDomain, id: usize): usize {
  copy32(HASH_INPUT + 32, id);
  memory.fill(HASH_INPUT, 0, 31);
  store<u8>(HASH_INPUT, <u8>domain, 31);
  keccak256(HASH_INPUT, 64, id);
  return id;
}

let writer: RlpWriter | null = null;

/**
 * Encodes a deposit transaction: 0x7e ++ RLP of its fields. `to` is the address of 20 bytes, or 0 for a creation; `mint`
 * and `value` are addresses of 32 bytes, or 0 for nothing. The result is in the current region.
 */
export function encodeDeposit(
  source: usize,
  from: usize,
  to: usize,
  mint: usize,
  value: usize,
  gas: u64,
  isSystem: bool,
  data: Bytes,
): Bytes {
  let out = writer;
  if (out === null) {
    const before = useScratch(false);
    out = new RlpWriter();
    useScratch(before);
    writer = out;
  }
  out.reset();
  out.byte(<u8>DEPOSIT_TYPE);
  const list = out.open();
  out.bytes(source, 32);
  out.bytes(from, 20);
  if (to == 0) out.empty();
  else out.bytes(to, 20);
  if (mint == 0) out.empty();
  else out.integer(mint, 32);
  if (value == 0) out.empty();
  else out.integer(value, 32);
  out.u64(gas);
  out.u64(isSystem ? 1 : 0);
  out.view(data);
  out.close(list);
  return out.written.copy();
}

/** A decoded event, or what is wrong with it. */
@final
export class DepositResult {
  constructor(
    public readonly transaction: Bytes,
    public readonly problem: string | null,
  ) {}
}

/** The deposit transaction of a TransactionDeposited event in the L1 block with hash `l1Block`. */
export function decodeDeposit(log: Log, l1Block: usize): DepositResult {
  if (log.topicCount != 4) return problem('a TransactionDeposited event without four topics');
  const data = log.data;
  if (data.length < 64 || data.length % 32 != 0) return problem('a TransactionDeposited event of a wrong length');
  if (!isWord(data, 0) || data.u64At(24) != 32) return problem('a TransactionDeposited event with a wrong offset');
  const room = <u64>(data.length - 64);
  const length = data.u64At(56);
  // Padding to a whole word, and no word more.
  if (!isWord(data, 32) || length > room || length + 32 <= room) {
    return problem('a TransactionDeposited event with a wrong length of its data');
  }
  if (!isZero32(log.topic(3))) return problem('a TransactionDeposited event of an unknown version');
  // Version 0: mint (32 bytes), value (32), gas limit (8), is creation (1), call data.
  if (length < 73) return problem('a TransactionDeposited event with too little data');
  const opaque = data.slice(64, 64 + <u32>length);
  const transaction = encodeDeposit(
    sourceHash(SourceDomain.UserDeposit, l1Block, log.index),
    log.topic(1) + 12,
    opaque[72] == 0 ? log.topic(2) + 12 : 0,
    opaque.at(0, 32),
    opaque.at(32, 32),
    opaque.u64At(64),
    false,
    opaque.after(73),
  );
  return new DepositResult(transaction, null);
}

/** Whether the word at `offset` is below 2^64. */
function isWord(data: Bytes, offset: u32): bool {
  return (data.u64At(offset) | data.u64At(offset + 8) | data.u64At(offset + 16)) == 0;
}

function problem(what: string): DepositResult {
  return new DepositResult(new Bytes(0, 0), what);
}
