/** op-program from the outside: flags, environment, exit codes, server, detached client. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { test, type TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { endsOfStreams, keccak256Key, localKey, oracleOver, openDatadir, sha256Key } from '@obelisc/preimage';
import { clientLines } from '../../src/op-program/client-lines.js';
import { logger } from '../../src/op-program/logger.js';
import { main } from '../../src/op-program/main.js';

const executable = fileURLToPath(new URL('../../../../../bin/op-program', import.meta.url));

const hash = (byte: string) => `0x${byte.repeat(32)}`;
const claim = {
  'l1.head': hash('11'),
  'l2.head': hash('22'),
  'l2.outputroot': hash('33'),
  'l2.claim': hash('44'),
  'l2.blocknumber': '1000',
  network: 'op-sepolia',
};

type Flags = Record<string, string | undefined>;

function args(flags: Flags): string[] {
  return Object.entries(flags).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}=${value}`]));
}

async function run(
  flags: Flags | string[],
  env: Record<string, string> = {},
): Promise<{ code: number; stdout: string; stderr: string }> {
  const output = { stdout: '', stderr: '' };
  const text = (bytes: Uint8Array | string) =>
    typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8');
  const code = await main(Array.isArray(flags) ? flags : args(flags), env, {
    stdout: (bytes) => void (output.stdout += text(bytes)),
    stderr: (bytes) => void (output.stderr += text(bytes)),
  });
  return { code, ...output };
}

function folder(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'obelisc-op-program-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

async function fails(flags: Flags | string[], expected: RegExp, env: Record<string, string> = {}): Promise<void> {
  const { code, stdout, stderr } = await run(flags, env);
  assert.equal(code, 2, stderr);
  assert.equal(stdout, '');
  assert.match(stderr, expected);
  assert.match(stderr, /^t=\S+ lvl=crit msg="Application failed" err=/m);
}

test('all missing required flags are named at once', async () => {
  await fails(
    [],
    /required flags are missing: --l1\.head, --l2\.head, --l2\.outputroot, --l2\.claim, --l2\.blocknumber, --network \(or --rollup\.config with --l2\.genesis\)/,
  );
  for (const name of Object.keys(claim)) {
    await fails(
      { ...claim, [name]: undefined, datadir: '/nonexistent' },
      new RegExp(`a required flag is missing: --${name.replaceAll('.', '\\.')}`),
    );
  }
});

test('a wrong value is told before what is missing', async () => {
  const wrong: Record<string, [value: string, fault: RegExp]> = {
    'l1.head': ['0x12', /--l1\.head is .* not a hash/],
    'l2.head': [`0x${'00'.repeat(32)}`, /--l2\.head is the zero hash/],
    'l2.outputroot': ['x', /--l2\.outputroot is .* not a hash/],
    'l2.claim': ['0x', /--l2\.claim is .* not a hash/],
    'l2.blocknumber': ['010', /--l2\.blocknumber is /],
    network: ['op-mainet', /--network .* did you mean op-mainnet\?/],
    l1: ['ws://host', /--l1 is .* WebSocket is not used/],
    'l1.beacon': ['host', /--l1\.beacon is .* not an http/],
    'l2.experimental': ['ftp://host', /--l2\.experimental is .* not an http/],
    'retry.for': ['soon', /--retry\.for is .* takes a duration/],
  };
  for (const [name, [value, fault]] of Object.entries(wrong)) await fails([`--${name}=${value}`], fault);
  await fails(['--versoin'], /did you mean --version\?/);
});

test('--rollup.config and --l2.genesis go together, and not with --network', async () => {
  await fails(
    { ...claim, network: undefined, 'rollup.config': 'rollup.json' },
    /a required flag is missing: --l2\.genesis/,
  );
  await fails(
    { ...claim, network: undefined, 'l2.genesis': 'genesis.json' },
    /a required flag is missing: --rollup\.config/,
  );
  await fails(
    { ...claim, 'rollup.config': 'a', 'l2.genesis': 'b' },
    /--network and --rollup\.config with --l2\.genesis exclude each other/,
  );
  await fails(
    {
      ...claim,
      network: undefined,
      'rollup.config': '/nonexistent/r',
      'l2.genesis': '/nonexistent/g',
      datadir: '/nonexistent',
    },
    /--rollup\.config names a file that cannot be read: there is no /,
  );
});

test('one or two of the three endpoint flags are never taken for offline mode', async () => {
  const url = 'http://127.0.0.1:1';
  await fails(
    { ...claim, l1: url, l2: url, datadir: '/nonexistent' },
    /--l1\.beacon is missing: --l1, --l1\.beacon and --l2 go together/,
  );
  await fails({ ...claim, l1: url, 'l1.beacon': url }, /--l2 is missing/);
  await fails({ ...claim, l2: url }, /--l1 and --l1\.beacon are missing/);
  await fails({ ...claim, l2: url }, /--l1 is missing/, { OP_PROGRAM_L1_BEACON_API: url });
});

test('without endpoints and without datadir there is nothing to work from', async () => {
  await fails(claim, /nowhere to get pre-images from/);
  await fails({ ...claim, datadir: '/nonexistent/datadir' }, /the datadir \/nonexistent\/datadir does not exist/);
});

test('values are checked before anything is done', async () => {
  const base = { ...claim, datadir: '/nonexistent' };
  await fails({ ...base, 'l1.head': '0x12' }, /--l1\.head is \\"0x12\\", which is not a hash/);
  await fails({ ...base, 'l2.head': hash('00') }, /--l2\.head is the zero hash/);
  await fails({ ...base, 'l2.blocknumber': '0' }, /--l2\.blocknumber is \\"0\\"/);
  await fails({ ...base, 'l2.blocknumber': '010' }, /--l2\.blocknumber is \\"010\\"/);
  await fails({ ...base, 'l2.blocknumber': 'ten' }, /--l2\.blocknumber is \\"ten\\"/);
  await fails({ ...base, 'l2.blocknumber': '18446744073709551616' }, /--l2\.blocknumber/);
  await fails({ ...base, network: 'mars' }, /--network \\"mars\\" is not known; known are .*op-mainnet/);
  await fails({ ...base, network: 'celo-mainnet' }, /celo-mainnet\\" does not post its data to Ethereum \(alt-da\)/);
  await fails({ ...base, network: '8453' }, /8453\\" \(base-mainnet\) is no longer in the superchain registry/);
  await fails({ ...base, network: 'op-mainnet,zora-mainnet' }, /--network names several chains, a set of interop/);
  await fails([...args(base), '--network=zora-mainnet'], /--network names several chains, a set of interop/);
  await fails(
    { ...base, 'data.format': 'sqlite' },
    /flag --data\.format is \\"sqlite\\"; it takes one of: directory, file, lmdb/,
  );
  await fails(
    { ...base, l1: 'ws://x', l2: 'http://x', 'l1.beacon': 'http://x' },
    /--l1 is \\"ws:\/\/x\\", which is not an http/,
  );
  await fails({ ...base, server: 'true', exec: '/bin/true' }, /--exec and --server exclude each other/);
  await fails({ ...base, server: 'maybe' }, /neither true nor false/);
  await fails({ ...base, client: 'kona' }, /--client kona goes with --server or --exec/);
  await fails({ ...base, client: 'geth' }, /flag --client is \\"geth\\"; it takes one of: op-program, kona/);
  await fails([...args({ ...base, server: 'maybe' }), '--colour'], /unknown flag --colour/);
  await fails([...args(base), '--colour'], /unknown flag --colour/, { OP_PROGRAM_SERVER: 'maybe' });
  await fails(['configs', '--network=op-sepolia'], /op-program configs is not covered/);
  await fails([...args(base), '--l2-claim=0x'], /unknown flag --l2-claim; did you mean --l2\.claim\?/);
  await fails([...args(base), '--datadir'], /flag --datadir needs a value/);
  await fails([...args(base), 'extra'], /unexpected argument \\"extra\\"/);
});

test('flags come as --flag value, --flag=value, with one dash or two, or from the environment; flags win', async () => {
  const path = '/nonexistent/by-flag';
  const spaced = Object.entries({ ...claim, datadir: path }).flatMap(([name, value]) => [`-${name}`, value]);
  await fails(spaced, /by-flag does not exist/);
  const env = {
    OP_PROGRAM_L1_HEAD: hash('11'),
    OP_PROGRAM_L2_HEAD: hash('22'),
    OP_PROGRAM_L2_OUTPUT_ROOT: hash('33'),
    OP_PROGRAM_L2_CLAIM: hash('44'),
    OP_PROGRAM_L2_BLOCK_NUM: '0x3e8',
    OP_PROGRAM_NETWORK: '10',
    OP_PROGRAM_DATADIR: '/nonexistent/by-environment',
  };
  await fails([], /by-environment does not exist/, env);
  await fails(['--datadir', path], /by-flag does not exist/, env);
  await fails(['--datadir='], /nowhere to get pre-images from/, env);
  await fails([], /OP_PROGRAM_L2_BLOCKNUMBER is none of op-program's/, { ...env, OP_PROGRAM_L2_BLOCKNUMBER: '1' });
  await fails([], /the environment variable OP_PROGRAM_SERVER is \\"perhaps\\"/, {
    ...env,
    OP_PROGRAM_SERVER: 'perhaps',
  });
});

test('names of later versions are understood', async () => {
  const { 'l2.blocknumber': _, ...rest } = claim;
  const base = { ...rest, datadir: '/nonexistent/datadir' };
  await fails({ ...base, 'l2.sequencenumber': '7' }, /\/nonexistent\/datadir does not exist/);
  await fails(base, /\/nonexistent\/datadir does not exist/, { OP_PROGRAM_L2_SEQUENCE_NUMBER: '7' });
  await fails({ ...claim, 'l2.custom': 'true' }, /--network and --l2\.custom exclude each other/);
  const url = 'http://127.0.0.1:9';
  await fails(
    { ...claim, l1: url, l2: url, 'l1.beacon': url, 'l2.experimental': 'nowhere' },
    /--l2\.experimental is \\"nowhere\\"/,
  );
});

test('a chain whose two files differ is refused', async (t) => {
  const path = folder(t);
  const rollup = `{"genesis":{"l2":{"hash":"${hash('aa')}"},"l1":{"hash":"${hash('bb')}"},"l2_time":1,"system_config":{"gasLimit":1,"scalar":"${hash('cc')}","batcherAddr":"0x${'dd'.repeat(20)}"}},"block_time":2,"max_sequencer_drift":6,"seq_window_size":3,"channel_timeout":3,"l1_chain_id":1,"l2_chain_id":5,"batch_inbox_address":"0x${'ee'.repeat(20)}","deposit_contract_address":"0x${'ff'.repeat(20)}","l1_system_config_address":"0x${'ff'.repeat(20)}"}`;
  writeFileSync(join(path, 'rollup.json'), rollup);
  writeFileSync(join(path, 'genesis.json'), '{"config":{"chainId":6,"optimism":{}}}');
  const files = { 'rollup.config': join(path, 'rollup.json'), 'l2.genesis': join(path, 'genesis.json') };
  await fails(
    { ...claim, network: undefined, ...files, datadir: path },
    /--rollup\.config is for chain 5, --l2\.genesis for chain 6/,
  );
  writeFileSync(join(path, 'rollup.json'), rollup.replace('"block_time":2', '"block_time":0'));
  await fails({ ...claim, network: undefined, ...files, datadir: path }, /rollup\.json\.block_time is missing or zero/);
});

test('help and version go to stdout', async () => {
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  assert.match(help.stdout, /--l1\.beacon <urls> [^]*?\[\$OP_PROGRAM_L1_BEACON_API\]/);
  assert.match(help.stdout, /^Endpoints .*:$/m);
  assert.match(help.stdout, /^Examples:$/m);
  assert.match(help.stdout, /--log\.level <level> [^]*?\(trace, debug, [^]*?\(default: info\)/);
  const version = await run(['--version']);
  assert.equal(version.code, 0);
  assert.match(version.stdout, /^op-program /);
});

test('the log can be JSON, coloured, quieter, and bears the process id', async () => {
  const json = await run({ ...claim, 'log.format': 'json' });
  assert.equal((JSON.parse(json.stderr.trim().split('\n').at(-1) ?? '') as { lvl: string }).lvl, 'crit');
  const colour = await run({ ...claim, 'log.color': 'true' });
  assert(colour.stderr.includes('\u001b[35mCRIT '));
  const pid = await run([...args(claim), '--log.pid']);
  assert.match(pid.stderr, new RegExp(`pid=${process.pid}`));
  const quiet = await run({ ...claim, 'log.level': 'crit', OP: undefined }, { OP_PROGRAM_NONSENSE: '1' });
  assert.doesNotMatch(quiet.stderr, /lvl=warn/);
});

test('lists and repeated values are taken while they name one chain; a second one is refused by name', async () => {
  const url = 'http://127.0.0.1:1';
  const once = { ...claim, l1: url, 'l1.beacon': url, l2: url, 'l2.blocknumber': '0' };
  const past = /--l2\.blocknumber is \\"0\\"/;
  await fails(args(once), past);
  await fails([...args(once), `--l2=${url},${url}`, '--network', 'op-sepolia', '--network=op-sepolia,'], past);
  await fails([...args(once), '--l2=http://127.0.0.1:2'], /--l2 names several chains.*127\.0\.0\.1:1.*127\.0\.0\.1:2/);
  await fails({ ...once, 'l2.experimental': `${url},${url}/b` }, /--l2\.experimental names several chains/);
  const custom = { ...claim, network: undefined, datadir: '/nonexistent', 'rollup.config': 'a.json' };
  await fails(
    { ...custom, 'rollup.config': 'a.json,b.json' },
    /--rollup\.config names several chains.*a\.json.*b\.json/,
  );
  await fails([...args(custom), '--l2.genesis=a', '--l2.genesis=b'], /--l2\.genesis names several chains/);
  await fails({ ...claim, network: undefined }, /--network names several chains/, {
    OP_PROGRAM_NETWORK: 'op-sepolia,op-mainnet',
  });
  // A flag takes the place of the variable, as in the reference.
  await fails({ ...claim, 'l2.blocknumber': '0', datadir: '/x' }, past, { OP_PROGRAM_NETWORK: 'base-sepolia' });
});

test('flags of interop: a dependency set has no effect, an agreed prestate is refused', async () => {
  const base = { ...claim, datadir: '/nonexistent' };
  await fails({ ...base, 'l2.agreed-prestate': '0x01' }, /--l2\.agreed-prestate is of interop/);
  await fails(base, /OP_PROGRAM_L2_AGREED_PRESTATE is of interop/, { OP_PROGRAM_L2_AGREED_PRESTATE: '0x01' });
  const flag = await run({ ...base, 'depset.config': 'depset.json' });
  assert.match(flag.stderr, /lvl=warn msg="--depset\.config has no effect: a dependency set is of interop/);
  assert.match(flag.stderr, /the datadir \/nonexistent does not exist/);
  const variable = await run(base, { OP_PROGRAM_DEPSET_CONFIG: 'depset.json' });
  assert.match(variable.stderr, /lvl=warn msg="OP_PROGRAM_DEPSET_CONFIG has no effect/);
  assert.equal(variable.stderr.match(/lvl=warn/g)?.length, 1);
});

test("kona-host's names, and names with other dots and dashes, are answered with ours", async () => {
  for (const [given, meant] of [
    ['l2-head', 'l2.head'],
    ['l1-node-address', 'l1'],
    ['agreed-l2-output-root', 'l2.outputroot'],
    ['claimed-l2-block-number', 'l2.blocknumber'],
    ['data-dir', 'datadir'],
    ['rollup-cfg', 'rollup.config'],
  ] as const) {
    await fails(
      [`--${given}`, 'x'],
      new RegExp(`unknown flag --${given}; did you mean --${meant.replace('.', '\\.')}\\?`),
    );
  }
});

test('formats and levels of the log are those of op-service', async () => {
  const last = async (flags: Flags) => (await run({ ...claim, ...flags })).stderr.trim();
  assert.match(await last({ 'log.format': 'logfmtms' }), /^t=\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}\+0000 lvl=crit msg=/);
  const ms = JSON.parse(await last({ 'log.format': 'jsonms' })) as { t: string };
  assert.match(ms.t, /\.\d{3}\+0000$/);
  const pretty = await last({ 'log.format': 'json-pretty' });
  assert(pretty.split('\n').length > 3);
  assert.equal((JSON.parse(pretty) as { lvl: string }).lvl, 'crit');
  for (const level of ['TRCE', 'dbug', 'INFO', 'warn', 'eror', 'Crit']) {
    assert.match(await last({ 'log.level': level }), /lvl=crit/);
  }
  await fails({ ...claim, 'log.level': 'loud' }, /it takes one of: trace, debug, info, warn, error, crit/);
});

test("level and format hold for the client's lines too; the verdict is never touched", () => {
  const written = 'lvl=info msg="a \\"b\\"" head=0x01:7\nlvl=warn msg=late\nSuccessfully validated L2 bl';
  const output = (level: 'info' | 'error', format: string) => {
    let text = '';
    const write = (bytes: Uint8Array | string) => void (text += String(bytes));
    const log = logger({ level, format, color: false, pid: false, write, timed: false, now: () => new Date(0) });
    const lines = clientLines(log, (line) => write(`${line}\n`));
    // In pieces that do not end with lines.
    for (const piece of [written.slice(0, 20), written.slice(20), 'ock #7\ntrap: ', 'x'])
      lines.write(Buffer.from(piece));
    lines.end();
    return text;
  };
  const plain = 'Successfully validated L2 block #7\ntrap: x\n';
  assert.equal(output('error', 'text'), plain);
  const t = '1970-01-01T00:00:00+0000';
  assert.equal(output('info', 'text'), `lvl=info msg="a \\"b\\"" head=0x01:7\nlvl=warn msg=late\n${plain}`);
  assert.equal(
    output('info', 'json'),
    `{"t":"${t}","lvl":"info","msg":"a \\"b\\"","head":"0x01:7"}\n{"t":"${t}","lvl":"warn","msg":"late"}\n${plain}`,
  );
});

function keyOf(value: Uint8Array): Uint8Array {
  return sha256Key(createHash('sha256').update(value).digest());
}

/** A datadir with the pre-image of each of `values`. */
function datadirWith(t: TestContext, values: Uint8Array[]): string {
  const path = join(folder(t), 'datadir');
  const store = openDatadir({ path });
  for (const value of values) store.put(keyOf(value), value);
  return path;
}

function startServer(t: TestContext, flags: Flags) {
  const child = spawn(process.execPath, [executable, ...args({ ...claim, ...flags }), '--server'], {
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  let stderr = '';
  (child.stdio[2] as Readable).on('data', (chunk: Buffer) => void (stderr += chunk.toString('utf8')));
  const stdio = child.stdio as unknown as (Readable & Writable)[];
  const [hintToServer, hintFromServer, keysToServer, valuesFromServer] = [stdio[3], stdio[4], stdio[5], stdio[6]];
  assert(hintToServer && hintFromServer && keysToServer && valuesFromServer);
  const streams = {
    hintReader: hintFromServer,
    hintWriter: hintToServer,
    preimageReader: valuesFromServer,
    preimageWriter: keysToServer,
  };
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, stderr })),
  );
  return { child, oracle: oracleOver(endsOfStreams(streams), 'op-program'), streams, ended };
}

test('--server answers on descriptors 3 to 6 and ends with 0 when a channel closes', async (t) => {
  const value = Buffer.from('something');
  for (const channel of ['hintWriter', 'preimageWriter'] as const) {
    const { oracle, streams, ended } = startServer(t, { datadir: datadirWith(t, [value]) });
    await oracle.hint(`l2-code ${hash('00')}`);
    assert.equal(Buffer.from(await oracle.get(localKey(1))).toString('hex'), '11'.repeat(32));
    assert.deepEqual(Buffer.from(await oracle.get(keyOf(value))), value);
    streams[channel].end();
    assert.equal((await ended).code, 0);
  }
});

test('--server ends with 0 on SIGINT, as machines end their server', async (t) => {
  const { child, oracle, ended } = startServer(t, { datadir: datadirWith(t, [Buffer.from('x')]) });
  await oracle.get(localKey(4));
  child.kill('SIGINT');
  assert.equal((await ended).code, 0);
});

test('--server that lacks a pre-image ends with 2 and one error that names key and hint', async (t) => {
  const { oracle, ended } = startServer(t, { datadir: datadirWith(t, [Buffer.from('x')]) });
  await oracle.hint(`l2-code ${hash('77')}`);
  await assert.rejects(oracle.get(keccak256Key(Buffer.alloc(32, 0x77))));
  const { code, stderr } = await ended;
  assert.equal(code, 2);
  assert.match(
    stderr,
    /lvl=crit msg="Application failed" err="no pre-image for key 0x0277.* \(keccak256\) \(last hint: l2-code 0x7777/,
  );
  assert.equal(stderr.split('lvl=crit').length, 2);
});

test('--server with a poisoned datadir names the file', async (t) => {
  const value = Buffer.from('wholesome');
  const datadir = datadirWith(t, [value]);
  const key = keyOf(value);
  const name = Buffer.from(key).toString('hex');
  writeFileSync(join(datadir, name.slice(0, 4), `${name.slice(4)}.txt`), 'abcd');
  const { oracle, ended } = startServer(t, { datadir });
  await assert.rejects(oracle.get(key));
  const { code, stderr } = await ended;
  assert.equal(code, 2);
  assert(stderr.includes(name.slice(4)) && stderr.includes('is not the pre-image of key'), stderr);
});

test('--server that nobody gave channels to says so', async (t) => {
  const datadir = datadirWith(t, [Buffer.from('x')]);
  const child = spawn(process.execPath, [executable, ...args({ ...claim, datadir }), '--server'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString('utf8')));
  const code = await new Promise((resolve) => child.once('close', resolve));
  assert.equal(code, 2);
  assert.match(stderr, /file descriptor 3 is not a channel; a pre-image server is started by a machine/);
});

/** A client program of three lines, which reads a local key and then does as told. */
function client(t: TestContext, then: string): string {
  const file = join(folder(t), 'client');
  writeFileSync(
    file,
    `#!${process.execPath}
const fs = require('node:fs');
const key = Buffer.alloc(32); key[0] = 1; key[31] = 3;
const get = (key) => { fs.writeSync(6, key); const answer = Buffer.alloc(8 + 32); let got = 0; while (got < 40) { const n = fs.readSync(5, answer, got, 40 - got); if (n === 0) process.exit(2); got += n; } return answer.subarray(8); };
const hint = (text) => { const message = Buffer.alloc(4); message.writeUInt32BE(text.length); fs.writeSync(4, Buffer.concat([message, Buffer.from(text)])); fs.readSync(3, Buffer.alloc(1)); };
console.log('claim ' + get(key).toString('hex'));
${then}
`,
  );
  chmodSync(file, 0o755);
  return file;
}

async function exec(t: TestContext, file: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const datadir = datadirWith(t, [Buffer.from('x')]);
  const child = spawn(process.execPath, [executable, ...args({ ...claim, datadir, exec: file })], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => void (output.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (output.stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output };
}

test('--exec runs a client as a child on the same descriptors and passes its output and exit code on', async (t) => {
  for (const expected of [0, 1, 2]) {
    const { code, stdout } = await exec(t, client(t, `hint('l2-code ${hash('01')}'); process.exit(${expected});`));
    assert.equal(code, expected);
    assert.equal(stdout, `claim ${'44'.repeat(32)}\n`);
  }
});

test('--exec: a pre-image that is missing is told by the host, whatever the client makes of it', async (t) => {
  const { code, stderr } = await exec(
    t,
    client(t, `const missing = Buffer.alloc(32, 9); missing[0] = 2; get(missing);`),
  );
  assert.equal(code, 2);
  assert.match(stderr, /no pre-image for key 0x0209/);
});

test('--exec: a program that is not there, or ended by a signal', async (t) => {
  const absent = await exec(t, '/nonexistent/client');
  assert.equal(absent.code, 2);
  assert.match(absent.stderr, /--exec names a program that cannot be started: .*ENOENT/);
  const killed = await exec(t, client(t, `process.kill(process.pid, 'SIGKILL'); setTimeout(() => {}, 10000);`));
  assert.equal(killed.code, 2);
  assert.match(killed.stderr, /ended by a signal" signal=SIGKILL/);
});

test('endpoints from the environment are used, retried, and named by flag when they fail', async (t) => {
  const requests = new Map<string, number>();
  const server = createServer(({ url: path = '' }, response) => {
    requests.set(path, (requests.get(path) ?? 0) + 1);
    response.writeHead(404).end('no such project');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/my-key`;
  const hintText = `l1-block-header ${hash('11')}`;
  const file = client(t, `hint('${hintText}'); const header = Buffer.alloc(32, 0x11); header[0] = 2; get(header);`);
  const env = {
    ...process.env,
    OP_PROGRAM_L1_RPC: `${url}/l1`,
    OP_PROGRAM_L1_BEACON_API: `${url}/beacon`,
    OP_PROGRAM_L2_RPC: `${url}/l2`,
    OP_PROGRAM_RETRY_FOR: '1s',
    OP_PROGRAM_EXEC: file,
  };
  const child = spawn(process.execPath, [executable, ...args(claim)], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => void (stderr += chunk.toString('utf8')));
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 2);
  assert.match(
    stderr,
    /no pre-image for key 0x0211.*l1-block-header.*--l1 \(http:\/\/127\.0\.0\.1:\d+\): eth_chainId: HTTP 404: .*no such project/,
  );
  assert.doesNotMatch(stderr, /my-key/);
  const [, tries] = /tried (\d+) times in/.exec(stderr) ?? [];
  assert.notEqual(tries, undefined, stderr);
  assert.equal(requests.get('/my-key/l1'), Number(tries), 'and given up for good after the tries that it names');
});

test('a new datadir is made where endpoints are given', async (t) => {
  const datadir = join(folder(t), 'new');
  const url = 'http://127.0.0.1:9';
  const file = client(t, 'process.exit(0);');
  const child = spawn(
    process.execPath,
    [executable, ...args({ ...claim, datadir, l1: url, l2: url, 'l1.beacon': url, exec: file })],
    { stdio: 'ignore' },
  );
  assert.equal(await new Promise((resolve) => child.once('close', resolve)), 0);
  assert(existsSync(join(datadir, 'kvformat')));
});
