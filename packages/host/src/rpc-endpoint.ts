/** A JSON-RPC endpoint over HTTP, with the same retry policy for every request. */
import {
  EndpointError,
  isUnsupported,
  networkFault,
  RequestFailure,
  retryable,
  retryAfter,
  UnsupportedMethodError,
} from './endpoint-errors.js';
import type { Log } from './log.js';
import { type RetryPolicy, withRetry } from './retry.js';

export type RpcEndpoint = {
  /** Flag and host, for messages. The path may hold a provider's key and is never shown. */
  readonly name: string;
  /** The result of one call. Rejects with UnsupportedMethodError or EndpointError. `accept` may refuse a result, e.g. null. */
  call<T = unknown>(method: string, params: unknown[], accept?: (result: unknown) => T): Promise<T>;
  /** The results of the same method for each of `list`, in JSON-RPC batches of limited size, one batch at a time. */
  callEach(method: string, list: unknown[][]): Promise<unknown[]>;
};

export type RpcEndpointOptions = { flag: string; url: string; policy: RetryPolicy; log: Log };

/** Providers count every call of a batch against their limits; bursts of hundreds end in 429. */
const BATCH_SIZE = 20;
const TIMEOUT_MS = 60_000;
/** A block of L1 with full transactions has tens of megabytes at most; viem's own limit of 10 MB is below that. */
const MAX_RESPONSE_BYTES = 512 * 1024 * 1024;

type Viem = typeof import('viem');
type Transport = ReturnType<ReturnType<Viem['http']>>;

/** Loading takes 0.3 s, which a run that finds everything in its store is spared. */
let viem: Promise<Viem> | undefined;

export function rpcEndpoint({ flag, url, policy, log }: RpcEndpointOptions): RpcEndpoint {
  const name = endpointName(flag, url);
  const settings = { retryCount: 0, timeout: TIMEOUT_MS, maxResponseBodySize: MAX_RESPONSE_BYTES };
  let single: Transport | undefined;
  let batched: Transport | undefined;

  const retried = <T>(method: string, task: () => Promise<T>): Promise<T> =>
    withRetry(task, {
      what: `${name}: ${method}`,
      policy,
      log,
      classify: retryable,
      giveUp: (error, tries) => finalError(name, method, error, tries),
    });

  const send = async (method: string, params: unknown[], inBatch: boolean): Promise<unknown> => {
    viem ??= import('viem');
    const library = await viem;
    single ??= library.http(url, settings)({});
    batched ??= library.http(url, { ...settings, batch: { batchSize: BATCH_SIZE } })({});
    try {
      return await (inBatch ? batched : single).request({ method, params });
    } catch (error) {
      throw requestFailure(error, library);
    }
  };

  return {
    name,
    call: <T>(method: string, params: unknown[], accept?: (result: unknown) => T) =>
      retried(method, async () => {
        const result = await send(method, params, false);
        return accept === undefined ? (result as T) : accept(result);
      }),
    async callEach(method, list) {
      const results: unknown[] = [];
      for (let at = 0; at < list.length; at += BATCH_SIZE) {
        const batch = list.slice(at, at + BATCH_SIZE);
        results.push(...(await retried(method, () => Promise.all(batch.map((params) => send(method, params, true))))));
      }
      return results;
    },
  };
}

/** `--l1 (https://host:port)`. */
export function endpointName(flag: string, url: string): string {
  return `${flag} (${new URL(url).origin})`;
}

/** The error that ends the attempts, with how many there were. */
export function finalError(name: string, request: string, error: unknown, tries: number): Error {
  if (error instanceof EndpointError) return error;
  const fault = error instanceof Error ? error.message : String(error);
  if (isUnsupported(error)) return new UnsupportedMethodError(name, request, fault, { cause: error });
  return new EndpointError(name, request, tries === 1 ? fault : `${fault} (tried ${tries} times)`, { cause: error });
}

function requestFailure(error: unknown, { BaseError, HttpRequestError, RpcRequestError, TimeoutError }: Viem): Error {
  if (!(error instanceof BaseError)) return error instanceof Error ? error : new Error(String(error));
  const timeout = error.walk((cause) => cause instanceof TimeoutError);
  if (timeout !== null) return new RequestFailure(`no answer within ${TIMEOUT_MS / 1000} s`, { network: true });
  const rpc = error.walk((cause) => cause instanceof RpcRequestError);
  if (rpc instanceof RpcRequestError) {
    const status = 'status' in rpc && typeof rpc.status === 'number' ? rpc.status : undefined;
    const headers = 'headers' in rpc && rpc.headers instanceof Headers ? rpc.headers : undefined;
    return new RequestFailure(`error ${rpc.code}: ${rpc.details}`, {
      code: rpc.code,
      status,
      retryAfterMs: retryAfter(headers),
    });
  }
  const request = error.walk((cause) => cause instanceof HttpRequestError);
  if (request instanceof HttpRequestError) {
    if (request.status === undefined) {
      // An answer that is no JSON arrives here as well, as a SyntaxError: asking again will not help.
      const garbled = request.walk((cause) => cause instanceof SyntaxError) !== null;
      return new RequestFailure(
        garbled ? 'the answer is not JSON; is this a JSON-RPC endpoint?' : networkFault(request.cause),
        { network: !garbled },
      );
    }
    const text = request.details.slice(0, 200);
    return new RequestFailure(`HTTP ${request.status}${text === '' ? '' : `: ${text}`}`, {
      status: request.status,
      retryAfterMs: retryAfter(request.headers),
    });
  }
  return new RequestFailure(error.details || error.shortMessage, {});
}
