// Random programs must do natively and in the machine exactly the same. SEED and COUNT choose others than the usual.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileGuest } from '../src/build/compile.js';
import { runInMachine, runNatively } from './both-ways.js';
import { randomModule } from './random-module.js';

const seed = BigInt(process.env['SEED'] ?? 1);
const count = Number(process.env['COUNT'] ?? 60);

test(`${count} random programs do the same natively and in the machine`, async () => {
  const ends = new Map<string, number>();
  for (let i = 0n; i < count; i += 1n) {
    const module = randomModule(seed + i);
    const { steps, ...machine } = await runInMachine(compileGuest(module));
    assert.ok(steps > 0n);
    assert.deepEqual(machine, await runNatively(module), `seed ${seed + i}`);
    const end = machine.stderr === '' ? 'ended' : machine.stderr.trim();
    ends.set(end, (ends.get(end) ?? 0) + 1);
  }
  // The programs are worth running only while many of them get to their end and some trap.
  assert.ok((ends.get('ended') ?? 0) >= count / 10, `only these ends: ${JSON.stringify([...ends])}`);
  process.stderr.write(`ends: ${JSON.stringify([...ends])}\n`);
});
