/** Members of a JSON document's top-level object: held to JSON.parse, which is not ours. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { topLevelMembers } from '../src/json-members.js';

const DOCUMENTS = [
  '{}',
  ' { } ',
  '{"config":{}}',
  '{"config" : {"a":[1,{"b":"}"}]} , "alloc":{"x":{"code":"0x\\"]"}}}',
  '{"alloc":{"config":1,"y":["config",{"config":2}]},"config":[3]}',
  '\n{\t"a":1,\r"config":-1.5e3 ,"b":null}\n',
  '{"config":"a\\\\"}',
  '{"\\u0063onfig":true}',
  '{"Config":1,"conf":2,"é\\n":"é"}',
  '{"config":"é","ü":{"config":"ü"}}',
];

test('a member found is the one that JSON.parse finds', () => {
  for (const text of DOCUMENTS) {
    const expected = (JSON.parse(text) as { config?: unknown }).config;
    const found = topLevelMembers(Buffer.from(text), ['config'])?.get('config');
    assert.deepEqual(found === undefined ? undefined : JSON.parse(found), expected, text);
  }
});

test('what is cut short, at whatever byte, is no JSON', () => {
  for (const text of DOCUMENTS) {
    const whole = Buffer.from(text.trim());
    for (let length = 1; length < whole.length; length++) {
      assert.throws(
        () => topLevelMembers(whole.subarray(0, length), ['config']),
        SyntaxError,
        `${length} bytes of ${text}`,
      );
    }
  }
});

test('what JSON.parse refuses at the top level is refused, and so is a name that occurs twice', () => {
  const refused = ['{"a":1,}', '{,}', '{"a"}', '{"a":}', '{a:1}', '{"a":1 "b":2}', '{"a":[1}]}', '{"a":1}}', '{} x'];
  for (const text of refused) {
    assert.throws(() => JSON.parse(text) as unknown, SyntaxError, text);
    assert.throws(() => topLevelMembers(Buffer.from(text), ['config']), SyntaxError, text);
  }
  assert.throws(
    () => topLevelMembers(Buffer.from('{"config":1,"config":1}'), ['config']),
    /"config" stands there twice/,
  );
  assert.throws(() => topLevelMembers(Buffer.from('{"config":1,"\\u0063onfig":1}'), ['config']), /twice/);
});

test('what is no object has no members', () => {
  for (const text of ['[]', '1', '"{}"', 'x', ''])
    assert.equal(topLevelMembers(Buffer.from(text), ['config']), undefined);
});

test('a value is passed over as one whole, wherever its pieces of 64 KiB begin', () => {
  const piece = 1 << 16;
  // What stands at a border: an escaped quote, a backslash, a bracket in a string, one outside of any.
  for (const special of ['"\\\\\\""', '"\\\\"', '"}"', '{}', '[{"b":"]"}]']) {
    for (let before = piece - 24; before < piece + 2; before++) {
      const text = `{"alloc":{"pad":"${'x'.repeat(before)}","value":${special}},"config":{"a":1}}`;
      const found = topLevelMembers(Buffer.from(text), ['config', 'alloc']);
      assert.deepEqual(JSON.parse(found?.get('config') ?? ''), { a: 1 }, `${special} after ${before} bytes`);
      assert.deepEqual(JSON.parse(found?.get('alloc') ?? ''), (JSON.parse(text) as { alloc: unknown }).alloc);
    }
  }
});

test('4096 levels are passed over, one more is refused', () => {
  const nested = (levels: number) => Buffer.from(`{"alloc":${'['.repeat(levels)}${']'.repeat(levels)},"config":1}`);
  assert.equal(topLevelMembers(nested(4096), ['config'])?.get('config'), '1');
  assert.throws(() => topLevelMembers(nested(4097), ['config']), /more than 4096 levels/);
});
