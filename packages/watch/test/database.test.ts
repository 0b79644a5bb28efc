// Databases that cannot be used are refused by name; a folder belongs to one process.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { readChains, type WatchedChain, watchedChain } from '../src/chain-settings.js';
import { openDatabase } from '../src/database.js';
import { messageOf } from '../src/errors.js';
import { lockFolder } from '../src/folder-lock.js';
import { claimNames, migrate, SCHEMA_VERSION } from '../src/schema.js';
import { KINDS, testDatabase } from './databases.js';

for (const kind of KINDS)
  test(`a transaction in a ${kind} is all or nothing; the tables are made once, by however many`, async () => {
    const { database, drop } = await testDatabase(kind);
    try {
      await Promise.all([migrate(database), migrate(database)]);
      await assert.rejects(
        database.transaction(async (sql) => {
          await sql.query(`INSERT INTO obelisc.alerts (event, body) VALUES ('e', '{}')`);
          throw new Error('no');
        }),
        /^Error: no$/,
      );
      assert.deepEqual(await database.query('SELECT * FROM obelisc.alerts'), []);
      assert.deepEqual(await database.query('SELECT version FROM obelisc.version'), [{ version: SCHEMA_VERSION }]);
      // One that an older version made is brought to this one, with what is in it.
      await database.query(`INSERT INTO obelisc.alerts (event, body) VALUES ('kept', '{}')`);
      await database.run(
        `DROP TABLE obelisc.progress; DROP TABLE obelisc.chains; ALTER TABLE obelisc.alerts DROP COLUMN due_at, DROP COLUMN posted, DROP COLUMN ran;
         ALTER TABLE obelisc.games DROP COLUMN standing;
         UPDATE obelisc.version SET version = 1`,
      );
      await Promise.all([migrate(database), migrate(database)]);
      assert.deepEqual(await database.query('SELECT version FROM obelisc.version'), [{ version: SCHEMA_VERSION }]);
      assert.deepEqual(await database.query('SELECT event FROM obelisc.alerts'), [{ event: 'kept' }]);
      assert.deepEqual(await database.query('SELECT * FROM obelisc.progress'), []);
    } finally {
      await drop();
    }
  });

describe('a folder', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'obelisc-db-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('keeps what was written, belongs to one process, and to the next when that was killed', async () => {
    const where = join(folder, 'db');
    const first = await openDatabase(where);
    await migrate(first);
    const owner = JSON.parse(readFileSync(join(where, 'owner'), 'utf8')) as { pid: number };
    assert.equal(owner.pid, process.pid);
    await first.close();
    assert.equal(existsSync(join(where, 'owner')), false);
    // Process 1 is always there; a number that no process has is of one that was killed.
    writeFileSync(join(where, 'owner'), '1\n');
    await assert.rejects(openDatabase(where), /process 1 uses this folder; for several processes take --db postgres/);
    const { pid } = spawnSync('true');
    writeFileSync(join(where, 'owner'), `${pid}\n`);
    const second = await openDatabase(where);
    assert.deepEqual(await second.query('SELECT version FROM obelisc.version'), [{ version: SCHEMA_VERSION }]);
    await second.close();
  });

  test('is taken over from a process whose number another one has by now, or that has ended and stays in the list', async () => {
    const where = join(folder, 'numbers');
    mkdirSync(where);
    const file = join(where, 'owner');
    const isLinux = existsSync('/proc/1/stat');
    writeFileSync(file, JSON.stringify({ pid: 1, began: isLinux ? '7' : undefined }));
    // Elsewhere it cannot be told.
    if (!isLinux) return void (await assert.rejects(lockFolder(where), /process 1 uses this folder/));
    (await lockFolder(where))();
    // What killed it does not ask after it: it ends, and its parent goes on.
    const parent = spawn('sh', ['-c', 'sleep 600 & echo $!; exec sleep 600'], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      const [line] = (await once(parent.stdout, 'data')) as [Buffer];
      const pid = Number(line.toString());
      writeFileSync(file, JSON.stringify({ pid }));
      await assert.rejects(lockFolder(where), /uses this folder/);
      // A shell might still ask.
      while (readFileSync(`/proc/${parent.pid}/comm`, 'utf8') !== 'sleep\n') await setTimeout(10);
      process.kill(pid, 'SIGKILL');
      while (!/^\d+ \(.*\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) await setTimeout(10);
      (await lockFolder(where))();
    } finally {
      parent.kill('SIGKILL');
    }
  });

  test('is left to a process of another container for so long as that gives signs of life', async () => {
    const where = join(folder, 'containers');
    mkdirSync(where);
    const file = join(where, 'owner');
    const owner = JSON.stringify({ pid: process.pid, space: 'pid:[1]' });
    writeFileSync(file, owner);
    let at = 1000;
    const living = setInterval(() => utimesSync(file, ++at, at), 100);
    await assert.rejects(lockFolder(where, 600_000), /uses this folder/);
    clearInterval(living);
    assert.equal(readFileSync(file, 'utf8'), owner);
    (await lockFolder(where, 0))();
    assert.equal(existsSync(file), false);
  });

  test('without room for a database is refused, with nothing left of what was begun', () => {
    const where = join(folder, 'full');
    const open = `import { openDatabase } from '${new URL('../src/database.js', import.meta.url).href}';
      await openDatabase(process.argv[1]).catch((error) => console.log(error.message));`;
    // A limit for files' sizes is a disk that is full, without taking anything that only root may.
    const limited = ['sh', '-c', 'ulimit -f 200; trap "" XFSZ; exec "$@"', 'sh'];
    const [shell = '', ...args] = [...limited, process.execPath, '--input-type=module', '-e', open, where];
    const { stdout } = spawnSync(shell, args, { encoding: 'utf8' });
    assert.match(
      stdout,
      /^--db .*full: the database in this folder cannot be opened: PostgreSQL in WebAssembly gave up: is its device full,/,
    );
    assert.deepEqual(readdirSync(where), []);
    // What it throws of its own file system, where a write is refused at once.
    assert.equal(messageOf({ name: 'ErrnoError', errno: 51 }), 'no space is left on its device');
  });

  test('whose database is damaged is refused, and left as it is', async () => {
    const where = join(folder, 'damaged');
    mkdirSync(join(where, 'data'), { recursive: true });
    writeFileSync(join(where, 'data', 'PG_VERSION'), '99\n');
    await assert.rejects(openDatabase(where), /--db .*damaged: the database in this folder cannot be opened: ./);
    assert.equal(readFileSync(join(where, 'data', 'PG_VERSION'), 'utf8'), '99\n');
    assert.equal(existsSync(join(where, 'owner')), false);
  });

  test('that cannot be made is refused', async () => {
    writeFileSync(join(folder, 'file'), '');
    await assert.rejects(openDatabase(join(folder, 'file')), /--db .*file: no folder that can be written to/);
  });
});

test('a server that is not there, or is none, is named without its password', async () => {
  const silent = createServer((socket) => socket.end('hello\n'));
  await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  const { port } = silent.address() as AddressInfo;
  try {
    for (const at of [9, port])
      await assert.rejects(openDatabase(`postgres://me:secret@127.0.0.1:${at}/x`), (error: Error) => {
        assert.match(
          error.message,
          /--db postgres:\/\/me:\*\*\*@127\.0\.0\.1:\d+\/x: the database cannot be reached: ./,
        );
        assert.doesNotMatch(error.message, /secret/);
        return true;
      });
  } finally {
    silent.close();
  }
});

test('a URL that asks for TLS gets it, with a certificate that is checked, and no warning besides', async () => {
  const warnings: string[] = [];
  const note = (warning: Error): void => void warnings.push(warning.message);
  process.on('warning', note);
  const certificates = new URL('../../../host/dist/test/certificates.js', import.meta.url).href;
  const { OWN_AUTHORITY } = (await import(certificates)) as { OWN_AUTHORITY: { key: string; cert: string } };
  let hasTls = false;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', (request) => {
      // SSLRequest (PostgreSQL's manual, 53.7): nothing else is said before it is answered.
      assert.equal(request.toString('hex'), '0000000804d2162f');
      socket.write(hasTls ? 'S' : 'N');
      if (hasTls) new TLSSocket(socket, { isServer: true, ...OWN_AUTHORITY }).on('error', () => {});
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  try {
    for (const mode of ['require', 'verify-ca', 'prefer', 'verify-full'])
      for (hasTls of [false, true])
        await assert.rejects(
          openDatabase(`postgres://me:secret@127.0.0.1:${port}/x?application_name=a&sslmode=${mode}`),
          hasTls ? /cannot be reached: self-signed certificate/ : /the server does not support SSL connections/i,
        );
    await setTimeout(0);
    assert.deepEqual(warnings, []);
  } finally {
    process.off('warning', note);
    server.close();
  }
});

test('what was meant as a URL is neither printed nor made a folder', async () => {
  for (const where of [
    'mysql://me:secret@host/x',
    'postgres:/me:secret@host/x',
    'jdbc:postgresql://host/x?user=me&password=secret',
    'postgres://me@127.0.0.1:9/x?password=secret',
    'postgres://me:12/secret@127.0.0.1:9/x',
  ])
    await assert.rejects(openDatabase(where), (error: Error) => {
      assert.match(error.message, /^--db /);
      assert.doesNotMatch(error.message, /secret/, where);
      return true;
    });
  assert.equal(existsSync('mysql:'), false);
  assert.throws(
    () =>
      watchedChain(
        { l1: 'ftp://me:secret@a', 'l1.beacon': 'http://b', l2: 'http://c', 'op-node': 'http://d', network: '10' },
        'chains[3]: ',
      ),
    /^WatchError: chains\[3\]: --l1 is not an http:\/\/ or https:\/\/ URL$/,
  );
});

test("a chain's name in a database stands for one factory", async () => {
  const { database, drop } = await testDatabase('folder');
  const endpoints = { l1: 'http://a', 'l1.beacon': 'http://b', l2: 'http://c', 'op-node': 'http://d' };
  const chain = (digit: string): WatchedChain =>
    watchedChain({ ...endpoints, 'game-factory': `0x${digit.repeat(40)}` });
  try {
    await migrate(database);
    await claimNames(database, [chain('a')]);
    await claimNames(database, [chain('A')]);
    await assert.rejects(
      claimNames(database, [chain('b')]),
      /the name chain stands for the chain whose game factory is 0xa{40}, not 0xb{40}: give this one another --name/,
    );
  } finally {
    await drop();
  }
});

test('a chain is told by flags, or several by a file; what is wrong is named with its place', () => {
  const endpoints = { l1: 'http://a', 'l1.beacon': 'http://b', l2: 'http://c', 'op-node': 'http://d' };
  const known = watchedChain({ ...endpoints, network: 'op-mainnet' });
  assert.equal(known.name, 'op-mainnet');
  assert.match(known.factory, /^0x[0-9a-f]{40}$/);
  assert.throws(() => watchedChain(endpoints), /--game-factory is missing/);
  assert.throws(() => watchedChain({ network: 'op-mainnet' }), /--l1, --l1\.beacon, --l2, --op-node missing/);
  assert.throws(() => watchedChain({ ...endpoints, network: 'op-mainet' }), /--network op-mainet is not known/);
  assert.throws(() => watchedChain({ ...endpoints, 'game-factory': '0x12' }), /--game-factory 0x12 is no address/);
  assert.throws(
    () => watchedChain({ ...endpoints, network: 'op-mainnet', l2: 'localhost:8545' }),
    /--l2 is not an http:\/\/ or https:\/\/ URL/,
  );
  const folder = mkdtempSync(join(tmpdir(), 'obelisc-chains-'));
  try {
    const file = join(folder, 'chains.json');
    const write = (value: unknown): void =>
      writeFileSync(file, typeof value === 'string' ? value : JSON.stringify(value));
    write({
      chains: [
        { ...endpoints, network: 'op-mainnet' },
        { ...endpoints, network: 'op-sepolia' },
      ],
    });
    assert.deepEqual(
      readChains(file).map(({ name }) => name),
      ['op-mainnet', 'op-sepolia'],
    );
    const refused: [unknown, RegExp][] = [
      ['{', /is not JSON: it ends in the middle/],
      ['{"chains":[],"chains":[]}', /has the field "chains" twice/],
      [[], /has no list "chains"/],
      [{ chains: [] }, /has no list "chains"/],
      [
        { chains: [{ ...endpoints, network: 'op-mainnet' }], 'l1.check': 'x' },
        /"l1\.check" is not known beside "chains"/,
      ],
      [{ chains: [7] }, /chains\[0\]: not an object/],
      [{ chains: [{ ...endpoints, opnode: 'x' }] }, /chains\[0\]: "opnode" is not known; known are name, l1/],
      [{ chains: [{ ...endpoints, constructor: 'x' }] }, /chains\[0\]: "constructor" is not known/],
      [{ chains: [{ ...endpoints, l1: 5 }] }, /chains\[0\]: l1 is no string/],
      [
        {
          chains: [
            { ...endpoints, network: 'op-mainnet' },
            { ...endpoints, network: 'op-mainnet' },
          ],
        },
        /two chains are named "op-mainnet"/,
      ],
      [{ chains: [{ ...endpoints, network: 'op-mainnet', name: 'a b' }] }, /name "a b": letters, digits and dashes/],
    ];
    for (const [value, message] of refused) {
      write(value);
      assert.throws(() => readChains(file), message);
    }
    assert.throws(() => readChains(join(folder, 'none')), /--config cannot be read: there is no .*none$/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
