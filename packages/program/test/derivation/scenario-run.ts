// Runs a random scenario in the test module.
import { hashOf, l2Header, orderedTrie } from './encoding.js';
import { fromHex, instantiate, toHex, utf8 } from './module.js';
import type { Scenario } from './scenario-parts.js';

/** A block that derivation asked for. */
export interface Built {
  number: number;
  timestamp: number;
  gasLimit: number;
  hash: string;
  transactions: string[];
  refused: boolean;
}

export interface Outcome {
  /** Why it ended: a safe block of the target's number, no more L1 data, or a failure. */
  result: 'target' | 'idle' | 'reset' | 'critical';
  safeHead: number;
  built: Built[];
  log: string;
  /** How many times the header of an L2 block was asked for. */
  l2Headers: number;
}

interface Entry {
  kind: 'attributes' | 'end';
  number: string;
  timestamp: string;
  gasLimit: string;
  hash: string;
  transactions: string[];
  refused: boolean;
  failure?: string;
  failureKind?: string;
  safeHead?: string;
}

interface Genesis {
  genesis: { l2: { hash: string }; l2_time: number; system_config: { gasLimit: number } };
}

const L1_CHAIN_CONFIG = `01${'09'.padStart(62, '0')}`;

/** Cancun from the start, and Prague where the scenario has it, with Ethereum's blob parameters. */
function l1ChainConfig({ config, prague }: Scenario): object {
  return {
    chainId: (config as { l1_chain_id: number }).l1_chain_id,
    cancunTime: 0,
    pragueTime: prague,
    blobSchedule: {
      cancun: { target: 3, max: 6, baseFeeUpdateFraction: 3338477 },
      prague: { target: 6, max: 9, baseFeeUpdateFraction: 5007716 },
    },
  };
}

/**
 * How much derivation holds in memory (memory-limits.ts): bytes in blocks and of encoded batches, and the number of waiting
 * batches.
 */
export type Limits = readonly [held: number, encoded: number, waiting: number];

/** Derives from the L2 genesis block on, and then once more from one of the blocks that came of it (see startEighths). */
export function runScenario(scenario: Scenario, limits?: Limits): Outcome & { again?: Outcome } {
  const values = new Map<string, Uint8Array>();
  const put = (hash: Uint8Array, value: Uint8Array): void => {
    values.set(`02${toHex(hash).slice(4)}`, value);
  };
  values.set(L1_CHAIN_CONFIG, utf8(JSON.stringify(l1ChainConfig(scenario))));
  for (const [hash, node] of scenario.nodes) put(hash, node);
  for (const block of scenario.l1) put(block.hash, block.header);
  const { l2, l2_time: time, system_config: settings } = (scenario.config as Genesis).genesis;
  const genesis = l2Header(new Uint8Array(32), 0, time, settings.gasLimit, scenario.extraAt(time));
  if (toHex(hashOf(genesis)) !== l2.hash) throw new Error('the genesis block is another');
  put(fromHex(l2.hash), genesis);
  const first = deriveFrom(scenario, l2.hash, values, limits);
  if (scenario.startEighths === 0 || first.result !== 'idle') return first;

  // The oracle gets the blocks up to the new start: headers with a real root of their transactions, under the hash of the
  // header without.
  const start = Math.floor((first.safeHead * scenario.startEighths) / 8);
  let parent = fromHex(l2.hash);
  const chain = new Map(first.built.filter((block) => !block.refused).map((block) => [block.number, block]));
  for (let number = 1; number <= start; number++) {
    const block = chain.get(number);
    if (block === undefined) throw new Error(`block ${number} was not built`);
    const { root, nodes } = orderedTrie(block.transactions.map(fromHex));
    for (const [hash, node] of nodes) put(hash, node);
    put(
      fromHex(block.hash),
      l2Header(parent, number, block.timestamp, block.gasLimit, scenario.extraAt(block.timestamp), root),
    );
    parent = fromHex(block.hash);
  }
  return { ...first, again: deriveFrom(scenario, toHex(parent), values, limits) };
}

function deriveFrom(scenario: Scenario, agreed: string, values: Map<string, Uint8Array>, limits?: Limits): Outcome {
  const module = instantiate((key) => values.get(key));
  if (limits !== undefined) module.call('limitMemory', ...limits);
  const head = scenario.l1.at(-1)?.hash ?? new Uint8Array(32);
  const entries = module.ask<Entry[]>(
    'run',
    utf8(JSON.stringify(scenario.config)),
    module.call('place', head) as number,
    module.call('place', fromHex(agreed)) as number,
    BigInt(scenario.target),
    0,
    0,
  );
  const built = entries
    .filter((entry) => entry.kind === 'attributes')
    .map((entry) => ({
      number: Number(entry.number),
      timestamp: Number(entry.timestamp),
      gasLimit: Number(entry.gasLimit),
      hash: entry.hash,
      transactions: entry.transactions,
      refused: entry.refused,
    }));
  const end = entries.at(-1);
  const safeHead = Number(end?.safeHead ?? 0);
  const failed = end?.failureKind;
  return {
    result: failed === '1' ? 'reset' : failed === '2' ? 'critical' : safeHead >= scenario.target ? 'target' : 'idle',
    safeHead,
    built,
    log: module.log(),
    l2Headers: module.hints.filter((hint) => hint.startsWith('l2-block-header ')).length,
  };
}

/** A short name for what was built: any difference in any block or transaction changes it. */
export function digestOf(built: Built[]): string {
  const text = JSON.stringify(built.map((b) => [b.number, b.timestamp, b.gasLimit, b.hash, b.transactions, b.refused]));
  return toHex(hashOf(utf8(text)).slice(0, 16));
}
