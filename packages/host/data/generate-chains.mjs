// Writes chains.json, from which host and client know the public chains, from a clone of the superchain-registry with its
// history (git: a checkout or a bare repository):
//   node packages/host/data/generate-chains.mjs CLONE && node packages/program/assembly/config/generate-known-chains.mjs
import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'smol-toml';

const [clone] = process.argv.slice(2);
if (clone === undefined) {
  process.stderr.write('generate-chains: give the folder of a clone of ethereum-optimism/superchain-registry\n');
  process.exit(2);
}

const git = (...args) => execFileSync('git', ['-C', clone, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
const show = (revision, path) => git('show', `${revision}:${path}`);
const readToml = (revision, path) => parse(show(revision, path));
const commit = git('rev-parse', 'HEAD').trim();
const date = git('log', '-1', '--format=%cs').trim();
const CONFIGS = 'superchain/configs/';

const paths = git('ls-tree', '-r', '--name-only', 'HEAD', CONFIGS)
  .split('\n')
  .filter((path) => path.endsWith('.toml'));
const ETHEREUM = ['mainnet', 'sepolia'];
/** Chains of Ethereum's superchain and of Sepolia's come first, each by name. */
const order = (path) => `${ETHEREUM.includes(superchainOf(path)) ? superchainOf(path) : 'test'} ${path}`;
const chainPaths = paths
  .filter((path) => !path.endsWith('/superchain.toml'))
  .sort((a, b) => (order(a) < order(b) ? -1 : 1));

function superchainOf(path) {
  return path.slice(CONFIGS.length).split('/')[0];
}

/** The name that op-node and op-program know a chain by. */
function nameOf(path) {
  const [superchain, file] = path.slice(CONFIGS.length).split('/');
  return `${file.replace(/\.toml$/, '')}-${superchain}`;
}

const FORKS = ['canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];
const KNOWN_HARDFORKS = new Set([
  ...FORKS.map((fork) => `${fork}_time`),
  'lagoon_time',
  'interop_time',
  'pectra_blob_schedule_time',
  'keep_karst_upgrade_gas',
]);
/** Blocks of OP Mainnet's legacy chain (op-geth, params/superchain.go). */
const BEDROCK_OF_OP_MAINNET = 105235063;

const lower = (text) => text.toLowerCase();
/** The object without what is undefined. */
const given = (object) => Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** A chain's rollup configuration, as op-node makes it of the registry's entry (op-node/rollup/superchain.go). */
function rollupConfig(entry, l1ChainId) {
  const { genesis, hardforks, optimism, addresses } = entry;
  const unknown = Object.keys(hardforks).filter((name) => !KNOWN_HARDFORKS.has(name));
  if (unknown.length > 0) throw new Error(`${entry.name} has forks that are not known here: ${unknown.join(', ')}`);
  return given({
    genesis: {
      l1: { hash: lower(genesis.l1.hash), number: genesis.l1.number },
      l2: { hash: lower(genesis.l2.hash), number: genesis.l2.number },
      l2_time: genesis.l2_time,
      system_config: {
        batcherAddr: lower(genesis.system_config.batcherAddress),
        overhead: lower(genesis.system_config.overhead),
        scalar: lower(genesis.system_config.scalar),
        gasLimit: genesis.system_config.gasLimit,
      },
    },
    block_time: entry.block_time,
    max_sequencer_drift: entry.max_sequencer_drift,
    seq_window_size: entry.seq_window_size,
    channel_timeout: 300,
    l1_chain_id: l1ChainId,
    l2_chain_id: entry.chain_id,
    regolith_time: 0,
    ...Object.fromEntries(FORKS.map((fork) => [`${fork}_time`, hardforks[`${fork}_time`]])),
    interop_time: hardforks.interop_time,
    lagoon_time: hardforks.lagoon_time,
    batch_inbox_address: lower(entry.batch_inbox_addr),
    deposit_contract_address: lower(addresses.OptimismPortalProxy),
    l1_system_config_address: lower(addresses.SystemConfigProxy),
    chain_op_config: {
      eip1559Elasticity: optimism.eip1559_elasticity,
      eip1559Denominator: optimism.eip1559_denominator,
      eip1559DenominatorCanyon: optimism.eip1559_denominator_canyon,
    },
    pectra_blob_schedule_time: hardforks.pectra_blob_schedule_time,
    keep_karst_upgrade_gas: hardforks.keep_karst_upgrade_gas === true ? true : undefined,
  });
}

/** Its execution parameters, as op-geth makes them (params/superchain.go), with Osaka where Karst brings it. */
function chainConfig({ chain_id: chainId, hardforks, optimism }) {
  const legacy = chainId === 10;
  const bedrock = legacy ? BEDROCK_OF_OP_MAINNET : 0;
  const names = 'homestead eip150 eip155 eip158 byzantium constantinople petersburg istanbul muirGlacier'.split(' ');
  return given({
    chainId,
    ...Object.fromEntries(names.map((name) => [`${name}Block`, 0])),
    berlinBlock: legacy ? 3950000 : 0,
    londonBlock: bedrock,
    arrowGlacierBlock: bedrock,
    grayGlacierBlock: bedrock,
    mergeNetsplitBlock: bedrock,
    shanghaiTime: hardforks.canyon_time,
    cancunTime: hardforks.ecotone_time,
    pragueTime: hardforks.isthmus_time,
    osakaTime: hardforks.karst_time,
    bedrockBlock: bedrock,
    regolithTime: 0,
    ...Object.fromEntries(
      FORKS.filter((fork) => fork !== 'delta').map((fork) => [`${fork}Time`, hardforks[`${fork}_time`]]),
    ),
    interopTime: hardforks.interop_time,
    lagoonTime: hardforks.lagoon_time,
    terminalTotalDifficulty: 0,
    optimism: {
      eip1559Elasticity: optimism.eip1559_elasticity,
      eip1559Denominator: optimism.eip1559_denominator,
      eip1559DenominatorCanyon: optimism.eip1559_denominator_canyon,
    },
  });
}

const superchains = new Map(
  paths.filter((path) => path.endsWith('/superchain.toml')).map((path) => [superchainOf(path), readToml('HEAD', path)]),
);
const addresses = JSON.parse(show('HEAD', 'superchain/extra/addresses/addresses.json'));

const chains = [];
const unsupported = [];
for (const path of chainPaths) {
  const entry = readToml('HEAD', path);
  const name = nameOf(path);
  if (entry.data_availability_type !== 'eth-da' || entry.alt_da !== undefined) {
    unsupported.push({ name, chainId: entry.chain_id, reason: entry.data_availability_type });
    continue;
  }
  if (entry.interop !== undefined) {
    unsupported.push({ name, chainId: entry.chain_id, reason: 'interop' });
    continue;
  }
  const l1ChainId = superchains.get(superchainOf(path)).l1.chain_id;
  const more = addresses[String(entry.chain_id)] ?? {};
  chains.push({
    name,
    ...given({ gasPayingToken: entry.gas_paying_token && lower(entry.gas_paying_token) }),
    contracts: given({
      disputeGameFactory: entry.addresses.DisputeGameFactoryProxy && lower(entry.addresses.DisputeGameFactoryProxy),
      anchorStateRegistry: more.AnchorStateRegistryProxy && lower(more.AnchorStateRegistryProxy),
    }),
    rollupConfig: rollupConfig(entry, l1ChainId),
    chainConfig: chainConfig(entry),
  });
}

// What left the registry: the last version of each file that was deleted, where its chain has no other name today.
const ids = new Set([
  ...chains.map(({ rollupConfig: { l2_chain_id: id } }) => id),
  ...unsupported.map((c) => c.chainId),
]);
const gone = new Map();
let removed = '';
for (const line of git('log', '-M', '--diff-filter=D', '--name-only', '--format=commit %H %cs', '--', CONFIGS).split(
  '\n',
)) {
  if (line.startsWith('commit ')) removed = line.slice(7);
  if (!/^superchain\/configs\/[^/]+\/(?!superchain|semver)[^/]+\.toml$/.test(line)) continue;
  const [revision, day] = removed.split(' ');
  const chainId = readToml(`${revision}^`, line).chain_id;
  if (!ids.has(chainId) && !gone.has(chainId))
    gone.set(chainId, { name: nameOf(line), chainId, reason: 'removed', date: day });
}
unsupported.push(...[...gone.values()].sort((a, b) => (a.name < b.name ? -1 : 1)));

const document = {
  source: `Parameters of public OP Stack chains that post their data to Ethereum, as listed by the superchain-registry (github.com/ethereum-optimism/superchain-registry, commit ${commit} of ${date}, MIT licence). Forms: rollupConfig as rollup.json, chainConfig as the config of genesis-l2.json. Ethereum forks follow the OP Stack fork that brings them: Shanghai Canyon, Cancun Ecotone, Prague Isthmus, Osaka Karst.`,
  chains,
  unsupported,
};
const target = fileURLToPath(new URL('chains.json', import.meta.url));
writeFileSync(`${target}.new`, `${JSON.stringify(document, null, 2)}\n`);
renameSync(`${target}.new`, target);
process.stdout.write(`${chains.length} chains, ${unsupported.length} that are not supported\n`);
