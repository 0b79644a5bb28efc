// What users and the chain's owner do on the embedded L1: deposits of all kinds, changes of the system configuration.
import type { Common } from '@ethereumjs/common';
import { Address, concatBytes } from '@ethereumjs/util';
import { BATCHERS } from '../batcher/batcher.js';
import { Wallet } from '../chain/wallet.js';
import { initCode, wordOf } from '../contracts/assembler.js';
import {
  depositCall,
  emitUpdateCall,
  packScalars,
  setBatcherCall,
  setEip1559ParametersCall,
  setFootprintScalarCall,
  setGasConfigCall,
  setGasLimitCall,
  setMinBaseFeeCall,
  setOperatorFeeCall,
} from '../contracts/l1-contracts.js';
import type { ForkName } from '../execution/forks.js';
import type { L1Submission } from '../l1/l1-chain.js';
import { SeededNumbers, seededKey } from '../seed.js';
import { TOKEN } from './contracts.js';
import { trafficContract } from './l2-traffic.js';

const GWEI = 1_000_000_000n;
const ETHER = 1_000_000_000n * GWEI;
const MAX_FEE = 100n * GWEI;
const PORTAL_GAS = 400_000n;
/** L1 blocks by which updates come before the fork that knows them: those are lost. */
const EARLY = 3n;

/** Names of the accounts that need ether at L1's genesis, for `seededKey`. */
export const L1_FUNDED = ['depositor', 'owner', 'stranger', ...BATCHERS] as const;

interface Deposit {
  readonly to?: Address;
  readonly mint?: bigint;
  readonly value?: bigint;
  readonly gasLimit?: bigint;
  readonly data?: Uint8Array;
  /** Whether a contract makes the deposit, twice. */
  readonly forwarded?: boolean;
}

/** Where the traffic's L1 contracts are. */
export interface L1Contracts {
  readonly portal: Address;
  readonly systemConfig: Address;
  readonly forwarder: Address;
}

/** What happens when, by L1 block number. */
export interface L1Schedule {
  /** The block in which the second batcher account takes over. */
  readonly handover: bigint | undefined;
  readonly isActive: (fork: ForkName, blockNumber: bigint) => boolean;
  /** Plain transfers in each block. */
  readonly transfers: number;
}

/** The traffic of one chain, block by block. */
export class L1Traffic {
  readonly #numbers: SeededNumbers;
  readonly #depositor: Wallet;
  readonly #owner: Wallet;
  readonly #deposits: readonly (() => Deposit)[];
  #next = 0;
  #malformed = 0;

  constructor(
    readonly seed: string,
    common: Common,
    readonly contracts: L1Contracts,
    readonly schedule: L1Schedule,
  ) {
    this.#numbers = new SeededNumbers(seed, 'L1 traffic');
    this.#depositor = new Wallet(seededKey(seed, 'depositor'), common, MAX_FEE, GWEI);
    this.#owner = new Wallet(seededKey(seed, 'owner'), common, MAX_FEE, GWEI);
    this.#deposits = this.#makeDeposits();
  }

  /** Signed transactions for an L1 block. */
  submissionsFor(blockNumber: bigint): L1Submission[] {
    const count = Number(blockNumber) % 4 === 0 ? 0 : 1 + this.#numbers.below(2);
    const raws = Array.from({ length: count }, () => this.#deposit());
    if (blockNumber % 5n === 3n) raws.push(this.#configure(setGasLimitCall(25_000_000n + blockNumber)));
    if (blockNumber % 7n === 2n) {
      raws.push(this.#configure(this.#gasConfig(blockNumber)));
    }
    if (blockNumber % 6n === 5n && this.schedule.isActive('holocene', blockNumber)) {
      raws.push(this.#configure(setEip1559ParametersCall(200n + blockNumber, 4n)));
    }
    raws.push(...Array.from({ length: this.schedule.transfers }, () => this.#transfer()));
    raws.push(...this.#updatesSinceIsthmus(blockNumber));
    if (blockNumber === this.schedule.handover) {
      raws.push(this.#configure(setBatcherCall(seededKey(this.seed, BATCHERS[1]).address.bytes)));
    }
    return raws.map((raw) => ({ raw, sidecars: [] }));
  }

  #deposit(): Uint8Array {
    const make = this.#deposits[this.#next++ % this.#deposits.length];
    if (make === undefined) throw new Error('the cycle has no deposits');
    const { to, mint = 0n, value = 0n, gasLimit = 100_000n, data = new Uint8Array(0), forwarded = false } = make();
    const target = to?.bytes ?? new Uint8Array(20);
    return this.#depositor.dynamicFee({
      to: forwarded ? this.contracts.forwarder : this.contracts.portal,
      value: mint,
      data: depositCall({ to: target, value, gasLimit, isCreation: to === undefined, data }),
      gasLimit: PORTAL_GAS,
    });
  }

  #transfer(): Uint8Array {
    const { address } = seededKey(this.seed, 'stranger');
    return this.#depositor.dynamicFee({ to: address, value: 1n, gasLimit: 21_000n });
  }

  #configure(data: Uint8Array): Uint8Array {
    return this.#owner.dynamicFee({ to: this.contracts.systemConfig, data, gasLimit: 100_000n });
  }

  /** Updates that Isthmus and Jovian brought, some sound, some not. */
  #updatesSinceIsthmus(blockNumber: bigint): Uint8Array[] {
    const isNear = (fork: ForkName): boolean => this.schedule.isActive(fork, blockNumber + EARLY);
    if (!isNear('isthmus')) return [];
    const calls: Uint8Array[] = [];
    if (blockNumber % 4n === 1n) calls.push(setOperatorFeeCall(1_000n + blockNumber, 5n * blockNumber));
    if (blockNumber % 4n === 2n) calls.push(this.#malformedUpdate());
    // Between two that are sound the bad one counts alone.
    if (blockNumber % 6n === 4n) {
      calls.push(setOperatorFeeCall(7n, 700n), this.#malformedUpdate(), setGasLimitCall(26_000_000n + blockNumber));
    }
    if (isNear('jovian') && blockNumber % 4n === 3n) calls.push(setMinBaseFeeCall(1_000_000n * blockNumber));
    if (isNear('jovian') && blockNumber % 5n === 2n) calls.push(setFootprintScalarCall(300n + blockNumber));
    if (isNear('jovian') && blockNumber % 10n === 9n) calls.push(setMinBaseFeeCall(0n), setFootprintScalarCall(0n));
    return calls.map((call) => this.#configure(call));
  }

  /** The next of the updates that derivation must pass over. */
  #malformedUpdate(): Uint8Array {
    const words = (...values: bigint[]): Uint8Array => concatBytes(...values.map((value) => wordOf(value)));
    const updates: readonly (readonly [version: bigint, kind: bigint, data: Uint8Array])[] = [
      [0n, 8n, words(32n, 32n, 1n)],
      [1n, 2n, words(32n, 32n, 20_000_000n)],
      [0n, 2n, words(32n, 32n, 1n << 64n)],
      [0n, 2n, words(32n, 32n, 20_000_000n, 0n)],
      [0n, 2n, words(32n, 64n, 20_000_000n)],
      [0n, 2n, words(64n, 32n, 20_000_000n)],
      [0n, 2n, words(32n, 32n)],
      [0n, 0n, words(32n, 32n, 1n << 160n)],
      [0n, 1n, words(32n, 64n, 0n, 3n << 248n)],
      // Base fee parameters of which one is zero.
      [0n, 4n, words(32n, 32n, 250n << 32n)],
      [0n, 4n, words(32n, 32n, 6n)],
      [0n, 5n, words(32n, 32n, 5n).slice(0, -1)],
      [0n, 6n, words(32n, 32n, 1n << 64n)],
      [0n, 7n, words(32n, 32n, 1n << 16n)],
      [0n, 3n, words(32n, 32n, 1n)],
      [0n, 2n, new Uint8Array(0)],
    ];
    const [version, kind, data] = updates[this.#malformed++ % updates.length] ?? [0n, 8n, new Uint8Array(0)];
    return emitUpdateCall(version, kind, data);
  }

  #gasConfig(blockNumber: bigint): Uint8Array {
    if (!this.schedule.isActive('ecotone', blockNumber)) return setGasConfigCall(200n, wordOf(700_000n + blockNumber));
    return setGasConfigCall(0n, packScalars(1_000 + Number(blockNumber), 800_000));
  }

  #makeDeposits(): (() => Deposit)[] {
    const { address: depositor } = this.#depositor;
    const stranger = (): Address => new Address(this.#numbers.bytes(20));
    return [
      () => ({ to: depositor, mint: ETHER, value: ETHER }),
      () => ({ to: stranger(), mint: 3n * GWEI, value: 2n * GWEI }),
      () => ({ to: stranger(), mint: 8n * GWEI, value: GWEI, forwarded: true }),
      () => ({ to: trafficContract(this.seed, 'storage'), data: concatBytes(wordOf(100n), this.#numbers.bytes(32)) }),
      () => ({ data: initCode(TOKEN), gasLimit: 500_000n }),
      // Fails: the account has less. The mint stays.
      () => ({ to: stranger(), mint: GWEI, value: 1_000_000n * ETHER }),
      () => ({ to: trafficContract(this.seed, 'reverter'), mint: 5n, value: 5n, data: this.#numbers.bytes(10) }),
      // Fails: less gas than its data costs.
      () => ({ to: stranger(), gasLimit: 21_000n, data: this.#numbers.bytes(50) }),
      () => ({ to: trafficContract(this.seed, 'observer'), data: this.#numbers.bytes(40), gasLimit: 300_000n }),
    ];
  }
}
