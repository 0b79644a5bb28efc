// Addresses with a part in the execution of a block (specs: protocol/predeploys.md, EIPs 4788 and 2935).

// prettier-ignore
// @ts-ignore: decorator
@lazy const PREDEPLOYS: usize = memory.data<u8>([
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x15, 0, 0, 0, 0,
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x16, 0, 0, 0, 0,
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x19, 0, 0, 0, 0,
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1a, 0, 0, 0, 0,
  0x42, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x1b, 0, 0, 0, 0,
], 8);

// @ts-ignore: decorator
@lazy export const L1_BLOCK: usize = PREDEPLOYS;
// @ts-ignore: decorator
@lazy export const MESSAGE_PASSER: usize = PREDEPLOYS + 24;
// @ts-ignore: decorator
@lazy export const BASE_FEE_VAULT: usize = PREDEPLOYS + 48;
// @ts-ignore: decorator
@lazy export const L1_FEE_VAULT: usize = PREDEPLOYS + 72;
// @ts-ignore: decorator
@lazy export const OPERATOR_FEE_VAULT: usize = PREDEPLOYS + 96;

/** The caller of system calls: 0xfffffffffffffffffffffffffffffffffffffffe. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const SYSTEM: usize = memory.data<u8>([
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
  0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfe,
], 8);

/** EIP-4788: 0x000f3df6d732807ef1319fb7b8bb8522d0beac02. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const BEACON_ROOTS: usize = memory.data<u8>([
  0x00, 0x0f, 0x3d, 0xf6, 0xd7, 0x32, 0x80, 0x7e, 0xf1, 0x31,
  0x9f, 0xb7, 0xb8, 0xbb, 0x85, 0x22, 0xd0, 0xbe, 0xac, 0x02,
], 8);

/** EIP-2935: 0x0000f90827f1c53a10cb7a02335b175320002935. */
// prettier-ignore
// @ts-ignore: decorator
@lazy export const HISTORY_STORAGE: usize = memory.data<u8>([
  0x00, 0x00, 0xf9, 0x08, 0x27, 0xf1, 0xc5, 0x3a, 0x10, 0xcb,
  0x7a, 0x02, 0x33, 0x5b, 0x17, 0x53, 0x20, 0x00, 0x29, 0x35,
], 8);
