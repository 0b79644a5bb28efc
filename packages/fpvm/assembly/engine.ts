// The engine of the machine: registers, memory, interpreter and translator of one guest in one linear memory.
export { enter, miss, run, runTranslated } from './interpreter/interpreter';
export {
  countPages,
  hostOfGranule,
  initialize,
  mapGranule,
  nextPage,
  pageMask,
  pagesEnd,
  peek,
  residentHost,
  word,
  write8,
} from './interpreter/memory';
export { countPoolPages, FROZEN, freeze, limitPool, thaw } from './interpreter/paging';
export { flush } from './translator/translator';
export { STATISTICS } from './translator/scratch';
export { decode } from './interpreter/code';
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
  REVERT_CODE,
} from './interpreter/layout';
