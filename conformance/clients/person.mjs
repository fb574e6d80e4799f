// A person with a browser and a mailbox, without a screen: keeps cookies, follows redirects, fills
// in the provider's forms by the ids of their elements, and opens the link that was mailed.

import assert from 'node:assert/strict';
import { request } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

const MOST_REDIRECTS = 20;
const PATIENCE = 20_000;

export class Person {
  #cookies = new Map();
  #issuer;
  #mailbox;
  #account;

  // `account` has username, password and address.
  constructor({ issuer, mailbox, account }) {
    this.#issuer = issuer;
    this.#mailbox = mailbox;
    this.#account = account;
  }

  // Opens an address and does all that the provider asks on the way.
  async through(address) {
    return this.finish(await this.open(address));
  }

  // Does all that the provider asks from this page on. Gives the page where that ended, and what
  // was asked.
  async finish(page) {
    const asked = [];
    while (page.url.startsWith(`${this.#issuer}/`)) {
      const step = STEPS.find(([id]) => has(page, id));
      assert.ok(step, `nothing to do at ${page.url}: ${page.status} ${plain(page.text)}`);
      asked.push(step[1]);
      assert.ok(asked.length < 10, `the provider asks for ever: ${asked}`);
      page = await this[step[2]](page);
    }
    return { page, asked };
  }

  // GET, and every redirect after it.
  open(address) {
    return this.#send(new URL(address), {});
  }

  async givePassword(page) {
    const { username, password } = this.#account;
    return this.submit(page, 'login-submit', { username, password });
  }

  // Gives the address and opens the mailed link as from a mail program: the page on which it was
  // asked for is left behind.
  async confirmAddress(page) {
    const before = new Set((await this.#messages()).map((message) => message.id));
    const sent = await this.submit(page, 'email-submit', { email: this.#account.address });
    assert.ok(has(sent, 'sent-page'), plain(sent.text));
    for (const end = Date.now() + PATIENCE; ; await pause(50)) {
      const message = (await this.#messages()).find((it) => !before.has(it.id));
      if (message) {
        return this.open(message.links.find((link) => link.startsWith(`${this.#issuer}/l/`)));
      }
      assert.ok(Date.now() < end, 'waited in vain for a mail');
    }
  }

  async confirmLink(page) {
    return this.submit(page, 'link-confirm');
  }

  // Gives up, from whatever page of a login.
  async cancel(page) {
    const after = await this.submit(page, 'login-cancel');
    return has(after, 'form-post-submit') ? this.sendAnswer(after) : after;
  }

  async confirmLogout(page) {
    return this.submit(page, 'logout-confirm');
  }

  async consent(page) {
    return this.submit(page, 'consent-allow');
  }

  // What script does by itself in a browser.
  async sendAnswer(page) {
    return this.submit(page, 'form-post-submit');
  }

  // Sends the form that holds the button.
  async submit(page, button, typed = {}) {
    const [, attributes, content] = formWith(page, button);
    const fields = new URLSearchParams();
    for (const [tag] of content.matchAll(/<input\b[^>]*>/g)) {
      const { name, value = '', type } = attributesOf(tag);
      if (name && type !== 'checkbox') fields.set(name, typed[name] ?? value);
    }
    const [tag] = content.match(new RegExp(`<button\\b[^>]*id="${button}"[^>]*>`));
    const pressed = attributesOf(tag);
    if (pressed.name) fields.set(pressed.name, pressed.value ?? '');
    const { action = page.url } = attributesOf(attributes);
    const { origin } = new URL(page.url);
    return this.#send(new URL(action, page.url), { method: 'POST', body: fields, origin });
  }

  async #messages() {
    const answer = await fetch(new URL('/messages', this.#mailbox));
    assert.equal(answer.status, 200);
    return answer.json();
  }

  async #send(url, sent) {
    for (let redirects = 0; redirects < MOST_REDIRECTS; redirects += 1) {
      const answer = await exchange(url, { ...sent, cookie: this.#cookiesFor(url) });
      this.#keep(url, answer.headers['set-cookie'] ?? []);
      const isRedirect = answer.status >= 300 && answer.status < 400;
      const location = isRedirect ? answer.headers.location : refreshOf(answer);
      if (!location) return { url: url.href, ...answer };
      url = new URL(location, url);
      if (answer.status !== 307 && answer.status !== 308) sent = {};
    }
    assert.fail(`more than ${MOST_REDIRECTS} redirects, the last to ${url}`);
  }

  // Cookies know no ports (RFC 6265 section 8.5): all servers on localhost share them, as in a
  // browser.
  #cookiesFor(url) {
    const fits = ({ path }) =>
      url.pathname === path || url.pathname.startsWith(path.replace(/\/?$/, '/'));
    return [...this.#cookies.values()].filter(fits).map(({ pair }) => pair).join('; ');
  }

  #keep(url, cookies) {
    for (const cookie of cookies) {
      const [pair, ...attributes] = cookie.split(';').map((it) => it.trim());
      const named = attributes.map((it) => it.split('='));
      const of = (name) => named.find(([it]) => it.toLowerCase() === name)?.[1];
      const path = of('path') || url.pathname.replace(/\/[^/]*$/, '') || '/';
      const key = `${pair.split('=')[0]} ${path}`;
      const past = Date.parse(of('expires') ?? '9999') < Date.now();
      if (past || Number(of('max-age') ?? 1) <= 0) this.#cookies.delete(key);
      else this.#cookies.set(key, { pair, path });
    }
  }
}

// What the provider may ask: an element of the page, the name of what is asked, and the answer.
const STEPS = [
  ['login-username', 'password', 'givePassword'],
  ['email-address', 'address', 'confirmAddress'],
  ['link-page', 'link', 'confirmLink'],
  ['consent-allow', 'consent', 'consent'],
  ['form-post-submit', 'answer', 'sendAnswer'],
  ['logout-confirm', 'logout', 'confirmLogout'],
];

// A request as a browser makes it when it goes to a page. `fetch` would say that it is a script's.
function exchange(url, { method = 'GET', body, origin, cookie }) {
  const headers = {
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'accept-language': 'en',
    'sec-fetch-dest': 'document',
    'sec-fetch-mode': 'navigate',
    'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) conformance',
    ...(cookie && { cookie }),
    ...(body && { 'content-type': 'application/x-www-form-urlencoded', origin }),
  };
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, headers, family: 4 }, async (answer) => {
      answer.setEncoding('utf8');
      const text = (await answer.toArray()).join('');
      resolve({ status: answer.statusCode, headers: answer.headers, text });
    });
    // What follows a complete answer is passed over, as browsers do: mod_auth_openidc sends two
    // pages for an error, one after the other.
    asked.on('error', (error) => asked.res?.complete || reject(error));
    asked.end(body && `${body}`);
  });
}

// Where a page sends the browser at once by itself.
function refreshOf({ headers, text }) {
  const [, named] = /^0; url=(.*)$/.exec(headers.refresh ?? '') ?? [];
  return named ?? /<meta http-equiv="refresh" content="0; url=([^"]*)"/.exec(text)?.[1];
}

function has(page, id) {
  return page.text.includes(` id="${id}"`);
}

function formWith(page, id) {
  const forms = [...page.text.matchAll(/<form\b([^>]*)>([\s\S]*?)<\/form>/g)];
  const form = forms.find(([, , content]) => content.includes(` id="${id}"`));
  assert.ok(form, `no form with ${id} at ${page.url}`);
  return form;
}

function attributesOf(tag) {
  const pairs = [...tag.matchAll(/([a-z-]+)="([^"]*)"/g)];
  return Object.fromEntries(pairs.map(([, name, value]) => [name, unescape(value)]));
}

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#x27': "'", '#x2F': '/' };

function unescape(text) {
  return text.replace(/&([^;]+);/g, (whole, name) => ENTITIES[name] ?? whole);
}

function plain(text) {
  return text.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ').slice(0, 500);
}
