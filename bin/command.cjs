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
 * The folder of the commands' modules: of those that were put together (tools/bundle-commands.mjs), unless something was compiled
 * later, or the stack of an error is to name the module that it comes from.
 */
function modulesFolder() {
  const [single, together] = ['src', 'commands'].map((name) => join(rooms, 'obelisc/dist', name));
  // op-program takes its flag by a variable, and as Go does.
  const isDebug = process.argv.some((arg) => /^--?debug(?:=|$)/.test(arg)) || process.env.OP_PROGRAM_DEBUG;
  if (isDebug) return single;
  const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  const made = time(join(together, 'terminal/command-process.js'));
  const later = (room) => time(join(rooms, room, 'dist/tsconfig.tsbuildinfo')) > made;
  return made === undefined || readdirSync(rooms).some(later) ? single : together;
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
  const modules = rooms === undefined ? undefined : modulesFolder();
  if (modules === undefined || !existsSync(join(modules, name, 'main.js')))
    fail('it is not built yet: run npm ci, or npm run build');
  const load = (file) => import(pathToFileURL(join(modules, file)).href);
  load('terminal/command-process.js')
    .then(({ runAsProcess }) => runAsProcess({ name, failure, load: () => load(`${name}/main.js`) }))
    .catch(fail);
};
