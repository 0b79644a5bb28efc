// Blocks of contracts that take as much of the client's memory as their gas can pay for: a kind for each structure that
// execution keeps (docs/limits.md). Most are loops that end shortly before their gas does.
import { fromHex } from '../execution/module.js';
import { deposit, integer, signed } from '../execution/world.js';
import {
  type Attack, CALL_TOP, codesFor, counting, creations, distinct, evaluated, fees, funded, growing, HELPER, INFINITY,
  jumpingInitCodes, longInitCodes, MANY, manyCodes, nestedCreations, number, passing, push, setWord, SPARSE, TARGET, target, whileGas, withAccessList,
} from './attack-code.js'; // prettier-ignore
import { neighbourAttacks } from './neighbour-attacks.js';
import type { MadeUpAccount } from './made-up-state.js';

export { GENESIS, type Attack, transactionsOf } from './attack-code.js';

/**
 * What `body` does with an address on top of the stack, for those of that many codes, in turn: once upwards, then downwards, so that
 * what was read last is wanted last.
 */
const inTurn = (count: number, body: string, accounts = manyCodes(count)): Attack => {
  const upwards = `80${push(count, 2)}9006`;
  // Beyond the first round: count - 1 - the place in the round.
  const downwards = `80${push(1, 1)}1b${push(count - 1, 2)}03${push(count - 1, 2)}83110201`;
  return target(counting(60_000, `${upwards}${downwards}${push(MANY, 4)}01${body}50`), { levels: SPARSE, accounts });
};

/** Codes that jump to a JUMPDEST shortly before their end. */
const jumpingCodes = (count: number): Record<string, MadeUpAccount> => manyCodes(count, () => `${push(24_570, 2)}56`);

/** By name, for a block of that gas. */
export const attacks: Readonly<Record<string, (gas: number) => Attack>> = {
  'ecrecover with inputs that grow by a byte': () =>
    target(
      counting(
        60_000,
        `5f5f825f${push(1, 1)}5afa50`,
        `${push(27, 1)}${push(63, 1)}53${push(1, 1)}${push(95, 1)}53${push(1, 1)}${push(127, 1)}53${push(400_000, 4)}`,
      ),
      { asks: true },
    ),
  'identity with outputs that grow': () =>
    target(counting(60_000, `5f5f825f${push(4, 1)}5afa50${push(31, 1)}01`, push(300_000, 4))),
  'inputs of SHA-256 that grow': () => growing(2, 31),
  'inputs of RIPEMD-160 that grow': () => growing(3, 31),
  'inputs of IDENTITY that grow': () => growing(4, 31),
  // Base and exponent of no bytes; the modulus, all zeros, begins behind their lengths.
  'moduli that grow': () =>
    target(counting(60_000, `80${push(64, 1)}525f5f${push(97, 1)}5f${push(5, 1)}5afa50${push(30, 1)}01`), {
      fork: 'jovian',
    }),
  'exponents that grow': () =>
    target(
      counting(
        60_000,
        `80${push(32, 1)}52805f5f82${push(97, 1)}015f${push(5, 1)}5afa5050${push(30, 1)}01`,
        `${push(1, 1)}${push(64, 1)}52${push(0, 1)}`,
      ),
      { fork: 'jovian' },
    ),
  'bn254 pairings with inputs that grow': () => growing(8, 192, { fork: 'fjord' }),
  'point evaluations that fail': () =>
    distinct(10, 192, 64, 50_000, 'ecotone', evaluated + setWord(32, 'f'.repeat(64))),
  'point evaluations that succeed': () =>
    distinct(10, 192, 32, 50_000, 'ecotone', evaluated + setWord(144, INFINITY.slice(0, 64))),
  'BLS12-381 G1 additions': () => distinct(11, 256, 32, 375, 'isthmus'),
  'BLS12-381 G1 sums that grow': () => growing(12, 160, { fork: 'isthmus' }),
  'BLS12-381 G2 additions': () => distinct(13, 512, 32, 600, 'isthmus'),
  'BLS12-381 G2 sums that grow': () => growing(14, 288, { fork: 'isthmus' }),
  'BLS12-381 pairings that grow': () => growing(15, 384, { fork: 'isthmus' }),
  'BLS12-381 maps to G1': () => distinct(16, 64, 0, 5_500, 'isthmus'),
  'BLS12-381 maps to G2': () => distinct(17, 128, 0, 23_800, 'isthmus'),
  'call data that grow': () => passing('365f5f3700'),
  'call data that grow, of nobody': () => passing(''),
  'outputs that grow': () => passing('365ff3'),
  'reverts that grow': () => passing('365ffd'),
  'copies of return data that grow': () => passing('365ff3', '3d5f5f3e'),
  'copies of a code that grow': () =>
    target(counting(60_000, `805f5f${push(MANY, 4)}3c${push(30, 1)}01`), { accounts: manyCodes(1) }),
  'CREATE2 with distinct salts': () => target(counting(60_000, '805f5f5ff550')),
  'creations with init codes that grow': () => target(counting(60_000, '805f5ff050')),
  // The init code returns as many zeros as it has bytes.
  'creations of codes that grow': () => target(counting(60_000, '805f5ff050', `${setWord(0, '385ff3')}${push(3, 1)}`)),
  // Each destroys itself in favour of another account.
  'creations that are destroyed': () =>
    target(counting(60_000, `${push(2, 1)}5f5ff050`, `${setWord(0, '5aff')}${push(0, 1)}`)),
  'accounts that destroy themselves': (gas) =>
    target(counting(60_000, '5f5f5f5f5f855af150', push(MANY, 4)), {
      fork: 'canyon',
      levels: SPARSE,
      accounts: manyCodes(Math.min(40_000, Math.ceil(gas / 7600)), () => '5aff', 8),
    }),
  'creations of 49,152 JUMPDESTs': () => target(creations()),
  'creations within creations': () => target(nestedCreations(), { nests: true }),
  // Words w cost 3w + w²/512 gas once: three quarters of all.
  'long init codes before Canyon': (gas) =>
    target(longInitCodes(Math.floor(256 * (Math.sqrt(9 + (0.75 * gas) / 128) - 3)), '00'), { fork: 'regolith' }),
  ...Object.fromEntries(
    Object.entries({
      STOP: '00',
      JUMPDEST: '5b',
      PUSH1: '605b',
      'PUSH1 and JUMPDEST': '5b605b',
      'JUMPDEST and PUSH2': '615b5b5b',
      PUSH5: '64' + '5b'.repeat(5),
      PUSH6: '65' + '5b'.repeat(6),
      PUSH32: '7f' + '5b'.repeat(32),
    }).map(([what, instruction]): [string, (gas: number) => Attack] => [
      `jumps past ${what} in long init codes before Canyon`,
      (gas) => target(jumpingInitCodes(gas, instruction), { fork: 'regolith' }),
    ]),
  ),
  // Each copies itself to its memory and creates itself: what takes most memory of all where there is no limit.
  'long init codes before Canyon, one within another': (gas) =>
    target(longInitCodes(Math.max(1600, Math.floor(1.5 * Math.sqrt(gas))), '3860006000393860006000f000'), {
      fork: 'regolith',
      nests: true,
    }),
  'calls of many codes': (gas) =>
    target(counting(60_000, CALL_TOP, push(MANY, 4)), { levels: SPARSE, accounts: manyCodes(codesFor(gas)) }),
  'sizes of many codes': (gas) =>
    target(counting(60_000, '803b50', push(MANY, 4)), { levels: SPARSE, accounts: manyCodes(codesFor(gas)) }),
  'copies of many codes': (gas) =>
    target(counting(60_000, `${push(1, 1)}5f5f833c`, push(MANY, 4)), {
      levels: SPARSE,
      accounts: manyCodes(codesFor(gas)),
    }),
  'calls of 1,200 codes in turn': () => inTurn(1_200, CALL_TOP),
  // More than are kept: each is read again though it is warm.
  'calls of 9,000 codes in turn': () => inTurn(9_000, CALL_TOP),
  'sizes of 9,000 codes in turn': () => inTurn(9_000, '803b50'),
  'jumps to the end of 9,000 codes in turn': () => inTurn(9_000, CALL_TOP, jumpingCodes(9_000)),
  'jumps to the end of many codes': (gas) =>
    target(counting(60_000, CALL_TOP, push(MANY, 4)), { levels: SPARSE, accounts: jumpingCodes(codesFor(gas)) }),
  'codes that call the next one': (gas) => {
    const count = Math.min(1_024, codesFor(gas));
    return target(`5f5f5f5f${push(MANY, 4)}5afa00`, {
      nests: true,
      levels: SPARSE,
      accounts: manyCodes(count, (i) => `5f5f5f5f${push(MANY + i + 1, 4)}5afa`),
    });
  },
  'delegated accounts': (gas) => {
    const accounts: Record<string, MadeUpAccount> = {};
    for (let i = 0; i < codesFor(gas); i++)
      accounts[number(MANY + i, 20)] = { code: fromHex(`ef0100${number(2 * MANY + i, 20)}`) };
    return target(counting(60_000, CALL_TOP, push(MANY, 4)), { levels: SPARSE, accounts, fork: 'isthmus' });
  },
  'delegated accounts with codes of 24 KB': (gas) => {
    const count = Math.min(8_000, Math.ceil(gas / 5200));
    const accounts = manyCodes(count);
    for (let i = 0; i < count; i++)
      accounts[number(2 * MANY + i, 20)] = { code: fromHex(`ef0100${number(MANY + i, 20)}`) };
    return target(counting(60_000, CALL_TOP, push(2 * MANY, 4)), { levels: SPARSE, accounts, fork: 'isthmus' });
  },
  'block hashes': () => target(counting(5_000, `80${push(255, 1)}16430340500`.slice(0, -1))),
  'TSTORE of distinct keys': () => target(counting(5_000, '80805d')),
  'TSTORE of distinct keys, undone': () =>
    target(`5f5f5f5f5f${push(0xbeef, 2)}5af100`, {
      accounts: { [HELPER]: { code: fromHex(counting(5_000, '80805d', push(0, 1), '5f5ffd')) } },
    }),
  'TSTORE of one key': () => target(whileGas(5_000, '5a5f5d')),
  'TLOAD of distinct keys': () => target(counting(5_000, '805c50')),
  'SLOAD of distinct slots': () => target(counting(5_000, '805450')),
  'SLOAD in a deep storage': (gas) => target(counting(5_000, '805450'), { levels: 8, slots: Math.ceil(gas / 2100) }),
  'SSTORE of new slots': () => target(counting(60_000, '808055', push(1, 1))),
  'SSTORE in a deep storage': (gas) =>
    target(counting(60_000, `${push(7, 1)}8155`), { levels: 8, slots: Math.ceil(gas / 5000) }),
  'SSTORE of zeros in a deep storage': (gas) =>
    target(counting(60_000, '5f8155'), { levels: 8, slots: Math.ceil(gas / 5000) }),
  'SSTORE to and fro': () => target(whileGas(60_000, `${push(1, 1)}5f555f5f55`)),
  'balances of distinct accounts': () => target(counting(5_000, '803150')),
  'balances in a deep state': () => target(counting(5_000, '803150'), { levels: 8 }),
  'code hashes in a deep state': () => target(counting(5_000, '803f50'), { levels: 8 }),
  'transfers to new accounts': () => target(counting(60_000, '5f5f5f5f6001855ff150', push(MANY, 4))),
  'logs of 100,000 bytes': () => target(whileGas(1_200_000, `${push(100_000, 4)}5fa0`)),
  'logs of nothing': () => target(whileGas(5_000, '5f5fa0')),
  'logs that grow': () => target(counting(60_000, '5f5f5f5f845fa4')),
  'memory at depth': () => target(`${push(400_000, 4)}51505f5f5f5f5f305af100`, { nests: true }),
  'stacks at depth': () => target(`${'5a'.repeat(1000)}5f5f5f5f5f305af100`, { nests: true }),
  'access lists': (gas) => ({
    accounts: funded,
    transactions: () => [withAccessList(gas, Math.floor((gas - 100_000) / 26_000))],
  }),
  authorizations: (gas) => ({
    fork: 'isthmus',
    accounts: funded,
    transactions: () => {
      const none = new Uint8Array(0);
      const list = Array.from({ length: Math.floor((gas - 300_000) / 30_000) }, (_, i) => [
        none,
        fromHex(number(MANY + i, 20)),
        none,
        none,
        integer(BigInt(i + 1)),
        Uint8Array.of(1),
      ]);
      return [signed({ to: TARGET, nonce: 1n, gasLimit: BigInt(gas), ...fees, authorizations: list })];
    },
  }),
  'call data': (gas) => ({
    accounts: funded,
    transactions: () => [
      signed({
        to: TARGET,
        nonce: 1n,
        gasLimit: BigInt(gas),
        ...fees,
        data: new Uint8Array(Math.floor((gas - 100_000) / 4)),
      }),
    ],
  }),
  'creating transactions': (gas) => ({
    accounts: funded,
    transactions: () =>
      Array.from({ length: Math.floor(gas / 54_000) }, (_, i) =>
        deposit({ from: number(MANY + i, 20), gas: 54_000n, data: fromHex('5b') }),
      ),
  }),
  'transactions with an access list each': (gas) => ({
    accounts: funded,
    transactions: () => {
      const each = 21_000 + 20 * 26_000;
      return Array.from({ length: Math.floor((gas - 200_000) / each) }, (_, i) => withAccessList(each, 20, i, 20 * i));
    },
  }),
  'small transactions': (gas) => ({
    accounts: funded,
    transactions: () =>
      Array.from({ length: Math.floor(gas / 21_000) }, (_, i) =>
        deposit({ from: number(MANY + i, 20), to: number(2 * MANY + i, 20), gas: 21_000n }),
      ),
  }),
  ...neighbourAttacks,
};
