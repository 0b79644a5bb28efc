// Test module: what the tests of configuration, L1 and derivation call. Test only; it is not part of the client.
import { decodeHeader, decodeL1Header, Header } from '../block-header';
import { Bytes } from '../bytes';
import { applyChainConfig } from '../config/chain-json';
import { JsonReader } from '../config/json';
import { loadConfig } from '../config/load';
import { BlockId, Fork, FORKS, PayloadAttributes, RollupConfig, SystemConfig } from '../config/rollup';
import { decodeRollupConfig } from '../config/rollup-json';
import { readSingularBatch, SingularBatch } from '../derivation/batch';
import { BlockContents } from '../derivation/block-contents';
import { decompressChannel, StreamEnd } from '../derivation/channel-compression';
import { BlockBuilder, BuiltBlock, derive } from '../derivation/driver';
import { openChannel } from '../derivation/channel';
import { ChannelData } from '../derivation/channel-data';
import { ContentBuffer } from '../derivation/content-buffer';
import { Frame, FrameList } from '../derivation/frame';
import { L2Block } from '../derivation/l2-block';
import { setMemoryLimits } from '../derivation/memory-limits';
import { keccak256 } from '../crypto/keccak256';
import { Failure, FailureKind, Result } from '../failure';
import { L1Block } from '../l1/block';
import { blobData, decodeBlob, MAX_BLOB_DATA, readBlob } from '../l1/blob';
import { decodeDeposit } from '../l1/deposit';
import { upgradeTransactions } from '../derivation/upgrade-transactions';
import { CONFIG_UPDATE, TRANSACTION_DEPOSITED } from '../l1/events';
import { blobBaseFee } from '../l1/blob-base-fee';
import { decodeL1Transaction } from '../l1/transaction';
import { findLogs, Log, LogFilter } from '../l1/receipt';
import { rootsOfUnity } from '../l1/roots-of-unity';
import { applyConfigUpdate } from '../l1/system-config';
import { RlpReader, RlpWriter } from '../rlp';
import { blocksHeld } from '../block-store';
import { bulkTaken, mark, memoryTaken, release, useScratch } from '../memory';
import { EncodedTransactions, TransactionSource } from '../transaction/transaction-source';
import { begin, bytes, close, finished, flag, hex, number, open, words } from './reply';

/** Room for an input of `length` bytes. */
export function allocate(length: u32): usize {
  return heap.alloc(length);
}

export function skipJson(ptr: usize, length: u32): void {
  const json = new JsonReader(new Bytes(ptr, length), 'text');
  json.skip();
  json.end();
}

/** Reads `{"key": …}` with a value that the key names: u64, hex4, string. */
export function readJson(ptr: usize, length: u32): u64 {
  begin();
  open('', '{');
  const json = new JsonReader(new Bytes(ptr, length), 'text');
  json.object();
  while (json.key()) {
    if (json.isKey('u64')) number('u64', json.u64());
    else if (json.isKey('hex4')) hex('hex4', json.hex(4), 4);
    else if (json.isKey('string')) bytes('string', json.string());
    else json.skip();
  }
  json.end();
  close('}');
  return finished();
}

function systemConfig(config: SystemConfig): void {
  hex('batcherAddress', config.batcherAddress, 20);
  hex('overhead', config.overhead, 32);
  hex('scalar', config.scalar, 32);
  number('gasLimit', config.gasLimit);
  number('eip1559Params', config.eip1559Params);
  number('operatorFeeScalar', config.operatorFeeScalar);
  number('operatorFeeConstant', config.operatorFeeConstant);
  number('minBaseFee', config.minBaseFee);
  number('daFootprintGasScalar', config.daFootprintGasScalar);
}

/** Decodes a rollup configuration and, where given, the chain configuration that goes with it. */
export function rollupConfig(ptr: usize, length: u32, chain: usize, chainLength: u32): u64 {
  const config = decodeRollupConfig(new Bytes(ptr, length));
  if (chainLength > 0) applyChainConfig(new Bytes(chain, chainLength), config);
  return writeConfig(config);
}

/** The configuration of a chain by its id: built in, or from the oracle. */
export function chainConfig(chainId: u64): u64 {
  return writeConfig(loadConfig(chainId));
}

function writeConfig(config: RollupConfig): u64 {
  begin();
  open('', '{');
  hex('l1Hash', config.genesisL1.hash, 32);
  number('l1Number', config.genesisL1.number);
  hex('l2Hash', config.genesisL2.hash, 32);
  number('l2Number', config.genesisL2.number);
  number('genesisTime', config.genesisTime);
  open('systemConfig', '{');
  systemConfig(config.genesisSystemConfig);
  close('}');
  number('blockTime', config.blockTime);
  number('maxSequencerDrift', config.maxSequencerDrift);
  number('sequencerWindow', config.sequencerWindow);
  number('channelTimeout', config.channelTimeout);
  number('l1ChainId', config.l1ChainId);
  number('l2ChainId', config.l2ChainId);
  hex('batchInbox', config.batchInbox, 20);
  hex('depositContract', config.depositContract, 20);
  hex('systemConfigContract', config.systemConfigContract, 20);
  open('forkTimes', '[');
  for (let i = 0; i < FORKS; i++) number('', config.forkTimes[i]);
  close(']');
  number('eip1559Elasticity', config.eip1559Elasticity);
  number('eip1559Denominator', config.eip1559Denominator);
  number('eip1559DenominatorCanyon', config.eip1559DenominatorCanyon);
  number('pectraBlobScheduleTime', config.pectraBlobScheduleTime);
  flag('keepKarstUpgradeGas', config.keepKarstUpgradeGas);
  number('lagoonTime', config.lagoonTime);
  close('}');
  return finished();
}

export function header(ptr: usize, length: u32): u64 {
  return showHeader(decodeHeader(new Bytes(ptr, length)));
}

export function l1Header(ptr: usize, length: u32): u64 {
  return showHeader(decodeL1Header(new Bytes(ptr, length)));
}

function showHeader(header: Header): u64 {
  begin();
  open('', '{');
  hex('parentHash', header.parentHash, 32);
  hex('stateRoot', header.stateRoot, 32);
  hex('transactionsRoot', header.transactionsRoot, 32);
  hex('receiptsRoot', header.receiptsRoot, 32);
  hex('mixHash', header.mixHash, 32);
  number('number', header.number);
  number('gasLimit', header.gasLimit);
  number('time', header.time);
  bytes('extraData', header.extraData);
  bytes('baseFee', header.baseFee);
  flag('hasExcessBlobGas', header.hasExcessBlobGas);
  number('excessBlobGas', header.excessBlobGas);
  hex('parentBeaconBlockRoot', header.parentBeaconBlockRoot, 32);
  hex('requestsHash', header.requestsHash, 32);
  close('}');
  return finished();
}

/** The items of an RLP list of byte strings. */
function itemsOf(ptr: usize, length: u32): Array<Bytes> {
  const list = new RlpReader(new Bytes(ptr, length)).list();
  const items = new Array<Bytes>();
  while (!list.atEnd && !list.failed) items.push(list.bytes());
  return items;
}

/**
 * The events in an RLP list of receipts: deposits of `portal` in the block `blockHash`, and the settings after the updates
 * of `contract`, from those of `config`'s genesis.
 */
export function events(
  config: usize,
  configLength: u32,
  receipts: usize,
  receiptsLength: u32,
  blockHash: usize,
  time: u64,
): u64 {
  const rollup = decodeRollupConfig(new Bytes(config, configLength));
  const logs = new Array<Log>();
  const items = itemsOf(receipts, receiptsLength);
  useScratch(true);
  let index: u64 = 0;
  for (let i = 0; i < items.length; i++) {
    index = findLogs(
      items[i],
      index,
      new LogFilter(rollup.depositContract, TRANSACTION_DEPOSITED),
      new LogFilter(rollup.systemConfigContract, CONFIG_UPDATE),
      logs,
    );
  }
  useScratch(false);
  const settings = rollup.genesisSystemConfig.copy();
  begin();
  open('', '{');
  open('events', '[');
  for (let i = 0; i < logs.length; i++) {
    open('', '{');
    number('index', logs[i].index);
    if (memory.compare(logs[i].topic(0), CONFIG_UPDATE, 32) == 0) {
      words('problem', applyConfigUpdate(settings, logs[i], rollup, time));
    } else {
      const deposit = decodeDeposit(logs[i], blockHash);
      words('problem', deposit.problem);
      bytes('deposit', deposit.transaction);
    }
    close('}');
  }
  close(']');
  open('systemConfig', '{');
  systemConfig(settings);
  close('}');
  close('}');
  return finished();
}

/** Decodes a blob: its data, or `null`. */
export function blob(ptr: usize): u64 {
  const target = heap.alloc(MAX_BLOB_DATA);
  const length = decodeBlob(ptr, target);
  begin();
  open('', '[');
  if (length >= 0) hex('', target, length);
  close(']');
  return finished();
}

/** Reads a blob from the oracle. */
export function fetchBlob(versionedHash: usize, index: u64, time: u64): u64 {
  const length = readBlob(versionedHash, index, time);
  begin();
  open('', '[');
  if (length >= 0) hex('', blobData(), length);
  close(']');
  return finished();
}

export function roots(): usize {
  return rootsOfUnity();
}

function writeFrame(frame: Frame): void {
  open('', '{');
  hex('channel', frame.channel, 16);
  number('number', frame.number);
  hex('data', frame.data, frame.length);
  flag('isLast', frame.isLast);
  close('}');
}

/** The frames of an RLP list of batcher transactions, with Holocene's order where `holocene` says so. */
export function frames(ptr: usize, length: u32, holocene: bool): u64 {
  const items = itemsOf(ptr, length);
  const frames = new FrameList();
  const frame = new Frame();
  begin();
  open('', '{');
  open('problems', '[');
  for (let i = 0; i < items.length; i++) words('', frames.parse(items[i].ptr, items[i].length));
  close(']');
  if (holocene) frames.prune();
  open('frames', '[');
  for (let i: u32 = 0; i < frames.length; i++) {
    frame.read(frames.at(i));
    writeFrame(frame);
  }
  close(']');
  close('}');
  return finished();
}

/** Adds the frames of one batcher transaction to the channel of the first of them. */
export function channel(ptr: usize, length: u32, inOrder: bool): u64 {
  const frames = new FrameList();
  frames.parse(ptr, length);
  const channel = openChannel(frames.at(0), 0, 1, inOrder);
  const frame = new Frame();
  begin();
  open('', '{');
  open('problems', '[');
  for (let i: u32 = 0; i < frames.length; i++) {
    frame.read(frames.at(i));
    words('', channel.add(frame));
  }
  close(']');
  number('size', channel.size);
  flag('ready', channel.ready);
  if (channel.ready) {
    const data = new ChannelData(null);
    data.open(channel);
    const all = heap.alloc(<usize>data.length);
    hex('data', all, data.read(all, <u32>data.length));
  }
  close('}');
  channel.free();
  return finished();
}

/** Keeps an input, to be passed by its address: bytes whose length the callee knows. */
export function place(ptr: usize, length: u32): usize {
  return ptr;
}

function writeTransaction(source: TransactionSource): void {
  const before = useScratch(true);
  const start = mark();
  bytes('', source.next());
  release(start);
  useScratch(before);
}

function writeAttributes(blockNumber: u64, attributes: PayloadAttributes): void {
  open('', '{');
  words('kind', 'attributes');
  number('number', blockNumber);
  number('timestamp', attributes.timestamp);
  hex('prevRandao', attributes.prevRandao, 32);
  hex('feeRecipient', attributes.feeRecipient, 20);
  hex('parentBeaconBlockRoot', attributes.parentBeaconBlockRoot, 32);
  number('gasLimit', attributes.gasLimit);
  number('eip1559Params', attributes.eip1559Params);
  open('transactions', '[');
  for (let i = 0; i < attributes.transactions.length; i++) bytes('', attributes.transactions[i]);
  const following = attributes.following;
  if (following !== null) {
    following.rewind();
    for (let i: u32 = 0; i < following.count; i++) writeTransaction(following);
  }
  close(']');
}

/** Gives the recorded hash and header of each block that it is asked for, and tells the attributes to the test. */
@final
class RecordedBuilder extends BlockBuilder {
  constructor(
    /** 32-byte hash and encoded header of each block from genesis on. */
    private readonly blocks: Array<Bytes>,
  ) {
    super();
  }

  build(parent: L2Block, safe: L2Block, attributes: PayloadAttributes): Result<BuiltBlock> {
    const index = <i32>parent.number + 1;
    writeAttributes(index, attributes);
    close('}');
    if (index >= this.blocks.length) throw new Error('no block is recorded of that number');
    const block = this.blocks[index];
    return Result.ok(new BuiltBlock(block.ptr, block.after(32)));
  }
}

let headerWriter: RlpWriter | null = null;

// @ts-ignore: decorator
@lazy const ZERO_BYTES: usize = memory.data(256, 8);

/** The header of a block that depends on nothing but parent, number, time, gas limit and extra data. */
function quietHeader(config: RollupConfig, parent: L2Block, attributes: PayloadAttributes): Bytes {
  let writer = headerWriter;
  if (writer === null) {
    writer = new RlpWriter(1024);
    headerWriter = writer;
  }
  writer.reset();
  const zeros = ZERO_BYTES;
  const list = writer.open();
  writer.bytes(parent.hash, 32);
  writer.bytes(zeros, 32);
  writer.bytes(zeros, 20);
  writer.bytes(zeros, 32);
  writer.bytes(zeros, 32);
  writer.bytes(zeros, 32);
  writer.bytes(zeros, 256);
  writer.u64(0);
  writer.u64(parent.number + 1);
  writer.u64(attributes.gasLimit);
  writer.u64(0);
  writer.u64(attributes.timestamp);
  if (config.isActive(Fork.Holocene, attributes.timestamp)) {
    const extra = heap.alloc(17);
    const params: u64 = attributes.eip1559Params == 0 ? 0x000000fa00000006 : attributes.eip1559Params;
    const jovian = config.isActive(Fork.Jovian, attributes.timestamp);
    store<u8>(extra, u8(jovian));
    store<u64>(extra, bswap<u64>(params), 1);
    store<u64>(extra, bswap<u64>(attributes.minBaseFee), 9);
    writer.bytes(extra, jovian ? 17 : 9);
  } else {
    writer.empty();
  }
  writer.bytes(zeros, 32);
  writer.bytes(zeros, 8);
  writer.u64(1);
  writer.bytes(zeros, 32);
  writer.u64(0);
  writer.u64(0);
  writer.bytes(zeros, 32);
  writer.close(list);
  return writer.written.copy();
}

function isRefused(source: TransactionSource): bool {
  const before = useScratch(true);
  const start = mark();
  const transaction = source.next();
  const length = transaction.length;
  const refused = length >= 4 && transaction.u32At(length - 4) == 0xdeadbeef;
  release(start);
  useScratch(before);
  return refused;
}

/**
 * Makes headers that depend on nothing but parent, number, time, gas limit and extra data, and refuses blocks with a
 * transaction, other than a deposit, that ends with deadbeef.
 */
@final
class SyntheticBuilder extends BlockBuilder {
  constructor(private readonly config: RollupConfig) {
    super();
  }

  build(parent: L2Block, safe: L2Block, attributes: PayloadAttributes): Result<BuiltBlock> {
    const header = quietHeader(this.config, parent, attributes);
    const hash = heap.alloc(32);
    keccak256(header.ptr, header.length, hash);
    let refused = false;
    const following = attributes.following;
    if (following !== null) {
      following.rewind();
      for (let i: u32 = 0; i < following.count && !refused; i++) refused = isRefused(following);
    }
    writeAttributes(parent.number + 1, attributes);
    flag('refused', refused);
    hex('hash', hash, 32);
    close('}');
    if (refused) return Result.fail<BuiltBlock>(new Failure(FailureKind.Critical, 'deadbeef'));
    return Result.ok(new BuiltBlock(hash, header));
  }
}

/**
 * Derives from the agreed block to `target`; `blocks` is an RLP list of hash ++ header of the L2 blocks from genesis on, or
 * empty: then they are made up.
 */
export function run(
  config: usize,
  configLength: u32,
  l1Head: usize,
  agreed: usize,
  target: u64,
  blocks: usize,
  blocksLength: u32,
): u64 {
  const rollup = decodeRollupConfig(new Bytes(config, configLength));
  let builder: BlockBuilder;
  if (blocksLength > 0) builder = new RecordedBuilder(itemsOf(blocks, blocksLength));
  else builder = new SyntheticBuilder(rollup);
  begin();
  open('', '[');
  const derived = derive(rollup, l1Head, agreed, target, builder);
  open('', '{');
  words('kind', 'end');
  const failed = derived.failure;
  if (failed !== null) {
    words('failure', failed.message);
    number('failureKind', failed.kind);
  } else {
    number('safeHead', derived.value.safeHead.number);
    number('claimed', derived.value.claimed.number);
  }
  close('}');
  close(']');
  return finished();
}

/** The upgrade transactions of the block at `time`. */
export function upgrades(config: usize, configLength: u32, time: u64): u64 {
  const transactions = upgradeTransactions(decodeRollupConfig(new Bytes(config, configLength)), time);
  begin();
  open('', '[');
  for (let i = 0; i < transactions.length; i++) bytes('', transactions[i]);
  close(']');
  return finished();
}

// @ts-ignore: decorator
@lazy const CHANNEL_ID: usize = memory.data(16, 8);

/** One for all channels, as derivation has it: it is never given back. */
// @ts-ignore: decorator
@lazy const CONTENT: ContentBuffer = new ContentBuffer();

/** The batches in a channel's data, as far as they can be decoded. */
export function channelBatches(ptr: usize, length: u32, limit: u64, brotliAllowed: bool): u64 {
  const channel = openChannel(CHANNEL_ID, 0, 1, true);
  const frame = new Frame();
  frame.channel = CHANNEL_ID;
  for (let at: u32 = 0; at < length; at += frame.length) {
    frame.data = ptr + at;
    frame.length = min(length - at, 1000000);
    channel.add(frame);
    frame.number += 1;
  }
  const source = new ChannelData(null);
  source.open(channel);
  const data = decompressChannel(source, limit, brotliAllowed, CONTENT);
  const ending = new StreamEnd();
  ending.note();
  begin();
  open('', '[');
  if (data !== null) {
    const items = new RlpReader(data);
    const batch = new SingularBatch();
    const transactions = new EncodedTransactions();
    while (!items.atEnd) {
      const item = items.bytes();
      if (items.failed || (items.atEnd && ending.losesLast(data))) break;
      if (item.length == 0 || item[0] != 0 || !readSingularBatch(item.after(1), batch, transactions)) break;
      bytes('', item);
    }
  }
  close(']');
  return finished();
}

/**
 * The blob base fee of an L1 block, 32 bytes. The schedule of an L1 chain that is not known is read from the oracle; `jovian`
 * says whether the chain schedules Jovian.
 */
export function blobFee(l1ChainId: u64, time: u64, isPrague: bool, pectraTime: u64, excess: u64, jovian: bool): u64 {
  const config = new RollupConfig(new BlockId(0, 0), new BlockId(0, 0), 0, new SystemConfig());
  config.l1ChainId = l1ChainId;
  config.pectraBlobScheduleTime = pectraTime;
  if (jovian) config.forkTimes[Fork.Jovian] = 0;
  const block = new L1Block();
  block.time = time;
  block.isPrague = isPrague;
  block.hasExcessBlobGas = true;
  block.excessBlobGas = excess;
  const fee = heap.alloc(32);
  blobBaseFee(config, block, fee);
  begin();
  open('', '[');
  hex('', fee, 32);
  close(']');
  return finished();
}

/** What derivation reads of an L1 transaction. */
export function l1Transaction(ptr: usize, length: u32, chainId: u64): u64 {
  const transaction = decodeL1Transaction(new Bytes(ptr, length));
  begin();
  open('', '{');
  number('type', transaction.type);
  hex('to', transaction.to, 20);
  bytes('data', transaction.data);
  open('blobHashes', '[');
  for (let i: u32 = 0; i < transaction.blobCount; i++) hex('', transaction.blobHash(i), 32);
  close(']');
  hex('sender', transaction.sender(chainId), 20);
  close('}');
  return finished();
}

/** Makes headers like SyntheticBuilder's and tells nothing; refuses blocks with transactions where `refuses` says so. */
@final
class QuietBuilder extends BlockBuilder {
  constructor(
    private readonly config: RollupConfig,
    private readonly refuses: bool,
  ) {
    super();
  }

  build(parent: L2Block, safe: L2Block, attributes: PayloadAttributes): Result<BuiltBlock> {
    const following = attributes.following;
    mix(attributes.timestamp);
    if (following !== null && following.count > 0) {
      mix(following.count);
      if (this.refuses) return Result.fail<BuiltBlock>(new Failure(FailureKind.Critical, 'refused'));
      passTransactions(following);
    }
    const header = quietHeader(this.config, parent, attributes);
    const hash = heap.alloc(32);
    keccak256(header.ptr, header.length, hash);
    mix(load<u64>(hash));
    return Result.ok(new BuiltBlock(hash, header));
  }
}

/** Goes through all transactions, as execution would. */
function passTransactions(source: TransactionSource): void {
  const before = useScratch(true);
  source.rewind();
  for (let i: u32 = 0; i < source.count; i++) {
    const start = mark();
    const transaction = source.next();
    mix(transaction.length);
    if (transaction.length > 0) mix((transaction[0] << 8) | transaction[transaction.length - 1]);
    release(start);
  }
  useScratch(before);
}

/** Tells what was built from what else could have been, in short. */
let digest: u64 = 0;

function mix(value: u64): void {
  digest = (digest ^ value) * 0x9e3779b97f4a7c15;
  digest ^= digest >> 29;
}

/**
 * Derives like `run` and answers with no more than the safe head's number and the failure, if there is one: for data that
 * is too much to be told.
 */
export function runQuietly(
  config: usize,
  configLength: u32,
  l1Head: usize,
  agreed: usize,
  target: u64,
  refuses: bool,
): u64 {
  const rollup = decodeRollupConfig(new Bytes(config, configLength));
  const derived = derive(rollup, l1Head, agreed, target, new QuietBuilder(rollup, refuses));
  begin();
  open('', '{');
  const failed = derived.failure;
  words('failure', failed === null ? null : failed.message);
  number('safeHead', failed === null ? derived.value.safeHead.number : 0);
  number('digest', digest);
  number('memory', memoryTaken());
  number('bulk', bulkTaken());
  number('blocks', blocksHeld());
  close('}');
  return finished();
}

/** Lets derivation hold less in memory than it does. */
export function limitMemory(held: u32, encoded: u32, waiting: u32): void {
  setMemoryLimits(held, encoded, waiting);
}

/** Bytes of memory that were taken so far. */
export function taken(): u64 {
  return memoryTaken() + bulkTaken();
}

let contents: BlockContents | null = null;

/** Makes a block's contents of `count` transactions of `size` bytes each, and frees those of the call before. */
export function makeContents(count: u32, size: u32): u64 {
  const before = contents;
  if (before !== null) before.free();
  useScratch(false);
  const made = new BlockContents();
  contents = made;
  useScratch(true);
  for (let i: u32 = 0; i < count; i++) {
    const start = mark();
    made.add(numbered(i, size));
    release(start);
  }
  useScratch(false);
  return blocksHeld();
}

/** Whether they are said to be `count` transactions of `size` bytes, one of which, `changed`, has `by` more bytes, the last another. */
export function sameContents(count: u32, size: u32, changed: u32, by: i32): bool {
  const made = contents;
  if (made === null || made.count != count) return false;
  useScratch(true);
  made.beginComparison();
  let same = true;
  for (let i: u32 = 0; i < count && same; i++) {
    const start = mark();
    const transaction = numbered(i, i == changed ? size + by : size);
    if (i == changed) {
      const last = transaction.ptr + transaction.length - 1;
      store<u8>(last, load<u8>(last) ^ 0x80);
    }
    same = made.compare(transaction);
    release(start);
  }
  useScratch(false);
  return same && made.endComparison();
}

function numbered(i: u32, size: u32): Bytes {
  const ptr = heap.alloc(size);
  for (let j: u32 = 0; j < size; j++) store<u8>(ptr + j, <u8>(i * 31 + j * 7 + (j >> 8)));
  return new Bytes(ptr, size);
}
