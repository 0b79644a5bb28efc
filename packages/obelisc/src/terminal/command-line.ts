// What the command lines that Commander reads have in common.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { readEnvironment, variableOf } from './environment.js';
import { booleanOf, GENERAL } from './flag-words.js';
import { didYouMean, nearest } from './nearest.js';
import { versionText } from './version.js';

export interface CommandLineOptions {
  /** Beginning of the variables that stand for a command's flags. */
  readonly variables: (command: Command) => string;
  readonly env?: Record<string, string | undefined>;
}

/** Columns of help where the terminal does not say. */
const HELP_WIDTH = 100;

/** An option with one of some values; a mistyped one is answered with the nearest. */
export function choiceOption(flags: string, help: string, choices: readonly string[]): Option {
  const option = new Option(flags, help).choices(choices);
  return option.argParser((text) => {
    const found = choices.find((choice) => choice === text.toLowerCase());
    if (found !== undefined) return found;
    const meant = nearest(text, choices);
    const advice = meant === undefined ? '' : ` Did you mean ${meant}?`;
    throw new InvalidArgumentError(`It takes one of: ${choices.join(', ')}.${advice}`);
  });
}

/**
 * Finishes the commands of a program whose own flags are all there: gives them the flags that every command has, help, and
 * the order in which mistakes are told: unknown flags first, then values, then all that is missing at once.
 */
export function finishCommandLine(program: Command, options: CommandLineOptions): void {
  const { variables, env = process.env } = options;
  const required = new Set<Option>();
  const describe = (command: Command, option: Option): string => {
    const isGeneral = ['--help', '--version', '--debug'].includes(option.long ?? '');
    return describeFlag(option, {
      required: required.has(option),
      variables: isGeneral ? [] : [variableOf(variables(command), option)],
    });
  };
  printedHelp(
    program.optionsGroup(GENERAL).version(versionText(program.name()), '-v, --version', 'print the version'),
    (option) => describe(program, option),
  );
  const parseProgram = program.parseOptions.bind(program);
  program.parseOptions = (args) => {
    refuseBeforeCommand(program, args);
    return parseProgram(args);
  };
  for (const command of program.commands) {
    command
      .optionsGroup(GENERAL)
      .addOption(new Option('--quiet', 'print the result and errors, and nothing else').conflicts('verbose'))
      .option('--verbose', 'tell more of what is done')
      .option('--debug', 'print the JavaScript stack of errors')
      .version(versionText(program.name()), '-v, --version', 'print the version');
    printedHelp(command, (option) => describe(command, option));
    for (const option of command.options) {
      if (!option.mandatory) continue;
      required.add(option);
      option.mandatory = false;
    }
    const parse = command.parseOptions.bind(command);
    command.parseOptions = (args) => {
      const asksForHelp = beforeServer(args).some((arg) => arg === '-h' || arg === '--help');
      if (asksForHelp) return parse(args);
      refuseUnknown(command, args);
      const result = parse(args.flatMap((arg) => withoutSwitchValue(command, arg)));
      readEnvironment(command, variables(command), env);
      return result;
    };
    // What is surplus is named, which Commander does not.
    command.allowExcessArguments(true).hook('preAction', (_, action) => {
      refuseSurplus(action);
      refuseMissing(action, required);
    });
  }
}

/** What stands behind a flag's help. */
export interface FlagFacts {
  readonly required: boolean;
  readonly variables: readonly string[];
}

/** A flag's help: what it is, what it takes, what stands for it, and its environment variables. */
export function describeFlag(option: Option, { required, variables }: FlagFacts): string {
  const { description, argChoices } = option;
  return [
    description,
    ...(argChoices === undefined ? [] : [`(${argChoices.join(', ')})`]),
    ...(required ? ['(required)'] : []),
    ...defaultOf(option),
    ...variables.map((variable) => `[$${variable}]`),
  ].join(' ');
}

function defaultOf({ defaultValue, defaultValueDescription }: Option): string[] {
  if (defaultValueDescription !== undefined) return [`(default: ${defaultValueDescription})`];
  if (defaultValue === undefined || defaultValue === false || defaultValue === '') return [];
  return [`(default: ${String(defaultValue)})`];
}

/** How all help is laid out. */
export function printedHelp(command: Command, describe: (option: Option) => string): Command {
  return command
    .configureOutput({ getOutHelpWidth: () => process.stdout.columns ?? HELP_WIDTH })
    .configureHelp({ optionDescription: describe, subcommandTerm: (one) => one.name() })
    .addHelpOption(new Option('-h, --help', 'print this').helpGroup(GENERAL));
}

/** A flag in front of the command, and help for what is no command. */
function refuseBeforeCommand(program: Command, [first = '', topic]: readonly string[]): void {
  if (first.startsWith('-') && !['-h', '--help', '-v', '--version'].includes(first)) {
    program.error(`error: ${first} stands before the command: flags come behind it`, {
      code: 'commander.unknownOption',
    });
  }
  const names = program.commands.map((command) => command.name());
  if (first !== 'help' || topic === undefined || topic === 'help' || names.includes(topic)) return;
  const meant = nearest(topic, names);
  program.error(`error: there is no help for '${topic}'${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`, {
    code: 'commander.unknownCommand',
  });
}

/** Refuses the first flag that the command does not have, and a flag in the place of another's value. */
function refuseUnknown(command: Command, args: readonly string[]): void {
  const find = (arg: string): Option | undefined =>
    command.options.find(({ long, short }) => [long, short].includes(arg.split('=')[0]));
  const own = beforeServer(args);
  let swallowed: (() => never) | undefined;
  for (let at = 0; at < own.length; at++) {
    const arg = own[at] ?? '';
    if (!/^-./.test(arg)) continue;
    const option = find(arg);
    if (option === undefined) {
      const names = command.options.filter(({ hidden }) => !hidden).map(({ long }) => long ?? '');
      const meant = nearest(arg.split('=')[0] ?? '', names);
      command.error(`error: unknown option '${arg}'${meant === undefined ? '' : `\n(Did you mean ${meant}?)`}`, {
        code: 'commander.unknownOption',
      });
    }
    if (!option.required || arg.includes('=')) continue;
    at += 1;
    const value = own[at] ?? '';
    if (!value.startsWith('--') || find(value) === undefined) continue;
    swallowed ??= () =>
      command.error(
        `error: option '${option.flags}' has no value: ${value.split('=')[0]} behind it is a flag (a value that looks like one is given as ${arg}=${value})`,
        { code: 'commander.optionMissingArgument' },
      );
  }
  swallowed?.();
}

/** A switch with a value, as scripts write it: there or not. */
function withoutSwitchValue(command: Command, arg: string): string[] {
  const [, flag, value = ''] = /^(--[^=]+)=([^]*)$/.exec(arg) ?? [];
  const option = command.options.find(({ long }) => long === flag);
  if (option === undefined || !option.isBoolean()) return [arg];
  const isSet = booleanOf(value);
  if (isSet !== undefined) return isSet ? [String(flag)] : [];
  return command.error(`error: option '${flag}' is ${JSON.stringify(value)}, which is neither true nor false`, {
    code: 'commander.invalidArgument',
  });
}

function refuseSurplus(command: Command): void {
  const surplus = command.args[command.registeredArguments.length];
  if (surplus === undefined) return;
  const advice =
    booleanOf(surplus) === undefined
      ? didYouMean(
          surplus,
          command.options.map(({ long }) => long ?? ''),
        )
      : ': a switch takes its value behind =, as in --json=false';
  command.error(`error: '${command.name()}' has no place for ${JSON.stringify(surplus)}${advice}`, {
    code: 'commander.excessArguments',
  });
}

function refuseMissing(command: Command, required: ReadonlySet<Option>): void {
  const missing = command.options.filter(
    (option) => required.has(option) && command.getOptionValue(option.attributeName()) === undefined,
  );
  if (missing.length === 0) return;
  const flags = missing.map((option) => `'${option.flags}'`).join(', ');
  command.error(`error: required option${missing.length === 1 ? '' : 's'} ${flags} not specified`, {
    code: 'commander.missingMandatoryOptionValue',
  });
}

/** The command's own arguments: those before `--`. */
function beforeServer(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** Lines of help below the flags: each example under a line that says what it is for. */
export function examples(list: Readonly<Record<string, string>>): string {
  const lines = Object.entries(list).flatMap(([purpose, line]) => [`  ${purpose}:`, `    ${line}`]);
  return ['', 'Examples:', ...lines].join('\n');
}

/** A paragraph of help under a heading, in lines of its own. */
export function paragraph(heading: string, lines: readonly string[]): string {
  return ['', heading, ...lines.map((line) => `  ${line}`)].join('\n');
}
