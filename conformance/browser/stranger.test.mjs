// An application of others, which the person is asked about: the login, its answer in a form, a
// device, and the logout that reaches it by a frame. Its site is played by the browser itself.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';

import {
  accounts,
  eventually,
  givePassword,
  inspect,
  issuer,
  shows,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

const CLIENT = 'conformance-stranger';
const SITE = 'https://client.example.org';
const SCOPE = 'openid profile email organisation offline_access';
const VERIFIER = 'a-code-verifier-of-forty-three-letters-or-more';
const LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M1 1h7v7z"/></svg>';

// Answers for the application's site, and gives what it was asked.
async function site(context) {
  const asked = [];
  await context.route(`${SITE}/**`, (route) => {
    const request = route.request();
    const url = new URL(request.url());
    asked.push({ path: url.pathname, query: url.searchParams, form: request.postData() });
    const logo = url.pathname === '/logo.svg';
    return route.fulfill({
      contentType: logo ? 'image/svg+xml' : 'text/html',
      body: logo ? LOGO : `<!doctype html><title>RP</title><p id="there">${url.pathname}</p>`,
    });
  });
  return asked;
}

function request(parameters = {}) {
  const address = new URL('/authorize', issuer);
  address.search = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    redirect_uri: `${SITE}/callback`,
    scope: SCOPE,
    prompt: 'login consent',
    state: 'st-1',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return String(address);
}

async function call(path, form) {
  const answer = await fetch(new URL(path, issuer), {
    method: 'POST',
    body: new URLSearchParams({ client_id: CLIENT, ...form }),
  });
  return { status: answer.status, body: await answer.json() };
}

for (const language of ['sv', 'en']) {
  test(`an application of others asks, and is told of the logout, in ${language}`, async (t) => {
    const context = await visitor(t, { language });
    const asked = await site(context);
    const page = await context.newPage();
    await page.goto(request());
    await shows(page, 'login-username');
    await inspect(page, 'stranger-login');
    assert.ok(asked.some((one) => one.path === '/logo.svg'), 'nobody looked for the logo');
    await givePassword(page, accounts.trader);
    await shows(page, 'consent-allow');
    await inspect(page, 'consent');
    await page.locator('#consent-allow').click();
    await shows(page, 'there');
    const { query } = asked.find((one) => one.path === '/callback');
    assert.deepEqual([query.get('state'), query.get('iss')], ['st-1', issuer]);
    const { status, body } = await call('/token', {
      grant_type: 'authorization_code',
      code: query.get('code'),
      redirect_uri: `${SITE}/callback`,
      code_verifier: VERIFIER,
    });
    assert.equal(status, 200, JSON.stringify(body));
    assert.ok(body.refresh_token && body.id_token);

    const end = new URLSearchParams({
      id_token_hint: body.id_token,
      post_logout_redirect_uri: `${SITE}/logged-out`,
    });
    await page.route('**/static/*.js*', (route) => route.abort());
    await page.goto(`${issuer}/end_session?${end}`);
    await shows(page, 'logout-then');
    await inspect(page, 'logout-told');
    const told = asked.find((one) => one.path === '/front-channel-logout');
    assert.equal(told?.query.get('iss'), issuer, 'the application was not told');
    assert.ok(told.query.get('sid'));
    await page.locator('#logout-then').click();
    await page.waitForURL(`${SITE}/logged-out`);
  });

  test(`an answer comes in a form, with and without script, in ${language}`, async (t) => {
    for (const script of [true, false]) {
      const context = await visitor(t, { language });
      const asked = await site(context);
      const page = await context.newPage();
      if (!script) await page.route('**/static/form_post.js*', (route) => route.abort());
      await page.goto(request({ response_mode: 'form_post' }));
      await givePassword(page, accounts.trader);
      await page.locator('#consent-deny').click();
      if (!script) {
        await shows(page, 'form-post-submit');
        await inspect(page, 'form-post');
        await page.locator('#form-post-submit').click();
      }
      await shows(page, 'there');
      const form = new URLSearchParams(asked.find((one) => one.path === '/callback').form);
      assert.deepEqual([form.get('error'), form.get('state')], ['access_denied', 'st-1']);
    }
  });

  test(`a device is let in by its code in ${language}`, async (t) => {
    const { body: device } = await call('/device_authorization', { scope: 'openid email' });
    const context = await visitor(t, { language });
    await site(context);
    const page = await context.newPage();
    await page.goto(device.verification_uri);
    await shows(page, 'device-code');
    await inspect(page, 'device');
    await page.locator('#device-code').fill('BBBB-BBBB');
    await page.locator('#device-submit').click();
    await shows(page, 'device-code-error');
    await inspect(page, 'device-wrong');
    await page.locator('#device-code').fill(device.user_code.toLowerCase());
    await page.locator('#device-submit').click();
    await givePassword(page, accounts.trader);
    await shows(page, 'consent-code');
    await inspect(page, 'device-consent');
    assert.equal(await page.locator('#consent-code').innerText(), device.user_code);
    await page.locator('#consent-allow').click();
    await shows(page, 'device-done');
    await inspect(page, 'device-done');
    const grant = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: device.device_code,
    };
    const tokens = await eventually(async () => {
      const { status, body } = await call('/token', grant);
      return status === 200 && body;
    }, 'the tokens of the device');
    assert.ok(tokens.id_token);
  });
}
