// Transactions to the batch inbox that derivation must pass over: data that is none, and data from strangers.
// Specification: specs/protocol/derivation.md, "Batcher Transaction Format", "Frame Format"; batches' authentication:
// "L1 Retrieval".
import type { Address } from '@ethereumjs/util';
import { concatBytes } from '@ethereumjs/util';
import type { Wallet } from '../chain/wallet.js';
import { floorOfData } from '../execution/calldata-gas.js';
import type { L1Submission } from '../l1/l1-chain.js';
import { SeededNumbers } from '../seed.js';
import { BLOB_SIZE, sealBlob } from './blob.js';
import type { BlobSidecar } from './blob.js';
import { batcherData, cutFrames } from './channel.js';

const MAX_BLOB_FEE = 1_000_000_000n;

/** Noise around one chain's batches. */
export class InboxNoise {
  readonly #numbers: SeededNumbers;
  /** Sealed once: committing to it takes its time. */
  #emptyBlob: BlobSidecar | undefined;

  constructor(
    seed: string,
    readonly inbox: Address,
    readonly stranger: Wallet,
  ) {
    this.#numbers = new SeededNumbers(seed, 'inbox noise');
  }

  /** The batcher's submissions of an L1 block among noise. `batcher` is the account whose data counts there. */
  around(batcher: Wallet, submissions: readonly L1Submission[]): L1Submission[] {
    const frames = this.#frames();
    const [first = new Uint8Array(0)] = frames;
    const junk = [
      new Uint8Array(0),
      // Derivation version 1 doesn't exist.
      concatBytes(Uint8Array.of(1), first),
      // A frame that ends in the middle.
      batcherData([first.slice(0, -5)]),
      // A frame whose last byte is neither 0 nor 1.
      batcherData([concatBytes(first.slice(0, -1), Uint8Array.of(2))]),
      // Frames with a byte too many.
      concatBytes(batcherData(frames), Uint8Array.of(0)),
      // A channel that never ends.
      batcherData(frames.slice(0, 1)),
      this.#numbers.bytes(60),
    ];
    const data = junk[this.#numbers.below(junk.length)] ?? new Uint8Array(0);
    const fromBatcher = this.#calldata(batcher, data);
    const [submission] = submissions;
    if (submission === undefined) return [fromBatcher];
    // A stranger's blob in front moves the batcher's blobs to other indexes.
    const fromStranger =
      submission.sidecars.length > 0 ? this.#strangersBlob() : this.#calldata(this.stranger, batcherData(frames));
    return [fromStranger, ...submissions, fromBatcher];
  }

  #frames(): Uint8Array[] {
    return cutFrames(this.#numbers.bytes(16), this.#numbers.bytes(90), 80);
  }

  #calldata(from: Wallet, data: Uint8Array): L1Submission {
    const gasLimit = floorOfData(data);
    return { raw: from.dynamicFee({ to: this.inbox, data, gasLimit }), sidecars: [] };
  }

  #strangersBlob(): L1Submission {
    const sidecar = (this.#emptyBlob ??= sealBlob(new Uint8Array(BLOB_SIZE)));
    const raw = this.stranger.blobs({ to: this.inbox, gasLimit: 21_000n }, [sidecar.versionedHash], MAX_BLOB_FEE);
    return { raw, sidecars: [sidecar] };
  }
}
