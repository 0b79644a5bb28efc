// The EVM test module (assembly/testing/evm.ts) in Node.
import { readFileSync } from 'node:fs';

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
  storage: Map<bigint, bigint>;
  destroyed: boolean;
}

export interface Outcome {
  success: boolean;
  failure: number;
  gasLeft: bigint;
  output: string;
  created: string;
  refund: bigint;
  logs: Log[];
  accounts: Map<string, Account>;
}

/** L2 forks by the numbers of assembly/config/rollup.ts. */
export const FORK = { bedrock: 0, canyon: 2, ecotone: 4, fjord: 5, granite: 6, holocene: 7, isthmus: 8, karst: 10 };

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

/** The oracle's side of the module: hints in, pre-images out. */
export interface Oracle {
  hint(text: string): void;
  get(key: Uint8Array): Uint8Array;
}

const noOracle: Oracle = {
  hint: (text) => {
    throw new Error(`unexpected hint ${text}`);
  },
  get: (key) => {
    throw new Error(`unexpected key ${Buffer.from(key).toString('hex')}`);
  },
};

/** A fresh instance: state is set up with `put…`, then one `call` or `create` is run. */
export function instantiate(oracle: Oracle = noOracle) {
  const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url));
  const mulHigh = new WebAssembly.Instance(new WebAssembly.Module(read('mul-high.wasm'))).exports['mul_high'];
  let preimage = new Uint8Array();
  const env = {
    mul_high: mulHigh as WebAssembly.ImportValue,
    write: (_fd: number, data: number, length: number) => {
      message += Buffer.from(view(data, length)).toString();
    },
    exit: (code: number) => {
      throw new Error(`exit ${code}: ${message}`);
    },
    hint: (text: number, length: number) => oracle.hint(Buffer.from(view(text, length)).toString()),
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
  const instance = new WebAssembly.Instance(new WebAssembly.Module(read('test-evm.wasm')), { env });
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
    const logs: Log[] = [];
    for (let i = 0; i < number('logCount'); i++) {
      const topics: string[] = [];
      for (let k = 0; k < number('logTopicCount', i); k++) topics.push(hex(number('logTopics', i) + 32 * k, 32));
      logs.push({
        address: hex(number('logAddress', i), 20),
        topics,
        data: hex(number('logData', i), number('logLength', i)),
      });
    }
    const accounts = new Map<string, Account>();
    for (let i = 0; i < number('accountCount'); i++) {
      if (number('accountExists', i) === 0) continue;
      const storage = new Map<bigint, bigint>();
      for (let j = 0; j < number('slotCount', i); j++) {
        storage.set(value(number('slotKey', i, j)), value(number('slotValue', i, j)));
      }
      accounts.set(hex(number('accountAddress', i), 20), {
        nonce: u64('accountNonce', i),
        balance: value(number('accountBalance', i)),
        code: hex(number('accountCode', i), number('accountCodeLength', i)),
        storage,
        destroyed: number('accountDestroyed', i) !== 0,
      });
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
      accounts,
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
    setBlock: (block: Block) =>
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
      ),
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
    /** Makes the address one that the transaction has accessed. */
    warm: (address: string) => run('warm', bytes(address)),
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
