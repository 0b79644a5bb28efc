import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { loadElf } from '../src/loader.js';
import type { MachineOptions } from '../src/machine.js';
import { GranuleTable } from '../src/paging/granule-table.js';
import { checkMemory, MachineMemoryError, memoryLimit } from '../src/paging/memory-limit.js';
import { encodeBinaryState } from '../src/state-binary.js';
import { families } from './families.js';
import { hungryGuest } from './hungry-guest.js';
import { randomNumbers } from './random-numbers.js';
import { engines, type Outcome, ourOutcome } from './reference.js';

const GRANULE = 0x10000;
const MIB = 2 ** 20;

test('the table of granules holds what a map does, whatever is put in and taken out', () => {
  const random = randomNumbers(4);
  const table = new GranuleTable();
  const map = new Map<number, number>();
  for (let i = 0; i < 60_000; i++) {
    // Neighbours, few bits, and far away, as guests have them.
    const granule = [random(3000), random(300) * 2 ** 32, 2 ** 48 - 1 - random(2000)][random(3)] ?? 0;
    if (random(5) < 3) {
      table.set(granule, i + 1);
      map.set(granule, i + 1);
    } else {
      table.delete(granule);
      map.delete(granule);
    }
    if (i % 1000 === 0) {
      assert.deepEqual(
        [...table].sort(([a], [b]) => a - b),
        [...map].sort(([a], [b]) => a - b),
      );
    }
    assert.equal(table.get(granule), map.get(granule) ?? 0);
  }
  assert.equal(table.size, map.size);
});

test(
  'what the host has not got is asked of nobody: the error comes first',
  { skip: process.platform !== 'linux' },
  () => {
    const limit = memoryLimit();
    checkMemory(limit, 100 * MIB, 0);
    assert.throws(() => checkMemory(limit, 100 * MIB, 2 ** 50), {
      name: 'MachineMemoryError',
      message: /^the guest needs more memory than this computer has left: 100 MiB of its memory in use, \d+ MiB left: /,
    });
    assert.throws(() => checkMemory(limit, 2 ** 50, 0), /MiB \(this computer has no room for more\): .* more memory$/);
  },
);

for (const { name, file, guest } of families) {
  const recorded = JSON.parse(
    readFileSync(new URL(`../../test/expectations/${file}`, import.meta.url), 'utf8'),
  ) as Record<string, Outcome>;
  for (const options of engines) {
    test(`${name} end as recorded with memory for a few granules (${options.engine})`, async () => {
      // Most of the place is for code and its decoded form.
      for (const [seed, expected] of Object.entries(recorded).slice(0, 60)) {
        const paged = { ...options, regions: false, poolLimit: 20 * GRANULE };
        assert.deepEqual(await ourOutcome(guest(Number(seed)), paged), expected, `seed ${seed}`);
      }
    });
  }
}

for (const options of engines) {
  test(`a guest is in the same states with 30 granules of memory as with all it wants (${options.engine})`, async () => {
    const elf = hungryGuest(16n * BigInt(MIB), 3000n);
    const { machine: free } = loadElf(elf, options);
    const { machine: paged } = loadElf(elf, { ...options, regions: false, poolLimit: 30 * GRANULE });
    for (let stop = 0; !free.exited; stop += 1) {
      await free.run(9973n);
      await paged.run(9973n);
      assert.equal(paged.step, free.step);
      assert.equal(paged.memory.pageCount(), free.memory.pageCount());
      // Not at every stop: what was written since the last root must survive being paged out.
      if (stop % 3 === 2) assert.deepEqual(paged.stateHash(), free.stateHash(), `at step ${free.step}`);
    }
    assert.ok(paged.memory.pagedOut > 1000, `${paged.memory.pagedOut} pages are paged out`);
    assert.equal(free.memory.pagedOut, 0);
    assert.deepEqual(paged.stateHash(), free.stateHash());
    assert.deepEqual(paged.memory.pageIndices(), free.memory.pageIndices());
    const both = [free, paged].map((machine) => Buffer.concat([...encodeBinaryState(machine)]));
    assert.ok(both[0]?.equals(both[1] ?? Buffer.alloc(0)), 'the state files are equal');
    for (const index of free.memory.pageIndices().subarray(0, 200)) {
      assert.deepEqual(paged.memory.read(index << 12n, 4096), free.memory.read(index << 12n, 4096));
    }
  });

  test(`memory between regions of linear memory is paged out, they are not (${options.engine})`, async () => {
    // 16 GiB of addresses: six stretches of 512 MiB become regions.
    const elf = hungryGuest(16n * 2n ** 30n, 2000n);
    const { machine: free } = loadElf(elf, options);
    const { machine: paged } = loadElf(elf, { ...options, regions: true, poolLimit: 30 * GRANULE });
    for (let stop = 0; !free.exited; stop += 1) {
      await free.run(9973n);
      await paged.run(9973n);
      // They are counted by where they may lie, and listed by where they lie.
      for (const { memory } of [free, paged]) assert.equal(memory.pageCount(), memory.pageIndices().length);
      if (stop % 3 === 2) assert.deepEqual(paged.stateHash(), free.stateHash(), `at step ${free.step}`);
    }
    const pages = paged.memory.pageCount();
    assert.ok(paged.memory.pagedOut > pages / 2 && paged.memory.pagedOut < (pages * 31) / 32);
    assert.deepEqual(paged.stateHash(), free.stateHash());
    assert.deepEqual(paged.memory.pageIndices(), free.memory.pageIndices());
  });

  test(`a guest that touches more than its limit ends with an error that says what to do (${options.engine})`, async () => {
    const elf = hungryGuest(64n * BigInt(MIB), 1_000_000n);
    const limits: MachineOptions[] = [
      { memoryLimit: 8 * MIB },
      { memoryLimit: 24 * MIB, regions: false, poolLimit: 4 * MIB },
    ];
    for (const limit of limits) {
      const { machine } = loadElf(elf, { ...options, ...limit });
      await assert.rejects(machine.run(1n << 40n), (error: unknown) => {
        assert.ok(error instanceof MachineMemoryError, String(error));
        const [, inUse, most] =
          /\((?:.*)\)|: (\d+) MiB of its memory in use, the limit is (\d+) MiB/.exec(error.message) ?? [];
        assert.ok(
          Number(inUse) >= Number(most) && Number(inUse) < Number(most) + (limit.regions === false ? 24 : 64),
          error.message,
        );
        assert.match(error.message, /set a higher limit \(--max-memory\)$/);
        return true;
      });
    }
  });

  test(`code for which there is no place at all ends with an error that says so (${options.engine})`, async () => {
    const { machine } = loadElf(hungryGuest(16n * BigInt(MIB), 100n), {
      ...options,
      regions: false,
      poolLimit: 12 * GRANULE,
    });
    await assert.rejects(machine.run(1n << 40n), (error: unknown) => {
      assert.ok(error instanceof MachineMemoryError, String(error));
      assert.match(error.message, /executes more code than the machine can hold: 0 MiB are in use/);
      return true;
    });
  });
}
