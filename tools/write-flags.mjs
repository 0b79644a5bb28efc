// Writes docs/flags.md from the commands' own help and tools/reference-flags.json, which says which flags the references have.
//   node tools/write-flags.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { commandLine as asterisc } from '../packages/obelisc/dist/src/asterisc/command-line.js';
import { Interrupt } from '../packages/obelisc/dist/src/terminal/interrupt.js';
import { commandLine as konaHost } from '../packages/obelisc/dist/src/kona-host/command-line.js';
import { KONA_FLAGS } from '../packages/obelisc/dist/src/kona-host/flags.js';
import { commandLine as opProgram } from '../packages/obelisc/dist/src/op-program/command-line.js';
import { FLAGS, INTEROP_FLAGS } from '../packages/obelisc/dist/src/op-program/flags.js';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const references = JSON.parse(readFileSync(path('tools/reference-flags.json'), 'utf8'));

/** Second names of a command's flags. */
const aliases = {
  asterisc: () => [],
  'op-program': (name) => {
    const alias = FLAGS.find((spec) => spec.name === name)?.alias;
    return alias === undefined ? [] : [alias.name];
  },
  'kona-host': (name) => (KONA_FLAGS.find(({ names }) => names[0] === name)?.names ?? []).slice(1),
};

const cell = (text) => text.replaceAll('|', '\\|').replaceAll('<', '&lt;').replaceAll(/\s+/g, ' ').trim();

function table(command, tool, known) {
  const help = command.createHelp();
  const rows = help
    .visibleOptions(command)
    .filter(({ long }) => !['--help', '--version'].includes(long))
    .map((option) => {
      const name = option.long?.slice(2) ?? '';
      const names = [name, ...aliases[tool](name)];
      const whose = names.some((one) => known.includes(one)) ? 'the reference’s' : 'ours';
      return [
        names.map((one) => `\`${one === '' ? option.short : `--${one}`}\``).join(', '),
        cell(help.optionDescription(option)),
        whose,
      ];
    });
  for (const { name, does } of tool === 'op-program' ? INTEROP_FLAGS : [])
    rows.push([`\`--${name}\``, cell(does), 'the reference’s']);
  const listed = new Set(rows.flatMap(([names]) => [...names.matchAll(/`--([^`]+)`/g)].map(([, name]) => name)));
  const missing = known.filter((name) => !listed.has(name));
  if (missing.length > 0)
    throw new Error(`${tool} ${command.name()} has no --${missing.join(', --')}, which the reference has`);
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [
    line(['flag', 'what it does, and its variable', 'whose']),
    line(['---', '---', '---']),
    ...rows.map(line),
  ].join('\n');
}

const machine = asterisc([], new Interrupt());
const sections = [
  ...machine.commands.map((command) => [
    `asterisc ${command.name()}`,
    table(command, 'asterisc', references.asterisc[command.name()] ?? []),
  ]),
  ['op-program', table(opProgram(), 'op-program', references['op-program'][''])],
  ['kona-host single', table(konaHost(), 'kona-host', references['kona-host'][''])],
];

const text = `# Flags

Every flag of the commands that stand in for others, with its environment variable. Held against
${Object.values(references)
  .map(({ of }) => of)
  .join('; ')}. Where ours differ in more than this, [drop-in.md](drop-in.md) says how. Written by
\`node tools/write-flags.mjs\` from the commands' own help.

${sections.map(([title, rows]) => `## ${title}\n\n${rows}`).join('\n\n')}
`;
const { format, resolveConfig } = await import('prettier');
const target = path('docs/flags.md');
const formatted = await format(text, { ...(await resolveConfig(target)), parser: 'markdown' });
if (!process.argv.includes('--check')) writeFileSync(target, formatted);
else if (readFileSync(target, 'utf8') !== formatted) {
  process.stderr.write('docs/flags.md is not what tools/write-flags.mjs makes: run npm run pages\n');
  process.exit(1);
}
