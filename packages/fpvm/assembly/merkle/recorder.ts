// Steps taken one by one in the engine, with what their proofs need: the witness before each (but for its root), the
// leaves it looks at, and the pairs of leaves it changes. Hashing comes later, for many steps at once (prover.ts).
import { reserve } from './heap';
import { contentOf, fillEntry, findEntry, freeEntry, keepUsed } from './page-cache';

/** Runs the engine; gives its reason to stop (`Stop` in ../interpreter/interpreter.ts). */
@external('env', 'run')
declare function run(steps: i64): u32;
/** 8 bytes of guest memory, absent memory being zero. */
@external('env', 'peek')
declare function peek(address: u64): u64;
/** 8 bytes of the engine's own memory. */
@external('env', 'word')
declare function word(at: u32): u64;

/** Steps that are recorded at most. 64 cost 20 % more CPU a step. */
export const MOST_STEPS: u32 = 256;
const WITNESS_SIZE: usize = 362;
/** A witness with the padding of Keccak-256 behind it: three blocks. */
export const WITNESS_ROOM: u32 = 416;
const PC_IN_WITNESS: usize = 72;
const STEP_IN_WITNESS: usize = 82;
const RESERVATION_IN_WITNESS: usize = 98;
const REGISTERS_IN_WITNESS: usize = 106;

/** What an event is: a proof of a leaf, or a write of a pair (see chain.ts). */
export const enum Event {
  Proof = 0,
  Write = 1,
}
/** Of an event: the page's entry (4 bytes), number of leaf or pair in the page (4), kind (4), at 16 the new bytes. */
export const EVENT_SIZE: u32 = 80;
const PLACE: usize = 4;
const KIND: usize = 8;
const BYTES: usize = 16;
/** Two proofs of data and their writes, and the instruction's proof. */
const MOST_EVENTS: u32 = 5;

/** Accesses by operation number, from the instruction table (src/step-prover.ts): kind and size, a byte each. */
export const ACCESSES = memory.data(512, 8);
/** As the engine's table of the same name. */
export const DECODE_TABLE = memory.data(32768, 8);

const enum Access {
  None = 0,
  Load = 1,
  Store = 2,
  Atomic = 3,
  StoreConditional = 4,
  SystemCall = 5,
}

/** Why recording stopped. */
const enum Stopped {
  /** All steps taken. */
  Steps = 0,
  /** The next step is a system call. */
  SystemCall = 1,
  /** The pages used do not leave room for those of the next step. */
  Full = 2,
  Reverted = 3,
}
/** For the host: why `record` stopped. */
export let stopped: u32 = Stopped.Steps;

/** The witness of the state as it is; the host puts in what the engine does not know. */
export const WITNESS = memory.data(416, 16);
/** Leaves before and after the step at hand: two pairs each, and one in between. */
const OLD = memory.data(128, 16);
const NEW = memory.data(128, 16);
const BETWEEN = memory.data(64, 16);

let witnesses: usize = 0;
let events: usize = 0;
let firstEvents: usize = 0;
let eventCount: u32 = 0;
/** Steps recorded. */
export let count: u32 = 0;

let pcAt: u32 = 0;
let registersAt: u32 = 0;
let reservationAt: u32 = 0;

/** The access of the step at hand: entries of its one or two leaves. */
let first: usize = 0;
let second: usize = 0;
let accessAddress: u64 = 0;
let lastAddress: u64 = 0;
let mayWrite: bool = false;

export function initializeRecorder(pc: u32, registers: u32, reservation: u32): void {
  pcAt = pc;
  registersAt = registers;
  reservationAt = reservation;
  witnesses = reserve((MOST_STEPS + 1) * WITNESS_ROOM);
  events = reserve(MOST_STEPS * MOST_EVENTS * EVENT_SIZE);
  firstEvents = reserve((MOST_STEPS + 1) * 4);
  store<u8>(WITNESS, 0x01, WITNESS_SIZE);
  store<u8>(WITNESS, 0x80, 407);
}

/** Witness before recorded step `i`; witness `count` is the state as it is. */
export function witnessOf(i: u32): usize {
  return witnesses + i * WITNESS_ROOM;
}

/** Events of recorded step `i` lie from here to `eventsOf(i + 1)`. */
export function eventsOf(i: u32): usize {
  return events + load<u32>(firstEvents + (i << 2)) * EVENT_SIZE;
}

/** Forgets what was recorded. */
export function clear(): void {
  count = 0;
  eventCount = 0;
  store<u32>(firstEvents, 0);
  keepUsed();
}

/** Takes program counter, load reservation and registers over into the witness. */
export function loadRegisters(): void {
  putWord(PC_IN_WITNESS, word(pcAt));
  putWord(RESERVATION_IN_WITNESS, word(reservationAt));
  for (let i: u32 = 0; i < 32; i++) loadRegister(i);
}


@inline
function putWord(at: usize, value: u64): void {
  store<u64>(WITNESS + at, bswap<u64>(value));
}


@inline
function loadRegister(i: u32): void {
  putWord(REGISTERS_IN_WITNESS + (i << 3), word(registersAt + (i << 3)));
}


@inline
function register(i: u32): u64 {
  return bswap<u64>(load<u64>(WITNESS + REGISTERS_IN_WITNESS + (i << 3)));
}

/** The page's entry, made from the engine's memory if need be; 0 if there is no room. */
export function entryOf(page: u64): usize {
  const found = findEntry(page);
  if (found != 0) return found;
  const entry = freeEntry(page);
  if (entry == 0) return 0;
  for (let i: usize = 0; i < 4096; i += 8) store<u64>(contentOf(entry) + i, peek((page << 12) + i));
  fillEntry(entry);
  return entry;
}

function readPair(address: u64, target: usize): void {
  const start = address & ~63;
  for (let i: usize = 0; i < 64; i += 8) store<u64>(target + i, peek(start + i));
}

function addProof(entry: usize, address: u64): void {
  const event = events + eventCount++ * EVENT_SIZE;
  store<u32>(event, <u32>entry);
  store<u32>(event, ((<u32>address) >> 5) & 127, PLACE);
  store<u32>(event, Event.Proof, KIND);
}

/** Adds a write unless it changes nothing. */
function addWrite(entry: usize, address: u64, old: usize, bytes: usize): void {
  if (memory.compare(old, bytes, 64) == 0) return;
  const event = events + eventCount++ * EVENT_SIZE;
  store<u32>(event, <u32>entry);
  store<u32>(event, ((<u32>address) >> 6) & 63, PLACE);
  store<u32>(event, Event.Write, KIND);
  memory.copy(event + BYTES, bytes, 64);
}


@inline
export function kindOf(event: usize): u32 {
  return load<u32>(event, KIND);
}


@inline
export function leafOf(event: usize): u32 {
  return load<u32>(event, PLACE);
}

/** Begins the next step: its instruction's proof. False if there is no room. */
export function openStep(): bool {
  const pc = word(pcAt);
  const entry = entryOf(pc >> 12);
  if (entry == 0) return false;
  first = 0;
  addProof(entry, pc);
  memory.copy(witnessOf(count), WITNESS, WITNESS_ROOM);
  return true;
}

/** Declares what the step at hand accesses besides its instruction: at most two leaves. False if there is no room. */
export function openAccess(address: u64, size: u32, writes: bool): bool {
  accessAddress = address;
  lastAddress = address + (size - 1);
  mayWrite = writes;
  first = entryOf(address >> 12);
  second = 0;
  if (first == 0) return false;
  const crosses = (address ^ lastAddress) >> 5 != 0;
  if (crosses) {
    second = entryOf(lastAddress >> 12);
    if (second == 0) return false;
  }
  if (writes) {
    readPair(address, OLD);
    if (crosses) readPair(lastAddress, OLD + 64);
  }
  return true;
}

/** Gives the step at hand up. */
export function dropStep(): void {
  eventCount = load<u32>(firstEvents + (count << 2));
}

/** Ends the step at hand, which the engine has taken. */
export function closeStep(): void {
  if (first != 0) {
    addProof(first, accessAddress);
    if (mayWrite) closeWrite();
    else if (second != 0) addProof(second, lastAddress);
  }
  count++;
  store<u32>(firstEvents + (count << 2), eventCount);
  putWord(STEP_IN_WITNESS, bswap<u64>(load<u64>(WITNESS + STEP_IN_WITNESS)) + 1);
}

function closeWrite(): void {
  readPair(accessAddress, NEW);
  if (second == 0) {
    addWrite(first, accessAddress, OLD, NEW);
    return;
  }
  // The second leaf is proved in the tree in which the first has been written.
  if ((accessAddress ^ lastAddress) >> 6 == 0) {
    memory.copy(BETWEEN, NEW, 32);
    memory.copy(BETWEEN + 32, OLD + 32, 32);
    addWrite(first, accessAddress, OLD, BETWEEN);
    addProof(second, lastAddress);
    addWrite(second, lastAddress, BETWEEN, NEW);
  } else {
    readPair(lastAddress, NEW + 64);
    addWrite(first, accessAddress, OLD, NEW);
    addProof(second, lastAddress);
    addWrite(second, lastAddress, OLD + 64, NEW + 64);
  }
}

/** Declares the access of an instruction. False if there is no room. */
function openAccessOf(instruction: u32, kind: u32, size: u32): bool {
  const base = register((instruction >> 15) & 31);
  switch (kind) {
    case Access.Load:
      return openAccess(base + <u64>(<i64>((<i32>instruction) >> 20)), size, false);
    case Access.Store: {
      const offset = (((<i32>instruction) >> 25) << 5) | (<i32>((instruction >> 7) & 31));
      return openAccess(base + <u64>(<i64>offset), size, true);
    }
    case Access.StoreConditional:
      if (base != word(reservationAt)) return true;
    // fall through: it will store
    case Access.Atomic:
      return base % size != 0 || openAccess(base, size, true);
    default:
      return true;
  }
}

/** Takes up to `steps` steps and records them; `stopped` says why it came back. */
export function record(steps: u32): void {
  for (let i: u32 = 0; i < steps; i++) {
    const pc = word(pcAt);
    // A fetch never crosses an 8-byte word unless the pc is odd, and then the step may revert.
    const shift = ((<u32>pc) & 7) << 3;
    let instruction = <u32>(peek(pc & ~7) >> shift);
    if (shift > 32) instruction |= (<u32>peek((pc & ~7) + 8)) << (64 - shift);
    let access = ACCESSES;
    if ((instruction & 3) == 3) {
      const key = (((instruction >> 2) & 31) << 10) | (((instruction >> 12) & 7) << 7) | (instruction >> 25);
      access = ACCESSES + ((<usize>load<u8>(DECODE_TABLE + key)) << 1);
    }
    const kind = <u32>load<u8>(access);
    // The decode table leaves out bits 20 to 24: those of EBREAK and its like are not 0.
    if (kind == <u32>Access.SystemCall && instruction >> 20 == 0) {
      stopped = Stopped.SystemCall;
      return;
    }
    if (!openStep() || !openAccessOf(instruction, kind, load<u8>(access, 1))) {
      dropStep();
      stopped = Stopped.Full;
      return;
    }
    if (run(1) != 0) {
      dropStep();
      stopped = Stopped.Reverted;
      return;
    }
    putWord(PC_IN_WITNESS, word(pcAt));
    if (kind >= <u32>Access.Atomic) putWord(RESERVATION_IN_WITNESS, word(reservationAt));
    loadRegister((instruction >> 7) & 31);
    closeStep();
  }
  stopped = Stopped.Steps;
}
