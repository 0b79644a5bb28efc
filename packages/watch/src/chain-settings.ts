// What is watched and with what: one chain by flags, or several by a configuration file.
import type { NetworkSettings } from '@obelisc/claims';
import {
  configurationExcess,
  findChain,
  GivenFileError,
  jsonFault,
  MOST_CONFIGURATION,
  readGiven,
} from '@obelisc/host';
import { WatchError } from './errors.js';

/** A chain and the endpoints that this process reaches it by. */
export interface WatchedChain {
  /** Its name in the database: letters, digits, dashes. */
  readonly name: string;
  readonly l1: string;
  readonly beacon: readonly string[];
  readonly l2: string;
  readonly opNode: string;
  readonly network?: string | undefined;
  readonly rollupConfig?: string | undefined;
  readonly l2Genesis?: string | undefined;
  readonly l1ChainConfig?: string | undefined;
  readonly l1Check?: string | undefined;
  /** The dispute game factory on L1, 0x-hex. */
  readonly factory: string;
  /** Folder of the pre-images; absent: a temporary one for each claim. */
  readonly datadir?: string | undefined;
  readonly settings?: NetworkSettings;
}

/** A chain as a configuration file has it: the names of the flags. */
const MEMBERS = {
  name: 'string',
  l1: 'string',
  'l1.beacon': 'string',
  l2: 'string',
  'op-node': 'string',
  network: 'string',
  'rollup.config': 'string',
  'l2.genesis': 'string',
  'l1.chainconfig': 'string',
  'l1.check': 'string',
  // Of no effect: L1's data are checked either way.
  'l1.trustrpc': 'boolean',
  'game-factory': 'string',
  datadir: 'string',
} as const;
type Member = keyof typeof MEMBERS;
const REQUIRED: readonly Member[] = ['l1', 'l1.beacon', 'l2', 'op-node'];

/** What flags or a file say of one chain. */
export type ChainFlags = Partial<Record<Exclude<Member, 'l1.trustrpc'>, string>> & { 'l1.trustrpc'?: boolean };

/** The chain of these flags. `where`: the file and place that they stand in, for messages. Throws WatchError. */
export function watchedChain(flags: ChainFlags, where = '', settings?: NetworkSettings): WatchedChain {
  const missing = REQUIRED.filter((member) => flags[member] === undefined);
  if (missing.length > 0) throw new WatchError(`${where}${missing.map((member) => `--${member}`).join(', ')} missing`);
  const known = flags.network === undefined ? undefined : findChain(flags.network);
  if (flags.network !== undefined && known === undefined)
    throw new WatchError(`${where}--network ${flags.network} is not known: leave it out and give --game-factory`);
  const factory = flags['game-factory'] ?? known?.contracts.disputeGameFactory;
  if (factory === undefined)
    throw new WatchError(
      `${where}--game-factory is missing: the address of the dispute game factory on L1 (for a known chain --network is enough)`,
    );
  if (!/^0x[0-9a-fA-F]{40}$/.test(factory))
    throw new WatchError(`${where}--game-factory ${factory} is no address: 0x and 40 hexadecimal digits`);
  const name = flags.name ?? known?.name ?? 'chain';
  if (!/^[a-z0-9][a-z0-9-]{0,62}$/i.test(name))
    throw new WatchError(`${where}name ${JSON.stringify(name)}: letters, digits and dashes, at most 63`);
  for (const flag of ['l1', 'l1.beacon', 'l2', 'op-node', 'l1.check'] as const)
    for (const url of flags[flag]?.split(flag === 'l1.beacon' ? ',' : '\n') ?? [])
      // Without the URL, which may have a provider's key in it.
      if (!(/^https?:\/\/./.test(url) && URL.canParse(url)))
        throw new WatchError(`${where}--${flag} is not an http:// or https:// URL`);
  return {
    name,
    l1: flags.l1 ?? '',
    beacon: (flags['l1.beacon'] ?? '').split(','),
    l2: flags.l2 ?? '',
    opNode: flags['op-node'] ?? '',
    network: flags.network,
    rollupConfig: flags['rollup.config'],
    l2Genesis: flags['l2.genesis'],
    l1ChainConfig: flags['l1.chainconfig'],
    l1Check: flags['l1.check'],
    factory: factory.toLowerCase(),
    datadir: flags.datadir,
    ...(settings === undefined ? {} : { settings }),
  };
}

/** The chains of a configuration file, `{"chains": [{"name": …, "l1": …}, …]}`. Throws WatchError. */
export function readChains(path: string, settings?: NetworkSettings): WatchedChain[] {
  const document = parse(path);
  const list = isRecord(document) ? document.chains : undefined;
  if (!Array.isArray(list) || list.length === 0)
    throw new WatchError(`--config ${path}: it has no list "chains" with a chain in it`);
  const other = Object.keys(document as object).find((member) => member !== 'chains');
  if (other !== undefined)
    throw new WatchError(
      `--config ${path}: ${JSON.stringify(other)} is not known beside "chains"; what is said of a chain stands in its object, all else is said by flags`,
    );
  const chains = list.map((entry: unknown, i) => {
    const where = `--config ${path}: chains[${i}]: `;
    if (!isRecord(entry)) throw new WatchError(`${where}not an object`);
    for (const [member, value] of Object.entries(entry)) {
      if (!Object.hasOwn(MEMBERS, member))
        throw new WatchError(
          `${where}${JSON.stringify(member)} is not known; known are ${Object.keys(MEMBERS).join(', ')}`,
        );
      if (typeof value !== MEMBERS[member as Member])
        throw new WatchError(`${where}${member} is no ${MEMBERS[member as Member]}`);
    }
    return watchedChain(entry as ChainFlags, where, settings);
  });
  const names = chains.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new WatchError(`--config ${path}: two chains are named ${JSON.stringify(twice)}`);
  return chains;
}

function parse(path: string): unknown {
  let text: string;
  try {
    text = readGiven(path, MOST_CONFIGURATION).toString('utf8');
  } catch (error) {
    if (!(error instanceof GivenFileError)) throw error;
    throw new WatchError(`--config cannot be read: ${error.message}`);
  }
  const excess = configurationExcess(text);
  if (excess !== undefined) throw new WatchError(`--config ${path} has ${excess}`);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new WatchError(`--config ${path} ${jsonFault(text, error)}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
