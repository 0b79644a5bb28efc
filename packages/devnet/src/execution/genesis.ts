// Genesis files in geth's format (`genesis-l2.json`): reading one, and the block it stands for.
import { Account, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { State } from '../state/state.js';
import type { StateStore } from '../state/store.js';
import { EMPTY_TRIE_ROOT } from '../trie/node.js';
import { L2_TO_L1_MESSAGE_PASSER } from './addresses.js';
import { rulesAt } from './chain.js';
import type { ExecutionChain } from './chain.js';
import { FORK_NAMES, includes } from './forks.js';
import type { ForkSchedule } from './forks.js';
import { L1_FORK_NAMES } from './blob-schedule.js';
import { EMPTY_OMMERS_HASH, NO_REQUESTS_HASH } from './header.js';
import type { BlockHeader } from './header.js';

/** An account of a genesis file. Quantities in hex or decimal, as geth reads them. */
export interface GenesisAccount {
  readonly balance?: string;
  readonly nonce?: string;
  readonly code?: PrefixedHexString;
  readonly storage?: Readonly<Record<PrefixedHexString, PrefixedHexString>>;
}

/** The parts of an L2 genesis file that say what the chain is. */
export interface Genesis {
  readonly config: {
    readonly chainId: number;
    readonly optimism?: {
      readonly eip1559Elasticity: number;
      readonly eip1559Denominator: number;
      readonly eip1559DenominatorCanyon?: number;
    };
    readonly [parameter: string]: unknown;
  };
  readonly nonce: PrefixedHexString;
  readonly timestamp: PrefixedHexString;
  readonly extraData: PrefixedHexString;
  readonly gasLimit: PrefixedHexString;
  readonly difficulty: PrefixedHexString;
  readonly mixHash: PrefixedHexString;
  readonly coinbase: PrefixedHexString;
  readonly baseFeePerGas: PrefixedHexString;
  /** The rest of block 0's header, which is the same in every genesis file that is read here. */
  readonly number?: PrefixedHexString;
  readonly gasUsed?: PrefixedHexString;
  readonly parentHash?: PrefixedHexString;
  readonly excessBlobGas?: PrefixedHexString;
  readonly blobGasUsed?: PrefixedHexString;
  /** By address, with or without 0x. */
  readonly alloc: Readonly<Record<string, GenesisAccount>>;
}

/** A genesis file that doesn't describe a chain as this one can be. */
export class GenesisError extends Error {
  override name = 'GenesisError';
}

/** The rules that a genesis file's `config` sets. */
export function chainOfGenesis({ config }: Genesis): ExecutionChain {
  const timeOf = (fork: string): bigint | undefined => {
    const time = config[`${fork}Time`];
    return typeof time === 'number' ? BigInt(time) : undefined;
  };
  if (config.optimism === undefined) {
    const l1Forks: Record<string, bigint> = {};
    for (const fork of L1_FORK_NAMES) {
      const time = timeOf(fork);
      if (time !== undefined && fork !== 'cancun') l1Forks[fork] = time;
    }
    return { chainId: config.chainId, l1Forks };
  }
  const { eip1559Elasticity, eip1559Denominator, eip1559DenominatorCanyon } = config.optimism;
  if (eip1559DenominatorCanyon === undefined) {
    throw new GenesisError("the genesis' config.optimism lacks eip1559DenominatorCanyon");
  }
  const forks: ForkSchedule = {};
  for (const fork of FORK_NAMES) {
    const time = timeOf(fork);
    if (time !== undefined) forks[fork] = time;
  }
  return {
    chainId: config.chainId,
    optimism: {
      forks,
      bedrockBaseFee: { elasticity: BigInt(eip1559Elasticity), denominator: BigInt(eip1559Denominator) },
      baseFee: { elasticity: BigInt(eip1559Elasticity), denominator: BigInt(eip1559DenominatorCanyon) },
    },
  };
}

/** Writes the genesis state to the store and returns the header of block 0. */
export async function genesisHeader(genesis: Genesis, store: StateStore): Promise<BlockHeader> {
  const rules = rulesAt(chainOfGenesis(genesis), BigInt(genesis.timestamp));
  const stateRoot = await genesisState(genesis, store);
  const withdrawalsRoot =
    rules.optimism?.operatorFee === undefined
      ? EMPTY_TRIE_ROOT
      : new State(store, stateRoot).storageRoot(L2_TO_L1_MESSAGE_PASSER);
  return {
    parentHash: new Uint8Array(32),
    ommersHash: EMPTY_OMMERS_HASH,
    coinbase: hexToBytes(genesis.coinbase),
    stateRoot,
    transactionsRoot: EMPTY_TRIE_ROOT,
    receiptsRoot: EMPTY_TRIE_ROOT,
    logsBloom: new Uint8Array(256),
    difficulty: BigInt(genesis.difficulty),
    number: 0n,
    gasLimit: BigInt(genesis.gasLimit),
    gasUsed: 0n,
    timestamp: BigInt(genesis.timestamp),
    extraData: hexToBytes(genesis.extraData),
    mixHash: hexToBytes(genesis.mixHash),
    nonce: setLengthLeft(hexToBytes(genesis.nonce), 8),
    baseFeePerGas: BigInt(genesis.baseFeePerGas),
    ...(includes(rules, 'shanghai') && { withdrawalsRoot }),
    ...(includes(rules, 'cancun') && {
      blobGasUsed: 0n,
      excessBlobGas: 0n,
      parentBeaconBlockRoot: new Uint8Array(32),
    }),
    ...(includes(rules, 'prague') && { requestsHash: NO_REQUESTS_HASH }),
  };
}

async function genesisState(genesis: Genesis, store: StateStore): Promise<Uint8Array> {
  const state = new State(store);
  for (const [key, account] of Object.entries(genesis.alloc)) {
    const address = createAddressFromString(key.startsWith('0x') ? key : `0x${key}`);
    await state.putAccount(address, new Account(BigInt(account.nonce ?? 0), BigInt(account.balance ?? 0)));
    if (account.code !== undefined && account.code !== '0x') await state.putCode(address, hexToBytes(account.code));
    for (const [slot, value] of Object.entries(account.storage ?? {})) {
      await state.putStorage(address, word(slot), word(value));
    }
  }
  return state.flush();
}

function word(hex: string): Uint8Array {
  return setLengthLeft(hexToBytes(`0x${hex.replace(/^0x/, '')}`), 32);
}
