// A process of bench:host: stands before endpoints and gives each answer `latency` milliseconds after its request. What was
// answered once is answered from memory, so that what is measured is not the embedded chain's own work.
// Messages: { urls } is answered with { urls }; { latency } with { exchanges } since the last such message, the times in
// milliseconds of this process's clock: begin, end, what was asked, and whether it was in memory.
import http from 'node:http';

let latency = 0;
let exchanges = [];
/** By endpoint and request: what an answer of a JSON-RPC call has besides its id, or a path's status and body. */
const answers = new Map();

const nameOf = (url, { method, params }) => `${url} ${method} ${JSON.stringify(params)}`;

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
async function answerRpc(url, request, body, exchange) {
  const calls = [JSON.parse(body)].flat();
  exchange.what = calls[0].method + (calls.length > 1 ? ` ×${calls.length}` : '');
  const missing = calls.filter((call) => !answers.has(nameOf(url, call)));
  if (missing.length > 0) {
    exchange.prepared = false;
    for (const call of missing) {
      const { text } = await forward(url, request, JSON.stringify(call));
      const { result, error } = JSON.parse(text);
      const part = error === undefined ? `"result":${JSON.stringify(result)}` : `"error":${JSON.stringify(error)}`;
      answers.set(nameOf(url, call), part);
    }
  }
  const texts = calls.map((call) => `{"jsonrpc":"2.0","id":${call.id},${answers.get(nameOf(url, call))}}`);
  return { status: 200, text: body.startsWith('[') ? `[${texts.join()}]` : texts[0] };
}

async function answerPath(url, request, exchange) {
  exchange.what = request.url.replace(/\?.*/, '');
  const name = `${url} ${request.url}`;
  if (!answers.has(name)) {
    exchange.prepared = false;
    answers.set(name, await forward(url, request));
  }
  return answers.get(name);
}

async function stand(url) {
  const server = http.createServer(async (request, response) => {
    const exchange = { begin: performance.now(), end: 0, what: '', prepared: true };
    exchanges.push(exchange);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const answer = await (body === '' ? answerPath(url, request, exchange) : answerRpc(url, request, body, exchange));
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
    process.send({ urls: await Promise.all(message.urls.map(stand)) });
    return;
  }
  latency = message.latency;
  process.send({ exchanges });
  exchanges = [];
});
process.on('disconnect', () => process.exit());
