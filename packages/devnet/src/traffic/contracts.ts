// Contracts that the embedded chain's traffic deploys and calls: each exercises one part of the EVM and leaves a trace
// in storage or logs, so that a wrong execution shows in the state root.
import { assemble, eventTopic, selector } from '../contracts/assembler.js';

/** Call data: slot, value. Sets the slot and logs it. */
export const STORAGE = assemble(`
  0x20 calldataload 0 calldataload sstore
  0x20 calldataload 0 mstore
  0 calldataload 0x20 0 log1
  stop
`);

/** Call data: address, input. Calls the address statically; slot 0 gets 1 + success, slot 1 the hash of the output. */
export const STATIC_CALLER = assemble(`
  calldatasize 0x20 swap1 sub           ; the input's length
  dup1 0x20 0 calldatacopy
  0 0 dup3 0 0 calldataload gas staticcall
  1 add 0 sstore
  returndatasize 0 0 returndatacopy
  returndatasize 0 keccak256 1 sstore
  stop
`);

/** Reverts with its call data, after a write that must not last. */
export const REVERTER = assemble(`
  1 1 sstore
  calldatasize 0 0 calldatacopy
  calldatasize 0 revert
`);

/** Call data: init code. Creates it twice, by CREATE with the call's value and by CREATE2, and calls the second. */
export const FACTORY = assemble(`
  calldatasize 0 0 calldatacopy
  calldatasize 0 callvalue create 0 sstore
  number calldatasize 0 0 create2
  dup1 1 sstore
  0 0 0 0 0 dup6 gas call
  2 sstore
  stop
`);

/** Destroys itself in favour of its caller. */
export const SELF_DESTRUCTING = assemble('caller selfdestruct');

/** Call data: a count of rounds to hash. */
export const LOOP = assemble(`
  0 calldataload
again:
  dup1 0 mstore
  0x40 0 keccak256 0x20 mstore
  1 swap1 sub
  dup1 @again jumpi
  0x20 mload 0 sstore
  stop
`);

/** What the environment says to the contract, one word each. */
const ENVIRONMENT = [
  '1 number sub blockhash',
  'coinbase',
  'timestamp',
  'number',
  'prevrandao',
  'gaslimit',
  'chainid',
  'selfbalance',
  'basefee',
  'blobbasefee',
  '0 blobhash',
  'gasprice',
  'origin',
  'caller',
  'callvalue',
  'calldatasize',
  'codesize',
  'address balance',
  'caller extcodehash',
  'address extcodehash',
  '0x4200000000000000000000000000000000000015 extcodesize',
  'msize',
  'pc',
  '7 3 tstore 3 tload',
  '5 0 not sdiv',
  '7 0 not smod',
  '3 7 0 not addmod',
  '3 7 0 not mulmod',
  '5 3 exp',
  '0x80 0 signextend',
  '0 not 4 sar',
  '0 not 4 byte',
];

/** Stores the hash of what the environment says, under the block's number, and logs it whole. */
export const OBSERVER = assemble(`
  ${ENVIRONMENT.map((expression, i) => `${expression} ${i * 32} mstore`).join('\n')}
  ${ENVIRONMENT.length * 32} 0 keccak256 number sstore
  ${ENVIRONMENT.length * 32} 0 log0
  stop
`);

/** A token: mint(uint256) to oneself, transfer(address,uint256); balances are the mapping in slot 0. */
export const TOKEN = assemble(`
  0 calldataload 0xe0 shr
  dup1 ${selector('transfer(address,uint256)')} eq @transfer jumpi
  ${selector('mint(uint256)')} eq @mint jumpi
  0 0 revert
mint:
  caller 0 mstore
  0x40 0 keccak256
  dup1 sload 4 calldataload add swap1 sstore
  stop
transfer:
  caller 0 mstore
  0x40 0 keccak256                      ; [slot]
  dup1 sload 0x24 calldataload          ; [slot, balance, amount]
  dup2 dup2 gt @poor jumpi
  swap1 sub swap1 sstore
  4 calldataload 0 mstore
  0x40 0 keccak256
  dup1 sload 0x24 calldataload add swap1 sstore
  0x24 calldataload 0 mstore
  4 calldataload caller ${eventTopic('Transfer(address,address,uint256)')} 0x20 0 log3
  1 0 mstore 0x20 0 return
poor:
  0 0 revert
`);

/** Call data: a word. Stores and logs how many zeros it leads with (EIP-7939): before Osaka there is no such opcode. */
export const LEADING_ZEROS = assemble(`
  0 calldataload clz
  dup1 number sstore
  0 mstore 0x20 0 log0
  stop
`);

/** Stores size and hash of its caller's code and of the address in its call data, as other contracts see them. */
export const CODE_OBSERVER = assemble(`
  caller extcodesize 0 sstore
  caller extcodehash 1 sstore
  0 calldataload dup1 extcodesize 2 sstore
  dup1 extcodehash 3 sstore
  32 0 0 dup4 extcodecopy 0 mload 4 sstore
  0 0 0 0 0 dup6 gas call 5 sstore
  stop
`);
