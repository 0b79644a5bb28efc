// The engine of the machine: registers, memory and interpreter of one guest in one linear memory.
export { enter, interpret, run, runTranslated } from './interpreter';
export { flushTlb, hostOfGranule, initialize, mapGranule, nextPage, write8 } from './memory';
export { decode, existingCodeBlock } from './code';
export {
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
  GUEST_OF_HOST,
  LOAD_RESERVATION,
  NEXT_FREE,
  OUT_OF_MEMORY,
  PAGE_STATES,
  PC,
  REGISTERS,
  REVERTS,
  REVERT_CODE,
} from './layout';
