// Shell completion: bash runs the script and is asked what it would offer.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { FLAGS } from '../../src/op-program/flags.js';
import { repositoryRoot } from '../../src/demo/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-completion-'));
after(() => rmSync(folder, { recursive: true }));
mkdirSync(join(folder, 'state-folder'));
writeFileSync(join(folder, 'state.json'), '');

function script(shell: string): string {
  const { status, stdout } = spawnSync(process.execPath, [join(repositoryRoot, 'bin/obelisc'), 'completion', shell]);
  assert.equal(status, 0);
  return stdout.toString();
}

const bash = script('bash');

/** What bash offers for the last of the words, which are as readline cuts them. */
function offers(...words: string[]): string[] {
  const call = `
    compopt() { :; }
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
    _obelisc
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${bash}\n${call}`, 'bash', ...words], { cwd: folder });
  assert.equal(stderr.toString(), '');
  assert.equal(status, 0);
  return stdout
    .toString()
    .split('\n')
    .filter((line) => line !== '');
}

test('subcommands, flags, and the words that a flag takes', () => {
  assert.deepEqual(offers('obelisc', 'va'), ['validate']);
  assert.deepEqual(offers('obelisc', 'help', 'dev'), ['devnet']);
  assert.deepEqual(offers('/some/where/obelisc', 'validate', '--l1.head'), ['--l1.head']);
  assert.deepEqual(offers('obelisc', 'devnet', '--forks', 'ka'), ['karst']);
  assert.deepEqual(offers('obelisc', 'completion', ''), ['bash', 'zsh', 'fish']);
  assert.deepEqual(offers('asterisc', 'load-elf', '--pa'), ['--path']);
  assert.deepEqual(offers('kona-host', ''), ['single']);
  assert.deepEqual(offers('kona-host', 'single', '--nat'), ['--native']);
});

test('a value behind =, which readline makes words of its own', () => {
  assert.deepEqual(offers('op-program', '--log.level', '=', 'in'), ['info']);
  assert.deepEqual(offers('op-program', '--log.level', '='), ['trace', 'debug', 'info', 'warn', 'error', 'crit']);
});

test('files and folders', () => {
  assert.deepEqual(offers('asterisc', 'run', '--input', 'sta').toSorted(), ['state-folder', 'state.json']);
  assert.deepEqual(offers('obelisc', 'validate', '--datadir', 'sta'), ['state-folder']);
  assert.deepEqual(offers('asterisc', 'verify-step', 'state.'), ['state.json']);
  assert.deepEqual(offers('obelisc', 'validate', '--claim', 'sta'), [], 'a hash is no file');
});

test("all of op-program's flags are there, and nothing of it behind the -- of asterisc run", () => {
  const flags = offers('op-program', '--');
  for (const { name } of FLAGS) assert.ok(flags.includes(`--${name}`), name);
  assert.deepEqual(offers('asterisc', 'run', '--input', 'x', '--', 'state.'), ['state.json']);
});

for (const shell of ['zsh', 'fish']) {
  test(`${shell} takes its script`, (t) => {
    const file = join(folder, `obelisc.${shell}`);
    writeFileSync(file, script(shell));
    const { error, status, stderr } = spawnSync(shell, ['-n', file]);
    if (error !== undefined) return t.skip(`there is no ${shell} here`);
    assert.equal(status, 0, stderr.toString());
  });
}
