// What the pages in docs/ list is what there is.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '@obelisc/guest';

const page = (path: string): string => readFileSync(join(root, path), 'utf8');
/** What lies in docs/ but for the pictures. */
const entries = readdirSync(join(root, 'docs')).filter((name) => name !== 'images');
const others = [
  'README.md',
  'ARCHITECTURE.md',
  'packages/fpvm/README.md',
  'packages/guest/README.md',
  'packages/program/ABI.md',
];
const pages = [...others, ...entries.map((name) => `docs/${name}`)];

test('docs/errors.md has every error of the sources, and what to do about each class', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/write-errors.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('docs/flags.md has every flag of the commands as they are, and none of the references is missing', () => {
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'tools/write-flags.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('docs/README.md leads to every page', () => {
  const index = page('docs/README.md');
  for (const name of entries) {
    if (name !== 'README.md') assert.ok(index.includes(`](${name})`), `docs/README.md does not lead to ${name}`);
  }
});

test('no link of a page leads nowhere', () => {
  for (const path of pages) {
    for (const [, target = ''] of page(path).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      assert.ok(existsSync(join(root, full)), `${path} links to ${target}`);
      if (anchor !== undefined) assert.ok(anchorsOf(page(full)).has(anchor), `${path} links to ${target}`);
    }
  }
});

test('what a page links to lies in the packed package as well', () => {
  const { files } = JSON.parse(page('package.json')) as { files: readonly string[] };
  // npm packs these two whatever is listed.
  const packed = [...files, 'README.md', 'LICENSE'];
  const isPacked = (path: string): boolean => packed.some((entry) => path === entry || path.startsWith(`${entry}/`));
  for (const path of pages) {
    assert.ok(isPacked(path), `${path} is not packed`);
    for (const [, target = ''] of page(path).matchAll(/\]\(([^)\s#]+)/g)) {
      if (/^https?:/.test(target)) continue;
      assert.ok(
        isPacked(join(dirname(path), target)),
        `${path} links to ${target}, which package.json does not list in files`,
      );
    }
  }
});

/** Headings as GitHub names them. */
function anchorsOf(text: string): Set<string> {
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}
