// The main job: from the relying party's start page by password and mailed link back to it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  accounts,
  classOf,
  confirmAddress,
  followLink,
  givePassword,
  issuer,
  languageOf,
  linkOf,
  mailAfter,
  mailsAfter,
  mark,
  requestMail,
  shows,
  signIn,
  signOut,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

for (const language of ['sv', 'en']) {
  for (const script of [true, false]) {
    test(`the whole login in ${language} ${script ? 'with' : 'without'} script`, async (t) => {
      const context = await visitor(t, { language, script });
      const page = await context.newPage();
      await start(page);
      assert.equal(await languageOf(page), language);
      await givePassword(page, accounts.office);
      await shows(page, 'email-address');
      const hints = await page.locator('#email-hints li').allInnerTexts();
      assert.equal(hints.length, 2, 'the two spellings of one address are one hint');
      assert.ok(hints.some((hint) => hint.includes('Ma ... ge@Sc ... se')), hints.join());
      const message = await confirmAddress(page, accounts.office);
      assert.equal(await languageOf(page), language);
      assert.equal(message.to, accounts.office.address);
      assert.equal(message.html.includes('Slutför inloggningsprocessen'), language === 'sv');
      const tab = await followLink(context, message);
      assert.equal(await classOf(tab), 'pwd-email');
      const user = await tab.locator('#rp-user').innerText();
      assert.ok(user.includes(accounts.office.username), user);
      const claims = await tab.locator('#rp-claims').innerText();
      assert.match(claims, /"pwd",\s*"email"/);
    });
  }
}

test('the waiting page turns to done by itself', async (t) => {
  const context = await visitor(t);
  const { page } = await signIn(context, accounts.office);
  await page.locator('#sent-resend').waitFor({ state: 'detached' });
  await page.locator('h1').waitFor();
  assert.ok(page.url().startsWith(issuer), page.url());
});

test('the waiting page tells that the mail was handed over', async (t) => {
  const context = await visitor(t);
  const page = await context.newPage();
  await requestMail(page, accounts.office);
  await page.locator('#sent-status[data-state="sent"]').waitFor();
  assert.match(await page.locator('#sent-status').innerText(), /\d\d[.:]\d\d/);
  assert.match(await page.locator('#sent-expires').innerText(), /\d\d[.:]\d\d/);
  assert.ok(!(await page.content()).includes(accounts.office.address));
});

test('a remembered browser gets no mail', async (t) => {
  const context = await visitor(t);
  const { tab } = await signIn(context, accounts.office, { skip: true });
  assert.equal(await classOf(tab), 'pwd-email');
  await signOut(tab);
  const marked = await mark();
  await start(tab);
  await givePassword(tab, accounts.office);
  assert.equal(await classOf(tab), 'pwd-email-remembered');
  assert.deepEqual(await mailsAfter(marked, accounts.office.address), []);
  // Another browser of the same person is not remembered.
  const other = await (await visitor(t)).newPage();
  await start(other);
  await givePassword(other, accounts.office);
  await shows(other, 'email-address');
});

test('the language that was clicked stays, to the mail', async (t) => {
  const context = await visitor(t, { language: 'sv' });
  const page = await context.newPage();
  await start(page);
  await page.locator('#language-en').click();
  await page.locator('html[lang=en]').waitFor();
  await givePassword(page, accounts.office);
  await shows(page, 'email-address');
  assert.equal(await languageOf(page), 'en');
  const marked = await mark();
  await page.locator('#email-address').fill(accounts.office.address);
  // As with the keyboard: Enter in the field sends the form.
  await page.keyboard.press('Enter');
  await shows(page, 'sent-page');
  const message = await mailAfter(marked, accounts.office.address);
  assert.ok(!message.html.includes('Slutför'), 'a Swedish mail');
  const tab = await context.newPage();
  await tab.goto(linkOf(message));
  assert.equal(await languageOf(tab), 'en');
});

test('a logout ends the login at both', async (t) => {
  const context = await visitor(t);
  const { tab } = await signIn(context, accounts.office);
  await signOut(tab);
  // The provider asks the password again.
  await start(tab);
});
