/** The host's log on stderr: stdout belongs to the client's own lines, of which the last is the verdict. */
import { LOG_LEVELS, type Log, type LogFields, type LogLevel } from '@obelisc/host/run';

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
      return jsonLine(seconds, 0);
    case 'jsonms':
      return jsonLine(milliseconds, 0);
    case 'json-pretty':
      return jsonLine(seconds, 2);
    case 'logfmtms':
      return logfmtLine(milliseconds);
    case 'terminal':
      return terminalLine(color);
    default:
      return format === 'text' && color ? terminalLine(color) : logfmtLine(timed ? seconds : undefined);
  }
}

function logfmtLine(stamp: ((time: Date) => string) | undefined): RenderLine {
  return (time, level, message, fields) =>
    [
      ...(stamp === undefined ? [] : [`t=${stamp(time)}`]),
      `lvl=${level}`,
      `msg=${quoted(message)}`,
      ...pairs(fields),
    ].join(' ');
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
    return `${color ? `\u001b[${COLOURS[level]}m${label}\u001b[0m` : label}[${clock}] ${message.padEnd(40)} ${pairs(fields).join(' ')}`.trimEnd();
  };
}

function pairs(fields: LogFields): string[] {
  return Object.entries(fields).map(([name, value]) => `${name}=${quoted(String(value))}`);
}

function quoted(text: string): string {
  return /^[^\s"=\\\p{Cc}]+$/u.test(text) ? text : JSON.stringify(text);
}

function seconds(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, '+0000');
}

function milliseconds(time: Date): string {
  return time.toISOString().replace('Z', '+0000');
}
