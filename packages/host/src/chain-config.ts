/**
 * The L2 chain's execution parameters: the `config` object of genesis-l2.json.
 * Field names and order are those of op-geth's `params.ChainConfig`; later versions' fields stand where those versions put them.
 */
import { ConfigurationError, decodeStruct, encodeStruct, type Field } from './go-encoding.js';
import { isJsonObject, type JsonValue, parseJson } from './lossless-json.js';
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
const ETHEREUM_TIMES = ['shanghaiTime', 'cancunTime', 'pragueTime', 'osakaTime', 'verkleTime'];
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
  { name: 'optimism', kind: 'struct', fields: OPTIMISM_PARAMETERS },
];

/** The forks that an OP Stack chain of today has had since its genesis. */
export const BLOCKS_AT_GENESIS: readonly string[] = ['homesteadBlock', ...BLOCKS, 'bedrockBlock'];

/** Execution parameters of an L2 chain. `json` is Go's encoding of them. */
export type ChainConfig = { json: string; chainId: bigint };

/** Takes the chain configuration out of a genesis file. `source` names it in errors. Throws ConfigurationError. */
export function parseGenesisChainConfig(text: string, source: string): ChainConfig {
  let genesis: JsonValue;
  try {
    genesis = parseJson(text);
  } catch (error) {
    throw new ConfigurationError(source, `is not JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
  if (!isJsonObject(genesis) || genesis.config === undefined) {
    throw new ConfigurationError(
      source,
      'has no field "config"; --l2.genesis takes the genesis file that op-geth was initialised with',
    );
  }
  return chainConfigOf(genesis.config, `${source}.config`);
}

/** The same for the configuration alone. Fields that op-geth does not know are passed over, as it does. */
export function chainConfigOf(value: JsonValue, source: string): ChainConfig {
  const config = decodeStruct(value, CHAIN_CONFIG, source, false);
  if (typeof config.chainId !== 'bigint' || config.chainId === 0n)
    throw new ConfigurationError(`${source}.chainId`, 'is missing or zero');
  if (config.optimism === undefined) {
    throw new ConfigurationError(
      `${source}.optimism`,
      'is missing: this is the configuration of a chain that is no OP Stack chain',
    );
  }
  return { json: encodeStruct(config, CHAIN_CONFIG), chainId: config.chainId };
}

function block(name: string): Field {
  return { name, kind: 'bigint' };
}

function time(name: string): Field {
  return { name, kind: 'optional uint64' };
}
