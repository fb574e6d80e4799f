// One scenario for every client: a login, a stronger one, userinfo, logout. What the client checks
// by itself (signature, issuer, audience, nonce, state, PKCE) shows in that it comes through.

import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import { Person } from './person.mjs';
import { startApplication, startDemo } from './set-up.mjs';

let demo;

before(async () => {
  demo = await startDemo();
});

after(async () => {
  await demo?.stop();
  if (demo && !process.env.KEEP) rmSync(demo.work, { recursive: true });
});

const variantsOf = (name) =>
  readFileSync(join(import.meta.dirname, name, 'variants'), 'utf8').split(/\s+/).filter(Boolean);

for (const name of process.env.CLIENTS.split(' ')) {
  for (const variant of variantsOf(name)) {
    test(`${name}: ${variant}`, { timeout: 600_000 }, (t) => scenario(t, name, variant));
  }
}

async function scenario(t, name, variant) {
  const application = await startApplication(demo, name, variant);
  t.after(application.stop);
  try {
    await play(application, variant.split('+'));
  } catch (error) {
    error.message += `\n\n${name} said:\n${readFileSync(application.log, 'utf8').slice(-4000)}`;
    throw error;
  }
}

async function play({ address, clientId }, words) {
  const person = new Person(demo);
  const go = async (path) => {
    const { page, asked } = await person.through(`${address}${path}`);
    return { ...page, asked: asked.filter((it) => it !== 'answer') };
  };

  // A login that waits in another tab meanwhile.
  const waiting = await person.open(`${address}/login`);

  // A password is enough at first, and the person's leave where the application is of others.
  const first = await go('/login');
  const due = words.includes('consent') ? ['password', 'consent'] : ['password'];
  assert.deepEqual(first.asked, due, first.text);
  const login = told(first, clientId);
  assert.equal(login.acr, `${demo.issuer}/acr/pwd`);

  const { page: tab } = await person.finish(waiting);
  const other = told(tab, clientId);
  assert.equal(other.sub, login.sub, 'the other tab comes through as well');

  if (words.includes('refresh')) {
    const after = await go('/refresh');
    assert.equal(told(after, clientId).sub, login.sub);
    const tokens = [tab, after].map(({ text }) => JSON.parse(text).access_token);
    assert.ok(tokens[0] && tokens[1] && tokens[0] !== tokens[1], after.text);
  }

  // Who changes their mind is told so by the application, and not sent round in a circle.
  const cancelled = await person.cancel(await person.open(`${address}/step-up`));
  assert.ok(cancelled.url.startsWith(`${address}/`), cancelled.url);
  assert.ok(!cancelled.text.includes('"id_token"'), cancelled.text);

  // RFC 9470: the challenge of a resource leads to the stronger login, and that to the resource.
  if (words.includes('resource')) {
    const resource = await go('/resource');
    assert.deepEqual(resource.asked, ['address', 'link'], resource.text);
    assert.equal(JSON.parse(resource.text).party, '202100083701');
    return;
  }

  // A page that demands the stronger class: only the e-mail step is left to do.
  const second = await go('/step-up');
  assert.deepEqual(second.asked, ['address', 'link'], second.text);
  const stronger = told(second, clientId);
  assert.equal(stronger.acr, `${demo.issuer}/acr/pwd-email`);
  assert.equal(stronger.sub, login.sub);
  assert.equal(stronger.auth_time, other.auth_time);
  assert.deepEqual((await go('/step-up')).asked, [], 'the second time nothing is asked');

  // An answer that nobody asked for.
  const forged = await person.open(`${address}/callback?code=x&state=y&iss=${demo.issuer}`);
  assert.ok(forged.status >= 400 || !forged.text.includes('"id_token"'), forged.text);

  const out = await go('/logout');
  assert.equal(out.url.split('?')[0], `${address}/logged-out`);
  assert.equal(out.status, 200);
  assert.deepEqual((await go('/login')).asked, ['password'], 'logged out at the provider as well');
}

// The claims of the ID token, from the page that shows who is logged in.
function told(page, clientId) {
  assert.equal(page.status, 200, page.text);
  const { id_token: claims, userinfo } = JSON.parse(page.text);
  assert.equal(claims.iss, demo.issuer);
  assert.ok([claims.aud].flat().includes(clientId));
  assert.equal(userinfo.sub, claims.sub);
  assert.equal(userinfo.preferred_username, demo.account.username);
  return claims;
}
