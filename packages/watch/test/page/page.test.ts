// The page in a real Chromium: what people see of claims, and that nothing of a claim's data ever runs.
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { addGame, setState } from '../../src/games-table.js';
import { Metrics } from '../../src/metrics.js';
import { beginProgress, noteProgress } from '../../src/progress.js';
import { ClaimQueue } from '../../src/queue.js';
import { migrate } from '../../src/schema.js';
import { startServer, type WatchServer } from '../../src/server.js';
import { browserPath, openBrowser } from './browser.js';
import { contrasts, tryToRun } from './in-page.js';
import { type TestDatabase, testDatabase } from '../databases.js';
import { madeUpGame, type MadeUpVerdict, writeVerdict } from '../made-up-games.js';

const CHAIN = 'shown';
/** Markup and script that would show up, each in a field that a chain, an endpoint or a worker fills. */
const INJECTED = `<img src=x onerror="document.title='broken in'"><script>document.title='broken in'</script>`;
const PHONE: BrowserContextOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const HOUR = 3600n;
const NO_WORD = { registry: undefined, isRespected: undefined, isBlacklisted: undefined, isRetired: undefined };
const chromium = browserPath();

describe('the page', { skip: chromium === undefined && 'no Chromium: tools/chromium.sh installs one' }, () => {
  let browser: Browser;
  let place: TestDatabase;
  let queue: ClaimQueue;
  let server: WatchServer;
  let made = 0;

  before(async () => {
    browser = await openBrowser(chromium ?? '');
    place = await testDatabase('folder');
    await migrate(place.database);
    queue = await ClaimQueue.start(place.database, [CHAIN], { log: () => {}, tries: 2, supervise: false });
    server = await start('127.0.0.1:0');
  });
  beforeEach(async () => {
    await place.database.run('DELETE FROM obelisc.verdicts; DELETE FROM obelisc.progress; DELETE FROM obelisc.games');
  });
  after(async () => {
    await browser?.close();
    await server?.close();
    await queue?.stop();
    await place?.drop();
  });

  const start = (listen: string): Promise<WatchServer> =>
    startServer({
      listen,
      database: place.database,
      queue,
      metrics: new Metrics(),
      log: () => {},
      isReady: () => true,
    });

  /** A game made some hours ago, judged where a verdict is given; its address. */
  const add = async (verdict?: MadeUpVerdict, more: Parameters<typeof madeUpGame>[1] = {}): Promise<string> => {
    const createdAt = BigInt(Math.floor(Date.now() / 1000)) - 2n * HOUR - 60n + BigInt(made);
    const game = madeUpGame(++made, { createdAt, proposer: `0x${'ab'.repeat(20)}`, ...more });
    await addGame(place.database, CHAIN, BigInt(made), game, 5n);
    if (verdict !== undefined)
      await writeVerdict(place.database, { chain: CHAIN, address: game.address, attempt: 1 }, verdict);
    return game.address;
  };

  /** Opens the page, hands it to `look`, and fails for anything that the browser complained of. */
  const onPage = async (
    path: string,
    look: (page: Page) => Promise<void>,
    options: BrowserContextOptions = {},
    isComplaint = (_text: string): boolean => true,
  ): Promise<void> => {
    const context = await browser.newContext(options);
    const complaints: string[] = [];
    const page = await context.newPage();
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && isComplaint(message.text())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.setDefaultTimeout(60_000);
    try {
      await page.goto(`${server.url}${path}`);
      await look(page);
      assert.deepEqual(complaints, []);
    } finally {
      await context.close();
    }
  };
  const text = (page: Page, selector: string): Promise<string> => page.locator(selector).innerText();
  const isWiderThanScreen = (page: Page): Promise<boolean> =>
    page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');

  test('the table has a row a claim, the newest first, with what it says and how long there is', async () => {
    await add({ answer: 'valid', seconds: 42 });
    await add({ answer: 'invalid', seconds: 130 });
    await add(undefined, { status: 'defender wins', maxClock: undefined, proposer: undefined, typeName: 'kailua' });
    await onPage('/', async (page) => {
      await page.locator('tbody tr').nth(2).waitFor();
      const rows = await page
        .locator('tr')
        .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
      assert.deepEqual(rows[0], ['Verdict', 'Game', 'Blocks', 'Proposer', 'Age', 'Clock left', 'Took']);
      const [newest, wrong, right] = rows.slice(1);
      assert.deepEqual(
        [newest?.[0], newest?.[1], newest?.[3], newest?.[5], newest?.[6]],
        ['waits for confirmations', `${CHAIN} ${made}, kailua`, '–', 'defender wins', '–'],
      );
      assert.deepEqual(wrong?.toSpliced(4, 2), [
        'wrong',
        `${CHAIN} ${made - 1}, cannon`,
        '90 to 100',
        '0xababab…abab',
        '2 min',
      ]);
      // Of 3 days and 12 hours two hours are gone.
      assert.match(`${wrong?.[4]}, ${wrong?.[5]}`, /^2 h \d min, 3 d 9 h$/);
      assert.deepEqual([right?.[0], right?.[6]], ['right', '42 s']);
      assert.equal(await text(page, '#summary'), '1 right, 1 wrong, 0 in the queue, 0 workers');
    });
  });

  test('what happens is shown as it happens; what has the focus keeps it', async () => {
    const key = { chain: CHAIN, address: await add() };
    await onPage('/', async (page) => {
      const row = page.locator(`tr[data-key="${CHAIN}/${key.address}"]`);
      const link = row.locator('a');
      await link.focus();
      await setState(place.database, key, ['waiting'], 'queued');
      server.changed();
      await row.getByText('in the queue').waitFor();
      const job = { ...key, id: '', attempt: 1 };
      await beginProgress(place.database, job, 'w');
      server.changed();
      await row.getByText('being judged').waitFor();
      await row.getByText('s so far').waitFor();
      await writeVerdict(place.database, { ...key, attempt: 1 }, { answer: 'invalid' });
      await add();
      server.changed();
      await row.getByText('wrong').waitFor();
      await page.locator('tbody tr').nth(1).waitFor();
      assert.equal(await link.evaluate((shown) => shown === document.activeElement), true);
    });
  });

  test("a claim's page has its facts, segments, log, and the first wrong block side by side", async () => {
    const address = await add({
      answer: 'invalid',
      worker: 'host-1 77',
      log: 'blocks 90 to 95: valid\nlast line',
      verdict: {
        derived: `0x${'44'.repeat(32)}`,
        restsOn: ['the L1 head', 'the agreed root'],
        segments: [
          { from: 90, to: 95, answer: 'valid' },
          { from: 95, to: 100, answer: 'invalid' },
        ],
        opNodeParts: { block: 97, derived: `0x${'55'.repeat(32)}`, opNode: `0x${'66'.repeat(32)}` },
      },
    });
    await onPage(`/#/${CHAIN}/${address}`, async (page) => {
      await page.getByRole('heading', { name: 'First block that the op-node has otherwise: 97' }).waitFor();
      const facts = await text(page, 'dl');
      for (const fact of [
        address,
        '90 to 100',
        'in progress',
        `0x${'11'.repeat(32)}`,
        `0x${'44'.repeat(32)}`,
        'host-1 77',
      ])
        assert.ok(facts.includes(fact), fact);
      assert.match(facts, /the L1 head; the agreed root/);
      const [derived, other] = await Promise.all(
        [0, 1].map((side) => page.locator('.sides > div').nth(side).boundingBox()),
      );
      assert.ok(derived && other && derived.y === other.y && derived.x + derived.width <= other.x);
      assert.match(await page.locator('.sides').innerText(), /Derived\s+0x5{64}\s+The op-node\s+0x6{64}/);
      const colours = await page
        .locator('.timeline li')
        .evaluateAll((all) => all.map((item) => getComputedStyle(item).backgroundColor));
      assert.equal(new Set(colours).size, 2);
      assert.equal(await page.locator('.timeline li').nth(1).getAttribute('title'), 'blocks 95 to 100: wrong');
      await page.getByText('1 of 2 segments right; blocks 95 to 100: wrong').waitFor();
      assert.match(await text(page, 'pre'), /valid\nlast line/);
    });
  });

  test('a claim at work shows the segments and the log that there are so far', async () => {
    const key = { chain: CHAIN, address: await add() };
    const job = { ...key, id: '', attempt: 2 };
    await setState(place.database, key, ['waiting'], 'queued');
    await beginProgress(place.database, job, 'host-2 88');
    await onPage(`/#/${CHAIN}/${key.address}`, async (page) => {
      await page.getByText('host-2 88').waitFor();
      assert.equal(await page.locator('.timeline').count(), 0);
      const segments = [
        { from: 95, to: 97, answer: 'valid' },
        { from: 90, to: 95, answer: 'valid' },
      ];
      await noteProgress(place.database, job, { log: 'blocks 95 to 97: valid', segments });
      // A try that was thought to be lost says something late: it is not this one's.
      await noteProgress(place.database, { ...job, attempt: 1 }, { log: 'late', segments: [] });
      server.changed();
      await page.getByText('2 of 2 segments that were judged right').waitFor();
      const titles = await page
        .locator('.timeline li')
        .evaluateAll((all) => all.map((item) => item.getAttribute('title')));
      assert.deepEqual(titles, ['blocks 90 to 95: right', 'blocks 95 to 97: right']);
      assert.equal(await text(page, 'pre'), 'blocks 95 to 97: valid');
      assert.match(await text(page, 'dl'), /being judged[^]*so far[^]*Tries\s+2/);
    });
  });

  test('it is used by keyboard alone: a filter, a claim, and the way back', async () => {
    await add({ answer: 'valid' });
    const address = await add({ answer: 'invalid' });
    await onPage('/', async (page) => {
      await page.locator('tbody tr').nth(1).waitFor();
      const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
      const tabTo = async (name: string): Promise<void> => {
        for (let i = 0; i < 30; i++) {
          await page.keyboard.press('Tab');
          if ((await focused()) === name) return;
        }
        assert.fail(`${name} is not reached by the tab key`);
      };
      await tabTo('wrong 1');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      assert.equal(outline, 'solid');
      await page.keyboard.press('Enter');
      await page.waitForURL(/#\/\?is=invalid$/);
      await page.locator('a[aria-current]', { hasText: 'wrong' }).waitFor();
      assert.equal(await page.locator('tbody tr').count(), 1);
      await tabTo(`${CHAIN} ${made}, cannon`);
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: `Game ${made} of ${CHAIN}` }).waitFor();
      assert.match(page.url(), new RegExp(`#/${CHAIN}/${address}$`));
      await page.goBack();
      await page.locator('tbody tr').waitFor();
      // A reload shows the same.
      await page.reload();
      await page.locator('a[aria-current]', { hasText: 'wrong' }).waitFor();
      assert.equal(await page.locator('tbody tr').count(), 1);
    });
  });

  test('filters say how many claims are so, and those that are rare come when there are some', async () => {
    await add({ answer: 'invalid' }, { standing: { ...NO_WORD, isBlacklisted: true } });
    await onPage('/', async (page) => {
      await page.locator('tbody tr').waitFor();
      const filters = (): Promise<string[]> => page.locator('nav a').allInnerTexts();
      assert.deepEqual(await filters(), ['all 1', 'wrong 1', 'right 0', 'in the queue 0', 'undecided 0']);
      assert.match(await page.locator('tbody tr td').first().innerText(), /wrong blacklisted/);
      await page.getByRole('link', { name: 'undecided 0' }).focus();
      const key = { chain: CHAIN, address: await add() };
      await setState(place.database, key, ['waiting'], 'waiting', 'a node does not run its contract');
      server.changed();
      await page.getByText('cannot be read yet').waitFor();
      assert.deepEqual((await filters()).slice(2, 4), ['right 0', 'waits for confirmations 1']);
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'undecided 0');
    });
  });

  test('what changes more quickly than it is answered is shown all the same, and what fails takes nothing away', async () => {
    await add();
    let isFailing = false;
    const isNoise = (complaint: string): boolean => !/503/.test(complaint);
    const look = async (page: Page): Promise<void> => {
      await page.locator('tbody tr').waitFor();
      await page.route('**/api/summary', async (route) => {
        await new Promise((resolve) => setTimeout(resolve, 400));
        await (isFailing ? route.fulfill({ status: 503 }) : route.continue());
      });
      const changing = setInterval(() => server.changed(), 50);
      try {
        await add();
        await page.locator('tbody tr').nth(1).waitFor();
      } finally {
        clearInterval(changing);
      }
      isFailing = true;
      server.changed();
      await page.getByText('The watch answered with 503.').waitFor();
      assert.equal(await page.locator('tbody tr').count(), 2);
    };
    await onPage('/', look, {}, isNoise);
  });

  test('more claims than the table holds are found behind it', async () => {
    await place.database.run(
      `INSERT INTO obelisc.games (chain, address, index, type, type_name, created_at)
       SELECT '${CHAIN}', '0x' || lpad(to_hex(i), 40, '0'), i, 0, 'many', 1000 FROM generate_series(1, 250) i`,
    );
    await onPage('/', async (page) => {
      await page.locator('tbody tr').nth(199).waitFor();
      await page.getByRole('link', { name: 'Older claims' }).click();
      await page.getByRole('link', { name: `${CHAIN} 50, many` }).waitFor();
      assert.equal(await page.locator('tbody tr').count(), 50);
      assert.equal(await page.getByRole('link', { name: 'Older claims' }).count(), 0);
    });
  });

  test('what differs in the first wrong block stands side by side, and a claim that is right may have a wrong op-node', async () => {
    const [derived, other] = [`0x${'55'.repeat(32)}`, `0x${'66'.repeat(32)}`];
    const differences = [
      { in: 'header', field: 'gasUsed', derived: '21000', other: '42000' },
      {
        in: 'receipt',
        transaction: { index: 1, hash: derived },
        field: 'status',
        derived: '1',
        other: '0',
      },
      { in: 'slot', address: '0xab', slot: '0x07', field: 'value', derived: '0x01', other: null },
    ];
    const address = await add({
      answer: 'valid',
      verdict: {
        wrong: ['op-node', 'l2'],
        opNodeParts: {
          block: 9,
          derived,
          opNode: other,
          l2: other,
          compared: 'op-node',
          differences,
          notes: ['a note'],
        },
      },
    });
    await onPage(`/#/${CHAIN}/${address}`, async (page) => {
      await page.getByRole('heading', { name: 'First block that the op-node has otherwise: 9' }).waitFor();
      assert.deepEqual(await page.locator('thead th').allInnerTexts(), ['What', 'Derived', 'The op-node']);
      const rows = await page.locator('tbody tr').all();
      assert.deepEqual(await Promise.all(rows.map((row) => row.locator('td').allInnerTexts())), [
        ['header gasUsed', '21000', '42000'],
        [`receipt of transaction 1 (0x555555…5555) status`, '1', '0'],
        ['slot 0x07 of 0xab value', '0x01', 'nothing'],
      ]);
      await page.getByText('a note').waitFor();
      await page.getByText('the op-node, the L2 endpoint').waitFor();
      await page.getByText('right, the op-node is wrong').waitFor();
    });
  });

  test('on a phone nothing is wider than the screen, and each value has its name', async () => {
    const segments = Array.from({ length: 1512 }, (_, i) => ({ from: i * 100, to: i * 100 + 100, answer: 'valid' }));
    const verdict = {
      segments,
      derived: `0x${'44'.repeat(32)}`,
      opNodeParts: {
        block: 9,
        derived: `0x${'5'.repeat(64)}`,
        opNode: `0x${'6'.repeat(64)}`,
        differences: [{ in: 'header', field: 'logsBloom', derived: `0x${'7'.repeat(512)}`, other: null }],
      },
    };
    const address = await add({ answer: 'invalid', verdict, log: 'x'.repeat(500) });
    await add();
    await onPage(
      '/',
      async (page) => {
        await page.locator('tbody tr').nth(1).waitFor();
        assert.equal(await isWiderThanScreen(page), false);
        const name = await page.evaluate(`getComputedStyle(document.querySelector('td'), '::before').content`);
        assert.equal(name, '"Verdict"');
        await page.locator('tbody a').nth(1).tap();
        await page.getByRole('heading', { name: 'Segments' }).waitFor();
        assert.match(page.url(), new RegExp(address));
        assert.equal(await isWiderThanScreen(page), false);
        const [one, two] = await page.locator('.sides > div').all();
        assert.ok((await one?.boundingBox())?.x === (await two?.boundingBox())?.x);
      },
      PHONE,
    );
  });

  test('in the light and in the dark all text stands out from its ground', async () => {
    for (const answer of ['valid', 'invalid']) await add({ answer });
    await add();
    const grounds = new Set<string>();
    for (const colorScheme of ['light', 'dark'] as const)
      await onPage(
        '/',
        async (page) => {
          await page.locator('tbody tr').nth(2).waitFor();
          grounds.add(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
          // WCAG 2.2, 1.4.3: a ratio of 4.5.
          const ratios = await page.evaluate(contrasts);
          assert.ok(ratios.length > 20);
          for (const { what, ratio } of ratios) assert.ok(ratio >= 4.5, `${colorScheme}: ${what} has ${ratio}`);
        },
        { colorScheme },
      );
    assert.equal(grounds.size, 2);
  });

  test('markup in any field is shown as text, and runs nowhere', async () => {
    const differences = ['header', 'receipt', 'log', 'slot', INJECTED].map((part) => ({
      in: part,
      transaction: { index: INJECTED, hash: INJECTED },
      log: INJECTED,
      address: INJECTED,
      slot: INJECTED,
      field: INJECTED,
      derived: INJECTED,
      other: INJECTED,
    }));
    const parted = {
      block: INJECTED,
      derived: INJECTED,
      opNode: INJECTED,
      l2: INJECTED,
      differences,
      notes: [INJECTED],
    };
    const address = await add(
      {
        answer: 'invalid',
        log: INJECTED,
        worker: INJECTED,
        verdict: {
          derived: INJECTED,
          opNodeRoot: INJECTED,
          restsOn: [INJECTED],
          segments: [{ from: INJECTED, to: INJECTED, answer: INJECTED }],
          wrong: [INJECTED],
          claimedRoot: { from: INJECTED, to: INJECTED, block: INJECTED },
          opNodeParts: parted,
          l2Parts: parted,
        },
      },
      { typeName: INJECTED, rootClaim: INJECTED, l1Head: INJECTED, proposer: INJECTED },
    );
    await place.database.query('UPDATE obelisc.games SET reason = $1, status = $1', [INJECTED]);
    for (const path of ['/', `/#/${CHAIN}/${address}`])
      await onPage(path, async (page) => {
        await page.getByText('<script>').first().waitFor();
        assert.match(await page.title(), /^(?:Game \d+ of shown – )?Obelisc watch$/);
        assert.equal(await page.locator('main img, main script, main [onerror]').count(), 0);
      });
    // An address made by somebody else leads nowhere.
    await onPage(`/#/${CHAIN}/${encodeURIComponent(INJECTED)}`, async (page) => {
      await page.locator('tbody tr').waitFor();
      assert.match(await page.title(), /^(?:Game \d+ of shown – )?Obelisc watch$/);
    });
  });

  test('what was brought into the document all the same would be stopped by the policy', async () => {
    await onPage(
      '/',
      async (page) => {
        await page.locator('nav').waitFor();
        const stopped = await page.evaluate(tryToRun, INJECTED);
        assert.deepEqual(stopped, ['connect-src', 'img-src', 'script-src-attr', 'script-src-elem', 'style-src-attr']);
        assert.match(await page.title(), /^(?:Game \d+ of shown – )?Obelisc watch$/);
      },
      {},
      (complaint) => !/Content Security Policy|violates|Failed to load|Refused/i.test(complaint),
    );
  });

  test('a watch that is started again is found again, without a reload', async () => {
    await add();
    const isNoise = (complaint: string): boolean => !/ERR_|502/.test(complaint);
    await onPage(
      '/',
      async (page) => {
        await page.locator('tbody tr').waitFor();
        const { host } = new URL(server.url);
        await server.close();
        await page.getByText('The watch does not answer; trying again.').waitFor();
        await add();
        server = await start(host);
        await page.locator('tbody tr').nth(1).waitFor();
        await page.getByText('0 right, 0 wrong').waitFor();
        // A proxy before a watch that is not there answers, with an error: the browser by itself would not ask again.
        let isDown = true;
        await page.route('**/api/events', (route) => (isDown ? route.fulfill({ status: 502 }) : route.continue()));
        await page.reload();
        await page.getByText('The watch does not answer; trying again.').waitFor();
        isDown = false;
        await page.getByText('0 right, 0 wrong').waitFor();
        await add();
        server.changed();
        await page.locator('tbody tr').nth(2).waitFor();
      },
      {},
      isNoise,
    );
  });
});
