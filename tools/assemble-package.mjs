// What `npm pack` needs of the rooms: they are packages of their own that the registry does not have, so they travel inside
// the package, each with the files that its package.json lists, in lib/node_modules/@obelisc, where they find each other
// and what the package depends on. (npm's own way, bundleDependencies, installs the dependencies that are not bundled
// without their executables, and lmdb's installation then fails.)
//   node tools/assemble-package.mjs [--remove]
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const target = join(root, 'lib');

rmSync(target, { recursive: true, force: true });
if (!process.argv.includes('--remove')) {
  for (const { name, files } of rooms()) {
    const folder = name.slice(name.indexOf('/') + 1);
    for (const { path } of files)
      cpSync(join(root, 'packages', folder, path), join(target, 'node_modules', name, path));
  }
}

/** Every room with the files that npm would pack of it. */
function rooms() {
  const args = ['pack', '--workspaces', '--dry-run', '--json', '--ignore-scripts'];
  const env = { ...process.env, npm_config_dry_run: undefined, npm_config_pack_destination: undefined };
  const { status, stdout } = spawnSync('npm', args, { cwd: root, env, stdio: ['ignore', 'pipe', 2], encoding: 'utf8' });
  if (status !== 0) throw new Error(`npm ${args.join(' ')} ended with exit code ${status}`);
  const packed = JSON.parse(stdout);
  // npm 11 has an object by name, earlier ones an array.
  return Array.isArray(packed) ? packed : Object.values(packed);
}
