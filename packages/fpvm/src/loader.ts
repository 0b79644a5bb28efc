// Loads an ELF file into a machine as the reference does: segments, patches for Go's runtime, first stack.
import { findCompressedCode } from './compressed-code.js';
import { type Elf, ElfError, PT_LOAD, parseElf } from './elf.js';
import { Machine, type MachineOptions } from './machine.js';
import { type Metadata, metadataOf, noSymbols } from './metadata.js';

/** Holds `.riscv.attributes`, which is not loaded. */
const PT_RISCV_ATTRIBUTES = 0x70000003;
const STACK_POINTER = 0x10_00_00_00_00_00_00_00n;
/** Go maps its arenas below this by itself; mmap without a hint hands out from here. */
const HEAP_START = 0x7f_00_00_00_00_00n;
/** `ret`, that is jalr zero, 0(ra). */
const RET = Uint8Array.of(0x67, 0x80, 0x00, 0x00);
const AT_PAGESZ = 6n;
/**
 * Most bytes of a program's segments: a state lists each of their pages, those of zeros too, as the reference does, and in JSON
 * takes two bytes for one.
 */
const MOST_LOADED = 1n << 30n;
const AT_RANDOM = 25n;

/** Functions of Go programs that want threads, floating point or a garbage collector: they return at once. */
const patchedFunctions = new Set([
  'runtime.gcenable',
  'runtime.init.5',
  'runtime.main.func1',
  'runtime.deductSweepCredit',
  'runtime.(*gcControllerState).commit',
  'github.com/prometheus/client_golang/prometheus.init',
  'github.com/prometheus/client_golang/prometheus.init.0',
  'github.com/prometheus/procfs.init',
  'github.com/prometheus/common/model.init',
  'github.com/prometheus/client_model/go.init',
  'github.com/prometheus/client_model/go.init.0',
  'github.com/prometheus/client_model/go.init.1',
  'flag.init',
  'runtime.check',
]);
/** A rate of 0 switches heap profiling off, which works in floating point. */
const ZEROED_VARIABLE = 'runtime.MemProfileRate';

/**
 * Loads an ELF file (its bytes) and makes the state before the first step. Its witness and state hash are not computed:
 * they are `refreshWitness`'s, and cost more than all the rest. Throws ElfError for files that are not ELF64 RISC-V, cut short, stripped, or with segments that cannot be loaded.
 */
export function loadElf(file: Uint8Array, options: MachineOptions = {}): { machine: Machine; metadata: Metadata } {
  const elf = parseElf(file);
  const compressed = findCompressedCode(elf);
  if (compressed !== undefined) {
    throw new ElfError(
      `compressed instructions at 0x${compressed.toString(16)}: the machine has none; build for rv64ima ` +
        `(C, Rust: -march=rv64ima, a target without "c"; Go: GOARCH=riscv64 and, from Go 1.26 on, ` +
        `-gcflags=all=-d=compressinstructions=0 -asmflags=all=-d=compressinstructions=0)`,
    );
  }
  const machine = new Machine(options);
  loadSegments(machine, elf);
  patch(machine, elf);
  setUpStack(machine);
  machine.pc = elf.entry;
  machine.heap = HEAP_START;
  return { machine, metadata: metadataOf(elf) };
}

function loadSegments(machine: Machine, elf: Elf): void {
  const { memory } = machine;
  checkSize(machine, elf);
  for (const [i, { type, address, bytes, memorySize }] of elf.segments.entries()) {
    if (type === PT_RISCV_ATTRIBUTES) continue;
    const fileSize = BigInt(bytes.length);
    if (fileSize !== memorySize && type !== PT_LOAD) {
      throw new ElfError(
        `program segment ${i} (type ${type}) has ${fileSize} bytes in the file and ${memorySize} in memory: ` +
          `only PT_LOAD segments can be filled up with zeros (link with -z stack-size=0, without thread-local storage)`,
      );
    }
    if (fileSize > memorySize) {
      throw new ElfError(
        `program segment ${i} has more bytes in the file (${fileSize}) than in memory (${memorySize})`,
      );
    }
    memory.load(address, bytes);
    memory.addZeroPages((address + fileSize) >> 12n, (address + memorySize) >> 12n);
  }
}

/** Says at once when the segments together are larger than what is loaded, or than what a guest may have. */
function checkSize({ memory }: Machine, elf: Elf): void {
  const loaded = elf.segments.filter(({ type }) => type !== PT_RISCV_ATTRIBUTES);
  const size = loaded.reduce((sum, { memorySize }) => sum + memorySize, 0n);
  if (size > MOST_LOADED) {
    throw new ElfError(
      `its segments take ${size >> 20n} MiB of memory: at most ${MOST_LOADED >> 20n} MiB are loaded, for a state lists each ` +
        `page of them; take memory by mmap in place of zero-filled data (.bss)`,
    );
  }
  memory.checkRoomFor(size);
}

function patch({ memory }: Machine, elf: Elf): void {
  if (elf.symbols === undefined) throw new ElfError(noSymbols);
  for (const { name, value } of elf.symbols) {
    const bytes = patchedFunctions.has(name) ? RET : name === ZEROED_VARIABLE ? new Uint8Array(8) : undefined;
    if (bytes === undefined) continue;
    memory.load(value, bytes);
    memory.touchPage((value + BigInt(bytes.length)) >> 12n);
  }
}

/** Argument count and vector as the reference leaves them (nothing reads them), then the auxiliary vector. */
function setUpStack(machine: Machine): void {
  const words = [
    0x42n,
    0x35n,
    0n,
    AT_PAGESZ,
    4096n,
    AT_RANDOM,
    STACK_POINTER + 72n,
    0n,
    0x6f727020646e6172n,
    0x6164626d616c6f74n,
  ];
  const bytes = new Uint8Array(8 * words.length);
  words.forEach((word, i) => new DataView(bytes.buffer).setBigUint64(8 * i, word, true));
  machine.memory.load(STACK_POINTER + 8n, bytes);
  machine.setRegister(2, STACK_POINTER);
}
