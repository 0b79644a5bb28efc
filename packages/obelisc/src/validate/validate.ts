// `obelisc validate`: the guide as one command. Looks up what is not given, gathers by running the client natively, runs
// it in the machine, and answers.
import {
  type Chain,
  checkAnswerable,
  type Claim,
  configurationHash,
  type Host,
  l1HeadCandidates,
  type Log,
  type OpNode,
  openHost,
  opNode,
  type OutputAtBlock,
} from '@obelisc/host';
import type { PreimageStore } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import { UsageError } from '../terminal/failure.js';
import { type ChainOptions, resolveChain } from './chain.js';
import { ClientLog, type Conclusion } from './client-log.js';
import { type MachineOutcome, runInMachine } from './machine.js';
import type { Verdict } from './verdict.js';

export interface ValidateOptions extends ChainOptions {
  /** URLs. */
  readonly l1: string;
  readonly beacon: string;
  readonly opNode: string;
  readonly trustRpc: boolean;
  /** Block to start from; the one before `to` if not given. */
  readonly from: bigint | undefined;
  readonly to: bigint;
  /** 32 bytes each. */
  readonly claim: Uint8Array | undefined;
  readonly agreedOutputRoot: Uint8Array | undefined;
  readonly l1Head: Uint8Array | undefined;
  readonly datadir: string | undefined;
  /** Only natively, without the machine. */
  readonly native: boolean;
  readonly log: Log;
  /** Takes each line of the client's log. */
  readonly onClientLine: (line: string) => void;
}

/** The machine and the native run must agree on every claim: an error in Obelisc, not in the claim. */
export class DisagreementError extends Error {
  override name = 'DisagreementError';
}

/** Judges a claim. Rejects where an endpoint, a file or a flag stands in the way of even trying. */
export async function validate(options: ValidateOptions): Promise<Verdict> {
  const { log, to } = options;
  const from = options.from ?? to - 1n;
  if (from >= to)
    throw new UsageError(`--from ${from} is not before --to ${to}: derivation starts at the one and ends at the other`);
  const node = opNode({ url: options.opNode, log });
  const chain = await resolveChain(options, node, log);
  checkAnswerable({ l2BlockNumber: to }, chain);
  const { safeL2 } = await node.syncStatus();
  if (to > safeL2.number) {
    throw new UsageError(
      `--to ${to} is above the safe head of the op-node, block #${safeL2.number}: L1 does not hold its batch yet, or the op-node has not read it; try again later`,
    );
  }
  const start = await node.outputAtBlock(from);
  const end = await node.outputAtBlock(to);
  const configuration = chain.custom ? hex(configurationHash(chain)) : undefined;
  if (configuration !== undefined) log('info', 'Custom chain', { chain: chain.l2ChainId, configuration });

  const claimed = options.claim ?? end.outputRoot;
  const agreed = options.agreedOutputRoot ?? start.outputRoot;
  let store: PreimageStore | undefined;
  let verdict: Verdict | undefined;
  let again = false;
  for await (const l1Head of l1Heads(options, node, chain, end)) {
    const claim: Claim = {
      l1Head,
      l2Head: start.blockHash,
      l2OutputRoot: agreed,
      l2Claim: claimed,
      l2BlockNumber: to,
    };
    log('info', 'Checking the claim', { from, to, claim: hex(claimed), l1Head: hex(l1Head) });
    const host = openHost({
      claim,
      chain,
      endpoints: { l1: options.l1, beacon: options.beacon, l2: options.l2, trustRpc: options.trustRpc },
      // What one L1 head made the host fetch serves the next.
      store,
      datadir: options.datadir,
      log,
    });
    store = host.store;
    try {
      const { ranOutOfL1, ...judgement } = await judge(host, to, options);
      again = ranOutOfL1;
      verdict = {
        ...judgement,
        blockNumber: to,
        claim: hex(claimed),
        claimSource: options.claim === undefined ? 'op-node' : 'user',
        agreed: { number: from, outputRoot: hex(agreed) },
        l1Head: hex(l1Head),
        configurationHash: configuration,
      };
    } finally {
      await host.close();
    }
    if (!again) break;
  }
  if (verdict === undefined) throw new TypeError('there is always an L1 head to try');
  return verdict;
}

/** The L1 heads to try in turn: the user's, or those near the end block's origin before one that is certain. */
async function* l1Heads(
  { l1, l1Head, log }: ValidateOptions,
  node: OpNode,
  chain: Chain,
  end: OutputAtBlock,
): AsyncGenerator<Uint8Array> {
  if (l1Head !== undefined) {
    yield l1Head;
    return;
  }
  const candidates = l1HeadCandidates({
    opNode: node,
    l1,
    l2Block: end.blockNumber,
    l1Origin: end.l1Origin.number,
    seqWindowSize: chain.rollupConfig.seqWindowSize,
    log,
  });
  for await (const { number, hash, how } of candidates) {
    log('info', 'Trying an L1 head', { number, hash: hex(hash), by: how });
    yield hash;
  }
}

/** The answer and what it rests on: the native run, then unless --native the machine's. */
async function judge(
  { oracle, store }: Host,
  to: bigint,
  { native, onClientLine, log }: ValidateOptions,
): Promise<Pick<Verdict, 'answer' | 'derived' | 'machine' | 'reason'> & { ranOutOfL1: boolean }> {
  log('info', 'Gathering: the client derives the range natively');
  const clientLog = new ClientLog(onClientLine);
  const write = (bytes: Uint8Array): void => clientLog.write(bytes);
  const code = await runProgram({ oracle, nearby: store.nearby?.(), stdout: write, stderr: write });
  let machine: MachineOutcome | undefined;
  const conclusion = clientLog.conclusion;
  // With an L1 head that is too early the program compares the claim with an older block: that decides nothing here.
  const conclusive = code !== 2 && conclusion?.blockNumber === to;
  if (!native && conclusive) {
    log('info', 'Running the client in the machine');
    machine = await runInMachine(oracle, new ClientLog(onClientLine));
    if (machine.exitCode !== code) {
      throw new DisagreementError(
        `the client ended with exit code ${code} natively and ${machine.exitCode} in the machine: please report this with the datadir`,
      );
    }
  }
  if (conclusive) {
    const answer = code === 0 ? 'valid' : 'invalid';
    return { answer, derived: conclusion.outputRoot, machine, reason: undefined, ranOutOfL1: false };
  }
  const reason = whyUnknown(to, conclusion, clientLog.failure);
  return { answer: 'unknown', derived: undefined, machine, reason, ranOutOfL1: conclusion !== undefined };
}

function whyUnknown(to: bigint, conclusion: Conclusion | undefined, failure: string | undefined): string {
  if (conclusion !== undefined) {
    return (
      `L1 up to the given head holds the chain only up to block #${conclusion.blockNumber} ` +
      `(output root ${conclusion.outputRoot}), not up to #${to}: give a later --l1.head, or none`
    );
  }
  return failure === undefined ? 'the client ended without a conclusion' : `the client could not go on: ${failure}`;
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
