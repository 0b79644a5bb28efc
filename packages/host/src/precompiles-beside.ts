/** Results of precompiles, computed in the program's own thread: prefetcher.ts names this module to it. */
import type { Computer, OpenComputer } from '@obelisc/preimage';
import { precompileResult } from './precompile-results.js';

/** As in preimage's keys.ts, which comes with more than a thread needs at its start. */
const PRECOMPILE_KEY = 6;
const HINT = 'l1-precompile-v2 0x';
/** Address and required gas (u64), which come before the input. */
const [ADDRESS, INPUT_AT] = [20, 28];

export const open: OpenComputer =
  (keccak256): Computer =>
  (hint, key) => {
    if (key[0] !== PRECOMPILE_KEY || !hint.startsWith(HINT)) return undefined;
    const payload = Buffer.from(hint.slice(HINT.length), 'hex');
    // What is no hexadecimal, or another question's, the oracle has something to say about.
    if (HINT.length + 2 * payload.length !== hint.length || payload.length < INPUT_AT) return undefined;
    if (Buffer.compare(keccak256(payload).subarray(1), key.subarray(1)) !== 0) return undefined;
    const value = precompileResult(payload.subarray(0, ADDRESS), payload.subarray(INPUT_AT));
    return value === undefined ? undefined : { payload, value };
  };
