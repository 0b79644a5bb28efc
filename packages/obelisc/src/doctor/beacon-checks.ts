// What a run needs of a beacon API: the slot of a time, and blobs as old as the claims.
import { type BeaconSource, beaconSource, EndpointError, type RestEndpoint, type RpcEndpoint } from '@obelisc/host';
import { depths } from './depth.js';
import { type Block, blockAt } from './execution-checks.js';
import type { Findings } from './findings.js';
import { lastWith } from './l1-checks.js';

const BLOCK_SECONDS = 12n;
/** Days: within what every node keeps, and beyond what it must. */
const AGES = [1n, 7n, 17n, 60n];

export interface BeaconContext {
  /** L1's execution endpoint and its newest block. */
  readonly l1: RpcEndpoint;
  readonly head: Block;
  readonly slotDurationMs: bigint | undefined;
  /** Number of the L1 block that the chain begins after. */
  readonly first: bigint;
  /** Whether it is asked only for what others have pruned. */
  readonly isArchive: boolean;
}

export async function checkBeacon(endpoint: RestEndpoint, findings: Findings, context: BeaconContext): Promise<void> {
  const { l1, head, slotDurationMs, isArchive } = context;
  const isThere = isArchive || (await checkClock(endpoint, findings, context));
  if (!isThere) return;
  await checkSyncing(endpoint, findings);
  const source = beaconSource([endpoint], { slotDurationMs });
  const recent = await lastWith(l1, head, ({ blobGasUsed }) => blobGasUsed > 0n);
  if (recent === undefined) {
    findings.warn('blobs', 'no recent L1 block has blobs: they were not tried', 'try again when there are some');
    return;
  }
  const blob = await blobOf(l1, recent);
  if (blob === undefined) return;
  const fault = await blobFault(source, blob);
  if (fault !== undefined && !isArchive) {
    findings.fail('blobs', fault, 'give a beacon node that keeps blobs (since Fusaka: a supernode or semi-supernode)');
    return;
  }
  if (fault === undefined) await checkResources(endpoint, findings, blob, slotDurationMs);
  await checkRetention(source, findings, context);
}

/** Genesis and slot length, and whether L1's newest block lies on a slot of this chain. */
async function checkClock(
  endpoint: RestEndpoint,
  findings: Findings,
  { head, slotDurationMs }: BeaconContext,
): Promise<boolean> {
  const genesis = await findings.run('genesis', 'is this a beacon API, and is it up?', () =>
    endpoint.attempt('/eth/v1/beacon/genesis'),
  );
  if (genesis === undefined) return false;
  const time = Number((genesis as { data?: { genesis_time?: unknown } }).data?.genesis_time);
  if (!Number.isSafeInteger(time)) {
    findings.fail('genesis', 'its answer has no genesis_time', 'is this a beacon API?');
    return false;
  }
  let slotMs = slotDurationMs === undefined ? undefined : Number(slotDurationMs);
  if (slotMs === undefined) {
    const spec = await findings.run('slot length', 'give --l1.beacon.slot-duration 12s', () =>
      endpoint.attempt('/eth/v1/config/spec'),
    );
    const fields = (spec as { data?: Record<string, unknown> } | undefined)?.data ?? {};
    slotMs = Number(fields['SLOT_DURATION_MS'] ?? 1000 * Number(fields['SECONDS_PER_SLOT']));
    if (spec === undefined) return false;
    if (!(slotMs > 0)) {
      findings.fail('slot length', 'its answer tells none', 'give --l1.beacon.slot-duration 12s');
      return false;
    }
  }
  const since = Number(head.timestamp) - time;
  if (since < 0 || (since * 1000) % slotMs !== 0) {
    findings.fail(
      'same chain as --l1',
      `the time of L1's block #${head.number} lies on no slot of it`,
      "give the beacon node of --l1's chain",
    );
    return false;
  }
  findings.ok('clock', `slots of ${slotMs / 1000} s since ${new Date(time * 1000).toISOString()}`);
  return true;
}

async function checkSyncing(endpoint: RestEndpoint, findings: Findings): Promise<void> {
  // Archives of blobs do not have it.
  const answer = await endpoint.attempt('/eth/v1/node/syncing').catch(() => undefined);
  const { is_syncing: isSyncing, sync_distance: distance } =
    (answer as { data?: { is_syncing?: unknown; sync_distance?: unknown } } | undefined)?.data ?? {};
  if (isSyncing === true)
    findings.warn('syncing', `it is ${String(distance)} slots behind`, 'wait until it has caught up');
}

interface WantedBlob {
  readonly versionedHash: Uint8Array;
  readonly timestamp: bigint;
}

/** The first blob of a block. */
async function blobOf(l1: RpcEndpoint, { number, timestamp }: Block): Promise<WantedBlob | undefined> {
  const block = await blockAt(l1, number, true);
  for (const transaction of block?.transactions ?? []) {
    const { blobVersionedHashes: hashes } = transaction as { blobVersionedHashes?: unknown };
    if (!Array.isArray(hashes) || typeof hashes[0] !== 'string') continue;
    return { versionedHash: Uint8Array.from(Buffer.from(hashes[0].slice(2), 'hex')), timestamp };
  }
  return undefined;
}

/** Why a blob cannot be had; undefined where it can. It is checked against its hash. */
async function blobFault(source: BeaconSource, { versionedHash, timestamp }: WantedBlob): Promise<string | undefined> {
  try {
    await source.blob(versionedHash, undefined, timestamp);
    return undefined;
  } catch (error) {
    if (error instanceof EndpointError) return error.fault;
    throw error;
  }
}

/** By which of the two resources it gives blobs. */
async function checkResources(
  endpoint: RestEndpoint,
  findings: Findings,
  { timestamp, versionedHash }: WantedBlob,
  slotDurationMs: bigint | undefined,
): Promise<void> {
  const genesis = (await endpoint.attempt('/eth/v1/beacon/genesis').catch(() => undefined)) as
    { data?: { genesis_time?: string } } | undefined;
  const spec = (await endpoint.attempt('/eth/v1/config/spec').catch(() => undefined)) as
    { data?: Record<string, string> } | undefined;
  const slotMs =
    slotDurationMs ?? BigInt(spec?.data?.['SLOT_DURATION_MS'] ?? 1000 * Number(spec?.data?.['SECONDS_PER_SLOT'] ?? 12));
  const slot = ((timestamp - BigInt(genesis?.data?.genesis_time ?? 0)) * 1000n) / slotMs;
  const hash = `0x${Buffer.from(versionedHash).toString('hex')}`;
  const resources = { blob_sidecars: `blob_sidecars/${slot}`, blobs: `blobs/${slot}?versioned_hashes=${hash}` };
  const there: string[] = [];
  for (const [name, path] of Object.entries(resources)) {
    const answer = await endpoint.attempt(`/eth/v1/beacon/${path}`).catch(() => undefined);
    if (Array.isArray((answer as { data?: unknown } | undefined)?.data)) there.push(name);
  }
  findings.ok(
    'blobs',
    `a recent one, checked against its hash${there.length === 0 ? '' : `, by ${there.join(' and ')}`}`,
  );
}

/** How old the blobs are that it has. */
async function checkRetention(
  source: BeaconSource,
  findings: Findings,
  { l1, head, first, isArchive }: BeaconContext,
): Promise<void> {
  const found: string[] = [];
  for (const { name, number } of depths(head.number, first, BLOCK_SECONDS, AGES, false).slice(1)) {
    const at = await blockAt(l1, number).catch(() => undefined);
    const block = at === undefined ? undefined : await lastWith(l1, at, ({ blobGasUsed }) => blobGasUsed > 0n);
    const blob = block === undefined ? undefined : await blobOf(l1, block);
    if (blob === undefined) continue;
    const fault = await blobFault(source, blob);
    if (fault === undefined) {
      found.push(name);
      continue;
    }
    const kept = found.length === 0 ? 'now' : found.at(-1);
    findings.warn(
      'old blobs',
      `it has none of ${name}${isArchive ? '' : `, but of ${kept}`}: ${fault.slice(0, 120)}`,
      isArchive ? 'it archives no blobs of this chain' : 'claims of that time take --l1.beacon-archiver',
    );
    return;
  }
  if (found.length > 0) findings.ok('old blobs', `it has those of ${found.at(-1)}`);
}
