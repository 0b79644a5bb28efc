// Every command's first lines, in words that any Node.js reads: one that is too old is refused before it meets any other.
'use strict';

/** Runs the command `name`; `failure` is its exit code for whatever is not its own answer. */
module.exports = function start(name, failure) {
  var version = process.versions.node.split('.').map(Number);
  if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
    var message = 'Node.js 20.19 or later is needed, this is ' + process.version;
    process.stderr.write(name + ': ' + message + '\n');
    if (name === 'obelisc' && process.argv.indexOf('--json') >= 0) {
      process.stdout.write(JSON.stringify({ answer: 'unknown', error: message }) + '\n');
    }
    process.exit(failure);
  }
  require('./command.cjs')(name, failure);
};
