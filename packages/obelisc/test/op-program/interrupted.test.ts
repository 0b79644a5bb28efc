// A datadir stays good whatever happens to the runs that write to it: two at once, killed at any moment, a disk that is full.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test, type TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { damageOf, embeddedClaim, type EmbeddedClaim, opProgram } from './embedded-claim.js';

/** With a blob among its batches. */
const BLOCKS = 5;
const FORMATS = ['directory', 'lmdb'] as const;
type Format = (typeof FORMATS)[number];

let claim: EmbeddedClaim;
before(async () => {
  claim = await embeddedClaim('interrupted', BLOCKS);
});
after(() => claim.close());

const flagsWith = (datadir: string, format: Format): string[] => [
  ...claim.flags(),
  ...claim.endpointFlags(),
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
    let killed = 0;
    // When it begins to write, and some milliseconds later.
    for (const later of [0, 30, 90]) {
      const earlier = written(datadir);
      const run = opProgram(flagsWith(datadir, format));
      const over = run.ended.then(() => true);
      while (written(datadir) === earlier && (await Promise.race([over, delay(2, false)])) === false);
      await delay(later);
      run.kill();
      const { signal } = await run.ended;
      if (signal === 'SIGKILL') killed += 1;
      // Before the first file is whole there is nothing to be damaged.
      if (written(datadir) !== '') assert.deepEqual(damageOf(datadir, format), []);
    }
    assert(killed > 0, 'at least one run was killed before its end');
    const { code, text } = await opProgram(flagsWith(datadir, format)).ended;
    assert.equal(code, 0, text);
    await isWhole(datadir, format);
  });
}

/** What changes when something is written into a datadir. */
function written(datadir: string): string {
  if (!existsSync(datadir)) return '';
  const names = readdirSync(datadir, { recursive: true, encoding: 'utf8' });
  // The folder comes before the first file, and other files before LMDB's own.
  if (names.length === 0 || (datadir.endsWith('lmdb') && !names.includes('preimages.lmdb'))) return '';
  return `${names.length} ${names.includes('preimages.lmdb') ? statSync(join(datadir, 'preimages.lmdb')).mtimeMs : ''}`;
}

/** A disk of so many KiB at `folder`, or undefined where this user may not have one. */
function smallDisk(t: TestContext, folder: string, kilobytes: number): { grow(kilobytes: number): void } | undefined {
  mkdirSync(folder);
  const size = (kib: number) => `size=${kib}k`;
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', size(kilobytes), 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  t.after(() => execFileSync('umount', ['-l', folder]));
  return { grow: (kib) => void execFileSync('mount', ['-o', `remount,${size(kib)}`, folder]) };
}

for (const format of FORMATS) {
  test(`a full disk ends the run with 2, by name, and leaves a good datadir (${format})`, async (t) => {
    const disk = join(claim.folder, `disk-${format}`);
    const mounted = smallDisk(t, disk, 600);
    const datadir = join(disk, 'data');
    if (mounted === undefined) {
      // What a file may hold is limited instead: for one file, that is a full disk.
      if (format === 'directory') return;
      const limit = ['sh', '-c', 'ulimit -f 600; trap "" XFSZ; exec "$@"', 'sh'];
      const limited = await opProgram(flagsWith(datadir, format), limit).ended;
      assert.equal(limited.code, 2, limited.text);
    } else {
      const full = await opProgram(flagsWith(datadir, format)).ended;
      assert.equal(full.code, 2, full.text);
      assert.match(full.text, /ENOSPC|[Nn]o space left|is the disk full/);
      assert(full.text.includes(datadir), full.text);
      assert.deepEqual(damageOf(datadir, format), []);
      mounted.grow(200_000);
    }
    const again = await opProgram(flagsWith(datadir, format)).ended;
    assert.equal(again.code, 0, again.text);
    await isWhole(datadir, format);
    rmSync(datadir, { recursive: true, force: true });
  });
}
