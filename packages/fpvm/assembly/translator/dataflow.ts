// Which registers each block needs in locals, and which of them may differ from the register file. Sets are bit masks.
import { Block, block, blockCount, edgeFrom, nextEdge, None, ordered } from './control-flow';
import { End, mayStore, operationAt, readMask, writeMask } from './instruction';
import { OBSERVED } from './scratch';

const ALL: u32 = 0xfffffffe;

/** Solves liveness backwards and dirtiness forwards over the unit; returns the registers that it reads or writes. */
export function analyse(): u32 {
  let used: u32 = 0;
  for (let i: u32 = 0; i < blockCount; i++) {
    const at = block(ordered(i));
    for (let k: u32 = 0; k < at.count; k++) {
      const operation = operationAt(at.first + k);
      at.use |= readMask(operation) & ~at.define;
      at.define |= writeMask(operation);
    }
    used |= at.use | at.define;
    at.isChecked = i == 0 || at.isLoop;
  }
  spreadDirty();
  spreadLive();
  for (let i = <i32>blockCount - 1; i >= 0; i--) measure(block(ordered(i)));
  return used;
}

/** Registers go through memory at a call: none is held in a local across it. */
function spreadDirty(): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i: u32 = 0; i < blockCount; i++) {
      const at = block(ordered(i));
      let dirty: u32 = 0;
      for (let edge = at.incoming; edge != 0; edge = nextEdge(edge)) {
        const from = block(edgeFrom(edge));
        if (from.end != End.Call) dirty |= from.dirty | from.define;
      }
      if (dirty == at.dirty) continue;
      at.dirty = dirty;
      changed = true;
    }
  }
}

function spreadLive(): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i = <i32>blockCount - 1; i >= 0; i--) {
      const at = block(ordered(i));
      let behind: u32 = 0;
      if (at.end != End.Call) {
        if (at.successor != None) behind |= block(at.successor).live;
        if (at.second != None) behind |= block(at.second).live;
      }
      // What may be dirty is written back at exits, so its local must hold it.
      const live = (behind & ~at.define) | at.use | at.dirty;
      if (live == at.live) continue;
      at.live = live;
      changed = true;
    }
  }
}

/** Behind a block in the order, all but what loops back has been seen to; and that is checked. */
function measure(at: Block): void {
  let behind: u32 = 0;
  if (at.end != End.Call) {
    behind = costBehind(at, at.successor);
    behind = max(behind, costBehind(at, at.second));
  }
  at.cost = behind + at.count;
  let observed = observedBehind(at);
  for (let k = <i32>at.count - 1; k >= 0; k--) observed = observedBefore(at.first + k, observed);
  at.observed = observed;
}

function costBehind(at: Block, successor: u32): u32 {
  if (successor == None) return 0;
  const next = block(successor);
  return next.order > at.order && !next.isChecked ? next.cost : 0;
}

/**
 * What is observed behind a block's last instruction: no run ends inside of it, since the steps to the next check are there;
 * a revert leaves no state behind.
 */
function observedBehind(at: Block): u32 {
  if (at.end != End.Fall && at.end != End.Branch && at.end != End.Jump) return ALL;
  return observedIn(at.successor) | observedIn(at.second);
}

function observedIn(successor: u32): u32 {
  if (successor == None) return 0;
  const next = block(successor);
  return next.isChecked ? ALL : next.observed;
}

/** A store may change the instructions behind it, and with them what these write. */
@inline
function observedBefore(index: u32, behind: u32): u32 {
  const operation = operationAt(index);
  return mayStore(operation) ? ALL : (behind & ~writeMask(operation)) | readMask(operation);
}

/** Fills OBSERVED with what is observed before each instruction of a block, and behind its last. */
export function observeWithin(at: Block): void {
  let observed = observedBehind(at);
  for (let k = <i32>at.count; ; k--) {
    store<u32>(OBSERVED + ((<usize>k) << 2), observed);
    if (k == 0) return;
    observed = observedBefore(at.first + k - 1, observed);
  }
}
