// The EVM test module (assembly/testing/evm.ts) in Node.
import { readFileSync } from 'node:fs';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';

type Exports = Record<string, (...args: (number | bigint)[]) => number | bigint | undefined>;

export interface Log {
  address: string;
  topics: string[];
  data: string;
}

export interface Account {
  nonce: bigint;
  balance: bigint;
  code: string;
}

export interface Outcome {
  success: boolean;
  failure: number;
  gasLeft: bigint;
  output: string;
  created: string;
  refund: bigint;
  logs: Log[];
}

/** L2 forks by the numbers of assembly/config/rollup.ts. */
export const FORK = {
  bedrock: 0,
  canyon: 2,
  ecotone: 4,
  fjord: 5,
  granite: 6,
  holocene: 7,
  isthmus: 8,
  karst: 10,
};

export interface Block {
  fork: number;
  number: bigint;
  timestamp: bigint;
  gasLimit: bigint;
  chainId: bigint;
  coinbase: string;
  prevRandao: bigint;
  baseFee: bigint;
  blobBaseFee: bigint;
}

export const BLOCK: Block = {
  fork: FORK.ecotone,
  number: 1000n,
  timestamp: 1_700_000_000n,
  gasLimit: 30_000_000n,
  chainId: 10n,
  coinbase: `0x${'c0'.repeat(20)}`,
  prevRandao: 0x1234n << 200n,
  baseFee: 7n,
  blobBaseFee: 1n,
};

const toHex = (data: Uint8Array): string => `0x${Buffer.from(data).toString('hex')}`;

// Headers of nothing but a parent hash.
const headers: Uint8Array[] = [Uint8Array.from([0xe1, 0xa0, ...new Uint8Array(32)])];

function blockHeader(number: number): Uint8Array {
  while (headers.length <= number) {
    headers.push(Uint8Array.from([0xe1, 0xa0, ...keccak_256(headers.at(-1) ?? new Uint8Array())]));
  }
  return headers[number] ?? new Uint8Array();
}

/** Hash of the chain's block of that number; zeros before its first. */
export function blockHash(number: number): Uint8Array {
  return number < 0 ? new Uint8Array(32) : keccak_256(blockHeader(number));
}

/** The oracle's side of the module: hints in, pre-images out. */
export interface Oracle {
  hint(text: string): void;
  get(key: Uint8Array): Uint8Array;
}

/** Knows the chain's headers. */
export const headerOracle: Oracle = {
  hint: (text) => {
    if (!text.startsWith('l2-block-header ')) throw new Error(`unexpected hint ${text}`);
  },
  get: (key) => {
    const found = headers.find((header) => Buffer.from(keccak_256(header).slice(1)).equals(key.slice(1)));
    if (found === undefined) throw new Error(`unexpected key ${toHex(key)}`);
    return found;
  },
};

const compiled = new Map<string, WebAssembly.Module>();

function compile(name: string): WebAssembly.Module {
  let module = compiled.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(new URL(`../../${name}`, import.meta.url)));
    compiled.set(name, module);
  }
  return module;
}

/** A fresh instance: state is set up with `put…`, then one `call` or `create` is run. */
export function instantiate(oracle: Oracle = headerOracle) {
  let preimage = new Uint8Array();
  const env = {
    write: (_fd: number, data: number, length: number) => {
      message += Buffer.from(view(data, length)).toString();
    },
    exit: (code: number) => {
      throw new Error(`exit ${code}: ${message}`);
    },
    hint: (text: number, length: number) => oracle.hint(Buffer.from(view(text, length)).toString()),
    reading: () => {},
    preimage_open: (key: number) => {
      preimage = Uint8Array.from(oracle.get(view(key, 32).slice()));
      return BigInt(preimage.length);
    },
    preimage_read: (target: number, length: number) => {
      view(target, length).set(preimage.subarray(0, length));
      preimage = preimage.subarray(length);
    },
  };
  let message = '';
  const instance = new WebAssembly.Instance(compile('test-evm.wasm'), { env });
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  const exports = instance.exports as unknown as Exports;
  const view = (at: number, length: number) => new Uint8Array(memory.buffer, at, length);
  const run = (name: string, ...args: (number | bigint)[]): number | bigint => {
    const f = exports[name];
    if (f === undefined) throw new Error(`the module has no function ${name}`);
    return f(...args) ?? 0;
  };
  const number = (name: string, ...args: (number | bigint)[]) => Number(run(name, ...args)) >>> 0;
  const u64 = (name: string, ...args: (number | bigint)[]) => BigInt.asUintN(64, BigInt(run(name, ...args)));
  const bytes = (data: Uint8Array | string) => {
    const raw = typeof data === 'string' ? Buffer.from(data.replace(/^0x/, ''), 'hex') : data;
    const at = number('allocate', raw.length);
    view(at, raw.length).set(raw);
    return at;
  };
  const limbs = (value: bigint) => {
    const at = number('allocate', 32);
    const words = new DataView(memory.buffer, at, 32);
    for (let i = 0; i < 4; i++) words.setBigUint64(8 * i, BigInt.asUintN(64, value >> BigInt(64 * i)), true);
    return at;
  };
  const value = (at: number) => {
    const words = new DataView(memory.buffer, at, 32);
    let sum = 0n;
    for (let i = 3; i >= 0; i--) sum = (sum << 64n) | words.getBigUint64(8 * i, true);
    return sum;
  };
  const word = (x: bigint) => bytes(x.toString(16).padStart(64, '0'));
  const hex = (at: number, length: number) => `0x${Buffer.from(view(at, length)).toString('hex')}`;
  const outcome = (): Outcome => {
    const encoded = view(number('logs'), number('logsLength'));
    const logs: Log[] = [];
    for (let rest = Uint8Array.from(encoded); rest.length > 0;) {
      const { data, remainder } = RLP.decode(rest, true);
      const [address, topics, content] = data as [Uint8Array, Uint8Array[], Uint8Array];
      logs.push({ address: toHex(address), topics: topics.map(toHex), data: toHex(content) });
      rest = Uint8Array.from(remainder);
    }
    const created = number('createdAddress');
    return {
      success: number('succeeded') !== 0,
      failure: number('failure'),
      gasLeft: u64('gasLeft'),
      output: hex(number('output'), number('outputLength')),
      created: created === 0 ? '' : hex(created, 20),
      refund: u64('refund'),
      logs,
    };
  };
  return {
    reset: () => {
      message = '';
      run('reset');
    },
    /** Operation `index` of the test module's `arithmetic`; `alias` says which operand's address takes the result. */
    arithmetic: (index: number, operands: bigint[], alias = -1) => {
      const at = [0, 1, 2].map((i) => limbs(operands[i] ?? 0n));
      const out = at[alias] ?? limbs(0n);
      run('arithmetic', index, out, ...at);
      return value(out);
    },
    setBlock: (block: Block) => {
      const parent = Number(block.number) - 1;
      run('parent', BigInt(parent), bytes(blockHash(parent)), bytes(blockHash(parent - 1)));
      run(
        'setBlock',
        block.fork,
        block.number,
        block.timestamp,
        block.gasLimit,
        block.chainId,
        bytes(block.coinbase),
        word(block.prevRandao),
        limbs(block.baseFee),
        limbs(block.blobBaseFee),
      );
    },
    setTransaction: (origin: string, gasPrice: bigint, blobHashes: string[] = []) =>
      run(
        'setTransaction',
        bytes(origin),
        limbs(gasPrice),
        bytes(blobHashes.map((hash) => hash.replace(/^0x/, '')).join('')),
        blobHashes.length,
      ),
    putAccount: (address: string, nonce: bigint, balance: bigint, code: Uint8Array) =>
      run('putAccount', bytes(address), nonce, limbs(balance), bytes(code), code.length),
    putSlot: (address: string, key: bigint, content: bigint) =>
      run('putSlot', bytes(address), limbs(key), limbs(content)),
    /** Makes the accounts put so far the state that the block begins with. */
    begin: () => run('begin'),
    /** Ends the transaction. */
    end: () => run('end'),
    account: (address: string): Account | undefined => {
      const at = bytes(address);
      if (number('accountExists', at) === 0) return undefined;
      return {
        nonce: u64('accountNonce', at),
        balance: value(number('accountBalance', at)),
        code: hex(number('accountCode', at), number('accountCodeLength', at)),
      };
    },
    slot: (address: string, key: bigint): bigint => value(number('slot', bytes(address), limbs(key))),
    /** Makes the address one that the transaction has accessed. */
    warm: (address: string) => run('warm', bytes(address)),
    warmSlot: (address: string, key: bigint) => run('warmSlot', bytes(address), limbs(key)),
    add: (address: string, amount: bigint) => run('add', bytes(address), limbs(amount)),
    subtract: (address: string, amount: bigint) => run('subtract', bytes(address), limbs(amount)),
    putNonce: (address: string, nonce: bigint) => run('putNonce', bytes(address), nonce),
    /** The state root after all changes. */
    commit: (): string => hex(number('commit'), 32),
    /** RLP of the transaction's logs. */
    encodedLogs: () => view(number('logs'), number('logsLength')).slice(),
    /** Says which blocks came before, up to 256 of them, by the hash of each. */
    setParents: (newest: bigint, hashOf: (number: bigint) => Uint8Array) => {
      const oldest = newest > 255n ? newest - 255n : 0n;
      for (let n = oldest; n <= newest; n++) run('parent', n, bytes(hashOf(n)), bytes(hashOf(n - 1n)));
    },
    call: (caller: string, to: string, amount: bigint, input: Uint8Array, gas: bigint): Outcome => {
      run('runCall', bytes(caller), bytes(to), limbs(amount), bytes(input), input.length, gas);
      return outcome();
    },
    create: (caller: string, amount: bigint, code: Uint8Array, gas: bigint): Outcome => {
      run('runCreate', bytes(caller), limbs(amount), bytes(code), code.length, gas);
      return outcome();
    },
  };
}

/** Numbers in a reproducible order that looks random (xorshift64*). */
export function random(seed: bigint) {
  let state = seed;
  const next = (): bigint => {
    state ^= state >> 12n;
    state ^= BigInt.asUintN(64, state << 25n);
    state ^= state >> 27n;
    return BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn);
  };
  return {
    u64: next,
    below: (n: number) => Number(next() % BigInt(n)),
    /** A 256-bit number of a random length, so that small and sparse ones come up often. */
    word: (): bigint => {
      let x = 0n;
      for (let i = 0; i < 4; i++) x = (x << 64n) | next();
      const kind = Number(next() % 8n);
      if (kind === 0) return x & 0xffn;
      if (kind === 1) return BigInt.asUintN(256, -(x & 0xffn));
      if (kind === 2) return 1n << (x & 0xffn);
      if (kind === 3) return (1n << (x & 0xffn)) - 1n;
      return x >> (next() % 256n);
    },
  };
}
