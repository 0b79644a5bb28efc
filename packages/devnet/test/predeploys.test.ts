// Our predeploys against the OP Stack's own contracts, as a recorded chain has them in its genesis: the same call must
// leave the same storage, logs and result.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { createEVM } from '@ethereumjs/evm';
import { Account, bytesToHex, concatBytes, createAddressFromString, hexToBytes, setLengthLeft } from '@ethereumjs/util';
import type { Address } from '@ethereumjs/util';
import { callData, dynamicBytes, wordOf } from '../src/contracts/assembler.js';
import { L1_BLOCK_CODE, MESSAGE_PASSER_CODE, SET_L1_BLOCK_VALUES } from '../src/contracts/predeploys.js';
import { L1_ATTRIBUTES_DEPOSITOR, L1_BLOCK, L2_TO_L1_MESSAGE_PASSER } from '../src/execution/addresses.js';
import { evmCommon } from '../src/execution/evm-common.js';
import type { Genesis } from '../src/execution/genesis.js';
import { SeededNumbers } from '../src/seed.js';
import { State } from '../src/state/state.js';
import { StateStore } from '../src/state/store.js';
import { missing, readText } from './shared-data.js';

const skip = missing('devnet-a');
const ALICE = createAddressFromString('0xa11ce00000000000000000000000000000000001');

let originals: Genesis['alloc'];

before(() => {
  if (skip !== false) return;
  originals = (JSON.parse(readText('devnet-a/genesis-l2.json.gz')) as Genesis).alloc;
});

test('L1Block stores the same values, and refuses everybody else in the same words', { skip }, async () => {
  const numbers = new SeededNumbers('predeploys', 'L1Block');
  const selector = callData('setL1BlockValuesEcotone()');
  const words = [numbers.bytes(8), numbers.bytes(8), numbers.bytes(31), numbers.bytes(32), numbers.bytes(8)]
    .concat([numbers.bytes(20), numbers.bytes(9), numbers.bytes(9)])
    .map((bytes) => setLengthLeft(bytes, 32));
  const calls = [
    concatBytes(selector, numbers.bytes(160)),
    callData(SET_L1_BLOCK_VALUES, ...words),
    concatBytes(selector, numbers.bytes(160)),
    callData(SET_L1_BLOCK_VALUES, ...words),
  ].map((data) => ({ from: L1_ATTRIBUTES_DEPOSITOR, data }));
  const getters = ['number', 'timestamp', 'basefee', 'hash', 'sequenceNumber', 'batcherHash', 'blobBaseFee']
    .concat(['baseFeeScalar', 'blobBaseFeeScalar'])
    .map((name) => ({ from: ALICE, data: callData(`${name}()`) }));
  const all = [...calls, ...getters, { from: ALICE, data: concatBytes(selector, numbers.bytes(160)) }];
  const ours = await run(L1_BLOCK_CODE, L1_BLOCK, all, 8);
  const theirs = await run(originalCode(L1_BLOCK), L1_BLOCK, all, 8);
  assert.deepEqual(ours, theirs);
  assert.equal(ours.results.at(-1)?.succeeded, false);
});

test('L2ToL1MessagePasser records and tells withdrawals alike', { skip }, async () => {
  const numbers = new SeededNumbers('predeploys', 'message passer');
  const initiate = (length: number): Uint8Array =>
    concatBytes(
      callData('initiateWithdrawal(address,uint256,bytes)', setLengthLeft(numbers.bytes(20), 32), 90_000n, 0x60n),
      dynamicBytes(numbers.bytes(length)),
    );
  const calls = [0, 1, 31, 32, 33, 200].map((length) => ({
    from: ALICE,
    value: BigInt(length),
    data: initiate(length),
  }));
  const all = [
    ...calls,
    { from: ALICE, value: 7n, data: new Uint8Array(0) },
    { from: ALICE, data: callData('messageNonce()') },
    { from: ALICE, data: callData('sentMessages(bytes32)', wordOf(5n)) },
  ];
  const ours = await run(MESSAGE_PASSER_CODE, L2_TO_L1_MESSAGE_PASSER, all, 2);
  const theirs = await run(originalCode(L2_TO_L1_MESSAGE_PASSER), L2_TO_L1_MESSAGE_PASSER, all, 2);
  assert.deepEqual(ours, theirs);
  assert.ok(ours.results.slice(0, 7).every(({ logs }) => logs.length === 1));
});

interface Call {
  readonly from: Address;
  readonly value?: bigint;
  readonly data: Uint8Array;
}

interface Trace {
  readonly results: { readonly succeeded: boolean; readonly output: string; readonly logs: readonly string[] }[];
  readonly storageRoot: string;
  readonly slots: readonly string[];
}

/** Runs calls one after the other on a contract that has `code`. */
async function run(code: Uint8Array, address: Address, calls: readonly Call[], slots: number): Promise<Trace> {
  const state = new State(new StateStore());
  await state.putCode(address, code);
  const evm = await createEVM({ common: evmCommon(901, { hardfork: 'cancun' }), stateManager: state });
  const results: Trace['results'] = [];
  for (const { from, value = 0n, data } of calls) {
    await state.putAccount(from, new Account(0n, 10n ** 18n));
    const { execResult } = await evm.runCall({ caller: from, to: address, value, data, gasLimit: 1_000_000n });
    const { exceptionError, returnValue, logs = [] } = execResult;
    results.push({
      succeeded: exceptionError === undefined,
      output: bytesToHex(returnValue),
      logs: logs.map(([, topics, content]) => [...topics, content].map((part) => bytesToHex(part)).join(' ')),
    });
  }
  state.flush();
  const keys = Array.from({ length: slots }, (_, i) => wordOf(BigInt(i)));
  return {
    results,
    storageRoot: bytesToHex((await state.getAccount(address))?.storageRoot ?? new Uint8Array(0)),
    slots: await Promise.all(keys.map(async (key) => bytesToHex(await state.getStorage(address, key)))),
  };
}

/** The code behind a predeploy's proxy: the implementation's address has 0xc0d3c0… in place of 0x420000…. */
function originalCode(predeploy: Address): Uint8Array {
  const implementation = `c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3c0d3${predeploy.toString().slice(-4)}`;
  const code = originals[implementation]?.code;
  assert.ok(code !== undefined, `the recorded genesis has no ${implementation}`);
  return hexToBytes(code);
}
