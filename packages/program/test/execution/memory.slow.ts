import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RLP } from '@ethereumjs/rlp';
import { createMPT } from '@ethereumjs/mpt';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex, toHex } from './module.js';
import { deposit, MESSAGE_PASSER, World } from './world.js';

/** for (i = 0; i < 30000; i++) slot[i] = TIMESTAMP */
const writer = '5f5b428155600101806175301160015700';
const contract = '99'.repeat(20);
const MEBIBYTE = 1 << 20;

test('memory is bounded over blocks that each leave megabytes of nodes, and the claimed state stays', async (t) => {
  const world = new World('granite', {
    [contract]: { nonce: 1n, code: writer },
    [MESSAGE_PASSER]: { nonce: 1n, storage: { 5: 6n } },
  });
  const { module } = world;
  module.call('keepState', 44n); // the third block
  let claimed = world.head;
  let safe = world.head;
  let most = 0;
  let after = 0;
  for (let block = 0; block < 52; block++) {
    assert.notEqual(world.execute([deposit({ to: contract, gas: 1n << 40n })], { gasLimit: 1n << 41n }), null);
    if (block === 2) claimed = world.head;
    if (block === 4) {
      safe = world.head;
      module.call('keepSafe', module.put((RLP.decode(safe) as Uint8Array[])[3] as Uint8Array));
    }
    if (block === 34) after = module.call('memoryTaken');
    most = Math.max(most, module.global('keptSince') + module.global('keptBefore'));
  }
  t.diagnostic(`at most ${(most / MEBIBYTE).toFixed(0)} MiB of nodes`);
  // Three states of 2 MiB, and what comes in until a collection is due. Without giving any up it would be 52 times what one block leaves.
  assert.ok(most < 130 * MEBIBYTE, `${most} bytes of nodes`);
  assert.ok(module.call('memoryTaken') - after < 4 * MEBIBYTE, `${module.call('memoryTaken') - after} bytes more`);

  const storage = await createMPT();
  await storage.put(keccak_256(fromHex('5'.padStart(64, '0'))), Uint8Array.of(6));
  const stateRoot = (RLP.decode(claimed) as Uint8Array[])[3] as Uint8Array;
  const expected = keccak_256(
    Uint8Array.of(...new Uint8Array(32), ...stateRoot, ...storage.root(), ...keccak_256(claimed)),
  );
  const out = module.put(new Uint8Array(32));
  module.call('outputRootOf', module.put(claimed), claimed.length, out);
  assert.equal(toHex(module.get(out, 32)), toHex(expected));

  // The blocks after the safe one are undone: its state is there still.
  world.head = safe;
  assert.notEqual(world.execute([deposit({ to: contract, gas: 1n << 40n })], { gasLimit: 1n << 41n }), null);
});
