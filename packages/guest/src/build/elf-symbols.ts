// The symbol table of the linked ELF, reduced to functions and objects. Mapping symbols ($x, $d) and local labels (.L…)
// share addresses with functions and would stand in their place in progress lines and profiles.
// https://refspecs.linuxfoundation.org/elf/gabi4+/ch4.symtab.html

const SYMBOL_SIZE = 24;
const SECTION_HEADER_SIZE = 64;
const SHT_SYMTAB = 2;
const STT_OBJECT = 1;
const STT_FUNC = 2;

/** A copy of `elf` (ELF64, little endian) with those entries of its symbol table only; names are left as they are. */
export function keepFunctionSymbols(elf: Uint8Array): Uint8Array {
  const bytes = elf.slice();
  const view = new DataView(bytes.buffer);
  const headers = Number(view.getBigUint64(0x28, true));
  for (let i = 0; i < view.getUint16(0x3c, true); i += 1) {
    const header = headers + i * SECTION_HEADER_SIZE;
    if (view.getUint32(header + 4, true) !== SHT_SYMTAB) continue;
    const offset = Number(view.getBigUint64(header + 24, true));
    const size = Number(view.getBigUint64(header + 32, true));
    // Entry 0 stands for "no symbol"; local symbols come before global ones, the section's info counts them.
    let kept = 1;
    let locals = 1;
    for (let entry = offset + SYMBOL_SIZE; entry < offset + size; entry += SYMBOL_SIZE) {
      const info = bytes[entry + 4] ?? 0;
      const type = info & 15;
      if (type !== STT_FUNC && type !== STT_OBJECT) continue;
      bytes.copyWithin(offset + kept * SYMBOL_SIZE, entry, entry + SYMBOL_SIZE);
      kept += 1;
      if (info >> 4 === 0) locals += 1;
    }
    bytes.fill(0, offset + kept * SYMBOL_SIZE, offset + size);
    view.setBigUint64(header + 32, BigInt(kept * SYMBOL_SIZE), true);
    view.setUint32(header + 44, locals, true);
  }
  return bytes;
}
