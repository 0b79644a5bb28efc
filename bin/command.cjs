// Loads a command. Exit code 1 of op-program and obelisc says that a claim is wrong: not even a module that cannot be
// loaded (no build, no free file descriptor) may end with another code than the command's failure.
'use strict';
const { existsSync, writeSync } = require('node:fs');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const modules = join(__dirname, '../packages/obelisc/dist/src');

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
  if (!existsSync(join(modules, name, 'main.js'))) fail('it is not built yet: run npm ci, or npm run build');
  const load = (file) => import(pathToFileURL(join(modules, file)).href);
  load('terminal/command-process.js')
    .then(({ runAsProcess }) => runAsProcess({ name, failure, load: () => load(`${name}/main.js`) }))
    .catch(fail);
};
