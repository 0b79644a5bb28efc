// EIP-7702: accounts that let a contract's code stand for their own.
import { secp256k1 } from '@noble/curves/secp256k1.js';
import {
  Account,
  Address,
  bigIntToUnpaddedBytes,
  bytesToBigInt,
  bytesToUnprefixedHex,
  concatBytes,
  setLengthLeft,
} from '@ethereumjs/util';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { State } from '../state/state.js';

/** An account's word that another's code stands for its own; numbers as they stand in the transaction. */
export interface Authorization {
  readonly chainId: bigint;
  readonly address: Uint8Array;
  readonly nonce: bigint;
  readonly yParity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** What applying authorizations needs of its block. */
interface Surroundings {
  readonly state: State;
  readonly chainId: bigint;
  readonly journal: {
    addAlwaysWarmAddress(address: string): void;
    putAccount(address: Address, account: Account): Promise<void>;
  };
}

/** Gas of each authorization, whether it is valid or not. */
export const AUTHORIZATION_GAS = 25_000n;
/** What comes back where the account was there before. */
const EXISTING_ACCOUNT_REFUND = 12_500n;
const MAGIC = 0x05;
const DELEGATION_PREFIX = Uint8Array.of(0xef, 0x01, 0x00);
const LARGEST_NONCE = (1n << 64n) - 1n;
const HALF_ORDER = secp256k1.Point.CURVE().n / 2n;

/** The address that a code delegates to, or undefined for any other code. */
export function delegateOf(code: Uint8Array): Address | undefined {
  if (code.length !== 23 || !DELEGATION_PREFIX.every((byte, i) => code[i] === byte)) return undefined;
  return new Address(code.slice(3));
}

/** Hash of what an authority signs. */
export function authorizationHash({ chainId, address, nonce }: Omit<Authorization, 'yParity' | 'r' | 's'>): Uint8Array {
  const fields = [bigIntToUnpaddedBytes(chainId), address, bigIntToUnpaddedBytes(nonce)];
  return keccak_256(concatBytes(Uint8Array.of(MAGIC), RLP.encode(fields)));
}

/** Applies authorizations in order, passing over those that aren't valid. Returns the gas that comes back. */
export async function applyAuthorizations(
  authorizations: readonly Authorization[],
  surroundings: Surroundings,
): Promise<bigint> {
  let refund = 0n;
  for (const one of authorizations) refund += await apply(one, surroundings);
  return refund;
}

async function apply(authorization: Authorization, { state, chainId, journal }: Surroundings): Promise<bigint> {
  const { nonce, address } = authorization;
  if (authorization.chainId !== 0n && authorization.chainId !== chainId) return 0n;
  if (nonce === LARGEST_NONCE) return 0n;
  const authority = recover(authorization);
  if (authority === undefined) return 0n;
  journal.addAlwaysWarmAddress(bytesToUnprefixedHex(authority.bytes));
  const code = await state.getCode(authority);
  if (code.length > 0 && delegateOf(code) === undefined) return 0n;
  const existing = await state.getAccount(authority);
  const account = existing ?? new Account();
  if (account.nonce !== nonce) return 0n;
  account.nonce++;
  await journal.putAccount(authority, account);
  const clears = address.every((byte) => byte === 0);
  await state.putCode(authority, clears ? new Uint8Array(0) : concatBytes(DELEGATION_PREFIX, address));
  return existing === undefined ? 0n : EXISTING_ACCOUNT_REFUND;
}

/** Who signed, or undefined where nobody can have. */
function recover(authorization: Authorization): Address | undefined {
  const { yParity, r, s } = authorization;
  if (yParity > 1n || s > HALF_ORDER) return undefined;
  try {
    const signature = new secp256k1.Signature(r, s, Number(yParity));
    const point = signature.recoverPublicKey(authorizationHash(authorization));
    return new Address(keccak_256(point.toBytes(false).subarray(1)).slice(12));
  } catch {
    // r or s is no scalar of a signature, or r no point's coordinate.
    return undefined;
  }
}

/** An authorization's six fields, as a transaction holds them. */
export function decodeAuthorization(fields: readonly Uint8Array[]): Authorization {
  const [chainId, address, nonce, yParity, r, s] = fields;
  const number = (bytes: Uint8Array | undefined): bigint => bytesToBigInt(bytes ?? new Uint8Array(0));
  return {
    chainId: number(chainId),
    address: setLengthLeft(address ?? new Uint8Array(0), 20),
    nonce: number(nonce),
    yParity: number(yParity),
    r: number(r),
    s: number(s),
  };
}
