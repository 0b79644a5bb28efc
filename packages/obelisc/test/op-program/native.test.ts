/** The built-in client on a datadir that another host gathered: a range of a real chain, with a true claim and with wrong ones. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const repository = fileURLToPath(new URL('../../../../../', import.meta.url));
const devnet = join(process.env.OBELISC_DATA ?? join(repository, '../shared/data'), 'devnet-a');
const skip = existsSync(devnet) ? false : `there is no ${devnet}; set OBELISC_DATA`;

type Case = { args: Record<string, string | number>; exit: number };
type Range = { name: string; cases: Record<string, Case> };

const text = (file: string) => gunzipSync(readFileSync(join(devnet, file))).toString('utf8');

let folder = '';
let cases: Record<string, Case> = {};

async function run(
  args: Case['args'],
  datadir = join(folder, 'datadir'),
  files = { rollup: join(devnet, 'rollup.json'), genesis: join(folder, 'genesis-l2.json') },
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const flags = {
    ...args,
    datadir,
    'rollup.config': files.rollup,
    'l2.genesis': files.genesis,
  };
  const child = spawn(
    process.execPath,
    [join(repository, 'bin/op-program'), ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => void (output.stdout += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => void (output.stderr += chunk.toString('utf8')));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, ...output };
}

const lastLine = (stdout: string) => stdout.trimEnd().split('\n').at(-1) ?? '';

function caseOf(name: string): Case {
  const found = cases[name];
  assert(found !== undefined, `no case ${name}`);
  return found;
}

describe('op-program on range g10, offline', { skip }, () => {
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'obelisc-native-'));
    writeFileSync(join(folder, 'genesis-l2.json'), text('genesis-l2.json.gz'));
    cases =
      (JSON.parse(readFileSync(join(devnet, 'ranges.json'), 'utf8')) as Range[]).find(({ name }) => name === 'g10')
        ?.cases ?? {};
    for (const line of text('preimages-g10.jsonl.gz').trimEnd().split('\n')) {
      const [key, value] = JSON.parse(line) as [string, string];
      mkdirSync(join(folder, 'datadir', key.slice(2, 6)), { recursive: true });
      writeFileSync(join(folder, 'datadir', key.slice(2, 6), `${key.slice(6)}.txt`), value.slice(2));
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the true claim: exit code 0, and the line of the guide comes last', async () => {
    const { args } = caseOf('valid');
    const { code, stdout, stderr } = await run(args);
    assert.equal(code, 0, stderr);
    assert.equal(lastLine(stdout), `Successfully validated L2 block #10 with output root ${args['l2.claim']}`);
  });

  for (const name of ['invalid', 'wrong-block', 'early-l1-head']) {
    test(`${name}: exit code 1, and the last line says what was claimed and what was derived`, async () => {
      const { args } = caseOf(name);
      const { code, stdout, stderr } = await run(args);
      assert.equal(code, 1, stderr);
      assert.match(lastLine(stdout), new RegExp(`L2 block #10.*${args['l2.claim']}`));
    });
  }

  test('two runs print the same', async () => {
    const [first, second] = await Promise.all([run(caseOf('valid').args), run(caseOf('valid').args)]);
    assert.equal(first.stdout, second.stdout);
  });

  test('a datadir of another claim: exit code 2 and the reason, never a verdict', async () => {
    const { args } = caseOf('valid');
    const { code, stdout, stderr } = await run({ ...args, 'l2.outputroot': args['l2.claim'] ?? '' });
    assert.equal(code, 2);
    assert.match(stderr, /the claim could not be decided/);
    assert.match(stderr, /does not know the agreed output root, so it was gathered for another chain or another claim/);
    assert.doesNotMatch(stdout, /Successfully|is wrong/);
  });
});
