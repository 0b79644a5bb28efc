/** Which chain a configuration is of: known chains must be configured as known, others are recognised by a hash. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Chain } from './boot.js';
import { BLOCKS_AT_GENESIS, type ChainConfig, chainConfigOf } from './chain-config.js';
import { findChain } from './chain-registry.js';
import { EndpointError, UnsupportedMethodError } from './endpoint-errors.js';
import { ConfigurationError } from './go-encoding.js';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from './lossless-json.js';
import { type Log, silentLog } from './log.js';
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from './retry.js';
import { ROLLUP_FORKS, type RollupConfig } from './rollup-config.js';
import { rpcEndpoint } from './rpc-endpoint.js';

/** Fields that say nothing about derivation, or that an op-node adds to what the registry has. */
const IRRELEVANT = new Set(['protocol_versions_address', 'chain_op_config']);
/** System configuration as of genesis that older registries leave out: zero unless given. */
const ZERO_BY_DEFAULT = new Set(['eip1559Params', 'operatorFeeParams', 'minBaseFee', 'daFootprintGasScalar']);

/** Where two rollup configurations differ in what derivation reads: one line a field. */
export function rollupDifferences(a: RollupConfig, b: RollupConfig): string[] {
  return differences(parseJson(a.json), parseJson(b.json), '');
}

/**
 * The chain of a rollup configuration from a source that is not known to be right, such as an op-node. A known chain comes
 * from the registry, and a configuration that differs is a ConfigurationError; for any other, `chainConfig` says how it
 * executes.
 */
export async function identifyChain(
  rollupConfig: RollupConfig,
  source: string,
  chainConfig: () => Promise<ChainConfig>,
): Promise<Chain & { name?: string }> {
  const known = findChain(String(rollupConfig.l2ChainId));
  if (known === undefined)
    return { l2ChainId: rollupConfig.l2ChainId, custom: true, rollupConfig, chainConfig: await chainConfig() };
  const different = rollupDifferences(known.rollupConfig, rollupConfig);
  if (different.length === 0) return known;
  throw new ConfigurationError(
    source,
    `says it is ${known.name} (chain ${known.l2ChainId}), but differs from what is known of that chain: ${different.join('; ')}`,
  );
}

/** Hash of what a custom chain's program is told: both configurations, as pre-images of local keys 6 and 7. 32 bytes. */
export function configurationHash({
  chainConfig,
  rollupConfig,
}: Pick<Chain, 'chainConfig' | 'rollupConfig'>): Uint8Array {
  return keccak_256(
    Buffer.concat([
      keccak_256(Buffer.from(chainConfig.json, 'utf8')),
      keccak_256(Buffer.from(rollupConfig.json, 'utf8')),
    ]),
  );
}

/** Ethereum's forks that come with one of the OP Stack's (op-geth: `params.ChainConfig`). */
const ETHEREUM_FORKS = [
  ['shanghaiTime', 'canyon_time'],
  ['cancunTime', 'ecotone_time'],
  ['pragueTime', 'isthmus_time'],
  ['osakaTime', 'karst_time'],
] as const;

/**
 * The execution parameters that a rollup configuration implies for a chain with all of Ethereum's forks up to the merge
 * and Bedrock at genesis; undefined where it does not have the EIP-1559 parameters (`chain_op_config`, which op-nodes
 * give since Holocene).
 */
export function impliedChainConfig(rollupConfig: RollupConfig): ChainConfig | undefined {
  const rollup = parseJson(rollupConfig.json);
  if (!isJsonObject(rollup) || rollup.chain_op_config === undefined) return undefined;
  const config: JsonObject = { chainId: rollupConfig.l2ChainId, optimism: rollup.chain_op_config };
  for (const block of BLOCKS_AT_GENESIS) config[block] = 0n;
  config.terminalTotalDifficulty = 0n;
  config.terminalTotalDifficultyPassed = true;
  for (const [time, from] of ETHEREUM_FORKS) if (rollup[from] !== undefined) config[time] = rollup[from];
  for (const fork of ROLLUP_FORKS) {
    const time = rollup[`${fork}_time`];
    if (fork !== 'delta' && time !== undefined) config[`${fork}Time`] = time;
  }
  return chainConfigOf(config, 'the rollup configuration');
}

/** The execution parameters of an L2 chain, as its endpoint has them (debug_chainConfig). Rejects with EndpointError and ConfigurationError. */
export async function fetchChainConfig(options: {
  l2: string;
  l2ChainId: bigint;
  log?: Log;
  policy?: RetryPolicy;
}): Promise<ChainConfig> {
  const { l2, l2ChainId, log = silentLog, policy = DEFAULT_RETRY_POLICY } = options;
  const endpoint = rpcEndpoint({ flag: '--l2', url: l2, policy, log });
  let config: ChainConfig;
  try {
    const result = await endpoint.call<JsonValue>('debug_chainConfig', []);
    config = chainConfigOf(parseJson(JSON.stringify(result)), `chain configuration of ${endpoint.name}`);
  } catch (error) {
    if (!(error instanceof UnsupportedMethodError)) throw error;
    throw new EndpointError(
      endpoint.name,
      'debug_chainConfig',
      'the endpoint does not say how its chain executes; give --l2.genesis',
      { cause: error },
    );
  }
  if (config.chainId !== l2ChainId) {
    throw new ConfigurationError(
      `chain configuration of ${endpoint.name}`,
      `is of chain ${config.chainId}, not ${l2ChainId}`,
    );
  }
  return config;
}

function differences(a: JsonValue | undefined, b: JsonValue | undefined, path: string): string[] {
  if (isJsonObject(a) && isJsonObject(b)) {
    return fieldsOf(a, b).flatMap((field) => differences(a[field], b[field], path === '' ? field : `${path}.${field}`));
  }
  const field = path.split('.').at(-1) ?? '';
  if (a === b || IRRELEVANT.has(field) || (ZERO_BY_DEFAULT.has(field) && isZero(a) && isZero(b))) return [];
  return [`${path}: ${show(a)} is known, ${show(b)} given`];
}

function fieldsOf(a: JsonObject, b: JsonObject): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((field) => !IRRELEVANT.has(field));
}

function isZero(value: JsonValue | undefined): boolean {
  return value === undefined || value === 0n || (typeof value === 'string' && /^0x0*$/.test(value));
}

function show(value: JsonValue | undefined): string {
  return value === undefined ? 'nothing' : typeof value === 'object' ? 'a structure' : String(value);
}
