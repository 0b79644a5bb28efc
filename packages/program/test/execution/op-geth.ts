// op-geth's word on blocks: by a program that executes them with its packages, or as recorded from it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { keccak_256 } from '@noble/hashes/sha3.js';
import type { Attributes, Chain } from './blocks.js';
import { fromHex, toHex } from './module.js';
import type { Reference } from './random-blocks.js';
import { CHAIN_ID, type WorldAccount } from './world.js';

/**
 * op-geth knows Karst's time but has Jovian's precompiles in it: modular exponentiation and P256VERIFY at their old prices.
 * Karst's are those of kona, which the chains follow.
 */
const unlikeInKarst = [0x05, 0x100];

/** What op-geth made of a run of random blocks: a line a block, the transactions' fates (1 or 0) and the block's hash. */
export interface Recorded {
  readonly seed: number;
  readonly blocks: readonly string[];
}

/** A reference that repeats what was recorded. */
export function replay({ blocks }: Recorded): Reference {
  let at = -1;
  let asked = 0;
  const block = (): [string, string] => (blocks[at] ?? ' ').split(' ') as [string, string];
  return {
    unlikeInKarst,
    start: async () => {
      at++;
      asked = 0;
    },
    add: async () => block()[0][asked++] === '1',
    seal: async () => block()[1],
  };
}

const quantity = (value: bigint): string => `0x${value.toString(16)}`;

/** The chain's configuration in op-geth's form. */
function chainConfig(times: Chain['times']): Record<string, unknown> {
  const blocks = ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg', 'istanbul'];
  blocks.push('muirGlacier', 'berlin', 'london', 'arrowGlacier', 'grayGlacier', 'mergeNetsplit', 'bedrock');
  const config: Record<string, unknown> = {
    chainId: Number(CHAIN_ID),
    terminalTotalDifficulty: 0,
    optimism: { eip1559Elasticity: 6, eip1559Denominator: 50, eip1559DenominatorCanyon: 250 },
  };
  for (const name of blocks) config[`${name}Block`] = 0;
  const ethereum: Record<string, string> = { canyon: 'shanghai', ecotone: 'cancun', isthmus: 'prague', karst: 'osaka' };
  for (const [fork, time] of Object.entries(times)) {
    if (fork === 'bedrock' || fork === 'delta') continue;
    config[`${fork}Time`] = Number(time);
    if (ethereum[fork] !== undefined) config[`${ethereum[fork]}Time`] = Number(time);
  }
  return config;
}

/** A reference that asks `program`, and keeps its answers in `record`. */
export async function askOpGeth(
  program: string,
  times: Chain['times'],
  accounts: Readonly<Record<string, WorldAccount>>,
  head: Uint8Array,
  record: string[],
): Promise<Reference & { close(): void }> {
  const child = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (request: unknown): Promise<{ header?: string; error?: string; index: number }> => {
    child.stdin.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await lines.next();
    if (done === true) throw new Error(`${program} ended`);
    return JSON.parse(value) as { header?: string; error?: string; index: number };
  };
  const word = (value: bigint): string => `0x${value.toString(16).padStart(64, '0')}`;
  const alloc = Object.fromEntries(
    Object.entries(accounts).map(([address, { balance = 0n, nonce = 0n, code = '', storage = {} }]) => [
      address,
      {
        balance: quantity(balance),
        nonce: quantity(nonce),
        code: `0x${code}`,
        storage: Object.fromEntries(Object.entries(storage).map(([slot, value]) => [word(BigInt(slot)), word(value)])),
      },
    ]),
  );
  const genesis = await ask({ genesis: { config: chainConfig(times), alloc, header: `0x${toHex(head)}` } });
  if (genesis.error !== undefined) throw new Error(genesis.error);
  let attributes: Omit<Attributes, 'transactions'> | undefined;
  let transactions: Uint8Array[] = [];
  let fates = '';
  const build = (list: readonly Uint8Array[], dry: boolean): ReturnType<typeof ask> => {
    if (attributes === undefined) throw new Error('no block was begun');
    const { timestamp, prevRandao, feeRecipient, parentBeaconBlockRoot, gasLimit, eip1559Params, minBaseFee } =
      attributes;
    return ask({
      block: {
        timestamp: quantity(timestamp),
        prevRandao: `0x${toHex(prevRandao)}`,
        feeRecipient: `0x${toHex(feeRecipient)}`,
        ...(parentBeaconBlockRoot === null ? {} : { parentBeaconBlockRoot: `0x${toHex(parentBeaconBlockRoot)}` }),
        transactions: list.map((transaction) => `0x${toHex(transaction)}`),
        gasLimit: quantity(gasLimit),
        ...(eip1559Params === undefined ? {} : { eip1559Params: `0x${eip1559Params.toString(16).padStart(16, '0')}` }),
        ...(minBaseFee === undefined ? {} : { minBaseFee: quantity(minBaseFee) }),
        dry,
      },
    });
  };
  return {
    unlikeInKarst,
    start: async (begun) => {
      attributes = begun;
      transactions = [];
      fates = '';
    },
    add: async (transaction) => {
      const { error, index } = await build([...transactions, transaction], true);
      if (error !== undefined && index !== transactions.length) throw new Error(`transaction ${index}: ${error}`);
      fates += error === undefined ? '1' : '0';
      if (error === undefined) transactions.push(transaction);
      return error === undefined;
    },
    seal: async () => {
      const { error, header = '' } = await build(transactions, false);
      if (error !== undefined) throw new Error(error);
      const hash = toHex(keccak_256(fromHex(header)));
      record.push(`${fates} ${hash}`);
      return hash;
    },
    close: () => child.stdin.end(),
  };
}
