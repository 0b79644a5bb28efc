// The same methods over WebSocket, and subscriptions as geth has them: https://geth.ethereum.org/docs/interacting-with-geth/rpc/pubsub
import type { Server } from 'node:http';
import { type WebSocket, WebSocketServer } from 'ws';
import { answerBody, INVALID_PARAMS, RpcError, type RpcMethods } from './json-rpc-server.js';

/** Milliseconds between looks at what is new. */
const INTERVAL = 100;

/** Answers WebSocket connections to `server`; the function that it returns ends all of them. */
export function serveWebSocket(server: Server, methods: RpcMethods): () => void {
  const sockets = new WebSocketServer({ server });
  sockets.on('connection', (socket) => {
    const subscriptions = new Map<string, NodeJS.Timeout>();
    const own = { ...methods, ...subscriptionMethods(methods, socket, subscriptions) };
    socket.on('message', (data: Buffer) => {
      void answerBody(own, data.toString()).then((answer) => socket.send(JSON.stringify(answer)));
    });
    socket.on('close', () => {
      for (const timer of subscriptions.values()) clearInterval(timer);
    });
    // What is wrong with a connection ends it.
    socket.on('error', () => socket.terminate());
  });
  return () => {
    for (const socket of sockets.clients) socket.terminate();
  };
}

/** What is new, as a filter has it: of blocks their headers. */
interface Source {
  readonly filter: string;
  readonly parameters: (options: unknown) => unknown[];
  readonly shown: (methods: RpcMethods, change: unknown) => unknown;
}

const SOURCES: Readonly<Record<string, Source>> = {
  newHeads: { filter: 'eth_newBlockFilter', parameters: () => [], shown: header },
  logs: { filter: 'eth_newFilter', parameters: (options) => [options ?? {}], shown: (_, log) => log },
  newPendingTransactions: {
    filter: 'eth_newPendingTransactionFilter',
    parameters: () => [],
    shown: (_, hash) => hash,
  },
};

function subscriptionMethods(
  methods: RpcMethods,
  socket: WebSocket,
  subscriptions: Map<string, NodeJS.Timeout>,
): RpcMethods {
  const call = (name: string, params: unknown[]): unknown => {
    const method = methods[name];
    if (method === undefined) throw new RpcError(INVALID_PARAMS, 'this endpoint has no subscriptions');
    return method(params);
  };
  return {
    eth_subscribe: async ([kind, options]) => {
      const source = Object.hasOwn(SOURCES, String(kind)) ? SOURCES[String(kind)] : undefined;
      if (source === undefined)
        throw new RpcError(INVALID_PARAMS, `subscription: one of ${Object.keys(SOURCES).join(', ')} expected`);
      const id = String(await call(source.filter, source.parameters(options)));
      const tell = async (): Promise<void> => {
        const changes = (await call('eth_getFilterChanges', [id])) as unknown[];
        for (const change of changes) {
          const result = await source.shown(methods, change);
          socket.send(
            JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params: { subscription: id, result } }),
          );
        }
      };
      const timer = setInterval(() => void tell().catch(() => socket.terminate()), INTERVAL);
      timer.unref();
      subscriptions.set(id, timer);
      return id;
    },
    eth_unsubscribe: ([id]) => {
      const timer = subscriptions.get(String(id));
      clearInterval(timer);
      subscriptions.delete(String(id));
      return timer === undefined ? false : call('eth_uninstallFilter', [id]);
    },
  };
}

/** A block without its body. */
async function header(methods: RpcMethods, hash: unknown): Promise<unknown> {
  const block = (await methods['eth_getBlockByHash']?.([hash, false])) as Record<string, unknown>;
  const { transactions: _, withdrawals: __, uncles: ___, size: ____, ...fields } = block;
  return fields;
}
