// Random blocks on a chain that has every fork in turn: the client executes them beside a reference, which must make
// the same headers and refuse the same transactions.
import assert from 'node:assert/strict';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { RLP } from '@ethereumjs/rlp';
import { assemble } from '../evm/assembler.js';
import { configure, forks, type Attributes, type Chain } from './blocks.js';
import { fromHex, toHex } from './module.js';
import {
  addressOf,
  BEACON_ROOTS,
  CHAIN_ID,
  COINBASE,
  deposit,
  HISTORY_STORAGE,
  integer,
  L1_BLOCK,
  MESSAGE_PASSER,
  sign,
  signed,
  World,
  type WorldAccount,
} from './world.js';

/** A small generator of numbers that repeat from run to run. */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const keys = Array.from({ length: 5 }, (_, i) => keccak_256(Uint8Array.of(0x40, i)));
const senders = keys.map(addressOf);
const at = (i: number): string => (0xc0 + i).toString(16).repeat(20);

/** Contracts that do one thing each; the call data's words say what with. */
const contracts = {
  counter: 'PUSH 0 SLOAD PUSH 1 ADD PUSH 0 SSTORE STOP',
  // slot[word 0] = word 1
  setter: 'PUSH 32 CALLDATALOAD PUSH 0 CALLDATALOAD SSTORE STOP',
  // LOG3 of the call data with caller, value and time as topics
  logger: 'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY TIMESTAMP CALLVALUE CALLER CALLDATASIZE PUSH 0 LOG3 STOP',
  reverter: 'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 REVERT',
  // slot[0] = CALL(word 0, with the value and what follows)
  caller:
    'PUSH 32 CALLDATASIZE SUB PUSH 32 PUSH 0 CALLDATACOPY PUSH 0 PUSH 0 PUSH 32 CALLDATASIZE SUB PUSH 0 CALLVALUE ' +
    'PUSH 0 CALLDATALOAD GAS CALL PUSH 0 SSTORE STOP',
  // slot[1] = DELEGATECALL to word 0 with what follows
  delegator:
    'PUSH 32 CALLDATASIZE SUB PUSH 32 PUSH 0 CALLDATACOPY PUSH 0 PUSH 0 PUSH 32 CALLDATASIZE SUB PUSH 0 ' +
    'PUSH 0 CALLDATALOAD GAS DELEGATECALL PUSH 1 SSTORE STOP',
  // slot[0] = CREATE of the call data; then slot[1] = CREATE2 of it, with salt 0
  creator:
    'CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY CALLDATASIZE PUSH 0 CALLVALUE CREATE PUSH 0 SSTORE ' +
    'PUSH 0 CALLDATASIZE PUSH 0 PUSH 0 CREATE2 PUSH 1 SSTORE STOP',
  suicide: 'PUSH 0 CALLDATALOAD SELFDESTRUCT',
  // slots 0 to 3 = code hash, balance and code size of word 0, hash of the block before
  reader:
    'PUSH 0 CALLDATALOAD EXTCODEHASH PUSH 0 SSTORE PUSH 0 CALLDATALOAD BALANCE PUSH 1 SSTORE ' +
    'PUSH 0 CALLDATALOAD EXTCODESIZE PUSH 2 SSTORE PUSH 1 NUMBER SUB BLOCKHASH PUSH 3 SSTORE STOP',
  // slots 8 and 9 = 0 or the time by turns: refunds
  flipper:
    'PUSH 8 SLOAD @clear JUMPI TIMESTAMP PUSH 8 SSTORE TIMESTAMP PUSH 9 SSTORE STOP ' +
    ':clear PUSH 0 PUSH 8 SSTORE PUSH 0 PUSH 9 SSTORE STOP',
  // burns what gas there is
  burner: ':start @start JUMP',
  // What forks brought: each ends the call before its fork.
  shanghai: 'PUSH0 PUSH 1 SSTORE GAS PUSH 2 SSTORE COINBASE BALANCE GAS PUSH 3 SSTORE STOP',
  cancun: 'PUSH 7 PUSH 1 TSTORE PUSH 1 TLOAD PUSH 1 SSTORE BLOBBASEFEE PUSH 2 SSTORE PUSH 32 PUSH 0 PUSH 1 MCOPY STOP',
  osaka: 'PUSH 0 CALLDATALOAD CLZ PUSH 1 SSTORE STOP',
  // Gas that a call of word 0 takes: cold or warm.
  warmth: 'GAS PUSH 0 CALLDATALOAD BALANCE POP GAS SWAP1 SUB PUSH 4 SSTORE STOP',
} as const;
const names = Object.keys(contracts) as (keyof typeof contracts)[];
const code = (name: keyof typeof contracts): string => toHex(assemble(contracts[name]));
const contractAt = (name: keyof typeof contracts): string => at(names.indexOf(name));

/** EIP-4788's and EIP-2935's contracts. */
const beaconRoots =
  '3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5f' +
  'fd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500';
const history =
  '3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff900654' +
  '5f5260205ff35b5f5ffd5b5f35611fff60014303065500';

/** Gas that a byte of the data availability footprint counts as. */
const FOOTPRINT_SCALAR = 500n;

export const accounts: Readonly<Record<string, WorldAccount>> = {
  [COINBASE]: { balance: 1n },
  [BEACON_ROOTS]: { nonce: 1n, code: beaconRoots },
  [HISTORY_STORAGE]: { nonce: 1n, code: history },
  [MESSAGE_PASSER]: { nonce: 1n, code: code('setter'), storage: { 5: 6n } },
  // Base fee, scalars (base 50,000, blob 70,000 millionths), overhead and scalar of before Ecotone, blob base fee; what
  // Isthmus and Jovian brought.
  [L1_BLOCK]: {
    nonce: 1n,
    storage: {
      1: 30_000_000n,
      3: (50_000n << 96n) | (70_000n << 64n) | 3n,
      5: 188n,
      6: 684_000n,
      7: 5_000_000n,
      8: (FOOTPRINT_SCALAR << 96n) | (20_000n << 64n) | 777n,
    },
  },
  ...Object.fromEntries(senders.map((sender) => [sender, { balance: 10n ** 18n }])),
  ...Object.fromEntries(names.map((name) => [contractAt(name), { nonce: 1n, balance: 5n, code: code(name) }])),
};

const word = (value: bigint): string => value.toString(16).padStart(64, '0');

/** Init code that deploys `runtime` of up to 32 bytes. */
function deploy(runtime: string): string {
  const length = runtime.length / 2;
  const byte = (value: number): string => value.toString(16).padStart(2, '0');
  return `${byte(0x5f + length)}${runtime}600052${`60${byte(length)}`}60${byte(32 - length)}f3`;
}

function randomData(
  next: (below: number) => number,
  to: keyof typeof contracts | undefined,
  precompiles: readonly number[],
): string {
  const someone = (): string => {
    const which = next(4);
    if (which === 0) return senders[next(senders.length)] as string;
    if (which === 1) return (precompiles[next(precompiles.length)] as number).toString(16).padStart(40, '0');
    if (which === 2) return toHex(keccak_256(Uint8Array.of(next(3))).subarray(0, 20)); // strangers
    return contractAt(names[next(names.length)] as keyof typeof contracts);
  };
  const setting = (): string => word(BigInt(next(6))) + word(next(3) === 0 ? 0n : BigInt(next(1000)));
  switch (to) {
    case undefined:
    case 'creator':
      return [
        deploy(code('suicide')),
        deploy(code('counter')),
        deploy(code('setter')),
        'fe',
        '',
        '60ef60005360016000f3',
      ][next(6)] as string;
    case 'setter':
      return setting();
    case 'delegator':
    case 'caller':
      return '00'.repeat(12) + someone() + (next(2) === 0 ? setting() : '00'.repeat(12) + someone() + setting());
    case 'osaka':
      return word((1n << BigInt(next(256))) - BigInt(next(2)));
    default:
      return (
        '00'.repeat(12) + someone() + (next(3) === 0 ? toHex(keccak_256(Uint8Array.of(next(256)))).repeat(next(9)) : '')
      );
  }
}

/** An authorization (EIP-7702); some are not valid. */
function randomAuthorization(next: (below: number) => number, nonces: readonly bigint[]): Uint8Array[] {
  const from = next(keys.length);
  const to = next(4) === 0 ? '00'.repeat(20) : contractAt(names[next(names.length)] as keyof typeof contracts);
  const nonce = (nonces[from] as bigint) + BigInt(next(3));
  const chainId = [0n, CHAIN_ID, CHAIN_ID, CHAIN_ID + 1n][next(4)] as bigint;
  const fields = [integer(chainId), fromHex(to), integer(nonce)];
  return [...fields, ...sign(keccak_256(Uint8Array.of(5, ...RLP.encode(fields))), keys[from] as Uint8Array)];
}

function randomTransaction(
  next: (below: number) => number,
  nonces: readonly bigint[],
  fork: number,
  precompiles: readonly number[],
): { raw: Uint8Array; from: number } {
  const from = next(keys.length);
  const name = next(8) === 0 ? undefined : names[next(names.length)];
  // What burns all of its gas has little of it: the reference may be slow.
  const mayHaveMuch = name !== 'burner' && name !== 'caller' && name !== 'delegator';
  const data = fromHex(randomData(next, name, precompiles));
  const to = next(12) === 0 ? (senders[next(senders.length)] as string) : name && contractAt(name);
  const recipient = to === undefined ? {} : { to };
  const value = next(3) === 0 ? BigInt(next(1000)) : 0n;
  const gas = BigInt([21_000, 60_000, 100_000, 300_000][next(4)] as number);
  if (next(4) === 0) {
    const mint = next(2) === 0 ? BigInt(next(1000)) : 0n;
    const tooMuch = next(5) === 0 ? 10n ** 20n : value;
    // A deposit may have more gas than Karst lets a signed transaction have. There are no system transactions since
    // Regolith.
    const limit = next(6) === 0 && mayHaveMuch ? 17_000_000n : gas;
    const system = fork === 0 && next(3) === 0;
    const raw = deposit({
      from: senders[from] as string,
      ...recipient,
      mint,
      value: tooMuch,
      gas: limit,
      data,
      system,
    });
    return { raw, from };
  }
  const nonce = (nonces[from] as bigint) + (next(12) === 0 ? BigInt(next(3) - 1) : 0n);
  const gasLimit = next(8) === 0 && mayHaveMuch ? 16_777_215n + BigInt(next(3)) : gas;
  const authorizations =
    next(5) === 0 ? Array.from({ length: 1 + next(3) }, () => randomAuthorization(next, nonces)) : undefined;
  const fees = { maxFeePerGas: BigInt(5_000 + next(5_000)), maxPriorityFeePerGas: BigInt(next(6_000)) };
  const raw = signed(
    {
      nonce: nonce < 0n ? 0n : nonce,
      ...recipient,
      value,
      data,
      gasLimit,
      ...fees,
      ...(authorizations === undefined ? {} : { authorizations }),
    },
    keys[from],
  );
  return { raw, from };
}

/** The L1 attributes' deposit, as far as execution looks at it: from Jovian its data end with the footprint's scalar. */
function l1Attributes(): Uint8Array {
  const data = new Uint8Array(178);
  data.set(fromHex('3db6be2b'));
  new DataView(data.buffer).setUint16(176, Number(FOOTPRINT_SCALAR));
  return deposit({ from: 'deaddeaddeaddeaddeaddeaddeaddeaddead0001', to: L1_BLOCK, gas: 1_000_000n, data });
}

/** Blocks that each fork is in force for. */
const BLOCKS_A_FORK = 20;

/** Activation times from `first`, which holds from the beginning, on: a fork each BLOCKS_A_FORK blocks. */
export function timesFrom(first: (typeof forks)[number]): Chain['times'] {
  const begin = forks.indexOf(first);
  return Object.fromEntries(
    forks.map((fork, i) => [fork, i <= begin ? 0n : 1000n + BigInt(2 * BLOCKS_A_FORK * (i - begin))]),
  );
}

/** What the client's blocks are held against. */
export interface Reference {
  /** Precompiles that have not Karst's rules in the reference: they are left out there. */
  readonly unlikeInKarst: readonly number[];
  /** Begins a block with no transactions yet. */
  start(attributes: Omit<Attributes, 'transactions'>): Promise<void>;
  /** Whether the transaction may be in the block, which has it then. */
  add(transaction: Uint8Array): Promise<boolean>;
  /** Ends the block: its hash in hex. */
  seal(): Promise<string>;
}

/** A world at the first of the random blocks' parent. */
export function randomWorld(times: Chain['times'], first: (typeof forks)[number]): World {
  const world = new World(first, accounts, { baseFee: 1000n });
  configure(world.module, {
    chainId: CHAIN_ID,
    blockTime: 2n,
    elasticity: 6n,
    denominator: 50n,
    denominatorCanyon: 250n,
    times,
  });
  return world;
}

/** Executes random blocks up to Karst's; how many transactions they hold, and how many were refused. */
export async function runRandomBlocks(
  seed: number,
  world: World,
  times: Chain['times'],
  reference: Reference,
): Promise<{ blocks: number; included: number; refused: number }> {
  const next = generator(seed);
  const all = [...Array.from({ length: 0x13 }, (_, i) => i), 0x100, 0x100];
  const count = { blocks: 0, included: 0, refused: 0 };
  const active = (time: bigint): number => forks.findLastIndex((fork) => (times[fork] ?? time + 1n) <= time);
  const last = (times.karst ?? 0n) + BigInt(2 * BLOCKS_A_FORK);
  for (let time = 1002n; time <= last; time += 2n) {
    const fork = active(time);
    const has = (name: (typeof forks)[number]): boolean => fork >= forks.indexOf(name);
    const block = count.blocks++;
    const attributes: Omit<Attributes, 'transactions'> = {
      timestamp: time,
      prevRandao: keccak_256(Uint8Array.of(block & 255)),
      feeRecipient: fromHex(COINBASE),
      parentBeaconBlockRoot: has('ecotone') ? keccak_256(Uint8Array.of(block & 255, 1)) : null,
      gasLimit: [30_000_000n, 30_000_000n, 18_000_000n, 1_200_000n][next(4)] as bigint,
      ...(has('holocene')
        ? { eip1559Params: next(4) === 0 ? 0n : (BigInt(10 + next(90)) << 32n) | BigInt(2 + next(9)) }
        : {}),
      ...(has('jovian') ? { minBaseFee: next(3) === 0 ? BigInt(next(2000)) : 0n } : {}),
    };
    const precompiles = has('karst') ? all.filter((number) => !reference.unlikeInKarst.includes(number)) : all;
    await reference.start(attributes);
    const transactions: Uint8Array[] = [];
    const invalid: Uint8Array[][] = [];
    const nonces: bigint[] = senders.map((sender) => world.nonce(sender));
    for (let i = 0, n = 1 + next(9); i < n; i++) {
      const { raw, from } =
        i === 0 ? { raw: l1Attributes(), from: -1 } : randomTransaction(next, nonces, fork, precompiles);
      if (await reference.add(raw)) {
        transactions.push(raw);
        if (from >= 0) nonces[from] = (nonces[from] as bigint) + 1n; // deposits count too, also those that fail
      } else {
        invalid.push([...transactions, raw]);
      }
    }
    const parent = world.head;
    const where = `seed ${seed}, block ${block} (${forks[fork]})`;
    for (const list of invalid) {
      assert.equal(world.execute(list, attributes), null, `${where}: a transaction that is not valid`);
      assert.equal(world.head, parent);
      count.refused++;
    }
    assert.notEqual(world.execute(transactions, attributes), null, `${where}: ${world.module.log()}`);
    const expected = await reference.seal();
    assert.equal(toHex(keccak_256(world.head)), expected, `${where}: its hash`);
    count.included += transactions.length;
  }
  return count;
}
