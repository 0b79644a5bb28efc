/** How the host tells its story. Whoever starts it decides where the lines go. */

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'crit'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Facts that belong to a line, written after the message. */
export type LogFields = Record<string, string | number | bigint | boolean>;

export type Log = (level: LogLevel, message: string, fields?: LogFields) => void;

export const silentLog: Log = () => undefined;
