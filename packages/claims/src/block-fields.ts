// The encodings of a block's parts, read as named fields for people: numbers in decimal, all else as 0x-hex.
import { RLP } from '@ethereumjs/rlp';
import { hex } from './bytes.js';

/** Names and values, in the encoding's order. */
export type Fields = ReadonlyMap<string, string>;

type Item = Uint8Array | Item[];
/** How a field is shown. */
type Kind = 'number' | 'data' | 'list';
type Shape = readonly (readonly [name: string, kind: Kind])[];

/** In the order of the forks (yellow paper 4.3.3, EIPs 1559, 4895, 4844, 4788, 7685). */
const HEADER: Shape = [
  ['parentHash', 'data'],
  ['sha3Uncles', 'data'],
  ['miner', 'data'],
  ['stateRoot', 'data'],
  ['transactionsRoot', 'data'],
  ['receiptsRoot', 'data'],
  ['logsBloom', 'data'],
  ['difficulty', 'number'],
  ['number', 'number'],
  ['gasLimit', 'number'],
  ['gasUsed', 'number'],
  ['timestamp', 'number'],
  ['extraData', 'data'],
  ['mixHash', 'data'],
  ['nonce', 'data'],
  ['baseFeePerGas', 'number'],
  ['withdrawalsRoot', 'data'],
  ['blobGasUsed', 'number'],
  ['excessBlobGas', 'number'],
  ['parentBeaconBlockRoot', 'data'],
  ['requestsHash', 'data'],
];

const SIGNATURE: Shape = [
  ['yParity', 'number'],
  ['r', 'number'],
  ['s', 'number'],
];
const CALL: Shape = [
  ['to', 'data'],
  ['value', 'number'],
  ['input', 'data'],
];
const HEAD: Shape = [
  ['chainId', 'number'],
  ['nonce', 'number'],
];
const FEES: Shape = [
  ['maxPriorityFeePerGas', 'number'],
  ['maxFeePerGas', 'number'],
  ['gas', 'number'],
];
const ACCESS_LIST: Shape = [['accessList', 'list']];

/** Of each type that an L2 block may hold (EIPs 2930, 1559, 7702; specs: protocol/deposits.md). */
const TRANSACTIONS: ReadonlyMap<number, Shape> = new Map([
  [
    0,
    [
      ['nonce', 'number'],
      ['gasPrice', 'number'],
      ['gas', 'number'],
      ...CALL,
      ['v', 'number'],
      ['r', 'number'],
      ['s', 'number'],
    ],
  ],
  [1, [...HEAD, ['gasPrice', 'number'], ['gas', 'number'], ...CALL, ...ACCESS_LIST, ...SIGNATURE]],
  [2, [...HEAD, ...FEES, ...CALL, ...ACCESS_LIST, ...SIGNATURE]],
  [4, [...HEAD, ...FEES, ...CALL, ...ACCESS_LIST, ['authorizationList', 'list'], ...SIGNATURE]],
  [
    0x7e,
    [
      ['sourceHash', 'data'],
      ['from', 'data'],
      ['to', 'data'],
      ['mint', 'number'],
      ['value', 'number'],
      ['gas', 'number'],
      ['isSystemTx', 'number'],
      ['input', 'data'],
    ],
  ],
]);

const RECEIPT: Shape = [
  ['status', 'number'],
  ['cumulativeGasUsed', 'number'],
  ['logsBloom', 'data'],
  ['logs', 'list'],
  ['depositNonce', 'number'],
  ['depositReceiptVersion', 'number'],
];

/** A block header. */
export function headerFields(encoded: Uint8Array): Fields {
  return named(HEADER, RLP.decode(encoded));
}

/** A transaction; of the one that sets the L1 attributes, these beside the rest. */
export function transactionFields(encoded: Uint8Array): Fields {
  const { type, payload } = typed(encoded);
  const shape = TRANSACTIONS.get(type);
  const fields = new Map([['type', String(type)]]);
  if (shape === undefined) return fields.set('encoding', hex(encoded));
  const decoded = RLP.decode(payload);
  for (const [name, value] of named(shape, decoded)) fields.set(name, value);
  if (type === 0x7e && fields.get('to') === L1_BLOCK)
    for (const [name, value] of l1Attributes(bytesAt(decoded, 7))) fields.set(`l1 ${name}`, value);
  return fields;
}

/** A receipt without its logs, and each of these. */
export function receiptFields(encoded: Uint8Array): { fields: Fields; logs: readonly Fields[] } {
  const { type, payload } = typed(encoded);
  const decoded = RLP.decode(payload);
  const fields = new Map([['type', String(type)], ...named(RECEIPT, decoded)]);
  fields.delete('logs');
  const logs = Array.isArray(decoded) && Array.isArray(decoded[3]) ? decoded[3] : [];
  return { fields, logs: logs.map(logFields) };
}

function logFields(log: Item): Fields {
  const fields = new Map([['address', hex(bytesAt(log, 0))]]);
  const topics = Array.isArray(log) && Array.isArray(log[1]) ? log[1] : [];
  for (const [i, topic] of topics.entries()) fields.set(`topic ${i}`, shown(topic, 'data'));
  return fields.set('data', hex(bytesAt(log, 2)));
}

/** The L1Block predeploy. */
const L1_BLOCK = '0x4200000000000000000000000000000000000015';

/** Name, place of the first byte, length: numbers but where the length is 32 and the name ends with Hash. */
type Packed = readonly (readonly [name: string, at: number, length: number])[];

const WORDS: Packed = [
  ['number', 4, 32],
  ['timestamp', 36, 32],
  ['baseFee', 68, 32],
  ['hash', 100, 32],
  ['sequenceNumber', 132, 32],
  ['batcherHash', 164, 32],
  ['feeOverhead', 196, 32],
  ['feeScalar', 228, 32],
];
const ECOTONE: Packed = [
  ['baseFeeScalar', 4, 4],
  ['blobBaseFeeScalar', 8, 4],
  ['sequenceNumber', 12, 8],
  ['timestamp', 20, 8],
  ['number', 28, 8],
  ['baseFee', 36, 32],
  ['blobBaseFee', 68, 32],
  ['hash', 100, 32],
  ['batcherHash', 132, 32],
];
const ISTHMUS: Packed = [...ECOTONE, ['operatorFeeScalar', 164, 4], ['operatorFeeConstant', 168, 8]];

/** The calls that set the L1 attributes, by selector (specs: protocol/deposits.md#l1-attributes-deposited-transaction-calldata). */
const L1_ATTRIBUTES: ReadonlyMap<string, Packed> = new Map([
  ['0x015d8eb9', WORDS],
  ['0x440a5e20', ECOTONE],
  ['0x098999be', ISTHMUS],
  ['0x3db6be2b', [...ISTHMUS, ['daFootprintGasScalar', 176, 2]]],
]);

function l1Attributes(input: Uint8Array): Map<string, string> {
  const packed = L1_ATTRIBUTES.get(hex(input.subarray(0, 4))) ?? [];
  return new Map(
    packed.map(([name, at, length]) => [
      name,
      shown(input.subarray(at, at + length), /hash$/i.test(name) ? 'data' : 'number'),
    ]),
  );
}

function typed(encoded: Uint8Array): { type: number; payload: Uint8Array } {
  const [first = 0] = encoded;
  return first >= 0xc0 ? { type: 0, payload: encoded } : { type: first, payload: encoded.subarray(1) };
}

/** Fields beyond the shape's, which a later fork appended, are shown by their place. */
function named(shape: Shape, list: Item): Map<string, string> {
  const items = Array.isArray(list) ? list : [];
  return new Map(
    items.map((item, i) => {
      const [name, kind] = shape[i] ?? [`field ${i}`, 'data'];
      return [name, shown(item, kind)];
    }),
  );
}

function shown(item: Item, kind: Kind): string {
  if (Array.isArray(item) || kind === 'list') return hex(RLP.encode(item));
  const digits = hex(item);
  const isNumber = kind === 'number' && digits.length <= 66;
  return isNumber ? (digits === '0x' ? '0' : BigInt(digits).toString()) : digits;
}

function bytesAt(list: Item, index: number): Uint8Array {
  const item = Array.isArray(list) ? list[index] : undefined;
  return item instanceof Uint8Array ? item : new Uint8Array(0);
}
