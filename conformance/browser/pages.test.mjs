// Every page in both languages, light and dark, on a telephone and on a desk: no violation of
// WCAG 2.2 AA that axe can find, and no sideways scrolling.

import { test } from 'node:test';

import {
  accounts,
  confirmAddress,
  followLink,
  giveAddress,
  givePassword,
  inspect,
  issuer,
  linkOf,
  relyingParty,
  shows,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

for (const language of ['sv', 'en']) {
  test(`the pages of a login in ${language}`, async (t) => {
    const context = await visitor(t, { language });
    const page = await context.newPage();
    await page.goto(relyingParty);
    await inspect(page, 'rp-start');
    await start(page);
    await inspect(page, 'login');
    await givePassword(page, accounts.agency, 'wrong');
    await page.locator('#login-password').waitFor();
    await inspect(page, 'login-wrong');
    await givePassword(page, accounts.agency);
    await shows(page, 'email-hints');
    await inspect(page, 'hints');
    await giveAddress(page, 'nobody@example.org');
    await shows(page, 'email-address-error');
    await inspect(page, 'hints-wrong');
    const message = await confirmAddress(page, accounts.agency);
    await inspect(page, 'sent');

    const other = await (await visitor(t, { language })).newPage();
    await other.goto(linkOf(message));
    await shows(other, 'other-browser-page');
    await inspect(other, 'other-browser');

    const tab = await context.newPage();
    await tab.goto(linkOf(message));
    await shows(tab, 'link-confirm');
    await inspect(tab, 'link');
    await tab.locator('#link-confirm').click();
    await shows(tab, 'rp-acr');
    await inspect(tab, 'rp-signed-in');

    await page.locator('#sent-resend').waitFor({ state: 'detached' });
    await inspect(page, 'done');
    for (const [name, address] of [
      ['dead-used', linkOf(message)],
      ['dead-cut-off', linkOf(message).slice(0, -3)],
    ]) {
      await page.goto(address);
      await shows(page, 'link-dead-page');
      await inspect(page, name);
    }
  });

  test(`the pages of the application in ${language}`, async (t) => {
    const context = await visitor(t, { language });
    const page = await context.newPage();
    await start(page);
    await givePassword(page, accounts.agency);
    const tab = await followLink(context, await confirmAddress(page, accounts.agency));
    await tab.locator('#rp-party-parameters').click();
    await tab.locator('main a[href*="559999902501"]').click();
    await tab.locator('[name=organisation_name]').waitFor();
    await inspect(tab, 'form');
    await tab.locator('[name=organisation_name]').fill('');
    await tab.locator('[name=email]').fill('no address');
    await tab.locator('#rp-save').click();
    await shows(tab, 'organisation_name-error');
    await inspect(tab, 'form-mistakes');
    await tab.goto(`${relyingParty}/help`);
    await inspect(tab, 'rp-help');
    await tab.goto(`${issuer}/end_session`);
    await shows(tab, 'logout-confirm');
    await inspect(tab, 'logout');
    await tab.locator('#logout-confirm').click();
    await shows(tab, 'logout-done');
    await inspect(tab, 'logout-done');
  });

  test(`the pages beside the way in ${language}`, async (t) => {
    const page = await (await visitor(t, { language })).newPage();
    await start(page);
    await givePassword(page, accounts.sawmill);
    await shows(page, 'no-address-page');
    await inspect(page, 'no-address');
    await page.goto(`${issuer}/authorize?client_id=nobody`);
    await shows(page, 'error-page');
    await inspect(page, 'error');
    await page.goto(`${issuer}/nowhere`);
    await shows(page, 'error-page');
    await inspect(page, 'not-found');
    for (const name of ['accessibility', 'privacy']) {
      await page.locator(`#foot-${name}`).click();
      await page.waitForURL(`${issuer}/${name}`);
      await inspect(page, name);
    }
    for (const name of ['pwd', 'pwd-email-remembered', 'pwd-email']) {
      await page.goto(`${issuer}/acr/${name}`);
      await page.locator('h1').waitFor();
      await inspect(page, `acr-${name}`);
    }
  });
}
