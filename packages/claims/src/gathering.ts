// What all segments of a range are derived from: one store and one gatherer, in this process, which the workers ask.
import {
  checkAnswerable,
  type Claim,
  type GatheredStore,
  type Gatherer,
  type HostStore,
  type Log,
  networkGatherer,
  openForGathering,
  type RelayEnd,
  relayEnd,
  type SharedWork,
  sharedWork,
} from '@obelisc/host';
import type { Derivation } from './judge.js';

/** A run's end here, to be left when the run has ended. */
export interface GatheredRun extends RelayEnd {
  leave(): void;
}

export class Gathering {
  readonly #gatherer: Gatherer;
  readonly #opened: GatheredStore;
  readonly #shared: SharedWork = sharedWork();

  /**
   * `derivation`: the whole range's. Throws ConfigurationError where it cannot be judged, DatadirError where the folder `datadir` cannot
   * be used.
   */
  constructor({ claim, chain, endpoints, policy, dataFormat }: Derivation, datadir: string, log: Log) {
    // No datadir is made for a claim that cannot be judged.
    checkAnswerable(claim, chain);
    this.#opened = openForGathering(datadir, dataFormat, log);
    this.#gatherer = networkGatherer({ endpoints, chain, log, policy });
    log('info', 'Pre-images are kept', { in: this.store.place });
  }

  /** What was gathered, also what is not in the datadir yet. */
  get store(): HostStore {
    return this.#opened.store;
  }

  /** Gathers for a run that derives this claim. */
  begin(claim: Claim): GatheredRun {
    const fetcher = this.#gatherer.fetcher(claim);
    return { ...relayEnd(fetcher, this.store, this.#shared), leave: () => fetcher.ahead.stop() };
  }

  /** Ends all fetching; resolves when what was fetched is written. Rejects with DatadirError. */
  close(): Promise<void> {
    this.#gatherer.stop();
    return this.#opened.settle();
  }
}
