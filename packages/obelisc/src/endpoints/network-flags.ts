/** The flags of how endpoints are dealt with, which op-program and obelisc share: one table for names, help and values. */
import type { NetworkSettings } from '@obelisc/claims';
import { DEFAULT_BATCH_SIZE, DEFAULT_REQUEST_LIMITS, retryFor } from '@obelisc/host/run';
import { UsageError } from '../terminal/failure.js';

export type NetworkFlag = {
  name: string;
  help: string;
  /** What stands for the value in --help. */
  value: string;
  default?: string;
  /** The same flag's name in other programs. */
  alias?: string;
};

export const NETWORK_FLAGS = [
  {
    name: 'l1.beacon-archiver',
    help: 'Archives of blobs, asked for what --l1.beacon has pruned (separated by commas)',
    value: 'urls',
    alias: 'l1.beacon-fallbacks',
  },
  {
    name: 'l1.beacon.slot-duration',
    help: 'Length of a slot of L1, where no beacon API tells it (12s, 2500ms)',
    value: 'duration',
  },
  {
    name: 'retry.for',
    help: 'For how long a failing request is tried again (0: for ever)',
    value: 'duration',
    default: '10m',
  },
  {
    name: 'rpc.batch-size',
    help: 'Calls in a JSON-RPC batch, at most',
    value: 'number',
    default: String(DEFAULT_BATCH_SIZE),
  },
  {
    name: 'fetch.concurrency',
    help: 'Requests in flight, at most',
    value: 'number',
    default: String(DEFAULT_REQUEST_LIMITS.concurrency),
  },
  { name: 'fetch.rate', help: 'Calls a second, at most (default: no limit)', value: 'number' },
] as const satisfies readonly NetworkFlag[];

/** Reads the flags; `get` gives the value of one, or its default. Throws UsageError. */
export function readNetworkFlags(get: (name: string) => string | undefined): NetworkSettings {
  const archivers = get('l1.beacon-archiver');
  const slotDuration = get('l1.beacon.slot-duration');
  const rate = get('fetch.rate');
  return {
    endpoints: {
      beaconArchivers: archivers === undefined ? [] : urlList('l1.beacon-archiver', archivers),
      slotDurationMs:
        slotDuration === undefined
          ? undefined
          : BigInt(atLeast('l1.beacon.slot-duration', duration('l1.beacon.slot-duration', slotDuration), 1)),
      batchSize: whole('rpc.batch-size', get('rpc.batch-size') ?? String(DEFAULT_BATCH_SIZE)),
      limits: {
        concurrency: whole('fetch.concurrency', get('fetch.concurrency') ?? String(DEFAULT_REQUEST_LIMITS.concurrency)),
        rate: rate === undefined ? undefined : whole('fetch.rate', rate),
      },
    },
    policy: retryFor(duration('retry.for', get('retry.for') ?? '10m')),
  };
}

/** URLs separated by commas. Throws UsageError for what is no http:// or https:// URL. */
export function urlList(flag: string, text: string): string[] {
  const urls = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (urls.length === 0) throw new UsageError(`--${flag} is empty; it takes an http:// or https:// URL`);
  return urls.map((url) => endpointUrl(flag, url));
}

/** The URL, without white space around it, as a file's or a variable's may have. Throws UsageError for what is no http:// or https:// URL, without what may be a secret in it. */
export function endpointUrl(flag: string, given: string): string {
  const text = given.trim();
  const advice = urlAdvice(text);
  if (advice === undefined) return text;
  throw new UsageError(
    `--${flag} is ${JSON.stringify(maskedUrl(text))}, which is not an http:// or https:// URL${advice}`,
  );
}

const SOCKET_ADVICE = ": a node's socket in the file system is not used; give the URL of its JSON-RPC over HTTP";

/** What to say about a text that is no URL for an endpoint; undefined where it is one. */
function urlAdvice(text: string): string | undefined {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? [];
  if (scheme === undefined) {
    if (/^(?:~?\/|\.\.?\/).*|\.ipc$/.test(text)) return SOCKET_ADVICE;
    const withScheme = `http://${text}`;
    const looksLikeHost =
      /^(?:[^\s/@]+@)?(?:localhost|\[[\da-f:]+\]|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d))(?::\d+)?(?:[/?]|$)/i;
    return looksLikeHost.test(text) && URL.canParse(withScheme) ? `; did you mean ${maskedUrl(withScheme)}?` : '';
  }
  if (/^(?:unix|ipc|http\+unix)$/i.test(scheme)) return SOCKET_ADVICE;
  if (/^wss?$/i.test(scheme))
    return ': WebSocket is not used; give the http:// or https:// URL of the same node (often another port)';
  return /^https?:\/\/[^/?#]/i.test(text) && URL.canParse(text) ? undefined : '';
}

/** A URL for messages: scheme and host. User, password, path and query may be a provider's key. */
export function maskedUrl(text: string): string {
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)?([^]*)$/i.exec(text) ?? [];
  const [authority = ''] = rest.split(/[/?#]/);
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  const isWhole = authority === rest || `${authority}/` === rest;
  return `${scheme}${host === authority ? '' : '…@'}${host}${isWhole ? '' : '/…'}`;
}

const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a duration as Go writes them, with days besides: `90s`, `1h30m`, `250ms`, `3d`; 0 needs no unit. Throws UsageError. */
export function duration(flag: string, text: string): number {
  if (text === '0') return 0;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)];
  if (parts.length === 0 || parts.map(([part]) => part).join('') !== text)
    throw new UsageError(`--${flag} is ${JSON.stringify(text)}; it takes a duration such as 90s, 10m or 1h30m`);
  return Math.round(parts.reduce((sum, [, number, unit]) => sum + Number(number) * (UNITS[unit ?? ''] ?? 0), 0));
}

function whole(flag: string, text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new UsageError(`--${flag} is ${JSON.stringify(text)}; it takes a whole number`);
  return atLeast(flag, Number(text), 1);
}

function atLeast(flag: string, value: number, least: number): number {
  if (value >= least) return value;
  throw new UsageError(`--${flag} is ${value}; it must be at least ${least}`);
}
