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

/** Slot of the function table whose function calls translated code in another slot, see `callUnit` of the interpreter. */
export const CALL_SLOT: u32 = 1;

/** Why the frames of translated code are being left, as `Stop`, or NO_STOP. */
export const STOP: usize = 0x550;
/** Function-table slot that is to be entered in the place of the interpreter, or 0. */
export const NEXT_SLOT: usize = 0x554;
/** 1 after translations were dropped: frames of translated code must not be returned into. */
export const DROPPED: usize = 0x558;
/** Executions of a jump's or call's target before it is translated. */
export const HOT: usize = 0x55c;
/** By how many bits fewer executions make it warm. */
export const WARM: u32 = 3;

/** End of the stretch of linear memory that NEXT_FREE moves in. */
export const POOL_END: usize = 0x560;
/** 1 while every store of translated code must go through the TLB. */
export const GUARDED: usize = 0x568;
/** Where the search for a granule to page out goes on: number of a 64 KiB unit. */
export const HAND: usize = 0x570;
/** 1 when granules may lie outside of linear memory. */
export const PAGING: usize = 0x574;
/** Guest granules in the pool. */
export const GRANULE_COUNT: usize = 0x578;
/** Granules to page out before growth of the pool is asked for again. */
export const ASK_AFTER: usize = 0x57c;
/** End of what the pool may take without asking. */
export const GRANTED: usize = 0x580;
/** 1 when the pool may not take places of regions. */
export const POOL_IS_LIMITED: usize = 0x584;

/** Bytes that the host has for guest memory, at most `TRANSFER_SIZE`. */
export const TRANSFER: usize = 0x5a0;
export const TRANSFER_SIZE: u32 = 32;

/** Operation number → format, one byte each (src/engine.ts fills it from the instruction table). */
export const FORMATS: usize = 0x600;
/** Operation number → revert code or 0, four bytes each (from the instruction table). */
export const REVERTS: usize = 0x700;

/**
 * Regions: stretches of guest addresses that lie in linear memory as they lie in the guest's, present or not, so that
 * translated code finds a host address by one comparison and one addition. Entries of 32 bytes: first granule (8; all
 * ones while no guest address has claimed it), host address (4; 0 when its place was given away), size in granules (4).
 * The rest counts granules from the first, 2 bytes each: the lowest that the guest has stored to, and the one behind the highest;
 * the lowest that holds code, and the one behind the highest; and 1 + the lowest that translated code stores to without a
 * look-up below all code, and above it, 0 for none; and the one behind the highest below.
 */
export const REGIONS: usize = 0x1000;
/** Regions that the first guest addresses touched claim. */
export const FREE_REGIONS: i32 = 6;
/** The last region is the stack's. */
export const STACK_REGION: usize = REGIONS + FREE_REGIONS * 32;

/** Code blocks by guest granule & 255: granule (8 bytes), address of the block (4). */
export const CODE_CACHE: usize = 0x8000;
/**
 * Software TLB: 1,024 entries of 32 bytes: read tag (8), write tag (8), guest-to-host difference (4), region bit for
 * loads (1) and for stores (1), see BLOCK_REGIONS.
 */
export const TLB: usize = 0x10000;
/** opcode bits 2–6, funct3, funct7 → operation number, one byte each (from the instruction table). */
export const DECODE_TABLE: usize = 0x18000;

/** One byte for each 4 KiB page of linear memory: 0 no guest page, 1 written since the last sweep, 2 known to the tree. */
export const PAGE_STATES: usize = 0x100000;
/**
 * Hash table of the guest granules in linear memory: key = granule + 1 (8 bytes), host address (4), code block or 0 (4).
 * Linear memory holds at most 65,536 of them.
 */
export const GRANULES: usize = 0x200000;
export const GRANULE_SLOTS: u32 = 131072;
/** Guest granule + 1 of each 64 KiB unit of linear memory, 8 bytes each; 0 where it holds no guest memory. */
export const GUEST_OF_HOST: usize = 0x400000;
/** 64 KiB of zeros that absent granules read from. */
export const ZEROS: usize = 0x480000;
/** Flags of each 64 KiB unit of linear memory, one byte each; see paging.ts. */
export const UNIT_FLAGS: usize = 0x490000;
/** The translator's: see translator/scratch.ts. */
export const TRANSLATOR: usize = 0x500000;
export const FIRST_FREE: usize = 0x1200000;

/** Granules of a region, and of the stack's. Guest addresses of the others begin at a multiple of their size. */
export const REGION_GRANULES: u32 = 0x2000;
export const STACK_GRANULES: u32 = 0x300;
/**
 * Where regions lie in linear memory when there are any: six of 512 MiB, the pool for all other granules, and the stack's
 * at the end, where the low half of a guest address is the host address.
 */
export const REGIONS_HOST: usize = 0x1200000;
export const POOL_HOST: usize = 0xc1200000;
export const STACK_HOST: usize = 0xfd000000;
/** First granule of the stack's region, which ends with the first stack pointer; and the granule behind the last. */
export const STACK_FIRST_GRANULE: u64 = 0xffffffffd00;
export const ABOVE_STACK: u64 = STACK_FIRST_GRANULE + STACK_GRANULES;

/** Code block of a 64 KiB granule: 16,384 operations of 8 bytes, then OP_CROSS. */
export const BLOCK_OPS_SIZE: usize = 0x20000;
/** First and last offset (4 bytes each) of the granule's code that translations have taken up; last 0 for none. */
export const BLOCK_TRANSLATED: usize = 0x20010;
/**
 * What each load or store of the block has met when it was interpreted, 1 byte for each instruction, at this offset in
 * the block: bit N for region N, bit 7 for accesses outside of all regions.
 */
export const BLOCK_REGIONS: usize = 0x24000;
/** Execution counts, 2 bytes for each instruction, at this offset in the block. */
export const BLOCK_COUNTS: usize = 0x28000;
/** Count of executions of what was asked to be translated. */
export const ASKED_FOR: u32 = 0xffff;
/**
 * Function-table slots of translated code, 4 bytes for each instruction, at this offset in the block. A slot has 16 bits;
 * RESERVED_SLOT is set behind them while the interpreter stands in for the code.
 */
export const BLOCK_SLOTS: usize = 0x30000;
export const BLOCK_SIZE: usize = 0x40000;
export const RESERVED_SLOT: u32 = 0x10000;

/** Steps left at least when translated code goes on behind a call: more than any way to its next check takes. */
export const RETURN_RESERVE: i64 = 2048;
