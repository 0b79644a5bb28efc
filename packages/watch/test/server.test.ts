// What the watch shows over HTTP, and whom it tells: read-only, safe against whatever is asked, once for each event.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { raise, sendAlerts, sign } from '../src/alerts.js';
import { addGame, addUncoveredGame, setState } from '../src/games-table.js';
import { countClaims } from '../src/claims-view.js';
import { Metrics } from '../src/metrics.js';
import { ClaimQueue } from '../src/queue.js';
import { Reporter } from '../src/reporter.js';
import { migrate } from '../src/schema.js';
import { startServer, type WatchServer } from '../src/server.js';
import { type TestDatabase, testDatabase } from './databases.js';
import { madeUpGame, writeVerdict } from './made-up-games.js';

const CHAIN = 'shown';
const HOSTILE = '<img src=x onerror=alert(1)>';

describe('the watch over HTTP', () => {
  let place: TestDatabase;
  let queue: ClaimQueue;
  let server: WatchServer;
  let metrics: Metrics;
  const address = (digit: string): string => `0x${digit.repeat(40)}`;

  before(async () => {
    place = await testDatabase('folder');
    await migrate(place.database);
    queue = await ClaimQueue.start(place.database, [CHAIN], { log: () => {}, tries: 2, supervise: false });
    for (const [digit, index] of [
      ['1', 0n],
      ['2', 1n],
      ['3', 2n],
    ] as const)
      await addGame(
        place.database,
        CHAIN,
        index,
        madeUpGame(0, {
          address: address(digit),
          typeName: HOSTILE,
          createdAt: 1_700_000_000n + index,
          ...(digit === '3'
            ? { standing: { registry: address('9'), isRespected: true, isBlacklisted: true, isRetired: false } }
            : {}),
        }),
        1n,
      );
    metrics = new Metrics();
    server = await startServer({
      listen: '127.0.0.1:0',
      database: place.database,
      queue,
      metrics,
      log: () => {},
      isReady: () => true,
    });
  });
  after(async () => {
    await server.close();
    await queue.stop();
    await place.drop();
  });

  const judge = (digit: string, answer: string): Promise<void> =>
    writeVerdict(
      place.database,
      { chain: CHAIN, address: address(digit), attempt: 1 },
      { answer, verdict: { derived: '0x44' }, log: HOSTILE, seconds: 3 },
    );

  test('claims are listed, newest first, and shown one by one, as JSON', async () => {
    await judge('1', 'valid');
    type Listed = { index: number; answer: string | null; objections: string[] };
    const list = (await (await fetch(`${server.url}/api/claims`)).json()) as Listed[];
    assert.deepEqual(
      list.map(({ index, answer, objections }) => [index, answer, objections]),
      [
        [2, null, ['blacklisted']],
        [1, null, []],
        [0, 'valid', []],
      ],
    );
    const rest = async (newer: string): Promise<number[]> => {
      const answer = await fetch(`${server.url}/api/claims?before=${CHAIN}/${newer}`);
      return ((await answer.json()) as { index: number }[]).map(({ index }) => index);
    };
    assert.deepEqual(await rest(address('2')), [0]);
    assert.deepEqual(await rest(address('9')), []);
    const valid = (await (await fetch(`${server.url}/api/claims?is=valid&limit=1`)).json()) as unknown[];
    assert.equal(valid.length, 1);
    const one = await fetch(`${server.url}/api/claims/${CHAIN}/${address('1')}`);
    assert.equal(one.headers.get('content-type'), 'application/json');
    const details = (await one.json()) as { verdict: { derived: string }; log: string; seconds: number };
    assert.equal(details.verdict.derived, '0x44');
    // It is data: the page puts it into the document as text.
    assert.equal(details.log, HOSTILE);
    assert.ok(details.seconds >= 3);
  });

  test('the page may run and load nothing but its own files', async () => {
    for (const path of ['/', '/page.js', '/page.css', '/api/claims', '/nothing']) {
      const { headers } = await fetch(`${server.url}${path}`);
      assert.match(String(headers.get('content-security-policy')), /^default-src 'none'; script-src 'self';/);
      assert.equal(headers.get('x-content-type-options'), 'nosniff');
    }
    const script = await (await fetch(`${server.url}/page.js`)).text();
    assert.doesNotMatch(script, /innerHTML|insertAdjacentHTML|document\.write|eval\(/);
    const page = await (await fetch(`${server.url}/`)).text();
    assert.doesNotMatch(page, /<script(?![^>]*src=)|\son\w+=|style="/);
  });

  test('whatever is asked that makes no sense is refused, and the next request is answered', async () => {
    const status = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${server.url}${path}`, init)).status;
    assert.equal(await status('/api/claims', { method: 'POST', body: 'x' }), 405);
    assert.equal(await status('/api/claims', { method: 'DELETE' }), 405);
    assert.equal(await status('/api/claims?before=1%27%20OR%201=1'), 400);
    assert.equal(await status('/api/claims?is=%00'), 400);
    assert.equal(await status('/api/claims?chain=%00'), 400);
    assert.equal(await status('/api/claims?chain=%E0%A4%A'), 400);
    assert.equal(await status('/%E0%A4%A'), 404);
    assert.equal(await status(`/api/claims/%00/${address('1')}`), 404);
    assert.equal(await status(`/${'a'.repeat(9000)}`), 431);
    assert.equal(await status('/api/claims?limit=-1'), 400);
    assert.equal(await status('/api/claims?limit=99999999'), 200);
    assert.equal(await status(`/api/claims?chain=${encodeURIComponent("'; DROP TABLE obelisc.games; --")}`), 400);
    assert.equal(await status('/api/claims/shown/0x12'), 404);
    assert.equal(await status(`/api/claims/nowhere/${address('1')}`), 404);
    assert.equal(await status('/..%2f..%2fpackage.json'), 404);
    assert.equal(await status('/constructor'), 404);
    // No page, which would say that all is well.
    assert.equal(await status('//readyz'), 404);
    assert.equal(await status('//readyz/'), 404);
    assert.equal(await status('/\\readyz'), 404);
    assert.equal((await fetch(`${server.url}/`, { method: 'OPTIONS' })).headers.get('allow'), 'GET, HEAD');
    assert.equal(await status('/api/claims', { headers: { cookie: 'x'.repeat(20_000) } }), 431);
    for (const raw of [
      'GET /../../package.json HTTP/1.1\r\nhost: x\r\n\r\n',
      'GET // HTTP/1.1\r\nhost: x\r\n\r\n',
      'NONSENSE\r\n\r\n',
      'BREW /api/claims HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'TRACE /api/claims HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'GET /\u0000 HTTP/1.1\r\nhost: localhost\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: localhost\r\n${'x-header: yyyyyyyy\r\n'.repeat(1000)}\r\n`,
      'GET / HTTP/1.1\r\nhost: localhost\r\nexpect: tea\r\n\r\n',
      'GET / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ])
      assert.match(await exchange(server.url, raw), /^HTTP\/1\.1 4\d\d /, raw.slice(0, 60));
    // A connection is not made into another kind, and not into a tunnel.
    assert.equal(await exchange(server.url, 'CONNECT example.org:443 HTTP/1.1\r\nhost: example.org\r\n\r\n'), '');
    const upgrade = 'GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n';
    assert.match(await exchange(server.url, upgrade), /^HTTP\/1\.1 200 /);
    assert.match(
      await exchange(server.url, 'HEAD /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n'),
      /^HTTP\/1\.1 200 /,
    );
    assert.equal(await status('/healthz'), 200);
    assert.equal(await status('/readyz'), 200);
  });

  test('on loopback it answers to addresses, localhost and the names that it is given: not to a site that points here', async () => {
    const asks = async (at: WatchServer, host: string): Promise<string> =>
      (await exchange(at.url, `GET /api/claims HTTP/1.1\r\nhost: ${host}\r\n\r\n`)).slice(9, 12);
    for (const host of ['127.0.0.1', '127.0.0.1:9300', 'localhost:9300', 'LOCALHOST', '[::1]:9300'])
      assert.equal(await asks(server, host), '200', host);
    for (const host of [
      'evil.example',
      'evil.example:9300',
      'localhost.evil.example',
      '[::1]evil.example',
      'a@localhost',
      '',
    ])
      assert.equal(await asks(server, host), '421', host);
    const options = { database: place.database, queue, metrics, log: () => {}, isReady: () => true };
    const named = await startServer({ ...options, listen: '127.0.0.1:0', hosts: ['watch.example'] });
    const open = await startServer({ ...options, listen: '0.0.0.0:0' });
    try {
      assert.equal(await asks(named, 'Watch.example:80'), '200');
      assert.equal(await asks(named, 'evil.example'), '421');
      assert.equal(await asks(open, 'watch:9300'), '200');
      await assert.rejects(
        startServer({ ...options, listen: '127.0.0.1:0', hosts: ['watch.example:80'] }),
        /--http\.hosts: "watch\.example:80" is no host name/,
      );
    } finally {
      await named.close();
      await open.close();
    }
  });

  test('metrics tell of claims, queue and verdicts', async () => {
    const reporter = new Reporter({
      database: place.database,
      metrics,
      chains: [CHAIN],
      targets: {},
      behind: 1e9,
      log: () => {},
    });
    await reporter.look();
    const [taken] = await place.database.query<{ number: string }>(
      `SELECT nextval(pg_get_serial_sequence('obelisc.verdicts', 'number')) AS number`,
    );
    await judge('2', 'invalid');
    await reporter.look();
    // One whose number was given earlier and whose transaction ended later is counted too, and none twice.
    await place.database.query(
      `INSERT INTO obelisc.verdicts (chain, address, number, answer, verdict, worker, tries, began_at)
       OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, 'valid', '{}', 'w', 1, now())`,
      [CHAIN, address('3'), taken?.number],
    );
    await reporter.look();
    await reporter.look();
    metrics.looked(CHAIN, { l1Number: 77n });
    metrics.looked(CHAIN, new Error('away'));
    const text = await (await fetch(`${server.url}/metrics`)).text();
    assert.match(text, /obelisc_claims\{chain="shown",type="<img src=x onerror=alert\(1\)>",is="invalid"\} 1/);
    assert.match(text, /obelisc_l1_block\{chain="shown"\} 77/);
    assert.match(text, /obelisc_endpoint_errors_total\{chain="shown"\} 1/);
    assert.match(text, /obelisc_verdict_seconds_count\{chain="shown",answer="invalid"\} 1/);
    assert.match(text, /obelisc_verdict_seconds_count\{chain="shown",answer="valid"\} 1/);
    assert.match(text, /obelisc_verdict_latency_seconds_count\{chain="shown"\} 2/);
    assert.match(text, /obelisc_queue_jobs\{state="waiting"\} 0/);
    assert.match(text, /obelisc_games_not_counted\{chain="shown",objection="blacklisted"\} 1/);
  });

  test('the dashboard asks for nothing that is not there: every metric and label of its queries', async () => {
    const file = new URL('../../../../docs/watch-dashboard.json', import.meta.url);
    const queries = [...readFileSync(file, 'utf8').matchAll(/"expr": ("(?:[^"\\]|\\.)*")/g)].map(
      ([, text]) => JSON.parse(text ?? '') as string,
    );
    assert.ok(queries.length >= 10);
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const there = new Map([...text.matchAll(/^(\w+)(?:\{(.*)\})? /gm)].map(([, name, labels = '']) => [name, labels]));
    for (const query of queries) {
      const names = query.match(/obelisc_\w+/g) ?? [];
      assert.ok(names.length > 0, query);
      for (const name of names) assert.ok(there.has(name), name);
      const labels = [...query.matchAll(/(\w+)=|by \(([\w, ]+)\)/g)].flatMap(
        ([, one, many]) => one ?? many?.split(', ') ?? [],
      );
      for (const label of labels)
        assert.ok(
          names.some((name) => there.get(name)?.includes(`${label}="`)),
          `${query}: no label ${label}`,
        );
    }
  });

  test('the page on the watch has every metric with its labels, and no other', async () => {
    const file = new URL('../../../../docs/watch.md', import.meta.url);
    const told = [...readFileSync(file, 'utf8').matchAll(/^\| `(obelisc_\w+)(?:\{([\w,]+)\})?`/gm)];
    const text = await (await fetch(`${server.url}/metrics`)).text();
    const there = [...text.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name);
    assert.deepEqual(told.map(([, name]) => name).sort(), there.sort());
    for (const [, name = '', labels = ''] of told) {
      const [, found = ''] = new RegExp(`^${name}(?:_count)?(?:\\{(.*)\\})? `, 'm').exec(text) ?? [];
      const shown = [...found.matchAll(/(\w+)="/g)].map(([, label]) => label);
      assert.deepEqual(shown, labels === '' ? [] : labels.split(','), name);
    }
  });

  test('open pages are told of changes', async () => {
    const abort = new AbortController();
    const { body } = await fetch(`${server.url}/api/events`, { signal: abort.signal });
    const reader = (body as ReadableStream<Uint8Array>).getReader();
    const next = async (): Promise<string> => Buffer.from((await reader.read()).value ?? []).toString();
    assert.match(await next(), /event: change/);
    server.changed();
    assert.match(await next(), /event: change/);
    abort.abort();
  });

  test('every claim that cannot be judged is told of once, whatever the reason, but for whole types of games', async () => {
    const { database } = place;
    const chain = 'told';
    const at = (number: number): { chain: string; address: string } => ({ chain, address: madeUpGame(number).address });
    for (const [number, state] of [
      [1, 'undecided'],
      [2, 'orphaned'],
      [3, 'waiting'],
      [4, 'vanished'],
    ] as const) {
      await addGame(database, chain, BigInt(number), madeUpGame(number), 1n);
      await setState(database, at(number), ['waiting'], state, `because it is ${state}`);
    }
    for (const [number, type] of [
      [5, 0],
      [6, 255],
      [7, 4],
    ] as const)
      await addUncoveredGame(
        database,
        at(number),
        { index: BigInt(number), type, typeName: 'any', createdAt: 1n },
        'its block number is 18446744073709551616, which no chain reaches',
      );
    // One that is over before it is known that it cannot be judged is nobody's haste.
    await addGame(database, chain, 8n, madeUpGame(8, { status: 'defender wins' }), 1n);
    await setState(database, at(8), ['waiting'], 'orphaned', 'its L1 head is gone');
    const reporter = new Reporter({ database, metrics, chains: [chain], targets: {}, behind: 1e9, log: () => {} });
    await reporter.look();
    await reporter.look();
    const told = await database.query<{ event: string; body: { state: string; reason: string } }>(
      `SELECT event, body FROM obelisc.alerts WHERE body->>'chain' = $1 AND body->>'kind' = 'undecided-claim' ORDER BY event`,
      [chain],
    );
    assert.deepEqual(
      told.map(({ event, body }) => [event, body.state, body.reason]),
      [
        [`undecided-claim ${chain} ${at(1).address}`, 'undecided', 'because it is undecided'],
        [`undecided-claim ${chain} ${at(2).address}`, 'orphaned', 'because it is orphaned'],
        [
          `undecided-claim ${chain} ${at(5).address}`,
          'uncovered',
          'its block number is 18446744073709551616, which no chain reaches',
        ],
      ],
    );
    const listed = await fetch(`${server.url}/api/claims?chain=${chain}&is=orphaned`);
    assert.deepEqual(
      ((await listed.json()) as { address: string }[]).map((claim) => claim.address),
      [at(8).address, at(2).address],
    );
    // The tests after this one send what is there.
    await database.query(`DELETE FROM obelisc.alerts WHERE body->>'chain' = $1`, [chain]);
  });

  test('a game that L1 took back counts as gone whatever was said of it, and nobody is told; back as it was, it is wrong again', async () => {
    const { database } = place;
    const chain = 'taken-back';
    const games = [madeUpGame(1), madeUpGame(2)];
    for (const [i, game] of games.entries()) {
      const key = { chain, address: game.address };
      await addGame(database, chain, BigInt(i), game, 1n);
      await writeVerdict(database, { ...key, attempt: 1 }, { answer: i === 0 ? 'valid' : 'invalid' });
      await setState(database, key, ['judged'], 'vanished');
    }
    const reporter = new Reporter({ database, metrics, chains: [chain], targets: {}, behind: 1e9, log: () => {} });
    const told = (): Promise<unknown[]> =>
      database.query(`SELECT 1 FROM obelisc.alerts WHERE body->>'chain' = $1`, [chain]);
    const listed = async (is: string): Promise<number> =>
      ((await (await fetch(`${server.url}/api/claims?chain=${chain}&is=${is}`)).json()) as unknown[]).length;
    const counted = async (): Promise<[string, number][]> =>
      (await countClaims(database)).filter((one) => one.chain === chain).map(({ is, count }) => [is, count]);
    await reporter.look();
    assert.equal((await told()).length, 0);
    assert.deepEqual([await listed('vanished'), await listed('valid'), await listed('invalid')], [2, 0, 0]);
    assert.deepEqual(await counted(), [['vanished', 2]]);
    await addGame(database, chain, 1n, madeUpGame(2), 1n);
    await reporter.look();
    assert.equal((await told()).length, 1);
    assert.deepEqual([await listed('vanished'), await listed('valid'), await listed('invalid')], [1, 0, 1]);
    assert.deepEqual((await counted()).sort(), [
      ['invalid', 1],
      ['vanished', 1],
    ]);
    // The tests after this one send what is there.
    await database.query(`DELETE FROM obelisc.alerts WHERE body->>'chain' = $1`, [chain]);
  });

  test('each event is told once, signed, and again until it is taken', async () => {
    const bodies: { body: string; signature: string | undefined }[] = [];
    let refuse = true;
    const hook = createServer((request, response) => {
      let body = '';
      request.on('data', (piece: Buffer) => void (body += piece.toString()));
      request.on('end', () => {
        if (!refuse) bodies.push({ body, signature: String(request.headers['x-obelisc-signature']) });
        response.writeHead(refuse ? 500 : 204).end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const folder = mkdtempSync(join(tmpdir(), 'obelisc-alert-'));
    try {
      const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
      const targets = { url, secret: 'key', command: `cat >> ${join(folder, 'told')}` };
      const { database } = place;
      await raise(database, 'wrong-claim', 'x', { chain: CHAIN });
      await raise(database, 'wrong-claim', 'x', { chain: CHAIN });
      assert.equal(await sendAlerts(database, targets, () => {}), 0);
      refuse = false;
      // Not at once: the next try is a while later.
      await database.query(`UPDATE obelisc.alerts SET due_at = now()`);
      // Two watches on one database.
      const sent = await Promise.all([1, 2].map(() => sendAlerts(database, targets, () => {})));
      const all = await database.query('SELECT 1 FROM obelisc.alerts');
      assert.equal((sent[0] ?? 0) + (sent[1] ?? 0), all.length);
      assert.equal(bodies.length, all.length);
      const ours = bodies.find(({ body }) => body.includes('"wrong-claim x"'));
      assert.ok(ours);
      assert.equal(ours.signature, `sha256=${sign(ours.body, 'key')}`);
      assert.match(readFileSync(join(folder, 'told'), 'utf8'), /"event":"wrong-claim x","kind":"wrong-claim"/);
      assert.equal(await sendAlerts(database, targets, () => {}), 0);
    } finally {
      hook.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('an alert reaches each target once, whatever becomes of the other; what stands in the way is said', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'obelisc-alert-'));
    const bodies: string[] = [];
    let answer: { status: number; location?: string } = { status: 204 };
    let authorization: string | undefined;
    const hook = createServer((request, response) => {
      let body = '';
      ({ authorization } = request.headers);
      request.on('data', (piece: Buffer) => void (body += piece.toString()));
      request.on('end', () => {
        bodies.push(body);
        response.writeHead(answer.status, answer.location === undefined ? {} : { location: answer.location }).end();
      });
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const { database } = place;
    const { port } = hook.address() as AddressInfo;
    const url = `http://us%40er:pass@127.0.0.1:${port}/hook`;
    let story = '';
    const log = (_level: string, message: string, fields?: object): void =>
      void (story += `${message} ${JSON.stringify(fields)}\n`);
    const send = async (targets: object): Promise<number> => {
      await database.query('UPDATE obelisc.alerts SET due_at = now() WHERE sent_at IS NULL');
      return sendAlerts(database, targets, log);
    };
    const command = `test -e ${join(folder, 'ready')} && cat >> ${join(folder, 'told')}`;
    try {
      await database.query('DELETE FROM obelisc.alerts');
      await raise(database, 'undecided-claim', 'y', {});
      assert.equal(await send({ url, command }), 0);
      assert.match(story, /--alert-command ended with exit code 1/);
      assert.equal(authorization, `Basic ${Buffer.from('us@er:pass').toString('base64')}`);
      assert.equal(await send({ url, command }), 0);
      writeFileSync(join(folder, 'ready'), '');
      assert.equal(await send({ url, command }), 1);
      assert.equal(bodies.length, 1);
      assert.equal(readFileSync(join(folder, 'told'), 'utf8').split('\n').length, 2);
      // Where a redirection leads to is nobody's business but its sender's.
      await raise(database, 'undecided-claim', 'z', {});
      answer = { status: 307, location: `${server.url}/` };
      assert.equal(await send({ url }), 0);
      assert.match(story, /HTTP 307, a redirection/);
      assert.equal(await send({ url: `http://127.0.0.1:${await closedPort()}/` }), 0);
      assert.match(story, /--alert: connect ECONNREFUSED 127\.0\.0\.1:/);
      // A lone % is one that was typed.
      assert.equal(await send({ url: url.replace(/\/\/(?:[^@/]*@)?/, '//us%40er:50%@') }), 0);
      assert.equal(authorization, `Basic ${Buffer.from('us@er:50%').toString('base64')}`);
      assert.equal(await send({ url: 'http://127.0.0.1:25/' }), 0);
      assert.match(story, /--alert: nothing is sent to this port: give another/);
      // A clock that was set back by a day.
      await database.query(`UPDATE obelisc.alerts SET due_at = now() + interval '1 day' WHERE sent_at IS NULL`);
      answer = { status: 200 };
      assert.equal(await sendAlerts(database, { url }, log), 1);
      assert.doesNotMatch(story, /pass@/);
    } finally {
      hook.closeAllConnections();
      hook.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('while an alert is on its way the database serves others; one that is taken is taken once', async () => {
    const { database } = place;
    await database.query('DELETE FROM obelisc.alerts');
    await raise(database, 'undecided-claim', 'slow', {});
    let answer = (): void => {};
    let asked = (): void => {};
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const hook = createServer((request, response) => {
      request.resume();
      answer = () => void response.end();
      asked();
    });
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
    try {
      const sending = sendAlerts(database, { url }, () => {});
      await isAsked;
      assert.equal((await fetch(`${server.url}/api/summary`)).status, 200);
      assert.equal(await sendAlerts(database, { url }, () => {}), 0);
      answer();
      assert.equal(await sending, 1);
    } finally {
      hook.closeAllConnections();
      hook.close();
    }
  });

  test("a game's address is taken as explorers write it, with capitals", async () => {
    const game = madeUpGame(0, { address: `0x${'aB'.toLowerCase().repeat(20)}` });
    await addGame(place.database, CHAIN, 77n, game, 1n);
    const found = await fetch(`${server.url}/api/claims/${CHAIN}/0x${'aB'.repeat(20)}`);
    assert.equal(((await found.json()) as { index: number }).index, 77);
  });

  test('an address that is taken, or none, is refused by the flag', async () => {
    const options = { database: place.database, queue, metrics, log: () => {}, isReady: () => true };
    const taken = server.url.slice('http://'.length);
    await assert.rejects(
      startServer({ ...options, listen: taken }),
      /--http 127\.0\.0\.1:\d+: cannot be listened on .*EADDRINUSE/,
    );
    await assert.rejects(startServer({ ...options, listen: 'nonsense' }), /--http nonsense: give HOST:PORT/);
  });
});

/** A port that nobody listens on any more. */
async function closedPort(): Promise<number> {
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo;
  await new Promise((resolve) => closed.close(resolve));
  return port;
}

/** What a server answers to these bytes. */
function exchange(url: string, raw: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(Number(port), hostname, () => socket.write(raw));
    socket.setTimeout(5000, () => socket.destroy());
    socket.on('data', (piece) => {
      text += piece.toString();
      socket.end();
    });
    socket.on('close', () => resolve(text)).on('error', reject);
  });
}
