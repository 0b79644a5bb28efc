// Loads a command. Exit code 1 of op-program and obelisc says that a claim is wrong: not even a module that cannot be
// loaded (no build, no free file descriptor) may end with another code than the command's failure.
'use strict';
const { existsSync, readdirSync, statSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// Where the rooms lie in the installed package and in the repository.
const rooms = ['../lib/node_modules/@obelisc', '../packages']
  .map((folder) => join(__dirname, folder))
  .find((folder) => existsSync(join(folder, 'obelisc/dist')));

/**
 * Whether to load what was put together (tools/bundle-commands.mjs): unless something was compiled later, or the stack of an error is to
 * name the module that it comes from.
 */
function isTogether(folder) {
  // op-program takes its flag by a variable, and as Go does.
  const isDebug = process.argv.some((arg) => /^--?debug(?:=|$)/.test(arg)) || process.env.OP_PROGRAM_DEBUG;
  if (isDebug) return false;
  const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const made = time(join(folder, 'licences.txt'));
  const later = (room) => time(join(rooms, room, 'dist/tsconfig.tsbuildinfo')) > made;
  return made !== undefined && !readdirSync(rooms).some(later);
}

module.exports = function command(name, failure) {
  const fail = (error) => {
    const message = error instanceof Error ? error.message : String(error);
    try {
      writeSync(2, `${name}: ${message}\n`);
      if (name === 'obelisc' && process.argv.includes('--json')) {
        writeSync(1, `${JSON.stringify({ answer: 'unknown', error: message })}\n`);
      }
    } finally {
      process.exit(failure);
    }
  };
  process.exitCode = failure;
  process.on('uncaughtException', fail).on('unhandledRejection', fail);
  const notBuilt = 'it is not built yet: run npm ci, or npm run build';
  if (rooms === undefined) fail(notBuilt);
  const [modules, together] = ['src', 'commands'].map((folder) => join(rooms, 'obelisc/dist', folder));
  const main = join(modules, name, 'main.js');
  if (!existsSync(main)) fail(notBuilt);
  const load = (file) => import(pathToFileURL(file).href);
  const start = async () => {
    if (!isTogether(together))
      return { ...(await load(join(modules, 'terminal/command-process.js'))), load: () => load(main) };
    const [script, module] = ['main.cjs', 'main.js'].map((file) => join(together, name, file));
    return existsSync(script) ? require(script) : load(module);
  };
  start()
    .then((begun) => begun.runAsProcess({ name, failure, load: begun.load }))
    .catch(fail);
};
