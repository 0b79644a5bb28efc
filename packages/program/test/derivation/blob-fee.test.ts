// What a blob costs on L1, against EIP-4844's formula, @ethereumjs's tables of the public networks, and a chain of the Go software.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ChainConfig, Common, Hardfork, Holesky, Hoodi, Mainnet, Sepolia } from '@ethereumjs/common';
import { RLP } from '@ethereumjs/rlp';
import { l1ChainConfig, l1Blocks, l2Blocks, skip } from './chain-e.js';
import { fromHex, instantiate, ProgramExit, utf8 } from './module.js';

/** fake_exponential of EIP-4844. */
function exponential(numerator: bigint, denominator: bigint): bigint {
  let output = 0n;
  let accumulated = denominator;
  for (let i = 1n; accumulated > 0n; i++) {
    output += accumulated;
    accumulated = (accumulated * numerator) / (denominator * i);
  }
  return output / denominator;
}

const NEVER = 2n ** 64n - 1n;
const L1_CONFIG_KEY = `01${'09'.padStart(62, '0')}`;

interface Block {
  chain?: bigint;
  time?: bigint;
  prague?: boolean;
  pectra?: bigint;
  jovian?: boolean;
  /** What the host has as local key 9. */
  config?: string;
}

/** The fee, and the local keys that were asked for. */
function ask(excess: bigint, block: Block = {}): { fee: bigint; keys: string[] } {
  const { chain = 1n, time = 0n, prague = false, pectra = NEVER, jovian = false, config } = block;
  const keys: string[] = [];
  const module = instantiate((key) => {
    keys.push(key);
    return config === undefined ? undefined : utf8(config);
  });
  const answer = module.ask<string[]>('blobFee', chain, time, Number(prague), pectra, excess, Number(jovian));
  return { fee: BigInt(answer[0] ?? '0x0'), keys };
}

const fee = (excess: bigint, block?: Block): bigint => ask(excess, block).fee;

test('the blob base fee is the exponential of EIP-4844', () => {
  for (const excess of [0n, 1n, 131072n, 2314057n, 10_000_000n, 87_654_321n, 200_000_000n, 400_000_000n, 590_000_000n])
    assert.equal(fee(excess, { chain: 900n }), exponential(excess, 3338477n), `${excess}`);
  assert.throws(() => fee(600_000_000n, { chain: 900n }), /does not fit 256 bits/);
  assert.throws(() => fee(2n ** 63n, { chain: 900n }), /does not fit 256 bits/);
});

test('the update fraction follows the schedules of the public networks', () => {
  const excess = 123_456_789n;
  for (const network of [Mainnet, Sepolia, Holesky, Hoodi] as ChainConfig[]) {
    const common = new Common({ chain: network });
    const times = [Hardfork.Cancun, Hardfork.Prague, Hardfork.Osaka, Hardfork.Bpo1, Hardfork.Bpo2].map((fork) =>
      common.hardforkTimestamp(fork),
    );
    let checked = 0;
    for (const time of times) {
      assert.ok(time !== null, network.name);
      for (const at of [time - 1n, time, time + 1n, time + 10_000_000n]) {
        if (at < (times[0] ?? 0n) || at < 0n) continue;
        common.setHardforkBy({ blockNumber: 2n ** 40n, timestamp: at });
        // The fractions of EIP-4844 and EIP-7691; from BPO1 on they are the network's.
        const fraction = common.gteHardfork(Hardfork.Bpo1)
          ? common.param('blobGasPriceUpdateFraction')
          : common.gteHardfork(Hardfork.Prague)
            ? 5007716n
            : 3338477n;
        const prague = at >= (times[1] ?? 0n);
        const answer = ask(excess, { chain: BigInt(network.chainId), time: at, prague, jovian: true });
        assert.equal(answer.fee, exponential(excess, fraction), `${network.name} at ${at}`);
        assert.deepEqual(answer.keys, [], 'the configuration is built in');
        checked++;
      }
    }
    assert.ok(checked >= 16, network.name);
  }
});

const custom = JSON.stringify({
  chainId: 900,
  cancunTime: 0,
  pragueTime: 10,
  osakaTime: 20,
  bpo1Time: 30,
  bpo3Time: 40,
  bpo5Time: null,
  blobSchedule: {
    cancun: { target: 3, max: 6, baseFeeUpdateFraction: 1_000_003 },
    prague: { target: 6, max: 9, baseFeeUpdateFraction: 2_000_003 },
    bpo1: { target: 6, max: 9, baseFeeUpdateFraction: 3_000_017 },
    bpo2: { target: 6, max: 9, baseFeeUpdateFraction: 4_000_037 },
    bpo3: { target: 6, max: 9, baseFeeUpdateFraction: 5_000_011 },
    amsterdam: { target: 1, max: 1, baseFeeUpdateFraction: 1 },
  },
});

test("a custom chain's L1 has the schedule of its configuration: the last fork in force that has parameters", () => {
  const excess = 7_000_000n;
  const at = (time: bigint): bigint => fee(excess, { chain: 900n, time, jovian: true, config: custom });
  for (const [time, fraction] of [
    [0n, 1_000_003n],
    [9n, 1_000_003n],
    [10n, 2_000_003n],
    [20n, 2_000_003n], // Osaka has none of its own
    [30n, 3_000_017n],
    [39n, 3_000_017n],
    [40n, 5_000_011n], // BPO2 is not scheduled
    [10n ** 10n, 5_000_011n],
  ] as const) {
    assert.equal(at(time), exponential(excess, fraction), `${time}`);
  }
});

test('the L1 configuration is asked for only where it matters, and then once', () => {
  // An excess of zero costs 1 in every fork.
  assert.deepEqual(ask(0n, { chain: 900n, time: 50n, prague: true, jovian: true }), { fee: 1n, keys: [] });
  // Hosts from before Jovian do not have it, and L1 is at Cancun for all that they know.
  assert.deepEqual(ask(5n, { chain: 900n, time: 50n }).keys, []);
  assert.deepEqual(ask(5n, { chain: 900n, time: 50n, prague: true, config: custom }).keys, [L1_CONFIG_KEY]);
  assert.deepEqual(ask(5n, { chain: 900n, time: 50n, jovian: true, config: custom }).keys, [L1_CONFIG_KEY]);
});

test("a chain that missed Prague's fraction on L1 keeps Cancun's until its time", () => {
  const excess = 123_456_789n;
  const sepolia = { chain: 11155111n, prague: true, jovian: true, pectra: 1742486400n };
  assert.equal(fee(excess, { ...sepolia, time: 1742486399n }), exponential(excess, 3338477n));
  assert.equal(fee(excess, { ...sepolia, time: 1742486400n }), exponential(excess, 5007716n));
  assert.equal(fee(excess, { ...sepolia, time: 1761017184n }), exponential(excess, 8346193n));
  // Whatever L1's configuration says: op-node takes Ethereum's own fraction of Cancun there.
  const own = { chain: 900n, prague: true, jovian: true, pectra: 35n, config: custom };
  assert.equal(fee(7_000_000n, { ...own, time: 34n }), exponential(7_000_000n, 3338477n));
  assert.equal(fee(7_000_000n, { ...own, time: 35n }), exponential(7_000_000n, 3_000_017n));
});

test('an L1 configuration that can not be right ends the program with what is wrong', () => {
  const refuses = (config: object, message: RegExp): void => {
    const block = { chain: 900n, time: 50n, prague: true, config: JSON.stringify(config) };
    assert.throws(
      () => fee(5n, block),
      (error) => error instanceof ProgramExit && error.code === 2 && message.test(error.log),
    );
  };
  const good = JSON.parse(custom) as { blobSchedule: object };
  refuses({ ...good, chainId: 901 }, /L1 chain configuration: chainId is 901, the rollup configuration says 900/);
  refuses({ ...good, blobSchedule: undefined }, /blobSchedule is missing/);
  refuses({ ...good, blobSchedule: { prague: { target: 1 } } }, /baseFeeUpdateFraction is missing/);
  refuses({ ...good, bpo1Time: 'soon' }, /an integer from 0/);
  refuses({ ...good, cancunTime: 60, pragueTime: 60, bpo1Time: 60, bpo3Time: 60 }, /no blob parameters for time 50/);
});

test("every L1 attributes transaction of a chain that Go's software made has the fee", { skip }, () => {
  const headers = new Map(
    l1Blocks().map(({ number, raw }) => {
      const [header] = RLP.decode(fromHex(raw)) as unknown as [Uint8Array[]];
      const integer = (at: number): bigint => BigInt(`0x0${Buffer.from(header[at] ?? []).toString('hex')}`);
      return [number, { time: integer(11), prague: header.length > 20, excess: integer(18) }] as const;
    }),
  );
  const fees = new Set<bigint>();
  for (const { number, raw, l1origin } of l2Blocks().slice(1)) {
    const [, transactions] = RLP.decode(fromHex(raw)) as unknown as [unknown, Uint8Array[]];
    const deposit = RLP.decode((transactions[0] ?? new Uint8Array()).subarray(1)) as Uint8Array[];
    const data = Buffer.from(deposit[7] ?? []);
    const header = headers.get(l1origin.number);
    assert.ok(header !== undefined);
    const { excess, time, prague } = header;
    const expected = BigInt(`0x${data.subarray(68, 100).toString('hex')}`);
    const answer = fee(excess, { chain: 900n, time, prague, jovian: true, config: l1ChainConfig() });
    assert.equal(answer, expected, `block ${number}`);
    fees.add(answer);
  }
  assert.ok(fees.size > 3, 'blobs had several prices');
});
