// One claim judged: looks up what is not given, gathers by running the client natively, runs it in the machine, and answers.
import {
  type Chain,
  ancestorHash,
  type BlockId,
  checkAgainstL1,
  checkAgainstOpNode,
  checkAnswerable,
  type Claim,
  configurationHash,
  describeContradiction,
  describeDisagreement,
  type Endpoints,
  type Host,
  l1HeadCandidates,
  type Log,
  type OpNode,
  openHost,
  opNode,
  type OutputAtBlock,
  readHeader,
  type RetryPolicy,
} from '@obelisc/host';
import type { PreimageStore } from '@obelisc/preimage';
import { runProgram } from '@obelisc/program';
import type { BlockTag } from './block-tags.js';
import { type ChainOptions, resolveChain } from './chain.js';
import { ClientLog, type Conclusion } from './client-log.js';
import { RefusedClaimError } from './errors.js';
import { type MachineOutcome, type MachineProgress, runInMachine } from './machine.js';
import type { Verdict } from './verdict.js';

/** How endpoints are dealt with. */
export interface NetworkSettings {
  readonly endpoints: Pick<Endpoints, 'beaconArchivers' | 'slotDurationMs' | 'batchSize' | 'limits'>;
  readonly policy: RetryPolicy;
}

export interface ValidateOptions extends ChainOptions {
  /** URLs. */
  readonly l1: string;
  readonly beacon: string | readonly string[];
  /** URL of a second L1 endpoint, which must have the L1 head as well. */
  readonly l1Check?: string | undefined;
  readonly opNode: string;
  readonly trustRpc: boolean;
  /** Block to start from; the one before `to` if not given. */
  readonly from: bigint | undefined;
  /** A block by number, or by what the op-node calls it. */
  readonly to: bigint | BlockTag;
  readonly settings?: NetworkSettings;
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
  /** Takes reports of the machine now and then; `undefined` when it has ended. */
  readonly onMachine?: (progress: MachineProgress | undefined) => void;
}

/** The machine and the native run must agree on every claim: an error in Obelisc, not in the claim. */
export class DisagreementError extends Error {
  override name = 'DisagreementError';
}

/** Judges a claim. Rejects where an endpoint, a file or a flag stands in the way of even trying. */
export async function validate(options: ValidateOptions): Promise<Verdict> {
  const { log, settings } = options;
  const retry = settings === undefined ? {} : { policy: settings.policy };
  const node = opNode({ url: options.opNode, log, ...retry });
  const { safeL2, finalizedL2, unsafeL2 } = await node.syncStatus();
  const heads: Record<BlockTag, BlockId> = { safe: safeL2, finalized: finalizedL2, latest: unsafeL2 };
  const to = typeof options.to === 'bigint' ? options.to : heads[options.to].number;
  if (to === 0n)
    throw new RefusedClaimError(
      `--to ${options.to} is the genesis block: it is not derived, and no claim about it can be checked`,
    );
  const from = options.from ?? to - 1n;
  if (from >= to)
    throw new RefusedClaimError(
      `--from ${from} is not before --to ${to}: derivation starts at the one and ends at the other`,
    );
  const chain = await resolveChain(options, node, log);
  checkAnswerable({ l2BlockNumber: to }, chain);
  if (to > safeL2.number) {
    throw new RefusedClaimError(
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
  const tooEarly: Uint8Array[] = [];
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
      endpoints: {
        l1: options.l1,
        beacon: options.beacon,
        l2: options.l2,
        trustRpc: options.trustRpc,
        ...settings?.endpoints,
      },
      ...retry,
      // What one L1 head made the host fetch serves the next.
      store,
      datadir: options.datadir,
      log,
    });
    store = host.store;
    try {
      const { ranOutOfL1, ...judgement } = await judge(host, to, options);
      again = ranOutOfL1;
      const judged: Verdict = {
        ...judgement,
        blockNumber: to,
        claim: hex(claimed),
        claimSource: options.claim === undefined ? 'op-node' : 'user',
        agreed: { number: from, outputRoot: hex(agreed) },
        opNodeRoot: hex(end.outputRoot),
        l1Head: hex(l1Head),
        restsOn: [],
        configurationHash: configuration,
      };
      verdict =
        judged.answer === 'unknown' ? judged : await grounded(judged, { host, node, start, end, tooEarly, options });
    } finally {
      await host.close();
    }
    if (!again) break;
    tooEarly.push(l1Head);
  }
  if (verdict === undefined) throw new TypeError('there is always an L1 head to try');
  return verdict;
}

/**
 * The verdict with what it rests on, or "unknown" where two sources contradict each other. The L1 head that was not given by the
 * user is --l1's word; the op-node and --l1.check must agree with it.
 */
async function grounded(
  verdict: Verdict,
  {
    host,
    node,
    start,
    end,
    tooEarly,
    options,
  }: {
    host: Host;
    node: OpNode;
    start: OutputAtBlock;
    end: OutputAtBlock;
    /** L1 heads that were tried before; each must be an ancestor of the one that decided. */
    tooEarly: readonly Uint8Array[];
    options: ValidateOptions;
  },
): Promise<Verdict> {
  const { log } = options;
  const unknown = (reason: string): Verdict => ({ ...verdict, answer: 'unknown', reason });
  const agreedBlock = readHeader(host.store, start.blockHash);
  if (agreedBlock !== undefined && agreedBlock.number !== start.blockNumber) {
    return unknown(
      `the op-node's block #${start.blockNumber} (${hex(start.blockHash)}) has the number ${agreedBlock.number}: it does not give the block that was asked for`,
    );
  }
  const head = readHeader(host.store, fromHex(verdict.l1Head));
  if (head === undefined) return unknown('the L1 head was never read');
  for (const tried of tooEarly) {
    const number = readHeader(host.store, tried)?.number;
    const ancestor = number === undefined ? undefined : ancestorHash(host.store, head.hash, number);
    if (number === undefined || (ancestor !== undefined && hex(ancestor) === hex(tried))) continue;
    return unknown(describeContradiction({ number, hash: tried, head }));
  }
  const origin = ancestorHash(host.store, head.hash, end.l1Origin.number);
  if (origin !== undefined && hex(origin) !== hex(end.l1Origin.hash)) {
    return unknown(
      describeDisagreement({ number: end.l1Origin.number, hash: origin, other: end.l1Origin.hash, by: node.name }),
    );
  }
  const restsOn = [
    `the agreed output root of block #${verdict.agreed.number}, from ${options.agreedOutputRoot === undefined ? 'the op-node' : 'the user'}`,
  ];
  if (options.l1Head !== undefined) restsOn.push('the L1 head, from the user');
  else {
    const opinion = await checkAgainstOpNode(node, head, { number: end.blockNumber, l1Origin: end.l1Origin });
    if (typeof opinion === 'object') return unknown(describeDisagreement(opinion));
    restsOn.push(
      opinion === 'agrees'
        ? 'the L1 head, which --l1 and the op-node have in common'
        : 'the L1 head, from --l1 alone (the op-node has no L2 block of so late an origin)',
    );
  }
  if (options.l1Check !== undefined) {
    const retry = options.settings === undefined ? {} : { policy: options.settings.policy };
    const disagreement = await checkAgainstL1({ url: options.l1Check, head, log, ...retry });
    if (disagreement !== undefined) return unknown(describeDisagreement(disagreement));
    restsOn.push('the L1 head, which --l1.check has as well');
  }
  restsOn.push(
    verdict.configurationHash === undefined
      ? 'the configuration of a known chain'
      : 'the configuration of a chain that is not known',
    options.trustRpc
      ? "L1's transactions and receipts, unchecked (--l1.trustrpc)"
      : "L1's data, checked against the L1 head",
  );
  if (verdict.claimSource === 'user' && verdict.derived !== undefined && verdict.derived !== verdict.opNodeRoot) {
    log('warn', "The op-node's own output root is not the derived one", {
      block: verdict.blockNumber,
      op_node: verdict.opNodeRoot,
      derived: verdict.derived,
    });
  }
  log('info', 'The verdict rests on', { these: restsOn.join('; ') });
  return { ...verdict, restsOn };
}

function fromHex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.slice(2), 'hex'));
}

/** The L1 heads to try in turn: the user's, or those near the end block's origin before one that is certain. */
async function* l1Heads(
  { l1, l1Head, log, settings }: ValidateOptions,
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
    ...(settings === undefined ? {} : { policy: settings.policy }),
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
  { native, onClientLine, onMachine = () => {}, log, l1Head }: ValidateOptions,
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
    try {
      machine = await runInMachine(oracle, new ClientLog(onClientLine), onMachine);
    } finally {
      onMachine(undefined);
    }
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
  const reason = whyUnknown(to, conclusion, clientLog.failure, l1Head !== undefined);
  return { answer: 'unknown', derived: undefined, machine, reason, ranOutOfL1: conclusion !== undefined };
}

function whyUnknown(
  to: bigint,
  conclusion: Conclusion | undefined,
  failure: string | undefined,
  isHeadGiven: boolean,
): string {
  if (conclusion !== undefined) {
    return (
      `L1 up to the ${isHeadGiven ? 'given' : 'latest'} head holds the chain only up to block #${conclusion.blockNumber} ` +
      `(output root ${conclusion.outputRoot}), not up to #${to}: ` +
      (isHeadGiven
        ? 'give a later --l1.head, or none'
        : 'its batch is not there yet, or --l1 is behind; try again later')
    );
  }
  return failure === undefined ? 'the client ended without a conclusion' : `the client could not go on: ${failure}`;
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString('hex')}`;
}
