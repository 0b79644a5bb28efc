// Canyon's first block puts the create2deployer contract's code at its address, as an accident had kept it from being
// there on one chain (specs: protocol/canyon/overview.md#create2-contract-deployment).
import { Fork, RollupConfig } from '../config/rollup';
import { beginTransaction, endTransaction, setCodeHash } from '../state/state';

/** 0x13b0d85ccb8bf860b6b79af3029fca081ae9bef2. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const ADDRESS: usize = memory.data<u8>([
  0x13, 0xb0, 0xd8, 0x5c, 0xcb, 0x8b, 0xf8, 0x60, 0xb6, 0xb7,
  0x9a, 0xf3, 0x02, 0x9f, 0xca, 0x08, 0x1a, 0xe9, 0xbe, 0xf2,
], 8);

/** keccak256 of the code, whose bytes come from the oracle when it is called: the hash is all that the state holds. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const CODE_HASH: usize = memory.data<u8>([
  0xb0, 0x55, 0x0b, 0x5b, 0x43, 0x1e, 0x30, 0xd3, 0x80, 0x00, 0xef, 0xb7, 0x10, 0x7a, 0xaa, 0x0a,
  0xde, 0x03, 0xd4, 0x8a, 0x71, 0x98, 0xa1, 0x40, 0xed, 0xda, 0x9d, 0x27, 0x13, 0x44, 0x68, 0xb2,
], 8);

/** Sets the code in the block at L2 time `time` if Canyon's time is exactly that, as op-geth does. */
export function ensureCreate2Deployer(config: RollupConfig, time: u64): void {
  if (config.forkTimes[Fork.Canyon] != time) return;
  beginTransaction();
  setCodeHash(ADDRESS, CODE_HASH);
  endTransaction();
}
