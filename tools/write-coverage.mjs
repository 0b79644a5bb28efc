// Writes docs/coverage.md from packages/program/data/coverage.json, which the client's tests hold to the client.
//   node tools/write-coverage.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const { about, judges, forks } = JSON.parse(readFileSync(path('packages/program/data/coverage.json'), 'utf8'));

const names = Object.keys(judges);
const rows = forks.map(({ fork, answered, heldAgainst }) => [
  fork,
  answered ? 'yes' : 'refused by name',
  ...names.map((name) => (heldAgainst.includes(name) ? 'yes' : '–')),
]);
const line = (cells) => `| ${cells.join(' | ')} |`;
const text = `# Coverage

${about} Written by \`node tools/write-coverage.mjs\` from \`packages/program/data/coverage.json\`.

${[line(['fork', 'answered', ...names]), line(['fork', 'answered', ...names].map(() => '---')), ...rows.map(line)].join('\n')}

${Object.entries(judges)
  .map(([name, what]) => `- **${name}**: ${what}.`)
  .join('\n')}

Derivation and execution are both covered wherever a fork is answered. \`npm run test:reference\` repeats the comparisons where
\`REFERENCE_KONA_HOST\`, \`REFERENCE_OP_PROGRAM\`, \`REFERENCE_OP_GETH\` or \`REFERENCE_EVM\` names the reference's binary; what was
recorded from them is compared by \`npm test\` and \`npm run test:slow\`. Which fork applies which check of derivation is in
[derivation.md](derivation.md).
`;
const target = path('docs/coverage.md');
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  process.stderr.write('docs/coverage.md is not what tools/write-coverage.mjs makes: run it\n');
  process.exit(1);
}
