/** kona-host's help; shell completion reads it. */
import { Argument, Command, Option } from 'commander';
import { FLAGS as OP_PROGRAM_FLAGS, type FlagSpec } from '../op-program/flags.js';
import { describeFlag, examples, paragraph, printedHelp } from '../terminal/command-line.js';
import { GENERAL } from '../terminal/flag-words.js';
import { KONA_FLAGS, type KonaFlag, REQUIRED, variableOfFlag } from './flags.js';

export function commandLine(): Command {
  const program = new Command('kona-host')
    .description("Obelisc's host and client under the flags of kona's host")
    .usage('single (--native | --server) [flags]')
    .addArgument(new Argument('<mode>', 'what is judged').choices(['single']))
    .optionsGroup('Flags:');
  for (const flag of KONA_FLAGS) program.addOption(optionOf(flag));
  program
    .optionsGroup(GENERAL)
    .option('-v', 'once errors, twice warnings, then info (which it is without), debug, trace [$KONA_LOG_LEVEL]')
    .option('--quiet', 'print the verdict and errors, and nothing else')
    .option('--verbose', 'tell more of what is done: -vvvv')
    .option('-V, --version', 'print the version');
  return printedHelp(program, (option) => {
    const flag = KONA_FLAGS.find(({ names: [name] }) => `--${name}` === option.long);
    const variable = flag === undefined ? '' : variableOfFlag(flag);
    return describeFlag(option, {
      required: flag !== undefined && REQUIRED.includes(flag.names[0]),
      variables: variable === '' ? [] : [variable],
    });
  })
    .addHelpText(
      'after',
      examples({
        'Judge a claim natively':
          'kona-host single --native --l1-head 0x… --agreed-l2-head-hash 0x… --agreed-l2-output-root 0x… \\\n' +
          '      --claimed-l2-output-root 0x… --claimed-l2-block-number 12345 --l2-chain-id 10 \\\n' +
          '      --l1-node-address URL --l1-beacon-address URL --l2-node-address URL --data-dir ./data',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', ['natively: 0 the claim is right, 1 it is wrong, 2 it could not be told']),
    );
}

function optionOf({ names: [name, ...others], to, kind, choices, help }: KonaFlag): Option {
  const spec: FlagSpec | undefined = OP_PROGRAM_FLAGS.find((known) => known.name === to);
  const also = others.length === 0 ? '' : `; also ${others.map((other) => `--${other}`).join(', ')}`;
  const value = spec?.value ?? (name.endsWith('path') ? 'file' : 'value');
  const option = new Option(kind === 'switch' ? `--${name}` : `--${name} <${value}>`, help + also);
  return choices === undefined ? option : option.choices(choices);
}
