// Neighbours of the kinds in attacks.ts: inputs that shrink or take turns, creations that fail, delegations in a chain, what is
// undone at depth, over and over.
import { fromHex } from '../execution/module.js';
import { deposit } from '../execution/world.js';
import {
  type Attack, CALL_TOP, codesFor, counting, distinct, growing, HELPER, isAsked, manyCodes, MANY, number, push, setWord, target,
  TARGET, whileGas, withFilled,
} from './attack-code.js'; // prettier-ignore
import type { ForkName } from './hostile-chain.js';
import type { MadeUpAccount } from './made-up-state.js';

/** An ECRECOVER's v, r and s in memory. */
const signature = setWord(32, '1c'.padStart(64, '0')) + setWord(64, '01') + setWord(96, '01');

/** Precompiles whose input is any number of pieces of that size, and the gas of a piece. */
const pieces: readonly { name: string; address: number; size: number; gas: number; fork: ForkName; memory?: string }[] =
  [
    { name: 'ECRECOVER', address: 1, size: 32, gas: 1_000, fork: 'fjord', memory: signature },
    { name: 'bn254 pairings', address: 8, size: 192, gas: 40_000, fork: 'fjord' },
    { name: 'BLS12-381 G1 sums', address: 12, size: 160, gas: 12_000, fork: 'isthmus' },
    { name: 'BLS12-381 G2 sums', address: 14, size: 288, gas: 22_500, fork: 'isthmus' },
    { name: 'BLS12-381 pairings', address: 15, size: 384, gas: 40_000, fork: 'isthmus' },
  ];

/** Calls the precompile with the input's size that `size` leaves on the stack, below which the counter lies third. */
const sized = (address: number, size: string, fork: ForkName, memory = ''): Attack =>
  target(counting(60_000, `5f5f${size}5f${push(address, 2)}5afa50`, memory + push(1, 1)), {
    asks: isAsked(address),
    fork,
  });

/** Counts down from `most` pieces, and again. */
const shrinking = (most: number, size: number): string => `8219${push(most, 3)}9006${push(1, 1)}01${push(size, 2)}02`;

/** Is one piece, and `most` to 3 more, in turn. */
const alternating = (most: number, size: number): string =>
  `82${push(1, 1)}1c${push(3, 1)}16${push(most + 3, 3)}0383${push(1, 1)}1602${push(1, 1)}01${push(size, 2)}02`;

/** Calls HELPER with that gas, over and over. */
const calling = (gas: number, code: string, more: Partial<Attack> = {}): Attack =>
  target(whileGas(gas + 60_000, `5f5f5f5f5f${push(0xbeef, 2)}${push(gas, 4)}f150`), {
    ...more,
    accounts: { [HELPER]: { code: fromHex(code), balance: 1n << 100n }, ...more.accounts },
  });

/** Creations of 49,152 bytes of init code, which begins with `begin` and holds `fill` besides, each in a call with gas of its own. */
const failing = (gas: number, begin: string, fill: string, op = 'f0'): Attack =>
  calling(gas, withFilled(49_152, fill, `${setWord(0, begin)}${op === 'f5' ? '5a' : ''}${push(49_152, 3)}5f5f${op}00`));

/** HELPER does `body` at each depth, calls itself, and undoes it all. */
const undone = (body: string, more: Partial<Attack> = {}): Attack =>
  calling(1_000_000, `${body}5f5f5f5f5f305af1505f5ffd`, more);

const delegation = (to: number): MadeUpAccount => ({ code: fromHex(`ef0100${number(to, 20)}`) });

/** By name, for a block of that gas. */
export const neighbourAttacks: Readonly<Record<string, (gas: number) => Attack>> = {
  ...Object.fromEntries(
    pieces.flatMap(({ name, address, size, gas: each, fork, memory }) => {
      const most = (gas: number): number => Math.min(2_000, Math.ceil(gas / 20 / each));
      return [
        [`${name} that shrink`, (gas: number) => sized(address, shrinking(most(gas), size), fork, memory)],
        [
          `${name}, short and long in turn`,
          (gas: number) => sized(address, alternating(most(gas), size), fork, memory),
        ],
      ];
    }),
  ),
  'ECRECOVER of distinct hashes': () => distinct(1, 128, 0, 3_000, 'fjord', signature),
  'point evaluations of the wrong length': () => growing(10, 192, { fork: 'ecotone', asks: false }),
  'BLS12-381 maps of the wrong length': () => growing(16, 64, { fork: 'isthmus', asks: false }),
  'P256VERIFY with inputs that grow': () => sized(256, `82${push(32, 1)}02`, 'jovian'),
  'BLAKE2F of the wrong length': () => sized(9, `82${push(213, 1)}02`, 'jovian'),
  'creations of PUSH32 that revert': () => failing(100_000, '5f5ffd', '7f'),
  'creations of PUSH1 that overflow the stack': () => failing(100_000, '60'.repeat(32), '60'),
  'creations that jump into push data at their end': () => failing(100_000, '61bffe56', '5b60'),
  'creations that run out of gas': () => failing(400_000, '5b5f56', '5b'),
  'creations that are invalid at once': () => failing(100_000, 'fe', '5b'),
  'CREATE2 of JUMPDESTs that lack stack': () => failing(150_000, '5b5b5b50', '5b', 'f5'),
  'creations of a code that begins with EF': () =>
    calling(100_000, `${setWord(0, '60ef5f5360015ff3')}${push(8, 1)}5f5ff000`),
  'creations of codes that are too long': () => calling(400_000, `${setWord(0, '6160015ff3')}${push(8, 1)}5f5ff000`),
  'creations whose deposit of code is not paid': () =>
    calling(200_000, `${setWord(0, '6130005ff3')}${push(8, 1)}5f5ff000`),
  'CREATE2 to the same address again': () => calling(100_000, `5f5f5f5ff5505f5f5f5ff55000`),
  'creations that are destroyed, in a transaction each': (gas) => ({
    fork: 'canyon',
    ...target(`${setWord(0, '30ff')}5f${push(2, 1)}5f5ff500`),
    transactions: () =>
      Array.from({ length: Math.floor(gas / 100_000) }, () =>
        deposit({ from: 'aa'.repeat(20), to: TARGET, gas: 100_000n, data: new Uint8Array(0) }),
      ),
  }),
  'transient storage undone at depth': () => undone('5a805d'.repeat(100)),
  'storage undone at depth': () => undone('5a5a55'.repeat(3)),
  'logs undone at depth': () => undone(`${push(0, 1)}${push(0, 1)}a0`.repeat(50)),
  'cold accounts undone at depth': () => undone('5a3150'.repeat(8), { levels: 8 }),
  'cold slots undone at depth': () =>
    undone('5a5450'.repeat(8), {
      levels: 8,
      accounts: { [HELPER]: { code: fromHex(`${'5a5450'.repeat(8)}5f5f5f5f5f305af1505f5ffd`), hasStorage: true } },
    }),
  'transfers undone at depth': () => undone(`${`5f5f5f5f${push(1, 1)}5a5af150`.repeat(2)}`),
  'transient storage undone over and over': () => calling(1_000_000, counting(3_000, '80805d', push(0, 1), '5f5ffd')),
  'memory undone over and over': () => calling(1_000_000, `${push(500_000, 4)}51505f5ffd`),
  'delegations in a chain': (gas) => {
    const count = Math.min(20_000, Math.ceil(gas / 2600));
    const accounts = Object.fromEntries(
      Array.from({ length: count }, (_, i) => [number(MANY + i, 20), delegation(MANY + ((i + 1) % count))]),
    );
    return target(counting(60_000, `5f5f5f5f84${push(1_000, 2)}fa50`, push(MANY, 4)), {
      levels: 6,
      accounts,
      fork: 'isthmus',
    });
  },
  'delegations in a circle': () =>
    target(counting(60_000, `5f5f5f5f84${push(1, 1)}16${push(MANY, 4)}01${push(1_000, 2)}fa50`), {
      accounts: { [number(MANY, 20)]: delegation(MANY + 1), [number(MANY + 1, 20)]: delegation(MANY) },
      fork: 'isthmus',
    }),
  'codes and their hashes by delegation': (gas) => {
    const count = Math.min(8_000, Math.ceil(gas / 5200));
    const accounts = manyCodes(count);
    for (let i = 0; i < count; i++) accounts[number(2 * MANY + i, 20)] = delegation(MANY + i);
    return target(counting(60_000, `${push(23, 1)}5f5f833c803f50${CALL_TOP}`, push(2 * MANY, 4)), {
      levels: 6,
      accounts,
      fork: 'isthmus',
    });
  },
  'DELEGATECALL of many codes': (gas) =>
    target(counting(60_000, '5f5f5f5f845af450', push(MANY, 4)), { levels: 6, accounts: manyCodes(codesFor(gas)) }),
  'CALLCODE of many codes': (gas) =>
    target(counting(60_000, '5f5f5f5f5f855af250', push(MANY, 4)), { levels: 6, accounts: manyCodes(codesFor(gas)) }),
  'copies of 300,000 bytes within memory': () =>
    target(whileGas(60_000, `${push(300_000, 4)}5f${push(1, 1)}5e`, `5f${push(300_000, 4)}52`), { fork: 'ecotone' }),
  'copies of call data from far behind its end': () => target(whileGas(200_000, `${push(100_000, 4)}5f195f37`)),
  'hashes of memory that grow': () => target(counting(60_000, `805f2050${push(31, 1)}01`)),
  'transfers to and fro': () => calling(60_000, '5f5f5f5f47335af100'),
};
