// A claim about a hostile chain, as the program is asked it.
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Oracle } from '@obelisc/preimage';
import type { HostileChain } from './hostile-chain.js';

const CUSTOM_CHAIN = 2n ** 64n - 1n;

export interface ClaimOptions {
  /** Number of the claimed block; one far beyond the chain where it is left out. */
  readonly number?: number;
  /** The claimed output root; a wrong one where it is left out. */
  readonly root?: Uint8Array;
  /** The genesis block's state root and what is in that state, by the last 31 bytes of the keys; else a state of one leaf. */
  readonly state?: { readonly root: Uint8Array; readonly get: (key: string) => Uint8Array | undefined };
  /** Takes the requests to L1's precompiles and puts what L1 answers into the map, by the last 31 bytes of the keys. */
  readonly answer?: (answers: Map<string, Uint8Array>, request: Uint8Array) => void;
}

/** What the program may ask for. */
export function claimOn(chain: HostileChain, options: ClaimOptions = {}): Oracle {
  const { number = 1_000_000, root = Buffer.alloc(32, 0xdd), state = oneLeaf, answer } = options;
  const config = chain.config as Record<string, unknown>;
  const output = Buffer.concat([Buffer.alloc(32), state.root, Buffer.alloc(32), chain.genesisHash]);
  const agreed = keccak_256(output);
  const values = new Map(chain.preimages);
  values.set(`02${Buffer.from(agreed).toString('hex').slice(2)}`, output);
  const answers = new Map<string, Uint8Array>();
  const forkTimes = Object.entries(config).filter(
    ([name]) => name.endsWith('_time') && !['l2_time', 'block_time', 'delta_time'].includes(name),
  );
  const since = (name: string, fork: string) =>
    config[`${fork}_time`] === undefined ? {} : { [`${name}Time`]: config[`${fork}_time`] };
  const chainConfig = {
    chainId: 901,
    ...Object.fromEntries(forkTimes.map(([name, time]) => [`${name.slice(0, -5)}Time`, time])),
    ...since('shanghai', 'canyon'),
    ...since('cancun', 'ecotone'),
    ...since('prague', 'isthmus'),
    ...since('osaka', 'karst'),
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
  const locals = [
    Buffer.alloc(0), chain.l1.at(-1), agreed, root, u64(BigInt(number)), u64(CUSTOM_CHAIN), json(chainConfig), json(config),
  ]; // prettier-ignore
  const find = (key: Uint8Array): Uint8Array | undefined => {
    if (key[0] === 1 && (key[31] ?? 0) < locals.length) return locals[key[31] ?? 0];
    const name = Buffer.from(key).toString('hex');
    return values.get(name) ?? (key[0] === 6 ? answers.get(name.slice(2)) : state.get(name.slice(2)));
  };
  return {
    hint: async (hint) => {
      if (hint.startsWith('l1-precompile-v2 ')) answer?.(answers, Buffer.from(hint.slice(19), 'hex'));
    },
    get: async (key) => {
      const value = find(key);
      if (value === undefined) throw new Error(`there is no pre-image of ${Buffer.from(key).toString('hex')}`);
      return Uint8Array.from(value);
    },
  };
}

const oneLeaf = {
  root: new Uint8Array(32),
  get: (key: string) => {
    if (!/^0+$/.test(key)) return undefined;
    const account = RLP.encode([1, 1, Buffer.alloc(32), Buffer.alloc(32)]);
    return RLP.encode([Buffer.concat([Buffer.of(0x20), Buffer.alloc(32, 0xff)]), account]);
  },
};

function u64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
}
