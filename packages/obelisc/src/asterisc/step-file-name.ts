// File names of proofs and snapshots, from patterns as Go's fmt reads them (https://pkg.go.dev/fmt).

/** `%`, flags, index of the argument, width, precision, verb; the verb is empty at the end of the pattern. */
const VERB = /%([-+# 0]*)(?:\[(\d+)\])?(\d*)(?:\.(\d*))?([^]|$)/gu;

/**
 * The pattern with the step in it, as Go's `Sprintf` with one uint64: `%d` also with a width (`%09d`, `%-9d`), `%x`, `%X`,
 * `%o`, `%b`, `%v`, `%%`. A pattern without a verb gets `%!(EXTRA uint64=…)` at its end, so that names differ all the same.
 */
export function formatStep(pattern: string, step: bigint): string {
  let taken = 0;
  let reordered = false;
  const name = pattern.replace(
    VERB,
    (_, flags: string, index: string | undefined, width: string, precision: string | undefined, verb: string) => {
      if (verb === '') return '%!(NOVERB)';
      if (verb === '%') return '%';
      if (index !== undefined) {
        reordered = true;
        if (index !== '1') return `%!${verb}(BADINDEX)`;
        taken = 0;
      }
      taken += 1;
      if (taken > 1) return `%!${verb}(MISSING)`;
      return formatted(step, flags, width, precision, verb);
    },
  );
  return taken > 0 || reordered ? name : `${name}%!(EXTRA uint64=${step})`;
}

/** The bases of the verbs, with what `#` puts before the digits. */
const BASES: Record<string, { base: number; prefix: string }> = {
  d: { base: 10, prefix: '' },
  b: { base: 2, prefix: '0b' },
  o: { base: 8, prefix: '0' },
  O: { base: 8, prefix: '' },
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0X' },
};

function formatted(step: bigint, flags: string, width: string, precision: string | undefined, verb: string): string {
  const has = (flag: string) => flags.includes(flag);
  const kind = BASES[verb === 'v' ? (has('#') ? 'x' : 'd') : verb];
  if (kind === undefined) return `%!${verb}(uint64=${step})`;
  const sign = has('+') && verb !== 'v' ? '+' : has(' ') ? ' ' : '';
  let digits = step.toString(kind.base);
  if (verb === 'X') digits = digits.toUpperCase();
  if (precision !== undefined)
    digits = step === 0n && Number(precision) === 0 ? '' : digits.padStart(Number(precision), '0');
  else if (has('0') && !has('-') && width !== '') digits = digits.padStart(Number(width) - sign.length, '0');
  if (has('#') && !(verb === 'o' && digits.startsWith('0'))) digits = kind.prefix + digits;
  if (verb === 'O') digits = `0o${digits}`;
  const text = sign + digits;
  return has('-') ? text.padEnd(Number(width)) : text.padStart(Number(width));
}
