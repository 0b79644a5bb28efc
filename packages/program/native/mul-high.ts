// The native answer to the client's import `mul_high`: a WebAssembly function, since one in JavaScript would make two
// BigInts for each of its arguments. In the machine the import is a single `mulhu`.

/** The high 64 bits of the unsigned 128-bit product a·b. */
export function mul_high(a: u64, b: u64): u64 {
  const aLow = a & 0xffffffff;
  const aHigh = a >> 32;
  const bLow = b & 0xffffffff;
  const bHigh = b >> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >> 32);
  const other = aLow * bHigh + (middle & 0xffffffff);
  return aHigh * bHigh + (middle >> 32) + (other >> 32);
}
