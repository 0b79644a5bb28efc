// JSON as Go's indenting encoder writes it, for the small files of scalars and byte strings.

/** A JSON string as Go's encoder writes it: safe for HTML, and with U+2028 and U+2029 escaped. */
export function goString(text: string): string {
  return JSON.stringify(text)
    .replace(/[<>&\u2028\u2029]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .replace(/\\b/g, '\\u0008')
    .replace(/\\f/g, '\\u000c');
}

/** An object with two spaces of indentation and a blank line at the end. Bytes become 0x-hex; undefined is left out. */
export function goJson(object: Record<string, bigint | number | boolean | string | Uint8Array | undefined>): string {
  const rows = Object.entries(object).flatMap(([name, value]) => {
    if (value === undefined) return [];
    if (value instanceof Uint8Array) return [`  ${goString(name)}: "0x${Buffer.from(value).toString('hex')}"`];
    return [`  ${goString(name)}: ${typeof value === 'string' ? goString(value) : String(value)}`];
  });
  return `{\n${rows.join(',\n')}\n}\n\n`;
}
