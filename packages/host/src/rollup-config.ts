/**
 * The rollup configuration (rollup.json, optimism_rollupConfig): the parameters that derivation works with.
 * Field names and order are those of op-node's `rollup.Config`; later versions' fields stand where those versions put them.
 */
import { ConfigurationError, decodeStruct, encodeStruct, type Field, type GoStruct } from './go-encoding.js';
import { jsonFault } from './json-fault.js';
import { isJsonObject, type JsonValue, parseJson } from './lossless-json.js';

const BLOCK_ID: readonly Field[] = [
  { name: 'hash', kind: 'hex', bytes: 32 },
  { name: 'number', kind: 'uint64' },
];

// The fields after eip1559Params came with Isthmus and Jovian. A version that knows them writes them always, an older one
// never: they are written where the configuration names them, so that a configuration of either time keeps its bytes.
const SYSTEM_CONFIG: readonly Field[] = [
  { name: 'batcherAddr', kind: 'hex', bytes: 20 },
  { name: 'overhead', kind: 'hex', bytes: 32 },
  { name: 'scalar', kind: 'hex', bytes: 32 },
  { name: 'gasLimit', kind: 'uint64' },
  { name: 'eip1559Params', kind: 'hex', bytes: 8 },
  { name: 'operatorFeeParams', kind: 'hex', bytes: 32, omitAbsent: true },
  { name: 'minBaseFee', kind: 'uint64', omitAbsent: true },
  { name: 'daFootprintGasScalar', kind: 'uint64', omitAbsent: true },
];

const GENESIS: readonly Field[] = [
  { name: 'l1', kind: 'struct', fields: BLOCK_ID, always: true },
  { name: 'l2', kind: 'struct', fields: BLOCK_ID, always: true },
  { name: 'l2_time', kind: 'uint64' },
  { name: 'system_config', kind: 'struct', fields: SYSTEM_CONFIG, always: true },
];

export const OPTIMISM_PARAMETERS: readonly Field[] = [
  { name: 'eip1559Elasticity', kind: 'uint64' },
  { name: 'eip1559Denominator', kind: 'uint64' },
  { name: 'eip1559DenominatorCanyon', kind: 'optional uint64' },
];

const ALT_DA: readonly Field[] = [
  { name: 'da_challenge_contract_address', kind: 'hex', bytes: 20 },
  { name: 'da_commitment_type', kind: 'text' },
  { name: 'da_challenge_window', kind: 'uint64' },
  { name: 'da_resolve_window', kind: 'uint64' },
];

/** The forks that rollup.json schedules, in their order. */
export const ROLLUP_FORKS = [
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

/** The names under which a configuration may schedule Lagoon, the fork after those. */
export const LAGOON_TIMES = ['interop_time', 'lagoon_time'] as const;

const ROLLUP_CONFIG: readonly Field[] = [
  { name: 'genesis', kind: 'struct', fields: GENESIS, always: true },
  { name: 'block_time', kind: 'uint64' },
  { name: 'max_sequencer_drift', kind: 'uint64', omitZero: true },
  { name: 'seq_window_size', kind: 'uint64' },
  { name: 'channel_timeout', kind: 'uint64' },
  { name: 'l1_chain_id', kind: 'bigint' },
  { name: 'l2_chain_id', kind: 'bigint' },
  ...ROLLUP_FORKS.map((fork): Field => ({ name: `${fork}_time`, kind: 'optional uint64' })),
  ...LAGOON_TIMES.map((name): Field => ({ name, kind: 'optional uint64' })),
  { name: 'batch_inbox_address', kind: 'hex', bytes: 20 },
  { name: 'deposit_contract_address', kind: 'hex', bytes: 20 },
  { name: 'l1_system_config_address', kind: 'hex', bytes: 20 },
  // Gone since 2026, always written before: like the settings above, it is written where the configuration names it.
  { name: 'protocol_versions_address', kind: 'hex', bytes: 20, omitAbsent: true },
  { name: 'chain_op_config', kind: 'struct', fields: OPTIMISM_PARAMETERS },
  { name: 'alt_da', kind: 'struct', fields: ALT_DA },
  { name: 'pectra_blob_schedule_time', kind: 'optional uint64' },
  { name: 'keep_karst_upgrade_gas', kind: 'bool' },
];

/** The names of the fields above. */
export const ROLLUP_CONFIG_NAMES: readonly string[] = ROLLUP_CONFIG.map(({ name }) => name);

/** A rollup configuration, checked. `json` is Go's encoding of it. */
export type RollupConfig = {
  json: string;
  l1ChainId: bigint;
  l2ChainId: bigint;
  blockTime: bigint;
  seqWindowSize: bigint;
  /** When Lagoon (interop), which is not covered, comes into force. */
  lagoonTime: bigint | undefined;
  /** Whether the chain's data is outside L1 (alt_da), which is not covered. */
  usesAltDa: boolean;
  genesis: { l1: { hash: string; number: bigint }; l2: { hash: string; number: bigint }; l2Time: bigint };
};

/** Reads rollup.json. `source` names it in errors. Throws ConfigurationError for what op-node would refuse. */
export function parseRollupConfig(text: string, source: string): RollupConfig {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ConfigurationError(source, jsonFault(text, error));
  }
  return rollupConfigOf(value, source);
}

/** The same for a configuration that is JSON already: an op-node's answer to optimism_rollupConfig. */
export function rollupConfigOf(value: JsonValue, source: string): RollupConfig {
  refuseGenesis(value, source);
  const config = decodeStruct(value, ROLLUP_CONFIG, source, true);
  const read = reader(config, source);
  const result: RollupConfig = {
    json: encodeStruct(config, ROLLUP_CONFIG),
    l1ChainId: read.positive('l1_chain_id'),
    l2ChainId: read.positive('l2_chain_id'),
    blockTime: read.positive('block_time'),
    seqWindowSize: read.positive('seq_window_size'),
    lagoonTime: lagoonTime(config),
    usesAltDa: config.alt_da !== undefined,
    genesis: {
      l1: { hash: read.hash('genesis', 'l1', 'hash'), number: read.number('genesis', 'l1', 'number') },
      l2: { hash: read.hash('genesis', 'l2', 'hash'), number: read.number('genesis', 'l2', 'number') },
      l2Time: read.positive('genesis', 'l2_time'),
    },
  };
  read.positive('channel_timeout');
  read.positive('max_sequencer_drift');
  read.positive('genesis', 'system_config', 'gasLimit');
  read.hash('genesis', 'system_config', 'batcherAddr');
  read.hash('genesis', 'system_config', 'scalar');
  read.hash('batch_inbox_address');
  read.hash('deposit_contract_address');
  if (result.seqWindowSize < 2n) throw new ConfigurationError(`${source}.seq_window_size`, 'is below 2');
  if (result.l1ChainId === result.l2ChainId)
    throw new ConfigurationError(source, 'has the same chain id for L1 and L2');
  if (result.genesis.l1.hash === result.genesis.l2.hash)
    throw new ConfigurationError(source, 'has the same genesis hash for L1 and L2');
  checkForkOrder(config, source);
  return result;
}

/** A genesis file in a rollup configuration's place: most likely the two were swapped. */
function refuseGenesis(value: JsonValue, source: string): void {
  if (!isJsonObject(value) || value.genesis !== undefined) return;
  const kind =
    value.alloc !== undefined || isJsonObject(value.config)
      ? 'a genesis file'
      : value.chainId === undefined
        ? undefined
        : 'the configuration of an execution chain';
  if (kind === undefined) return;
  throw new ConfigurationError(
    source,
    `is ${kind}, not a rollup configuration (rollup.json, with "genesis" and "l2_chain_id"): are the files swapped?`,
  );
}

/** Lagoon was called interop before it had a name: where a configuration has both, the earlier counts. */
function lagoonTime(config: GoStruct): bigint | undefined {
  const times = LAGOON_TIMES.map((name) => config[name]).filter((time) => typeof time === 'bigint');
  return times.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
}

function checkForkOrder(config: GoStruct, source: string): void {
  for (const [at, fork] of ROLLUP_FORKS.entries()) {
    const time = config[`${fork}_time`];
    const before = ROLLUP_FORKS[at - 1];
    if (before === undefined || time === undefined) continue;
    const earlier = config[`${before}_time`];
    if (earlier === undefined) throw new ConfigurationError(source, `sets ${fork}_time but not ${before}_time`);
    if (earlier > time)
      throw new ConfigurationError(
        source,
        `sets ${fork}_time (${String(time)}) before ${before}_time (${String(earlier)})`,
      );
  }
  const last = ROLLUP_FORKS.at(-1) ?? '';
  for (const name of LAGOON_TIMES) {
    const [time, before] = [config[name], config[`${last}_time`]];
    if (time === undefined) continue;
    if (before === undefined) throw new ConfigurationError(source, `sets ${name} but not ${last}_time`);
    if (before > time)
      throw new ConfigurationError(source, `sets ${name} (${String(time)}) before ${last}_time (${String(before)})`);
  }
}

function reader(config: GoStruct, source: string) {
  const at = (path: string[]) => {
    let value: GoStruct[string] | undefined = config;
    for (const name of path) value = typeof value === 'object' ? value[name] : undefined;
    return value;
  };
  const fail = (path: string[], fault: string) => new ConfigurationError([source, ...path].join('.'), fault);
  return {
    number(...path: string[]): bigint {
      const value = at(path);
      if (typeof value !== 'bigint') throw fail(path, 'is missing');
      return value;
    },
    positive(...path: string[]): bigint {
      const value = at(path);
      if (typeof value !== 'bigint' || value === 0n) throw fail(path, 'is missing or zero');
      return value;
    },
    /** A hash or an address, which must not be all zero. */
    hash(...path: string[]): string {
      const value = at(path);
      if (typeof value !== 'string' || /^0x0*$/.test(value)) throw fail(path, 'is missing or zero');
      return value;
    },
  };
}
