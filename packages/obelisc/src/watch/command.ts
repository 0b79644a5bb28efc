// The flags of `obelisc watch` and `obelisc worker`.
import { type Command, InvalidArgumentError } from 'commander';
import { addNetworkFlags } from '../endpoints/commander-values.js';
import { choiceOption, examples, paragraph } from '../terminal/command-line.js';
import { LOG_FORMATS } from '../terminal/log-formats.js';
import { address, count, wholeNumber } from '../obelisc/values.js';
import type { RetryFlags } from './retry.js';
import type { WatchFlags } from './watch.js';

/** Adds the commands; `define` makes one, `end` takes its exit code. */
export function addWatchCommands(
  define: (name: string, description: string) => Command,
  end: (exitCode: number) => void,
): void {
  watchCommand(define('watch', 'judge every dispute game of a chain, as they come, until interrupted'), end);
  retryCommand(define('retry', 'have claims judged again that have no verdict, after an upgrade or an outage'), end);
  workerCommand(define('worker', 'judge claims for a watch on another machine, until interrupted'), end);
}

const STOPPING = 'SIGINT or SIGTERM lets the claims at work come to their end, a second one does not';

function watchCommand(command: Command, end: (exitCode: number) => void): void {
  chainFlags(command)
    .optionsGroup('What is watched:')
    .option('--since <duration>', 'in a new database begin with games of this age (1h, 3d; default: all)')
    .option('--from-game <number>', 'in a new database begin with this game of the factory', wholeNumber)
    .option(
      '--confirmations <blocks>',
      'L1 blocks on top of the one that a game was made in (default: 64)',
      wholeNumber,
    )
    .option('--poll <duration>', 'time between two looks at L1 (default: 12s)')
    .option('--once', 'end when the games that are there now are judged', false);
  judgingFlags(command)
    .option('--db <database>', 'a folder or a postgres:// URL (default: ./obelisc-db)')
    .option('--concurrency <number>', 'claims judged here at a time; 0: by workers alone (default: 1)', whole);
  command
    .optionsGroup('What is told:')
    .option('--http <host:port>', 'serve the page, /metrics, /healthz, /readyz and /api here, such as 127.0.0.1:9300')
    .option(
      '--http.hosts <names>',
      'names that the page may be asked for by, with commas (default: on loopback localhost, elsewhere all; addresses always)',
    )
    .option('--alert <url>', 'post a JSON object here for each wrong claim, undecided claim, and delay')
    .option('--alert-secret <text>', 'key of the HMAC-SHA256 in X-Obelisc-Signature (better as a variable)')
    .option('--alert-command <command>', 'run this in a shell for each, with the object on its standard input')
    .option('--behind <duration>', 'age of a claim without a verdict that is worth an alert (default: 30m)');
  runFlags(command)
    .addHelpText(
      'after',
      examples({
        'A known chain, with all in one process and its database in ./obelisc-db':
          'obelisc watch --network op-mainnet --l1 URL --l1.beacon URL --l2 URL --op-node URL --since 3d',
        'Several chains, judged by workers elsewhere':
          'obelisc watch --config chains.json --db postgres://user@host/obelisc --concurrency 0',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', [
        '0; with --once 1 where a claim is wrong, else 2 where one could not be judged, a chain not be read, or it was stopped before',
        STOPPING,
      ]),
    )
    .action(async (flags: WatchFlags) => {
      const { runWatch } = await import('./watch.js');
      end(await runWatch(flags));
    });
}

function workerCommand(command: Command, end: (exitCode: number) => void): void {
  judgingFlags(chainFlags(command))
    .option('--db <database>', 'the postgres:// URL of the watch')
    .option('--concurrency <number>', 'claims at a time (default: 1)', count);
  runFlags(command)
    .addHelpText(
      'after',
      examples({ 'One more machine': 'obelisc worker --config chains.json --db postgres://user@host/obelisc' }),
    )
    .addHelpText('after', paragraph('Exit code:', ['0', STOPPING]))
    .action(async (flags: WatchFlags) => {
      const { runWorker } = await import('./watch.js');
      end(await runWorker(flags));
    });
}

function retryCommand(command: Command, end: (exitCode: number) => void): void {
  command
    .argument('[games...]', 'addresses of games', (text, before: string[] | undefined) => [
      ...(before ?? []),
      address(text),
    ])
    .option('--undecided', 'all whose tries came to nothing', false)
    .option('--uncovered', 'all that were not covered', false)
    .option('--chain <name>', 'only of this chain (default: of all in the database)')
    .option('--db <database>', 'the folder or postgres:// URL of the watch (default: ./obelisc-db)')
    .addHelpText(
      'after',
      examples({
        'After an upgrade': 'obelisc retry --uncovered --db postgres://user@host/obelisc',
        'One game, while no watch uses the folder': 'obelisc retry 0x… --db ./obelisc-db',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', ['0; 2 where a game that is named cannot be judged again, and then none is']),
    )
    .action(async (games: string[] | undefined, flags: RetryFlags) => {
      const { runRetry } = await import('./retry.js');
      end(await runRetry(games ?? [], flags));
    });
}

/** The chain and the endpoints that this process reaches it by. */
function chainFlags(command: Command): Command {
  return command
    .optionsGroup('Endpoints:')
    .option('--l1 <url>', 'L1 execution endpoint')
    .option('--l1.beacon <urls>', 'L1 beacon endpoint, or several separated by commas')
    .option('--l2 <url>', 'L2 execution endpoint (debug namespace)')
    .option('--op-node <url>', 'op-node endpoint')
    .option('--l1.check <url>', 'a second L1 endpoint, which must have the same games and L1 heads')
    .option(
      '--l1.trustrpc',
      "taken, and of no effect: L1's data are checked against their hashes either way, at no cost",
      false,
    )
    .optionsGroup('The chain:')
    .option('--network <name>', "a known chain, by name or chain id (default: the op-node's configuration)")
    .option('--rollup.config <file>', "rollup.json, in place of the op-node's configuration")
    .option('--l2.genesis <file>', "genesis-l2.json, in place of the L2 endpoint's chain configuration")
    .option('--l1.chainconfig <file>', "L1's genesis.json, in place of the L1 endpoint's chain configuration")
    .option('--game-factory <address>', 'the dispute game factory (default: that of a known chain)', address)
    .option('--name <name>', "the chain's name in the database (default: that of a known chain, or chain)")
    .option('--config <file>', 'several chains, as a JSON file: {"chains": [{"name": …, "l1": …, …}]}');
}

/** How claims are judged. */
function judgingFlags(command: Command): Command {
  return command
    .optionsGroup('How claims are judged:')
    .option('--native', 'only natively, without the machine', false)
    .option('--datadir <folder>', 'keep pre-images here (default: a temporary place for each claim)')
    .option(
      '--segment <blocks>',
      'derive longer ranges in segments of so many blocks (default: a share for each worker, 50 to 1000)',
      count,
    )
    .option('--workers <number>', 'processes for the segments of one claim (default: one for each core)', count)
    .option(
      '--stalled <duration>',
      'a try that comes no further for so long is ended (default: 2h more than --retry.for)',
    )
    .option('--tries <number>', 'tries of a claim before it is marked as undecided (default: 6)', count);
}

function runFlags(command: Command): Command {
  command.addOption(choiceOption('--log.format <format>', 'format of the log on stderr (default: text)', LOG_FORMATS));
  return addNetworkFlags(command);
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It takes a whole number.');
}
