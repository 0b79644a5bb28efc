// What flags have in common, for commands that read them without Commander, which takes 20 ms to load.

/** Heading of the flags that every command has. */
export const GENERAL = 'General:';

/** Words of a flag that is there or not; undefined for any other. */
export function booleanOf(text: string): boolean | undefined {
  if (/^(?:1|t|true)$/i.test(text)) return true;
  return /^(?:0|f|false)$/i.test(text) ? false : undefined;
}
