/** A chain that is not known, put together from its configurations. */
import type { Chain } from './boot.js';
import type { ChainConfig } from './chain-config.js';
import { ETHEREUM_FORKS } from './ethereum-forks.js';
import { ConfigurationError } from './go-encoding.js';
import { isJsonObject, type JsonObject, parseOwnJson } from './lossless-json.js';
import { LAGOON_TIMES, ROLLUP_FORKS, type RollupConfig } from './rollup-config.js';

/** A chain's configurations, and what to call them in errors. */
export type ChainParts = {
  rollupConfig: RollupConfig;
  chainConfig: ChainConfig;
  l1ChainConfig: ChainConfig | undefined;
  names: { rollupConfig: string; chainConfig: string; l1ChainConfig: string };
};

/** The chain of these configurations. Throws ConfigurationError where they are not of one chain. */
export function customChain({ rollupConfig, chainConfig, l1ChainConfig, names }: ChainParts): Chain {
  if (rollupConfig.l2ChainId !== chainConfig.chainId) {
    throw new ConfigurationError(
      names.rollupConfig,
      `is for chain ${rollupConfig.l2ChainId}, ${names.chainConfig} for chain ${chainConfig.chainId}`,
    );
  }
  if (l1ChainConfig !== undefined && l1ChainConfig.chainId !== rollupConfig.l1ChainId) {
    throw new ConfigurationError(
      names.l1ChainConfig,
      `is for L1 chain ${l1ChainConfig.chainId}, ${names.rollupConfig} for one on L1 chain ${rollupConfig.l1ChainId}`,
    );
  }
  const [different] = forkDifferences(objectOf(rollupConfig), objectOf(chainConfig));
  if (different !== undefined) {
    throw new ConfigurationError(
      names.chainConfig,
      `has ${different.execution}, but ${names.rollupConfig} has ${different.derivation}: they must be of one chain`,
    );
  }
  checkBaseFeeParameters(objectOf(chainConfig), names.chainConfig);
  return { l2ChainId: rollupConfig.l2ChainId, custom: true, rollupConfig, chainConfig, l1ChainConfig };
}

type Difference = { execution: string; derivation: string };

/** Where execution's forks are not derivation's: both follow one schedule. */
function forkDifferences(rollup: JsonObject, chain: JsonObject): Difference[] {
  // Delta concerns derivation alone.
  const pairs = ROLLUP_FORKS.filter((fork) => fork !== 'delta').map((fork) => [`${fork}Time`, `${fork}_time`] as const);
  const found: Difference[] = [];
  const compare = (execution: string, derivation: string) => {
    if (chain[execution] !== rollup[derivation])
      found.push({ execution: scheduled(execution, chain), derivation: scheduled(derivation, rollup) });
  };
  for (const [execution, derivation] of pairs) compare(execution, derivation);
  for (const [execution, derivation] of ETHEREUM_FORKS) {
    // Osaka's rules come with Karst, but the genesis files that schedule Karst leave osakaTime out.
    if (execution !== 'osakaTime' || chain[execution] !== undefined) compare(execution, derivation);
  }
  const [interop, lagoon] = LAGOON_TIMES;
  if ((chain.interopTime ?? chain.lagoonTime) !== (rollup[interop] ?? rollup[lagoon])) {
    found.push({
      execution: scheduled(chain.interopTime === undefined ? 'lagoonTime' : 'interopTime', chain),
      derivation: scheduled(rollup[interop] === undefined ? lagoon : interop, rollup),
    });
  }
  return found;
}

function scheduled(name: string, config: JsonObject): string {
  return config[name] === undefined ? `no ${name}` : `${name} ${String(config[name])}`;
}

function checkBaseFeeParameters(chain: JsonObject, name: string): void {
  const { optimism } = chain;
  const parameters = isJsonObject(optimism) ? optimism : {};
  const needed = ['eip1559Elasticity', 'eip1559Denominator'];
  if (chain.canyonTime !== undefined) needed.push('eip1559DenominatorCanyon');
  for (const parameter of needed) {
    if ((parameters[parameter] ?? 0n) === 0n)
      throw new ConfigurationError(`${name}: optimism.${parameter}`, 'is missing or zero');
  }
}

function objectOf({ json }: { json: string }): JsonObject {
  const value = parseOwnJson(json);
  if (!isJsonObject(value)) throw new TypeError('a configuration is an object');
  return value;
}
