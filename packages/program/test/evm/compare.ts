// Runs the same message in our EVM and in @ethereumjs/evm and compares all that either can be asked for.
import assert from 'node:assert/strict';
import { Hardfork } from '@ethereumjs/common';
import { BLOCK, FORK, instantiate, type Block, type Outcome } from './module.js';
import { AnswerTakesTime, precompileOracle } from './precompile-oracle.js';
import { runReference, type World } from './reference.js';

export const CALLER = `0x${'aa'.repeat(20)}`;
export const CONTRACT = `0x${'cc'.repeat(20)}`;

// The persistent region of an instance only grows.
const oracle = await precompileOracle();
let module = instantiate(oracle);
let uses = 0;

/** Payloads of the precompile hints that our EVM sent. */
export const asked: string[] = oracle.asked;

export interface Message {
  to?: string;
  value?: bigint;
  input?: Uint8Array;
  gas?: bigint;
}

const HARDFORK: Record<number, Hardfork> = {
  [FORK.bedrock]: Hardfork.Paris,
  [FORK.canyon]: Hardfork.Shanghai,
  [FORK.ecotone]: Hardfork.Cancun,
  [FORK.isthmus]: Hardfork.Prague,
  [FORK.karst]: Hardfork.Osaka,
};

/** Our outcome, after it was found equal to the reference's; `what` names the case where they differ. */
export async function compare(
  what: string,
  world: World,
  message: Message,
  block: Partial<Block> = {},
): Promise<Outcome> {
  const full = { ...BLOCK, ...block };
  const hardfork = HARDFORK[full.fork];
  if (hardfork === undefined) throw new Error(`no Ethereum hardfork has the rules of fork ${full.fork}`);
  const value = message.value ?? 0n;
  const input = message.input ?? new Uint8Array();
  const gas = message.gas ?? 1_000_000n;
  const all: World = { [CALLER]: { balance: 10n ** 18n, nonce: 5n }, ...world };
  const to = message.to;
  if (++uses % 3000 === 0) module = instantiate(oracle);
  const run = (): Outcome => {
    module.reset();
    module.setBlock(full);
    module.setTransaction(CALLER, 9n);
    for (const [address, { nonce = 0n, balance = 0n, code = new Uint8Array(), storage = {} }] of Object.entries(all)) {
      module.putAccount(address, nonce, balance, code);
      for (const [key, word] of Object.entries(storage)) module.putSlot(address, BigInt(key), word);
    }
    module.begin();
    module.warm(CALLER);
    if (to !== undefined) module.warm(to);
    return to === undefined ? module.create(CALLER, value, input, gas) : module.call(CALLER, to, value, input, gas);
  };
  const ours = await untilAnswered(run);
  const theirs = await runReference(hardfork, full, all, {
    caller: CALLER,
    ...(to === undefined ? {} : { to }),
    value,
    input,
    gas,
  });
  assert.equal(ours.success, theirs.success, `${what}: success (failure ${ours.failure})`);
  assert.equal(ours.gasLeft, theirs.gasLeft, `${what}: gas left (failure ${ours.failure})`);
  if (to !== undefined || !ours.success) assert.equal(ours.output, theirs.output, `${what}: output`);
  if (ours.success && to === undefined) assert.equal(ours.created, theirs.created, `${what}: created address`);
  if (ours.success) {
    assert.equal(ours.refund, theirs.refund, `${what}: refund`);
    assert.deepEqual(ours.logs, theirs.logs, `${what}: logs`);
  }
  module.end();
  for (const [address, { storage, ...account }] of theirs.accounts) {
    assert.deepEqual(module.account(address), account, `${what}: account ${address}`);
    for (const [key, slot] of storage) {
      assert.equal(module.slot(address, key), slot, `${what}: slot ${key} of ${address}`);
    }
  }
  for (const address of [...Object.keys(all), ...(ours.created === '' ? [] : [ours.created])]) {
    if (!theirs.accounts.has(address)) {
      assert.equal(module.account(address), undefined, `${what}: account ${address} should be gone`);
    }
  }
  return ours;
}

/** The outcome of `run`, which is repeated for each question that takes time to answer. */
async function untilAnswered(run: () => Outcome): Promise<Outcome> {
  for (;;) {
    try {
      return run();
    } catch (error) {
      if (!(error instanceof AnswerTakesTime)) throw error;
      await error.there;
      module = instantiate(oracle);
    }
  }
}
