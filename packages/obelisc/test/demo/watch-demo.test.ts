// The demo of the watch with its workers as processes of their own, on a PostgreSQL; CI runs docs/watch.md's line besides, without one.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVER, testDatabase } from '@obelisc/watch/test/databases';
import { runCommand } from '../../src/demo/commands.js';

const skip = SERVER === undefined && 'OBELISC_TEST_POSTGRES names no server';

test('two workers judge what a proposer claims; the demo ends by itself', { skip }, async () => {
  const { where, drop } = await testDatabase('server');
  try {
    let story = '';
    const args = ['demo', '--watch', '--claims', '3', '--demo-db', where];
    const { code, stdout } = await runCommand('obelisc', args, (line) => void (story += `${line}\n`));
    assert.equal(code, 0, story);
    assert.match(stdout, /^The page: http:\/\/127\.0\.0\.1:\d+\/\nMetrics: {2}http:\S+\/metrics\n/);
    assert.match(stdout, /^Claim 2, blocks 0 to 30: wrong/m);
    assert.match(stdout, /^obelisc_workers 2$/m);
    assert.equal(story.match(/msg=Working/g)?.length, 2);
  } finally {
    await drop();
  }
});
