// What the watch shows over HTTP: metrics, health, JSON, the page. Everything is read, nothing is taken.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, isIP } from 'node:net';
import type { Log } from '@obelisc/host';
import { claimDetails, countClaims, countWorkers, listClaims, oldestOpen } from './claims-view.js';
import type { Database } from './database.js';
import { messageOf, WatchError } from './errors.js';
import { GAME_STATES, type GameKey } from './games-table.js';
import type { Metrics } from './metrics.js';
import type { ClaimQueue } from './queue.js';

export interface ServerOptions {
  /** `HOST:PORT`. */
  readonly listen: string;
  /**
   * Names that the page may be asked for by, besides addresses and localhost. Without any, a server on loopback answers to those
   * alone (another site's name that resolves to loopback is that site reading what is here), and one elsewhere to all.
   */
  readonly hosts?: readonly string[] | undefined;
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
const PAGE = [
  { path: '/', file: '../../page/index.html', type: 'text/html; charset=utf-8' },
  { path: '/page.css', file: '../../page/page.css', type: 'text/css; charset=utf-8' },
  { path: '/icon.svg', file: '../../page/icon.svg', type: 'image/svg+xml' },
  ...['page', 'api', 'claim-facts', 'claim-view', 'claims-table', 'elements', 'update'].map((name) => ({
    path: `/${name}.js`,
    file: `../page/${name}.js`,
    type: 'text/javascript; charset=utf-8',
  })),
] as const;
type PageFile = { readonly body: Uint8Array; readonly type: string };

/** Games by verdict or state, as `is=` names them. */
const KINDS = new Set<string>(['valid', 'invalid', ...GAME_STATES.filter((state) => state !== 'judged')]);
/** Connections of all kinds, of which so many may be open pages. */
const MOST_CONNECTIONS = 500;
const MOST_STREAMS = 200;
/** Bytes that may wait for a page that does not read them. */
const MOST_UNREAD = 64 * 1024;

/** Nothing but what this server sends runs or is loaded, and no other site may show it. */
const SAFETY = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
};

/** What an open page is told; it comes back within a second where it is cut off. */
const CHANGE = 'retry: 1000\nevent: change\ndata: {}\n\n';

/** Milliseconds in which changes are told of together: a queue of trivial claims has hundreds a second. */
const TOGETHER = 250;

/** What the server has beside its options. */
interface Open {
  readonly page: ReadonlyMap<string, PageFile>;
  readonly streams: Set<ServerResponse>;
  /** Whether this server is who a `Host` header names. */
  readonly isAskedFor: (host: string | undefined) => boolean;
}

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
  const limits = {
    maxHeaderSize: 8192,
    requestTimeout: 10_000,
    headersTimeout: 10_000,
    connectionsCheckingInterval: 2000,
  };
  const { host: address, port } = addressOf(options.listen);
  const open: Open = { page: readPage(), streams, isAskedFor: hostCheck(address, options.hosts ?? []) };
  const server = createServer(limits, (request, response) => {
    answer(request, response, options, open).catch((error: unknown) => {
      const [status, text] =
        error instanceof Refusal ? [error.status, error.message] : [503, 'the database cannot be read'];
      if (!(error instanceof Refusal))
        options.log('warn', 'A request was not answered', {
          because: messageOf(error),
        });
      if (response.headersSent) response.destroy();
      else {
        if (status === 405) response.setHeader('allow', 'GET, HEAD');
        send(response, status, 'application/json', JSON.stringify({ error: text }));
      }
    });
  });
  // Each is an open file, which judging needs as well.
  server.maxConnections = MOST_CONNECTIONS;
  await listenOn(server, address, port);
  const tell = (text: string): void => {
    for (const reader of streams)
      if (reader.writableLength > MOST_UNREAD) reader.destroy();
      else reader.write(text);
  };
  let change: NodeJS.Timeout | undefined;
  const alive = setInterval(() => tell(': alive\n\n'), 15_000);
  const at = server.address() as AddressInfo;
  return {
    url: `http://${at.family === 'IPv6' ? `[${at.address}]` : at.address}:${at.port}`,
    // Many at once are one.
    changed: () =>
      void (change ??= setTimeout(() => {
        change = undefined;
        tell(CHANGE);
      }, TOGETHER)),
    async close() {
      clearInterval(alive);
      clearTimeout(change);
      for (const reader of streams) reader.end();
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
  { page, streams, isAskedFor }: Open,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') throw new Refusal(405, 'only GET and HEAD are answered');
  if (!isAskedFor(request.headers.host)) throw new Refusal(421, 'this is not that host: --http.hosts names more');
  const { pathname, searchParams } = urlOf(request);
  const file = page.get(pathname);
  if (file !== undefined) return send(response, 200, file.type, file.body);
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
          chain: oneOf(searchParams, 'chain', (name) => /^[A-Za-z0-9-]{1,63}$/.test(name)),
          is: oneOf(searchParams, 'is', (kind) => KINDS.has(kind)),
          before: gameKey(oneOf(searchParams, 'before', (place) => gameKey(place) !== undefined)),
          limit: Math.min(wholeNumber(searchParams, 'limit') ?? 100, MOST_LISTED),
        }),
      );
    case '/api/events':
      return stream(request, response, streams);
    default: {
      const [, place] = /^\/api\/claims\/(.*)$/.exec(pathname) ?? [];
      const key = gameKey(place);
      const claim = key && (await claimDetails(database, key));
      if (claim === undefined) throw new Refusal(404, 'there is nothing here');
      return json(claim);
    }
  }
}

/** An open answer that tells of changes as they come. */
function stream(request: IncomingMessage, response: ServerResponse, streams: Set<ServerResponse>): void {
  const headers = { ...SAFETY, 'content-type': 'text/event-stream' };
  if (request.method === 'HEAD') return void response.writeHead(200, headers).end();
  if (streams.size >= MOST_STREAMS) throw new Refusal(503, 'too many open pages');
  response.writeHead(200, headers).write(CHANGE);
  streams.add(response);
  response.on('close', () => streams.delete(response));
}

function readPage(): Map<string, PageFile> {
  return new Map(
    PAGE.map(({ path, file, type }) => [path, { type, body: readFileSync(new URL(file, import.meta.url)) }]),
  );
}

/** Which `Host` headers are answered where the server listens on `address`, a host; see `ServerOptions.hosts`. */
function hostCheck(address: string, hosts: readonly string[]): (host: string | undefined) => boolean {
  const isLoopback = /^(?:::1|127\..*|localhost)$/.test(address);
  if (!isLoopback && hosts.length === 0) return () => true;
  const wrong = hosts.find((host) => !/^[a-z0-9._-]+$/i.test(host));
  if (wrong !== undefined)
    throw new WatchError(`--http.hosts: ${JSON.stringify(wrong)} is no host name: names without a port, with commas`);
  const known = new Set(['localhost', ...hosts.map((host) => host.toLowerCase())]);
  return (host) => {
    // Only HTTP/1.0 may leave it out, which no browser speaks.
    if (host === undefined) return true;
    const [, ipv6, name] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
    return isIP(ipv6 ?? name ?? '') !== 0 || known.has((name ?? '').toLowerCase());
  };
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { ...SAFETY, 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(response.req.method === 'HEAD' ? undefined : body);
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  try {
    // What begins with two slashes would name another host: `//readyz` is no page.
    return new URL(url.startsWith('/') ? `http://watch${url}` : url, 'http://watch');
  } catch {
    throw new Refusal(400, 'the address makes no sense');
  }
}

/** The game that `CHAIN/ADDRESS` names; explorers write addresses with capitals in them. */
function gameKey(place: string | undefined): GameKey | undefined {
  const [, chain, address] = /^([A-Za-z0-9-]{1,63})\/(0x[0-9a-fA-F]{40})$/.exec(place ?? '') ?? [];
  return chain === undefined || address === undefined ? undefined : { chain, address: address.toLowerCase() };
}

function oneOf(parameters: URLSearchParams, name: string, isKnown: (value: string) => boolean): string | undefined {
  const value = parameters.get(name) ?? undefined;
  if (value !== undefined && !isKnown(value)) throw new Refusal(400, `there is no such ${name}`);
  return value;
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

async function listenOn(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(port, host, resolve);
    });
  } catch (error) {
    const why = messageOf(error);
    throw new WatchError(`--http ${host}:${port}: cannot be listened on (${why}): give another port`, { cause: error });
  }
}
