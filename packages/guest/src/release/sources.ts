// What the ELF is made from, as one hash: it tells whether a released ELF belongs to the sources beside it.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { root } from './root.js';

/** The translator, the runtime, and the cross compiler's pins. */
const translator = [
  'packages/guest/runtime',
  'packages/guest/src/build',
  'packages/guest/src/translate',
  'packages/guest/src/wasm',
  'packages/guest/toolchain/package-lock.json',
];
const client = ['packages/program/assembly', 'tools/build-assembly.mjs'];
/** Modules that only tests compile. */
const excluded = 'packages/program/assembly/testing/';
/** The packages that the AssemblyScript compiler is made of, pinned by the root's lockfile. */
const compilerPackages = ['assemblyscript', 'binaryen', 'long'];

/**
 * SHA-256 over everything the client's ELF is made from, hex without 0x: the paths and contents of the sources, the
 * client's build flags and the compilers' integrity. Reads the working tree, so it notices what is not committed.
 */
export function sourcesHash(): string {
  const modules = readJson<{ client: object }>('tools/assembly-modules.json');
  const { packages } = readJson<{ packages: Record<string, { integrity: string }> }>('package-lock.json');
  return hashOf([
    ...filesUnder([...translator, ...client]),
    ['tools/assembly-modules.json#client', JSON.stringify(modules.client)],
    ...compilerPackages.map((name): [string, string] => {
      const entry = packages[`node_modules/${name}`];
      if (entry === undefined) throw new Error(`package-lock.json does not pin ${name}: run npm ci`);
      return [`package-lock.json#${name}`, entry.integrity];
    }),
  ]);
}

/** SHA-256, as `sourcesHash`, over what turns any module into an ELF. */
export function translatorHash(): string {
  return hashOf(filesUnder(translator));
}

function hashOf(entries: readonly (readonly [name: string, content: string | Uint8Array])[]): string {
  const hash = createHash('sha256');
  for (const [name, content] of entries) {
    // Lengths between the fields: no other set of files can give the same stream.
    const bytes = Buffer.from(content);
    hash.update(`${Buffer.byteLength(name)} ${name} ${bytes.length} `).update(bytes);
  }
  return hash.digest('hex');
}

/** Paths from the repository's root, with `/`, and contents of all files under the given paths, in a fixed order. */
function filesUnder(paths: readonly string[]): [string, Uint8Array][] {
  return paths
    .flatMap((path) => {
      const full = join(root, path);
      if (!statSync(full).isDirectory()) return [path];
      return readdirSync(full, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
    })
    .filter((path) => !path.startsWith(excluded))
    .sort()
    .map((path) => [path, readFileSync(join(root, path))]);
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(join(root, path), 'utf8')) as T;
}
