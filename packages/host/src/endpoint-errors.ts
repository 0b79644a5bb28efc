/** What endpoints do wrong, and which of it is worth another try. */

/**
 * Why a request failed. Worth another try are `outage` (no connection, a broken or garbled answer, an error of the server),
 * `rate-limit`, and for a while `absent` (not there, or not yet) and `wrong` (an answer that cannot be what was asked for:
 * behind a load balancer the next one comes from another node). The others are settled: `unsupported` (no such method),
 * `invalid` (parameters), `reverted` (by the contract that was called), `forbidden` (401, 403), `tls`, `redirect`, `other-chain`.
 */
export type FailureKind =
  | 'outage'
  | 'rate-limit'
  | 'absent'
  | 'wrong'
  | 'unsupported'
  | 'invalid'
  | 'reverted'
  | 'forbidden'
  | 'tls'
  | 'redirect'
  | 'other-chain';

const RETRIED: ReadonlySet<FailureKind> = new Set(['outage', 'rate-limit', 'absent', 'wrong']);

/** More about a failure than its text. */
export type FailureFacts = {
  kind: FailureKind;
  /** What the endpoint asked to wait, in milliseconds. */
  delayMs?: number | undefined;
  /** No connection came about: the endpoint is down, or its address wrong. */
  unreachable?: boolean;
  /** Code of the JSON-RPC error that the endpoint answered with, where it was one. */
  code?: number | undefined;
};

/** An endpoint did not do what was asked of it. Names the flag, the host and the request. */
export class EndpointError extends Error {
  override name = 'EndpointError';
  readonly kind: FailureKind;
  readonly delayMs: number | undefined;
  readonly unreachable: boolean;
  readonly code: number | undefined;
  readonly endpoint: string;
  readonly request: string;
  /** The fault alone, without endpoint and request. */
  readonly fault: string;
  constructor(endpoint: string, request: string, fault: string, options: ErrorOptions & FailureFacts) {
    super(`${endpoint}: ${request}: ${fault}`, options);
    this.endpoint = endpoint;
    this.request = request;
    this.fault = fault;
    this.kind = options.kind;
    this.delayMs = options.delayMs;
    this.unreachable = options.unreachable ?? false;
    this.code = options.code;
  }

  /** Whether the same request may go better the next time. */
  get isTransient(): boolean {
    return RETRIED.has(this.kind);
  }

  /** Whether the endpoint could not be asked: what it has or lacks is not known from this. */
  get isOutage(): boolean {
    return this.kind === 'outage' || this.kind === 'rate-limit';
  }

  /** The same error with the tries that it ended. */
  after(tries: string): EndpointError {
    const { endpoint, request, fault, kind, unreachable, code } = this;
    const error = new EndpointError(endpoint, request, `${fault} (${tries})`, { kind, unreachable, code, cause: this });
    error.name = this.name;
    return error;
  }
}

/** An endpoint answered with something that cannot be what was asked for: another block, a broken field, a wrong hash. */
export class WrongAnswerError extends EndpointError {
  override name = 'WrongAnswerError';
  constructor(endpoint: string, request: string, fault: string, options: ErrorOptions & { kind?: FailureKind } = {}) {
    super(endpoint, request, fault, { kind: 'wrong', ...options });
  }
}

/** An endpoint answered that it does not have it. */
export class EmptyAnswerError extends EndpointError {
  override name = 'EmptyAnswerError';
  constructor(endpoint: string, request: string, fault: string, options: ErrorOptions = {}) {
    super(endpoint, request, fault, { ...options, kind: 'absent' });
  }
}

/** The endpoint does not know the method. */
export class UnsupportedMethodError extends EndpointError {
  override name = 'UnsupportedMethodError';
  constructor(endpoint: string, request: string, fault: string, options: ErrorOptions = {}) {
    super(endpoint, request, fault, { ...options, kind: 'unsupported' });
  }
}

const RATE_LIMIT_TEXT =
  /rate.?limit|too many requests?|requests? limit|limit (?:reached|exceeded)|(?:count|quota|credits?|capacity|throughput) .*(?:exceeded|limit)|compute units|slow down|throttl/i;
/** Whether a text speaks of a rate limit. */
export function saysLimit(text: string): boolean {
  return RATE_LIMIT_TEXT.test(text);
}

/** Words, statuses and requests to wait that are of the number of requests, not of what one of them asks for. */
const OF_REQUESTS = /HTTP 4(?:20|29|30)|too many requests|rate.?limit|throttl|slow down|per second|compute units/i;
/** Whether a failure is for too many requests: more of them, each for less, would be the wrong answer to it. */
export function isOfRequests({ kind, delayMs, fault }: EndpointError): boolean {
  return kind === 'rate-limit' && (delayMs !== undefined || OF_REQUESTS.test(fault));
}
/** Codes that only ever mean a limit: EIP-1474's, and those of providers. */
const RATE_LIMIT_CODES = new Set([429, -32005, -32007, -32012, -32016, -32029]);
/** JSON-RPC: method not found; EIP-1474: method not supported. */
const UNSUPPORTED_CODES = new Set([-32601, -32004]);
/** A method by that word, with or without its name, or by its name alone. */
const A_METHOD =
  /(?:\bmethods?(?:[ :]+['"`]?[\w.]+)?|\b(?:alchemy|debug|erigon|eth|optimism|parity|trace|web3)_\w+)['"`]?/.source;
const NOT_THERE =
  /(?:(?:is|are|was|has been|currently) )*(?:not (?:found|supported|available|allowed|whitelisted|enabled|permitted|implemented)|isn[’']t \w+|does(?: not|n[’']t) exist|unavailable|unsupported|disabled|blocked)/
    .source;
const UNSUPPORTED_TEXT = new RegExp(
  [
    `${A_METHOD} ${NOT_THERE}`,
    /(?:unsupported|unknown|no such) (?:rpc )?method|\bmethod not\b|not (?:yet )?implemented/.source,
    /(?:module|namespace)s? (?:['"`]?\w+['"`]? )?(?:is )?(?:disabled|not (?:enabled|available|supported))/.source,
    // What a provider's plan does not include.
    /not (?:available|supported|allowed|enabled|included) (?:on|in|for|with|under|by) (?:the |your |this )?(?:current |free ?)*(?:plan|tier|subscription)/
      .source,
    /requires? (?:an? )?(?:\w+ ){0,2}(?:plan|tier|subscription|add-?on)/.source,
  ].join('|'),
  'i',
);
const TEMPORARY_TEXT = /tempor|try again|retry|moment|time[d ]?-? ?out|deadline|overloaded|\bbusy\b/i;
const FORBIDDEN_CODES = new Set([401, 403]);
const FORBIDDEN_TEXT =
  /unauthori[sz]ed|not authori[sz]ed|must be authenticated|authentication (?:is )?(?:required|failed)|(?:invalid|missing|unknown|disabled|expired) (?:api[- ]?key|project id|access token)|api[- ]?key\b.{0,40}(?:invalid|missing|disabled|expired|required|not (?:found|valid))|\bforbidden\b|access denied/i;
const INVALID_CODES = new Set([-32602]);
const INVALID_TEXT =
  /invalid (?:method )?(?:params?|parameters?|arguments?)\b|missing value for required argument|missing required (?:param|arg)/i;
/** geth's code for a revert, and what others say. */
const REVERTED_CODE = 3;
const REVERTED_TEXT =
  /execution (?:has )?reverted|vm execution error|\brevert(?:ed)?\b|invalid opcode|invalid jump|out ?of ?gas|gas uint64 overflow|stack (?:under|over)flow|stack limit reached|return data out of bounds|write protection|max call depth|bad (?:instruction|jump)|evm error|gas required exceeds|\binvalid_(?:operation|jump_destination)\b|\binsufficient_gas\b/i;
/** What comes after it is the contract's own text, which may speak of limits, keys and methods as it likes. */
const BEGINS_REVERTED =
  /^\W*(?:(?:rpc |internal )?error:? *)?(?:vm exception while processing transaction: |the )?(?:execution (?:has )?reverted|reverted|revert)\b/i;
const ABSENT_TEXT =
  /(?:header|block|resource|state|node|root|receipts?|transaction|data) (?:is )?(?:not (?:yet )?available|unavailable)|not found|unknown (?:block|ancestor|header)|missing trie node|historical state|history .*(?:pruned|available)|has been pruned|pruned|cannot find|could not find|unable to find|no state|not exist|not in the database|not (?:a |in (?:the )?|part of the )?canonical|non-canonical/i;

/** A block that is not there (yet). Some say of it that its number is no valid parameter. */
const ABSENT_BLOCK_TEXT =
  /(?:unknown|missing|no such) (?:block|header)|(?:block|header)[^.]{0,80}(?:not (?:yet )?(?:found|available|known)|does not exist|beyond|after|ahead of|greater than)|(?:beyond|ahead of|greater than) (?:the )?(?:current|latest|head)/i;
/** State, or proofs of it, that a node keeps for its newest blocks alone. */
const TOO_OLD_TEXT =
  /(?:exceeds|outside|out of|beyond|not within) (?:the |of )*(?:maximum |max )?(?:proof |state |block )*window|too old|old data|\barchive\b|only (?:available )?for the ['"]?latest|(?:limited to|within) (?:the )?(?:latest|last) \d+/i;

/** The same in words that could be of a method that is not there at all. */
const OLDER_TEXT = /(?:blocks?|state|data|history) (?:that (?:is|are) )?older than|too old/i;

/** The kind of a JSON-RPC error. `status` is that of the HTTP answer it came in. */
export function kindOfRpcError(code: number, text: string, status: number): FailureKind {
  const isForbidden = status === 401 || status === 403;
  if (!isForbidden && status !== 429 && (code === REVERTED_CODE || BEGINS_REVERTED.test(text))) return 'reverted';
  if (!isForbidden && (RATE_LIMIT_CODES.has(code) || status === 429 || RATE_LIMIT_TEXT.test(text))) return 'rate-limit';
  const isTemporary = TEMPORARY_TEXT.test(text);
  if (!isTemporary && !isForbidden && OLDER_TEXT.test(text)) return 'absent';
  if (!isTemporary && (UNSUPPORTED_CODES.has(code) || UNSUPPORTED_TEXT.test(text))) return 'unsupported';
  if (isForbidden || FORBIDDEN_CODES.has(code) || (!isTemporary && FORBIDDEN_TEXT.test(text))) return 'forbidden';
  const isAbsent = ABSENT_BLOCK_TEXT.test(text) || TOO_OLD_TEXT.test(text);
  if (!isTemporary && !isAbsent && (INVALID_CODES.has(code) || INVALID_TEXT.test(text))) return 'invalid';
  if (REVERTED_TEXT.test(text)) return 'reverted';
  if (!isTemporary && (isAbsent || ABSENT_TEXT.test(text))) return 'absent';
  return 'outage';
}

/** Statuses of a limit, of the standard and of providers' own. */
const RATE_LIMIT_STATUS = new Set([420, 429, 430, 509, 529]);

/** The kind of an HTTP answer that is neither a result nor a JSON-RPC error. */
export function kindOfStatus(status: number, text: string): FailureKind {
  if (status === 401 || status === 403) return 'forbidden';
  if (RATE_LIMIT_STATUS.has(status) || RATE_LIMIT_TEXT.test(text)) return 'rate-limit';
  return 'outage';
}
