// JSON-RPC 2.0 over HTTP on loopback: single requests and batches. https://www.jsonrpc.org/specification
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** A method: gets the request's parameters, returns what is JSON. */
export type RpcMethod = (params: readonly unknown[]) => unknown;

export type RpcMethods = Readonly<Record<string, RpcMethod>>;

/** An error that the caller is answered with. */
export class RpcError extends Error {
  override name = 'RpcError';
  constructor(
    readonly code: number,
    message: string,
    readonly data?: string,
  ) {
    super(message);
  }
}

export const INVALID_PARAMS = -32_602;
const PARSE_ERROR = -32_700;
const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INTERNAL_ERROR = -32_603;

/** A server that listens. */
export interface Listening {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves methods at `http://127.0.0.1:port`; port 0 takes any free one. `upgrade` may serve the connections besides. */
export function serveJsonRpc(methods: RpcMethods, port: number, upgrade?: Upgrade): Promise<Listening> {
  const handler: Handler = async (request, response) => {
    if (request.method === 'OPTIONS') return end(response, 204);
    if (request.method !== 'POST') return end(response, 405, { error: 'JSON-RPC wants POST' });
    end(response, 200, await answerBody(methods, await readBody(request)));
  };
  return listen(handler, port, (server) => upgrade?.(server, methods));
}

/** Serves what is no plain HTTP, as WebSocket; the function that it returns ends it. */
export type Upgrade = (server: Server, methods: RpcMethods) => () => void;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void> | void;

/** A loopback server whose handler's failures are answered with status 500. */
export async function listen(
  handler: Handler,
  port: number,
  prepare: (server: Server) => (() => void) | undefined = () => undefined,
): Promise<Listening> {
  const server = createServer((request, response) => {
    Promise.resolve()
      .then(() => handler(request, response))
      .catch((error: unknown) => end(response, 500, { code: 500, message: String(error) }));
  });
  const endOthers = prepare(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const { port: actual } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${actual}`,
    close: () => {
      endOthers?.();
      return close(server);
    },
  };
}

/** Pages of any origin may ask. */
const CORS = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, OPTIONS',
  'access-control-allow-headers': '*',
};

/** Ends a response, with a JSON body where there is one. */
export function end(response: ServerResponse, status: number, body?: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', ...CORS });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

/** The answer to a request or a batch, as JSON. */
export async function answerBody(methods: RpcMethods, body: string): Promise<unknown> {
  let request: unknown;
  try {
    request = JSON.parse(body);
  } catch {
    return failure(null, new RpcError(PARSE_ERROR, 'the request is not JSON'));
  }
  if (!Array.isArray(request)) return answer(methods, request);
  const answers: unknown[] = [];
  for (const one of request) answers.push(await answer(methods, one));
  return answers;
}

async function answer(methods: RpcMethods, request: unknown): Promise<unknown> {
  if (typeof request !== 'object' || request === null) {
    return failure(null, new RpcError(INVALID_REQUEST, 'a request is an object'));
  }
  const { id = null, method, params = [] } = request as { id?: unknown; method?: unknown; params?: unknown };
  if (typeof method !== 'string') return failure(id, new RpcError(INVALID_REQUEST, 'a request names a method'));
  const handler = Object.hasOwn(methods, method) ? methods[method] : undefined;
  if (handler === undefined) {
    return failure(id, new RpcError(METHOD_NOT_FOUND, `the method ${method} does not exist/is not available`));
  }
  if (!Array.isArray(params)) return failure(id, new RpcError(INVALID_PARAMS, 'parameters are an array'));
  // A call may compute for long: signals and other requests have their turn between two.
  await nextTurn();
  try {
    return { jsonrpc: '2.0', id, result: await handler(params) };
  } catch (error) {
    return failure(id, error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, String(error)));
  }
}

function failure(id: unknown, { code, message, data }: RpcError): unknown {
  return { jsonrpc: '2.0', id, error: { code, message, ...(data !== undefined && { data }) } };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
