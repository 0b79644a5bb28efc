// Contexts of literals by the two bytes before them: RFC 7932, section 7.1.

/** By mode (LSB6, MSB6, UTF8, Signed) 256 values for the last byte, then 256 for the one before; they are or'ed. */
export const LITERAL_CONTEXTS = memory.data(4 * 512, 8);
let isReady = false;

/** Lut0 of ASCII. */
// prettier-ignore
const ASCII = memory.data<u8>([
   0,  0,  0,  0,  0,  0,  0,  0,  0,  4,  4,  0,  0,  4,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,  0,
   8, 12, 16, 12, 12, 20, 12, 16, 24, 28, 12, 12, 32, 12, 36, 12, 44, 44, 44, 44, 44, 44, 44, 44, 44, 44, 32, 32, 24, 40, 28, 12,
  12, 48, 52, 52, 52, 48, 52, 52, 52, 48, 52, 52, 52, 52, 52, 48, 52, 52, 52, 52, 52, 48, 52, 52, 52, 52, 52, 24, 12, 28, 12, 12,
  12, 56, 60, 60, 60, 56, 60, 60, 60, 56, 60, 60, 60, 60, 60, 56, 60, 60, 60, 60, 60, 56, 60, 60, 60, 60, 60, 24, 12, 28, 12,  0,
]);

/** Fills LITERAL_CONTEXTS. */
export function prepareLiteralContexts(): void {
  if (isReady) return;
  isReady = true;
  for (let byte: u32 = 0; byte < 256; byte++) {
    const table = LITERAL_CONTEXTS + byte;
    const signed = signedClass(byte);
    store<u8>(table, <u8>(byte & 63));
    store<u8>(table, <u8>(byte >> 2), 512);
    store<u8>(table, byte < 0x80 ? load<u8>(ASCII + byte) : <u8>((byte & 1) | (byte < 0xc0 ? 0 : 2)), 1024);
    store<u8>(table, <u8>utf8Before(byte), 1280);
    store<u8>(table, <u8>(signed << 3), 1536);
    store<u8>(table, <u8>signed, 1792);
  }
}

/** Lut1: controls and others 0, punctuation 1, digits and capitals 2, small letters 3. */
function utf8Before(byte: u32): u32 {
  if (byte >= 0x80) return byte < 0xe0 ? 0 : 2;
  if (byte <= 0x20 || byte == 0x7f) return 0;
  if (byte >= 0x61 && byte <= 0x7a) return 3;
  return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) ? 2 : 1;
}

/** Lut2: the magnitude of the byte as a signed number. */
function signedClass(byte: u32): u32 {
  if (byte == 0) return 0;
  if (byte < 16) return 1;
  if (byte < 64) return 2;
  if (byte < 128) return 3;
  if (byte < 192) return 4;
  if (byte < 240) return 5;
  return byte < 255 ? 6 : 7;
}
