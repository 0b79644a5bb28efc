/** Blocks, transactions and receipts of JSON-RPC results, back in the encodings that hashes and roots commit to. */
import { type Input, RLP } from '@ethereumjs/rlp';
import { keccak256 } from '@obelisc/preimage';
import {
  addressOrNone,
  data,
  list,
  MalformedFieldError,
  objects,
  present,
  quantity,
  type RpcObject,
} from './rpc-json.js';

const DEPOSIT_TYPE = 0x7e;

/** The header's RLP. Fields that forks added follow in the order of the forks, as far as the result has them. */
export function encodeHeader(block: RpcObject): Uint8Array {
  const fields: Uint8Array[] = [
    data(block, 'parentHash', 32),
    present(block, 'sha3Uncles') ? data(block, 'sha3Uncles', 32) : NO_UNCLES,
    data(block, named(block, 'miner', 'author'), 20),
    data(block, 'stateRoot', 32),
    data(block, 'transactionsRoot', 32),
    data(block, 'receiptsRoot', 32),
    data(block, 'logsBloom', 256),
    present(block, 'difficulty') ? quantity(block, 'difficulty') : new Uint8Array(0),
    quantity(block, 'number'),
    quantity(block, 'gasLimit'),
    quantity(block, 'gasUsed'),
    quantity(block, 'timestamp'),
    present(block, 'extraData') ? data(block, 'extraData') : new Uint8Array(0),
    data(block, 'mixHash', 32),
    present(block, 'nonce') ? data(block, 'nonce', 8) : new Uint8Array(8),
  ];
  if (present(block, 'baseFeePerGas')) fields.push(quantity(block, 'baseFeePerGas'));
  if (present(block, 'withdrawalsRoot')) fields.push(data(block, 'withdrawalsRoot', 32));
  if (present(block, 'blobGasUsed')) fields.push(quantity(block, 'blobGasUsed'));
  if (present(block, 'excessBlobGas')) fields.push(quantity(block, 'excessBlobGas'));
  if (present(block, 'parentBeaconBlockRoot')) fields.push(data(block, 'parentBeaconBlockRoot', 32));
  if (present(block, 'requestsHash')) fields.push(data(block, 'requestsHash', 32));
  // Amsterdam: EIP-7928, which clients name differently, and EIP-7843.
  const accessListHash = named(block, 'blockAccessListHash', 'balHash');
  if (present(block, accessListHash)) fields.push(data(block, accessListHash, 32));
  if (present(block, 'slotNumber')) fields.push(quantity(block, 'slotNumber'));
  return RLP.encode(fields);
}

/** The hash of an empty list of uncles, which every block has since the merge; endpoints may leave out what is the same for all. */
const NO_UNCLES = keccak256(Uint8Array.of(0xc0));

/** The first of two names that a field goes by. */
function named(object: RpcObject, name: string, other: string): string {
  return !present(object, name) && present(object, other) ? other : name;
}

/** The type of a transaction that does not name it, by the fields that each type adds. */
function impliedType(tx: RpcObject): number {
  if (present(tx, 'sourceHash')) return DEPOSIT_TYPE;
  if (present(tx, 'authorizationList')) return 4;
  if (present(tx, 'maxFeePerBlobGas')) return 3;
  if (present(tx, 'maxFeePerGas')) return 2;
  return present(tx, 'accessList') ? 1 : 0;
}

/** The transaction's encoding in the transactions trie (EIP-2718): types 0 to 4 of Ethereum and the deposits of the OP Stack (0x7e). */
export function encodeTransaction(tx: RpcObject): Uint8Array {
  const type = present(tx, 'type') ? Number(tx.type) : impliedType(tx);
  const gas = named(tx, 'gas', 'gasLimit');
  const input = named(tx, 'input', 'data');
  const call = () => [addressOrNone(tx, 'to'), quantity(tx, 'value'), data(tx, input)];
  const signature = () => [
    present(tx, 'yParity') ? quantity(tx, 'yParity') : quantity(tx, 'v'),
    quantity(tx, 'r'),
    quantity(tx, 's'),
  ];
  const fees = () => [quantity(tx, 'maxPriorityFeePerGas'), quantity(tx, 'maxFeePerGas'), quantity(tx, gas)];
  const head = () => [quantity(tx, 'chainId'), quantity(tx, 'nonce')];
  switch (type) {
    case 0:
      return RLP.encode([
        quantity(tx, 'nonce'),
        quantity(tx, 'gasPrice'),
        quantity(tx, gas),
        ...call(),
        quantity(tx, 'v'),
        quantity(tx, 'r'),
        quantity(tx, 's'),
      ]);
    case 1:
      return typed(1, [
        ...head(),
        quantity(tx, 'gasPrice'),
        quantity(tx, gas),
        ...call(),
        accessList(tx),
        ...signature(),
      ]);
    case 2:
      return typed(2, [...head(), ...fees(), ...call(), accessList(tx), ...signature()]);
    case 3:
      return typed(3, [
        ...head(),
        ...fees(),
        ...call(),
        accessList(tx),
        quantity(tx, 'maxFeePerBlobGas'),
        hashes(tx, 'blobVersionedHashes'),
        ...signature(),
      ]);
    case 4:
      return typed(4, [...head(), ...fees(), ...call(), accessList(tx), authorizations(tx), ...signature()]);
    case DEPOSIT_TYPE:
      return typed(DEPOSIT_TYPE, [
        data(tx, 'sourceHash', 32),
        data(tx, 'from', 20),
        addressOrNone(tx, 'to'),
        present(tx, 'mint') ? quantity(tx, 'mint') : new Uint8Array(0),
        quantity(tx, 'value'),
        quantity(tx, gas),
        tx.isSystemTx === true ? Uint8Array.of(1) : new Uint8Array(0),
        data(tx, input),
      ]);
    default:
      throw new MalformedFieldError(
        'type',
        `is ${JSON.stringify(tx.type)}, a transaction type this host cannot encode`,
      );
  }
}

/** Whether the transaction succeeded, or before Byzantium the state root after it. */
function outcomeOf(receipt: RpcObject): Uint8Array {
  if (typeof receipt.status === 'boolean') return receipt.status ? Uint8Array.of(1) : new Uint8Array(0);
  return present(receipt, 'status') ? quantity(receipt, 'status') : data(receipt, 'root', 32);
}

/** The bloom filter of logs (Yellow Paper, 4.4.1). */
function bloomOf(logs: readonly (readonly [address: Uint8Array, topics: readonly Uint8Array[], data: Uint8Array])[]) {
  const bloom = new Uint8Array(256);
  for (const item of logs.flatMap(([address, topics]) => [address, ...topics])) {
    const hash = keccak256(item);
    for (const at of [0, 2, 4]) {
      const bit = (((hash[at] ?? 0) & 7) << 8) | (hash[at + 1] ?? 0);
      const byte = 255 - (bit >> 3);
      bloom[byte] = (bloom[byte] ?? 0) | (1 << (bit & 7));
    }
  }
  return bloom;
}

/**
 * The receipt's encoding in the receipts trie of L1, which may be an OP chain itself. Endpoints leave out what is empty, and the
 * bloom, which follows from the logs: that they are right, the trie's root shows.
 */
export function encodeReceipt(receipt: RpcObject): Uint8Array {
  const type = present(receipt, 'type') ? Number(receipt.type) : 0;
  const orNone = (object: RpcObject, field: string) =>
    present(object, field) ? data(object, field) : new Uint8Array(0);
  const logs = (present(receipt, 'logs') ? objects(receipt, 'logs') : []).map(
    (log): [Uint8Array, Uint8Array[], Uint8Array] => [
      data(log, 'address', 20),
      present(log, 'topics') ? hashes(log, 'topics') : [],
      orNone(log, 'data'),
    ],
  );
  const bloom = orNone(receipt, 'logsBloom').length === 0 ? bloomOf(logs) : data(receipt, 'logsBloom', 256);
  const fields: Input[] = [outcomeOf(receipt), quantity(receipt, 'cumulativeGasUsed'), bloom, logs];
  // Deposits of an OP chain: their nonce since Regolith, with a version since Canyon.
  if (type === DEPOSIT_TYPE && present(receipt, 'depositNonce')) {
    fields.push(quantity(receipt, 'depositNonce'));
    if (present(receipt, 'depositReceiptVersion')) fields.push(quantity(receipt, 'depositReceiptVersion'));
  }
  return type === 0 ? RLP.encode(fields) : typed(type, fields);
}

function accessList(tx: RpcObject): Input {
  if (!present(tx, 'accessList')) return [];
  return objects(tx, 'accessList').map((entry) => [data(entry, 'address', 20), hashes(entry, 'storageKeys')]);
}

function authorizations(tx: RpcObject): Input {
  return objects(tx, 'authorizationList').map((entry) => [
    quantity(entry, 'chainId'),
    data(entry, 'address', 20),
    quantity(entry, 'nonce'),
    present(entry, 'yParity') ? quantity(entry, 'yParity') : quantity(entry, 'v'),
    quantity(entry, 'r'),
    quantity(entry, 's'),
  ]);
}

function hashes(object: RpcObject, field: string): Uint8Array[] {
  return list(object, field).map((item) => data({ [field]: item }, field, 32));
}

function typed(type: number, fields: Input): Uint8Array {
  return Buffer.concat([Uint8Array.of(type), RLP.encode(fields)]);
}
