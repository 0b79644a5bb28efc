// Where things lie in the engine's linear memory. The exported addresses are read by src/engine.ts, which has no copy of
// its own; guest memory follows from FIRST_FREE in granules of 64 KiB.

/** Registers x0..x31, 8 bytes each. x0 is never written. */
export const REGISTERS: usize = 0x400;
/** Address of the next instruction. */
export const PC: usize = 0x500;
/** Steps left of the current run. */
export const FUEL: usize = 0x508;
/** Address of the last LR, 0 after an SC. */
export const LOAD_RESERVATION: usize = 0x510;
/** Code of a revert, valid when run() returned REVERTED. */
export const REVERT_CODE: usize = 0x518;
/** Next free byte of linear memory, a multiple of 64 KiB. */
export const NEXT_FREE: usize = 0x520;
/** Size of linear memory in 64 KiB units. */
export const MEMORY_SIZE: usize = 0x528;
/** Set to 1 just before the trap when linear memory cannot grow. */
export const OUT_OF_MEMORY: usize = 0x530;
/** Two operations: an instruction decoded outside of any code block, then OP_CROSS. */
export const SCRATCH_OPS: usize = 0x540;

/** Why the frames of translated code are being left, as `Stop`, or NO_STOP. */
export const STOP: usize = 0x550;
/** Function-table slot that is to be entered in the place of the interpreter, or 0. */
export const NEXT_SLOT: usize = 0x554;
/** 1 after translations were dropped: frames of translated code must not be returned into. */
export const DROPPED: usize = 0x558;
/** Executions of a jump's or call's target before it is translated. */
export const HOT: usize = 0x55c;

/** Operation number → format, one byte each (src/engine.ts fills it from the instruction table). */
export const FORMATS: usize = 0x600;
/** Operation number → revert code or 0, four bytes each (from the instruction table). */
export const REVERTS: usize = 0x700;

/** Code blocks by guest granule & 255: granule (8 bytes), address of the block (4). */
export const CODE_CACHE: usize = 0x8000;
/** Software TLB: 1,024 entries of 32 bytes: read tag (8), write tag (8), guest-to-host difference (4). */
export const TLB: usize = 0x10000;
/** opcode bits 2–6, funct3, funct7 → operation number, one byte each (from the instruction table). */
export const DECODE_TABLE: usize = 0x18000;

/** One byte for each 4 KiB page of linear memory: 0 no guest page, 1 written since the last sweep, 2 known to the tree. */
export const PAGE_STATES: usize = 0x100000;
/** Hash table guest granule → host: key = granule + 1 (8 bytes), host address (4), code block or 0 (4). */
export const GRANULES: usize = 0x200000;
export const GRANULE_SLOTS: u32 = 131072;
/** Guest granule + 1 of each 64 KiB unit of linear memory, 8 bytes each; 0 where it holds no guest memory. */
export const GUEST_OF_HOST: usize = 0x400000;
/** 64 KiB of zeros that absent granules read from. */
export const ZEROS: usize = 0x480000;
export const FIRST_FREE: usize = 0x490000;

/** Code block of a 64 KiB granule: 16,384 operations of 8 bytes, then OP_CROSS. */
export const BLOCK_OPS_SIZE: usize = 0x20000;
/** First and last offset (4 bytes each) of the granule's code that translations have taken up; last 0 for none. */
export const BLOCK_TRANSLATED: usize = 0x20010;
/** Execution counts, 2 bytes for each instruction, at this offset in the block. */
export const BLOCK_COUNTS: usize = 0x28000;
/** Function-table slots of translated code, 4 bytes for each instruction, at this offset in the block. */
export const BLOCK_SLOTS: usize = 0x30000;
export const BLOCK_SIZE: usize = 0x40000;
