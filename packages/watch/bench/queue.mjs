// What the queue costs a claim, and whether any is lost: trivial claims through several worker processes, of which one is killed
// every second, on the PostgreSQL of --db (tools/postgres.sh starts one) or in a folder with one worker in this process.
//   node packages/watch/bench/queue.mjs [--db postgres://…] [--claims 10000] [--workers 4] [--kills 20]
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { addGame, ClaimQueue, migrate, openDatabase } from '../dist/src/index.js';
import { madeUpGame, writeVerdict } from '../dist/test/made-up-games.js';

const CHAIN = 'bench';
const LEASE = 15;
const quiet = { log: () => {}, tries: 50, retryDelay: 1, lease: LEASE };

if (process.send !== undefined) await work(await openDatabase(process.argv[2]));
else await bench();

/** Takes jobs and ends them with a verdict until there are no more; how long they took. */
async function work(database, isAlone = false) {
  const queue = await ClaimQueue.start(database, [CHAIN], { ...quiet, supervise: isAlone });
  for (;;) {
    const job = await queue.take(CHAIN);
    if (job === undefined) {
      if (isAlone) return queue.stop();
      await new Promise((resolve) => setTimeout(resolve, 200));
      continue;
    }
    await queue.finish(job, (sql) => writeVerdict(sql, job, { answer: 'valid', worker: String(process.pid) }));
  }
}

async function bench() {
  const { values } = parseArgs({
    options: {
      db: { type: 'string' },
      claims: { type: 'string', default: '10000' },
      workers: { type: 'string', default: '4' },
      kills: { type: 'string', default: '20' },
    },
  });
  const folder = values.db === undefined ? mkdtempSync(join(tmpdir(), 'obelisc-bench-')) : undefined;
  const database = await openDatabase(values.db ?? folder);
  await migrate(database);
  await database.run(
    `DELETE FROM obelisc.verdicts WHERE chain = '${CHAIN}'; DELETE FROM obelisc.games WHERE chain = '${CHAIN}'`,
  );
  const queue = await ClaimQueue.start(database, [CHAIN], quiet);
  const claims = Number(values.claims);
  let began = performance.now();
  for (let i = 0; i < claims; i++) {
    const game = madeUpGame(i);
    await addGame(database, CHAIN, BigInt(i), game, 1n);
    await queue.enqueue({ chain: CHAIN, address: game.address });
  }
  console.log(`${claims} claims listed and queued: ${((performance.now() - began) / claims).toFixed(2)} ms each`);
  began = performance.now();
  const count = async () =>
    Number((await database.query(`SELECT count(*) FROM obelisc.verdicts WHERE chain = $1`, [CHAIN]))[0].count);
  if (folder !== undefined) {
    await work(database, true);
    report(claims, performance.now() - began, 1, 0);
  } else
    await withKills(values.db, count, { claims, workers: Number(values.workers), kills: Number(values.kills) }, began);
  const judged = await count();
  const [{ open }] = await database.query(
    `SELECT count(*) AS open FROM obelisc.games WHERE chain = $1 AND state <> 'judged'`,
    [CHAIN],
  );
  // One verdict a game is the table's own rule; that each has one is what is looked at.
  console.log(`verdicts: ${judged} of ${claims}, games without one: ${open}`);
  await queue.stop();
  await database.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  process.exit(judged === claims && Number(open) === 0 ? 0 : 1);
}

async function withKills(db, count, { claims, workers, kills }, began) {
  const start = () => fork(fileURLToPath(import.meta.url), [db]);
  const alive = Array.from({ length: workers }, start);
  let killed = 0;
  let last = began;
  for (let judged = 0; judged < claims;) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const now = await count();
    if (now > judged) last = performance.now();
    judged = now;
    if (killed >= kills || judged >= claims) continue;
    const victim = Math.floor(Math.random() * workers);
    alive[victim].kill('SIGKILL');
    alive[victim] = start();
    killed++;
  }
  report(claims, last - began, workers, killed);
  for (const worker of alive) worker.kill('SIGKILL');
}

function report(claims, milliseconds, workers, killed) {
  console.log(
    `judged by ${workers} ${workers === 1 ? 'worker' : 'workers'}, ${killed} killed: ${(milliseconds / claims).toFixed(2)} ms of wall time a claim (leases of ${LEASE} s)`,
  );
}
