/** Whether a stream shows colours: a terminal that knows them, and NO_COLOR (https://no-color.org) does not forbid them. */
export function hasColours(stream: NodeJS.WriteStream, env: Record<string, string | undefined> = process.env): boolean {
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && stream.hasColors(env);
}
