// The command line's words, as urfave/cli and Go's flag package take them.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type FlagKind, splitArguments } from '../../src/asterisc/arguments.js';
import { commandIn } from './command.js';
import { greeter } from './guest.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-flags-'));
after(() => rmSync(folder, { recursive: true }));
const asterisc = commandIn(folder);
writeFileSync(join(folder, 'greeter.elf'), greeter(0));
mkdirSync(join(folder, 'folder'));
const loaded = asterisc(['load-elf', '--path', 'greeter.elf', '--out', 'greeter.json', '--meta', '']);

const flags = new Map<string, FlagKind>([
  ['input', 'value'],
  ['output', 'value'],
  ['pprof.cpu', 'switch'],
]);
const split = (...args: string[]) => splitArguments(args, (name) => (name === 'run' ? flags : undefined));

test('a value may begin with a dash, and = ends the name of the flag', () => {
  assert.deepEqual(split('run', '-input', '-x', '--output=a=b').own, ['run', '--input=-x', '--output=a=b']);
  assert.deepEqual(split('run', '--output=--', '-input=').own, ['run', '--output=--', '--input=']);
});

test('a flag is never taken for the value of the one before it', async () => {
  assert.deepEqual(split('run', '--input', '--output', 'a').own, ['run', '--input', '--output=a']);
  assert.deepEqual(split('run', '--input', '--', 'server'), { own: ['run', '--input'], server: ['server'] });
  const swallowed = await asterisc(['run', '--input', '--output', 'a']);
  assert.equal(swallowed.code, 1);
  assert.match(swallowed.stderr, /^error: option '--input <file>' has no value: --output behind it is a flag/m);
  const missing = await asterisc(['run', '--input', '--', 'server']);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /^error: option '--input <file>' argument missing/m);
});

test('switches take =true and =false', () => {
  assert.deepEqual(split('run', '-pprof.cpu=true', '--input', 'a').own, ['run', '--pprof.cpu', '--input=a']);
  assert.deepEqual(split('run', '--pprof.cpu', 'a').own, ['run', '--pprof.cpu']);
  assert.deepEqual(split('run', '--pprof.cpu=false').own, ['run']);
  assert.deepEqual(split('run', '--pprof.cpu=maybe').own, ['run', '--pprof.cpu=maybe']);
});

test("the server's command begins behind -- or at the first argument that is no flag, and is left as it is", () => {
  const server = ['op-program', '-x', '--server', '--', 'y'];
  assert.deepEqual(split('run', '--input', 'a', '--', ...server), { own: ['run', '--input=a'], server });
  assert.deepEqual(split('run', '--input', 'a', ...server), { own: ['run', '--input=a'], server });
});

test('an output that cannot be written is refused before the run, by name', async () => {
  await loaded;
  const run = (name: string) => asterisc(['run', '--input', 'greeter.json', '--meta', '', '--output', name]);
  for (const [name, message] of [
    ['absent/out.json', /^error: cannot write absent\/out\.json: there is no folder absent$/m],
    ['folder', /^error: cannot write folder: it is a folder$/m],
    ['greeter.json/out.json', /^error: cannot write greeter\.json\/out\.json: greeter\.json is not a folder$/m],
  ] as const) {
    const { code, stderr } = await run(name);
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /hello/, 'the guest has not run');
  }
  const flag = ['--snapshot-at', '=2', '--snapshot-fmt', 'absent/%d.json', '--output', ''];
  const snapshot = await asterisc(['run', '--input', 'greeter.json', '--meta', '', ...flag]);
  assert.match(snapshot.stderr, /^error: cannot write absent\/%d\.json: there is no folder absent$/m);
  const load = ['load-elf', '--path', 'greeter.elf', '--out', 'fresh.json', '--meta', 'absent/meta.json'];
  assert.match((await asterisc(load)).stderr, /cannot write absent\/meta\.json/);
  assert.ok(!existsSync(join(folder, 'fresh.json')));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.endsWith('.tmp')),
    [],
  );
});

test('a device as output is written to, not replaced', async () => {
  await loaded;
  symlinkSync('/dev/null', join(folder, 'nowhere'));
  const { code, stderr } = await asterisc(['run', '--input', 'greeter.json', '--meta', '', '--output', 'nowhere']);
  assert.equal(code, 0, stderr);
  assert.equal(readFileSync(join(folder, 'nowhere')).length, 0);
});

test('what is wrong on the command line is named', async () => {
  await loaded;
  const run = ['run', '--input', 'greeter.json', '--meta', ''];
  const mistakes: [string[], number, RegExp][] = [
    [['help', 'frobnicate'], 3, /no help for 'frobnicate'/],
    [[...run, '--bogus'], 1, /unknown option '--bogus'/],
    [['witness', '--input', 'greeter.json', 'more'], 1, /witness takes flags only: what is "more" for\?/],
    [['run', '--input', ''], 1, /no state is named/],
    [['load-elf', '--path', ''], 1, /--path is empty/],
    [['run', '--input', 'folder', '--meta', ''], 1, /cannot read the state folder: it is a folder/],
    [[...run, '--preimage-timeout', 'Infinity'], 1, /--preimage-timeout is Infinity/],
    [[...run, '--stop-at-preimage', '01'.repeat(33)], 1, /has 33 bytes: a key has 32/],
    [[...run, '--stop-at-preimage-larger-than', 'x'], 1, /larger-than is "x": a number of bytes/],
  ];
  for (const [args, expected, message] of mistakes) {
    const { code, stderr } = await asterisc(args);
    assert.equal(code, expected, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, message);
  }
  for (const args of [['h'], ['help', 'run'], ['run', '-help'], ['witness', '-h']]) {
    assert.equal((await asterisc(args)).code, 0, args.join(' '));
  }
});

test('each flag has a variable of its command, which the flag takes the place of', async () => {
  await loaded;
  const environment = { ASTERISC_RUN_INPUT: 'greeter.json', ASTERISC_RUN_META: '', ASTERISC_RUN_STOP_AT: '=2' };
  const plain = ['run', '--meta=', '--output', 'from-variables.json'];
  const withVariables = commandIn(folder, environment);
  const stopped = await withVariables(plain);
  assert.equal(stopped.code, 0, stopped.stderr);
  const stepOf = async (): Promise<unknown> =>
    (JSON.parse((await asterisc(['witness', '--input', 'from-variables.json'])).stdout) as { step: unknown }).step;
  assert.equal(await stepOf(), 2);
  assert.equal((await withVariables([...plain, '--stop-at', '=3'])).code, 0);
  assert.equal(await stepOf(), 3);
  // What stands for a flag of one command stands for no other's.
  assert.match((await withVariables(['witness'])).stderr, /required option '--input <file>' not specified/);
  const wrong = await commandIn(folder, { ...environment, ASTERISC_RUN_QUIET: 'perhaps' })(plain);
  assert.deepEqual(
    [wrong.code, wrong.stderr.split('\n')[0]],
    [1, 'error: the environment variable ASTERISC_RUN_QUIET is "perhaps": it is neither true nor false'],
  );
  for (const [name, variable] of Object.entries({
    run: 'RUN_STOP_AT_PREIMAGE_LARGER_THAN',
    'load-elf': 'LOAD_ELF_PATH',
  }))
    assert.match(
      (await asterisc([name, '--help'])).stdout.replaceAll(/\s+/g, ' '),
      new RegExp(`\\[\\$ASTERISC_${variable}\\]`),
    );
});

test('a folder that is there and takes no file is not said to be absent', async (t) => {
  if (!existsSync('/proc/self')) return t.skip('no /proc here');
  await loaded;
  const run = [
    'run',
    '--input',
    'greeter.json',
    '--meta',
    '',
    '--snapshot-at',
    '=1',
    '--snapshot-fmt',
    '/proc/%d.json',
  ];
  const { code, stderr } = await asterisc(run);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^error: cannot write \/proc\/1\.json: (?:no file can be made in|no permission to write in) \/proc$/m,
  );
});
