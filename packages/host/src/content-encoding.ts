/** The encodings of an HTTP answer's body (RFC 9110, 8.4). gzip is asked for; some send another all the same, or name one and send none. */
import { promisify } from 'node:util';
import zlib from 'node:zlib';

type Decoder = (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const inflate = promisify(zlib.inflate);
const inflateRaw = promisify(zlib.inflateRaw);
const gunzip = promisify(zlib.gunzip);

const DECODERS = new Map<string, Decoder>([
  ['gzip', gunzip],
  ['x-gzip', gunzip],
  // With the header of zlib, as it is specified, or without, as some have always sent it. The low half of its first byte is 8.
  ['deflate', (bytes, options) => (((bytes[0] ?? 0) & 0x0f) === 8 ? inflate : inflateRaw)(bytes, options)],
  ['br', promisify(zlib.brotliDecompress)],
]);
// From Node 22.15 on.
if ('zstdDecompress' in zlib) DECODERS.set('zstd', promisify(zlib.zstdDecompress as typeof zlib.gunzip));

/**
 * The body, `limit` bytes at most, without the encodings that its header names, outermost last. Rejects with an Error that says
 * what is wrong with it. A body of JSON is taken as it is, whatever it is said to be.
 */
export async function withoutEncoding(body: Buffer, header: string | undefined, limit: number): Promise<Buffer> {
  const names = (header ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');
  let bytes = body;
  for (const name of names.toReversed()) {
    if (bytes.length === 0 || beginsAsJson(bytes)) return bytes;
    const decode = DECODERS.get(name);
    if (decode === undefined) throw new Error(`the answer has the content encoding ${name}, which was not asked for`);
    try {
      bytes = await decode(bytes, { maxOutputLength: limit });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`the answer is damaged: its ${name} encoding cannot be undone (${reason})`, { cause: error });
    }
  }
  return bytes;
}

/** Whether it begins with an object or a list, perhaps after a byte order mark and white space. */
function beginsAsJson(bytes: Buffer): boolean {
  return /^\uFEFF?\s*[[{]/.test(bytes.subarray(0, 64).toString('utf8'));
}
