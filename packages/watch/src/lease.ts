// A job's lease, kept while its claim is judged.
import { type ClaimJob, type ClaimQueue, LEASE_RENEWAL } from './queue.js';

/** Milliseconds between two tries where the database does not answer. */
const RETRY = 1000;

/**
 * Says again and again that the job is worked on, until the function that comes back is called. `onLost`: the lease is another's by now.
 */
export function keepLease(queue: ClaimQueue, job: ClaimJob, onLost: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  const renewIn = (milliseconds: number): void => {
    timer = setTimeout(() => {
      void queue
        .renew(job)
        .catch(() => undefined)
        .then((isOurs) => {
          if (isOver) return;
          if (isOurs === false) onLost();
          // Where the database is away, who comes first when it is back has the lease: this process, or the engine, which
          // gives it to another.
          else renewIn(isOurs === undefined ? RETRY : LEASE_RENEWAL * 1000);
        });
    }, milliseconds);
  };
  renewIn(LEASE_RENEWAL * 1000);
  return () => {
    isOver = true;
    clearTimeout(timer);
  };
}
