// The commands' modules in a few files, packages/obelisc/dist/commands: to find, read and link a hundred modules is a third of what
// op-program takes from its start to its first answer (docs/benchmarks.md). bin/command.cjs says when they are used. What a module
// loads lazily stays lazy; third-party packages, and what runs in threads and processes of its own, are loaded from where they lie.
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(root, 'packages/obelisc/dist/src');
const target = join(root, 'packages/obelisc/dist/commands');

/** A module's own place, from wherever it is bundled: files lie beside it. */
const ownPlace = {
  name: 'own place',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path }) =>
      path.startsWith('@obelisc/') ? undefined : { path, external: true },
    );
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      // Each file lies in a folder of the target.
      const place = JSON.stringify(relative(join(target, 'parts'), path).split(sep).join('/'));
      const text = readFileSync(path, 'utf8');
      return { contents: text.replaceAll('import.meta.url', `new URL(${place}, import.meta.url).href`), loader: 'js' };
    });
  },
};

// As old as what they are made of: what is compiled meanwhile is newer.
const begun = new Date();
const commands = readdirSync(modules).filter((name) => existsSync(join(modules, name, 'main.js')));
rmSync(target, { recursive: true, force: true });
await build({
  entryPoints: [...commands.map((name) => `${name}/main`), 'terminal/command-process'].map((path) => ({
    in: join(modules, `${path}.js`),
    out: path,
  })),
  outdir: target,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  chunkNames: 'parts/[name]-[hash]',
  plugins: [ownPlace],
  logLevel: 'warning',
});
utimesSync(join(target, 'terminal/command-process.js'), begun, begun);
