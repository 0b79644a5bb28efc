// A proxy before an endpoint that notes what is asked for, and can change JSON-RPC answers, to play an endpoint that lies.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Json = Record<string, unknown>;
/** The answer in place of the endpoint's result; undefined leaves that one. */
export type Rewrite = (method: string, params: unknown[], result: unknown) => unknown;

/** An error in place of a result. */
export class RpcFault {
  constructor(
    readonly code: number,
    readonly message: string,
  ) {}
}

export interface RewritingProxy {
  readonly url: string;
  /** What is changed from now on; undefined: nothing. */
  rewrite: Rewrite | undefined;
  /** The methods that the endpoint has, from now on; undefined: all. */
  offers: ((method: string) => boolean) | undefined;
  /** What was asked for: each method with its parameters, or each path, as often as it came. */
  readonly asked: string[];
  close(): void;
}

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: unknown[];
}

/** Starts a proxy on loopback before the endpoint at `target`, JSON-RPC or (as it is) a beacon node. */
export async function rewritingProxy(target: string): Promise<RewritingProxy> {
  const asked: string[] = [];
  const forward = async (request: Call): Promise<Json> => {
    asked.push(`${request.method} ${JSON.stringify(request.params)}`);
    if (proxy.offers?.(request.method) === false) {
      const message = `the method ${request.method} does not exist/is not available`;
      return { jsonrpc: '2.0', id: request.id, error: { code: -32601, message } };
    }
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    });
    const message = (await answer.json()) as Json;
    const changed: unknown = await proxy.rewrite?.(request.method, request.params, message.result);
    if (changed instanceof RpcFault)
      return { jsonrpc: '2.0', id: request.id, error: { code: changed.code, message: changed.message } };
    return changed === undefined ? message : { jsonrpc: '2.0', id: request.id, result: changed };
  };
  const server = createServer((incoming, response) => {
    const pieces: Buffer[] = [];
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => {
      if (incoming.method === 'GET') {
        asked.push(incoming.url ?? '');
        void fetch(target + (incoming.url ?? '')).then(async (answer) =>
          response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text()),
        );
        return;
      }
      const calls = JSON.parse(Buffer.concat(pieces).toString()) as Call | Call[];
      const answers = Array.isArray(calls) ? Promise.all(calls.map(forward)) : forward(calls);
      answers.then(
        (body) => response.setHeader('content-type', 'application/json').end(JSON.stringify(body)),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy: RewritingProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rewrite: undefined,
    offers: undefined,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
  return proxy;
}

/** The result of one call to a JSON-RPC endpoint. */
export async function call(url: string, method: string, params: unknown[]): Promise<Json> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  });
  return ((await answer.json()) as { result: Json }).result;
}
