// Makes the pictures of docs/watch.md anew, of a page that is there: npm run demo:watch, and when it has judged six claims
//   node tools/screenshots.mjs http://127.0.0.1:PORT
// The browser is the one that tools/chromium.sh prints.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const [page = ''] = process.argv.slice(2);
const pathOf = (name) => fileURLToPath(new URL(name, import.meta.url));
const executablePath = execFileSync(pathOf('chromium.sh'), { encoding: 'utf8' }).trim();

const answer = await fetch(`${page}/api/claims?is=invalid`);
// One whose range was cut into segments has the most to show.
const wrong = (await answer.json()).toSorted((a, b) => b.blockNumber - a.blockNumber)[0];
if (wrong === undefined) throw new Error('no claim is wrong yet: wait for one');

const pictures = [
  { name: 'watch-claims', path: '', width: 1100, height: 520 },
  { name: 'watch-claim', path: `#/${wrong.chain}/${wrong.address}`, width: 1100, height: 1000 },
  { name: 'watch-phone', path: '', width: 390, height: 780, colorScheme: 'dark' },
];
// Its sandbox refuses root.
const browser = await chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
try {
  for (const { name, path, width, height, colorScheme = 'light' } of pictures) {
    const shown = await browser.newPage({ viewport: { width, height }, colorScheme });
    await shown.goto(`${page}/${path}`);
    await shown.locator('main > *').first().waitFor();
    await shown.screenshot({ path: pathOf(`../docs/images/${name}.png`) });
    await shown.close();
  }
} finally {
  await browser.close();
}
