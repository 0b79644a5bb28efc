/** The chains known by name or chain id: ../data/chains.json, which names its source. */
import { readFileSync } from 'node:fs';
import type { Chain } from './boot.js';
import { chainConfigOf } from './chain-config.js';
import { ConfigurationError } from './go-encoding.js';
import { knownL1ChainConfig } from './l1-registry.js';
import { isJsonObject, type JsonObject, type JsonValue, parseOwnJson } from './lossless-json.js';
import { rollupConfigOf } from './rollup-config.js';

type Entry = {
  name: string;
  rollupConfig: JsonObject;
  chainConfig: JsonObject;
  contracts: JsonObject;
  gasPayingToken: JsonValue | undefined;
};

/** A chain that the registry lists, or once listed, and that is not built in. */
type Unsupported = { name: string; chainId: bigint; reason: string; date: string | undefined };

/** A known chain with its name. The program has its own copy of the configurations, so it is not `custom`. */
export type KnownChain = Chain & {
  name: string;
  /** Contracts on L1, as 0x-hex; undefined where the registry names none. */
  contracts: { disputeGameFactory: string | undefined; anchorStateRegistry: string | undefined };
  /** The L1 token that fees are paid in, where it is not ether. */
  gasPayingToken: string | undefined;
};

/** The chain of this name (`op-mainnet`) or decimal chain id, or undefined. */
export function findChain(nameOrId: string): KnownChain | undefined {
  const entry = registry().chains.find(
    ({ name, rollupConfig }) => name === nameOrId || String(rollupConfig.l2_chain_id) === nameOrId,
  );
  if (entry === undefined) return undefined;
  const rollupConfig = rollupConfigOf(entry.rollupConfig, entry.name);
  const chainConfig = chainConfigOf(entry.chainConfig, entry.name);
  return {
    name: entry.name,
    l2ChainId: rollupConfig.l2ChainId,
    custom: false,
    rollupConfig,
    chainConfig,
    l1ChainConfig: knownL1ChainConfig(rollupConfig.l1ChainId),
    contracts: {
      disputeGameFactory: text(entry.contracts.disputeGameFactory),
      anchorStateRegistry: text(entry.contracts.anchorStateRegistry),
    },
    gasPayingToken: text(entry.gasPayingToken),
  };
}

/** The names of all known chains. */
export function knownChainNames(): string[] {
  return registry().chains.map(({ name }) => name);
}

/** Why `findChain` knows no such chain: the end of a sentence that begins with its name. */
export function whyUnknown(nameOrId: string): string {
  const found = registry().unsupported.find(({ name, chainId }) => name === nameOrId || String(chainId) === nameOrId);
  if (found === undefined) return `is not known; known are ${knownChainNames().join(', ')}, also by chain id`;
  const named = found.name === nameOrId ? '' : `(${found.name}) `;
  switch (found.reason) {
    case 'removed':
      return `${named}is no longer in the superchain registry, which removed it on ${found.date}`;
    case 'interop':
      return `${named}is of an interop set, which is not covered`;
    default:
      return `${named}does not post its data to Ethereum (${found.reason}), so there is nothing that it could be derived from`;
  }
}

type Registry = { chains: Entry[]; unsupported: Unsupported[] };

let loaded: Registry | undefined;

function registry(): Registry {
  loaded ??= load();
  return loaded;
}

function text(value: JsonValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function load(): Registry {
  const file = new URL('../../data/chains.json', import.meta.url);
  const document = parseOwnJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(document) || !Array.isArray(document.chains) || !Array.isArray(document.unsupported))
    throw new ConfigurationError(file.pathname, 'has no lists of chains');
  const chains = document.chains.map((chain) => {
    if (
      !isJsonObject(chain) ||
      typeof chain.name !== 'string' ||
      !isJsonObject(chain.rollupConfig) ||
      !isJsonObject(chain.chainConfig) ||
      !isJsonObject(chain.contracts)
    ) {
      throw new ConfigurationError(file.pathname, 'has an entry without name, rollupConfig, chainConfig or contracts');
    }
    const { name, rollupConfig, chainConfig, contracts, gasPayingToken } = chain;
    return { name, rollupConfig, chainConfig, contracts, gasPayingToken };
  });
  const unsupported = document.unsupported.map((chain) => {
    if (
      !isJsonObject(chain) ||
      typeof chain.name !== 'string' ||
      typeof chain.chainId !== 'bigint' ||
      typeof chain.reason !== 'string'
    ) {
      throw new ConfigurationError(file.pathname, 'has an unsupported chain without name, chainId or reason');
    }
    return { name: chain.name, chainId: chain.chainId, reason: chain.reason, date: text(chain.date) };
  });
  return { chains, unsupported };
}
