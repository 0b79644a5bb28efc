/** Blobs from a beacon node (Beacon API: getBlobSidecars, getBlobs), checked against their versioned hash. */
import { alternatives, type Way } from './alternatives.js';
import { BLOB_LENGTH } from './blob-preimages.js';
import { equal, hex } from './bytes.js';
import { EmptyAnswerError, EndpointError, WrongAnswerError } from './endpoint-errors.js';
import { blobCommitment, blobProofIsValid } from './kzg.js';
import { versionedHashOf } from './versioned-hash.js';
import type { Log } from './log.js';
import type { Lane } from './request-gate.js';
import { isObject, type RpcObject } from './rpc-json.js';
import type { RestEndpoint } from './rest-endpoint.js';

/** `proof` is there where the node sent a valid one. */
export type Blob = { commitment: Uint8Array; blob: Uint8Array; proof: Uint8Array | undefined };

export type BeaconSource = {
  /**
   * The blob with this versioned hash, in the L1 block of this time. `index` is its place among the block's blobs, where known.
   * `lane` says whether the program waits for it.
   */
  blob(versionedHash: Uint8Array, index: bigint | undefined, timestamp: bigint, lane?: Lane): Promise<Blob>;
  /** Asks ahead for what every blob takes: the beacon chain's beginning and the length of its slots. */
  begin(): Promise<void>;
};

export type BeaconOptions = {
  /** Length of a slot in milliseconds, for nodes that do not tell it (`--l1.beacon.slot-duration`). */
  slotDurationMs?: bigint | undefined;
  log?: Log;
};

/** What is asked for: the blob's hash, its slot, and where it stands in its block. */
type Wanted = { versionedHash: Uint8Array; slot: bigint; index: bigint | undefined; lane: Lane; log: Log | undefined };

/**
 * The blobs behind `endpoints`, which are asked in their order: beacon nodes, then archives of blobs, which need not have more
 * than one of the two resources. Whatever one resource or endpoint says, the others are asked before a blob is given up.
 */
export function beaconSource(
  endpoints: readonly RestEndpoint[],
  { slotDurationMs, log }: BeaconOptions = {},
): BeaconSource {
  const [first] = endpoints;
  if (first === undefined) throw new RangeError('there is no beacon endpoint');
  let clock: Promise<(timestamp: bigint) => bigint> | undefined;
  let clockLane: Lane = 'demand';
  const fetchBlob = alternatives(
    endpoints.flatMap((endpoint): Way<[Wanted], Blob>[] => [
      { name: `blob_sidecars of ${endpoint.name}`, attempt: (wanted) => fromSidecars(endpoint, wanted) },
      { name: `blobs of ${endpoint.name}`, attempt: (wanted) => fromBlobs(endpoint, wanted) },
    ]),
    { patience: 0 },
  );
  const clockOf = async (lane: Lane): Promise<(timestamp: bigint) => bigint> => {
    const begunAhead = clock !== undefined && clockLane === 'ahead';
    if (clock === undefined) [clock, clockLane] = [slotClock(endpoints, slotDurationMs, lane), lane];
    try {
      return await clock;
    } catch (error) {
      if (!(error instanceof EndpointError)) throw error;
      // Asked anew the next time: an outage may be over by then. What looked ahead did not try for long.
      clock = undefined;
      if (begunAhead && lane === 'demand') return clockOf(lane);
      throw error;
    }
  };
  return {
    async begin() {
      await clockOf('ahead');
    },
    async blob(versionedHash, index, timestamp, lane = 'demand') {
      const slot = (await clockOf(lane))(timestamp);
      try {
        const attempt = () => fetchBlob({ versionedHash, slot, index, lane, log });
        // What nobody waits for yet is asked for once.
        return await (lane === 'ahead' ? attempt() : first.retry(attempt));
      } catch (error) {
        if (!(error instanceof EndpointError) || error.isOutage) throw error;
        const advice =
          error.kind === 'absent'
            ? '; blobs are pruned after about 18 days, and nodes since Fusaka must be set to keep all of them: older ones take --l1.beacon-archiver'
            : '';
        throw new EndpointError(
          error.endpoint,
          `blob ${hex(versionedHash)} of slot ${slot}`,
          `${error.request}: ${error.fault}${advice}`,
          { kind: error.kind, cause: error },
        );
      }
    },
  };
}

/** The slot of a time, from the beacon chain's genesis and slot length. */
async function slotClock(
  endpoints: readonly RestEndpoint[],
  slotDurationMs: bigint | undefined,
  lane: Lane,
): Promise<(timestamp: bigint) => bigint> {
  const [first] = endpoints;
  if (first === undefined) throw new RangeError('there is no beacon endpoint');
  const from = <T>(path: string, read: (endpoint: RestEndpoint, object: RpcObject) => T): Promise<T> => {
    const fetchOne = alternatives(
      endpoints.map((endpoint): Way<[], T> => ({
        name: endpoint.name,
        attempt: async () => read(endpoint, await required(endpoint, path, lane)),
      })),
      { patience: 0 },
    );
    return lane === 'ahead' ? fetchOne() : first.retry(fetchOne);
  };
  const [[endpoint, genesisTime], slotMs] = await Promise.all([
    from('/eth/v1/beacon/genesis', (one, genesis) => [one, decimal(one, genesis, 'genesis_time')] as const),
    slotDurationMs ?? from('/eth/v1/config/spec', slotLength).catch(slotLengthMissing),
  ]);
  return (timestamp) => {
    if (timestamp < genesisTime) {
      throw new EndpointError(
        endpoint.name,
        `slot of time ${timestamp}`,
        `the beacon chain began at ${genesisTime}; is this the beacon node of the L1 chain?`,
        { kind: 'other-chain' },
      );
    }
    return ((timestamp - genesisTime) * 1000n) / slotMs;
  };
}

const SLOT_ADVICE = 'give the length of a slot with --l1.beacon.slot-duration';

/** What was said in place of the length of a slot, with what to do. */
function slotLengthMissing(error: unknown): never {
  if (!(error instanceof EndpointError) || error.unreachable || error.kind === 'rate-limit') throw error;
  if (error.fault.includes(SLOT_ADVICE)) throw error;
  const { endpoint, request, fault, kind } = error;
  throw new EndpointError(endpoint, request, `${fault}; ${SLOT_ADVICE}`, { kind, cause: error });
}

/** Milliseconds of a slot: newer nodes give them as such, older ones as whole seconds. */
function slotLength(endpoint: RestEndpoint, spec: RpcObject): bigint {
  for (const [name, factor] of [
    ['SLOT_DURATION_MS', 1n],
    ['SECONDS_PER_SLOT', 1000n],
  ] as const) {
    const value = spec[name];
    const length = isDecimal(value) ? factor * BigInt(value) : 0n;
    if (length > 0n) return length;
  }
  throw new WrongAnswerError(
    endpoint.name,
    'GET /eth/v1/config/spec',
    `it tells neither SLOT_DURATION_MS nor SECONDS_PER_SLOT; ${SLOT_ADVICE}`,
  );
}

/** From a block's sidecars, which may be in any order, with or without their index, and broken but for the one. */
async function fromSidecars(endpoint: RestEndpoint, wanted: Wanted): Promise<Blob> {
  const path = `/eth/v1/beacon/blob_sidecars/${wanted.slot}`;
  if (wanted.index !== undefined) {
    const found = await sidecarIn(endpoint, `${path}?indices=${wanted.index}`, wanted);
    if (found !== undefined) return found;
  }
  // Some nodes filter wrongly or not at all, and an index may be counted differently.
  const found = await sidecarIn(endpoint, path, wanted);
  if (found !== undefined) return found;
  throw new EmptyAnswerError(endpoint.name, `GET ${path}`, `none of its sidecars is of ${hex(wanted.versionedHash)}`);
}

async function sidecarIn(endpoint: RestEndpoint, path: string, wanted: Wanted): Promise<Blob | undefined> {
  const { versionedHash, lane, log } = wanted;
  let wrong = false;
  for (const sidecar of items(await endpoint.attempt(path, lane))) {
    if (!isObject(sidecar)) continue;
    const commitment = bytesOf(sidecar.kzg_commitment, 48);
    if (commitment === undefined || !equal(versionedHashOf(commitment), versionedHash)) continue;
    const blob = bytesOf(sidecar.blob, BLOB_LENGTH);
    if (blob === undefined) {
      wrong = true;
      continue;
    }
    const proof = await validProof(commitment, blob, sidecar.kzg_proof);
    if (proof !== undefined || (await isCommittedTo(commitment, blob, log))) return { commitment, blob, proof };
    wrong = true;
  }
  if (!wrong) return undefined;
  throw new WrongAnswerError(
    endpoint.name,
    `GET ${path}`,
    `the blob it returned for ${hex(versionedHash)} is not the one its commitment is about`,
  );
}

/** Since Fusaka: blobs alone, by versioned hash. The commitment is computed, which is the check as well. */
async function fromBlobs(endpoint: RestEndpoint, { versionedHash, slot, lane, log }: Wanted): Promise<Blob> {
  const path = `/eth/v1/beacon/blobs/${slot}`;
  const blobs = items(await endpoint.attempt(`${path}?versioned_hashes=${hex(versionedHash)}`, lane));
  for (const item of blobs) {
    // Archives give objects.
    const blob = bytesOf(isObject(item) ? item.blob : item, BLOB_LENGTH);
    const commitment = blob && (await blobCommitment(blob, log));
    if (blob !== undefined && commitment !== undefined && equal(versionedHashOf(commitment), versionedHash))
      return { commitment, blob, proof: undefined };
  }
  const request = `GET ${path}`;
  if (blobs.length === 0) throw new EmptyAnswerError(endpoint.name, request, `it has no blob ${hex(versionedHash)}`);
  throw new WrongAnswerError(
    endpoint.name,
    request,
    `none of the ${blobs.length} blobs it returned hashes to ${hex(versionedHash)}`,
  );
}

/** The proof, when it shows that the commitment is the blob's. */
async function validProof(commitment: Uint8Array, blob: Uint8Array, proof: unknown): Promise<Uint8Array | undefined> {
  const bytes = bytesOf(proof, 48);
  return bytes !== undefined && (await blobProofIsValid(blob, commitment, bytes)) ? bytes : undefined;
}

/** The same without a valid proof (nodes that rebuild sidecars from columns have none), by computing the commitment. */
async function isCommittedTo(commitment: Uint8Array, blob: Uint8Array, log: Log | undefined): Promise<boolean> {
  const actual = await blobCommitment(blob, log);
  return actual !== undefined && equal(actual, commitment);
}

async function required(endpoint: RestEndpoint, path: string, lane: Lane): Promise<RpcObject> {
  const answer = await endpoint.attempt(path, lane);
  if (!isObject(answer) || !isObject(answer.data))
    throw new WrongAnswerError(endpoint.name, `GET ${path}`, 'there is no such resource; is this a beacon API?');
  return answer.data;
}

/** The list in an answer: as `data`, by itself, or inside of `data` under whatever name. */
function items(answer: unknown): unknown[] {
  const found = isObject(answer) ? answer.data : answer;
  const list = isObject(found) ? Object.values(found).find((member) => Array.isArray(member)) : found;
  return Array.isArray(list) ? (list as unknown[]) : [];
}

/** A decimal number, which nodes write as a string or plainly. */
function decimal(endpoint: RestEndpoint, object: RpcObject, name: string): bigint {
  const value = object[name];
  if (!isDecimal(value)) throw new WrongAnswerError(endpoint.name, name, 'it is not a decimal number');
  return BigInt(value);
}

function isDecimal(value: unknown): value is string | number {
  return (
    (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) ||
    (typeof value === 'string' && /^\d{1,78}$/.test(value))
  );
}

function bytesOf(value: unknown, length: number): Uint8Array | undefined {
  const digits = typeof value === 'string' ? value.replace(/^0x/, '') : '';
  return digits.length === 2 * length && /^[0-9a-fA-F]*$/.test(digits) ? Buffer.from(digits, 'hex') : undefined;
}
