import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asTyped, runCommand } from '../../src/demo/commands.js';

test('a command is shown as it would be typed', () => {
  assert.equal(asTyped('asterisc', ['witness', '--input=a.json']), './bin/asterisc witness --input=a.json');
  const long = 'x'.repeat(120);
  assert.equal(
    asTyped('asterisc', ['run', `--input=${long}`, '--', './bin/op-program', '--server']),
    `./bin/asterisc run \\\n      --input=${long} \\\n      -- ./bin/op-program \\\n      --server`,
  );
  // Elsewhere than in the repository it is the installed command.
  assert.equal(asTyped('asterisc', ['run', '--', './bin/op-program'], '/'), 'asterisc run -- op-program');
});

test('a command is run with its exit code, its output and its story apart', async () => {
  const story: string[] = [];
  const { code, stdout } = await runCommand('op-program', [], (line) => story.push(line));
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(story.join('\n'), /required flags are missing/);
});
