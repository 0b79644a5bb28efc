// Pre-image servers that fail: the error says which server, how it failed, at which key, behind which hint and after how
// long. And the signals that end a run while a server is waited for.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { commandIn, nodeServer } from './command.js';
import { reader } from './guest.js';

const folder = mkdtempSync(join(tmpdir(), 'obelisc-servers-'));
after(() => rmSync(folder, { recursive: true }));
const asterisc = commandIn(folder);
writeFileSync(join(folder, 'reader.elf'), reader(1));
const loaded = asterisc(['load-elf', '--path', 'reader.elf', '--out', 'reader.json', '--meta', '']);
const run = ['run', '--input', 'reader.json', '--meta', '', '--info-at', 'never'];

const takesHints = `hints.on('data', acknowledge);`;
const key = '0x010{61}7';
const failures: { name: string; body: string; message: RegExp }[] = [
  {
    name: 'is killed',
    body: `${takesHints} keys.on('data', () => process.kill(process.pid, 'SIGKILL'));`,
    message: new RegExp(
      `server \\S+node \\S+\\.cjs was ended by SIGKILL: key ${key} \\(local\\) stays unanswered after \\d`,
    ),
  },
  {
    name: 'exits with code 0 without an answer',
    body: `${takesHints} keys.on('data', () => process.exit(0));`,
    message: new RegExp(`exited with code 0: key ${key}`),
  },
  {
    name: 'closes the channel instead of answering',
    body: `${takesHints} keys.on('data', () => { require('node:fs').closeSync(6); keys.destroy(); });
           setTimeout(() => {}, 20_000);`,
    message: /closed the channel instead of answering.*after \d\.\d s.*last hint: "greet 0x00"/,
  },
  {
    name: 'closes early, in the middle of a value',
    body: `${takesHints} keys.on('data', () => { announce(100, '123'); process.exit(4); });`,
    message: new RegExp(`exited with code 4: key ${key}`),
  },
  {
    name: 'announces more bytes than it sends',
    body: `${takesHints} keys.on('data', () => announce(100, '123'));`,
    message: new RegExp(`did not answer within 1\\.5 s: key ${key}`),
  },
  {
    name: 'writes garbage',
    body: `${takesHints} keys.on('data', () => writeSync(6, Buffer.alloc(4000, 0xee)));`,
    message: new RegExp(`announced \\d{20} bytes for key ${key}`),
  },
  {
    name: 'dies at the hint',
    body: `hints.on('data', () => process.exit(7));`,
    message: /exited with code 7: hint greet 0x00 stays unanswered after/,
  },
];

for (const { name, body, message } of failures) {
  test(`a server that ${name} is reported`, async () => {
    await loaded;
    const server = nodeServer(folder, name.replace(/\W/g, '-'), body);
    const flags = ['--output', 'never.json', '--preimage-timeout', '1.5'];
    const { code, stderr } = await asterisc([...run, ...flags, '--', ...server]);
    assert.equal(code, 1);
    assert.match(stderr, message);
    assert.ok(!existsSync(join(folder, 'never.json')), 'no state is written after an error');
  });
}

test('a server that cannot be started is named, with the reason', async () => {
  await loaded;
  writeFileSync(join(folder, 'plain.txt'), 'no program');
  assert.match((await asterisc([...run, '--', './absent'])).stderr, /server \.\/absent: there is no such program/);
  assert.match((await asterisc([...run, '--', './plain.txt'])).stderr, /plain\.txt: it is not an executable file/);
});

test('the arguments of a server, where keys of endpoints stand, are not in the errors', async () => {
  await loaded;
  const server = [...nodeServer(folder, 'secretive', 'process.exit(1);'), '--l1=http://secret'];
  const { stderr } = await asterisc([...run, '--', ...server]);
  assert.match(stderr, /secretive\.cjs exited with code 1/);
  assert.doesNotMatch(stderr, /secret$|http/);
});

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`${signal} while a server is waited for writes the state before the step and ends with 130`, async () => {
    await loaded;
    const server = nodeServer(
      folder,
      'mute',
      `hints.on('data', acknowledge); keys.on('data', () => console.error('asked'));`,
    );
    const name = `interrupted-${signal}.json`;
    let sent = false;
    const { code, stderr } = await asterisc([...run, '--output', name, '--', ...server], (text, pid) => {
      if (sent || !text.includes('asked')) return;
      sent = true;
      process.kill(pid, signal);
    });
    assert.equal(code, 130, stderr);
    assert.match(readFileSync(join(folder, name), 'utf8'), /"exited": false,\n {2}"step": 17,/);
    const obliging = nodeServer(folder, 'obliging', `${takesHints} keys.on('data', () => answer('12345678'));`);
    const resumed = ['run', '--input', name, '--meta', '', '--output', 'resumed.json', '--', ...obliging];
    assert.equal((await asterisc(resumed)).code, 0);
    assert.match(readFileSync(join(folder, 'resumed.json'), 'utf8'), /"exited": true/);
  });
}
