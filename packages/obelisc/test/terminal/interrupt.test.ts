// Ctrl-C and SIGTERM, at whatever a command is at: it ends, with no code that is a verdict, and leaves nothing behind.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { repositoryRoot } from '../../src/demo/commands.js';
import { Interrupt, InterruptedError, isInterrupt } from '../../src/terminal/interrupt.js';
import { spinner } from '../asterisc/guest.js';

interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
  readonly stdout: string;
}

const folder = mkdtempSync(join(tmpdir(), 'obelisc-interrupt-'));
/** Where commands make their temporary folders. */
const temporary = mkdtempSync(join(folder, 'tmp-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command, sends the signal when `ready` stands in its output, and waits for its end. */
function interrupted(
  name: string,
  args: readonly string[],
  { ready, signal = 'SIGINT' }: { ready: RegExp; signal?: NodeJS.Signals },
): Promise<Ended> {
  const child: ChildProcess = spawn(process.execPath, [join(repositoryRoot, 'bin', name), ...args], {
    cwd: folder,
    env: { ...process.env, TMPDIR: temporary },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, sent] = ['', '', false];
  const look = (): void => {
    if (sent || !ready.test(stderr + stdout)) return;
    sent = true;
    child.kill(signal);
  };
  child.stdout?.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    look();
  });
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
    look();
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, endedBy) => {
      if (sent) resolve({ code, signal: endedBy, stderr, stdout });
      else reject(new Error(`it ended before it was interrupted: ${stderr}`));
    });
  });
}

describe('an interrupted command', () => {
  // An endpoint that takes requests and never answers.
  let silent: Server;
  let url = '';
  before(async () => {
    silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    writeFileSync(join(folder, 'spinner.elf'), spinner());
  });
  after(() => {
    silent.closeAllConnections();
    silent.close();
  });

  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    test(`devnet ends by ${signal} while it makes blocks`, async () => {
      const ended = await interrupted('obelisc', ['devnet', '--blocks', '5000'], { ready: /Making 5000/, signal });
      assert.deepEqual([ended.code, ended.signal], [null, signal]);
      assert.deepEqual(readdirSync(temporary), []);
    });
  }

  test('devnet ends with 0 while it serves, and removes its folder', async () => {
    const ended = await interrupted('obelisc', ['devnet', '--blocks', '1', '--live'], { ready: /until interrupted/ });
    assert.equal(ended.code, 0);
    assert.deepEqual(readdirSync(temporary), []);
  });

  test('validate waits for an endpoint that never answers', async () => {
    const endpoints = ['--l1', url, '--l1.beacon', url, '--l2', url, '--op-node', url];
    const ended = await interrupted('obelisc', ['validate', ...endpoints, '--to', '5', '--json'], {
      ready: /Waiting for an answer/,
    });
    assert.equal(ended.code, 130);
    assert.deepEqual(JSON.parse(ended.stdout), { answer: 'unknown', error: 'interrupted' });
    assert.match(ended.stderr, /^obelisc: interrupted$/m);
  });

  test('op-program gathers from an endpoint that never answers', async () => {
    const hash = `0x${'11'.repeat(32)}`;
    const claim = ['--l1.head', hash, '--l2.head', hash, '--l2.outputroot', hash, '--l2.claim', hash];
    const endpoints = ['--l1', url, '--l1.beacon', url, '--l2', url];
    const ended = await interrupted(
      'op-program',
      ['--network', 'op-sepolia', '--l2.blocknumber', '20000000', ...claim, ...endpoints],
      { ready: /Waiting for an answer/ },
    );
    assert.deepEqual([ended.code, ended.signal], [null, 'SIGINT']);
    assert.doesNotMatch(ended.stdout, /Successfully|is wrong/);
  });

  describe('a machine that runs for ever', () => {
    before(async () => {
      const load = spawn(
        process.execPath,
        [join(repositoryRoot, 'bin/asterisc'), 'load-elf', '--path', 'spinner.elf', '--out', 'spinner.json', '--meta='],
        { cwd: folder },
      );
      assert.equal(await new Promise((resolve) => load.on('close', resolve)), 0);
    });

    const stops = { 'now and then': '%10000000', 'at every step': 'always' };
    for (const [often, pattern] of Object.entries(stops)) {
      test(`writes the state that it reached; it stopped ${often}`, async () => {
        const output = `reached-${often.replaceAll(' ', '-')}.json`;
        const run = ['run', '--input', 'spinner.json', '--meta', '', '--info-at', pattern, '--output', output];
        const ended = await interrupted('asterisc', run, { ready: /step=\d{3,} / });
        assert.equal(ended.code, 130);
        assert.match(ended.stderr, /interrupted: writing the state that was reached[^]*\ncommand interrupted\n$/);
        assert.ok(existsSync(join(folder, output)));
        // In a flood, too, each line is there and in its place.
        const lines = [...ended.stderr.matchAll(/processing step=(\d+) /g)].map(([, step]) => Number(step));
        if (pattern === 'always') assert.deepEqual(lines, [...lines.keys()]);
      });
    }
  });
});

test('work that does not hear of an interrupt is given up; its own end counts where it comes first', async () => {
  const never = new Interrupt().arm();
  process.emit('SIGINT', 'SIGINT');
  // One that came before the work began counts as well as one during it.
  await assert.rejects(never.orInterrupted(new Promise(() => {})), InterruptedError);
  const during = new Interrupt().arm();
  const given = assert.rejects(during.orInterrupted(new Promise(() => {})), InterruptedError);
  process.emit('SIGTERM', 'SIGTERM');
  await given;
  assert.equal(during.signal.aborted, true);
  assert.equal(await new Interrupt().orInterrupted(Promise.resolve(7)), 7);
  assert.equal(isInterrupt(new Error('outside', { cause: new InterruptedError('interrupted') })), true);
  assert.equal(isInterrupt(new Error('interrupted')), false);
});
