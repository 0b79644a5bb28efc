// TrieTests of https://github.com/ethereum/tests, from a checkout of it that ETHEREUM_TESTS names.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, startModule, toHex } from '../execution/module.js';

type Pair = readonly [string, string | null];
interface Vector {
  readonly in: readonly Pair[] | Record<string, string | null>;
  readonly root: string;
}

const folder = `${process.env['ETHEREUM_TESTS']}/TrieTests`;
const skip = existsSync(folder) ? false : 'ETHEREUM_TESTS names no checkout of ethereum/tests';

const bytesOf = (text: string): Uint8Array =>
  text.startsWith('0x') ? fromHex(text) : Uint8Array.from(Buffer.from(text, 'utf8'));

for (const [file, secure] of [
  ['trietest', false],
  ['trieanyorder', false],
  ['trietest_secureTrie', true],
  ['trieanyorder_secureTrie', true],
  ['hex_encoded_securetrie_test', true],
] as const) {
  test(`ethereum/tests ${file}`, { skip }, () => {
    const vectors = JSON.parse(readFileSync(`${folder}/${file}.json`, 'utf8')) as Record<string, Vector>;
    for (const [name, vector] of Object.entries(vectors)) {
      const module = startModule();
      const place = module.put(new Uint8Array(4));
      const pairs = Array.isArray(vector.in) ? (vector.in as Pair[]) : Object.entries(vector.in);
      for (const [keyText, valueText] of pairs) {
        const key = secure ? keccak_256(bytesOf(keyText)) : bytesOf(keyText);
        const value = bytesOf(valueText ?? '');
        if (value.length === 0) module.call('remove', place, module.put(key), key.length);
        else module.call('insert', place, module.put(key), key.length, module.put(value), value.length);
      }
      const out = module.put(new Uint8Array(32));
      module.call('hashTrie', place, false, out);
      assert.equal(`0x${toHex(module.get(out, 32))}`, vector.root, name);
    }
  });
}
