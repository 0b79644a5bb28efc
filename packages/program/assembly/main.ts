// The fault-proof program (specs: fault-proof/index.md#fault-proof-program): prologue, derivation with execution, epilogue.
import { exit } from './abi';
import { BootInfo, readBootInfo } from './boot';
import { equal32 } from './bytes';
import { RollupConfig } from './config/rollup';
import { derive } from './derivation/driver';
import { ExecutorBuilder } from './derivation/executor-builder';
import { readL2Header } from './derivation/l2-chain';
import { error, hex32, info, print } from './log';
import { agreedBlock, prepare } from './prologue';

/** Exit codes of the program. */
const enum Verdict {
  Valid = 0,
  Invalid = 1,
  Unknown = 2,
}

// @ts-ignore: decorator
@lazy const OUTPUT_ROOT: usize = memory.data(32, 8);

/** The module's entry: ends by `exit`. */
export function main(): void {
  const boot = readBootInfo();
  info('Bootstrapped')
    .hash('l1Head', boot.l1Head)
    .hash('agreed', boot.agreedOutputRoot)
    .hash('claim', boot.claimedOutputRoot)
    .number('block', boot.claimedBlockNumber)
    .number('chain', boot.chainId)
    .end();
  const config = prepare(boot);
  const agreed = agreedBlock(boot);
  compareNumbers(boot, config, agreed);

  const builder = new ExecutorBuilder(config, boot.claimedBlockNumber);
  const derived = derive(config, boot.l1Head, agreed, boot.claimedBlockNumber, builder);
  const failure = derived.failure;
  if (failure !== null) {
    error('Derivation failed').text('err', failure.message).end();
    exit(Verdict.Unknown);
  }

  const head = derived.value.claimed;
  builder.outputRoot(head, OUTPUT_ROOT);
  conclude(boot, head.hash, head.number, OUTPUT_ROOT);
}

/**
 * Ends the program where the agreed block, with the 32-byte hash at `agreed`, decides the claim already: a claim about an
 * older block is wrong, and one about that block is right if it is the agreed output root (kona: single.rs). The Go program
 * would look up the older block's root.
 */
function compareNumbers(boot: BootInfo, config: RollupConfig, agreed: usize): void {
  const number = readL2Header(agreed).number;
  if (number < config.genesisL2.number) {
    throw new Error(
      `the agreed output root is of block ${number.toString()} of the legacy chain, which Bedrock follows with block ${config.genesisL2.number.toString()}`,
    );
  }
  if (boot.claimedBlockNumber > number) return;
  if (boot.claimedBlockNumber == number) {
    conclude(boot, agreed, number, boot.agreedOutputRoot);
  }
  error('Claim is invalid').hash('claimed', boot.claimedOutputRoot).hash('agreed', boot.agreedOutputRoot).end();
  print(`${claimIsWrong(boot)}, but that block is older than the agreed one, #${number.toString()}`);
  exit(Verdict.Invalid);
}

/** Compares the claim with `output`, the 32-byte root of block `number` with the hash at `head`, and ends the program. */
function conclude(boot: BootInfo, head: usize, number: u64, output: usize): void {
  info('Validating claim')
    .blockId('head', head, number)
    .hash('output', output)
    .hash('claim', boot.claimedOutputRoot)
    .end();
  if (equal32(output, boot.claimedOutputRoot)) {
    info('Claim successfully verified').end();
    print(`Successfully validated L2 block #${boot.claimedBlockNumber.toString()} with output root ${hex32(output)}`);
    exit(Verdict.Valid);
  }
  error('Claim is invalid').hash('claimed', boot.claimedOutputRoot).hash('derived', output).end();
  print(
    number == boot.claimedBlockNumber
      ? `${claimIsWrong(boot)}, derived ${hex32(output)}`
      : `${claimIsWrong(boot)}, but L1 up to the given head holds the chain only up to block #${number.toString()}, with output root ${hex32(output)}`,
  );
  exit(Verdict.Invalid);
}

function claimIsWrong(boot: BootInfo): string {
  return `The claim for L2 block #${boot.claimedBlockNumber.toString()} is wrong: claimed output root ${hex32(boot.claimedOutputRoot)}`;
}
