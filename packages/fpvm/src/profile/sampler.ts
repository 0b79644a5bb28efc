// Samples of a guest's call stacks, taken at exact steps: both engines give the same profile.
import type { Machine } from '../machine.js';
import type { Metadata } from '../metadata.js';
import { Unwinder } from './unwind.js';

/** What was counted at one place of the tree of calls, its callees not included. */
export interface Counts {
  /** Times the guest was stopped there. */
  samples: number;
  /** Steps that these stops stand for: each for those since the stop before. */
  steps: bigint;
  /** Time that these steps took on the host, waiting for pre-images included, in nanoseconds. */
  nanoseconds: number;
}

/** An address on a stack, below it what it calls. The root is no address but the whole guest. */
export interface CallNode extends Counts {
  readonly name: string;
  readonly address: bigint;
  readonly callees: Map<bigint, CallNode>;
}

/** A profile as the sampler leaves it. `root.callees` are the outermost functions. */
export interface GuestProfile {
  readonly root: CallNode;
  readonly firstStep: bigint;
  readonly endStep: bigint;
  /** When sampling began, in milliseconds of Unix time, and how long it lasted. */
  readonly startTime: number;
  readonly duration: number;
}

/**
 * Distance between samples: a 128th of the steps so far, within these limits: 650 samples in a run of 30 million steps,
 * 1,500 in one of 2.6 thousand million. Each stop costs some 0.1 ms, since the translator leaves its code 16,384 steps
 * before it; with a 256th, a run of one second took a third longer. Primes, so that samples do not keep pace with loops.
 */
const SHORTEST_DISTANCE = 4_093n;
const LONGEST_DISTANCE = 3_999_971n;
const PART = 128n;

/** Looks at the machine when the run stands at step `next`, which `take` moves on. */
export interface RunSampler {
  readonly next: bigint;
  take(machine: Machine): void;
}

/** How far it is to the next sample, so many steps into a run. */
export function sampleDistance(steps: bigint): bigint {
  const distance = steps / PART;
  return distance < SHORTEST_DISTANCE ? SHORTEST_DISTANCE : distance > LONGEST_DISTANCE ? LONGEST_DISTANCE : distance;
}

/** Samples the call stack. */
export class Sampler implements RunSampler {
  /** The step of the next sample. */
  next: bigint;
  readonly #root: CallNode = node('', 0n);
  readonly #unwinder: Unwinder;
  readonly #firstStep: bigint;
  readonly #startTime = Date.now();
  readonly #started = performance.now();
  #lastStep: bigint;
  #lastNode: CallNode | undefined;
  #lastTime = this.#started;

  /** Sampling begins at the machine's step. */
  constructor(machine: Machine, metadata: Metadata) {
    this.#unwinder = new Unwinder(metadata);
    this.#firstStep = machine.step;
    this.#lastStep = machine.step;
    this.next = machine.step + SHORTEST_DISTANCE;
  }

  /** Counts the steps since the last sample to the stack as it is, and sets `next`. */
  take(machine: Machine): void {
    this.#lastNode = this.#nodeOf(machine);
    this.#count(machine, this.#lastNode);
    this.#lastNode.samples += 1;
    this.next = machine.step + sampleDistance(machine.step - this.#firstStep);
  }

  /** The profile up to the machine's step. Steps after the last sample are counted to it. */
  finish(machine: Machine): GuestProfile {
    if (this.#lastNode === undefined) this.take(machine);
    else this.#count(machine, this.#lastNode);
    return {
      root: this.#root,
      firstStep: this.#firstStep,
      endStep: machine.step,
      startTime: this.#startTime,
      duration: performance.now() - this.#started,
    };
  }

  #count(machine: Machine, at: CallNode): void {
    const now = performance.now();
    at.nanoseconds += Math.round(1e6 * (now - this.#lastTime));
    this.#lastTime = now;
    at.steps += machine.step - this.#lastStep;
    this.#lastStep = machine.step;
  }

  #nodeOf(machine: Machine): CallNode {
    let at = this.#root;
    const frames = this.#unwinder.walk(machine);
    frames.reverse();
    for (const { name, address } of frames) {
      let callee = at.callees.get(address);
      if (callee === undefined) {
        callee = node(name, address);
        at.callees.set(address, callee);
      }
      at = callee;
    }
    return at;
  }
}

function node(name: string, address: bigint): CallNode {
  return { name, address, callees: new Map(), samples: 0, steps: 0n, nanoseconds: 0 };
}
