// Command lines as people mistype them: what is wrong is said, and what was most likely meant.
import assert from 'node:assert/strict';
import { Command } from 'commander';
import { describe, test } from 'node:test';
import { endpointUrl, maskedUrl } from '../../src/endpoints/network-flags.js';
import { blockNumber, hash, numberOrTag } from '../../src/obelisc/values.js';
import { choiceOption, finishCommandLine } from '../../src/terminal/command-line.js';
import { hasColours } from '../../src/terminal/colours.js';
import { nearest } from '../../src/terminal/nearest.js';

/** Flags and errors of one command line. */
function parse(args: string[], env: Record<string, string> = {}): { flags?: Record<string, unknown>; error?: string } {
  const program = new Command('trial').exitOverride();
  let flags: Record<string, unknown> | undefined;
  let error = '';
  program
    .command('run')
    .exitOverride()
    .requiredOption('--input <file>', 'a file')
    .option('--native', 'a switch', false)
    .addOption(choiceOption('--fork <fork>', 'a fork', ['jovian', 'karst']))
    .option('--block <number>', 'a block', blockNumber)
    .action((options: Record<string, unknown>) => {
      flags = options;
    });
  program.commands[0]?.configureOutput({ writeErr: (text) => (error += text), writeOut: () => undefined });
  finishCommandLine(program, { variables: () => 'TRIAL_', env });
  try {
    program.parse(['run', ...args], { from: 'user' });
  } catch (fault) {
    return { error: error === '' ? String(fault) : error.trim() };
  }
  return flags === undefined ? {} : { flags };
}

describe('what the command line takes', () => {
  test('switches with and without a value', () => {
    for (const [word, expected] of [
      ['--native', true],
      ['--native=true', true],
      ['--native=1', true],
      ['--native=false', false],
    ] as const)
      assert.equal(parse(['--input', 'a', word]).flags?.['native'], expected, word);
    assert.match(
      parse(['--input', 'a', '--native=maybe']).error ?? '',
      /'--native' is "maybe", .* neither true nor false/,
    );
    assert.match(
      parse(['--input', 'a', '--native', 'true']).error ?? '',
      /no place for "true": a switch takes its value behind =/,
    );
  });

  test('variables in place of flags, which win over them', () => {
    const env = { TRIAL_INPUT: 'b', TRIAL_NATIVE: 'true', TRIAL_FORK: '', TRIAL_BLOCK: '0x10' };
    assert.deepEqual(parse([], env).flags, { input: 'b', native: true, block: 16n });
    assert.equal(parse(['--input', 'a'], env).flags?.['input'], 'a');
    assert.equal(parse([], { ...env, TRIAL_NATIVE: 'false' }).flags?.['native'], false);
    const wrong = (variable: string, value: string) => parse([], { ...env, [variable]: value }).error ?? '';
    assert.match(wrong('TRIAL_NATIVE', 'yes'), /variable TRIAL_NATIVE is "yes": it is neither true nor false/);
    assert.match(wrong('TRIAL_BLOCK', '-3'), /variable TRIAL_BLOCK is "-3": It is negative/);
    assert.match(
      wrong('TRIAL_FORK', 'karts'),
      /variable TRIAL_FORK is "karts": It takes one of.* Did you mean karst\?/,
    );
  });

  test('nothing is swallowed', () => {
    assert.match(
      parse(['--input', '--native']).error ?? '',
      /'--input <file>' has no value: --native behind it is a flag/,
    );
    assert.equal(parse(['--input=--native']).flags?.['input'], '--native');
    assert.match(parse(['--input', 'a', 'b']).error ?? '', /'run' has no place for "b"/);
    assert.match(parse(['--type', 'x', '--input', 'a']).error ?? '', /unknown option '--type'/);
  });

  test('the nearest flag and value is named', () => {
    assert.match(parse(['--inptu', 'a']).error ?? '', /unknown option '--inptu'\n\(Did you mean --input\?\)/);
    assert.match(
      parse(['--input', 'a', '--fork', 'karsk']).error ?? '',
      /one of: jovian, karst\. Did you mean karst\?/,
    );
    assert.equal(nearest('op-sepola', ['op-mainnet', 'op-sepolia', 'base-sepolia']), 'op-sepolia');
    assert.equal(nearest('op_program', ['op-program', 'program']), 'op-program');
    assert.equal(nearest('frobnicate', ['run', 'witness']), undefined);
    assert.equal(nearest('', ['run']), undefined);
  });
});

test('values say what is wrong with them', () => {
  const fault = (read: () => unknown): string => {
    try {
      return `taken: ${String(read())}`;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  assert.match(
    fault(() => hash('0x12')),
    /^It has 2 digits; a hash is expected/,
  );
  assert.match(
    fault(() => hash('ab'.repeat(32))),
    /^It has no 0x in front/,
  );
  assert.match(
    fault(() => hash(`0x${'zz'.repeat(32)}`)),
    /^It is not hexadecimal/,
  );
  assert.match(
    fault(() => blockNumber('-5')),
    /negative/,
  );
  assert.match(
    fault(() => blockNumber('1e9')),
    /decimal or 0x-hexadecimal/,
  );
  assert.match(
    fault(() => blockNumber('9007199254740993')),
    /below 2\^53/,
  );
  assert.equal(blockNumber('0xff'), 255n);
  assert.match(
    fault(() => numberOrTag('finalised')),
    /Did you mean finalized\?/,
  );
  assert.match(
    fault(() => numberOrTag('-1')),
    /negative/,
  );
});

test('URLs that are none are refused by what they are, without what may be secret in them', () => {
  const cases: [string, RegExp][] = [
    ['localhost:8545', /^--l1 is "localhost:8545", .* https:\/\/ URL; did you mean http:\/\/localhost:8545\?$/],
    ['user:SECRET@node:8545', /^--l1 is "…@node:8545", .* did you mean http:\/\/…@node:8545\?$/],
    ['mainnet.infura.io/v3/SECRET', /"mainnet\.infura\.io\/…", .*did you mean http:\/\/mainnet\.infura\.io\/…\?$/],
    [
      'wss://user:SECRET@node.example:8546/SECRET',
      /^--l1 is "wss:\/\/…@node\.example:8546\/…", .*WebSocket is not used/,
    ],
    ...['unix:///run/geth.ipc', '/run/geth.ipc', '~/geth.ipc', './geth.ipc', 'geth.ipc'].map(
      (text): [string, RegExp] => [
        text,
        /which is not .*: a node's socket in the file system is not used; give the URL/,
      ],
    ),
    ['ftp://node.example', /"ftp:\/\/node\.example", which is not an http:\/\/ or https:\/\/ URL$/],
    ['http://user:SECRET@', /URL$/],
    ['http:///SECRET', /"http:\/\/\/…", which is not/],
    ['https://?key=SECRET', /which is not/],
    [' wss://node.example/SECRET\n', /^--l1 is "wss:\/\/node\.example\/…"/],
    ['nonsense', /^--l1 is "nonsense", which is not an http:\/\/ or https:\/\/ URL$/],
    ['', /^--l1 is "", which is not/],
  ];
  for (const [text, message] of cases) {
    assert.throws(
      () => endpointUrl('l1', text),
      (error: Error) => message.test(error.message) && !error.message.includes('SECRET'),
      text,
    );
  }
  const url = 'https://user:key@node.example/v3/key?token=1';
  assert.equal(endpointUrl('l1', url), url);
  assert.equal(endpointUrl('l1', ` ${url}\r\n`), url, 'as a file or a variable has it');
  assert.equal(maskedUrl(url), 'https://…@node.example/…');
  assert.equal(maskedUrl('http://127.0.0.1:8545/'), 'http://127.0.0.1:8545');
});

test('NO_COLOR forbids colours, and a pipe has none', () => {
  const terminal = { isTTY: true, hasColors: () => true } as unknown as NodeJS.WriteStream;
  assert.equal(hasColours(terminal, {}), true);
  assert.equal(hasColours(terminal, { NO_COLOR: '1' }), false);
  assert.equal(hasColours(terminal, { NO_COLOR: '' }), true);
  assert.equal(hasColours({ isTTY: false } as NodeJS.WriteStream, {}), false);
});
