// One state test: the transaction's rules around the EVM are Ethereum's and written here, as the client itself has those
// of L2 only.
import { RLP } from '@ethereumjs/rlp';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { FORK, type instantiate, type Outcome } from './module.js';

/** A state test as ethereum/tests writes them: indexes choose among data, gas limits and values. */
export interface StateTest {
  env: Record<string, string>;
  pre: Record<string, { nonce: string; balance: string; code: string; storage: Record<string, string> }>;
  transaction: {
    nonce: string;
    gasPrice?: string;
    maxFeePerGas?: string;
    maxPriorityFeePerGas?: string;
    maxFeePerBlobGas?: string;
    blobVersionedHashes?: string[];
    accessLists?: ({ address: string; storageKeys: string[] }[] | null)[];
    sender: string;
    /** What go-ethereum signs with. */
    secretKey?: string;
    to: string;
    data: string[];
    gasLimit: string[];
    value: string[];
  };
  post: Record<string, { hash: string; logs: string; indexes: { data: number; gas: number; value: number } }[]>;
}

/** Forks of the tests by the L2 fork that has their EVM. */
export const FORKS: Record<string, number> = {
  Paris: FORK.bedrock,
  Merge: FORK.bedrock,
  Shanghai: FORK.canyon,
  Cancun: FORK.ecotone,
  Prague: FORK.isthmus,
  Osaka: FORK.karst,
};

const hex = (data: Uint8Array): string => `0x${Buffer.from(data).toString('hex')}`;
const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replace(/^0x/, ''), 'hex'));
const decimalHash = (n: bigint): Uint8Array => keccak_256(new TextEncoder().encode(n.toString()));

/** Blob base fee (EIP-4844). */
function blobBaseFee(excess: bigint): bigint {
  let sum = 0n;
  for (let i = 1n, term = 3338477n; term > 0n; i++) {
    sum += term;
    term = (term * excess) / (3338477n * i);
  }
  return sum / 3338477n;
}

/** The address that the code delegates to (EIP-7702). */
const delegateOf = (code: string): string | undefined => /^0xef0100([0-9a-f]{40})$/.exec(code)?.[1];

type Module = ReturnType<typeof instantiate>;

/** Runs one case; what it leaves is in the module's state. */
export function runStateTest(
  module: Module,
  t: Omit<StateTest, 'post'>,
  fork: number,
  at: { data: number; gas: number; value: number },
): void {
  const env = (name: string): bigint => BigInt(t.env[name] ?? 0);
  const tx = t.transaction;
  const cancun = fork >= FORK.ecotone;
  const prague = fork >= FORK.isthmus;
  const blobFee = cancun ? blobBaseFee(env('currentExcessBlobGas')) : 1n;
  module.reset();
  module.setBlock({
    fork,
    number: env('currentNumber'),
    timestamp: env('currentTimestamp'),
    gasLimit: env('currentGasLimit'),
    chainId: 1n,
    coinbase: t.env['currentCoinbase'] ?? '',
    prevRandao: env('currentRandom'),
    baseFee: env('currentBaseFee'),
    blobBaseFee: blobFee,
  });
  if (env('currentNumber') > 0n) module.setParents(env('currentNumber') - 1n, decimalHash);
  for (const [address, account] of Object.entries(t.pre)) {
    module.putAccount(address, BigInt(account.nonce), BigInt(account.balance), bytes(account.code));
    for (const [key, value] of Object.entries(account.storage)) module.putSlot(address, BigInt(key), BigInt(value));
  }
  module.begin();

  const gasLimit = BigInt(tx.gasLimit[at.gas] ?? 0);
  // A value of more than 256 bits is written `0x:bigint 0x…`; no transaction can hold it.
  const value = BigInt((tx.value[at.value] ?? '0').replace('0x:bigint ', ''));
  const data = bytes(tx.data[at.data] ?? '');
  const accessList = tx.accessLists?.[at.data] ?? [];
  const sender = tx.sender;
  const baseFee = env('currentBaseFee');
  const maxFee = BigInt(tx.maxFeePerGas ?? tx.gasPrice ?? 0);
  const priority = BigInt(tx.maxPriorityFeePerGas ?? tx.gasPrice ?? 0);
  const price = priority + baseFee < maxFee ? priority + baseFee : maxFee;
  const blobs = tx.blobVersionedHashes ?? [];
  const isBlob = tx.maxFeePerBlobGas !== undefined;
  const maxBlobFee = BigInt(tx.maxFeePerBlobGas ?? 0);
  const blobGas = BigInt(blobs.length) * 131072n;
  const creates = tx.to === '';

  let intrinsic = creates ? 53000n : 21000n;
  for (const byte of data) intrinsic += byte === 0 ? 4n : 16n;
  for (const entry of accessList) intrinsic += 2400n + 1900n * BigInt(entry.storageKeys.length);
  if (creates && fork >= FORK.canyon) intrinsic += 2n * BigInt(Math.ceil(data.length / 32));

  // EIP-7623.
  const floor = prague ? 21000n + data.reduce((sum, byte) => sum + (byte === 0 ? 10n : 40n), 0n) : 0n;

  const account = module.account(sender) ?? { nonce: 0n, balance: 0n, code: '0x' };
  const invalid =
    value >> 256n !== 0n ||
    (account.code !== '0x' && !(prague && delegateOf(account.code))) ||
    account.nonce !== BigInt(tx.nonce) ||
    account.nonce === (1n << 64n) - 1n ||
    maxFee < baseFee ||
    priority > maxFee ||
    gasLimit < intrinsic ||
    gasLimit < floor ||
    (fork >= FORK.karst && gasLimit > 1n << 24n) ||
    gasLimit > env('currentGasLimit') ||
    (creates && fork >= FORK.canyon && data.length > 49152) ||
    (isBlob && (!cancun || creates || blobs.length === 0 || blobs.length > 6 || maxBlobFee < blobFee)) ||
    blobs.some((hash) => !hash.startsWith('0x01')) ||
    account.balance < gasLimit * maxFee + value + blobGas * maxBlobFee;
  if (!invalid) {
    module.setTransaction(sender, price, blobs);
    module.subtract(sender, gasLimit * price + blobGas * blobFee);
    module.warm(sender);
    if (fork >= FORK.canyon) module.warm(t.env['currentCoinbase'] ?? '');
    for (let i = 1; i <= (prague ? 17 : cancun ? 10 : 9); i++) module.warm(`0x${i.toString(16).padStart(40, '0')}`);
    if (fork >= FORK.karst) module.warm(`0x${'100'.padStart(40, '0')}`);
    for (const entry of accessList) {
      module.warm(entry.address);
      for (const key of entry.storageKeys) module.warmSlot(entry.address, BigInt(key));
    }
    let outcome: Outcome;
    if (creates) {
      outcome = module.create(sender, value, data, gasLimit - intrinsic);
    } else {
      module.warm(tx.to);
      const delegate = prague ? delegateOf(module.account(tx.to)?.code ?? '') : undefined;
      if (delegate !== undefined) module.warm(delegate);
      module.putNonce(sender, account.nonce + 1n);
      outcome = module.call(sender, tx.to, value, data, gasLimit - intrinsic);
    }
    const used = gasLimit - outcome.gasLeft;
    const refund = outcome.refund < used / 5n ? outcome.refund : used / 5n;
    const paid = used - refund > floor ? used - refund : floor;
    module.add(sender, (gasLimit - paid) * price);
    module.add(t.env['currentCoinbase'] ?? '', paid * (price - baseFee));
  }
  module.end();
}

/** Hash of the logs that the transaction left. */
export function logsHash(module: Module): string {
  const logs = module.encodedLogs();
  return hex(keccak_256(logs.length === 0 ? Uint8Array.from([0xc0]) : RLP.encode([...decodeAll(logs)])));
}

/** The RLP items that lie one after the other. */
function* decodeAll(data: Uint8Array) {
  for (let rest = data; rest.length > 0;) {
    const { data: item, remainder } = RLP.decode(rest, true);
    yield item;
    rest = remainder;
  }
}
