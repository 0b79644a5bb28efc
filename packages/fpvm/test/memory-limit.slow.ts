import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { freemem } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { TouchedPages } from './touch-pages.js';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const program = fileURLToPath(new URL('touch-pages.js', import.meta.url));

/** What a process needed that ran a guest with `gibibytes` of pages, `stride` bytes apart, to the written state. */
function touch(gibibytes: number, stride: number, flags: readonly string[] = []): TouchedPages {
  const args = [...flags, program, String((gibibytes * GIB) / 4096), String(stride)];
  const result = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as TouchedPages;
  process.stdout.write(`${gibibytes} GiB, a page each ${stride} bytes: ${JSON.stringify(result)}\n`);
  return result;
}

// Node 20.20, MiB at the peak, and allowed: 3.5 GiB dense 3,832, sparse 4,756 of 4,897; 12 GiB sparse 15,920 of 16,212.
for (const [gibibytes, stride, name] of [
  [3.5, 4096, 'side by side'],
  [3.5, 0x10000, 'far from each other'],
  [12, 4096, 'side by side'],
  [12, 0x10000, 'far from each other'],
] as const) {
  const skip = freemem() < 1.4 * gibibytes * GIB + 500 * MIB ? 'there is not enough memory' : false;
  test(
    `${gibibytes} GiB of pages ${name} need at most 1.3 times as much and 250 MB, root and state file included`,
    { skip },
    () => {
      const { exitCode, touched, peak } = touch(gibibytes, stride);
      assert.equal(exitCode, 0, 'every page has kept what was written to it');
      assert.ok(touched >= gibibytes * GIB);
      assert.ok(peak <= 1.3 * touched + 250e6, `${Math.round(peak / MIB)} MiB at the peak`);
    },
  );
}

test('where WebAssembly memory cannot grow, the guest is paged out instead', () => {
  const { exitCode, pagedOut, touched } = touch(0.25, 4096, ['--wasm-max-mem-pages=1000']);
  assert.equal(exitCode, 0);
  assert.ok(pagedOut * 4096 > touched - 64 * MIB, `${pagedOut} pages are paged out`);
});
