/** The client's log lines, brought to the level and format that were asked for. */
import { LOG_LEVELS, type Log } from '@obelisc/host';
import { parseLogfmt } from '@obelisc/program';

export type ClientLines = {
  /** Takes any piece of the client's output. */
  write(bytes: Uint8Array): void;
  /** Passes on what was written without an end of line. */
  end(): void;
};

/**
 * Takes a line of the client: those of its log go to `log`, which drops those below its level; all others (the verdict, a
 * trap) go to `plain` as they are, whatever the level.
 */
export function clientLine(log: Log, plain: (text: string) => void): (line: string) => void {
  return (line) => {
    const { lvl, msg, ...fields } = Object.fromEntries(line.startsWith('lvl=') ? parseLogfmt(line) : []);
    const level = LOG_LEVELS.find((known) => known === lvl);
    if (level === undefined || msg === undefined) plain(line);
    else log(level, msg, fields);
  };
}

/** The same for the client's output in any pieces; `see` is shown each line as well. */
export function clientLines(
  log: Log,
  plain: (text: string) => void,
  see: (line: string) => void = () => undefined,
): ClientLines {
  let rest = '';
  const pass = clientLine(log, plain);
  const take = (line: string): void => {
    see(line);
    pass(line);
  };
  return {
    write: (bytes) => {
      const lines = (rest + Buffer.from(bytes).toString('latin1')).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) take(line);
    },
    end: () => {
      if (rest !== '') take(rest);
      rest = '';
    },
  };
}
