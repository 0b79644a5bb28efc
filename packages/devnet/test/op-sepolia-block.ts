// Real OP Sepolia blocks, executed from their witnesses, must have the hashes that the chain gave them.
import assert from 'node:assert/strict';
import { bytesToHex, hexToBytes } from '@ethereumjs/util';
import type { PrefixedHexString } from '@ethereumjs/util';
import { keccak_256 } from '@noble/hashes/sha3.js';
import { executeBlock } from '../src/execution/block-executor.js';
import type { BlockHeader } from '../src/execution/header.js';
import { hashHeader } from '../src/execution/header.js';
import { MissingStateError, StateStore } from '../src/state/store.js';
import type { StateSource } from '../src/state/store.js';
import { readText } from './shared-data.js';

type Fields = Record<string, PrefixedHexString>;

interface RecordedBlock {
  readonly rollup_config: {
    readonly l2_chain_id: number;
    readonly chain_op_config: { readonly eip1559Elasticity: number; readonly eip1559DenominatorCanyon: number };
    readonly [field: string]: unknown;
  };
  readonly parent_header: Fields;
  readonly executing_payload: Fields & { readonly transactions: PrefixedHexString[] };
  readonly expected_block_hash: string;
  readonly preimages: Fields;
}

const FORKS = ['canyon', 'delta', 'ecotone', 'fjord', 'granite', 'holocene', 'isthmus'] as const;

/** Executes a recorded block on its parent and asserts its hash. */
export async function replaySepoliaBlock(number: number): Promise<void> {
  const recorded = JSON.parse(readText(`op-sepolia-blocks/block-${number}.json.gz`)) as RecordedBlock;
  const { rollup_config: config, executing_payload: payload } = recorded;
  const parent = headerOf(recorded.parent_header);
  const times = FORKS.map((fork) => [fork, BigInt(config[`${fork}_time`] as number)] as const);
  const { hash, header } = await executeBlock({
    chain: {
      chainId: config.l2_chain_id,
      optimism: {
        forks: { regolith: 0n, ...Object.fromEntries(times) },
        baseFee: {
          elasticity: BigInt(config.chain_op_config.eip1559Elasticity),
          denominator: BigInt(config.chain_op_config.eip1559DenominatorCanyon),
        },
      },
    },
    parent,
    attributes: {
      timestamp: BigInt(field(payload, 'timestamp')),
      prevRandao: bytes(payload, 'prevRandao'),
      feeRecipient: bytes(payload, 'suggestedFeeRecipient'),
      parentBeaconBlockRoot: bytes(payload, 'parentBeaconBlockRoot'),
      gasLimit: BigInt(field(payload, 'gasLimit')),
      transactions: payload.transactions.map((raw) => hexToBytes(raw)),
      eip1559Params: bytes(payload, 'eip1559Params'),
    },
    store: new StateStore(new Witness(recorded.preimages)),
    ancestorHash: (ancestor) => {
      assert.equal(ancestor, parent.number, 'the witness has no headers before the parent');
      return hashHeader(parent);
    },
  });
  assert.equal(header.number, BigInt(number));
  assert.equal(bytesToHex(hash), recorded.expected_block_hash);
}

class Witness implements StateSource {
  readonly #values = new Map<string, Uint8Array>();

  constructor(preimages: Fields) {
    for (const value of Object.values(preimages)) {
      const bytesOfValue = hexToBytes(value);
      this.#values.set(bytesToHex(keccak_256(bytesOfValue)), bytesOfValue);
    }
  }

  node(hash: Uint8Array): Uint8Array {
    return this.#find('trie node', hash);
  }

  code(hash: Uint8Array): Uint8Array {
    return this.#find('code', hash);
  }

  #find(kind: 'trie node' | 'code', hash: Uint8Array): Uint8Array {
    const value = this.#values.get(bytesToHex(hash));
    if (value === undefined) throw new MissingStateError(kind, hash);
    return value;
  }
}

function headerOf(fields: Fields): BlockHeader {
  return {
    parentHash: bytes(fields, 'parentHash'),
    ommersHash: bytes(fields, 'sha3Uncles'),
    coinbase: bytes(fields, 'miner'),
    stateRoot: bytes(fields, 'stateRoot'),
    transactionsRoot: bytes(fields, 'transactionsRoot'),
    receiptsRoot: bytes(fields, 'receiptsRoot'),
    logsBloom: bytes(fields, 'logsBloom'),
    difficulty: BigInt(field(fields, 'difficulty')),
    number: BigInt(field(fields, 'number')),
    gasLimit: BigInt(field(fields, 'gasLimit')),
    gasUsed: BigInt(field(fields, 'gasUsed')),
    timestamp: BigInt(field(fields, 'timestamp')),
    extraData: bytes(fields, 'extraData'),
    mixHash: bytes(fields, 'mixHash'),
    nonce: bytes(fields, 'nonce'),
    baseFeePerGas: BigInt(field(fields, 'baseFeePerGas')),
    withdrawalsRoot: bytes(fields, 'withdrawalsRoot'),
    blobGasUsed: BigInt(field(fields, 'blobGasUsed')),
    excessBlobGas: BigInt(field(fields, 'excessBlobGas')),
    parentBeaconBlockRoot: bytes(fields, 'parentBeaconBlockRoot'),
  };
}

function field(fields: Fields, name: string): PrefixedHexString {
  const value = fields[name];
  if (value === undefined) throw new Error(`the recorded block lacks ${name}`);
  return value;
}

function bytes(fields: Fields, name: string): Uint8Array {
  return hexToBytes(field(fields, name));
}
