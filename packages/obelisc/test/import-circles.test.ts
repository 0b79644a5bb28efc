// What `npm run lint` says of files that import each other in a circle, in both of the project's languages.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const oxlint = ['node_modules/oxlint/bin/oxlint', '-c', '.oxlintrc.json', '--deny-warnings'];
const assemblyCircles = ['tools/assembly-circles.mjs'];

/** Runs a linter on a folder of these files, or on one of them. */
function lint(
  linter: readonly string[],
  entry: string,
  files: Record<string, string>,
): { status: number | null; output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-circles-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const { status, stdout, stderr } = spawnSync(process.execPath, [...linter, join(folder, entry)], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a circle of TypeScript files is refused, of types alone too', () => {
  const files = {
    'circle.ts': "import type { Area } from './area.js';\nexport type Circle = { area: Area };\n",
    'area.ts': "import type { Radius } from './radius.js';\nexport type Area = Radius;\n",
    'radius.ts': 'export type Radius = number;\n',
  };
  assert.equal(lint(oxlint, '', files).status, 0);
  const { status, output } = lint(oxlint, '', {
    ...files,
    'radius.ts': "import type { Circle } from './circle.js';\nexport type Radius = Circle[];\n",
  });
  assert.equal(status, 1);
  assert.match(output, /import\(no-cycle\)/);
});

test('a circle of AssemblyScript files is refused', () => {
  const files = {
    'circle.ts': "import { area } from './area';\n\n@inline\nexport function circle(): i32 {\n  return area();\n}\n",
    'area.ts': "export { radius as area } from './radius';\n",
    'radius.ts': 'export function radius(): i32 {\n  return 1;\n}\n',
  };
  assert.deepEqual(lint(assemblyCircles, 'circle.ts', files), { status: 0, output: '' });
  const { status, output } = lint(assemblyCircles, 'circle.ts', {
    ...files,
    'radius.ts': "import { circle } from './circle';\nexport function radius(): i32 {\n  return circle();\n}\n",
  });
  assert.equal(status, 1);
  for (const file of ['circle', 'area', 'radius']) assert.match(output, new RegExp(`${file}\\.ts imports`));
});
