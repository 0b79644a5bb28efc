// Blocks that call precompiles whose results L1 gives, judged natively on a datadir: what the client's thread computes by itself is
// stored as what it asks for.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createOracle, type LogFields } from '@obelisc/host/run';
import { type Computed, keyHex, openDatadir, type Oracle, PRECOMPILE_KEY } from '@obelisc/preimage';
import type * as AttackClaims from '../../../program/test/hostile/attack-claim.js';
import { type Ending, inMachine, natively } from './in-machine.js';

const address = new URL('../../../../program/dist/test/hostile/attack-claim.js', import.meta.url).href;
const { claimOnAttack } = (await import(address)) as typeof AttackClaims;

const GAS = 600_000;
const KINDS = [
  'ECRECOVER of distinct hashes',
  'bn254 pairings with inputs that grow',
  'point evaluations that fail',
  'point evaluations that succeed',
  'BLS12-381 G1 additions',
  'BLS12-381 G2 sums that grow',
  'BLS12-381 maps to G2',
];

interface Run {
  /** What is in the datadir, in the keys' order. */
  readonly entries: ReadonlyMap<string, string>;
  /** The host's log. */
  readonly lines: readonly (readonly [string, string, LogFields | undefined])[];
  /** Questions of precompiles that reached the oracle. */
  readonly asked: number;
  readonly ending: Ending | Error;
}

/**
 * `program` on the claim: of precompiles it is answered by a host on a datadir, of all else as the claim has it. `take`: what becomes of
 * what the client's thread has computed; undefined: it computes nothing.
 */
async function onDatadir(
  claim: Oracle,
  program: (oracle: Oracle) => Promise<Ending>,
  take?: (computed: Computed, host: Oracle) => Promise<void>,
): Promise<Run> {
  const path = mkdtempSync(join(tmpdir(), 'obelisc-beside-'));
  try {
    const store = openDatadir({ path });
    const lines: [string, string, LogFields | undefined][] = [];
    const none = new Uint8Array(32);
    const host = createOracle({
      claim: { l1Head: none, l2OutputRoot: none } as never,
      chain: {} as never,
      store,
      log: (level, message, fields) => void lines.push([level, message, fields]),
    });
    const { computing } = host;
    assert.ok(computing !== undefined);
    let asked = 0;
    const ending = await program({
      ...(take === undefined ? {} : { computing: { ...computing, take: (computed) => take(computed, host) } }),
      hint: (text) => (text.startsWith('l1-precompile-v2 ') ? host.hint(text) : claim.hint(text)),
      get(key) {
        if (key[0] !== PRECOMPILE_KEY) return claim.get(key);
        asked += 1;
        return host.get(key);
      },
    }).catch((error: unknown) => error as Error);
    const keys = [...(openDatadir({ path }).keys?.() ?? [])].map((key) => [keyHex(key), store.get(key)] as const);
    const entries = new Map(
      keys
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, value]) => [key, Buffer.from(value ?? []).toString('hex')]),
    );
    return { entries, lines, asked, ending };
  } finally {
    rmSync(path, { recursive: true });
  }
}

const taken = (computed: Computed, host: Oracle): Promise<void> => host.computing?.take(computed) ?? Promise.reject();

for (const name of KINDS) {
  test(`${name}: the datadir and the log are those of a host that is asked, and the machine's`, async () => {
    const { claim } = claimOnAttack(name, GAS);
    const asking = await onDatadir(claim(), natively);
    const beside = await onDatadir(claim(), natively, taken);
    const inside = await onDatadir(claim(), async (oracle) => (await inMachine(oracle)).ending, taken);
    assert.ok(asking.asked > 2, `${asking.asked} questions`);
    assert.equal(beside.asked, 0);
    assert.equal(inside.asked, asking.asked);
    assert.ok('code' in asking.ending && asking.ending.code === 1);
    assert.equal(asking.entries.size, 2 * asking.asked);
    for (const { entries, lines, ending } of [beside, inside]) {
      assert.deepEqual(ending, asking.ending);
      assert.deepEqual(entries, asking.entries);
      assert.deepEqual(lines, asking.lines);
    }
  });
}

test('a run that is ended in the middle leaves results with what they are results of, and nothing else', async () => {
  const { claim } = claimOnAttack('BLS12-381 G1 additions', GAS);
  const whole = await onDatadir(claim(), natively, taken);
  let messages = 0;
  const broken = await onDatadir(claim(), natively, (computed, host) =>
    ++messages > 2 ? Promise.reject(new Error('ended here')) : taken(computed, host),
  );
  assert.ok(broken.ending instanceof Error && broken.ending.message === 'ended here');
  assert.ok(broken.entries.size > 0 && broken.entries.size < whole.entries.size);
  for (const [key, value] of broken.entries) {
    assert.equal(value, whole.entries.get(key));
    assert.ok(broken.entries.has(`${key.startsWith('06') ? '02' : '06'}${key.slice(2)}`), key);
  }
});
