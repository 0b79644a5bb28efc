// Small files that ask for much: each is loaded in the memory that it needs, or refused before it takes any.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { ElfError } from '../src/elf.js';
import { ExactJsonError, parseExactJson } from '../src/exact-json.js';
import { JsonEvents, JsonSyntaxError } from '../src/json-events.js';
import { loadElf } from '../src/loader.js';
import { MachineMemoryError } from '../src/paging/memory-limit.js';
import { StateFormatError } from '../src/state-format.js';
import { decodeJsonState } from '../src/state-json.js';
import { decodeStepProof, StepProofFormatError } from '../src/step-proof.js';
import { readWhole } from '../src/whole-file.js';
import { codeBytes, systemCall } from './assembler.js';
import { writeElf } from './elf-writer.js';

const GIB = 1n << 30n;
const code = codeBytes(systemCall(93, 0n));
const bytesHeld = () => process.memoryUsage().rss;

const withBss = (size: bigint) =>
  writeElf({
    entry: 0x1000n,
    segments: [
      { address: 0x1000n, bytes: code },
      { address: 0x10_0000_0010n, bytes: Uint8Array.of(1, 2, 3), memorySize: size },
    ],
    symbols: [],
  });

test('zero-filled data take no memory until they are used', () => {
  const before = bytesHeld();
  const { machine } = loadElf(withBss(GIB - 0x1_0000n));
  const { memory } = machine;
  assert.equal(memory.pageCount(), 1 + 262_144 - 16 + 1 + 1);
  assert.ok(bytesHeld() - before < 256 * 2 ** 20, `${bytesHeld() - before} bytes`);
  const last = (0x10_0000_0010n + GIB - 0x1_0000n) >> 12n;
  assert.equal(memory.hasPage(last), true);
  assert.equal(memory.hasPage(last + 1n), false);
  assert.deepEqual(memory.page(last), new Uint8Array(4096));
  assert.deepEqual([...memory.read(0x10_0000_000en, 6)], [0, 0, 1, 2, 3, 0]);
});

test('zero-filled data that are used are memory like any other, and count in the state hash', async () => {
  const small = loadElf(withBss(16n)).machine;
  const large = loadElf(withBss(1n << 24n)).machine;
  // Pages of zeros that exist and pages that do not have the same hash.
  assert.deepEqual(large.refreshWitness(), small.refreshWitness());
  for (const machine of [small, large]) machine.memory.write(0x10_0004_2ff8n, Uint8Array.of(9, 8, 7));
  assert.deepEqual([...large.memory.read(0x10_0004_2ff8n, 4)], [9, 8, 7, 0]);
  assert.deepEqual(large.refreshWitness(), small.refreshWitness());
  assert.equal(large.memory.pageCount(), 1 + 4097 + 1);
  const frozen = [...large.memory.pages()].map(({ index }) => index);
  assert.deepEqual(frozen, [...large.memory.pageIndices()]);
});

test('segments that overlap have each page once', () => {
  const { machine } = loadElf(
    writeElf({
      entry: 0x1000n,
      segments: [
        { address: 0x1000n, bytes: code },
        { address: 0x20_0000n, bytes: new Uint8Array(0), memorySize: 0x80_0000n },
        { address: 0x60_1000n, bytes: Uint8Array.of(5), memorySize: 0x80_0000n },
      ],
      symbols: [],
    }),
  );
  assert.equal(machine.memory.pageCount(), 1 + 0xc02 + 1);
  assert.deepEqual([...machine.memory.read(0x60_1000n, 2)], [5, 0]);
});

test('zero-filled data that cannot fit are refused before anything is taken', () => {
  const before = bytesHeld();
  assert.throws(
    () => loadElf(withBss(1n << 45n)),
    (error: unknown) => error instanceof ElfError && /segments take 33554432 MiB.*1024 MiB.*\.bss/.test(error.message),
  );
  assert.throws(() => loadElf(withBss(GIB)), ElfError);
  assert.throws(() => loadElf(withBss(GIB / 2n), { memoryLimit: Number(GIB / 4n) }), MachineMemoryError);
  assert.equal(loadElf(withBss(GIB / 2n)).machine.memory.pageCount(), 131_072 + 3);
  assert.ok(bytesHeld() - before < 128 * 2 ** 20);
});

test('a file with more program headers than any program has is refused at once', () => {
  const segments = Array.from({ length: 60_000 }, (_, i) => ({
    address: (BigInt(i) + 1n) << 40n,
    bytes: new Uint8Array(0),
    memorySize: 65_536n,
  }));
  const before = bytesHeld();
  assert.throws(
    () => loadElf(writeElf({ entry: 0x1000n, segments, symbols: [] })),
    (error: unknown) => error instanceof ElfError && /60000 program headers: at most 256/.test(error.message),
  );
  assert.ok(bytesHeld() - before < 128 * 2 ** 20);
  const some = [{ address: 0x1000n, bytes: code }, ...segments.slice(0, 255)];
  const { machine } = loadElf(writeElf({ entry: 0x1000n, segments: some, symbols: [] }));
  assert.equal(machine.memory.pageCount(), 1 + 255 * 17 + 1);
});

test('symbols whose names share their bytes are refused once the names are longer than any program has', () => {
  const count = 300_000;
  const symbols = [{ name: 'n'.repeat(60_000), value: 0x1000n, size: 4n }];
  for (let i = 1; i < count; i++) symbols.push({ name: '', value: 0x1000n, size: 4n });
  const file = writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: code }], symbols });
  const view = new DataView(file.buffer);
  const sections = Number(view.getBigUint64(40, true));
  const table = Number(view.getBigUint64(sections + 2 * 64 + 24, true));
  for (let i = 1; i <= count; i++) view.setUint32(table + 24 * i, 1, true);
  assert.throws(
    () => loadElf(file),
    (error: unknown) => error instanceof ElfError && /names are longer/.test(error.message),
  );

  const one = { name: 'n'.repeat(70_000), value: 0x1000n, size: 4n };
  const long = writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: code }], symbols: [one] });
  assert.throws(
    () => loadElf(long),
    (error: unknown) => error instanceof ElfError && /name of symbol 1 is longer/.test(error.message),
  );
});

test('more symbols than their metadata may have are refused', () => {
  const whole = writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: code }], symbols: [] });
  // The table of symbols is what follows the file: without names, at address 0.
  const size = 24 * 800_002;
  const file = Buffer.concat([whole, Buffer.alloc(size)]);
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const section = Number(view.getBigUint64(40, true)) + 2 * 64;
  view.setBigUint64(section + 24, BigInt(whole.length), true);
  view.setBigUint64(section + 32, BigInt(size), true);
  assert.throws(
    () => loadElf(file),
    (error: unknown) => error instanceof ElfError && /800001 symbols: at most 800000/.test(error.message),
  );
});

test('white space and values without end are refused, ordinary ones are read', () => {
  function* endless(start: string, unit: string): Generator<Uint8Array> {
    yield Buffer.from(start);
    const piece = Buffer.alloc(1 << 20, unit);
    for (let i = 0; i < 4096; i++) yield piece;
  }
  const refusal = (words: RegExp) => (error: unknown) => error instanceof JsonSyntaxError && words.test(error.message);
  assert.throws(() => parseInPieces(endless('{"a":1', ' ')), refusal(/more than 1048576 bytes of white space/));
  assert.throws(() => parseInPieces(endless('{"a":"', 'x')), refusal(/a value of more than 268435456 bytes/));
  const spaced = [1, 2, 3].map(() => Buffer.alloc(300_000, ' '));
  const parts = ['{', '"a"', ':', '1', ',', '"b"', ':', '22', '}'].flatMap((text) => [Buffer.from(text), ...spaced]);
  assert.deepEqual(parseInPieces(parts).values, [1, 2]);
});

function parseInPieces(pieces: Iterable<Uint8Array>): { values: number[] } {
  const values: number[] = [];
  const events = new JsonEvents({
    begin: () => undefined,
    end: () => undefined,
    value: (_path, _kind, bytes) => values.push(bytes.length),
  });
  for (const piece of pieces) events.push(piece);
  events.finish();
  return { values };
}

test('a JSON key without end is refused, a long value is read in one piece', () => {
  const piece = Buffer.alloc(1 << 18, 'k');
  assert.throws(
    () => parseInPieces([Buffer.from('{"'), ...Array.from({ length: 400 }, () => piece)]),
    (error: unknown) => error instanceof JsonSyntaxError && /key of more than 1024 bytes/.test(error.message),
  );
  assert.throws(() => parseInPieces([Buffer.from(`{"${'k'.repeat(2000)}":1}`)]), JsonSyntaxError);
  // Quotes that do not end it, and pieces that end between a backslash and what it escapes.
  const escaped = Buffer.from('\\"'.repeat(1 << 19));
  const cut = Array.from({ length: 64 }, (_, i) => escaped.subarray(i * 16_383, (i + 1) * 16_383));
  const length = cut.reduce((sum, { length: bytes }) => sum + bytes, 0);
  const rest = Buffer.from(length % 2 === 0 ? '","k' : '"","k');
  const { values } = parseInPieces([Buffer.from('["'), ...cut, rest, Buffer.from('\\\\"]')]);
  assert.deepEqual(values, [length + (length % 2), 3]);
});

test('a step proof with megabytes of state data is refused by their length', () => {
  const proof = JSON.stringify({
    step: 1,
    pre: `0x${'11'.repeat(32)}`,
    post: `0x${'11'.repeat(32)}`,
    'state-data': `0x${'00'.repeat(20_000_000)}`,
    'proof-data': '0x',
  });
  assert.throws(
    () => decodeStepProof(proof),
    (error: unknown) =>
      error instanceof StepProofFormatError && /"state-data" has 20000000 bytes, 362 expected/.test(error.message),
  );
  const long = proof
    .replace('0'.repeat(40_000_000), '0'.repeat(724))
    .replace('"proof-data":"0x', `$&${'00'.repeat(5_761)}`);
  assert.throws(() => decodeStepProof(long), /"proof-data" has 5761 bytes, at most 5760 expected/);
  const notHex = proof.replace('0'.repeat(40_000_000), `zz${'0'.repeat(722)}`);
  assert.throws(() => decodeStepProof(notHex), /"state-data" is not 0x-prefixed hex/);
});

test('exact JSON reads strings of any length and content', () => {
  const text = `{"a\\"1":"${'\\\\'.repeat(1_000_000)}","b":[-5,18446744073709551615,"7"]}`;
  const value = parseExactJson(text, 4096) as Record<string, unknown>;
  assert.equal((value['a"1'] as string).length, 1_000_000);
  assert.deepEqual(value['b'], [-5n, 18446744073709551615n, '7']);
  assert.throws(() => parseExactJson('{"a":1.5}', 4096), /1\.5 is not an integer/);
  assert.throws(() => parseExactJson('{"a":"1', 4096), /not|Unterminated|Unexpected|JSON/);
});

test('JSON that is deep, wide or has endless numbers is refused before it is parsed', () => {
  const refusal = (words: RegExp) => (error: unknown) => error instanceof ExactJsonError && words.test(error.message);
  assert.throws(() => parseExactJson('['.repeat(10_000_000), 4096), refusal(/^it has more than 64 levels$/));
  assert.throws(() => parseExactJson(`[${'{},'.repeat(5_000)}{}]`, 4096), refusal(/^it holds more than 4096 values$/));
  assert.throws(
    () => parseExactJson(`[${'1'.repeat(10_000_000)}]`, 4096),
    refusal(/^it has a number of 10000000 digits$/),
  );
  const long = 'k'.repeat(10_000_000);
  assert.throws(() => parseExactJson(`{"${long}" : 1}`, 4096), refusal(/^it has a key of more than 1024 characters$/));
  assert.throws(() => parseExactJson(`["${long}"]`, 4096, 9_999_999), refusal(/^it has a string of more than 9999999/));
  assert.deepEqual(parseExactJson(`{"a":"${long}"}`, 4096, 10_000_000), { a: long });
  assert.deepEqual(parseExactJson(`${'['.repeat(64)}"[["${']'.repeat(64)}`, 4096)?.constructor, Array);
});

test('a file of more than is read of its kind is refused, compressed or not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-'));
  try {
    const [plain, compressed, broken] = ['a', 'a.gz', 'b.gz'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ];
    writeFileSync(plain, Buffer.alloc(3 << 20));
    writeFileSync(compressed, gzipSync(Buffer.alloc(3 << 20)));
    writeFileSync(broken, gzipSync(Buffer.alloc(3 << 20)).subarray(0, -9));
    for (const path of [plain, compressed]) {
      assert.equal((await readWhole(path, 3 << 20)).length, 3 << 20);
      await assert.rejects(readWhole(path, 2 << 20), /^Error: it holds more than 2 MiB$/);
    }
    await assert.rejects(readWhole(broken, 4 << 20), /^Error: its compressed data is cut short$/);
    await assert.rejects(readWhole(join(folder, 'none'), 1), { code: 'ENOENT' });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('a state of millions of values that no state has is refused', async () => {
  async function* endless(start: string, unit: string): AsyncGenerator<Uint8Array> {
    yield Buffer.from(start);
    const piece = Buffer.from(unit.repeat(1 << 14));
    for (let i = 0; i < 1 << 14; i++) yield piece;
  }
  for (const [start, unit, words] of [
    ['{"registers":[', '1,', /there are more than 32 registers/],
    ['{"more":[', '1,', /more than 1048576 values beside its pages/],
    ['{"more":[', '[],', /more than 1048576 values beside its pages/],
    ['{', '"pc":1,', /more than 1048576 values beside its pages/],
    ['{', '"more":null,', /more than 1048576 values beside its pages/],
    ['{"memory":[{', '"index":1,', /more than 1048576 values beside its pages/],
  ] as const) {
    await assert.rejects(
      decodeJsonState(endless(start, unit)),
      (error: unknown) => error instanceof StateFormatError && words.test(error.message),
      unit,
    );
  }
});

test('code with compressed instructions is refused where it is loaded', () => {
  const flagged = (file: Uint8Array) => {
    new DataView(file.buffer).setUint32(48, 1, true);
    return file;
  };
  const functionAt = (words: readonly number[], size: number) => {
    const bytes = new Uint8Array(64);
    const view = new DataView(bytes.buffer);
    words.forEach((half, i) => view.setUint16(2 * i, half, true));
    return {
      entry: 0x1000n,
      segments: [
        { address: 0x1000n, bytes: code },
        { address: 0x2000n, bytes },
      ],
      symbols: [{ name: 'f', value: 0x2000n, size: BigInt(size), isFunction: true }],
    };
  };
  const refused = (file: Uint8Array, address: string) =>
    assert.throws(
      () => loadElf(file),
      (error: unknown) =>
        error instanceof ElfError &&
        error.message.startsWith(`compressed instructions at ${address}: `) &&
        /rv64ima/.test(error.message),
    );
  // addi sp,sp,-32 as c.addi16sp; then the same behind a whole instruction (addi a0,a0,1).
  refused(writeElf(functionAt([0x1101], 2)), '0x2000');
  refused(flagged(writeElf(functionAt([0x0513, 0x0015, 0x1101], 6))), '0x2004');
  // Behind a return (jalr zero, 0(ra)) there may be anything.
  loadElf(flagged(writeElf(functionAt([0x8067, 0x0000, 0x1101], 6))));
  // At the entry, without any symbol.
  refused(
    writeElf({ entry: 0x3000n, segments: [{ address: 0x3000n, bytes: Uint8Array.of(0x01, 0x11) }], symbols: [] }),
    '0x3000',
  );
});
