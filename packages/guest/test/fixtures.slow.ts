// The cross compiler gives the committed fixtures, byte for byte, in any folder and with a cold cache.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileGuest } from '../src/build/compile.js';
import { sha256 } from '../src/release/released.js';
import { fixture, fixtures } from './fixtures.js';

for (const name of Object.keys(fixtures)) {
  test(`${name} is compiled to the same bytes again`, () => {
    const { module, elf } = fixture(name);
    assert.equal(sha256(compileGuest(module)), sha256(elf));
  });
}

test('the folder that the compiler works in leaves no trace', () => {
  const before = process.env['TMPDIR'];
  const elsewhere = mkdtempSync(join(tmpdir(), 'a rather different folder '));
  try {
    process.env['TMPDIR'] = elsewhere;
    const { module, elf } = fixture('ends-fixed');
    assert.equal(sha256(compileGuest(module)), sha256(elf));
  } finally {
    if (before === undefined) delete process.env['TMPDIR'];
    else process.env['TMPDIR'] = before;
    rmSync(elsewhere, { recursive: true, force: true });
  }
});
