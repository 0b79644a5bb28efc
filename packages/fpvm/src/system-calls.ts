// The one table of system calls: what the machine does for the guest at an ECALL (Linux numbers for riscv64, a7; result
// in a0, error in a1). A call that is not in the table does nothing and returns 0.
import { systemCallAnswers } from './engine.js';
import { revertCodes } from './instructions.js';

/** What a system call may see and change. Registers hold unsigned 64-bit values. */
export interface SystemCallContext {
  /** Memory as it is proved: one call reads or writes within a leaf, or stores 16 bytes. */
  readonly memory: {
    read(address: bigint, length: number): Uint8Array;
    write(address: bigint, bytes: Uint8Array): void;
    /** Makes the page exist, as stores of nothing do too. */
    touchPage(index: bigint): void;
  };
  /** Memory that no proof covers: what the guest prints and hints is not the chain's concern. */
  readUnproven(address: bigint, length: number): Uint8Array;
  register(index: number): bigint;
  setRegister(index: number, value: bigint): void;
  /** Address space of `length` bytes, never handed out before. */
  takeHeap(length: bigint): bigint;
  exit(code: number): number;
  /** Ends the run at this instruction. Returns the answer for the engine. */
  revert(code: number, message: string): number;
  output(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** Takes bytes of the hint stream; the answer is `wait` while a hint is under way. */
  writeHint(bytes: Uint8Array): number;
  /** Shifts bytes into the pre-image key and starts reading at 0. */
  writePreimageKey(bytes: Uint8Array): void;
  /**
   * At most `count` bytes of the pre-image from the present offset, which moves on; an answer for the engine when there
   * is nothing to read yet or ever.
   */
  readPreimage(count: number): Uint8Array | number;
}

/** A register file, for asking what a call will do before it does it. */
export type Registers = Pick<SystemCallContext, 'register'>;

interface SystemCall {
  readonly number: number;
  readonly name: string;
  readonly handle: (context: SystemCallContext) => number;
  /** What the call stores at once, for calls that do so whatever happens. */
  readonly stores?: (registers: Registers) => { address: bigint; bytes: Uint8Array } | undefined;
  /** An address in the one leaf that the call reads or writes, if it does. */
  readonly leaf?: (registers: Registers) => bigint | undefined;
  /** Whether the call reads a pre-image. */
  readonly readsPreimage?: (registers: Registers) => boolean;
}

const [a0, a1, a2, a3, a4] = [10, 11, 12, 13, 14];
const MASK64 = (1n << 64n) - 1n;
const MINUS_ONE = MASK64;
const EBADF = 0x4dn;
const EINVAL = 0x16n;
const EACCES = 0xdn;
const MAP_ANONYMOUS = 0x20n;
const F_GETFD = 1n;
const F_GETFL = 3n;
const RLIMIT_NOFILE = 7n;
const PREIMAGE_READ = 5n;
const PREIMAGE_WRITE = 6n;
/** Seconds and nanoseconds that the guest's clock stands at. */
const clock = [1337n, 42n] as const;
/** Soft and hard limit of open files. */
const fileLimits = [1024n, 1024n] as const;
const LEAF = 32;
/** Writes beyond this are a broken guest: the reference would print zeros for hours. */
const LONGEST_WRITE = 1n << 28n;

/** File descriptors by number; `writable` is what F_GETFL tells. */
const descriptors = [
  { name: 'stdin', writable: false },
  { name: 'stdout', writable: true },
  { name: 'stderr', writable: true },
  { name: 'hint-read', writable: false },
  { name: 'hint-write', writable: true },
  { name: 'preimage-read', writable: false },
  { name: 'preimage-write', writable: true },
] as const;

const exit = (context: SystemCallContext) => context.exit(Number(context.register(a0) & 0xffn));

const unsupported = (number: number, name: string): SystemCall => ({
  number,
  name,
  handle: (context) => context.revert(revertCodes.invalidSyscall, `unsupported system call: ${number} (${name})`),
});

export const systemCalls: readonly SystemCall[] = [
  { number: 93, name: 'exit', handle: exit },
  { number: 94, name: 'exit_group', handle: exit },
  { number: 214, name: 'brk', handle: (context) => result(context, 1n << 30n) },
  { number: 222, name: 'mmap', handle: mmap },
  {
    number: 63,
    name: 'read',
    handle: read,
    leaf: (registers) => (registers.register(a0) === PREIMAGE_READ ? registers.register(a1) : undefined),
    readsPreimage: (registers) => registers.register(a0) === PREIMAGE_READ,
  },
  {
    number: 64,
    name: 'write',
    handle: write,
    leaf: (registers) => (registers.register(a0) === PREIMAGE_WRITE ? registers.register(a1) : undefined),
  },
  { number: 25, name: 'fcntl', handle: fcntl },
  { number: 56, name: 'openat', handle: (context) => result(context, MINUS_ONE, EACCES) },
  {
    number: 113,
    name: 'clock_gettime',
    handle: (context) => storePair(context, clock),
    stores: (r) => pairAt(r, clock),
  },
  { number: 220, name: 'clone', handle: (context) => result(context, 1n) },
  {
    number: 163,
    name: 'getrlimit',
    handle: getrlimit,
    stores: (r) => (r.register(a0) === RLIMIT_NOFILE ? pairAt(r, fileLimits) : undefined),
  },
  unsupported(261, 'prlimit64'),
  unsupported(422, 'futex'),
  unsupported(101, 'nanosleep'),
];

const byNumber = new Map(systemCalls.map((call) => [BigInt(call.number), call]));

/** The system call that register a7 (x17) selects; undefined for one that does nothing. */
export function selectedSystemCall(registers: Registers): SystemCall | undefined {
  return byNumber.get(registers.register(17));
}

/** Handles the system call that register a7 (x17) selects; returns one of `systemCallAnswers`. */
export function handleSystemCall(context: SystemCallContext): number {
  const call = selectedSystemCall(context);
  return call === undefined ? result(context, 0n) : call.handle(context);
}

/** The pre-image key with bytes shifted in from the right. */
export function shiftedKey(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  const shifted = new Uint8Array(32);
  shifted.set(key.subarray(bytes.length), 0);
  shifted.set(bytes, 32 - bytes.length);
  return shifted;
}

function result(context: SystemCallContext, value: bigint, error = 0n): number {
  context.setRegister(a0, value);
  context.setRegister(a1, error);
  return systemCallAnswers.done;
}

/** Two 64-bit values, to be stored at a1. */
function pairAt(registers: Registers, values: readonly [bigint, bigint]): { address: bigint; bytes: Uint8Array } {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, values[0], true);
  view.setBigUint64(8, values[1], true);
  return { address: registers.register(a1), bytes };
}

function storePair(context: SystemCallContext, values: readonly [bigint, bigint]): number {
  const { address, bytes } = pairAt(context, values);
  context.memory.write(address, bytes);
  return result(context, 0n);
}

function mmap(context: SystemCallContext): number {
  const anonymous = (context.register(a3) & MAP_ANONYMOUS) !== 0n && context.register(a4) === MINUS_ONE;
  if (!anonymous) return result(context, MINUS_ONE, EBADF);
  const hint = context.register(a0);
  if (hint !== 0n) return result(context, hint);
  return result(context, context.takeHeap((context.register(a1) + 4095n) & ~4095n & MASK64));
}

function getrlimit(context: SystemCallContext): number {
  const resource = context.register(a0);
  if (resource === RLIMIT_NOFILE) return storePair(context, fileLimits);
  return context.revert(revertCodes.unrecognizedResource, `unrecognized resource limit lookup: ${resource}`);
}

function fcntl(context: SystemCallContext): number {
  const command = context.register(a1);
  if (command !== F_GETFD && command !== F_GETFL) return result(context, MINUS_ONE, EINVAL);
  const descriptor = descriptors[Number(context.register(a0))];
  if (descriptor === undefined) return result(context, MINUS_ONE, EBADF);
  return result(context, command === F_GETFL && descriptor.writable ? 1n : 0n);
}

/** Bytes that one call may handle: what is left of the 32-byte leaf at `address`, one leaf for each proof. */
function leafCount(address: bigint, count: bigint): number {
  const rest = LEAF - Number(address & 31n);
  return count > BigInt(rest) ? rest : Number(count);
}

function read(context: SystemCallContext): number {
  const count = context.register(a2);
  switch (context.register(a0)) {
    case 0n:
      return result(context, 0n);
    case 3n:
      // The answer to a hint has no content: all of it is always read.
      return result(context, count);
    case PREIMAGE_READ: {
      const address = context.register(a1);
      const bytes = context.readPreimage(leafCount(address, count));
      if (typeof bytes === 'number') return bytes;
      // A write makes the page exist, but for one of nothing.
      if (bytes.length === 0) context.memory.touchPage(address >> 12n);
      context.memory.write(address, bytes);
      result(context, BigInt(bytes.length));
      return systemCallAnswers.doneAndStop;
    }
    default:
      return result(context, MINUS_ONE, EBADF);
  }
}

function write(context: SystemCallContext): number {
  const descriptor = context.register(a0);
  const address = context.register(a1);
  const count = context.register(a2);
  if (descriptor === PREIMAGE_WRITE) {
    const bytes = context.memory.read(address, leafCount(address, count));
    context.writePreimageKey(bytes);
    return result(context, BigInt(bytes.length));
  }
  if (descriptor !== 1n && descriptor !== 2n && descriptor !== 4n) return result(context, MINUS_ONE, EBADF);
  if (count > LONGEST_WRITE) {
    return context.revert(revertCodes.invalidSyscall, `write of ${count} bytes is longer than ${LONGEST_WRITE}`);
  }
  const bytes = context.readUnproven(address, Number(count));
  if (descriptor === 4n) {
    const answer = context.writeHint(bytes);
    return answer === systemCallAnswers.done ? result(context, count) : answer;
  }
  context.output(descriptor === 1n ? 'stdout' : 'stderr', bytes);
  return result(context, count);
}
