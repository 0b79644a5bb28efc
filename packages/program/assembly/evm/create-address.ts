// Addresses of new contracts (yellow paper, section 7; EIP-1014).
import { keccak256 } from '../crypto/keccak256';
import { toBytes } from '../u256';

// @ts-ignore: decorator
@lazy const PREIMAGE: usize = memory.data(96, 8);
// @ts-ignore: decorator
@lazy const DIGEST: usize = memory.data(32, 8);

/** Writes the address of what `creator` creates at `nonce` to `out`: the end of keccak256(rlp([creator, nonce])). */
export function createAddress(out: usize, creator: usize, nonce: u64): void {
  let payload: u32 = 22;
  store<u8>(PREIMAGE, 0x94, 1);
  memory.copy(PREIMAGE + 2, creator, 20);
  if (nonce < 0x80) {
    store<u8>(PREIMAGE, nonce == 0 ? 0x80 : <u8>nonce, 22);
  } else {
    const bytes = 8 - <u32>(clz(nonce) >> 3);
    store<u8>(PREIMAGE, <u8>(0x80 + bytes), 22);
    store<u64>(PREIMAGE, bswap<u64>(nonce << ((8 - bytes) << 3)), 23);
    payload += bytes;
  }
  store<u8>(PREIMAGE, <u8>(0xc0 + payload));
  keccak256(PREIMAGE, payload + 1, DIGEST);
  memory.copy(out, DIGEST + 12, 20);
}

/** Writes the address of what `creator` creates from `code` with the u256 `salt` to `out`. */
export function createAddress2(out: usize, creator: usize, salt: usize, code: usize, length: u32): void {
  store<u8>(PREIMAGE, 0xff);
  memory.copy(PREIMAGE + 1, creator, 20);
  toBytes(PREIMAGE + 21, salt);
  keccak256(code, length, PREIMAGE + 53);
  keccak256(PREIMAGE, 85, DIGEST);
  memory.copy(out, DIGEST + 12, 20);
}
