/**
 * One HTTP exchange with an endpoint, on Node's own client: kept connections, environment's proxies, no redirects. A request's
 * body and an answer's are whole texts. What goes wrong is an EndpointError of the kinds `outage`, `tls` and `redirect`.
 */
import http from 'node:http';
import https from 'node:https';
import { withoutEncoding } from './content-encoding.js';
import { EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { jsonExcess } from './json-excess.js';
import type { Log } from './log.js';
import { connectionsTo, type Connections, ProxyError } from './proxy-agent.js';

export type HttpRequest = { path?: string; query?: string; body?: string; /** For messages. */ what: string };
export type HttpAnswer = { status: number; text: string; retryAfterMs: number | undefined };

export type HttpEndpoint = {
  /** Flag and host, for messages. The path may hold a provider's key and is never shown. */
  readonly name: string;
  /** A text from the endpoint without what its URL has beside the host. */
  hide(text: string): string;
  /** POST with a body of JSON, GET without; `path` and `query` are added to the endpoint's own. */
  exchange(request: HttpRequest): Promise<HttpAnswer>;
};

/** Without a byte for so long, an answer is given up. */
const SILENCE_MS = 60_000;
/** An answer that has not begun so long after its request is given up as well, whatever of its headers comes meanwhile. */
const BEGINNING_MS = 2 * SILENCE_MS;
/** And so is one that brought less than this in so long a time: it would take hours. */
const LEAST_BYTES = 16_384;
/** After so long an answer that is waited for is spoken of, and again while none comes. */
const SLOW_MS = 5_000;
/** A block of L1 with full transactions has tens of megabytes at most, a witness of a large block hundreds. */
const MAX_ANSWER_BYTES = 512 * 1024 * 1024;

/** Cookies and policies of gateways may be longer than Node's 16 KiB. */
const MAX_HEADER_BYTES = 256 * 1024;

/** An endpoint of a flag at `url`. */
export function httpEndpoint({ flag, url, log }: { flag: string; url: string; log: Log }): HttpEndpoint {
  const base = new URL(url);
  const name = endpointName(flag, url);
  const hide = hiding(base);
  const headers: Record<string, string> = { accept: 'application/json', 'accept-encoding': 'gzip' };
  if (base.username !== '') {
    const account = `${unescaped(base.username)}:${unescaped(base.password)}`;
    headers.authorization = `Basic ${Buffer.from(account).toString('base64')}`;
  }
  const client = base.protocol === 'https:' ? https : http;
  let connections: Promise<Connections> | undefined;
  const notice = slowNotice(name, log);

  return {
    name,
    hide,
    async exchange({ path = '', query = '', body, what }) {
      connections ??= connectionsTo(base, name, log);
      const { agent, through } = await connections.catch((error: unknown) => {
        if (!(error instanceof ProxyError)) throw error;
        throw new EndpointError(name, what, error.message, { kind: 'invalid', cause: error });
      });
      // A provider's key may be in the path or in the query of the endpoint's URL.
      const search = [base.search.replace(/^\?/, ''), query].filter((part) => part !== '').join('&');
      const request: http.RequestOptions = {
        protocol: base.protocol,
        hostname: base.hostname.replace(/^\[(.*)\]$/, '$1'),
        port: base.port,
        path: `${path === '' ? base.pathname : base.pathname.replace(/\/+$/, '') + path}${search === '' ? '' : `?${search}`}`,
        method: body === undefined ? 'GET' : 'POST',
        headers:
          body === undefined
            ? headers
            : { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        agent,
        maxHeaderSize: MAX_HEADER_BYTES,
        // As Go's client and curl read it: a length beside chunks, lines without CR. What an answer holds is checked anyway.
        insecureHTTPParser: true,
      };
      const stopNotice = notice(what);
      try {
        const answer = await sendAnew(client, request, body);
        const { status } = answer;
        if (status >= 300 && status < 400 && answer.location !== undefined) {
          throw new EndpointError(name, what, hide(redirectFault(base, status, answer.location)), { kind: 'redirect' });
        }
        if (status === 407 && through !== undefined) {
          const fault = `HTTP 407: the proxy that ${through} names asks who you are; give it as http://user:password@…`;
          throw new EndpointError(name, what, fault, { kind: 'forbidden' });
        }
        const excess = jsonExcess(answer.text);
        if (excess !== undefined) throw new WrongAnswerError(name, what, `the answer holds ${excess}`);
        return { status, text: answer.text, retryAfterMs: retryAfter(answer.retryAfter) };
      } catch (error) {
        throw error instanceof EndpointError ? error : exchangeError(name, what, error, through);
      } finally {
        stopNotice();
      }
    },
  };
}

/** Tells of requests that have no answer yet: one line for all that wait for an endpoint, every so many seconds. */
function slowNotice(name: string, log: Log): (what: string) => () => void {
  let told = Number.NEGATIVE_INFINITY;
  return (what) => {
    const start = performance.now();
    const timer = setInterval(() => {
      const now = performance.now();
      // Half an interval off: those that began together are told of together.
      if (now - told < SLOW_MS / 2) return;
      told = now;
      log('warn', 'Waiting for an answer', {
        endpoint: name,
        request: what,
        seconds: Math.round((now - start) / 1000),
      });
    }, SLOW_MS);
    timer.unref();
    return () => clearInterval(timer);
  };
}

/** A part of a URL without its escapes; one that has a lone % is as it was typed. */
export function unescaped(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Takes what may be a provider's key out of a text: what the endpoint's URL has beside its host, which answers may quote. */
function hiding(base: URL): (text: string) => string {
  // Other parts of a path are names: of a network, a version.
  const keys = base.pathname.split('/').filter((part) => part.length >= 8 && /\d/.test(part));
  const values = base.search.split(/[?&]/).map((part) => part.slice(part.indexOf('=') + 1));
  const secrets = [base.username, base.password, ...values, ...keys]
    .flatMap((part) => [part, unescaped(part)])
    .filter((part) => part.length >= 4)
    .toSorted((a, b) => b.length - a.length);
  return (text) => secrets.reduce((hidden, secret) => hidden.replaceAll(secret, '…'), text);
}

/** `--l1 (https://host:port)`. */
export function endpointName(flag: string, url: string): string {
  return `${flag} (${new URL(url).origin})`;
}

type RawAnswer = { status: number; text: string; location: string | undefined; retryAfter: string | undefined };

/** Kept connections that may turn out to have been closed, one after the other, before a request is taken for refused. */
const MOST_LOST = 8;

/** The answer; a request that went out just as the server closed the kept connection, which says nothing of it, is sent anew. */
async function sendAnew(
  client: typeof http | typeof https,
  options: http.RequestOptions,
  body?: string,
): Promise<RawAnswer> {
  for (let lost = 1; ; lost++) {
    let wasKept = false;
    try {
      return await send(client, options, body, () => (wasKept = true));
    } catch (error) {
      if (!wasKept || lost > MOST_LOST) throw error;
    }
  }
}

/** One request. `onLost` is told where a kept connection was closed before anything of an answer came. */
function send(
  client: typeof http | typeof https,
  options: http.RequestOptions,
  body: string | undefined,
  onLost: () => void,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let begun = false;
    const request = client.request(options, (response) => {
      begun = true;
      const chunks: Buffer[] = [];
      let length = 0;
      let before = 0;
      const pace = setInterval(() => {
        if (length - before < LEAST_BYTES)
          request.destroy(new Error(`the answer comes too slowly: ${length} bytes so far, and it is not whole`));
        before = length;
      }, SILENCE_MS);
      pace.unref();
      response.on('close', () => clearInterval(pace));
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > MAX_ANSWER_BYTES)
          request.destroy(new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`));
      });
      response.on('error', reject);
      response.on('aborted', () => reject(new Error('the connection was closed in the middle of the answer')));
      response.on('end', () => {
        const { location, 'retry-after': retryAfterHeader, 'content-encoding': encoding } = response.headers;
        withoutEncoding(Buffer.concat(chunks), encoding, MAX_ANSWER_BYTES).then(
          (bytes) =>
            resolve({
              status: response.statusCode ?? 0,
              // Some begin with a byte order mark, which JSON has not.
              text: bytes.toString('utf8').replace(/^\uFEFF/, ''),
              location,
              retryAfter: retryAfterHeader,
            }),
          reject,
        );
      });
    });
    const late = setTimeout(
      () => request.destroy(new Error(`the answer did not begin within ${BEGINNING_MS / 1000} s`)),
      BEGINNING_MS,
    );
    late.unref();
    request.on('response', () => clearTimeout(late));
    request.on('close', () => clearTimeout(late));
    request.setTimeout(SILENCE_MS, () => request.destroy(new Error(`no answer within ${SILENCE_MS / 1000} s`)));
    request.on('error', (error: NodeJS.ErrnoException) => {
      if (request.reusedSocket && !begun && (error.code === 'ECONNRESET' || error.code === 'EPIPE')) onLost();
      reject(error);
    });
    request.on('upgrade', (_response, socket) => {
      socket.destroy();
      reject(new Error('HTTP 101: it wants to speak another protocol'));
    });
    // Whatever else may end a request without an error of its own: nobody may wait for it for ever.
    request.on('close', () => {
      if (!begun) reject(new Error('the connection was closed before the answer'));
    });
    request.end(body);
  });
}

function redirectFault(base: URL, status: number, location: string): string {
  let target = location;
  try {
    const { origin, pathname } = new URL(location, base);
    // The path may be the endpoint's own, with a key in it.
    target = base.pathname !== '/' && pathname.startsWith(base.pathname) ? `${origin}/…` : origin + pathname;
  } catch {
    // Not a URL: shown as it came.
  }
  return `HTTP ${status}: it redirects to ${target}; give that address with the flag`;
}

/** Seconds or a date, as HTTP's Retry-After has it. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

const CERTIFICATE_CODES =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_SELF_SIGNED|HOSTNAME_MISMATCH|INVALID_CA|INVALID_PURPOSE|PATH_LENGTH_EXCEEDED)/;

function exchangeError(name: string, what: string, error: unknown, through: string | undefined): EndpointError {
  const [code, text] = innermost(error);
  if (CERTIFICATE_CODES.test(code)) {
    const advice = certificateAdvice(code);
    return new EndpointError(name, what, `its TLS certificate is not accepted: ${text}; ${advice}`, {
      kind: 'tls',
      cause: error,
    });
  }
  if (/NO_APPLICATION_PROTOCOL/.test(code)) {
    const fault = 'it speaks no HTTP/1.1, which is what is used (HTTP/2 alone, it seems); give an endpoint that does';
    return new EndpointError(name, what, fault, { kind: 'tls', cause: error });
  }
  if (/^(?:ERR_SSL_|EPROTO)/.test(code)) {
    const advice = 'is it an http:// endpoint? An authority of your own is named in NODE_EXTRA_CA_CERTS';
    return new EndpointError(name, what, `TLS failed: ${tlsReason(text)}; ${advice}`, { kind: 'tls' });
  }
  const unreachable = /^(?:ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN)$/.test(code);
  const said = code.startsWith('HPE_')
    ? `the answer is not HTTP/1.1 (${text}); is this a JSON-RPC or beacon endpoint?`
    : text;
  const fault = through === undefined ? said : `${said} (through the proxy that ${through} names)`;
  return new EndpointError(name, what, fault, { kind: 'outage', unreachable, cause: error });
}

/** What helps against a certificate that is not accepted. */
function certificateAdvice(code: string): string {
  const authority =
    'if its certificate is from an authority of your own, name that authority’s PEM file in NODE_EXTRA_CA_CERTS';
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return `its operator must renew it, unless this machine’s clock is wrong; ${authority}`;
  if (/ALTNAME|HOSTNAME/.test(code)) return `give the host name that it is for; ${authority}`;
  return authority;
}

/** The reason in an error of OpenSSL, which has it among numbers, routines and lines of its sources. */
function tlsReason(text: string): string {
  const [, reason] = /:error:[0-9A-F]+:[^:]*:[^:]*:([^:]+):/.exec(text) ?? [];
  return reason ?? text.split('\n')[0] ?? text;
}

/** Code and text of the innermost cause: Node hides it in a chain, for a host with several addresses in a list. */
function innermost(error: unknown): [code: string, text: string] {
  let at = error;
  for (let depth = 0; depth < 8 && at instanceof Error; depth++) {
    if (at instanceof AggregateError && at.errors[0] instanceof Error) at = at.errors[0];
    else if (at.cause instanceof Error) at = at.cause;
    else break;
  }
  if (!(at instanceof Error)) return ['', String(at)];
  const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
  if (code === 'ECONNRESET' || at.message === 'socket hang up')
    return [code, 'the connection was closed before the answer (ECONNRESET)'];
  return [code, code === '' || at.message.includes(code) ? at.message : `${code} ${at.message}`];
}
