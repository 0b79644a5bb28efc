// Contract codes by hash. Codes that were called once are called again, so they are kept with what the EVM finds out
// about them: up to MAX_CODES of them, each in a slot that holds the longest code there may be. Then a code that was not
// used lately makes room. Which one depends on the run's data alone. What is given up can be had again: codes come from
// the oracle, and those that were made here are in the store of trie nodes.
import { reading } from '../abi';
import { copy32, equal32 } from '../bytes';
import { useScratch } from '../memory';
import { hint, KeyType, openPreimage, readPreimage } from '../oracle';
import { keep, reserve, storedLength, storedNode } from '../trie/store';
import { Account, addressOf, codeHashOf, EMPTY_CODE_HASH } from './account';
import { keepStarts, keptStarts } from './given-up-codes';
import { mixHash } from './table-hash';

/** A code with what the EVM knows of it (evm/analysis.ts). */
@unmanaged
export class Code {
  /** The code's bytes, followed by at least 33 zero bytes: a PUSH32 at its end reads them, then finds a STOP. */
  ptr: usize;
  length: u32;
  /** Offset before which an instruction is known in each line, and where: a byte a line says how far into the line it begins. */
  scanned: u32;
  starts: usize;
  /**
   * Where an init code with a piece was copied from, else 0. Lines, and `scanned`, count from where such an address is a multiple of
   * a chunk (evm/long-codes.ts), which is up to a chunk before the code.
   */
  origin: usize;
  /**
   * What is known of its blocks, and which parts of that are in use; 0 where nothing is. Where that is a piece's (see
   * evm/block-tables.ts) these are where the first entry and mark would lie.
   */
  table: usize;
  lines: usize;
  /** Offsets below it are looked up in the table: the length, or 0 where the table is a piece's. */
  reach: u32;
  /** First offset of the piece. */
  first: u32;
  /** The revision that the table holds for. */
  revision: i32;
  /** Frames in execution that run the code: it stays as long as there are any. */
  frames: u32;
  /** Whether it was asked for since it was last thought of giving it up. */
  used: u32;
  hash0: u64;
  hash1: u64;
  hash2: u64;
  hash3: u64;
  /** Next code of the same bucket. */
  next: usize;
  /** Next in the circle of those that may be given up. */
  ring: usize;
}

/** Longest code that an account can be given (EIP-170). Only a genesis can hold longer ones. */
// @ts-ignore: decorator
@inline export const MAX_CODE_SIZE: u32 = 24576;

/** Zero bytes after a code. */
// @ts-ignore: decorator
@inline export const PADDING: u32 = 40;

/**
 * Codes that are kept: 217 MiB of them. To have that many in use takes a transaction 21 million gas, so that with those of
 * Karst (EIP-7825) none is read twice.
 */
// @ts-ignore: decorator
@inline const MAX_CODES: u32 = 8192;

// @ts-ignore: decorator
@inline
function hashOf(code: Code): usize {
  return changetype<usize>(code) + offsetof<Code>('hash0');
}

/** Bytes of a line, of whose instructions one is known: 64, more than the longest instruction has. */
// @ts-ignore: decorator
@inline export const LINE_SHIFT: u32 = 6;

/** Bytes for one of each line of a code of `length` bytes. */
// @ts-ignore: decorator
@inline
export function startsSize(length: u32): usize {
  return (((<usize>length) >> LINE_SHIFT) + 8) & ~7;
}

/** Sets up the code object for a code of `length` bytes at `ptr`, whose lines' starts are to be at `starts`. */
export function initialize(code: Code, ptr: usize, length: u32, starts: usize): void {
  code.ptr = ptr;
  code.length = length;
  code.reach = length;
  // The first instruction begins the first line.
  code.scanned = 1 << LINE_SHIFT;
  code.starts = starts;
  store<u8>(starts, 0);
  code.origin = 0;
  code.table = 0;
  code.lines = 0;
  code.frames = 0;
  memory.fill(ptr + length, 0, PADDING);
}

// Buckets: the first code of each, or 0.
let buckets: usize = 0;
let bucketMask: u32 = 0;

/** The code after the one that was looked at last when room was needed, and the number of all in the circle. */
let hand: usize = 0;
let count: u32 = 0;

/** How many codes were given up: whoever remembers a code may use it as long as this stays the same. */
export let givenUp: u32 = 0;

function setUp(): void {
  const before = useScratch(false);
  bucketMask = MAX_CODES - 1;
  buckets = heap.alloc(<usize>MAX_CODES * 4);
  useScratch(before);
  memory.fill(buckets, 0, <usize>MAX_CODES * 4);
}

// @ts-ignore: decorator
@inline
function bucketOf(hash: usize): usize {
  return buckets + ((<usize>(mixHash(load<u64>(hash)) & bucketMask)) << 2);
}

/** The account's code. It may be used until the next code is asked for. */
// @ts-ignore: decorator
@inline
export function codeOf(account: Account): Code {
  reading(addressOf(account), 0);
  return codeWith(codeHashOf(account));
}

function codeWith(hash: usize): Code {
  if (buckets == 0) setUp();
  for (let at = <usize>load<u32>(bucketOf(hash)); at != 0; at = changetype<Code>(at).next) {
    const code = changetype<Code>(at);
    if (!equal32(hashOf(code), hash)) continue;
    code.used = 1;
    return code;
  }
  return read(hash);
}

function read(hash: usize): Code {
  if (equal32(hash, EMPTY_CODE_HASH)) return add(slot(0), hash);
  const stored = storedNode(hash);
  if (stored != 0) {
    const code = slot(storedLength(stored));
    memory.copy(code.ptr, stored, code.length);
    return add(code, hash);
  }
  hint('l2-code', hash, 32);
  const code = slot(openPreimage(KeyType.Keccak256, hash));
  readPreimage(code.ptr, code.length);
  return add(code, hash);
}

/** Takes up again what was known of the code, were it given up before. */
function recall(code: Code): void {
  if (givenUp == 0) return;
  const scanned = keptStarts(hashOf(code), code.starts, startsSize(code.length));
  if (scanned != 0) code.scanned = scanned;
}

/** Files the code under the hash. */
function add(code: Code, hash: usize): Code {
  copy32(hashOf(code), hash);
  const bucket = bucketOf(hash);
  code.next = <usize>load<u32>(bucket);
  store<u32>(bucket, <u32>changetype<usize>(code));
  code.used = 1;
  recall(code);
  return code;
}

/** A place for a code of `length` bytes. */
function slot(length: u32): Code {
  if (length > MAX_CODE_SIZE) return oversized(length);
  let code: Code;
  if (count < MAX_CODES) {
    count++;
    code = newSlot(MAX_CODE_SIZE);
    if (hand == 0) {
      hand = code.ring = changetype<usize>(code);
    } else {
      code.ring = changetype<Code>(hand).ring;
      changetype<Code>(hand).ring = changetype<usize>(code);
    }
  } else {
    code = giveUp();
  }
  const ptr = changetype<usize>(code) + offsetof<Code>();
  initialize(code, ptr, length, ptr + MAX_CODE_SIZE + PADDING);
  return code;
}

/** Room for a code of `length` bytes, for good: no more than a genesis holds. */
function oversized(length: u32): Code {
  const code = newSlot(length);
  const ptr = changetype<usize>(code) + offsetof<Code>();
  initialize(code, ptr, length, ptr + <usize>length + PADDING);
  return code;
}

function newSlot(length: u32): Code {
  const before = useScratch(false);
  const slot = heap.alloc(offsetof<Code>() + <usize>length + PADDING + startsSize(length));
  useScratch(before);
  return changetype<Code>(slot);
}

/** Takes the first code from the hand on that no frame runs and that was not asked for since the hand came by. */
function giveUp(): Code {
  let code = changetype<Code>(hand);
  for (;;) {
    code = changetype<Code>(hand);
    hand = code.ring;
    if (code.frames != 0) continue;
    if (code.used == 0) break;
    code.used = 0;
  }
  if (code.scanned > 1 << LINE_SHIFT) keepStarts(hashOf(code), code.scanned, code.starts, startsSize(code.length));
  let place = bucketOf(hashOf(code));
  if (<usize>load<u32>(place) == changetype<usize>(code)) {
    store<u32>(place, <u32>code.next);
  } else {
    let before = changetype<Code>(<usize>load<u32>(place));
    while (before.next != changetype<usize>(code)) before = changetype<Code>(before.next);
    before.next = code.next;
  }
  givenUp++;
  return code;
}

/** Keeps the `length` bytes at `ptr` as a code and writes their hash to `out`. */
export function newCode(ptr: usize, length: u32, out: usize): void {
  if (length == 0) {
    copy32(out, EMPTY_CODE_HASH);
    return;
  }
  const copy = reserve(length);
  memory.copy(copy, ptr, length);
  copy32(out, keep(copy) + 1);
}
