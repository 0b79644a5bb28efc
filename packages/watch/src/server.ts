// What the watch shows over HTTP: metrics, health, JSON, the page. Everything is read, nothing is taken.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Log } from '@obelisc/host';
import { claimDetails, countClaims, countWorkers, listClaims, oldestOpen } from './claims-view.js';
import type { Database } from './database.js';
import { WatchError } from './errors.js';
import type { Metrics } from './metrics.js';
import type { ClaimQueue } from './queue.js';

export interface ServerOptions {
  /** `HOST:PORT`. */
  readonly listen: string;
  readonly database: Database;
  readonly queue: ClaimQueue;
  readonly metrics: Metrics;
  readonly log: Log;
  /** Whether L1 could be read lately. */
  readonly isReady: () => boolean;
}

export interface WatchServer {
  readonly url: string;
  /** Tells the open pages that something has changed. */
  changed(): void;
  close(): Promise<void>;
}

const MOST_LISTED = 500;

/** The page's files, beside this one. */
const PAGE: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/': { file: '../../page/index.html', type: 'text/html; charset=utf-8' },
  '/page.css': { file: '../../page/page.css', type: 'text/css; charset=utf-8' },
  '/page.js': { file: '../page/page.js', type: 'text/javascript; charset=utf-8' },
};

/** Nothing but what this server sends runs or is loaded, and no other site may show it. */
const SAFETY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** A request that is answered with this status. */
class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Starts the server. Rejects with WatchError for an address that cannot be listened on. */
export async function startServer(options: ServerOptions): Promise<WatchServer> {
  const streams = new Set<ServerResponse>();
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 10_000 }, (request, response) => {
    answer(request, response, options, streams).catch((error: unknown) => {
      const [status, text] =
        error instanceof Refusal ? [error.status, error.message] : [503, 'the database cannot be read'];
      if (!(error instanceof Refusal))
        options.log('warn', 'A request was not answered', {
          because: error instanceof Error ? error.message : String(error),
        });
      if (response.headersSent) response.destroy();
      else send(response, status, 'application/json', JSON.stringify({ error: text }));
    });
  });
  await listenOn(server, options.listen);
  const alive = setInterval(() => {
    for (const open of streams) open.write(': alive\n\n');
  }, 15_000);
  const { address, port: actual, family } = server.address() as AddressInfo;
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${actual}`,
    changed() {
      for (const open of streams) open.write('event: change\ndata: {}\n\n');
    },
    async close() {
      clearInterval(alive);
      for (const open of streams) open.end();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { database, queue, metrics, isReady }: ServerOptions,
  streams: Set<ServerResponse>,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal(405, 'only GET and HEAD are answered');
  const { pathname, searchParams } = urlOf(request);
  const page = Object.hasOwn(PAGE, pathname) ? PAGE[pathname] : undefined;
  if (page !== undefined) return send(response, 200, page.type, readFileSync(new URL(page.file, import.meta.url)));
  const json = (value: unknown): void => send(response, 200, 'application/json', JSON.stringify(value));
  switch (pathname) {
    case '/healthz':
      return send(response, 200, 'text/plain', 'ok\n');
    case '/readyz': {
      await database.query('SELECT 1');
      return isReady()
        ? send(response, 200, 'text/plain', 'ok\n')
        : send(response, 503, 'text/plain', 'L1 was not read lately\n');
    }
    case '/metrics':
      return send(response, 200, metrics.contentType, await metrics.text(database, queue));
    case '/api/summary': {
      const [claims, oldest, workers, depth] = await Promise.all([
        countClaims(database),
        oldestOpen(database),
        countWorkers(database),
        queue.depth(),
      ]);
      return json({ claims, oldest, workers, queue: depth, now: Date.now() });
    }
    case '/api/claims':
      return json(
        await listClaims(database, {
          chain: searchParams.get('chain') ?? undefined,
          is: searchParams.get('is') ?? undefined,
          before: wholeNumber(searchParams, 'before'),
          limit: Math.min(wholeNumber(searchParams, 'limit') ?? 100, MOST_LISTED),
        }),
      );
    case '/api/events':
      return stream(request, response, streams);
    default: {
      const [, chain, address] = /^\/api\/claims\/([A-Za-z0-9-]{1,63})\/(0x[0-9a-f]{40})$/.exec(pathname) ?? [];
      const claim =
        chain === undefined || address === undefined ? undefined : await claimDetails(database, { chain, address });
      if (claim === undefined) throw new Refusal(404, 'there is nothing here');
      return json(claim);
    }
  }
}

/** An open answer that tells of changes as they come. */
function stream(request: IncomingMessage, response: ServerResponse, streams: Set<ServerResponse>): void {
  if (streams.size >= 200) throw new Refusal(503, 'too many open pages');
  response.writeHead(200, { ...SAFETY, 'content-type': 'text/event-stream' }).write('event: change\ndata: {}\n\n');
  streams.add(response);
  request.on('close', () => streams.delete(response));
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { ...SAFETY, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function urlOf(request: IncomingMessage): URL {
  try {
    return new URL(request.url ?? '/', 'http://watch');
  } catch {
    throw new Refusal(400, 'the address makes no sense');
  }
}

function wholeNumber(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null) return undefined;
  if (!/^\d{1,15}$/.test(text)) throw new Refusal(400, `${name} takes a whole number`);
  return Number(text);
}

/** Host and port of `HOST:PORT`, `[IPv6]:PORT` or `:PORT`, which is loopback. Throws WatchError. */
function addressOf(flag: string): { host: string; port: number } {
  const [, ipv6, name, port] = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]]*)):(\d{1,5})$/.exec(flag) ?? [];
  if (port === undefined || Number(port) > 65_535)
    throw new WatchError(`--http ${flag}: give HOST:PORT, such as 127.0.0.1:9300`);
  const host = ipv6 ?? name ?? '';
  return { host: host === '' ? '127.0.0.1' : host, port: Number(port) };
}

async function listenOn(server: Server, flag: string): Promise<void> {
  const { host, port } = addressOf(flag);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new WatchError(`--http ${flag}: cannot be listened on (${why}): give another port`, { cause: error });
  }
}
