// Guest instructions that executing real blocks takes, and in which functions: `npm run build`, then
// `node packages/program/bench/block-speed.mjs [--profile] [block…]`. Needs the guest's cross compiler (npm run guest
// fetches it) and the OP Sepolia blocks of ../shared/data (or OBELISC_DATA).
import { readFileSync } from 'node:fs';
import { loadElf } from '../../fpvm/dist/src/index.js';
import { compileGuest } from '../../guest/dist/src/index.js';
import { answerPrecompile, fromHex, toHex } from '../dist/test/execution/module.js';
import { blockInput, readBlock } from '../dist/test/execution/op-sepolia-blocks.js';

const args = process.argv.slice(2);
const profile = args.includes('--profile');
const chosen = args.filter((arg) => !arg.startsWith('--'));
const blocks = chosen.length > 0 ? chosen : ['26207960', '26207961', '26208384', '26211680'];
const elf = compileGuest(readFileSync(new URL('../dist/block-speed.wasm', import.meta.url)));
const symbols = profile ? functionsOf(elf) : [];

for (const block of blocks) {
  const vector = readBlock(block);
  const values = new Map();
  for (const [hash, value] of Object.entries(vector.preimages)) values.set(hash.slice(4), fromHex(value));
  const input = blockInput(vector);
  let requests = 0;
  let text = '';
  const oracle = {
    hint: async (hint) => {
      if (hint.startsWith('l1-precompile-v2 ')) answerPrecompile(values, fromHex(hint.slice(17)));
    },
    get: async (key) => {
      requests++;
      const value = key[0] === 1 ? input : values.get(toHex(key.subarray(1)));
      if (value === undefined) throw new Error(`no pre-image of ${toHex(key)}`);
      return value;
    },
  };
  const { machine } = loadElf(elf, { oracle, output: (_stream, bytes) => (text += Buffer.from(bytes)) });
  const samples = new Map();
  while (!machine.exited) {
    await machine.run(profile ? 4999n : 1n << 40n);
    if (profile) count(samples, nameAt(machine.pc));
  }
  const right = text.includes(vector.expected_block_hash);
  const gas = BigInt(vector.executing_payload.gasLimit);
  process.stdout.write(
    `${block} ${right ? 'right' : `WRONG ${text}`} ${machine.step.toLocaleString('en')} instructions, ${requests} pre-images, gas limit ${gas}\n`,
  );
  if (profile) print(samples);
}

/** The ELF's function symbols by address. */
function functionsOf(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const sections = Number(view.getBigUint64(40, true));
  const found = [];
  for (let i = 0; i < view.getUint16(60, true); i++) {
    const at = sections + 64 * i;
    if (view.getUint32(at + 4, true) !== 2) continue; // SHT_SYMTAB
    const [offset, size] = [Number(view.getBigUint64(at + 24, true)), Number(view.getBigUint64(at + 32, true))];
    const strings = Number(view.getBigUint64(sections + 64 * view.getUint32(at + 40, true) + 24, true));
    for (let p = offset; p < offset + size; p += 24) {
      if ((bytes[p + 4] & 15) !== 2) continue; // STT_FUNC
      const start = strings + view.getUint32(p, true);
      const name = Buffer.from(bytes.subarray(start, bytes.indexOf(0, start))).toString();
      found.push({ address: view.getBigUint64(p + 8, true), name });
    }
  }
  return found.sort((a, b) => (a.address < b.address ? -1 : 1));
}

function nameAt(pc) {
  let [low, high] = [0, symbols.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (symbols[middle].address <= pc) low = middle;
    else high = middle;
  }
  return symbols[low]?.name ?? '?';
}

function count(samples, name) {
  samples.set(name, (samples.get(name) ?? 0) + 1);
}

function print(samples) {
  const total = [...samples.values()].reduce((a, b) => a + b, 0);
  for (const [name, n] of [...samples].sort((a, b) => b[1] - a[1]).slice(0, 40)) {
    process.stdout.write(`  ${((100 * n) / total).toFixed(1).padStart(5)} %  ${name}\n`);
  }
}
