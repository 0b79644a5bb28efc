// Lines of disassembled instructions.
import { disassemble, type Machine, type Metadata, placeOf } from '@obelisc/fpvm';

/** An instruction and the address it stands at. */
export interface PlacedInstruction {
  readonly pc: bigint;
  readonly word: number;
}

/** Address, symbol with offset, word and text, in columns: one line for each instruction, without line ends. */
export function listing(instructions: readonly PlacedInstruction[], metadata: Metadata): string[] {
  const rows = instructions.map(({ pc, word }) => ({
    address: pc.toString(16).padStart(8, '0'),
    place: placeOf(metadata, pc) ?? '',
    word: (word >>> 0).toString(16).padStart(8, '0'),
    text: disassemble(word, pc, metadata),
  }));
  const width = (of: (row: (typeof rows)[number]) => string) =>
    rows.reduce((widest, row) => Math.max(widest, of(row).length), 0);
  const [addresses, places] = [width(({ address }) => address), width(({ place }) => place)];
  return rows.map(({ address, place, word, text }) =>
    [address.padStart(addresses), ...(places === 0 ? [] : [place.padEnd(places)]), word, text].join('  '),
  );
}

/** Up to `count` instruction words that stand in memory from `start` on; ends before the first page that is absent. */
export function instructionsFrom({ memory }: Machine, start: bigint, count: number): PlacedInstruction[] {
  const found: PlacedInstruction[] = [];
  for (let i = 0; i < count; i++) {
    const pc = BigInt.asUintN(64, start + BigInt(4 * i));
    if (!memory.hasPage(pc >> 12n)) break;
    found.push({ pc, word: new DataView(memory.read(pc, 4).buffer).getUint32(0, true) });
  }
  return found;
}
