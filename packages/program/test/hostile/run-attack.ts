// One block of an attack, executed; and what execution may take for it by docs/limits.md.
import { forks } from '../execution/blocks.js';
import { fromHex } from '../execution/module.js';
import { deposit, headerRlp, World } from '../execution/world.js';
import { attacks, TARGET } from './attacks.js';
import { MadeUpState } from './made-up-state.js';

export interface Outcome {
  /** Bytes of the regions, of the EVM's frames and of both. */
  readonly regions: number;
  readonly frames: number;
  readonly taken: number;
  /** Gas of all blocks. */
  readonly gasUsed: number;
  readonly milliseconds: number;
}

const MEBIBYTE = 1 << 20;

/** docs/limits.md, "Execution": what one block of that gas may take, after blocks that had filled the code tables. */
export function blockBudget(gas: number): number {
  const codes = Math.min(8192, gas / 2600) * 27_800 + Math.min(512, gas / 2600) * 197_300;
  return 4 * MEBIBYTE + 1.35 * gas + codes;
}

/** Executes `blocks` blocks of the attack, one after the other. A trap is thrown. */
export function runAttack(name: string, gas: number, blocks = 1): Outcome {
  const make = attacks[name];
  if (make === undefined) throw new Error(`no attack is called ${name}`);
  const attack = make(gas);
  const fork = attack.fork ?? 'holocene';
  const state = new MadeUpState(attack.levels ?? 4, attack.accounts, attack.slots);
  const parent = { gasLimit: BigInt(gas), gasUsed: 0n };
  const world = new World(fork, {}, parent, (key) => state.get(key));
  world.head = headerRlp(forks.indexOf(fork), state.root, 1000n, parent);
  const { module } = world;
  const transactions = attack.transactions?.(gas) ?? [
    deposit({ to: TARGET, gas: BigInt(gas), from: 'aa'.repeat(20), data: fromHex('') }),
  ];
  const inputs = transactions.reduce((sum, { length }) => sum + length, 0) * blocks;
  const before = module.call('memoryTaken');
  const start = performance.now();
  let gasUsed = 0;
  for (let block = 0; block < blocks; block++) {
    const header = world.execute(transactions, { gasLimit: BigInt(gas), eip1559Params: (250n << 32n) | 6n });
    if (header === null) throw new Error(`${name}: ${module.log().slice(-300)}`);
    gasUsed += Number(header.gasUsed);
  }
  const milliseconds = performance.now() - start;
  const regions = module.call('memoryTaken') - before - inputs;
  const frames = module.call('framesTaken');
  return { regions, frames, taken: regions + frames, gasUsed, milliseconds };
}
