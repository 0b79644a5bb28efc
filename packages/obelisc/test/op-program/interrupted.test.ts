// A datadir stays good whatever happens to the runs that write to it: two at once, killed at any moment, a disk that is full.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { damageOf, embeddedClaim, type EmbeddedClaim, opProgram } from './embedded-claim.js';
import { faultyEndpoint } from './faulty-endpoint.js';

/** With a blob among its batches. */
const BLOCKS = 5;
/** Whether a small disk can be had for the trial. */
const mayMount = canMount();
const FORMATS = ['directory', 'lmdb'] as const;
type Format = (typeof FORMATS)[number];

let claim: EmbeddedClaim;
before(async () => {
  claim = await embeddedClaim('interrupted', BLOCKS);
});
after(() => claim.close());

const flagsWith = (datadir: string, format: Format, urls?: { l2: string }): string[] => [
  ...claim.flags(),
  ...claim.endpointFlags(urls),
  `--datadir=${datadir}`,
  `--data.format=${format}`,
];

/** The claim holds from the datadir alone. */
async function isWhole(datadir: string, format: Format): Promise<void> {
  assert.deepEqual(damageOf(datadir, format), []);
  const offline = await opProgram([...claim.flags(), `--datadir=${datadir}`]).ended;
  assert.equal(offline.code, 0, offline.text);
}

for (const format of FORMATS) {
  test(`two runs at once fill one datadir (${format})`, async () => {
    const datadir = join(claim.folder, `shared-${format}`);
    const runs = [opProgram(flagsWith(datadir, format)), opProgram(flagsWith(datadir, format))];
    for (const { ended } of runs) {
      const { code, text } = await ended;
      assert.equal(code, 0, text);
    }
    await isWhole(datadir, format);
  });

  test(`a run that is killed leaves a good datadir, at whatever moment (${format})`, async () => {
    const datadir = join(claim.folder, `killed-${format}`);
    // L2 answers so often and then no more: no run comes to its end before it is killed, when it has written and some time later.
    for (const [answers, later] of [
      [4, 0],
      [12, 30],
      [40, 90],
    ] as const) {
      const l2 = await faultyEndpoint(claim.devnet.l2Url, (count) => ({ isHeld: count >= answers }));
      try {
        const earlier = written(datadir);
        const run = opProgram(flagsWith(datadir, format, { l2: l2.url }));
        const over = run.ended.then(() => true);
        while (written(datadir) === earlier && l2.counts.faults === 0)
          assert.equal(await Promise.race([over, delay(2, false)]), false, 'it runs until it is killed');
        await delay(later);
        run.kill();
        assert.equal((await run.ended).signal, 'SIGKILL');
      } finally {
        l2.close();
      }
      if (written(datadir) !== '') assert.deepEqual(damageOf(datadir, format), []);
    }
    const { code, text } = await opProgram(flagsWith(datadir, format)).ended;
    assert.equal(code, 0, text);
    await isWhole(datadir, format);
  });
}

/** What changes when something is written into a datadir. */
function written(datadir: string): string {
  if (!existsSync(datadir)) return '';
  const names = readdirSync(datadir, { recursive: true, encoding: 'utf8' });
  if (!datadir.endsWith('lmdb')) return names.length === 0 ? '' : `${names.length}`;
  // The folder comes before the first file, other files before LMDB's own, and that one before what is in it.
  const about = statSync(join(datadir, 'preimages.lmdb'), { throwIfNoEntry: false });
  return about === undefined || about.size === 0 ? '' : `${names.length} ${about.mtimeMs}`;
}

for (const format of FORMATS) {
  test(`a file that cannot be written whole ends the run with 2, by name, and leaves a good datadir (${format})`, async () => {
    const datadir = join(claim.folder, `limited-${format}`);
    // 100 KiB: less than a blob takes.
    const limit = ['sh', '-c', 'ulimit -f 200; trap "" XFSZ; exec "$@"', 'sh'];
    const limited = await opProgram(flagsWith(datadir, format), limit).ended;
    assert.equal(limited.code, 2, limited.text);
    assert.match(limited.text, /EFBIG|[Ff]ile too large|is the disk full|\(ulimit -f\)/);
    assert(limited.text.includes(datadir), limited.text);
    // Of LMDB, whose map is larger than the file may be, nothing can be read then.
    if (format === 'directory') assert.deepEqual(damageOf(datadir, format), []);
    const again = await opProgram(flagsWith(datadir, format)).ended;
    assert.equal(again.code, 0, again.text);
    await isWhole(datadir, format);
  });

  test(
    `a full disk does the same (${format})`,
    { skip: mayMount ? false : 'this user may not mount a small disk' },
    async (t) => {
      const disk = join(claim.folder, `disk-${format}`);
      const { grow } = smallDisk(t, disk, 200);
      const datadir = join(disk, 'data');
      const full = await opProgram(flagsWith(datadir, format)).ended;
      assert.equal(full.code, 2, full.text);
      assert.match(full.text, /ENOSPC|[Nn]o space left|the disk (?:is )?full/);
      assert(full.text.includes(datadir), full.text);
      assert.deepEqual(damageOf(datadir, format), []);
      grow(200_000);
      const again = await opProgram(flagsWith(datadir, format)).ended;
      assert.equal(again.code, 0, again.text);
      await isWhole(datadir, format);
      rmSync(datadir, { recursive: true, force: true });
    },
  );
}

function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-mount-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'tmpfs', folder], { stdio: 'ignore' });
    execFileSync('umount', ['-l', folder]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function size(kib: number): string {
  return `size=${kib}k`;
}

/** A disk of so many KiB at `folder`, until the test's end. */
function smallDisk(t: TestContext, folder: string, kilobytes: number): { grow(kilobytes: number): void } {
  mkdirSync(folder);
  execFileSync('mount', ['-t', 'tmpfs', '-o', size(kilobytes), 'tmpfs', folder], { stdio: 'ignore' });
  t.after(() => execFileSync('umount', ['-l', folder]));
  return { grow: (kib) => void execFileSync('mount', ['-o', `remount,${size(kib)}`, folder]) };
}
