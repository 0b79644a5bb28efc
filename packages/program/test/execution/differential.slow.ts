// Random blocks, executed by the client and by the embedded chain's executor on @ethereumjs: two implementations that
// must agree on every hash, and on which transactions a block cannot hold, from Canyon through Holocene's first blocks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { configure, type Chain } from './blocks.js';
import { fromHex, toHex } from './module.js';
import {
  addressOf,
  BEACON_ROOTS,
  CHAIN_ID,
  COINBASE,
  deposit,
  L1_BLOCK,
  signed,
  World,
  type WorldAccount,
} from './world.js';

/** What is used of packages/devnet, which knows nothing of the client; it is loaded as built. */
interface Devnet {
  BlockBuilder: { start(input: unknown): Promise<{ add(raw: Uint8Array): Promise<unknown>; seal(): Sealed }> };
  genesisHeader(genesis: unknown, store: unknown): Promise<Header>;
  encodeHeader(header: unknown): Uint8Array;
  StateStore: new () => unknown;
  InvalidTransactionError: new () => Error;
  TransactionDecodingError: new () => Error;
}
interface Header {
  readonly number: bigint;
  readonly timestamp: bigint;
  readonly stateRoot: Uint8Array;
}
interface Sealed {
  readonly header: Header;
  readonly hash: Uint8Array;
}
const devnet = (await import(new URL('../../../../devnet/dist/src/index.js', import.meta.url).href)) as Devnet;

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
  counter: '5f546001015f5500',
  // slot[word 0] = word 1
  setter: '6020355f355500',
  // LOG3 of the call data with caller, value and time as topics
  logger: '365f5f37333442365fa300',
  // REVERT with the call data
  reverter: '365f5f37365ffd',
  // slot[0] = CALL(word 0, with the value and what follows)
  caller: '6020360360205f375f5f602036035f345f355af15f5500',
  // DELEGATECALL to word 0 with what follows
  delegator: '6020360360205f375f5f602036035f5f355af460015500',
  // slot[0] = CREATE of the call data; then slot[1] = CREATE2 of it, with salt 0
  creator: '365f5f37365f34f05f555f365f5ff560015500',
  // SELFDESTRUCT to word 0
  suicide: '5f35ff',
  // slots 0 to 2 = code hash, balance and code size of word 0; slot 3 = BLOCKHASH of the block before
  reader: '5f353f5f555f35316001555f353b600255600143034060035500',
  // slots 8 and 9 = 0 or the time by turns: refunds
  flipper: '600854600f574260085542600955005b5f6008555f60095500',
  // burns what gas there is
  burner: '5b5f56',
} as const;
const names = Object.keys(contracts) as (keyof typeof contracts)[];
const contractAt = (name: keyof typeof contracts): string => at(names.indexOf(name));

/** EIP-4788's contract. */
const beaconRoots =
  '3373fffffffffffffffffffffffffffffffffffffffe14604d57602036146024575f5ffd5b5f35801560495762001fff810690815414603c575f5f' +
  'fd5b62001fff01545f5260205ff35b5f5ffd5b62001fff42064281555f359062001fff015500';

const accounts: Record<string, WorldAccount> = {
  [COINBASE]: { balance: 1n },
  [BEACON_ROOTS]: { nonce: 1n, code: beaconRoots },
  // Base fee, scalars (base 50,000, blob 70,000 millionths), overhead and scalar of before Ecotone, blob base fee.
  [L1_BLOCK]: {
    nonce: 1n,
    storage: { 1: 30_000_000n, 3: (50_000n << 96n) | (70_000n << 64n) | 3n, 5: 188n, 6: 684_000n, 7: 5_000_000n },
  },
};
for (const sender of senders) accounts[sender] = { balance: 10n ** 18n };
for (const name of names) accounts[contractAt(name)] = { nonce: 1n, balance: 5n, code: contracts[name] };

const word = (value: bigint): string => value.toString(16).padStart(64, '0');
/** Init code that deploys `runtime` of up to 32 bytes. */
function deploy(runtime: string): string {
  const length = runtime.length / 2;
  const byte = (value: number): string => value.toString(16).padStart(2, '0');
  return `${byte(0x5f + length)}${runtime}5f5260${byte(length)}60${byte(32 - length)}f3`;
}

function randomData(next: (below: number) => number, to: keyof typeof contracts | undefined): string {
  const someone = (): string => {
    const which = next(4);
    if (which === 0) return senders[next(senders.length)] as string;
    if (which === 1) return next(12).toString(16).padStart(40, '0'); // precompiles
    if (which === 2) return toHex(keccak_256(Uint8Array.of(next(3))).subarray(0, 20)); // strangers
    return contractAt(names[next(names.length)] as keyof typeof contracts);
  };
  const setting = (): string => word(BigInt(next(6))) + word(next(3) === 0 ? 0n : BigInt(next(1000)));
  switch (to) {
    case undefined:
    case 'creator':
      return [
        deploy(contracts.suicide),
        deploy(contracts.counter),
        deploy(contracts.setter),
        'fe',
        '',
        '60ef5f5360015ff3',
      ][next(6)] as string;
    case 'setter':
      return setting();
    case 'delegator':
    case 'caller':
      return '00'.repeat(12) + someone() + (next(2) === 0 ? setting() : '00'.repeat(12) + someone() + setting());
    default:
      return (
        '00'.repeat(12) + someone() + (next(3) === 0 ? toHex(keccak_256(Uint8Array.of(next(256)))).repeat(next(9)) : '')
      );
  }
}

function randomTransaction(next: (below: number) => number, nonces: bigint[]): { raw: Uint8Array; from: number } {
  const from = next(keys.length);
  const name = next(8) === 0 ? undefined : names[next(names.length)];
  const data = fromHex(randomData(next, name));
  const to = next(12) === 0 ? (senders[next(senders.length)] as string) : name && contractAt(name);
  const recipient = to === undefined ? {} : { to };
  const value = next(3) === 0 ? BigInt(next(1000)) : 0n;
  const gas = BigInt([21_000, 60_000, 100_000, 300_000][next(4)] as number);
  if (next(5) === 0) {
    const mint = next(2) === 0 ? BigInt(next(1000)) : 0n;
    const tooMuch = next(5) === 0 ? 10n ** 20n : value;
    return { raw: deposit({ from: senders[from] as string, ...recipient, mint, value: tooMuch, gas, data }), from };
  }
  const nonce = (nonces[from] as bigint) + (next(12) === 0 ? BigInt(next(3) - 1) : 0n);
  const fees = { maxFeePerGas: BigInt(5_000 + next(5_000)), maxPriorityFeePerGas: BigInt(next(6_000)) };
  return {
    raw: signed({ nonce: nonce < 0n ? 0n : nonce, ...recipient, value, data, gasLimit: gas, ...fees }, keys[from]),
    from,
  };
}

const times: Chain['times'] = {
  bedrock: 0n,
  regolith: 0n,
  canyon: 0n,
  delta: 0n,
  ecotone: 1020n,
  fjord: 1050n,
  granite: 1080n,
  holocene: 1110n,
};

for (const seed of [1, 2, 3]) {
  test(`random blocks come out alike in both implementations (seed ${seed})`, async (t) => {
    const next = generator(seed);
    const world = new World('canyon', accounts);
    configure(world.module, {
      chainId: CHAIN_ID,
      blockTime: 2n,
      elasticity: 6n,
      denominator: 50n,
      denominatorCanyon: 250n,
      times,
    });
    const store = new devnet.StateStore();
    const alloc = Object.fromEntries(
      Object.entries(accounts).map(([address, { balance, nonce, code, storage }]) => [
        address,
        {
          ...(balance === undefined ? {} : { balance: `0x${balance.toString(16)}` }),
          ...(nonce === undefined ? {} : { nonce: `0x${nonce.toString(16)}` }),
          ...(code === undefined ? {} : { code: `0x${code}` }),
          storage: Object.fromEntries(
            Object.entries(storage ?? {}).map(([slot, value]) => [`0x${word(BigInt(slot))}`, `0x${word(value)}`]),
          ),
        },
      ]),
    );
    let head = await devnet.genesisHeader(
      {
        config: {
          chainId: Number(CHAIN_ID),
          optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
          canyonTime: 0,
        },
        nonce: '0x0',
        timestamp: '0x3e8',
        extraData: '0x',
        gasLimit: '0x1c9c380',
        difficulty: '0x0',
        mixHash: `0x${'00'.repeat(32)}`,
        coinbase: `0x${COINBASE}`,
        baseFeePerGas: '0x3e8',
        alloc,
      },
      store,
    );
    world.head = devnet.encodeHeader(head);
    const hashes: Uint8Array[] = [keccak_256(world.head)];
    const chain = {
      chainId: Number(CHAIN_ID),
      optimism: { forks: times, baseFee: { elasticity: 6n, denominator: 250n } },
    };
    let included = 0;
    let refused = 0;
    for (let block = 0; block < 75; block++) {
      const attributes = {
        timestamp: head.timestamp + 2n,
        prevRandao: keccak_256(Uint8Array.of(block)),
        feeRecipient: fromHex(COINBASE),
        parentBeaconBlockRoot: keccak_256(Uint8Array.of(block, 1)),
        gasLimit: 30_000_000n,
      };
      const input = {
        chain,
        parent: head,
        store,
        ancestorHash: (number: bigint) => hashes[Number(number)],
        attributes: { ...attributes, transactions: [] },
      };
      const builder = await devnet.BlockBuilder.start(input);
      const nonces = senders.map((sender) => world.nonce(sender));
      const transactions: Uint8Array[] = [];
      const invalid: Uint8Array[][] = [];
      for (let i = 0, n = next(9); i < n; i++) {
        const { raw, from } = randomTransaction(next, nonces);
        try {
          await builder.add(raw);
          transactions.push(raw);
          nonces[from] = (nonces[from] as bigint) + 1n; // deposits count too, also those that fail
        } catch (error) {
          if (!(error instanceof devnet.InvalidTransactionError || error instanceof devnet.TransactionDecodingError)) {
            throw error;
          }
          invalid.push([...transactions, raw]);
        }
      }
      const sealed = builder.seal();
      const parent = world.head;
      for (const refusedList of invalid) {
        assert.equal(
          world.execute(refusedList, attributes),
          null,
          `block ${block + 1}: a transaction that is not valid`,
        );
        assert.equal(world.head, parent);
        refused++;
      }
      assert.notEqual(world.execute(transactions, attributes), null, world.module.log());
      assert.equal(toHex(world.head), toHex(devnet.encodeHeader(sealed.header)), `block ${block + 1}`);
      head = sealed.header;
      hashes.push(sealed.hash);
      included += transactions.length;
    }
    assert.ok(refused > 5);
    t.diagnostic(`${included} transactions in blocks, ${refused} refused`);
  });
}
