// Keccak-256 of values, which come in pieces where they are long: the hash of the client, for the host's side of the wire.
import { absorbLast, permute } from '../../program/assembly/crypto/keccak256';

const RATE: usize = 136;
/** As many whole rates as 64 KiB hold. */
const PIECE: usize = 481 * RATE;

const INPUT = memory.data(65416, 8);
const STATE = memory.data(200, 16);

/** Where the caller writes the next piece. */
export function input(): usize {
  return INPUT;
}

/** How long a piece is that is not the last one. */
export function pieceLength(): usize {
  return PIECE;
}

/** Begins a hash. */
export function begin(): void {
  memory.fill(STATE, 0, 200);
}

/** Takes a piece of PIECE bytes. */
export function absorb(): void {
  absorbRates(INPUT + PIECE);
}

/** Takes the last piece, of at most PIECE bytes, and returns where the 32 bytes of the hash are, until the next one begins. */
export function end(length: u32): usize {
  const rest = length % <u32>RATE;
  const whole = INPUT + length - rest;
  absorbRates(whole);
  absorbLast(STATE, whole, rest, false);
  permute(STATE);
  return STATE;
}

/** Takes the whole rates from the input to `to`. */
function absorbRates(to: usize): void {
  for (let data = INPUT; data < to; data += RATE) {
    for (let i: usize = 0; i != RATE; i += 8) store<u64>(STATE + i, load<u64>(STATE + i) ^ load<u64>(data + i));
    permute(STATE);
  }
}
