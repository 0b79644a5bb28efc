// What belongs to a translation unit: the code that can be reached from a hot address without leaving through a call or
// a computed jump, as basic blocks with their order, dominators and loops.
import { existingCodeBlock } from '../interpreter/code-blocks';
import { BLOCK_REGIONS } from '../interpreter/layout';
import { Op } from '../interpreter/operations';
import { NO_REGION } from '../interpreter/regions';
import {
  End,
  endOf,
  hasTarget,
  instruction,
  isLeader,
  opOf,
  operationAt,
  pcAt,
  setLeader,
  target,
} from './instruction';
import { BLOCK_AT, BLOCKS, EDGES, INSTRUCTION_AT, ORDERED, WORK } from './scratch';

/**
 * A block of the unit at hand. Blocks are named by number; `None` is no block. The first instruction is at `pc`; `order`
 * is the place in reverse postorder, where every edge to a lower place is a loop's back edge.
 */
@unmanaged
export class Block {
  pc: u64;
  /** Where a jump, branch or call goes, if that is known. */
  target: u64;
  hasTarget: bool;
  end: End;
  /** Is branched back to. */
  isLoop: bool;
  /** Is reached forward from more than one place. */
  isMerge: bool;
  /** Its first instruction, and how many there are. */
  first: u32;
  count: u32;
  /** Taken, where there are two. */
  successor: u32;
  second: u32;
  /** Head of its list of incoming edges. */
  incoming: u32;
  order: u32;
  /** Of 65,536 times that the unit is entered, how many come here by the shortest ways; see `expectedLength`. */
  weight: u32;
  dominator: u32;
  /** Head of the list of blocks that this one dominates directly, and the next of the list it is in itself. */
  dominated: u32;
  nextDominated: u32;
  // What dataflow.ts finds out. Registers are bit masks.
  /** Registers whose locals must hold their value at the block's start. */
  live: u32;
  /** Registers whose locals may be newer than the register file there. */
  dirty: u32;
  /**
   * Registers whose values at the block's start matter to the rest of the guest. All others are overwritten unread before
   * the next place where the guest can be stopped.
   */
  observed: u32;
  /** Registers that the block reads before it writes them, and those that it writes. */
  use: u32;
  define: u32;
  /** Steps to the next place where the step count is checked, this block included, on the longest way. */
  cost: u32;
  /** Whether the step count is checked at the block's start. */
  isChecked: bool;
  // What emitter.ts branches to: names of WebAssembly's blocks.
  before: i32;
  again: i32;
}

export const None: u32 = 0xffffffff;

/** Beyond this a unit is cut: the rest becomes units of its own when it is hot. */
const MAX_INSTRUCTIONS: u32 = 1500;
const INSTRUCTION_ENTRIES: u32 = 4096;
const BLOCK_ENTRIES: u32 = 16384;

/** The unit's size: instructions, blocks, incoming edges. */
export let instructionCount: u32 = 0;
export let blockCount: u32 = 0;
let edgeCount: u32 = 0;
/** Accesses are taken to have met everything. */
let isWary: bool = false;
/** Number of the unit, in the place of clearing the hash tables. */
let stamp: u32 = 0;


@inline
export function block(index: u32): Block {
  return changetype<Block>(BLOCKS + offsetof<Block>() * <usize>index);
}

/** Number of the block at a place in reverse postorder. */
@inline
export function ordered(place: u32): u32 {
  return load<u32>(ORDERED + ((<usize>place) << 2));
}


@inline
function setOrdered(place: u32, index: u32): void {
  store<u32>(ORDERED + ((<usize>place) << 2), index);
}

/** Predecessor at an edge of a list, and the list's next edge; 0 ends a list. */
@inline
export function edgeFrom(edge: u32): u32 {
  return load<u32>(EDGES + ((<usize>edge) << 3));
}


@inline
export function nextEdge(edge: u32): u32 {
  return load<u32>(EDGES + ((<usize>edge) << 3), 4);
}

/** Address behind a block's last instruction. */
@inline
export function endPc(at: Block): u64 {
  return at.pc + 4 * <u64>at.count;
}

/** Finds the unit at `pc`; false if nothing there can be translated. The entry is the block in place 0. */
export function findUnit(pc: u64, wary: bool): bool {
  stamp += 1;
  isWary = wary;
  discover(pc);
  if (instructionCount == 0) return false;
  blockCount = 0;
  edgeCount = 0;
  const entry = blockAt(pc);
  reversePostorder(entry);
  if (block(entry).count == 0) return false;
  findDominators(entry);
  cutIrreducibleEdges();
  for (let i: u32 = 0; i < blockCount; i++) block(ordered(i)).order = i;
  for (let i: u32 = 0; i < blockCount; i++) findRole(ordered(i), entry);
  return true;
}

/**
 * Instructions of the unit that are likely to be executed each time it is entered, if branches go either way alike and no loop
 * goes around: all of a straight line, few of a large function's.
 */
export function expectedLength(): u32 {
  for (let i: u32 = 0; i < blockCount; i++) block(ordered(i)).weight = 0;
  block(ordered(0)).weight = 0x10000;
  let length: u64 = 0;
  for (let i: u32 = 0; i < blockCount; i++) {
    const from = block(ordered(i));
    length += <u64>from.weight * from.count;
    const share = from.second == None ? from.weight : from.weight >> 1;
    passOn(share, from, from.successor);
    passOn(share, from, from.second);
  }
  return <u32>(length >> 16);
}

function passOn(weight: u32, from: Block, to: u32): void {
  if (to != None && block(to).order > from.order) block(to).weight += weight;
}

/** The entry of a hash table (address, number, stamp) for an address; its number is the table's only with today's stamp. */
@inline
function find(table: usize, slots: u32, pc: u64): usize {
  let hash = (<u32>((pc * 0x9e3779b97f4a7c15) >> 40)) & (slots - 1);
  while (true) {
    const entry = table + ((<usize>hash) << 4);
    if (load<u32>(entry, 12) != stamp || load<u64>(entry) == pc) return entry;
    hash = (hash + 1) & (slots - 1);
  }
}


@inline
function numberIn(entry: usize): u32 {
  return load<u32>(entry, 12) == stamp ? load<u32>(entry, 8) : None;
}


@inline
function enterNumber(entry: usize, pc: u64, number: u32): void {
  store<u64>(entry, pc);
  store<u32>(entry, number, 8);
  store<u32>(entry, stamp, 12);
}


@inline
function instructionEntry(pc: u64): usize {
  return find(INSTRUCTION_AT, INSTRUCTION_ENTRIES, pc);
}

/**
 * The instructions reachable from `entry`, those of a straight line side by side, and where blocks begin. Code is taken up
 * where it has been executed before: only there writes to it are noticed, and the rest is most often the handling of
 * errors. Leaving it out made units half as large (reference client, 448 million steps).
 */
function discover(entry: u64): void {
  instructionCount = 0;
  let head = WORK;
  let tail = WORK;
  store<u64>(tail, entry);
  tail += 8;
  let granule: u64 = 0xffffffffffffffff;
  let code: usize = 0;
  while (head < tail) {
    let pc = load<u64>(head);
    head += 8;
    let isFirst = true;
    let before: u64 = 0;
    while (true) {
      const known = instructionEntry(pc);
      const number = numberIn(known);
      if (number != None) {
        // A block begins here: the line's first is branched to, or the line runs into another.
        setLeader(number);
        break;
      }
      if (instructionCount == MAX_INSTRUCTIONS) break;
      if (pc >> 16 != granule) {
        granule = pc >> 16;
        code = existingCodeBlock(granule);
      }
      if (code == 0) break;
      const offset = (<usize>pc) & 0xffff;
      const operation = load<u64>(code + (offset << 1));
      if (opOf(operation) == Op.Undecoded) break;
      const at = instruction(instructionCount);
      store<u64>(at, operation);
      store<u64>(at, pc, 8);
      store<u8>(at, <u8>isFirst, 16);
      store<u8>(at, isWary ? <u8>NO_REGION : load<u8>(code + BLOCK_REGIONS + (offset >> 2)), 17);
      enterNumber(known, pc, instructionCount++);
      isFirst = false;
      const end = endOf(operation, pc, before);
      if (end == End.None) {
        before = operation;
        pc += 4;
        continue;
      }
      if (hasTarget && (end == End.Branch || opOf(operation) == Op.Jump)) tail = visit(tail, target);
      if (end == End.Branch || end == End.Call) tail = visit(tail, pc + 4);
      break;
    }
  }
}

function visit(tail: usize, pc: u64): usize {
  store<u64>(tail, pc);
  return tail + 8;
}

/** The block at an address, made when it is asked for. */
function blockAt(pc: u64): u32 {
  const entry = find(BLOCK_AT, BLOCK_ENTRIES, pc);
  const known = numberIn(entry);
  if (known != None) return known;
  const index = newBlock(pc);
  enterNumber(entry, pc, index);
  const first = numberIn(instructionEntry(pc));
  // What is in the middle of a line is not cut out of it: blocks do not overlap.
  if (first == None || !isLeader(first)) return index;
  const made = block(index);
  made.first = first;
  let at = first;
  let before: u64 = 0;
  for (let address = pc; ; address += 4) {
    if (at == instructionCount || pcAt(at) != address || (at != first && isLeader(at))) {
      made.end = End.Fall;
      break;
    }
    const operation = operationAt(at);
    const end = endOf(operation, address, before);
    if (end == End.Interpret) {
      made.end = end;
      break;
    }
    made.count += 1;
    if (end != End.None) {
      made.end = end;
      made.target = target;
      made.hasTarget = hasTarget;
      break;
    }
    before = operation;
    at += 1;
  }
  return index;
}

function newBlock(pc: u64): u32 {
  const index = blockCount++;
  const made = block(index);
  memory.fill(changetype<usize>(made), 0, offsetof<Block>());
  made.pc = pc;
  made.end = End.Leave;
  made.successor = None;
  made.second = None;
  made.dominator = None;
  made.dominated = None;
  made.nextDominated = None;
  return index;
}

function link(index: u32): void {
  const from = block(index);
  const behind = endPc(from);
  switch (from.end) {
    case End.Fall:
    case End.Call:
      from.successor = blockAt(behind);
      break;
    case End.Branch:
      from.successor = blockAt(from.target);
      from.second = blockAt(behind);
      break;
    case End.Jump:
      from.successor = blockAt(from.target);
      break;
  }
}

function reversePostorder(entry: u32): void {
  // The stack's entries: block, and how many of its successors were seen to. `live` says meanwhile that a block was seen.
  let top = WORK;
  let place = 0x4000;
  link(entry);
  block(entry).live = 1;
  store<u32>(top, entry);
  store<u32>(top, 0, 4);
  while (true) {
    const index = load<u32>(top);
    const seen = load<u32>(top, 4);
    store<u32>(top, seen + 1, 4);
    const from = block(index);
    // Backwards, so that the fall-through side comes first in the final order.
    const count: u32 = from.second != None ? 2 : from.successor != None ? 1 : 0;
    if (seen == count) {
      setOrdered(--place, index);
      if (top == WORK) break;
      top -= 8;
      continue;
    }
    const to = seen + 1 == count ? from.successor : from.second;
    if (block(to).live != 0) continue;
    block(to).live = 1;
    link(to);
    top += 8;
    store<u32>(top, to);
    store<u32>(top, 0, 4);
  }
  memory.copy(ORDERED, ORDERED + ((<usize>place) << 2), (<usize>blockCount) << 2);
  for (let i: u32 = 0; i < blockCount; i++) {
    const from = block(ordered(i));
    from.order = i;
    from.live = 0;
    if (from.successor != None) addEdge(ordered(i), from.successor);
    if (from.second != None) addEdge(ordered(i), from.second);
  }
}

function addEdge(from: u32, to: u32): void {
  const edge = ++edgeCount;
  const at = EDGES + ((<usize>edge) << 3);
  store<u32>(at, from);
  store<u32>(at, block(to).incoming, 4);
  block(to).incoming = edge;
}

/** Cooper, Harvey and Kennedy, "A Simple, Fast Dominance Algorithm". */
function findDominators(entry: u32): void {
  block(entry).dominator = entry;
  for (let changed = true; changed;) {
    changed = false;
    for (let i: u32 = 1; i < blockCount; i++) {
      const at = block(ordered(i));
      let dominator = None;
      for (let edge = at.incoming; edge != 0; edge = nextEdge(edge)) {
        const from = edgeFrom(edge);
        if (block(from).dominator == None) continue;
        dominator = dominator == None ? from : common(dominator, from);
      }
      if (at.dominator == dominator) continue;
      at.dominator = dominator;
      changed = true;
    }
  }
}

function common(a: u32, b: u32): u32 {
  let left = a;
  let right = b;
  while (left != right) {
    while (block(left).order > block(right).order) left = block(left).dominator;
    while (block(right).order > block(left).order) right = block(right).dominator;
  }
  return left;
}

function dominates(a: u32, b: u32): bool {
  const order = block(a).order;
  let at = b;
  while (block(at).order > order) at = block(at).dominator;
  return at == a;
}

/** Edges back into the middle of a loop leave the unit instead: WebAssembly's control flow cannot express them. */
function cutIrreducibleEdges(): void {
  const count = blockCount;
  for (let i: u32 = 0; i < count; i++) {
    const index = ordered(i);
    const from = block(index);
    if (from.successor != None && isIrreducible(index, from.successor)) from.successor = cut(index, from.successor);
    if (from.second != None && isIrreducible(index, from.second)) from.second = cut(index, from.second);
  }
}

function isIrreducible(from: u32, to: u32): bool {
  return block(to).order <= block(from).order && !dominates(to, from);
}

function cut(from: u32, to: u32): u32 {
  const exit = newBlock(block(to).pc);
  setOrdered(blockCount - 1, exit);
  block(exit).order = blockCount - 1;
  block(exit).dominator = from;
  addEdge(from, exit);
  // Out of the target's list.
  let last: u32 = 0;
  for (let edge = block(to).incoming; edge != 0; edge = nextEdge(edge)) {
    if (edgeFrom(edge) != from) {
      last = edge;
      continue;
    }
    if (last == 0) block(to).incoming = nextEdge(edge);
    else store<u32>(EDGES + ((<usize>last) << 3), nextEdge(edge), 4);
    break;
  }
  return exit;
}

function findRole(index: u32, entry: u32): void {
  const at = block(index);
  let forward = index == entry ? 1 : 0;
  for (let edge = at.incoming; edge != 0; edge = nextEdge(edge)) {
    if (block(edgeFrom(edge)).order >= at.order) at.isLoop = true;
    else forward += 1;
  }
  at.isMerge = forward >= 2;
  if (index == entry) return;
  const dominator = block(at.dominator);
  at.nextDominated = dominator.dominated;
  dominator.dominated = index;
}
