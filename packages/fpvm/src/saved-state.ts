// What a state file is written from: a machine that stands still, or a frozen state.
import type { PageContent } from './paging/frozen-memory.js';
import type { VmScalars } from './witness.js';

/** A state in full. Its memory may be asked for once. */
export interface SavedState extends Readonly<VmScalars> {
  /** Bytes written to the hint stream that do not make a whole hint yet. */
  readonly lastHint: Uint8Array;
  /** Witness and state hash as last computed. */
  readonly savedWitness: Uint8Array;
  readonly savedStateHash: Uint8Array;
  readonly memory: {
    pageCount(): number;
    /** All pages, ascending. */
    pages(): Iterable<PageContent>;
  };
}
