// `obelisc watch` on an embedded chain with a proposer, as a user runs it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { repositoryRoot, runCommand } from '../../src/demo/commands.js';
import { rewritingProxy, type RewritingProxy } from './rewriting-proxy.js';

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
    // A second time there is nothing left to do.
    const again = await watch(...flags('once', '--once', '--game-factory', factory()));
    assert.equal(again.stdout, stdout);
    assert.doesNotMatch(again.stderr, /Judging a claim/);
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

  test('games that cannot be read, or are not there, are named', async () => {
    const noContract = await watch(...flags('none', '--once', '--game-factory', ABSENT));
    assert.equal(noContract.code, 2);
    assert.match(noContract.stderr, /the game factory 0x1{40} is no contract/);
    const missing = await watch(...flags('none', '--once'));
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /--game-factory is missing/);
    const [, ...rest] = flags('none', '--game-factory', factory());
    const worker = await watch('worker', ...rest.filter((flag) => flag !== '--confirmations' && flag !== '0'));
    assert.equal(worker.code, 2);
    assert.match(worker.stderr, /a folder belongs to one process/);
  });
});
