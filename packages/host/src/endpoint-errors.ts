/** What endpoints do wrong, and which of it is worth another try. */
import type { Retryable } from './retry.js';

/** An endpoint did not do what was asked of it. Names the flag, the host and the request. */
export class EndpointError extends Error {
  override name = 'EndpointError';
  constructor(endpoint: string, request: string, fault: string, options?: ErrorOptions) {
    super(`${endpoint}: ${request}: ${fault}`, options);
  }
}

/** An endpoint answered with something that cannot be what was asked for: another block, a broken field, a wrong hash. */
export class WrongAnswerError extends EndpointError {
  override name = 'WrongAnswerError';
}

/** An endpoint answered that it does not have it. */
export class EmptyAnswerError extends EndpointError {
  override name = 'EmptyAnswerError';
}

/** The endpoint does not know the method. */
export class UnsupportedMethodError extends EndpointError {
  override name = 'UnsupportedMethodError';
}

/** HTTP: time-out, too early, too many requests, and the failures of servers and their gateways. */
const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504]);
/** JSON-RPC: 429 as some providers put it, limit exceeded (EIP-1474), resource unavailable, internal error. */
const RETRYABLE_CODES = new Set([429, -32005, -32002, -32603]);
const RETRYABLE_TEXT = /rate.?limit|too many requests|capacity|timed? ?out|temporarily unavailable/i;
/** JSON-RPC: method not found, method not supported (EIP-1474). */
const UNSUPPORTED_CODES = new Set([-32601, -32004]);
const UNSUPPORTED_TEXT =
  /method .*(not found|not supported|does not exist|not available|not allowed|is not whitelisted)|unsupported method|unknown method/i;

/** What failed requests look like, whichever library made them: an HTTP status, a JSON-RPC code, or neither (the network). */
export class RequestFailure extends Error {
  override name = 'RequestFailure';
  readonly status: number | undefined;
  readonly code: number | undefined;
  readonly retryAfterMs: number | undefined;
  readonly network: boolean;
  constructor(
    message: string,
    kind: {
      status?: number | undefined;
      code?: number | undefined;
      retryAfterMs?: number | undefined;
      network?: boolean;
    },
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.status = kind.status;
    this.code = kind.code;
    this.retryAfterMs = kind.retryAfterMs;
    this.network = kind.network ?? false;
  }
}

/** Why the failure is worth another try, or undefined. */
export function retryable(error: unknown): Retryable | undefined {
  if (error instanceof EmptyAnswerError) return { reason: error.message, empty: true };
  if (!(error instanceof RequestFailure)) return undefined;
  const { status, code, network, retryAfterMs, message } = error;
  const again = { reason: message, delayMs: retryAfterMs };
  if (network) return again;
  if (status !== undefined && RETRYABLE_STATUS.has(status)) return again;
  if (isUnsupported(error)) return undefined;
  if (code !== undefined && (RETRYABLE_CODES.has(code) || RETRYABLE_TEXT.test(message))) return again;
  return undefined;
}

export function isUnsupported(error: unknown): boolean {
  if (!(error instanceof RequestFailure)) return false;
  return (
    (error.code !== undefined && UNSUPPORTED_CODES.has(error.code)) ||
    (error.code !== undefined && UNSUPPORTED_TEXT.test(error.message))
  );
}

/** Seconds or a date, as HTTP's Retry-After has it. */
export function retryAfter(headers: Headers | undefined): number | undefined {
  const value = headers?.get('retry-after');
  if (value === undefined || value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) && ms >= 0 ? ms : undefined;
}

/** The text of a network failure: Node hides the cause of `fetch failed` in a chain, sometimes in a list. */
export function networkFault(error: unknown): string {
  const seen: string[] = [];
  for (let at: unknown = error; at instanceof Error && seen.length < 8;) {
    if (at instanceof AggregateError && at.errors.length > 0) {
      at = at.errors[0];
      continue;
    }
    if ('code' in at && typeof at.code === 'string' && !at.message.includes(at.code))
      seen.push(`${at.code} ${at.message}`);
    else if (at.message !== '') seen.push(at.message);
    at = at.cause;
  }
  return seen.at(-1) ?? 'no connection';
}
