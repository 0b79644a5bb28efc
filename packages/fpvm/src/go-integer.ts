// Numbers as Go's strconv reads them in base 0, which is how the reference reads its flags.

const MAX64 = (1n << 64n) - 1n;
const DIGITS = /^(?:0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+|0[oO](?:_?[0-7])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;

/**
 * An unsigned 64-bit number: decimal, 0x, 0b, 0o, or octal behind a leading 0; `_` may stand between digits. Undefined
 * for anything else.
 */
export function parseGoInteger(text: string): bigint | undefined {
  if (!DIGITS.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  const value = BigInt(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return value > MAX64 ? undefined : value;
}
