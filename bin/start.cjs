// Every command's first lines, in words that any Node.js reads: one that is too old is refused before it meets any other, and
// so are too few open files.
'use strict';

/** Open files that a run needs: with fewer, modules fail to load in ways that differ from one Node.js to the next. */
var OPEN_FILES = 128;

/** How many files may be open (Node.js raises the limit to the hard one itself), where the system has a file for it. */
function openFiles() {
  try {
    var found = /^Max open files +\S+ +(\d+)/m.exec(require('fs').readFileSync('/proc/self/limits', 'utf8'));
    return found ? Number(found[1]) : Infinity;
  } catch (error) {
    return error.code === 'EMFILE' ? 0 : Infinity;
  }
}

/** Why the command cannot run here; undefined where it can. */
function obstacle() {
  var version = process.versions.node.split('.').map(Number);
  if (version[0] < 20 || (version[0] === 20 && version[1] < 19)) {
    return 'Node.js 20.19 or later is needed, this is ' + process.version;
  }
  var allowed = openFiles();
  if (allowed < OPEN_FILES) return OPEN_FILES + ' open files are needed, and ulimit -n allows ' + (allowed || 'fewer');
}

/** Runs the command `name`; `failure` is its exit code for whatever is not its own answer. */
module.exports = function start(name, failure) {
  var message = obstacle();
  if (message !== undefined) {
    process.stderr.write(name + ': ' + message + '\n');
    if (name === 'obelisc' && process.argv.indexOf('--json') >= 0) {
      process.stdout.write(JSON.stringify({ answer: 'unknown', error: message }) + '\n');
    }
    process.exit(failure);
  }
  require('./command.cjs')(name, failure);
};
