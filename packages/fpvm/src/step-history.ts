// The last steps before a revert, found by doing them again from an earlier state: nothing has to be kept for that but the
// pre-images that were read.
import type { Oracle } from './oracle.js';
import type { SteppedMachine } from './stepped-machine.js';

/** A step that was executed: the number of steps before it, where, and the instruction's word. */
export interface ExecutedStep {
  readonly step: bigint;
  readonly pc: bigint;
  readonly word: number;
}

/** Steps between two looks at whether the caller has given up. */
const AT_ONCE = 50_000_000n;
/** Pre-images kept, in bytes: what is beyond is asked for again. */
const MOST_BYTES = 64 * 2 ** 20;
/** What a key and its value take beside their bytes, about: a guest may read the same few bytes millions of times. */
const BESIDE = 256;

/** The pre-images that a machine has read. */
export class PreimageRecord {
  readonly #keys: Uint8Array[] = [];
  readonly #values: Uint8Array[] = [];
  #bytes = 0;

  /** Takes a key and its value, without the length. Both stay as they are. */
  add(key: Uint8Array, value: Uint8Array): void {
    const length = key.length + value.length + BESIDE;
    if (this.#bytes + length > MOST_BYTES) return;
    this.#keys.push(key);
    this.#values.push(value);
    this.#bytes += length;
  }

  /** What a machine needs to read the same again: from the record, or else from the oracle. */
  optionsFrom(oracle: Oracle | undefined): { oracle?: Oracle } {
    if (oracle === undefined) return {};
    const values = new Map(this.#keys.map((key, i) => [nameOf(key), this.#values[i]]));
    return { oracle: { hint: () => {}, get: (key) => values.get(nameOf(key)) ?? oracle.get(key) } };
  }
}

/**
 * Runs another machine to `count` steps before where `failed` stands, then one by one; undefined if that goes otherwise, or
 * the signal is given meanwhile.
 */
export async function redoSteps(
  failed: SteppedMachine,
  count: number,
  make: () => Promise<SteppedMachine>,
  signal?: AbortSignal,
): Promise<readonly ExecutedStep[] | undefined> {
  try {
    const again = await make();
    const steps: ExecutedStep[] = [];
    const target = failed.step - BigInt(count);
    while (again.step < target) {
      if (signal?.aborted === true) return undefined;
      const ahead = target - again.step;
      if ((await again.run(ahead < AT_ONCE ? ahead : AT_ONCE)) === 'exited') return undefined;
    }
    while (again.step < failed.step) {
      steps.push({ step: again.step, pc: again.pc, word: again.instruction() });
      if ((await again.run(1n)) === 'exited') return undefined;
    }
    const isSame = again.pc === failed.pc && again.registers.every((value, i) => value === failed.register(i));
    return isSame ? steps : undefined;
  } catch {
    // A pre-image or state file that is gone, or no memory for a second machine: the failure to be told about is another.
    return undefined;
  }
}

function nameOf(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}
