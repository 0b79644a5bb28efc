/** A REST endpoint (the beacon API) over HTTP, with the retry policy of the JSON-RPC endpoints. */
import { EmptyAnswerError, EndpointError, kindOfRpcError, kindOfStatus, saysLimit } from './endpoint-errors.js';
import { httpEndpoint } from './http-exchange.js';
import type { Log } from './log.js';
import { DEFAULT_REQUEST_LIMITS } from './endpoint-settings.js';
import { type Lane, type RequestGate, requestGate } from './request-gate.js';
import { retryNotices, type RetryPolicy, withRetry } from './retry.js';
import { excerpt, isError } from './rpc-endpoint.js';
import { isObject } from './rpc-json.js';

export type RestEndpoint = {
  readonly name: string;
  /** The JSON at a path, asked for once. Rejects with EndpointError; EmptyAnswerError where there is no such thing or resource. */
  attempt(path: string, lane?: Lane): Promise<unknown>;
  /** Runs a task made of attempts until it succeeds, as the policy says. */
  retry<T>(task: () => Promise<T>): Promise<T>;
};

/** Not there, or no such resource. Beacon nodes say so of what they cannot rebuild, too, and why. */
const ABSENT_STATUS = new Set([400, 404, 405, 410, 501]);

export function restEndpoint({
  flag,
  url,
  policy,
  log,
  gate = requestGate(DEFAULT_REQUEST_LIMITS),
}: {
  flag: string;
  url: string;
  policy: RetryPolicy;
  log: Log;
  gate?: RequestGate;
}): RestEndpoint {
  const http = httpEndpoint({ flag, url, log });
  const { name, hide } = http;
  const notices = retryNotices(name, log);
  let known = false;
  return {
    name,
    async attempt(target, lane = 'demand') {
      const [path = '', query = ''] = target.split('?');
      const what = `GET ${target}`;
      const {
        status: given,
        text,
        retryAfterMs,
      } = await gate.pass(lane, 1, () => http.exchange({ path, query, what }));
      let json: unknown;
      try {
        json = JSON.parse(text) as unknown;
        known = true;
      } catch {
        json = undefined;
      }
      // What a proxy has changed comes with another success than 200.
      const status = given >= 200 && given < 300 ? statedStatus(json) : given;
      const shown = hide(excerpt(text));
      const fault = `HTTP ${status}${shown === '' ? '' : `: ${shown}`}`;
      if (ABSENT_STATUS.has(status)) throw new EmptyAnswerError(name, what, fault);
      if (status !== 200)
        throw new EndpointError(name, what, fault, { kind: kindOfStatus(status, text), delayMs: retryAfterMs });
      if (json === undefined) {
        throw new EndpointError(name, what, `the answer is not JSON; is this a beacon API? It begins with "${shown}"`, {
          kind: 'outage',
        });
      }
      if (isObject(json) && json.data === undefined && isError(json.error)) {
        const said = `the answer is an error: ${shown}`;
        const kind = kindOfRpcError(0, JSON.stringify(json.error), status);
        if (kind === 'absent') throw new EmptyAnswerError(name, what, said);
        throw new EndpointError(name, what, said, { kind, delayMs: retryAfterMs });
      }
      notices.worked();
      return json;
    },
    retry: (task) =>
      withRetry(task, {
        policy,
        isKnown: () => known,
        onRetry: (error, pause) => {
          if (error.kind === 'rate-limit') known = true;
          notices.failed(error, pause);
        },
      }),
  };
}

/** The status of an answer that came as a success: some say in its JSON that it is none. */
function statedStatus(json: unknown): number {
  if (!isObject(json) || json.data !== undefined) return 200;
  const code = Number(json.code ?? json.status ?? json.statusCode);
  if (Number.isInteger(code) && code >= 400 && code < 600) return code;
  return saysLimit(excerpt(JSON.stringify(json))) ? 429 : 200;
}
