/** op-program --server: answers the machine that started this process, until it closes one of the channels. */
import type { Log } from '@obelisc/host';
import { closeEnds, inheritedEnds, type Oracle, serveOracle } from '@obelisc/preimage';

/** Resolves when a channel was closed, or on SIGINT or SIGTERM, with which machines end their server. Rejects when a request fails. */
export async function serve(oracle: Oracle, log: Log): Promise<void> {
  const ends = inheritedEnds();
  let stop: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const onSignal = () => stop?.();
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  log('info', 'Starting preimage server');
  try {
    await Promise.race([serveOracle(ends, oracle), stopped]);
    log('debug', 'Preimage server stopped');
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    closeEnds(ends);
  }
}
