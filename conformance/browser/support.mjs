// What every browser test needs: the addresses of the demo, a browser, the mailbox, and the steps
// of a login as a person takes them. Nothing here waits for time, only for what must appear.

import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const PATIENCE = 20_000;
export const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export function required(name) {
  const value = process.env[name];
  assert.ok(value, `${name} is not set; see conformance/README.md`);
  return value;
}

export const issuer = required('ISSUER');
export const relyingParty = required('RELYING_PARTY');
const mailbox = required('MAILBOX');
const password = required('PASSWORD');

// The accounts of the demo, each with an address of its organisation. They have one password.
export const accounts = {
  office: { username: required('USERNAME'), address: 'Magnus.Lange@Scb.se' },
  harbour: { username: '559999900950', address: 'vd@hm.se' },
  trader: { username: '121212121250', address: 'tolvan@exempel.se' },
  sawmill: { username: '559999901750', address: null },
  agency: { username: '559999902550', address: 'rut@rapportbyran.example' },
};

// -- Browsers ------------------------------------------------------------------------------------

let browser;

// One Chromium for the tests of a file; each test has contexts of its own.
export function useBrowser() {
  before(async () => {
    browser = await chromium.launch({ executablePath: required('CHROMIUM'), args: FLAGS });
  });
  after(() => browser?.close());
}

// A person with a browser of their own. What the pages break in it fails the test, unless the
// visitor is one who breaks things.
export async function visitor(t, { language = 'sv', script = true, rough = false } = {}) {
  const context = await browser.newContext({
    locale: language === 'sv' ? 'sv-SE' : 'en-GB',
    javaScriptEnabled: script,
    reducedMotion: 'reduce',
    viewport: { width: 1280, height: 900 },
  });
  context.setDefaultTimeout(PATIENCE);
  const faults = [];
  context.on('weberror', (error) => faults.push(String(error.error())));
  context.on('console', (message) => {
    if (message.text().includes('Content Security Policy')) faults.push(message.text());
  });
  t.after(async () => {
    await context.close();
    if (!rough) assert.deepEqual(faults, [], 'the browser complained');
  });
  return context;
}

// Waits until the condition holds and gives what it gave.
export async function eventually(condition, what, patience = PATIENCE) {
  const end = Date.now() + patience;
  for (;;) {
    const found = await condition();
    if (found) return found;
    assert.ok(Date.now() < end, `waited in vain for ${what}`);
    await pause(50);
  }
}

// -- Mail ----------------------------------------------------------------------------------------

async function messages() {
  const answer = await fetch(new URL('/messages', mailbox));
  assert.equal(answer.status, 200);
  return answer.json();
}

// What is in the mailbox now, so that later mail can be told from it.
export async function mark() {
  return new Set((await messages()).map((message) => message.id));
}

const isTo = (message, address) => message.to.toLowerCase() === address.toLowerCase();

// The mails to an address that came after the mark.
export async function mailsAfter(marked, address) {
  const all = await messages();
  return all.filter((message) => !marked.has(message.id) && isTo(message, address));
}

// The first mail to an address after the mark; waits for it.
export async function mailAfter(marked, address) {
  const found = async () => (await mailsAfter(marked, address))[0];
  return eventually(found, `a mail to ${address}`);
}

export function linkOf(message) {
  const link = message.links.find((address) => address.startsWith(`${issuer}/l/`));
  assert.ok(link, `no link of the issuer in ${message.links}`);
  return link;
}

// -- Steps of a login ----------------------------------------------------------------------------

export async function shows(page, id) {
  await page.locator(`#${id}`).waitFor();
}

export async function has(page, id) {
  return (await page.locator(`#${id}`).count()) > 0;
}

export async function languageOf(page) {
  return page.locator('html').getAttribute('lang');
}

// From the start page of the relying party to the provider.
export async function start(page) {
  await page.goto(relyingParty);
  await page.locator('#rp-login').click();
  await shows(page, 'login-username');
  assert.ok(page.url().startsWith(issuer), page.url());
}

export async function givePassword(page, account, typed = password) {
  await page.locator('#login-username').fill(account.username);
  await page.locator('#login-password').fill(typed);
  await page.locator('#login-submit').click();
}

export async function giveAddress(page, address, { skip = false } = {}) {
  await shows(page, 'email-address');
  await page.locator('#email-address').fill(address);
  if (skip) await page.locator('#email-skip').check();
  await page.locator('#email-submit').click();
}

// From the start page to the waiting page; gives the mail.
export async function requestMail(page, account, options) {
  await start(page);
  await givePassword(page, account);
  return confirmAddress(page, account, options);
}

// From the e-mail step to the waiting page; gives the mail.
export async function confirmAddress(page, account, options) {
  const marked = await mark();
  await giveAddress(page, account.address, options);
  await shows(page, 'sent-page');
  return mailAfter(marked, account.address);
}

// Opens the link as from a mail program: in a new tab, which gets to the relying party.
export async function followLink(context, message) {
  const tab = await context.newPage();
  await tab.goto(linkOf(message));
  await shows(tab, 'link-page');
  await tab.locator('#link-confirm').click();
  return tab;
}

// The whole login, to the start page of the relying party.
export async function signIn(context, account, options) {
  const page = await context.newPage();
  const message = await requestMail(page, account, options);
  const tab = await followLink(context, message);
  await shows(tab, 'rp-acr');
  return { page, tab, message };
}

// The class of the login, as the relying party shows it.
export async function classOf(page) {
  await shows(page, 'rp-acr');
  const acr = await page.locator('#rp-acr').textContent();
  assert.ok(acr.trim().startsWith(`${issuer}/acr/`), acr);
  return acr.trim().slice(`${issuer}/acr/`.length);
}

export async function signOut(page) {
  await page.goto(relyingParty);
  await page.locator('#rp-logout').click();
  await page.waitForURL((url) => url.origin === new URL(relyingParty).origin);
  await page.goto(relyingParty);
  await shows(page, 'rp-login');
}

// -- Looking at a page ---------------------------------------------------------------------------

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
const shelf = process.env.SCREENSHOTS || join(tmpdir(), 'conformance-screenshots');

// WCAG 2.2 AA in light and dark, and no sideways scrolling on a telephone (1.4.10). Keeps a picture
// of both widths.
export async function inspect(page, name) {
  const language = await languageOf(page);
  await mkdir(shelf, { recursive: true });
  for (const width of [360, 1280]) {
    await page.setViewportSize({ width, height: 900 });
    const path = join(shelf, `${name}-${language}-${width}.png`);
    await page.screenshot({ path, fullPage: true });
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth);
    assert.ok(wide <= width, `${name} in ${language} is ${wide} wide at ${width}`);
    for (const colorScheme of ['light', 'dark']) {
      await page.emulateMedia({ colorScheme });
      const found = await violations(page);
      assert.deepEqual(found, [], `${name} in ${language}, ${colorScheme}, at ${width}`);
    }
  }
  await page.emulateMedia({ colorScheme: 'light' });
}

async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(
    (values) => window.axe.run(document, { runOnly: { type: 'tag', values } }),
    RULES,
  );
  return result.violations.map(({ id, nodes }) => ({
    id,
    nodes: nodes.map((node) => `${node.target}: ${node.failureSummary}`),
  }));
}
