// Finds compressed instructions (the C extension), which the machine does not have, before a run meets the first of them.
// No flag says so reliably: Go sets none, and gcc sets it for code without any. So the code itself is looked at, where it
// is certain to be code: the first instruction of each function and of the program; under the flag, each function from
// its beginning to the first jump that does not come back.
import type { Elf, ElfSegment } from './elf.js';
import { PT_LOAD } from './elf.js';

/** Address of a compressed instruction that the program may come to; undefined where none was found. */
export function findCompressedCode(elf: Elf): bigint | undefined {
  const segments = elf.segments.filter(({ type, isExecutable }) => type === PT_LOAD && isExecutable);
  const starts = (elf.symbols ?? []).filter(({ isFunction, size }) => isFunction === true && size > 0n);
  for (const { value, size } of [{ value: elf.entry, size: 4n }, ...starts]) {
    const segment = segments.find(({ address, bytes }) => value >= address && value < address + BigInt(bytes.length));
    if (segment === undefined) continue;
    const length = elf.isFlaggedCompressed === true ? Number(size) : 4;
    const found = firstCompressed(segment, Number(value - segment.address), length);
    if (found !== undefined) return segment.address + BigInt(found);
  }
  return undefined;
}

/** Offset in the segment of the first compressed instruction of straight code; undefined where it has none. */
function firstCompressed({ bytes }: ElfSegment, start: number, size: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const end = Math.min(start + size, bytes.length);
  for (let at = start; at + 2 <= end; at += 4) {
    const low = view.getUint16(at, true);
    if (low === 0) return undefined; // no instruction of either kind: padding
    if ((low & 3) !== 3) return at;
    if (at + 4 > end || isJumpAway(view.getUint32(at, true))) return undefined;
  }
  return undefined;
}

/** `jal zero` and `jalr zero`: jumps, returns. */
function isJumpAway(word: number): boolean {
  const opcode = word & 0x7f;
  return (opcode === 0x6f || opcode === 0x67) && ((word >>> 7) & 31) === 0;
}
