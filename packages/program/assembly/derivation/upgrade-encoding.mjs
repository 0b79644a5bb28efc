// How upgrade transactions are encoded, for the scripts that write them as data (specs: protocol/derivation.md#
// network-upgrade-automation-transactions).
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';

export const bytes = (hex) => Buffer.from(hex.replace(/^0x/, ''), 'hex');
export const keccak = (data) => Buffer.from(keccak_256(data));

/** An upgrade transaction: a deposit whose source hash is keccak256(2 ++ keccak256(intent)) in 32-byte words. */
export function upgradeTransaction({ intent, from, to, gas, data }) {
  const domain = Buffer.alloc(32);
  domain[31] = 2;
  const source = keccak(Buffer.concat([domain, keccak(Buffer.from(intent))]));
  const none = new Uint8Array(0);
  return Buffer.concat([Buffer.of(0x7e), RLP.encode([source, bytes(from), bytes(to), none, none, gas, none, data])]);
}

/** Encoded transactions as they lie in memory: each behind its length (u32, little endian), a length of 0 at the end. */
export function transactionList(transactions) {
  const parts = transactions.flatMap((encoded) => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(encoded.length);
    return [length, encoded];
  });
  return Buffer.concat([...parts, Buffer.alloc(4)]);
}
