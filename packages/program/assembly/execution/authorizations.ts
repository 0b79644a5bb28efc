// EIP-7702: accounts that let a contract's code stand for their own.
import { Bytes } from '../bytes';
import { keccak256 } from '../crypto/keccak256';
import { RlpReader, RlpWriter } from '../rlp';
import { accessAddress, addRefund, exists, getCode, getNonce, setCode, setNonce } from '../state/state';
import { recoverSigner } from '../transaction/sender';
import { Transaction } from '../transaction/transaction';

/** A delegation: 0xef0100 and the address. */
// @ts-ignore: decorator
@inline const DELEGATION_LENGTH: u32 = 23;

// @ts-ignore: decorator
@lazy const DELEGATION: usize = memory.data(24, 8);
// @ts-ignore: decorator
@lazy const AUTHORITY: usize = memory.data(24, 8);
// @ts-ignore: decorator
@lazy const HASH: usize = memory.data(32, 8);

/** The 20-byte address that the account's code delegates to, or 0. */
export function delegationOf(address: usize): usize {
  const code = getCode(address);
  if (code.length != DELEGATION_LENGTH) return 0;
  const isDelegation = load<u8>(code.ptr) == 0xef && load<u8>(code.ptr, 1) == 0x01 && load<u8>(code.ptr, 2) == 0x00;
  return isDelegation ? code.ptr + 3 : 0;
}

/** Applies the transaction's authorizations in their order; those that aren't valid are passed over. */
export function applyAuthorizations(transaction: Transaction, chainId: u64): void {
  const list = new RlpReader(transaction.authorizations).list();
  while (!list.atEnd) applyAuthorization(list.list(), chainId);
}

function applyAuthorization(fields: RlpReader, chainId: u64): void {
  const chain = fields.integer();
  const address = fields.fixed(20);
  const nonce = fields.u64();
  const parity = <u32>fields.u64();
  const r = fields.integer();
  const s = fields.integer();
  if (!namesChain(chain, chainId) || nonce == u64.MAX_VALUE) return;
  // Signed is keccak256(0x05 ++ RLP of [chain id, address, nonce]).
  const message = new RlpWriter(128);
  message.byte(0x05);
  const open = message.open();
  message.view(chain);
  message.bytes(address, 20);
  message.u64(nonce);
  message.close(open);
  keccak256(message.written.ptr, message.written.length, HASH);
  if (!recoverSigner(HASH, parity, r, s, AUTHORITY)) return;
  accessAddress(AUTHORITY);
  if (getCode(AUTHORITY).length != 0 && delegationOf(AUTHORITY) == 0) return;
  if (getNonce(AUTHORITY) != nonce) return;
  // 25,000 gas were taken for making the account: all but 12,500 come back where it is there.
  if (exists(AUTHORITY)) addRefund(12500);
  setNonce(AUTHORITY, nonce + 1);
  store<u32>(DELEGATION, 0x0001ef);
  memory.copy(DELEGATION + 3, address, 20);
  setCode(AUTHORITY, DELEGATION, isZeroAddress(address) ? 0 : DELEGATION_LENGTH);
}

/** Whether the chain id (minimal big-endian bytes) is 0, which is every chain's, or this chain's. */
function namesChain(chain: Bytes, chainId: u64): bool {
  if (chain.length > 8) return false;
  let value: u64 = 0;
  for (let i: u32 = 0; i < chain.length; i++) value = (value << 8) | (<u64>chain[i]);
  return value == 0 || value == chainId;
}

function isZeroAddress(address: usize): bool {
  return (load<u64>(address) | load<u64>(address, 8) | (<u64>load<u32>(address, 16))) == 0;
}
