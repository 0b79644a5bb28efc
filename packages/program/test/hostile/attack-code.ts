// Contracts of attacks (attacks.ts, neighbour-attacks.ts) by what they do over and over.
import { RLP } from '@ethereumjs/rlp';
import { sha256 } from '@noble/hashes/sha2.js';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { fromHex } from '../execution/module.js';
import { CHAIN_ID, deposit, integer, key, sender, sign } from '../execution/world.js';
import type { ForkName } from './hostile-chain.js';
import type { MadeUpAccount } from './made-up-state.js';

export interface Attack {
  readonly fork?: ForkName;
  readonly accounts: Readonly<Record<string, MadeUpAccount>>;
  /** Levels of branches above each account and slot. */
  readonly levels?: number;
  /** Slots 0, 1, … of storages that hold a value. */
  readonly slots?: number;
  /** Whether frames are in execution one within another, as many as the gas pays for. */
  readonly nests?: boolean;
  /** Whether L1 is asked for the results of precompiles. */
  readonly asks?: boolean;
  /** The block's transactions; a deposit that calls TARGET with all the gas where there are none. */
  readonly transactions?: (gas: number) => Uint8Array[];
}

/** The transactions of a block of the attack with that gas. */
export function transactionsOf(attack: Attack, gas: number): Uint8Array[] {
  return (
    attack.transactions?.(gas) ?? [
      deposit({ to: TARGET, gas: BigInt(gas), from: 'aa'.repeat(20), data: new Uint8Array(0) }),
    ]
  );
}

/** Levels at which hardly two of ten thousand accounts are in each other's way. */
export const SPARSE = 6;

/** Number of the block before the attack's: there are as many before it as BLOCKHASH looks back. */
export const GENESIS = 300;

export const TARGET = 'c0de'.padStart(40, '0');
export const HELPER = 'beef'.padStart(40, '0');
/** Address of the first of many accounts. */
export const MANY = 0x10000000;

export const number = (value: number, size: number): string => value.toString(16).padStart(size * 2, '0');
/** PUSHn of `value` in `size` bytes. */
export const push = (value: number, size: number): string => (0x5f + size).toString(16) + number(value, size);

/** Runs `body` while more than `reserve` gas is left. */
export function whileGas(reserve: number, body: string, before = '', end = '00'): string {
  return `${before}5b${body}${push(reserve, 4)}5a11${push(before.length / 2, 3)}57${end}`;
}

/** The same with a counter, which the body finds on top of the stack and leaves there. */
export const counting = (reserve: number, body: string, from = push(0, 1), end = '00'): string =>
  whileGas(reserve, `${body}${push(1, 1)}01`, from, end);

export const target = (code: string, more: Partial<Attack> = {}): Attack => ({
  ...more,
  accounts: {
    [TARGET]: { code: fromHex(code), balance: 1n << 100n, hasStorage: more.slots !== undefined },
    ...more.accounts,
  },
});

export const FILLER = 24_000;
export const HEADER = 120;

/** Code whose memory holds `size` bytes of `fill` over and over when `then` begins. */
export function withFilled(size: number, fill: string, then: string): string {
  let head = '';
  for (let at = 0; at < size; at += FILLER)
    head += push(Math.min(FILLER, size - at), 2) + push(HEADER, 1) + push(at, 3) + '39';
  return (head + then).padEnd(HEADER * 2, '5b') + fill.repeat((2 * FILLER) / fill.length);
}

const withJumpdests = (size: number, then: string): string => withFilled(size, '5b', then);

export const CREATE_49152 = `${push(49_152, 3)}5f5ff0`;

export function creations(): string {
  const loop = 30; // three copies of 10 bytes come before it
  return withJumpdests(49_152, `5b${CREATE_49152}50${push(200_000, 4)}5a11${push(loop, 3)}5700`);
}

/** Init code that begins with JUMPDESTs and ends with creating itself. */
export function nestedCreations(): string {
  const again = `${push(49_152, 3)}5f5f39${CREATE_49152}00`;
  const size = again.length / 2;
  const start = withJumpdests(
    49_152 - size,
    `${push(size, 1)}${push(HEADER + FILLER, 3)}${push(49_152 - size, 3)}39${CREATE_49152}00`,
  );
  return start + again;
}

/** Creations, over and over, of an init code of that many words that begins with `begin`, without PUSH0, which is of Shanghai. */
export function longInitCodes(words: number, begin: string): string {
  const start = `7f${begin.padEnd(64, '0')}${push(0, 1)}52`;
  return whileGas(40_000, `${push(32 * words, 4)}${push(0, 1)}${push(0, 1)}f050`, start);
}

/**
 * The same of init codes that jump to their end, past `instruction` over and over. A third of the gas pays for memory, which leaves
 * the most bytes to go past.
 */
export function jumpingInitCodes(gas: number, instruction: string): string {
  const size = instruction.length / 2;
  const begin = 6;
  const most = 32 * 256 * (Math.sqrt(36 + gas / 3 / 128) - 6);
  const length = begin + size * Math.floor((most - begin) / size) + 2;
  const filler = instruction.repeat(Math.floor(FILLER / size));
  const from = (at: number, count: number): string =>
    instruction.repeat(count).slice(2 * ((at - begin) % size), 2 * ((at - begin) % size) + 2 * count);
  const fill =
    `${push(begin, 4)}5b${push(filler.length / 2, 2)}${push(HEADER, 2)}8239${push(filler.length / 2, 2)}01` +
    `80${push(length, 4)}11${push(5, 1)}57`;
  const ends =
    `7f63${number(length - 2, 4)}56${from(begin, 32 - begin)}${push(0, 1)}52` +
    `7f${from(length - 32, 30)}5b00${push(length - 32, 4)}52`;
  const creating = whileGas(40_000, `${push(length, 4)}${push(0, 1)}${push(0, 1)}f050`, fill + ends);
  return creating.padEnd(2 * HEADER, '0') + filler;
}

/** Codes of `size` bytes, all different. */
export function manyCodes(
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

/** Precompiles whose results L1 gives: ECRECOVER, bn254 pairing, point evaluation, all on BLS12-381. */
export const isAsked = (address: number): boolean => address === 1 || address === 8 || (address >= 10 && address <= 17);

/** Calls the precompile at `address` with all the gas, each input `step` bytes longer than the one before. */
export const growing = (address: number, step: number, more: Partial<Attack> = {}): Attack =>
  target(counting(60_000, `5f5f825f${push(address, 1)}5afa50${push(step - 1, 2)}01`, push(step, 2)), {
    asks: isAsked(address),
    ...more,
  });

/**
 * Calls the precompile at `address` with `gas` and an input of `size` bytes in which the word at `place` counts; `memory`
 * writes the others.
 */
export const distinct = (
  address: number,
  size: number,
  place: number,
  gas: number,
  fork: ForkName,
  memory = '',
): Attack =>
  target(
    counting(
      60_000,
      `80${push(place, 2)}525f5f${push(size, 2)}5f${push(address, 1)}${push(gas, 3)}fa50`,
      memory + push(1, 1),
    ),
    { asks: isAsked(address), fork },
  );

/** Writes the 32 bytes to memory. */
export const setWord = (place: number, word: string): string => `7f${word.padEnd(64, '0')}${push(place, 2)}52`;

/** BLS12-381's point at infinity, compressed, and its versioned hash (EIP-4844). */
export const INFINITY = `c0${'0'.repeat(94)}`;
export const versioned = `01${Buffer.from(sha256(fromHex(INFINITY))).toString('hex', 1)}`;
/** Writes the hash and the commitment of the polynomial that is nothing where a point evaluation has them. */
export const evaluated = setWord(0, versioned) + setWord(96, INFINITY.slice(0, 64));

/** Calls the account whose address is on top of the stack and leaves it there. */
export const CALL_TOP = '5f5f5f5f845afa50';

/** Calls HELPER, whose code is `code`, with inputs that grow, and does `then`. */
export const passing = (code: string, then = ''): Attack =>
  target(counting(60_000, `5f5f825f${push(0xbeef, 2)}5afa50${then}${push(30, 1)}01`), {
    accounts: { [HELPER]: { code: fromHex(code) } },
  });

/** As many codes as a block of that gas can touch. */
export const codesFor = (gas: number): number => Math.min(12_000, Math.ceil(gas / 2600));

export const fees = { maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 0n };
export const funded = { [TARGET]: {}, [sender]: { balance: 10n ** 30n } };

/** A transaction of type 2 with that many addresses of ten slots each on its access list, from the one of that number on. */
export function withAccessList(gas: number, addresses: number, nonce = 0, first = 0): Uint8Array {
  const slots = Array.from({ length: 10 }, (_, i) => fromHex(number(i, 32)));
  const list = Array.from({ length: addresses }, (_, i) => [fromHex(number(MANY + first + i, 20)), slots]);
  const items = [
    integer(CHAIN_ID),
    integer(BigInt(1 + nonce)),
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
