// Refuses circles of imports among the AssemblyScript files: a part of `npm run lint`, as oxlint, whose import/no-cycle does
// the same for TypeScript, cannot read them. AssemblyScript compiles whole programs, so an import of a type counts too.
//   node tools/assembly-circles.mjs [ENTRY…]; by default those of all modules
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newOptions, newProgram, parse } from 'assemblyscript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const found = circlesIn(importsFrom(given.length > 0 ? given : moduleEntries()));
for (const circle of found) {
  process.stderr.write(`these import each other in a circle; move what they share to a file of its own:\n`);
  for (const file of circle) process.stderr.write(`  ${file}.ts imports\n`);
  process.stderr.write(`  ${circle[0]}.ts\n`);
}
process.exitCode = found.length === 0 ? 0 : 1;

function moduleEntries() {
  const modules = JSON.parse(readFileSync(join(root, 'tools/assembly-modules.json'), 'utf8'));
  return Object.values(modules).map(({ entry }) => join(root, entry));
}

/** What each file that is reached from the entries imports or exports from; files by their path without .ts. */
function importsFrom(entries) {
  const program = newProgram(newOptions());
  const imports = new Map();
  const queue = entries.map((entry) => relative(root, entry).replace(/\.ts$/, ''));
  for (const file of queue) {
    if (imports.has(file)) continue;
    parse(program, readFileSync(join(root, `${file}.ts`), 'utf8'), `${file}.ts`, true);
    if (program.diagnostics.length > 0) throw new Error(`cannot read ${file}.ts: ${program.diagnostics[0]}`);
    const { statements } = program.sources.at(-1);
    const from = statements.map(({ internalPath }) => fileOf(internalPath)).filter((path) => path !== undefined);
    imports.set(file, from);
    queue.push(...from);
  }
  return imports;
}

/** A folder is imported as the file index in it; what is not here is the language's own. */
function fileOf(path) {
  return path === undefined || path === null
    ? undefined
    : [path, `${path}/index`].find((file) => existsSync(join(root, `${file}.ts`)));
}

/** Circles, each as a list in which every file imports the next and the last the first; of files in several, one circle. */
function circlesIn(imports) {
  const circles = [];
  const told = new Set();
  for (const file of imports.keys()) {
    if (told.has(file)) continue;
    const circle = circleThrough(file, imports);
    for (const member of circle) told.add(member);
    if (circle.length > 0) circles.push(circle);
  }
  return circles;
}

/** The shortest way from a file back to itself; empty if there is none. */
function circleThrough(file, imports) {
  const cameFrom = new Map();
  const queue = [file];
  for (const at of queue) {
    for (const from of imports.get(at)) {
      if (from === file) return wayTo(at, file, cameFrom);
      if (cameFrom.has(from)) continue;
      cameFrom.set(from, at);
      queue.push(from);
    }
  }
  return [];
}

function wayTo(last, first, cameFrom) {
  const way = [last];
  while (way[0] !== first) way.unshift(cameFrom.get(way[0]));
  return way;
}
