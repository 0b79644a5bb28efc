// The pre-image server of the templates' example: what `asterisc run … -- node host.mjs [CLAIM]` starts. A server of your own
// may be in any language: it has hints on descriptor 3 (length and text; one byte back on 4 says that it is taken) and
// keys on 5 (32 bytes; the value's length as 8 bytes and the value back on 6), lengths big-endian.
//
// The example's claim: the bytes of DATA sum to CLAIM.
import { createHash } from 'node:crypto';
import { createReadStream, writeSync } from 'node:fs';
import process from 'node:process';

const DATA = Buffer.from('Any data: what a guest asks for by its hash cannot be anything else.\n'.repeat(20));
const claim = BigInt(process.argv[2] ?? DATA.reduce((sum, byte) => sum + byte, 0));

/** Local values are known by number; a hash's key has its kind in place of the first byte, 4 for SHA-256. */
const local = (number) => Buffer.concat([Buffer.of(1), Buffer.alloc(30), Buffer.of(number)]);
const dataKey = createHash('sha256').update(DATA).digest();
dataKey[0] = 4;
const claimBytes = Buffer.alloc(8);
claimBytes.writeBigUInt64BE(claim);
const values = new Map(
  [
    [local(1), dataKey],
    [local(2), claimBytes],
    [dataKey, DATA],
  ].map(([key, value]) => [key.toString('hex'), value]),
);

serve(3, (bytes) => {
  if (bytes.length < 4 || bytes.length < 4 + bytes.readUInt32BE()) return 0;
  const end = 4 + bytes.readUInt32BE();
  process.stderr.write(`host: hint ${bytes.toString('utf8', 4, end)}\n`);
  // A host with sources of its own would fetch here what the guest asks for next.
  writeAll(4, Buffer.of(0));
  return end;
});
serve(5, (bytes) => {
  if (bytes.length < 32) return 0;
  const key = bytes.toString('hex', 0, 32);
  const value = values.get(key);
  if (value === undefined) {
    process.stderr.write(`host: no value for the key ${key}\n`);
    process.exit(1);
  }
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(value.length));
  writeAll(6, Buffer.concat([length, value]));
  return 32;
});

/** Hands what has come on a descriptor to `take`, which returns how many bytes it used, 0 for too few. */
function serve(fd, take) {
  let waiting = Buffer.alloc(0);
  createReadStream('', { fd })
    .on('data', (chunk) => {
      waiting = Buffer.concat([waiting, chunk]);
      for (let used = take(waiting); used > 0; used = take(waiting)) waiting = waiting.subarray(used);
    })
    .on('end', () => process.exit(0));
}

function writeAll(fd, bytes) {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}
