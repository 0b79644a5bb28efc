/**
 * The two channels to a child process, which finds its ends at descriptors 3 to 6 (`descriptors.ts`): named pipes, since Node
 * opens no others by descriptor, and sockets of child_process where there is no mkfifo or no room for them. Sockets cost this
 * end half as much again (`npm run bench:wire`), and the child notices no difference.
 */
import { type ChildProcess, execFile } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { descriptorReader, descriptorWriter } from './channel.js';
import { channelName, endsOfStreams, type WireEnds } from './wire.js';

export type ChildChannels = {
  /** What the child gets as its descriptors 3 to 6. */
  stdio: (number | 'pipe')[];
  /** Our ends, once the child has been spawned. `who` names it in errors. */
  attach(child: ChildProcess, who: string): WireEnds;
  /** Lets go of everything, where there is no child. */
  abandon(): void;
};

/** Makes the channels. Rejects with nothing: where named pipes cannot be made, sockets take their place. */
export async function childChannels(): Promise<ChildChannels> {
  return (await namedPipes()) ?? sockets();
}

/** Both ends of one pipe, blocking. */
type Pipe = { read: number; write: number };

async function namedPipes(): Promise<ChildChannels | undefined> {
  const opened: number[] = [];
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), 'obelisc-'));
    const names = ['hints', 'hints-taken', 'keys', 'values'].map((name) => join(folder ?? '', name));
    await promisify(execFile)('mkfifo', ['-m', '600', ...names]);
    const [hints, taken, keys, values] = names.map((name) => openBoth(name, opened));
    if (!hints || !taken || !keys || !values) throw new TypeError('four pipes were opened');
    const childs = [hints.read, taken.write, keys.read, values.write];
    return {
      stdio: childs,
      attach(_, who) {
        // While this process holds the child's ends too, it cannot see them close.
        for (const fd of childs) closeSync(fd);
        return {
          hintReader: descriptorReader(taken.read, channelName('hint', who)),
          hintWriter: descriptorWriter(hints.write),
          preimageReader: descriptorReader(values.read, channelName('pre-image', who)),
          preimageWriter: descriptorWriter(keys.write),
        };
      },
      abandon() {
        for (const { read, write } of [hints, taken, keys, values]) for (const fd of [read, write]) closeSync(fd);
      },
    };
  } catch {
    for (const fd of opened) closeSync(fd);
    return undefined;
  } finally {
    // Open descriptors need no name.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

/** Opens a named pipe at both ends: a reader that does not wait lets the writer in, and that one the reader that stays. */
function openBoth(name: string, opened: number[]): Pipe {
  const first = openSync(name, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const write = openSync(name, constants.O_WRONLY);
    opened.push(write);
    const read = openSync(name, constants.O_RDONLY);
    opened.push(read);
    return { read, write };
  } finally {
    closeSync(first);
  }
}

function sockets(): ChildChannels {
  return {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    attach(child, who) {
      // The types of child_process know five descriptors; this child has seven.
      const [hintWriter, hintReader, preimageWriter, preimageReader] = child.stdio.slice(3) as Duplex[];
      if (!hintWriter || !hintReader || !preimageWriter || !preimageReader)
        throw new TypeError(`${who} has no channels`);
      return endsOfStreams({ hintReader, hintWriter, preimageReader, preimageWriter }, who);
    },
    abandon: () => undefined,
  };
}
