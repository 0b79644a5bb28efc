/** Precompiles computed in the program's thread: the results, what is stored and what is said are those of a host that is asked. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import {
  type Computed,
  formatHint,
  keyHex,
  memoryStore,
  type Oracle,
  precompileKey,
  type PreimageStore,
} from '@obelisc/preimage';
import { createOracle, type LogFields, type LogLevel } from '../src/run.js';
import { open } from '../src/precompiles-beside.js';

const compute = open(keccak_256);

/** Payload of the hint of a call: address, gas, input. */
function payloadOf(number: number, input: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(number.toString(16).padStart(40, '0'), 'hex'), Buffer.alloc(8, 7), input]);
}

const coordinates = (...values: bigint[]): Buffer =>
  Buffer.from(values.map((value) => value.toString(16).padStart(128, '0')).join(''), 'hex');
const points = [3n, 8n].map((scalar) => bls12_381.G1.Point.BASE.multiply(scalar).toAffine());
const added = coordinates(...points.flatMap(({ x, y }) => [x, y]));

/** A sum of points, no points, no signer, an odd length, no pairs, and inputs of no bytes and of many. */
const calls: readonly (readonly [number: number, input: Uint8Array])[] = [
  [0x0b, added],
  [0x0b, added.subarray(1)],
  [0x0b, Buffer.alloc(256, 1)],
  [0x01, Buffer.alloc(128)],
  [0x08, new Uint8Array(0)],
  [0x08, new Uint8Array(191)],
  [0x0a, new Uint8Array(192)],
  [0x0c, new Uint8Array(160 * 300)],
  [0x0d, new Uint8Array(512)],
  [0x0e, new Uint8Array(287)],
  [0x0f, new Uint8Array(384)],
  [0x10, added.subarray(0, 64)],
  [0x11, added.subarray(0, 128)],
  [0x01, Buffer.alloc(128)],
];

type Line = readonly [LogLevel, string, LogFields | undefined];

/** A host without endpoints, and what it says. */
function hostOn(store: PreimageStore): { oracle: Oracle; lines: Line[] } {
  const lines: Line[] = [];
  const zero = new Uint8Array(32);
  const oracle = createOracle({
    claim: { l1Head: zero, agreedL2OutputRoot: zero, l2OutputRoot: zero, l2ClaimBlockNumber: 0n } as never,
    chain: {} as never,
    store,
    log: (...line) => void lines.push(line as unknown as Line),
  });
  return { oracle, lines };
}

function entriesOf(store: PreimageStore): [string, string][] {
  return [...(store.keys?.() ?? [])].map((key) => [keyHex(key), Buffer.from(store.get(key) ?? []).toString('hex')]);
}

/** What the program's thread sends after these calls. */
function computed(wanted = calls): Computed {
  const answers = wanted.map(([number, input]) => {
    const payload = payloadOf(number, input);
    const key = precompileKey(keccak_256(payload));
    const answer = compute(formatHint({ type: 'l1-precompile-v2', payload }), key);
    assert.ok(answer !== undefined, `0x${number.toString(16)}`);
    assert.deepEqual(Uint8Array.from(answer.payload), Uint8Array.from(payload));
    return { key, ...answer };
  });
  return {
    keys: Buffer.concat(answers.map(({ key }) => key)),
    payloads: Buffer.concat(answers.map(({ payload }) => payload)),
    payloadLengths: Uint32Array.from(answers, ({ payload }) => payload.length),
    values: Buffer.concat(answers.map(({ value }) => value)),
    valueLengths: Uint32Array.from(answers, ({ value }) => value.length),
  };
}

test('what was computed is stored, and said, as if the host had been asked', async () => {
  const [asked, given] = [memoryStore(), memoryStore()];
  const host = hostOn(asked);
  for (const [number, input] of calls) {
    const payload = payloadOf(number, input);
    await host.oracle.hint(formatHint({ type: 'l1-precompile-v2', payload }));
    await host.oracle.get(precompileKey(keccak_256(payload)));
  }
  const other = hostOn(given);
  await other.oracle.computing?.take(computed());
  assert.deepEqual(entriesOf(given), entriesOf(asked));
  assert.equal(entriesOf(given).length, 2 * (calls.length - 1));
  assert.deepEqual(other.lines, host.lines);
  // Once more, with everything there.
  host.lines.length = other.lines.length = 0;
  const before = entriesOf(given);
  await other.oracle.computing?.take(computed());
  for (const [number, input] of calls) {
    const payload = payloadOf(number, input);
    await host.oracle.hint(formatHint({ type: 'l1-precompile-v2', payload }));
    await host.oracle.get(precompileKey(keccak_256(payload)));
  }
  assert.deepEqual(entriesOf(given), before);
  assert.deepEqual(other.lines, host.lines);
});

test('a stored result that is not the computed one is refused as if it had been asked for', async () => {
  const payload = payloadOf(0x0b, added);
  const key = precompileKey(keccak_256(payload));
  const store = memoryStore();
  store.put(key, Uint8Array.of(0));
  const asked = hostOn(store);
  await asked.oracle.hint(formatHint({ type: 'l1-precompile-v2', payload }));
  const refused = async (task: Promise<unknown> | undefined): Promise<string> => {
    try {
      await task;
    } catch (error) {
      assert.ok(error instanceof Error);
      return error.message;
    }
    return 'nothing';
  };
  const message = await refused(asked.oracle.get(key));
  assert.match(message, /the precompile gives 0x01[0-9a-f]{256}, not 0x00/);
  const given = hostOn(store);
  assert.equal(await refused(given.oracle.computing?.take(computed([[0x0b, added]]))), message);
  assert.deepEqual(given.lines, asked.lines);
  assert.deepEqual(store.get(key), Uint8Array.of(0));
});

test('what is not wholly a question of an accelerated precompile is left to the host', () => {
  const payload = payloadOf(0x0b, added);
  const key = precompileKey(keccak_256(payload));
  const hint = formatHint({ type: 'l1-precompile-v2', payload });
  assert.ok(compute(hint, key) !== undefined);
  const unknown = payloadOf(0x05, added);
  const short = payload.subarray(0, 27);
  const another = Uint8Array.from(key);
  another[31] = (another[31] ?? 0) ^ 1;
  const keccakKey = Uint8Array.from(key);
  keccakKey[0] = 2;
  for (const [what, text, asked] of [
    [
      'an address that has none',
      formatHint({ type: 'l1-precompile-v2', payload: unknown }),
      precompileKey(keccak_256(unknown)),
    ],
    [
      'a payload without input',
      formatHint({ type: 'l1-precompile-v2', payload: short }),
      precompileKey(keccak_256(short)),
    ],
    ['another question', hint, another],
    ['another type of key', hint, keccakKey],
    ['another hint', formatHint({ type: 'l1-precompile', payload }), key],
    ['no hexadecimal', `${hint.slice(0, -1)}g`, key],
    ['half a byte', hint.slice(0, -1), key],
    ['digits without 0x', hint.replace(' 0x', ' '), key],
  ] as const)
    assert.equal(compute(text, asked), undefined, what);
});

test('of answered questions the host keeps nothing but what it stores', () => {
  const packages = ['../src/run.js', '../../../preimage/dist/src/index.js'].map(
    (path) => new URL(path, import.meta.url),
  );
  const text = `
    const [{ createOracle }, preimage] = await Promise.all(${JSON.stringify(packages)}.map((address) => import(address)));
    const last = new Map();
    const store = preimage.storeFrom({
      place: 'the last one',
      look(key) {
        const value = last.get(preimage.keyName(key));
        return value === undefined ? { state: 'missing' } : { state: 'found', value };
      },
      put(key, value) {
        if (last.size === 2) last.clear();
        last.set(preimage.keyName(key), value);
      },
    });
    const zero = new Uint8Array(32);
    const oracle = createOracle({ claim: { l1Head: zero, l2OutputRoot: zero }, chain: {}, store });
    for (let i = 0; i < 10_000; i++) {
      const payload = Buffer.alloc(4000);
      payload[19] = 0x0b;
      payload.writeUInt32LE(i, 100);
      await oracle.hint(preimage.formatHint({ type: 'l1-precompile-v2', payload }));
      await oracle.get(preimage.precompileKey(preimage.keccak256(payload)));
    }`;
  // The hints' texts are 80 MB.
  const { status, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=40', '--input-type=module', '-e', text],
    {
      encoding: 'utf8',
    },
  );
  assert.equal(status, 0, stderr.slice(0, 2000));
});
