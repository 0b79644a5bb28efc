// Runs one guest to its end: `node run-guest.mjs ELF interpreter|translator`. Prints the number of steps.
import { readFileSync } from 'node:fs';
import { loadElf } from '../dist/src/index.js';

const [path, engine] = process.argv.slice(2);
const { machine } = loadElf(readFileSync(path), { engine });
await machine.run(1n << 60n);
process.stdout.write(`${machine.step}\n`);
