import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { progressDisplay } from '../../src/terminal/progress.js';
import { canShowStatus, statusLine, writeStory } from '../../src/terminal/status-line.js';
import { screen } from './screen.js';

const root = `0x${'ab'.repeat(32)}`;

test('lines are written above the status line: whole, and none of it stays among them', async () => {
  const { stream, lines } = screen(40);
  const status = statusLine(stream);
  status.show('1.5 M steps, 200 M steps/s, in a_function_with_a_name_that_is_long');
  assert.deepEqual(await lines(), [`${'1.5 M steps, 200 M steps/s, in a_function'.slice(0, 38)}…`]);
  writeStory(`output ${root}\n`, stream);
  status.show('2.5 M steps');
  assert.deepEqual(await lines(), [`output ${root}`, '2.5 M steps']);
  writeStory('half a ', stream);
  writeStory('line\n', stream);
  writeStory(Buffer.from('short\n'), stream);
  assert.deepEqual(await lines(), [`output ${root}`, 'half a line', 'short', '2.5 M steps']);
  status.remove();
  writeStory('after\n', stream);
  assert.deepEqual(await lines(), [`output ${root}`, 'half a line', 'short', 'after']);
});

test('a terminal that is only as wide as the line wraps nothing', async () => {
  const { stream, lines } = screen(10);
  const status = statusLine(stream);
  for (let i = 0; i < 3; i++) status.show(`${i}`.repeat(10));
  status.remove();
  writeStory('end\n', stream);
  assert.deepEqual(await lines(), ['end']);
});

test('without a terminal there is a plain line every five seconds', (t) => {
  let now = 0;
  t.mock.method(performance, 'now', () => now);
  let written = '';
  const pipe = new PassThrough();
  pipe.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const display = progressDisplay(true, pipe as unknown as NodeJS.WriteStream);
  for (now = 0; now <= 12_000; now += 250) display.update(() => `at ${now}`);
  display.stop();
  assert.equal(written, '  at 5000\n  at 10000\n');
  const none = progressDisplay(false, pipe as unknown as NodeJS.WriteStream);
  none.update(() => assert.fail('nobody asked for it'));
  none.stop();
});

test('a status line is shown where nothing else writes to its terminal', () => {
  const [terminal, other] = [{ isTTY: true }, {}];
  assert.equal(
    canShowStatus(terminal, terminal, () => true),
    true,
  );
  assert.equal(
    canShowStatus(terminal, other, () => false),
    true,
  );
  assert.equal(
    canShowStatus(terminal, other, () => true),
    false,
  );
  assert.equal(
    canShowStatus(other, terminal, () => false),
    false,
  );
});
