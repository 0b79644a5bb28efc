// Sorting as Go does, to the order of equal elements: recorded from sort.Slice of go1.22.7.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { sortAsGo } from '../src/go-sort.js';

type Item = { key: number; id: number };

/** Keys of `n` items: what the recorder was given as well. */
const PATTERNS: Record<string, (i: number, n: number, next: () => number) => number> = {
  random: (_i, _n, next) => next(),
  few: (_i, _n, next) => next() % 7,
  pairs: (_i, n, next) => next() % (Math.floor(n / 2) + 1),
  rising: (i) => Math.floor(i / 3),
  falling: (i, n) => Math.floor((n - i) / 3),
  pipe: (i, n) => (i < Math.floor(n / 2) ? i : n - i),
  almost: (i, n, next) => (next() % 97 === 0 ? next() % n : Math.floor(i / 2)),
  equal: () => 1,
  saw: (i) => i % 23,
  blocks: (i) => (i >> 6) ^ 5,
};
const SIZES = [2, 12, 13, 49, 50, 51, 333, 4096, 40056];

/** First 8 bytes of the sha256 of the items' places after sorting (32 bits each, little endian), by size. */
const GO: Record<string, string> = {
  random:
    '7c9fa136d4413fa6 9d84d81895430bea 9862cf494db45576 9bb607e8a63f69c5 5b17205dd150ec33 90d2aea4e030ef5c 6efd865ac8ca86df ba866053e02e5f0b 254f8d89cefaf67f',
  few: '01acecb507abfe1a 33a131cd4d324495 daf49ca88a99f012 241b688c99ae7701 1fea481fd92edb25 02edf853643a6abb 7cae0f5e767ae7de ef5c2435ff9c0b62 9721540ffd65bc2c',
  pairs:
    '01acecb507abfe1a 33a131cd4d324495 daf49ca88a99f012 1dc4cab344ff0ba0 327d15d7ff8943fd 739b87f780048dd1 2c4696b50073015c bddcd573f3a97d79 6300a614fbe71446',
  rising:
    '01acecb507abfe1a a4886fc88eadb553 c72dd2e22cfe4b7a e1e9ad7e4cd0b48a f234d0f65ba480ab eb5ff41a23226340 ddcba51418c5b887 6b0751ba5e64fc9c ac731eedda5350dc',
  falling:
    '01acecb507abfe1a 7db6a6f2c459c0ca bfe23b6cbfedfef8 6487772256105de8 514016c2149009f8 c6743301d9da185d 89b750f9df487f7c 9faa9b46db1be34d a58daced39305508',
  pipe: '01acecb507abfe1a 135a205f18ac09a9 64bf3e6329fea29a a098003347e3dddd 2d6361d2c0bb6af3 35e06633e5250957 75500310ac742a80 8f8464981d333963 7fe7eb8b54e314a6',
  almost:
    '01acecb507abfe1a a4886fc88eadb553 c72dd2e22cfe4b7a e1e9ad7e4cd0b48a f234d0f65ba480ab eb5ff41a23226340 3b96bcda858f2ef1 7eb42612372af5c6 aee57e272e61869b',
  equal:
    '01acecb507abfe1a a4886fc88eadb553 c72dd2e22cfe4b7a e1e9ad7e4cd0b48a f234d0f65ba480ab eb5ff41a23226340 ddcba51418c5b887 6b0751ba5e64fc9c ac731eedda5350dc',
  saw: '01acecb507abfe1a a4886fc88eadb553 c72dd2e22cfe4b7a 6d1e7ded5821020f d8a453bfd8058427 8871aec9040f37cc fb47a36fc376e3ae 3ad0b114f2bf2ab4 2c132bae389766fd',
  blocks:
    '01acecb507abfe1a a4886fc88eadb553 c72dd2e22cfe4b7a e1e9ad7e4cd0b48a f234d0f65ba480ab eb5ff41a23226340 7476ebc4b1490761 b4c0eeb45233abce 595a637e629281e1',
};

for (const [pattern, key] of Object.entries(PATTERNS)) {
  test(`equal elements lie as Go leaves them: ${pattern}`, () => {
    const recorded = GO[pattern]?.split(' ') ?? [];
    assert.equal(recorded.length, SIZES.length);
    for (const [at, n] of SIZES.entries()) {
      let seed = 12345;
      const next = (): number => {
        seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
        return seed >>> 8;
      };
      const items = Array.from({ length: n }, (_, id): Item => ({ key: key(id, n, next), id }));
      sortAsGo(items, (a, b) => a.key < b.key);
      const places = createHash('sha256').update(Uint32Array.from(items, ({ id }) => id));
      assert.equal(places.digest('hex').slice(0, 16), recorded[at], `${n} items`);
    }
  });
}
