// The flags that stop a run at a pre-image.
import { parseGoInteger, type PreimageRead } from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';
import { didYouMean } from '../terminal/nearest.js';

export interface StopAtPreimageOptions {
  /** Key prefix in hex, with `@OFFSET` in decimal (0 without it) and `@STEP`, before which there is no stop. */
  readonly stopAtPreimage: string | undefined;
  readonly stopAtPreimageType: string;
  readonly stopAtPreimageLargerThan: string;
}

/** Whether to stop behind a read that the step `step` has made. */
export type PreimageStop = (read: PreimageRead, step: bigint) => boolean;

/** First byte of keys of each type (https://specs.optimism.io/fault-proof/index.html#pre-image-key-types). */
const keyTypes: Record<string, number> = { local: 1, keccak: 2, sha256: 4, blob: 5, precompile: 6 };

/**
 * Whether to stop at a read, or undefined when no flag asks for it. A key (or type) and a size together ask for both, at
 * any offset, as newer challengers mean it. Throws UsageError.
 */
export function preimageStop(options: StopAtPreimageOptions): PreimageStop | undefined {
  const larger = parseSize(options.stopAtPreimageLargerThan);
  const wanted = wantedReads(options);
  if (wanted === 'any') return () => true;
  const isLarge = ({ value }: PreimageRead) => value.length > larger;
  if (wanted === undefined) return larger === 0 ? undefined : isLarge;
  const { prefix, offset, fromStep } = wanted;
  if (larger !== 0) return (read) => startsWith(read, prefix) && isLarge(read);
  return (read, step) => startsWith(read, prefix) && read.offset === offset && step >= fromStep;
}

interface WantedReads {
  /** First bytes of the key, at least one. */
  readonly prefix: Uint8Array;
  readonly offset: bigint;
  readonly fromStep: bigint;
}

function wantedReads({
  stopAtPreimage,
  stopAtPreimageType: type,
}: StopAtPreimageOptions): WantedReads | 'any' | undefined {
  if (stopAtPreimage !== undefined) return parseKey(stopAtPreimage);
  if (type === '') return undefined;
  if (type === 'any') return 'any';
  const first = keyTypes[type];
  if (first === undefined) {
    throw new UsageError(
      `--stop-at-preimage-type is ${type}: use ${Object.keys(keyTypes).join(', ')} or any${didYouMean(type, [...Object.keys(keyTypes), 'any'])}`,
    );
  }
  return { prefix: Uint8Array.of(first), offset: 0n, fromStep: 0n };
}

function parseKey(text: string): WantedReads | undefined {
  const match = /^(?:0[xX])?([0-9a-fA-F]*)(?:@(\d+)(?:@(\d+))?)?$/.exec(text);
  const [offset, fromStep] = [BigInt(match?.[2] ?? 0), BigInt(match?.[3] ?? 0)];
  if (match === null || offset >= 1n << 64n || fromStep >= 1n << 64n) {
    throw new UsageError(
      `--stop-at-preimage is ${text}: a key's first hex digits are expected, then @OFFSET, then @STEP`,
    );
  }
  const digits = match[1] ?? '';
  const prefix = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
  if (prefix.length > 32) {
    throw new UsageError(`--stop-at-preimage has ${prefix.length} bytes: a key has 32`);
  }
  return prefix.length === 0 ? undefined : { prefix, offset, fromStep };
}

function startsWith({ key }: PreimageRead, prefix: Uint8Array): boolean {
  return Buffer.compare(key.subarray(0, prefix.length), prefix) === 0;
}

function parseSize(text: string): number {
  const size = parseGoInteger(text);
  if (size === undefined) {
    throw new UsageError(`--stop-at-preimage-larger-than is ${JSON.stringify(text)}: a number of bytes is expected`);
  }
  return Number(size);
}
