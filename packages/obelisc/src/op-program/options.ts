/** From flags to what a run needs: claim, chain, endpoints, datadir. */
import type { NetworkSettings } from '@obelisc/claims';
import {
  type Chain,
  type Claim,
  customChain,
  type Dialect,
  type Endpoints,
  findChain,
  knownChainNames,
  knownL1ChainConfig,
  MOST_CONFIGURATION,
  MOST_GENESIS,
  parseGenesisChainConfig,
  parseL1ChainConfig,
  parseRollupConfig,
  type RetryPolicy,
  RPC_KINDS,
  whyUnknown,
} from '@obelisc/host/run';
import { DATA_FORMATS, type DataFormat, FOREIGN_DATA_FORMATS } from '@obelisc/preimage';
import { readNamedFile } from '../endpoints/named-file.js';
import { endpointUrl, readNetworkFlags, urlList } from '../endpoints/network-flags.js';
import { UsageError } from '../terminal/failure.js';
import { nearest } from '../terminal/nearest.js';
import { FLAGS, type FlagValues } from './flags.js';

export type Options = {
  claim: Claim;
  chain: Chain;
  datadir: string | undefined;
  dataFormat: DataFormat;
  /** undefined: offline. */
  endpoints: Endpoints | undefined;
  policy: RetryPolicy;
  /** Whose client is served. */
  dialect: Dialect;
  mode: { kind: 'native' } | { kind: 'server' } | { kind: 'exec'; file: string };
};

/**
 * Checks the flags together and reads the files they name; `chain` gives the chain where another command's flags say which.
 * Throws UsageError and ConfigurationError.
 */
export function readOptions(flags: FlagValues, chain?: () => Chain): Options {
  const network = checkValues(flags);
  checkCompleteness(flags, chain !== undefined);
  const endpoints = readEndpoints(flags, network);
  const datadir = flags.get('datadir');
  if (endpoints === undefined && datadir === undefined) {
    throw new UsageError(
      'there is nowhere to get pre-images from: give --l1, --l1.beacon and --l2 to fetch them, or --datadir with what was gathered before',
    );
  }
  return {
    claim: readClaim(flags),
    chain: (chain ?? (() => readChain(flags)))(),
    datadir,
    dataFormat: dataFormat(flags.get('data.format')),
    endpoints,
    policy: network.policy,
    dialect: flags.get('client') === 'kona' ? 'kona' : 'op-program',
    mode: readMode(flags),
  };
}

/** What was given is wrong by itself, whatever is missing beside it. Gives what stands for itself. */
function checkValues(flags: FlagValues): NetworkSettings {
  const given = (names: readonly string[]) => names.filter((name) => flags.has(name));
  for (const name of given(['l1.head', 'l2.head', 'l2.outputroot'])) hash(flags, name);
  for (const name of given(['l2.claim'])) hash(flags, name, true);
  for (const name of given(['l2.blocknumber'])) blockNumber(flags, name);
  for (const name of given(['network'])) knownChain(flags.get(name) ?? '');
  for (const name of given(['l1', 'l2', 'l2.experimental'])) url(flags, name);
  for (const name of given(['l1.beacon'])) urlList(name, flags.get(name) ?? '');
  return readNetworkFlags((name) => flags.get(name));
}

function checkCompleteness(flags: FlagValues, chainIsKnown: boolean): void {
  const missing = FLAGS.filter((spec) => spec.required && !flags.has(spec.name)).map((spec) => `--${spec.name}`);
  const custom = flags.has('rollup.config') || flags.has('l2.genesis');
  if (flags.has('network') && custom)
    throw new UsageError('--network and --rollup.config with --l2.genesis exclude each other');
  if (flags.has('network') && flags.isTrue('l2.custom')) {
    throw new UsageError('--network and --l2.custom exclude each other: a known chain is built into the program');
  }
  if (!flags.has('network') && !custom && !chainIsKnown)
    missing.push('--network (or --rollup.config with --l2.genesis)');
  if (custom && !flags.has('rollup.config')) missing.push('--rollup.config');
  if (custom && !flags.has('l2.genesis')) missing.push('--l2.genesis');
  if (missing.length > 0) {
    throw new UsageError(
      `${missing.length === 1 ? 'a required flag is' : 'required flags are'} missing: ${missing.join(', ')}`,
    );
  }
}

function readEndpoints(flags: FlagValues, network: NetworkSettings): Endpoints | undefined {
  const names = ['l1', 'l1.beacon', 'l2'];
  const missing = names.filter((name) => !flags.has(name)).map((name) => `--${name}`);
  if (missing.length === names.length) return undefined;
  if (missing.length > 0) {
    throw new UsageError(
      `${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} missing: --l1, --l1.beacon and --l2 go together, all three to fetch, none to work offline from --datadir`,
    );
  }
  return {
    l1: url(flags, 'l1'),
    beacon: urlList('l1.beacon', flags.get('l1.beacon') ?? ''),
    l2: url(flags, 'l2'),
    l2Witness: flags.has('l2.experimental') ? url(flags, 'l2.experimental') : undefined,
    rpcKind: RPC_KINDS.find((kind) => kind === flags.get('l1.rpckind')) ?? 'standard',
    ...network.endpoints,
  };
}

function url(flags: FlagValues, name: string): string {
  return endpointUrl(name, flags.get(name) ?? '');
}

function readClaim(flags: FlagValues): Claim {
  return {
    l1Head: hash(flags, 'l1.head'),
    l2Head: hash(flags, 'l2.head'),
    l2OutputRoot: hash(flags, 'l2.outputroot'),
    // The zero hash is a claim like any other: a wrong one.
    l2Claim: hash(flags, 'l2.claim', true),
    l2BlockNumber: blockNumber(flags, 'l2.blocknumber'),
  };
}

function blockNumber(flags: FlagValues, name: string): bigint {
  const text = flags.get(name) ?? '';
  // Go reads a number that begins with 0 as octal.
  const number = /^(?:0|[1-9]\d*|0x[0-9a-fA-F]+)$/.test(text) ? BigInt(text) : 0n;
  if (number > 0n && number < 1n << 64n) return number;
  throw new UsageError(`--${name} is ${JSON.stringify(text)}; it takes the number of a block after genesis`);
}

function hash(flags: FlagValues, name: string, zeroAllowed = false): Uint8Array {
  const text = flags.get(name) ?? '';
  if (!/^(?:0x)?[0-9a-fA-F]{64}$/.test(text))
    throw new UsageError(`--${name} is ${JSON.stringify(text)}, which is not a hash: 0x and 64 hexadecimal digits`);
  const bytes = Uint8Array.from(Buffer.from(text.slice(-64), 'hex'));
  if (!zeroAllowed && bytes.every((byte) => byte === 0))
    throw new UsageError(`--${name} is the zero hash, which no block and no output root has`);
  return bytes;
}

function readChain(flags: FlagValues): Chain {
  const network = flags.get('network');
  if (network !== undefined) return knownChain(network);
  const rollupConfig = parseRollupConfig(...textFile(flags, 'rollup.config'));
  const chainConfig = parseGenesisChainConfig(...file(flags, 'l2.genesis', MOST_GENESIS));
  const l1ChainConfig = flags.has('l1.chainconfig')
    ? parseL1ChainConfig(...file(flags, 'l1.chainconfig', MOST_GENESIS))
    : knownL1ChainConfig(rollupConfig.l1ChainId);
  return customChain({
    rollupConfig,
    chainConfig,
    l1ChainConfig,
    names: { rollupConfig: '--rollup.config', chainConfig: '--l2.genesis', l1ChainConfig: '--l1.chainconfig' },
  });
}

function knownChain(network: string): Chain {
  const chain = findChain(network);
  if (chain !== undefined) return chain;
  const meant = nearest(network, knownChainNames());
  throw new UsageError(
    meant === undefined
      ? `--network ${JSON.stringify(network)} ${whyUnknown(network)}; chains that are not built in take --rollup.config and --l2.genesis`
      : `--network ${JSON.stringify(network)} is not known; did you mean ${meant}?`,
  );
}

function textFile(flags: FlagValues, name: string): [text: string, source: string] {
  const [bytes, source] = file(flags, name, MOST_CONFIGURATION);
  return [bytes.toString('utf8'), source];
}

function file(flags: FlagValues, name: string, most: number): [bytes: Buffer, source: string] {
  const path = flags.get(name) ?? '';
  return [readNamedFile(name, path, most), path];
}

function readMode(flags: FlagValues): Options['mode'] {
  const exec = flags.get('exec');
  if (flags.isTrue('server')) {
    if (exec !== undefined) throw new UsageError('--exec and --server exclude each other: a server runs no client');
    return { kind: 'server' };
  }
  if (exec !== undefined) return { kind: 'exec', file: exec };
  if (flags.get('client') === 'kona') {
    throw new UsageError(
      "--client kona goes with --server or --exec: natively the built-in client runs, whose dialect is op-program's",
    );
  }
  return { kind: 'native' };
}

function dataFormat(value: string | undefined): DataFormat {
  return [...DATA_FORMATS, ...FOREIGN_DATA_FORMATS].find((format) => format === value) ?? 'directory';
}
