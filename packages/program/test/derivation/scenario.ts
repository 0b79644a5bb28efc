// Random L1 chains with a batcher that makes every kind of mistake: what they derive to is compared with what op-node
// derived (reference-results.json). The same seed gives the same chain on every machine.
import { RLP } from '@ethereumjs/rlp';
import {
  batcherData, channelData, concat, dynamicFeeTransaction, encodeTransaction, fixed, frame, hashOf, integer, l2Header, singularBatch,
  spanBatch, type Compression, type FrameFields, type L2Transaction, type SpanFields,
} from './encoding.js'; // prettier-ignore
import {
  batcher, chainId, emptyReceipt, extraOf, forks, gasLimit, genesisTime, inbox, l1ChainId, l2Transaction, portal, Random, receiptWithLogs,
  rollupConfig, sealBlock, stranger, type L1Source, type Scenario,
} from './scenario-parts.js'; // prettier-ignore

/** What a mutated chain has beside the mistakes of all chains; drawn apart from them, so that those stay what they are. */
class Mutations {
  private readonly random: Random | null;
  constructor(seed: number | null) {
    this.random = seed === null ? null : new Random(seed ^ 0x5ca1ab1e);
  }

  /** Batches, some of them changed in a few bytes, some of these with what they were behind them. */
  of(batches: Uint8Array[]): Uint8Array[] {
    const random = this.random;
    if (random === null) return batches;
    return batches.flatMap((batch) => {
      if (!random.chance(0.15)) return [batch];
      const changed = batch.slice();
      for (let i = random.int(1, 3); i > 0; i--) {
        // The first bytes say most: type, times, checks, counts.
        const at = random.int(0, random.chance(0.5) ? Math.min(60, changed.length - 1) : changed.length - 1);
        const before = changed[at] ?? 0;
        changed[at] = random.pick([before ^ (1 << random.int(0, 7)), before + 1, before - 1, random.int(0, 255)]) & 255;
      }
      return random.chance(0.5) ? [changed, batch] : [changed];
    });
  }

  /** The blocks of a span, sometimes with earlier ones in front, which may differ from those that were sent. */
  repeat(blocks: PlannedBlock[], planned: PlannedBlock[]): PlannedBlock[] {
    const random = this.random;
    const [first] = blocks;
    if (random === null || first === undefined || !random.chance(0.4)) return blocks;
    const from = Math.max(0, first.number - 1 - random.int(1, 4));
    const repeated = planned.slice(from, first.number - 1).map((block) =>
      random.chance(0.6)
        ? block
        : {
            ...block,
            epoch: block.epoch + (random.chance(0.3) ? random.int(-1, 1) : 0),
            transactions: random.chance(0.7) ? block.transactions.slice(1) : [l2Transaction(random)],
          },
    );
    return [...repeated, ...blocks];
  }
}

const blockTime = 2;
const KARST_UPGRADE_GAS = 55_370_657;

interface PlannedBlock {
  number: number;
  time: number;
  epoch: number;
  /** Whether its origin is another than its parent's. */
  advances: boolean;
  transactions: L2Transaction[];
  hash: Uint8Array;
  parentHash: Uint8Array;
}

/**
 * The chain of a seed. A mutated one has batches with some bytes changed at random, and spans that repeat earlier blocks with
 * other contents: what the others hardly ever have, since their mistakes are made before the batch is encoded and a repeated
 * block is nearly always the one that was sent.
 */
export function makeScenario(seed: number, mutated = false): Scenario {
  const random = new Random(seed);
  const mutations = new Mutations(mutated ? seed : null);
  const known = mutated ? forks.length : forks.length - 1;
  const newest = random.int(1, known - 1);
  const times = forks.map((_, i) => (i <= newest ? 0 : null)) as (number | null)[];
  // One fork may come into force in the middle.
  if (newest + 1 < known && random.chance(0.5)) times[newest + 1] = genesisTime + random.int(10, 160);
  const extraAt = (time: number): Uint8Array => extraOf(times, time);
  const karstTime = times[forks.indexOf('karst')] ?? Infinity;
  // Op-node knows no other way than to keep the gas of Karst's upgrade transactions: the mutated chains say that they do.
  const gasLimitAt = (time: number): number =>
    karstTime > genesisTime && time >= karstTime ? gasLimit + KARST_UPGRADE_GAS : gasLimit;
  const prague = random.chance(0.4) ? genesisTime + random.int(-10, 200) : null;

  const l1Length = random.int(14, 40);
  const l1Times = [genesisTime - random.int(0, 3)];
  const slow = random.chance(0.3);
  for (let i = 1; i < l1Length; i++) {
    const gap = random.chance(0.05) ? random.int(20, slow ? 2200 : 60) : random.int(2, 14);
    l1Times.push((l1Times[i - 1] ?? 0) + gap);
  }
  const window = random.int(4, 24);
  const spans = random.pick([0, 0.5, 0.5, 1]);
  const drift = random.int(4, 40);
  const limit = newest >= 4 ? 1800 : drift;

  // The L1 blocks' hashes depend on their contents, which name earlier blocks only: they are made one after the other.
  const l1: L1Source[] = [];
  const nodes: [Uint8Array, Uint8Array][] = [];
  let nonce = 0;
  const seal = (transactions: Uint8Array[]): void => {
    const number = l1.length;
    const receipts = transactions.map(() => emptyReceipt);
    if (number > 0 && random.chance(0.3)) {
      transactions.push(dynamicFeeTransaction(stranger, l1ChainId, nonce++, portal, new Uint8Array(0)));
      receipts.push(receiptWithLogs(random));
    }
    sealBlock(l1, nodes, {
      time: l1Times[number] ?? 0,
      transactions,
      receipts,
      baseFee: BigInt(random.int(1, 2 ** 40)),
      excessBlobGas: random.chance(0.9) ? BigInt(random.int(0, 200_000_000)) : 0n,
      isPrague: prague !== null && (l1Times[number] ?? 0) >= prague,
    });
  };
  seal([]);

  const genesisHash = hashOf(l2Header(new Uint8Array(32), 0, genesisTime, gasLimit, extraAt(genesisTime)));
  const planned: PlannedBlock[] = [];
  let tip: PlannedBlock = {
    number: 0, time: genesisTime, epoch: 0, advances: false, transactions: [], hash: genesisHash, parentHash: new Uint8Array(32),
  }; // prettier-ignore

  /** Plans the L2 blocks whose time has come when L1 block `number` is made. */
  const plan = (number: number): void => {
    const now = (l1Times[number] ?? 0) + random.int(-6, 4);
    while (tip.time + blockTime < now && planned.length < 400) {
      const time = tip.time + blockTime;
      let epoch = tip.epoch;
      const next = l1Times[epoch + 1];
      const mustAdvance = next !== undefined && time > (l1Times[epoch] ?? 0) + limit && next <= time;
      if (next !== undefined && epoch + 1 < l1.length && next <= time && (mustAdvance || random.chance(0.7)))
        epoch += 1;
      if (random.odd(0.005)) epoch += 1;
      const extra = extraAt(time);
      const block: PlannedBlock = {
        number: tip.number + 1,
        time,
        epoch,
        advances: epoch !== tip.epoch,
        // Behind the drift only empty blocks pass.
        transactions: Array.from(
          {
            length:
              random.chance(0.5) || (time > (l1Times[epoch] ?? 0) + limit && !random.odd(0.3)) ? 0 : random.int(1, 3),
          },
          () => l2Transaction(random),
        ),
        parentHash: tip.hash,
        hash: hashOf(l2Header(tip.hash, tip.number + 1, time, gasLimitAt(time), extra)),
      };
      planned.push(block);
      tip = block;
    }
  };

  const epochHash = (epoch: number): Uint8Array => l1[epoch]?.hash ?? fixed(epoch, 32);
  let sent = 0;
  let frames: FrameFields[] = [];
  let channels = 0;

  /** Makes a batch, or a group of them, of the next planned blocks. */
  const nextBatches = (): Uint8Array[] => {
    const count = Math.min(random.int(1, 8), planned.length - sent);
    if (count === 0) return [];
    let from = sent;
    // Sometimes again what was sent already, sometimes with a gap.
    if (random.odd(0.12)) from = Math.max(0, from - random.int(1, 4));
    if (random.odd(0.05)) from = Math.min(planned.length - 1, from + 1);
    const blocks = planned.slice(from, sent + count);
    if (!random.odd(0.03)) sent += count;
    if (blocks.length === 0) return [];
    const batches =
      newest >= 2 && random.chance(spans)
        ? [span(random, mutations.repeat(blocks, planned), epochHash)]
        : blocks.map((b) => singular(random, b, epochHash));
    return mutations.of(batches);
  };

  const nextChannel = (): void => {
    let batches = Array.from({ length: random.int(1, 3) }, nextBatches).flat();
    if (batches.length === 0) return;
    if (random.odd(0.08)) batches = batches.toReversed();
    if (random.odd(0.06)) batches.splice(random.int(0, batches.length), 0, random.pick(oddBatches(random)));
    const compression = random.pick<Compression>(
      newest >= 5 || random.odd(0.1) ? ['zlib', 'brotli', 'stored zlib', 'stored brotli'] : ['zlib', 'stored zlib'],
    );
    let data = channelData(batches, compression);
    if (compression.startsWith('stored')) {
      if (random.odd(0.08)) data = data.slice(0, random.int(0, data.length));
      if (random.odd(0.03)) data = concat(data, random.bytes(5));
    } else if (random.odd(0.02)) {
      data = concat([random.pick([0, 2, 0x0f, 0x79, 0x88])], data.slice(1));
    }
    channels += 1;
    const channel = fixed(channels > 1 && random.odd(0.03) ? channels - 1 : channels, 16);
    const size = random.int(20, 400);
    const pieces: FrameFields[] = [];
    for (let at = 0, number = 0; at === 0 || at < data.length; at += size, number++) {
      pieces.push({ channel, number, data: data.slice(at, at + size), isLast: at + size >= data.length });
    }
    if (random.odd(0.07) && pieces.length > 1) {
      const i = random.int(0, pieces.length - 2);
      const [moved] = pieces.splice(i, 1);
      if (moved !== undefined) pieces.splice(random.int(0, pieces.length), 0, moved);
    }
    if (random.odd(0.04)) pieces.splice(random.int(0, pieces.length - 1), 1);
    if (random.odd(0.04))
      pieces.push(random.pick(pieces.length > 0 ? pieces : [{ channel, number: 0, data, isLast: true }]));
    frames.push(...pieces);
  };

  for (let number = 1; number < l1Length; number++) {
    plan(number);
    const transactions: Uint8Array[] = [];
    const lazy = random.odd(0.08) ? random.int(1, 3) : 0;
    if (lazy === 0 && random.chance(0.75)) for (let i = random.int(1, 3); i > 0; i--) nextChannel();
    while (frames.length > 0 && random.chance(0.85)) {
      const taken = frames.splice(0, random.int(1, 5));
      let data = batcherData(...taken.map(frame));
      if (random.odd(0.02)) data = concat([1], data.slice(1));
      if (random.odd(0.02)) data = concat(data, [7]);
      const key = random.odd(0.02) ? stranger : batcher;
      transactions.push(
        dynamicFeeTransaction(key, random.odd(0.01) ? 5 : l1ChainId, nonce++, random.odd(0.02) ? portal : inbox, data),
      );
    }
    if (random.odd(0.03)) frames = [];
    seal(transactions);
  }

  const config = rollupConfig({
    l1Genesis: l1[0]?.hash ?? new Uint8Array(32),
    l2Genesis: genesisHash,
    times,
    blockTime,
    drift,
    window,
    timeout: random.int(3, 10),
    others: mutated ? { keep_karst_upgrade_gas: true } : {},
  });
  return {
    name: `seed ${seed}`,
    config,
    l1,
    target: random.chance(0.3) ? random.int(1, 40) : 1_000_000,
    extraAt,
    startEighths: random.int(0, 7),
    prague,
    nodes,
  };
}

function singular(random: Random, block: PlannedBlock, epochHash: (epoch: number) => Uint8Array): Uint8Array {
  const transactions = block.transactions.map((tx) => encodeTransaction(tx, chainId));
  if (random.odd(0.01)) transactions.push(Uint8Array.of(0x7e, 1));
  if (random.odd(0.01)) transactions.push(new Uint8Array(0));
  const epoch = block.epoch + (random.odd(0.02) ? random.int(-1, 1) : 0);
  return singularBatch({
    parentHash: random.odd(0.02) ? random.bytes(32) : block.parentHash,
    epoch,
    epochHash: random.odd(0.02) ? random.bytes(32) : epochHash(epoch),
    timestamp: block.time + (random.odd(0.02) ? random.int(-2, 2) : 0),
    transactions,
  });
}

function span(random: Random, blocks: PlannedBlock[], epochHash: (epoch: number) => Uint8Array): Uint8Array {
  const [first] = blocks;
  const last = blocks.at(-1);
  if (first === undefined || last === undefined) throw new Error('a span has blocks');
  const fields: SpanFields = {
    relativeTime: first.time - genesisTime + (random.odd(0.03) ? random.int(-2, 2) : 0),
    parentHash: random.odd(0.03) ? random.bytes(32) : first.parentHash,
    lastOriginHash: random.odd(0.03) ? random.bytes(32) : epochHash(last.epoch),
    firstAdvances: random.odd(0.02) ? !first.advances : first.advances,
    blocks: blocks.map((block) => ({
      epoch: block.epoch,
      transactions: random.odd(0.02) ? block.transactions.slice(1) : block.transactions,
    })),
  };
  if (random.odd(0.02)) for (const block of fields.blocks) block.epoch += random.int(-1, 1);
  const encoded = spanBatch(fields);
  if (random.odd(0.02)) return encoded.slice(0, random.int(1, encoded.length));
  return random.odd(0.02) ? concat(encoded, random.bytes(3)) : encoded;
}

/** Things that are no batches. */
const oddBatches = (random: Random): Uint8Array[] => [
  new Uint8Array(0),
  Uint8Array.of(0),
  Uint8Array.of(1),
  Uint8Array.of(2, 1, 2, 3),
  concat([0], RLP.encode([random.bytes(32), integer(1)])),
  random.bytes(40),
];
