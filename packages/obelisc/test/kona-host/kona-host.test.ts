// kona-host's command line, as op-challenger's KonaExecutor writes it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { opProgramArguments, main } from '../../src/kona-host/main.js';
import { inKonaWords, parseKonaArguments } from '../../src/kona-host/flags.js';

const hash = `0x${'11'.repeat(32)}`;
const challenger = [
  ...'single --l1-node-address http://a --l1-beacon-address http://b --l2-node-address http://c'.split(' '),
  ...`--l1-head ${hash} --agreed-l2-head-hash ${hash} --agreed-l2-output-root ${hash}`.split(' '),
  ...`--claimed-l2-output-root ${hash} --claimed-l2-block-number 7`.split(' '),
];

const translate = (args: readonly string[], env: Record<string, string> = {}): string[] => {
  const given = parseKonaArguments(args, env);
  assert(given.kind === 'run');
  return opProgramArguments(given);
};

async function run(args: readonly string[], env: Record<string, string> = {}) {
  const output = { stdout: '', stderr: '' };
  const code = await main(args, env, {
    stdout: (text) => void (output.stdout += String(text)),
    stderr: (text) => void (output.stderr += String(text)),
  });
  return { code, ...output };
}

test("op-challenger's arguments become op-program's", () => {
  const given = translate([...challenger, '--server', '--data-dir', '/d', '--l2-chain-id', '10', '-vvvv'], {});
  const expected =
    `l1.head=${hash} l2.head=${hash} l2.outputroot=${hash} l2.claim=${hash} l2.blocknumber=7 l2=http://c l1=http://a ` +
    'l1.beacon=http://b datadir=/d server client=kona log.level=debug log.format=text';
  assert.deepEqual(given.join(' '), expected.replaceAll(/(^| )/g, '$1--'));
});

test('second names, values behind = and variables are taken; a flag wins', () => {
  const given = translate(['single', '--native', `--l2-claim=${hash}`, '--db=/x=y', '--l2-head', hash], {
    L1_HEAD: hash,
    AGREED_L2_OUTPUT_ROOT: hash,
    CLAIMED_L2_BLOCK_NUMBER: '8',
    CLAIMED_L2_OUTPUT_ROOT: '0x00',
    L2_CHAIN_ID: '10',
    DATA_FORMAT: 'file',
  });
  assert(
    given.includes('--datadir=/x=y') && given.includes(`--l2.claim=${hash}`) && given.includes('--l2.blocknumber=8'),
    given.join(' '),
  );
});

const offline = challenger.filter((_, at) => at === 0 || at > 6);
const native = [...offline, '--native', '--data-dir', '/nonexistent'];

test('what is missing, doubled, misspelt or not covered is named, in kona-host’s words', async () => {
  const cases: [args: readonly string[], why: RegExp, env?: Record<string, string>][] = [
    [native, /a required flag is missing: --l2-chain-id \(or --rollup-config-path\)/],
    [['single'], /give one of --native and --server/],
    [['single', '--server'], /missing: --l1-head, --agreed-l2-head-hash, .*--claimed-l2-block-number, --l2-chain-id/],
    [[...native, '--server', '--l2-chain-id', '10'], /give one of --native and --server/],
    [
      [...native, '--l2-chain-id', '10', '--rollup-cfg', 'r'],
      /--l2-chain-id and --rollup-config-path exclude each other/,
    ],
    [[...native, '--l2-chain-id', '10'], /exclude each other/, { ROLLUP_CONFIG_PATH: 'r' }],
    [[...native, '--l2-chain-id', '10', '--l1-head', hash], /--l1-head is given twice/],
    [[...native, '--l2-chain-id', '901'], /--l2-chain-id "901" is not known.*other chains take --rollup-config-path/],
    [[...native, '--l2-chain-id', 'op-mainnet'], /"op-mainnet" is no chain id/],
    [
      [...native, '--rollup-config-path', '/nonexistent/r'],
      /--rollup-config-path names a file that cannot be read: there is no /,
    ],
    [[...native, '--l2-chain-id', '10', '--client', 'kona'], /--client kona goes with --server/],
    [[...native, '--l2-chain-id', '11155420'], /the datadir \/nonexistent does not exist/],
    [[...native, '--l2-chain-id', '10', '--data-format', 'rocksdb'], /takes one of: directory, file, lmdb/],
    [[...native, '--l2-chain-id', '10', '--logs.stdout.format', 'loud'], /takes one of: full, json, pretty/],
    [
      [...native, '--l2-chain-id', '10', '--l2.claim', hash],
      /unknown flag --l2\.claim; did you mean --claimed-l2-output-root\?/,
    ],
    [[...native, '--l2-chain-id', '10', '--l2claim', hash], /did you mean --claimed-l2-output-root\?/],
    [[...native, '--l2-chain-id', '10', '--colour'], /unknown flag --colour; the flags are those of kona-host 1\.6\.0/],
    [[...native, '--l2-chain-id'], /--l2-chain-id needs a value/],
    [[...native, '--l2-chain-id', '--rollup-cfg', 'r'], /--l2-chain-id needs a value/],
    [[...native, '--data-format', 'none', '--colour'], /unknown flag --colour/],
    [['super', '--native'], /single is what is covered/],
    [['--native'], /give the mode first/],
    [[...native, '--l2-chain-id', '10'], /KONA_LOG_LEVEL is "loud"/, { KONA_LOG_LEVEL: 'loud' }],
    [
      [...native, '--l2-chain-id', '10'],
      /KONA_STDOUT_LOG_QUIET is "1", which is neither/,
      { KONA_STDOUT_LOG_QUIET: '1' },
    ],
  ];
  for (const [args, why, env] of cases) {
    const { code, stdout, stderr } = await run(args, env);
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr.replaceAll('\\"', '"'), why);
  }
  const flags = [...challenger, '--native', '--l2-chain-id', '10'];
  const short = await run(flags.map((arg, at) => (flags[at - 1] === '--l1-head' ? '0x12' : arg)));
  assert.match(short.stderr, /--l1-head is .*0x12.*not a hash/);
  const two = await run(flags.filter((arg) => !/beacon|http:\/\/b/.test(arg)));
  assert.match(two.stderr, /--l1-beacon-address is missing/);
});

test('levels of the log: repeated -v, its variable, -q; formats', () => {
  const of = (args: readonly string[], env: Record<string, string> = {}) => {
    const all = translate([...native, '--l2-chain-id', '10', ...args], env);
    return all
      .slice(-2)
      .map((flag) => flag.replace(/^--log\.\w+=/, ''))
      .join(' ');
  };
  const levels = ['info', 'error', 'warn', 'info', 'debug', 'trace', 'trace'];
  for (const [count, level] of levels.entries()) {
    assert.equal(of(Array.from({ length: count }, () => '-v')), `${level} text`);
    if (count > 0) assert.equal(of([`-${'v'.repeat(count)}`]), `${level} text`);
    assert.equal(of([], { KONA_LOG_LEVEL: String(count) }), `${level} text`);
  }
  assert.equal(of(['-v'], { KONA_LOG_LEVEL: '5' }), 'error text');
  for (const quiet of ['-q', '-qvvvv', '--logs.stdout.quiet']) assert.equal(of([quiet]), 'crit text');
  assert.equal(of([], { KONA_STDOUT_LOG_QUIET: 'true' }), 'crit text');
  for (const [format, ours] of Object.entries({
    full: 'text',
    json: 'json',
    pretty: 'terminal',
    compact: 'terminal',
    logfmt: 'logfmt',
  }))
    assert.equal(of(['--logs.stdout.format', format]), `info ${ours}`);
});

test('log files are refused with a word, help and version are its own', async () => {
  const { stderr } = await run([...native, '--l2-chain-id', '10', '--logs.file.directory', '/tmp']);
  assert.match(stderr, /--logs\.file\.directory has no effect: no log files are written/);
  for (const args of [['--help'], ['single', '-h'], ['help'], ['single', '--native', '--help']]) {
    const { code, stdout } = await run(args);
    assert.equal(code, 0);
    for (const flag of [
      '--claimed-l2-output-root',
      '$AGREED_L2_HEAD_HASH',
      '--rollup-cfg',
      '$KONA_LOG_LEVEL',
      '--server',
    ])
      assert(stdout.includes(flag), flag);
    assert(!stdout.includes('$NATIVE'));
  }
  for (const args of [['--version'], ['-V'], ['single', '--version']])
    assert.match((await run(args)).stdout, /^kona-host \(Obelisc\) \d+\.\d+\.\d+\n$/);
});

test('failures of the host are told with kona-host’s flags', () => {
  assert.equal(
    inKonaWords('run once with --l1, --l1.beacon and --l2 into --datadir; --l2.head and --l2.outputroot'),
    'run once with --l1-node-address, --l1-beacon-address and --l2-node-address into --data-dir; --agreed-l2-head-hash and --agreed-l2-output-root',
  );
  assert.equal(inKonaWords('--l2-node-address --l2.genesis --server.'), '--l2-node-address --l2.genesis --server.');
});
