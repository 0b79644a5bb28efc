// One block of an attack, executed; and what execution may take for it by docs/limits.md.
import { forks } from '../execution/blocks.js';
import { headerRlp, World } from '../execution/world.js';
import { type Attack, attacks, GENESIS, transactionsOf } from './attacks.js';
import { MadeUpState } from './made-up-state.js';

export interface Outcome {
  /** Bytes of the regions, of the EVM's frames and of both. */
  readonly regions: number;
  readonly frames: number;
  readonly taken: number;
  /** What one block may take of both. */
  readonly budget: number;
  /** Questions to L1's precompiles. */
  readonly asked: number;
  /** Gas of all blocks. */
  readonly gasUsed: number;
  readonly milliseconds: number;
}

const MEBIBYTE = 1 << 20;

/**
 * docs/limits.md, "Execution": what one block of that gas may take that runs up to `codes` codes, after blocks that had filled
 * the code tables.
 */
export function blockBudget(gas: number, codes = gas / 2600): number {
  return 6 * MEBIBYTE + 1.35 * gas + Math.min(8192, codes) * 25_100 + Math.min(512, codes) * 197_300;
}

/** The same for the attack's block. */
export function attackBudget(attack: Attack, gas: number): number {
  const codes = Object.values(attack.accounts).filter(({ code }) => code !== undefined).length;
  const isBeforeCanyon = attack.fork === 'regolith';
  const nested = attack.nests === true ? nestedFrames(gas, isBeforeCanyon) : 0;
  return blockBudget(gas, codes) + nested + (isBeforeCanyon ? LONG_CODES : 0);
}

/** Bytes for what is remembered of the memory of long init codes, once one of them jumps. */
const LONG_CODES = 65_536 * 396;

/**
 * Bytes of frames one within another, 1,025 stacks or creations, of which each leaves a 64th of the gas behind: the most over
 * all lengths of init codes. Each takes its stack, its bytes in its creator's memory, and a copy with what is known of it, for
 * those that are longer than any since Canyon no more than a piece.
 */
function nestedFrames(gas: number, isBeforeCanyon: boolean): number {
  let most = 1025 * 33_000;
  for (let words = 1; words <= (isBeforeCanyon ? 1 << 20 : 1536); words = Math.ceil(words * 1.01)) {
    const length = 32 * words;
    const price = 32_000 + (isBeforeCanyon ? 3 : 5) * words + words ** 2 / 512;
    const frames = Math.min(1024, 64 * Math.log(1 + gas / (64 * price)));
    const analysis = length <= 49_152 ? 8.2 * length : 0.1 * length + 67_000;
    most = Math.max(most, frames * (33_000 + 2 * length + analysis));
  }
  return most;
}

/** Executes `blocks` blocks of the attack, one after the other. A trap is thrown. */
export function runAttack(name: string, gas: number, blocks = 1): Outcome {
  const make = attacks[name];
  if (make === undefined) throw new Error(`no attack is called ${name}`);
  const attack = make(gas);
  const fork = attack.fork ?? 'holocene';
  const state = new MadeUpState(attack.levels ?? 4, attack.accounts, attack.slots);
  const parent = { number: BigInt(GENESIS), gasLimit: BigInt(gas), gasUsed: 0n };
  const world = new World(fork, {}, parent, (key) => state.get(key));
  world.head = headerRlp(forks.indexOf(fork), state.root, 1000n, parent);
  const { module } = world;
  const transactions = transactionsOf(attack, gas);
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
  const asked = module.hints.filter((hint) => hint.startsWith('l1-precompile-v2')).length;
  return { asked, regions, frames, taken: regions + frames, budget: attackBudget(attack, gas), gasUsed, milliseconds };
}
