// Answers that are made to take memory: refused before they are parsed, or before what they hold is copied.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrongAnswerError } from '../src/endpoint-errors.js';
import { fetchWitness } from '../src/execution-witness.js';
import { configurationExcess, ExcessError, jsonExcess } from '../src/json-excess.js';
import { jsonFault } from '../src/json-fault.js';
import { parseJson } from '../src/lossless-json.js';
import type { RpcEndpoint } from '../src/rpc-endpoint.js';

const LARGE = 1 << 24;

test('a large answer that is deep or wide is refused, one of long strings is not', () => {
  assert.equal(jsonExcess('['.repeat(LARGE)), 'more than 4096 levels');
  assert.equal(jsonExcess(`[${'0,'.repeat(LARGE + 1)}0]`), 'more than 16777216 values');
  assert.equal(jsonExcess(`["${'[,'.repeat(LARGE)}","\\\\","\\"[${'{'.repeat(LARGE)}"]`), undefined);
  assert.equal(jsonExcess(`[${'[],'.repeat(LARGE / 3)}1]`), undefined);
});

test('a large answer with objects of millions of fields is refused, one with millions of small objects is not', () => {
  const fields = (count: number): string => `{${Array.from({ length: count }, (_, i) => `"${i}":0`).join(',')}}`;
  const space = ' '.repeat(LARGE);
  assert.equal(jsonExcess(`[${fields(1 << 21)}]`), 'objects of more than 1048576 fields');
  assert.equal(jsonExcess(`[${`${fields(200_000)},`.repeat(8)}0]${space}`), 'objects of more than 1048576 fields');
  assert.equal(jsonExcess(`[${`${fields(1000)},`.repeat(3000)}0]`), undefined);
  assert.equal(jsonExcess(`{"a":[${'0,'.repeat(3_000_000)}0]}${space}`), undefined);
});

test('a configuration of thousands of levels is named as one', () => {
  const text = `{"genesis":${'['.repeat(1_000_000)}`;
  assert.throws(
    () => parseJson(text),
    (error) => error instanceof ExcessError && jsonFault(text, error) === 'has more than 64 levels',
  );
  assert.deepEqual(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`)?.constructor, Array);
});

test('a string of escaped quotes that does not end is no JSON, which is seen at once', () => {
  assert.throws(
    () => parseJson(`"${'\\"'.repeat(500_000)}`),
    (error) => error instanceof SyntaxError && !(error instanceof ExcessError),
  );
});

test('a configuration that is larger in any way than one can be is not parsed, nor one with a field twice', () => {
  for (const [text, excess] of [
    [`{"${'k'.repeat(2000)}":1}`, 'a field whose name has more than 1024 characters'],
    [`{"a":[${'1,'.repeat(70_000)}1]}`, 'more than 65536 values'],
    [`{"a":${'9'.repeat(500)}}`, 'a number of more than 400 digits'],
    [`{"a":1.${'0'.repeat(500)}}`, 'a number of more than 400 digits'],
    [`{"a":"${'x'.repeat(1 << 24)}"}`, 'more than 16 MiB'],
    [`{"a":"${'\\"'.repeat(7_000_000)}"}`, 'a string of more than 1048576 characters'],
    ['{"a":{"b":1,"c":"b","b":2}}', 'the field "b" twice'],
    ['{"a":{"b":1},"\\u0061":2}', 'the field "a" twice'],
  ] as const) {
    assert.equal(configurationExcess(text), excess);
    assert.throws(() => parseJson(text), new ExcessError(excess));
  }
  for (const text of [
    '{"a":{"a":["a","a"]},"b":{"a":1}}',
    '[{"a":1},{"a":1}]',
    '"a"',
    '{"a":"b","b":"a"}',
    '{"a":]}',
  ]) {
    assert.equal(configurationExcess(text), undefined);
  }
});

test('a witness of millions of values is refused before they are read', async () => {
  const answering = (result: unknown): RpcEndpoint =>
    ({
      name: '--l2 (http://l2)',
      attempt: (_method: string, _params: unknown[], accept: (result: unknown) => unknown) =>
        Promise.resolve().then(() => accept(result)),
    }) as unknown as RpcEndpoint;
  const many = Array.from({ length: 2_000_000 }, () => '0x');
  await assert.rejects(
    fetchWitness(answering({ state: many, codes: ['0x00'] }), 7n),
    (error: unknown) =>
      error instanceof WrongAnswerError &&
      /the witness has 2000001 values, at most 2000000 are read/.test(error.message),
  );
  const { values, keys } = await fetchWitness(
    answering({ state: ['0x01'], codes: { any: '0x02' }, keys: ['0x03'] }),
    7n,
  );
  const hex = (list: Uint8Array[]): string[] => list.map((value) => Buffer.from(value).toString('hex'));
  assert.deepEqual([hex(values), hex(keys)], [['01', '02'], ['03']]);
});
