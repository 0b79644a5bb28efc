// The op-node's JSON-RPC: https://docs.optimism.io/operators/node-operators/json-rpc, "optimism" namespace.
import { bytesToHex } from '@ethereumjs/util';
import type { L1Block, L1Chain } from '../l1/l1-chain.js';
import type { L2Block, L2Chain } from '../l2/l2-chain.js';
import type { Json } from './block-json.js';
import { RpcError } from './json-rpc-server.js';
import type { RpcMethods } from './json-rpc-server.js';
import { quantityParameter } from './parameters.js';

/** What an op-node follows. */
export interface RollupNode {
  readonly l1: L1Chain;
  readonly l2: L2Chain;
  /** The newest block whose batch is in L1. */
  readonly safeHead: () => L2Block;
  /** The newest L2 block that L1 up to a block makes safe. */
  readonly safeHeadAt: (l1Number: bigint) => L2Block;
  /** The chain's EIP-1559 parameters, which rollup.json leaves to the genesis file and op-nodes add to their answer. */
  readonly optimism: Json;
}

const NOT_FOUND = -32_000;
const VERSION = 'obelisc-devnet/0.1.0';

/** The methods of one node. */
export function opNodeApi(node: RollupNode): RpcMethods {
  const { l2, optimism } = node;
  return {
    optimism_version: () => VERSION,
    optimism_rollupConfig: () => ({ ...l2.config, chain_op_config: optimism }),
    optimism_syncStatus: () => syncStatus(node),
    optimism_safeHeadAtL1Block: ([number]) => {
      const block = node.l1.blocks.find(quantityParameter(number, 'block number'));
      if (block === undefined) throw new RpcError(NOT_FOUND, `no L1 block ${String(number)}: not found`);
      return { l1Block: blockId(block), safeHead: blockId(node.safeHeadAt(block.header.number)) };
    },
    optimism_outputAtBlock: ([number]) => {
      const block = l2.blocks.find(quantityParameter(number, 'block number'));
      if (block === undefined) throw new RpcError(NOT_FOUND, `no L2 block ${String(number)}: not found`);
      return outputJson(node, block);
    },
  };
}

function outputJson(node: RollupNode, block: L2Block): Json {
  const { outputRoot, stateRoot, messagePasserStorageRoot } = block.output;
  return {
    version: bytesToHex(new Uint8Array(32)),
    outputRoot: bytesToHex(outputRoot),
    blockRef: l2Reference(block),
    withdrawalStorageRoot: bytesToHex(messagePasserStorageRoot),
    stateRoot: bytesToHex(stateRoot),
    syncStatus: syncStatus(node),
  };
}

function syncStatus({ l1, l2, safeHead }: RollupNode): Json {
  const l1Head = l1Reference(l1.blocks.head);
  const unsafe = l2Reference(l2.blocks.head);
  const safe = l2Reference(safeHead());
  return {
    current_l1: l1Head,
    current_l1_finalized: l1Head,
    head_l1: l1Head,
    safe_l1: l1Head,
    finalized_l1: l1Head,
    unsafe_l2: unsafe,
    safe_l2: safe,
    finalized_l2: safe,
    pending_safe_l2: safe,
    cross_unsafe_l2: unsafe,
    local_safe_l2: safe,
  };
}

function blockId({ header, hash }: L1Block | L2Block): Json {
  return { hash: bytesToHex(hash), number: Number(header.number) };
}

function l1Reference({ header, hash }: L1Block): Json {
  return {
    hash: bytesToHex(hash),
    number: Number(header.number),
    parentHash: bytesToHex(header.parentHash),
    timestamp: Number(header.timestamp),
  };
}

function l2Reference({ header, hash, l1Origin, sequenceNumber }: L2Block): Json {
  return {
    hash: bytesToHex(hash),
    number: Number(header.number),
    parentHash: bytesToHex(header.parentHash),
    timestamp: Number(header.timestamp),
    l1origin: { hash: bytesToHex(l1Origin.hash), number: Number(l1Origin.number) },
    sequenceNumber: Number(sequenceNumber),
  };
}
