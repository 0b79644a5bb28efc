// The engine of the machine: registers, memory, interpreter and translator of one guest in one linear memory. What the
// interpreter tells of (interpreter/events.ts) src/engine.ts hands on to `request`, `codeFound` and `drop`.
import { interpret } from './interpreter/interpreter';
import { freezeGranules } from './interpreter/paging';
import { guardStores } from './translator/bounds';
import { missed } from './translator/translator';

export { enter, run, runTranslated } from './interpreter/interpreter';
export { pageMask, residentHost } from './interpreter/granules';
export {
  countPages,
  hostOfGranule,
  initialize,
  mapGranule,
  nextPage,
  pagesEnd,
  peek,
  word,
  writeTransferred,
} from './interpreter/memory';
export { countPoolPages, FROZEN, limitPool } from './interpreter/paging';
export { codeFound, drop, flush, request, requestIfLong } from './translator/translator';
export { STATISTICS } from './translator/scratch';
export { decode } from './interpreter/decode';
export {
  DECODE_TABLE,
  FIRST_FREE,
  GRANULE_COUNT,
  HOT,
  FORMATS,
  FUEL,
  GUEST_OF_HOST,
  LOAD_RESERVATION,
  NEXT_FREE,
  OUT_OF_MEMORY,
  PAGE_STATES,
  PC,
  REGISTERS,
  REVERTS,
  TRANSFER,
  TRANSFER_SIZE,
  REVERT_CODE,
} from './interpreter/layout';

/** The interpreter, where translated code cannot go on: often enough, that is reason to translate it anew. */
export function miss(fuel: i64, depth: i32, exit: u32): u64 {
  missed(exit);
  return interpret(fuel, depth);
}

/**
 * Has the first write to each granule from now on reported, those of translated code too: until `thaw`, that must ask the
 * TLB. To be called while no guest code runs.
 */
export function freeze(): void {
  guardStores(true);
  freezeGranules();
}

/** Translated code may store without asking the TLB again. */
export function thaw(): void {
  guardStores(false);
}
