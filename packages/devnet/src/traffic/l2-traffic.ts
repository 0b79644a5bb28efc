// What users do on the embedded L2: a fixed cycle of transactions of all types, successful and failing.
import type { Common } from '@ethereumjs/common';
import { Address, concatBytes, createContractAddress } from '@ethereumjs/util';
import { Wallet } from '../chain/wallet.js';
import type { Call } from '../chain/wallet.js';
import { callData, dynamicBytes, initCode, wordOf } from '../contracts/assembler.js';
import { L2_TO_L1_MESSAGE_PASSER } from '../execution/addresses.js';
import { SeededNumbers, seededHash, seededKey } from '../seed.js';
import * as contracts from './contracts.js';
import { precompileCalls } from './precompile-calls.js';
import type { PrecompileCall } from './precompile-calls.js';

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
} as const;

type ContractName = keyof typeof DEPLOYED;

/** Names of the accounts that need ether at genesis, for `seededKey`. */
export const L2_FUNDED = ['deployer', ...USERS] as const;

/** Where the traffic's contracts are, known before they are deployed. */
export function trafficContract(seed: string, name: ContractName): Address {
  const nonce = BigInt(Object.keys(DEPLOYED).indexOf(name));
  return createContractAddress(seededKey(seed, 'deployer').address, nonce);
}

/** The traffic of one chain, block by block. */
export class L2Traffic {
  readonly #numbers: SeededNumbers;
  readonly #deployer: Wallet;
  readonly #users: readonly Wallet[];
  readonly #precompiles: readonly PrecompileCall[];
  readonly #cycle: readonly ((user: Wallet) => Uint8Array)[];
  #next = 0;

  constructor(
    readonly seed: string,
    common: Common,
  ) {
    this.#numbers = new SeededNumbers(seed, 'L2 traffic');
    const wallet = (name: string): Wallet => new Wallet(seededKey(seed, name), common, MAX_FEE, TIP);
    this.#deployer = wallet('deployer');
    this.#users = USERS.map(wallet);
    this.#precompiles = precompileCalls(this.#numbers);
    this.#cycle = this.#makeCycle();
  }

  /** Envelopes for an L2 block. The first block deploys the contracts. */
  transactionsFor(blockNumber: bigint): Uint8Array[] {
    if (blockNumber === 1n) return Object.values(DEPLOYED).map((code) => this.#deploy(code));
    if (Number(blockNumber) % EMPTY_EVERY === 0) return [];
    const count = 2 + this.#numbers.below(MOST_PER_BLOCK - 1);
    return Array.from({ length: count }, () => this.#transaction());
  }

  #transaction(): Uint8Array {
    const number = this.#next++;
    const make = this.#cycle[number % this.#cycle.length];
    const user = this.#users[number % this.#users.length];
    if (make === undefined || user === undefined) throw new Error('the cycle has no transactions or no users');
    return make(user);
  }

  #deploy(runtime: Uint8Array): Uint8Array {
    return this.#deployer.dynamicFee({ data: initCode(runtime), gasLimit: 1_000_000n });
  }

  #makeCycle(): ((user: Wallet) => Uint8Array)[] {
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
