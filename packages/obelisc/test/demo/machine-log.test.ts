import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseInfoLine, textOf } from '../../src/demo/machine-log.js';

test('an info line is progress', () => {
  const line =
    't=2026-01-01T00:00:00+0000 lvl=info msg=processing step=12345678901 pc=0001005c insn=00000013 ips=2.1e+07 pages=6 mem="24.0 KiB" name=main.run';
  assert.deepEqual(parseInfoLine(line), { step: 12_345_678_901n, rate: 2.1e7, symbol: 'main.run' });
  assert.equal(textOf(line), undefined);
});

test('guest output is unquoted', () => {
  const line = String.raw`t=… lvl=info msg="" text="lvl=info msg=\"a \\\"b\\\" c\"\n" stream=stdout`;
  assert.equal(textOf(line), String.raw`lvl=info msg="a \"b\" c"`);
  assert.equal(parseInfoLine(line), undefined);
});
