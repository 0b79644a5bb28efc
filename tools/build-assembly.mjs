// Compiles the AssemblyScript modules to WebAssembly. `node tools/build-assembly.mjs [--tests | name…]`; without names all
// but those that only tests load, with --tests those too.
// A module is rebuilt only when one of its sources, or this script, is newer than its output.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Every module: where its sources are, its entry, its output and asc's flags beyond the shared ones; where there is one,
 * the output of a second build of the same sources, which runs natively (packages/program/ABI.md), and a script that writes
 * some of its sources.
 */
const modules = JSON.parse(readFileSync(join(root, 'tools/assembly-modules.json'), 'utf8'));

const withTests = process.argv.includes('--tests');
const wanted = process.argv.slice(2).filter((arg) => arg !== '--tests');
for (const name of wanted) {
  if (!(name in modules)) fail(`no AssemblyScript module '${name}'; there are: ${Object.keys(modules).join(', ')}`);
}

generateData();
for (const { generate } of Object.values(modules)) if (generate) await import(join(root, generate));
for (const [name, module] of Object.entries(modules)) {
  if (wanted.length > 0 ? !wanted.includes(name) : module.test && !withTests) continue;
  const newest = Math.max(
    newestIn(join(root, module.sources)),
    ...[join(root, module.entry), fileURLToPath(import.meta.url)].map((file) => statSync(file).mtimeMs),
  );
  const builds = [[module.out, module.flags]];
  if (module.native) builds.push([module.native, [...module.flags, '--use', 'NATIVE=1']]);
  for (const [path, flags] of builds) {
    const out = join(root, path);
    if (existsSync(out) && statSync(out).mtimeMs > newest) continue;
    await compile(name, module, flags, out);
  }
}

/**
 * asc has no way to embed a file: each packages/P/data/NAME.bin becomes packages/P/assembly/generated/NAME.ts, which
 * exports the bytes' address under the name in capitals.
 */
function generateData() {
  for (const name of readdirSync(join(root, 'packages'))) {
    const data = join(root, 'packages', name, 'data');
    if (!existsSync(data)) continue;
    for (const file of readdirSync(data).filter((entry) => entry.endsWith('.bin'))) {
      const bytes = readFileSync(join(data, file));
      const base = file.slice(0, -4);
      const target = join(root, 'packages', name, 'assembly/generated', `${base}.ts`);
      const constant = base.replace(/-/g, '_').toUpperCase();
      const text = `// Generated from data/${file}.\n// @ts-ignore: decorator\n@lazy export const ${constant}: usize = memory.data<u8>([${bytes.join(',')}]);\n`;
      if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, text);
    }
  }
}

async function compile(name, module, flags, out) {
  const asc = await import('assemblyscript/asc');
  // A runtime of the module's own takes the place of asc's `stub`, which never frees. (asc's option for custom
  // runtimes would also switch on the shadow stack of the garbage collector.)
  const stub = asc.libraryFiles['rt/stub'];
  if (module.runtime) asc.libraryFiles['rt/stub'] = readFileSync(join(root, module.runtime), 'utf8');
  mkdirSync(dirname(out), { recursive: true });
  const { error, stderr } = await asc.main([
    module.entry,
    '--baseDir',
    root,
    '--outFile',
    out,
    '-O3',
    '--runtime',
    'stub',
    ...flags,
  ]);
  asc.libraryFiles['rt/stub'] = stub;
  const text = stderr.toString();
  if (error) fail(`${name}: ${text || error.message}`);
  if (text) process.stderr.write(text);
}

function newestIn(dir) {
  return Math.max(
    ...readdirSync(dir, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(join(entry.parentPath, entry.name)).mtimeMs),
  );
}

function fail(message) {
  process.stderr.write(`build-assembly: ${message}\n`);
  process.exit(1);
}
