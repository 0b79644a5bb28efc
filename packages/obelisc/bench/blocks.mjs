// Real OP Sepolia blocks executed natively, pre-images in memory, precompiles answered by the host's own code:
// `npm run bench:blocks`, in CPU time of all threads. Each block is a run of its own, whose start (thread, compilation) is measured by a run of the smallest
// block and taken off in the second column. Needs ../shared/data (or OBELISC_DATA).
import { readFileSync } from 'node:fs';
import { runPrecompile } from '@obelisc/host';
import { keccak256, keccak256Key, localKey, memoryStore, precompileKey } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import { printTable } from '../../fpvm/bench/cpu-time.mjs';
import { fromHex } from '../../program/dist/test/execution/module.js';
import { blockInput, readBlock } from '../../program/dist/test/execution/op-sepolia-blocks.js';

/** Blocks and the gas they use, in millions. */
const BLOCKS = { 26207960: 0.95, 26207961: 5.5, 26208384: 23, 26211680: 24 };
const RUNS = 3;
const module = readFileSync(new URL('../../program/dist/block-speed.wasm', import.meta.url));

const rows = [];
let start = 0;
for (const [block, gas] of Object.entries(BLOCKS)) {
  const vector = readBlock(block);
  const seconds = [];
  let asked = 0;
  for (let i = 0; i <= RUNS; i++) {
    const { time, questions } = await execute(vector);
    asked = questions;
    if (i > 0) seconds.push(time);
  }
  const median = seconds.toSorted((a, b) => a - b)[Math.floor(RUNS / 2)];
  if (start === 0) start = median;
  const net = median - start;
  rows.push({
    block,
    gas: `${gas} M`,
    'asked of the host': asked,
    'CPU time': `${(1000 * median).toFixed(0)} ms`,
    'without the start': `${(1000 * net).toFixed(0)} ms`,
    'Mgas/s': net > 0 ? (gas / net).toFixed(0) : '–',
    node: process.version,
  });
}
printTable(rows);

async function execute(vector) {
  const store = memoryStore();
  for (const value of Object.values(vector.preimages).map(fromHex)) store.put(keccak256Key(keccak256(value)), value);
  store.put(localKey(1), blockInput(vector));
  let text = '';
  let questions = 0;
  let hinted;
  const oracle = {
    hint: async (hint) => {
      if (hint.startsWith('l1-precompile-v2 ')) hinted = fromHex(hint.slice(17));
    },
    get: async (key) => {
      questions += 1;
      if (key[0] === 1) return store.get(localKey(1));
      const known = store.get(key);
      if (known !== undefined) return known;
      if (hinted === undefined) throw new Error(`no pre-image of ${Buffer.from(key).toString('hex')}`);
      store.put(keccak256Key(keccak256(hinted)), hinted);
      store.put(precompileKey(keccak256(hinted)), runPrecompile(hinted.subarray(0, 20), hinted.subarray(28)));
      return store.get(key);
    },
  };
  const write = (bytes) => (text += Buffer.from(bytes).toString());
  const nearby = store.nearby();
  const before = process.cpuUsage();
  await runProgram({ oracle, nearby, module, stdout: write, stderr: write });
  const used = process.cpuUsage(before);
  const time = (used.user + used.system) / 1e6;
  if (!text.includes(vector.expected_block_hash)) throw new Error(`the block's hash is another one: ${text}`);
  return { time, questions };
}
