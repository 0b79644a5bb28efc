// `obelisc watch` on an embedded chain with a proposer, as a user runs it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { openDatabase } from '@obelisc/watch';
import { SERVER, testDatabase } from '@obelisc/watch/test/databases';
import { repositoryRoot, runCommand } from '../../src/demo/commands.js';
import { type Json, rewritingProxy, type RewritingProxy } from './rewriting-proxy.js';

const ABSENT = `0x${'11'.repeat(20)}`;

describe('the watch', () => {
  let devnet: Devnet;
  let l1: RewritingProxy;
  let folder = '';
  before(async () => {
    devnet = await startDevnet({
      seed: 'watched',
      l2Blocks: 16,
      scenario: { proposals: { every: 3n, falseOneIn: 3, gameBlocks: 100n } },
    });
    l1 = await rewritingProxy(devnet.l1Url);
    folder = mkdtempSync(join(tmpdir(), 'obelisc-watched-'));
  });
  after(async () => {
    l1.close();
    await devnet.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const flags = (db: string, ...more: string[]): string[] => {
    const endpoints = [
      '--l1',
      l1.url,
      '--l1.beacon',
      devnet.beaconUrl,
      '--l2',
      devnet.l2Url,
      '--op-node',
      devnet.opNodeUrl,
    ];
    return ['watch', ...endpoints, '--db', join(folder, db), '--native', '--confirmations', '0', ...more];
  };
  const watch = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    let stderr = '';
    const outcome = await runCommand('obelisc', args, (line) => void (stderr += `${line}\n`));
    return { ...outcome, stderr };
  };
  const factory = (): string => devnet.gameFactory ?? '';

  test('with --once it judges all games that are there, and says how they stand', async () => {
    const { code, stdout, stderr } = await watch(...flags('once', '--once', '--game-factory', factory()));
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^Claims: [2-9] right, 1 wrong, 0 undecided, 0 not covered, 0 waiting\n$/);
    // Whose word is wrong is kept with each verdict.
    const database = await openDatabase(join(folder, 'once'));
    try {
      const kept = await database.query<{ answer: string; wrong: string[] }>(
        `SELECT answer, verdict->'wrong' AS wrong FROM obelisc.verdicts`,
      );
      assert.ok(kept.length > 2);
      for (const { answer, wrong } of kept) assert.deepEqual(wrong, answer === 'valid' ? [] : ['claim']);
    } finally {
      await database.close();
    }
    // A second time there is nothing left to do.
    const again = await watch(...flags('once', '--once', '--game-factory', factory()));
    assert.equal(again.stdout, stdout);
    assert.doesNotMatch(again.stderr, /Judging a claim/);
  });

  test('of several chains one that is dead keeps no other from being judged', async () => {
    const dead = 'http://127.0.0.1:9';
    const chain = {
      name: 'alive',
      'game-factory': factory(),
      l1: devnet.l1Url,
      'l1.beacon': devnet.beaconUrl,
      l2: devnet.l2Url,
      'op-node': devnet.opNodeUrl,
    };
    const config = join(folder, 'chains.json');
    const common = ['watch', '--config', config, '--db', join(folder, 'several'), '--native', '--confirmations', '0'];
    writeFileSync(config, JSON.stringify({ chains: [{ ...chain, name: 'dead', l1: dead }, chain] }));
    const { code, stdout, stderr } = await watch(...common, '--once', '--retry.for', '1s');
    assert.equal(code, 1, stderr);
    assert.match(stdout, /^Claims: [2-9] right, 1 wrong, 0 undecided, 0 not covered, 0 waiting\n$/);
    assert.match(stderr, /A chain was not read.*--l1 \(http:\/\/127\.0\.0\.1:9\): .*ECONNREFUSED/);
    // Without any that could be read that is the answer.
    writeFileSync(config, JSON.stringify({ chains: [{ ...chain, name: 'dead', l1: dead }] }));
    const none = await watch(...common, '--once', '--retry.for', '1s');
    assert.deepEqual([none.code, none.stdout], [2, '']);
  });

  test('two watches on one database judge each game once', { skip: SERVER === undefined && 'no server' }, async () => {
    const place = await testDatabase('server');
    try {
      const args = [...flags('shared', '--once', '--game-factory', factory()), '--db', place.where];
      const both = await Promise.all([watch(...args), watch(...args)]);
      const count = (what: RegExp): number =>
        both.reduce((sum, { stderr }) => sum + (stderr.match(what)?.length ?? 0), 0);
      const [row] = await place.database.query<{ games: number }>(
        'SELECT count(*)::float8 AS games FROM obelisc.games',
      );
      assert.equal(count(/Judging a claim/g), row?.games);
      assert.equal(count(/A claim is (?:right|wrong)/g), row?.games);
      for (const { code, stdout } of both) {
        assert.equal(code, 1);
        assert.match(stdout, /^Claims: [2-9] right, 1 wrong, 0 undecided, 0 not covered, 0 waiting\n$/);
      }
    } finally {
      await place.drop();
    }
  });

  test('a killed watch goes on where it was; SIGTERM lets the claim at work come to its end', async () => {
    const args = [...flags('killed', '--game-factory', factory(), '--poll', '1s'), '--concurrency', '1'];
    const start = (): {
      process: ReturnType<typeof spawn>;
      says: (what: RegExp) => Promise<string>;
      ended: Promise<number | null>;
    } => {
      const child = spawn(process.execPath, [join(repositoryRoot, 'bin/obelisc'), ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let stderr = '';
      let look = (): void => {};
      child.stderr.on('data', (piece: Buffer) => {
        stderr += piece.toString();
        look();
      });
      return {
        process: child,
        says: (what) =>
          new Promise((resolve) => {
            look = () => {
              if (what.test(stderr)) resolve(stderr);
            };
            look();
          }),
        ended: new Promise((resolve) => child.on('close', resolve)),
      };
    };
    const first = start();
    await first.says(/A claim is right/);
    first.process.kill('SIGKILL');
    await first.ended;
    const second = start();
    await second.says(/Judging a claim/);
    second.process.kill('SIGTERM');
    assert.equal(await second.ended, 0);
    const story = await second.says(/Finishing what is at work/);
    const begun = story.match(/Judging a claim/g) ?? [];
    const ended = story.match(/A claim is (?:right|wrong)/g) ?? [];
    assert.equal(ended.length, begun.length);
  });

  test('a chain under a fork that is not covered is marked so, once, with the reason', async () => {
    const files = join(folder, 'files');
    await devnet.writeConfig(files);
    const rollup = join(files, 'rollup.json');
    const config = JSON.parse(readFileSync(rollup, 'utf8')) as { genesis: { l2_time: number } };
    const names = ['holocene', 'isthmus', 'jovian', 'karst', 'lagoon'];
    const later = Object.fromEntries(names.map((fork) => [`${fork}_time`, config.genesis.l2_time + 1]));
    writeFileSync(rollup, JSON.stringify({ ...config, ...later }));
    const more = ['--rollup.config', rollup, '--game-factory', factory()];
    const { stdout, stderr } = await watch(...flags('lagoon', '--once', ...more));
    assert.match(stdout, /^Claims: 0 right, 0 wrong, 0 undecided, [3-9] not covered, 0 waiting\n$/);
    assert.match(stderr, /A claim cannot be judged.*under the fork Lagoon/);
    assert.doesNotMatch(stderr, /try=2/);
    // With a configuration that is right, or a version that knows the fork, they are judged when that is asked for.
    const db = join(folder, 'lagoon');
    const same = await watch(...flags('lagoon', '--once', '--game-factory', factory()));
    assert.equal(same.stdout, stdout);
    const again = await watch('retry', '--uncovered', '--db', db);
    assert.equal(again.code, 0, again.stderr);
    assert.match(again.stdout, /^(?:chain 0x[0-9a-f]{40}\n){3,9}$/);
    const judged = await watch(...flags('lagoon', '--once', '--game-factory', factory()));
    assert.match(judged.stdout, /^Claims: [2-9] right, 1 wrong, 0 undecided, 0 not covered, 0 waiting\n$/);
    const [, game = ''] = /chain (0x\w+)/.exec(again.stdout) ?? [];
    for (const [args, why] of [
      [[game, '--db', db], /has a verdict already/],
      [[ABSENT, '--db', db], /0x1{40} is no game of a chain in the folder/],
      [['--db', db], /nothing to judge again/],
      [['0x12', '--db', db], /takes an address/],
      [['--undecided', '--db', `${db}-mistyped`], /there is no such folder/],
    ] as const) {
      const refused = await watch('retry', ...args);
      assert.equal(refused.code, 2, refused.stderr);
      assert.match(refused.stderr, why);
    }
  });

  test("an L1 that lies about the block of a claim's making brings no verdict", async () => {
    const args = flags('lied', '--once', '--game-factory', factory(), '--tries', '1', '--retry.for', '1s');
    l1.rewrite = (method, _params, result) => {
      if (method.startsWith('debug_getRaw')) return '0xc0';
      return method === 'eth_getBlockByHash' ? { ...(result as Json), stateRoot: `0x${'77'.repeat(32)}` } : undefined;
    };
    const lied = await watch(...args);
    assert.equal(lied.code, 2, lied.stderr);
    assert.match(lied.stdout, /^Claims: 0 right, 0 wrong, [3-9] undecided/);
    assert.match(lied.stderr, /A claim could not be judged yet.*hash/);
    l1.rewrite = undefined;
  });

  test('games that cannot be read, are not there, or that nobody would judge, are named', async () => {
    const noContract = await watch(...flags('none', '--once', '--game-factory', ABSENT));
    assert.equal(noContract.code, 2);
    assert.match(noContract.stderr, /the game factory 0x1{40} is no contract/);
    const missing = await watch(...flags('none', '--once'));
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /--game-factory is missing/);
    const nobody = await watch(...flags('none', '--game-factory', factory(), '--concurrency', '0'));
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /--concurrency 0 leaves the judging to workers, and none can have the folder --db /);
    for (const poll of ['0', '50ms', '30d']) {
      const hasty = await watch(...flags('none', '--once', '--game-factory', factory(), '--poll', poll));
      assert.equal(hasty.code, 2);
      assert.match(hasty.stderr, /--poll is ".*"; it takes a duration from 100ms to 1d/);
    }
    const [, ...rest] = flags('none', '--game-factory', factory());
    const worker = await watch('worker', ...rest.filter((flag) => flag !== '--confirmations' && flag !== '0'));
    assert.equal(worker.code, 2);
    assert.match(worker.stderr, /a folder belongs to one process/);
  });
});
