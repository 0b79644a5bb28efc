/**
 * A chain's execution parameters: the `config` object of a genesis file. L1's and L2's have one form.
 * Field names and order are those of op-geth's `params.ChainConfig`; later versions' fields stand where those versions put them.
 */
import { ConfigurationError, decodeStruct, encodeStruct, type Field, type GoStruct } from './go-encoding.js';
import { topLevelMembers } from './json-members.js';
import { MOST_CONFIGURATION } from './given-file.js';
import { ExcessError } from './json-excess.js';
import { jsonFault } from './json-fault.js';
import { type JsonValue, parseJson } from './lossless-json.js';
import { OPTIMISM_PARAMETERS } from './rollup-config.js';

const BLOCKS_BEFORE_DAO = ['homesteadBlock', 'daoForkBlock'];
const BLOCKS = [
  'eip150Block',
  'eip155Block',
  'eip158Block',
  'byzantiumBlock',
  'constantinopleBlock',
  'petersburgBlock',
  'istanbulBlock',
  'muirGlacierBlock',
  'berlinBlock',
  'londonBlock',
  'arrowGlacierBlock',
  'grayGlacierBlock',
  'mergeNetsplitBlock',
];
const ETHEREUM_TIMES = [
  'shanghaiTime',
  'cancunTime',
  'pragueTime',
  'osakaTime',
  'bpo1Time',
  'bpo2Time',
  'bpo3Time',
  'bpo4Time',
  'bpo5Time',
  'amsterdamTime',
  'verkleTime',
];
const OPTIMISM_TIMES = [
  'regolithTime',
  'canyonTime',
  'ecotoneTime',
  'fjordTime',
  'graniteTime',
  'holoceneTime',
  'isthmusTime',
  'jovianTime',
  'karstTime',
  'interopTime',
  'lagoonTime',
];

/** L1's forks with blob parameters of their own, in the order in which Go writes them. */
const BLOB_FORKS = ['cancun', 'prague', 'osaka', 'verkle', 'bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5', 'amsterdam'];
const BLOB_PARAMETERS: readonly Field[] = [
  { name: 'target', kind: 'uint64' },
  { name: 'max', kind: 'uint64' },
  { name: 'baseFeeUpdateFraction', kind: 'uint64' },
];

const CHAIN_CONFIG: readonly Field[] = [
  { name: 'chainId', kind: 'bigint' },
  ...BLOCKS_BEFORE_DAO.map(block),
  { name: 'daoForkSupport', kind: 'bool' },
  ...BLOCKS.map(block),
  ...ETHEREUM_TIMES.map(time),
  block('bedrockBlock'),
  ...OPTIMISM_TIMES.map(time),
  block('terminalTotalDifficulty'),
  { name: 'terminalTotalDifficultyPassed', kind: 'bool' },
  { name: 'depositContractAddress', kind: 'hex', bytes: 20 },
  { name: 'enableVerkleAtGenesis', kind: 'bool' },
  { name: 'ethash', kind: 'struct', fields: [] },
  {
    name: 'clique',
    kind: 'struct',
    fields: [
      { name: 'period', kind: 'uint64' },
      { name: 'epoch', kind: 'uint64' },
    ],
  },
  {
    name: 'blobSchedule',
    kind: 'struct',
    fields: BLOB_FORKS.map((name) => ({ name, kind: 'struct', fields: BLOB_PARAMETERS })),
  },
  { name: 'optimism', kind: 'struct', fields: OPTIMISM_PARAMETERS },
];

/** The forks that an OP Stack chain of today has had since its genesis. */
export const BLOCKS_AT_GENESIS: readonly string[] = ['homesteadBlock', ...BLOCKS, 'bedrockBlock'];

/** Execution parameters of a chain. `json` is Go's encoding of them. */
export type ChainConfig = { json: string; chainId: bigint };

/** Takes an L2 chain's configuration out of a genesis file. `source` names it in errors. Throws ConfigurationError. */
export function parseGenesisChainConfig(document: string | Uint8Array, source: string): ChainConfig {
  const members = parse(source, document, () =>
    topLevelMembers(bytesOf(document), ['config', 'l2_chain_id', 'chainId']),
  );
  const config = members?.get('config');
  if (config === undefined) {
    if (document.length <= MOST_CONFIGURATION) parse(source, document, () => parseJson(textOf(document)));
    const wanted = '--l2.genesis takes the genesis file that op-geth was initialised with';
    if (members?.has('l2_chain_id') === true)
      throw new ConfigurationError(source, `is a rollup configuration; ${wanted}: are the files swapped?`);
    if (members?.has('chainId') === true)
      throw new ConfigurationError(source, `is a chain's configuration alone; ${wanted}, which has it as "config"`);
    throw new ConfigurationError(source, `has no field "config"; ${wanted}`);
  }
  return chainConfigOf(
    parse(source, document, () => parseJson(config)),
    `${source}.config`,
  );
}

/** The same for the configuration alone. Fields that op-geth does not know are passed over, as it does. */
export function chainConfigOf(value: JsonValue, source: string): ChainConfig {
  const { config, chainId } = decode(value, source);
  if (config.optimism === undefined) {
    throw new ConfigurationError(
      `${source}.optimism`,
      'is missing: this is the configuration of a chain that is no OP Stack chain',
    );
  }
  return { json: encodeStruct(config, CHAIN_CONFIG), chainId };
}

/**
 * Reads an L1 chain's configuration: a file of it alone, or a genesis file that has it as `config`. Throws ConfigurationError,
 * also where it has no blob schedule: without one nobody knows what a blob costs.
 */
export function parseL1ChainConfig(document: string | Uint8Array, source: string): ChainConfig {
  const members = parse(source, document, () =>
    topLevelMembers(bytesOf(document), ['config', 'chainId', 'l2_chain_id']),
  );
  if (members?.has('l2_chain_id') === true)
    throw new ConfigurationError(
      source,
      'is a rollup configuration; --l1.chainconfig takes the genesis file of the L1, or its "config" alone: are the files swapped?',
    );
  const config = members?.has('chainId') === true ? undefined : members?.get('config');
  const value = parse(source, document, () => parseJson(config ?? textOf(document)));
  return l1ChainConfigOf(value, config === undefined ? source : `${source}.config`);
}

/** The same for the configuration alone. */
export function l1ChainConfigOf(value: JsonValue | undefined, source: string): ChainConfig {
  const { config, chainId } = decode(value, source);
  if (config.optimism !== undefined)
    throw new ConfigurationError(source, "is the configuration of an OP Stack chain, an L2; this is to be its L1's");
  const schedule = config.blobSchedule;
  if (typeof schedule !== 'object' || Object.keys(schedule).length === 0) {
    throw new ConfigurationError(
      `${source}.blobSchedule`,
      'is missing: it says for each fork of L1 what a blob costs; give the genesis file that the L1 client was started with',
    );
  }
  for (const [fork, parameters] of Object.entries(schedule)) {
    if (typeof parameters !== 'object' || parameters.baseFeeUpdateFraction === 0n)
      throw new ConfigurationError(`${source}.blobSchedule.${fork}.baseFeeUpdateFraction`, 'is missing or zero');
  }
  return { json: encodeStruct(config, CHAIN_CONFIG), chainId };
}

function parse<T>(source: string, document: string | Uint8Array, task: () => T): T {
  try {
    return task();
  } catch (error) {
    // A larger one is not gone through again for the place.
    const isSmall = document.length <= MOST_CONFIGURATION;
    if (!isSmall && error instanceof ExcessError) throw new ConfigurationError(source, `has ${error.excess}`);
    if (!isSmall && error instanceof SyntaxError) throw new ConfigurationError(source, `is not JSON: ${error.message}`);
    throw new ConfigurationError(source, jsonFault(textOf(document), error));
  }
}

function bytesOf(document: string | Uint8Array): Uint8Array {
  return typeof document === 'string' ? Buffer.from(document) : document;
}

function textOf(document: string | Uint8Array): string {
  return typeof document === 'string' ? document : Buffer.from(document).toString('utf8');
}

function decode(value: JsonValue | undefined, source: string): { config: GoStruct; chainId: bigint } {
  const config = decodeStruct(value, CHAIN_CONFIG, source, false);
  if (typeof config.chainId !== 'bigint' || config.chainId === 0n)
    throw new ConfigurationError(`${source}.chainId`, 'is missing or zero');
  return { config, chainId: config.chainId };
}

function block(name: string): Field {
  return { name, kind: 'bigint' };
}

function time(name: string): Field {
  return { name, kind: 'optional uint64' };
}
