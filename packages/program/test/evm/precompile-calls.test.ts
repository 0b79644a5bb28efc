// Calls of precompiles in every way that there is, out of a seed, as @ethereumjs/evm has them: by each instruction and by the transaction,
// with value and without, by way of an account that is delegated to one, with inputs of odd lengths, in forks that lack it, and with gas
// around what it costs, given by the caller and left by the rule of 63 64ths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sha256 } from '@noble/hashes/sha2.js';
import { assemble } from './assembler.js';
import { compare, CONTRACT } from './compare.js';
import { FORK, type Outcome, random } from './module.js';
import { precompileInput } from './random-state-test.js';

const SEED = BigInt(process.env.PRECOMPILE_CALLS_SEED ?? 1);
const COUNT = Number(process.env.PRECOMPILE_CALLS ?? 60);
const DELEGATED = `0x${'de'.repeat(20)}`;
const MOST_GAS = 3_000_000n;

type Random = ReturnType<typeof random>;

const at = (address: number): string => `0x${address.toString(16).padStart(40, '0')}`;
const named = (object: Readonly<Record<string, number>>, value: number): string =>
  Object.keys(object).find((name) => object[name] === value) ?? '';

/** The point evaluation of the polynomial that is nothing, which is nothing everywhere (EIP-4844). */
function evaluation(next: Random): Uint8Array {
  const point = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0 : next.below(256)));
  const [infinity, nothing] = [Buffer.concat([Buffer.of(0xc0), Buffer.alloc(47)]), new Uint8Array(32)];
  const versioned = Buffer.concat([Buffer.of(1), sha256(infinity).subarray(1)]);
  return Uint8Array.from(Buffer.concat([versioned, point, nothing, infinity, infinity]));
}

/** An input that is well-formed, or was. */
function input(next: Random, address: number): Uint8Array {
  const whole = address === 10 ? evaluation(next) : precompileInput(next, address);
  switch (next.below(8)) {
    case 0:
      return whole.subarray(0, next.below(whole.length + 1));
    case 1:
      return Uint8Array.from([...whole, ...new Uint8Array(1 + next.below(70))]);
    case 2: {
      const changed = Uint8Array.from(whole);
      if (changed.length > 0) changed[next.below(changed.length)] = next.below(256);
      return changed;
    }
    case 3:
      return new Uint8Array(next.below(400));
    default:
      return whole;
  }
}

interface Call {
  readonly how: 'CALL' | 'CALLCODE' | 'DELEGATECALL' | 'STATICCALL';
  readonly to: string;
  readonly value: bigint;
  /** undefined: all that there is. */
  readonly gas: bigint | undefined;
  readonly output: number;
}

/** Calls with the input that it is called with, and keeps what it sees: whether it went well, gas, length and hash of what came back, memory. */
function caller({ how, to, value, gas, output }: Call): Uint8Array {
  const hasValue = how === 'CALL' || how === 'CALLCODE';
  return assemble(
    `CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH ${output} PUSH 5 CALLDATASIZE PUSH 0
     ${hasValue ? `PUSH ${value}` : ''} PUSH ${BigInt(to)} ${gas === undefined ? 'GAS' : `PUSH ${gas}`} GAS PUSH 9 SSTORE ${how}
     PUSH 0 SSTORE GAS PUSH 1 SSTORE RETURNDATASIZE PUSH 2 SSTORE
     MSIZE PUSH 0 KECCAK256 PUSH 3 SSTORE RETURNDATASIZE PUSH 0 PUSH 0 RETURNDATACOPY
     RETURNDATASIZE PUSH 0 KECCAK256 PUSH 4 SSTORE PUSH ${BigInt(to)} BALANCE PUSH 5 SSTORE
     PUSH ${BigInt(to)} EXTCODEHASH PUSH 6 SSTORE PUSH ${BigInt(to)} EXTCODESIZE PUSH 7 SSTORE`,
  );
}

async function one(seed: bigint): Promise<void> {
  const next = random(seed * 0x9e3779b97f4a7c15n + 1n);
  const fork = [FORK.canyon, FORK.ecotone, FORK.isthmus, FORK.karst][next.below(4)] ?? FORK.karst;
  // From Fjord on there is P256VERIFY, which Ethereum has since Osaka.
  const address = next.below(fork === FORK.karst ? 20 : 19) + 1;
  const number = address === 20 ? 0x100 : address;
  const data = input(next, number);
  const how = (['CALL', 'CALLCODE', 'DELEGATECALL', 'STATICCALL'] as const)[next.below(4)] ?? 'CALL';
  const isDelegated = fork >= FORK.isthmus && next.below(4) === 0;
  const value = [0n, 0n, 1n, 1_000n, 10n ** 19n][next.below(5)] ?? 0n;
  const to = isDelegated ? DELEGATED : at(number);
  const world = {
    [DELEGATED]: { balance: 5n, code: isDelegated ? assemble(`0xef0100${at(number).slice(2)}`) : new Uint8Array() },
    ...(next.below(3) === 0 ? { [at(number)]: { balance: 7n } } : {}),
  };
  const what = (more: string): string =>
    `seed ${seed}: ${named(FORK, fork)}, ${how} of ${to} with ${value} and ${Buffer.from(data).toString('hex')}, ${more}`;
  const direct = (gas: bigint): Promise<Outcome> =>
    compare(
      what(`directly, ${gas} gas`),
      world,
      { to, input: data, value: value > 1_000n ? 0n : value, gas },
      { fork },
    );
  const byContract = (gas: bigint | undefined, all: bigint): Promise<Outcome> => {
    const code = caller({ how, to, value, gas, output: next.below(100) });
    const here = { ...world, [CONTRACT]: { balance: 2_000n, code } };
    return compare(
      what(`by a contract with ${gas ?? 'all'} of ${all} gas`),
      here,
      { to: CONTRACT, input: data, gas: all },
      { fork },
    );
  };
  const { success, gasLeft } = await direct(MOST_GAS);
  const cost = success ? MOST_GAS - gasLeft : 0n;
  for (const gas of [cost - 1n, cost, cost + 1n]) if (gas >= 0n) await direct(gas);
  for (const gas of [0n, cost - 2_301n, cost - 2_300n, cost - 1n, cost, cost + 1n, undefined])
    if (gas === undefined || gas >= 0n) await byContract(gas, MOST_GAS);
  // The 64th that stays behind decides at one of these: what comes before the call takes some ten thousands.
  for (let i = 0; i < 6; i++) await byContract(undefined, (cost * 64n) / 63n + 22_000n + BigInt(next.below(12_000)));
}

test(`calls of precompiles in every way, as @ethereumjs/evm has them, seeds ${SEED} to ${SEED + BigInt(COUNT) - 1n}`, async () => {
  assert.ok(COUNT > 0);
  for (let i = 0; i < COUNT; i++) await one(SEED + BigInt(i));
});
