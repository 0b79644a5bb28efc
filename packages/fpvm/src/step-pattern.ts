// Step patterns of the command line: at which steps something happens.

export type StepPattern =
  | { readonly kind: 'never' }
  | { readonly kind: 'always' }
  | { readonly kind: 'at'; readonly step: bigint }
  | { readonly kind: 'every'; readonly steps: bigint };

/** The text is not a step pattern. */
export class StepPatternError extends Error {
  override readonly name = 'StepPatternError';
}

const MAX64 = (1n << 64n) - 1n;

/** Parses `never` (or nothing), `always`, `=N` and `%N` with N decimal or 0x-hexadecimal. Throws StepPatternError. */
export function parseStepPattern(text: string): StepPattern {
  if (text === '' || text === 'never') return { kind: 'never' };
  if (text === 'always') return { kind: 'always' };
  const number = /^[=%](\d+|0[xX][0-9a-fA-F]+)$/.exec(text)?.[1];
  const value = number === undefined ? undefined : BigInt(number);
  if (value === undefined || value > MAX64) {
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
