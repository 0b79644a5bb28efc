// What belongs to a translation unit: the code that can be reached from a hot address without leaving through a call or
// a computed jump, as basic blocks with their order, dominators and loops.
import type { BlockFlow } from './dataflow.js';
import { decode, type DecodedInstruction, type Instruction, instructions } from '../instructions.js';

/** How a block ends. */
export type BlockEnd =
  | 'fall' // into the next block
  | 'branch' // taken, not taken
  | 'jump' // to one place, possibly with a link
  | 'call' // and goes on behind it when the callee returns
  | 'return' // jump by ra
  | 'computed' // any other computed jump
  | 'leave' // to an address that is not in the unit
  | 'interpret'; // before an instruction that only the interpreter executes

export interface Block {
  /** Address of the first instruction, as a number: code beyond 2^53 is not translated. */
  readonly pc: number;
  readonly instructions: DecodedInstruction[];
  end: BlockEnd;
  /** Where a jump or call goes, when that is known. */
  target: number | undefined;
  successors: Block[];
  predecessors: Block[];
  /** Place in reverse postorder. */
  order: number;
  dominator: Block | undefined;
  /** Blocks that this one dominates directly. */
  dominated: Block[];
  /** Is branched back to. */
  isLoop: boolean;
  /** Is reached forward from more than one place. */
  isMerge: boolean;
  /** What dataflow.ts finds out. */
  flow: BlockFlow;
}

export interface Unit {
  readonly entry: Block;
  /** In reverse postorder; every edge to a lower order is a loop's back edge. */
  readonly blocks: readonly Block[];
  readonly instructionCount: number;
}

/** Reads instruction words for the translator; undefined where there is no code to translate. */
export type FetchCode = (pc: number) => number | undefined;

/** Beyond this a unit is cut: the rest becomes units of its own when it is hot. */
const MAX_INSTRUCTIONS = 1500;
const RA = 1;

/** Finds the unit at `pc`; undefined if nothing there can be translated. */
export function findUnit(pc: number, fetch: FetchCode): Unit | undefined {
  const { code, leaders } = discover(pc, fetch);
  if (code.size === 0) return undefined;
  const blocks = new Map<number, Block>();
  const entry = blockAt(pc, code, leaders, blocks);
  const ordered = reversePostorder(entry, code, leaders, blocks);
  if (entry.instructions.length === 0) return undefined;
  findDominators(entry, ordered);
  cutIrreducibleEdges(entry, ordered);
  for (const [order, block] of ordered.entries()) block.order = order;
  for (const block of ordered) {
    block.isLoop = block.predecessors.some(({ order }) => order >= block.order);
    const forward = block.predecessors.filter(({ order }) => order < block.order).length;
    block.isMerge = forward + (block === entry ? 1 : 0) >= 2;
    if (block !== entry) block.dominator?.dominated.push(block);
  }
  return { entry, blocks: ordered, instructionCount: code.size };
}

/** The instructions reachable from `entry`, and the addresses where blocks begin. */
function discover(entry: number, fetch: FetchCode) {
  const code = new Map<number, DecodedInstruction>();
  const leaders = new Set([entry]);
  const work = [entry];
  for (let from = work.shift(); from !== undefined; from = work.shift()) {
    let pc = from;
    while (!code.has(pc) && code.size < MAX_INSTRUCTIONS) {
      const word = fetch(pc);
      if (word === undefined) break;
      const decoded = decode(word);
      code.set(pc, decoded);
      const end = endOf(pc, decoded, code.get(pc - 4));
      if (end === undefined) {
        pc += 4;
        continue;
      }
      const next = successorsOf(pc, decoded, end);
      for (const successor of next) {
        leaders.add(successor);
        if (!code.has(successor)) work.push(successor);
      }
      break;
    }
    // Runs into code that was found before.
    if (code.has(pc)) leaders.add(pc);
  }
  return { code, leaders };
}

interface End {
  readonly kind: BlockEnd;
  readonly target: number | undefined;
}

/** Instructions that may end a block. */
const enders: ReadonlySet<Instruction> = new Set(
  instructions.filter(
    ({ name, format, revert }) =>
      revert !== undefined ||
      format === 'branch' ||
      format === 'jal' ||
      name === 'jalr' ||
      name === 'ecall' ||
      name.startsWith('amo.unknown'),
  ),
);

/** How an instruction ends its block; undefined if it does not. */
function endOf(pc: number, decoded: DecodedInstruction, previous: DecodedInstruction | undefined): End | undefined {
  const { instruction, rd, rs1, imm } = decoded;
  if (!enders.has(instruction)) return undefined;
  if (instruction.format === 'branch') {
    if (instruction.name === 'branch.never') return undefined;
    return imm % 4 === 0 ? { kind: 'branch', target: pc + imm } : { kind: 'interpret', target: undefined };
  }
  if (instruction.name === 'jal') {
    if (imm % 4 !== 0) return { kind: 'interpret', target: undefined };
    return { kind: rd === 0 ? 'jump' : 'call', target: pc + imm };
  }
  if (instruction.name !== 'jalr') return { kind: 'interpret', target: undefined };
  // AUIPC and JALR in a row are a jump to a place that is known. AUIPC is its line's, so nothing came between.
  if (previous?.instruction.name === 'auipc' && previous.rd === rs1 && rs1 !== 0) {
    const target = pc - 4 + previous.imm + imm;
    if (target > 0 && target % 4 === 0) return { kind: rd === 0 ? 'jump' : 'call', target };
  }
  if (rd !== 0) return { kind: 'call', target: undefined };
  return { kind: rs1 === RA ? 'return' : 'computed', target: undefined };
}

function successorsOf(pc: number, decoded: DecodedInstruction, { kind, target }: End): number[] {
  if (kind === 'branch' && target !== undefined) return [target, pc + 4];
  if (kind === 'jump' && target !== undefined && decoded.instruction.format === 'jal') return [target];
  return kind === 'call' ? [pc + 4] : [];
}

function blockAt(
  pc: number,
  code: Map<number, DecodedInstruction>,
  leaders: Set<number>,
  blocks: Map<number, Block>,
): Block {
  const known = blocks.get(pc);
  if (known !== undefined) return known;
  const block = newBlock(pc, 'leave');
  blocks.set(pc, block);
  let at = pc;
  for (;;) {
    const decoded = code.get(at);
    if (decoded === undefined || (at !== pc && leaders.has(at))) {
      block.end = at === pc ? 'leave' : 'fall';
      break;
    }
    const end = endOf(at, decoded, at === pc ? undefined : code.get(at - 4));
    if (end?.kind === 'interpret') {
      block.end = 'interpret';
      break;
    }
    block.instructions.push(decoded);
    if (end !== undefined) {
      block.end = end.kind;
      block.target = end.target;
      break;
    }
    at += 4;
  }
  return block;
}

function newBlock(pc: number, end: BlockEnd): Block {
  return {
    pc,
    instructions: [],
    end,
    target: undefined,
    successors: [],
    predecessors: [],
    order: 0,
    dominator: undefined,
    dominated: [],
    isLoop: false,
    isMerge: false,
    flow: { live: 0, dirty: 0, observed: 0, use: 0, define: 0, cost: 0, checked: false },
  };
}

/** Address behind a block's last instruction. */
export function blockEnd(block: Block): number {
  return block.pc + 4 * block.instructions.length;
}

function reversePostorder(
  entry: Block,
  code: Map<number, DecodedInstruction>,
  leaders: Set<number>,
  blocks: Map<number, Block>,
): Block[] {
  const seen = new Set([entry]);
  const postorder: Block[] = [];
  const link = (block: Block) => {
    block.successors = successorAddresses(block).map((pc) => blockAt(pc, code, leaders, blocks));
  };
  link(entry);
  const stack = [{ block: entry, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    // Backwards, so that the fall-through side comes first in the final order.
    const successor = top.block.successors[top.block.successors.length - 1 - top.next++];
    if (successor === undefined) {
      postorder.push(top.block);
      stack.pop();
    } else if (!seen.has(successor)) {
      seen.add(successor);
      link(successor);
      stack.push({ block: successor, next: 0 });
    }
  }
  const ordered = postorder.toReversed();
  for (const [order, block] of ordered.entries()) {
    block.order = order;
    for (const successor of block.successors) successor.predecessors.push(block);
  }
  return ordered;
}

function successorAddresses(block: Block): number[] {
  const behind = blockEnd(block);
  switch (block.end) {
    case 'fall':
    case 'call':
      return [behind];
    case 'branch':
      return [block.target ?? behind, behind];
    case 'jump':
      return [block.target ?? behind];
    default:
      return [];
  }
}

/** Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm". */
function findDominators(entry: Block, ordered: readonly Block[]): void {
  entry.dominator = entry;
  const common = (a: Block, b: Block): Block => {
    let [left, right] = [a, b];
    while (left !== right) {
      while (left.order > right.order) left = left.dominator ?? entry;
      while (right.order > left.order) right = right.dominator ?? entry;
    }
    return left;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (const block of ordered) {
      if (block === entry) continue;
      let dominator: Block | undefined;
      for (const predecessor of block.predecessors) {
        if (predecessor.dominator === undefined) continue;
        dominator = dominator === undefined ? predecessor : common(dominator, predecessor);
      }
      if (block.dominator === dominator) continue;
      block.dominator = dominator;
      changed = true;
    }
  }
}

/** Edges back into the middle of a loop leave the unit instead: WebAssembly's control flow cannot express them. */
function cutIrreducibleEdges(entry: Block, ordered: Block[]): void {
  const dominates = (a: Block, b: Block): boolean => {
    for (let at = b; ; at = at.dominator ?? entry) {
      if (at === a) return true;
      if (at === entry) return false;
    }
  };
  for (const block of Array.from(ordered)) {
    for (const [i, successor] of block.successors.entries()) {
      if (successor.order > block.order || dominates(successor, block)) continue;
      const exit = newBlock(successor.pc, 'leave');
      exit.predecessors = [block];
      exit.dominator = block;
      block.successors[i] = exit;
      successor.predecessors.splice(successor.predecessors.indexOf(block), 1);
      ordered.push(exit);
    }
  }
}
