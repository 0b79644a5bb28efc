/** A method that an endpoint refuses in words of an outage (HTTP 404, 500, a time-out of its proxy), while it answers to others. */
import { EndpointError } from './endpoint-errors.js';

/** So many outages in a row are taken for the endpoint's own. */
const PATIENCE = 2;

/**
 * Tells of each failure of one method whether the method fails, and not the endpoint: where it failed often enough, `other` asks
 * something else. What `other` rejects with is thrown.
 */
export function loneFailures(other: () => Promise<unknown>): (error: unknown) => Promise<boolean> {
  let count = 0;
  return async (error) => {
    if (!(error instanceof EndpointError) || error.kind !== 'outage' || error.unreachable) return false;
    count += 1;
    if (count <= PATIENCE) return false;
    await other();
    return true;
  };
}
