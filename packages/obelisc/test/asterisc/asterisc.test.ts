import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { commandIn, nodeServer } from './command.js';
import { broken, greeter, reader, spinner, twoReader } from './guest.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-asterisc-'));
after(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const asterisc = commandIn(folder);
const serverScript = (name: string, body: string) => nodeServer(folder, name, body);

async function load(name: string, elf: Uint8Array): Promise<void> {
  writeFileSync(at(`${name}.elf`), elf);
  const args = ['load-elf', '--path', `${name}.elf`, '--out', `${name}.json`, '--meta', `${name}-meta.json`];
  const { code, stderr } = await asterisc(args);
  assert.equal(code, 0, stderr);
}

const obliging = `
  hints.on('data', () => writeSync(4, Buffer.of(0)));
  keys.on('data', () => answer('12345678'));
`;

test('a guest is loaded, run and witnessed; its output is in the log, its exit code in the state', async () => {
  await load('greeter', greeter(1));
  const run = await asterisc(['run', '--input', 'greeter.json', '--meta', 'greeter-meta.json', '--output', 'out.json']);
  assert.equal(run.code, 0, run.stderr);
  assert.equal(run.stdout, '');
  assert.match(run.stderr, /^t=\S+ lvl=info msg="" text="hello\\n" stream=stdout$/m);
  assert.match(run.stderr, /msg=processing step=0 pc=00010000 insn=00100513 ips=\S+ pages=4 mem="16\.0 KiB" name=/);
  const witness = await asterisc(['witness', '--input', 'out.json', '--output', 'witness.bin']);
  const answer = JSON.parse(witness.stdout) as Record<string, unknown>;
  assert.equal(answer['exited'], true);
  assert.equal(answer['exitCode'], 1);
  assert.equal(answer['step'], 9);
  assert.match(String(answer['stateHash']), /^0x01/);
  assert.equal(`0x${readFileSync(at('witness.bin')).toString('hex')}`, answer['witness']);
});

test('flags may have one dash or two, and a value behind = or a blank', async () => {
  await load('greeter', greeter(0));
  const run = await asterisc([
    'run',
    '-input=greeter.json',
    '-meta',
    '',
    '--output=-',
    '-stop-at',
    '=3',
    '-info-at=never',
  ]);
  assert.equal(run.code, 0, run.stderr);
  assert.match(run.stdout, /"step": 3,/);
});

test('a limit of memory that is no number is refused', async () => {
  const run = await asterisc(['run', '--input', 'x.json', '--max-memory', '4GB']);
  assert.equal(run.code, 1);
  assert.match(run.stderr, /--max-memory is 4GB: a number of MiB is expected, e\.g\. 4096/);
});

test('proofs and snapshots appear where they are asked for', async () => {
  await load('greeter', greeter(0));
  const flags = [
    '--proof-at',
    '=2',
    '--proof-fmt',
    'p-%d.json',
    '--snapshot-at',
    '%4',
    '--snapshot-fmt',
    's-%d.bin.gz',
  ];
  const run = await asterisc(['run', '--input', 'greeter.json', '--meta', '', '--output', '', ...flags]);
  assert.equal(run.code, 0, run.stderr);
  assert.ok(existsSync(at('p-2.json')) && existsSync(at('s-0.bin.gz')) && existsSync(at('s-4.bin.gz')));
  const resumed = await asterisc(['run', '--input', 's-4.bin.gz', '--meta', '', '--output', 'resumed.json']);
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.match((await asterisc(['witness', '--input', 'resumed.json'])).stdout, /"step": 9,/);
});

test('a folder that is not there is named before the first step, for proofs, snapshots and witnesses', async () => {
  await load('greeter', greeter(0));
  const run = ['run', '--input', 'greeter.json', '--meta', '', '--output', ''];
  const elsewhere = [
    [...run, '--proof-at', '=3', '--proof-fmt', 'absent/%d.json'],
    [...run, '--snapshot-at', '=3', '--snapshot-fmt', 'absent/%d.json'],
    ['witness', '--input', 'greeter.json', '--output', 'absent/0.json'],
  ];
  for (const args of elsewhere) {
    const { code, stdout, stderr } = await asterisc(args);
    assert.equal(code, 1, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, /^error: cannot write absent\/(?:%d|0)\.json: there is no folder absent\n$/);
  }
  // Told when the step is reached, where the folder's name is of the step.
  const { code, stderr } = await asterisc([...run, '--proof-at', '=3', '--proof-fmt', 'at-%d/proof.json']);
  assert.equal(code, 1);
  assert.match(stderr, /cannot write at-3\/proof\.json: there is no folder at-3\n/);
});

test('a written proof is verified, and refused with one digit changed', async () => {
  await load('greeter', greeter(0));
  await asterisc([
    'run',
    '--input',
    'greeter.json',
    '--meta',
    '',
    '--output',
    '',
    '--proof-at',
    '=5',
    '--proof-fmt',
    'v-%d.json',
  ]);
  const right = await asterisc(['verify-step', 'v-5.json']);
  assert.equal(right.code, 0, right.stderr);
  assert.match(right.stdout, /"valid": true,\n {2}"step": 5/);
  const text = readFileSync(at('v-5.json'), 'utf8');
  writeFileSync(
    at('wrong.json'),
    text.replace(/"proof-data": "0x(.)/, (_, digit) => `"proof-data": "0x${digit === '0' ? '1' : '0'}`),
  );
  const wrong = await asterisc(['verify-step', 'wrong.json']);
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /memory proof 0, of the leaf at 0x10000, does not fit the memory root/);
  writeFileSync(at('half.json'), text.slice(0, 400));
  assert.match((await asterisc(['verify-step', 'half.json'])).stderr, /not a step proof/);
});

test('a pre-image server answers hints and keys; the run may stop at a read', async () => {
  await load('reader', reader(2));
  const server = ['--', ...serverScript('obliging', obliging)];
  const run = ['run', '--input', 'reader.json', '--meta', '', '--output', 'read.json'];
  const whole = await asterisc([...run, ...server]);
  assert.equal(whole.code, 0, whole.stderr);
  assert.match(readFileSync(at('read.json'), 'utf8'), /"exited": true/);
  const offsets = { '0x01': '8', '0x01@8': '16' };
  for (const [flag, offset] of Object.entries(offsets)) {
    const stopped = await asterisc([...run, '--stop-at-preimage', flag, ...server]);
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.match(readFileSync(at('read.json'), 'utf8'), new RegExp(`"preimageOffset": ${offset},[^]*"exited": false`));
  }
  for (const flags of [
    ['--stop-at-preimage-type', 'local'],
    ['--stop-at-preimage-larger-than', '15'],
  ]) {
    const stopped = await asterisc([...run, ...flags, ...server]);
    assert.match(readFileSync(at('read.json'), 'utf8'), /"preimageOffset": 8,/, stopped.stderr);
  }
  await asterisc([...run, '--stop-at-preimage-type', 'keccak', ...server]);
  assert.match(readFileSync(at('read.json'), 'utf8'), /"exited": true/);
});

test('a server that exits at once is reported with its exit code, at once', async () => {
  await load('reader', reader(1));
  const start = Date.now();
  const run = ['run', '--input', 'reader.json', '--meta', '', '--output', 'none.json'];
  const { code, stderr } = await asterisc([...run, '--', ...serverScript('dead', 'process.exit(3);')]);
  assert.equal(code, 1);
  assert.match(stderr, /pre-image server .* exited with code 3: hint greet 0x00/);
  assert.ok(Date.now() - start < 8000);
  assert.ok(!existsSync(at('none.json')), 'no state is written after an error');
});

test('a server that exits in the middle is reported with key, last hint and exit code', async () => {
  await load('two-reader', twoReader());
  const body = `
    let asked = 0;
    keys.on('data', () => (++asked === 1 ? answer('x') : process.exit(9)));
  `;
  const run = ['run', '--input', 'two-reader.json', '--meta', '', '--output', ''];
  const { code, stderr } = await asterisc([...run, '--', ...serverScript('dying', body)]);
  assert.equal(code, 1);
  assert.match(stderr, /failed at step \d+ \(PC: 000100\w\w\): revert badf00d0/);
  assert.match(stderr, /cannot read pre-image 0x0{61}700 at offset 0/);
  assert.match(stderr, /exited with code 9/);
});

test('a server that never answers is given up after --preimage-timeout', async () => {
  await load('reader', reader(1));
  const run = ['run', '--input', 'reader.json', '--meta', '', '--output', '', '--preimage-timeout', '0.5'];
  const { code, stderr } = await asterisc([...run, '--', ...serverScript('mute', 'hints.resume(); keys.resume();')]);
  assert.equal(code, 1);
  assert.match(stderr, /did not answer within 0\.5 s: hint greet 0x00/);
});

test('a server command that does not exist is named', async () => {
  await load('reader', reader(1));
  const { code, stderr } = await asterisc(['run', '--input', 'reader.json', '--meta', '', '--', './no-such-server']);
  assert.equal(code, 1);
  assert.match(stderr, /cannot start the pre-image server \.\/no-such-server/);
});

test('SIGINT writes the state reached and ends with 130', async () => {
  await load('spinner', spinner());
  const run = ['run', '--input', 'spinner.json', '--meta', '', '--output', 'stopped.json', '--info-at', '%50000000'];
  run.push('--flamegraph', 'stopped.svg');
  let interrupted = false;
  const { code, stderr } = await asterisc(run, (text, pid) => {
    if (interrupted || !text.includes('step=50000000')) return;
    interrupted = true;
    process.kill(pid, 'SIGINT');
  });
  assert.equal(code, 130, stderr);
  const step = Number(/"step": (\d+)/.exec(readFileSync(at('stopped.json'), 'utf8'))?.[1]);
  assert.ok(step >= 50_000_000);
  assert.match(readFileSync(at('stopped.svg'), 'utf8'), new RegExp(`steps 0 to ${step}<`));
});

test('a revert ends with code 1, its step and place', async () => {
  await load('broken', broken());
  const { code, stderr } = await asterisc([
    'run',
    '--input',
    'broken.json',
    '--meta',
    '',
    '--output',
    'broken-out.json',
    '--flamegraph',
    'broken.svg',
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: failed at step 1 \(PC: 00010004\): revert f001c0de: revert: unknown instruction opcode: 0/m,
  );
  assert.match(stderr, /lvl=error msg="the guest did what the machine refuses" code=f001c0de step=1 pc=00010004/);
  assert.match(stderr, /insn=00000000 instruction=unknown/);
  assert.match(
    stderr,
    /^the last 2 instructions, as executed:\n {2}0 {2}00010000 {2}00100293 {2}addi t0,zero,1\n> 1 {2}00010004 {2}00000000 {2}\.word 0x00000000 # refused/m,
  );
  assert.ok(!existsSync(at('broken-out.json')));
  assert.match(readFileSync(at('broken.svg'), 'utf8'), /steps 0 to 1</);
});

test("a profile of the guest is written where it is asked for, with Go's forms of the flag", async () => {
  await load('greeter', greeter(0));
  const run = (...flags: string[]) =>
    asterisc(['run', '--input', 'greeter.json', '--meta', '', '--output', '', '--info-at', 'never', ...flags]);
  const forms: [string[], string | undefined][] = [
    [['--pprof.cpu'], 'cpu.pprof'],
    [['-pprof.cpu'], 'cpu.pprof'],
    [['--pprof.cpu=true'], 'cpu.pprof'],
    [['--pprof.cpu=own.pprof'], 'own.pprof'],
    [['--pprof.cpu=false'], undefined],
  ];
  for (const [flags, file] of forms) {
    for (const name of ['cpu.pprof', 'own.pprof']) rmSync(at(name), { force: true });
    const { code, stderr } = await run(...flags);
    assert.equal(code, 0, stderr);
    assert.equal(existsSync(at('cpu.pprof')), file === 'cpu.pprof', flags.join());
    assert.equal(existsSync(at('own.pprof')), file === 'own.pprof', flags.join());
    if (file !== undefined) assert.ok(gunzipSync(readFileSync(at(file))).includes('greeter.json'));
  }
  await run('--flamegraph', 'flame.svg');
  assert.match(readFileSync(at('flame.svg'), 'utf8'), /<title>!unknown \(9 steps, 100\.00 %\)<\/title>/);
});

test('instructions of an ELF file or a state are printed, those at pc marked', async () => {
  await load('greeter', greeter(0));
  const lines = '> 00010000  00100513  addi a0,zero,1\n  00010004  000115b7  lui a1,0x11\n';
  for (const from of [
    ['--path', 'greeter.elf'],
    ['--input', 'greeter.json', '--meta', ''],
  ]) {
    const { code, stdout, stderr } = await asterisc(['disassemble', ...from, '--count', '2']);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, lines);
  }
  const place = await asterisc(['disassemble', '--path', 'greeter.elf', '--start', '0x10004', '--count', '1']);
  assert.equal(place.stdout, '  00010004  000115b7  lui a1,0x11\n');
});

test('mistakes on the command line are answered by name', async () => {
  await load('greeter', greeter(0));
  writeFileSync(at('script.sh'), '#!/bin/sh\necho no program\n');
  const mistakes: [string[], number, RegExp][] = [
    [['frobnicate'], 3, /unknown command 'frobnicate'/],
    [['run'], 1, /--input/],
    [['load-elf'], 1, /--path/],
    [['run', '--input', 'absent.json', '--meta', ''], 1, /cannot read the state absent\.json: there is no such file/],
    [['run', '--input', 'greeter.json', '--meta', 'absent.json'], 1, /cannot read the metadata absent\.json/],
    [['run', '--input', 'greeter.json', '--meta', '', '--stop-at', '%0'], 1, /--stop-at: %0 matches no step/],
    [['run', '--input', 'greeter.json', '--meta', '', '--stop-at-preimage-type', 'blub'], 1, /blub: use local/],
    [['run', '--input', 'greeter.json', '--flamegraph', 'no/f.svg'], 1, /--flamegraph: cannot write no\/f\.svg/],
    [['load-elf', '--path', 'absent.elf'], 1, /cannot read the ELF file absent\.elf: there is no such file/],
    [['load-elf', '--path', 'script.sh'], 1, /script\.sh: not an ELF file/],
    [['disassemble'], 1, /give either --path, an ELF file, or --input, a state/],
    [['disassemble', '--path', 'greeter.elf', '--symbol', 'main'], 1, /--symbol: the metadata has no main/],
    [['disassemble', '--path', 'greeter.elf', '--start', 'x'], 1, /--start is x: an address is expected/],
    [['disassemble', '--path', 'greeter.elf', '--start', '8'], 1, /there is no memory at 0x8/],
    [['witness', '--input', 'script.sh'], 1, /script\.sh: it is not JSON/],
  ];
  for (const [args, expected, message] of mistakes) {
    const { code, stderr } = await asterisc(args);
    assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
  }
});
