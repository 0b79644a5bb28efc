// Modules of translated code and of what surrounds it: the sections around function bodies.
// https://webassembly.github.io/spec/core/binary/modules.html
import { OUTPUT, WORK } from './scratch';
import { byte, here, I32, I64, moveTo, op, patch, placeholder, unsigned, W } from './wasm-code';

/** Pages of a WebAssembly memory at most. */
const MEMORY_PAGES: u32 = 65536;
/** The module's other sections are put in front of the bodies: at most so many bytes. */
const HEAD_SIZE: usize = 0x10000;
export const BODIES: usize = OUTPUT + HEAD_SIZE;

/**
 * Function types. 0 is that of all translated code: steps left, bytes left on the host's stack, address of the next
 * instruction → address of the next instruction, steps left.
 */
export const UNIT_TYPE: u32 = 0;
/** Steps left, bytes left, number of an exit → address: the interpreter's, from an exit. */
export const MISS_TYPE: u32 = 1;
/** Steps left, bytes left → address: the interpreter's, in the place of code that is not translated. */
export const ENTER_TYPE: u32 = 2;
/** Slot, steps left, bytes left, address → address: how the interpreter calls translated code. */
export const CALL_TYPE: u32 = 3;
/** Address, bytes left → address, steps left. */
export const GO_ON_TYPE: u32 = 4;
/** The first of the exits' types, by number of registers; see `exitSize`. */
export const FIRST_EXIT_TYPE: u32 = 5;

/** Numbers of registers that there are exits for. */
export const EXIT_SIZES: i32 = 11;
export function exitSize(index: i32): i32 {
  if (index < 2) return index;
  return index == EXIT_SIZES - 1 ? 31 : index < 8 ? 2 * (index - 1) : 4 * (index - 4);
}

/** Names of what is imported and exported: letters from here on. */
export const NAME_MODULE: u32 = 0x65; // e
export const NAME_MEMORY: u32 = 0x6d; // m
export const NAME_TABLE: u32 = 0x74; // t
export const NAME_ENTER: u32 = 0x6e; // n
export const NAME_MISS: u32 = 0x78; // x

let sectionStart: usize = 0;


@inline
function beginSection(id: u32): void {
  byte(id);
  sectionStart = placeholder(5);
}


@inline
function endSection(): void {
  patch(sectionStart, 5, <u32>(here() - sectionStart - 5));
}

function name(letter: u32): void {
  byte(1);
  byte(letter);
}

function importHead(letter: u32): void {
  name(NAME_MODULE);
  name(letter);
}

/** To be called before everything else of a module: magic, version, types, and the first two imports. */
export function beginModule(functionImports: i32): void {
  moveTo(WORK);
  store<u64>(WORK, 0x000000016d736100);
  moveTo(WORK + 8);
  beginSection(1);
  unsigned(FIRST_EXIT_TYPE + EXIT_SIZES);
  functionType(I64, I32, I64, true);
  functionType(I64, I32, I32, false);
  functionType(I64, I32, 0, false);
  byte(0x60);
  byte(4);
  byte(I32);
  byte(I64);
  byte(I32);
  byte(I64);
  byte(1);
  byte(I64);
  functionType(I64, I32, 0, true);
  for (let i = 0; i < EXIT_SIZES; i++) {
    const registers = exitSize(i);
    byte(0x60);
    unsigned(3 + registers);
    byte(I32);
    byte(I64);
    byte(I32);
    for (let r = 0; r < registers; r++) byte(I64);
    byte(2);
    byte(I64);
    byte(I64);
  }
  endSection();
  beginSection(2);
  unsigned(2 + functionImports);
  importHead(NAME_MEMORY);
  byte(2);
  byte(1);
  byte(1);
  unsigned(MEMORY_PAGES);
  importHead(NAME_TABLE);
  byte(1);
  byte(0x70);
  byte(0);
  byte(1);
}

function functionType(first: u32, second: u32, third: u32, withFuel: bool): void {
  byte(0x60);
  byte(third == 0 ? 2 : 3);
  byte(first);
  byte(second);
  if (third != 0) byte(third);
  byte(withFuel ? 2 : 1);
  byte(I64);
  if (withFuel) byte(I64);
}

export function importFunction(letter: u32, type: u32): void {
  importHead(letter);
  byte(0);
  unsigned(type);
}

/** Ends the imports, and begins the list of the module's own functions: their types follow, by `unsigned`. */
export function beginFunctions(count: u32): void {
  endSection();
  beginSection(3);
  unsigned(count);
}

export function beginExports(count: u32): void {
  endSection();
  beginSection(7);
  unsigned(count);
}

export function exportFunction(letter: u32, index: u32): void {
  name(letter);
  byte(0);
  unsigned(index);
}

/** Begins the list of what the module puts into the function table. */
export function beginElements(count: u32): void {
  endSection();
  beginSection(9);
  unsigned(count);
}

export function putInTable(slot: u32, index: u32): void {
  byte(0);
  op(W.I32Const);
  // A slot has 16 bits, so this is never negative.
  byte((slot & 0x7f) | 0x80);
  byte(((slot >> 7) & 0x7f) | 0x80);
  byte((slot >> 14) & 0x7f);
  op(W.End);
  byte(1);
  unsigned(index);
}

/** Ends the head and joins it with the bodies, which end at `end`; returns where the module begins. */
export function joinModule(count: u32, end: usize): usize {
  endSection();
  byte(10);
  const size = placeholder(5);
  unsigned(count);
  patch(size, 5, <u32>(here() - size - 5 + (end - BODIES)));
  const head = here() - WORK;
  memory.copy(BODIES - head, WORK, head);
  return BODIES - head;
}

let bodyStart: usize = 0;

/** Begins a function's body behind the last one: its locals are counted in the end. */
export function beginBody(): void {
  bodyStart = placeholder(5);
  byte(2);
  placeholder(2);
  byte(I64);
  placeholder(2);
  byte(I32);
}

/** Ends a function's body; its locals behind the parameters are so many i64, and behind them i32. */
export function endBody(i64s: u32, i32s: u32): void {
  op(W.End);
  patch(bodyStart + 6, 2, i64s);
  patch(bodyStart + 9, 2, i32s);
  patch(bodyStart, 5, <u32>(here() - bodyStart - 5));
}
