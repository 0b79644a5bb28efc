// The engine of the machine: registers, memory and interpreter of one guest in one linear memory.
export { run } from './interpreter';
export { flushTlb, hostOfGranule, initialize, mapGranule, write8 } from './memory';
export { decode } from './code';
export {
  DECODE_TABLE,
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
