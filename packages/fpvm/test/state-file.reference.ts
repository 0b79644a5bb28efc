// State files between our machine and a reference's, in every format and both directions: a run that is handed over
// ends in the same state, and what each writes of it is the same to the byte.
//   REFERENCE_ASTERISC=… npm run test:reference
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { loadElf } from '../src/loader.js';
import { readStateFile, writeStateFile } from '../src/state-file.js';
import { DeterministicOracle } from './deterministic-oracle.js';
import { randomProgram } from './random-program.js';
import { systemCallProgram } from './random-system-calls.js';
import {
  engines,
  inFolder,
  outcomeOf,
  preimageServer,
  reference,
  referenceBinary,
  referenceRun,
  referenceWitness,
} from './reference.js';

const skip = referenceBinary === undefined;
const formats = ['state.json', 'state.json.gz', 'state.bin', 'state.bin.gz', 'state.other'];
/** Programs that live on behind `MIDDLE`: one of instructions, one that is amid its hints and pre-images by then. */
const guests = [
  { name: 'random program', elf: randomProgram(2), server: [] },
  { name: 'system calls', elf: systemCallProgram(3), server: preimageServer },
];
const MIDDLE = 600n;
const END = 1100n;

for (const { name, elf, server } of guests) {
  test(`the reference goes on from our state, and we from its (${name})`, { skip }, async () => {
    for (const format of formats) {
      await inFolder(async (at) => {
        writeFileSync(at('guest.elf'), elf);
        await reference('load-elf', '--path', at('guest.elf'), '--out', at(`pre-${format}`), '--meta', '');
        const { machine } = loadElf(elf);
        machine.refreshWitness();
        assert.deepEqual((await readStateFile(at(`pre-${format}`))).stateHash(), machine.stateHash(), format);
        const run = async (from: string, to: string, stop: bigint) => {
          const files = ['--input', at(from), '--output', at(to)];
          const { revert } = await referenceRun(...files, '--stop-at', `=${stop}`, ...server);
          return revert ?? referenceWitness(at(to));
        };
        const middle = await run(`pre-${format}`, `theirs-${format}`, MIDDLE);
        assert.equal(middle.step, String(MIDDLE));
        for (const options of engines) {
          // Ours from the start, theirs from there; theirs from the start, ours from there
          const oracle = new DeterministicOracle();
          const ours = await readStateFile(at(`pre-${format}`), { ...options, oracle });
          await ours.run(MIDDLE);
          ours.refreshWitness();
          await writeStateFile(at(`ours-${format}`), ours);
          sameFile(at(`ours-${format}`), at(`theirs-${format}`), format);
          // A new server knows nothing of the hints before: the pre-image at hand may be another, and end the run
          const ended = await run(`ours-${format}`, `ended-${format}`, END);
          const answers = { ...options, oracle: new DeterministicOracle() };
          const resumed = await readStateFile(at(`theirs-${format}`), answers);
          const found = await outcomeOf(async () => {
            await resumed.run(END - MIDDLE);
            return resumed;
          });
          assert.deepEqual(found, ended, `${format}, ${options.engine}`);
        }
      });
    }
  });
}

/** Equal when unpacked; the reference's binary states have their pages in no order. */
function sameFile(ours: string, theirs: string, format: string): void {
  const [one, other] = [ours, theirs].map((file) => {
    const bytes = readFileSync(file);
    return format.endsWith('.gz') ? gunzipSync(bytes) : bytes;
  });
  if (one === undefined || other === undefined) throw new Error('two files were read');
  if (format.includes('.bin')) assert.deepEqual(sortedPages(one), sortedPages(other), format);
  else assert.ok(one.equals(other), `${format}: our file differs from the reference's`);
}

/** The pages' records in order, and what follows them. */
function sortedPages(state: Buffer): string[] {
  const end = 8 + 4104 * Number(state.readBigUInt64BE(0));
  const pages = Array.from({ length: (end - 8) / 4104 }, (_, i) =>
    state.toString('hex', 8 + 4104 * i, 8 + 4104 * (i + 1)),
  );
  return [...pages.sort(), state.toString('hex', end)];
}
