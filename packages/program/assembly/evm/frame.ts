// Call frames and the memory they work in: one region for all stacks, one for all frames' memories. Calls take no host
// stack, so 1,024 of them fit into a small one.
import { useScratch } from '../memory';
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
  /** The code's first byte and where what is known of it lies: see analysis.ts. */
  code: usize;
  analysis: usize;
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

// One frame's items may fill its stack and every caller's at once.
// @ts-ignore: decorator
@inline const STACKS_SIZE: usize = (MAX_FRAMES * STACK_SIZE) as usize;

/**
 * Bytes for all frames' memories and the creations' codes. Gas bounds them: since a call keeps back 1/64 of the gas and
 * memory's price grows with its square, a block of a thousand million gas cannot have more in use at a time. The region
 * is address space alone until it is written to.
 */
// @ts-ignore: decorator
@inline const MEMORIES_SIZE: usize = 256 << 20;

let stacks: usize = 0;
let frames: usize = 0;
let memories: usize = 0;

/** Number of frames in execution. */
export let depth: u32 = 0;

function setUp(): void {
  const before = useScratch(false);
  frames = heap.alloc(MAX_FRAMES * offsetof<Frame>());
  stacks = heap.alloc(STACKS_SIZE);
  memories = heap.alloc(MEMORIES_SIZE);
  useScratch(before);
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
  if (depth == 0) {
    frame.stackBase = stacks + STACKS_SIZE;
    frame.memory = memories;
  } else {
    const parent = current();
    frame.stackBase = parent.sp;
    frame.memory = parent.memory + parent.memorySize;
  }
  depth += 1;
  frame.sp = frame.stackBase;
  frame.memorySize = 0;
  frame.output = 0;
  frame.outputLength = 0;
  return frame;
}

export function popFrame(): void {
  depth -= 1;
}

/** Room for the analysis of a code of `length` bytes that lives as long as `frame`, below the frame's memory. */
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
  const end = <u64>frame.memory + size;
  if (end > u32.MAX_VALUE) throw new Error('the EVM memory of one transaction exceeds 256 MiB: not covered');
  ensureRoom(<usize>end);
  memory.fill(frame.memory + old, 0, <usize>size - old);
  frame.memorySize = <u32>size;
}

function ensureRoom(end: usize): void {
  if (end > memories + MEMORIES_SIZE) throw new Error('the EVM memory of one transaction exceeds 256 MiB: not covered');
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
