/**
 * Hints: texts of the form `type 0xhex` in which the program says what it will ask for.
 * Specification: https://specs.optimism.io/fault-proof/index.html#pre-image-hinting-routes
 */

/** A hint taken apart. */
export type Hint = { type: string; payload: Uint8Array };

/** The text of a hint: `type 0xhex`. */
export function formatHint({ type, payload }: Hint): string {
  return `${type} 0x${Buffer.from(payload.buffer, payload.byteOffset, payload.length).toString('hex')}`;
}

/**
 * Takes a hint's text apart: the type ends at the first space, the payload is hexadecimal of even length, with 0x or (kona) without.
 * Throws MalformedHintError.
 */
export function parseHint(text: string): Hint {
  const space = text.indexOf(' ');
  if (space < 0) throw new MalformedHintError(text, 'it has no space between type and payload');
  const digits = text.slice(space + 1);
  if (!/^(?:0x)?(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new MalformedHintError(text, 'its payload is not 0x and pairs of hexadecimal digits');
  return { type: text.slice(0, space), payload: Uint8Array.from(Buffer.from(digits.replace(/^0x/, ''), 'hex')) };
}

/** A hint for messages: long payloads are cut in the middle. */
export function describeHint(text: string): string {
  return text.length <= 200 ? text : `${text.slice(0, 160)}… (${text.length} characters)`;
}

export class MalformedHintError extends Error {
  override name = 'MalformedHintError';
  constructor(hint: string, why: string) {
    super(`the hint "${describeHint(hint)}" cannot be read: ${why}; hints have the form "type 0xhex"`);
  }
}
