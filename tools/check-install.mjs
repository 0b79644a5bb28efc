// Packs the repository as its Dockerfile does, in a fresh folder, and uses what comes out as people do:
//   - the image's commands, as the image's user, and its health check;
//   - `npm install` of the packed file in an empty folder, and the demo from there.
// Prints the sizes and the number of packages. What npm needs comes from its cache where `npm ci` has filled it.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openToAll, runDockerfile, runIn } from './run-dockerfile.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const COMMANDS = ['asterisc', 'kona-host', 'obelisc', 'op-program'];
const folder = mkdtempSync(join(tmpdir(), 'obelisc-install-'));
openToAll(folder);
try {
  say('the steps of the Dockerfile');
  const image = runDockerfile(root, folder);
  checkImage(image);
  const packed = join(folder, 'build/src/packed');
  checkInstall(join(packed, readdirSync(packed)[0]));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** The image's commands run as its user, who may write in the working directory, and make the listed prestate. */
function checkImage(image) {
  say('the commands in the image, as its user');
  for (const command of COMMANDS) runIn(image, [command, '--help']);
  runIn(image, image.health);
  runIn(image, image.command);
  const client = JSON.parse(runIn(image, ['obelisc', 'client', '--json']));
  runIn(image, ['asterisc', 'load-elf', '--path', client.path, '--out', 'prestate.bin.gz', '--meta', 'meta.json']);
  const witness = JSON.parse(runIn(image, ['asterisc', 'witness', '--input', 'prestate.bin.gz']));
  equal("the image's prestate", witness.stateHash ?? witness.witnessHash, client.prestate);
}

/** One package, no dev dependency, nothing compiled: installed where nothing else is, the demo runs. */
function checkInstall(file) {
  say('the packed file in an empty folder');
  const empty = join(folder, 'empty');
  mkdirSync(empty);
  writeFileSync(join(empty, 'package.json'), '{"private":true}\n');
  run(empty, 'npm', 'install', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund', file);
  const { packages } = JSON.parse(readFileSync(join(empty, 'package-lock.json'), 'utf8'));
  const installed = Object.keys(packages).filter((path) => path !== '' && isThere(join(empty, path)));
  const listed = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  for (const name of Object.keys(listed.devDependencies)) {
    if (installed.includes(`node_modules/${name}`)) throw new Error(`${name}, a dev dependency, was installed`);
  }
  process.stdout.write(
    `packed ${megabytes(statSync(file).size)}, unpacked ${megabytes(sizeOf(join(empty, 'node_modules/obelisc')))}, ` +
      `with its ${installed.length - 1} dependencies ${megabytes(sizeOf(join(empty, 'node_modules')))}\n`,
  );
  run(empty, 'npx', '--no-install', 'obelisc', 'demo');
}

function run(cwd, command, ...args) {
  const { status, error } = spawnSync(command, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${error?.message ?? `exit code ${status}`}`);
}

function equal(what, found, expected) {
  if (found !== expected) throw new Error(`${what} is ${found}, not ${expected}`);
}

function isThere(path) {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}

function sizeOf(path) {
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(text) {
  process.stderr.write(`-- ${text}\n`);
}
