// Call frames and the memory they work in, which is the end of the client's memory: for each frame in execution its
// stack, for a creation its init code with its analysis, and the frame's memory, one frame behind the other. Calls take
// no host stack, so 1,024 of them fit into a small one.
import { nearEnd, regionsEnd, useScratch } from '../memory';
import { analysisSize, STACK_SIZE } from './analysis';

/** How a frame came to be, as far as its end needs it. */
export const enum FrameKind {
  Call = 0,
  Create = 1,
}

/** One call's or creation's execution. Frames lie side by side in FRAMES: the address is the identity. */
@unmanaged
export class Frame {
  /** Gas left; exact only while the interpreter isn't running this frame. */
  gas: u64;
  /** Next instruction's address. */
  pc: usize;
  /** Top of the stack, which grows downwards: the item taken next is here, the one below it 32 bytes higher. */
  sp: usize;
  /** Where the stack is when it is empty. */
  stackBase: usize;
  /** The code's first byte, and the code with what is known of it: see analysis.ts. */
  code: usize;
  running: usize;
  /** Start of the frame's memory and its size in bytes, a multiple of 32. */
  memory: usize;
  memorySize: u32;
  /** Call data. */
  input: usize;
  inputLength: u32;
  /** Whether state changes are forbidden (STATICCALL). */
  isStatic: bool;
  kind: FrameKind;
  /** State to return to when this frame fails. */
  snapshot: u32;
  /** Where the caller wants the output, in its memory, and how much of it. */
  outputOffset: u32;
  outputSize: u32;
  /** Output of a frame that returned or reverted. */
  output: usize;
  outputLength: u32;
  /** Wei sent along: u256 limbs. */
  value0: u64;
  value1: u64;
  value2: u64;
  value3: u64;
  /** The account whose state is worked on, 20 bytes. */
  address0: u64;
  address1: u64;
  address2: u32;
  /** The caller, 20 bytes. */
  caller0: u32;
  caller1: u64;
  caller2: u64;
  /** The code's table of blocks. Last, as it is read first: then one bounds check serves the interpreter for all fields. */
  table: usize;
}

/** Address of the frame's value (u256). */
// @ts-ignore: decorator
@inline
export function valueOf(frame: Frame): usize {
  return changetype<usize>(frame) + offsetof<Frame>('value0');
}

/** Address of the 20-byte address of the account that the frame works on. */
// @ts-ignore: decorator
@inline
export function addressOf(frame: Frame): usize {
  return changetype<usize>(frame) + offsetof<Frame>('address0');
}

/** Address of the 20-byte address of the frame's caller. */
// @ts-ignore: decorator
@inline
export function callerOf(frame: Frame): usize {
  return changetype<usize>(frame) + offsetof<Frame>('caller0');
}

/** Frames that may be in execution: the transaction's own and 1,024 nested ones (EVM call depth limit). */
// @ts-ignore: decorator
@inline export const MAX_FRAMES: u32 = 1025;

// The frames' places, where their stacks and memories begin, and the end of them all. What one block can have in use at a
// time is bounded by gas, since a call keeps back 1/64 of it and memory's price grows with its square: see docs/limits.md.
let frames: usize = 0;
let memories: usize = 0;
let memoriesEnd: usize = 0;

/** The furthest that was ever in use. */
let furthest: usize = 0;

/** Number of frames in execution. */
export let depth: u32 = 0;

function setUp(): void {
  frames = regionsEnd();
  memories = (frames + MAX_FRAMES * offsetof<Frame>() + 31) & ~31;
  memoriesEnd = nearEnd();
  furthest = memories;
}

/** Most bytes that frames, stacks, memories and init codes took at a time. */
export function framesTaken(): usize {
  return furthest - frames;
}

/** The innermost frame in execution. */
// @ts-ignore: decorator
@inline
export function current(): Frame {
  return changetype<Frame>(frames + <usize>(depth - 1) * offsetof<Frame>());
}

/** The frame of number `index` from the outermost, 0. */
// @ts-ignore: decorator
@inline
export function frameAt(index: u32): Frame {
  return changetype<Frame>(frames + <usize>index * offsetof<Frame>());
}

/** A new innermost frame with an empty stack and empty memory; the caller fills in the rest. */
export function pushFrame(): Frame {
  if (frames == 0) setUp();
  const frame = changetype<Frame>(frames + <usize>depth * offsetof<Frame>());
  let start = memories;
  if (depth != 0) {
    const parent = current();
    start = parent.memory + parent.memorySize;
  }
  depth += 1;
  // The stack grows down from here, the memory up.
  const middle = start + STACK_SIZE;
  ensureRoom(middle);
  frame.stackBase = middle;
  frame.sp = middle;
  frame.memory = middle;
  frame.memorySize = 0;
  frame.output = 0;
  frame.outputLength = 0;
  return frame;
}

export function popFrame(): void {
  depth -= 1;
}

/** Room for an init code of `length` bytes with its analysis that lives as long as `frame`, below the frame's memory. */
export function reserveCode(frame: Frame, length: u32): usize {
  const start = frame.memory;
  const size = (analysisSize(length) + 31) & ~31;
  ensureRoom(start + size);
  frame.memory = start + size;
  return start;
}

/** Enlarges the frame's memory to `size` bytes (a multiple of 32), zero filled. */
export function growMemory(frame: Frame, size: u64): void {
  const old = frame.memorySize;
  // A size is below 2^41: compare before it is cut to 32 bits.
  if (size > <u64>(memoriesEnd - frame.memory)) exceeded();
  ensureRoom(frame.memory + <usize>size);
  memory.fill(frame.memory + old, 0, <usize>size - old);
  frame.memorySize = <u32>size;
}

// @ts-ignore: decorator
@inline
function ensureRoom(end: usize): void {
  if (end <= furthest) return;
  if (end > memoriesEnd) exceeded();
  furthest = end;
}

function exceeded(): void {
  throw new Error('the EVM memories of one transaction exceed what 500 million gas can pay for: not covered');
}

/** What the latest call left to RETURNDATACOPY: the buffer grows and belongs to the EVM. */
export let returnData: usize = 0;
export let returnDataLength: u32 = 0;
let returnDataCapacity: u32 = 0;

/** Clears the return data. */
// @ts-ignore: decorator
@inline
export function clearReturnData(): void {
  returnDataLength = 0;
}

/** Makes the return data `length` bytes long, contents undefined, and returns its address. */
export function reserveReturnData(length: u32): usize {
  if (length > returnDataCapacity) {
    returnDataCapacity = max<u32>(1024, max(length, returnDataCapacity * 2));
    const before = useScratch(false);
    returnData = heap.alloc(returnDataCapacity);
    useScratch(before);
  }
  returnDataLength = length;
  return returnData;
}

/** Makes a copy of the `length` bytes at `ptr` the return data. */
export function setReturnData(ptr: usize, length: u32): void {
  memory.copy(reserveReturnData(length), ptr, length);
}
