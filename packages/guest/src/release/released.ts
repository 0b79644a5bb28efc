// The released ELF, compressed in release/, and the root's prestates.json, which lists every release.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import { loadElf } from '@obelisc/fpvm';
import { guestFolder } from '../build/toolchain.js';
import { root } from './root.js';

/** One release of the client as prestates.json lists it. Hashes are hex; the prestate's has 0x, as users give it. */
export interface Release {
  /** State hash of the machine before its first step. */
  readonly prestate: string;
  readonly elfSha256: string;
  /** What `sourcesHash` gave when the ELF was built. */
  readonly sourcesSha256: string;
}

/** The file has releases of the client by version, the newest last. */
interface Prestates {
  readonly 'op-program-client': Readonly<Record<string, Release>>;
}

/** The released files are missing or do not belong together. */
export class ReleaseError extends Error {
  override name = 'ReleaseError';
}

const compressedPath = join(guestFolder, 'release/op-program-client-riscv.elf.br');
const prestatesPath = join(root, 'prestates.json');

/** The version that this repository's client has or will be released as. */
export function clientVersion(): string {
  const { version } = JSON.parse(readFileSync(join(guestFolder, 'package.json'), 'utf8')) as { version: string };
  return version;
}

/** The released client as an ELF file. Throws `ReleaseError` when its bytes are not those that prestates.json lists. */
export function releasedElf(): Uint8Array {
  if (!existsSync(compressedPath)) throw new ReleaseError(`${compressedPath} is missing: build it with npm run guest`);
  const elf = brotliDecompressSync(readFileSync(compressedPath));
  const { elfSha256 } = currentRelease();
  if (sha256(elf) !== elfSha256) {
    throw new ReleaseError(`the released ELF is not the one that prestates.json lists: build both with npm run guest`);
  }
  return elf;
}

/**
 * Path of the released client as a file, which lies beside the commands. Throws `ReleaseError` when it is missing or not the
 * one that prestates.json lists.
 */
export function clientElf(): string {
  const path = join(root, 'bin/op-program-client-riscv.elf');
  if (!existsSync(path)) throw new ReleaseError(`${path} is missing: install again, or run npm ci in the repository`);
  if (sha256(readFileSync(path)) !== currentRelease().elfSha256) {
    throw new ReleaseError(
      `${path} is not the ELF that prestates.json lists: install again, or run npm run guest -- --unpack in the repository`,
    );
  }
  return path;
}

/** The entry of prestates.json for `clientVersion`. */
export function currentRelease(): Release {
  const release = existsSync(prestatesPath) ? readPrestates()['op-program-client'][clientVersion()] : undefined;
  if (release !== undefined) return release;
  throw new ReleaseError(`prestates.json has no version ${clientVersion()}: build it with npm run guest`);
}

/** Makes an ELF built from sources with that hash the release of `clientVersion`, and returns its entry. */
export function writeRelease(elf: Uint8Array, sourcesSha256: string): Release {
  const release = { prestate: prestateHash(elf), elfSha256: sha256(elf), sourcesSha256 };
  const releases = existsSync(prestatesPath) ? readPrestates()['op-program-client'] : {};
  const prestates: Prestates = { 'op-program-client': { ...releases, [clientVersion()]: release } };
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_MAX_WINDOW_BITS } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: BROTLI_MAX_WINDOW_BITS };
  writeWhole(compressedPath, brotliCompressSync(elf, { params }));
  writeWhole(prestatesPath, `${JSON.stringify(prestates, undefined, 2)}\n`);
  return release;
}

/** State hash, 0x-hex, of the machine that `load-elf` makes of an ELF file. */
export function prestateHash(elf: Uint8Array): string {
  return `0x${Buffer.from(loadElf(elf).machine.stateHash()).toString('hex')}`;
}

/** SHA-256 in hex. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Writes a file so that it appears whole or not at all. */
export function writeWhole(path: string, content: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}.part`;
  writeFileSync(temporary, content);
  renameSync(temporary, path);
}

function readPrestates(): Prestates {
  return JSON.parse(readFileSync(prestatesPath, 'utf8')) as Prestates;
}
