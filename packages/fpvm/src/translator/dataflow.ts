// Which registers each block needs in locals, and which of them may differ from the register file. Sets are bit masks.
import type { DecodedInstruction } from '../instructions.js';
import type { Block, Unit } from './control-flow.js';

export interface BlockFlow {
  /** Registers whose locals must hold their value at the block's start. */
  live: number;
  /** Registers whose locals may be newer than the register file there. */
  dirty: number;
  /**
   * Registers whose values at the block's start matter to the rest of the guest. All others are overwritten unread before
   * the next place where the guest can be stopped.
   */
  observed: number;
  /** Registers that the block reads before it writes them, and those that it writes. */
  use: number;
  define: number;
  /** Steps to the next place where the step count is checked, this block included, on the longest way. */
  cost: number;
  /** Whether the step count is checked at the block's start. */
  checked: boolean;
}

/** Registers that an instruction reads. */
export function readMask({ instruction, rs1, rs2 }: DecodedInstruction): number {
  switch (instruction.format) {
    case 'r':
    case 'store':
    case 'branch':
    case 'amo':
      return ((1 << rs1) | (1 << rs2)) & ~1;
    case 'i':
    case 'load':
    case 'shift64':
    case 'shift32':
      return (1 << rs1) & ~1;
    default:
      return 0;
  }
}

/** The register that an instruction writes. */
export function writeMask({ instruction, rd }: DecodedInstruction): number {
  switch (instruction.format) {
    case 'store':
    case 'branch':
    case 'none':
      return 0;
    default:
      return (1 << rd) & ~1;
  }
}

/** Registers go through memory at a call: none is held in a local across it. */
const isCall = ({ end }: Block) => end === 'call';

const ALL = ~1;

/**
 * What is observed before each instruction of a block, and behind its last: no run ends inside of it, since the steps to
 * the next check are there; a revert leaves no state behind.
 */
export function observedWithin({ instructions, end, successors }: Block): readonly number[] {
  let observed = 0;
  if (end === 'fall' || end === 'branch' || end === 'jump') {
    for (const { flow } of successors) observed |= flow.checked ? ALL : flow.observed;
  } else observed = ALL;
  const before = [observed];
  for (let i = instructions.length - 1; i >= 0; i--) {
    const instruction = instructions[i];
    if (instruction === undefined) continue;
    observed = (observed & ~writeMask(instruction)) | readMask(instruction);
    before.push(observed);
  }
  return before.toReversed();
}

/** Solves liveness backwards and dirtiness forwards over the unit. */
export function analyse({ blocks, entry }: Unit): void {
  for (const block of blocks) {
    const { flow } = block;
    for (const instruction of block.instructions) {
      flow.use |= readMask(instruction) & ~flow.define;
      flow.define |= writeMask(instruction);
    }
    flow.checked = block === entry || block.isLoop;
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const { flow, predecessors } of blocks) {
      let dirty = 0;
      for (const predecessor of predecessors) {
        if (!isCall(predecessor)) dirty |= predecessor.flow.dirty | predecessor.flow.define;
      }
      if (dirty === flow.dirty) continue;
      flow.dirty = dirty;
      changed = true;
    }
  }
  for (let changed = true; changed;) {
    changed = false;
    for (let i = blocks.length - 1; i >= 0; i--) {
      const block = blocks[i];
      if (block === undefined) continue;
      const { flow, successors } = block;
      let behind = 0;
      if (!isCall(block)) for (const successor of successors) behind |= successor.flow.live;
      // What may be dirty is written back at exits, so its local must hold it.
      const live = (behind & ~flow.define) | flow.use | flow.dirty;
      if (live === flow.live) continue;
      flow.live = live;
      changed = true;
    }
  }
  for (let i = blocks.length - 1; i >= 0; i--) {
    const block = blocks[i];
    if (block === undefined) continue;
    let behind = 0;
    if (!isCall(block)) {
      for (const { order, flow } of block.successors) {
        if (order > block.order && !flow.checked) behind = Math.max(behind, flow.cost);
      }
    }
    block.flow.cost = behind + block.instructions.length;
    // Behind it in the order, all but what loops back has been seen to; and that is checked.
    block.flow.observed = observedWithin(block)[0] ?? ALL;
  }
}
