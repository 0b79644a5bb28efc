// The memory tree: `npm run bench:tree -- [PAGES]`, ours beside the reference's (REFERENCE_ASTERISC=path). A state of PAGES
// pages of random bytes (default 100,000) holds a guest that writes 8 bytes to each of N pages, over and over. The whole
// root: a run of no steps, which ends with the state's hash, less one that fails at an illegal first instruction and so hashes nothing.
// After N pages: a run that proves a step after each of some rounds, less one that runs the same rounds and proves step
// 0 only (and has one root at the end): a figure holds a proof and its file too.
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Machine, writeStateFile } from '../dist/src/index.js';
import { cpuTime, printTable } from './cpu-time.mjs';

const pages = Number(process.argv[2] ?? 100_000);
const touched = [1, 1000, 100_000].filter((n) => n <= pages);
const rounds = (n) => Math.max(2, Math.min(2000, Math.round(200_000 / n)));
const CODE = 0x10000n;
const DATA = 0x1000_0000n;
// sd x6, 0(x5); add x5, x5, x7; addi x6, x6, 1; bne x5, x28, -12; addi x5, x29, 0; jal x0, -20
const words = [0x0062b023, 0x007282b3, 0x00130313, 0xffc29ae3, 0x000e8293, 0xfedff06f];
const roundSteps = (n) => 4 * n + 2;

const ours = fileURLToPath(new URL('../../../bin/asterisc', import.meta.url));
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? '/dev/shm', 'obelisc-bench-'));
const states = new Map();
const machine = new Machine();
machine.memory.load(CODE, new Uint8Array(Uint32Array.from(words).buffer));
const page = new Uint8Array(4096);
for (let i = 0; i < pages; i++) machine.memory.load(DATA + 4096n * BigInt(i), randomFillSync(page));
for (const n of touched) {
  machine.pc = CODE;
  const values = { 5: DATA, 6: 1n, 7: 4096n, 28: DATA + 4096n * BigInt(n), 29: DATA };
  for (const [register, value] of Object.entries(values)) machine.setRegister(Number(register), value);
  states.set(n, join(folder, `${n}.bin`));
  await writeStateFile(states.get(n), machine);
}

machine.pc = DATA;
machine.memory.load(DATA, new Uint8Array(4));
const refused = join(folder, 'refused.bin');
await writeStateFile(refused, machine);

const machines = [{ name: 'ours, one thread', command: ['taskset', '-c', '0', process.execPath, ours] }];
if (availableParallelism() > 1)
  machines.push({ name: `ours, ${availableParallelism()} threads`, command: [process.execPath, ours] });
const reference = process.env.REFERENCE_ASTERISC;
if (reference !== undefined) machines.unshift({ name: 'Go reference', command: [reference] });

const show = (more, less, n) => {
  const figure = (key) => {
    const ms = (1000 * (more[key] - less[key])) / n;
    return ms < 10 ? ms.toFixed(2) : String(Math.round(ms));
  };
  return `${figure('user')} (${figure('wall')}) ms`;
};
const rows = [];
for (const { name, command } of machines) {
  const [program, ...before] = command;
  const run = (state, stop, proofs, status = 0) => {
    const from = ['run', '--input', state, '--output', '', '--meta', '', '--info-at', 'never', '--stop-at', `=${stop}`];
    const proving = ['--proof-at', proofs, '--proof-fmt', join(folder, 'proof%d.json')];
    return cpuTime(program, [...before, ...from, ...proving], status);
  };
  const row = { 'user CPU (wall time)': name };
  const state = states.get(touched[0]);
  row[`root of ${pages} pages`] = show(run(state, 0, 'never'), run(refused, 1, 'never', 1), 1);
  for (const n of touched) {
    const steps = roundSteps(n) * rounds(n);
    const proving = run(states.get(n), steps + 1, `%${roundSteps(n)}`);
    row[`after ${n} of them`] = show(proving, run(states.get(n), steps + 1, '=0'), rounds(n) - 1);
  }
  rows.push(row);
}
rmSync(folder, { recursive: true });
printTable(rows);
