// Which registers each block needs in locals, and which of them may differ from the register file. Sets are bit masks.
import type { DecodedInstruction } from '../instructions.js';
import type { Block, Unit } from './control-flow.js';

export interface BlockFlow {
  /** Registers whose locals must hold their value at the block's start. */
  readonly live: number;
  /** Registers whose locals may be newer than the register file there. */
  readonly dirty: number;
  /** Steps to the next place where the step count is checked, this block included, on the longest way. */
  readonly cost: number;
  /** Whether the step count is checked at the block's start. */
  readonly checked: boolean;
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

/** Solves liveness backwards and dirtiness forwards over the unit. */
export function analyse({ blocks, entry }: Unit): Map<Block, BlockFlow> {
  const flows = new Map(
    blocks.map((block) => {
      let [use, define] = [0, 0];
      for (const instruction of block.instructions) {
        use |= readMask(instruction) & ~define;
        define |= writeMask(instruction);
      }
      const checked = block === entry || block.isLoop;
      return [block, { use, define, live: 0, dirty: 0, cost: 0, checked }];
    }),
  );
  const flowOf = (block: Block) => {
    const flow = flows.get(block);
    if (flow === undefined) throw new Error('every block of a unit has its flow');
    return flow;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of blocks) {
      let dirty = 0;
      for (const predecessor of block.predecessors) {
        if (!isCall(predecessor)) dirty |= flowOf(predecessor).dirty | flowOf(predecessor).define;
      }
      const flow = flowOf(block);
      if (dirty !== flow.dirty) [flow.dirty, changed] = [dirty, true];
    }
  }
  const backwards = blocks.toReversed();
  for (let changed = true; changed;) {
    changed = false;
    for (const block of backwards) {
      const flow = flowOf(block);
      let behind = 0;
      if (!isCall(block)) for (const successor of block.successors) behind |= flowOf(successor).live;
      // What may be dirty is written back at exits, so its local must hold it.
      const live = (behind & ~flow.define) | flow.use | flow.dirty;
      if (live !== flow.live) [flow.live, changed] = [live, true];
    }
  }
  for (const block of backwards) {
    let behind = 0;
    if (!isCall(block)) {
      for (const successor of block.successors) {
        if (successor.order > block.order && !flowOf(successor).checked) {
          behind = Math.max(behind, flowOf(successor).cost);
        }
      }
    }
    flowOf(block).cost = behind + block.instructions.length;
  }
  return flows;
}
