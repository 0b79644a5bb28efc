// What a user gives with a claim.
import { DEFAULT_RETRY_POLICY, type Endpoints, type Host, type Log, type RetryPolicy } from '@obelisc/host/run';
import type { DataFormat } from '@obelisc/preimage';
import type { BlockTag } from './block-tags.js';
import type { GameChoice } from './games/game.js';
import type { MachineProgress } from './machine.js';
import type { RangeProgress, SegmentProgress } from './segments.js';

/** How endpoints are dealt with. */
export interface NetworkSettings {
  readonly endpoints: Pick<Endpoints, 'beaconArchivers' | 'slotDurationMs' | 'batchSize' | 'limits'>;
  readonly policy: RetryPolicy;
}

/** How long failing requests are tried again: as it was given, or for ten minutes. */
export function policyOf(settings: NetworkSettings | undefined): RetryPolicy {
  return settings?.policy ?? DEFAULT_RETRY_POLICY;
}

/** The chain that is judged on, in whatever way it is given. */
export interface ChainOptions {
  /** Name or chain id of a known chain. */
  readonly network: string | undefined;
  /** Files, in place of the op-node's, the L2 endpoint's and the L1 endpoint's answers. */
  readonly rollupConfig: string | undefined;
  readonly l2Genesis: string | undefined;
  readonly l1ChainConfig: string | undefined;
  /** URL of the L2 execution endpoint. */
  readonly l2: string;
  /** URL of the L1 execution endpoint. */
  readonly l1: string;
  readonly settings?: NetworkSettings;
}

export interface ValidateOptions extends ChainOptions {
  /** URLs. */
  readonly l1: string;
  readonly beacon: string | readonly string[];
  /** URL of a second L1 endpoint, which must have the L1 head as well. */
  readonly l1Check?: string | undefined;
  readonly opNode: string;
  /** Block to start from; the one before `to` if not given. */
  readonly from: bigint | undefined;
  /** A block by number, or by what the op-node calls it; absent with `game`. */
  readonly to: bigint | BlockTag | undefined;
  /** The proposal on L1 whose claim is judged, under exactly its L1 head; in place of from, to, claim, agreed root and L1 head. */
  readonly game?: GameChoice | undefined;
  /** 32 bytes each. */
  readonly claim: Uint8Array | undefined;
  readonly agreedOutputRoot: Uint8Array | undefined;
  readonly l1Head: Uint8Array | undefined;
  readonly datadir: string | undefined;
  /** Format of a new datadir; absent: the one that other programs read. */
  readonly dataFormat?: DataFormat | undefined;
  /** Only natively, without the machine. */
  readonly native: boolean;
  /** Blocks of a segment of the range; a range that is not longer is derived in one. Default: `defaultSegments`. */
  readonly segment?: bigint | undefined;
  /** Processes that derive segments; default: one for each core. */
  readonly workers?: number | undefined;
  readonly log: Log;
  /** Takes each line of the client's log, where the range is derived in one. */
  readonly onClientLine: (line: string) => void;
  /** Takes the host of a native run that begins, which tells how far it is; `undefined` when the run has ended. */
  readonly onNative?: (host: Pick<Host, 'progress' | 'preimages'> | undefined) => void;
  /** Takes reports of the machine now and then; `undefined` when it has ended. */
  readonly onMachine?: (progress: MachineProgress | undefined) => void;
  /** Takes each segment's end. */
  readonly onSegment?: (progress: SegmentProgress) => void;
  /** With segments: a block more has been derived, or a segment judged. */
  readonly onRange?: (progress: RangeProgress) => void;
  /** Ends the work; `validate` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}
