// The blocks of one chain, found by number, hash or transaction. They are never reorganised here.
import { bytesToUnprefixedHex } from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { hashHeader, headerItems } from '../execution/header.js';
import type { BlockHeader } from '../execution/header.js';

/** A block number that the chain hasn't reached. */
export class UnknownBlockError extends Error {
  override name = 'UnknownBlockError';
}

/** A transaction's place. */
export interface TransactionPlace<B extends ExecutedBlock> {
  readonly block: B;
  readonly index: number;
}

/** A chain's blocks from its genesis on. */
export class Blocks<B extends ExecutedBlock> {
  readonly #list: B[] = [];
  readonly #byHash = new Map<string, B>();
  readonly #transactions = new Map<string, TransactionPlace<B>>();
  #head: B;

  constructor(genesis: B) {
    this.#head = genesis;
    this.append(genesis);
  }

  /** The newest block. */
  get head(): B {
    return this.#head;
  }

  append(block: B): void {
    this.#list.push(block);
    this.#head = block;
    this.#byHash.set(bytesToUnprefixedHex(block.hash), block);
    block.transactions.forEach(({ hash }, index) => {
      this.#transactions.set(bytesToUnprefixedHex(hash), { block, index });
    });
  }

  find(number: bigint): B | undefined {
    return this.#list[Number(number)];
  }

  /** The block of a number. Throws `UnknownBlockError`. */
  at(number: bigint): B {
    const block = this.find(number);
    if (block === undefined) throw new UnknownBlockError(`no block ${number}: the head is ${this.head.header.number}`);
    return block;
  }

  findByHash(hash: Uint8Array): B | undefined {
    return this.#byHash.get(bytesToUnprefixedHex(hash));
  }

  findTransaction(hash: Uint8Array): TransactionPlace<B> | undefined {
    return this.#transactions.get(bytesToUnprefixedHex(hash));
  }
}

/** A block of number 0. */
export function genesisBlock(header: BlockHeader): ExecutedBlock {
  return { header, hash: hashHeader(header), transactions: [], receipts: [] };
}

/** A block's RLP with its body: header, transactions, no ommers, no withdrawals (EIP-4895). */
export function encodeBlock({ header, transactions }: ExecutedBlock): Uint8Array {
  const body = transactions.map(({ type, raw }) => (type === 0 ? RLP.decode(raw) : raw));
  return RLP.encode([headerItems(header), body as Uint8Array[], [], []]);
}
