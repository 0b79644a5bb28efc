// Loads a command. Exit code 1 of op-program and obelisc says that a claim is wrong: not even a module that cannot be
// loaded (no build, no free file descriptor) may end with another code than the command's failure.
'use strict';
const { existsSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

// Where they lie in the installed package and in the repository.
const modules = ['../lib/node_modules/@obelisc/obelisc/dist/src', '../packages/obelisc/dist/src']
  .map((folder) => join(__dirname, folder))
  .find((folder) => existsSync(folder));

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
  if (modules === undefined || !existsSync(join(modules, name, 'main.js')))
    fail('it is not built yet: run npm ci, or npm run build');
  const load = (file) => import(pathToFileURL(join(modules, file)).href);
  load('terminal/command-process.js')
    .then(({ runAsProcess }) => runAsProcess({ name, failure, load: () => load(`${name}/main.js`) }))
    .catch(fail);
};
