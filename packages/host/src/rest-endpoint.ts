/** A REST endpoint (the beacon API) over HTTP, with the retry policy of the JSON-RPC endpoints. */
import { EndpointError, networkFault, RequestFailure, retryable, retryAfter } from './endpoint-errors.js';
import type { Log } from './log.js';
import { type RetryPolicy, withRetry } from './retry.js';
import { endpointName, finalError } from './rpc-endpoint.js';

export type RestEndpoint = {
  readonly name: string;
  /** The JSON at `path`; undefined when the endpoint says 400, 404, 405 or 501: not there, or no such resource. Rejects with EndpointError. */
  get(path: string): Promise<unknown>;
};

const TIMEOUT_MS = 60_000;
const ABSENT_STATUS = new Set([400, 404, 405, 410, 501]);

export function restEndpoint({
  flag,
  url,
  policy,
  log,
}: {
  flag: string;
  url: string;
  policy: RetryPolicy;
  log: Log;
}): RestEndpoint {
  const name = endpointName(flag, url);
  const base = new URL(url);
  return {
    name,
    get: (path) =>
      withRetry(() => fetchJson(base, path, name), {
        what: `${name}: GET ${path}`,
        policy,
        log,
        classify: retryable,
        giveUp: (error, tries) => finalError(name, `GET ${path}`, error, tries),
      }),
  };
}

async function fetchJson(base: URL, path: string, name: string): Promise<unknown> {
  const target = new URL(base);
  const [pathname = '', query = ''] = path.split('?');
  target.pathname = `${base.pathname.replace(/\/$/, '')}${pathname}`;
  // A provider's key may be in the query of the base URL.
  target.search = [base.search.replace(/^\?/, ''), query].filter((part) => part !== '').join('&');
  const headers: Record<string, string> = { accept: 'application/json' };
  if (target.username !== '') {
    headers.authorization = `Basic ${btoa(`${decodeURIComponent(target.username)}:${decodeURIComponent(target.password)}`)}`;
    target.username = '';
    target.password = '';
  }
  let response: Response;
  let text: string;
  try {
    response = await fetch(target, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    text = await response.text();
  } catch (error) {
    throw new RequestFailure(networkFault(error), { network: true }, { cause: error });
  }
  if (ABSENT_STATUS.has(response.status)) return undefined;
  if (!response.ok) {
    throw new RequestFailure(`HTTP ${response.status}: ${text.slice(0, 200)}`, {
      status: response.status,
      retryAfterMs: retryAfter(response.headers),
    });
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new EndpointError(name, `GET ${path}`, 'the answer is not JSON; is this a beacon API?', { cause: error });
  }
}
