// A claim about a hostile chain, as the program is asked it.
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Oracle } from '@obelisc/preimage';
import type { HostileChain } from './hostile-chain.js';

const CUSTOM_CHAIN = 2n ** 64n - 1n;

/** What the program may ask for: the chain, a false claim on a block far beyond it, and a genesis state that is one leaf. */
export function claimOn(chain: HostileChain): Oracle {
  const config = chain.config as Record<string, unknown>;
  const values = new Map(chain.preimages);
  const keyOf = (hash: Uint8Array): string => `02${Buffer.from(hash).toString('hex').slice(2)}`;
  const output = Buffer.concat([Buffer.alloc(96), chain.genesisHash]);
  const root = keccak_256(output);
  values.set(keyOf(root), output);
  const account = RLP.encode([1, 1, Buffer.alloc(32), Buffer.alloc(32)]);
  values.set(
    keyOf(new Uint8Array(32)),
    RLP.encode([Buffer.concat([Buffer.of(0x20), Buffer.alloc(32, 0xff)]), account]),
  );
  const forkTimes = Object.keys(config)
    .filter((name) => name.endsWith('_time') && !['l2_time', 'block_time', 'delta_time'].includes(name))
    .map((name): [string, number] => [`${name.slice(0, -5)}Time`, 0]);
  const chainConfig = {
    chainId: 901,
    ...Object.fromEntries(forkTimes),
    shanghaiTime: 0,
    ...(chain.has('ecotone') ? { cancunTime: 0 } : {}),
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  };
  const json = (value: object): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
  const locals = [
    Buffer.alloc(0), chain.l1.at(-1), root, Buffer.alloc(32, 0xdd), u64(1_000_000n), u64(CUSTOM_CHAIN), json(chainConfig),
    json(config),
  ]; // prettier-ignore
  return {
    hint: async () => {},
    get: async (key) => {
      const name = Buffer.from(key).toString('hex');
      const value = key[0] === 1 && (key[31] ?? 0) < locals.length ? locals[key[31] ?? 0] : values.get(name);
      if (value === undefined) throw new Error(`there is no pre-image of ${name}`);
      return Uint8Array.from(value);
    },
  };
}

function u64(value: bigint): Buffer {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64BE(value);
  return buffer;
}
