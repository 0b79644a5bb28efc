// The chain of ../shared/data/devnet-a: 580 L2 blocks that op-geth made.
import { RLP } from '@ethereumjs/rlp';
import { recordedChain } from '../recorded-data.js';
import { configure, chainOf, execute, type Attributes } from './blocks.js';
import { fromHex, startModule, toHex, type Harness } from './module.js';

export interface DevnetBlock {
  readonly number: number;
  readonly hash: string;
  readonly outputRoot: string;
  readonly stateRoot: string;
  readonly raw: string;
}

const { skip, text, lines } = recordedChain('devnet-a');
/** For `test(name, { skip }, …)`: why the chain can't be read, or false. */
export { skip };

export function readBlocks(): DevnetBlock[] {
  return lines<DevnetBlock>('l2-blocks.jsonl.gz');
}

interface Genesis {
  readonly alloc: Record<string, { balance?: string; nonce?: string; code?: string; storage?: Record<string, string> }>;
}

/** A u256 as the module's functions take it: little-endian limbs. */
export function u256(value: bigint): Uint8Array {
  return fromHex(value.toString(16).padStart(64, '0')).toReversed();
}

/** Starts the module with the genesis state made by its own functions: returns its root. */
export function startAtGenesis(): { module: Harness; stateRoot: string } {
  const module = startModule();
  const { alloc } = JSON.parse(text('genesis-l2.json.gz')) as Genesis;
  module.call('useScratch', true);
  const start = module.call64('mark');
  const root = module.put(fromHex('56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'));
  module.call('openState', root);
  module.call('beginTransaction');
  const setWord = (value: string | undefined): number => module.put(u256(BigInt(value ?? '0')));
  for (const [key, account] of Object.entries(alloc)) {
    const address = module.put(fromHex(key));
    module.call('addBalance', address, setWord(account.balance));
    if (account.nonce !== undefined) module.call('setNonce', address, BigInt(account.nonce));
    const code = fromHex(account.code ?? '');
    if (code.length > 0) module.call('setCode', address, module.put(code), code.length);
    for (const [slot, value] of Object.entries(account.storage ?? {})) {
      module.call('setStorage', address, setWord(slot), setWord(value));
    }
  }
  module.call('endTransaction');
  module.call('commitState', root);
  const stateRoot = toHex(module.get(root, 32));
  module.call('release', start);
  module.call('useScratch', false);
  configure(module, chainOf(JSON.parse(text('rollup.json')) as Record<string, unknown>));
  return { module, stateRoot };
}

/** A block's header RLP and the payload attributes that make it. */
export function attributesOf(block: DevnetBlock): { header: Uint8Array; attributes: Attributes } {
  const [fields, transactions] = RLP.decode(fromHex(block.raw)) as [Uint8Array[], (Uint8Array | Uint8Array[])[]];
  const integer = (index: number): bigint => BigInt(`0x${toHex(fields[index] as Uint8Array) || '0'}`);
  const extra = fields[12] as Uint8Array;
  return {
    header: RLP.encode(fields),
    attributes: {
      timestamp: integer(11),
      prevRandao: fields[13] as Uint8Array,
      feeRecipient: fields[2] as Uint8Array,
      parentBeaconBlockRoot: fields[19] ?? null,
      transactions: transactions.map((item) => (item instanceof Uint8Array ? item : RLP.encode(item))),
      gasLimit: integer(9),
      eip1559Params: extra.length === 0 ? 0n : BigInt(`0x${toHex(extra.subarray(1, 9))}`),
    },
  };
}

/** Executes `block` on `parent` and returns its hash and output root, or null where it makes no block. */
export function executeBlock(
  module: Harness,
  parent: DevnetBlock,
  block: DevnetBlock,
): { hash: string; outputRoot: string } | null {
  const hash = execute(module, attributesOf(parent).header, attributesOf(block).attributes);
  if (hash === null) return null;
  const out = module.put(new Uint8Array(32));
  module.call('outputRoot', out);
  return { hash: `0x${hash}`, outputRoot: `0x${toHex(module.get(out, 32))}` };
}
