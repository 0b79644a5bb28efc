// `npm run demo`: the whole guide on an embedded chain, once with a true claim and once with a false one. Every step is
// the command that a user would type, run as a process of its own.
import { join } from 'node:path';
import { scratchFolder } from '@obelisc/claims';
import { clientElf, root } from '@obelisc/guest';
import { FORK_NAMES, startDevnet, type Devnet } from '@obelisc/devnet';
import { Interrupt } from '../terminal/interrupt.js';
import { machineText } from '../terminal/machine-progress.js';
import { progressDisplay } from '../terminal/progress.js';
import { writeStory } from '../terminal/status-line.js';
import type { Verbosity } from '../terminal/verbosity.js';
import { asTyped, CommandFailedError, runCommand } from './commands.js';
import { parseInfoLine, textOf } from './machine-log.js';

/** Blocks of the embedded chain, and the range of them that the claim is about. */
const CHAIN_BLOCKS = 16;
const START_BLOCK = 2;
const END_BLOCK = 12;
/** Today's rules, from genesis on. */
const FORKS = Object.fromEntries(FORK_NAMES.map((fork) => [fork, 0n]));

/** What optimism_outputAtBlock says, as far as the guide needs it. */
interface Output {
  readonly outputRoot: string;
  readonly blockRef: { readonly hash: string };
  readonly syncStatus: { readonly head_l1: { readonly hash: string } };
}

/** Walks the guide; resolves when the true claim was confirmed and the false one refused, rejects otherwise. */
export async function demo({ quiet = false }: Verbosity = {}): Promise<void> {
  const { signal } = new Interrupt().arm();
  const teller = { isQuiet: quiet, signal };
  say(teller, 'Starting an embedded chain: L1 (execution and beacon), L2 and op-node endpoints on loopback.');
  const devnet = await startDevnet({ seed: 'demo', l2Blocks: CHAIN_BLOCKS, scenario: { forks: FORKS }, signal });
  const folder = await scratchFolder('obelisc-demo-');
  try {
    await devnet.writeConfig(folder.path);
    await walkGuide(teller, devnet, folder.path);
  } finally {
    await devnet.close();
    if (!signal.aborted) await folder.remove();
  }
}

/** How the demo speaks, and what ends it. */
interface Teller {
  readonly isQuiet: boolean;
  readonly signal: AbortSignal;
}

async function walkGuide(teller: Teller, devnet: Devnet, directory: string): Promise<void> {
  say(
    teller,
    `1. Hashes: the op-node's outputs at block ${START_BLOCK}, where both sides agree, and ${END_BLOCK}, the claim.`,
  );
  const start = await output(teller, START_BLOCK, devnet);
  const end = await output(teller, END_BLOCK, devnet);
  const flags = (claim: string): string[] => [
    `--datadir=${join(directory, 'datadir')}`,
    `--rollup.config=${join(directory, 'rollup.json')}`,
    `--l2.genesis=${join(directory, 'genesis-l2.json')}`,
    `--l2.blocknumber=${END_BLOCK}`,
    `--l2.claim=${claim}`,
    `--l2.outputroot=${start.outputRoot}`,
    `--l2.head=${start.blockRef.hash}`,
    `--l1.head=${end.syncStatus.head_l1.hash}`,
    `--l1=${devnet.l1Url}`,
    `--l1.beacon=${devnet.beaconUrl}`,
    '--l1.trustrpc=true',
    `--l2=${devnet.l2Url}`,
  ];

  say(teller, '2. Gather: derive the range natively, keep every pre-image, and say whether the claim holds.');
  await gather(teller, flags(end.outputRoot), 0);

  say(
    teller,
    '3. Build: the client as a RISC-V program (released with the repository), loaded into a first machine state.',
  );
  const prestate = join(directory, 'prestate.json');
  const meta = join(directory, 'meta.json');
  const elf = process.cwd() === root ? 'bin/op-program-client-riscv.elf' : clientElf();
  await run(teller, 'asterisc', ['load-elf', '--path', elf, '--out', prestate, '--meta', meta], 0);

  say(teller, '4. Run: the same claim, step by step in the fault-proof machine, served by the host.');
  await runMachine(teller, prestate, meta, directory, flags(end.outputRoot), 0);

  const falseClaim = flipLastBit(end.outputRoot);
  say(teller, `5. The same with a claim that is wrong in one bit: ${falseClaim}.`);
  await gather(teller, flags(falseClaim), 1);
  await runMachine(teller, prestate, meta, directory, flags(falseClaim), 1);
  say(teller, 'Both verdicts are right: the true claim holds, the false one is refused.');
}

async function output(teller: Teller, block: number, devnet: Devnet): Promise<Output> {
  const { stdout } = await run(teller, 'obelisc', ['output', String(block), '--op-node', devnet.opNodeUrl], 0);
  return JSON.parse(stdout) as Output;
}

/** Gathers and checks the claim natively; prints the verdict, the last line of op-program's stdout. */
async function gather(teller: Teller, flags: string[], expected: number): Promise<void> {
  const { stdout } = await run(teller, 'op-program', flags, expected);
  process.stdout.write(`${stdout.trimEnd().split('\n').at(-1)}\n`);
}

/** Runs the claim in the machine with a progress display; prints the verdict, the guest's last line. */
async function runMachine(
  teller: Teller,
  prestate: string,
  meta: string,
  directory: string,
  hostFlags: string[],
  expected: number,
): Promise<void> {
  const final = join(directory, 'final.json');
  const machine = ['--info-at=%10000000', '--proof-at=never', `--input=${prestate}`, `--meta=${meta}`];
  const args = ['run', ...machine, `--output=${final}`, '--', './bin/op-program', ...hostFlags, '--server'];
  announce(teller, 'asterisc', args);
  const display = progressDisplay(!teller.isQuiet);
  let verdict = '';
  const { code } = await runCommand(
    'asterisc',
    args,
    (line) => {
      const progress = parseInfoLine(line);
      const text = textOf(line);
      if (progress !== undefined) display.update(() => machineText(progress));
      else if (text !== undefined) verdict = text;
      else tell(teller, line);
    },
    teller.signal,
  ).finally(() => display.stop());
  check('asterisc', code, 0);
  process.stdout.write(`${verdict}\n`);

  const { stdout } = await run(teller, 'asterisc', ['witness', `--input=${final}`], 0);
  const { step, stateHash, exitCode } = JSON.parse(stdout) as { step: number; stateHash: string; exitCode: number };
  tell(teller, `${step.toLocaleString('en')} steps, exit code ${exitCode}, state hash ${stateHash}`);
  check('the program in the machine', exitCode, expected);
}

async function run(teller: Teller, name: string, args: string[], expected: number): Promise<{ stdout: string }> {
  announce(teller, name, args);
  const outcome = await runCommand(name, args, (line) => tell(teller, line), teller.signal);
  check(`bin/${name}`, outcome.code, expected);
  return outcome;
}

function check(what: string, code: number, expected: number): void {
  if (code !== expected) throw new CommandFailedError(`${what} ended with exit code ${code}, not ${expected}`);
}

/** The claim with its last bit flipped: a root that no chain has. */
function flipLastBit(outputRoot: string): string {
  return outputRoot.slice(0, -1) + (Number.parseInt(outputRoot.slice(-1), 16) ^ 1).toString(16);
}

function announce(teller: Teller, name: string, args: readonly string[]): void {
  write(teller, `  $ ${asTyped(name, args)}\n`);
}

function say(teller: Teller, text: string): void {
  write(teller, `\n${text}\n`);
}

function tell(teller: Teller, line: string): void {
  write(teller, `    ${line}\n`);
}

function write({ isQuiet }: Teller, text: string): void {
  if (!isQuiet) writeStory(text);
}
