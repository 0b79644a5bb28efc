// Hashes of the blocks before the one that is being executed: those executed here are remembered, older ones are found
// by walking back through the headers.
import { copy32, equal32 } from '../bytes';
import { mark, release, useScratch } from '../memory';
import { hint, KeyType, preimage } from '../oracle';
import { RlpReader } from '../rlp';

/** How far back BLOCKHASH sees. */
// @ts-ignore: decorator
@inline const WINDOW: u64 = 256;

// The hash of block n is at n mod 256.
// @ts-ignore: decorator
@lazy const HASHES: usize = memory.data(256 * 32, 8);

/** The known hashes are those of blocks `oldest` to `newest`; none where `known` is false. */
let oldest: u64 = 0;
let newest: u64 = 0;
let known: bool = false;

// @ts-ignore: decorator
@inline
function place(number: u64): usize {
  return HASHES + (((<usize>number) & 255) << 5);
}

/** Says that the next block's parent is block `number` with that hash, whose own parent has the hash at `parentHash`. */
export function setParent(number: u64, hash: usize, parentHash: usize): void {
  const follows = known && number == newest + 1 && equal32(place(newest), parentHash);
  const again = known && number == newest && equal32(place(newest), hash);
  if (again) return;
  if (!follows) oldest = number;
  known = true;
  newest = number;
  copy32(place(number), hash);
  if (newest - oldest >= WINDOW) oldest = newest - WINDOW + 1;
}

/** Writes the hash of block `number`, one of the 256 before the one being executed, to `out`; false where there is none. */
export function blockHash(number: u64, out: usize): bool {
  if (!known || number > newest || newest - number >= WINDOW) return false;
  while (number < oldest) {
    readParentHash(place(oldest), place(oldest - 1));
    oldest--;
  }
  copy32(out, place(number));
  return true;
}

/** Writes the parent hash of the block with the 32-byte hash at `hash` to `out`. */
function readParentHash(hash: usize, out: usize): void {
  const before = useScratch(true);
  const start = mark();
  hint('l2-block-header', hash, 32);
  const fields = new RlpReader(preimage(KeyType.Keccak256, hash)).list();
  copy32(out, fields.fixed(32));
  if (fields.failed) throw new Error('an L2 block header that is not one: its RLP is malformed');
  release(start);
  useScratch(before);
}
