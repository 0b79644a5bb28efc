// The table of system calls that docs/own-programs.md shows is that of the machine.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { systemCalls } from '../src/system-calls.js';

test('docs/own-programs.md lists every system call, and no other', () => {
  const page = readFileSync(new URL('../../../../docs/own-programs.md', import.meta.url), 'utf8');
  const rows = [...page.matchAll(/^\| (\d[\d, ]*) \| ([a-z_\d, ]+) \|/gm)];
  const listed = rows.flatMap(([, numbers = '', names = '']) => {
    const name = names.split(', ');
    return numbers.split(', ').map((number, at) => `${number} ${name[at]}`);
  });
  const sorted = (lines: string[]): string[] => lines.sort((left, right) => left.localeCompare(right));
  assert.deepEqual(sorted(listed), sorted(systemCalls.map(({ number, name }) => `${number} ${name}`)));
});
