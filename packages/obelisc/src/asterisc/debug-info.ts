// `run --debug-info`: what a run has cost, under the names that op-challenger reads of any machine.
import {
  goJson,
  INSTRUCTION_CLASSES,
  InstructionCounter,
  type Machine,
  type Oracle,
  type RunSampler,
} from '@obelisc/fpvm';
import { flushTold } from '../terminal/line-batch.js';

/** Counts the pre-images that an oracle gives, on their way to the machine. What its server says stands behind what was told before. */
export class CountingOracle implements Oracle {
  requests = 0;
  bytes = 0;

  constructor(private readonly oracle: Oracle) {}

  hint(hint: string): void | Promise<void> {
    flushTold();
    return this.oracle.hint(hint);
  }

  get(key: Uint8Array): Uint8Array | Promise<Uint8Array> {
    flushTold();
    const answer = this.oracle.get(key);
    return answer instanceof Promise ? answer.then((value) => this.#count(value)) : this.#count(answer);
  }

  #count(value: Uint8Array): Uint8Array {
    this.requests += 1;
    this.bytes += value.length;
    return value;
  }
}

/** The file's text: the machine as it stands, and what was counted on the way. */
export function debugInfo(machine: Machine, counter: InstructionCounter, oracle: CountingOracle | undefined): string {
  const pages = machine.memory.pageCount();
  const counts = counter.finish(machine);
  return goJson({
    pages,
    memory_used: `0x${(pages * 4096).toString(16)}`,
    num_preimage_requests: oracle?.requests ?? 0,
    total_preimage_size: oracle?.bytes ?? 0,
    total_steps: machine.step,
    instruction_samples: counter.samples,
    ...Object.fromEntries(INSTRUCTION_CLASSES.map((name) => [`instruction_count_${name}`, counts.get(name) ?? 0n])),
  });
}

/** Two samplers as one; either may be absent. */
export function together(one: RunSampler | undefined, other: RunSampler | undefined): RunSampler | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    get next() {
      return one.next < other.next ? one.next : other.next;
    },
    take(machine) {
      for (const sampler of [one, other]) if (sampler.next === machine.step) sampler.take(machine);
    },
  };
}
