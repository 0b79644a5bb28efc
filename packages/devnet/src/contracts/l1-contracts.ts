// The two L1 contracts whose events derivation reads, written for the embedded chain: same functions' signatures and
// events as the OP Stack's, none of their access rules. Specification: specs/protocol/deposits.md, "L1 deposit
// contract"; specs/protocol/system-config.md.
import { concatBytes } from '@ethereumjs/util';
import type { Address } from '@ethereumjs/util';
import { assemble, callData, dynamicBytes, eventTopic, selector, wordOf } from './assembler.js';

const DEPOSIT_SIGNATURE = 'depositTransaction(address,uint256,uint64,bool,bytes)';
const TRANSACTION_DEPOSITED = eventTopic('TransactionDeposited(address,address,uint256,bytes)');
const CONFIG_UPDATE = eventTopic('ConfigUpdate(uint256,uint8,bytes)');

/** What a contract's address is raised by when it deposits. */
const ALIAS_OFFSET = '0x1111000000000000000000000000000000001111';
const ADDRESS_MASK = `0x${'f'.repeat(40)}`;

/** OptimismPortal: depositTransaction emits TransactionDeposited with version 0's packed data. */
export const OPTIMISM_PORTAL = assemble(`
  0 calldataload 0xe0 shr ${selector(DEPOSIT_SIGNATURE)} eq @deposit jumpi
  0 0 revert
deposit:
  ; opaque data from 0x40: mint, value, gas limit (8 bytes), creation flag (1 byte), data
  callvalue 0x40 mstore
  0x24 calldataload 0x60 mstore
  0x44 calldataload 0xc0 shl 0x80 mstore
  0x64 calldataload iszero iszero 0x88 mstore8
  0x84 calldataload 4 add               ; where the data's length lies
  dup1 calldataload                     ; [place, length]
  dup1 dup3 0x20 add 0x89 calldatacopy
  ; ABI: offset, length of the opaque data
  0x20 0 mstore
  dup1 73 add 0x20 mstore
  ; topics: version, to, from, event
  0
  4 calldataload ${ADDRESS_MASK} and
  caller dup1 origin eq @outside jumpi
  ${ALIAS_OFFSET} add ${ADDRESS_MASK} and
outside:
  ${TRANSACTION_DEPOSITED}
  ; size: 0x40 and the opaque data in whole words
  dup5 73 add 31 add 31 not and 0x40 add
  0 log4
  stop
`);

/** Call data of depositTransaction; the call's value is minted. */
export function depositCall(deposit: {
  to: Uint8Array;
  value: bigint;
  gasLimit: bigint;
  isCreation: boolean;
  data: Uint8Array;
}): Uint8Array {
  const { to, value, gasLimit, isCreation, data } = deposit;
  const target = concatBytes(new Uint8Array(12), to);
  const head = callData(DEPOSIT_SIGNATURE, target, value, gasLimit, isCreation ? 1n : 0n, 0xa0n);
  return concatBytes(head, dynamicBytes(data));
}

/**
 * A contract that hands its call data to `target` twice, with half of its value each time: as a depositor it has an
 * aliased address, and both deposits lie in one transaction.
 */
export function forwarderCode(target: Address): Uint8Array {
  const call = `0 0 calldatasize 0 callvalue 1 shr ${target.toString()} gas call iszero @failed jumpi`;
  return assemble(`
    calldatasize 0 0 calldatacopy
    ${call}
    ${call}
    stop
  failed:
    0 0 revert
  `);
}

const UPDATES = [
  { signature: 'setBatcherHash(bytes32)', type: 0, words: 1 },
  { signature: 'setGasConfig(uint256,uint256)', type: 1, words: 2 },
  { signature: 'setGasLimit(uint64)', type: 2, words: 1 },
  { signature: 'setUnsafeBlockSigner(address)', type: 3, words: 1 },
  { signature: 'setMinBaseFee(uint64)', type: 6, words: 1 },
  { signature: 'setDAFootprintGasScalar(uint16)', type: 7, words: 1 },
] as const;

/** Setters whose two arguments stand in one word: the first above the second's bits. */
const PACKED_UPDATES = [
  { signature: 'setEIP1559Params(uint32,uint32)', type: 4, bits: 32 },
  { signature: 'setOperatorFeeScalars(uint32,uint64)', type: 5, bits: 64 },
] as const;

/** No function of the OP Stack's: emits ConfigUpdate with topics and data as they are given, sound or not. */
const EMIT = 'emitUpdate(uint256,uint256,bytes)';

/** SystemConfig: each setter emits ConfigUpdate, with its arguments as the data. */
export const SYSTEM_CONFIG = assemble(`
  0 calldataload 0xe0 shr
  ${[...UPDATES, ...PACKED_UPDATES].map(({ signature, type }) => `dup1 ${selector(signature)} eq @update${type} jumpi`).join('\n')}
  ${selector(EMIT)} eq @emit jumpi
  0 0 revert
emit:
  ; version, kind, offset, length, bytes
  0x64 calldataload dup1 0x84 0 calldatacopy
  0x24 calldataload 4 calldataload ${CONFIG_UPDATE} dup4 0 log3
  stop
  ${UPDATES.map(
    ({ type, words }) => `
  update${type}:
    0x20 0 mstore
    ${words * 32} 0x20 mstore
    ${words * 32} 4 0x40 calldatacopy
    ${type} 0 ${CONFIG_UPDATE} ${0x40 + words * 32} 0 log3
    stop`,
  ).join('\n')}
  ${PACKED_UPDATES.map(
    ({ type, bits }) => `
  update${type}:
    0x20 0 mstore
    0x20 0x20 mstore
    4 calldataload ${bits} shl 0x24 calldataload or 0x40 mstore
    ${type} 0 ${CONFIG_UPDATE} 0x60 0 log3
    stop`,
  ).join('\n')}
`);

/** Call data that hands the chain to another batcher. */
export function setBatcherCall(batcher: Uint8Array): Uint8Array {
  return callData('setBatcherHash(bytes32)', concatBytes(new Uint8Array(12), batcher));
}

/** Call data that sets the L1 fee's overhead and scalar (from Ecotone on: nothing, and two scalars in one). */
export function setGasConfigCall(overhead: bigint, scalar: Uint8Array): Uint8Array {
  return callData('setGasConfig(uint256,uint256)', overhead, scalar);
}

/** Call data that sets L2 blocks' gas limit. */
export function setGasLimitCall(gasLimit: bigint): Uint8Array {
  return callData('setGasLimit(uint64)', gasLimit);
}

/** Call data that sets the base fee's parameters from Holocene on. */
export function setEip1559ParametersCall(denominator: bigint, elasticity: bigint): Uint8Array {
  return callData(PACKED_UPDATES[0].signature, denominator, elasticity);
}

/** Call data that sets the operator's fee from Isthmus on. */
export function setOperatorFeeCall(scalar: bigint, constant: bigint): Uint8Array {
  return callData(PACKED_UPDATES[1].signature, scalar, constant);
}

/** Call data that sets the base fee's minimum from Jovian on. */
export function setMinBaseFeeCall(minimum: bigint): Uint8Array {
  return callData('setMinBaseFee(uint64)', minimum);
}

/** Call data that sets what a byte of data counts as, from Jovian on. */
export function setFootprintScalarCall(scalar: bigint): Uint8Array {
  return callData('setDAFootprintGasScalar(uint16)', scalar);
}

/** Call data that emits an update of any version, kind and bytes. */
export function emitUpdateCall(version: bigint, kind: bigint, data: Uint8Array): Uint8Array {
  return concatBytes(callData(EMIT, version, kind, 0x60n), dynamicBytes(data));
}

/** Ecotone's scalar: version 1, blob base fee scalar and base fee scalar in the last eight bytes. */
export function packScalars(baseFeeScalar: number, blobBaseFeeScalar: number): Uint8Array {
  return wordOf((1n << 248n) | (BigInt(blobBaseFeeScalar) << 32n) | BigInt(baseFeeScalar));
}
