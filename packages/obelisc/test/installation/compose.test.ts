// compose.yaml's services as it has them, commands, health checks and all, without Docker: `database` is a PostgreSQL of the tests, files
// and ports are this machine's in place of what is mounted and published. One worker is killed at work; the other ends it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDevnet } from '@obelisc/devnet';
import { openDatabase } from '@obelisc/watch';
import { SERVER, testDatabase } from '@obelisc/watch/test/databases';
import { parse } from 'yaml';
import { Background } from '../../src/demo/background.js';
import { repositoryRoot } from '../../src/demo/commands.js';

/** What of a service is used here. */
interface Service {
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test?: readonly string[] };
  readonly deploy?: { readonly replicas?: number };
}

const skip = SERVER === undefined && 'OBELISC_TEST_POSTGRES names no server';

test(
  'compose.yaml: a watch and two workers judge all games, though one worker is killed; SIGTERM lets them finish',
  { skip },
  async () => {
    const { services } = parse(readFileSync(join(repositoryRoot, 'compose.yaml'), 'utf8')) as {
      services: Record<string, Service>;
    };
    const { database: postgres, watch: watchService, worker: workerService } = services;
    assert.ok(postgres && watchService && workerService);
    const folder = mkdtempSync(join(tmpdir(), 'obelisc-compose-'));
    const place = await testDatabase('server');
    const devnet = await startDevnet({
      seed: 'composed',
      l2Blocks: 18,
      scenario: { proposals: { every: 3n, falseOneIn: 3, gameBlocks: 100n } },
    });
    const running: Background[] = [];
    try {
      const chains = join(folder, 'chains.json');
      writeFileSync(chains, JSON.stringify({ chains: [chainOf(devnet, 'one'), chainOf(devnet, 'two')] }));
      const port = await freePort();
      // What the containers have at these names.
      const here = (word: string): string =>
        word
          .replace(`postgres://${postgres.environment?.POSTGRES_USER}@database/obelisc`, place.where)
          .replace('/chains.json', chains)
          .replace('/home/node/data', folder)
          .replace('0.0.0.0:9300', `127.0.0.1:${port}`)
          .replace('127.0.0.1:9300', `127.0.0.1:${port}`);
      assert.deepEqual(watchService.volumes, ['./chains.json:/chains.json:ro']);
      assert.deepEqual(watchService.ports, ['127.0.0.1:9300:9300']);
      const start = ({ command = [], environment = {} }: Service, ...more: string[]): Background => {
        const [name = '', ...args] = command.map(here);
        // As fast as this chain is, and without the machine: that is its own test.
        const started = new Background(name, [...args, ...more], { environment: { ...process.env, ...environment } });
        running.push(started);
        return started;
      };
      const watch = start(watchService, '--confirmations', '0', '--poll', '1s');
      await watch.says(/msg=Watching/);
      const workers = Array.from({ length: workerService.deploy?.replicas ?? 1 }, () =>
        start(workerService, '--native'),
      );
      assert.equal(workers.length, 2);
      await watch.says(/msg="A game"/);
      const check = watchService.healthcheck?.test ?? [];
      assert.equal(check[0], 'CMD');
      const isHealthy = (): Promise<boolean> =>
        new Promise((resolve, reject) => {
          const child = spawn(check[1] ?? '', check.slice(2).map(here), { stdio: 'inherit' });
          child.on('error', reject).on('close', (code) => resolve(code === 0));
        });
      // It is asked again and again, as by Docker.
      while (!(await isHealthy())) await sleep(500);

      const [first, second] = workers;
      assert.ok(first && second);
      await first.says(/Judging a claim/);
      assert.equal(await first.stop('SIGKILL'), 'SIGKILL');
      const database = await openDatabase(place.where);
      const left = async (): Promise<number> => {
        const [row] = await database.query<{ left: number }>(
          `SELECT count(*)::float8 AS left FROM obelisc.games WHERE state IN ('waiting', 'queued')`,
        );
        return row?.left ?? 0;
      };
      for (;;) {
        const [dead] = await database.query<{ id: string }>(
          `SELECT id FROM pgboss.job j WHERE state = 'active' AND name LIKE 'claims.%' AND started_on < now() - interval '30 seconds'`,
        );
        // A word comes every 20 seconds, and the lease is over after 90, the next try due 30 later: here at once.
        if (dead !== undefined)
          await database.query(
            `UPDATE pgboss.job SET started_on = now() - interval '1 hour' WHERE id = $1 AND state = 'active'`,
            [dead.id],
          );
        await database.query(`UPDATE pgboss.job SET start_after = now() - interval '1 second' WHERE state = 'retry'`);
        if ((await left()) === 0) break;
        await sleep(500);
      }
      const verdicts = await database.query<{ chain: string; index: number; answer: string; tries: number }>(
        `SELECT chain, g.index::float8 AS index, v.answer, v.tries FROM obelisc.games g JOIN obelisc.verdicts v USING (chain, address) ORDER BY index`,
      );
      await database.close();
      assert.ok(verdicts.length >= 8);
      assert.equal(verdicts.filter(({ chain }) => chain === 'one').length * 2, verdicts.length);
      for (const { index, answer } of verdicts)
        assert.equal(answer, index % 3 === 2 ? 'invalid' : 'valid', `game ${index}`);
      assert.equal(verdicts.filter(({ tries }) => tries === 2).length, 1);
      const page = (await (await fetch(`http://127.0.0.1:${port}/api/summary`)).json()) as { workers: number };
      assert.ok(page.workers >= 1);
      assert.equal(await second.stop(), 0);
      assert.equal(await watch.stop(), 0);
    } finally {
      for (const command of running) await command.stop('SIGKILL');
      await devnet.close();
      await place.drop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
);

/** The chain as one of several; that two are the same one is nobody's business. */
function chainOf(
  { l1Url, beaconUrl, l2Url, opNodeUrl, gameFactory }: Awaited<ReturnType<typeof startDevnet>>,
  name: string,
): object {
  return {
    name,
    l1: l1Url,
    'l1.beacon': beaconUrl,
    l2: l2Url,
    'op-node': opNodeUrl,
    'game-factory': gameFactory,
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
