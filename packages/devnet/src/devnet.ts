// The embedded chain as a whole: L1, L2, batcher and their endpoints, driven in virtual time.
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesToHex } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { Batcher } from './batcher/batcher.js';
import { InboxNoise } from './batcher/noise.js';
import type { ChannelPlan } from './batcher/plan.js';
import { TransactionPool } from './chain/pool.js';
import { Wallet } from './chain/wallet.js';
import { DISPUTE_GAME_FACTORY, FACTORY_CHAIN_ID_SLOT } from './contracts/dispute-games.js';
import { forwarderCode, OPTIMISM_PORTAL, SYSTEM_CONFIG } from './contracts/l1-contracts.js';
import { BEACON_ROOTS_CODE, HISTORY_STORAGE_CODE } from './contracts/predeploys.js';
import { BEACON_ROOTS, HISTORY_STORAGE } from './execution/addresses.js';
import type { L1ForkSchedule } from './execution/blob-schedule.js';
import { blobParametersAt } from './execution/chain.js';
import { signingCommon } from './execution/evm-common.js';
import { isActive } from './execution/forks.js';
import { checkSchedule } from './execution/forks.js';
import type { ForkName, ForkSchedule } from './execution/forks.js';
import type { Genesis, GenesisAccount } from './execution/genesis.js';
import { L1Chain } from './l1/l1-chain.js';
import type { L1Block } from './l1/l1-chain.js';
import { forkTimes, GENESIS_BALANCE, l1ContractAddress, l2Genesis, rollupConfig, USERS } from './l2/genesis.js';
import { L2Chain } from './l2/l2-chain.js';
import type { L2Block } from './l2/l2-chain.js';
import { outputOf } from './l2/output-root.js';
import type { RollupConfig } from './l2/rollup-config.js';
import { serveBeacon } from './rpc/beacon-api.js';
import { executionApi } from './rpc/execution-api.js';
import { serveJsonRpc } from './rpc/json-rpc-server.js';
import type { Listening } from './rpc/json-rpc-server.js';
import { opNodeApi } from './rpc/op-node-api.js';
import { serveWebSocket } from './rpc/web-socket.js';
import { seededKey } from './seed.js';
import type { KeyPair } from './seed.js';
import { L1_FUNDED, L1Traffic } from './traffic/l1-traffic.js';
import { L2Traffic } from './traffic/l2-traffic.js';
import { type ProposalPlan, Proposer, PROPOSER } from './traffic/proposer.js';

/** Ports on 127.0.0.1; 0 or none takes any free one. */
export interface DevnetPorts {
  readonly l1?: number;
  readonly beacon?: number;
  readonly l2?: number;
  readonly opNode?: number;
}

/** How the chain runs. Times are virtual seconds. */
export interface Scenario {
  readonly l1BlockTime: bigint;
  readonly l2BlockTime: bigint;
  /** How the batcher submits, channel by channel, over and over. */
  readonly channels: readonly ChannelPlan[];
  /** Batcher transactions in one L1 block, at most. */
  readonly batcherTransactionsPerL1Block: number;
  /** L1 blocks within which a batch must land (rollup.json's seq_window_size). */
  readonly sequencingWindow: number;
  /** Plain transfers in each L1 block besides all else, for L1 blocks as full as real ones. */
  readonly l1Transfers: number;
  /** The same in each L2 block, to accounts that are new. */
  readonly l2Transfers: number;
  /** Whether the batch inbox also gets what derivation must pass over. */
  readonly noise: boolean;
  /**
   * When forks activate, in seconds after genesis (0: from genesis on). Batches must be ones that the forks of their
   * time know (spans from Delta, blobs from Ecotone, Brotli from Fjord on), or making blocks fails with
   * `ChannelPlanError`.
   */
  readonly forks: ForkSchedule;
  /** The same for the L1, which is in Cancun from genesis. */
  readonly l1Forks: L1ForkSchedule;
  /** Gas of an L2 block, until L1 says otherwise. */
  readonly gasLimit: number;
  /** Whether the gas of Karst's upgrade stays in the limit of the blocks after it. */
  readonly keepKarstUpgradeGas: boolean;
  /** Whether precompiled contracts are also called with BLS12-381 inputs that they refuse (since Isthmus). */
  readonly refusedInputs: boolean;
  /** Whether precompiled contracts are also called at their longest inputs, which fills blocks (since Isthmus). */
  readonly atLimits: boolean;
  /** The L1 block in which the chain's owner puts another batcher account in charge. */
  readonly batcherHandover?: bigint;
  /** Output roots are proposed on L1, in games of a dispute game factory. */
  readonly proposals?: ProposalPlan;
}

export interface DevnetOptions {
  /**
   * The chain is the same, byte for byte, for the same seed and scenario (and zlib: batches are compressed by Node's,
   * whose output may differ from version to version).
   */
  readonly seed: string;
  readonly ports?: DevnetPorts;
  /** L2 blocks to make before the devnet is ready. */
  readonly l2Blocks: number;
  readonly scenario?: Partial<Scenario>;
  /**
   * Whether the chain goes on by time once it is ready: a block every `scenario.l2BlockTime` seconds, of what was sent
   * to the endpoints. Its times are those of the clock, so that no two such chains are the same.
   */
  readonly live?: boolean;
  /** Ends the making of blocks; `startDevnet` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** An account that has ether on both chains, for users. */
export interface FundedAccount {
  readonly address: PrefixedHexString;
  readonly privateKey: PrefixedHexString;
}

/** A block by hash and number. */
export interface Head {
  readonly hash: PrefixedHexString;
  readonly number: number;
}

/** A running devnet. */
export interface Devnet {
  readonly l1Url: string;
  readonly beaconUrl: string;
  readonly l2Url: string;
  readonly opNodeUrl: string;
  readonly rollupConfig: RollupConfig;
  readonly genesis: Genesis;
  /** Address of the dispute game factory on L1, where there are proposals. */
  readonly gameFactory: PrefixedHexString | undefined;
  /** Accounts with ether on L1 and L2 that no traffic of the chain's own uses. */
  readonly accounts: readonly FundedAccount[];
  /** The newest blocks: every L2 block up to `l2` can be derived from L1 up to `l1`. */
  readonly head: { readonly l1: Head; readonly l2: Head };
  /** Rejects when a live chain can't go on; otherwise it never settles. */
  readonly failure: Promise<never>;
  /** Makes more L2 blocks, and the L1 blocks that hold their batches. */
  advance(l2Blocks: number): Promise<void>;
  /** Writes rollup.json, genesis-l2.json and l1-chainconfig.json into a folder, which is made if there is none. */
  writeConfig(directory: string): Promise<void>;
  close(): Promise<void>;
}

const GWEI = 1_000_000_000n;
const L1_CHAIN_ID = 900;
const L2_CHAIN_ID = 901;
/** 1 September 2025, midnight UTC: a time like any other, but always the same. */
const GENESIS_TIME = 1_756_684_800n;

export const DEFAULT_SCENARIO: Scenario = {
  l1BlockTime: 6n,
  l2BlockTime: 2n,
  batcherTransactionsPerL1Block: 2,
  sequencingWindow: 3600,
  l1Transfers: 0,
  l2Transfers: 0,
  noise: false,
  forks: { regolith: 0n, canyon: 0n, delta: 0n, ecotone: 0n, fjord: 0n, granite: 0n },
  l1Forks: {},
  gasLimit: 30_000_000,
  keepKarstUpgradeGas: false,
  atLimits: false,
  refusedInputs: true,
  channels: [
    { batches: 'singular', compression: 'zlib', carrier: 'calldata', l2Blocks: 3 },
    { batches: 'span', compression: 'brotli', carrier: 'blobs', l2Blocks: 5 },
    { batches: 'span', compression: 'zlib', carrier: 'calldata', l2Blocks: 4, maxFrameSize: 1_200 },
    { batches: 'singular', compression: 'brotli', carrier: 'blobs', l2Blocks: 4 },
  ],
};

/** Starts the chain, makes its first blocks and serves its endpoints. */
export async function startDevnet(options: DevnetOptions): Promise<Devnet> {
  const { seed, l2Blocks, live = false, signal } = options;
  const scenario = { ...DEFAULT_SCENARIO, ...options.scenario };
  const genesisTime = live
    ? BigInt(Math.floor(Date.now() / 1000) - l2Blocks * Number(scenario.l2BlockTime))
    : GENESIS_TIME;
  const chain = await VirtualChain.start(seed, scenario, genesisTime);
  await chain.advance(l2Blocks, signal);
  const servers = await serve(chain, options.ports ?? {}, live);
  const [l1, beacon, l2, opNode] = servers;
  let advanced = Promise.resolve();
  const after = (work: () => Promise<void>): Promise<void> => (advanced = advanced.then(work));
  const clock = live ? startClock(scenario.l2BlockTime, () => after(() => chain.step())) : undefined;
  const failure = clock?.failure ?? new Promise<never>(() => {});
  return {
    l1Url: l1.url,
    beaconUrl: beacon.url,
    l2Url: l2.url,
    opNodeUrl: opNode.url,
    rollupConfig: chain.l2.config,
    genesis: chain.genesis,
    gameFactory: chain.proposer && (chain.proposer.options.factory.toString() as PrefixedHexString),
    accounts: userKeys(seed).map(({ address, privateKey }) => ({
      address: bytesToHex(address.bytes),
      privateKey: bytesToHex(privateKey),
    })),
    get head() {
      return { l1: headOf(chain.l1.blocks.head), l2: headOf(chain.l2.blocks.head) };
    },
    failure,
    advance: (more) => after(() => chain.advance(more)),
    writeConfig: async (directory) => {
      await mkdir(directory, { recursive: true });
      await writeJson(join(directory, 'rollup.json'), chain.l2.config);
      await writeJson(join(directory, 'genesis-l2.json'), chain.genesis);
      await writeJson(join(directory, 'l1-chainconfig.json'), chain.l1.config);
    },
    close: async () => {
      clock?.stop();
      await Promise.all(servers.map((server) => server.close()));
      await advanced;
    },
  };
}

/** Calls `tick` every so many seconds, but not while the tick before is at work. */
function startClock(seconds: bigint, tick: () => Promise<void>): { stop(): void; failure: Promise<never> } {
  let isBusy = false;
  let fail: (reason: unknown) => void = () => {};
  const failure = new Promise<never>((_, reject) => (fail = reject));
  // It is for whoever waits for it; a chain that nobody waits for just stands still.
  failure.catch(() => {});
  const timer = setInterval(
    () => {
      if (isBusy) return;
      isBusy = true;
      tick().then(
        () => (isBusy = false),
        (error: unknown) => {
          clearInterval(timer);
          fail(error);
        },
      );
    },
    Number(seconds) * 1000,
  );
  return { stop: () => clearInterval(timer), failure };
}

/** Accounts for users. */
function userKeys(seed: string): KeyPair[] {
  return USERS.map((name) => seededKey(seed, name));
}

async function serve(
  chain: VirtualChain,
  ports: DevnetPorts,
  live: boolean,
): Promise<[Listening, Listening, Listening, Listening]> {
  const { l1, l2 } = chain;
  const safeHead = (): L2Block => chain.safeHead;
  const l1Tagged = (): { safe: L1Block; finalized: L1Block } => ({ safe: l1.blocks.head, finalized: l1.blocks.head });
  const l2Tagged = (): { safe: L2Block; finalized: L2Block } => ({ safe: safeHead(), finalized: safeHead() });
  const optimism = { ...chain.genesis.config.optimism };
  const started: Listening[] = [];
  const keep = async (server: Promise<Listening>): Promise<Listening> => {
    const listening = await server;
    started.push(listening);
    return listening;
  };
  try {
    return [
      await keep(
        serveJsonRpc(
          executionApi({ ...executionNode(l1), tagged: l1Tagged, pool: live ? chain.l1Pool : undefined }),
          ports.l1 ?? 0,
          serveWebSocket,
        ),
      ),
      await keep(serveBeacon(l1, ports.beacon ?? 0)),
      await keep(
        serveJsonRpc(
          executionApi({ ...executionNode(l2), tagged: l2Tagged, pool: live ? chain.l2Pool : undefined }),
          ports.l2 ?? 0,
          serveWebSocket,
        ),
      ),
      await keep(
        serveJsonRpc(
          opNodeApi({ l1, l2, safeHead, safeHeadAt: (number) => chain.safeHeadAt(number), optimism }),
          ports.opNode ?? 0,
        ),
      ),
    ];
  } catch (error) {
    await Promise.all(started.map((server) => server.close()));
    throw error;
  }
}

function executionNode<C extends L1Chain | L2Chain>({
  chain,
  blocks,
  store,
}: C): Pick<C, 'chain' | 'blocks' | 'store'> {
  return { chain, blocks, store };
}

/** Both chains, the batcher between them and their users, in steps of one L1 block. */
class VirtualChain {
  safeHead: L2Block;
  readonly l1Pool: TransactionPool;
  readonly l2Pool: TransactionPool;
  /** The safe head after each L1 block, by its number. */
  readonly #safeHeads: L2Block[];

  private constructor(
    readonly scenario: Scenario,
    readonly genesis: Genesis,
    readonly l1: L1Chain,
    readonly l2: L2Chain,
    readonly l1Traffic: L1Traffic,
    readonly l2Traffic: L2Traffic,
    readonly batcher: Batcher,
    readonly noise: InboxNoise | undefined,
    readonly proposer: Proposer | undefined,
  ) {
    this.safeHead = l2.blocks.head;
    this.#safeHeads = [this.safeHead];
    this.l1Pool = new TransactionPool(signingCommon(L1_CHAIN_ID));
    this.l2Pool = new TransactionPool(signingCommon(L2_CHAIN_ID));
  }

  /** The newest L2 block that L1 up to a block, which is there, makes safe. */
  safeHeadAt(l1Number: bigint): L2Block {
    return this.#safeHeads[Number(l1Number)] ?? this.safeHead;
  }

  static async start(seed: string, scenario: Scenario, genesisTime: bigint): Promise<VirtualChain> {
    const portal = l1ContractAddress(seed, 'OptimismPortal');
    const systemConfig = l1ContractAddress(seed, 'SystemConfig');
    const forwarder = l1ContractAddress(seed, 'forwarder');
    const alloc: Record<string, GenesisAccount> = {
      [portal.toString()]: { code: bytesToHex(OPTIMISM_PORTAL), nonce: '0x1' },
      [forwarder.toString()]: { code: bytesToHex(forwarderCode(portal)), nonce: '0x1' },
      [systemConfig.toString()]: { code: bytesToHex(SYSTEM_CONFIG), nonce: '0x1' },
      [BEACON_ROOTS.toString()]: { code: bytesToHex(BEACON_ROOTS_CODE), nonce: '0x1' },
      [HISTORY_STORAGE.toString()]: { code: bytesToHex(HISTORY_STORAGE_CODE), nonce: '0x1' },
    };
    const factory = l1ContractAddress(seed, 'DisputeGameFactory');
    if (scenario.proposals !== undefined) {
      alloc[factory.toString()] = {
        code: bytesToHex(DISPUTE_GAME_FACTORY),
        nonce: '0x1',
        storage: { [bytesToHex(FACTORY_CHAIN_ID_SLOT)]: `0x${L2_CHAIN_ID.toString(16)}` },
      };
      alloc[seededKey(seed, PROPOSER).address.toString()] = { balance: String(GENESIS_BALANCE) };
    }
    for (const name of [...L1_FUNDED, ...USERS])
      alloc[seededKey(seed, name).address.toString()] = { balance: String(GENESIS_BALANCE) };
    const { l1BlockTime, l2BlockTime } = scenario;
    const timing = { genesisTime, blockTime: l1BlockTime };
    const l1Forks = forkTimes(scenario.l1Forks, genesisTime);
    const l1 = await L1Chain.start({ seed, chainId: L1_CHAIN_ID, ...timing, alloc, forks: l1Forks });
    checkSchedule(scenario.forks);
    const forks = forkTimes(scenario.forks, genesisTime);
    const { gasLimit, sequencingWindow, keepKarstUpgradeGas } = scenario;
    const chain = { seed, forks, gasLimit };
    const genesis = l2Genesis({ ...chain, chainId: L2_CHAIN_ID, l1ChainId: L1_CHAIN_ID, time: genesisTime });
    const l2 = await L2Chain.start(genesis, l1.chain, (hash) =>
      rollupConfig({
        ...chain,
        l1: { hash: l1.blocks.head.hash, chainId: L1_CHAIN_ID },
        l2: { hash, chainId: L2_CHAIN_ID },
        genesisTime,
        blockTime: l2BlockTime,
        sequencingWindow,
        keepKarstUpgradeGas,
      }),
    );
    const l1Common = signingCommon(L1_CHAIN_ID);
    const l2Common = signingCommon(L2_CHAIN_ID);
    const { channels: plans, batcherHandover: handover } = scenario;
    const maxBlobs = (number: bigint): number => {
      const { max } = blobParametersAt(l1.chain, genesisTime + number * l1BlockTime);
      // The noise brings a blob of its own.
      return scenario.noise ? max - 1 : max;
    };
    const isActiveIn = (fork: ForkName, l1Number: bigint): boolean =>
      isActive(forks, fork, genesisTime + l1Number * scenario.l1BlockTime);
    const isActiveInL2 = (fork: ForkName, number: bigint): boolean =>
      isActive(forks, fork, genesisTime + number * scenario.l2BlockTime);
    const batcher = new Batcher({
      seed,
      config: l2.config,
      l1Common,
      l2Common,
      plans,
      handover,
      maxBlobs,
      isActive: isActiveIn,
    });
    const stranger = new Wallet(seededKey(seed, 'stranger'), l1Common, 100n * GWEI, GWEI);
    return new VirtualChain(
      scenario,
      genesis,
      l1,
      l2,
      new L1Traffic(
        seed,
        l1Common,
        { portal, systemConfig, forwarder },
        { handover, isActive: isActiveIn, transfers: scenario.l1Transfers },
      ),
      new L2Traffic({
        seed,
        common: l2Common,
        atLimits: scenario.atLimits,
        transfers: scenario.l2Transfers,
        refusedInputs: scenario.refusedInputs,
        isActive: isActiveInL2,
      }),
      batcher,
      scenario.noise ? new InboxNoise(seed, batcher.inbox, stranger) : undefined,
      scenario.proposals === undefined
        ? undefined
        : new Proposer({
            seed,
            common: l1Common,
            factory,
            plan: scenario.proposals,
            outputRoot: (number) => {
              const { header, hash } = l2.blocks.at(number);
              return outputOf(header, hash, l2.store).outputRoot;
            },
          }),
    );
  }

  /** Makes L2 blocks until there are `count` more, then L1 blocks until all of them are safe. */
  async advance(count: number, signal?: AbortSignal): Promise<void> {
    const target = this.l2.blocks.head.header.number + BigInt(count);
    while (this.l2.blocks.head.header.number < target) {
      await this.#l1Block(true);
      await this.#l2Blocks(target, signal);
    }
    this.batcher.flush();
    while (!this.batcher.isIdle || this.safeHead !== this.l2.blocks.head) {
      await letOthersWork(signal);
      await this.#l1Block(true);
    }
  }

  /** Makes one L2 block of what the pool holds, and the L1 block in front of it where one is due. */
  async step(): Promise<void> {
    const l1Due = this.l1.blocks.head.header.timestamp + this.scenario.l1BlockTime;
    if (this.l2.nextTimestamp >= l1Due) await this.#l1Block(false);
    const isUsers = this.batcher.submitsNext && this.l2.nextActivations.length === 0;
    this.batcher.add(await this.l2.produce(this.#origin(), [], isUsers ? this.l2Pool : undefined));
  }

  async #l1Block(hasTraffic: boolean): Promise<void> {
    const number = this.l1.blocks.head.header.number + 1n;
    const users = hasTraffic ? this.l1Traffic.submissionsFor(number) : [];
    const batches = this.batcher.take(this.scenario.batcherTransactionsPerL1Block, number);
    const inbox = this.noise?.around(this.batcher.walletAt(number), batches) ?? batches;
    const proposals = this.proposer?.submissionsFor(number, this.safeHead.header.number) ?? [];
    await this.l1.produce([...users, ...inbox, ...proposals], this.l1Pool);
    this.safeHead = this.batcher.newlySafe(number) ?? this.safeHead;
    this.#safeHeads.push(this.safeHead);
  }

  /** The L2 blocks that are due before the next L1 block, but none above `target`. */
  async #l2Blocks(target: bigint, signal: AbortSignal | undefined): Promise<void> {
    const until = this.l1.blocks.head.header.timestamp + this.scenario.l1BlockTime;
    while (this.l2.nextTimestamp < until && this.l2.blocks.head.header.number < target) {
      await letOthersWork(signal);
      const number = this.l2.blocks.head.header.number + 1n;
      const hasUsers = this.batcher.submitsNext && this.l2.nextActivations.length === 0;
      const transactions = hasUsers ? this.l2Traffic.transactionsFor(number) : [];
      this.batcher.add(await this.l2.produce(this.#origin(), transactions));
    }
  }

  /** The next L1 block where the rules allow it, else the one of the L2 head. */
  #origin(): L1Block {
    const { number } = this.l2.blocks.head.l1Origin;
    const next = this.l1.blocks.find(number + 1n);
    return next !== undefined && next.header.timestamp <= this.l2.nextTimestamp ? next : this.l1.blocks.at(number);
  }
}

/** Lets timers, signals and requests have their turn between two blocks, and stops where that is asked for. */
async function letOthersWork(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
  signal?.throwIfAborted();
}

function headOf({ hash, header }: L1Block | L2Block): Head {
  return { hash: bytesToHex(hash), number: Number(header.number) };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  const partial = `${path}.partial`;
  await writeFile(partial, `${JSON.stringify(value, undefined, 2)}\n`);
  await rename(partial, path);
}
