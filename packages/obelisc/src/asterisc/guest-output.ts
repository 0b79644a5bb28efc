// What the guest prints, as records of the log: text where it is printable ASCII, else hex.
import { tell } from '../terminal/line-batch.js';
import { log, logLine, type LogValue } from './log.js';

type Stream = 'stdout' | 'stderr';

export interface GuestOutput {
  /** Takes one write of the guest. */
  write(stream: Stream, bytes: Uint8Array): void;
  /** The guest writes no more. */
  end(): void;
}

/** Logs each write of the guest. A quiet one has its errors and the last that it said, which is its result. */
export function guestOutput(isQuiet: boolean): GuestOutput {
  if (!isQuiet) return { write: (stream, bytes) => logWrite(stream, bytes), end: () => undefined };
  let last: Record<string, LogValue> | undefined;
  const print = (values: Record<string, LogValue>): void => tell(`${logLine(new Date(), 'info', '', values)}\n`);
  return {
    write(stream, bytes) {
      if (bytes.length === 0) return;
      if (stream === 'stderr') print(recordOf(stream, bytes));
      else last = recordOf(stream, bytes);
    },
    end() {
      if (last !== undefined) print(last);
      last = undefined;
    },
  };
}

function logWrite(stream: Stream, bytes: Uint8Array): void {
  if (bytes.length > 0) log('info', '', recordOf(stream, bytes));
}

function recordOf(stream: Stream, bytes: Uint8Array): Record<string, LogValue> {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const printable = content.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09);
  return printable ? { text: content.toString('latin1'), stream } : { data: `0x${content.toString('hex')}`, stream };
}
