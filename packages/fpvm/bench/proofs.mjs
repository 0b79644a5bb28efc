// Step proofs per second, of wall and of CPU time, ours beside the reference's (REFERENCE_ASTERISC=path) and on other Node.js versions
// (BENCH_NODE=path,path): `npm run bench:proofs -- ELF [FIRST STEP [STEPS]]`. Both write the same proofs, to files in
// BENCH_FOLDER (default /dev/shm); ours to stdout too, which the reference cannot. What the same run costs without proofs is taken off.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuTime, printTable } from './cpu-time.mjs';

const [elf, first = '0', count = '20000'] = process.argv.slice(2);
if (elf === undefined) {
  process.stderr.write('usage: npm run bench:proofs -- ELF [FIRST STEP [STEPS]]\n');
  process.exit(1);
}
const ours = fileURLToPath(new URL('../../../bin/asterisc', import.meta.url));
const folder = mkdtempSync(join(process.env.BENCH_FOLDER ?? '/dev/shm', 'obelisc-bench-'));
const start = join(folder, 'start.bin');
const prestate = join(folder, 'pre.bin');
spawnSync(ours, ['load-elf', '--path', elf, '--out', prestate, '--meta', '']);
const quiet = ['--meta', '', '--info-at', 'never'];
spawnSync(ours, ['run', '--input', prestate, ...quiet, '--output', start, '--stop-at', `=${first}`]);

const machines = [process.execPath, ...(process.env.BENCH_NODE ?? '').split(',').filter(Boolean)].map((node) => ({
  name: `ours, Node ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`,
  command: [node, ours],
}));
const reference = process.env.REFERENCE_ASTERISC;
if (reference !== undefined) machines.unshift({ name: 'Go reference', command: [reference] });

const rows = [];
let yardstick;
for (const { name, command } of machines) {
  const [program, ...before] = command;
  const end = BigInt(first) + BigInt(count);
  const run = [...before, 'run', '--input', start, ...quiet, '--output', '', '--stop-at', `=${end}`];
  const base = cpuTime(program, run);
  for (const target of name === 'Go reference' ? ['files'] : ['files', 'stdout']) {
    const proofs = join(folder, 'proofs');
    mkdirSync(proofs);
    const format = target === 'stdout' ? '-' : join(proofs, '%d.json');
    const { user, system, wall } = cpuTime(program, [...run, '--proof-at', 'always', '--proof-fmt', format]);
    if (target === 'files' && readdirSync(proofs).length !== Number(count))
      throw new Error(`${name}: proofs are missing`);
    rmSync(proofs, { recursive: true });
    const each = (more, less) => (1e6 * (more - less)) / Number(count);
    const [ownUser, ownWall] = [each(user, base.user), each(wall, base.wall)];
    yardstick ??= { user: ownUser, wall: ownWall };
    rows.push({
      machine: name,
      'proofs to': target,
      'wall time a proof': `${ownWall.toFixed(1)} µs`,
      'user CPU a proof': `${ownUser.toFixed(1)} µs`,
      'system CPU a proof': `${each(system, base.system).toFixed(1)} µs`,
      'rate by wall time': (yardstick.wall / ownWall).toFixed(1),
      'rate by user CPU': (yardstick.user / ownUser).toFixed(1),
    });
  }
}
rmSync(folder, { recursive: true });
printTable(rows);
