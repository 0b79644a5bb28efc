// Contract codes by hash, kept to the end of the run: contracts that were called once are called again.
import { copy32, equal32 } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { EMPTY_CODE_HASH } from './account';

/** A contract's code. It lives in PERSISTENT. */
@final
export class Code {
  /** Address of the EVM's analysis of the code; 0 until there is one. It must live as long as the code. */
  jumpdests: usize = 0;
  constructor(
    public readonly ptr: usize,
    public readonly length: u32,
    /** 32 bytes. */
    public readonly hash: usize,
  ) {}
}

// Open addressing by the hash's first bytes.
let table: StaticArray<usize> = new StaticArray<usize>(256);
let count: i32 = 0;

/** Index of the table's place for the hash: it holds the code's address or 0. */
function placeOf(hash: usize): i32 {
  const mask = table.length - 1;
  let i = load<i32>(hash) & mask;
  let at = unchecked(table[i]);
  while (at != 0 && !equal32(changetype<Code>(at).hash, hash)) {
    i = (i + 1) & mask;
    at = unchecked(table[i]);
  }
  return i;
}

/** The code with the 32-byte hash at `hash`, from the oracle where it isn't known yet. */
export function codeOf(hash: usize): Code {
  const place = placeOf(hash);
  const known = unchecked(table[place]);
  if (known != 0) return changetype<Code>(known);
  const before = useScratch(false);
  let code: Code;
  if (equal32(hash, EMPTY_CODE_HASH)) {
    code = new Code(0, 0, EMPTY_CODE_HASH);
  } else {
    hint('l2-code', hash, 32);
    const bytes = preimage(KeyType.Keccak256, hash);
    code = new Code(bytes.ptr, bytes.length, copyHash(hash));
  }
  add(place, code);
  useScratch(before);
  return code;
}

// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);

/** The code of the `length` bytes at `ptr`, which are copied. */
export function newCode(ptr: usize, length: u32): Code {
  keccak256(ptr, length, HASH);
  const place = placeOf(HASH);
  const known = unchecked(table[place]);
  if (known != 0) return changetype<Code>(known);
  const before = useScratch(false);
  const copy = heap.alloc(length);
  memory.copy(copy, ptr, length);
  const code = new Code(copy, length, copyHash(HASH));
  add(place, code);
  useScratch(before);
  return code;
}

function copyHash(hash: usize): usize {
  const copy = heap.alloc(32);
  copy32(copy, hash);
  return copy;
}

function add(place: i32, code: Code): void {
  unchecked((table[place] = changetype<usize>(code)));
  if (++count * 2 < table.length) return;
  const old = table;
  table = new StaticArray<usize>(old.length * 2);
  for (let i = 0; i < old.length; i++) {
    const at = unchecked(old[i]);
    if (at != 0) unchecked((table[placeOf(changetype<Code>(at).hash)] = at));
  }
}
