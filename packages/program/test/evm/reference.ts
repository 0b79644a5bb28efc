// @ethereumjs/evm set up like the test module: same accounts, same block, the same warm.
import { createCustomCommon, Hardfork, Mainnet } from '@ethereumjs/common';
import { createEVM, type EVM, type EVMOpts, type EVMRunCallOpts } from '@ethereumjs/evm';
import { SimpleStateManager } from '@ethereumjs/statemanager';
import {
  Account as StateAccount,
  bytesToHex,
  createAddressFromString,
  setLengthLeft,
  hexToBytes,
} from '@ethereumjs/util';
import { kzg } from './kzg.js';
import { blockHash, type Account, type Block, type Log } from './module.js';

export interface World {
  [address: string]: { nonce?: bigint; balance?: bigint; code?: Uint8Array; storage?: Record<string, bigint> };
}

export interface Expected {
  success: boolean;
  gasLeft: bigint;
  output: string;
  created: string;
  refund: bigint;
  logs: Log[];
  /** All accounts after the transaction, and their slots. */
  accounts: Map<string, Account & { storage: Map<bigint, bigint> }>;
}

const word = (x: bigint): Uint8Array =>
  setLengthLeft(
    hexToBytes(
      `0x${x
        .toString(16)
        .padStart(2, '0')
        .replace(/^(.(..)*)$/, '0$1')}`,
    ),
    32,
  );

/** Runs one call (or, without `to`, creation) on `world` under an Ethereum hardfork. */
export async function runReference(
  hardfork: Hardfork,
  block: Block,
  world: World,
  message: { caller: string; to?: string; value: bigint; input: Uint8Array; gas: bigint },
): Promise<Expected> {
  const common = createCustomCommon({ chainId: Number(block.chainId) }, Mainnet, { hardfork, customCrypto: { kzg } });
  const stateManager = new SimpleStateManager({ common });
  for (const [address, { nonce = 0n, balance = 0n, code, storage = {} }] of Object.entries(world)) {
    const key = createAddressFromString(address);
    await stateManager.putAccount(key, new StateAccount(nonce, balance));
    if (code !== undefined && code.length > 0) await stateManager.putCode(key, code);
    for (const [slot, value] of Object.entries(storage))
      await stateManager.putStorage(key, word(BigInt(slot)), word(value));
  }
  const blockchain = {
    getBlock: async (number: number) => ({ hash: () => blockHash(number) }),
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  const evm: EVM = await createEVM({
    common,
    stateManager,
    blockchain: blockchain as unknown as NonNullable<EVMOpts['blockchain']>,
  });
  const header = {
    number: block.number,
    coinbase: createAddressFromString(block.coinbase),
    timestamp: block.timestamp,
    difficulty: 0n,
    prevRandao: word(block.prevRandao),
    gasLimit: block.gasLimit,
    baseFeePerGas: block.baseFee,
    getBlobGasPrice: () => block.blobBaseFee,
  };
  const options: EVMRunCallOpts = {
    caller: createAddressFromString(message.caller),
    origin: createAddressFromString(message.caller),
    gasPrice: 9n,
    value: message.value,
    data: message.input,
    gasLimit: message.gas,
    skipNonceIncrement: message.to !== undefined,
    block: { header } as unknown as NonNullable<EVMRunCallOpts['block']>,
  };
  if (message.to !== undefined) options.to = createAddressFromString(message.to);
  // The transaction's sender and receiver are warm from its start (EIP-2929).
  evm.journal.addAlwaysWarmAddress(message.caller);
  if (message.to !== undefined) evm.journal.addAlwaysWarmAddress(message.to);
  const { execResult: result, createdAddress } = await evm.runCall(options);
  const destroyed = Array.from(result.selfdestruct?.keys() ?? [], String).filter(
    (address) => !common.isActivatedEIP(6780) || result.createdAddresses?.has(address as `0x${string}`) === true,
  );
  const accounts: Expected['accounts'] = new Map();
  for (const [address, account] of stateManager.accountStack.at(-1) ?? []) {
    if (account === undefined || (result.exceptionError === undefined && destroyed.includes(address))) continue;
    const code = bytesToHex(stateManager.codeStack.at(-1)?.get(address) ?? new Uint8Array());
    if (account.nonce === 0n && account.balance === 0n && code === '0x') continue;
    accounts.set(address, { nonce: account.nonce, balance: account.balance, code, storage: new Map() });
  }
  for (const [place, value] of stateManager.storageStack.at(-1) ?? []) {
    const [address, key] = place.split('_') as [string, string];
    accounts.get(address)?.storage.set(BigInt(key), BigInt(value.length === 0 ? 0 : bytesToHex(value)));
  }
  return {
    success: result.exceptionError === undefined,
    gasLeft: message.gas - result.executionGasUsed,
    output: bytesToHex(result.returnValue),
    created: createdAddress?.toString() ?? '',
    refund: result.gasRefund ?? 0n,
    logs: (result.logs ?? []).map(([address, topics, data]) => ({
      address: bytesToHex(address),
      topics: topics.map((topic) => bytesToHex(topic)),
      data: bytesToHex(data),
    })),
    accounts,
  };
}
