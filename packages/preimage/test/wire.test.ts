import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import {
  keccak256Key,
  localKey,
  MissingPreimageError,
  type Oracle,
  endsOfStreams,
  oracleOver as oracleOverEnds,
  serveOracle as serveOracleOverEnds,
  TruncatedStreamError,
  WireError,
  type WireStreams,
} from '../src/index.js';

const serveOracle = (streams: WireStreams, oracle: Oracle) => serveOracleOverEnds(endsOfStreams(streams), oracle);
const oracleOver = (streams: WireStreams, server: string) => oracleOverEnds(endsOfStreams(streams, server), server);

/** Both sides of the two channels, in memory. */
function channels(): { server: WireStreams; client: WireStreams } {
  const [toServer, toClient, hintsToServer, hintsToClient] = [
    new PassThrough(),
    new PassThrough(),
    new PassThrough(),
    new PassThrough(),
  ];
  return {
    server: {
      hintReader: hintsToServer,
      hintWriter: hintsToClient,
      preimageReader: toServer,
      preimageWriter: toClient,
    },
    client: {
      hintReader: hintsToClient,
      hintWriter: hintsToServer,
      preimageReader: toClient,
      preimageWriter: toServer,
    },
  };
}

function recording(answer: (key: Uint8Array) => Uint8Array): Oracle & { log: string[] } {
  const log: string[] = [];
  return {
    log,
    hint: async (text) => void log.push(`hint ${text}`),
    get: async (key) => {
      log.push(`get ${Buffer.from(key).toString('hex')}`);
      return answer(key);
    },
  };
}

test('client and server speak the same protocol, in order', async () => {
  const { server, client } = channels();
  const oracle = recording((key) => Uint8Array.of(...key, 1, 2, 3));
  const serving = serveOracle(server, oracle);
  const remote = oracleOver(client, 'the server');
  await remote.hint('l2-code 0x00');
  const values = await Promise.all([remote.get(localKey(1)), remote.get(localKey(2))]);
  assert.deepEqual(values[0], Uint8Array.of(...localKey(1), 1, 2, 3));
  assert.deepEqual(values[1], Uint8Array.of(...localKey(2), 1, 2, 3));
  assert.deepEqual(oracle.log, [
    'hint l2-code 0x00',
    `get ${Buffer.from(localKey(1)).toString('hex')}`,
    `get ${Buffer.from(localKey(2)).toString('hex')}`,
  ]);
  client.hintWriter.end();
  await serving;
});

test('the bytes on the wire: u32 length and text, one byte back; key, u64 length and value', async () => {
  const { server, client } = channels();
  const serving = serveOracle(
    server,
    recording(() => Uint8Array.of(0xaa, 0xbb)),
  );
  client.hintWriter.write(Buffer.from('000000027878', 'hex'));
  await once(client.hintReader);
  assert.deepEqual(client.hintReader.read(), Buffer.of(0));
  client.preimageWriter.write(keccak256Key(new Uint8Array(32)).subarray(0, 20));
  client.preimageWriter.write(new Uint8Array(12));
  await once(client.preimageReader);
  assert.deepEqual(client.preimageReader.read(), Buffer.from('0000000000000002aabb', 'hex'));
  client.preimageWriter.end();
  await serving;
});

test('empty and large values pass', async () => {
  const { server, client } = channels();
  const large = new Uint8Array(3_000_000).fill(7);
  void serveOracle(
    server,
    recording((key) => (key[31] === 1 ? new Uint8Array(0) : large)),
  );
  const remote = oracleOver(client, 'the server');
  assert.equal((await remote.get(localKey(1))).length, 0);
  assert.deepEqual(Buffer.from(await remote.get(localKey(2))), Buffer.from(large));
});

test('the server ends when either channel closes', async () => {
  for (const channel of ['hintWriter', 'preimageWriter'] as const) {
    const { server, client } = channels();
    const serving = serveOracle(
      server,
      recording(() => new Uint8Array(0)),
    );
    client[channel].end();
    await serving;
  }
});

test('a failing oracle fails the server; a failing hint is answered first, so that the program goes on to see it', async () => {
  const { server, client } = channels();
  const failing: Oracle = {
    hint: () => Promise.reject(new Error('bad hint')),
    get: () => Promise.reject(new Error('no value')),
  };
  client.hintWriter.write(Buffer.from('0000000178', 'hex'));
  await assert.rejects(serveOracle(server, failing), /bad hint/);
  assert.deepEqual(client.hintReader.read(), Buffer.of(0));
  const second = channels();
  second.client.preimageWriter.write(localKey(1));
  await assert.rejects(serveOracle(second.server, failing), /no value/);
});

test('a channel that closes inside a message is an error of its own', async () => {
  const { server, client } = channels();
  client.preimageWriter.end(localKey(1).subarray(0, 10));
  await assert.rejects(
    serveOracle(
      server,
      recording(() => new Uint8Array(0)),
    ),
    TruncatedStreamError,
  );
});

test('a server that goes away is reported with key and last hint', async () => {
  const { server, client } = channels();
  const remote = oracleOver(client, 'the server op-program');
  const serving = serveOracle(server, { hint: async () => undefined, get: () => Promise.reject(new Error('gone')) });
  await remote.hint('l2-code 0xabcd');
  const answer = remote.get(localKey(3));
  await assert.rejects(serving);
  server.preimageWriter.end();
  await assert.rejects(answer, (error) => {
    assert(error instanceof MissingPreimageError);
    assert.match(error.message, /0x01.*03 \(local\).*l2-code 0xabcd.*the server op-program closed the channel/s);
    return true;
  });
});

test('an impossible length is not believed', async () => {
  const { client, server } = channels();
  server.preimageWriter.write(Buffer.alloc(8, 0xff));
  await assert.rejects(oracleOver(client, 'the server').get(localKey(1)), WireError);
  const second = channels();
  second.client.hintWriter.write(Buffer.alloc(4, 0xff));
  await assert.rejects(
    serveOracle(
      second.server,
      recording(() => new Uint8Array(0)),
    ),
    WireError,
  );
});

function once(stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve) => stream.once('readable', resolve));
}
