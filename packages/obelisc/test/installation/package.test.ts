// The root is the package `obelisc`, in which the rooms travel; tools/check-install.mjs packs and installs it.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, relative, sep } from 'node:path';
import { test } from 'node:test';
import { root } from '@obelisc/guest';
import { VERSION } from '../../src/terminal/version.js';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly files?: readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const manifest = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
const top = manifest('.');
const rooms = readdirSync(join(root, 'packages')).map((folder) => ({ folder, ...manifest(`packages/${folder}`) }));

test("--version is the package's", () => {
  assert.equal(VERSION, top.version);
});

test('every room travels in the package, with what is compiled of it', () => {
  for (const { name, version, files } of rooms) {
    assert.equal(version, top.version, name);
    assert.ok(files?.includes('dist/src/**/*.js'), `${name} lists its compiled sources in files`);
  }
});

test('what a room needs from elsewhere is a peer, whose version the root pins: once for all', () => {
  const pinned = { ...top.dependencies, ...top.optionalDependencies };
  for (const { name, dependencies, optionalDependencies, peerDependencies } of rooms) {
    assert.deepEqual(
      Object.keys({ ...dependencies, ...optionalDependencies }).filter((other) => !other.startsWith('@obelisc/')),
      [],
      `${name} has third-party dependencies: make them peers and pin them in the root's package.json`,
    );
    for (const peer of Object.keys(peerDependencies ?? {})) {
      assert.match(pinned[peer] ?? '', /^\d+\.\d+\.\d+$/, `the root's package.json pins ${peer}, which ${name} needs`);
    }
  }
  const needed = new Set(rooms.flatMap(({ peerDependencies }) => Object.keys(peerDependencies ?? {})));
  const unused = Object.keys(pinned).filter((name) => !name.startsWith('@obelisc/') && !needed.has(name));
  assert.deepEqual(unused, [], 'no room needs what the root pins');
});

test('every module that a room imports is one that it declares', () => {
  for (const { folder, name, dependencies, peerDependencies } of rooms) {
    const declared = new Set([...Object.keys({ ...dependencies, ...peerDependencies }), name]);
    const sources = join(root, 'packages', folder, 'dist/src');
    for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.js')) continue;
      for (const imported of importsOf(readFileSync(join(sources, file), 'utf8'))) {
        assert.ok(
          declared.has(imported),
          `${name}'s ${file} imports ${imported}, which its package.json does not name`,
        );
      }
    }
  }
});

test('every file that a room reads beside its code is packed', () => {
  let count = 0;
  for (const { folder } of rooms) {
    const sources = join(root, 'packages', folder, 'dist/src');
    for (const file of readdirSync(sources, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.js')) continue;
      const text = readFileSync(join(sources, file), 'utf8');
      for (const [, url = ''] of text.matchAll(/new URL\(['"`]([^'"`$]+)['"`], import\.meta\.url\)/g)) {
        const [owner = '', ...rest] = relative(join(root, 'packages'), join(sources, dirname(file), url)).split(sep);
        const room = rooms.find((other) => other.folder === owner);
        // What leaves the rooms, or is one's folder, is no file.
        if (room === undefined || rest.join('/') === '') continue;
        assert.ok(
          room.files?.some((pattern) => covers(pattern, rest.join('/'))),
          `${file} reads ${owner}/${rest.join('/')}`,
        );
        count += 1;
      }
    }
  }
  assert.ok(count > 5, `${count} files are read`);
  for (const { out, native, test: isTest } of Object.values(assemblyModules())) {
    for (const path of native === undefined ? [out] : [out, native]) {
      const [, owner, ...rest] = path.split('/');
      const files = rooms.find(({ folder }) => folder === owner)?.files ?? [];
      const isPacked = files.some((pattern) => covers(pattern, rest.join('/')));
      assert.equal(isPacked, isTest !== true, path);
    }
  }
});

function assemblyModules(): Record<
  string,
  { readonly out: string; readonly native?: string; readonly test?: boolean }
> {
  return JSON.parse(readFileSync(join(root, 'tools/assembly-modules.json'), 'utf8')) as ReturnType<
    typeof assemblyModules
  >;
}

/** Whether an entry of `files` covers a path: a file, a folder, or a pattern with stars. */
function covers(pattern: string, path: string): boolean {
  const quoted = pattern
    .replaceAll('.', '\\.')
    .replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'));
  return new RegExp(`^${quoted}(?:/.*)?$`).test(path);
}

/** Names of the packages that a compiled module imports at its top or on the way, Node's own left out. */
function importsOf(text: string): string[] {
  const specifiers = [
    ...text.matchAll(/^(?:import|export)\b[^;'"]*?from '([^']+)';$/gm),
    ...text.matchAll(/\b(?:import|require)\('([^']+)'\)|createRequire\(import\.meta\.url\)\('([^']+)'\)/g),
  ].map(([, ...groups]) => groups.find((group) => group !== undefined) ?? '');
  return specifiers
    .filter((name) => !/^(?:\.|node:)/.test(name) && !builtinModules.includes(name))
    .map((name) =>
      name
        .split('/')
        .slice(0, name.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
