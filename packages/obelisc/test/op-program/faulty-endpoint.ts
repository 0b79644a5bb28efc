// A proxy before an endpoint, with faults.
import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to the request with this number: how long its answer takes, what becomes of it, whether there is none at all. */
export type Fault = (count: number) => {
  afterMs?: number;
  change?: (text: string) => string;
  isGone?: boolean;
  isHeld?: boolean;
};

/** A proxy before an endpoint; `counts` are its requests and those that met with a fault. */
export async function faultyEndpoint(url: string, fault: Fault) {
  const counts = { requests: 0, faults: 0 };
  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const { afterMs = 0, change, isGone = false, isHeld = false } = fault(counts.requests);
    counts.requests += 1;
    if (afterMs > 0 || change !== undefined || isGone || isHeld) counts.faults += 1;
    if (isHeld) return;
    if (isGone) {
      incoming.socket.destroy();
      return;
    }
    const target = new URL(incoming.url ?? '/', url);
    const headers = { ...incoming.headers, host: target.host, 'accept-encoding': 'identity' };
    const forward = httpRequest(target, { method: incoming.method, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk: Buffer) => chunks.push(chunk));
      answer.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        setTimeout(() => {
          outgoing.writeHead(answer.statusCode ?? 500, { 'content-type': 'application/json' });
          outgoing.end(change?.(text) ?? text);
        }, afterMs);
      });
    });
    forward.on('error', (error) => outgoing.destroy(error));
    incoming.pipe(forward);
  };
  const server = createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    close: () => (server.closeAllConnections(), server.close()),
  };
}
