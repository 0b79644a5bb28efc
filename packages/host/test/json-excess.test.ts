// Answers that are made to take memory: refused before they are parsed, or before what they hold is copied.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WrongAnswerError } from '../src/endpoint-errors.js';
import { fetchWitness } from '../src/execution-witness.js';
import { jsonExcess } from '../src/json-excess.js';
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

test('a configuration of thousands of levels is named as one', () => {
  const text = `{"genesis":${'['.repeat(1_000_000)}`;
  assert.throws(() => parseJson(text), /^SyntaxError: it has more than 64 levels$/);
  assert.equal(jsonFault(text, new Error('any')), 'has more than 64 levels');
  assert.deepEqual(parseJson(`${'['.repeat(64)}${']'.repeat(64)}`)?.constructor, Array);
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
