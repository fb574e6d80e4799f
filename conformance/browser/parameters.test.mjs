// The form Org.nr.parametrar: a fresh e-mail step opens it, and what is saved there is what the
// provider mails to a few seconds later.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import {
  accounts,
  confirmAddress,
  eventually,
  followLink,
  givePassword,
  issuer,
  mailAfter,
  mark,
  relyingParty,
  shows,
  signIn,
  signOut,
  start,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

const party = '559999900901';

// Opens the form by the menu, with the e-mail step that it demands of a remembered browser.
async function openForm(context, page, account) {
  await page.locator('#rp-party-parameters').click();
  const message = await confirmAddress(page, account);
  const tab = await followLink(context, message);
  await tab.locator('[name=organisation_name]').waitFor();
  return tab;
}

test('a saved address is the next one to be mailed', async (t) => {
  const context = await visitor(t);
  const { tab } = await signIn(context, accounts.harbour, { skip: true });
  await signOut(tab);
  await start(tab);
  await givePassword(tab, accounts.harbour);
  await shows(tab, 'rp-party-parameters');
  const form = await openForm(context, tab, accounts.harbour);
  assert.match(await form.locator('h1').innerText(), new RegExp(party));
  assert.equal(await form.locator('[name=email]').inputValue(), accounts.harbour.address);

  const marked = await mark();
  const address = 'import.avdelningen@hamnmagasinet.example';
  await form.locator('[name=arrivals_enabled]').check();
  await form.locator('[name=arrivals_contact]').fill('Ingrid Import');
  await form.locator('[name=arrivals_phone]').fill('08-506 940 00');
  await form.locator('[name=arrivals_email]').fill(address);
  await form.locator('#rp-save').click();
  await shows(form, 'rp-user');

  // Within seconds the provider offers it, and says so to the address that was there before.
  const other = await visitor(t);
  const page = await other.newPage();
  await start(page);
  await givePassword(page, accounts.harbour);
  await shows(page, 'email-hints');
  await eventually(async () => {
    await page.reload();
    const hints = await page.locator('#email-hints').innerText();
    return hints.includes('im ... en@ha ... le');
  }, 'the new hint', 15_000);
  await mailAfter(marked, accounts.harbour.address);
  const message = await confirmAddress(page, { ...accounts.harbour, address });
  await shows(await followLink(other, message), 'rp-acr');
});

// What RFC 9470 section 3 asks for is what the form's step-up then brings.
test('the resource behind the form challenges a remembered browser until it has stepped up', async (t) => {
  const context = await visitor(t);
  const resource = `${relyingParty}/resource/party-parameters/${party}`;
  const demand = `acr_values="${issuer}/acr/pwd-email", max_age="1800"`;
  const nobody = await context.request.get(resource);
  assert.equal(nobody.status(), 401);
  assert.equal(nobody.headers()['www-authenticate'], `Bearer ${demand}`);

  const { tab } = await signIn(context, accounts.harbour, { skip: true });
  await signOut(tab);
  await start(tab);
  await givePassword(tab, accounts.harbour);
  await shows(tab, 'rp-party-parameters');
  const weak = await context.request.get(resource);
  assert.equal(weak.status(), 401);
  const challenge = weak.headers()['www-authenticate'];
  assert.ok(challenge.startsWith('Bearer error="insufficient_user_authentication"'), challenge);
  assert.ok(challenge.endsWith(demand), challenge);

  await openForm(context, tab, accounts.harbour);
  const strong = await context.request.get(resource);
  assert.equal(strong.status(), 200);
  assert.equal((await strong.json()).party, party);
});

test('a form with a mistake loses nothing', async (t) => {
  const context = await visitor(t);
  const { tab } = await signIn(context, accounts.harbour);
  await tab.locator('#rp-party-parameters').click();
  await tab.locator('[name=organisation_name]').fill('');
  await tab.locator('[name=city]').fill('Söderköping');
  await tab.locator('[name=dispatches_email]').fill('no address');
  await tab.locator('#rp-save').click();
  for (const name of ['organisation_name', 'dispatches_email']) {
    await shows(tab, `${name}-error`);
  }
  assert.equal(await tab.locator('[name=city]').inputValue(), 'Söderköping');
  assert.equal(await tab.locator('[name=dispatches_email]').inputValue(), 'no address');
  await tab.locator('#rp-cancel').click();
  await shows(tab, 'rp-user');
});
