// An L1 made up for tests: a chain of block hashes, a factory and its games, which a reorganisation may change.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { keccak_256 } from '@noble/hashes/sha3.js';

export interface FakeGame {
  readonly address: string;
  type: number;
  /** L1 block of its making. */
  block: number;
  readonly createdAt: number;
  /** All its views revert. */
  reverts?: boolean;
  /** All its views are answered with this error. */
  error?: RpcFault;
  /** There is no contract at its address. */
  isMissing?: boolean;
  /** 0 in progress, 1 challenger wins, 2 defender wins. */
  status: number;
  claim: bigint;
  /** What the registry says of it: by signature, 0 or 1. */
  standing?: Readonly<Record<string, bigint>>;
  /** Answers of its views that are others than a usual game's, by signature. */
  says?: Readonly<Record<string, bigint>>;
}

export interface RpcFault {
  readonly code: number;
  readonly message: string;
}

const REVERTED: RpcFault = { code: 3, message: 'execution reverted' };

/** When an L1 block was made, in seconds. */
const timeOf = (block: number): number => 1_000_000 + block * 12;

const REGISTRY = `0x${'a5'.repeat(20)}`;
export const FACTORY = `0x${'fa'.repeat(20)}`;

/** Selectors of the views, by signature. */
function selector(signature: string): string {
  return `0x${Buffer.from(keccak_256(Buffer.from(signature)).subarray(0, 4)).toString('hex')}`;
}

const word = (value: number | bigint): string => value.toString(16).padStart(64, '0');

class Fault {
  constructor(readonly fault: RpcFault) {}
}

export class FakeL1 {
  url = '';
  newest = 100;
  /** Newest block that is final; undefined: none is. */
  finalized: number | undefined;
  /** Games that were asked for their claims. */
  asked: string[] = [];
  games: FakeGame[] = [];
  /** Requests fail with this status while it is set. */
  failure: number | undefined;
  /** Requests are not answered where this is given, and it is called. */
  onUnanswered: (() => void) | undefined;
  /** What is said of a block that it does not have; undefined: null. */
  unknownBlock: RpcFault | undefined;
  /** The factory is no contract. */
  isFactoryGone = false;
  /** It is a contract of another kind, or one whose list has other fields. */
  factoryIs: 'usual' | 'something else' | 'another version' | 'full of nonsense' = 'usual';
  /** Hashes of blocks that it does not have any more. */
  readonly gone = new Set<string>();
  /** Blocks that are asked for by hash are answered with another one. */
  isLying = false;
  readonly #server = createServer((request, response) => {
    let body = '';
    request.on('data', (piece: Buffer) => void (body += piece.toString()));
    request.on('end', () => {
      if (this.onUnanswered !== undefined) return void this.onUnanswered();
      if (this.failure !== undefined) return void response.writeHead(this.failure).end('out of order');
      const calls = JSON.parse(body) as Call | Call[];
      const answers = Array.isArray(calls) ? calls.map((call) => this.#answer(call)) : this.#answer(calls);
      response.setHeader('content-type', 'application/json').end(JSON.stringify(answers));
    });
  });

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  add(type: number, block: number, reverts = false): FakeGame {
    const address = `0x${(this.games.length + 1 + block * 1000).toString(16).padStart(40, '0')}`;
    const game = { address, type, block, createdAt: timeOf(block), status: 0, claim: 0x1234n, reverts };
    this.games.push(game);
    return game;
  }

  hashOf(block: number): string {
    return `0x${word(0xb10c0000 + block)}`;
  }

  #answer({ id, method, params }: Call): object {
    const result = this.#result(method, params);
    if (result instanceof Fault) return { jsonrpc: '2.0', id, error: result.fault };
    return { jsonrpc: '2.0', id, result };
  }

  #result(method: string, params: unknown[]): unknown {
    const block = (number: number): object => ({
      number: `0x${number.toString(16)}`,
      hash: this.hashOf(number),
      timestamp: `0x${timeOf(number).toString(16)}`,
    });
    switch (method) {
      case 'eth_getBlockByNumber':
        if (params[0] === 'finalized') return this.finalized === undefined ? null : block(this.finalized);
        return block(params[0] === 'latest' ? this.newest : Number(params[0]));
      case 'eth_getBlockByHash':
        return BigInt(String(params[0])) < 0xb10c0000n || this.gone.has(String(params[0]))
          ? this.unknownBlock === undefined
            ? null
            : new Fault(this.unknownBlock)
          : block(Number(BigInt(String(params[0])) - 0xb10c0000n) + (this.isLying ? 1 : 0));
      case 'eth_getCode': {
        const isContract =
          params[0] === FACTORY
            ? !this.isFactoryGone
            : this.games.some(({ address, isMissing }) => address === params[0] && isMissing !== true);
        return isContract ? '0x00' : '0x';
      }
      case 'eth_call':
        return this.#view(params[0] as { to: string; data: string });
      default:
        return null;
    }
  }

  #view({ to, data }: { to: string; data: string }): string | Fault {
    const view = (signature: string): boolean => data.startsWith(selector(signature));
    if (view('rootClaim()')) this.asked.push(to);
    if (to === FACTORY) {
      if (this.isFactoryGone) return '0x';
      if (this.factoryIs === 'something else') return new Fault(REVERTED);
      if (view('gameCount()')) return `0x${word(this.games.length)}`;
      const game = view('gameAtIndex(uint256)') ? this.games[Number(BigInt(`0x${data.slice(10)}`))] : undefined;
      if (game !== undefined && this.factoryIs === 'full of nonsense') return `0x${'ab'.repeat(96)}`;
      if (game !== undefined && this.factoryIs === 'another version') return `0x${word(BigInt(game.address))}`;
      return game === undefined
        ? new Fault(REVERTED)
        : `0x${word(game.type)}${word(game.createdAt)}${word(BigInt(game.address))}`;
    }
    if (to === REGISTRY) {
      const asked = this.games.find((one) => BigInt(one.address) === BigInt(`0x${data.slice(10)}`));
      const said = Object.entries(asked?.standing ?? {}).find(([signature]) => view(signature));
      return said === undefined ? new Fault(REVERTED) : `0x${word(said[1])}`;
    }
    const game = this.games.find(({ address }) => address === to);
    if (game === undefined || game.isMissing === true) return '0x';
    if (game.error !== undefined) return new Fault(game.error);
    if (game.reverts === true) return new Fault(REVERTED);
    const values: Record<string, number | bigint> = {
      'rootClaim()': game.claim,
      'gameType()': game.type,
      'status()': game.status,
      'l1Head()': BigInt(this.hashOf(game.block - 1)),
      'l2BlockNumber()': game.block * 6,
      'startingBlockNumber()': game.block * 6 - 6,
      'startingRootHash()': 0x99n,
      'createdAt()': game.createdAt,
      'resolvedAt()': game.status === 0 ? 0 : game.createdAt + 5,
      ...(game.standing === undefined ? {} : { 'anchorStateRegistry()': BigInt(REGISTRY) }),
      ...game.says,
    };
    const found = Object.entries(values).find(([signature]) => view(signature));
    return found === undefined ? new Fault(REVERTED) : `0x${word(found[1])}`;
  }
}

interface Call {
  readonly id: number;
  readonly method: string;
  readonly params: unknown[];
}
