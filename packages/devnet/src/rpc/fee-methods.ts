// What fees are and were: eth_gasPrice, eth_feeHistory and their kind.
import { bigIntToHex } from '@ethereumjs/util';
import { baseFeeAfter, blobBaseFeeOf, blobParametersAt, rulesAt } from '../execution/chain.js';
import type { ExecutedBlock } from '../execution/block-executor.js';
import { GAS_PER_BLOB, blobBaseFee, nextExcessBlobGas } from '../execution/base-fee.js';
import { includes } from '../execution/forks.js';
import { DEPOSIT_TYPE } from '../execution/transaction.js';
import type { Json } from './block-json.js';
import { INVALID_PARAMS, RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { findByNumber } from './node.js';
import type { ExecutionNode } from './node.js';
import { quantityParameter } from './parameters.js';

/** What a tip is advised to be, in wei. */
const ADVISED_TIP = 1_000_000n;
const MOST_BLOCKS = 1024n;

/** The methods. */
export function feeMethods(node: ExecutionNode): RpcMethods {
  const { blocks } = node;
  return {
    eth_gasPrice: () => bigIntToHex((blocks.head.header.baseFeePerGas ?? 0n) + ADVISED_TIP),
    eth_maxPriorityFeePerGas: () => bigIntToHex(ADVISED_TIP),
    eth_blobBaseFee: () => bigIntToHex(blobBaseFeeOf(node.chain, blocks.head.header)),
    eth_feeHistory: ([count, newest, percentiles]) => feeHistory(node, count, newest, percentiles),
  };
}

function feeHistory(node: ExecutionNode, count: unknown, newest: unknown, percentiles: unknown): Json {
  const wanted = typeof count === 'number' ? BigInt(count) : quantityParameter(count, 'block count');
  const last = findByNumber(node, newest);
  if (last === undefined) throw new RpcError(INVALID_PARAMS, 'request beyond head block');
  const parts = percentilesOf(percentiles);
  const number = last.header.number;
  const length = [wanted, MOST_BLOCKS, number + 1n].reduce((least, one) => (one < least ? one : least));
  const chosen = Array.from({ length: Number(length) }, (_, i) => node.blocks.at(number - length + 1n + BigInt(i)));
  const ratio = (used: bigint, limit: bigint): number => (limit === 0n ? 0 : Number(used) / Number(limit));
  const { chain } = node;
  const nextTime = last.header.timestamp + 1n;
  const isL1 = chain.optimism === undefined;
  const blobs = blobParametersAt(chain, nextTime);
  const excess = isL1 ? nextExcessBlobGas(last.header, blobs, includes(rulesAt(chain, nextTime), 'osaka')) : 0n;
  return {
    oldestBlock: bigIntToHex(number - length + 1n),
    baseFeePerGas: [
      ...chosen.map(({ header }) => bigIntToHex(header.baseFeePerGas ?? 0n)),
      bigIntToHex(baseFeeAfter(chain, last.header, nextTime)),
    ],
    gasUsedRatio: chosen.map(({ header }) => ratio(header.gasUsed, header.gasLimit)),
    baseFeePerBlobGas: [
      ...chosen.map(({ header }) => bigIntToHex(blobBaseFeeOf(chain, header))),
      bigIntToHex(blobBaseFee(excess, blobs)),
    ],
    blobGasUsedRatio: chosen.map(({ header }) => {
      const most = BigInt(blobParametersAt(chain, header.timestamp).max) * GAS_PER_BLOB;
      return isL1 ? ratio(header.blobGasUsed ?? 0n, most) : 0;
    }),
    ...(parts.length > 0 && { reward: chosen.map((block) => tipsAt(block, parts)) }),
  };
}

function percentilesOf(value: unknown): readonly number[] {
  if (value === undefined || value === null) return [];
  const isList = Array.isArray(value) && value.every((one) => typeof one === 'number' && one >= 0 && one <= 100);
  if (!isList) throw new RpcError(INVALID_PARAMS, 'reward percentiles: numbers from 0 to 100 expected');
  return value as number[];
}

/** Tips that were paid, in ascending order, at shares of the block's gas. */
function tipsAt({ header, transactions, receipts }: ExecutedBlock, percentiles: readonly number[]): string[] {
  const baseFee = header.baseFeePerGas ?? 0n;
  const tips = transactions
    .flatMap(({ type }, i) => {
      const receipt = receipts[i];
      if (type === DEPOSIT_TYPE || receipt === undefined) return [];
      return [{ tip: receipt.effectiveGasPrice - baseFee, gas: receipt.gasUsed }];
    })
    .sort((a, b) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0));
  return percentiles.map((percentile) => {
    const threshold = (Number(header.gasUsed) * percentile) / 100;
    let sum = 0;
    const found = tips.find(({ gas }) => (sum += Number(gas)) >= threshold) ?? tips.at(-1);
    return bigIntToHex(found?.tip ?? 0n);
  });
}
