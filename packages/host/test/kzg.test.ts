/** Commitments of blobs, against the sidecars of a recorded chain: made by the Go batcher. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { blobCommitment } from '../src/index.js';
import { l1Blocks, withoutDevnet } from './devnet-data.js';

test('the commitment of a blob is the one of its sidecar', { skip: withoutDevnet }, async () => {
  const recorded = l1Blocks().flatMap(({ sidecars }) => sidecars ?? []);
  assert(recorded.length > 0);
  for (const { blob, kzg_commitment } of recorded.slice(0, 3)) {
    const commitment = await blobCommitment(Buffer.from(blob.slice(2), 'hex'));
    assert.equal(`0x${Buffer.from(commitment).toString('hex')}`, kzg_commitment);
  }
});

test('a blob with an element above the modulus has no commitment', async () => {
  await assert.rejects(blobCommitment(new Uint8Array(131_072).fill(0xff)));
});
