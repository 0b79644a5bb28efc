// `obelisc client` and what `obelisc compile` refuses; what it makes is run by docs/own-programs.md.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { currentRelease } from '@obelisc/guest';
import { runCommand } from '../../src/demo/commands.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-guest-command-'));
after(() => rmSync(folder, { recursive: true, force: true }));

async function refusal(...args: string[]): Promise<string> {
  const lines: string[] = [];
  const { code, stdout } = await runCommand('obelisc', args, (line) => lines.push(line));
  assert.equal(code, 2);
  assert.equal(stdout, '');
  return lines.join('\n');
}

test('the released client is where obelisc client says', async () => {
  const { code, stdout } = await runCommand('obelisc', ['client'], () => undefined);
  assert.equal(code, 0);
  const elf = readFileSync(stdout.trim());
  assert.equal(createHash('sha256').update(elf).digest('hex'), currentRelease().elfSha256);
  const { stdout: json } = await runCommand('obelisc', ['client', '--json'], () => undefined);
  const told = JSON.parse(json) as { path: string; prestate: string };
  assert.equal(told.path, stdout.trim());
  assert.equal(told.prestate, currentRelease().prestate);
});

test('what is no module for a guest is refused by its name, and nothing is written', async () => {
  const out = join(folder, 'guest.elf');
  assert.match(
    await refusal('compile', join(folder, 'none.wasm'), '--out', out),
    /cannot read the module .*none\.wasm/,
  );
  const text = join(folder, 'text.wasm');
  writeFileSync(text, 'not a module');
  assert.match(await refusal('compile', text, '--out', out), /text\.wasm: it is no WebAssembly file/);
  assert.ok(!existsSync(out));
});
