// What the program is asked: the bootstrap data behind the local keys (specs: fault-proof/index.md#bootstrapping).
import { Bytes } from './bytes';
import { localPreimage } from './oracle';

/** Indexes of the local keys. */
const enum LocalIndex {
  L1Head = 1,
  AgreedOutputRoot = 2,
  ClaimedOutputRoot = 3,
  ClaimedBlockNumber = 4,
  ChainId = 5,
}

/** The chain id that announces a chain whose configuration comes as local pre-images. */
// @ts-ignore: decorator
@inline
export const CUSTOM_CHAIN: u64 = u64.MAX_VALUE;


@final
export class BootInfo {
  /** 32 bytes: hash of the newest L1 block whose data may be used. */
  l1Head: usize = 0;
  /** 32 bytes: output root that both sides agree on; derivation starts at its block. */
  agreedOutputRoot: usize = 0;
  /** 32 bytes: output root to check. */
  claimedOutputRoot: usize = 0;
  /** Number of the L2 block that the claim is about. */
  claimedBlockNumber: u64 = 0;
  /** L2 chain id, or CUSTOM_CHAIN. */
  chainId: u64 = 0;
}

/** Reads the bootstrap data. A value of the wrong length ends the program. */
export function readBootInfo(): BootInfo {
  const boot = new BootInfo();
  boot.l1Head = read(LocalIndex.L1Head, 32).ptr;
  boot.agreedOutputRoot = read(LocalIndex.AgreedOutputRoot, 32).ptr;
  boot.claimedOutputRoot = read(LocalIndex.ClaimedOutputRoot, 32).ptr;
  boot.claimedBlockNumber = read(LocalIndex.ClaimedBlockNumber, 8).u64At(0);
  boot.chainId = read(LocalIndex.ChainId, 8).u64At(0);
  return boot;
}

function read(index: LocalIndex, length: u32): Bytes {
  const value = localPreimage(index);
  if (value.length != length) {
    throw new Error(
      `local pre-image ${(<u32>index).toString()} has ${value.length.toString()} bytes, not ${length.toString()}`,
    );
  }
  return value;
}
