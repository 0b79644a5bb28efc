// npm run bench:host [-- --latency MS] [--small L2_BLOCKS] [--large L2_BLOCKS] [--runs N] [--timeline] [--recorded FOLDER]: how
// much of the network a run feels. The embedded chain's answers are recorded first, then given by a process that adds a latency to each; the claim's
// range is derived natively once from there and once from the datadir that this filled, N times, of which the quickest counts
// (the machine may have other work). Goal: wall time ≤ 1.25 × that of the full datadir + 12 × the latency. The larger chain has
// L1 blocks of 100 transfers and more; of L1 a claim reads 50 blocks before its origin and all after it. --timeline prints when
// each request began and ended, and what the program waited for. --recorded keeps the answers in a folder, and takes them from
// there if they are: a chain is made once for several runs, and versions of Node.
import { fork } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customChain, DEFAULT_RETRY_POLICY, openHost, parseGenesisChainConfig, parseRollupConfig } from '@obelisc/host';
import { runProgram } from '@obelisc/program';

const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const latency = option('latency', 50);
const runs = option('runs', 3);
const recordings = process.argv.includes('--recorded')
  ? process.argv[process.argv.indexOf('--recorded') + 1]
  : undefined;
const showsTimeline = process.argv.includes('--timeline');

/** The longest chain of exchanges of which each begins when the one before has ended. */
function sequentialRoundTrips(list) {
  let [count, free] = [0, 0];
  for (const { begin, end } of list.toSorted((a, b) => a.end - b.end)) {
    if (begin < free) continue;
    count += 1;
    free = end;
  }
  return count;
}

function mostInFlight(list) {
  const events = list
    .flatMap(({ begin, end }) => [
      [begin, 1],
      [end, -1],
    ])
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);
  let [now, most] = [0, 0];
  for (const [, change] of events) most = Math.max(most, (now += change));
  return most;
}

const bytes = (hex) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));

/** A script beside this one, in a process of its own; `ask` sends a message and resolves to the answer. */
function start(script, ...args) {
  const child = fork(fileURLToPath(new URL(script, import.meta.url)), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const ended = new Promise((_, reject) => {
    child.once('exit', (code) => reject(new Error(`${script} ended with ${code}`)));
  });
  ended.catch(() => undefined);
  const next = () => Promise.race([ended, new Promise((resolve) => child.once('message', resolve))]);
  return { next, ask: (message) => (child.send(message), next()), stop: () => child.connected && child.disconnect() };
}

/** One native run; `waits` are the questions that took a millisecond or more, with the last hint before each. */
async function derive(claim, chain, endpoints, { datadir, dataFormat }) {
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  const host = await openHost({ claim, chain, endpoints, policy: DEFAULT_RETRY_POLICY, datadir, dataFormat });
  const waits = [];
  let [log, hint] = ['', ''];
  const oracle = {
    ...host.oracle,
    hint: (text) => ((hint = text.slice(0, 40)), host.oracle.hint(text)),
    async get(key) {
      const asked = performance.now();
      const value = await host.oracle.get(key);
      const took = performance.now() - asked;
      if (took >= 1) waits.push({ at: asked - begin, took, hint });
      return value;
    },
  };
  const write = (chunk) => (log += Buffer.from(chunk).toString());
  const code = await runProgram({ oracle, stdout: write, stderr: write });
  const wall = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  await host.close();
  const written = performance.now() - begin;
  if (code !== 0) throw new Error(`the run ended with ${code}: ${log.split('\n').slice(-5).join('\n')}`);
  return { wall, written, cpu: (user + system) / 1000, waits };
}

async function quickest(task) {
  let best;
  for (let run = 0; run < runs; run++) {
    const outcome = await task(run);
    if (best === undefined || outcome.wall < best.wall) best = outcome;
  }
  return best;
}

function timeline({ list, waits }) {
  const [first] = list.toSorted((a, b) => a.begin - b.begin);
  const ms = (time) => time.toFixed(0).padStart(6);
  for (const { begin, end, what, prepared } of list)
    console.log(`  ${ms(begin - first.begin)} ${ms(end - first.begin)} ${what}${prepared ? '' : ' (not prepared)'}`);
  for (const { at, took, hint } of waits) console.log(`  program waited at ${ms(at)} for ${ms(took)}: ${hint}`);
}

const rpc = async (url, method, params) => {
  const call = { jsonrpc: '2.0', id: 1, method, params };
  return (await (await fetch(url, { method: 'POST', body: JSON.stringify(call) })).json()).result;
};

/** Makes a chain and records all that deriving its claim asks for. */
async function record(name, folder, { l2Blocks, l1Transfers, from, to }) {
  const made = performance.now();
  const chainProcess = start('host-chain.mjs', String(l2Blocks), String(l1Transfers), folder);
  const endpointProcess = start('host-endpoints.mjs');
  try {
    const { l1, beacon, l2, opNode, head } = await chainProcess.next();
    console.log(`${name}: ${l2Blocks} L2 blocks were made in ${((performance.now() - made) / 1000).toFixed(0)} s`);
    const outputs = await Promise.all(
      [from, to].map((number) => rpc(opNode, 'optimism_outputAtBlock', [`0x${number.toString(16)}`])),
    );
    writeFileSync(join(folder, 'claim.json'), JSON.stringify({ head, outputs, to }));
    const { urls } = await endpointProcess.ask({ urls: { l1, beacon, l2 } });
    const { claim, chain } = readClaim(folder);
    // Several times: what is asked for differs a little from run to run.
    for (let run = 0; run < 3; run++) await derive(claim, chain, urls, {});
    await endpointProcess.ask({ save: join(folder, 'answers.jsonl.gz') });
  } finally {
    chainProcess.stop();
    endpointProcess.stop();
  }
}

function readClaim(folder) {
  const text = (file) => readFileSync(join(folder, file), 'utf8');
  const names = { rollupConfig: 'rollup.json', chainConfig: 'genesis-l2.json', l1ChainConfig: 'genesis-l1.json' };
  const rollupConfig = parseRollupConfig(text('rollup.json'), 'rollup.json');
  const chainConfig = parseGenesisChainConfig(text('genesis-l2.json'), 'genesis-l2.json');
  const { head, outputs, to } = JSON.parse(text('claim.json'));
  const [first, last] = outputs;
  const claim = {
    l1Head: bytes(head.l1.hash),
    l2Head: bytes(first.blockRef.hash),
    l2OutputRoot: bytes(first.outputRoot),
    l2Claim: bytes(last.outputRoot),
    l2BlockNumber: BigInt(to),
  };
  return { claim, chain: customChain({ rollupConfig, chainConfig, names }), head };
}

async function measure(name, plan) {
  const { from, to } = plan;
  const scratch = mkdtempSync(join(tmpdir(), 'bench-host-'));
  const folder = recordings === undefined ? scratch : join(recordings, `${name}-${to}`);
  mkdirSync(folder, { recursive: true });
  if (!existsSync(join(folder, 'answers.jsonl.gz'))) await record(name, folder, plan);
  const endpointProcess = start('host-endpoints.mjs');
  try {
    await endpointProcess.ask({ load: join(folder, 'answers.jsonl.gz') });
    const { urls: endpoints } = await endpointProcess.ask({ urls: { l1: null, beacon: null, l2: null } });
    const { claim, chain, head } = readClaim(folder);
    await endpointProcess.ask({ latency });
    const fetched = (datadir, dataFormat) => async (run) => {
      const outcome = await derive(claim, chain, endpoints, { datadir: datadir?.(run), dataFormat });
      const { exchanges } = await endpointProcess.ask({ latency });
      return { ...outcome, list: exchanges.filter(({ end }) => end > 0) };
    };
    const datadir = (run) => join(scratch, `data-${run}`);
    const inMemory = await quickest(fetched(undefined));
    const gathered = await quickest(fetched(datadir));
    const full = await quickest(fetched(() => datadir(0)));
    const inOneFile = await quickest(fetched((run) => `${datadir(run)}.lmdb`, 'lmdb'));
    const fullFile = await quickest(fetched(() => `${datadir(0)}.lmdb`));
    const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
    const line = (what, { wall, written, cpu, list, waits }, whole) => {
      const goal = 1.25 * whole.wall + 12 * latency;
      const unprepared = list.filter(({ prepared }) => !prepared).length;
      const waited = waits.reduce((sum, { took }) => sum + took, 0);
      return [
        `  ${what}: ${seconds(wall)}, ${wall <= goal ? 'within' : 'beyond'} the goal of ${seconds(goal)}: ` +
          `${list.length} requests, ${sequentialRoundTrips(list)} sequential round trips, ${mostInFlight(list)} in flight at most;`,
        `    all is written after ${seconds(written)}; ${seconds(cpu)} of CPU, the program waited ${waits.length} times, ${seconds(waited)} in all` +
          (unprepared === 0 ? '' : `; ${unprepared} answers were not prepared`),
      ].join('\n');
    };
    const plain = (what, { wall, cpu, list }) =>
      `  ${what}: ${seconds(wall)} (${seconds(cpu)} of CPU, ${list.length} requests)`;
    console.log(
      [
        `${name}: L1 up to ${head.l1.number}, L2 ${from}..${to}, ${latency} ms added to each answer; quickest of ${runs}`,
        plain('from the full datadir', full),
        plain('from the full datadir in one file (lmdb)', fullFile),
        line('from endpoints, kept in memory', inMemory, full),
        line('from endpoints into a new datadir', gathered, full),
        line('from endpoints into a new datadir in one file', inOneFile, fullFile),
      ].join('\n'),
    );
    if (showsTimeline) timeline(inMemory);
  } finally {
    endpointProcess.stop();
    rmSync(scratch, { recursive: true, force: true });
  }
}

const [small, large] = [option('small', 30), option('large', 100)];
console.log(`node ${process.version}`);
if (small > 0) await measure('small', { l2Blocks: small + 4, l1Transfers: 0, from: 2, to: small + 2 });
// 150 L2 blocks before the range are the 50 L1 blocks before its origin.
if (large > 0) await measure('large', { l2Blocks: large + 220, l1Transfers: 100, from: 200, to: large + 200 });
process.exit(0);
