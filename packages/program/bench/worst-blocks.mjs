// Guest steps and native seconds of blocks that are made to be dear (test/hostile/attacks.ts), as a table of the block gas
// limits of docs/limits.md: the second table of `npm run bench:gas`, or
// `node packages/program/bench/worst-blocks.mjs [name…]`. Steps are
// measured with 3 and with 9 million gas, between which all but the first few million steps are in proportion; seconds (user
// CPU time of all threads, start-up included) with 30 and with 500 million, of which deep states take minutes, most of it to make them up. Needs the guest's cross compiler (npm run guest fetches it).
import { readFileSync } from 'node:fs';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { loadElf } from '../../fpvm/dist/src/index.js';
import { compileGuest } from '../../guest/dist/src/index.js';
import { createOracle } from '../../host/dist/src/run.js';
import { memoryStore } from '../../preimage/dist/src/index.js';
import { push, setWord, target, whileGas } from '../dist/test/hostile/attack-code.js';
import { attacks as hostile } from '../dist/test/hostile/attacks.js';
import { blockOf, nativeRun } from './native-block.mjs';

const LIMITS = [30, 60, 200, 500];
/** Gas at which steps are measured, and at which seconds are. */
const [FEW, MANY] = [3_000_000, 9_000_000];
const TIMED = [30_000_000, 500_000_000];

/** Additions of points of which each is the sum before, the dearest that the host can be asked for; words of two points of the curve. */
const additions = (address, gas, words) =>
  target(
    whileGas(
      60_000,
      `${push(16 * words.length, 2)}5f${push(32 * words.length, 2)}5f${push(address, 1)}${push(gas, 3)}fa50`,
      words.map((word, i) => setWord(32 * i, word.toString(16).padStart(64, '0'))).join(''),
    ),
    { asks: true, fork: 'isthmus' },
  );
const words = (...elements) => elements.flatMap((element) => [element >> 256n, element & (2n ** 256n - 1n)]);
const onG1 = [1n, 2n].map((scalar) => bls12_381.G1.Point.BASE.multiply(5n * scalar).toAffine());
const onG2 = [1n, 2n].map((scalar) => bls12_381.G2.Point.BASE.multiply(5n * scalar).toAffine());
const attacks = {
  ...hostile,
  'BLS12-381 G1 additions of valid points': () =>
    additions(
      11,
      375,
      onG1.flatMap(({ x, y }) => words(x, y)),
    ),
  'BLS12-381 G2 additions of valid points': () =>
    additions(
      13,
      600,
      onG2.flatMap(({ x, y }) => words(x.c0, x.c1, y.c0, y.c1)),
    ),
};

/** What is measured by default: a kind each of what a block may be made of, the dearest of its neighbours. */
const KINDS = [
  'ecrecover with inputs that grow by a byte',
  'ECRECOVER of distinct hashes',
  'BLS12-381 G1 additions of valid points',
  'BLS12-381 G2 additions of valid points',
  'call data that grow',
  'outputs that grow',
  'block hashes',
  'balances in a deep state',
  'SLOAD in a deep storage',
  'SSTORE in a deep storage',
  'SSTORE of zeros in a deep storage',
  'SSTORE of new slots',
  'creations of 49,152 JUMPDESTs',
  'creations within creations',
  'creations of codes that grow',
  'long init codes before Canyon',
  'long init codes before Canyon, one within another',
  'calls of many codes',
  'calls of 9,000 codes in turn',
  'jumps to the end of many codes',
  'jumps to the end of 9,000 codes in turn',
  'jumps past JUMPDEST in long init codes before Canyon',
  'delegated accounts',
  'delegated accounts with codes of 24 KB',
  'accounts that destroy themselves',
  'TSTORE of distinct keys',
  'TLOAD of distinct keys',
  'memory at depth',
  'stacks at depth',
  'logs of nothing',
  'logs of 100,000 bytes',
  'logs that grow',
  'call data',
  'access lists',
  'authorizations',
  'transfers to new accounts',
  'small transactions',
];

const elf = compileGuest(readFileSync(new URL('../dist/block-speed.wasm', import.meta.url)));

/** A host that answers for L1's precompiles, as a run without endpoints does. */
function emptyHost() {
  const none = new Uint8Array(32);
  return createOracle({ claim: { l1Head: none, l2OutputRoot: none }, chain: {}, store: memoryStore() });
}

async function stepsOf(name, gas) {
  let text = '';
  const { machine } = loadElf(elf, {
    oracle: blockOf(attacks[name](gas), gas)(emptyHost()),
    output: (_stream, bytes) => (text += Buffer.from(bytes)),
  });
  while (!machine.exited) await machine.run(1n << 40n);
  if (machine.exitCode !== 0 || !text.includes('executed')) throw new Error(`${name}: ${text}`);
  return Number(machine.step);
}

/** Seconds of the second of two runs: the first makes the state up. */
async function secondsOf(name, gas) {
  const run = nativeRun(name, attacks[name](gas), gas);
  const host = emptyHost();
  await run(host);
  return (await run(host)).user;
}

const wanted = process.argv.slice(2);
const names = KINDS.filter((name) => wanted.length === 0 || wanted.some((word) => name.includes(word)));
const rows = [];
for (const name of names) {
  const [few, many] = [await stepsOf(name, FEW), await stepsOf(name, MANY)];
  const seconds = [];
  for (const gas of TIMED) seconds.push(await secondsOf(name, gas));
  const slope = (many - few) / (MANY - FEW);
  rows.push({ name, slope, first: few - slope * FEW, seconds });
  process.stderr.write(`${name}: ${slope.toFixed(1)} steps a gas, ${seconds.map((each) => each.toFixed(2))} s\n`);
}
const head = [
  'steps a gas',
  ...LIMITS.map((limit) => `${limit} M gas, G steps`),
  ...TIMED.map((gas) => `${gas / 1e6} M gas natively`),
];
process.stdout.write(`| block | ${head.join(' | ')} |\n| --- |${' --: |'.repeat(head.length)}\n`);
for (const { name, slope, first, seconds } of rows.sort((a, b) => b.slope - a.slope)) {
  const steps = LIMITS.map((limit) => ((first + slope * limit * 1e6) / 1e9).toFixed(2));
  process.stdout.write(
    `| ${name} | ${slope.toFixed(0)} | ${[...steps, ...seconds.map((each) => `${each.toFixed(2)} s`)].join(' | ')} |\n`,
  );
}
