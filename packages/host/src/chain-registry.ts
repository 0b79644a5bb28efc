/** The chains known by name or chain id: ../data/chains.json, which names its source. */
import { readFileSync } from 'node:fs';
import type { Chain } from './boot.js';
import { chainConfigOf } from './chain-config.js';
import { ConfigurationError } from './go-encoding.js';
import { isJsonObject, type JsonObject, parseJson } from './lossless-json.js';
import { rollupConfigOf } from './rollup-config.js';

type Entry = { name: string; rollupConfig: JsonObject; chainConfig: JsonObject };

/** A known chain with its name. The program has its own copy of the configurations, so it is not `custom`. */
export type KnownChain = Chain & { name: string };

/** The chain of this name (`op-mainnet`) or decimal chain id, or undefined. */
export function findChain(nameOrId: string): KnownChain | undefined {
  const entry = entries().find(
    ({ name, rollupConfig }) => name === nameOrId || String(rollupConfig.l2_chain_id) === nameOrId,
  );
  if (entry === undefined) return undefined;
  const rollupConfig = rollupConfigOf(entry.rollupConfig, entry.name);
  const chainConfig = chainConfigOf(entry.chainConfig, entry.name);
  return { name: entry.name, l2ChainId: rollupConfig.l2ChainId, custom: false, rollupConfig, chainConfig };
}

/** The names of all known chains. */
export function knownChainNames(): string[] {
  return entries().map(({ name }) => name);
}

let loaded: Entry[] | undefined;

function entries(): Entry[] {
  loaded ??= load();
  return loaded;
}

function load(): Entry[] {
  const file = new URL('../../data/chains.json', import.meta.url);
  const document = parseJson(readFileSync(file, 'utf8'));
  if (!isJsonObject(document) || !Array.isArray(document.chains))
    throw new ConfigurationError(file.pathname, 'has no list of chains');
  return document.chains.map((chain) => {
    if (
      !isJsonObject(chain) ||
      typeof chain.name !== 'string' ||
      !isJsonObject(chain.rollupConfig) ||
      !isJsonObject(chain.chainConfig)
    ) {
      throw new ConfigurationError(file.pathname, 'has an entry without name, rollupConfig or chainConfig');
    }
    return { name: chain.name, rollupConfig: chain.rollupConfig, chainConfig: chain.chainConfig };
  });
}
