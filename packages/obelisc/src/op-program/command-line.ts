// op-program's help, from its table of flags; Commander lays it out, and shell completion reads it.
import { Command, Option } from 'commander';
import { describeFlag, examples, paragraph, printedHelp } from '../terminal/command-line.js';
import { GENERAL } from '../terminal/flag-words.js';
import { FLAGS, type FlagSpec } from './flags.js';

export function commandLine(): Command {
  const program = new Command('op-program')
    .description('Derives an L2 chain from L1 data and says whether a claimed output root is right')
    .usage('[flags]');
  for (const group of new Set(FLAGS.map((spec) => spec.group))) {
    if (group === GENERAL) continue;
    program.optionsGroup(group);
    for (const spec of FLAGS) if (spec.group === group) program.addOption(optionOf(spec));
  }
  program.optionsGroup(GENERAL);
  for (const spec of FLAGS) if (spec.group === GENERAL) program.addOption(optionOf(spec));
  program.option('-v, --version', 'Print the version');
  return printedHelp(program, (option) => {
    const spec: (FlagSpec & { required: boolean }) | undefined = FLAGS.find(({ name }) => `--${name}` === option.long);
    return describeFlag(option, {
      required: spec?.required === true,
      variables: spec === undefined ? [] : [spec.env],
    });
  })
    .addHelpText(
      'after',
      examples({
        'Gather: derive natively, keep every pre-image, judge the claim':
          'op-program --datadir=./datadir --network=op-sepolia --l1.head=0x… --l2.head=0x… --l2.outputroot=0x… \\\n' +
          '      --l2.claim=0x… --l2.blocknumber=12345 --l1=URL --l1.beacon=URL --l2=URL',
        'The same again, offline, from what was gathered': 'op-program --datadir=./datadir <the flags of the claim>',
        'Serve a machine': 'asterisc run --input=prestate.json -- op-program <the flags> --server',
      }),
    )
    .addHelpText(
      'after',
      paragraph('Exit code:', [
        '0 the claim is right, or the server has done its work; 1 the claim is wrong; 2 whatever else',
        'an interrupted run ends by its signal, which a shell shows as 130 (Ctrl-C) or 143; a server ends with 0',
      ]),
    );
}

function optionOf({ name, value, help, kind, choices, default: standard }: FlagSpec): Option {
  const option = new Option(kind === 'bool' ? `--${name}` : `--${name} <${value}>`, help);
  if (choices !== undefined) option.choices(choices);
  return standard === undefined ? option : option.default(standard);
}
