// Runs the commands of Markdown files as written: every fenced block whose info string is `sh`, in order, each in a
// fresh shell at the repository's root. A block that says `sh norun` is not run (commands for endpoints of your own).
// A block ends all processes it started when it is done. bin/ is on the PATH: pages write the commands as those have them
// who installed the package.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const files = process.argv.slice(2);
if (files.length === 0) {
  process.stderr.write('usage: node tools/run-readme.mjs FILE.md…\n');
  process.exit(1);
}

for (const file of files) {
  const blocks = blocksOf(file);
  if (blocks.length === 0) {
    process.stderr.write(`run-readme: ${file} has no \`sh\` block\n`);
    process.exit(1);
  }
  for (const block of blocks) {
    process.stderr.write(block.replace(/^/gm, '$ ').replace(/\$ $/, ''));
    const code = await runBlock(block);
    if (code !== 0) {
      process.stderr.write(`run-readme: a block of ${file} ended with exit code ${code}\n`);
      process.exit(1);
    }
  }
}

/** A block in a list is indented, and so is each of its lines. */
function blocksOf(file) {
  return [...readFileSync(file, 'utf8').matchAll(/^( *)```sh\n(.*?)^\1```$/gms)].map(([, indent, text]) =>
    text.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** Runs one block with `set -e` in a process group of its own, which is ended with it. */
function runBlock(block) {
  return new Promise((resolve, reject) => {
    const shell = spawn('bash', ['-euo', 'pipefail', '-c', block], {
      cwd: root,
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env.PATH}` },
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    shell.on('error', reject);
    shell.on('exit', (code, signal) => {
      try {
        process.kill(-shell.pid, 'SIGTERM');
      } catch (error) {
        if (error.code !== 'ESRCH') throw error;
      }
      resolve(code ?? signal);
    });
  });
}
