// A state that nobody built: its nodes are made up as the client asks for them, as many levels deep as is wanted. The
// client takes pre-images for what their keys say, so a node's "hash" can say where in which trie it stands.
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from '../execution/module.js';

const EMPTY_ROOT = '56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421';
const EMPTY_CODE = 'c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470';

const kinds = { state: 'b1', storage: 'b2', code: 'c0', header: 'ad' } as const;
/** Key of the header before one of world.ts. */
const PARENT = '0'.repeat(62);

export interface MadeUpAccount {
  readonly balance?: bigint;
  readonly code?: Uint8Array;
  /** Whether it has a storage as deep as the state. */
  readonly hasStorage?: boolean;
}

/** Fills a made-up hash up to 32 bytes. The first byte is lost in the key. */
const hash = (kind: string, rest: string): string => `ee${kind}${rest}`.padEnd(64, '7');

export class MadeUpState {
  readonly root: string;
  readonly #levels: number;
  /** By kind: the rest of the path and the value of the leaf below the branches, by the path's first nibbles. */
  readonly #leaves = {
    [kinds.state]: new Map<string, [string, Uint8Array]>(),
    [kinds.storage]: new Map<string, [string, Uint8Array]>(),
  };
  readonly #codes: Uint8Array[] = [];

  constructor(levels: number, accounts: Readonly<Record<string, MadeUpAccount>>, slots = 0) {
    this.#levels = levels;
    this.root = this.#reference(kinds.state, '');
    for (const [address, account] of Object.entries(accounts)) {
      this.#addLeaf(kinds.state, fromHex(address), this.#encode(account));
    }
    for (let slot = 0; slot < slots; slot++) {
      this.#addLeaf(kinds.storage, fromHex(slot.toString(16).padStart(64, '0')), RLP.encode(1));
    }
  }

  /** The pre-image of a key's last 31 bytes, as hex: of headers the parent's hash alone, of which there is no end. */
  get(key: string): Uint8Array | undefined {
    const kind = key.slice(0, 2);
    if (kind === kinds.header || key === PARENT) {
      const number = key === PARENT ? 0 : Number.parseInt(key.slice(2, 10), 16);
      return RLP.encode([fromHex(hash(kinds.header, (number + 1).toString(16).padStart(8, '0')))]);
    }
    if (kind === kinds.code) return this.#codes[Number.parseInt(key.slice(2, 10), 16)];
    if (kind !== kinds.state && kind !== kinds.storage) return undefined;
    const depth = Number.parseInt(key.slice(2, 4), 16);
    const path = key.slice(4, 4 + depth);
    if (depth < this.#levels) {
      const children = Array.from({ length: 16 }, (_, i) => fromHex(this.#reference(kind, path + i.toString(16))));
      return RLP.encode([...children, new Uint8Array(0)]);
    }
    // Where nothing is known a leaf stands whose path nothing has.
    const [rest, value] = this.#leaves[kind].get(path) ?? [
      'f'.repeat(64 - depth),
      kind === kinds.state ? this.#encode({}) : RLP.encode(1),
    ];
    return RLP.encode([fromHex(rest.length % 2 === 0 ? `20${rest}` : `3${rest}`), value]);
  }

  #reference(kind: string, path: string): string {
    return hash(kind, path.length.toString(16).padStart(2, '0') + path);
  }

  #addLeaf(kind: (typeof kinds)['state' | 'storage'], key: Uint8Array, value: Uint8Array): void {
    const path = toHex(keccak_256(key));
    this.#leaves[kind].set(path.slice(0, this.#levels), [path.slice(this.#levels), value]);
  }

  #encode({ balance = 0n, code, hasStorage = false }: MadeUpAccount): Uint8Array {
    let codeHash = EMPTY_CODE;
    if (code !== undefined) codeHash = hash(kinds.code, (this.#codes.push(code) - 1).toString(16).padStart(8, '0'));
    const storage = hasStorage ? this.#reference(kinds.storage, '') : EMPTY_ROOT;
    return RLP.encode([1, balance, fromHex(storage), fromHex(codeHash)]);
  }
}
