// Set-code transactions (EIP-7702) with authorizations of every kind: valid, void for each reason there is, and several
// of one account in one transaction.
import type { Address } from '@ethereumjs/util';
import type { Wallet } from '../chain/wallet.js';
import { signAuthorization } from '../chain/wallet.js';
import type { Authorization } from '../execution/authorizations.js';
import { seededKey } from '../seed.js';
import type { KeyPair } from '../seed.js';

/** What delegates can be. */
export interface Delegates {
  readonly contract: Address;
  readonly other: Address;
  readonly precompile: Address;
  readonly nothing: Address;
}

/** Accounts that authorize: none has ether at first. */
const AUTHORITIES = ['erin', 'frank', 'grace'] as const;
const SECP256K1_ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** The authorities of one chain, and how often each one's authorizations were valid. */
export class Authorities {
  readonly #keys: readonly KeyPair[];
  readonly #nonces: bigint[];

  constructor(
    seed: string,
    readonly chainId: bigint,
    readonly delegates: Delegates,
  ) {
    this.#keys = AUTHORITIES.map((name) => seededKey(seed, name));
    this.#nonces = this.#keys.map(() => 0n);
  }

  addressOf(index: number): Address {
    return this.#key(index).address;
  }

  /** How many lists `list` knows. */
  static readonly KINDS = 14;
  /** The list with the sender's own authorization, which raises its nonce once more. */
  static readonly OWN = 11;

  /** Authorizations of the `kind`-th kind, for a transaction that `sender` is about to sign. */
  list(kind: number, sender: Wallet): Authorization[] {
    const { contract, other, precompile, nothing } = this.delegates;
    const first = this.#key(0);
    switch (kind % Authorities.KINDS) {
      case 0:
        return [this.#valid(0, contract)];
      case 1:
        return [this.#valid(1, other, 0n)];
      case 2:
        return [this.#void(0, contract, { chainId: this.chainId + 1n })];
      case 3:
        return [this.#void(0, contract, { nonce: this.#nonce(0) + 5n }), this.#valid(0, other)];
      case 4:
        return [
          { ...this.#void(1, contract, {}), yParity: 2n },
          { ...this.#void(1, contract, {}), yParity: 27n },
        ];
      case 5: {
        const signed = this.#void(1, contract, {});
        // The other signature of the same point: valid but for its s, which is in the upper half.
        return [{ ...signed, s: SECP256K1_ORDER - signed.s, yParity: 1n - signed.yParity }];
      }
      case 6: {
        const signed = this.#void(2, contract, {});
        return [
          { ...signed, r: 0n },
          { ...signed, s: 0n },
          { ...signed, r: SECP256K1_ORDER },
        ];
      }
      case 7:
        return [this.#valid(2, precompile)];
      case 8:
        return [this.#valid(2, nothing)];
      case 9:
        // To itself: its code is the delegation's own bytes, which are no program.
        return [this.#valid(1, this.addressOf(1))];
      case 10:
        // Of one account three times; the second comes too early.
        return [
          this.#valid(0, other),
          this.#void(0, contract, { nonce: this.#nonce(0) + 1n }),
          this.#valid(0, contract),
        ];
      case Authorities.OWN:
        // The sender's own, whose nonce is the one after this transaction's.
        return [
          signAuthorization(
            { privateKey: sender.privateKey, address: sender.address },
            {
              chainId: this.chainId,
              address: contract.bytes,
              nonce: sender.nonce + 1n,
            },
          ),
          this.#void(0, contract, { nonce: (1n << 64n) - 1n }),
        ];
      case 12:
        // Through another account's delegation: that is not followed twice.
        return [this.#valid(2, first.address)];
      default:
        return [this.#valid(0, nothing), this.#valid(0, contract), this.#valid(1, nothing)];
    }
  }

  /** One that takes effect. */
  #valid(index: number, to: Address, chainId = this.chainId): Authorization {
    const signed = this.#void(index, to, { chainId });
    this.#nonces[index] = this.#nonce(index) + 1n;
    return signed;
  }

  /** One that counts for nothing unless what is changed leaves it valid. */
  #void(index: number, to: Address, change: { chainId?: bigint; nonce?: bigint }): Authorization {
    const { chainId = this.chainId, nonce = this.#nonce(index) } = change;
    return signAuthorization(this.#key(index), { chainId, address: to.bytes, nonce });
  }

  #key(index: number): KeyPair {
    const key = this.#keys[index];
    if (key === undefined) throw new Error(`there is no authority ${index}`);
    return key;
  }

  #nonce(index: number): bigint {
    return this.#nonces[index] ?? 0n;
  }
}
