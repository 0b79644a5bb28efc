// Blocks of contracts that take as much of the client's memory as their gas can pay for: a kind for each structure that
// execution keeps (docs/limits.md). Most are loops that end shortly before their gas does.
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { forks } from '../execution/blocks.js';
import { fromHex } from '../execution/module.js';
import { CHAIN_ID, deposit, integer, key, sender, sign, signed } from '../execution/world.js';
import type { MadeUpAccount } from './made-up-state.js';

export interface Attack {
  readonly fork?: (typeof forks)[number];
  readonly accounts: Readonly<Record<string, MadeUpAccount>>;
  /** Levels of branches above each account and slot. */
  readonly levels?: number;
  /** Slots 0, 1, … of storages that hold a value. */
  readonly slots?: number;
  /** The block's transactions; a deposit that calls TARGET with all the gas where there are none. */
  readonly transactions?: (gas: number) => Uint8Array[];
}

/** Levels at which hardly two of ten thousand accounts are in each other's way. */
const SPARSE = 6;

export const TARGET = 'c0de'.padStart(40, '0');
const HELPER = 'beef'.padStart(40, '0');
/** Address of the first of many accounts. */
const MANY = 0x10000000;

const number = (value: number, size: number): string => value.toString(16).padStart(size * 2, '0');
/** PUSHn of `value` in `size` bytes. */
const push = (value: number, size: number): string => (0x5f + size).toString(16) + number(value, size);

/** Runs `body` while more than `reserve` gas is left. */
function whileGas(reserve: number, body: string, before = '', end = '00'): string {
  return `${before}5b${body}${push(reserve, 4)}5a11${push(before.length / 2, 3)}57${end}`;
}

/** The same with a counter, which the body finds on top of the stack and leaves there. */
const counting = (reserve: number, body: string, from = push(0, 1), end = '00'): string =>
  whileGas(reserve, `${body}${push(1, 1)}01`, from, end);

const target = (code: string, more: Partial<Attack> = {}): Attack => ({
  ...more,
  accounts: {
    [TARGET]: { code: fromHex(code), balance: 1n << 100n, hasStorage: more.slots !== undefined },
    ...more.accounts,
  },
});

const FILLER = 24_000;
const HEADER = 120;

/** Code whose memory holds `size` JUMPDESTs when `then` begins. */
function withJumpdests(size: number, then: string): string {
  let head = '';
  for (let at = 0; at < size; at += FILLER)
    head += push(Math.min(FILLER, size - at), 2) + push(HEADER, 1) + push(at, 3) + '39';
  return (head + then).padEnd(HEADER * 2, '5b') + '5b'.repeat(FILLER);
}

const CREATE_49152 = `${push(49_152, 3)}5f5ff0`;

function creations(): string {
  const loop = 30; // three copies of 10 bytes come before it
  return withJumpdests(49_152, `5b${CREATE_49152}50${push(200_000, 4)}5a11${push(loop, 3)}5700`);
}

/** Init code that begins with JUMPDESTs and ends with creating itself. */
function nestedCreations(): string {
  const again = `${push(49_152, 3)}5f5f39${CREATE_49152}00`;
  const size = again.length / 2;
  const start = withJumpdests(
    49_152 - size,
    `${push(size, 1)}${push(HEADER + FILLER, 3)}${push(49_152 - size, 3)}39${CREATE_49152}00`,
  );
  return start + again;
}

/** Codes of `size` bytes, all different. */
function manyCodes(
  count: number,
  begin: (i: number) => string = () => '',
  size = 24_576,
): Record<string, MadeUpAccount> {
  const accounts: Record<string, MadeUpAccount> = {};
  for (let i = 0; i < count; i++) {
    const code = new Uint8Array(size).fill(0x5b);
    code.set(fromHex(`${begin(i)}00`));
    code.set(fromHex(number(i, 4)), size - 4);
    accounts[number(MANY + i, 20)] = { code };
  }
  return accounts;
}

/** Calls the account whose address is on top of the stack and leaves it there. */
const CALL_TOP = '5f5f5f5f845afa50';

/** As many codes as a block of that gas can touch. */
const codesFor = (gas: number): number => Math.min(12_000, Math.ceil(gas / 2600));

const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 0n };
const funded = { [TARGET]: {}, [sender]: { balance: 10n ** 30n } };

/** A transaction of type 2 with that many addresses of ten slots each on its access list. */
function withAccessList(gas: number, addresses: number): Uint8Array {
  const slots = Array.from({ length: 10 }, (_, i) => fromHex(number(i, 32)));
  const list = Array.from({ length: addresses }, (_, i) => [fromHex(number(MANY + i, 20)), slots]);
  const items = [
    integer(CHAIN_ID),
    integer(1n),
    integer(0n),
    integer(10n ** 12n),
    integer(BigInt(gas)),
    fromHex(TARGET),
    integer(0n),
    new Uint8Array(0),
    list,
  ];
  const hash = keccak_256(Buffer.concat([Uint8Array.of(2), RLP.encode(items)]));
  return Buffer.concat([Uint8Array.of(2), RLP.encode([...items, ...sign(hash, key)])]);
}

/** By name, for a block of that gas. */
export const attacks: Readonly<Record<string, (gas: number) => Attack>> = {
  'ecrecover with inputs that grow by a byte': () =>
    target(
      counting(
        60_000,
        `5f5f825f${push(1, 1)}5afa50`,
        `${push(27, 1)}${push(63, 1)}53${push(1, 1)}${push(95, 1)}53${push(1, 1)}${push(127, 1)}53${push(400_000, 4)}`,
      ),
    ),
  'identity with outputs that grow': () =>
    target(counting(60_000, `5f5f825f${push(4, 1)}5afa50${push(31, 1)}01`, push(300_000, 4))),
  'creations of 49,152 JUMPDESTs': () => target(creations()),
  'creations within creations': () => target(nestedCreations()),
  'calls of many codes': (gas) =>
    target(counting(60_000, CALL_TOP, push(MANY, 4)), { levels: SPARSE, accounts: manyCodes(codesFor(gas)) }),
  'sizes of many codes': (gas) =>
    target(counting(60_000, '803b50', push(MANY, 4)), { levels: SPARSE, accounts: manyCodes(codesFor(gas)) }),
  'copies of many codes': (gas) =>
    target(counting(60_000, `${push(1, 1)}5f5f833c`, push(MANY, 4)), {
      levels: SPARSE,
      accounts: manyCodes(codesFor(gas)),
    }),
  'calls of 1,200 codes in turn': () =>
    target(counting(60_000, `80${push(1_200, 2)}9006${push(MANY, 4)}01${CALL_TOP}50`), {
      levels: SPARSE,
      accounts: manyCodes(1_200),
    }),
  'codes that call the next one': (gas) => {
    const count = Math.min(1_024, codesFor(gas));
    return target(`5f5f5f5f${push(MANY, 4)}5afa00`, {
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
  'SSTORE to and fro': () => target(whileGas(60_000, `${push(1, 1)}5f555f5f55`)),
  'balances of distinct accounts': () => target(counting(5_000, '803150')),
  'balances in a deep state': () => target(counting(5_000, '803150'), { levels: 8 }),
  'transfers to new accounts': () => target(counting(60_000, '5f5f5f5f6001855ff150', push(MANY, 4))),
  'logs of 100,000 bytes': () => target(whileGas(1_200_000, `${push(100_000, 4)}5fa0`)),
  'logs of nothing': () => target(whileGas(5_000, '5f5fa0')),
  'memory at depth': () => target(`${push(400_000, 4)}51505f5f5f5f5f305af100`),
  'stacks at depth': () => target(`${'5a'.repeat(1000)}5f5f5f5f5f305af100`),
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
  'small transactions': (gas) => ({
    accounts: funded,
    transactions: () =>
      Array.from({ length: Math.floor(gas / 21_000) }, (_, i) =>
        deposit({ from: number(MANY + i, 20), to: number(2 * MANY + i, 20), gas: 21_000n }),
      ),
  }),
};
