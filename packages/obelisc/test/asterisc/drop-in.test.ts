// What op-challenger relies on: compressed files, names of proofs, files of killed runs, newer flags. The arguments are
// those of its executor (op-challenger/game/fault/trace/vm/executor.go).
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { formatStep } from '../../src/asterisc/step-file-name.js';
import { commandIn, nodeServer } from './command.js';
import { reader } from './guest.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-drop-in-'));
after(() => rmSync(folder, { recursive: true }));
const at = (...names: string[]) => join(folder, ...names);
const asterisc = commandIn(folder);
const plain = (name: string) => gunzipSync(readFileSync(at(name))).toString();
const server = nodeServer(
  folder,
  'server',
  `hints.on('data', () => writeSync(4, Buffer.of(0))); keys.on('data', () => answer('12345678'));`,
);

before(async () => {
  for (const name of ['proofs', 'snapshots', 'preimages']) mkdirSync(at(name));
  writeFileSync(at('reader.elf.gz'), gzipSync(reader(2)));
  const args = ['load-elf', '--path', 'reader.elf.gz', '--out', 'prestate.bin.gz', '--meta', 'meta.json.gz'];
  const { code, stderr } = await asterisc(args);
  assert.equal(code, 0, stderr);
});

const challenger = (begin: string, end: number) => [
  ...`run --input ${begin} --output final.json.gz --info-at %10000000 --proof-at =${end}`.split(' '),
  ...`--proof-fmt proofs/%d.json.gz --snapshot-at %10 --snapshot-fmt snapshots/%d.json.gz`.split(' '),
  ...`--stop-at =${end + 1} --debug-info preimages/debug-info.json`.split(' '),
  '--meta',
  '',
  '--',
  ...server,
];

test("op-challenger's command line writes what it reads: gzip by name, and debug information", async () => {
  const first = await asterisc(challenger('prestate.bin.gz', 12));
  assert.equal(first.code, 0, first.stderr);
  const proof = JSON.parse(plain('proofs/12.json.gz')) as Record<string, unknown>;
  assert.equal(proof['step'], 12);
  assert.deepEqual(readdirSync(at('snapshots')).toSorted(), ['0.json.gz', '10.json.gz']);
  assert.equal((JSON.parse(plain('final.json.gz')) as Record<string, unknown>)['step'], 13);

  const next = await asterisc(challenger('snapshots/10.json.gz', 17));
  assert.equal(next.code, 0, next.stderr);
  const read = JSON.parse(plain('proofs/17.json.gz')) as Record<string, unknown>;
  assert.equal(read['oracle-offset'], undefined, 'the first read is at offset 0, which is left out');
  assert.match(String(read['oracle-value']), /^0x0000000000000008/);
  assert.equal((await asterisc(['verify-step', 'proofs/17.json.gz'])).code, 0);

  const info = JSON.parse(readFileSync(at('preimages', 'debug-info.json'), 'utf8')) as Record<string, number | string>;
  assert.equal(info['total_steps'], 18);
  assert.equal(info['memory_used'], `0x${(Number(info['pages']) * 4096).toString(16)}`);
  assert.deepEqual([info['num_preimage_requests'], info['total_preimage_size']], [1, 8]);
  // Steps 10 to 17 of the guest: lui, addi, addi, addi and ECALL of one call and what leads to the next.
  const counts = Object.entries(info).filter(([name]) => name.startsWith('instruction_count_'));
  assert.equal(
    counts.reduce((sum, [, count]) => sum + Number(count), 0),
    8,
  );
  assert.equal(info['instruction_count_system'], 2);
  assert.equal(info['instruction_count_arithmetic'], 6);
});

test('metadata and proofs are read compressed; damaged gzip is said to be', async () => {
  const run = ['run', '--input', 'prestate.bin.gz', '--meta', 'meta.json.gz', '--output', '', '--stop-at', '=3'];
  assert.equal((await asterisc(run)).code, 0);
  writeFileSync(at('cut.json.gz'), readFileSync(at('meta.json.gz')).subarray(0, 20));
  const cut = await asterisc(run.with(4, 'cut.json.gz'));
  assert.equal(cut.code, 1);
  assert.match(cut.stderr, /cannot read the metadata cut\.json\.gz: its compressed data is cut short/);
});

test('files of killed runs are removed by the next run in the folder, those of others are left', async () => {
  const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  const leftOver = `.obelisc-${host}-${gone}-01234567-1.tmp`;
  const others = [
    `.obelisc-${host}-${process.pid}-01234567-1.tmp`,
    `.obelisc-ffffffff-${gone}-01234567-1.tmp`,
    'a.tmp',
  ];
  for (const name of [leftOver, ...others]) {
    for (const part of ['proofs', 'snapshots', '.']) writeFileSync(at(part, name), 'half');
  }
  const { code, stderr } = await asterisc(challenger('prestate.bin.gz', 3));
  assert.equal(code, 0, stderr);
  for (const name of ['proofs', 'snapshots', '.']) {
    const left = readdirSync(at(name)).filter((file) => file.endsWith('.tmp'));
    assert.deepEqual(left.toSorted(), others.toSorted());
  }
});

test('--stop-at-preimage takes an offset and the step from which it holds; a size beside a type asks for both', async () => {
  const stepAt = async (...flags: string[]) => {
    const run = ['run', '--input', 'prestate.bin.gz', '--meta', '', '--output', 'stop.json', ...flags, '--', ...server];
    const { code, stderr } = await asterisc(run);
    assert.equal(code, 0, stderr);
    const { step, exited } = JSON.parse(readFileSync(at('stop.json'), 'utf8')) as { step: number; exited: boolean };
    return exited ? 'exited' : step;
  };
  // Reads are the steps 17 (offset 0) and 23 (offset 8).
  assert.equal(await stepAt('--stop-at-preimage', '0x01@0'), 18);
  assert.equal(await stepAt('--stop-at-preimage', '0x01@0@17'), 18);
  assert.equal(await stepAt('--stop-at-preimage', '0x01@0@18'), 'exited');
  assert.equal(await stepAt('--stop-at-preimage', '0x01@8@18'), 24);
  assert.equal(await stepAt('--stop-at-preimage-type', 'local', '--stop-at-preimage-larger-than', '15'), 18);
  assert.equal(await stepAt('--stop-at-preimage-type', 'local', '--stop-at-preimage-larger-than', '16'), 'exited');
  assert.equal(await stepAt('--stop-at-preimage-type', 'keccak', '--stop-at-preimage-larger-than', '3'), 'exited');
  assert.equal(await stepAt('--stop-at-preimage-larger-than', '3'), 18);
  const bad = await asterisc(['run', '--input', 'prestate.bin.gz', '--meta', '', '--stop-at-preimage', '01@1@2@3']);
  assert.match(bad.stderr, /--stop-at-preimage is 01@1@2@3/);
});

test('witness says its hash under both names', async () => {
  const { stdout } = await asterisc(['witness', '--input', 'prestate.bin.gz']);
  const witness = JSON.parse(stdout) as Record<string, unknown>;
  assert.match(String(witness['witnessHash']), /^0x[0-9a-f]{64}$/);
  assert.equal(witness['witnessHash'], witness['stateHash']);
});

test('patterns of names become what Go makes of them', () => {
  // Recorded: fmt.Sprintf(pattern, uint64(171)), go1.22.
  const go: Record<string, string> = {
    'p-%d.json': 'p-171.json',
    '%06d': '000171',
    '%x-%X': 'ab-%!X(MISSING)',
    '100%%': '100%%!(EXTRA uint64=171)',
    plain: 'plain%!(EXTRA uint64=171)',
    '%s': '%!s(uint64=171)',
    '%v': '171',
    '%+d': '+171',
    '%+05d': '+0171',
    '% d': ' 171',
    '%-8d|': '171     |',
    '%8d|': '     171|',
    '%.5d': '00171',
    '%8.5d': '   00171',
    '%#x': '0xab',
    '%#X': '0XAB',
    '%#o': '0253',
    '%o': '253',
    '%O': '0o253',
    '%b': '10101011',
    '%#b': '0b10101011',
    '%#v': '0xab',
    '%+v': '171',
    '%[1]d-%[1]x': '171-ab',
    '%[2]d': '%!d(BADINDEX)',
    'a%': 'a%!(NOVERB)%!(EXTRA uint64=171)',
    '%#08x': '0x000000ab',
    '% 06d': ' 00171',
    '%é': '%!é(uint64=171)',
    '%-06d|': '171   |',
    'proofs/%d/%d': 'proofs/171/%!d(MISSING)',
  };
  for (const [pattern, name] of Object.entries(go)) assert.equal(formatStep(pattern, 171n), name, pattern);
});
