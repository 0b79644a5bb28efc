import assert from 'node:assert/strict';
import { WriteStream } from 'node:tty';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { progressDisplay, writeStory } from '../../src/terminal/progress.js';

const ESCAPE = '\u001b';

/** What a terminal of one line after the other shows in the end: `\r`, and the sequences that erase, move and hide. */
function screen(written: string): string[] {
  const lines = [''];
  let column = 0;
  for (const [token] of written.replaceAll(ESCAPE, '␛').matchAll(/␛\[[?\d;]*[A-Za-z]|[^]/g)) {
    const line = lines.at(-1) ?? '';
    if (token === '\n') {
      lines.push('');
      column = 0;
    } else if (token === '\r' || /^␛\[1?G$/.test(token)) column = 0;
    else if (/^␛\[0?K$/.test(token)) lines[lines.length - 1] = line.slice(0, column);
    else if (token === '␛[2K') lines[lines.length - 1] = '';
    else if (token.length === 1) {
      lines[lines.length - 1] = line.slice(0, column) + token + line.slice(column + 1);
      column += 1;
    }
  }
  return lines;
}

test('lines are written above the bar: whole, and none of it stays among them', () => {
  let written = '';
  const sink = new PassThrough();
  const terminal = Object.assign(sink, {
    isTTY: true,
    columns: 120,
    cursorTo: WriteStream.prototype.cursorTo,
    clearLine: WriteStream.prototype.clearLine,
    moveCursor: WriteStream.prototype.moveCursor,
  }) as unknown as NodeJS.WriteStream;
  sink.on('data', (chunk: Buffer) => (written += chunk.toString()));
  const display = progressDisplay(terminal);
  const root = `0x${'ab'.repeat(32)}`;
  display.update({ step: 1_500_000n, rate: 2e8, symbol: 'a_function_with_a_name' });
  writeStory(`output ${root}\n`, terminal);
  display.update({ step: 2_500_000n, rate: 2e8, symbol: 'b' });
  writeStory('short\n', terminal);
  display.stop();
  writeStory('after\n', terminal);
  assert.match(written, /M steps\/s/);
  assert.deepEqual(screen(written), [`output ${root}`, 'short', 'after', '']);
});
