// What a run needs of the op-node: the chain's configuration, how far it has read L1, output roots, safe heads.
import {
  checkAnswerable,
  customChain,
  findChain,
  impliedChainConfig,
  type OpNode,
  type RollupConfig,
  rollupDifferences,
  type SyncStatus,
} from '@obelisc/host';
import { checkAge } from './execution-checks.js';
import type { Findings } from './findings.js';

/** What the other endpoints are held against. */
export interface Rollup {
  readonly config: RollupConfig;
  readonly status: SyncStatus;
  /** Whether the chain is built in, under its usual configuration. */
  readonly isKnown: boolean;
}

export async function checkOpNode(node: OpNode, findings: Findings, now: bigint): Promise<Rollup | undefined> {
  const config = await findings.run('configuration', 'is this an op-node, and is it up?', () => node.rollupConfig());
  if (config === undefined) return undefined;
  const isKnown = checkConfiguration(config, findings);
  const status = await findings.run('progress', 'is the op-node up?', () => node.syncStatus());
  if (status === undefined) return undefined;
  const { safeL2, unsafeL2, currentL1 } = status;
  findings.ok('progress', `derived up to block #${safeL2.number}, with L1 up to block #${currentL1.number}`);
  checkCovered(config, safeL2.number, findings);
  const output = await findings.run('output roots', 'the op-node asks its L2 for them: is that one an archive?', () =>
    node.outputAtBlock(safeL2.number),
  );
  if (output !== undefined) findings.ok('output roots', `that of block #${safeL2.number} is made of its parts`);
  const newest = await node.outputAtBlock(unsafeL2.number).catch(() => output);
  if (newest !== undefined) checkAge(findings, `its newest block, #${newest.blockNumber},`, newest.timestamp, now);
  const recorded = await node.safeHeadAtL1Block(currentL1.number).catch(() => undefined);
  if (recorded === undefined) {
    findings.warn(
      'safe heads',
      'it keeps no record of safe heads: the L1 head of a claim is searched for, which takes longer',
      'start the op-node with --safedb.path to have one',
    );
  } else findings.ok('safe heads', 'it keeps a record of them');
  return { config, status, isKnown };
}

function checkConfiguration(config: RollupConfig, findings: Findings): boolean {
  const known = findChain(String(config.l2ChainId));
  const chain = `chain ${config.l2ChainId} on L1 chain ${config.l1ChainId}`;
  if (config.usesAltDa) {
    findings.fail(
      'configuration',
      `${chain} has its data outside L1`,
      'other data availability layers are not covered',
    );
    return false;
  }
  if (known === undefined) {
    findings.ok('configuration', `${chain}, which is not built in: the op-node's configuration is taken as it is`);
    return false;
  }
  const different = rollupDifferences(known.rollupConfig, config);
  if (different.length === 0) {
    findings.ok('configuration', `${chain}: ${known.name}, as it is known`);
    return true;
  }
  findings.fail(
    'configuration',
    `${chain} is ${known.name}, but differs from what is known of it: ${different.join('; ')}`,
    'update the op-node, or start it with --network',
  );
  return false;
}

/** Whether the rules of the newest block are covered. */
function checkCovered(config: RollupConfig, block: bigint, findings: Findings): void {
  const chainConfig = findChain(String(config.l2ChainId))?.chainConfig ?? impliedChainConfig(config);
  if (chainConfig === undefined || block === 0n) return;
  const names = { rollupConfig: 'the configuration', chainConfig: 'what it implies', l1ChainConfig: 'L1' };
  try {
    const chain = customChain({ rollupConfig: config, chainConfig, l1ChainConfig: undefined, names });
    checkAnswerable({ l2BlockNumber: block }, chain);
  } catch (error) {
    findings.fail(
      'rules',
      error instanceof Error ? error.message : String(error),
      'a newer version of Obelisc may cover it',
    );
  }
}
