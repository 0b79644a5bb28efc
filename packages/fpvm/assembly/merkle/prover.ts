// Turns recorded steps into the text of their proofs. Hashes are computed two at a time wherever they do not depend on
// each other: the chains of two writes that follow each other, the witnesses of two steps.
import { apply, hashBoth, hashOne } from './chain';
import { decimal, hex } from './hex';
import { reserve } from './heap';
import { keccak256 } from './keccak';
import { keccak256Two } from './keccak-two';
import { PAGE_LEVELS } from './page';
import { contentOf, ownOf, placeEntry, siblingOf, treeOf } from './page-cache';
import {
  clear,
  count,
  Event,
  EVENT_SIZE,
  eventsOf,
  initializeRecorder,
  kindOf,
  leafOf,
  loadRegisters,
  MOST_STEPS,
  WITNESS,
  WITNESS_ROOM,
  witnessOf,
} from './recorder';
import { ROOT, treeRoot } from './tree';
import { zeroHash } from './zero-hashes';

const WITNESS_SIZE: usize = 362;
const STEP_IN_WITNESS: usize = 82;
const EXIT_CODE_IN_WITNESS: usize = 80;
const EXITED_IN_WITNESS: usize = 81;

/** The text around the values, from the host (src/step-prover.ts): 6 labels of a length (1 byte) and 31 characters. */
export const LABELS = memory.data(192, 8);
const enum Label {
  Step = 0,
  Pre = 1,
  Post = 2,
  Witness = 3,
  Proofs = 4,
  End = 5,
}
/** More than a text takes: labels, witness, three proofs. */
const TEXT_ROOM: u32 = 13312;

/** Siblings above a page's root. */
const PAGE_SIBLINGS: usize = 52;
/** The text of the zero hashes that stand there. */
let zeroText: usize = 0;
let texts: usize = 0;
/** Where each step's text ends, and where the hash before it stands, 4 bytes each. */
let ends: usize = 0;
let pres: usize = 0;
let hashes: usize = 0;
/** The last state whose hash was computed, and its hash. */
let knownWitness: usize = 0;
let knownHash: usize = 0;
let known: bool = false;

/** Given where the engine keeps its program counter, registers and load reservation. */
export function initializeProver(pc: u32, registers: u32, reservation: u32): void {
  initializeRecorder(pc, registers, reservation);
  zeroText = reserve(PAGE_SIBLINGS << 6);
  for (let level: u32 = 0; level < <u32>PAGE_SIBLINGS; level++)
    hex(zeroHash(PAGE_LEVELS + level), 32, zeroText + (level << 6));
  texts = reserve(MOST_STEPS * TEXT_ROOM);
  ends = reserve(MOST_STEPS * 4);
  pres = reserve(MOST_STEPS * 4);
  hashes = reserve((MOST_STEPS + 1) * 32);
  knownWitness = reserve(WITNESS_ROOM);
  knownHash = reserve(32);
}

/** Begins recording. The tree must know all that was written; the host has put into WITNESS what the engine lacks. */
export function start(): void {
  clear();
  memory.copy(WITNESS, treeRoot(), 32);
  loadRegisters();
}

/** Writes the texts of all recorded steps one behind the other; gives the address of the first. */
export function finish(): usize {
  const hasHash = known && memory.compare(knownWitness, witnessOf(0), WITNESS_SIZE) == 0;
  let at = texts;
  let waiting: usize = 0;
  for (let i: u32 = 0; i < count; i++) {
    const witness = witnessOf(i);
    memory.copy(witness, ROOT, 32);
    at = decimal(bswap<u64>(load<u64>(witness + STEP_IN_WITNESS)), put(Label.Step, at));
    at = put(Label.Pre, at);
    store<u32>(pres + (i << 2), <u32>at);
    at = put(Label.Post, at + 64) + 64;
    at = put(Label.Proofs, hex(witness, WITNESS_SIZE, put(Label.Witness, at)));
    const end = eventsOf(i + 1);
    for (let event = eventsOf(i); event < end; event += EVENT_SIZE) {
      if (kindOf(event) == Event.Proof) at = putProof(event, at);
      else waiting = write(event, waiting);
    }
    at = put(Label.End, at);
    store<u32>(ends + (i << 2), <u32>(at - texts));
  }
  memory.copy(witnessOf(count), WITNESS, WITNESS_ROOM);
  memory.copy(witnessOf(count), ROOT, 32);
  hashWitnesses(hasHash ? 1 : 0);
  if (hasHash) memory.copy(hashes, knownHash, 32);
  for (let i: u32 = 0; i < count; i++) {
    const pre: usize = load<u32>(pres + (i << 2));
    // The label between the two hashes is written again: `hex` writes exactly 64 characters.
    hex(hashes + (i << 5), 32, pre);
    hex(hashes + ((i + 1) << 5), 32, pre + 64 + load<u8>(LABELS + (Label.Post << 5)));
  }
  memory.copy(knownWitness, witnessOf(count), WITNESS_ROOM);
  memory.copy(knownHash, hashes + (count << 5), 32);
  known = true;
  return texts;
}

/** Where the ends of the texts stand, counted from the first one's start, 4 bytes each. */
export function endsOfTexts(): usize {
  return ends;
}


@inline
function put(label: u32, at: usize): usize {
  const text = LABELS + ((<usize>label) << 5);
  // 32 characters, though less count: a copy of known size is two instructions.
  v128.store(at, v128.load(text, 1));
  v128.store(at, v128.load(text, 17), 16);
  return at + <usize>load<u8>(text);
}

/** Writes the proof of a leaf as text: the leaf and its 59 siblings from the bottom up. */
function putProof(event: usize, at: usize): usize {
  const entry: usize = load<u32>(event);
  const leaf = leafOf(event);
  placeEntry(entry);
  at = hex(contentOf(entry) + (leaf << 5), 32, at);
  at = hex(contentOf(entry) + ((leaf ^ 1) << 5), 32, at);
  for (let node = (128 + leaf) >> 1; node > 1; node >>= 1) at = hex(treeOf(entry) + ((node ^ 1) << 5), 32, at);
  // Most siblings above are zero subtrees: their text is copied in one piece.
  memory.copy(at, zeroText, PAGE_SIBLINGS << 6);
  for (let level: usize = 0; level < PAGE_SIBLINGS; level++) {
    if (ownOf(entry, level) != 0) hex(siblingOf(entry, level), 32, at + (level << 6));
  }
  return at + (PAGE_SIBLINGS << 6);
}

/** Writes the proof of a leaf of the entry's page as bytes. */
export function proofOf(entry: usize, leaf: u32, at: usize): void {
  placeEntry(entry);
  memory.copy(at, contentOf(entry) + (leaf << 5), 32);
  memory.copy(at + 32, contentOf(entry) + ((leaf ^ 1) << 5), 32);
  at += 64;
  for (let node = (128 + leaf) >> 1; node > 1; node >>= 1) {
    memory.copy(at, treeOf(entry) + ((node ^ 1) << 5), 32);
    at += 32;
  }
  for (let level: usize = 0; level < PAGE_SIBLINGS; level++) {
    memory.copy(at + (level << 5), siblingOf(entry, level), 32);
  }
}

/** Makes a write; gives the next one if that has been hashed already. */
function write(event: usize, waiting: usize): usize {
  if (event == waiting) {
    apply(event, 1);
    return 0;
  }
  const end = eventsOf(count);
  let next = event + EVENT_SIZE;
  while (next < end && kindOf(next) != Event.Write) next += EVENT_SIZE;
  if (next >= end) {
    hashOne(event);
    apply(event, 0);
    return 0;
  }
  hashBoth(event, next);
  apply(event, 0);
  return next;
}

/** State hashes of the witnesses from `from` to the last. */
function hashWitnesses(from: u32): void {
  let i = from;
  for (; i + 1 <= count; i += 2) {
    keccak256Two(witnessOf(i), hashes + (i << 5), witnessOf(i + 1), hashes + ((i + 1) << 5), 3);
  }
  if (i <= count) keccak256(witnessOf(i), WITNESS_SIZE, hashes + (i << 5));
  for (i = from; i <= count; i++) store<u8>(hashes + (i << 5), statusOf(witnessOf(i)));
}

/** The VM status: 0 valid, 1 invalid, 2 panic, 3 unfinished. */
function statusOf(witness: usize): u8 {
  if (load<u8>(witness, EXITED_IN_WITNESS) == 0) return 3;
  return min<u8>(load<u8>(witness, EXIT_CODE_IN_WITNESS), 2);
}
