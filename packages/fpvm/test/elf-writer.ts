// Small ELF files for tests: program headers, and a symbol table in three sections.

export interface ElfSymbolDescription {
  readonly name: string;
  readonly value: bigint;
  readonly size: bigint;
  readonly isFunction?: boolean;
}

export interface ElfDescription {
  readonly entry: bigint;
  readonly segments: readonly {
    readonly address: bigint;
    readonly bytes: Uint8Array;
    readonly memorySize?: bigint;
    readonly type?: number;
  }[];
  /** Without symbols the file has no section headers, as after `strip`. */
  readonly symbols?: readonly ElfSymbolDescription[];
  readonly machine?: number;
}

const HEADER = 64;
const PROGRAM_HEADER = 56;
const SECTION_HEADER = 64;

export function writeElf({ entry, segments, symbols, machine = 243 }: ElfDescription): Uint8Array {
  let end = HEADER + PROGRAM_HEADER * segments.length;
  const places = segments.map(({ bytes }) => {
    const at = end;
    end += bytes.length;
    return at;
  });
  const names = Buffer.from(`\0${(symbols ?? []).map(({ name }) => `${name}\0`).join('')}`);
  const table = symbolTable(symbols ?? []);
  const [namesAt, tableAt, sectionsAt] = [end, end + names.length, end + names.length + table.length];
  const sections = symbols === undefined ? 0 : 3;
  const file = new Uint8Array(symbols === undefined ? end : sectionsAt + sections * SECTION_HEADER);
  const view = new DataView(file.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, entry, true);
  view.setBigUint64(32, BigInt(HEADER), true);
  view.setBigUint64(40, BigInt(sections === 0 ? 0 : sectionsAt), true);
  view.setUint16(52, HEADER, true);
  view.setUint16(54, PROGRAM_HEADER, true);
  view.setUint16(56, segments.length, true);
  view.setUint16(58, SECTION_HEADER, true);
  view.setUint16(60, sections, true);
  segments.forEach(({ address, bytes, memorySize, type = 1 }, i) => {
    const at = HEADER + PROGRAM_HEADER * i;
    view.setUint32(at, type, true);
    view.setUint32(at + 4, 7, true);
    view.setBigUint64(at + 8, BigInt(places[i] ?? 0), true);
    view.setBigUint64(at + 16, address, true);
    view.setBigUint64(at + 24, address, true);
    view.setBigUint64(at + 32, BigInt(bytes.length), true);
    view.setBigUint64(at + 40, memorySize ?? BigInt(bytes.length), true);
    file.set(bytes, places[i]);
  });
  if (sections > 0) {
    file.set(names, namesAt);
    file.set(table, tableAt);
    const section = (i: number, type: number, at: number, size: number, link: number, entrySize: number) => {
      const header = sectionsAt + SECTION_HEADER * i;
      view.setUint32(header + 4, type, true);
      view.setBigUint64(header + 24, BigInt(at), true);
      view.setBigUint64(header + 32, BigInt(size), true);
      view.setUint32(header + 40, link, true);
      view.setBigUint64(header + 56, BigInt(entrySize), true);
    };
    section(1, 3, namesAt, names.length, 0, 0);
    section(2, 2, tableAt, table.length, 1, 24);
    view.setUint16(62, 1, true);
  }
  return file;
}

function symbolTable(symbols: readonly ElfSymbolDescription[]): Uint8Array {
  const table = new Uint8Array(24 * (symbols.length + 1));
  const view = new DataView(table.buffer);
  let nameAt = 1;
  symbols.forEach(({ name, value, size, isFunction = false }, i) => {
    const at = 24 * (i + 1);
    view.setUint8(at + 4, isFunction ? 2 : 0);
    view.setUint32(at, nameAt, true);
    view.setUint8(at + 4, 2);
    view.setUint16(at + 6, 0xfff1, true);
    view.setBigUint64(at + 8, value, true);
    view.setBigUint64(at + 16, size, true);
    nameAt += Buffer.byteLength(name) + 1;
  });
  return table;
}
