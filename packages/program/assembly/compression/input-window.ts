// Compressed input that is longer than what should be in memory at once: the decoders see a window of it that moves on.
import { allocate, useScratch } from '../memory';

/** Where the input comes from. */
export abstract class InputSupply {
  /** Copies the next bytes to `target`, as many as there are but at most `room`; returns how many. */
  abstract read(target: usize, room: u32): u32;
}

/** Bytes of the window. The decoders need some ten bytes of the past, and at most 32 KiB ahead (brotli-streams.ts). */
// @ts-ignore: decorator
@inline
export const WINDOW_SIZE: u32 = 1 << 18;

/** Bytes behind the window that may be read, and mean nothing. */
// @ts-ignore: decorator
@inline
const SLACK: u32 = 16;

let window: usize = 0;
let supply: InputSupply | null = null;

/** Lets the window begin with the first bytes of `source`; returns how many there are, all where they fit. */
export function openWindow(source: InputSupply): u32 {
  if (window == 0) {
    const before = useScratch(false);
    window = allocate(WINDOW_SIZE + SLACK);
    useScratch(before);
  }
  supply = source;
  return source.read(window, WINDOW_SIZE);
}

/** Address of the window. */
export function windowAddress(): usize {
  return window;
}

/** Ends the supply: what is decoded next has all its input in memory. */
export function closeWindow(): void {
  supply = null;
}

/** How far the last `slideWindow` moved what it kept towards the beginning. */
export let windowShift: usize = 0;

/** Where the last `slideWindow` let the input end. */
export let windowEnd: usize = 0;

/**
 * Moves the bytes from `from` to `end`, the window's last ones, to its beginning and fills up behind them; false where there
 * are no more. All addresses change by `windowShift`.
 */
export function slideWindow(from: usize, end: usize): bool {
  windowShift = 0;
  windowEnd = end;
  const source = supply;
  if (source === null) return false;
  if (from < window) from = window;
  const kept = <u32>(end - from);
  windowShift = from - window;
  memory.copy(window, from, kept);
  const more = source.read(window + kept, WINDOW_SIZE - kept);
  windowEnd = window + kept + more;
  if (more == 0) supply = null;
  return more > 0;
}
