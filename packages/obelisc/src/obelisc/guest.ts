// `obelisc client` and `obelisc compile`: the released client's ELF, and guests of one's own from WebAssembly.
import { checkOutputPath, readFault, readWhole, writeSmallFile } from '@obelisc/fpvm';
import { clientElf, clientVersion, compileGuest, currentRelease, UnsupportedModuleError } from '@obelisc/guest';
import { UsageError } from '../terminal/failure.js';

/** Prints where the released client's ELF is, with `json` its version, prestate and hash as well. The file is checked. */
export function printClient(json: boolean): void {
  const path = clientElf();
  const { prestate, elfSha256 } = currentRelease();
  process.stdout.write(
    `${json ? JSON.stringify({ path, version: clientVersion(), prestate, elfSha256 }, undefined, 2) : path}\n`,
  );
}

/** Most bytes of a module: a guest of more is not loaded. */
const MOST_MODULE = 512 << 20;

/** Makes the ELF of a module that keeps to packages/program/ABI.md and writes it to `out`, whole or not at all. */
export async function compileModule(module: string, out: string): Promise<void> {
  let wasm: Uint8Array;
  try {
    wasm = await readWhole(module, MOST_MODULE, checkModuleStart);
  } catch (error) {
    throw new UsageError(`cannot read the module ${module}: ${readFault(error)}`);
  }
  checkOutputPath(out);
  writeSmallFile(out, guestOf(module, wasm));
}

function checkModuleStart(first: Uint8Array): void {
  if (Buffer.from(first.subarray(0, 4)).toString('latin1') !== '\0asm') {
    throw new Error('it is no WebAssembly file, which begins with 00 61 73 6d ("\\0asm")');
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
