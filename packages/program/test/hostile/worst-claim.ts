// The worst block, the worst that derivation holds and thousands of blocks, all in one claim.
import type { Oracle } from '@obelisc/preimage';
import { forks } from '../execution/blocks.js';
import { fromHex } from '../execution/module.js';
import { headerRlp, MESSAGE_PASSER } from '../execution/world.js';
import { logOf } from './attack-claim.js';
import { attacks, GENESIS, transactionsOf } from './attacks.js';
import { claimOn } from './claim.js';
import { genesisTime, HostileChain, receiptOf, rlpString, singular } from './hostile-chain.js';
import { manyFrames, openings, repeated, tiny } from './hostile-data.js';
import { MadeUpState } from './made-up-state.js';

/** Seconds of an L2 block: one for each of L1's. */
const BLOCK_TIME = 12;
/** L1 blocks for which a batch may wait. */
const WINDOW = 100;

/** Transactions of 60,000 frames of 100 bytes, each of one channel, whose size the bank forgets. */
function smallFrames(chain: HostileChain, first: number, count: number): Uint8Array[] {
  const numbers = Array.from({ length: 60_000 }, (_, i) => 60_000 - i);
  return Array.from({ length: count }, (_, i) => {
    const channel = 10 ** 9 + first + i;
    const ends = manyFrames(2, 0, (view, k) => {
      view.setUint32(12, channel);
      view.setUint16(16, 65_535 - k);
      view.setUint8(22, k);
    });
    return [chain.transaction(tiny(channel, 100, numbers)), chain.transaction(ends)];
  }).flat();
}

/**
 * A wrong claim on a chain between Fjord and Granite of `blocks` blocks without batches. The 40th before the last one is the
 * attack's of that gas. When its epoch's window ends, six million frames of 100 bytes are held, of which the bank has forgotten the
 * size, and five million channels of an empty frame are open; and batches wait for the tenth before the last: three million empty
 * ones and one of 99 MB.
 */
export function worstClaim(blocks: number, attackName: string, gas: number): Oracle {
  const attack = attacks[attackName]?.(gas);
  if (attack === undefined) throw new Error(`no attack is called ${attackName}`);
  const fork = 'fjord';
  const state = new MadeUpState(attack.levels ?? 4, { ...attack.accounts, [MESSAGE_PASSER]: {} }, attack.slots);
  const gasLimit = gas + 2_000_000;
  const parent = { number: BigInt(GENESIS), gasLimit: BigInt(gasLimit), gasUsed: 0n };
  const header = headerRlp(forks.indexOf(fork), state.root, BigInt(genesisTime), parent);
  const chain = new HostileChain({
    fork,
    blockTime: BLOCK_TIME,
    gasLimit,
    window: WINDOW,
    genesis: { number: GENESIS, header },
  });
  const until = (number: number): void => {
    while (chain.l1.length < number) chain.seal([]);
  };
  const attacked = blocks - 40;
  until(attacked);
  chain.seal([chain.transaction(new Uint8Array(0))], [receiptOf(transactionsOf(attack, gas).map(logOf))]);
  until(attacked + WINDOW - 56);
  for (let i = 0; i < 13; i++) chain.seal(smallFrames(chain, 8 * i, 8));
  until(attacked + WINDOW - 40);
  for (let i = 0; i < 26; i++) chain.seal([chain.transaction(openings(200_000 * i, 200_000))]);
  const time = genesisTime + BLOCK_TIME * (blocks - 10);
  for (let i = 0; i < 3; i++) chain.postChannel(repeated(1_000_000, singular({ time }, new Uint8Array(0))));
  const epoch = attacked + 20;
  const epochHash = chain.l1[epoch] ?? new Uint8Array(32);
  chain.postChannel(singular({ time, epoch, epochHash }, rlpString(new Uint8Array(99_000_000).fill(2))));
  until(blocks + WINDOW + 4);
  return claimOn(chain, {
    number: GENESIS + blocks,
    state: { root: fromHex(state.root), get: (key) => state.get(key) },
  });
}
