// Random blocks, executed by the client and by the embedded chain's executor on @ethereumjs: two implementations that
// must agree on every hash, and on which transactions a block cannot hold, from Canyon through Karst's first blocks.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Attributes } from './blocks.js';
import { fromHex, toHex } from './module.js';
import { accounts, randomWorld, runRandomBlocks, timesFrom } from './random-blocks.js';
import { CHAIN_ID, COINBASE } from './world.js';

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

const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;

for (const seed of [1, 2, 3]) {
  test(`random blocks come out alike in both implementations (seed ${seed})`, async (t) => {
    const times = timesFrom('canyon');
    const world = randomWorld(times, 'canyon');
    const store = new devnet.StateStore();
    const alloc = Object.fromEntries(
      Object.entries(accounts).map(([address, { balance, nonce, code, storage }]) => [
        address,
        {
          ...(balance === undefined ? {} : { balance: `0x${balance.toString(16)}` }),
          ...(nonce === undefined ? {} : { nonce: `0x${nonce.toString(16)}` }),
          ...(code === undefined ? {} : { code: `0x${code}` }),
          storage: Object.fromEntries(
            Object.entries(storage ?? {}).map(([slot, value]) => [word(BigInt(slot)), word(value)]),
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
    let builder: Awaited<ReturnType<Devnet['BlockBuilder']['start']>> | undefined;
    const { blocks, included, refused } = await runRandomBlocks(seed, world, times, {
      unlikeInKarst: [],
      start: async (attributes: Omit<Attributes, 'transactions'>) => {
        builder = await devnet.BlockBuilder.start({
          chain,
          parent: head,
          store,
          ancestorHash: (number: bigint) => hashes[Number(number)],
          attributes: {
            ...attributes,
            transactions: [],
            ...(attributes.eip1559Params === undefined
              ? {}
              : { eip1559Params: fromHex(attributes.eip1559Params.toString(16).padStart(16, '0')) }),
          },
        });
      },
      add: async (transaction) => {
        try {
          await builder?.add(transaction);
          return true;
        } catch (error) {
          if (error instanceof devnet.InvalidTransactionError || error instanceof devnet.TransactionDecodingError) {
            return false;
          }
          throw error;
        }
      },
      seal: async () => {
        const sealed = builder?.seal();
        if (sealed === undefined) throw new Error('no block was begun');
        head = sealed.header;
        hashes.push(sealed.hash);
        return toHex(sealed.hash);
      },
    });
    assert.ok(refused > 5);
    t.diagnostic(`${blocks} blocks, ${included} transactions in them, ${refused} refused`);
  });
}
