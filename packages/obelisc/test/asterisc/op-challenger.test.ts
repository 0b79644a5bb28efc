// A game as op-challenger plays it: its command lines with our asterisc and op-program on the embedded chain, and of the files
// what it reads of them. What it did itself with these is written down in docs/drop-in.md.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Devnet, startDevnet } from '@obelisc/devnet';
import { elementKey, elementPoint, FIELD_ELEMENTS } from '@obelisc/host';
import { keccak256, keccak256Key, openDatadir } from '@obelisc/preimage';
import { repositoryRoot } from '../../src/demo/commands.js';
import {
  FOLDERS,
  type Game,
  konaLine2026,
  NEVER,
  opProgramLine2024,
  opProgramLine2026,
  runLine,
  witnessLine,
} from './challenger-lines.js';
import { commandIn } from './command.js';

const [FROM, TO, SNAPSHOTS] = [3, 6, 2_000_000];
const folder = mkdtempSync(join(tmpdir(), 'obelisc-challenger-'));
const prestate = join(folder, 'prestate.bin.gz');
const asterisc = commandIn(folder);
let devnet: Devnet;
let game: Game;

/** What op-challenger reads of a proof's file. */
type Proof = {
  post: string;
  'state-data': string;
  'proof-data': string;
  'oracle-key'?: string;
  'oracle-value'?: string;
  'oracle-offset'?: number;
};
/** What it reads of a state, by `witness`. */
type State = { pc: number; exited: boolean; step: number; witness: string; stateHash: string };

const jsonIn = (...path: string[]) => JSON.parse(gunzipSync(readFileSync(join(...path))).toString()) as unknown;
const bytes = (text: string | undefined) => Uint8Array.from(Buffer.from((text ?? '0x').slice(2), 'hex'));
const length = (text: string) => (text.length - 2) / 2;

async function rpc(url: string, method: string, params: unknown[]): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    method: 'POST',
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return ((await response.json()) as { result: Record<string, unknown> }).result;
}

/** A game in a folder of its own, which the executor makes before it runs anything. */
function newGame(name: string, change: Partial<Game> = {}): Game {
  const directory = join(folder, name);
  for (const part of FOLDERS) mkdirSync(join(directory, part), { recursive: true });
  return { ...game, directory, ...change };
}

async function run(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await asterisc(args);
  assert.equal(code, 0, stderr.slice(-2_000));
  return stdout;
}

const stateOf = async (file: string) => JSON.parse(await run(witnessLine(file))) as State;

/** The proof of a step, made as the trace provider has it made: from the last snapshot before the step. */
async function proofOf(of: Game, step: number, server = opProgramLine2024(of)): Promise<Proof> {
  const earlier = readdirSync(join(of.directory, 'snapshots'))
    .map((name) => Number(/^(\d+)\.json\.gz$/.exec(name)?.[1]))
    .filter((at) => at > 0 && at < step);
  const start = earlier.length === 0 ? prestate : join(of.directory, 'snapshots', `${Math.max(...earlier)}.json.gz`);
  await run([...runLine(of, start, String(step), { snapshots: SNAPSHOTS }), ...server]);
  return jsonIn(of.directory, 'proofs', `${step}.json.gz`) as Proof;
}

/** The first step that reads such a pre-image, as the challenger's own tests look for it. */
async function firstRead(of: Game, ...extra: string[]): Promise<number> {
  await run([...runLine(of, prestate, NEVER, { snapshots: SNAPSHOTS, extra }), ...opProgramLine2024(of)]);
  const { exited, step } = await stateOf(join(of.directory, 'final.json.gz'));
  assert.equal(exited, false, extra.join(' '));
  return step - 1;
}

before(async () => {
  devnet = await startDevnet({ seed: 'challenger', l2Blocks: 8 });
  await devnet.writeConfig(folder);
  const output = async (block: number) => {
    const { outputRoot, blockRef } = await rpc(devnet.opNodeUrl, 'optimism_outputAtBlock', [`0x${block.toString(16)}`]);
    return { root: String(outputRoot), hash: String((blockRef as Record<string, unknown>)['hash']) };
  };
  const [agreed, claimed] = await Promise.all([output(FROM), output(TO)]);
  game = {
    directory: folder,
    l1: devnet.l1Url,
    beacon: devnet.beaconUrl,
    l2: devnet.l2Url,
    rollupConfig: join(folder, 'rollup.json'),
    l2Genesis: join(folder, 'genesis-l2.json'),
    l1Config: join(folder, 'l1-chainconfig.json'),
    server: join(repositoryRoot, 'bin/op-program'),
    inputs: {
      l1Head: devnet.head.l1.hash,
      l2Head: agreed.hash,
      l2OutputRoot: agreed.root,
      l2Claim: claimed.root,
      l2BlockNumber: TO,
    },
  };
  const elf = join(repositoryRoot, 'bin/op-program-client-riscv.elf');
  await run(['load-elf', '--path', elf, '--out', prestate, '--meta', '']);
});

after(async () => {
  await devnet.close();
  rmSync(folder, { recursive: true });
});

test('the absolute prestate', async () => {
  const { step, exited, stateHash, witness } = await stateOf(prestate);
  assert.deepEqual([step, exited, length(stateHash), length(witness)], [0, false, 32, 362]);
});

test('proofs of steps that read a pre-image of each type, and what the datadir has for them', async () => {
  const playing = newGame('reads');
  const store = () => openDatadir({ path: join(playing.directory, 'preimages'), mustExist: true });
  const typeBytes = { local: 1, keccak: 2, sha256: 4, blob: 5, precompile: 6 };
  for (const [type, byte] of Object.entries(typeBytes)) {
    const step = await firstRead(playing, '--stop-at-preimage-type', type);
    const proof = await proofOf(playing, step);
    assert.deepEqual([length(proof.post), length(proof['state-data'])], [32, 362]);
    assert(length(proof['proof-data']) > 0);
    const key = bytes(proof['oracle-key']);
    assert.equal(key[0], byte);
    assert.equal(
      Buffer.from(bytes(proof['oracle-value'])).readBigUInt64BE(),
      BigInt(length(proof['oracle-value'] ?? '')) - 8n,
    );
    assert.equal(proof['oracle-offset'] ?? 0, 0);
    const input = store().get(keccak256Key(key));
    if (type === 'precompile') assert.equal((input?.length ?? 0) > 28, true, 'address, gas and input');
    if (type === 'blob') {
      // The blob is put together again from the elements, and the one that was read proved at its point.
      assert(input?.length === 80);
      const commitment = input.subarray(0, 48);
      const element = Array.from({ length: FIELD_ELEMENTS }, (_, at) => at).find(
        (at) => Buffer.compare(elementPoint(commitment, at, 'root'), input) === 0,
      );
      assert.equal(element, 0);
      assert.deepEqual(key.subarray(1), keccak256(input).subarray(1));
      for (let at = 0; at < FIELD_ELEMENTS; at++)
        assert.equal(store().get(elementKey(commitment, at, 'root'))?.length, 32);
    }
  }
  const agreed = `0x02${game.inputs.l2OutputRoot.slice(4)}`;
  const step = await firstRead(playing, '--stop-at-preimage', `${agreed}@0`);
  assert.equal((await proofOf(playing, step))['oracle-key'], agreed);
  assert.equal((await proofOf(playing, step - 1))['oracle-key'], undefined, 'the step before reads nothing');
  await run(['verify-step', join(playing.directory, 'proofs', `${step}.json.gz`)]);
});

test('snapshots give the same proof as the beginning; beyond the end there is the final state and no proof', async () => {
  const playing = newGame('end');
  const [step, server] = [3_000_001, opProgramLine2024(playing)];
  const first = await proofOf(playing, step);
  assert(existsSync(join(playing.directory, 'snapshots', '2000000.json.gz')));
  rmSync(join(playing.directory, 'proofs', `${step}.json.gz`));
  assert.deepEqual(await proofOf(playing, step), first);

  const beyond = '1000000000000';
  await run([...runLine(playing, prestate, beyond, { snapshots: 1_000_000_000 }), ...server]);
  assert(!existsSync(join(playing.directory, 'proofs', `${beyond}.json.gz`)));
  const final = await stateOf(join(playing.directory, 'final.json.gz'));
  assert.deepEqual([final.exited, final.stateHash.slice(0, 4)], [true, '0x00'], 'the claim is valid');
  const info = JSON.parse(readFileSync(join(playing.directory, 'preimages', 'debug-info.json'), 'utf8')) as object;
  assert.match(String((info as { memory_used: unknown }).memory_used), /^0x[1-9a-f]/);

  // With binary states as well, and a claim that is wrong.
  const inputs = { ...game.inputs, l2Claim: game.inputs.l2OutputRoot };
  const wrong = newGame('wrong', { inputs });
  const options = { snapshots: 1_000_000_000, binary: true };
  await run([...runLine(wrong, prestate, beyond, options), ...opProgramLine2024(wrong)]);
  const { exited, stateHash } = await stateOf(join(wrong.directory, 'final.bin.gz'));
  assert.deepEqual([exited, stateHash.slice(0, 4)], [true, '0x01']);
});

test('after kill -9 in mid-run nothing half-written is taken for whole, and the next run clears up', async () => {
  const playing = newGame('killed');
  const args = [...runLine(playing, prestate, NEVER, { snapshots: 100_000 }), ...opProgramLine2024(playing)];
  const child = spawn(process.execPath, [join(repositoryRoot, 'bin/asterisc'), ...args], { stdio: 'ignore' });
  const snapshots = join(playing.directory, 'snapshots');
  const closed = new Promise((resolve) => child.once('close', resolve));
  while (readdirSync(snapshots).length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  child.kill('SIGKILL');
  await closed;
  for (const name of readdirSync(snapshots)) if (name.endsWith('.json.gz')) jsonIn(snapshots, name);
  await proofOf(playing, 150_000);
  for (const part of ['', ...FOLDERS])
    assert.deepEqual(
      readdirSync(join(playing.directory, part)).filter((name) => name.endsWith('.tmp')),
      [],
    );
});

test('the lines of June 2026, with op-program and with kona’s host as the server', async () => {
  const [first, second] = [newGame('go-2026'), newGame('go-2024')];
  const step = 1_000_000;
  assert.deepEqual(await proofOf(first, step, opProgramLine2026(first)), await proofOf(second, step));
  // The game of a kona client: up to the first steps of ours, which only ask for what both dialects share.
  const kona = newGame('kona', { server: join(repositoryRoot, 'bin/kona-host') });
  const extra = ['--stop-at-preimage-type', 'local'];
  await run([...runLine(kona, prestate, NEVER, { snapshots: SNAPSHOTS, extra }), ...konaLine2026(kona)]);
  assert.equal((await stateOf(join(kona.directory, 'final.json.gz'))).exited, false);
});
