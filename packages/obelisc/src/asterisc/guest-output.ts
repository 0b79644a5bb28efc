// What the guest prints, as records of the log: text where it is printable ASCII, else hex.
import { log } from './log.js';

/** Logs one write of the guest. */
export function logGuestOutput(stream: 'stdout' | 'stderr', bytes: Uint8Array): void {
  if (bytes.length === 0) return;
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const printable = content.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09);
  log(
    'info',
    '',
    printable ? { text: content.toString('latin1'), stream } : { data: `0x${content.toString('hex')}`, stream },
  );
}
