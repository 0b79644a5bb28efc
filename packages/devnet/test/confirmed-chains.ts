// Chains of every fork whose last block's hash is recorded here because a judge that is not ours derived it from L1:
// npm run test:reference -- devnet/confirmed repeats that, with REFERENCE_KONA_HOST or REFERENCE_OP_PROGRAM.
import type { Scenario } from '../src/devnet.js';
import type { ChannelPlan } from '../src/batcher/plan.js';
import { FORK_NAMES } from '../src/execution/forks.js';
import type { ForkName, ForkSchedule } from '../src/execution/forks.js';

/** An agreed block, and the block of the claim. */
export type Range = readonly [from: number, to: number];

/** A chain, and what is known of it. */
export interface ConfirmedChain {
  readonly name: string;
  readonly scenario: Partial<Scenario>;
  readonly l2Blocks: number;
  /** Ranges to judge beside the whole: around activations. */
  readonly ranges: readonly Range[];
  /**
   * What to ask op-program instead, where it is wrong about a block: its execution forgets the CREATE2 deployer's code,
   * which op-geth and kona put into Canyon's first block.
   */
  readonly goRanges?: readonly Range[];
  /** The newest fork; the Go op-program knows none after Jovian. */
  readonly newest: ForkName;
  /** Hash of the last L2 block, which fixes every block before it, where it doesn't depend on Node's zlib. */
  readonly lastHash: string | undefined;
}

/** The hashes stay the same where Node's zlib changes: nothing is compressed. */
const SINGULAR: ChannelPlan = { batches: 'singular', compression: 'stored', carrier: 'calldata', l2Blocks: 4 };
const SPAN: ChannelPlan = { batches: 'span', compression: 'stored', carrier: 'calldata', l2Blocks: 5 };
const BLOBS: ChannelPlan = { ...SPAN, carrier: 'blobs', l2Blocks: 12, maxFrameSize: 5_000, framesPerTransaction: 3 };

/** All forks up to `newest` from genesis on, but for those with a time of their own, in seconds. */
export function forksUpTo(newest: ForkName | 'bedrock', later: ForkSchedule = {}): ForkSchedule {
  const until = newest === 'bedrock' ? 0 : FORK_NAMES.indexOf(newest) + 1;
  return Object.fromEntries(FORK_NAMES.slice(0, until).map((fork) => [fork, later[fork] ?? 0n]));
}

const LAST_HASHES: Readonly<Record<string, string>> = {
  'regolith from genesis': '0x0fc797e9091891ebc65e8cf0e853f9594c0d92ef831bb8e954accd6a5361f7f6',
  'canyon from genesis': '0xd8785d2041ba4aa79f885f523ecee57e9fc3c654a2d9a45eb68b9ef71d898689',
  'delta from genesis': '0x5b55945b0436639b5d725ea5d516f25de76ae5503ca9cca76cc17f4a3990be68',
  'ecotone from genesis': '0x04ae1c68c194a118b46a1698f58aff72051a6367b8144a6d3dc375909954ad79',
  'fjord from genesis': '0xa02491364775d5acf2ab5804f5d3cbd76099b806a3905ad9e4b98f10d476961c',
  // Nothing on it is what Granite changes.
  'granite from genesis': '0xa02491364775d5acf2ab5804f5d3cbd76099b806a3905ad9e4b98f10d476961c',
  'holocene from genesis': '0xc97931f1e4479124609554ac7be1150433587562447c9416ccec369c3d0785a2',
  'isthmus from genesis': '0xf1415fe85d3cab985fe6b43d9396d71dfa4d94b18a4926f56d4d8c59628e12cd',
  'jovian from genesis': '0xe24ec9828d7da036c05333d00b2c22d1a458e458e0acfe7830b677cb0ac69ad4',
  'karst from genesis': '0x952a2c0076e6f8d8a2009110fcd6e1050940f29044792fbc04454e8d9f6488aa',
  'from Bedrock to Holocene': '0x90845620129b66693826f7a5160b2b68bf1064d3e4959a78c8d523a569cc1d20',
  'from Holocene to Jovian, L1 through its forks': '0x9cf4738bd4cddce5bd0924679f2fc804b2d0695b267b0f578dd6cc53d5be363d',
  'from Isthmus to Karst, the upgrade gas kept': '0xcde43aea7a19dd26cfc155e2303f47b598475e9120094f37b53ee591852372f3',
  '21 blobs in an L1 block': '0x2750a47f80b6767e8770f2281d102bd7d25e8c4451e3937262d9165cf19c5f55',
  'Isthmus, Jovian and Karst in one block': '0x2a98d21c5d90f162cc9abccc0fb63ceac18d3e112514587112b40ad89a16d0de',
};

/** L2 blocks of a chain that has its fork from genesis on. */
const BLOCKS = 10;

const fromGenesis = (['regolith', ...FORK_NAMES.slice(1)] as const).map((newest): Omit<ConfirmedChain, 'lastHash'> => {
  const knowsSpans = FORK_NAMES.indexOf(newest) >= FORK_NAMES.indexOf('delta');
  const channels = knowsSpans ? [SINGULAR, SPAN] : [SINGULAR];
  const scenario = { forks: forksUpTo(newest), channels, keepKarstUpgradeGas: true };
  return { name: `${newest} from genesis`, scenario, l2Blocks: BLOCKS, ranges: [], newest };
});

const onTheWay: readonly Omit<ConfirmedChain, 'lastHash'>[] = [
  {
    name: 'from Bedrock to Holocene',
    scenario: {
      forks: forksUpTo('holocene', {
        regolith: 4n,
        canyon: 10n,
        delta: 16n,
        ecotone: 22n,
        fjord: 30n,
        granite: 36n,
        holocene: 42n,
      }),
      channels: [SINGULAR],
    },
    l2Blocks: 26,
    ranges: [
      [1, 3],
      [4, 6],
      [10, 12],
      [14, 16],
      [20, 22],
    ],
    goRanges: [
      [0, 4],
      [1, 3],
      [5, 26],
      [10, 12],
      [14, 16],
      [20, 22],
    ],
    newest: 'holocene',
  },
  {
    name: 'from Holocene to Jovian, L1 through its forks',
    scenario: {
      forks: forksUpTo('jovian', { isthmus: 12n, jovian: 30n }),
      l1Forks: { prague: 6n, osaka: 18n, bpo1: 30n, bpo2: 42n },
      channels: [SINGULAR, SPAN, BLOBS],
    },
    l2Blocks: 32,
    ranges: [
      [5, 7],
      [14, 16],
    ],
    newest: 'jovian',
  },
  {
    name: 'from Isthmus to Karst, the upgrade gas kept',
    scenario: {
      forks: forksUpTo('karst', { jovian: 10n, karst: 24n }),
      l1Forks: { prague: 0n, osaka: 0n, bpo1: 12n, bpo2: 24n },
      channels: [SINGULAR, SPAN],
      keepKarstUpgradeGas: true,
    },
    l2Blocks: 30,
    ranges: [
      [4, 6],
      [11, 13],
      [12, 13],
    ],
    newest: 'karst',
  },
  {
    name: 'Isthmus, Jovian and Karst in one block',
    scenario: {
      forks: forksUpTo('karst', { isthmus: 8n, jovian: 8n, karst: 8n }),
      channels: [SINGULAR],
      keepKarstUpgradeGas: true,
    },
    l2Blocks: 10,
    ranges: [[3, 4]],
    newest: 'karst',
  },
];

/** Chains whose blocks are full: of precompiled contracts at the limits of three forks. */
const atLimits = (name: string, forks: ForkSchedule, newest: ForkName): Omit<ConfirmedChain, 'lastHash'> => ({
  name: `precompiled contracts at their limits, ${name}`,
  scenario: {
    forks,
    // Compressed, for they are mostly zeros: their hashes are zlib's too, and not recorded.
    channels: [{ ...SPAN, compression: 'zlib', l2Blocks: 6 }],
    atLimits: true,
    gasLimit: 60_000_000,
    keepKarstUpgradeGas: true,
  },
  l2Blocks: 28,
  ranges: [],
  newest,
});
const fullBlocks = [
  atLimits('from Isthmus to Jovian', forksUpTo('jovian', { jovian: 28n }), 'jovian'),
  atLimits('Karst', forksUpTo('karst'), 'karst'),
];

/** Channels in so many blobs that L1 blocks hold as many as they may. */
const fullOfBlobs: Omit<ConfirmedChain, 'lastHash'> = {
  name: '21 blobs in an L1 block',
  scenario: {
    forks: forksUpTo('karst'),
    l1Forks: { prague: 0n, osaka: 0n, bpo1: 0n, bpo2: 0n },
    channels: [{ ...BLOBS, maxFrameSize: 220, framesPerTransaction: 6, l2Blocks: 12 }],
    batcherTransactionsPerL1Block: 5,
    keepKarstUpgradeGas: true,
  },
  l2Blocks: 12,
  ranges: [],
  newest: 'karst',
};

/** Karst's chains have one judge, kona, whose host gets refused calls of precompiled contracts wrong: they have none. */
const known = (chain: Omit<ConfirmedChain, 'lastHash'>): ConfirmedChain => ({
  ...chain,
  scenario: chain.newest === 'karst' ? { ...chain.scenario, refusedInputs: false } : chain.scenario,
  lastHash: LAST_HASHES[chain.name],
});

/** Chains that are made within a moment. */
export const CONFIRMED_CHAINS: readonly ConfirmedChain[] = [...fromGenesis, ...onTheWay].map(known);

/** Chains that only the reference suite makes. */
export const LARGE_CHAINS: readonly ConfirmedChain[] = [...fullBlocks, fullOfBlobs].map(known);
