/** The version of all commands: that of package.json. */
export const VERSION = '0.1.0';

/** What `--version` prints, without the end of the line. */
export function versionText(command: string): string {
  return `${command} (Obelisc) ${VERSION}`;
}
