//! The example: is the sum of the data's bytes what is claimed? Local value 1 is the data's key, 2 the claim (8 bytes).
//! Exit code 0: it is, 1: it is not, 2: no answer.
#![no_std]
#![no_main]

mod machine;

use core::arch::global_asm;
use core::panic::PanicInfo;
use machine::{hint, leave, open_preimage, read_all, read_local, write_all, PREIMAGE_READ, STDOUT};

// Memory is there everywhere: the stack needs a place that nothing else has, below which it grows.
global_asm!(
    ".globl _start",
    "_start:",
    ".option push",
    ".option norelax",
    "la gp, __global_pointer$",
    ".option pop",
    "li sp, 0x40000000",
    "tail start",
);

#[no_mangle]
extern "C" fn start() -> ! {
    let key = read_local::<32>(1);
    let claim = u64::from_be_bytes(read_local::<8>(2));
    hint("data");
    let is_right = sum_of(open_preimage(&key)) == claim;
    write_all(STDOUT, if is_right { b"the claim is right\n" } else { b"the claim is wrong\n" });
    leave(if is_right { 0 } else { 1 })
}

fn sum_of(mut length: u64) -> u64 {
    let mut part = [0; 256];
    let mut sum = 0;
    while length > 0 {
        let count = length.min(part.len() as u64);
        let bytes = &mut part[..count as usize];
        read_all(PREIMAGE_READ, bytes);
        sum += bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
        length -= count;
    }
    sum
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    write_all(STDOUT, b"panic\n");
    leave(2)
}
