// What a blob costs on L1: the update fraction of its fee, which L1's forks change (EIP-4844, EIP-7691, EIP-7840, EIP-7892).
import { NEVER } from './fork-time';

/** Forks of L1 with blob parameters of their own, in order: Cancun, Prague, Osaka, BPO1 to BPO5. */
// @ts-ignore: decorator
@inline
export const BLOB_FORKS: i32 = 8;

/** The schedule of one L1 chain. */
@final
export class BlobSchedule {
  /** By fork: when it comes into force, or NEVER. */
  readonly times: StaticArray<u64> = new StaticArray<u64>(BLOB_FORKS).fill(NEVER);
  /** By fork: its update fraction, or 0 where it does not change it. */
  readonly fractions: StaticArray<u64> = new StaticArray<u64>(BLOB_FORKS);

  /** The update fraction in force in an L1 block at `time`, or 0: that of the last fork that has one (geth: latestBlobConfig). */
  fractionAt(time: u64): u64 {
    for (let fork = BLOB_FORKS - 1; fork >= 0; fork--) {
      if (this.times[fork] <= time && this.fractions[fork] != 0) return this.fractions[fork];
    }
    return 0;
  }
}
