import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Computed, Oracle } from '@obelisc/preimage';
import { runProgram } from '../src/index.js';

const module = readFileSync(new URL('../test-abi.wasm', import.meta.url));
const VALUE = Uint8Array.from([0x80, 0, 0, 0, 0, 0, 0, 2, 9]);

/** Runs the ABI test program with `order` as its local pre-image 1 and `value` as the other pre-image. */
async function run(order: number[], value = VALUE) {
  const hints: string[] = [];
  let asked = 0;
  let stdout = '';
  let stderr = '';
  const code = await runProgram({
    module,
    oracle: {
      hint: async (text) => void hints.push(text),
      get: async (key) => {
        if (key[0] === 1) return Uint8Array.from(order);
        assert.deepEqual([...key], [2, ...Array.from({ length: 31 }, () => 0xab)]);
        asked += 1;
        return value;
      },
    },
    stdout: (bytes) => void (stdout += Buffer.from(bytes).toString()),
    stderr: (bytes) => void (stderr += Buffer.from(bytes).toString()),
  });
  return { code, stdout, stderr, hints, asked };
}

test('the client hints, reads a pre-image, logs and exits', async () => {
  const { code, stdout, stderr, hints } = await run([0, ...Array.from({ length: 32 }, () => 0xab)]);
  assert.equal(code, 0);
  assert.deepEqual(hints, [`l1-block-header 0x${'ab'.repeat(32)}`]);
  // (2^64 - 1) * 0x8000000000000002 = 0x8000000000000001 * 2^64 + …
  assert.equal(stdout, `lvl=info msg="read" value=0x800000000000000209 high=${0x8000000000000001n}\n`);
  assert.equal(stderr, '');
});

test('values of every length come through, those too that the two threads have no common room for', async () => {
  for (const length of [8, 131_072, 131_073, 300_000]) {
    const value = Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
    const { stdout } = await run([0, ...Array.from({ length: 32 }, () => 0xab)], value);
    // A line of the log shows the beginning.
    const start = Buffer.from(value).toString('hex').slice(0, 4000);
    assert.ok(stdout.startsWith(`lvl=info msg="read" value=0x${start}`), `${length} bytes`);
  }
});

test('a code is asked for once, however often the client reads it; what is shorter each time', async () => {
  for (const [length, times] of [
    [1023, 3],
    [1024, 1],
    [200_000, 1],
  ] as const) {
    const value = Uint8Array.from({ length }, (_, i) => (i * 7) % 251);
    const { stdout, hints, asked } = await run([10, ...Array.from({ length: 32 }, () => 0xab)], value);
    const sum = 3 * value.reduce((all, byte) => all + byte, 0);
    assert.equal(stdout, `lvl=info msg="read" sum=${sum}\n`);
    assert.equal(asked, times, `${length} bytes`);
    assert.equal(hints.length, times);
  }
});

test('exit codes come through', async () => {
  assert.equal((await run([1])).code, 1);
  assert.equal((await run([77])).code, 77);
});

test('a failed check of the client is told and ends with exit code 2', async () => {
  const { code, stdout } = await run([3]);
  assert.equal(code, 2);
  assert.match(
    stdout,
    /^lvl=crit msg="told to \\"fail\\"" at="packages\/program\/assembly\/testing\/abi.ts" line=\d+\n$/,
  );
});

test('a checked view refuses a read past its end', async () => {
  const { code, stdout } = await run([7]);
  assert.equal(code, 2);
  assert.match(stdout, /msg="read out of range"/);
});

for (const [what, order] of [
  ['unreachable', [2]],
  ['an access out of bounds', [4]],
  ['a division by zero', [5, 0]],
  ['a stack overflow', [6]],
  ['memory beyond the maximum', [8]],
  ['a return without an exit code', [9]],
] as const) {
  test(`${what} is a trap: exit code 2`, async () => {
    const { code, stderr } = await run([...order]);
    assert.equal(code, 2);
    assert.match(stderr, /^trap: .+\n$/);
  });
}

test("the oracle's failure ends the run and reaches the caller", async () => {
  const oracle = {
    hint: async () => {},
    get: async () => {
      throw new Error('no pre-image of this key');
    },
  };
  const ignore = (): void => {};
  await assert.rejects(runProgram({ module, oracle, stdout: ignore, stderr: ignore }), /no pre-image of this key/);
});

/** Computes the same for every key that the ABI test program hints; for `forever` it does not come to an end after that many. */
const computer = (forever = Number.POSITIVE_INFINITY): string =>
  `data:text/javascript,${encodeURIComponent(`let count = 0;
    export const open = (keccak256) => (hint, key) => {
      if (key[0] === 1) return undefined;
      while (count >= ${forever});
      count += 1;
      return { payload: Buffer.from(hint), value: Uint8Array.of(count, ...key, ...keccak256(key)) };
    };`)}`;

const END = { missing: 0, exit: 1, trap: 2 } as const;

/** Runs the ABI test program, which reads the same digest `times` times and ends as it is told. */
async function compute(times: number, end: number, address: string, taken: () => void = () => {}) {
  const order = Buffer.concat([Buffer.of(11), Buffer.alloc(4), Buffer.alloc(32, 0xab), Buffer.of(end)]);
  order.writeUInt32BE(times, 1);
  const computed: Computed[] = [];
  const ignore = (): void => {};
  const oracle: Oracle = {
    hint: async () => assert.fail('the host is told of nothing that was computed'),
    get: async (key) => {
      if (key[0] === 1 && key[31] === 1) return order;
      throw new Error('no such pre-image');
    },
    computing: {
      module: address,
      async take(one) {
        taken();
        computed.push(one);
      },
    },
  };
  const code = runProgram({ module, oracle, stdout: ignore, stderr: ignore });
  return { code, computed };
}

for (const [how, end, code] of [
  ['an exit', END.exit, 1],
  ['a trap', END.trap, 2],
  ['a pre-image that is missing', END.missing, undefined],
] as const) {
  test(`what the thread computes is handed over before ${how}, in order and all of it`, async () => {
    for (const times of [0, 1, 255, 256, 257, 10_000]) {
      const outcome = await compute(times, end, computer());
      if (code === undefined) await assert.rejects(outcome.code, /no such pre-image/);
      else assert.equal(await outcome.code, code);
      const lengths = outcome.computed.flatMap(({ valueLengths }) => [...valueLengths]);
      assert.deepEqual(
        lengths,
        Array.from({ length: times }, () => 65),
      );
      const values = Buffer.concat(outcome.computed.map((one) => one.values));
      const key = Uint8Array.of(2, ...Array.from({ length: 31 }, () => 0xab));
      for (let i = 0; i < times; i++) {
        assert.deepEqual(values.subarray(65 * i, 65 * i + 33), Buffer.of((i + 1) & 255, ...key));
        assert.deepEqual(values.subarray(65 * i + 33, 65 * i + 65), Buffer.from(keccak_256(key)));
      }
      for (const { keys, payloads, payloadLengths, valueLengths } of outcome.computed) {
        const text = `l1-block-header 0x${'ab'.repeat(32)}`;
        assert.deepEqual(Buffer.from(keys), Buffer.concat([...valueLengths].map(() => key)));
        assert.equal(Buffer.from(payloads).toString(), text.repeat(valueLengths.length));
        assert.deepEqual(
          [...payloadLengths],
          [...valueLengths].map(() => text.length),
        );
      }
    }
  });
}

test('what stands in the way of keeping what was computed ends the run, though the thread computes without end', async () => {
  const outcome = await compute(1_000_000, END.exit, computer(1000), () => {
    throw new Error('the disk is full');
  });
  await assert.rejects(outcome.code, /the disk is full/);
  assert.equal(outcome.computed.length, 0);
});

test('the thread goes on where computing fails: it asks', async () => {
  const failing = `data:text/javascript,${encodeURIComponent("export const open = () => () => { throw new RangeError('no'); };")}`;
  await assert.rejects((await compute(1, END.exit, failing)).code, /the host is told of nothing/);
});
