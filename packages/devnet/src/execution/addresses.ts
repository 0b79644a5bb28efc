// Addresses that the protocol gives a meaning. Specification: specs/protocol/predeploys.md, deposits.md; EIP-4788, EIP-2935.
import { createAddressFromString } from '@ethereumjs/util';

export const L1_BLOCK = createAddressFromString('0x4200000000000000000000000000000000000015');
export const L2_TO_L1_MESSAGE_PASSER = createAddressFromString('0x4200000000000000000000000000000000000016');
export const SEQUENCER_FEE_VAULT = createAddressFromString('0x4200000000000000000000000000000000000011');
export const BASE_FEE_VAULT = createAddressFromString('0x4200000000000000000000000000000000000019');
export const L1_FEE_VAULT = createAddressFromString('0x420000000000000000000000000000000000001a');
export const OPERATOR_FEE_VAULT = createAddressFromString('0x420000000000000000000000000000000000001b');
export const GAS_PRICE_ORACLE = createAddressFromString('0x420000000000000000000000000000000000000f');
export const PROXY_ADMIN = createAddressFromString('0x4200000000000000000000000000000000000018');
export const CREATE2_DEPLOYER = createAddressFromString('0x13b0D85CcB8bf860b6b79AF3029fCA081AE9beF2');
export const BEACON_ROOTS = createAddressFromString('0x000F3df6D732807Ef1319fB7B8bB8522d0Beac02');

export const HISTORY_STORAGE = createAddressFromString('0x0000F90827F1C53a10cb7A02335B175320002935');

/** Who the L1 attributes deposits come from. */
export const L1_ATTRIBUTES_DEPOSITOR = createAddressFromString('0xdeaddeaddeaddeaddeaddeaddeaddeaddead0001');

/** Who calls system contracts (EIP-4788, EIP-2935). */
export const SYSTEM_CALLER = createAddressFromString('0xfffffffffffffffffffffffffffffffffffffffe');
