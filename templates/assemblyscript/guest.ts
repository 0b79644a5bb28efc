// The example: is the sum of the data's bytes what is claimed? Local value 1 is the data's key, 2 the claim (8 bytes).
// Exit code 0: it is, 1: it is not, 2: no answer.
import { exit, hint, preimageOpen, preimageRead, write } from './env';

export function main(): void {
  const key = readLocal(1, 32);
  const claim = bswap<u64>(load<u64>(readLocal(2, 8)));
  tellHost('data');
  const isRight = sumOf(preimageOpen(key)) == claim;
  print(isRight ? 'the claim is right\n' : 'the claim is wrong\n');
  exit(isRight ? 0 : 1);
}

function sumOf(length: u64): u64 {
  const PART: u64 = 256;
  const part = heap.alloc(<usize>PART);
  let sum: u64 = 0;
  for (let done: u64 = 0; done < length;) {
    const count = min(length - done, PART);
    preimageRead(part, <u32>count);
    for (let i: u64 = 0; i < count; i++) sum += load<u8>(part + <usize>i);
    done += count;
  }
  return sum;
}

/** A local value: an input of the program, by its number. */
function readLocal(number: u8, length: u32): usize {
  const key = heap.alloc(32);
  memory.fill(key, 0, 32);
  store<u8>(key, 1);
  store<u8>(key, number, 31);
  if (preimageOpen(key) != length) exit(2);
  const value = heap.alloc(length);
  preimageRead(value, length);
  return value;
}

function print(text: string): void {
  const bytes = String.UTF8.encode(text);
  write(1, changetype<usize>(bytes), bytes.byteLength);
}

function tellHost(text: string): void {
  const bytes = String.UTF8.encode(text);
  hint(changetype<usize>(bytes), bytes.byteLength);
}

/** What AssemblyScript's own checks end in: no answer. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  print(`${message ? message : 'abort'} at ${file ? file : ''}:${line}:${column}\n`);
  exit(2);
}
