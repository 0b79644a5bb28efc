/** Connections to an endpoint: its own, or through the proxy that the environment names for it, as Go's programs and curl read that. */
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';
import type { Log } from './log.js';

/** Requests beyond these wait in the agent; the request gate sets the limit that users choose. */
const MAX_SOCKETS = 256;

export type Connections = {
  agent: http.Agent;
  /** What stands between, for messages: the variable that names it. */
  through?: string;
};

/** A variable of the environment names a proxy that cannot be one. */
export class ProxyError extends Error {
  override name = 'ProxyError';
}

/** What was told already, so that an endpoint that several clients share is told of once. */
const told = new WeakMap<Log, Set<string>>();

/** The connections to `base`, which messages call `name`. Rejects with ProxyError. */
export async function connectionsTo(base: URL, name: string, log: Log): Promise<Connections> {
  const settings = { keepAlive: true, maxSockets: MAX_SOCKETS };
  const direct = (): Connections => ({
    agent: base.protocol === 'https:' ? new https.Agent(settings) : new http.Agent(settings),
  });
  const once = (text: string, write: () => void): void => {
    const texts = told.get(log) ?? new Set();
    told.set(log, texts);
    if (!texts.has(text)) write();
    texts.add(text);
  };
  const variable = proxyVariable(base);
  if (variable === undefined) return direct();
  // As in Go's and curl's usual settings, a proxy elsewhere cannot reach what listens on this machine only.
  if (/^(?:localhost|127\..*|\[::1\])$/.test(base.hostname)) {
    once(name, () => log('warn', `${variable} is not used for an endpoint on this machine`, { endpoint: name }));
    return direct();
  }
  const { getProxyForUrl } = await import('proxy-from-env');
  if (getProxyForUrl(base.href) === '' || isExempt(base.hostname)) return direct();
  const value = process.env[variable] ?? '';
  const proxy = value.includes('://') ? value : `http://${value}`;
  if (!URL.canParse(proxy))
    throw new ProxyError(
      `${variable} names a proxy that is no http:// URL; set it right, or NO_PROXY for this endpoint`,
    );
  const { protocol, origin } = new URL(proxy);
  if (!/^https?:$/.test(protocol)) {
    const scheme = protocol.slice(0, -1);
    once(variable, () =>
      log('warn', `${variable} names a proxy that is not used: it takes http:// or https://`, { scheme }),
    );
    return direct();
  }
  once(name, () =>
    log('info', 'An endpoint is reached through a proxy', { endpoint: name, proxy: origin, from: variable }),
  );
  // The scheme decides the type of a proxy's connection options, of which none are given here.
  const address = proxy as `http://${string}`;
  const agent =
    base.protocol === 'https:'
      ? new (await import('https-proxy-agent')).HttpsProxyAgent(address, settings)
      : new (await import('http-proxy-agent')).HttpProxyAgent(address, settings);
  return { agent, through: variable };
}

/** The environment variable that names a proxy for such an endpoint, if there is one. */
function proxyVariable({ protocol }: URL): string | undefined {
  const names = [`${protocol.replace(':', '')}_proxy`, 'all_proxy'].flatMap((name) => [name, name.toUpperCase()]);
  return names.find((name) => (process.env[name] ?? '') !== '');
}

/** Whether NO_PROXY names the host by a network (10.0.0.0/8) or by a domain that it is under, which the library does not read. */
function isExempt(hostname: string): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const entries = (process.env.no_proxy ?? process.env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/);
  const family = isIP(host);
  return entries.some((entry) => {
    const [network = '', bits = ''] = entry.split('/');
    if (family === 0) return entry !== '' && host.endsWith(`.${entry.replace(/^\*?\./, '')}`);
    if (isIP(network) !== family || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
    return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
  });
}
