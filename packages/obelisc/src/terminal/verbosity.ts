// How much a command tells beside its result: --quiet, --verbose.
import type { LogLevel } from '@obelisc/host';

export interface Verbosity {
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** The lowest level that is logged. */
export function logLevelOf({ quiet = false, verbose = false }: Verbosity): LogLevel {
  if (quiet) return 'error';
  return verbose ? 'debug' : 'info';
}
