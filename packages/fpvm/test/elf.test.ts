import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElfError } from '../src/elf.js';
import { loadElf } from '../src/loader.js';
import { decodeMetadata, encodeMetadata, lookupSymbol, metadataOf, MetadataError } from '../src/metadata.js';
import { codeBytes, systemCall } from './assembler.js';
import { type ElfDescription, writeElf } from './elf-writer.js';

const code = codeBytes(systemCall(93, 0n));
const small: ElfDescription = { entry: 0x1000n, segments: [{ address: 0x1000n, bytes: code }], symbols: [] };

const refusal = (file: Uint8Array, message: RegExp) =>
  assert.throws(
    () => loadElf(file),
    (error: unknown) => error instanceof ElfError && message.test(error.message),
  );

test('files that are no 64-bit RISC-V ELF are refused by what they are', () => {
  refusal(Buffer.from('#!/bin/sh\necho a script, not a program\n'), /not an ELF file/);
  refusal(new Uint8Array(0), /not an ELF file/);
  const elf = writeElf(small);
  refusal(Uint8Array.from(elf).fill(1, 4, 5), /32-bit ELF/);
  refusal(Uint8Array.from(elf).fill(2, 5, 6), /big-endian/);
  refusal(writeElf({ ...small, machine: 62 }), /x86-64/);
});

test('an ELF file cut short anywhere is refused', () => {
  const elf = writeElf({ ...small, symbols: [{ name: 'main', value: 0x1000n, size: 8n }] });
  for (let length = 20; length < elf.length; length++) refusal(elf.slice(0, length), /cut short/);
});

test('a stripped ELF file is refused with the reason', () => {
  refusal(writeElf({ entry: 0x1000n, segments: [{ address: 0x1000n, bytes: code }] }), /no symbol table/);
});

test('segments that cannot be loaded are refused', () => {
  const segment = { address: 0x1000n, bytes: code, memorySize: 1n };
  refusal(writeElf({ ...small, segments: [segment] }), /more bytes in the file/);
  refusal(writeElf({ ...small, segments: [{ ...segment, memorySize: 999n, type: 7 }] }), /only PT_LOAD/);
});

test('the loader allocates the page at a segment end, even on a boundary and for empty segments', () => {
  const { machine } = loadElf(
    writeElf({
      ...small,
      segments: [
        { address: 0x1000n, bytes: new Uint8Array(4096).fill(7) },
        { address: 0x5000n, bytes: new Uint8Array(1), memorySize: 8192n },
        { address: 0n, bytes: new Uint8Array(0), type: 0x6474e551 },
        { address: 0x9000n, bytes: new Uint8Array(10), type: 0x70000003 },
      ],
    }),
  );
  const stack = 0x1000000000000n;
  assert.deepEqual([...machine.memory.pageIndices()], [0n, 1n, 2n, 5n, 6n, 7n, stack]);
});

test('Go functions that the machine cannot run return at once, and heap profiling is off', () => {
  const { machine } = loadElf(
    writeElf({
      ...small,
      segments: [{ address: 0x1000n, bytes: new Uint8Array(64).fill(0xff) }],
      symbols: [
        { name: 'runtime.gcenable', value: 0x1008n, size: 8n },
        { name: 'runtime.MemProfileRate', value: 0x1010n, size: 8n },
        { name: 'main.main', value: 0x1018n, size: 8n },
      ],
    }),
  );
  assert.deepEqual([...machine.memory.read(0x1008n, 4)], [0x67, 0x80, 0, 0]);
  assert.deepEqual([...machine.memory.read(0x1010n, 8)], [0, 0, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual([...machine.memory.read(0x1018n, 4)], [255, 255, 255, 255]);
});

test('metadata names functions by address, and survives being written and read', () => {
  const metadata = metadataOf({
    entry: 0n,
    segments: [],
    symbols: [
      { name: 'type:.eq.<T>&', value: 0x2000n, size: 16n },
      { name: 'main', value: 0x1000n, size: 8n },
      { name: 'far', value: 0xffff_ffff_ffff_fff0n, size: 4n },
    ],
  });
  assert.equal(lookupSymbol(metadata, 0xfffn), '!start');
  assert.equal(lookupSymbol(metadata, 0x1008n), 'main');
  assert.equal(lookupSymbol(metadata, 0x1009n), '!gap');
  assert.equal(lookupSymbol(metadata, 0x2001n), 'type:.eq.<T>&');
  assert.equal(lookupSymbol({ symbols: [] }, 1n), '!unknown');
  const text = encodeMetadata(metadata);
  assert.match(text, /"type:\.eq\.\\u003cT\\u003e\\u0026"/);
  assert.deepEqual(decodeMetadata(text), metadata);
  assert.throws(() => decodeMetadata('{"symbols": [{"name": 1}]}'), MetadataError);
  assert.throws(() => decodeMetadata(text.slice(0, 50)), MetadataError);
  for (const other of ['[]', '5', '']) assert.throws(() => decodeMetadata(other), MetadataError, other);
});
