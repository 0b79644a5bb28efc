// Reads the recorded outcomes of the reference decoders (fixtures/*.txt says what they are).
import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** A recorded stream and what the reference made of its damaged forms: "BYTES.CRC32.END" by position. */
export interface Recording {
  name: string;
  data: Uint8Array;
  truncated: Map<number, string>;
  flipped: Map<number, string>;
}

export function readRecordings(file: string): Recording[] {
  // The tests run compiled, out of dist; the fixtures stay with the sources.
  const text = readFileSync(new URL(`../../../test/compression/fixtures/${file}`, import.meta.url), 'latin1');
  const recordings: Recording[] = [];
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ');
    const [word, rest] = [line.slice(0, space), line.slice(space + 1)];
    const last = recordings.at(-1);
    if (word === 'stream') {
      recordings.push({ name: rest, data: new Uint8Array(0), truncated: new Map(), flipped: new Map() });
    } else if (last !== undefined && word === 'data') {
      last.data = Buffer.from(rest, 'base64');
    } else if (last !== undefined && (word === 'truncated' || word === 'flipped')) {
      for (const item of rest.split(' ')) {
        const [position = '', value = ''] = item.split(':');
        last[word].set(Number(position), value);
      }
    }
  }
  return recordings;
}

/** An outcome in the recordings' form. */
export function outcome(output: Uint8Array, end: string): string {
  return `${output.length.toString(36)}.${crc32(output).toString(16)}.${end}`;
}

/** `data` with the bit at `position` inverted. */
export function withFlippedBit(data: Uint8Array, position: number): Uint8Array {
  const copy = Uint8Array.from(data);
  copy[position >> 3] = (copy[position >> 3] ?? 0) ^ (1 << (position & 7));
  return copy;
}
