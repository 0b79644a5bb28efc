// Writes known-chains-data.ts from the host's lists of public chains, so that host and client know the same ones:
//   node packages/program/assembly/config/generate-known-chains.mjs
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const forks = ['regolith', 'canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus', 'jovian', 'karst'];
const blobForks = ['cancun', 'prague', 'osaka', 'bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5'];
const read = (name) => JSON.parse(readFileSync(new URL(`../../../host/data/${name}`, import.meta.url), 'utf8'));
const { source, chains } = read('chains.json');
const l1 = read('l1-chains.json');

const never = 2n ** 64n - 1n;
const number = (value) => [BigInt(value ?? never)];

/** Bytes as they lie in memory, in little-endian words. */
function words(...parts) {
  const bytes = Buffer.concat(parts.map((hex) => Buffer.from(hex.slice(2), 'hex')));
  return Array.from({ length: bytes.length / 8 }, (_, i) => bytes.readBigUInt64LE(8 * i));
}

/** One chain as the words that known-chains.ts reads. */
function record({ rollupConfig: rollup, chainConfig: chain }) {
  const { genesis } = rollup;
  const settings = genesis.system_config;
  return [
    number(rollup.l2_chain_id),
    number(rollup.l1_chain_id),
    number(genesis.l1.number),
    number(genesis.l2.number),
    number(genesis.l2_time),
    number(rollup.block_time),
    number(rollup.max_sequencer_drift ?? 0),
    number(rollup.seq_window_size),
    number(rollup.channel_timeout),
    number(settings.gasLimit),
    ...forks.map((fork) => number(rollup[`${fork}_time`])),
    number(rollup.pectra_blob_schedule_time),
    number(chain.optimism.eip1559Elasticity),
    number(chain.optimism.eip1559Denominator),
    number(chain.optimism.eip1559DenominatorCanyon ?? 0),
    number(rollup.keep_karst_upgrade_gas === true ? 1 : 0),
    number(rollup.lagoon_time ?? rollup.interop_time),
    words(genesis.l1.hash, genesis.l2.hash, settings.overhead, settings.scalar),
    words(
      settings.batcherAddr,
      rollup.batch_inbox_address,
      rollup.deposit_contract_address,
      rollup.l1_system_config_address,
    ),
  ].flat();
}

/** An L1 chain's blob schedule as the words that known-chains.ts reads. */
function blobSchedule({ chainConfig: chain }) {
  return [
    number(chain.chainId),
    ...blobForks.flatMap((fork) => [
      number(chain[`${fork}Time`]),
      number(chain.blobSchedule[fork]?.baseFeeUpdateFraction ?? 0),
    ]),
  ].flat();
}

const records = chains.map((chain) => ({ name: chain.name, words: record(chain) }));
const size = 8 * records[0].words.length;
const hex = (word) => `0x${word.toString(16).padStart(16, '0')}`;
const lines = (entries) =>
  entries
    .flatMap((entry) => [
      `  // ${entry.name}`,
      ...Array.from(
        { length: Math.ceil(entry.words.length / 5) },
        (_, i) =>
          `  ${entry.words
            .slice(5 * i, 5 * i + 5)
            .map(hex)
            .join(', ')},`,
      ),
    ])
    .join('\n');
const comment = (text) =>
  text
    .match(/.{1,114}(?:\s|$)/g)
    .map((line) => `// ${line.trim()}`)
    .join('\n');
const text = `// Written by generate-known-chains.mjs: do not edit. Sources of the data:
${comment(source)}
//
${comment(l1.source)}

/** Number of chains, and bytes of each one's record. */
// @ts-ignore: decorator
@inline
export const CHAIN_COUNT: u32 = ${records.length};
// @ts-ignore: decorator
@inline
export const RECORD_SIZE: u32 = ${size};

/** The records, in the form that known-chains.ts reads. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const CHAINS: usize = memory.data<u64>([
${lines(records)}
]);

/** Number of L1 chains, and what their blobs cost, in the form that known-chains.ts reads. */
// @ts-ignore: decorator
@inline
export const L1_CHAIN_COUNT: u32 = ${l1.chains.length};
// prettier-ignore
// @ts-ignore: decorator
@lazy export const L1_CHAINS: usize = memory.data<u64>([
${lines(l1.chains.map((chain) => ({ name: chain.name, words: blobSchedule(chain) })))}
]);
`;
const target = fileURLToPath(new URL('known-chains-data.ts', import.meta.url));
writeFileSync(`${target}.new`, text);
renameSync(`${target}.new`, target);
