// The mailed link among scanners, other browsers and other tabs.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  accounts,
  classOf,
  confirmAddress,
  followLink,
  givePassword,
  has,
  linkOf,
  requestMail,
  shows,
  signIn,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

// What mail gateways do to a link: fetch it, look at its head, post to it, open it in a browser,
// press everything there is, and run script.
async function scan(t, link) {
  for (const method of ['HEAD', 'GET', 'POST']) {
    const body = method === 'POST' ? new URLSearchParams({ confirm: 'yes' }) : undefined;
    const answer = await fetch(link, { method, body, redirect: 'manual' });
    assert.ok(answer.status < 500, `${method} answers ${answer.status}`);
    assert.ok(!(answer.headers.get('location') ?? '').includes('code='), `${method} got a code`);
  }
  const scanner = await visitor(t, { language: 'en', rough: true });
  const page = await scanner.newPage();
  await page.goto(link);
  const buttons = page.locator('main button, main a');
  for (let pressed = 0; pressed < (await buttons.count()); pressed++) {
    await buttons.nth(pressed).click();
    await page.goto(link);
  }
  await page.evaluate(async (address) => {
    const ask = (method) => fetch(address, { method }).catch(() => 'the page forbids it');
    for (const method of ['HEAD', 'GET', 'POST']) await ask(method);
  }, link);
  const post = (address) => {
    const form = document.createElement('form');
    Object.assign(form, { method: 'post', action: address });
    document.body.append(form);
    form.submit();
  };
  await Promise.all([page.waitForNavigation(), page.evaluate(post, link)]);
  assert.equal(await has(page, 'link-confirm'), false, 'a scanner may confirm');
}

test('a scanner changes nothing and the person still gets in', async (t) => {
  const context = await visitor(t);
  const page = await context.newPage();
  const message = await requestMail(page, accounts.office);
  await scan(t, linkOf(message));
  await shows(page, 'sent-page');
  const tab = await followLink(context, message);
  assert.equal(await classOf(tab), 'pwd-email');
});

test('another browser is told where to go and nothing else', async (t) => {
  const context = await visitor(t);
  const message = await requestMail(await context.newPage(), accounts.office);
  const other = await (await visitor(t)).newPage();
  await other.goto(linkOf(message));
  await shows(other, 'other-browser-page');
  const text = await other.content();
  for (const secret of [accounts.office.username, accounts.office.address]) {
    assert.ok(!text.includes(secret), `another browser is told ${secret}`);
  }
  assert.match(await other.locator('main').innerText(), /Chrom/, 'which browser began?');
  assert.equal(await has(other, 'link-confirm'), false);
  await shows(await followLink(context, message), 'rp-acr');
});

test('a used link and a cut-off link are dead', async (t) => {
  const context = await visitor(t);
  const { tab, message } = await signIn(context, accounts.office);
  const link = linkOf(message);
  const texts = [];
  for (const dead of [link, link.slice(0, -3)]) {
    await tab.goto(dead);
    await shows(tab, 'link-dead-page');
    texts.push(await tab.locator('main').innerText());
  }
  assert.notEqual(texts[0], texts[1]);
});

test('a double click on the button of a link comes through', async (t) => {
  const context = await visitor(t);
  const message = await requestMail(await context.newPage(), accounts.office);
  const tab = await context.newPage();
  await tab.goto(linkOf(message));
  await tab.locator('#link-confirm').dblclick();
  assert.equal(await classOf(tab), 'pwd-email');
});

test('the tab where the login began leads on to the application', async (t) => {
  const context = await visitor(t);
  const { page, tab, message } = await signIn(context, accounts.office);
  await shows(page, 'interaction-ended-page');
  await page.locator('#onward').click();
  assert.equal(await classOf(page), 'pwd-email');
  await tab.goto(linkOf(message));
  await shows(tab, 'link-dead-page');
  await tab.locator('#onward').click();
  assert.equal(await classOf(tab), 'pwd-email');
});

test('two tabs with a login each come through', async (t) => {
  const context = await visitor(t);
  const [left, right] = [await context.newPage(), await context.newPage()];
  await start(left);
  await start(right);
  await givePassword(left, accounts.office);
  await shows(left, 'email-address');
  await givePassword(right, accounts.office);
  const first = await confirmAddress(left, accounts.office);
  const second = await confirmAddress(right, accounts.office);
  assert.notEqual(linkOf(first), linkOf(second));
  assert.equal(await classOf(await followLink(context, second)), 'pwd-email');
  assert.equal(await classOf(await followLink(context, first)), 'pwd-email');
});
