// What pre-images cost on their way: `npm run bench:wire -- [RANGE…]` (b1 if none is given).
// First a pre-image alone, by part, CPU µs; then a server from its start to its first answer and whole claims of the recorded chain
// ../shared/data/devnet-a (or OBELISC_DATA) from full datadirs of each format, in the machine and natively. Each figure is the least and
// the median of RUNS runs, one state after the other. BENCH_NODE: Node binaries, by commas; BENCH_BEFORE: a built checkout of an
// older state, measured beside this one; RUNS: 3 if it is not set.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { cpuTime, printTable } from '../../fpvm/bench/cpu-time.mjs';
import { elementKey, FIELD_ELEMENTS, storeBlob } from '../../host/dist/src/index.js';
import * as preimage from '../../preimage/dist/src/index.js';

const here = fileURLToPath(new URL('../../..', import.meta.url));
const data = process.env.OBELISC_DATA ?? join(here, '../shared/data');
const script = fileURLToPath(import.meta.url);
const RUNS = Number(process.env.RUNS ?? 3);
const [mode, ...rest] = process.argv.slice(2);

if (mode === '--server') await serve();
else if (mode === '--ask-once') await askOnce(rest);
else if (mode === '--parts') await parts();
else await everything(process.argv.slice(2));

async function everything(ranges) {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-bench-'));
  const nodes = (process.env.BENCH_NODE ?? process.execPath).split(',');
  const trees = [here, process.env.BENCH_BEFORE].filter((tree) => tree !== undefined);
  try {
    const figures = nodes.map((node) => {
      const { status, stdout, stderr } = spawnSync(node, [script, '--parts', folder], { encoding: 'utf8' });
      if (status !== 0) throw new Error(`the parts cannot be measured with ${node}: ${stderr}`);
      return { node, lines: stdout };
    });
    printTable(figures.flatMap(({ node, lines }) => JSON.parse(lines).map((row) => ({ ...row, node: version(node) }))));
    process.stdout.write('\n');
    const rows = [];
    for (const range of ranges.length > 0 ? ranges : ['b1']) {
      for (const format of ['directory', 'lmdb']) {
        const datadir = join(folder, `${range}-${format}`);
        fill(range, datadir, format);
        for (const node of nodes) {
          const states = trees.filter((tree) => tree === here || format !== 'lmdb');
          for (const how of ['machine', 'native', 'start']) {
            const commands = states.map((tree) => commandOf(tree, node, range, datadir, folder, how));
            const runs = measured(commands, node);
            for (const [i, tree] of states.entries()) rows.push(rowOf({ range, how, format, tree, node }, runs[i]));
          }
        }
        rmSync(datadir, { recursive: true });
      }
    }
    printTable(rows);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** RUNS runs of each of the commands, in turns, after one each that is not counted: it finds the files in no cache. A server's without who asks. */
function measured(commands, node) {
  const runs = commands.map(() => []);
  for (let run = 0; run <= RUNS; run++) {
    for (const [i, args] of commands.entries()) {
      const { user, system, wall, said } = cpuTime(node, args);
      const asked = /^asked (.*)$/m.exec(said)?.[1];
      const asker = asked === undefined ? { wall, cpu: 0 } : JSON.parse(asked);
      if (run > 0) runs[i].push({ wall: asker.wall, cpu: user + system - asker.cpu });
    }
  }
  return runs;
}

function rowOf({ range, how, format, tree, node }, runs) {
  const figure = (of) => {
    const sorted = runs.map(of).toSorted((a, b) => a - b);
    return `${sorted[0].toFixed(2)} / ${sorted[Math.floor(sorted.length / 2)].toFixed(2)} s`;
  };
  return {
    claim: how === 'start' ? 'server, one answer' : `${range}, ${how}`,
    datadir: format,
    state: tree === here ? 'now' : 'before',
    node: version(node),
    wall: figure(({ wall }) => wall),
    CPU: figure(({ cpu }) => cpu),
  };
}

function version(node) {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim();
}

function preimagesOf(range) {
  const lines = gunzipSync(readFileSync(join(data, `devnet-a/preimages-${range}.jsonl.gz`)))
    .toString()
    .trim()
    .split('\n');
  const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ''), 'hex');
  return lines.map((line) => JSON.parse(line).map(bytes)).filter(([key]) => key[0] !== 1);
}

/** A datadir as this host gathers it. The recorded one is of a host of 2024, which left blobs' elements in one form. */
function fill(range, path, format) {
  const store = preimage.openDatadir({ path, format });
  const recorded = preimagesOf(range);
  for (const [key, value] of recorded) store.put(key, value);
  for (const [key, commitment] of recorded) {
    if (key[0] !== 4) continue;
    const elements = Array.from({ length: FIELD_ELEMENTS }, (_, i) => store.get(elementKey(commitment, i, 'index')));
    storeBlob(store, Uint8Array.of(1, ...key.subarray(1)), commitment, Buffer.concat(elements));
  }
}

function commandOf(tree, node, range, datadir, folder, how) {
  const found = JSON.parse(readFileSync(join(data, 'devnet-a/ranges.json'), 'utf8')).find(({ name }) => name === range);
  const genesis = join(folder, 'genesis.json');
  if (!existsSync(genesis)) writeFileSync(genesis, gunzipSync(readFileSync(join(data, 'devnet-a/genesis-l2.json.gz'))));
  const flags = Object.entries(found.cases.valid.args).map(([name, value]) => `--${name}=${value}`);
  const host = [
    join(tree, 'bin/op-program'),
    ...flags,
    `--rollup.config=${join(data, 'devnet-a/rollup.json')}`,
    `--l2.genesis=${genesis}`,
    `--datadir=${datadir}`,
  ];
  if (how === 'native') return host;
  if (how === 'start') return [script, '--ask-once', ...host, '--server'];
  const [prestate, meta] = [join(folder, 'prestate.json'), join(folder, 'meta.json')];
  const asterisc = join(tree, 'bin/asterisc');
  if (!existsSync(prestate)) {
    const elf = join(here, 'bin/op-program-client-riscv.elf');
    spawnSync(node, [asterisc, 'load-elf', '--path', elf, '--out', prestate, '--meta', meta]);
  }
  const run = ['run', '--info-at=never', '--proof-at=never', `--input=${prestate}`, `--meta=${meta}`, '--output='];
  return [asterisc, ...run, '--', node, ...host, '--server'];
}

/** Starts a server, asks it once and lets it go; what this process takes itself is the same for all. */
/** Starts a server, asks it one question, and says how long that took and what this process used itself. */
async function askOnce(command) {
  const start = performance.now();
  const server = await preimage.startPreimageServer(process.execPath, command);
  await server.oracle.get(preimage.localKey(1));
  const wall = (performance.now() - start) / 1000;
  await server.close();
  const { user, system } = process.cpuUsage();
  process.stderr.write(`asked ${JSON.stringify({ wall, cpu: (user + system) / 1e6 })}\n`);
}

/** Values of the lengths that trie nodes have, each behind its key. */
function samples() {
  return Array.from({ length: 5000 }, (_, i) => {
    const value = Buffer.alloc(32 + (i % 500), i);
    value.writeUInt32BE(i);
    return [preimage.keccak256Key(preimage.keccak256(value)), value];
  });
}

async function parts() {
  const rows = [];
  const report = (part, used, count) =>
    rows.push({ part, 'CPU µs': ((used.user + used.system) / count).toFixed(1), node: process.version });
  const measure = async (part, count, task) => {
    await task(Math.floor(count / 10));
    const before = process.cpuUsage();
    await task(count);
    report(part, process.cpuUsage(before), count);
  };
  const node532 = Buffer.alloc(532, 7);
  const times = (count, task) => {
    for (let i = 0; i < count; i++) task(i);
  };
  await measure('keccak256 of 532 bytes, WebAssembly', 20_000, (count) =>
    times(count, () => preimage.keccak256(node532)),
  );
  await measure('keccak256 of 532 bytes, JavaScript', 5000, (count) => times(count, () => keccak_256(node532)));
  const values = samples();
  for (const format of ['directory', 'lmdb']) {
    const path = join(rest[0], `samples-${format}-${process.version}`);
    const store = preimage.openDatadir({ path, format });
    const before = process.cpuUsage();
    for (const [key, value] of values) store.put(key, value);
    report(`a put, ${format}`, process.cpuUsage(before), values.length);
    await measure(`a get, ${format}`, values.length, (count) => times(count, (i) => store.get(values[i][0])));
  }
  const channels = await preimage.childChannels();
  const child = spawn(process.execPath, [script, '--server'], {
    stdio: ['ignore', 'pipe', 'inherit', ...channels.stdio],
  });
  const ends = channels.attach(child, 'the server');
  const oracle = preimage.oracleOver(ends, 'the server');
  let told = '';
  child.stdout.on('data', (text) => (told += text));
  await measure('a pre-image over the wire, the machine’s end', 50_000, async (count) => {
    for (let i = 0; i < count; i++) await oracle.get(values[i % values.length][0]);
  });
  preimage.closeEnds(ends);
  await new Promise((resolve) => child.once('close', resolve));
  rows.push({ part: 'a pre-image over the wire, the server’s end', 'CPU µs': told.trim(), node: process.version });
  process.stdout.write(JSON.stringify(rows));
}

/** Serves the samples from memory and tells its CPU µs a pre-image. */
async function serve() {
  const store = preimage.memoryStore();
  for (const [key, value] of samples()) store.put(key, value);
  let count = 0;
  let before = process.cpuUsage();
  const oracle = {
    hint: async () => undefined,
    get: async (key) => {
      count += 1;
      if (count === 1000) before = process.cpuUsage();
      return store.get(key);
    },
  };
  const ends = preimage.inheritedEnds();
  await preimage.serveOracle(ends, oracle);
  const { user, system } = process.cpuUsage(before);
  process.stdout.write(((user + system) / (count - 1000)).toFixed(1));
  preimage.closeEnds(ends);
}
