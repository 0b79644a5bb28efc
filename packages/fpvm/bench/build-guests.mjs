// Builds the guests that `npm run bench:vm` measures: `node packages/fpvm/bench/build-guests.mjs`, sources in guests/,
// output in dist/bench-guests (not committed). What is there and newer than its sources stays.
// The C guests are compiled by the guest's cross compiler (packages/guest/toolchain, fetched on first use), the Go guest
// by `go` where it is installed: version 1.22.7, as later ones emit compressed instructions, which the machine has not.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crossCompiler } from '../../guest/dist/src/build/toolchain.js';

const script = fileURLToPath(import.meta.url);
const sources = fileURLToPath(new URL('./guests', import.meta.url));
const output = fileURLToPath(new URL('../dist/bench-guests', import.meta.url));
const GO_VERSION = 'go1.22.7';

/**
 * Rounds of work. Brief: 50 to 70 million steps, less than qemu-riscv64 takes to show. Short: what that does in 0.4 to 0.5
 * seconds. Long: ten times as much.
 */
const cGuests = {
  keccak: { brief: 10_000, short: 260_000, long: 2_600_000 },
  memory: { brief: 1, short: 2, long: 20 },
  branchy: { brief: 10, short: 80, long: 800 },
  recursion: { brief: 2, short: 6, long: 60 },
  indirect: { brief: 12, short: 40, long: 400 },
};
const goGuest = { brief: 2, short: 15, long: 150 };
export const variants = Object.keys(goGuest);

const compilerFlags = [
  '-target riscv64-freestanding-none',
  '-mcpu=generic_rv64+m+a-c-d-f+unaligned_scalar_mem -mabi=lp64 -mcmodel=medany',
  '-std=gnu23 -O2 -g0 -ffreestanding -fno-builtin -fwrapv -fno-strict-aliasing',
  '-fno-sanitize=all -fno-stack-protector -fno-unwind-tables -fno-asynchronous-unwind-tables',
  // Deep recursion must not become a loop.
  '-fno-optimize-sibling-calls',
  '-Wall -Wextra -Werror',
].flatMap((line) => line.split(' '));

// The reference refuses a PT_GNU_STACK with a size; below the image no page is touched.
const linkerFlags = ['-static', '--image-base=0x10000', '-z', 'stack-size=0', '--build-id=none', '--gc-sections'];

/**
 * Builds what is missing. Returns [{ name, variant, path }], in a fixed order. The Go guest is left out,
 * with a notice on stderr, where there is no `go`. Throws when a compiler refuses.
 */
export function buildGuests() {
  mkdirSync(output, { recursive: true });
  const guests = [];
  for (const [name, rounds] of Object.entries(cGuests)) {
    for (const variant of variants) {
      const path = join(output, `${name}-${variant}.elf`);
      const inputs = [`${name}.c`, 'start.c', 'guest.h'].map((file) => join(sources, file));
      if (isOlder(path, [script, ...inputs])) compileC(path, name, rounds[variant]);
      guests.push({ name, variant, path });
    }
  }
  const goInputs = readdirSync(join(sources, 'go')).map((file) => join(sources, 'go', file));
  const hasGo = spawnSync('go', ['version']).status === 0;
  for (const variant of variants) {
    const path = join(output, `go-${variant}.elf`);
    if (isOlder(path, [script, ...goInputs])) {
      if (!hasGo) {
        process.stderr.write(`bench: no \`go\` on the PATH: the Go guest (${variant}) is left out\n`);
        continue;
      }
      compileGo(path, goGuest[variant]);
    }
    guests.push({ name: 'go', variant, path });
  }
  return guests;
}

function compileC(path, name, rounds) {
  const compiler = crossCompiler();
  const objects = [];
  for (const source of ['start', name]) {
    const object = `${path}.${source}.o`;
    run(compiler, ['cc', ...compilerFlags, `-DROUNDS=${rounds}ul`, '-c', '-o', object, join(sources, `${source}.c`)]);
    objects.push(object);
  }
  run(compiler, ['ld.lld', ...linkerFlags, '-o', `${path}.part`, ...objects]);
  for (const object of objects) rmSync(object);
  renameSync(`${path}.part`, path);
}

function compileGo(path, rounds) {
  run('go', ['build', '-ldflags', `-X main.rounds=${rounds}`, '-o', `${path}.part`, '.'], {
    cwd: join(sources, 'go'),
    env: { ...process.env, GOOS: 'linux', GOARCH: 'riscv64', GOTOOLCHAIN: GO_VERSION, CGO_ENABLED: '0', GOFLAGS: '' },
  });
  renameSync(`${path}.part`, path);
}

/** Whether the file is missing or older than one of `inputs`. */
function isOlder(path, inputs) {
  const time = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return inputs.some((input) => statSync(input).mtimeMs > time);
}

function run(command, args, options = {}) {
  const { status, signal, stderr, error } = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (status === 0) return;
  throw new Error(`${command} ${args.join(' ')} ended with ${status ?? signal ?? error?.message}:\n${stderr ?? ''}`);
}

if (process.argv[1] === script) {
  for (const { path } of buildGuests()) process.stdout.write(`${path}\n`);
}
