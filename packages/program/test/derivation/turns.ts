// Random L1 chains before Holocene, or up to it, whose channels hold batches for many blocks: each channel some for every third
// block, or for all of them backwards, several for one block, spans over what others have singly, some in time and some too late.
// What waits, and for how long, is what these chains are about (waiting-batch.ts).
import {
  batcherData, channelData, dynamicFeeTransaction, encodeTransaction, fixed, frame, hashOf, l2Header, singularBatch, spanBatch,
  type FrameFields, type L2Transaction,
} from './encoding.js'; // prettier-ignore
import {
  batcher, chainId, emptyReceipt, extraOf, forks, gasLimit, genesisTime, inbox, l1ChainId, l2Transaction, portal, Random, receiptWithLogs,
  rollupConfig, sealBlock, stranger, type L1Source, type Scenario,
} from './scenario-parts.js'; // prettier-ignore

/** The test's execution refuses transactions that end with this. */
const REFUSED = 0xdeadbeefn;

/** A block as the batcher has it in mind; its transactions are another matter, for its hash does not depend on them. */
interface Planned {
  number: number;
  time: number;
  epoch: number;
  advances: boolean;
  hash: Uint8Array;
  parentHash: Uint8Array;
}

/** The chain of a seed. */
export function makeTurns(seed: number): Scenario {
  const random = new Random(seed);
  const newest = random.pick([0, 1, 2, 3, 4, 5, 5, 5]);
  const blockTime = random.pick([2, 2, 2, 1, 5]);
  const l1Length = random.int(14, 34);
  const l1Times = [genesisTime - random.int(0, 3)];
  for (let i = 1; i < l1Length; i++) {
    l1Times.push((l1Times[i - 1] ?? 0) + (random.chance(0.08) ? random.int(13, 60) : random.int(2, 12)));
  }
  const times = forks.map((_, i) => (i <= newest ? 0 : null)) as (number | null)[];
  // One fork may come into force in the middle.
  if (random.chance(0.5)) times[newest + 1] = genesisTime + random.int(5, (l1Times.at(-1) ?? 0) - genesisTime + 10);
  const extraAt = (time: number): Uint8Array => extraOf(times, time);
  const drift = random.pick([random.int(4, 30), random.int(20, 80)]);
  const limit = newest >= forks.indexOf('fjord') ? 1800 : drift;
  const window = random.int(3, 24);

  const genesisHash = hashOf(l2Header(new Uint8Array(32), 0, genesisTime, gasLimit, extraAt(genesisTime)));
  const planned = plan();
  const l1: L1Source[] = [];
  const nodes: [Uint8Array, Uint8Array][] = [];
  let nonce = 0;
  const epochHash = (epoch: number): Uint8Array => l1[epoch]?.hash ?? fixed(epoch + 0x1000, 32);

  function plan(): Planned[] {
    const blocks: Planned[] = [];
    let hash = genesisHash;
    let epoch = 0;
    for (let number = 1; number <= 160; number++) {
      const time = genesisTime + number * blockTime;
      const next = l1Times[epoch + 1];
      if (next === undefined) break;
      const mustAdvance = time > (l1Times[epoch] ?? 0) + limit;
      const advances = next <= time && (mustAdvance || random.chance(0.6));
      if (advances) epoch += 1;
      const parentHash = hash;
      hash = hashOf(l2Header(parentHash, number, time, gasLimit, extraAt(time)));
      blocks.push({ number, time, epoch, advances, hash, parentHash });
    }
    return blocks;
  }

  function transactions({ time, epoch }: Planned): L2Transaction[] {
    const isLate = time > (l1Times[epoch] ?? 0) + limit;
    if (random.chance(0.3) || (isLate && !random.odd(0.3))) return [];
    return Array.from({ length: random.int(1, 3) }, () => {
      const transaction = l2Transaction(random);
      if (random.chance(0.3)) transaction.data = random.bytes(Math.floor(2000 ** random.next()));
      if (random.odd(0.03)) transaction.s = REFUSED;
      return transaction;
    });
  }

  function singular(block: Planned): Uint8Array {
    const encoded = transactions(block).map((transaction) => encodeTransaction(transaction, chainId));
    if (random.odd(0.02)) encoded.push(Uint8Array.of(random.pick([0x7e, 4])));
    if (random.odd(0.02)) encoded.push(new Uint8Array(0));
    const epoch = block.epoch + (random.odd(0.08) ? random.int(-1, 1) : 0);
    return singularBatch({
      parentHash: random.odd(0.05) ? random.bytes(32) : block.parentHash,
      epoch,
      epochHash: random.odd(0.03) ? random.bytes(32) : epochHash(epoch),
      timestamp: block.time + (random.odd(0.03) ? random.int(-2, 2) : 0),
      transactions: encoded,
    });
  }

  function span(blocks: Planned[]): Uint8Array {
    const [first] = blocks;
    const last = blocks.at(-1);
    if (first === undefined || last === undefined) throw new Error('a span has blocks');
    const shift = random.odd(0.06) ? random.int(-1, 1) : 0;
    return spanBatch({
      relativeTime: first.time - genesisTime + (random.odd(0.03) ? random.int(-2, 2) : 0),
      parentHash: random.odd(0.05) ? random.bytes(32) : first.parentHash,
      lastOriginHash: random.odd(0.05) ? random.bytes(32) : epochHash(last.epoch + shift),
      firstAdvances: random.odd(0.05) ? !first.advances : first.advances,
      blocks: blocks.map((block) => ({ epoch: block.epoch + shift, transactions: transactions(block) })),
    });
  }

  /** Batches for some of the blocks from one on, whose epochs are known in L1 block `number` and not yet out of the window. */
  function batches(number: number, first: number): Uint8Array[] {
    const oldest = number - window - random.int(0, 2);
    const known = planned.filter(({ epoch }) => epoch < number && epoch >= oldest);
    const from = random.chance(0.7)
      ? known.findIndex((block) => block.number >= first)
      : random.int(0, known.length - 1);
    if (from < 0) return [];
    const reach = known.slice(from, from + random.int(1, random.chance(0.3) ? 80 : 25));
    const stride = random.pick([1, 1, 2, 3, 7]);
    const spans = newest >= forks.indexOf('delta') || random.odd(0.1) ? random.pick([0, 0, 0.3, 1]) : 0;
    const items = reach
      .filter((_, i) => i % stride === 0 && random.chance(0.85))
      .flatMap((block) => Array.from({ length: random.chance(0.25) ? 2 : 1 }, () => block))
      .map((block) => {
        if (!random.chance(spans)) return singular(block);
        const at = block.number - 1;
        return span(
          planned.slice(at, at + random.int(1, random.chance(0.2) ? 30 : 6)).filter(({ epoch }) => epoch < number),
        );
      });
    switch (random.pick(['forwards', 'forwards', 'backwards', 'shuffled'] as const)) {
      case 'backwards':
        return items.toReversed();
      case 'shuffled':
        return items
          .map((item) => [random.next(), item] as const)
          .toSorted(([a], [b]) => a - b)
          .map(([, item]) => item);
      default:
        return items;
    }
  }

  let frames: FrameFields[] = [];
  let channels = 0;
  function addChannel(content: Uint8Array[]): void {
    const hasBrotli = newest >= forks.indexOf('fjord');
    const data = channelData(
      content,
      random.pick(hasBrotli ? ['zlib', 'brotli', 'stored brotli'] : ['zlib', 'stored zlib']),
    );
    channels += 1;
    const size = random.pick([data.length, random.int(20, 400), random.int(300, 3000)]);
    const own: FrameFields[] = [];
    for (let at = 0, number = 0; at < data.length; at += size, number++) {
      own.push({
        channel: fixed(channels, 16),
        number,
        data: data.slice(at, at + size),
        isLast: at + size >= data.length,
      });
    }
    if (random.chance(0.2)) own.reverse();
    // Frames of two channels by turns.
    if (random.chance(0.3))
      frames = [...frames, ...own]
        .map((value, i) => ({ value, key: i % 7 }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ value }) => value);
    else frames.push(...own);
  }

  const prague = random.chance(0.3) ? genesisTime + random.int(-10, 200) : null;
  let sent = 1;
  for (let number = 0; number < l1Length; number++) {
    const own: Uint8Array[] = [];
    if (number > 0 && random.chance(0.6)) {
      for (let left = random.int(1, 4); left > 0; left--) {
        const content = batches(number, Math.max(1, sent - random.int(0, 6)));
        if (content.length > 0) addChannel(content);
      }
      sent += random.int(0, 12);
    }
    while (frames.length > 0 && random.chance(0.9)) {
      const taken = frames.splice(0, random.int(1, 30));
      const key = random.odd(0.01) ? stranger : batcher;
      own.push(dynamicFeeTransaction(key, l1ChainId, nonce++, inbox, batcherData(...taken.map(frame))));
    }
    const receipts = own.map(() => emptyReceipt);
    if (number > 0 && random.chance(0.15)) {
      own.push(dynamicFeeTransaction(stranger, l1ChainId, nonce++, portal, new Uint8Array(0)));
      receipts.push(receiptWithLogs(random));
    }
    sealBlock(l1, nodes, {
      time: l1Times[number] ?? 0,
      transactions: own,
      receipts,
      baseFee: BigInt(random.int(1, 2 ** 40)),
      excessBlobGas: 0n,
      isPrague: prague !== null && (l1Times[number] ?? 0) >= prague,
    });
  }

  const config = rollupConfig({
    l1Genesis: l1[0]?.hash ?? new Uint8Array(32),
    l2Genesis: genesisHash,
    times,
    blockTime,
    drift,
    window,
    timeout: random.int(2, 20),
  });
  const target = random.chance(0.3) ? random.int(1, 100) : 1_000_000;
  return { name: `turns ${seed}`, config, l1, target, extraAt, startEighths: random.int(0, 7), prague, nodes };
}
