// The client natively and as the released program in the machine: the same claim, the same lines, the same exit code.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEFAULT_RETRY_POLICY, opNode, openHost, type Claim } from '@obelisc/host';
import { loadElf } from '@obelisc/fpvm';
import { releasedElf } from '@obelisc/guest';
import { runProgram } from '@obelisc/program';
import { startDevnet } from '@obelisc/devnet';
import { resolveChain } from '@obelisc/claims';

test('native and in-machine runs agree on every byte of output, for a true claim and a false one', async () => {
  const devnet = await startDevnet({ seed: 'parity', l2Blocks: 9 });
  try {
    const node = opNode({ url: devnet.opNodeUrl, policy: DEFAULT_RETRY_POLICY });
    const log = (): void => {};
    const files = { network: undefined, rollupConfig: undefined, l2Genesis: undefined, l1ChainConfig: undefined };
    const chain = await resolveChain({ ...files, l1: devnet.l1Url, l2: devnet.l2Url }, node, log);
    const [start, end, { currentL1 }] = [
      await node.outputAtBlock(2n),
      await node.outputAtBlock(8n),
      await node.syncStatus(),
    ];
    for (const [l2Claim, expected] of [
      [end.outputRoot, 0],
      [start.outputRoot, 1],
    ] as const) {
      const claim: Claim = {
        l1Head: currentL1.hash,
        l2Head: start.blockHash,
        l2OutputRoot: start.outputRoot,
        l2Claim,
        l2BlockNumber: 8n,
      };
      const endpoints = { l1: devnet.l1Url, beacon: devnet.beaconUrl, l2: devnet.l2Url };
      const { oracle, close } = await openHost({ claim, chain, endpoints, policy: DEFAULT_RETRY_POLICY });
      const native = { stdout: '', stderr: '' };
      const code = await runProgram({
        oracle,
        stdout: (bytes) => void (native.stdout += Buffer.from(bytes).toString('latin1')),
        stderr: (bytes) => void (native.stderr += Buffer.from(bytes).toString('latin1')),
      });
      const inMachine = { stdout: '', stderr: '' };
      const { machine } = loadElf(releasedElf(), {
        oracle,
        output: (stream, bytes) => void (inMachine[stream] += Buffer.from(bytes).toString('latin1')),
      });
      await machine.run(1n << 62n);
      await close();
      assert.equal(code, expected);
      assert.equal(machine.exitCode, expected);
      assert.deepEqual(inMachine, native);
      assert.ok(native.stdout.split('\n').length > 10);
    }
  } finally {
    await devnet.close();
  }
});
