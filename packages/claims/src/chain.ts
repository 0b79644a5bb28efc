// The chain that `obelisc validate` judges on: from flags, files, or as the op-node has it.
import {
  type Chain,
  fetchChainConfig,
  fetchL1ChainConfig,
  findChain,
  GivenFileError,
  identifyChain,
  impliedChainConfig,
  type KnownChain,
  type Log,
  MOST_CONFIGURATION,
  MOST_GENESIS,
  type OpNode,
  type RollupConfig,
  parseGenesisChainConfig,
  parseL1ChainConfig,
  parseRollupConfig,
  readGiven,
  rollupDifferences,
  rpcEndpoint,
  whyUnknown,
} from '@obelisc/host';
import { RefusedClaimError } from './errors.js';
import { type ChainOptions, policyOf } from './options.js';

/**
 * The chain's configuration. For a chain that is known by its id, a configuration that differs is refused with a
 * ConfigurationError. Rejects with RefusedClaimError for an unknown name or an unreadable file.
 */
export async function resolveChain(options: ChainOptions, node: OpNode, log: Log): Promise<Chain & { name?: string }> {
  const { network, rollupConfig, l2Genesis, l1ChainConfig, settings } = options;
  const endpoint = (name: 'l1' | 'l2') =>
    rpcEndpoint({ flag: `--${name}`, url: options[name], log, policy: policyOf(settings) });
  if (network !== undefined) {
    const known = knownNetwork(network);
    refuseOtherConfiguration(known, options);
    return known;
  }
  const rollup =
    rollupConfig === undefined
      ? await node.rollupConfig()
      : parseRollupConfig(read(rollupConfig, 'rollup.config', MOST_CONFIGURATION).toString('utf8'), rollupConfig);
  return identifyChain(
    rollup,
    rollupConfig ?? node.name,
    async () =>
      l2Genesis === undefined
        ? (impliedChainConfig(rollup) ?? fetchChainConfig(endpoint('l2'), rollup.l2ChainId))
        : parseGenesisChainConfig(read(l2Genesis, 'l2.genesis', MOST_GENESIS), l2Genesis),
    async () =>
      l1ChainConfig === undefined
        ? fetchL1ChainConfig(endpoint('l1'), rollup.l1ChainId)
        : parseL1ChainConfig(read(l1ChainConfig, 'l1.chainconfig', MOST_GENESIS), l1ChainConfig),
  );
}

function knownNetwork(network: string): KnownChain {
  const known = findChain(network);
  if (known !== undefined) return known;
  throw new RefusedClaimError(
    `--network ${network} ${whyUnknown(network)}: leave it out to take the op-node's configuration`,
  );
}

/** The rollup configuration where flags or files say it: before anything is asked. Throws as `resolveChain` rejects. */
export function givenRollupConfig({ network, rollupConfig }: ChainOptions): RollupConfig | undefined {
  if (network !== undefined) return knownNetwork(network).rollupConfig;
  return rollupConfig === undefined
    ? undefined
    : parseRollupConfig(read(rollupConfig, 'rollup.config', MOST_CONFIGURATION).toString('utf8'), rollupConfig);
}

/** Beside --network, a configuration in a file must be that chain's. */
function refuseOtherConfiguration(known: Chain & { name: string }, { rollupConfig, l2Genesis }: ChainOptions): void {
  if (l2Genesis !== undefined)
    throw new RefusedClaimError(
      '--network and --l2.genesis exclude each other: a known chain is built into the program',
    );
  if (rollupConfig === undefined) return;
  const given = parseRollupConfig(
    read(rollupConfig, 'rollup.config', MOST_CONFIGURATION).toString('utf8'),
    rollupConfig,
  );
  const different = rollupDifferences(known.rollupConfig, given);
  if (different.length === 0) return;
  throw new RefusedClaimError(
    `--network ${known.name} and --rollup.config ${rollupConfig} are not of the same chain (${different.join('; ')}): give one of them`,
  );
}

function read(path: string, flag: string, most: number): Buffer {
  try {
    return readGiven(path, most);
  } catch (error) {
    if (!(error instanceof GivenFileError)) throw error;
    throw new RefusedClaimError(`--${flag} names a file that cannot be read: ${error.message}`);
  }
}
