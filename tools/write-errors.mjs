// Writes docs/errors.md: every error that the sources make, by its class, and what to do about it (tools/error-advice.json).
// Ends with 1 where a class has no advice.
//   node tools/write-errors.mjs [--check]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { classesIn, errorsIn } from './error-messages.mjs';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const target = path('docs/errors.md');
const advice = JSON.parse(readFileSync(path('tools/error-advice.json'), 'utf8'));

/** By the key of its advice, ROOM/NAME or NAME: what the class is, and its messages. */
const errors = new Map();
const about = new Map();
const known = new Set(Object.values(advice).flatMap((classes) => Object.keys(classes)));
for (const room of readdirSync(path('packages'))) {
  read(room, path(`packages/${room}/src`));
  if (room === 'program') read('client', path(`packages/${room}/assembly`), /^testing\//);
}
const without = [...errors.keys()].filter((key) => !known.has(key));
const unused = [...known].filter((key) => !errors.has(key));
if (without.length > 0 || unused.length > 0) {
  if (without.length > 0) fail(`no advice for ${without.join(', ')}`);
  fail(`advice for ${unused.join(', ')}, which the sources do not make`);
}

const text = `# Errors

An error is one line on stderr, \`COMMAND: MESSAGE\`, with its causes below it (\`because: …\`); \`--json\` has it as \`error\`. The exit code is 2,
of asterisc 1 (or the reference's): never 1 of \`obelisc\` and \`op-program\`, which says that a claim is wrong. \`--debug\` shows where in
the code it comes from. A message says the next step where there is one; below, every message of the sources stands
under its class, … for what is filled in, with what else to do.

Written by \`node tools/write-errors.mjs\` from the sources and \`tools/error-advice.json\`.
${Object.entries(advice)
  .map(([title, classes]) => `\n## ${title}\n${Object.entries(classes).map(section).join('')}`)
  .join('')}`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) fail('docs/errors.md is not what the sources make: npm run pages');

function read(room, folder, leftOut = /^$/) {
  for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    if (!file.endsWith('.ts') || leftOut.test(file)) continue;
    const source = readFileSync(join(folder, file), 'utf8');
    for (const { name, about: what } of classesIn(source)) about.set(name, what);
    for (const { name, text: message } of errorsIn(source)) {
      const key = known.has(`${room}/${name}`) ? `${room}/${name}` : name;
      if (!errors.has(key)) errors.set(key, new Set());
      errors.get(key).add(message);
    }
  }
}

function section([key, what]) {
  const name = key.slice(key.indexOf('/') + 1);
  const room = key.slice(0, Math.max(0, key.indexOf('/')));
  const messages = [...errors.get(key)].filter((message) => message !== '');
  const lines = messages.map((message) => `- ${message.replaceAll(/[<>*_`|\\]/g, '\\$&')}\n`);
  const computed = lines.length < errors.get(key).size ? '- what was found, or what the system says\n' : '';
  const definition = about.get(name) ? `${about.get(name)}\n\n` : '';
  return `\n### ${name}${room === '' ? '' : ` (${room})`}\n\n${definition}**What to do:** ${what}\n\n${lines.join('')}${computed}`;
}

function fail(message) {
  process.stderr.write(`write-errors: ${message}\n`);
  process.exit(1);
}
