// Where trie nodes and contract codes are kept, by keccak256 hash: what a node's `debug_dbGet` reads.
import { bytesToUnprefixedHex } from '@ethereumjs/util';

/** Reads state by hash. Both throw `MissingStateError` for a hash that they don't know. */
export interface StateSource {
  node(hash: Uint8Array): Uint8Array;
  code(hash: Uint8Array): Uint8Array;
}

/** A trie node or code that a state source doesn't hold. */
export class MissingStateError extends Error {
  override name = 'MissingStateError';
  constructor(kind: 'trie node' | 'code', hash: Uint8Array) {
    super(`no ${kind} with hash 0x${bytesToUnprefixedHex(hash)} in the store`);
  }
}

/** All nodes and codes ever written, in memory, in front of an optional source for what was there before. */
export class StateStore implements StateSource {
  readonly #nodes = new Map<string, Uint8Array>();
  readonly #codes = new Map<string, Uint8Array>();

  constructor(readonly behind?: StateSource) {}

  node(hash: Uint8Array): Uint8Array {
    const found = this.findNode(hash) ?? this.behind?.node(hash);
    if (found === undefined) throw new MissingStateError('trie node', hash);
    return found;
  }

  code(hash: Uint8Array): Uint8Array {
    const found = this.findCode(hash) ?? this.behind?.code(hash);
    if (found === undefined) throw new MissingStateError('code', hash);
    return found;
  }

  findNode(hash: Uint8Array): Uint8Array | undefined {
    return this.#nodes.get(bytesToUnprefixedHex(hash));
  }

  findCode(hash: Uint8Array): Uint8Array | undefined {
    return this.#codes.get(bytesToUnprefixedHex(hash));
  }

  putNode(hash: Uint8Array, encoding: Uint8Array): void {
    this.#nodes.set(bytesToUnprefixedHex(hash), encoding);
  }

  putCode(hash: Uint8Array, code: Uint8Array): void {
    this.#codes.set(bytesToUnprefixedHex(hash), code);
  }
}
