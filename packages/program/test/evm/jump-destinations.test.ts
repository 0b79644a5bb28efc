// Where a jump may land: on JUMPDESTs that are no data of a PUSH (Yellow Paper, section 9.4.3), whatever stands before them and
// in whatever order is asked.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { random } from './module.js';

const env = Object.fromEntries(
  ['write', 'exit', 'hint', 'reading', 'preimage_open', 'preimage_read'].map((name) => [name, () => assert.fail(name)]),
);
const module = new WebAssembly.Module(readFileSync(new URL('../../test-evm.wasm', import.meta.url)));
const exports = new WebAssembly.Instance(module, { env }).exports as Record<string, (...args: number[]) => number>;
const memory = exports['memory'] as unknown as WebAssembly.Memory;

/** What the client says of the code where it lies `shift` bytes further than the last one. */
function landings(code: Uint8Array, step: number, shift = 0): number[] {
  exports['reset']?.();
  const at = ((exports['allocate']?.(2 * code.length + shift) ?? assert.fail()) >>> 0) + shift;
  const view = new Uint8Array(memory.buffer, at, 2 * code.length);
  view.set(code);
  exports['jumpDestinations']?.(at, code.length, at + code.length, step);
  return [...view.subarray(code.length)];
}

function expected(code: Uint8Array): number[] {
  const found = code.map(() => 0);
  for (let at = 0; at < code.length; at++) {
    const op = code[at] ?? 0;
    if (op === 0x5b) found[at] = 1;
    if (op >= 0x60 && op <= 0x7f) at += op - 0x5f;
  }
  return [...found];
}

/** Steps that go through all offsets of a prime number of them: upwards, downwards, to and fro. */
const orders = (length: number): number[] => [1, length - 1, Math.floor(length / 2), 7];

function check(code: Uint8Array, what: string, shift = 0): void {
  for (const step of orders(code.length))
    assert.deepEqual(landings(code, step, shift), expected(code), `${what}, step ${step}`);
}

const LENGTHS = [1, 2, 3, 31, 61, 67, 127, 131, 193, 257, 1_021, 24_571, 49_139];

test('codes of one instruction over and over, its data JUMPDESTs, from each phase on', () => {
  for (const op of [0x00, 0x5b, 0x5f, 0x60, 0x61, 0x6f, 0x7e, 0x7f, 0x80, 0xff]) {
    const size = op >= 0x60 && op <= 0x7f ? op - 0x5e : 1;
    for (let phase = 0; phase < size; phase++) {
      const code = new Uint8Array(521).fill(0x5b);
      for (let at = phase; at < code.length; at += size) code[at] = op;
      check(code, `${op.toString(16)} from ${phase} on`);
    }
  }
});

test('codes of PUSHes and JUMPDESTs by chance', () => {
  const { below } = random(0x5bn);
  for (const length of LENGTHS) {
    for (let round = 0; round < (length > 2_000 ? 3 : 40); round++) {
      // Of 256, how many are a PUSH, how many a JUMPDEST; the PUSHes' longest data.
      const [pushes, dests, longest] = [below(256), below(256), 1 + below(32)];
      const code = Uint8Array.from({ length }, () =>
        below(256) < pushes ? 0x60 + below(longest) : below(256) < dests ? 0x5b : below(256),
      );
      check(code, `${length} bytes, round ${round}`);
    }
  }
});

/** What long init codes are made of: JUMPDESTs, PUSHes that never meet those from another phase, PUSHes of all lengths. */
const FILLS: readonly ((below: (limit: number) => number, at: number) => number)[] = [
  () => 0x5b,
  () => 0x60,
  () => 0x7f,
  (_, at) => (at % 33 === 5 ? 0x7f : 0x5b),
  (_, at) => (at % 2 === 0 ? 0x60 : 0x5b),
  (below) => (below(3) === 0 ? 0x5b : 0x60 + below(32)),
  (below) => (below(20) === 0 ? 0x60 + below(32) : 0x5b),
  // A chunk of each in turn, so that what one begins ends in the next.
  (below, at) => ((at >> 8) % 2 === 0 ? 0x7f : below(2) === 0 ? 0x5b : 0x60),
];

test('init codes that are longer than any is since Canyon, again and again from the same memory', () => {
  const { below } = random(0x7fn);
  for (const [kind, fill] of FILLS.entries()) {
    const length = [49_157, 49_409, 53_003][kind % 3] ?? 0;
    const written = Uint8Array.from({ length: length + 512 }, (_, at) => fill(below, at));
    for (let round = 0; round < 14; round++) {
      // From here on, what was written since the last one.
      const shift = [0, 0, 1, 255, 256, 257, 33, 70, 101, 135, 170, 203, 234, 20][round] ?? 0;
      for (let writes = [0, 1, 40][round % 3] ?? 0; writes > 0; writes--)
        written[below(written.length)] = [0x5b, 0x60 + below(32), below(256)][below(3)] ?? 0;
      const code = written.subarray(shift, shift + length);
      assert.deepEqual(
        landings(code, orders(length)[round % 4] ?? 1, shift),
        expected(code),
        `${kind}, round ${round}`,
      );
    }
  }
});
