// The flags that stop a run at a pre-image.
import { parseGoInteger, type PreimageRead } from '@obelisc/fpvm';
import { UsageError } from '../terminal/failure.js';

export interface StopAtPreimageOptions {
  /** Key prefix in hex, with `@OFFSET` in decimal; offset 0 without it. */
  readonly stopAtPreimage: string | undefined;
  readonly stopAtPreimageType: string;
  readonly stopAtPreimageLargerThan: string;
}

/** First byte of keys of each type (https://specs.optimism.io/fault-proof/index.html#pre-image-key-types). */
const keyTypes: Record<string, number> = { local: 1, keccak: 2, sha256: 4, blob: 5, precompile: 6 };

/** Whether to stop at a read, or undefined when no flag asks for it. Throws UsageError. */
export function preimageStop(options: StopAtPreimageOptions): ((read: PreimageRead) => boolean) | undefined {
  const larger = parseSize(options.stopAtPreimageLargerThan);
  const matches = keyMatcher(options);
  if (matches === undefined && larger === 0) return undefined;
  return (read) => matches?.(read) === true || (larger > 0 && read.value.length > larger);
}

function keyMatcher({ stopAtPreimage, stopAtPreimageType: type }: StopAtPreimageOptions) {
  if (stopAtPreimage !== undefined) {
    const match = /^(?:0[xX])?([0-9a-fA-F]*)(?:@(\d+))?$/.exec(stopAtPreimage);
    if (match === null) {
      throw new UsageError(
        `--stop-at-preimage is ${stopAtPreimage}: a key's first hex digits are expected, then @OFFSET`,
      );
    }
    const digits = match[1] ?? '';
    const prefix = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, 'hex');
    if (prefix.length > 32) {
      throw new UsageError(`--stop-at-preimage has ${prefix.length} bytes: a key has 32`);
    }
    const offset = BigInt(match[2] ?? 0);
    return prefix.length === 0 ? undefined : (read: PreimageRead) => read.offset === offset && startsWith(read, prefix);
  }
  if (type === '') return undefined;
  if (type === 'any') return () => true;
  const first = keyTypes[type];
  if (first === undefined) {
    throw new UsageError(`--stop-at-preimage-type is ${type}: use ${Object.keys(keyTypes).join(', ')} or any`);
  }
  return (read: PreimageRead) => read.offset === 0n && read.key[0] === first;
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
