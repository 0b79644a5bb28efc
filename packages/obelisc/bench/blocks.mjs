// Real OP Sepolia blocks executed natively, pre-images in memory, precompiles answered by the host's own code:
// `npm run bench:blocks`, in CPU time of all threads. Each block is a run of its own, whose start (thread, compilation) is measured by a run of the smallest
// block and taken off in the second column. Needs ../shared/data (or OBELISC_DATA).
import { readFileSync } from 'node:fs';
import { RLP } from '@ethereumjs/rlp';
import { runPrecompile } from '@obelisc/host';
import { keccak256, keccak256Key, localKey, memoryStore, precompileKey } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import { printTable } from '../../fpvm/bench/cpu-time.mjs';
import { chainOf, dataFile, forks, headerOf, readGzip } from '../../program/dist/test/execution/blocks.js';
import { fromHex } from '../../program/dist/test/execution/module.js';

/** Blocks and the gas they use, in millions. */
const BLOCKS = { 26207960: 0.95, 26207961: 5.5, 26208384: 23, 26211680: 24 };
const RUNS = 3;
const module = readFileSync(new URL('../../program/dist/block-speed.wasm', import.meta.url));

const rows = [];
let start = 0;
for (const [block, gas] of Object.entries(BLOCKS)) {
  const file = dataFile(`op-sepolia-blocks/block-${block}.json.gz`);
  if (file === null) throw new Error('bench:blocks needs the OP Sepolia blocks of ../shared/data, or OBELISC_DATA');
  const vector = JSON.parse(readGzip(file));
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
  store.put(localKey(1), inputOf(vector));
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
      store.put(precompileKey(keccak256(hinted)), await runPrecompile(hinted.subarray(0, 20), hinted.subarray(28)));
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

function inputOf({ rollup_config, parent_header, executing_payload: payload }) {
  const integer = (value) => (value === 0n ? new Uint8Array(0) : fromHex(evenHex(value)));
  const chain = chainOf(rollup_config);
  return RLP.encode([
    forks.map((fork) => integer(chain.times[fork] ?? 2n ** 64n - 1n)),
    ...[chain.chainId, chain.blockTime, chain.elasticity, chain.denominator, chain.denominatorCanyon].map(integer),
    headerOf(parent_header),
    integer(BigInt(payload.timestamp)),
    fromHex(payload.prevRandao),
    fromHex(payload.suggestedFeeRecipient),
    fromHex(payload.parentBeaconBlockRoot),
    integer(BigInt(payload.gasLimit)),
    integer(BigInt(payload.eip1559Params)),
    payload.transactions.map(fromHex),
  ]);
}

function evenHex(value) {
  const hex = value.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
