// How translated code is left where that is seldom: functions, made once for each machine, that take the number of the
// place and the values of the registers that may have to be written back. What else there is to know of the place stands
// in a table. Written out in the units, this was a third of their code, and as much of the time the host compiles them in.
import { CALL_SLOT, FUEL, NEXT_SLOT, PC, REGISTERS } from '../interpreter/layout';
import {
  beginBody,
  beginElements,
  beginExports,
  beginFunctions,
  beginModule,
  BODIES,
  CALL_TYPE,
  endBody,
  ENTER_TYPE,
  EXIT_SIZES,
  exitSize,
  exportFunction,
  FIRST_EXIT_TYPE,
  GO_ON_TYPE,
  importFunction,
  joinModule,
  MISS_TYPE,
  NAME_ENTER,
  NAME_MISS,
  putInTable,
  UNIT_TYPE,
} from './module';
import { EXITS, EXITS_END } from './scratch';
import { FIRST_EXIT_SLOT, INTERPRETER } from './slots';
import {
  access,
  branch,
  callIndirect,
  close,
  get,
  here,
  i32Const,
  loadFrom,
  moveTo,
  op,
  op2,
  open,
  set,
  tee,
  unsigned,
  VOID,
  W,
} from './wasm-code';

/** What happens once all is written back. */
export const enum ExitKind {
  /** The interpreter goes on. */
  Miss = 0,
  /** The code in a slot of the function table goes on. */
  Leave = 1,
  /** All frames of translated code are left. */
  Stop = 2,
}

/** A place where translated code may be left. */
@unmanaged
export class Exit {
  /** Address of the next instruction. */
  pc: u64;
  /** Registers that are given, lowest first, and those of them that are to be written back. */
  given: u32;
  dirty: u32;
  /** Slot to go on in, of a `Leave`; slot of the unit itself, of a `Miss`. */
  slot: u16;
  /** Steps taken that were not subtracted from the steps left. */
  charge: u16;
  kind: u8;
  /** Of the check of a window in a region: what its accesses had met, the region (from 1; 0: it is no such check), */
  met: u8;
  region: u8;
  isWritable: u8;
  /** of which it lets pass from this granule on, up to this one; and how often it has failed. */
  from: u16;
  end: u16;
  failures: u16;
}
export const EXIT_SIZE: usize = 32;

let next: usize = EXITS;

export function exitAt(number: u32): Exit {
  return changetype<Exit>(EXITS + EXIT_SIZE * <usize>number);
}

/** Exits that there is room for. What a unit may need is to be there when its emission begins. */
export function exitsLeft(): u32 {
  return <u32>((EXITS_END - next) / EXIT_SIZE);
}

export function newExit(pc: u64, kind: ExitKind, slot: u32, charge: u32): u32 {
  if (next == EXITS_END) unreachable();
  const at = changetype<Exit>(next);
  memory.fill(next, 0, EXIT_SIZE);
  at.pc = pc;
  at.kind = <u8>kind;
  at.slot = <u16>slot;
  at.charge = <u16>charge;
  next += EXIT_SIZE;
  return <u32>((next - EXITS) / EXIT_SIZE) - 1;
}

/** No code with exits is left that could still run. */
export function forgetExits(): void {
  next = EXITS;
}

/** The exit function for so many registers: its place among them. */
export function exitFor(registers: i32): i32 {
  let index = 0;
  while (exitSize(index) < registers) index += 1;
  return index;
}

// Functions of the module below: imports first.
const ENTER: u32 = 0;
const MISS: u32 = 1;
const GO_ON: u32 = 2;
const ENTER_FROM_UNIT: u32 = 3;
const CALL_UNIT: u32 = 4;
const FIRST_EXIT: u32 = 5;

/**
 * Writes the module of the exits, of what stands in for code that is not translated, and of what the interpreter calls
 * translated code with. Returns its address; it ends where the next byte would be written.
 */
export function writeExitModule(): usize {
  moveTo(BODIES);
  goOnBody();
  enterBody();
  callBody();
  for (let i = 0; i < EXIT_SIZES; i++) exitBody(exitSize(i));
  const end = here();
  beginModule(2);
  importFunction(NAME_ENTER, ENTER_TYPE);
  importFunction(NAME_MISS, MISS_TYPE);
  beginFunctions(3 + EXIT_SIZES);
  unsigned(GO_ON_TYPE);
  unsigned(UNIT_TYPE);
  unsigned(CALL_TYPE);
  for (let i = 0; i < EXIT_SIZES; i++) unsigned(FIRST_EXIT_TYPE + i);
  beginExports(1);
  exportFunction(NAME_ENTER, ENTER_FROM_UNIT);
  beginElements(2 + EXIT_SIZES);
  putInTable(INTERPRETER, ENTER_FROM_UNIT);
  putInTable(CALL_SLOT, CALL_UNIT);
  for (let i = 0; i < EXIT_SIZES; i++) putInTable(FIRST_EXIT_SLOT + i, FIRST_EXIT + i);
  const start = joinModule(3 + EXIT_SIZES, end);
  moveTo(end);
  return start;
}

/** The interpreter has come back with an address: translated code goes on, or its caller does. */
function goOnBody(): void {
  const pc = 0;
  const depth = 1;
  const slot = 2;
  beginBody();
  loadFrom(W.I32Load, NEXT_SLOT);
  tee(slot);
  op(W.I32Eqz);
  open(W.If, VOID);
  get(pc);
  loadFrom(W.I64Load, FUEL);
  op(W.Return);
  close();
  i32Const(0);
  i32Const(0);
  access(W.I32Store, <u32>NEXT_SLOT);
  loadFrom(W.I64Load, FUEL);
  get(depth);
  get(pc);
  get(slot);
  callIndirect(W.ReturnCallIndirect, UNIT_TYPE);
  endBody(0, 1);
}

function enterBody(): void {
  const fuel = 0;
  const depth = 1;
  const pc = 2;
  beginBody();
  i32Const(0);
  get(pc);
  access(W.I64Store, <u32>PC);
  get(fuel);
  get(depth);
  op(W.Call);
  unsigned(ENTER);
  get(depth);
  op(W.ReturnCall);
  unsigned(GO_ON);
  endBody(0, 0);
}

function callBody(): void {
  const slot = 0;
  const fuel = 1;
  const depth = 2;
  const pc = 3;
  beginBody();
  get(fuel);
  get(depth);
  get(pc);
  get(slot);
  callIndirect(W.CallIndirect, UNIT_TYPE);
  set(fuel);
  i32Const(0);
  get(fuel);
  access(W.I64Store, <u32>FUEL);
  endBody(0, 0);
}

function exitBody(registers: i32): void {
  const number = 0;
  const fuel = 1;
  const depth = 2;
  const pc = 3 + registers;
  const at = pc + 1;
  const given = pc + 2;
  const dirty = pc + 3;
  const register = pc + 4;
  beginBody();
  get(number);
  i32Const(<i32>EXIT_SIZE);
  op(W.I32Mul);
  tee(at);
  access(W.I32Load, <u32>(EXITS + offsetof<Exit>('given')));
  set(given);
  get(at);
  access(W.I32Load, <u32>(EXITS + offsetof<Exit>('dirty')));
  set(dirty);
  for (let i = 0; i < registers; i++) {
    // Behind the last there is none: that is written to the place of pc, which is overwritten below.
    get(given);
    op(W.I32Ctz);
    tee(register);
    i32Const(3);
    op(W.I32Shl);
    i32Const(<i32>(PC - REGISTERS));
    get(dirty);
    get(register);
    op(W.I32ShrU);
    i32Const(1);
    op2(W.I32And, W.Select);
    get(3 + i);
    access(W.I64Store, <u32>REGISTERS);
    get(given);
    get(given);
    i32Const(1);
    op2(W.I32Sub, W.I32And);
    set(given);
  }
  i32Const(0);
  get(at);
  access(W.I64Load, <u32>(EXITS + offsetof<Exit>('pc')));
  tee(pc);
  access(W.I64Store, <u32>PC);
  get(fuel);
  get(at);
  access(W.I64Load16U, <u32>(EXITS + offsetof<Exit>('charge')));
  op(W.I64Sub);
  set(fuel);
  const isMiss = open(W.Block, VOID);
  const isLeave = open(W.Block, VOID);
  get(at);
  access(W.I32Load8U, <u32>(EXITS + offsetof<Exit>('kind')));
  tee(register);
  op(W.I32Eqz);
  branch(W.BrIf, isMiss);
  get(register);
  i32Const(ExitKind.Leave);
  op(W.I32Eq);
  branch(W.BrIf, isLeave);
  get(pc);
  op2(W.I64Const, 1);
  op(W.I64Or);
  get(fuel);
  op(W.Return);
  close();
  get(fuel);
  get(depth);
  get(pc);
  get(at);
  access(W.I32Load16U, <u32>(EXITS + offsetof<Exit>('slot')));
  callIndirect(W.ReturnCallIndirect, UNIT_TYPE);
  close();
  get(fuel);
  get(depth);
  get(number);
  op(W.Call);
  unsigned(MISS);
  get(depth);
  op(W.ReturnCall);
  unsigned(GO_ON);
  endBody(1, 4);
}
