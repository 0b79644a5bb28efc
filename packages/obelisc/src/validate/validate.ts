// `obelisc validate`: the guide as one command.
import {
  type BlockTag,
  exitCodes,
  type GameChoice,
  locationLines,
  validate,
  verdictJson,
  verdictLine,
} from '@obelisc/claims';
import { findChain, knownChainNames } from '@obelisc/host';
import { networkFlagOf } from '../endpoints/commander-values.js';
import { readNetworkFlags } from '../endpoints/network-flags.js';
import { clientLine } from '../op-program/client-lines.js';
import { logger } from '../op-program/logger.js';
import { hasColours } from '../terminal/colours.js';
import { writeAnswer } from '../terminal/answer.js';
import { UsageError } from '../terminal/failure.js';
import { Interrupt } from '../terminal/interrupt.js';
import { makeFolder } from '../terminal/folder.js';
import { nearest } from '../terminal/nearest.js';
import { writeStory } from '../terminal/status-line.js';
import { logLevelOf, type Verbosity } from '../terminal/verbosity.js';
import { ClaimDisplay } from './claim-display.js';
import { RangeDisplay } from './range-display.js';

/** The work of the command without its terminal, for scripts that drive it. */
export { validate } from '@obelisc/claims';

/** The command's flags, as Commander names them. */
export interface ValidateFlags extends Verbosity {
  readonly l1: string;
  readonly 'l1.beacon': readonly string[];
  readonly 'l1.check'?: string;
  readonly [network: string]: unknown;
  readonly l2: string;
  readonly opNode: string;
  readonly to?: bigint | BlockTag;
  readonly game?: string;
  readonly gameIndex?: bigint;
  readonly gameFactory?: string;
  readonly from?: bigint;
  readonly claim?: Uint8Array;
  readonly 'l2.outputroot'?: Uint8Array;
  readonly 'l1.head'?: Uint8Array;
  readonly 'l1.trustrpc': boolean;
  readonly network?: string;
  readonly 'rollup.config'?: string;
  readonly 'l2.genesis'?: string;
  readonly 'l1.chainconfig'?: string;
  readonly datadir?: string;
  readonly native: boolean;
  readonly segment?: number;
  readonly workers?: number;
  readonly json: boolean;
}

/** Runs the command and returns its exit code; rejects with what prevents a verdict. */
export async function runValidate(flags: ValidateFlags): Promise<number> {
  const game = chosenGame(flags);
  checkNetwork(flags.network);
  if (flags.datadir !== undefined) makeFolder('--datadir', flags.datadir);
  const story = (text: string): void => writeStory(text);
  const log = {
    level: logLevelOf(flags),
    format: 'text',
    color: hasColours(process.stderr),
    pid: false,
    write: story,
  };
  const pass = clientLine(logger({ ...log, timed: false }), (line) => story(`${line}\n`));
  const display = new ClaimDisplay(flags.quiet !== true);
  const range = new RangeDisplay(flags.quiet !== true, flags.native);
  const interrupt = new Interrupt().arm();
  const judged = validate({
    l1: flags.l1,
    beacon: flags['l1.beacon'],
    l1Check: flags['l1.check'],
    settings: readNetworkFlags((name) => networkFlagOf(flags, name)),
    l2: flags.l2,
    opNode: flags.opNode,
    from: flags.from,
    to: flags.to,
    game,
    claim: flags.claim,
    agreedOutputRoot: flags['l2.outputroot'],
    l1Head: flags['l1.head'],
    network: flags.network,
    rollupConfig: flags['rollup.config'],
    l2Genesis: flags['l2.genesis'],
    l1ChainConfig: flags['l1.chainconfig'],
    datadir: flags.datadir,
    native: flags.native,
    segment: flags.segment === undefined ? undefined : BigInt(flags.segment),
    workers: flags.workers,
    log: logger(log),
    signal: interrupt.signal,
    onClientLine: (line) => {
      display.see(line);
      pass(line);
    },
    onNative: (host) => display.native(host),
    onMachine: (progress) => display.machine(progress),
    onRange: (progress) => range.see(progress),
    onSegment: ({ from, to, answer, done, total, seconds }) => {
      if (flags.quiet === true) return;
      story(`  blocks #${from} to #${to}: ${answer}, ${seconds.toFixed(1)} s (${done} of ${total} segments)\n`);
    },
  });
  const verdict = await interrupt.orInterrupted(judged).finally(() => range.stop());
  if (!flags.json && flags.quiet !== true) for (const line of locationLines(verdict)) story(`${line}\n`);
  await writeAnswer(`${flags.json ? verdictJson(verdict) : verdictLine(verdict)}\n`);
  return exitCodes[verdict.answer];
}

/** The game that the flags name, where they name one; otherwise --to must be there. Throws UsageError. */
function chosenGame(flags: ValidateFlags): GameChoice | undefined {
  const { game, gameIndex, gameFactory } = flags;
  if (game === undefined && gameIndex === undefined) {
    if (gameFactory !== undefined) throw new UsageError('--game-factory needs --game-index: which of its games');
    if (flags.to === undefined)
      throw new UsageError('--to is missing: the L2 block that the claim is about (or --game, --game-index)');
    return undefined;
  }
  if (game !== undefined && gameFactory !== undefined)
    throw new UsageError('--game and --game-factory exclude each other: a game is named by its address or its index');
  const given = ['from', 'to', 'claim', 'l2.outputroot', 'l1.head'].filter((name) => flags[name] !== undefined);
  if (given.length > 0)
    throw new UsageError(
      `--${given.join(', --')}: a game says this itself; leave it out beside --game and --game-index`,
    );
  return { address: game, index: gameIndex, factory: gameFactory };
}

/** A mistyped name is answered with the nearest; what else is wrong with one, `validate` says. */
function checkNetwork(network: string | undefined): void {
  if (network === undefined || findChain(network) !== undefined) return;
  const meant = nearest(network, knownChainNames());
  if (meant !== undefined)
    throw new UsageError(`--network ${JSON.stringify(network)} is not known; did you mean ${meant}?`);
}
