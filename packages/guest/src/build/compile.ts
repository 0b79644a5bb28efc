// WebAssembly module → C → RV64IMA ELF. The same module gives the same bytes in any folder and with any cache.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { translateModule } from '../translate/module.js';
import { decodeModule } from '../wasm/module.js';
import { UnsupportedModuleError } from '../wasm/reader.js';
import { keepFunctionSymbols } from './elf-symbols.js';
import { keccakAssembly } from './keccak-assembly.js';
import { crossCompiler, guestFolder, ToolchainError } from './toolchain.js';

const targetFlags = [
  '-target riscv64-freestanding-none',
  '-mcpu=generic_rv64+m+a-c-d-f+unaligned_scalar_mem',
  '-mabi=lp64',
].flatMap((line) => line.split(' '));

const compilerFlags = [
  // Code is below 2 GiB: one instruction makes the upper part of an address, none beyond gp ± 2 KiB.
  '-mcmodel=medlow',
  '-ffreestanding',
  '-O2 -g0 -fno-sanitize=all -fno-stack-protector -fno-unwind-tables -fno-asynchronous-unwind-tables',
  // Every instruction is one step, whatever its latency: order for few registers rather than for a pipeline (5 % fewer
  // steps on hashing), inline more than a cache would bear (10 % on field arithmetic), no frame pointer (3 %).
  '-Xclang -O3 -fomit-frame-pointer -mllvm -inline-threshold=600 -mllvm -enable-misched=false',
  // Address 0 is an address, accesses of any type may alias, loops may run for ever, numbers wrap.
  '-fno-delete-null-pointer-checks -fno-strict-aliasing -fno-finite-loops -fwrapv',
  // Loops stay loops in memcpy and memset; deep recursion must not become a loop that never ends.
  '-fno-builtin -fno-optimize-sibling-calls',
  '-std=gnu23 -Wall -Wextra -Werror -Wno-unused -Wno-unused-parameter -Wno-unused-but-set-parameter',
  '-Wno-infinite-recursion',
].flatMap((line) => line.split(' '));

const linkerFlags = [
  '-T',
  'guest.ld',
  '-static',
  '--build-id=none',
  '--relax-gp',
  '--gc-sections',
  '--no-eh-frame-hdr',
];

/** Compiles a module that keeps to packages/program/ABI.md. Throws `UnsupportedModuleError` or `ToolchainError`. */
export function compileGuest(wasm: Uint8Array): Uint8Array {
  // The translator relies on it.
  if (!WebAssembly.validate(wasm)) throw new UnsupportedModuleError('not a valid WebAssembly module');
  const compiler = crossCompiler();
  const { header, source, dataAddress } = translateModule(decodeModule(wasm));
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-guest-'));
  try {
    writeFileSync(join(folder, 'module.h'), header);
    writeFileSync(join(folder, 'module.c'), source);
    const script = readFileSync(join(guestFolder, 'runtime/guest.ld'), 'utf8');
    writeFileSync(join(folder, 'guest.ld'), script.replaceAll('DATA_ADDRESS', String(dataAddress)));
    for (const name of ['runtime.c', 'runtime.h']) copyFileSync(join(guestFolder, 'runtime', name), join(folder, name));
    writeFileSync(join(folder, 'keccak.s'), keccakAssembly());
    for (const name of ['runtime', 'module']) {
      run(compiler, ['cc', ...targetFlags, ...compilerFlags, '-c', '-o', `${name}.o`, `${name}.c`], folder);
    }
    run(compiler, ['cc', ...targetFlags, '-g0', '-c', '-o', 'keccak.o', 'keccak.s'], folder);
    run(compiler, ['ld.lld', ...linkerFlags, '-o', 'guest.elf', 'runtime.o', 'module.o', 'keccak.o'], folder);
    return keepFunctionSymbols(readFileSync(join(folder, 'guest.elf')));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the compiler in `folder`, with its caches there. */
function run(compiler: string, args: string[], folder: string): void {
  const cache = join(folder, 'cache');
  const env = { ...process.env, ZIG_GLOBAL_CACHE_DIR: cache, ZIG_LOCAL_CACHE_DIR: cache };
  const { status, signal, stderr, error } = spawnSync(compiler, args, { cwd: folder, encoding: 'utf8', env });
  if (status === 0) return;
  throw new ToolchainError(
    `zig ${args[0]} ended with ${status ?? signal ?? 'an error'}: ${stderr ?? ''}${error?.message ?? ''}`,
  );
}
