// `asterisc disassemble`: a guest's instructions as the machine sees them.
import { type Machine, type Metadata, readStateFile } from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';
import { didYouMean } from '../terminal/nearest.js';
import { instructionsFrom, listing } from './listing.js';
import { loadElfFile } from './load-elf.js';
import { readMetadata } from './metadata-file.js';

export interface DisassembleOptions {
  readonly path: string | undefined;
  readonly input: string | undefined;
  readonly meta: string;
  readonly symbol: string | undefined;
  /** Address, decimal or 0x-hexadecimal. */
  readonly start: string | undefined;
  readonly count: string | undefined;
}

const DEFAULT_COUNT = 16;

/** Prints a function, or `count` instructions from an address (or, without one, from pc) on. Throws UsageError. */
export async function runDisassemble(options: DisassembleOptions): Promise<void> {
  const { machine, metadata } = await load(options);
  const { start, count } = rangeOf(options, machine, metadata);
  const instructions = instructionsFrom(machine, start, count);
  if (instructions.length === 0) throw new UsageError(`there is no memory at 0x${start.toString(16)}`);
  const lines = listing(instructions, metadata);
  process.stdout.write(
    `${lines.map((line, i) => `${instructions[i]?.pc === machine.pc ? '>' : ' '} ${line}\n`).join('')}`,
  );
}

async function load({ path, input, meta }: DisassembleOptions): Promise<{ machine: Machine; metadata: Metadata }> {
  if ((path === undefined) === (input === undefined)) {
    throw new UsageError('give either --path, an ELF file, or --input, a state');
  }
  if (path !== undefined) return loadElfFile(path);
  return { machine: await readStateFile(input ?? ''), metadata: await readMetadata(meta) };
}

function rangeOf(options: DisassembleOptions, machine: Machine, metadata: Metadata): { start: bigint; count: number } {
  const { symbol: name, start, count } = options;
  if (count !== undefined && !/^[1-9]\d{0,8}$/.test(count)) {
    throw new UsageError(`--count is ${count}: a number of instructions is expected`);
  }
  const given = count === undefined ? undefined : Number(count);
  if (name !== undefined) {
    if (start !== undefined) throw new UsageError('give either --symbol or --start');
    const symbol = metadata.symbols.find((candidate) => candidate.name === name);
    if (symbol === undefined) {
      const names = metadata.symbols.map((candidate) => candidate.name);
      throw new UsageError(`--symbol: the metadata has no ${name}${didYouMean(name, names)}`);
    }
    return { start: symbol.start, count: given ?? Math.max(1, Number(symbol.size) >>> 2) };
  }
  if (start === undefined) return { start: machine.pc, count: given ?? DEFAULT_COUNT };
  if (!/^(\d+|0[xX][0-9a-fA-F]+)$/.test(start) || BigInt(start) >= 1n << 64n) {
    throw new UsageError(`--start is ${start}: an address is expected, decimal or 0x-hexadecimal`);
  }
  return { start: BigInt(start), count: given ?? DEFAULT_COUNT };
}
