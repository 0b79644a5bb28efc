// Times guests in the machine: `npm run bench:vm -- ELF…`, user CPU time of whole runs (all threads, start-up included).
// Beside ours, where they are to be had: the reference machine (REFERENCE_ASTERISC=path), qemu-riscv64 on the PATH, and
// other Node.js versions (BENCH_NODE=path,path). Guests must not need a pre-image server.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('./run-guest.mjs', import.meta.url));
const guests = process.argv.slice(2);
if (guests.length === 0) {
  process.stderr.write('usage: npm run bench:vm -- ELF…\n');
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), 'obelisc-bench-'));
const nodes = [process.execPath, ...(process.env.BENCH_NODE ?? '').split(',').filter(Boolean)];
const reference = process.env.REFERENCE_ASTERISC;
const hasQemu = spawnSync('qemu-riscv64', ['--version']).status === 0;

/** What a command prints, and its user CPU seconds as the shell's `times` tells them; undefined if it fails. */
function timed(command, args) {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const script = `${quoted} 2>/dev/null || exit 1; times >&2`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const [, minutes, seconds] = /\n(\d+)m([\d.]+)s/.exec(stderr) ?? [];
  return { stdout, seconds: status === 0 ? 60 * Number(minutes) + Number(seconds) : undefined };
}

const rows = [];
for (const guest of guests) {
  const row = { guest: basename(guest) };
  for (const node of nodes) {
    const version = spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
    for (const engine of ['interpreter', 'translator']) {
      const { seconds, stdout } = timed(node, [runner, guest, engine]);
      row.steps ??= stdout.trim().split('\n').at(-1);
      row[`${engine} (${version})`] = seconds;
    }
  }
  if (reference !== undefined) {
    const state = join(folder, 'pre.bin');
    spawnSync(reference, ['load-elf', '--path', guest, '--out', state, '--meta', '']);
    const args = ['run', '--input', state, '--meta', '', '--output', '', '--info-at', 'never'];
    row['Go Asterisc'] = timed(reference, args).seconds;
  }
  if (hasQemu) row['qemu-riscv64'] = timed('qemu-riscv64', [guest]).seconds;
  rows.push(row);
}
rmSync(folder, { recursive: true });

const columns = Object.keys(rows[0]);
const cell = (value) => (typeof value === 'number' ? `${value.toFixed(2)} s` : (value ?? '–'));
process.stdout.write(`| ${columns.join(' | ')} |\n|${columns.map(() => ' --- |').join('')}\n`);
for (const row of rows) process.stdout.write(`| ${columns.map((column) => cell(row[column])).join(' | ')} |\n`);
