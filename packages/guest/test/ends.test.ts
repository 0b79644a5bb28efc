// A program must end natively and in the machine in the same way, after the same output.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInMachine, runNatively } from './both-ways.js';
import { type End, ends, order, orderKey, outOfBoundsImports } from './ends-module.js';
import { fixture, fixtures } from './fixtures.js';

for (const { name, growing } of [
  { name: 'ends-growing', growing: true },
  { name: 'ends-fixed', growing: false },
]) {
  const { module, elf } = fixture(name);
  const all = [...ends(growing), ...outOfBoundsImports()];
  const nativeWords = new Set(outOfBoundsImports().map((end) => end.name));

  all.forEach((end, i) => {
    const preimages = { [orderKey]: order(i) };

    test(`${name}: ${end.name}, natively`, async () => {
      const { stderr, ...rest } = await runNatively(module, preimages);
      assert.deepEqual(rest, expected(end));
      if (nativeWords.has(end.name)) assert.match(stderr, /^trap: .+\n$/);
      else assert.equal(stderr, trapLine(end));
    });

    test(`${name}: ${end.name}, in the machine`, async () => {
      const { stderr, steps, ...rest } = await runInMachine(elf, preimages);
      assert.deepEqual(rest, expected(end));
      assert.equal(stderr, trapLine(end));
      assert.ok(steps > 0n);
    });
  });
}

for (const name of ['random-a', 'random-b']) {
  test(`the program ${name} does the same natively and in the machine`, async () => {
    const { module, elf } = fixture(name);
    const { steps, ...machine } = await runInMachine(elf);
    assert.ok(steps > 1000n);
    assert.equal(machine.stderr, '');
    assert.deepEqual(machine, await runNatively(module));
  });
}

for (const name of Object.keys(fixtures)) {
  test(`the ELF of ${name} names neither the folder that it was made in nor lines of its sources`, () => {
    const text = Buffer.from(fixture(name).elf).toString('latin1');
    assert.doesNotMatch(text, /obelisc-guest-|\.debug_|line_table/);
  });
}

function expected({ exitCode, stdout = '', questions = [`get ${orderKey}`] }: End): object {
  return { exitCode, stdout, questions };
}

function trapLine({ trap }: End): string {
  return trap === undefined ? '' : `trap: ${trap}\n`;
}
