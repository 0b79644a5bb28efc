// What a block of 30 million gas can make the host compute: as many calls as it pays for of each precompile that L1 answers, each with
// an input of its own that takes the most (points not met before, all of them valid). User CPU seconds: the second table of
// `npm run bench:precompiles`, or `node packages/host/bench/precompile-gas.mjs [word…]`.
import { runPrecompile } from '../dist/src/index.js';
import { address, KINDS } from './precompile-inputs.mjs';

const wanted = process.argv.slice(2);
process.stdout.write('| calls of 30 million gas | calls | µs each | s |\n| --- | --: | --: | --: |\n');
for (const [name, [number, make]] of Object.entries(KINDS)) {
  if (wanted.length > 0 && !wanted.some((word) => name.includes(word))) continue;
  const inputs = make();
  // The first twentieth warms up; what additions have beyond the gas is remembered and comes last.
  const calls = number === 11 || number === 13 ? inputs.length - 5000 : inputs.length;
  const warm = Math.ceil(calls / 20);
  for (const input of inputs.slice(0, warm)) runPrecompile(address(number), input);
  const before = process.cpuUsage();
  for (const input of inputs.slice(warm, calls)) runPrecompile(address(number), input);
  const each = process.cpuUsage(before).user / (calls - warm);
  process.stdout.write(`| ${name} | ${calls} | ${each.toFixed(1)} | ${((each * calls) / 1e6).toFixed(2)} |\n`);
}
