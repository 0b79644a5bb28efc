// What `npm run guest` and `npm run prestate` do.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { clientModule } from '@obelisc/program';
import { compileGuest } from '../build/compile.js';
import {
  currentRelease,
  prestateHash,
  type Release,
  releasedElf,
  ReleaseError,
  sha256,
  writeRelease,
  writeWhole,
} from './released.js';
import { root } from './root.js';
import { sourcesHash } from './sources.js';

/** Where the guide expects the ELF, from the repository's root. */
const elfPath = 'bin/op-program-client-riscv.elf';

/** Builds the client's ELF, writes it to bin/ and makes it the released one. */
export function buildGuest(): Release {
  const elf = compileGuest(clientModule());
  writeWhole(join(root, elfPath), elf);
  return writeRelease(elf, sourcesHash());
}

/**
 * Rebuilds the ELF from the sources and compares. Throws `ReleaseError` when the released ELF, its hash, its prestate or
 * the sources' hash is not what the sources give.
 */
export function checkGuest(): Release {
  const release = currentRelease();
  const advice = 'run npm run guest and commit prestates.json and packages/guest/release';
  const compare = (what: string, listed: string, found: string): void => {
    if (listed !== found)
      throw new ReleaseError(`${what}: prestates.json lists ${listed}, here it is ${found}; ${advice}`);
  };
  const elf = releasedElf();
  compare("the sources' hash", release.sourcesSha256, sourcesHash());
  compare("the prestate's hash", release.prestate, prestateHash(elf));
  compare("the rebuilt ELF's hash", release.elfSha256, sha256(compileGuest(clientModule())));
  return release;
}

/** Writes the released ELF to bin/, and says so on stderr when it isn't what the sources make any more. */
export function unpackGuest(): Release {
  const release = currentRelease();
  writeWhole(join(root, elfPath), releasedElf());
  if (release.sourcesSha256 !== sourcesHash()) {
    process.stderr.write(
      `${elfPath} is the released client; its sources have changed since: npm run guest builds it\n`,
    );
  }
  return release;
}

/** Writes the ELF that belongs to the sources to bin/: the released one, or one built from them. */
function currentGuest(): Release {
  let release: Release | undefined;
  try {
    release = currentRelease();
  } catch (error) {
    if (!(error instanceof ReleaseError)) throw error;
  }
  return release?.sourcesSha256 === sourcesHash() ? unpackGuest() : buildGuest();
}

/** Writes bin/prestate.json and bin/meta.json from the ELF, by the command that a user would give. */
export function makePrestate(): Release {
  const release = currentGuest();
  const args = ['load-elf', '--path', elfPath, '--out', 'bin/prestate.json', '--meta', 'bin/meta.json'];
  const { status, error } = spawnSync(process.execPath, ['bin/asterisc', ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0)
    throw new ReleaseError(`bin/asterisc ${args.join(' ')} failed: ${error?.message ?? `exit code ${status}`}`);
  return release;
}
