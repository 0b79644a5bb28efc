// Seconds that a block of 30 million gas takes natively that does nothing but call one precompile whose result L1 gives, of each kind, with
// inputs that take the most (packages/host/bench/precompile-inputs.mjs): `npm run build:tests`, then
// `node packages/program/bench/precompile-blocks.mjs [word…]`. Start-up and what the host stores are included; `inputs`: those that differ; user CPU time is that of all
// threads. Of three runs the middle one.
import { createOracle } from '../../host/dist/src/run.js';
import { KINDS } from '../../host/bench/precompile-inputs.mjs';
import { memoryStore } from '../../preimage/dist/src/index.js';
import { counting, push, target } from '../dist/test/hostile/attack-code.js';
import { nativeRun } from './native-block.mjs';

const GAS = 30_000_000;
/** Inputs in a code: the client's thread remembers none, so that the same one takes as long again. */
const MOST_DATA = 24_000;
const HEADER = 96;

/** Calls the precompile with one input after the other. */
function calling(number, inputs) {
  // What fails takes no more.
  const gas = Math.ceil(GAS / inputs.length);
  const size = inputs[0].length;
  const count = Math.max(1, Math.min(inputs.length, Math.floor(MOST_DATA / size)));
  const copied = `${push(size, 3)}81${push(count, 2)}9006${push(size, 3)}02${push(HEADER, 1)}015f39`;
  const loop = counting(60_000, `${copied}5f5f${push(size, 3)}5f${push(number, 1)}${push(gas, 3)}fa50`);
  const code = loop.padEnd(2 * HEADER, '0') + Buffer.concat(inputs.slice(0, count)).toString('hex');
  return target(code, { asks: true, fork: 'isthmus' });
}

/** Additions, of which each takes the sum before as an operand. */
function adding(number, [input]) {
  const size = input.length;
  const loop = counting(60_000, `${push(size / 2, 2)}5f${push(size, 2)}5f${push(number, 1)}5afa50`, setUp(size));
  return target(loop.padEnd(2 * HEADER, '0') + input.toString('hex'), { asks: true, fork: 'isthmus' });
}
const setUp = (size) => `${push(size, 2)}${push(HEADER, 1)}5f39${push(0, 1)}`;

const wanted = process.argv.slice(2);
process.stdout.write('| block of 30 million gas | inputs | s | user CPU, s |\n| --- | --: | --: | --: |\n');
for (const [name, [number, make]] of Object.entries(KINDS)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const inputs = make();
  const attack = number === 11 || number === 13 ? adding(number, inputs) : calling(number, inputs);
  const run = nativeRun(name, attack, GAS);
  const runs = [];
  for (let turn = 0; turn < 3; turn++) {
    const store = memoryStore();
    const none = new Uint8Array(32);
    const host = createOracle({ claim: { l1Head: none, l2OutputRoot: none }, chain: {}, store });
    runs.push({ ...(await run(host)), stored: [...store.keys()].length / 2 });
  }
  const { seconds, user, stored } = runs.sort((a, b) => a.seconds - b.seconds)[1];
  process.stdout.write(`| ${name} | ${stored} | ${seconds.toFixed(2)} | ${user.toFixed(2)} |\n`);
}
