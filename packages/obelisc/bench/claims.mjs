// Real claims through the queue: the games of an embedded chain, one in three false, through `obelisc worker` processes of which one is
// killed (-9) every few seconds, on a PostgreSQL of its own that is restarted twice as after a crash (tools/postgres.sh). Each claim must
// get one verdict, the right one.
//   node packages/obelisc/bench/claims.mjs [--claims 300] [--workers 2] [--kills 20] [--restarts 2] [--every 15]
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startDevnet } from '@obelisc/devnet';
import { openDatabase } from '@obelisc/watch';
import { Background } from '../dist/src/demo/background.js';

const { values } = parseArgs({
  options: {
    claims: { type: 'string', default: '300' },
    workers: { type: 'string', default: '2' },
    kills: { type: 'string', default: '20' },
    restarts: { type: 'string', default: '2' },
    every: { type: 'string', default: '15' },
  },
});
const [claims, workers, kills, restarts, every] = ['claims', 'workers', 'kills', 'restarts', 'every'].map((name) =>
  Number(values[name]),
);
const FALSE_ONE_IN = 3;
/** L2 blocks from one claim to the next; an L1 block has three, and a game is over in the next one. */
const BLOCKS = 3;
const postgres = (...args) =>
  execFileSync(fileURLToPath(new URL('../../../tools/postgres.sh', import.meta.url)), args, { encoding: 'utf8' });
const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

const [folder, url] = postgres('start').trim().split(' ');
const running = new Set();
process.on('exit', () => {
  for (const { pid } of running) process.kill(pid, 'SIGKILL');
  postgres('stop', folder);
});
process.once('SIGINT', () => process.exit(130)).once('SIGTERM', () => process.exit(143));

let began = performance.now();
const devnet = await startDevnet({
  seed: 'claims',
  l2Blocks: claims * BLOCKS,
  scenario: { proposals: { every: BigInt(BLOCKS), falseOneIn: FALSE_ONE_IN, gameBlocks: 1n } },
});
// The last claims wait for blocks behind theirs.
for (let more = 0; (await gameCount()) < claims; more++) {
  if (more > 20) throw new Error('the proposer does not come to so many claims');
  await devnet.advance(BLOCKS);
}
console.log(`${await gameCount()} games on ${devnet.head.l2.number} blocks, made in ${since(began)} s`);

const flags = Object.entries({
  '--l1': devnet.l1Url,
  '--l1.beacon': devnet.beaconUrl,
  '--l2': devnet.l2Url,
  '--op-node': devnet.opNodeUrl,
  '--game-factory': devnet.gameFactory,
  '--db': url,
  '--tries': '20',
})
  .flat()
  .concat('--native');
const start = (command, ...more) => {
  const started = new Background('obelisc', [command, ...flags, ...more]);
  running.add(started);
  void started.ended.finally(() => running.delete(started));
  return started;
};
began = performance.now();
const watch = start('watch', '--concurrency', '0', '--confirmations', '0', '--poll', '5s');
const fleet = Array.from({ length: workers }, () => start('worker'));
let [killed, restarted, rounds, judged] = [0, 0, 0, 0];
while (judged < (await gameCount())) {
  await pause(every);
  const database = await openDatabase(url);
  const [row] = await database.query('SELECT count(*)::float8 AS judged FROM obelisc.verdicts');
  await database.close();
  judged = row.judged;
  const gone = [watch, ...fleet].find((process) => !running.has(process));
  if (gone !== undefined) throw new Error(`a process has ended by itself: ${gone.lines.slice(-5).join('\n')}`);
  rounds++;
  console.log(`${since(began)} s: ${judged} judged, ${killed} workers killed, ${restarted} restarts of the database`);
  if (restarted < restarts && rounds % 8 === 4) {
    postgres('restart', folder);
    restarted++;
  } else if (killed < kills && judged > 0) {
    const at = Math.floor(Math.random() * workers);
    await fleet[at].stop('SIGKILL');
    fleet[at] = start('worker');
    killed++;
  }
}
const took = since(began);
for (const process of [...fleet, watch]) {
  const code = await process.stop();
  if (code !== 0) throw new Error(`a process that was told to stop ended with ${code}`);
}
const database = await openDatabase(url);
const rows = await database.query(
  `SELECT g.index::float8 AS index, g.state, v.answer, v.tries,
     (g.block_number - g.start_block)::float8 AS blocks, extract(epoch FROM v.ended_at - v.began_at)::float8 AS seconds
   FROM obelisc.games g LEFT JOIN obelisc.verdicts v USING (chain, address) ORDER BY g.index`,
);
await database.close();
await devnet.close();
const wrong = rows.filter(
  ({ index, state, answer }) =>
    state !== 'judged' || answer !== (index % FALSE_ONE_IN === FALSE_ONE_IN - 1 ? 'invalid' : 'valid'),
);
const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
console.log(
  `${rows.length} claims of ${median(rows.map(({ blocks }) => blocks))} blocks (median) through ${workers} workers in ${took} s, ` +
    `${median(rows.map(({ seconds }) => seconds)).toFixed(1)} s a claim (median); ${killed} workers killed, ${restarted} restarts of the database; ` +
    `${rows.filter(({ tries }) => tries > 1).length} claims took more than one try, ${wrong.length} have no verdict or a wrong one`,
);
process.exit(wrong.length === 0 && rows.length >= claims ? 0 : 1);

async function gameCount() {
  const answer = await fetch(devnet.l1Url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    // gameCount()
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'eth_call',
      params: [{ to: devnet.gameFactory, data: '0x4d1975b4' }, 'latest'],
    }),
  });
  return Number(BigInt((await answer.json()).result));
}

function since(moment) {
  return Math.round((performance.now() - moment) / 1000);
}
