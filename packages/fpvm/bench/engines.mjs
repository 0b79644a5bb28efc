// What runs a guest, and how long it took: ours in each Node.js, the reference machine, qemu-riscv64.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const runner = fileURLToPath(new URL('./run-guest.mjs', import.meta.url));
const server = fileURLToPath(new URL('./serve-preimages.mjs', import.meta.url));
const NEWEST_NODE = '24';

/**
 * Everything there is to measure, each with `name` and `run({ path, preimages })`, which returns { seconds, steps?,
 * stdout?, hasPrinted(text) } and throws where the run fails. Throws when something that was asked for is not there.
 */
export function findEngines({ nodes, only, reference, folder }) {
  if (only !== undefined && !['interpreter', 'translator'].includes(only)) {
    throw new Error(`--engine ${only}: expected interpreter or translator`);
  }
  const engines = [];
  for (const node of nodes) {
    const { status, stdout, error } = spawnSync(node, ['--version'], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`cannot run the Node.js ${node}: ${error?.message ?? `exit code ${status}`}`);
    for (const engine of only === undefined ? ['interpreter', 'translator'] : [only]) {
      engines.push(ownEngine(node, stdout.trim(), engine));
    }
  }
  if (reference !== undefined) {
    const { status, error } = spawnSync(reference, ['--help']);
    if (status !== 0) {
      throw new Error(`cannot run REFERENCE_ASTERISC ${reference}: ${error?.message ?? `exit code ${status}`}`);
    }
    engines.push(referenceEngine(reference, folder));
  } else {
    process.stderr.write('bench: REFERENCE_ASTERISC is not set: no figures of the reference machine\n');
  }
  if (spawnSync('qemu-riscv64', ['--version']).status === 0) engines.push(qemu);
  else process.stderr.write('bench: no qemu-riscv64 on the PATH: no figures of it\n');
  return engines;
}

/** Path of the newest Node.js that npm carries; fetched into dist where it is missing. */
export function newestNode() {
  const folder = fileURLToPath(new URL('../dist/bench-node', import.meta.url));
  const path = join(folder, 'node_modules/node/bin/node');
  if (existsSync(path)) return path;
  process.stderr.write(`bench: fetching Node.js ${NEWEST_NODE}\n`);
  const args = ['install', '--prefix', folder, '--no-save', '--no-audit', '--no-fund', `node@${NEWEST_NODE}`];
  const { status } = spawnSync('npm', args, { stdio: ['ignore', 2, 2] });
  if (status !== 0 || !existsSync(path)) throw new Error(`npm could not fetch node@${NEWEST_NODE}: see above`);
  return path;
}

function ownEngine(node, version, engine) {
  return {
    name: `${engine}, Node ${version.replace(/^v(\d+).*/, '$1')}`,
    isTranslator: engine === 'translator',
    run: ({ path, preimages }) => {
      const { seconds, stdout } = timed(node, [runner, path, engine, ...(preimages === undefined ? [] : [preimages])]);
      const outcome = JSON.parse(stdout);
      return { seconds, steps: outcome.steps, stdout: outcome.stdout, hasPrinted: (text) => text === outcome.stdout };
    },
  };
}

function referenceEngine(reference, folder) {
  const state = join(folder, 'prestate.bin');
  const cpuFile = join(folder, 'server-seconds');
  return {
    name: 'Go reference',
    isReference: true,
    run: ({ path, preimages }) => {
      timed(reference, ['load-elf', '--path', path, '--out', state, '--meta', '']);
      const args = ['run', '--input', state, '--meta', '', '--output', '', '--info-at', 'never'];
      if (preimages !== undefined) args.push('--', process.execPath, server, preimages, cpuFile);
      const { seconds, stdout, stderr } = timed(reference, args);
      const served = preimages === undefined ? 0 : Number(readFileSync(cpuFile, 'utf8'));
      // It logs what the guest prints, in pieces that end where pages do: only short lines are sure to be whole.
      const log = stdout + stderr;
      return { seconds: seconds - served, hasPrinted: (text) => text.length > 80 || log.includes(text.trim()) };
    },
  };
}

const qemu = {
  name: 'qemu-riscv64',
  isQemu: true,
  needsNoServer: true,
  run: ({ path }) => {
    const { seconds, stdout } = timed('qemu-riscv64', [path]);
    return { seconds, stdout, hasPrinted: (text) => text === stdout };
  },
};

/** What a command prints, and its user CPU seconds and its children's, as the shell's `times` tells them. */
function timed(command, args) {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const script = `${quoted} || exit $?; times >&2`;
  const { status, signal, stdout, stderr, error } = spawnSync('bash', ['-c', script], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw new Error(`cannot run bash: ${error.message}`);
  if (status !== 0) {
    throw new Error(`${command} ended with ${signal ?? `exit code ${status}`}: ${stderr.trim().slice(-300)}`);
  }
  const [, minutes, seconds] = /\n(\d+)m([\d.]+)s [^\n]*\n$/.exec(stderr) ?? [];
  return { stdout, stderr, seconds: 60 * Number(minutes) + Number(seconds) };
}
