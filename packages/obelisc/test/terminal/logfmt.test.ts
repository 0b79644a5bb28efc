// Records of logfmt: what Go 1.26's slog.TextHandler, which geth's log package hands them to, makes of each text.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { logLine } from '../../src/asterisc/log.js';
import { logger } from '../../src/op-program/logger.js';
import { logfmtLine } from '../../src/terminal/logfmt.js';

/** A text, and it as a value. */
const values: readonly (readonly [text: string, written: string])[] = [
  ['', '""'],
  ['plain', 'plain'],
  ['two words', '"two words"'],
  ['a=b', '"a=b"'],
  ['say "x"', '"say \\"x\\""'],
  ['back\\slash', 'back\\slash'],
  ['back\\slash and blank', '"back\\\\slash and blank"'],
  ['!', '!'],
  ['~', '~'],
  ['a\nb', '"a\\nb"'],
  ['a\u{9}b\u{d}', '"a\\tb\\r"'],
  ['\u{7}\u{8}\u{c}\u{b}', '"\\a\\b\\f\\v"'],
  ['\u{0}\u{1b}[31m', '"\\x00\\x1b[31m"'],
  ['\u{7f}', '\u{7f}'],
  ['a \u{7f}', '"a \\x7f"'],
  ['\u{e9}', '\u{e9}'],
  ['na\u{ef}ve caf\u{e9}', '"na\u{ef}ve caf\u{e9}"'],
  ['\u{65e5}\u{672c}', '\u{65e5}\u{672c}'],
  ['\u{1f642}', '\u{1f642}'],
  ['a \u{1f642}', '"a \u{1f642}"'],
  ['\u{a0}', '"\\u00a0"'],
  ['\u{200b}', '"\\u200b"'],
  ['\u{2028}', '"\\u2028"'],
  ['\u{e000}', '"\\ue000"'],
  ['\u{e0001} x', '"\\U000e0001 x"'],
  ['\u{fffd}', '"\u{fffd}"'],
  ['0x1234', '0x1234'],
  ['{"a":1}', '"{\\"a\\":1}"'],
  ["'quoted'", "'quoted'"],
  ['a,b;c', 'a,b;c'],
  ['\u{301}', '\u{301}'],
  ['\u{b5}', '\u{b5}'],
  ['\u{85}', '"\\u0085"'],
];

test('messages and values are quoted where slog quotes them, and as it does', () => {
  for (const [text, written] of values) {
    assert.equal(logfmtLine(undefined, 'info', text, { value: text }), `lvl=info msg=${written} value=${written}`);
  }
});

test('the commands write the same records', () => {
  const time = new Date('2024-10-08T15:31:26.117Z');
  const lines: string[] = [];
  const options = { level: 'info', color: false, pid: false, write: (text: string) => lines.push(text) } as const;
  for (const format of ['text', 'logfmt', 'logfmtms']) {
    logger({ ...options, format, now: () => time })('warn', 'two words', { key: 0x1234n, path: 'a=b' });
  }
  const record = 'lvl=warn msg="two words" key=4660 path="a=b"';
  assert.deepEqual(lines, [
    `t=2024-10-08T15:31:26+0000 ${record}\n`,
    `t=2024-10-08T15:31:26+0000 ${record}\n`,
    `t=2024-10-08T15:31:26.117+0000 ${record}\n`,
  ]);
  assert.equal(`${logLine(time, 'warn', 'two words', { key: 0x1234n, path: 'a=b' })}\n`, lines[0]);
});
