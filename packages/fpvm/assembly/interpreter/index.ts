// The engine of the machine: registers, memory and interpreter of one guest in one linear memory.
export { enter, miss, run, runTranslated } from './interpreter';
export { flushTlb, hostOfGranule, initialize, mapGranule, nextPage, pagesEnd, peek, word, write8 } from './memory';
export { decode, existingCodeBlock } from './code';
export {
  BLOCK_COUNTS,
  BLOCK_REGIONS,
  BLOCK_SLOTS,
  BLOCK_TRANSLATED,
  CODE_CACHE,
  DECODE_TABLE,
  DROPPED,
  HOT,
  NEXT_SLOT,
  TLB,
  FORMATS,
  FUEL,
  GUARDED,
  GUEST_OF_HOST,
  LOAD_RESERVATION,
  NEXT_FREE,
  OUT_OF_MEMORY,
  PAGE_STATES,
  PC,
  REGIONS,
  REGISTERS,
  REVERTS,
  REVERT_CODE,
} from './layout';
