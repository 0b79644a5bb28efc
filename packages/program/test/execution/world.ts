// A chain of a test's own: a state made by hand, a parent header on it, blocks executed one after the other.
import { RLP, type Input } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { configure, execute, forks, lastHeader, type Attributes, type Chain } from './blocks.js';
import { u256 } from './devnet.js';
import { fromHex, startModule, toHex, type Harness } from './module.js';

export const CHAIN_ID = 901n;
/** The signer in most tests. */
export const key = keccak_256(Uint8Array.of(1));

export const predeploy = (last: string): string => `42${'0'.repeat(36)}${last}`;
export const L1_BLOCK = predeploy('15');
export const MESSAGE_PASSER = predeploy('16');
export const COINBASE = predeploy('11');
export const BASE_FEE_VAULT = predeploy('19');
export const L1_FEE_VAULT = predeploy('1a');
export const OPERATOR_FEE_VAULT = predeploy('1b');
export const BEACON_ROOTS = '000f3df6d732807ef1319fb7b8bb8522d0beac02';
export const HISTORY_STORAGE = '0000f90827f1c53a10cb7a02335b175320002935';

export interface WorldAccount {
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: string;
  readonly storage?: Readonly<Record<string, bigint>>;
}

export const addressOf = (privateKey: Uint8Array): string =>
  toHex(keccak_256(secp256k1.getPublicKey(privateKey, false).subarray(1)).subarray(12));
export const sender = addressOf(key);

/** A header's fields as they are decoded. */
export interface DecodedHeader {
  readonly stateRoot: string;
  readonly receiptsRoot: string;
  readonly gasUsed: bigint;
  readonly extraData: string;
  readonly baseFee: bigint;
  readonly withdrawalsRoot: string | undefined;
  readonly blobGasUsed: bigint | undefined;
  readonly requestsHash: string | undefined;
  readonly logsBloom: Uint8Array;
}

export class World {
  readonly module: Harness;
  /** Headers by their hashes' last 31 bytes. */
  private readonly headers = new Map<string, Uint8Array>();
  private newest = new Uint8Array(0);
  private time = 1000n;

  /** The chain has all forks up to `fork`, from its first block on. `missing` gives pre-images by their keys' last 31 bytes. */
  constructor(
    fork: (typeof forks)[number],
    accounts: Readonly<Record<string, WorldAccount>>,
    parent: Parent = {},
    missing?: (key: string) => Uint8Array | undefined,
  ) {
    this.module = startModule(new Map(), (name) => missing?.(name) ?? this.headers.get(name));
    const times: Chain['times'] = {};
    for (const name of forks.slice(0, forks.indexOf(fork) + 1)) times[name] = 0n;
    configure(this.module, {
      chainId: CHAIN_ID,
      blockTime: 2n,
      elasticity: 6n,
      denominator: 50n,
      denominatorCanyon: 250n,
      times,
    });
    this.head = headerRlp(forks.indexOf(fork), this.makeState(accounts), this.time, parent);
  }

  /** Header RLP of the newest block. */
  get head(): Uint8Array {
    return this.newest;
  }

  set head(header: Uint8Array) {
    this.newest = Uint8Array.from(header);
    this.headers.set(toHex(keccak_256(header)).slice(2), this.newest);
  }

  private makeState(accounts: Readonly<Record<string, WorldAccount>>): string {
    const { module } = this;
    module.call('useScratch', true);
    const start = module.call64('mark');
    const root = module.put(keccak_256(Uint8Array.of(0x80)));
    module.call('openState', root);
    module.call('beginTransaction');
    for (const [name, account] of Object.entries(accounts)) {
      const address = module.put(fromHex(name));
      if (account.balance !== undefined) module.call('addBalance', address, module.put(u256(account.balance)));
      if (account.nonce !== undefined) module.call('setNonce', address, account.nonce);
      const code = fromHex(account.code ?? '');
      if (code.length > 0) module.call('setCode', address, module.put(code), code.length);
      for (const [slot, value] of Object.entries(account.storage ?? {})) {
        module.call('setStorage', address, module.put(u256(BigInt(slot))), module.put(u256(value)));
      }
    }
    module.call('endTransaction');
    module.call('commitState', root);
    const hash = toHex(module.get(root, 32));
    module.call('release', start);
    module.call('useScratch', false);
    return hash;
  }

  /** Executes a block of these transactions two seconds on. Null where it is none: the reason is in the log. */
  execute(transactions: readonly Uint8Array[], more: Partial<Attributes> = {}): DecodedHeader | null {
    const attributes: Attributes = {
      timestamp: this.time + 2n,
      prevRandao: new Uint8Array(32).fill(7),
      feeRecipient: fromHex(COINBASE),
      parentBeaconBlockRoot: new Uint8Array(32).fill(9),
      transactions,
      gasLimit: 30_000_000n,
      ...more,
    };
    if (execute(this.module, this.head, attributes) === null) return null;
    this.time += 2n;
    this.head = lastHeader(this.module);
    return decode(this.head);
  }

  /** Reads from the newest block's state. */
  read<T>(reader: (module: Harness) => T): T {
    const { module } = this;
    module.call('useScratch', true);
    const start = module.call64('mark');
    module.call('openState', module.put(fromHex(decode(this.head).stateRoot)));
    module.call('beginTransaction');
    const value = reader(module);
    module.call('release', start);
    module.call('useScratch', false);
    return value;
  }

  balance(address: string): bigint {
    return this.read((module) => this.word((out) => module.call('getBalance', module.put(fromHex(address)), out)));
  }

  nonce(address: string): bigint {
    return this.read((module) => module.call64('getNonce', module.put(fromHex(address))));
  }

  storage(address: string, slot: bigint): bigint {
    return this.read((module) =>
      this.word((out) => module.call('getStorage', module.put(fromHex(address)), module.put(u256(slot)), out)),
    );
  }

  codeHash(address: string): string {
    return this.read((module) => {
      const out = module.put(new Uint8Array(32));
      module.call('getCodeHash', module.put(fromHex(address)), out);
      return toHex(module.get(out, 32));
    });
  }

  private word(write: (out: number) => void): bigint {
    const out = this.module.put(new Uint8Array(32));
    write(out);
    return BigInt(`0x${toHex(this.module.get(out, 32).toReversed())}`);
  }
}

/** What may differ in the header that a world begins with. */
export interface Parent {
  readonly number?: bigint;
  readonly gasUsed?: bigint;
  readonly gasLimit?: bigint;
  readonly baseFee?: bigint;
  readonly blobGasUsed?: bigint;
  readonly extraData?: string;
}

/** The number as RLP has it. */
export const integer = (value: bigint): Uint8Array => {
  const hex = value.toString(16);
  return value === 0n ? new Uint8Array(0) : fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
};

/** A header of the fork with that index. */
export function headerRlp(fork: number, stateRoot: string, time: bigint, parent: Parent): Uint8Array {
  const zero = new Uint8Array(32);
  const empty = keccak_256(Uint8Array.of(0x80));
  const at = (name: (typeof forks)[number]): boolean => fork >= forks.indexOf(name);
  const extra =
    parent.extraData ??
    (at('jovian') ? '01000000fa000000060000000000000000' : at('holocene') ? '00000000fa00000006' : '');
  const fields = [
    zero,
    keccak_256(Uint8Array.of(0xc0)),
    fromHex(COINBASE),
    fromHex(stateRoot),
    empty,
    empty,
    new Uint8Array(256),
    integer(0n),
    integer(parent.number ?? 41n),
    integer(parent.gasLimit ?? 30_000_000n),
    integer(parent.gasUsed ?? 5_000_000n),
    integer(time),
    fromHex(extra),
    zero,
    new Uint8Array(8),
    integer(parent.baseFee ?? 1000n),
  ];
  if (at('canyon')) fields.push(empty);
  if (at('ecotone')) fields.push(integer(parent.blobGasUsed ?? 0n), integer(0n), zero);
  if (at('isthmus')) fields.push(fromHex('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'));
  return RLP.encode(fields);
}

export function decode(rlp: Uint8Array): DecodedHeader {
  const fields = RLP.decode(rlp) as Uint8Array[];
  const field = (index: number): Uint8Array => fields[index] as Uint8Array;
  const number = (index: number): bigint => BigInt(`0x${toHex(field(index)) || '0'}`);
  return {
    stateRoot: toHex(field(3)),
    receiptsRoot: toHex(field(5)),
    logsBloom: field(6),
    gasUsed: number(10),
    extraData: toHex(field(12)),
    baseFee: number(15),
    withdrawalsRoot: fields[16] && toHex(fields[16]),
    blobGasUsed: fields[17] && number(17),
    requestsHash: fields[20] && toHex(fields[20]),
  };
}

export interface SignedFields {
  readonly nonce?: bigint;
  /** A creation without it. */
  readonly to?: string;
  readonly value?: bigint;
  readonly data?: Uint8Array;
  readonly gasLimit?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly chainId?: bigint;
  /** EIP-7702: each an RLP item of six fields. Makes the transaction one of type 4. */
  readonly authorizations?: readonly Uint8Array[][];
}

/** A signed EIP-1559 transaction, or one of EIP-7702. Anything can be signed, also what no block may hold. */
export function signed(fields: SignedFields, privateKey: Uint8Array = key): Uint8Array {
  const items: Input[] = [
    integer(fields.chainId ?? CHAIN_ID),
    integer(fields.nonce ?? 0n),
    integer(fields.maxPriorityFeePerGas ?? 3n),
    integer(fields.maxFeePerGas ?? 2000n),
    integer(fields.gasLimit ?? 21_000n),
    fromHex(fields.to ?? ''),
    integer(fields.value ?? 0n),
    fields.data ?? new Uint8Array(0),
    [],
  ];
  if (fields.authorizations) items.push(fields.authorizations.map((authorization) => [...authorization]));
  const type = fields.authorizations ? 4 : 2;
  const encoded = (list: Input[]): Uint8Array =>
    Uint8Array.from(Buffer.concat([Uint8Array.of(type), RLP.encode(list)]));
  return encoded([...items, ...sign(keccak_256(encoded(items)), privateKey)]);
}

/** Parity, r and s as integers of RLP. */
export function sign(hash: Uint8Array, privateKey: Uint8Array): [Uint8Array, Uint8Array, Uint8Array] {
  const signature = secp256k1.sign(hash, privateKey, { prehash: false, format: 'recovered' });
  const number = (bytes: Uint8Array): Uint8Array => integer(BigInt(`0x${toHex(bytes)}`));
  return [number(signature.subarray(0, 1)), number(signature.subarray(1, 33)), number(signature.subarray(33, 65))];
}

/** A deposit transaction. */
export function deposit(fields: {
  from?: string;
  to?: string;
  mint?: bigint;
  value?: bigint;
  gas?: bigint;
  system?: boolean;
  data?: Uint8Array;
}): Uint8Array {
  const rlp = RLP.encode([
    new Uint8Array(32).fill(5),
    fromHex(fields.from ?? sender),
    fromHex(fields.to ?? ''),
    integer(fields.mint ?? 0n),
    integer(fields.value ?? 0n),
    integer(fields.gas ?? 100_000n),
    fields.system ? Uint8Array.of(1) : new Uint8Array(0),
    fields.data ?? new Uint8Array(0),
  ]);
  return Uint8Array.of(0x7e, ...rlp);
}
