// Runs hostile cases as tests.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { HostileCase } from './hostile-data.js';

/**
 * Most MiB of the near part of the memory, which execution needs: what an L1 transaction, a receipt or deposits of 20 MB take
 * while they are read.
 */
const MOST_NEAR = 128;

/** Declares a test for each case: the right answer, within the memory that it may take, and everything given back. */
export function declareCases(cases: HostileCase[]): void {
  for (const { name, make, safeHead, most, target, refuses = false } of cases) {
    test(name, (context) => {
      const chain = make();
      const outcome = chain.derive({ target, refuses });
      context.diagnostic(
        `${outcome.mebibytes.toFixed(1)} MiB of ${most.toFixed(1)}, ${outcome.nearMebibytes.toFixed(1)} near, ${outcome.seconds.toFixed(2)} s, ${outcome.heldMebibytes.toFixed(1)} MiB held`,
      );
      assert.equal(outcome.failure, '');
      assert.equal(outcome.safeHead, safeHead);
      // What L1 blocks bring about, and some lines for each L2 block.
      const lines = 300 * chain.l1.length + 6 * safeHead;
      assert.ok(outcome.logged < 150 * lines, `${outcome.logged} bytes of log`);
      assert.ok(outcome.mebibytes <= most, `${outcome.mebibytes} MiB of ${most}`);
      assert.ok(outcome.nearMebibytes <= MOST_NEAR, `${outcome.nearMebibytes} MiB in the near part`);
    });
  }
}
