// CPU seconds of a command and its children, as bash's `times` tells them, and its wall time.
import { spawnSync } from 'node:child_process';

/** Throws with what the command said if it does not end with `expected`; `said` is what it wrote to stderr. */
export function cpuTime(command, args, expected = 0) {
  const quoted = [command, ...args].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const start = performance.now();
  const script = `${quoted} >/dev/null; status=$?; times >&2; exit $status`;
  const { status, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const wall = (performance.now() - start) / 1000;
  const [, userMinutes, user, systemMinutes, system] = /(\d+)m([\d.]+)s (\d+)m([\d.]+)s\n$/.exec(stderr) ?? [];
  if (status !== expected || user === undefined) throw new Error(`${quoted} failed: ${stderr.slice(-500)}`);
  return {
    user: 60 * Number(userMinutes) + Number(user),
    system: 60 * Number(systemMinutes) + Number(system),
    wall,
    said: stderr,
  };
}

/** Prints rows of equal keys as a table in Markdown. */
export function printTable(rows) {
  const columns = Object.keys(rows[0]);
  const line = (cells) => `| ${cells.join(' | ')} |\n`;
  const text = [
    line(columns),
    `|${columns.map(() => ' --- |').join('')}\n`,
    ...rows.map((row) => line(Object.values(row))),
  ];
  process.stdout.write(text.join(''));
}
