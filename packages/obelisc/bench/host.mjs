// npm run bench:host [-- --latency MS] [--blocks N]: how much of the network a run feels. The embedded chain's endpoints stand
// behind a proxy that adds a latency to each answer; the claim's range is derived natively once from there and once from the
// datadir that this filled. Goal: wall time ≤ 1.25 × that of the full datadir + 12 × the latency. The larger chain has 110 L1
// blocks, of which the claim reads 50 before its origin and all after, and 100 L2 blocks.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { customChain, openHost, parseGenesisChainConfig, parseRollupConfig } from '@obelisc/host';
import { runProgram } from '@obelisc/program';

const option = (name, standard) => {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? standard : Number(process.argv[at + 1]);
};
const latency = option('latency', 50);
const blocks = option('blocks', 30);
/** Begin and end of each request, of all endpoints. */
let exchanges = [];

async function behindLatency(url) {
  const target = new URL(url);
  const server = createServer((incoming, outgoing) => {
    const exchange = { begin: performance.now(), end: 0 };
    exchanges.push(exchange);
    const headers = { ...incoming.headers, host: target.host };
    const forward = httpRequest({
      host: target.hostname,
      port: target.port,
      path: incoming.url,
      method: incoming.method,
      headers,
    });
    forward.on('response', (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () =>
        setTimeout(() => {
          exchange.end = performance.now();
          outgoing.writeHead(answer.statusCode, answer.headers).end(Buffer.concat(chunks));
        }, latency),
      );
    });
    forward.on('error', (error) => outgoing.destroy(error));
    incoming.pipe(forward);
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => (server.closeAllConnections(), server.close()),
  };
}

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

async function rpc(url, method, params) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  return (await answer.json()).result;
}

const bytes = (hex) => Uint8Array.from(Buffer.from(hex.slice(2), 'hex'));

async function derive(claim, chain, endpoints, datadir) {
  exchanges = [];
  const begin = performance.now();
  const host = openHost({ claim, chain, endpoints, datadir });
  let log = '';
  const write = (chunk) => (log += Buffer.from(chunk).toString());
  const code = await runProgram({ oracle: host.oracle, stdout: write, stderr: write });
  const wall = performance.now() - begin;
  await host.close();
  if (code !== 0) throw new Error(`the run ended with ${code}: ${log.split('\n').slice(-5).join('\n')}`);
  return { wall, list: exchanges.filter(({ end }) => end > 0) };
}

/** The embedded chain in a process of its own, so that its work is not taken for the host's. */
async function startChain(blocksToMake, folder) {
  const command = fileURLToPath(new URL('../../../bin/obelisc', import.meta.url));
  const child = spawn(
    process.execPath,
    [command, 'devnet', '--blocks', String(blocksToMake), '--json', '--out', folder],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const chain = await new Promise((ready, fail) => {
    let text = '';
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) ready(JSON.parse(text.split('\n')[0]));
    });
    child.once('exit', (code) => fail(new Error(`the embedded chain ended with ${code}`)));
  });
  return { chain, stop: () => child.kill('SIGTERM') };
}

async function measure(name, blocksToMake, from, to) {
  const folder = mkdtempSync(join(tmpdir(), 'bench-host-'));
  const { chain: devnet, stop } = await startChain(blocksToMake, folder);
  const proxies = await Promise.all([devnet.l1, devnet['l1.beacon'], devnet.l2].map(behindLatency));
  try {
    const [l1, beacon, l2] = proxies.map(({ url }) => url);
    const rollupConfig = parseRollupConfig(readFileSync(devnet['rollup.config'], 'utf8'), 'rollup.json');
    const chainConfig = parseGenesisChainConfig(readFileSync(devnet['l2.genesis'], 'utf8'), 'genesis-l2.json');
    const chain = customChain({
      rollupConfig,
      chainConfig,
      names: { rollupConfig: 'rollup.json', chainConfig: 'genesis-l2.json', l1ChainConfig: 'genesis-l1.json' },
    });
    const outputAt = (number) => rpc(devnet['op-node'], 'optimism_outputAtBlock', [`0x${number.toString(16)}`]);
    const [start, end] = [await outputAt(from), await outputAt(to)];
    const claim = {
      l1Head: bytes(devnet.head.l1.hash),
      l2Head: bytes(start.blockRef.hash),
      l2OutputRoot: bytes(start.outputRoot),
      l2Claim: bytes(end.outputRoot),
      l2BlockNumber: BigInt(to),
    };
    const endpoints = { l1, beacon, l2 };
    const datadir = join(folder, 'data');
    const inMemory = await derive(claim, chain, endpoints, undefined);
    const gathered = await derive(claim, chain, endpoints, datadir);
    const full = await derive(claim, chain, endpoints, datadir);
    const goal = 1.25 * full.wall + 12 * latency;
    const seconds = (ms) => `${(ms / 1000).toFixed(2)} s`;
    const line = (what, { wall, list }) =>
      `  ${what}: ${seconds(wall)} (${list.length} requests, ${sequentialRoundTrips(list)} sequential round trips, ` +
      `${mostInFlight(list)} in flight at most), ${wall <= goal ? 'within' : 'beyond'} the goal`;
    console.log(
      [
        `${name}: L1 up to ${devnet.head.l1.number}, L2 ${from}..${to}, ${latency} ms added to each answer`,
        line('from endpoints, kept in memory', inMemory),
        line('from endpoints into a new datadir', gathered),
        `  from the full datadir: ${seconds(full.wall)} (${full.list.length} requests); goal ${seconds(goal)}`,
      ].join('\n'),
    );
  } finally {
    for (const { close } of proxies) close();
    stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

console.log(`node ${process.version}`);
await measure('small', blocks + 4, 2, blocks + 2);
if (option('large', 1) === 1) await measure('large', 330, 200, 300);
process.exit(0);
