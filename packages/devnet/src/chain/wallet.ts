// Accounts that sign the embedded chain's traffic and count their nonces.
import type { Common } from '@ethereumjs/common';
import { createCustomCommon, Mainnet } from '@ethereumjs/common';
import {
  createAccessList2930Tx,
  createBlob4844Tx,
  createEOACode7702Tx,
  createFeeMarket1559Tx,
  createLegacyTx,
} from '@ethereumjs/tx';
import { Address, bigIntToUnpaddedBytes, bytesToHex } from '@ethereumjs/util';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { authorizationHash } from '../execution/authorizations.js';
import type { Authorization } from '../execution/authorizations.js';
import type { KeyPair } from '../seed.js';

/** What a transaction does, without what its envelope adds. */
export interface Call {
  /** Absent: a creation. */
  readonly to?: Address;
  readonly value?: bigint;
  readonly data?: Uint8Array;
  readonly gasLimit: bigint;
}

/** Addresses and slots that an access list names. */
export type AccessList = readonly { readonly address: Address; readonly slots: readonly Uint8Array[] }[];

/** One account on one chain. */
export class Wallet {
  readonly address: Address;
  /** Of the next transaction. */
  nonce = 0n;
  readonly privateKey: Uint8Array;
  readonly #unprotected: Common;

  /** An account that bids `maxFeePerGas` wei and tips `tip`. */
  constructor(
    key: KeyPair,
    readonly common: Common,
    readonly maxFeePerGas: bigint,
    readonly tip: bigint,
  ) {
    this.address = key.address;
    this.privateKey = key.privateKey;
    // Before EIP-155 transactions named no chain.
    const chainId = Number(common.chainId());
    this.#unprotected = createCustomCommon({ chainId }, Mainnet, { hardfork: 'tangerineWhistle' });
  }

  /** Type 0, with the chain id in its signature (EIP-155). */
  legacy(call: Call): Uint8Array {
    const data = { ...this.#fields(call), gasPrice: this.maxFeePerGas };
    return createLegacyTx(data, { common: this.common }).sign(this.privateKey).serialize();
  }

  /** Type 0 that any chain would take. */
  unprotected(call: Call): Uint8Array {
    const data = { ...this.#fields(call), gasPrice: this.maxFeePerGas };
    return createLegacyTx(data, { common: this.#unprotected }).sign(this.privateKey).serialize();
  }

  /** Type 1. */
  withAccessList(call: Call, accessList: AccessList): Uint8Array {
    const data = { ...this.#fields(call), gasPrice: this.maxFeePerGas, accessList: accessListItems(accessList) };
    return createAccessList2930Tx(data, { common: this.common }).sign(this.privateKey).serialize();
  }

  /** Type 2. */
  dynamicFee(call: Call, accessList: AccessList = []): Uint8Array {
    const data = { ...this.#fields(call), ...this.#dynamicFees(), accessList: accessListItems(accessList) };
    return createFeeMarket1559Tx(data, { common: this.common }).sign(this.privateKey).serialize();
  }

  /** Type 3, without its blobs: as it stands in a block. */
  blobs(call: Call, versionedHashes: readonly Uint8Array[], maxFeePerBlobGas: bigint): Uint8Array {
    const blobVersionedHashes = versionedHashes.map((hash) => bytesToHex(hash));
    const data = { ...this.#fields(call), ...this.#dynamicFees(), blobVersionedHashes, maxFeePerBlobGas };
    return createBlob4844Tx(data, { common: this.common }).sign(this.privateKey).serialize();
  }

  /** Type 4. */
  setCode(call: Call & { readonly to: Address }, authorizations: readonly Authorization[]): Uint8Array {
    const authorizationList = authorizations.map(({ chainId, address, nonce, yParity, r, s }) => [
      bigIntToUnpaddedBytes(chainId),
      address,
      ...[nonce, yParity, r, s].map((value) => bigIntToUnpaddedBytes(value)),
    ]);
    const data = { ...this.#fields(call), ...this.#dynamicFees(), to: call.to, authorizationList };
    return createEOACode7702Tx(data as Parameters<typeof createEOACode7702Tx>[0], { common: this.common })
      .sign(this.privateKey)
      .serialize();
  }

  #fields({ to, value, data, gasLimit }: Call): {
    nonce: bigint;
    gasLimit: bigint;
    to?: Address;
    value?: bigint;
    data?: Uint8Array;
    chainId: bigint;
  } {
    return {
      nonce: this.nonce++,
      gasLimit,
      chainId: this.common.chainId(),
      ...(to !== undefined && { to }),
      ...(value !== undefined && { value }),
      ...(data !== undefined && { data }),
    };
  }

  #dynamicFees(): { maxFeePerGas: bigint; maxPriorityFeePerGas: bigint } {
    return { maxFeePerGas: this.maxFeePerGas, maxPriorityFeePerGas: this.tip };
  }
}

/** An account's word that `address`' code stands for its own, at a nonce of its own. */
export function signAuthorization(
  { privateKey }: KeyPair,
  said: Pick<Authorization, 'chainId' | 'address' | 'nonce'>,
): Authorization {
  const options = { prehash: false, format: 'recovered' } as const;
  const bytes = secp256k1.sign(authorizationHash(said), privateKey, options);
  const { r, s, recovery = 0 } = secp256k1.Signature.fromBytes(bytes, 'recovered');
  return { ...said, yParity: BigInt(recovery), r, s };
}

function accessListItems(list: AccessList): { address: `0x${string}`; storageKeys: `0x${string}`[] }[] {
  return list.map(({ address, slots }) => ({
    address: address.toString(),
    storageKeys: slots.map((slot) => bytesToHex(slot)),
  }));
}
