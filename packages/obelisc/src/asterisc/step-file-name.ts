// File names of proofs and snapshots, from patterns as Go's fmt reads them.

/**
 * The pattern with the step for `%d`, also with a width (`%09d`, `%9d`), in hex for `%x` and `%X`, and `%` for `%%`.
 * Other text stays as it is; a pattern without the step names one file, written anew each time.
 */
export function formatStep(pattern: string, step: bigint): string {
  return pattern.replace(/%(?:%|(0?)(\d*)([dxX]))/g, (verb, zero: string, width: string, base: string) => {
    if (verb === '%%') return '%';
    const digits = base === 'd' ? String(step) : step.toString(16);
    return (base === 'X' ? digits.toUpperCase() : digits).padStart(Number(width), zero === '0' ? '0' : ' ');
  });
}
