// Step patterns of the command line: at which steps something happens.
import { parseGoInteger } from './go-integer.js';

export type StepPattern =
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }
  | { readonly kind: 'at'; readonly step: bigint }
  | { readonly kind: 'every'; readonly steps: bigint };

/** The text is not a step pattern. */
export class StepPatternError extends Error {
  override readonly name = 'StepPatternError';
}

/** Parses `never` (or nothing), `always`, `=N` and `%N` with N as `parseGoInteger` reads it. Throws StepPatternError. */
export function parseStepPattern(text: string): StepPattern {
  if (text === '' || text === 'never') return { kind: 'never' };
  if (text === 'always') return { kind: 'always' };
  const value = /^[=%]/.test(text) ? parseGoInteger(text.slice(1)) : undefined;
  if (value === undefined) {
    throw new StepPatternError(
      `${JSON.stringify(text)} is not a step pattern: use never, always, =N (at step N) or %N (at every Nth step)`,
    );
  }
  if (text.startsWith('=')) return { kind: 'at', step: value };
  if (value === 0n) throw new StepPatternError(`%0 matches no step: use never, or %N with N of at least 1`);
  return { kind: 'every', steps: value };
}

/** The first step from `from` on (included) that matches; undefined if there is none. */
export function nextMatch(pattern: StepPattern, from: bigint): bigint | undefined {
  switch (pattern.kind) {
    case 'never':
      return undefined;
    case 'always':
      return from;
    case 'at':
      return pattern.step >= from ? pattern.step : undefined;
    case 'every':
      return ((from + pattern.steps - 1n) / pattern.steps) * pattern.steps;
  }
}
