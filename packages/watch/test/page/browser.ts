// The browser that tests look at the page with: the one that OBELISC_TEST_CHROMIUM names (tools/chromium.sh prints it), or one on PATH.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Path of the browser, or undefined where there is none. */
export function browserPath(): string | undefined {
  const { OBELISC_TEST_CHROMIUM: named, PATH: path = '' } = process.env;
  if (named !== undefined && named !== '') return named;
  return path
    .split(delimiter)
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((file) => existsSync(file));
}

/** Starts it without a window. */
export function openBrowser(executablePath: string): Promise<Browser> {
  // Its sandbox refuses root, which CI is; what it loads is this machine's own page.
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({ executablePath, chromiumSandbox: !isRoot, args: ['--disable-dev-shm-usage'] });
}
