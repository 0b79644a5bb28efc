/** A JSON-RPC endpoint over HTTP, with the same retry policy for every request, and batches as large as it takes them. */
import {
  EmptyAnswerError,
  EndpointError,
  kindOfRpcError,
  kindOfStatus,
  UnsupportedMethodError,
  WrongAnswerError,
} from './endpoint-errors.js';
import { type HttpAnswer, type HttpEndpoint, httpEndpoint } from './http-exchange.js';
import type { Log } from './log.js';
import { DEFAULT_BATCH_SIZE, DEFAULT_REQUEST_LIMITS } from './endpoint-settings.js';
import { type Lane, type RequestGate, requestGate } from './request-gate.js';
import { retryNotices, type RetryPolicy, vainWaits, withRetry } from './retry.js';
import { isObject, MalformedFieldError } from './rpc-json.js';

/** Reads a result; throws an EndpointError, or a MalformedFieldError for a field that cannot be read. */
export type Accept<T> = (result: unknown) => T;

export type RpcEndpoint = {
  /** Flag and host, for messages. The path may hold a provider's key and is never shown. */
  readonly name: string;
  /** The result of one call, tried again as the policy says. Rejects with EndpointError. */
  call<T = unknown>(method: string, params: unknown[], accept?: Accept<T>): Promise<T>;
  /** The result of one call, sent once. */
  attempt<T = unknown>(method: string, params: unknown[], accept?: Accept<T>): Promise<T>;
  /** Runs a task made of attempts until it succeeds, as the policy says. */
  retry<T>(task: () => Promise<T>): Promise<T>;
  /**
   * The outcomes of the same method for each of `list`, in batches; what fails in one is tried again, unless `isSentOnce` says of its
   * parameters that the caller will do something else.
   */
  settleEach<T = unknown>(
    method: string,
    list: unknown[][],
    accept?: Accept<T>,
    isSentOnce?: (params: unknown[]) => boolean,
  ): Promise<PromiseSettledResult<T>[]>;
  /** The same, where all must succeed. */
  callEach<T = unknown>(method: string, list: unknown[][], accept?: Accept<T>): Promise<T[]>;
  /** The same endpoint for requests that nobody waits for yet. */
  readonly ahead: RpcEndpoint;
};

export type RpcEndpointOptions = {
  flag: string;
  url: string;
  policy: RetryPolicy;
  log: Log;
  gate?: RequestGate;
  /** Calls in a batch, at most. */
  batchSize?: number;
};

type Call = { id: number; method: string; params: unknown[] };

export function rpcEndpoint(options: RpcEndpointOptions): RpcEndpoint {
  const { flag, url, policy, log, gate = requestGate(DEFAULT_REQUEST_LIMITS) } = options;
  const http = httpEndpoint({ flag, url, log });
  const { name } = http;
  const notices = retryNotices(name, log);
  const vain = vainWaits();
  let known = false;
  let batchSize = Math.max(1, Math.min(options.batchSize ?? DEFAULT_BATCH_SIZE, gate.largestBatch));
  let lastId = 0;

  const post = (lane: Lane, message: Call | Call[], what: string): Promise<HttpAnswer> => {
    const json = (call: Call) => ({ jsonrpc: '2.0', ...call });
    const body = JSON.stringify(Array.isArray(message) ? message.map(json) : json(message));
    return gate.pass(lane, Array.isArray(message) ? message.length : 1, () => http.exchange({ body, what }));
  };

  const newCall = (method: string, params: unknown[]): Call => ({ id: (lastId += 1), method, params });

  /** One answer's result, or the error that it is. */
  const read = <T>(method: string, message: unknown, answer: HttpAnswer, accept: Accept<T> | undefined): T => {
    if (!isObject(message) || !('result' in message || isError(message.error))) throw garbled(http, method, answer);
    known = true;
    const { error } = message;
    const hasResult = message.result !== undefined && message.result !== null;
    if (isError(error) && !(hasResult && saysNothing(error))) throw rpcError(http, method, error, answer);
    try {
      const result = accept === undefined ? (message.result as T) : accept(message.result);
      notices.worked();
      vain.gave(method);
      return result;
    } catch (fault) {
      if (!(fault instanceof MalformedFieldError)) throw fault;
      throw new WrongAnswerError(name, method, fault.message, { cause: fault });
    }
  };

  /** The answers of a batch by their call; one that is no batch's answer is an error of the whole. */
  const sendBatch = async (lane: Lane, calls: Call[], what: string): Promise<[Map<number, unknown>, HttpAnswer]> => {
    const answer = await post(lane, calls, what);
    const messages = parsed(answer.text);
    if (!Array.isArray(messages)) {
      if (isObject(messages) && isError(messages.error)) throw rpcError(http, what, messages.error, answer);
      throw garbled(http, what, answer);
    }
    const byId = new Map<number, unknown>();
    for (const message of messages) {
      if (!isObject(message)) continue;
      const id = Number(message.id);
      // Where a call is answered twice, a result is worth more than a failure.
      if ('result' in message || !byId.has(id)) byId.set(id, message);
    }
    return [byId, answer];
  };

  const halve = (size: number, because: EndpointError): void => {
    const smaller = Math.max(1, Math.floor(size / 2));
    if (smaller >= batchSize) return;
    batchSize = smaller;
    log('info', 'Smaller batches from now on', { endpoint: name, calls: batchSize, because: because.fault });
  };

  const inLane = (lane: Lane): Omit<RpcEndpoint, 'ahead'> => {
    const attempt = async <T>(method: string, params: unknown[], accept?: Accept<T>): Promise<T> => {
      const answer = await post(lane, newCall(method, params), method);
      const message = parsed(answer.text);
      // Some answer every call as if it were a batch.
      return read(method, Array.isArray(message) && message.length === 1 ? message[0] : message, answer, accept);
    };

    /** What of an answer could not be read, wherever that showed, is this endpoint's fault. */
    const ownFault = (error: unknown): never => {
      if (!(error instanceof MalformedFieldError)) throw error;
      throw new WrongAnswerError(name, 'an answer', error.message, { cause: error });
    };
    const retry = <T>(task: () => Promise<T>): Promise<T> =>
      withRetry(() => task().catch(ownFault), {
        policy: lane === 'ahead' ? hastyPolicy(policy) : policy,
        isKnown: () => known,
        isBackground: lane === 'ahead',
        vain,
        onRetry: (error, pause) => {
          if (error.kind === 'rate-limit') known = true;
          notices.failed(error, pause);
        },
      });

    const call = <T>(method: string, params: unknown[], accept?: Accept<T>): Promise<T> =>
      retry(() => attempt(method, params, accept));

    /** The outcomes of one batch; parts of it go out anew, in smaller batches and in the end one by one. */
    const settleBatch = async <T>(
      method: string,
      list: unknown[][],
      accept: Accept<T> | undefined,
      isSentOnce: (params: unknown[]) => boolean,
    ): Promise<PromiseSettledResult<T>[]> => {
      if (list.length === 1 || batchSize === 1)
        return Promise.allSettled(list.map((params) => (isSentOnce(params) ? attempt : call)(method, params, accept)));
      if (list.length > batchSize) return settle(method, list, accept, isSentOnce);
      const calls = list.map((params) => newCall(method, params));
      let byId: Map<number, unknown>;
      let answer: HttpAnswer;
      try {
        [byId, answer] = await sendBatch(lane, calls, `${method} (a batch of ${calls.length})`);
      } catch (error) {
        if (!(error instanceof EndpointError)) throw error;
        // An endpoint that is down says nothing of its batches.
        if (!error.unreachable) halve(calls.length, error);
        const half = Math.ceil(list.length / 2);
        const parts = await Promise.all([
          settleBatch(method, list.slice(0, half), accept, isSentOnce),
          settleBatch(method, list.slice(half), accept, isSentOnce),
        ]);
        return parts.flat();
      }
      let limited: EndpointError | undefined;
      const outcomes = await Promise.all(
        calls.map(async ({ id, params }): Promise<PromiseSettledResult<T>> => {
          try {
            return { status: 'fulfilled', value: read(method, byId.get(id), answer, accept) };
          } catch (error) {
            if (!(error instanceof EndpointError) || !error.isTransient || isSentOnce(params))
              return { status: 'rejected', reason: error };
            if (error.isOutage) limited ??= error;
            const [outcome] = await Promise.allSettled([call(method, params, accept)]);
            return outcome;
          }
        }),
      );
      if (limited !== undefined) halve(calls.length, limited);
      return outcomes;
    };

    const settle = async <T>(
      method: string,
      list: unknown[][],
      accept?: Accept<T>,
      isSentOnce: (params: unknown[]) => boolean = () => false,
    ): Promise<PromiseSettledResult<T>[]> => {
      const batches: unknown[][][] = [];
      for (let at = 0; at < list.length; at += batchSize) batches.push(list.slice(at, at + batchSize));
      return (await Promise.all(batches.map((batch) => settleBatch(method, batch, accept, isSentOnce)))).flat();
    };

    return {
      name,
      call,
      attempt,
      retry,
      settleEach: settle,
      async callEach(method, list, accept) {
        const outcomes = await settle(method, list, accept);
        return outcomes.map((outcome) => {
          if (outcome.status === 'rejected') throw outcome.reason;
          return outcome.value;
        });
      },
    };
  };

  const ahead: RpcEndpoint = {
    ...inLane('ahead'),
    get ahead() {
      return ahead;
    },
  };
  return { ...inLane('demand'), ahead };
}

/** For what nobody waits for yet: it is asked for again when somebody does. */
function hastyPolicy(policy: RetryPolicy): RetryPolicy {
  return { ...policy, forMs: Math.min(policy.forMs, HASTY_MS), absentMs: Math.min(policy.absentMs, HASTY_MS) };
}

const HASTY_MS = 3_000;

/** What was parsed, or undefined where it is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function rpcError(
  { name, hide }: HttpEndpoint,
  request: string,
  error: unknown,
  { status, retryAfterMs }: HttpAnswer,
): EndpointError {
  // The message may lie one level deeper, the code may be a word.
  const inner = isObject(error) && isObject(error.error) ? error.error : error;
  const { code, message } = isObject(inner) ? inner : { code: undefined, message: inner };
  const number = Number.isInteger(Number(code)) ? Number(code) : 0;
  const text = typeof message === 'string' && message !== '' ? message : JSON.stringify(inner);
  const words = typeof code === 'string' && number === 0 ? `${code} ${text}` : text;
  const where = status === 200 ? '' : `HTTP ${status}: `;
  const shownCode =
    code === undefined || code === null || code === '' ? '' : ` ${String(number === 0 ? code : number)}`;
  const fault = hide(`${where}error${shownCode}: ${text.slice(0, 300)}`);
  const kind = kindOfRpcError(number, words, status);
  if (kind === 'unsupported') return new UnsupportedMethodError(name, request, fault);
  if (kind === 'absent') return new EmptyAnswerError(name, request, fault);
  return new EndpointError(name, request, fault, { kind, code: number, delayMs: retryAfterMs ?? statedPause(inner) });
}

/** The pause in milliseconds that a limit's error names in its data, as Infura's do. */
function statedPause(error: unknown): number | undefined {
  const details = isObject(error) && isObject(error.data) ? error.data : {};
  const seconds = isObject(details.rate) ? details.rate.backoff_seconds : undefined;
  return typeof seconds === 'number' && seconds >= 0 ? seconds * 1000 : undefined;
}

/** Whether the member `error` of an answer says that there is one. */
export function isError(error: unknown): boolean {
  return error !== undefined && error !== null && error !== false && error !== '';
}

/** An error that some put beside every result: no words, and a code of 0 if any. */
function saysNothing(error: unknown): boolean {
  if (!isObject(error)) return false;
  const { code, message, ...more } = error;
  return Number(code ?? 0) === 0 && (message ?? '') === '' && Object.values(more).every((value) => value === null);
}

/** An answer that is no JSON-RPC. */
function garbled(
  { name, hide }: HttpEndpoint,
  request: string,
  { status, text, retryAfterMs }: HttpAnswer,
): EndpointError {
  const shown = hide(excerpt(text));
  if (status !== 200) {
    const fault = `HTTP ${status}${shown === '' ? '' : `: ${shown}`}`;
    return new EndpointError(name, request, fault, { kind: kindOfStatus(status, text), delayMs: retryAfterMs });
  }
  const fault =
    shown === ''
      ? 'the answer is empty'
      : `the answer is not JSON-RPC; is this a JSON-RPC endpoint? It begins with ${JSON.stringify(shown)}`;
  return new EndpointError(name, request, fault, { kind: kindOfStatus(status, shown), delayMs: retryAfterMs });
}

/** The beginning of an answer's text, in one line. */
export function excerpt(text: string): string {
  return text.slice(0, 200).replace(/\s+/g, ' ').trim();
}
