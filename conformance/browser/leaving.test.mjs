// The way out of the provider, as a real browser takes it: Chromium checks every redirect after a
// form against `form-action`, those of the application too, and takes a window from its opener
// when a page on the way says so. The applications here are servers of other origins.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { test } from 'node:test';

import {
  accounts,
  eventually,
  givePassword,
  has,
  inspect,
  issuer,
  shows,
  useBrowser,
  visitor,
} from './support.mjs';

useBrowser();

const CLIENT = 'conformance-native';
const VERIFIER = 'a-code-verifier-of-forty-three-letters-or-more';
const MODES = ['query', 'fragment', 'form_post', 'query.jwt', 'fragment.jwt', 'form_post.jwt'];

// A server of an origin of its own, and what it was asked.
async function serve(t, host, answer) {
  const asked = [];
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://server');
    if (url.pathname === '/favicon.ico') return response.writeHead(404).end();
    asked.push({ method: request.method, path: url.pathname, query: url.searchParams });
    request.resume();
    return answer(url, response);
  });
  server.listen(0, host);
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const name = host === '::1' ? '[::1]' : host;
  return { origin: `http://${name}:${server.address().port}`, asked };
}

const page = (body) => (url, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(`<!doctype html><title>RP</title>${body}`);
};

// An application that redirects what comes to it to another origin, as many do.
async function application(t, host = '127.0.0.1') {
  const home = await serve(t, '127.0.0.1', page('<p id="there">there</p>'));
  const callback = await serve(t, host, (url, response) => {
    response.writeHead(303, { location: `${home.origin}/home` }).end();
  });
  return { home, callback };
}

function request(redirectUri, parameters = {}) {
  const address = new URL('/authorize', issuer);
  address.search = new URLSearchParams({
    client_id: CLIENT,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    state: "st;1'",
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    ...parameters,
  });
  return String(address);
}

for (const mode of MODES) {
  test(`an application that redirects to another origin is reached by ${mode}`, async (t) => {
    const { home, callback } = await application(t);
    const context = await visitor(t);
    const tab = await context.newPage();
    await tab.goto(request(`${callback.origin}/callback`, { response_mode: mode }));
    await givePassword(tab, accounts.trader);
    await tab.waitForURL(`${home.origin}/home*`);
    assert.equal(callback.asked.length, 1);
    await tab.goBack();
    await shows(tab, 'interaction-ended-page');
    assert.equal(await has(tab, 'leave-page'), false, 'back leads to the page that leads on');
    assert.equal(callback.asked.length, 1, 'back repeats the answer');
  });
}

// A browser keeps the page with the form as an entry of its own when it counts the sending as the
// person's, or when the page was complete.
for (const mode of ['form_post', 'form_post.jwt']) {
  test(`back from ${mode} works when the browser remembers the form`, async (t) => {
    const { home, callback } = await application(t);
    const context = await visitor(t);
    await context.addInitScript(() => {
      const { submit } = HTMLFormElement.prototype;
      HTMLFormElement.prototype.submit = function () {
        addEventListener('load', () => setTimeout(() => submit.call(this)));
      };
    });
    const tab = await context.newPage();
    await tab.goto(request(`${callback.origin}/callback`, { response_mode: mode }));
    await givePassword(tab, accounts.trader);
    await tab.waitForURL(`${home.origin}/home*`);
    await tab.goBack();
    await shows(tab, 'interaction-ended-page');
    assert.equal(callback.asked.length, 1, 'back repeats the answer');
  });
}

test('the way out needs no script', async (t) => {
  const { home, callback } = await application(t);
  const tab = await (await visitor(t, { script: false })).newPage();
  await tab.goto(request(`${callback.origin}/callback`));
  await tab.locator('#login-cancel').click();
  await tab.waitForURL(`${home.origin}/home*`);
  assert.equal(callback.asked[0].query.get('error'), 'access_denied');
  assert.equal(callback.asked[0].query.get('state'), "st;1'");
});

test('an application that listens on the loopback address of IPv6 is reached', async (t) => {
  const { home, callback } = await application(t, '::1');
  const tab = await (await visitor(t)).newPage();
  await tab.goto(request(`${callback.origin}/callback`));
  await givePassword(tab, accounts.trader);
  await tab.waitForURL(`${home.origin}/home*`);
});

for (const language of ['sv', 'en']) {
  test(`a scheme of an application's own has a link to press in ${language}`, async (t) => {
    const tab = await (await visitor(t, { language, rough: true })).newPage();
    await tab.goto(request('com.example.conformance:/callback'));
    await givePassword(tab, accounts.trader);
    await shows(tab, 'leave-continue');
    await inspect(tab, 'leave');
    const address = await tab.locator('#leave-continue').getAttribute('href');
    assert.match(address, /^com\.example\.conformance:\/callback\?code=/);
  });
}

test('a login in a window of its own tells the one that opened it', async (t) => {
  const opener = await serve(t, '127.0.0.1', (url, response) => {
    const script =
      url.pathname === '/callback'
        ? 'opener.postMessage(location.search, "*"); close();'
        : 'addEventListener("message", (event) => { told.textContent = event.data; });';
    page(`<p id="told"></p><script>${script}</script>`)(url, response);
  });
  const context = await visitor(t);
  const first = await context.newPage();
  await first.goto(`${opener.origin}/`);
  const address = request(`${opener.origin}/callback`, { prompt: 'login' });
  const opened = context.waitForEvent('page');
  await first.evaluate((url) => {
    window.child = window.open(url, 'login', 'width=500,height=600');
  }, address);
  const popup = await opened;
  await shows(popup, 'login-username');
  assert.equal(await first.evaluate(() => window.child.closed), false, 'it seems to be closed');
  await givePassword(popup, accounts.trader);
  const told = await eventually(() => first.locator('#told').textContent(), 'the answer');
  assert.ok(new URLSearchParams(told).get('code'), told);
  assert.equal(await first.evaluate(() => window.child.closed), true);
});
