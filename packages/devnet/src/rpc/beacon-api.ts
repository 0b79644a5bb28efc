// The beacon node's REST API, as far as it tells about blobs, forks and health: https://ethereum.github.io/beacon-APIs.
// There is no beacon chain below it: headers name the slot alone, and inclusion proofs are empty.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesToHex } from '@ethereumjs/util';
import type { BlobSidecar } from '../batcher/blob.js';
import type { L1Block, L1Chain } from '../l1/l1-chain.js';
import { l1ForkAt } from '../execution/blob-schedule.js';
import { end, listen } from './json-rpc-server.js';
import type { Listening } from './json-rpc-server.js';

const ZERO_ROOT = bytesToHex(new Uint8Array(32));
const SLOTS_PER_EPOCH = 32n;
const FINALIZED = { execution_optimistic: false, finalized: true } as const;
const VERSION = 'obelisc-devnet/0.1.0';

/** Serves the API of an L1's beacon side; port 0 takes any free one. */
export function serveBeacon(l1: L1Chain, port: number): Promise<Listening> {
  return listen((request, response) => answer(l1, request, response), port);
}

function answer(l1: L1Chain, request: IncomingMessage, response: ServerResponse): void {
  if (request.method === 'OPTIONS') return end(response, 204);
  if (request.method !== 'GET') return end(response, 405, failure(405, 'this API is read with GET'));
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  switch (url.pathname) {
    case '/eth/v1/node/version':
      return end(response, 200, { data: { version: VERSION } });
    case '/eth/v1/node/health':
      return end(response, 200);
    case '/eth/v1/node/syncing':
      return end(response, 200, {
        data: {
          head_slot: String(l1.slotOf(l1.blocks.head)),
          sync_distance: '0',
          is_syncing: false,
          is_optimistic: false,
          el_offline: false,
        },
      });
    case '/eth/v1/config/fork_schedule':
      return end(response, 200, { data: forkSchedule(l1) });
    case '/eth/v1/beacon/headers':
      return end(response, 200, { ...FINALIZED, data: [headerData(l1, l1.blocks.head)] });
    case '/eth/v1/config/spec':
      return end(response, 200, {
        data: { SECONDS_PER_SLOT: String(l1.options.blockTime), DEPOSIT_CHAIN_ID: String(l1.options.chainId) },
      });
    case '/eth/v1/beacon/genesis':
      return end(response, 200, {
        data: {
          genesis_time: String(l1.options.genesisTime),
          genesis_validators_root: ZERO_ROOT,
          genesis_fork_version: '0x00000000',
        },
      });
  }
  const checkpoints = /^\/eth\/v1\/beacon\/states\/([^/]+)\/finality_checkpoints$/.exec(url.pathname);
  const headers = /^\/eth\/v1\/beacon\/headers\/([^/]+)$/.exec(url.pathname);
  const named = checkpoints?.[1] ?? headers?.[1];
  if (named !== undefined) {
    const block = findBlock(l1, named);
    if (block === undefined) return end(response, 404, failure(404, `no block at slot ${named}`));
    const data = headers === null ? checkpointsAt(l1, block) : headerData(l1, block);
    return end(response, 200, { ...FINALIZED, data });
  }
  const blobs = /^\/eth\/v1\/beacon\/(blob_sidecars|blobs)\/([^/]+)$/.exec(url.pathname);
  const [, kind, id] = blobs ?? [];
  if (kind === undefined || id === undefined) return end(response, 404, failure(404, `no endpoint ${url.pathname}`));
  const block = findBlock(l1, id);
  if (block === undefined) return end(response, 404, failure(404, `no block at slot ${id}`));
  end(response, 200, kind === 'blobs' ? blobsOf(block, url.searchParams) : sidecarsOf(l1, block, url.searchParams));
}

/** The beacon chain's forks by the L1's that they come with; blob-parameter forks have none of their own. */
const BEACON_FORKS = { cancun: ['deneb', 4], prague: ['electra', 5], osaka: ['fulu', 6] } as const;

function versionAt(l1: L1Chain, { header }: L1Block): string {
  const fork = l1ForkAt(l1.options.forks, header.timestamp);
  return BEACON_FORKS[fork === 'bpo1' || fork === 'bpo2' ? 'osaka' : fork][0];
}

function forkSchedule(l1: L1Chain): unknown[] {
  const { forks, genesisTime, blockTime } = l1.options;
  const scheduled = (['cancun', 'prague', 'osaka'] as const).filter(
    (fork) => fork === 'cancun' || forks[fork] !== undefined,
  );
  return scheduled.map((fork, i) => {
    const time = fork === 'cancun' ? 0n : (forks[fork] ?? 0n);
    const slot = time <= genesisTime ? 0n : (time - genesisTime) / blockTime;
    const previous = scheduled[i - 1] ?? fork;
    const version = (one: typeof fork): string => `0x0${BEACON_FORKS[one][1]}000000`;
    return {
      previous_version: version(previous),
      current_version: version(fork),
      epoch: String(slot / SLOTS_PER_EPOCH),
    };
  });
}

/** Every block is final here: the checkpoints are the epoch's before the block's. */
function checkpointsAt(l1: L1Chain, block: L1Block): unknown {
  const epoch = l1.slotOf(block) / SLOTS_PER_EPOCH;
  const checkpoint = { epoch: String(epoch), root: rootOf(block) };
  return { previous_justified: checkpoint, current_justified: checkpoint, finalized: checkpoint };
}

function headerData(l1: L1Chain, block: L1Block): unknown {
  return { root: rootOf(block), canonical: true, header: headerOf(l1.slotOf(block)) };
}

/** There are no beacon blocks: their roots are the execution blocks' hashes. */
function rootOf({ hash }: L1Block): string {
  return bytesToHex(hash);
}

function headerOf(slot: bigint): unknown {
  return {
    message: {
      slot: String(slot),
      proposer_index: '0',
      parent_root: ZERO_ROOT,
      state_root: ZERO_ROOT,
      body_root: ZERO_ROOT,
    },
    signature: `0x${'00'.repeat(96)}`,
  };
}

/** A block by slot (every slot has its block), or by one of the API's names. */
function findBlock(l1: L1Chain, id: string): L1Block | undefined {
  if (id === 'head' || id === 'finalized') return l1.blocks.head;
  if (id === 'genesis') return l1.blocks.find(0n);
  return /^\d+$/.test(id) ? l1.blocks.find(BigInt(id)) : undefined;
}

function sidecarsOf(l1: L1Chain, block: L1Block, query: URLSearchParams): unknown {
  const indices = listOf(query, 'indices');
  const data = block.sidecars
    .map((sidecar, index) => sidecarJson(sidecar, index, l1.slotOf(block)))
    .filter(({ index }) => indices.length === 0 || indices.includes(index));
  return { version: versionAt(l1, block), ...FINALIZED, data };
}

function blobsOf(block: L1Block, query: URLSearchParams): unknown {
  const hashes = listOf(query, 'versioned_hashes');
  const data = block.sidecars
    .filter(({ versionedHash }) => hashes.length === 0 || hashes.includes(bytesToHex(versionedHash)))
    .map(({ blob }) => bytesToHex(blob));
  return { ...FINALIZED, data };
}

function sidecarJson({ blob, commitment, proof }: BlobSidecar, index: number, slot: bigint) {
  return {
    index: String(index),
    blob: bytesToHex(blob),
    kzg_commitment: bytesToHex(commitment),
    kzg_proof: bytesToHex(proof),
    signed_block_header: headerOf(slot),
    kzg_commitment_inclusion_proof: [],
  };
}

/** A query parameter that may be repeated or hold a comma-separated list. */
function listOf(query: URLSearchParams, name: string): string[] {
  return query.getAll(name).flatMap((value) => value.split(',').filter((part) => part !== ''));
}

function failure(code: number, message: string): unknown {
  return { code, message };
}
