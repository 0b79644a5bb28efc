// JSON with exact integers: every number is read as a bigint (RFC 8259; JSON.parse would round 64-bit values).

/** The text is not JSON, or has a number that is not an integer. */
export class ExactJsonError extends Error {
  override readonly name = 'ExactJsonError';
}

/** Parses a JSON text whose numbers are all integers; they become bigints. Throws ExactJsonError. */
export function parseExactJson(text: string): unknown {
  // JSON.parse with source access is not in Node 20: numbers outside of strings are quoted with a mark first.
  const marked = text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g, (token) => {
    if (token.startsWith('"')) return token;
    if (!/^-?\d+$/.test(token)) throw new ExactJsonError(`${token} is not an integer`);
    return `{"${MARK}":"${token}"}`;
  });
  try {
    return JSON.parse(marked, (_, value: unknown) => {
      const digits = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[MARK] : undefined;
      return typeof digits === 'string' ? BigInt(digits) : value;
    });
  } catch (error) {
    throw new ExactJsonError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

const MARK = '#integer';
