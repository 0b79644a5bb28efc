// A program must end natively and in the machine in the same way, after the same output.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInMachine, runNatively } from './both-ways.js';
import { type End, ends, order, orderKey, outOfBoundsImports } from './ends-module.js';
import { betweenEnds, farEnds, farOrderKey } from './far-module.js';
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

{
  const { module, elf } = fixture('far');
  farEnds.forEach(({ name, trap }, i) => {
    test(`a memory with a far part: ${name}, natively and in the machine`, async () => {
      const preimages = { [farOrderKey]: order(i) };
      const { steps, ...machine } = await runInMachine(elf, preimages);
      assert.deepEqual(machine, await runNatively(module, preimages));
      assert.equal(machine.exitCode, trap === undefined ? 0 : 2);
      assert.equal(machine.stderr, trap === undefined ? '' : `trap: ${trap}\n`);
      assert.equal(machine.stdout.length, 2 * (8 + 4 + 404 + 120 + 404 + 85 + 407 + 9 + 40 + 40));
      assert.ok(steps > 0n);
    });
  });
  betweenEnds.forEach(({ name }, i) => {
    test(`a memory with a far part: ${name}, in the machine`, async () => {
      const { exitCode, stderr } = await runInMachine(elf, { [farOrderKey]: order(farEnds.length + i) });
      assert.deepEqual({ exitCode, stderr }, { exitCode: 2, stderr: 'trap: memory access out of bounds\n' });
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
