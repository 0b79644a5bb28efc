/**
 * The rollup configuration in kona's words (`RollupConfig` of kona-genesis 1.6, as its serde writes and reads it): what its client
 * takes from a local key, and what its host takes from a file. Most names are op-node's; the system configuration's are not.
 */
import type { ChainConfig } from './chain-config.js';
import { ConfigurationError } from './go-encoding.js';
import { jsonFault } from './json-fault.js';
import { GRANITE_CHANNEL_TIMEOUT } from './l1-origin.js';
import { isJsonObject, type JsonObject, type JsonValue, parseJson } from './lossless-json.js';
import { ROLLUP_CONFIG_NAMES, type RollupConfig, rollupConfigOf } from './rollup-config.js';

/** What kona takes for a configuration without `chain_op_config`. */
const DEFAULT_BASE_FEE = { eip1559Elasticity: 6n, eip1559Denominator: 50n, eip1559DenominatorCanyon: 250n };
/** kona's order of the forks' times. */
const FORK_TIMES = [
  'regolith',
  'canyon',
  'delta',
  'ecotone',
  'fjord',
  'granite',
  'holocene',
  'pectra_blob_schedule',
  'isthmus',
  'jovian',
  'karst',
  'lagoon',
].map((fork) => `${fork}_time`);
const L1_MEMBERS: readonly string[] = [
  'chainId',
  'homesteadBlock',
  'daoForkBlock',
  'daoForkSupport',
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
  'shanghaiTime',
  'cancunTime',
  'pragueTime',
  'osakaTime',
  'amsterdamTime',
  'bpo1Time',
  'bpo2Time',
  'bpo3Time',
  'bpo4Time',
  'bpo5Time',
  'terminalTotalDifficulty',
  'terminalTotalDifficultyPassed',
  'ethash',
  'clique',
  'depositContractAddress',
  'blobSchedule',
];

/** An object's members in their order; what is undefined is left out. */
type Members = { [name: string]: JsonValue | Members | undefined };

const ADDRESSES = ['batch_inbox_address', 'deposit_contract_address', 'l1_system_config_address'];

/** The text that kona's host hands to its client for this chain. */
export function konaRollupConfig({
  rollupConfig,
  chainConfig,
}: {
  rollupConfig: RollupConfig;
  chainConfig: ChainConfig;
}): string {
  const rollup = objectIn(rollupConfig.json);
  const genesis = objectOf(rollup.genesis);
  const system = objectOf(genesis.system_config);
  const [denominator, elasticity] = numbersIn(system.eip1559Params, [0, 4], [4, 8]);
  const [feeScalar, feeConstant] = numbersIn(system.operatorFeeParams, [20, 24], [24, 32]);
  const parameters = objectOf(rollup.chain_op_config ?? objectIn(chainConfig.json).optimism);
  const blockId = ({ number, hash }: JsonObject): Members => ({ number, hash });
  return encode({
    genesis: {
      l1: blockId(objectOf(genesis.l1)),
      l2: blockId(objectOf(genesis.l2)),
      l2_time: genesis.l2_time,
      system_config: {
        batcherAddr: system.batcherAddr,
        overhead: system.overhead,
        scalar: system.scalar,
        gasLimit: system.gasLimit,
        baseFeeScalar: null,
        blobBaseFeeScalar: null,
        eip1559Denominator: denominator,
        eip1559Elasticity: elasticity,
        operatorFeeScalar: feeScalar,
        operatorFeeConstant: feeConstant,
        minBaseFee: system.minBaseFee ?? null,
        daFootprintGasScalar: system.daFootprintGasScalar ?? null,
      },
    },
    block_time: rollup.block_time,
    max_sequencer_drift: rollup.max_sequencer_drift,
    seq_window_size: rollup.seq_window_size,
    channel_timeout: rollup.channel_timeout,
    granite_channel_timeout: GRANITE_CHANNEL_TIMEOUT,
    l1_chain_id: rollup.l1_chain_id,
    l2_chain_id: rollup.l2_chain_id,
    ...Object.fromEntries(FORK_TIMES.map((time) => [time, rollup[time]])),
    ...Object.fromEntries(ADDRESSES.map((address) => [address, rollup[address]])),
    alt_da: null,
    chain_op_config: {
      eip1559Elasticity: parameters.eip1559Elasticity,
      eip1559Denominator: parameters.eip1559Denominator,
      eip1559DenominatorCanyon: parameters.eip1559DenominatorCanyon ?? parameters.eip1559Denominator,
    },
  });
}

/** The text that kona's host hands to its client for L1: go-ethereum's names in the order of alloy-genesis. */
export function konaL1Config({ json }: Pick<ChainConfig, 'json'>): string {
  const config = objectIn(json);
  const members: Members = {};
  for (const name of L1_MEMBERS) members[name] = config[name];
  members.daoForkSupport ??= false;
  members.terminalTotalDifficultyPassed ??= false;
  // Go has the zero address where there is none.
  if (String(config.depositContractAddress).replaceAll('0', '') === 'x') members.depositContractAddress = undefined;
  const schedule = Object.entries(objectOf(config.blobSchedule ?? {})).toSorted(([a], [b]) => (a < b ? -1 : 1));
  members.blobSchedule = Object.fromEntries(
    schedule.map(([fork, parameters]) => {
      const { baseFeeUpdateFraction, max, target } = objectOf(parameters);
      return [fork, { baseFeeUpdateFraction, max, target }];
    }),
  );
  return encode(members);
}

/**
 * Reads a file for kona-host's `--rollup-config-path`: op-node's rollup.json, or what kona writes. As kona does, it passes over
 * fields that it does not know, but for times: they are forks'. `source` names it in errors. Throws ConfigurationError.
 */
export function parseKonaRollupConfig(text: string, source: string): RollupConfig {
  let value: JsonValue;
  try {
    value = parseJson(text);
  } catch (error) {
    throw new ConfigurationError(source, jsonFault(text, error));
  }
  if (!isJsonObject(value)) throw new ConfigurationError(source, 'is not a JSON object');
  const { granite_channel_timeout: timeout = GRANITE_CHANNEL_TIMEOUT, da_challenge_address: challenge } = value;
  if (timeout !== GRANITE_CHANNEL_TIMEOUT) {
    throw new ConfigurationError(
      `${source}.granite_channel_timeout`,
      `is ${String(timeout)}, which is not covered: it is ${GRANITE_CHANNEL_TIMEOUT} on every chain of the OP Stack`,
    );
  }
  if (typeof challenge === 'string' && !/^0x0*$/.test(challenge)) {
    throw new ConfigurationError(
      `${source}.da_challenge_address`,
      'is set: a chain whose data is not on L1 is not covered',
    );
  }
  const known = Object.entries(value).filter(([name]) => ROLLUP_CONFIG_NAMES.includes(name) || name.endsWith('_time'));
  const config: JsonObject = Object.fromEntries(known);
  config.chain_op_config = baseFeeOf(value.chain_op_config ?? undefined, `${source}.chain_op_config`);
  if (isJsonObject(value.genesis)) config.genesis = genesisOf(value.genesis, `${source}.genesis`);
  return rollupConfigOf(config, source);
}

function genesisOf(genesis: JsonObject, source: string): JsonObject {
  const { system_config: system } = genesis;
  if (!isJsonObject(system)) throw new ConfigurationError(`${source}.system_config`, 'is missing');
  const {
    batcherAddress,
    baseFeeScalar: _fee,
    blobBaseFeeScalar: _blobFee,
    eip1559Denominator: denominator,
    eip1559Elasticity: elasticity,
    operatorFeeScalar: feeScalar,
    operatorFeeConstant: feeConstant,
    ...rest
  } = withoutNulls(system);
  const path = `${source}.system_config`;
  const config: JsonObject = { ...rest };
  for (const name of ['overhead', 'scalar']) {
    const value = rest[name];
    // A number of 256 bits, which kona also takes with fewer digits than op-node writes.
    if (typeof value === 'string' && /^0x[0-9a-fA-F]{1,64}$/.test(value))
      config[name] = `0x${value.slice(2).padStart(64, '0')}`;
  }
  if (batcherAddress !== undefined) config.batcherAddr = batcherAddress;
  if (denominator !== undefined || elasticity !== undefined) {
    config.eip1559Params ??= `0x${digits(denominator, 4, `${path}.eip1559Denominator`)}${digits(elasticity, 4, `${path}.eip1559Elasticity`)}`;
  }
  if (feeScalar !== undefined || feeConstant !== undefined) {
    const scalar = digits(feeScalar, 4, `${path}.operatorFeeScalar`);
    config.operatorFeeParams ??= `0x${'00'.repeat(20)}${scalar}${digits(feeConstant, 8, `${path}.operatorFeeConstant`)}`;
  }
  return { ...genesis, system_config: config };
}

/** kona takes Rust's names of these too. */
function baseFeeOf(value: JsonValue | undefined, source: string): JsonObject {
  if (value === undefined) return DEFAULT_BASE_FEE;
  if (!isJsonObject(value)) throw new ConfigurationError(source, 'is not a JSON object');
  const config: JsonObject = {};
  for (const name of Object.keys(DEFAULT_BASE_FEE)) {
    const parameter = value[name] ?? value[name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)];
    if (parameter === undefined) throw new ConfigurationError(`${source}.${name}`, 'is missing');
    config[name] = parameter;
  }
  return config;
}

function digits(value: JsonValue | undefined, bytes: number, path: string): string {
  const number = value ?? 0n;
  if (typeof number !== 'bigint' || number < 0n || number >= 1n << BigInt(8 * bytes))
    throw new ConfigurationError(path, `is not a whole number of ${8 * bytes} bits`);
  return number.toString(16).padStart(2 * bytes, '0');
}

/** Whole numbers, big endian, in these places of a 0x-hex text; null for each where there is no text. */
function numbersIn(value: JsonValue | undefined, ...places: [from: number, to: number][]): (bigint | null)[] {
  if (typeof value !== 'string') return places.map(() => null);
  return places.map(([from, to]) => BigInt(`0x${value.slice(2 + 2 * from, 2 + 2 * to)}`));
}

function withoutNulls(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
}

function objectIn(json: string): JsonObject {
  return objectOf(parseJson(json));
}

function objectOf(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new TypeError('a configuration is an object');
  return value;
}

/** JSON without spaces, as serde_json writes it. */
function encode(members: Members): string {
  const text = (value: Members | JsonValue): string => {
    if (typeof value === 'bigint') return value.toString();
    return typeof value === 'object' && value !== null ? encode(value as Members) : JSON.stringify(value);
  };
  const parts = Object.entries(members).flatMap(([name, member]) =>
    member === undefined ? [] : [`${JSON.stringify(name)}:${text(member)}`],
  );
  return `{${parts.join(',')}}`;
}
