// Pre-images in one file: 32 bytes of key, the value's length (u32 big endian), the value, and so on.
import { readFileSync, writeFileSync } from 'node:fs';

/** An oracle that has them all in memory and answers at once. */
export function readPreimages(path) {
  const bytes = readFileSync(path);
  const values = new Map();
  for (let at = 0; at < bytes.length;) {
    const start = at + 36;
    const end = start + bytes.readUInt32BE(at + 32);
    values.set(bytes.toString('hex', at, at + 32), bytes.subarray(start, end));
    at = end;
  }
  return {
    hint: () => undefined,
    get: (key) => {
      const value = values.get(Buffer.from(key).toString('hex'));
      if (value === undefined) throw new Error(`${path} has no pre-image of ${Buffer.from(key).toString('hex')}`);
      return value;
    },
  };
}

/** An oracle that passes everything on to `oracle`, and a function that writes what was got. */
export function recordingOracle(oracle) {
  const values = new Map();
  return {
    oracle: {
      hint: (text) => oracle.hint(text),
      get: async (key) => {
        const value = await oracle.get(key);
        values.set(Buffer.from(key).toString('hex'), value);
        return value;
      },
    },
    write: (path) => {
      const pieces = [];
      for (const [key, value] of values) {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(value.length);
        pieces.push(Buffer.from(key, 'hex'), length, value);
      }
      writeFileSync(path, Buffer.concat(pieces));
    },
  };
}
