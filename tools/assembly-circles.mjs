// Refuses circles of imports among the AssemblyScript files: a part of `npm run lint`, as oxlint, whose import/no-cycle does
// the same for TypeScript, cannot read them. AssemblyScript compiles whole programs, so an import of a type counts too.
//   node tools/assembly-circles.mjs [FOLDER…]; by default the sources of all modules
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { newOptions, newProgram, parse } from 'assemblyscript';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const given = process.argv.slice(2);
const found = circlesIn(importsIn(given.length > 0 ? given : moduleFolders()));
for (const circle of found) {
  process.stderr.write(`these import each other in a circle; move what they share to a file of its own:\n`);
  for (const file of circle) process.stderr.write(`  ${file}.ts imports\n`);
  process.stderr.write(`  ${circle[0]}.ts\n`);
}
process.exitCode = found.length === 0 ? 0 : 1;

function moduleFolders() {
  const modules = JSON.parse(readFileSync(join(root, 'tools/assembly-modules.json'), 'utf8'));
  return Object.values(modules).map(({ sources }) => join(root, sources));
}

/** What each file of the folders imports or exports from; files by their path without .ts. */
function importsIn(folders) {
  const files = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => relative(root, join(folder, file)).replace(/\.ts$/, '')),
  );
  const program = newProgram(newOptions());
  for (const file of new Set(files)) parse(program, readFileSync(join(root, `${file}.ts`), 'utf8'), `${file}.ts`, true);
  if (program.diagnostics.length > 0) throw new Error(`cannot read the files: ${program.diagnostics[0]}`);
  const known = new Set(program.sources.map(({ internalPath }) => internalPath));
  // A folder is imported as the file index in it.
  const fileOf = (path) => [path, `${path}/index`].find((file) => known.has(file));
  return new Map(
    program.sources.map(({ internalPath, statements }) => [
      internalPath,
      statements.map((statement) => fileOf(statement.internalPath)).filter((file) => file !== undefined),
    ]),
  );
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
