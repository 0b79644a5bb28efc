// The fault-proof program as a guest that needs no host: its ELF file, and the pre-images that it reads in one file.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startDevnet } from '../../devnet/dist/src/index.js';
import { releasedElf } from '../../guest/dist/src/index.js';
import { DEFAULT_RETRY_POLICY, openHost, opNode } from '../../host/dist/src/index.js';
import { parseArguments } from '../../obelisc/dist/src/op-program/flags.js';
import { readOptions } from '../../obelisc/dist/src/op-program/options.js';
import { resolveChain } from '../../claims/dist/src/index.js';
import { loadElf } from '../dist/src/index.js';
import { recordingOracle } from './preimage-file.mjs';

const START_BLOCK = 2n;

/**
 * The released client with a claim about `blocks` blocks of the embedded chain, written into `folder`. Returns
 * { path, preimages }, the files' names.
 */
export async function recordReleasedClient(folder, blocks) {
  const path = join(folder, 'client.elf');
  writeFileSync(path, releasedElf());
  const devnet = await startDevnet({ seed: 'bench', l2Blocks: blocks + 4 });
  try {
    const node = opNode({ url: devnet.opNodeUrl });
    const endpoints = { l1: devnet.l1Url, beacon: devnet.beaconUrl, l2: devnet.l2Url };
    const chain = await resolveChain(endpoints, node, () => undefined);
    const start = await node.outputAtBlock(START_BLOCK);
    const number = START_BLOCK + BigInt(blocks);
    const end = await node.outputAtBlock(number);
    const { currentL1 } = await node.syncStatus();
    const claim = {
      l1Head: currentL1.hash,
      l2Head: start.blockHash,
      l2OutputRoot: start.outputRoot,
      l2Claim: end.outputRoot,
      l2BlockNumber: number,
    };
    return await record(
      path,
      await openHost({ claim, chain, endpoints, policy: DEFAULT_RETRY_POLICY }),
      join(folder, `client-${blocks}.preimages`),
    );
  } finally {
    await devnet.close();
  }
}

/** A client of the user's: `flags` are op-program's, with a gathered --datadir and without endpoints. */
export async function recordClient(path, flags, folder) {
  const parsed = parseArguments(flags, {});
  if (parsed.kind !== 'run') throw new Error(`BENCH_CLIENT_FLAGS asks for ${parsed.kind}, not for a run`);
  return record(path, await openHost(readOptions(parsed.flags)), join(folder, 'given-client.preimages'));
}

/** Runs the program in the machine once and keeps what it is answered. */
async function record(path, host, preimages) {
  const recording = recordingOracle(host.oracle);
  try {
    const { machine } = loadElf(readFileSync(path), { oracle: recording.oracle });
    await machine.run(1n << 60n);
    if (machine.exitCode !== 0) throw new Error(`${path} ended with exit code ${machine.exitCode} on its pre-images`);
  } finally {
    await host.close();
  }
  recording.write(preimages);
  return { path, preimages };
}
