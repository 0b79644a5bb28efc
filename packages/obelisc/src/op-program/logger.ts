/** The host's log on stderr: stdout belongs to the client's own lines, of which the last is the verdict. */
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '@obelisc/host/run';
import { logfmtLine, logfmtPairs, millisecondsOf, secondsOf } from '../terminal/logfmt.js';

export type LoggerOptions = {
  level: LogLevel;
  format: string;
  color: boolean;
  pid: boolean;
  write: (text: string) => void;
  /** Without, lines of logfmt bear no time: what the client says natively is the same in each run and in the machine. */
  timed?: boolean;
  now?: () => Date;
};

/** One line of a log, without its end. */
export type RenderLine = (time: Date, level: LogLevel, message: string, fields: LogFields) => string;

/** `text` is logfmt, or the terminal format with colours, as op-program has it. */
export function logger({ level, format, color, pid, write, timed = true, now = () => new Date() }: LoggerOptions): Log {
  const lowest = LOG_LEVELS.indexOf(level);
  const render = renderer(format, color, timed);
  return (at, message, fields = {}) => {
    if (LOG_LEVELS.indexOf(at) < lowest) return;
    write(`${render(now(), at, message, pid ? { pid: process.pid, ...fields } : fields)}\n`);
  };
}

function renderer(format: string, color: boolean, timed: boolean): RenderLine {
  switch (format) {
    case 'json':
      return jsonLine(secondsOf, 0);
    case 'jsonms':
      return jsonLine(millisecondsOf, 0);
    case 'json-pretty':
      return jsonLine(secondsOf, 2);
    case 'logfmtms':
      return logfmt(millisecondsOf);
    case 'terminal':
      return terminalLine(color);
    default:
      return format === 'text' && color ? terminalLine(color) : logfmt(timed ? secondsOf : undefined);
  }
}

function logfmt(stamp: ((time: Date) => string) | undefined): RenderLine {
  return (time, level, message, fields) => logfmtLine(stamp?.(time), level, message, fields);
}

function jsonLine(stamp: (time: Date) => string, indent: number): RenderLine {
  return (time, level, message, fields) => {
    const rest = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name, typeof value === 'bigint' ? value.toString() : value]),
    );
    return JSON.stringify({ t: stamp(time), lvl: level, msg: message, ...rest }, undefined, indent);
  };
}

const COLOURS: Record<LogLevel, number> = { trace: 34, debug: 36, info: 32, warn: 33, error: 31, crit: 35 };

function terminalLine(color: boolean): RenderLine {
  return (time, level, message, fields) => {
    const label = level.toUpperCase().slice(0, 5).padEnd(5);
    const clock = time.toISOString().slice(5, 23).replace('T', '|');
    return `${color ? `\u001b[${COLOURS[level]}m${label}\u001b[0m` : label}[${clock}] ${message.padEnd(40)} ${logfmtPairs(fields).join(' ')}`.trimEnd();
  };
}
