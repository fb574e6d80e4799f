// What happens when something is wrong: one plain error at its place, and a way on.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  accounts,
  classOf,
  confirmAddress,
  followLink,
  giveAddress,
  givePassword,
  has,
  mailsAfter,
  mark,
  relyingParty,
  shows,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

test('a wrong password and an unknown name look the same', async (t) => {
  const page = await (await visitor(t)).newPage();
  const texts = [];
  for (const username of [accounts.trader.username, '209999999999']) {
    await start(page);
    await givePassword(page, { username }, 'wrong');
    await page.locator('main .notice-error, [id$="-error"]').first().waitFor();
    assert.equal(await page.locator('#login-username').inputValue(), username);
    assert.equal(await page.locator('#login-password').inputValue(), '');
    texts.push(await page.locator('main').innerText());
  }
  assert.equal(texts[0], texts[1]);
  await givePassword(page, accounts.trader);
  await shows(page, 'email-address');
});

test('a wrong address is told at the field and the right one still works', async (t) => {
  const context = await visitor(t);
  const page = await context.newPage();
  const marked = await mark();
  await start(page);
  await givePassword(page, accounts.trader);
  await giveAddress(page, 'nobody@example.org');
  await shows(page, 'email-address-error');
  assert.equal(await page.locator('#email-address').inputValue(), 'nobody@example.org');
  const described = await page.locator('#email-address').getAttribute('aria-describedby');
  assert.ok(described.split(' ').includes('email-address-error'));
  assert.deepEqual(await mailsAfter(marked, 'nobody@example.org'), []);
  const message = await confirmAddress(page, accounts.trader);
  assert.ok(!message.text.includes(accounts.trader.username), 'a personal number in a mail');
  assert.equal(await classOf(await followLink(context, message)), 'pwd-email');
});

test('an account without any address is helped on', async (t) => {
  const page = await (await visitor(t)).newPage();
  await start(page);
  await givePassword(page, accounts.sawmill);
  await shows(page, 'no-address-page');
  assert.equal(await has(page, 'email-address'), false);
  await page.locator('#login-cancel').click();
  await page.waitForURL((url) => url.origin === new URL(relyingParty).origin);
});

for (const step of ['login-username', 'email-address', 'sent-page']) {
  test(`cancelling at ${step} leads back to the application`, async (t) => {
    const page = await (await visitor(t)).newPage();
    await start(page);
    if (step !== 'login-username') {
      await givePassword(page, accounts.trader);
      await shows(page, 'email-address');
    }
    if (step === 'sent-page') await confirmAddress(page, accounts.trader);
    await page.locator('#login-cancel').click();
    await page.waitForURL((url) => url.origin === new URL(relyingParty).origin);
    await page.goto(relyingParty);
    await shows(page, 'rp-login');
  });
}
