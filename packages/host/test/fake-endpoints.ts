/** L1, beacon and L2 endpoints on loopback that serve devnet-a in the form geth and beacon nodes answer in. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { parseTransaction } from 'viem';
import { gathered, type L1Block, l1Blocks, type L2Block, l2Blocks, type Sidecar } from './devnet-data.js';

type Json = Record<string, unknown>;
export type RpcHandler = (params: unknown[]) => unknown;
export type RpcHandlers = Record<string, RpcHandler>;

/** Answers with an HTTP status instead of a result. */
export class HttpAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string;
  constructor(status: number, headers: Record<string, string> = {}, body = 'slow down') {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** Answers with a JSON-RPC error. */
export class RpcFault {
  readonly code: number;
  readonly message: string;
  constructor(code: number, message: string) {
    this.code = code;
    this.message = message;
  }
}

/** The path of each endpoint's URL: a provider's key, which no message may show. */
const SECRET = '/a-secret-key';

export type FakeEndpoint = { url: string; /** Methods (or paths) asked for, in order. */ calls: string[] };

/** A JSON-RPC endpoint; what `handlers` lacks is answered with "method not found". Closed when the test ends. */
export async function rpcServer(t: TestContext, handlers: RpcHandlers): Promise<FakeEndpoint> {
  const calls: string[] = [];
  const answer = (request: { id: unknown; method: string; params: unknown[] }) => {
    calls.push(request.method);
    const handler = handlers[request.method];
    const result =
      handler === undefined
        ? new RpcFault(-32601, `the method ${request.method} does not exist/is not available`)
        : handler(request.params);
    if (result instanceof HttpAnswer) return result;
    if (result instanceof RpcFault)
      return { jsonrpc: '2.0', id: request.id, error: { code: result.code, message: result.message } };
    return { jsonrpc: '2.0', id: request.id, result: result ?? null };
  };
  const url = await serve(t, (response, body) => {
    const message = JSON.parse(body) as Parameters<typeof answer>[0] | Parameters<typeof answer>[0][];
    const answers = Array.isArray(message) ? message.map(answer) : answer(message);
    const refusal = Array.isArray(answers) ? answers.find((one) => one instanceof HttpAnswer) : answers;
    if (refusal instanceof HttpAnswer) response.writeHead(refusal.status, refusal.headers).end(refusal.body);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answers));
  });
  return { url: url + SECRET, calls };
}

/** A REST endpoint; `handler` gets path and query, undefined means 404. */
export async function restServer(
  t: TestContext,
  handler: (path: string, query: URLSearchParams) => unknown,
): Promise<FakeEndpoint> {
  const calls: string[] = [];
  const url = await serve(t, (response, _body, request) => {
    const target = new URL(request.url ?? '', 'http://loopback');
    calls.push(target.pathname + target.search);
    const result = handler(target.pathname, target.searchParams);
    if (result instanceof HttpAnswer) response.writeHead(result.status, result.headers).end(result.body);
    else if (result === undefined) response.writeHead(404).end('{"code":404}');
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(result));
  });
  return { url: url + SECRET, calls };
}

/** devnet-a's three endpoints for the range g10, with handlers of a test's own in place of some. */
export async function devnetServers(
  t: TestContext,
  { l1 = {}, l2 = {}, beacon = beaconHandler() }: DevnetChanges = {},
): Promise<{ l1: FakeEndpoint; l2: FakeEndpoint; beacon: FakeEndpoint; urls: Record<'l1' | 'l2' | 'beacon', string> }> {
  const [l1Server, l2Server, beaconServer] = await Promise.all([
    rpcServer(t, { ...l1Handlers(), ...l1 }),
    rpcServer(t, { ...l2Handlers('g10'), ...l2 }),
    restServer(t, beacon),
  ]);
  const urls = { l1: l1Server.url, l2: l2Server.url, beacon: beaconServer.url };
  return { l1: l1Server, l2: l2Server, beacon: beaconServer, urls };
}

export type DevnetChanges = {
  l1?: RpcHandlers | undefined;
  l2?: RpcHandlers | undefined;
  beacon?: (path: string, query: URLSearchParams) => unknown;
};

/** Starts a server that gives each request with its body to `answer`; closed when the test ends. Its URL has no path. */
export async function serve(
  t: TestContext,
  answer: (response: ServerResponse, body: string, request: IncomingMessage) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(response, Buffer.concat(chunks).toString('utf8'), request));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** devnet-a's L1 as geth has it. */
export function l1Handlers(): RpcHandlers {
  const blocks = new Map(l1Blocks().map((block) => [block.hash, block]));
  const byNumber = new Map(l1Blocks().map((block) => [block.number, block]));
  const receipts = (hash: unknown) => {
    const block = blocks.get(String(hash));
    return block === undefined ? null : block.rawReceipts.map((raw) => receiptJson(raw));
  };
  return {
    eth_chainId: () => '0x384',
    eth_getBlockByHash: ([hash, full]) => blockJson(blocks.get(String(hash)), full === true),
    eth_getBlockByNumber: ([number, full]) => blockJson(byNumber.get(Number(number)), full === true),
    eth_getBlockReceipts: ([hash]) => receipts(hash),
    debug_getRawReceipts: ([hash]) => blocks.get(String(hash))?.rawReceipts ?? null,
    eth_getTransactionReceipt: ([hash]) => {
      for (const block of blocks.values()) {
        const index = transactionsOf(block.raw).findIndex((raw) => hashOf(raw) === hash);
        const raw = index < 0 ? undefined : block.rawReceipts[index];
        if (raw !== undefined) return receiptJson(raw);
      }
      return null;
    },
  };
}

/** devnet-a's beacon node: a slot every 3 seconds since L1's genesis. `change` may tamper with the sidecars. */
export function beaconHandler(
  change: (sidecars: Sidecar[]) => Sidecar[] = (sidecars) => sidecars,
): (path: string, query: URLSearchParams) => unknown {
  const genesisTime = 0x6b03a4de;
  const sidecars = new Map<number, Sidecar[]>();
  for (const block of l1Blocks()) sidecars.set((timestampOf(block) - genesisTime) / 3, block.sidecars ?? []);
  return (path, query) => {
    if (path.endsWith('/eth/v1/beacon/genesis')) return { data: { genesis_time: String(genesisTime) } };
    if (path.endsWith('/eth/v1/config/spec')) return { data: { SECONDS_PER_SLOT: '3' } };
    const slot = /\/eth\/v1\/beacon\/blob_sidecars\/(\d+)$/.exec(path)?.[1];
    const found = slot === undefined ? undefined : sidecars.get(Number(slot));
    if (found === undefined) return undefined;
    const index = query.get('indices');
    return { data: change(index === null ? found : found.filter((sidecar) => sidecar.index === index)) };
  };
}

/** devnet-a's L2 as op-geth has it, with the trie nodes and codes that the reference's host gathered for a range. */
export function l2Handlers(range: string): RpcHandlers {
  const blocks = new Map(l2Blocks().map((block) => [block.hash, block]));
  const database = new Map<string, string>();
  for (const [key, value] of gathered(range)) {
    if (key.startsWith('02')) database.set(hashOf(`0x${value}`), `0x${value}`);
  }
  return {
    eth_chainId: () => '0x385',
    eth_getBlockByHash: ([hash, full]) => blockJson(blocks.get(String(hash)), full === true),
    eth_getProof: ([, , hash]) => ({ storageHash: blocks.get(String(hash))?.withdrawalStorageRoot ?? null }),
    debug_dbGet: ([key]) => database.get(String(key)) ?? new RpcFault(-32000, 'not found'),
  };
}

const HEADER_FIELDS: [name: string, quantity: boolean][] = [
  ['parentHash', false],
  ['sha3Uncles', false],
  ['miner', false],
  ['stateRoot', false],
  ['transactionsRoot', false],
  ['receiptsRoot', false],
  ['logsBloom', false],
  ['difficulty', true],
  ['number', true],
  ['gasLimit', true],
  ['gasUsed', true],
  ['timestamp', true],
  ['extraData', false],
  ['mixHash', false],
  ['nonce', false],
  ['baseFeePerGas', true],
  ['withdrawalsRoot', false],
  ['blobGasUsed', true],
  ['excessBlobGas', true],
  ['parentBeaconBlockRoot', false],
];

function blockJson(block: L1Block | L2Block | undefined, full: boolean): Json | null {
  if (block === undefined) return null;
  const header = (decode(block.raw) as unknown[][])[0] ?? [];
  const json: Json = { hash: block.hash };
  for (const [at, field] of header.entries()) {
    const [name, isQuantity] = HEADER_FIELDS[at] ?? ['unknown', false];
    json[name] = isQuantity ? quantity(field) : text(field);
  }
  const transactions = transactionsOf(block.raw);
  json.transactions = full ? transactions.map(transactionJson) : transactions.map(hashOf);
  return json;
}

function timestampOf(block: L1Block): number {
  return Number(quantity((decode(block.raw) as unknown[][])[0]?.[11]));
}

/** The raw transactions of a raw block: typed ones as they are, legacy ones encoded again. */
export function transactionsOf(raw: string): string[] {
  const transactions = (decode(raw) as unknown[][])[1] ?? [];
  return transactions.map((tx) => (tx instanceof Uint8Array ? text(tx) : text(RLP.encode(tx as Uint8Array[]))));
}

function transactionJson(raw: string): Json {
  if (raw.startsWith('0x7e')) return depositJson(raw);
  const tx = parseTransaction(raw as `0x${string}`) as Json;
  const number = (value: unknown) => `0x${BigInt((value ?? 0) as bigint).toString(16)}`;
  const types: Record<string, string> = { legacy: '0x0', eip2930: '0x1', eip1559: '0x2', eip4844: '0x3' };
  const signature = legacySignature(raw);
  return {
    hash: hashOf(raw),
    type: types[String(tx.type)],
    nonce: number(tx.nonce),
    gas: number(tx.gas),
    to: tx.to ?? null,
    value: number(tx.value),
    input: tx.data ?? '0x',
    chainId: number(tx.chainId),
    accessList: tx.accessList ?? [],
    ...(tx.gasPrice === undefined && tx.type !== 'legacy' && tx.type !== 'eip2930'
      ? {}
      : { gasPrice: number(tx.gasPrice) }),
    ...(tx.maxFeePerGas === undefined && tx.maxPriorityFeePerGas === undefined
      ? {}
      : { maxFeePerGas: number(tx.maxFeePerGas), maxPriorityFeePerGas: number(tx.maxPriorityFeePerGas) }),
    ...(tx.type === 'eip4844'
      ? { maxFeePerBlobGas: number(tx.maxFeePerBlobGas), blobVersionedHashes: tx.blobVersionedHashes }
      : {}),
    ...signature,
  };
}

/** v, r, s as they stand at the end of every signed transaction's list. */
function legacySignature(raw: string): Json {
  const typed = Number.parseInt(raw.slice(2, 4), 16) < 0x80;
  const fields = decode(typed ? `0x${raw.slice(4)}` : raw) as Uint8Array[];
  const [v, r, s] = fields.slice(-3);
  return { v: quantity(v), r: quantity(r), s: quantity(s), ...(typed ? { yParity: quantity(v) } : {}) };
}

function depositJson(raw: string): Json {
  const [sourceHash, from, to, mint, value, gas, isSystemTx, input] = decode(`0x${raw.slice(4)}`) as Uint8Array[];
  return {
    hash: hashOf(raw),
    type: '0x7e',
    sourceHash: text(sourceHash),
    from: text(from),
    to: to?.length === 0 ? null : text(to),
    ...(mint?.length === 0 ? {} : { mint: quantity(mint) }),
    value: quantity(value),
    gas: quantity(gas),
    ...(isSystemTx?.length === 0 ? {} : { isSystemTx: true }),
    input: text(input),
    nonce: '0x0',
  };
}

function receiptJson(raw: string): Json {
  const type = Number.parseInt(raw.slice(2, 4), 16);
  const typed = type < 0x80;
  const [status, cumulativeGasUsed, logsBloom, logs] = decode(typed ? `0x${raw.slice(4)}` : raw) as unknown[];
  return {
    type: typed ? `0x${type.toString(16)}` : '0x0',
    status: quantity(status),
    cumulativeGasUsed: quantity(cumulativeGasUsed),
    logsBloom: text(logsBloom),
    logs: (logs as unknown[][]).map(([address, topics, input]) => ({
      address: text(address),
      topics: (topics as unknown[]).map(text),
      data: text(input),
    })),
  };
}

export function hashOf(raw: string): string {
  return text(keccak_256(Buffer.from(raw.slice(2), 'hex')));
}

function decode(raw: string): unknown {
  return RLP.decode(Buffer.from(raw.slice(2), 'hex'));
}

function text(field: unknown): string {
  return `0x${Buffer.from(field as Uint8Array).toString('hex')}`;
}

function quantity(field: unknown): string {
  const digits = Buffer.from(field as Uint8Array)
    .toString('hex')
    .replace(/^0+/, '');
  return `0x${digits === '' ? '0' : digits}`;
}
