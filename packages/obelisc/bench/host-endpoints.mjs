// A process of bench:host: stands before endpoints and gives each answer `latency` milliseconds after its request. What was
// answered once is answered from memory, so that what is measured is not the embedded chain's own work.
// Messages: { urls } (by name; undefined: there is none, all is in memory) is answered with { urls }; { latency } with { exchanges }
// since the last such message, the times in milliseconds of this process's clock: begin, end, what was asked, and whether it was in
// memory; { load } and { save } with the path of a file of answers.
import { readFileSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { keccak_256 } from '@noble/hashes/sha3.js';

let latency = 0;
let exchanges = [];
/** By endpoint and request: what an answer of a JSON-RPC call has besides its id, or a path's status and body. */
const answers = new Map();

/** Trie nodes and codes that recorded answers hold, by their hash: whether they are asked for one by one depends on the moment. */
const values = new Map();

function indexValues() {
  for (const [name, answer] of answers) {
    if (!/ (?:eth_getProof|eth_getCode|debug_traceBlockByNumber) /.test(name)) continue;
    for (const [, value] of answer.matchAll(/"(0x(?:[0-9a-f]{2}){1,})"/g))
      values.set(Buffer.from(keccak_256(Buffer.from(value.slice(2), 'hex'))).toString('hex'), value);
  }
}

/** What is answered where nothing was recorded for a call. */
function unrecorded({ method, params }) {
  const value = method === 'debug_dbGet' ? values.get(params[0].slice(-64)) : undefined;
  return value === undefined ? undefined : `"result":"${value}"`;
}

const nameOf = (endpoint, { method, params }) => `${endpoint.name} ${method} ${JSON.stringify(params)}`;

/** Asks the endpoint, on a connection of its own: kept ones may be closed by it at any moment. */
function forward(url, request, body) {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asked = http.request(
      new URL(request.url, url),
      { method: request.method, headers, agent: false },
      (answer) => {
        const chunks = [];
        answer.on('data', (chunk) => chunks.push(chunk));
        answer.on('end', () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
        answer.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** The answer to a JSON-RPC request, single or a batch. */
async function answerRpc(endpoint, request, body, exchange) {
  const calls = [JSON.parse(body)].flat();
  exchange.what = calls[0].method + (calls.length > 1 ? ` ×${calls.length}` : '');
  for (const call of calls) {
    const name = nameOf(endpoint, call);
    if (answers.has(name)) continue;
    let part = unrecorded(call);
    if (part === undefined && endpoint.url === null) {
      exchange.prepared = false;
      part = '"error":{"code":-32000,"message":"not found"}';
    } else if (part === undefined) {
      const { text } = await forward(endpoint.url, request, JSON.stringify(call));
      const { result, error } = JSON.parse(text);
      part = error === undefined ? `"result":${JSON.stringify(result)}` : `"error":${JSON.stringify(error)}`;
    }
    answers.set(name, part);
  }
  const texts = calls.map((call) => `{"jsonrpc":"2.0","id":${call.id},${answers.get(nameOf(endpoint, call))}}`);
  return { status: 200, text: body.startsWith('[') ? `[${texts.join()}]` : texts[0] };
}

async function answerPath(endpoint, request, exchange) {
  exchange.what = request.url.replace(/\?.*/, '');
  const name = `${endpoint.name} ${request.url}`;
  if (!answers.has(name)) {
    exchange.prepared = endpoint.url !== null;
    answers.set(name, endpoint.url === null ? { status: 404, text: '{}' } : await forward(endpoint.url, request));
  }
  return answers.get(name);
}

async function stand(name, url) {
  const endpoint = { name, url };
  const server = http.createServer(async (request, response) => {
    const exchange = { begin: performance.now(), end: 0, what: '', prepared: true };
    exchanges.push(exchange);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const answer = await (body === ''
      ? answerPath(endpoint, request, exchange)
      : answerRpc(endpoint, request, body, exchange));
    setTimeout(
      () => {
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.text);
        exchange.end = performance.now();
      },
      Math.max(0, exchange.begin + latency - performance.now()),
    );
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${server.address().port}`;
}

process.on('message', async (message) => {
  if (message.urls !== undefined) {
    const standing = Object.entries(message.urls).map(async ([name, url]) => [name, await stand(name, url)]);
    process.send({ urls: Object.fromEntries(await Promise.all(standing)) });
    return;
  }
  if (message.load !== undefined) {
    for (const line of gunzipSync(readFileSync(message.load)).toString().split('\n')) {
      if (line === '') continue;
      const [name, answer] = JSON.parse(line);
      answers.set(name, answer);
    }
    indexValues();
    process.send({});
    return;
  }
  if (message.save !== undefined) {
    const lines = [...answers].map((entry) => `${JSON.stringify(entry)}\n`);
    writeFileSync(message.save, gzipSync(lines.join('')));
    process.send({});
    return;
  }
  latency = message.latency;
  process.send({ exchanges });
  exchanges = [];
});
process.on('disconnect', () => process.exit());
