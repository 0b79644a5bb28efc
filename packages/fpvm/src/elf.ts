// Reads 64-bit little-endian ELF files: program headers and the symbol table.
// https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html

export interface ElfSegment {
  readonly type: number;
  readonly isExecutable: boolean;
  readonly address: bigint;
  /** Bytes in the file. */
  readonly bytes: Uint8Array;
  readonly memorySize: bigint;
}

export interface ElfSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size: bigint;
  /** Whether it is said to be code. */
  readonly isFunction?: boolean;
}

export interface Elf {
  readonly entry: bigint;
  /** Whether the file says that it may have compressed instructions. */
  readonly isFlaggedCompressed?: boolean;
  readonly segments: readonly ElfSegment[];
  /** In the file's order, without the null symbol; undefined when the file was stripped of its symbol table. */
  readonly symbols: readonly ElfSymbol[] | undefined;
}

/** The file is not an ELF that the machine can load. */
export class ElfError extends Error {
  override readonly name = 'ElfError';
}

export const PT_LOAD = 1;
const EF_RISCV_RVC = 1;
const PF_X = 1;
const SHT_SYMTAB = 2;
const STT_FUNC = 2;
/** Symbols of which the metadata can be read again (metadata.ts). */
const MAX_SYMBOLS = 800_000;
/** Names may share bytes, so a small file can hold any length of them: no program's are as long as this. */
const MAX_NAME = 1 << 16;
const MAX_NAMES = 1 << 26;
/** A program has a dozen; a file of some megabytes could ask for zeros all over the address space with as many as fit. */
const MAX_SEGMENTS = 256;
const EM_RISCV = 243;
/** Names of other machines, for the message. */
const machines: Record<number, string> = { 3: 'x86', 8: 'MIPS', 40: 'ARM', 62: 'x86-64', 183: 'AArch64' };

/** Throws ElfError for first bytes, 64 or all there are, of what is no ELF64 RISC-V file. */
export function checkElfStart(file: Uint8Array): void {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < 20 || view.getUint32(0) !== 0x7f454c46) {
    throw new ElfError(`not an ELF file: it does not start with 7f 45 4c 46 ("\\x7fELF")`);
  }
  if (file[4] !== 2) throw new ElfError('a 32-bit ELF file: the machine runs 64-bit RISC-V (compile for riscv64)');
  if (file[5] !== 1) throw new ElfError('a big-endian ELF file: the machine is little endian');
  const machine = view.getUint16(18, true);
  if (machine !== EM_RISCV) {
    throw new ElfError(
      `an ELF file for ${machines[machine] ?? `machine ${machine}`}: the machine runs RISC-V (riscv64)`,
    );
  }
}

/** Parses an ELF64 RISC-V file. Throws ElfError for anything else and for files cut short. */
export function parseElf(file: Uint8Array): Elf {
  checkElfStart(file);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  need(file, 64, 'header');
  const version = view.getUint32(20, true);
  if (file[6] !== 1 || version !== 1) {
    throw new ElfError(`an ELF file of version ${file[6] !== 1 ? file[6] : version}: there is only version 1`);
  }
  const entry = view.getBigUint64(24, true);
  const isFlaggedCompressed = (view.getUint32(48, true) & EF_RISCV_RVC) !== 0;
  return { entry, isFlaggedCompressed, segments: readSegments(file, view), symbols: readSymbols(file, view) };
}

function readSegments(file: Uint8Array, view: DataView): ElfSegment[] {
  const table = offset(view, 32);
  const size = view.getUint16(54, true);
  const count = view.getUint16(56, true);
  if (count > 0 && size < 56) throw new ElfError(`program headers of ${size} bytes, 56 expected`);
  if (count > MAX_SEGMENTS) {
    throw new ElfError(
      `${count} program headers: at most ${MAX_SEGMENTS} are loaded (let the linker join the segments)`,
    );
  }
  need(file, table + size * count, 'program headers');
  return Array.from({ length: count }, (_, i) => {
    const at = table + size * i;
    return {
      type: view.getUint32(at, true),
      isExecutable: (view.getUint32(at + 4, true) & PF_X) !== 0,
      address: view.getBigUint64(at + 16, true),
      bytes: slice(file, offset(view, at + 8), offset(view, at + 32), `program segment ${i}`),
      memorySize: view.getBigUint64(at + 40, true),
    };
  });
}

function readSymbols(file: Uint8Array, view: DataView): ElfSymbol[] | undefined {
  const table = offset(view, 40);
  const size = view.getUint16(58, true);
  const count = view.getUint16(60, true);
  if (count === 0) return undefined;
  if (size < 64) throw new ElfError(`section headers of ${size} bytes, 64 expected`);
  need(file, table + size * count, 'section headers');
  const section = (i: number) => {
    if (i >= count) throw new ElfError(`section ${i} does not exist, there are ${count}`);
    const at = table + size * i;
    return {
      type: view.getUint32(at + 4, true),
      at: offset(view, at + 24),
      size: offset(view, at + 32),
      link: view.getUint32(at + 40, true),
    };
  };
  for (let i = 0; i < count; i++) {
    const symbols = section(i);
    if (symbols.type !== SHT_SYMTAB) continue;
    const names = section(symbols.link);
    return parseSymbols(
      slice(file, symbols.at, symbols.size, 'symbol table'),
      slice(file, names.at, names.size, 'symbol names'),
    );
  }
  return undefined;
}

function parseSymbols(table: Uint8Array, names: Uint8Array): ElfSymbol[] {
  const view = new DataView(table.buffer, table.byteOffset, table.length);
  const symbols: ElfSymbol[] = [];
  const count = Math.floor(table.length / 24) - 1;
  if (count > MAX_SYMBOLS) {
    throw new ElfError(
      `${count} symbols: at most ${MAX_SYMBOLS} are read (objcopy --strip-unneeded leaves those of functions)`,
    );
  }
  let total = 0;
  for (let at = 24; at + 24 <= table.length; at += 24) {
    const start = view.getUint32(at, true);
    const length = names.subarray(start, start + MAX_NAME).indexOf(0);
    if (length < 0) {
      const isLong = start + MAX_NAME <= names.length;
      const what = isLong ? `is longer than ${MAX_NAME} bytes` : 'lies outside of the file';
      throw new ElfError(`the name of symbol ${at / 24} ${what}`);
    }
    total += length;
    if (total > MAX_NAMES) throw new ElfError(`the symbols' names are longer than ${MAX_NAMES} bytes together`);
    symbols.push({
      name: Buffer.from(names.buffer, names.byteOffset + start, length).toString('utf8'),
      value: view.getBigUint64(at + 8, true),
      size: view.getBigUint64(at + 16, true),
      isFunction: (view.getUint8(at + 4) & 15) === STT_FUNC,
    });
  }
  return symbols;
}

/** A file offset or size: 64 bits in the file, anything beyond 2^53 is outside of every file. */
function offset(view: DataView, at: number): number {
  return Number(view.getBigUint64(at, true));
}

function slice(file: Uint8Array, start: number, size: number, what: string): Uint8Array {
  need(file, start + size, what);
  return file.subarray(start, start + size);
}

function need(file: Uint8Array, end: number, what: string): void {
  if (end > file.length) {
    throw new ElfError(`the ELF file is cut short: its ${what} would end at byte ${end}, the file has ${file.length}`);
  }
}
