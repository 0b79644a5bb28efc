// What was found out of the instructions of codes that were given up, as long as the block lasts: a warm call of a code takes 100
// gas, for which the code's bytes can be read again, but not be gone through once more.
import { equal32 } from '../bytes';
import { OpenTable, TABLE_SIZE } from '../open-table';
import { mixHash } from './table-hash';

/** A code's hash and how far it was gone through; the starts of its lines follow behind. */
@unmanaged
class GivenUp {
  hash0: u64;
  hash1: u64;
  hash2: u64;
  hash3: u64;
  scanned: u32;


  @inline
  hash(): u32 {
    return mixHash(this.hash0);
  }


  @inline
  sameKey(other: GivenUp): bool {
    return equal32(changetype<usize>(this), changetype<usize>(other));
  }
}

// @ts-ignore: decorator
@lazy const TABLE: OpenTable<GivenUp> = changetype<OpenTable<GivenUp>>(memory.data(TABLE_SIZE, 8));

/** Forgets all: a block begins. SCRATCH must be current. */
export function resetGivenUp(): void {
  TABLE.open(64);
}

/** Keeps the starts of the lines, `size` bytes at `starts`, of the code with the 32-byte hash at `hash`, in SCRATCH. */
export function keepStarts(hash: usize, scanned: u32, starts: usize, size: usize): void {
  const place = TABLE.placeOf(changetype<GivenUp>(hash));
  let code = changetype<GivenUp>(<usize>load<u32>(place));
  if (changetype<usize>(code) == 0) {
    code = changetype<GivenUp>(heap.alloc(offsetof<GivenUp>() + size));
    memory.copy(changetype<usize>(code), hash, 32);
    if (TABLE.put(place, code)) TABLE.grow(4);
  }
  code.scanned = scanned;
  memory.copy(changetype<usize>(code) + offsetof<GivenUp>(), starts, size);
}

/** How far the code with that hash had been gone through, and the starts of its lines to `starts`; 0 where that is not known. */
export function keptStarts(hash: usize, starts: usize, size: usize): u32 {
  const code = TABLE.find(changetype<GivenUp>(hash));
  if (changetype<usize>(code) == 0) return 0;
  memory.copy(starts, changetype<usize>(code) + offsetof<GivenUp>(), size);
  return code.scanned;
}
