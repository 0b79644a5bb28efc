// A block of an attack (attacks.ts) as one that a chain holds: the program is asked what it is made of from L1 to the
// output root.
import { RLP } from '@ethereumjs/rlp';
import type { Oracle } from '@obelisc/preimage';
import { forks } from '../execution/blocks.js';
import { answerPrecompile, fromHex } from '../execution/module.js';
import { headerRlp, MESSAGE_PASSER } from '../execution/world.js';
import { attacks, GENESIS, transactionsOf } from './attacks.js';
import { claimOn } from './claim.js';
import { depositLog, genesisTime, HostileChain, receiptOf, rlpString, singular } from './hostile-chain.js';
import { MadeUpState } from './made-up-state.js';
import { attackBudget } from './run-attack.js';

/** Gas of the block beside the attack's: L1's attributes. */
const OVERHEAD = 1_500_000;
/** An L2 block for each of L1's: so the first one begins an epoch, and holds its deposits. */
const BLOCK_TIME = 12;

export interface AttackClaim {
  /** What the program is asked where that output root is claimed, a wrong one where it is left out. */
  readonly claim: (root?: Uint8Array) => Oracle;
  /** Bytes that the program may take to execute the block. */
  readonly budget: number;
}

/** Claims on the block of the attack with that gas. */
export function claimOnAttack(name: string, gas: number): AttackClaim {
  const attack = attacks[name]?.(gas);
  if (attack === undefined) throw new Error(`no attack is called ${name}`);
  const fork = attack.fork ?? 'holocene';
  const accounts = { ...attack.accounts, [MESSAGE_PASSER]: {} };
  const state = new MadeUpState(attack.levels ?? 4, accounts, attack.slots);
  const parent = { number: BigInt(GENESIS), gasLimit: BigInt(gas + OVERHEAD), gasUsed: 0n };
  const header = headerRlp(forks.indexOf(fork), state.root, BigInt(genesisTime), parent);
  const chain = new HostileChain({
    fork,
    blockTime: BLOCK_TIME,
    gasLimit: gas + OVERHEAD,
    genesis: { number: GENESIS, header },
  });
  const transactions = transactionsOf(attack, gas);
  const deposits = transactions.filter((encoded) => encoded[0] === 0x7e);
  const receipt = receiptOf(deposits.map(logOf));
  chain.seal([chain.transaction(new Uint8Array(0))], [receipt]);
  const others = transactions.filter((encoded) => encoded[0] !== 0x7e);
  const batch = singular(
    {
      parentHash: chain.genesisHash,
      epochHash: chain.l1[1] ?? new Uint8Array(32),
      epoch: 1,
      time: genesisTime + BLOCK_TIME,
    },
    Buffer.concat(others.map(rlpString)),
  );
  chain.postChannel(batch);
  const states = { root: fromHex(state.root), get: (key: string) => state.get(key) };
  const claimed = { number: GENESIS + 1, state: states, answer: answerPrecompile };
  return {
    claim: (root) => claimOn(chain, root === undefined ? claimed : { ...claimed, root }),
    budget: attackBudget(attack, gas),
  };
}

/** The log that becomes an encoded deposit. */
export function logOf(deposit: Uint8Array): ReturnType<typeof depositLog> {
  const [, from, to, , , gas, , data] = RLP.decode(deposit.subarray(1)) as Uint8Array[];
  if (from === undefined || to === undefined || data === undefined) throw new Error('no deposit');
  return depositLog({ from, to, gas: BigInt(`0x${Buffer.from(gas ?? []).toString('hex') || '0'}`), data });
}
