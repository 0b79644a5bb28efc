// The module's imports: all that the client knows of the world. ABI.md documents them; natively they are answered by
// src/worker.ts, in the machine by the guest's C runtime as system calls.

/**
 * Selects the pre-image of the 32-byte key at `key` and returns its length in bytes. Waits until the host has it; a
 * pre-image that the host cannot get ends the program outside.
 */
@external('env', 'preimage_open')
export declare function preimageOpen(key: usize): u64;

/** Copies the next `length` bytes of the selected pre-image to `target`. Reading past its end is a trap. */
@external('env', 'preimage_read')
export declare function preimageRead(target: usize, length: u32): void;

/** Sends the hint text (ASCII `type 0xhex`) to the host and waits until it was taken. */
@external('env', 'hint')
export declare function hint(text: usize, length: u32): void;

/** Writes bytes to file descriptor 1 (stdout) or 2 (stderr). */
@external('env', 'write')
export declare function write(fd: u32, data: usize, length: u32): void;

/** Ends the program with exit code 0 (claim valid), 1 (claim invalid) or 2 (anything else). Does not return. */
@external('env', 'exit')
export declare function exit(code: u32): void;


@external('env', 'reading')
declare function importedReading(address: usize, slot: usize): void;

/**
 * Says whose way the state trie nodes that are asked for next lie on: the account's of the 20 bytes at `address`, or its slot's of
 * the 32 bytes (big endian) at `slot`, if that is not 0; a code is then the account's. With 0 and 0 nobody's. It is a help for hosts
 * whose endpoint gives no node by its hash, from the build that runs natively alone: in the machine nothing of it is left.
 */
// @ts-ignore: decorator
@inline
export function reading(address: usize, slot: usize): void {
  if (isDefined(NATIVE)) importedReading(address, slot);
}

// What follows is natively code of the module's own: a call out of it would cost several times what it computes. The
// build that runs natively has the constant NATIVE (tools/assembly-modules.json).

/** One `mulhu` in the machine. */
@external('env', 'mul_high')
declare function importedMulHigh(a: u64, b: u64): u64;

/** The high 64 bits of the unsigned 128-bit product a·b. */
// @ts-ignore: decorator
@inline
export function mulHigh(a: u64, b: u64): u64 {
  if (!isDefined(NATIVE)) return importedMulHigh(a, b);
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}

/** Keccak-256 in assembly for the machine: crypto/keccak256.ts is what calls it. */
@external('env', 'keccak256')
export declare function importedKeccak256(data: usize, length: u32, out: usize): void;
