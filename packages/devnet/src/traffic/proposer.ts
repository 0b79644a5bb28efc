// The account that proposes output roots on the embedded L1, some of them false, and ends the games when their time is up.
import type { Common } from '@ethereumjs/common';
import { type Address, createContractAddress } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { Wallet } from '../chain/wallet.js';
import { createGameCall, guardianCall, resolveCall, setAnchorCall } from '../contracts/dispute-games.js';
import type { L1Submission } from '../l1/l1-chain.js';
import { seededKey } from '../seed.js';

const GWEI = 1_000_000_000n;
/** Name of the proposer's account, for `seededKey`. */
export const PROPOSER = 'proposer';
const GAME_GAS = 1_500_000n;
const CALL_GAS = 200_000n;
/** Type of the games: cannon. */
const GAME_TYPE = 0n;

/** How proposals are made. */
export interface ProposalPlan {
  /** L2 blocks from one proposal to the next. */
  readonly every: bigint;
  /** One proposal in so many is false; 0: none. */
  readonly falseOneIn: number;
  /** L1 blocks after which a game is over. */
  readonly gameBlocks: bigint;
  /** What the guardian does in the L1 block after the one in which so many games are there. */
  readonly guardian?: Readonly<Record<number, 'blacklist the last' | 'retire all' | 'respect another type'>>;
}

export interface ProposerOptions {
  readonly seed: string;
  readonly common: Common;
  readonly factory: Address;
  readonly plan: ProposalPlan;
  /** Output root of an L2 block that is safe. */
  readonly outputRoot: (block: bigint) => Uint8Array;
}

interface OpenGame {
  readonly index: number;
  readonly block: bigint;
  readonly isTrue: boolean;
  /** L1 block in which it ends. */
  readonly ends: bigint;
}

/** The proposer of one chain, L1 block by L1 block. */
export class Proposer {
  readonly #wallet: Wallet;
  readonly #open: OpenGame[] = [];
  #made = 0;
  #guardedAt = 0;
  #proposed = 0n;

  constructor(readonly options: ProposerOptions) {
    const { seed, common } = options;
    this.#wallet = new Wallet(seededKey(seed, PROPOSER), common, 100n * GWEI, GWEI);
  }

  /** Its transactions for an L1 block, where L2 is safe up to `safe`. */
  submissionsFor(l1Number: bigint, safe: bigint): L1Submission[] {
    const raws: Uint8Array[] = [];
    if (this.#made === 0 && this.#proposed === 0n) raws.push(this.#anchor(0n));
    raws.push(...this.#guarded(), ...this.#ended(l1Number));
    const { every, falseOneIn, gameBlocks } = this.options.plan;
    const block = this.#proposed + every;
    if (block <= safe) {
      const index = this.#made++;
      this.#proposed = block;
      const isTrue = falseOneIn === 0 || index % falseOneIn !== falseOneIn - 1;
      const root = this.options.outputRoot(block);
      raws.push(this.#send(createGameCall(GAME_TYPE, isTrue ? root : keccak_256(root), block), GAME_GAS));
      this.#open.push({ index, block, isTrue, ends: l1Number + gameBlocks });
    }
    return raws.map((raw) => ({ raw, sidecars: [] }));
  }

  /** What the guardian does, once each. */
  #guarded(): Uint8Array[] {
    const act = this.options.plan.guardian?.[this.#made];
    if (act === undefined || this.#guardedAt === this.#made) return [];
    this.#guardedAt = this.#made;
    if (act === 'retire all') return [this.#send(guardianCall('retire'), CALL_GAS)];
    if (act === 'respect another type') return [this.#send(guardianCall({ respectInstead: 1n }), CALL_GAS)];
    const last = BigInt(this.#addressOf(this.#made - 1).toString());
    return [this.#send(guardianCall({ blacklist: last }), CALL_GAS)];
  }

  /** The factory, which has the nonce 1 from genesis on, creates nothing but games. */
  #addressOf(index: number): Address {
    return createContractAddress(this.options.factory, BigInt(index + 1));
  }

  /** Ends the games whose time is up; a true one becomes what later games start from. */
  #ended(l1Number: bigint): Uint8Array[] {
    const raws: Uint8Array[] = [];
    for (let game = this.#open[0]; game !== undefined && game.ends <= l1Number; game = this.#open[0]) {
      this.#open.shift();
      const to = this.#addressOf(game.index);
      raws.push(this.#wallet.dynamicFee({ to, data: resolveCall(game.isTrue ? 2n : 1n), gasLimit: CALL_GAS }));
      if (game.isTrue) raws.push(this.#anchor(game.block));
    }
    return raws;
  }

  #anchor(block: bigint): Uint8Array {
    return this.#send(setAnchorCall(this.options.outputRoot(block), block), CALL_GAS);
  }

  #send(data: Uint8Array, gasLimit: bigint): Uint8Array {
    return this.#wallet.dynamicFee({ to: this.options.factory, data, gasLimit });
  }
}
