/** op-program --server: answers the machine that started this process, until it closes one of the channels. */
import type { Log } from '@obelisc/host';
import { closeEnds, inheritedEnds, type Oracle, serveOracle } from '@obelisc/preimage';

/** SIGINT and SIGTERM, with which machines end their server, while it has something to tidy up. */
export type EndSignals = { readonly first: Promise<void>; release(): void };

export function endSignals(): EndSignals {
  let stop: (() => void) | undefined;
  const first = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => stop?.();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  return { first, release: () => void process.off('SIGINT', onSignal).off('SIGTERM', onSignal) };
}

/** Resolves when a channel was closed, or with the first signal to end. Rejects when a request fails. */
export async function serve(oracle: Oracle, signals: EndSignals, log: Log): Promise<void> {
  const ends = inheritedEnds();
  log('info', 'Starting preimage server');
  try {
    await Promise.race([serveOracle(ends, oracle), signals.first]);
    log('debug', 'Preimage server stopped');
  } finally {
    closeEnds(ends);
  }
}
