// What differs between a derived block and another's: types alone, which the page of the watch takes as well.

/** One thing that differs. Numbers are decimal, all else 0x-hex; null: that side has none. */
export interface Difference {
  readonly in: 'output' | 'header' | 'transaction' | 'receipt' | 'log' | 'account' | 'slot';
  /** Of transactions, receipts and logs: place in the block and hash. */
  readonly transaction?: { readonly index: number; readonly hash: string };
  /** Of logs: the place in the receipt. */
  readonly log?: number;
  /** Of accounts and slots. */
  readonly address?: string;
  readonly slot?: string;
  readonly field: string;
  readonly derived: string | null;
  readonly other: string | null;
}

/** Where a difference lies. */
export type Place = Omit<Difference, 'field' | 'derived' | 'other'>;
