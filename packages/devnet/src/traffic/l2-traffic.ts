// What users do on the embedded L2: a fixed cycle of transactions of all types, successful and failing.
import type { Common } from '@ethereumjs/common';
import { Address, concatBytes, createContractAddress } from '@ethereumjs/util';
import { Wallet } from '../chain/wallet.js';
import type { Call } from '../chain/wallet.js';
import { callData, dynamicBytes, initCode, wordOf } from '../contracts/assembler.js';
import { HISTORY_STORAGE, L2_TO_L1_MESSAGE_PASSER } from '../execution/addresses.js';
import { optimismRulesAt } from '../execution/forks.js';
import type { ForkName } from '../execution/forks.js';
import { SeededNumbers, seededHash, seededKey } from '../seed.js';
import * as contracts from './contracts.js';
import { callsAtLimits, callsSinceIsthmus, precompileCalls } from './precompile-calls.js';
import type { PrecompileCall } from './precompile-calls.js';
import { Authorities } from './set-code.js';

const GWEI = 1_000_000_000n;
const MAX_FEE = 20n * GWEI;
const TIP = GWEI / 10n;
const USERS = ['alice', 'bob', 'carol', 'dave'] as const;
const MOST_PER_BLOCK = 5;
/** Every so many blocks one stays without transactions. */
const EMPTY_EVERY = 9;

const DEPLOYED = {
  storage: contracts.STORAGE,
  staticCaller: contracts.STATIC_CALLER,
  reverter: contracts.REVERTER,
  factory: contracts.FACTORY,
  loop: contracts.LOOP,
  observer: contracts.OBSERVER,
  token: contracts.TOKEN,
  leadingZeros: contracts.LEADING_ZEROS,
  codeObserver: contracts.CODE_OBSERVER,
} as const;

type ContractName = keyof typeof DEPLOYED;

/** Names of the accounts that need ether at genesis, for `seededKey`. */
export const L2_FUNDED = ['deployer', ...USERS] as const;

/** Where the traffic's contracts are, known before they are deployed. */
export function trafficContract(seed: string, name: ContractName): Address {
  const nonce = BigInt(Object.keys(DEPLOYED).indexOf(name));
  return createContractAddress(seededKey(seed, 'deployer').address, nonce);
}

/** What the traffic goes by. */
export interface L2TrafficOptions {
  readonly seed: string;
  readonly common: Common;
  /** Whether the fork is active in an L2 block. */
  readonly isActive: (fork: ForkName, blockNumber: bigint) => boolean;
  /** Whether precompiled contracts are also called with BLS12-381 inputs that they refuse. */
  readonly refusedInputs: boolean;
  /** Whether precompiled contracts are also called at their longest inputs, which fills blocks. */
  readonly atLimits: boolean;
  /** Plain transfers to new accounts in each block besides all else. */
  readonly transfers: number;
}

/** Gas of a call at a limit: the most that a transaction may have since Karst (EIP-7825). */
const MOST_GAS = 16_777_216n;

type MakeTransaction = (user: Wallet, blockNumber: bigint) => Uint8Array;

/** The traffic of one chain, block by block. */
export class L2Traffic {
  readonly #numbers: SeededNumbers;
  readonly #deployer: Wallet;
  readonly #users: readonly Wallet[];
  readonly #precompiles: readonly PrecompileCall[];
  readonly #cycle: readonly MakeTransaction[];
  /** Numbers of what only later forks have, so that earlier blocks are the same with and without them. */
  readonly #laterNumbers: SeededNumbers;
  readonly #sinceIsthmus: readonly MakeTransaction[];
  readonly #atLimits: readonly MakeTransaction[];
  readonly #receivers: SeededNumbers;
  #next = 0;
  #nextLater = 0;
  #nextAtLimit = 0;

  constructor(readonly options: L2TrafficOptions) {
    const { seed, common } = options;
    this.#numbers = new SeededNumbers(seed, 'L2 traffic');
    const wallet = (name: string): Wallet => new Wallet(seededKey(seed, name), common, MAX_FEE, TIP);
    this.#deployer = wallet('deployer');
    this.#users = USERS.map(wallet);
    this.#precompiles = precompileCalls(this.#numbers);
    this.#cycle = this.#makeCycle();
    this.#laterNumbers = new SeededNumbers(seed, 'L2 traffic since Isthmus');
    this.#sinceIsthmus = this.#makeCycleSinceIsthmus(common.chainId());
    this.#atLimits = this.#makeCallsAtLimits();
    this.#receivers = new SeededNumbers(seed, 'receivers of plain transfers');
  }

  get seed(): string {
    return this.options.seed;
  }

  /** Envelopes for an L2 block. The first block deploys the contracts. */
  transactionsFor(blockNumber: bigint): Uint8Array[] {
    if (blockNumber === 1n) return Object.values(DEPLOYED).map((code) => this.#deploy(code));
    if (Number(blockNumber) % EMPTY_EVERY === 0) return [];
    const count = 2 + this.#numbers.below(MOST_PER_BLOCK - 1);
    const transactions = Array.from({ length: count }, () => this.#transaction(this.#cycle, this.#next++, blockNumber));
    transactions.push(...this.#transfers());
    if (!this.options.isActive('isthmus', blockNumber)) return transactions;
    const later = 1 + this.#laterNumbers.below(3);
    for (let i = 0; i < later; i++) {
      transactions.push(this.#transaction(this.#sinceIsthmus, this.#nextLater++, blockNumber));
    }
    // Such a call takes more gas than half a block has.
    if (this.options.atLimits) {
      transactions.push(this.#transaction(this.#atLimits, this.#nextAtLimit++, blockNumber));
    }
    return transactions;
  }

  #transfers(): Uint8Array[] {
    return Array.from({ length: this.options.transfers }, () =>
      this.#deployer.dynamicFee({ to: new Address(this.#receivers.bytes(20)), value: 1n, gasLimit: 21_000n }),
    );
  }

  #transaction(cycle: readonly MakeTransaction[], number: number, blockNumber: bigint): Uint8Array {
    const make = cycle[number % cycle.length];
    const user = this.#users[number % this.#users.length];
    if (make === undefined || user === undefined) throw new Error('the cycle has no transactions or no users');
    return make(user, blockNumber);
  }

  #makeCycleSinceIsthmus(chainId: bigint): MakeTransaction[] {
    const at = (name: ContractName): Address => trafficContract(this.seed, name);
    const authorities = new Authorities(this.seed, chainId, {
      contract: at('storage'),
      other: at('observer'),
      precompile: new Address(wordOf(4n).slice(12)),
      nothing: new Address(new Uint8Array(20)),
    });
    const numbers = this.#laterNumbers;
    const write = (): Uint8Array => concatBytes(wordOf(BigInt(numbers.below(4))), numbers.bytes(32));
    const setCode =
      (kind: number): MakeTransaction =>
      (user) => {
        const authorizations = authorities.list(kind, user);
        // To the account that delegates, so that the delegate's code runs at once; sometimes to one that reverts.
        const to = kind % 5 === 4 ? at('reverter') : authorities.addressOf(kind % 3);
        const call = { to, data: write(), gasLimit: 300_000n, value: BigInt(kind % 2) };
        const raw = user.setCode(call, authorizations);
        if (kind === Authorities.OWN) user.nonce++;
        return raw;
      };
    const toDelegated =
      (index: number): MakeTransaction =>
      (user) =>
        user.dynamicFee({ to: authorities.addressOf(index), data: write(), gasLimit: 200_000n, value: 1n });
    const observe =
      (target: () => Address): MakeTransaction =>
      (user) => {
        const data = concatBytes(new Uint8Array(12), target().bytes);
        return user.dynamicFee({ to: at('codeObserver'), data, gasLimit: 400_000n });
      };
    const staticCall =
      (target: Address, input: (blockNumber: bigint) => Uint8Array): MakeTransaction =>
      (user, blockNumber) => {
        const data = concatBytes(new Uint8Array(12), target.bytes, input(blockNumber));
        return user.dynamicFee({ to: at('staticCaller'), data, gasLimit: 900_000n });
      };
    const zeros = (count: bigint): MakeTransaction => {
      const value = count === 256n ? 0n : (1n << (255n - count)) | 1n;
      return (user) => user.dynamicFee({ to: at('leadingZeros'), data: wordOf(value), gasLimit: 120_000n });
    };
    const history = (ago: bigint): MakeTransaction =>
      staticCall(HISTORY_STORAGE, (number) => wordOf(number > ago ? number - ago : 0n));
    const calls = callsSinceIsthmus(numbers, this.options.refusedInputs).map(({ address, input }) =>
      staticCall(address, () => input),
    );
    const others: MakeTransaction[] = [
      ...Array.from({ length: Authorities.KINDS }, (_, kind) => setCode(kind)),
      toDelegated(0),
      observe(() => authorities.addressOf(0)),
      toDelegated(1),
      observe(() => authorities.addressOf(2)),
      history(1n),
      history(0n),
      history(20n),
      staticCall(HISTORY_STORAGE, () => new Uint8Array(31)),
      zeros(0n),
      zeros(255n),
      zeros(256n),
      // Data that is paid by its floor (EIP-7623).
      (user) => user.dynamicFee({ to: at('loop'), data: numbers.bytes(600), gasLimit: 60_000n }),
    ];
    // Both kinds in turn.
    const length = Math.max(others.length, calls.length);
    return Array.from({ length }, (_, i) => [others[i], calls[i]])
      .flat()
      .filter((make) => make !== undefined);
  }

  #makeCallsAtLimits(): MakeTransaction[] {
    return (['isthmus', 'jovian', 'karst'] as const).flatMap((fork) => {
      const { optimism } = optimismRulesAt({ [fork]: 0n }, 0n);
      return callsAtLimits(optimism?.inputLimits ?? {}).map(({ address, input }): MakeTransaction => {
        const data = concatBytes(new Uint8Array(12), address.bytes, input);
        return (user) => user.dynamicFee({ to: trafficContract(this.seed, 'staticCaller'), data, gasLimit: MOST_GAS });
      });
    });
  }

  #deploy(runtime: Uint8Array): Uint8Array {
    return this.#deployer.dynamicFee({ data: initCode(runtime), gasLimit: 1_000_000n });
  }

  #makeCycle(): MakeTransaction[] {
    const call = (name: ContractName, data: Uint8Array, gasLimit: bigint, value = 0n): Call => ({
      to: trafficContract(this.seed, name),
      data,
      gasLimit,
      value,
    });
    const amount = (): bigint => BigInt(1 + this.#numbers.below(1_000_000)) * GWEI;
    const slot = (): Uint8Array => wordOf(BigInt(this.#numbers.below(8)));
    const write = (value: bigint): Uint8Array => concatBytes(slot(), wordOf(value));
    const stranger = (): Address => new Address(this.#numbers.bytes(20));
    const friend = (): Address => seededKey(this.seed, USERS[this.#numbers.below(USERS.length)] ?? 'alice').address;
    const nested = initCode(contracts.SELF_DESTRUCTING);
    const precompile = ({ address, input }: PrecompileCall): Call =>
      call('staticCaller', concatBytes(new Uint8Array(12), address.bytes, input), 700_000n);
    const withdrawal = (): Call => {
      const head = callData(
        'initiateWithdrawal(address,uint256,bytes)',
        concatBytes(new Uint8Array(12), stranger().bytes),
        90_000n,
        0x60n,
      );
      const data = concatBytes(head, dynamicBytes(this.#numbers.bytes(this.#numbers.below(70))));
      return { to: L2_TO_L1_MESSAGE_PASSER, value: amount(), data, gasLimit: 300_000n };
    };
    const transfer = (): Uint8Array =>
      callData(
        'transfer(address,uint256)',
        concatBytes(new Uint8Array(12), friend().bytes),
        BigInt(this.#numbers.below(1000)),
      );
    const storage = trafficContract(this.seed, 'storage');

    return [
      (user) => user.legacy({ to: friend(), value: amount(), gasLimit: 21_000n }),
      (user) => user.dynamicFee(call('token', callData('mint(uint256)', 5_000n), 100_000n)),
      (user) => user.dynamicFee({ to: stranger(), value: amount(), gasLimit: 21_000n }),
      (user) => user.dynamicFee(call('storage', write(amount()), 100_000n)),
      (user) => user.dynamicFee(call('observer', this.#numbers.bytes(33), 300_000n, 5n)),
      (user) =>
        user.withAccessList(call('storage', write(7n), 100_000n), [{ address: storage, slots: [slot(), slot()] }]),
      (user) => user.dynamicFee(call('token', transfer(), 100_000n)),
      (user) => user.unprotected({ to: friend(), value: amount(), gasLimit: 30_000n }),
      (user) => user.dynamicFee(call('reverter', this.#numbers.bytes(68), 100_000n)),
      (user) => user.dynamicFee({ data: initCode(contracts.TOKEN), gasLimit: 600_000n }),
      (user) => user.dynamicFee(withdrawal()),
      ...this.#precompiles.map((one) => (user: Wallet) => user.dynamicFee(precompile(one))),
      (user) => user.legacy(call('factory', nested, 500_000n, 1000n)),
      (user) => user.dynamicFee(call('storage', write(0n), 100_000n)),
      (user) => user.withAccessList({ to: L2_TO_L1_MESSAGE_PASSER, value: amount(), gasLimit: 200_000n }, []),
      (user) => user.dynamicFee(call('loop', wordOf(200n), 200_000n)),
      // Runs out of gas.
      (user) => user.dynamicFee(call('loop', wordOf(100_000n), 150_000n)),
      (user) => user.dynamicFee(call('token', transfer(), 100_000n), [{ address: stranger(), slots: [] }]),
      // Init code that fails, and one that returns code of a kind that may not be deployed (EIP-3541).
      (user) => user.dynamicFee({ data: contracts.REVERTER, gasLimit: 100_000n, value: 3n }),
      (user) => user.legacy({ data: initCode(Uint8Array.of(0xef, 0, 1)), gasLimit: 100_000n }),
      (user) => user.dynamicFee({ to: stranger(), value: 0n, data: this.#numbers.bytes(200), gasLimit: 50_000n }),
      (user) => user.dynamicFee(call('factory', seededHash(this.seed, 'no init code'), 300_000n)),
    ];
  }
}
