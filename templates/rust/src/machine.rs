//! What the machine gives a guest: system calls, pre-images, hints, text. Nothing else is there, no file and no clock.
use core::arch::asm;

pub const STDOUT: usize = 1;
const HINT_READ: usize = 3;
const HINT_WRITE: usize = 4;
pub const PREIMAGE_READ: usize = 5;
const PREIMAGE_WRITE: usize = 6;

const SYSCALL_READ: usize = 63;
const SYSCALL_WRITE: usize = 64;
const SYSCALL_EXIT_GROUP: usize = 94;

fn system_call(number: usize, a: usize, b: usize, c: usize) -> usize {
    let result;
    // The machine puts an error number into a1.
    unsafe { asm!("ecall", in("a7") number, inlateout("a0") a => result, inlateout("a1") b => _, in("a2") c) };
    result
}

pub fn leave(code: usize) -> ! {
    loop {
        system_call(SYSCALL_EXIT_GROUP, code, 0, 0);
    }
}

/// One call moves what lies in one 32-byte leaf of memory: this goes on until all is done.
pub fn read_all(descriptor: usize, target: &mut [u8]) {
    let mut done = 0;
    while done < target.len() {
        let rest = &mut target[done..];
        match system_call(SYSCALL_READ, descriptor, rest.as_mut_ptr() as usize, rest.len()) {
            count if count == 0 || count > rest.len() => leave(2),
            count => done += count,
        }
    }
}

/// As `read_all`.
pub fn write_all(descriptor: usize, source: &[u8]) {
    let mut done = 0;
    while done < source.len() {
        let rest = &source[done..];
        match system_call(SYSCALL_WRITE, descriptor, rest.as_ptr() as usize, rest.len()) {
            count if count == 0 || count > rest.len() => leave(2),
            count => done += count,
        }
    }
}

/// Tells the host what will be asked for, in words that guest and host agree on.
pub fn hint(text: &str) {
    write_all(HINT_WRITE, &(text.len() as u32).to_be_bytes());
    write_all(HINT_WRITE, text.as_bytes());
    read_all(HINT_READ, &mut [0]);
}

/// Selects a pre-image and returns its length; the bytes are read from PREIMAGE_READ in order.
pub fn open_preimage(key: &[u8; 32]) -> u64 {
    let mut length = [0; 8];
    write_all(PREIMAGE_WRITE, key);
    read_all(PREIMAGE_READ, &mut length);
    u64::from_be_bytes(length)
}

/// A local value: an input of the program, by its number.
pub fn read_local<const LENGTH: usize>(number: u8) -> [u8; LENGTH] {
    let mut key = [0; 32];
    key[0] = 1;
    key[31] = number;
    if open_preimage(&key) != LENGTH as u64 {
        leave(2);
    }
    let mut value = [0; LENGTH];
    read_all(PREIMAGE_READ, &mut value);
    value
}
