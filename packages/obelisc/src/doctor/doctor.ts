// `obelisc doctor`: asks each endpoint for what a run will need, and says what to change.
import {
  knownL1ChainConfig,
  fetchL1ChainConfig,
  type Log,
  opNode,
  restEndpoint,
  retryFor,
  rpcEndpoint,
  type RpcEndpoint,
} from '@obelisc/host';
import type { NetworkSettings } from '@obelisc/claims';
import { type BeaconContext, checkBeacon } from './beacon-checks.js';
import { checkLoad } from './execution-checks.js';
import { type Finding, Findings } from './findings.js';
import { checkL1 } from './l1-checks.js';
import { checkL2 } from './l2-checks.js';
import { checkOpNode, type Rollup } from './op-node-checks.js';

export interface DoctorOptions {
  /** URLs. */
  readonly l1: string;
  readonly beacon: readonly string[];
  readonly l2: string;
  readonly opNode: string;
  readonly settings: NetworkSettings;
  readonly log: Log;
  /** Seconds since 1970. */
  readonly now?: bigint;
}

/** Milliseconds for which what fails is tried again: an answer is wanted soon. */
const PATIENCE = 3_000;

/** Asks the endpoints, one after the other. Rejects only where it is at fault itself. */
export async function examine(options: DoctorOptions): Promise<Finding[]> {
  const { settings, log } = options;
  const now = options.now ?? BigInt(Math.floor(Date.now() / 1000));
  const policy = { ...retryFor(PATIENCE), absentMs: 0 };
  const { batchSize = 20, limits = { concurrency: 16, rate: undefined } } = settings.endpoints;
  const found: Findings[] = [];
  const findingsOf = (endpoint: { readonly name: string }): Findings => {
    const findings = new Findings(endpoint.name);
    found.push(findings);
    return findings;
  };
  const execution = (flag: string, url: string) => {
    let smaller: number | undefined;
    const listen: Log = (level, message, fields) => {
      if (message === 'Smaller batches from now on') smaller = Number(fields?.['calls']);
      log(level, message, fields);
    };
    const endpoint = rpcEndpoint({ flag, url, policy, log: listen, batchSize });
    return { endpoint, smallerBatches: () => smaller };
  };
  const load = (endpoint: RpcEndpoint, findings: Findings, smallerBatches: () => number | undefined) =>
    checkLoad(endpoint, findings, { batchSize, concurrency: limits.concurrency, smallerBatches });

  const node = opNode({ url: options.opNode, log, policy });
  const rollup = await checkOpNode(node, findingsOf(node), now);

  const l1 = execution('--l1', options.l1);
  const l1Findings = findingsOf(l1.endpoint);
  const head = await checkL1(l1.endpoint, l1Findings, rollup, now);
  if (head !== undefined) {
    await load(l1.endpoint, l1Findings, l1.smallerBatches);
    if (rollup !== undefined) await checkBlobPrice(l1.endpoint, l1Findings, rollup);
  }

  const archivers = settings.endpoints.beaconArchivers ?? [];
  for (const [flag, urls] of [
    ['--l1.beacon', options.beacon],
    ['--l1.beacon-archiver', archivers],
  ] as const) {
    for (const url of urls) {
      const endpoint = restEndpoint({ flag, url, policy, log });
      const findings = findingsOf(endpoint);
      if (head === undefined) {
        findings.warn('blobs', 'without --l1 nothing tells which blobs there are', 'mend --l1 first');
        continue;
      }
      const context: BeaconContext = {
        l1: l1.endpoint,
        head,
        slotDurationMs: settings.endpoints.slotDurationMs,
        first: rollup?.config.genesis.l1.number ?? 0n,
        isArchive: flag !== '--l1.beacon',
      };
      await findings.run('blobs', 'is it up?', () => checkBeacon(endpoint, findings, context));
    }
  }

  const l2 = execution('--l2', options.l2);
  const l2Findings = findingsOf(l2.endpoint);
  await checkL2(l2.endpoint, l2Findings, rollup);
  if (l2Findings.list.every(({ outcome }) => outcome !== 'failure'))
    await load(l2.endpoint, l2Findings, l2.smallerBatches);
  return found.flatMap(({ list }) => list);
}

/** On an L1 that is not a public one, the endpoint or the user must say what a blob costs. */
async function checkBlobPrice(endpoint: RpcEndpoint, findings: Findings, { config, isKnown }: Rollup): Promise<void> {
  if (isKnown || knownL1ChainConfig(config.l1ChainId) !== undefined) return;
  const told = await fetchL1ChainConfig(endpoint, config.l1ChainId).catch(() => undefined);
  if (told === undefined)
    findings.warn(
      'rules',
      'it does not say what blobs cost on this L1 (debug_chainConfig), which claims since Jovian may need',
      'give --l1.chainconfig (its genesis.json)',
    );
  else findings.ok('rules', 'debug_chainConfig tells them');
}
