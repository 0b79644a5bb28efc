/** Blobs from a beacon node (Beacon API: getBlobSidecars, getBlobs), checked against their versioned hash. */
import { BLOB_LENGTH } from './blob-preimages.js';
import { equal, hex } from './block-source.js';
import { EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { kzg, versionedHashOf } from './kzg.js';
import { data, isObject, MalformedFieldError, type RpcObject } from './rpc-json.js';
import type { RestEndpoint } from './rest-endpoint.js';

/** `proof` is there where the node sent a valid one. */
export type Blob = { commitment: Uint8Array; blob: Uint8Array; proof: Uint8Array | undefined };

export type BeaconSource = {
  /** The blob with this versioned hash, in the L1 block of this time. `index` is its place among the block's blobs, where known. */
  blob(versionedHash: Uint8Array, index: bigint | undefined, timestamp: bigint): Promise<Blob>;
};

export function beaconSource(endpoint: RestEndpoint): BeaconSource {
  let clock: Promise<(timestamp: bigint) => bigint> | undefined;
  return {
    async blob(versionedHash, index, timestamp) {
      clock ??= slotClock(endpoint);
      const slot = (await clock)(timestamp);
      const found =
        (await fromSidecars(endpoint, slot, versionedHash, index)) ?? (await fromBlobs(endpoint, slot, versionedHash));
      if (found !== undefined) return found;
      throw new EndpointError(
        endpoint.name,
        `blob ${hex(versionedHash)} of slot ${slot}`,
        'the beacon node does not have it; blobs are pruned after about 18 days, older ones need a node that archives them, and nodes since Fusaka must be set to keep all blobs',
      );
    },
  };
}

/** The slot of a time, from the beacon chain's genesis and slot length. */
async function slotClock(endpoint: RestEndpoint): Promise<(timestamp: bigint) => bigint> {
  const [genesis, spec] = await Promise.all([
    required(endpoint, '/eth/v1/beacon/genesis'),
    required(endpoint, '/eth/v1/config/spec'),
  ]);
  const genesisTime = decimal(endpoint, genesis, 'genesis_time');
  const secondsPerSlot = decimal(endpoint, spec, 'SECONDS_PER_SLOT');
  if (secondsPerSlot === 0n) throw new WrongAnswerError(endpoint.name, '/eth/v1/config/spec', 'SECONDS_PER_SLOT is 0');
  return (timestamp) => {
    if (timestamp < genesisTime) {
      throw new EndpointError(
        endpoint.name,
        `slot of time ${timestamp}`,
        `the beacon chain began at ${genesisTime}; is this the beacon node of the L1 chain?`,
      );
    }
    return (timestamp - genesisTime) / secondsPerSlot;
  };
}

async function fromSidecars(
  endpoint: RestEndpoint,
  slot: bigint,
  versionedHash: Uint8Array,
  index: bigint | undefined,
): Promise<Blob | undefined> {
  const path = `/eth/v1/beacon/blob_sidecars/${slot}`;
  const answer = await endpoint.get(index === undefined ? path : `${path}?indices=${index}`);
  for (const sidecar of items(answer)) {
    if (!isObject(sidecar)) continue;
    const commitment = field(endpoint, path, sidecar, 'kzg_commitment', 48);
    if (!equal(versionedHashOf(commitment), versionedHash)) continue;
    const blob = field(endpoint, path, sidecar, 'blob', BLOB_LENGTH);
    const proof = await validProof(commitment, blob, sidecar.kzg_proof);
    if (proof === undefined && !(await isCommittedTo(commitment, blob))) {
      throw new WrongAnswerError(
        endpoint.name,
        path,
        `the blob it returned for ${hex(versionedHash)} is not the one its commitment is about`,
      );
    }
    return { commitment, blob, proof };
  }
  return undefined;
}

/** Since Fusaka: blobs alone, by versioned hash. The commitment is computed, which is the check as well. */
async function fromBlobs(endpoint: RestEndpoint, slot: bigint, versionedHash: Uint8Array): Promise<Blob | undefined> {
  const path = `/eth/v1/beacon/blobs/${slot}`;
  const answer = await endpoint.get(`${path}?versioned_hashes=${hex(versionedHash)}`);
  const blobs = items(answer);
  for (const item of blobs) {
    const blob = field(endpoint, path, { blob: item }, 'blob', BLOB_LENGTH);
    const commitment = await commitmentTo(blob);
    if (commitment !== undefined && equal(versionedHashOf(commitment), versionedHash))
      return { commitment, blob, proof: undefined };
  }
  if (blobs.length > 0)
    throw new WrongAnswerError(
      endpoint.name,
      path,
      `none of the ${blobs.length} blobs it returned hashes to ${hex(versionedHash)}`,
    );
  return undefined;
}

/** The proof, when it shows that the commitment is the blob's: a matter of 20 ms. */
async function validProof(commitment: Uint8Array, blob: Uint8Array, proof: unknown): Promise<Uint8Array | undefined> {
  if (typeof proof !== 'string' || !/^0x[0-9a-f]{96}$/i.test(proof)) return undefined;
  const scheme = await kzg();
  try {
    return scheme.verifyBlobProof(hex(blob), hex(commitment), proof) ? Buffer.from(proof.slice(2), 'hex') : undefined;
  } catch {
    // The proof, the commitment or an element is malformed.
    return undefined;
  }
}

/** The same without a valid proof (nodes that rebuild sidecars from columns have none), in the 2 s of computing the commitment. */
async function isCommittedTo(commitment: Uint8Array, blob: Uint8Array): Promise<boolean> {
  const actual = await commitmentTo(blob);
  return actual !== undefined && equal(actual, commitment);
}

/** The commitment of a blob, or undefined when one of its elements is no field element. */
async function commitmentTo(blob: Uint8Array): Promise<Uint8Array | undefined> {
  const scheme = await kzg();
  try {
    return Buffer.from(scheme.blobToKzgCommitment(hex(blob)).slice(2), 'hex');
  } catch {
    return undefined;
  }
}

async function required(endpoint: RestEndpoint, path: string): Promise<RpcObject> {
  const answer = await endpoint.get(path);
  if (!isObject(answer) || !isObject(answer.data))
    throw new WrongAnswerError(endpoint.name, `GET ${path}`, 'there is no such resource; is this a beacon API?');
  return answer.data;
}

function items(answer: unknown): unknown[] {
  return isObject(answer) && Array.isArray(answer.data) ? answer.data : [];
}

function decimal(endpoint: RestEndpoint, object: RpcObject, name: string): bigint {
  const value = object[name];
  if (typeof value !== 'string' || !/^\d+$/.test(value))
    throw new WrongAnswerError(endpoint.name, name, 'it is not a decimal number');
  return BigInt(value);
}

function field(endpoint: RestEndpoint, path: string, object: RpcObject, name: string, length: number): Uint8Array {
  try {
    return data(object, name, length);
  } catch (error) {
    if (!(error instanceof MalformedFieldError)) throw error;
    throw new WrongAnswerError(endpoint.name, `GET ${path}`, error.message, { cause: error });
  }
}
