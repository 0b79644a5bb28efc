// Runs the same message in our EVM and in @ethereumjs/evm and compares all that either can be asked for.
import assert from 'node:assert/strict';
import { Hardfork } from '@ethereumjs/common';
import { BLOCK, FORK, instantiate, type Block, type Outcome } from './module.js';
import { runReference, type World } from './reference.js';

export const CALLER = `0x${'aa'.repeat(20)}`;
export const CONTRACT = `0x${'cc'.repeat(20)}`;

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

const module = instantiate();

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
  module.reset();
  module.setBlock(full);
  module.setTransaction(CALLER, 9n);
  for (const [address, { nonce = 0n, balance = 0n, code = new Uint8Array(), storage = {} }] of Object.entries(all)) {
    module.putAccount(address, nonce, balance, code);
    for (const [key, word] of Object.entries(storage)) module.putSlot(address, BigInt(key), word);
  }
  module.warm(CALLER);
  if (to !== undefined) module.warm(to);
  const ours = to === undefined ? module.create(CALLER, value, input, gas) : module.call(CALLER, to, value, input, gas);
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
  if (!ours.success) return ours;
  assert.equal(ours.refund, theirs.refund, `${what}: refund`);
  assert.deepEqual(ours.logs, theirs.logs, `${what}: logs`);
  for (const [address, account] of ours.accounts) {
    const empty = account.nonce === 0n && account.balance === 0n && account.code === '0x';
    const expected = await theirs.account(address);
    if (expected === undefined) {
      assert.ok(empty, `${what}: account ${address} should not exist`);
      continue;
    }
    assert.equal(account.nonce, expected.nonce, `${what}: nonce of ${address}`);
    assert.equal(account.balance, expected.balance, `${what}: balance of ${address}`);
    assert.equal(account.code, expected.code, `${what}: code of ${address}`);
    assert.equal(account.destroyed, theirs.destroyed.has(address), `${what}: self-destruction of ${address}`);
    for (const [key, slot] of account.storage) {
      assert.equal(slot, await theirs.slot(address, key), `${what}: slot ${key} of ${address}`);
    }
  }
  return ours;
}
