// The log on stderr, in the logfmt that users of Asterisc grep: t=… lvl=… msg=… key=value.
import { tell } from '../terminal/line-batch.js';
import { logfmtLine, secondsOf } from '../terminal/logfmt.js';

export type LogLevel = (typeof LEVELS)[number];
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogValue = string | number | bigint;

/** The log is the process'; so is what it leaves out. */
let lowest: LogLevel = 'info';

/** Sets the lowest level that is written. */
export function limitLog(level: LogLevel): void {
  lowest = level;
}

/** Writes one line to stderr, unless its level is below the limit. */
export function log(level: LogLevel, message: string, values: Readonly<Record<string, LogValue>> = {}): void {
  if (LEVELS.indexOf(level) < LEVELS.indexOf(lowest)) return;
  tell(`${logLine(new Date(), level, message, values)}\n`);
}

/** One line, without its end. */
export function logLine(
  time: Date,
  level: LogLevel,
  message: string,
  values: Readonly<Record<string, LogValue>>,
): string {
  return logfmtLine(secondsOf(time), level, message, values);
}

/** A number of steps per second as Go prints it: 2.1e+07 from a million on. */
export function goFloat(value: number): string {
  if (!Number.isFinite(value)) return '0';
  if (Math.abs(value) < 1e6) return String(value);
  return value.toExponential().replace(/e\+(\d)$/, 'e+0$1');
}

/** Bytes in binary units: `24.0 KiB`. */
export function memorySize(bytes: number): string {
  const units = ['KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return bytes < 1024 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}
