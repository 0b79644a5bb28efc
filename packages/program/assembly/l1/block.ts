// An L1 block as derivation keeps it.
import { Header } from '../block-header';
import { Rope } from '../block-store';
import { Bytes, bytesAt, copy32, zeroWord } from '../bytes';

/** Lives in PERSISTENT. */
@final
export class L1Block {
  /** 32 bytes each. */
  hash: usize = 0;
  parentHash: usize = 0;
  mixHash: usize = 0;
  transactionsRoot: usize = 0;
  receiptsRoot: usize = 0;
  /** 32 bytes big endian; zero before London. */
  baseFee: usize = 0;
  /** 32 bytes; zero before Cancun. */
  parentBeaconBlockRoot: usize = 0;
  number: u64 = 0;
  time: u64 = 0;
  /** Whether the header has an excess of blob gas (Cancun), and the excess. */
  hasExcessBlobGas: bool = false;
  excessBlobGas: u64 = 0;
  /** Whether the header has a requests hash (Prague). */
  isPrague: bool = false;

  /** What the block's receipts say; null where they were not read, or are not needed any more. */
  events: L1Events | null = null;

  /** The 32-byte versioned hashes of its blobs in order, in BULK, and their number; 0 where they were not looked for. */
  blobHashes: usize = 0;
  blobCount: u32 = 0;

  /** Whether both are the same block. */
  is(other: L1Block): bool {
    return memory.compare(this.hash, other.hash, 32) == 0;
  }
}

/** The events of an L1 block that derivation follows. Lives in PERSISTENT. */
@final
export class L1Events {
  /** Encoded deposit transactions in order, each behind its length (u32); anyone may make many, or large ones. */
  readonly deposits: Rope = new Rope();
  /** Why the deposits can't be derived, or null. */
  depositProblem: string | null = null;
  /** ConfigUpdate events in order (`storedLog`): derivation that begins again applies them again. */
  readonly configUpdates: Rope = new Rope();

  /** Bytes of both. */
  get size(): u64 {
    return <u64>this.deposits.length + this.configUpdates.length;
  }
}

/** The deposit transactions, as copies in the current region. */
export function depositsOf(events: L1Events): Array<Bytes> {
  const length = events.deposits.length;
  const all = heap.alloc(length);
  events.deposits.copyTo(all);
  const deposits = new Array<Bytes>(0);
  for (let at: u32 = 0; at < length;) {
    const size = load<u32>(all + at);
    deposits.push(new Bytes(all + at + 4, size));
    at += 4 + size;
  }
  return deposits;
}

/** Copies what derivation needs of the header of the block with the 32-byte hash at `hash` to the current region. */
export function l1Block(hash: usize, header: Header): L1Block {
  const block = new L1Block();
  const words = heap.alloc(6 * 32);
  copy32(words, hash);
  copy32(words + 32, header.parentHash);
  copy32(words + 64, header.mixHash);
  copy32(words + 96, header.transactionsRoot);
  copy32(words + 128, header.receiptsRoot);
  memory.fill(words + 160, 0, 32);
  header.baseFee.copyTo(words + 192 - header.baseFee.length);
  block.hash = words;
  block.parentHash = words + 32;
  block.mixHash = words + 64;
  block.transactionsRoot = words + 96;
  block.receiptsRoot = words + 128;
  block.baseFee = words + 160;
  const beaconRoot = header.parentBeaconBlockRoot;
  block.parentBeaconBlockRoot = beaconRoot == 0 ? zeroWord() : bytesAt(beaconRoot, 32).ptr;
  block.number = header.number;
  block.time = header.time;
  block.hasExcessBlobGas = header.hasExcessBlobGas;
  block.excessBlobGas = header.excessBlobGas;
  block.isPrague = header.requestsHash != 0;
  return block;
}
