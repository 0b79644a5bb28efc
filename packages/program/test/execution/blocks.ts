// Blocks for the tests: executes payload attributes in the module.
import { RLP } from '@ethereumjs/rlp';
import { fromHex, toHex, type Harness } from './module.js';

/** The forks in the order of the module's enumeration. */
export const forks = [
  'bedrock',
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'isthmus',
  'jovian',
  'karst',
] as const;

export interface Chain {
  readonly chainId: bigint;
  readonly blockTime: bigint;
  readonly elasticity: bigint;
  readonly denominator: bigint;
  readonly denominatorCanyon: bigint;
  /** Activation times; a fork that is missing never comes. Bedrock's is 0. */
  readonly times: Partial<Record<(typeof forks)[number], bigint>>;
}

/** A chain from the fields of a rollup.json and its EIP-1559 parameters. */
export function chainOf(rollup: Record<string, unknown>): Chain {
  const times: Chain['times'] = { bedrock: 0n, regolith: 0n };
  for (const fork of forks) {
    const time = rollup[`${fork}_time`];
    if (typeof time === 'number') times[fork] = BigInt(time);
  }
  return {
    chainId: BigInt(rollup['l2_chain_id'] as number),
    blockTime: BigInt(rollup['block_time'] as number),
    elasticity: 6n,
    denominator: 50n,
    denominatorCanyon: 250n,
    times,
  };
}

export function configure(module: Harness, chain: Chain): void {
  const times = BigUint64Array.from(forks, (fork) => chain.times[fork] ?? 2n ** 64n - 1n);
  module.call(
    'configure',
    module.put(new Uint8Array(times.buffer)),
    chain.chainId,
    chain.blockTime,
    chain.elasticity,
    chain.denominator,
    chain.denominatorCanyon,
  );
}

export interface Attributes {
  readonly timestamp: bigint;
  readonly prevRandao: Uint8Array;
  readonly feeRecipient: Uint8Array;
  readonly parentBeaconBlockRoot: Uint8Array | null;
  readonly transactions: readonly Uint8Array[];
  readonly gasLimit: bigint;
  readonly eip1559Params?: bigint;
  readonly minBaseFee?: bigint;
}

/** Executes a block on the parent with the header RLP `parent`. Returns the block's hash in hex, or null (see the log). */
export function execute(module: Harness, parent: Uint8Array, attributes: Attributes): string | null {
  // What goes in is released after the block, as the driver does it.
  module.call('useScratch', true);
  const start = module.call64('mark');
  const list = new Uint32Array(attributes.transactions.flatMap((encoded) => [module.put(encoded), encoded.length]));
  const root = attributes.parentBeaconBlockRoot;
  const at = module.call(
    'execute',
    module.put(parent),
    parent.length,
    attributes.timestamp,
    module.put(attributes.prevRandao),
    module.put(attributes.feeRecipient),
    root === null ? 0 : module.put(root),
    module.put(new Uint8Array(list.buffer)),
    attributes.transactions.length,
    attributes.gasLimit,
    attributes.eip1559Params ?? 0n,
    attributes.minBaseFee ?? 0n,
  );
  const hash = at === 0 ? null : toHex(module.get(at, 32));
  module.call('release', start);
  module.call('useScratch', false);
  return hash;
}

/** Header RLP of the block that was executed last. */
export function lastHeader(module: Harness): Uint8Array {
  const address = module.call('encodedHeader');
  return module.get(address, module.global('encodedLength'));
}

/** A quantity as RLP has it. */
export function quantity(value: string | bigint): Uint8Array {
  const hex = BigInt(value).toString(16);
  return hex === '0' ? new Uint8Array(0) : fromHex(hex.length % 2 === 0 ? hex : `0${hex}`);
}

/** Header RLP from the JSON-RPC form. */
export function headerOf(json: Record<string, string | undefined>): Uint8Array {
  const bytes = (name: string): Uint8Array => fromHex(json[name] as string);
  const fields = [
    ...['parentHash', 'sha3Uncles', 'miner', 'stateRoot', 'transactionsRoot', 'receiptsRoot', 'logsBloom'].map(bytes),
    ...['difficulty', 'number', 'gasLimit', 'gasUsed', 'timestamp'].map((name) => quantity(json[name] as string)),
    ...['extraData', 'mixHash', 'nonce'].map(bytes),
    quantity(json['baseFeePerGas'] as string),
  ];
  if (json['withdrawalsRoot']) fields.push(bytes('withdrawalsRoot'));
  if (json['blobGasUsed']) {
    fields.push(
      quantity(json['blobGasUsed']),
      quantity(json['excessBlobGas'] as string),
      bytes('parentBeaconBlockRoot'),
    );
  }
  if (json['requestsHash']) fields.push(bytes('requestsHash'));
  return RLP.encode(fields);
}
