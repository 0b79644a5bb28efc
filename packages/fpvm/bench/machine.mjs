// `npm run bench:vm [-- FLAGS] [ELF…]`: user CPU time of whole runs of guests, all threads and start-up included, in the
// interpreter and the translator and beside ours, where they are to be had: other versions of Node.js, the reference
// machine and qemu-riscv64. Prints a Markdown table. `--help` tells the flags and variables.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildGuests, variants } from './build-guests.mjs';
import { findEngines, newestNode } from './engines.mjs';
import { recordClient, recordReleasedClient } from './record-client.mjs';
import { printTable } from './table.mjs';

const HELP = `usage: npm run bench:vm [-- FLAGS] [ELF…]

Without ELF files: the guests of packages/fpvm/bench/guests and the released client. With: those files alone.
  --brief, --short, --long
                      only guests with so much work: 50 to 70 million steps, what qemu does in half a second, ten times that
  --only NAME         only the guests of this name; may be given several times
  --engine ENGINE     only the engine of this name: interpreter or translator
  --runs N            runs of each, of which the median counts (3)
  --reference-long    the reference also runs long guests (minutes each)
  --newest-node       also measure Node.js 24 from npm (fetched into dist, 100 MB)
  --help              this text
Environment:
  REFERENCE_ASTERISC  the reference machine's binary
  BENCH_NODE          other Node.js binaries, separated by commas
  BENCH_CLIENT_ELF    another client, with BENCH_CLIENT_FLAGS: op-program's flags for a gathered claim, offline
qemu-riscv64 is taken from the PATH. Pre-images are answered from memory; the reference's server is not counted.
`;

/** Blocks of the embedded chain that the client is asked about. */
const CLIENT_BLOCKS = { brief: 10, short: 120 };

const folder = mkdtempSync(join(tmpdir(), 'obelisc-bench-'));
try {
  process.exitCode = await bench(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`bench: ${error.message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true });
}

async function bench(args) {
  const { values: flags, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      brief: { type: 'boolean', default: false },
      short: { type: 'boolean', default: false },
      long: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      engine: { type: 'string' },
      runs: { type: 'string', default: '3' },
      'reference-long': { type: 'boolean', default: false },
      'newest-node': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (flags.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const runs = Number(flags.runs);
  if (!Number.isInteger(runs) || runs < 1) throw new Error(`--runs is ${flags.runs}: a number from 1 on is expected`);
  const nodes = [process.execPath, ...(process.env.BENCH_NODE ?? '').split(',').filter(Boolean)];
  if (flags['newest-node']) nodes.push(newestNode());
  const engines = findEngines({ nodes, only: flags.engine, reference: process.env.REFERENCE_ASTERISC, folder });
  const guests = positionals.length > 0 ? positionals.map(givenGuest) : await ownGuests(flags);

  const rows = [];
  let failures = 0;
  for (const guest of guests) {
    const { row, notes } = measure(guest, engines, runs, flags['reference-long']);
    rows.push(row);
    for (const { text } of notes) process.stderr.write(`bench: ${guest.name}: ${text}\n`);
    failures += notes.filter(({ isFault }) => isFault).length;
  }
  printTable(rows, engines, (text) => process.stdout.write(text));
  return failures === 0 ? 0 : 1;
}

function givenGuest(path) {
  if (!existsSync(path)) throw new Error(`there is no file ${path}`);
  return { name: basename(path), variant: 'given', path, own: false };
}

/** Our own guests and the clients, as the flags choose. Only what is chosen is built or recorded. */
async function ownGuests({ only, ...sizes }) {
  const asked = variants.filter((variant) => sizes[variant]);
  const isAsked = (variant) => asked.length === 0 || asked.includes(variant);
  const isGiven = process.env.BENCH_CLIENT_ELF !== undefined;
  const built = buildGuests();
  const known = [...new Set(built.map(({ name }) => name)), 'client', ...(isGiven ? ['given-client'] : [])];
  for (const name of only) {
    if (!known.includes(name)) throw new Error(`--only ${name}: there is no such guest; there are ${known.join(', ')}`);
  }
  const isWanted = (name) => only.length === 0 || only.includes(name);
  const guests = built
    .filter(({ name, variant }) => isWanted(name) && isAsked(variant))
    .map((guest) => ({ ...guest, own: true }));
  for (const [variant, blocks] of Object.entries(CLIENT_BLOCKS)) {
    if (!isWanted('client') || !isAsked(variant)) continue;
    process.stderr.write(`bench: recording the client's pre-images (${variant})\n`);
    const recorded = await recordReleasedClient(folder, blocks);
    guests.push({ name: 'client', variant, own: true, ...recorded });
  }
  if (isGiven && isWanted('given-client')) {
    const flags = process.env.BENCH_CLIENT_FLAGS;
    if (flags === undefined) throw new Error('BENCH_CLIENT_ELF is set, BENCH_CLIENT_FLAGS is not: see --help');
    process.stderr.write("bench: recording the given client's pre-images\n");
    const recorded = await recordClient(process.env.BENCH_CLIENT_ELF, flags.split(' ').filter(Boolean), folder);
    guests.push({ name: 'given-client', variant: 'long', own: false, ...recorded });
  }
  return guests;
}

/** Runs the guest in every engine in turn, `runs` times over. What cannot run it, or ends otherwise, gets a note. */
function measure(guest, engines, runs, referenceLong) {
  const row = { name: guest.name, variant: guest.variant, seconds: new Map() };
  const notes = [];
  const samples = new Map();
  for (const engine of engines) {
    const isSkipped =
      (engine.isReference && guest.variant === 'long' && !referenceLong) ||
      (engine.needsNoServer && guest.preimages !== undefined);
    if (!isSkipped) samples.set(engine, []);
  }
  for (let run = 0; run < runs; run++) {
    for (const [engine, seconds] of samples) {
      process.stderr.write(`bench: ${guest.name} ${guest.variant}, run ${run + 1} of ${runs}, ${engine.name}\n`);
      try {
        const outcome = engine.run(guest);
        seconds.push(outcome.seconds);
        if (outcome.steps !== undefined && row.steps !== undefined && outcome.steps !== row.steps) {
          throw new Error(`${outcome.steps} steps, elsewhere ${row.steps}`);
        }
        row.steps ??= outcome.steps;
        if (row.stdout !== undefined && !outcome.hasPrinted(row.stdout)) {
          throw new Error(
            `the guest did not print what it printed elsewhere, ${JSON.stringify(row.stdout.slice(0, 80))}`,
          );
        }
        row.stdout ??= outcome.stdout;
      } catch (error) {
        // What a user's ELF does under Linux is the user's business; ours must do the same everywhere.
        notes.push({ text: `${engine.name}: ${error.message}`, isFault: guest.own || !engine.isQemu });
        samples.delete(engine);
      }
    }
  }
  for (const [engine, seconds] of samples) row.seconds.set(engine, median(seconds));
  return { row, notes };
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
