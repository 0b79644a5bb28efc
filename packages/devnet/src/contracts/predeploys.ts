// L2 contracts that are there from genesis, written for the embedded chain. Their storage and events are the OP
// Stack's, as far as the protocol reads them; there are no proxies, and getters only where traffic or users want them.
// Specification: specs/protocol/predeploys.md, specs/protocol/ecotone/l1-attributes.md, specs/protocol/withdrawals.md.
import { hexToBytes } from '@ethereumjs/util';
import { L1_ATTRIBUTES_DEPOSITOR } from '../execution/addresses.js';
import { assemble, eventTopic, selector } from './assembler.js';

/** Getters that return a part of a slot: `shift` bits to the right, `bits` wide. */
const L1_BLOCK_GETTERS = [
  { name: 'number', slot: 0, shift: 0, bits: 64 },
  { name: 'timestamp', slot: 0, shift: 64, bits: 64 },
  { name: 'basefee', slot: 1, shift: 0, bits: 256 },
  { name: 'hash', slot: 2, shift: 0, bits: 256 },
  { name: 'sequenceNumber', slot: 3, shift: 0, bits: 64 },
  { name: 'blobBaseFeeScalar', slot: 3, shift: 64, bits: 32 },
  { name: 'baseFeeScalar', slot: 3, shift: 96, bits: 32 },
  { name: 'batcherHash', slot: 4, shift: 0, bits: 256 },
  { name: 'blobBaseFee', slot: 7, shift: 0, bits: 256 },
] as const;

/** How the L1 attributes are set before Ecotone, and from then on (packed, which no signature says). */
export const SET_L1_BLOCK_VALUES = 'setL1BlockValues(uint64,uint64,uint256,bytes32,uint64,bytes32,uint256,uint256)';
export const SET_L1_BLOCK_VALUES_ECOTONE = 'setL1BlockValuesEcotone()';

/** L1Block: both setters store the call data's values where the L1 fee reads them. */
export const L1_BLOCK_CODE = assemble(`
  0 calldataload 0xe0 shr
  dup1 ${selector(SET_L1_BLOCK_VALUES_ECOTONE)} eq @ecotone jumpi
  dup1 ${selector(SET_L1_BLOCK_VALUES)} eq @bedrock jumpi
  ${L1_BLOCK_GETTERS.map(({ name }) => `dup1 ${selector(`${name}()`)} eq @${name} jumpi`).join('\n')}
  0 0 revert
ecotone:
  caller ${L1_ATTRIBUTES_DEPOSITOR.toString()} eq @packed jumpi
  ${selector('NotDepositor()')} 0 mstore 4 28 revert
packed:
  4 calldataload 0x80 shr 3 sstore      ; base fee scalar, blob base fee scalar, sequence number
  20 calldataload 0x80 shr 0 sstore     ; timestamp, number
  36 calldataload 1 sstore              ; base fee
  68 calldataload 7 sstore              ; blob base fee
  100 calldataload 2 sstore             ; hash
  132 calldataload 4 sstore             ; batcher
  stop
bedrock:
  caller ${L1_ATTRIBUTES_DEPOSITOR.toString()} eq @words jumpi
  0 0 revert
words:
  0x24 calldataload 0x40 shl 4 calldataload or 0 sstore
  0x44 calldataload 1 sstore            ; base fee
  0x64 calldataload 2 sstore            ; hash
  ; the sequence number, beside the scalars
  3 sload 0x40 shr 0x40 shl 0x84 calldataload or 3 sstore
  0xa4 calldataload 4 sstore            ; batcher
  0xc4 calldataload 5 sstore            ; overhead
  0xe4 calldataload 6 sstore            ; scalar
  stop
  ${L1_BLOCK_GETTERS.map(
    ({ name, slot, shift, bits }) =>
      `${name}: ${slot} sload ${shift} shr ${(1n << BigInt(bits)) - 1n} and 0 mstore 32 0 return`,
  ).join('\n')}
`);

const INITIATE = 'initiateWithdrawal(address,uint256,bytes)';
const MESSAGE_PASSED = eventTopic('MessagePassed(uint256,address,address,uint256,uint256,bytes,bytes32)');

/**
 * L2ToL1MessagePasser: slot 0 maps withdrawal hashes to true, slot 1 counts. A plain transfer withdraws to its sender
 * with 100,000 gas.
 */
export const MESSAGE_PASSER_CODE = assemble(`
  calldatasize iszero @receive jumpi
  0 calldataload 0xe0 shr
  dup1 ${selector(INITIATE)} eq @initiate jumpi
  dup1 ${selector('sentMessages(bytes32)')} eq @sent jumpi
  ${selector('messageNonce()')} eq @nonce jumpi
  0 0 revert
sent:
  4 calldataload 0 mstore 0 0x20 mstore 0x40 0 keccak256 sload 0 mstore 0x20 0 return
nonce:
  1 sload 1 240 shl or 0 mstore 0x20 0 return
receive:
  caller 0x160 mstore
  100000 0x1a0 mstore
  0                                     ; the data's length
  @prepared jump
initiate:
  4 calldataload 0x160 mstore
  0x24 calldataload 0x1a0 mstore
  0x44 calldataload 4 add dup1 calldataload
  dup1 swap2 0x20 add 0x200 calldatacopy  ; [length]
prepared:
  ; abi.encode(nonce, sender, target, value, gas limit, data) from 0x120, data's bytes from 0x200
  1 sload 1 240 shl or 0x120 mstore
  caller 0x140 mstore
  callvalue 0x180 mstore
  0xc0 0x1c0 mstore
  dup1 0x1e0 mstore
  dup1 31 add 31 not and                ; [length, padded]
  dup1 0xe0 add 0x120 keccak256         ; [length, padded, hash]
  dup1 0 mstore 0 0x20 mstore 1 0x40 0 keccak256 sstore
  1 sload 1 add 1 sstore
  ; the event's data, from 0x180: value, gas limit, offset of data, hash, length, bytes; made by moving the bytes
  dup2 0x200 0x220 mcopy
  dup3 0x200 mstore
  dup1 0x1e0 mstore
  0x80 0x1c0 mstore
  pop
  0x160 mload 0x140 mload 0x120 mload
  ${MESSAGE_PASSED}
  dup5 0xa0 add 0x180 log4
  stop
`);

/** A vault: it takes ether. What it does with it is not part of the chain's rules. */
export const FEE_VAULT_CODE = assemble('stop');

/**
 * The beacon roots contract, as EIP-4788 gives its code
 * (https://eips.ethereum.org/EIPS/eip-4788#block-processing; CC0).
 */
export const BEACON_ROOTS_CODE = hexToBytes(
  '0x3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5ffd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500',
);
