// Where what belongs to all rooms lies.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { guestFolder } from '../build/toolchain.js';

/**
 * The folder with bin/ and prestates.json: the repository's root or that of the installed package, in which this room
 * lies deeper.
 */
export const root = nearestWith('bin/start.cjs', guestFolder);

function nearestWith(file: string, folder: string): string {
  if (existsSync(join(folder, file))) return folder;
  const above = dirname(folder);
  if (above === folder) throw new Error(`no folder above ${guestFolder} has ${file}: the installation is not whole`);
  return nearestWith(file, above);
}
