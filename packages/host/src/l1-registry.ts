/** The L1 chains known by chain id: ../data/l1-chains.json, which names its source. The program has its own copy. */
import { readFileSync } from 'node:fs';
import { type ChainConfig, l1ChainConfigOf } from './chain-config.js';
import { ConfigurationError } from './go-encoding.js';
import { isJsonObject, parseOwnJson } from './lossless-json.js';

/** The configuration of the L1 chain with this id, or undefined: mainnet, Sepolia, Holesky and Hoodi are known. */
export function knownL1ChainConfig(chainId: bigint): ChainConfig | undefined {
  loaded ??= load();
  return loaded.find((config) => config.chainId === chainId);
}

let loaded: ChainConfig[] | undefined;

function load(): ChainConfig[] {
  const file = new URL('../../data/l1-chains.json', import.meta.url);
  const document = parseOwnJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(document) || !Array.isArray(document.chains))
    throw new ConfigurationError(file.pathname, 'has no list of chains');
  return document.chains.map((chain) => {
    if (!isJsonObject(chain)) throw new ConfigurationError(file.pathname, 'has an entry that is no chain');
    return l1ChainConfigOf(chain.chainConfig, `${file.pathname}: ${String(chain.name)}`);
  });
}
