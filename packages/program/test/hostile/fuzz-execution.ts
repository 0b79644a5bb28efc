// Random contracts in which whatever takes memory is frequent: execution must end, and keep within what its gas pays for.
//   npm run fuzz:execution -- [--seed N] [--seconds N]
// A block that fails is named by its seed: `--seed N --seconds 0` runs it alone.
import { parseArgs } from 'node:util';
import { forks } from '../execution/blocks.js';
import { fromHex } from '../execution/module.js';
import { deposit, headerRlp, World } from '../execution/world.js';
import { RandomNumbers } from '../random-numbers.js';
import { MadeUpState, type MadeUpAccount } from './made-up-state.js';
import { blockBudget } from './run-attack.js';

const { values } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, seconds: { type: 'string', default: '60' } },
});

/** An integer from 0 to below `limit`. */
function generator(seed: number): (limit: number) => number {
  const numbers = new RandomNumbers(seed);
  return (limit) => Math.floor(numbers.next() * limit);
}

const hex = (value: number, size: number): string => value.toString(16).padStart(2 * size, '0');
const push = (value: number): string => `63${hex(value, 4)}`;
const CONTRACTS = 12;
const contract = (i: number): string => hex(0x20000000 + i, 20);

/** An instruction with operands that make it do something: an offset or size, an address, a key. */
function instruction(random: (limit: number) => number): string {
  const size = (): string => push(Math.floor(2 ** (random(2000) / 100)));
  const small = (): string => push(random(300));
  const address = (): string => push(0x20000000 + random(CONTRACTS + 4));
  const gas = (): string => (random(3) === 0 ? size() : '5a');
  const call = (op: string, value: string): string =>
    `${small()}${small()}${size()}${small()}${value}${address()}${gas()}${op}50`;
  const choices = [
    () => `${size()}51505f`,
    () => `${small()}${size()}52`,
    () => `5a5a5d`,
    () => `${small()}${small()}5d`,
    () => `${small()}5c50`,
    () => `5a5a55`,
    () => `${small()}${small()}55`,
    () => `${random(2) === 0 ? '5a' : small()}5450`,
    () => `5a3150`,
    () => `${address()}3b50`,
    () => `${size()}${small()}${small()}${address()}3c`,
    () => `${size()}${small()}a0`,
    () => `5a5a5a${small()}${small()}a3`,
    () => call('f1', random(4) === 0 ? small() : '5f'),
    () => call('f2', '5f'),
    () => call('f4', ''),
    () => call('fa', ''),
    () => `${small()}${small()}${size()}${small()}${push(random(18) === 17 ? 256 : 1 + random(17))}${gas()}fa50`,
    () => `${size()}${small()}5ff050`,
    () => `5a${size()}${small()}5ff550`,
    () => `${size()}${small()}${small()}${['37', '39', '3e', '5e'][random(4)]}`,
    () => `${size()}${small()}2050`,
    () => `${random(30) === 0 ? `${address()}ff` : '5b'}`,
    () => '5b'.repeat(random(200)),
    () => hex(random(256), 1),
    () => `${small()}${small()}${['f3', 'fd'][random(2)]}`.repeat(random(12) === 0 ? 1 : 0),
  ];
  return (choices[random(choices.length)] ?? (() => ''))();
}

/** Code that does its instructions over and over, mostly. */
function code(random: (limit: number) => number): Uint8Array {
  let body = '';
  for (let left = 1 + random(40); left > 0; left--) body += instruction(random);
  const loop = random(4) === 0 ? '00' : `${push(20_000)}5a1160005700`;
  const bytes = fromHex(`5b${body}${loop}`);
  return random(3) === 0
    ? Buffer.concat([bytes, new Uint8Array(random(24_000)).fill(0x5b)]).subarray(0, 24_576)
    : bytes;
}

function run(seed: number): void {
  const random = generator(seed);
  const accounts: Record<string, MadeUpAccount> = {};
  for (let i = 0; i < CONTRACTS; i++) {
    const isDelegated = random(8) === 0;
    accounts[contract(i)] = {
      balance: BigInt(random(1000)),
      code: isDelegated ? fromHex(`ef0100${contract(random(CONTRACTS))}`) : code(random),
      hasStorage: random(3) === 0,
    };
  }
  const fork = (['canyon', 'ecotone', 'granite', 'holocene', 'isthmus', 'karst'] as const)[random(6)] ?? 'holocene';
  const levels = 3 + random(6);
  const state = new MadeUpState(levels, accounts, 300);
  const gas = 200_000 + random(4_000_000);
  const parent = { gasLimit: BigInt(gas), gasUsed: 0n };
  const world = new World(fork, {}, parent, (key) => state.get(key));
  world.head = headerRlp(forks.indexOf(fork), state.root, 1000n, parent);
  const { module } = world;
  const before = module.call('memoryTaken');
  const blocks = 1 + random(3);
  for (let block = 0; block < blocks; block++) {
    const each = 1 + random(3);
    const transactions = Array.from({ length: each }, () =>
      deposit({
        from: hex(0xaa00 + random(3), 20),
        ...(random(6) === 0 ? {} : { to: contract(random(CONTRACTS)) }),
        gas: BigInt(Math.floor(gas / each)),
        data: random(6) === 0 ? code(random) : new Uint8Array(random(100)),
      }),
    );
    const executed = world.execute(transactions, { gasLimit: BigInt(gas), eip1559Params: (250n << 32n) | 6n });
    if (executed === null) throw new Error(module.log().slice(-300));
  }
  const taken = module.call('memoryTaken') - before + module.call('framesTaken');
  if (taken > blockBudget(gas) + blocks * 200_000) throw new Error(`${taken} bytes were taken, of ${blockBudget(gas)}`);
}

const first = Number(values.seed);
const end = Date.now() + 1000 * Number(values.seconds);
let seed = first;
do {
  try {
    run(seed);
  } catch (error) {
    process.stderr.write(`fuzz: seed ${seed} fails: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  seed += 1;
} while (Date.now() < end);
process.stdout.write(`${seed - first} seeds from ${first} on, none failed\n`);
