// One block of an attack (test/hostile) on a state that is made up, executed natively.
import { readFileSync } from 'node:fs';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { PRECOMPILE_KEY } from '../../preimage/dist/src/index.js';
import { runProgram } from '../dist/src/index.js';
import { forks } from '../dist/test/execution/blocks.js';
import { fromHex, toHex } from '../dist/test/execution/module.js';
import { inputOf } from '../dist/test/execution/op-sepolia-blocks.js';
import { CHAIN_ID, COINBASE, headerRlp } from '../dist/test/execution/world.js';
import { GENESIS, transactionsOf } from '../dist/test/hostile/attacks.js';
import { MadeUpState } from '../dist/test/hostile/made-up-state.js';

const native = readFileSync(new URL('../dist/block-speed-native.wasm', import.meta.url));

/** The block's order, and an oracle that remembers what it made up; of results of precompiles `host` is asked. */
export function blockOf(attack, gas) {
  const fork = attack.fork ?? 'holocene';
  const state = new MadeUpState(attack.levels ?? 4, attack.accounts, attack.slots);
  const limit = BigInt(gas);
  const times = Object.fromEntries(forks.slice(0, forks.indexOf(fork) + 1).map((each) => [each, 0n]));
  const chain = { chainId: CHAIN_ID, blockTime: 2n, elasticity: 6n, denominator: 50n, denominatorCanyon: 250n, times };
  const before = { number: BigInt(GENESIS), gasLimit: limit, gasUsed: 0n };
  const parent = headerRlp(forks.indexOf(fork), state.root, 1000n, before);
  const order = inputOf(chain, parent, {
    timestamp: 1002n,
    prevRandao: new Uint8Array(32).fill(7),
    feeRecipient: fromHex(COINBASE),
    parentBeaconBlockRoot: new Uint8Array(32).fill(9),
    gasLimit: limit,
    eip1559Params: (250n << 32n) | 6n,
    transactions: transactionsOf(attack, gas),
  });
  const known = new Map([[toHex(keccak_256(parent)).slice(2), parent]]);
  return (host) => ({
    computing: host.computing,
    hint: async (hint) => {
      if (hint.startsWith('l1-precompile')) await host.hint(hint);
    },
    get: async (key) => {
      if (key[0] === 1) return order;
      if (key[0] === PRECOMPILE_KEY) return host.get(key);
      const asked = toHex(key.subarray(1));
      const value = known.get(asked) ?? state.get(asked);
      if (value === undefined) throw new Error(`no pre-image of ${toHex(key)}`);
      known.set(asked, value);
      return value;
    },
  });
}

/** Runs of the block: seconds, and those of user CPU time of all threads. */
export function nativeRun(name, attack, gas) {
  const oracleOn = blockOf(attack, gas);
  return async (host) => {
    let text = '';
    const keep = (bytes) => (text += Buffer.from(bytes));
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    const code = await runProgram({ module: native, oracle: oracleOn(host), stdout: keep, stderr: keep });
    const [seconds, user] = [(performance.now() - start) / 1e3, process.cpuUsage(cpu).user / 1e6];
    if (code !== 0 || !text.includes('executed')) throw new Error(`${name}: ${text}`);
    return { seconds, user };
  };
}
