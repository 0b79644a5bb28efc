// What segments in several processes gain: a range of the embedded chain on one core by one worker, and on n cores by n workers,
// each from a datadir that was filled before, and the length of a segment. `default`: without --segment, where one worker derives
// the range in one, so that nothing is read twice. Before that, what the machine gives at all: n runs of the range in one at once, each
// on a core of its own, beside one alone.
// `--transfers`: a chain with the times and batches of public ones, and so many plain transfers in each block besides all else.
//   node packages/obelisc/bench/segments.mjs [--blocks 200] [--transfers N] [--workers N] [--segments default,25,50,100] [--machine]
//     [--runs 3]
import { execFileSync, fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    blocks: { type: 'string', default: '200' },
    transfers: { type: 'string' },
    workers: { type: 'string', default: String(availableParallelism()) },
    segments: { type: 'string', default: 'default,25,50,100' },
    runs: { type: 'string', default: '3' },
    machine: { type: 'boolean', default: false },
  },
});
const blocks = Number(values.blocks);
const workers = Number(values.workers);
const runs = Number(values.runs);
const cores = Array.from({ length: workers }, (_, core) => core);
const command = fileURLToPath(new URL('../../../bin/obelisc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'obelisc-bench-segments-'));
const transfers = values.transfers === undefined ? [] : [values.transfers];
const chainArguments = [String(blocks + 4), '0', folder, ...transfers];
const chain = fork(fileURLToPath(new URL('./host-chain.mjs', import.meta.url)), chainArguments);
try {
  const { l1, beacon, l2, opNode } = await new Promise((resolve) => chain.once('message', resolve));
  const endpoints = ['--l1', l1, '--l1.beacon', beacon, '--l2', l2, '--op-node', opNode];
  const range = ['--from', '2', '--to', String(2 + blocks), '--datadir', join(folder, 'data')];
  const both = ['validate', ...endpoints, ...range, '--verbose'];
  const natively = [...both, '--native'];
  const args = values.machine ? both : natively;

  console.log(`${blocks} blocks of the embedded chain, ${values.machine ? 'natively and in the machine' : 'natively'}`);
  // Fills the datadir; as long as the endpoints are on the same cores, nothing else is told by it. What is read at a segment's start was made
  // by the range's blocks before it and is not stored where these are derived: it is gathered for each length.
  const lengths = values.segments
    .split(',')
    .map((name) => ({ name, args: name === 'default' ? [] : ['--segment', name] }));
  for (const [i, length] of lengths.entries()) {
    const filled = await run([...natively, ...length.args, '--workers', String(workers)], cores);
    if (i > 0) continue;
    console.log(
      `gathered and derived by ${workers} workers, beside the chain on the same cores: ${filled.wall.toFixed(1)} s`,
    );
  }
  const inOne = [...args, '--workers', '1'];
  const alone = [];
  const together = [];
  for (let i = 0; i < runs; i++) {
    alone.push(await run(inOne, [0]));
    const copies = await Promise.all(Array.from({ length: workers }, (_, core) => run(inOne, [core])));
    together.push(copies.toSorted((a, b) => b.wall - a.wall)[0]);
  }
  const [single, slowest] = [quickest(alone).wall, quickest(together).wall];
  console.log(
    `the range in one: ${single.toFixed(1)} s; ${workers} such runs at once: ${slowest.toFixed(1)} s, ${(single / slowest).toFixed(2)} a core`,
  );
  console.log('blocks a segment | workers, cores | wall s | CPU s of the workers | most MiB a worker | times one core');
  // One after the other, so that whatever else the machine does meanwhile disturbs both alike.
  for (const length of lengths) {
    const one = [];
    const all = [];
    for (let i = 0; i < runs; i++) {
      one.push(await run([...args, ...length.args, '--workers', '1'], [0]));
      all.push(await run([...args, ...length.args, '--workers', String(workers)], cores));
    }
    print(length.name, 1, quickest(one), 1);
    print(length.name, workers, quickest(all), quickest(one).wall / quickest(all).wall);
  }
} finally {
  chain.disconnect();
  rmSync(folder, { recursive: true });
}

function print(segment, count, { wall, cpu, memory }, times) {
  const cells = [segment.padStart(16), `${count}, ${count}`.padStart(14), wall.toFixed(1).padStart(6)];
  cells.push(cpu.padStart(20), memory.padStart(17), `${times.toFixed(2)} (${(times / count).toFixed(2)} a core)`);
  console.log(cells.join(' | '));
}

function quickest(outcomes) {
  return outcomes.toSorted((a, b) => a.wall - b.wall)[0];
}

/** Runs the command on the cores with these numbers. */
async function run(args, pinnedTo) {
  const began = performance.now();
  const pinned = hasTaskset() ? ['taskset', '-c', pinnedTo.join(','), process.execPath] : [process.execPath];
  const [program, ...before] = pinned;
  const child = spawn(program, [...before, command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  let story = '';
  child.stderr.on('data', (piece) => (story += piece));
  const code = await new Promise((resolve) => child.on('close', resolve));
  if (code !== 0) throw new Error(`obelisc validate ended with ${code}:\n${story.slice(-2000)}`);
  const told = /The worker processes took.*cpu_seconds=(\S+).*most_memory_each="?(\d+) MiB/.exec(story);
  // In one, there are no workers.
  return { wall: (performance.now() - began) / 1000, cpu: told?.[1] ?? '-', memory: told?.[2] ?? '-' };
}

function hasTaskset() {
  try {
    execFileSync('taskset', ['-V'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
