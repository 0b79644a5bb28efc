// `obelisc client` and `obelisc compile`: the released client's ELF, and guests of one's own from WebAssembly.
import { readFileSync } from 'node:fs';
import {
  clientElf,
  clientVersion,
  compileGuest,
  currentRelease,
  UnsupportedModuleError,
  writeWhole,
} from '@obelisc/guest';
import { UsageError } from '../terminal/failure.js';

/** Prints where the released client's ELF is, with `json` its version, prestate and hash as well. The file is checked. */
export function printClient(json: boolean): void {
  const path = clientElf();
  const { prestate, elfSha256 } = currentRelease();
  process.stdout.write(
    `${json ? JSON.stringify({ path, version: clientVersion(), prestate, elfSha256 }, undefined, 2) : path}\n`,
  );
}

/** Makes the ELF of a module that keeps to packages/program/ABI.md and writes it to `out`, whole or not at all. */
export function compileModule(module: string, out: string): void {
  let wasm: Uint8Array;
  try {
    wasm = readFileSync(module);
  } catch (error) {
    throw new UsageError(`cannot read the module ${module}: it takes a WebAssembly file`, { cause: error });
  }
  const elf = guestOf(module, wasm);
  try {
    writeWhole(out, elf);
  } catch (error) {
    throw new UsageError(`cannot write ${out}, which --out names`, { cause: error });
  }
}

function guestOf(module: string, wasm: Uint8Array): Uint8Array {
  try {
    return compileGuest(wasm);
  } catch (error) {
    if (!(error instanceof UnsupportedModuleError)) throw error;
    throw new UsageError(
      `no guest can be made of ${module}: ${error.message}; docs/own-programs.md says what it takes`,
    );
  }
}
