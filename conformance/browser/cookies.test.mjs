// Cookies as browsers have them: refused altogether, and set by several answers at once.

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chromium } from 'playwright-core';

import {
  FLAGS,
  accounts,
  givePassword,
  has,
  relyingParty,
  required,
  shows,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

// Chromium with cookies blocked in its settings.
async function blocking(t, locale) {
  const folder = await mkdtemp(join(tmpdir(), 'no-cookies-'));
  await mkdir(join(folder, 'Default'));
  const preferences = { profile: { default_content_setting_values: { cookies: 2 } } };
  await writeFile(join(folder, 'Default', 'Preferences'), JSON.stringify(preferences));
  const options = { executablePath: required('CHROMIUM'), args: FLAGS, locale };
  const context = await chromium.launchPersistentContext(folder, options);
  t.after(async () => {
    await context.close();
    await rm(folder, { recursive: true, force: true });
  });
  return context;
}

for (const [locale, words] of [['sv-SE', 'Tillåt kakor'], ['en-GB', 'Allow cookies']]) {
  test(`a browser that refuses cookies is told so and what to do (${locale})`, async (t) => {
    const page = await (await blocking(t, locale)).newPage();
    const response = await page.goto(`${relyingParty}/login`);
    assert.equal(response.status(), 400);
    assert.ok(await has(page, 'error-page'));
    assert.ok((await page.locator('main').innerText()).includes(words));
    for (const width of [360, 1280]) {
      await page.setViewportSize({ width, height: 800 });
      const fits = await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);
      assert.ok(fits, `at ${width} pixels`);
    }
  });
}

test('tabs that are opened at once in a new browser all log in', async (t) => {
  const context = await visitor(t);
  const pages = [await context.newPage(), await context.newPage(), await context.newPage()];
  await Promise.all(pages.map((page) => start(page)));
  const names = ['office', 'harbour', 'trader'];
  for (const [at, page] of pages.entries()) {
    await givePassword(page, accounts[names[at]]);
    await shows(page, 'email-address');
    assert.ok(await has(page, 'login-account'));
  }
});
