// `node touch-pages.js PAGES STRIDE`: runs a guest that writes to PAGES pages, STRIDE bytes apart, and then reads all of them
// back; computes the root and writes the state. Prints what the process needed. A process of its own, for its peak of memory.
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadElf } from '../src/loader.js';
import { writeStateFile } from '../src/state-file.js';
import { assemble, codeBytes, loadConstant, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';

/** What is printed, as JSON. */
export interface TouchedPages {
  readonly pages: number;
  readonly pagedOut: number;
  /** Bytes: the pages, the process's peak, the state file. */
  readonly touched: number;
  readonly peak: number;
  readonly fileSize: number;
  readonly exitCode: number;
  /** Seconds of CPU for running, the root, and the file. */
  readonly run: number;
  readonly root: number;
  readonly write: number;
}

const [COUNTER, ADDRESS, STRIDE, VALUE] = [5, 6, 7, 28];

/** Exits with 0 if every page still has what was written: its address. */
function guest(pages: bigint, stride: bigint): Uint8Array {
  const pass = (body: readonly number[]) => [
    ...loadConstant(COUNTER, pages),
    ...loadConstant(ADDRESS, 0x10_0000_0000n),
    ...body,
    assemble('add', { rd: ADDRESS, rs1: ADDRESS, rs2: STRIDE }),
    assemble('addi', { rd: COUNTER, rs1: COUNTER, imm: -1 }),
    assemble('bne', { rs1: COUNTER, imm: -4 * (body.length + 2) }),
  ];
  const words = [
    ...loadConstant(STRIDE, stride),
    ...pass([assemble('sd', { rs1: ADDRESS, rs2: ADDRESS, imm: 24 })]),
    ...pass([
      assemble('ld', { rd: VALUE, rs1: ADDRESS, imm: 24 }),
      assemble('beq', { rs1: VALUE, rs2: ADDRESS, imm: 16 }),
      ...systemCall(93, 1n),
    ]),
    ...systemCall(93, 0n),
  ];
  return writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: codeBytes(words) }], symbols: [] });
}

const [pages = '1', stride = '4096'] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), 'obelisc-pages-'));
try {
  const clock = () => process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6;
  const path = join(folder, 'state.bin.gz');
  const start = clock();
  const { machine } = loadElf(guest(BigInt(pages), BigInt(stride)));
  await machine.run(1n << 60n);
  const ran = clock();
  machine.refreshWitness();
  const hashed = clock();
  await writeStateFile(path, machine);
  const result: TouchedPages = {
    pages: machine.memory.pageCount(),
    pagedOut: machine.memory.pagedOut,
    touched: machine.memory.pageCount() * 4096,
    peak: process.resourceUsage().maxRSS * 1024,
    fileSize: statSync(path).size,
    exitCode: machine.exitCode,
    run: ran - start,
    root: hashed - ran,
    write: clock() - hashed,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
