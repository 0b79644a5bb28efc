/** The agreed blocks' ancestors on L2, with which derivation looks for where to start, fetched ahead: shared by runs of one range. */
import type { Arrivals } from './arrivals.js';
import { type BlockSource, headersByNumber } from './block-source.js';
import { l1OriginNumber } from './l1-origin.js';
import type { RpcEndpoint } from './rpc-endpoint.js';

/** A block with which derivation looks for its start. */
export type L2Ancestor = { readonly hash: Uint8Array; readonly origin: bigint | undefined };

export type L2Ancestors = {
  /** The blocks from `highest` down to `lowest`, as far as each could be had. */
  fetch(highest: bigint, lowest: bigint): Promise<L2Ancestor[]>;
};

/** Headers of L2 with their L1 origins by number, many at a time; those of another branch are stored in vain. */
export function l2Ancestors(l2: RpcEndpoint, l2Blocks: BlockSource, arrivals: Arrivals): L2Ancestors {
  const known = new Map<bigint, L2Ancestor>();
  const fetchFresh = async (numbers: readonly bigint[]): Promise<void> => {
    const [headers, firsts] = await Promise.all([
      headersByNumber(l2, numbers),
      l2.settleEach(
        'eth_getTransactionByBlockNumberAndIndex',
        numbers.map((number) => [`0x${number.toString(16)}`, '0x0']),
      ),
    ]);
    for (const header of headers) {
      l2Blocks.remember(header);
      arrivals.put([header.rlp]);
      arrivals.learn('l2', header);
      const first = firsts[numbers.indexOf(header.number)];
      const origin = first?.status === 'fulfilled' ? l1OriginNumber(first.value) : undefined;
      known.set(header.number, { hash: header.hash, origin });
    }
  };
  return {
    async fetch(highest, lowest) {
      const range = Array.from({ length: Number(highest - lowest) + 1 }, (_, index) => highest - BigInt(index));
      const fresh = range.filter((number) => !arrivals.isBegun(`l2 header ${number}`));
      const what = `L2 headers ${lowest} to ${highest}`;
      if (fresh.length > 0) {
        const fetched = arrivals.background(what, () => fetchFresh(fresh));
        for (const number of fresh) void arrivals.begin(`l2 header ${number}`, what, () => fetched);
      }
      await Promise.all(range.map((number) => arrivals.arrived(`l2 header ${number}`)));
      const found: L2Ancestor[] = [];
      for (const number of range) {
        const ancestor = known.get(number);
        if (ancestor === undefined) break;
        found.push(ancestor);
      }
      return found;
    },
  };
}
