// Runs a Dockerfile's steps in fresh folders, one for each stage's root, where no image can be pulled. It knows FROM,
// WORKDIR, COPY, RUN, USER, HEALTHCHECK and CMD as this repository's Dockerfile uses them and refuses all else. Programs
// come from the machine, not from the base image: what is shown is that the steps do what they say, not that the image's
// Debian has what they need. npm's global folder is the stage's usr/local, as in the base image.
import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import process from 'node:process';

/** The base image's user `node`. */
const NODE_USER = 1000;

/**
 * Runs the steps of `context`/Dockerfile with the stages' roots below `folder`, an empty folder. Returns the last stage: its
 * root, the working directory and environment of a command in it, its user's id, and the words of HEALTHCHECK and CMD.
 * Throws on a step that fails.
 */
export function runDockerfile(context, folder) {
  const stages = new Map();
  let stage;
  for (const [instruction, text] of instructions(readFileSync(join(context, 'Dockerfile'), 'utf8'))) {
    process.stderr.write(`   ${instruction} ${text}\n`);
    if (instruction === 'FROM') {
      const name = /^\S+(?: AS (\w+))?$/.exec(text)?.[1] ?? 'image';
      stages.set(name, (stage = newStage(join(folder, name))));
    } else steps[instruction](stage, text, { context, stages });
  }
  return stage;
}

const steps = {
  WORKDIR(stage, text) {
    stage.cwd = within(stage, text);
    mkdirSync(stage.cwd, { recursive: true });
  },
  USER(stage, text) {
    if (text !== 'node') throw new Error(`USER ${text}: only the base image's user node is known here`);
    stage.user = NODE_USER;
    stage.env.HOME = join(stage.root, 'home/node');
  },
  RUN(stage, text) {
    const command = text.replace(/^(?:--mount=type=cache,\S+ )+/, '');
    runIn(stage, ['sh', '-ec', command], { npm_config_cache: npmCache() });
  },
  COPY(stage, text, { context, stages }) {
    const [, from, source, target] = /^(?:--from=(\w+) )?(\S+) (\S+)$/.exec(text) ?? [];
    if (source === undefined) throw new Error(`COPY ${text}: not of a form that is known here`);
    if (from === undefined) copyContext(join(context, source), within(stage, target), ignored(context));
    else cpSync(within(stages.get(from), source), within(stage, target), { recursive: true });
  },
  HEALTHCHECK: (stage, text) => (stage.health = JSON.parse(text.replace(/^(?:--\S+ )*CMD /, ''))),
  CMD: (stage, text) => (stage.command = JSON.parse(text)),
};

/** Runs words in a stage as its user; returns stdout. Throws when they fail. */
export function runIn({ cwd, env, user }, words, more = {}) {
  const asUser = process.getuid?.() === 0 && user !== undefined ? { uid: user, gid: user } : {};
  const { status, stdout, error } = spawnSync(words[0], words.slice(1), {
    cwd,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    ...asUser,
  });
  if (status === 0) return stdout;
  throw new Error(`${words.join(' ')} ended with ${error?.message ?? `exit code ${status}`}\n${stdout}`);
}

function newStage(root) {
  const home = join(root, 'home/node');
  const global = join(root, 'usr/local');
  for (const folder of [home, join(root, 'root'), global]) mkdirSync(folder, { recursive: true });
  if (process.getuid?.() === 0) chownSync(home, NODE_USER, NODE_USER);
  const path = [join(global, 'bin'), dirname(process.execPath), process.env.PATH].join(':');
  const env = { PATH: path, HOME: join(root, 'root'), npm_config_prefix: global, LANG: 'C.UTF-8' };
  // Where the registry is reached by another way than the usual, npm goes it here too.
  for (const [name, value] of Object.entries(process.env)) {
    if (
      /^(?:https?_proxy|no_proxy|npm_config_(?:registry|proxy|https_proxy|cafile|userconfig)|NODE_EXTRA_CA_CERTS)$/i.test(
        name,
      )
    )
      env[name] = value;
  }
  env.npm_config_userconfig ??= join(process.env.HOME ?? '', '.npmrc');
  return { root, cwd: root, env, user: undefined, health: undefined, command: undefined };
}

/** Lines as Docker reads them: comments left out, a backslash at the end joins. */
function instructions(text) {
  return text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, instruction, rest] = /^([A-Z]+) +(.*)$/.exec(line) ?? [];
      if (instruction !== 'FROM' && !(instruction in steps)) throw new Error(`Dockerfile: '${line}' is not known here`);
      return [instruction, rest];
    });
}

function within(stage, path) {
  return path.startsWith('/') ? join(stage.root, path) : join(stage.cwd, path);
}

/** Tells of a path from the context's root whether .dockerignore leaves it out. */
function ignored(context) {
  const patterns = readFileSync(join(context, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => {
      const quoted = line.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
      return new RegExp(`^${quoted.replaceAll(/\*\*\/|\*/g, (stars) => (stars === '*' ? '[^/]*' : '(?:.*/)?'))}$`);
    });
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function copyContext(source, target, isIgnored) {
  const filter = (path) => path === source || !isIgnored(relative(source, path));
  for (const entry of readdirSync(source)) {
    if (filter(join(source, entry))) cpSync(join(source, entry), join(target, entry), { recursive: true, filter });
  }
}

function npmCache() {
  const { stdout } = spawnSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' });
  return stdout.trim();
}

/** Lets a stage's user reach it: temporary folders are their maker's alone. */
export function openToAll(folder) {
  if (existsSync(folder)) chmodSync(folder, 0o755);
}
