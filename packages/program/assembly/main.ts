// The fault-proof program (specs: fault-proof/index.md#fault-proof-program): prologue, derivation with execution, epilogue.
import { exit } from './abi';
import { readBootInfo } from './boot';
import { equal32 } from './bytes';
import { loadConfig } from './config/load';
import { derive, readOutput } from './derivation/driver';
import { ExecutorBuilder } from './derivation/executor-builder';
import { L2Block } from './derivation/l2-block';
import { error, hex32, info, print } from './log';

/** Exit codes of the program. */
const enum Verdict {
  Valid = 0,
  Invalid = 1,
  Unknown = 2,
}

/** Where the agreed output keeps its block's hash: version, state root, storage root, block hash, 32 bytes each. */
// @ts-ignore: decorator
@inline
const OUTPUT_BLOCK_HASH: u32 = 96;

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
  const config = loadConfig(boot.chainId);
  const builder = new ExecutorBuilder(config, boot.claimedBlockNumber);

  const agreed = readOutput(boot.agreedOutputRoot);
  const derived = derive(config, boot.l1Head, agreed.at(OUTPUT_BLOCK_HASH, 32), boot.claimedBlockNumber, builder);
  const failure = derived.failure;
  if (failure !== null) {
    error('Derivation failed').text('err', failure.message).end();
    exit(Verdict.Unknown);
  }

  const head = derived.value.claimed;
  builder.outputRoot(head, OUTPUT_ROOT);
  info('Validating claim')
    .blockId('head', head.hash, head.number)
    .hash('output', OUTPUT_ROOT)
    .hash('claim', boot.claimedOutputRoot)
    .end();
  if (equal32(OUTPUT_ROOT, boot.claimedOutputRoot)) {
    info('Claim successfully verified').end();
    print(
      `Successfully validated L2 block #${boot.claimedBlockNumber.toString()} with output root ${hex32(OUTPUT_ROOT)}`,
    );
    exit(Verdict.Valid);
  }
  refuse(boot.claimedBlockNumber, boot.claimedOutputRoot, head);
}

/** Says what was claimed and what was derived instead. */
function refuse(number: u64, claim: usize, head: L2Block): void {
  error('Claim is invalid').hash('claimed', claim).hash('derived', OUTPUT_ROOT).end();
  const claimed = `The claim for L2 block #${number.toString()} is wrong: claimed output root ${hex32(claim)}`;
  print(
    head.number == number
      ? `${claimed}, derived ${hex32(OUTPUT_ROOT)}`
      : `${claimed}, but L1 up to the given head holds the chain only up to block #${head.number.toString()}, with output root ${hex32(OUTPUT_ROOT)}`,
  );
  exit(Verdict.Invalid);
}
