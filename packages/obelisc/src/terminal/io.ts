/** Where a command writes. */
import { hasColours } from './colours.js';
import { writeStory } from './status-line.js';

export type Io = {
  stdout: (bytes: Uint8Array | string) => void;
  stderr: (bytes: Uint8Array | string) => void;
  /** Whether the streams show colours, where no flag says so. */
  colours?: { stdout: boolean; stderr: boolean };
};

/** The process' own streams. */
export const processIo: Io = {
  stdout: (output) => writeStory(output, process.stdout),
  stderr: (output) => writeStory(output),
  colours: { stdout: hasColours(process.stdout), stderr: hasColours(process.stderr) },
};
