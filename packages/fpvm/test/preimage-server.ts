// The deterministic oracle as the child process that a machine's command line takes: file descriptors 3 and 4 are the
// hint channel, 5 and 6 the pre-image channel (https://specs.optimism.io/fault-proof/index.html#pre-image-communication).
import { createReadStream, writeSync } from 'node:fs';
import { DeterministicOracle } from './deterministic-oracle.js';

const oracle = new DeterministicOracle();

/** Calls `take` with each message; a message is as long as `length` finds in what has arrived. */
async function serve(
  descriptor: number,
  length: (arrived: Buffer) => number,
  take: (message: Buffer) => void,
): Promise<void> {
  let arrived = Buffer.alloc(0);
  for await (const chunk of createReadStream('', { fd: descriptor }) as AsyncIterable<Buffer>) {
    arrived = Buffer.concat([arrived, chunk]);
    for (let size = length(arrived); arrived.length >= size; size = length(arrived)) {
      take(arrived.subarray(0, size));
      arrived = arrived.subarray(size);
    }
  }
}

const hints = serve(
  3,
  (arrived) => 4 + (arrived.length < 4 ? 0 : arrived.readUInt32BE(0)),
  (message) => {
    oracle.hint(message.subarray(4).toString('utf8'));
    writeSync(4, new Uint8Array(1));
  },
);
const preimages = serve(
  5,
  () => 32,
  (key) => {
    const value = oracle.get(key);
    const length = new Uint8Array(8);
    new DataView(length.buffer).setBigUint64(0, BigInt(value.length));
    writeSync(6, Buffer.concat([length, value]));
  },
);
await Promise.all([hints, preimages]);
