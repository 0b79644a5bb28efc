// Samples of derivation, as claims about their chains.
import type { Oracle } from '@obelisc/preimage';
import type * as Claim from '../../../program/test/hostile/claim.js';
import type * as Samples from '../../../program/test/hostile/derivation-samples.js';
import type * as State from '../../../program/test/hostile/sample-state.js';
import type { Ending } from './in-machine.js';

const hostile = '../../../../program/dist/test/hostile';
const load = (name: string): Promise<unknown> => import(new URL(`${hostile}/${name}.js`, import.meta.url).href);
const { makeSample, SAMPLE_BLOCK } = (await load('derivation-samples')) as typeof Samples;
const { claimOn } = (await load('claim')) as typeof Claim;
const { sampleState } = (await load('sample-state')) as typeof State;

/** The sample of a seed: its name, and what the program may ask for about the claim of an output root, a wrong one without. */
export function sampleOf(seed: number): { name: string; claim: (root?: Uint8Array) => Oracle } {
  const { name, chain } = makeSample(seed);
  const claim = (root?: Uint8Array): Oracle =>
    claimOn(chain, { number: SAMPLE_BLOCK, state: sampleState, ...(root === undefined ? {} : { root }) });
  return { name, claim };
}

/** The output root that a run derived, which its log shows for a wrong claim; null where it ended without one. */
export function outputOf({ code, log }: Ending): string | null {
  const [, output] = /derived (0x[0-9a-f]{64})/.exec(log) ?? [];
  if (output === undefined && code !== 2)
    throw new Error(`exit code ${code} without an output root: ${log.slice(-500)}`);
  return output ?? null;
}
