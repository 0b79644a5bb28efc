// Runs one guest to its end: `node run-guest.mjs ELF interpreter|translator [PRE-IMAGES]`, pre-images as
// record-client.mjs writes them. Prints {steps, exitCode, stdout} as JSON.
import { readFileSync } from 'node:fs';
// Only what runs a guest: state files, proofs and profiles have modules of their own.
import { loadElf } from '../dist/src/loader.js';
import { readPreimages } from './preimage-file.mjs';

const [path, engine, preimages] = process.argv.slice(2);
try {
  process.stdout.write(`${JSON.stringify(await outcome())}\n`);
} catch (error) {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}

async function outcome() {
  let stdout = '';
  const { machine } = loadElf(readFileSync(path), {
    engine,
    output: (stream, bytes) => {
      if (stream === 'stdout') stdout += Buffer.from(bytes).toString('latin1');
    },
    ...(preimages === undefined ? {} : { oracle: readPreimages(preimages) }),
  });
  await machine.run(1n << 60n);
  if (!machine.exited) throw new Error(`${path} did not end`);
  return { steps: Number(machine.step), exitCode: machine.exitCode, stdout };
}
