import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadElf } from '../src/loader.js';
import { Machine } from '../src/machine.js';
import { readStateFile, StateFileError, writeStateFile } from '../src/state-file.js';
import { randomProgram } from './random-program.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-state-'));
const at = (name: string) => join(folder, name);
after(() => rmSync(folder, { recursive: true }));

async function someMachine(): Promise<Machine> {
  const { machine } = loadElf(randomProgram(5));
  await machine.run(1000n);
  // Values that a double cannot hold.
  machine.preimageOffset = (1n << 64n) - 1n;
  machine.heap = (1n << 53n) + 1n;
  machine.preimageKey = Uint8Array.from({ length: 32 }, (_, i) => i);
  machine.lastHint = Buffer.from('half a hint');
  machine.refreshWitness();
  return machine;
}

test('every format keeps the whole state', async () => {
  const machine = await someMachine();
  const hash = machine.stateHash();
  let from = at('state.json');
  await writeStateFile(from, machine);
  for (const name of ['a.bin', 'b.json.gz', 'c.bin.gz', 'd.other', 'e.json']) {
    await writeStateFile(at(name), await readStateFile(from));
    from = at(name);
    const copy = await readStateFile(from);
    assert.deepEqual(copy.stateHash(), hash, name);
    assert.deepEqual(Buffer.from(copy.lastHint), Buffer.from('half a hint'), name);
    assert.deepEqual(copy.savedWitness, machine.savedWitness, name);
  }
  assert.deepEqual(readFileSync(from), readFileSync(at('state.json')));
  assert.deepEqual(gunzipSync(readFileSync(at('b.json.gz'))), readFileSync(from));
});

test('state files are executable for all, as the reference writes them, and nothing temporary stays', async () => {
  await writeStateFile(at('mode.json'), await someMachine());
  assert.equal(statSync(at('mode.json')).mode & 0o777, 0o755 & ~process.umask());
  await assert.rejects(writeStateFile(at('no/such/folder.json'), await someMachine()));
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.includes('tmp')),
    [],
  );
});

const refused = async (name: string, bytes: Uint8Array | string, message: RegExp) => {
  writeFileSync(at(name), bytes);
  await assert.rejects(readStateFile(at(name)), (error: unknown) => {
    assert.ok(error instanceof StateFileError, String(error));
    assert.match(error.message, message);
    assert.ok(error.message.includes(at(name)), 'the file is named');
    return true;
  });
};

test('state files cut in half are refused', async () => {
  const machine = await someMachine();
  for (const name of ['cut.json', 'cut.bin', 'cut.json.gz', 'cut.bin.gz']) {
    await writeStateFile(at(name), machine);
    const whole = readFileSync(at(name));
    await refused(name, whole.subarray(0, whole.length / 2), /cut short/);
    await refused(name, '', /cut short|it is empty/);
  }
  await assert.rejects(readStateFile(at('absent.json')), /no such file/);
});

test('malformed states are refused by what is wrong', async () => {
  const machine = await someMachine();
  await writeStateFile(at('good.json'), machine);
  await writeStateFile(at('good.bin'), machine);
  const text = readFileSync(at('good.json'), 'utf8');
  const binary = readFileSync(at('good.bin'));
  await refused('page.json', text.replace(/"data": "00/, '"data": "'), /8190 characters/);
  await refused('hex.json', text.replace(/"data": "00/, '"data": "0g'), /hex digits expected/);
  const second = /"index": (\d+)/g.exec(text)?.[1];
  await refused('twice.json', text.replace(/"index": \d+/g, `"index": ${second}`), /there twice/);
  await refused('registers.json', text.replace('"registers": [\n    0,', '"registers": ['), /31 registers/);
  await refused('big.json', text.replace(/"pc": \d+/, '"pc": 18446744073709551616'), /"pc"/);
  await refused('negative.json', text.replace(/"pc": \d+/, '"pc": -1'), /"pc"/);
  await refused('fraction.json', text.replace(/"pc": \d+/, '"pc": 1.5'), /"pc"/);
  await refused('key.json', text.replace('"preimageKey": "0x00', '"preimageKey": "0x'), /preimageKey/);
  await refused('trailing.json', `${text}{}`, /not JSON/);
  await refused('comma.json', text.replace('"exit": 0,', '"exit": 0'), /not JSON/);
  await refused('trailing.bin', Buffer.concat([binary, Buffer.from('x')]), /1 bytes follow/);
  await refused('exited.bin', withExited(binary), /"exited" is 2/);
  await refused('string.json', text.replace(/"pc": (\d+)/, '"pc": "$1"'), /"pc" is the string "\d+"/);
  await refused('base64.json', text.replace('"witness": "', '"witness": "!'), /"witness" is not base64/);
  await refused('null.json', text.replace(/"preimageKey": "\w+"/, '"preimageKey": null'), /preimageKey/);
  await refused('object.json', text.replace(/"registers": \[[^\]]*\]/, '"registers": {}'), /"registers" is an object/);
  await refused('pages.json', '{"memory": [7]}', /"memory\.0" is not a page/);
  await refused('page-null.json', '{"memory": [null]}', /"memory\.0" is not a page/);
  await refused('no-pages.json', '{"memory": null, "pc": 4}', /it has no "memory"/);
  await refused('empty.json', '{}', /it has no "memory"/);
  for (const other of ['[]', '5', 'null', '"memory"']) await refused('other.json', other, /not a state/);
  await refused('blank.json', '\n', /it is empty/);
  await refused('plain.bin.gz', binary, /compressed data is not gzip/);
  await refused('damaged.bin.gz', withDamage(gzipSync(binary)), /compressed data is damaged/);
  await refused(
    'behind.bin.gz',
    Buffer.concat([gzipSync(binary), Buffer.from('garbage')]),
    /compressed data is not gzip, or other/,
  );
  await refused('other.bin', gzipSync(binary), /cut short|beyond the address space/);
});

/** The binary state with 2 for the flag `exited`. */
function withExited(state: Buffer): Buffer {
  const copy = Buffer.from(state);
  const pages = Number(copy.readBigUInt64BE(0));
  copy[8 + pages * 4104 + 49] = 2;
  return copy;
}

/** A gzip file whose checksum is wrong. */
function withDamage(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  copy[copy.length - 8] = (copy[copy.length - 8] ?? 0) ^ 1;
  return copy;
}

test('names of fields are told apart as Go does, without regard to case', async () => {
  writeFileSync(at('case.json'), '{"Memory": [], "PC": 4096, "lastHint": ""}');
  assert.equal((await readStateFile(at('case.json'))).pc, 4096n);
});

test('unknown fields are skipped and absent ones are zero, as in the reference', async () => {
  writeFileSync(at('sparse.json'), '{"future": {"a": [1, {"b": null}]}, "memory": [], "pc": 4096, "lastHint": "0x"}');
  const machine = await readStateFile(at('sparse.json'));
  assert.equal(machine.pc, 4096n);
  assert.equal(machine.memory.pageCount(), 0);
});

test('a state is read alike however its bytes arrive', async () => {
  const { decodeJsonState } = await import('../src/state-json.js');
  const machine = await someMachine();
  await writeStateFile(at('pieces.json'), machine);
  const bytes = readFileSync(at('pieces.json'));
  for (const size of [1, 7, 4096, 65_537]) {
    const chunks = async function* () {
      for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size);
    };
    assert.deepEqual((await decodeJsonState(chunks())).stateHash(), machine.stateHash(), `chunks of ${size}`);
  }
});
