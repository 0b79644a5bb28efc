// Runs the compiled tests with Node's test runner and closes with the line `N passed, N failed[, N skipped]`.
//   node tools/run-tests.mjs [--slow | --reference | --hostile] [PACKAGE | PACKAGE/FILE-PREFIX …]
// Ordinary tests are packages/*/test/**/*.test.ts, slow suites *.slow.ts, the worst that chains may hold
// *.hostile.ts, comparisons with other software *.reference.ts: each is made where a variable names what it takes, a binary
// (REFERENCE_ASTERISC, REFERENCE_OP_PROGRAM, REFERENCE_GO_CLIENT, REFERENCE_EVM, REFERENCE_OP_GETH, REFERENCE_PIPELINE,
// REFERENCE_KONA_HOST and REFERENCE_KONA_CLIENT), a guest (REFERENCE_CLIENT_ELF) or a contract (REFERENCE_RISCV_SOL). With
// REQUIRE_DATA=1 a skip is a failure.
import { readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { fileURLToPath } from 'node:url';

const packages = join(dirname(dirname(fileURLToPath(import.meta.url))), 'packages');
const args = process.argv.slice(2);
const kind = ['slow', 'reference', 'hostile'].find((name) => args.includes(`--${name}`)) ?? 'test';
const suffix = `.${kind}.ts`;
const wanted = args.filter((arg) => !arg.startsWith('--'));

const files = readdirSync(packages)
  .flatMap((name) => testsOf(name).map((file) => ({ label: `${name}/${file}`, name, file })))
  .filter(({ label }) => wanted.length === 0 || wanted.some((prefix) => label.startsWith(prefix)))
  .map(({ name, file }) => join(packages, name, 'dist/test', file.replace(/\.ts$/, '.js')));
if (files.length === 0) {
  process.stderr.write(`run-tests: no test file matches ${wanted.join(' ')}\n`);
  process.exit(1);
}

const count = { passed: 0, failed: 0, skipped: 0 };
const stream = run({ files, concurrency: 2, timeout: (kind === 'hostile' ? 60 : 20) * 60_000 });
stream.on('test:pass', (test) => {
  if (test.details.type === 'suite' || isFile(test)) return;
  count[test.skip === undefined && test.todo === undefined ? 'passed' : 'skipped'] += 1;
});
stream.on('test:fail', (test) => {
  if (test.details.type !== 'suite') count.failed += 1;
});
stream
  .compose(new spec())
  .on('end', () => {
    if (process.env.REQUIRE_DATA === '1' && count.skipped > 0) {
      process.stderr.write('REQUIRE_DATA=1: every skipped test counts as failed\n');
      count.failed += count.skipped;
      count.skipped = 0;
    }
    const skipped = count.skipped > 0 ? `, ${count.skipped} skipped` : '';
    process.stdout.write(`${count.passed} passed, ${count.failed} failed${skipped}\n`, () => {
      process.exit(count.failed > 0 || count.passed === 0 ? 1 : 0);
    });
  })
  .pipe(process.stdout, { end: false });

function testsOf(name) {
  try {
    return readdirSync(join(packages, name, 'test'), { recursive: true }).filter((file) => file.endsWith(suffix));
  } catch (error) {
    if (error.code === 'ENOENT') return [];
    throw error;
  }
}

/** Node 20 reports each file as a test of its own. */
function isFile(test) {
  return (
    test.nesting === 0 &&
    test.name.startsWith('/') &&
    test.name.endsWith('.js') &&
    relative(packages, test.name)[0] !== '.'
  );
}
