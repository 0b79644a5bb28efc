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

/** The high 64 bits of the unsigned 128-bit product a·b: one `mulhu` in the machine. */
@external('env', 'mul_high')
export declare function mulHigh(a: u64, b: u64): u64;
