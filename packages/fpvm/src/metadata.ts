// Metadata of a program: which function is at which address (meta.json of `load-elf`).
import { type Elf, ElfError } from './elf.js';
import { parseExactJson } from './exact-json.js';
import { goString } from './go-json.js';
import { sortAsGo } from './go-sort.js';

export interface MetadataSymbol {
  readonly name: string;
  readonly start: bigint;
  readonly size: bigint;
}

/** Symbols sorted by start address; those of one address in the reference's order, since the last of them names the place. */
export interface Metadata {
  readonly symbols: readonly MetadataSymbol[];
}

/** Metadata of an ELF file. Throws ElfError when it has no symbol table. */
export function metadataOf(elf: Elf): Metadata {
  if (elf.symbols === undefined) throw new ElfError(noSymbols);
  const symbols = elf.symbols.map(({ name, value, size }) => ({ name, start: value, size }));
  sortAsGo(symbols, (a, b) => a.start < b.start);
  return { symbols };
}

export const noSymbols =
  'the ELF file has no symbol table, which patching Go programs and naming functions need: link without -s, do not strip';

/** The last symbol that starts at or before an address; undefined before the first. */
function symbolBefore({ symbols }: Metadata, address: bigint): MetadataSymbol | undefined {
  let low = 0;
  let high = symbols.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((symbols[middle]?.start ?? 0n) > address) high = middle;
    else low = middle + 1;
  }
  return symbols[low - 1];
}

/** The end counts as inside, as in the reference. */
const holds = ({ start, size }: MetadataSymbol, address: bigint) => start + size >= address;

/** Name of the function at an address: `!unknown` without metadata, `!start` before the first, `!gap` between two. */
export function lookupSymbol(metadata: Metadata, address: bigint): string {
  if (metadata.symbols.length === 0) return '!unknown';
  const symbol = symbolBefore(metadata, address);
  if (symbol === undefined) return '!start';
  return holds(symbol, address) ? symbol.name : '!gap';
}

/** An address as a symbol and the distance to it, `main.run+0x40`; undefined where no symbol is. */
export function placeOf(metadata: Metadata, address: bigint): string | undefined {
  const symbol = symbolBefore(metadata, address);
  if (symbol === undefined || !holds(symbol, address)) return undefined;
  const distance = address - symbol.start;
  return distance === 0n ? symbol.name : `${symbol.name}+0x${distance.toString(16)}`;
}

/** The text of meta.json. */
export function encodeMetadata({ symbols }: Metadata): string {
  const rows = symbols.map(
    ({ name, start, size }) =>
      `    {\n      "name": ${goString(name)},\n      "start": ${start},\n      "size": ${size}\n    }`,
  );
  const list = rows.length === 0 ? '[]' : `[\n${rows.join(',\n')}\n  ]`;
  return `{\n  "symbols": ${list}\n}\n\n`;
}

/** No program has more names and places of functions. */
const MOST_VALUES = 1 << 22;
/** No name is longer in an ELF file that is loaded (elf.ts); six characters may stand for one. */
const MOST_NAME = 6 << 16;

/** meta.json is not what `load-elf` writes. */
export class MetadataError extends Error {
  override readonly name = 'MetadataError';
}

/** Reads the text of meta.json. Throws MetadataError. */
export function decodeMetadata(text: string): Metadata {
  const fail = (what: string): never => {
    throw new MetadataError(`not a metadata file: ${what} (write one with load-elf --meta)`);
  };
  let value: unknown;
  try {
    value = parseExactJson(text, MOST_VALUES, MOST_NAME);
  } catch (error) {
    return fail(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(value)) return fail('it holds no object');
  const symbols = value['symbols'];
  if (symbols === undefined || symbols === null) return { symbols: [] };
  if (!Array.isArray(symbols)) return fail('"symbols" is not a list');
  return {
    symbols: symbols.map((symbol: unknown, i) => {
      if (!isObject(symbol)) return fail(`symbol ${i} is not an object`);
      const { name, start, size } = symbol;
      if (typeof name !== 'string' || typeof start !== 'bigint' || typeof size !== 'bigint') {
        return fail(`symbol ${i} lacks name, start or size`);
      }
      return { name, start, size };
    }),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
