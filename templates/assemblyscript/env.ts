// What the machine gives a guest. Pointers are addresses in the module's memory.

/** Selects the pre-image of a 32-byte key; returns its length. */
// @ts-ignore: decorator
@external("env", "preimage_open")
export declare function preimageOpen(key: usize): u64;

/** The next bytes of the selected pre-image, exactly that many. */
// @ts-ignore: decorator
@external("env", "preimage_read")
export declare function preimageRead(target: usize, length: u32): void;

/** Tells the host what will be asked for, in words that guest and host agree on. */
// @ts-ignore: decorator
@external("env", "hint")
export declare function hint(text: usize, length: u32): void;

/** Writes to stdout (1) or stderr (2). */
// @ts-ignore: decorator
@external("env", "write")
export declare function write(fd: i32, data: usize, length: u32): void;

// @ts-ignore: decorator
@external("env", "exit")
export declare function exit(code: i32): void;
