// Where the translator keeps things in the engine's linear memory. What it knows of the unit at hand is made anew for each
// unit; slots, exits and bounds stay.
import { TRANSLATOR } from '../interpreter/layout';

/** Instructions of the unit at hand, see control-flow.ts. */
export const INSTRUCTIONS: usize = TRANSLATOR;
/** Hash tables of the unit at hand: instructions and blocks by address. */
export const INSTRUCTION_AT: usize = TRANSLATOR + 0x10000;
export const BLOCK_AT: usize = TRANSLATOR + 0x20000;
/** Blocks of the unit at hand, their incoming edges, and their numbers in order. */
export const BLOCKS: usize = TRANSLATOR + 0x60000;
export const EDGES: usize = TRANSLATOR + 0x100000;
export const ORDERED: usize = TRANSLATOR + 0x120000;
/** Work lists: one at a time. */
export const WORK: usize = TRANSLATOR + 0x130000;
/** What is known at the points that emission will come back to, see knowledge.ts. */
export const KNOWLEDGE: usize = TRANSLATOR + 0x160000;
/** Register → its local in the unit at hand, 1 byte each. */
export const LOCALS: usize = TRANSLATOR + 0x190000;
/** What is observed before each instruction of the block at hand, 4 bytes each. */
export const OBSERVED: usize = TRANSLATOR + 0x191000;
/** Slots whose code waits for translation, 4 bytes each. */
export const QUEUE: usize = TRANSLATOR + 0x193000;
/** What the translator has done, see translator.ts. */
export const STATISTICS: usize = TRANSLATOR + 0x194000;
/** The unit at hand, see unit.ts. */
export const UNIT: usize = TRANSLATOR + 0x195000;
/** One entry for each slot of the function table, see slots.ts. */
export const SLOTS: usize = TRANSLATOR + 0x1a0000;
/** Where translated code may store without a look-up, see bounds.ts. */
export const STORE_BOUNDS: usize = TRANSLATOR + 0x2a0000;
/** Function bodies, behind a module's other sections. */
export const OUTPUT: usize = TRANSLATOR + 0x300000;
export const OUTPUT_END: usize = TRANSLATOR + 0x500000;
/** One entry for each place where translated code may be left, see exits.ts. */
export const EXITS: usize = TRANSLATOR + 0x500000;
export const EXITS_END: usize = TRANSLATOR + 0xd00000;
