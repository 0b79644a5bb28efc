// The beacon node's REST API, as far as it tells about blobs: https://ethereum.github.io/beacon-APIs.
// There is no beacon chain below it: a sidecar's block header names the slot alone, and its inclusion proof is empty.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { bytesToHex } from '@ethereumjs/util';
import type { BlobSidecar } from '../batcher/blob.js';
import type { L1Block, L1Chain } from '../l1/l1-chain.js';
import { end, listen } from './json-rpc-server.js';
import type { Listening } from './json-rpc-server.js';

const ZERO_ROOT = bytesToHex(new Uint8Array(32));
const VERSION = 'obelisc-devnet/0.1.0';

/** Serves the API of an L1's beacon side; port 0 takes any free one. */
export function serveBeacon(l1: L1Chain, port: number): Promise<Listening> {
  return listen((request, response) => answer(l1, request, response), port);
}

function answer(l1: L1Chain, request: IncomingMessage, response: ServerResponse): void {
  if (request.method !== 'GET') return end(response, 405, failure(405, 'this API is read with GET'));
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  switch (url.pathname) {
    case '/eth/v1/node/version':
      return end(response, 200, { data: { version: VERSION } });
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
  const blobs = /^\/eth\/v1\/beacon\/(blob_sidecars|blobs)\/([^/]+)$/.exec(url.pathname);
  const [, kind, id] = blobs ?? [];
  if (kind === undefined || id === undefined) return end(response, 404, failure(404, `no endpoint ${url.pathname}`));
  const block = findBlock(l1, id);
  if (block === undefined) return end(response, 404, failure(404, `no block at slot ${id}`));
  end(response, 200, kind === 'blobs' ? blobsOf(block, url.searchParams) : sidecarsOf(l1, block, url.searchParams));
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
  return { version: 'deneb', execution_optimistic: false, finalized: true, data };
}

function blobsOf(block: L1Block, query: URLSearchParams): unknown {
  const hashes = listOf(query, 'versioned_hashes');
  const data = block.sidecars
    .filter(({ versionedHash }) => hashes.length === 0 || hashes.includes(bytesToHex(versionedHash)))
    .map(({ blob }) => bytesToHex(blob));
  return { execution_optimistic: false, finalized: true, data };
}

function sidecarJson({ blob, commitment, proof }: BlobSidecar, index: number, slot: bigint) {
  return {
    index: String(index),
    blob: bytesToHex(blob),
    kzg_commitment: bytesToHex(commitment),
    kzg_proof: bytesToHex(proof),
    signed_block_header: {
      message: {
        slot: String(slot),
        proposer_index: '0',
        parent_root: ZERO_ROOT,
        state_root: ZERO_ROOT,
        body_root: ZERO_ROOT,
      },
      signature: `0x${'00'.repeat(96)}`,
    },
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
