/** Which chain a configuration is of: known chains must be configured as known, others are recognised by a hash. */
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Chain } from './boot.js';
import { BLOCKS_AT_GENESIS, type ChainConfig, chainConfigOf, l1ChainConfigOf } from './chain-config.js';
import { findChain, type KnownChain } from './chain-registry.js';
import { customChain } from './custom-chain.js';
import { EmptyAnswerError, EndpointError, UnsupportedMethodError } from './endpoint-errors.js';
import { ETHEREUM_FORKS } from './ethereum-forks.js';
import { ConfigurationError } from './go-encoding.js';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from './lossless-json.js';
import { knownL1ChainConfig } from './l1-registry.js';
import { loneFailures } from './lone-failures.js';
import { LAGOON_TIMES, ROLLUP_FORKS, type RollupConfig } from './rollup-config.js';
import type { RpcEndpoint } from './rpc-endpoint.js';
import { isObject, isTooDeep } from './rpc-json.js';

/** Fields that say nothing about derivation, or that an op-node adds to what the registry has. */
const IRRELEVANT = new Set(['protocol_versions_address', 'chain_op_config']);
/** What an op-node from before the field does not say; the program takes a known chain's from its own copy. */
const ABSENT_IN_OLDER = new Set(['keep_karst_upgrade_gas']);
/** A fork that is scheduled but not covered concerns no block before it; each claim is held against it (answerable.ts). */
const CHECKED_BY_CLAIM = new Set<string>(LAGOON_TIMES);
/** System configuration as of genesis that older registries leave out: zero unless given. */
const ZERO_BY_DEFAULT = new Set(['eip1559Params', 'operatorFeeParams', 'minBaseFee', 'daFootprintGasScalar']);

/** Where two rollup configurations differ in what derivation reads: one line a field. */
export function rollupDifferences(a: RollupConfig, b: RollupConfig): string[] {
  return differences(parseJson(a.json), parseJson(b.json), '');
}

/**
 * The chain of a rollup configuration from a source that is not known to be right, such as an op-node. A known chain comes
 * from the registry, and a configuration that differs is a ConfigurationError; for any other, `chainConfig` says how it
 * executes and, where its L1 is not known either, `l1ChainConfig` what blobs cost there.
 */
export async function identifyChain(
  rollupConfig: RollupConfig,
  source: string,
  chainConfig: () => Promise<ChainConfig>,
  l1ChainConfig: () => Promise<ChainConfig | undefined>,
): Promise<Chain & { name?: string }> {
  const known = knownChainOf(rollupConfig, source);
  if (known !== undefined) return known;
  return customChain({
    rollupConfig,
    chainConfig: await chainConfig(),
    l1ChainConfig: knownL1ChainConfig(rollupConfig.l1ChainId) ?? (await l1ChainConfig()),
    names: {
      rollupConfig: source,
      chainConfig: 'the L2 chain configuration',
      l1ChainConfig: 'the L1 chain configuration',
    },
  });
}

/**
 * The known chain that a rollup configuration is of, or undefined where its id is not known. Throws ConfigurationError where the
 * configuration differs from what is known.
 */
export function knownChainOf(rollupConfig: RollupConfig, source: string): KnownChain | undefined {
  const known = findChain(String(rollupConfig.l2ChainId));
  if (known === undefined) return undefined;
  const different = rollupDifferences(known.rollupConfig, rollupConfig);
  if (different.length === 0) {
    // The registry may not know yet what the op-node does.
    const { lagoonTime } = rollupConfig;
    return lagoonTime === undefined ? known : { ...known, rollupConfig: { ...known.rollupConfig, lagoonTime } };
  }
  throw new ConfigurationError(
    source,
    `says it is ${known.name} (chain ${known.l2ChainId}), but differs from what is known of that chain: ${different.join('; ')}`,
  );
}

/**
 * Hash of what a custom chain's program is told: its configurations, as pre-images of local keys 6, 7 and, where L1 is not a
 * known one, 9. 32 bytes.
 */
export function configurationHash({
  chainConfig,
  rollupConfig,
  l1ChainConfig,
}: Pick<Chain, 'chainConfig' | 'rollupConfig' | 'l1ChainConfig'>): Uint8Array {
  const told: { json: string }[] = [chainConfig, rollupConfig];
  if (l1ChainConfig !== undefined && knownL1ChainConfig(rollupConfig.l1ChainId) === undefined) told.push(l1ChainConfig);
  return keccak_256(Buffer.concat(told.map(({ json }) => keccak_256(Buffer.from(json, 'utf8')))));
}

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
  for (const [time, from] of ETHEREUM_FORKS) if (rollup[from] !== undefined) config[time] = rollup[from];
  for (const fork of ROLLUP_FORKS) {
    const time = rollup[`${fork}_time`];
    if (fork !== 'delta' && time !== undefined) config[`${fork}Time`] = time;
  }
  for (const name of LAGOON_TIMES) if (rollup[name] !== undefined) config[name.replace('_time', 'Time')] = rollup[name];
  return chainConfigOf(config, 'the rollup configuration');
}

/** The execution parameters of an L2 chain, as its endpoint has them (debug_chainConfig). Rejects with EndpointError and ConfigurationError. */
export async function fetchChainConfig(endpoint: RpcEndpoint, l2ChainId: bigint): Promise<ChainConfig> {
  const answer = await askChainConfig(endpoint, chainConfigOf, l2ChainId);
  if (answer instanceof EndpointError) {
    throw new EndpointError(
      endpoint.name,
      'debug_chainConfig',
      'the endpoint does not say how its chain executes; give --l2.genesis',
      { kind: 'unsupported', cause: answer },
    );
  }
  return answer;
}

/** The same of an L1 chain, or undefined where the endpoint does not say or has no blob schedule, as before Prague. */
export async function fetchL1ChainConfig(endpoint: RpcEndpoint, l1ChainId: bigint): Promise<ChainConfig | undefined> {
  const answer = await askChainConfig(
    endpoint,
    (value, source) =>
      isJsonObject(value) && value.blobSchedule === undefined ? undefined : l1ChainConfigOf(value, source),
    l1ChainId,
  );
  return answer instanceof EndpointError ? undefined : answer;
}

/** What the endpoint answers to debug_chainConfig, or the error that it does not say. */
async function askChainConfig<T extends ChainConfig | undefined>(
  endpoint: RpcEndpoint,
  read: (value: JsonValue, source: string) => T,
  chainId: bigint,
): Promise<T | EndpointError> {
  const source = `chain configuration of ${endpoint.name}`;
  const method = 'debug_chainConfig';
  const failsAlone = loneFailures(() => endpoint.attempt('eth_chainId', []));
  const accept = (result: unknown): JsonObject => {
    if (!isObject(result)) throw new EmptyAnswerError(endpoint.name, method, 'the answer is no object');
    return result as JsonObject;
  };
  let answer: JsonValue;
  try {
    answer = await endpoint.retry(() =>
      endpoint.attempt(method, [], accept).catch(async (error: unknown) => {
        if (!(await failsAlone(error)) || !(error instanceof EndpointError)) throw error;
        throw new UnsupportedMethodError(endpoint.name, method, error.fault, { cause: error });
      }),
    );
  } catch (error) {
    if (error instanceof EndpointError && (error.kind === 'unsupported' || error.kind === 'absent')) return error;
    throw error;
  }
  if (isTooDeep(answer)) throw new ConfigurationError(source, 'has more than 64 levels');
  const config = read(parseJson(JSON.stringify(answer)), source);
  if (config !== undefined && config.chainId !== chainId)
    throw new ConfigurationError(source, `is of chain ${config.chainId}, not ${chainId}`);
  return config;
}

function differences(a: JsonValue | undefined, b: JsonValue | undefined, path: string): string[] {
  if (isJsonObject(a) && isJsonObject(b)) {
    return fieldsOf(a, b).flatMap((field) => differences(a[field], b[field], path === '' ? field : `${path}.${field}`));
  }
  const field = path.split('.').at(-1) ?? '';
  if (b === undefined && ABSENT_IN_OLDER.has(path)) return [];
  if (
    a === b ||
    IRRELEVANT.has(field) ||
    CHECKED_BY_CLAIM.has(path) ||
    (ZERO_BY_DEFAULT.has(field) && isZero(a) && isZero(b))
  )
    return [];
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
