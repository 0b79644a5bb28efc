// Logfmt, read: `key=value key="quoted value"`, as the commands and the client log it.

/** The fields of one record; a value in quotes is unescaped as Go's `%q` writes it. */
export function parseLogfmt(line: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const [, key = '', quoted, plain = ''] of line.matchAll(/([^\s=]+)=(?:("(?:[^"\\]|\\.)*")|(\S*))/g)) {
    fields.set(key, quoted === undefined ? plain : unquote(quoted));
  }
  return fields;
}

function unquote(quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    // Go escapes a few bytes in ways that JSON has no word for (\x07, \a): those are shown as written.
    return quoted.slice(1, -1);
  }
}
