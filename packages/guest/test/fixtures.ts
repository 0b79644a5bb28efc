// Small ELFs that the tests run without the cross compiler, made from modules of the tests by `npm run guest:fixtures`.
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { compileGuest } from '../src/build/compile.js';
import { guestFolder } from '../src/build/toolchain.js';
import { sha256, writeWhole } from '../src/release/released.js';
import { translatorHash } from '../src/release/sources.js';
import { endsModule } from './ends-module.js';
import { farModule } from './far-module.js';
import { randomModule } from './random-module.js';

/** The modules by the names of their fixtures. */
export const fixtures: Readonly<Record<string, () => Uint8Array>> = {
  'ends-growing': () => endsModule(true),
  'ends-fixed': () => endsModule(false),
  far: () => farModule(),
  'random-a': () => randomModule(2n),
  'random-b': () => randomModule(24n),
};

const folder = join(guestFolder, 'test/fixtures');

interface FixtureRecord {
  /** What turned the modules into ELFs. */
  readonly translator: string;
  readonly modules: Readonly<Record<string, string>>;
}

/** The module of a fixture and its ELF. Throws when the ELF was made from another module or by another translator. */
export function fixture(name: string): { module: Uint8Array; elf: Uint8Array } {
  const module = fixtures[name]?.();
  const recordPath = join(folder, 'fixtures.json');
  if (module === undefined || !existsSync(recordPath)) throw new Error(`there is no fixture ${name}`);
  const record = JSON.parse(readFileSync(recordPath, 'utf8')) as FixtureRecord;
  if (record.translator !== translatorHash() || record.modules[name] !== sha256(module)) {
    throw new Error(`the fixture ${name} is older than its sources: run npm run guest:fixtures`);
  }
  return { module, elf: brotliDecompressSync(readFileSync(join(folder, `${name}.elf.br`))) };
}

/** Compiles all fixtures. */
export function writeFixtures(): void {
  mkdirSync(folder, { recursive: true });
  const modules: Record<string, string> = {};
  for (const [name, build] of Object.entries(fixtures)) {
    const module = build();
    modules[name] = sha256(module);
    writeWhole(join(folder, `${name}.elf.br`), brotliCompressSync(compileGuest(module)));
  }
  const record: FixtureRecord = { translator: translatorHash(), modules };
  writeWhole(join(folder, 'fixtures.json'), `${JSON.stringify(record, undefined, 2)}\n`);
}
