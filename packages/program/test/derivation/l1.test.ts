import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { elementKey } from './blob-keys.js';
import { l1Blocks, l2Blocks, rollupJson, skip } from './devnet.js';
import { fromHex, instantiate, ProgramExit, toHex, utf8 } from './module.js';

type Item = Uint8Array | Item[];

interface Header {
  parentHash: string;
  receiptsRoot: string;
  transactionsRoot: string;
  mixHash: string;
  number: string;
  gasLimit: string;
  time: string;
  extraData: string;
  baseFee: string;
  hasExcessBlobGas: boolean;
  excessBlobGas: string;
  parentBeaconBlockRoot: string | null;
  requestsHash: string | null;
}

const list = (item: Item | undefined): Item[] => {
  assert.ok(Array.isArray(item));
  return item;
};
const bytes = (item: Item | undefined): Uint8Array => {
  assert.ok(item instanceof Uint8Array);
  return item;
};
const big = (value: Uint8Array): bigint => (value.length === 0 ? 0n : BigInt(toHex(value)));
const decoded = (hex: string): Item[] => list(RLP.decode(fromHex(hex)) as Item);

/** A header with `extra` fields behind the 15 that every header has. */
function header(extra: Item[]): Uint8Array {
  const word = (n: number): Uint8Array => new Uint8Array(32).fill(n);
  return RLP.encode([
    word(1), word(2), new Uint8Array(20), word(3), word(4), word(5), new Uint8Array(256), new Uint8Array(0), Uint8Array.of(0x01, 0x00),
    Uint8Array.of(0x01, 0xc9, 0xc3, 0x80), new Uint8Array(0), Uint8Array.of(0x65, 0, 0, 0), utf8('extra'), word(6), new Uint8Array(8), ...extra,
  ]); // prettier-ignore
}

const fork: Record<string, Item[]> = {
  london: [Uint8Array.of(7)],
  shanghai: [Uint8Array.of(7), new Uint8Array(32).fill(8)],
  cancun: [
    Uint8Array.of(7),
    new Uint8Array(32).fill(8),
    new Uint8Array(0),
    Uint8Array.of(9),
    new Uint8Array(32).fill(10),
  ],
};
fork['prague'] = [...(fork['cancun'] ?? []), new Uint8Array(32).fill(11)];

test('headers of every fork are decoded', () => {
  const read = (extra: Item[]): Header => instantiate().ask<Header>('header', header(extra));
  const plain = read([]);
  assert.equal(plain.number, '256');
  assert.equal(plain.gasLimit, '30000000');
  assert.equal(plain.time, (0x65000000).toString());
  assert.equal(plain.extraData, toHex(utf8('extra')));
  assert.equal(plain.mixHash, toHex(new Uint8Array(32).fill(6)));
  assert.equal(plain.baseFee, '0x');
  assert.equal(plain.parentBeaconBlockRoot, null);
  assert.equal(read(fork['london'] ?? []).baseFee, '0x07');
  assert.equal(read(fork['shanghai'] ?? []).hasExcessBlobGas, false);
  const cancun = read(fork['cancun'] ?? []);
  assert.deepEqual([cancun.hasExcessBlobGas, cancun.excessBlobGas], [true, '9']);
  assert.equal(cancun.parentBeaconBlockRoot, toHex(new Uint8Array(32).fill(10)));
  assert.equal(cancun.requestsHash, null);
  assert.equal(read(fork['prague'] ?? []).requestsHash, toHex(new Uint8Array(32).fill(11)));
});

test('a header with more fields than known, or with trailing bytes, ends the program', () => {
  const read = (data: Uint8Array): unknown => instantiate().ask('header', data);
  assert.throws(() => read(header([...(fork['prague'] ?? []), Uint8Array.of(1)])), /of a fork that is not covered/);
  assert.throws(() => read(Uint8Array.from([...header([]), 0])), ProgramExit);
  assert.throws(() => read(header([]).slice(0, -1)), ProgramExit);
});

test('what forks of L1 append to its headers is passed over, but must be well formed', () => {
  const read = (data: Uint8Array): unknown => instantiate().ask('l1Header', data);
  const amsterdam = [...(fork['prague'] ?? []), new Uint8Array(32).fill(12), Uint8Array.of(43)];
  assert.deepEqual(read(header(amsterdam)), read(header([...amsterdam, [Uint8Array.of(1), []]])));
  assert.equal((read(header(amsterdam)) as { requestsHash: string }).requestsHash, toHex(new Uint8Array(32).fill(11)));
  assert.throws(() => read(header(amsterdam).slice(0, -1)), ProgramExit);
  assert.throws(() => read(Uint8Array.from([...header(amsterdam), 0])), ProgramExit);
});

test('the headers of the recorded chain are decoded', { skip }, () => {
  const module = instantiate();
  for (const block of l1Blocks()) {
    const fields = list(decoded(block.raw)[0]);
    const read = module.ask<Header>('header', RLP.encode(fields));
    assert.equal(read.number, block.number.toString());
    assert.equal(read.parentHash, toHex(bytes(fields[0])));
    assert.equal(read.receiptsRoot, toHex(bytes(fields[5])));
    assert.equal(BigInt(read.baseFee), big(bytes(fields[15])));
  }
});

interface Events {
  events: { index: string; problem: string; deposit?: string }[];
  systemConfig: Record<string, string>;
}

test(
  'the deposits in the L2 blocks of the recorded chain are those in the receipts of their L1 origins',
  { skip },
  () => {
    const module = instantiate();
    const config = utf8(rollupJson());
    const origins = new Map<string, string[]>();
    for (const block of l2Blocks()) {
      if (block.seq !== 0 || block.number === 0) continue;
      const inBlock = list(decoded(block.raw)[1])
        .filter((tx): tx is Uint8Array => tx instanceof Uint8Array)
        .filter((tx) => tx[0] === 0x7e)
        .map(toHex);
      origins.set(block.l1origin.hash, inBlock.slice(1));
    }
    let deposits = 0;
    let changes = 0;
    let before = '';
    for (const block of l1Blocks()) {
      const expected = origins.get(block.hash);
      const { events: found, systemConfig } = module.ask<Events>(
        'events',
        config,
        RLP.encode(block.rawReceipts.map(fromHex)),
        module.call('place', fromHex(block.hash)) as number,
        1n << 40n,
      );
      assert.deepEqual(
        [...new Set(found.map((event) => event.problem))].filter((p) => p !== ''),
        [],
      );
      if (expected === undefined) continue;
      const transactions = found.flatMap((event) => (event.deposit === undefined ? [] : [event.deposit]));
      assert.deepEqual(transactions, expected, `L1 block ${block.number}`);
      deposits += transactions.length;
      if (JSON.stringify(systemConfig) !== before) changes += 1;
      before = JSON.stringify(systemConfig);
    }
    assert.ok(deposits > 10, `${deposits} deposits`);
    assert.ok(changes > 1, 'the settings change');
  },
);

const depositTopic = toHex(keccak_256(utf8('TransactionDeposited(address,address,uint256,bytes)')));
const updateTopic = toHex(keccak_256(utf8('ConfigUpdate(uint256,uint8,bytes)')));
const word = (value: bigint | number): string => value.toString(16).padStart(64, '0');

const portal = `0x${'be'.repeat(20)}`;
const settingsContract = `0x${'22'.repeat(20)}`;
const rollup = {
  genesis: {
    l1: { hash: `0x${'01'.repeat(32)}`, number: 0 },
    l2: { hash: `0x${'02'.repeat(32)}`, number: 0 },
    l2_time: 1,
    system_config: { batcherAddr: `0x${'aa'.repeat(20)}`, overhead: `0x${word(5)}`, scalar: `0x${word(6)}`, gasLimit: 1 },
  },
  block_time: 2, max_sequencer_drift: 600, seq_window_size: 10, channel_timeout: 10, l1_chain_id: 1, l2_chain_id: 10,
  regolith_time: 0, canyon_time: 0, delta_time: 0, ecotone_time: 1000,
  batch_inbox_address: `0x${'ff'.repeat(20)}`, deposit_contract_address: portal, l1_system_config_address: settingsContract,
}; // prettier-ignore

interface LogFields {
  address: string;
  topics: string[];
  data: string;
}

function receipt(logs: LogFields[], status = 1, type = 2): Uint8Array {
  const fields = RLP.encode([
    status === 0 ? new Uint8Array(0) : Uint8Array.of(status),
    Uint8Array.of(0x52, 0x08),
    new Uint8Array(256),
    logs.map((log) => [fromHex(log.address), log.topics.map(fromHex), fromHex(log.data)]),
  ]);
  return type === 0 ? fields : Uint8Array.from([type, ...fields]);
}

function events(receipts: Uint8Array[], time = 500): Events {
  const module = instantiate();
  const hash = module.call('place', new Uint8Array(32).fill(0x77)) as number;
  return module.ask('events', utf8(JSON.stringify(rollup)), RLP.encode(receipts), hash, BigInt(time));
}

function deposit(over: Partial<LogFields> & { opaque?: string } = {}): LogFields {
  const opaque = over.opaque ?? `${word(3)}${word(4)}0000000000015f9000c0ffee`;
  const length = opaque.length / 2;
  return {
    address: portal,
    topics: [depositTopic, `0x${word(0xf0)}`, `0x${word(0x70)}`, `0x${word(0)}`],
    data: `0x${word(32)}${word(length)}${opaque.padEnd(Math.ceil(length / 32) * 64, '0')}`,
    ...over,
  };
}

test('a deposit event becomes a deposit transaction whose source hash names block and log', () => {
  const other = deposit({ address: `0x${'bf'.repeat(20)}` });
  const failed = receipt([deposit(), deposit()], 0);
  const found = events([receipt([other, other]), failed, receipt([deposit()], 1, 0)]).events;
  assert.equal(found.length, 1);
  assert.equal(found[0]?.index, '4');
  const id = keccak_256(fromHex('77'.repeat(32) + word(4)));
  const source = keccak_256(Uint8Array.from([...new Uint8Array(32), ...id]));
  const address = (n: number): Uint8Array => fromHex(n.toString(16).padStart(40, '0'));
  const expected = RLP.encode([
    source, address(0xf0), address(0x70), Uint8Array.of(3), Uint8Array.of(4), Uint8Array.of(1, 0x5f, 0x90), new Uint8Array(0), fromHex('c0ffee'),
  ]); // prettier-ignore
  assert.equal(found[0]?.deposit, `0x7e${toHex(expected).slice(2)}`);
});

test('a deposit without mint has none, and one that creates has no recipient', () => {
  const [found] = events([receipt([deposit({ opaque: `${word(0)}${word(0)}000000000000000001` })])]).events;
  const fields = list(RLP.decode(fromHex((found?.deposit ?? '').slice(4))) as Item);
  assert.deepEqual(
    fields.slice(2, 8).map((field) => bytes(field).length),
    [0, 0, 0, 0, 0, 0],
  );
});

test('malformed deposit events are named', () => {
  const problem = (log: LogFields): string => events([receipt([log])]).events[0]?.problem ?? '';
  const { topics, data } = deposit();
  assert.match(problem(deposit({ topics: topics.slice(0, 3) })), /four topics/);
  assert.match(problem(deposit({ topics: [...topics.slice(0, 3), `0x${word(1)}`] })), /unknown version/);
  assert.match(problem(deposit({ data: data.slice(0, 66) })), /wrong length/);
  assert.match(problem(deposit({ data: `${data}00` })), /wrong length/);
  assert.match(problem(deposit({ data: `0x${word(33)}${data.slice(66)}` })), /wrong offset/);
  assert.match(problem(deposit({ data: `${data}${word(0)}` })), /wrong length of its data/);
  assert.match(
    problem(deposit({ data: `0x${word(32)}${word(1n << 64n)}${data.slice(130)}` })),
    /wrong length of its data/,
  );
  assert.match(problem(deposit({ opaque: word(3) + word(4) + '0000000000015f90' })), /too little data/);
});

const update = (kind: number | bigint, data: string, version = 0): LogFields => ({
  address: settingsContract,
  topics: [updateTopic, `0x${word(version)}`, `0x${word(kind)}`],
  data: `0x${data}`,
});
const one = (value: string): string => word(32) + word(32) + value;

test('events of the SystemConfig contract change the settings', () => {
  const { systemConfig } = events([
    receipt([
      update(0, one(word(0xabcd))),
      update(2, one(word(60_000_000))),
      update(3, ''),
      update(4, one(word(0xfa00000006n))),
      update(5, one(word((7n << 64n) | 9n))),
      update(6, one(word(11))),
      update(7, one(word(12))),
    ]),
  ]);
  assert.equal(systemConfig['batcherAddress'], `0x${'abcd'.padStart(40, '0')}`);
  assert.equal(systemConfig['gasLimit'], '60000000');
  assert.equal(systemConfig['eip1559Params'], 0xfa00000006n.toString());
  assert.equal(systemConfig['operatorFeeScalar'], '7');
  assert.equal(systemConfig['operatorFeeConstant'], '9');
  assert.equal(systemConfig['minBaseFee'], '11');
  assert.equal(systemConfig['daFootprintGasScalar'], '12');
});

test('fee scalars are taken as they are before Ecotone, and only in known forms since', () => {
  const scalars = (overhead: bigint, scalar: string, time: number): string[] => {
    const { systemConfig } = events([receipt([update(1, word(32) + word(64) + word(overhead) + scalar)])], time);
    return [systemConfig['overhead'] ?? '', systemConfig['scalar'] ?? ''];
  };
  const ecotone = `01${'00'.repeat(23)}0000000200000003`;
  const padded = `01${'00'.repeat(22)}010000000200000003`;
  assert.deepEqual(scalars(9n, padded, 999), [`0x${word(9)}`, `0x${padded}`]);
  assert.deepEqual(scalars(9n, ecotone, 1000), [`0x${word(0)}`, `0x${ecotone}`]);
  assert.deepEqual(scalars(9n, word(8), 1000), [`0x${word(0)}`, `0x${word(8)}`]);
  const unchanged = [`0x${word(5)}`, `0x${word(6)}`];
  assert.deepEqual(scalars(9n, padded, 1000), unchanged);
  assert.deepEqual(scalars(9n, word(1n << 32n), 1000), unchanged);
  assert.deepEqual(scalars(9n, `02${word(1).slice(2)}`, 1000), unchanged);
});

test('malformed events of the SystemConfig contract are named and change nothing', () => {
  const cases: [LogFields, RegExp][] = [
    [update(0, one(word(1n << 160n))), /batcher address/],
    [update(0, `${one(word(1))}${word(0)}`), /batcher address/],
    [update(2, one(word(1n << 64n))), /gas limit/],
    [update(2, word(33) + word(32) + word(1)), /malformed header/],
    [update(1, one(word(1))), /malformed header/],
    [update(8, one(word(1))), /unknown type/],
    [update(1n << 128n, one(word(1))), /unknown type/],
    [update(2, one(word(1)), 1), /unknown version/],
    [{ ...update(2, one(word(1))), topics: [updateTopic, `0x${word(0)}`] }, /three topics/],
  ];
  const before = events([]).systemConfig;
  for (const [log, message] of cases) {
    const { events: found, systemConfig } = events([receipt([log])]);
    assert.match(found[0]?.problem ?? '', message);
    assert.deepEqual(systemConfig, before);
  }
});

test('a malformed receipt ends the program', () => {
  assert.throws(() => events([receipt([deposit()]).slice(0, -1)]), /malformed L1 receipt/);
  assert.throws(() => events([receipt([{ ...deposit(), topics: ['0x01'] }])]), ProgramExit);
});

test('the roots of unity are the powers of the field element, in bit-reversed order', () => {
  const module = instantiate();
  const roots = module.read(module.call('roots') as number, 4096 * 32);
  for (const i of [0, 1, 2, 3, 5, 1000, 2047, 2048, 4095]) {
    assert.equal(toHex(roots.slice(32 * i, 32 * i + 32)), toHex(elementKey(new Uint8Array(0), i)), `root ${i}`);
  }
});

/** Encodes data into a blob as the specification says (derivation.md#blob-encoding). */
function encodeBlob(data: Uint8Array): Uint8Array {
  const blob = new Uint8Array(131072);
  const stream = Uint8Array.from([0, data.length >> 16, (data.length >> 8) & 255, data.length & 255, ...data]);
  let at = 0;
  const take = (n: number): number[] => Array.from({ length: n }, () => stream[at++] ?? 0);
  for (let round = 0; round < 1024 && at < stream.length; round++) {
    const put = (element: number, top: number, rest: number[]): void =>
      blob.set([top, ...rest], 128 * round + 32 * element);
    const first = take(31);
    const x = take(1)[0] ?? 0;
    put(0, x & 63, first);
    const second = take(31);
    const y = take(1)[0] ?? 0;
    put(1, (y & 15) | ((x & 192) >> 2), second);
    const third = take(31);
    const z = take(1)[0] ?? 0;
    put(2, z & 63, third);
    put(3, ((z & 192) >> 2) | ((y & 240) >> 4), take(31));
  }
  return blob;
}

function decodeBlob(blob: Uint8Array): string | undefined {
  const module = instantiate();
  return module.ask<string[]>('blob', module.call('place', blob) as number)[0];
}

const noise = (length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 197 + (i >> 7) * 31 + 5) & 255);

test('blobs give back the data that was encoded, of every length', () => {
  for (const length of [0, 1, 26, 27, 28, 58, 59, 90, 91, 122, 123, 124, 150, 250, 251, 5000, 130043, 130044]) {
    assert.equal(decodeBlob(encodeBlob(noise(length))), toHex(noise(length)), `${length} bytes`);
  }
});

test('blobs that break a rule of the encoding are not decoded', () => {
  const blob = encodeBlob(noise(300));
  const changed = (at: number, value: number): Uint8Array => {
    const copy = blob.slice();
    copy[at] = value;
    return copy;
  };
  assert.equal(decodeBlob(blob), toHex(noise(300)));
  assert.equal(decodeBlob(changed(1, 1)), undefined, 'another version');
  assert.equal(decodeBlob(changed(2, 2)), undefined, 'a length above the most that fits');
  assert.equal(decodeBlob(changed(32, 64)), undefined, 'a high bit in the second element');
  assert.equal(decodeBlob(changed(128, 128)), undefined, 'a high bit in the fifth element');
  assert.equal(decodeBlob(changed(4, 0x20)), undefined, 'data behind the length');
  assert.equal(decodeBlob(changed(384 + 31, 1)), undefined, 'data behind the last element used');
  assert.equal(decodeBlob(changed(131071, 1)), undefined, 'data at the end');
  // The first element's top byte is the one whose high bits no rule looks at.
  assert.equal(decodeBlob(changed(0, (blob[0] ?? 0) | 64)), toHex(noise(300)));
});

test('a blob of the recorded chain is read from the oracle, by the keys that the specification names', { skip }, () => {
  const block = l1Blocks().find((candidate) => candidate.sidecars !== null);
  const sidecar = block?.sidecars?.[0];
  assert.ok(block !== undefined && sidecar !== undefined);
  const commitment = fromHex(sidecar.kzg_commitment);
  const blob = fromHex(sidecar.blob);
  const versionedHash = sha256(commitment);
  versionedHash[0] = 1;
  const preimages = new Map<string, Uint8Array>();
  const key = (type: string, digest: Uint8Array): string => type + toHex(digest).slice(4);
  preimages.set(key('04', versionedHash), commitment);
  for (let i = 0; i < 4096; i++) {
    preimages.set(key('05', keccak_256(elementKey(commitment, i))), blob.slice(32 * i, 32 * i + 32));
  }
  const module = instantiate((name) => preimages.get(name));
  const place = module.call('place', versionedHash) as number;
  const [data] = module.ask<string[]>('fetchBlob', place, 3n, 1234n);
  assert.equal(data, decodeBlob(blob));
  assert.ok(data !== undefined && data.startsWith('0x00'));
  assert.deepEqual(module.hints, [
    `l1-blob ${toHex(versionedHash)}${(3).toString(16).padStart(16, '0')}${(1234).toString(16).padStart(16, '0')}`,
  ]);
});
