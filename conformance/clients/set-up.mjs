// The provider with its demo beside it, a client registered there, and the application under test.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const here = import.meta.dirname;
const account = { username: '202100083750', address: 'intrastat.test@scb.se' };

// What a client registers beside the plain settings, by the words of the variant.
const MEMBERS = {
  plain: () => ({}),
  client_secret_jwt: () => ({ token_endpoint_auth_method: 'client_secret_jwt' }),
  consent: () => ({ first_party: false }),
  dpop: () => ({ dpop_bound_access_tokens: true }),
  form_post: () => ({}),
  par: () => ({ require_pushed_authorization_requests: true }),
  private_key_jwt: (folder) => ({
    client_secret: undefined,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [makeKey(folder)] },
  }),
  refresh: () => ({ grant_types: ['authorization_code', 'refresh_token'] }),
  resource: () => ({}),
};

// Makes the client's key, in the forms that the applications take; gives the public half.
function makeKey(folder) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const named = { kid: 'client-key', use: 'sig', alg: 'RS256' };
  const keep = (name, text) => writeFileSync(join(folder, name), text);
  keep('key.pem', privateKey.export({ type: 'pkcs8', format: 'pem' }));
  keep('public.pem', publicKey.export({ type: 'spki', format: 'pem' }));
  keep('key.jwk', JSON.stringify({ ...privateKey.export({ format: 'jwk' }), ...named }));
  return { ...publicKey.export({ format: 'jwk' }), ...named };
}

export async function startDemo() {
  const work = mkdtempSync(join(tmpdir(), 'conformance-clients.'));
  const base = await freeBase();
  const log = join(work, 'demo.log');
  const demo = launch(
    process.env.IDP,
    ['demo', '--base-port', `${base}`, '--data', join(work, 'demo')],
    { log, env: { IDP_LIMITS__MAILS_PER_HOUR: '1000', IDP_LIMITS__MAIL_REST_SECONDS: '0' } },
  );
  await until(() => /login: \d+ +password: /.test(readFileSync(log, 'utf8')), demo, log);
  const password = /password: *(\S+)/.exec(readFileSync(log, 'utf8'))[1];
  return {
    work,
    base,
    issuer: `http://localhost:${base}`,
    mailbox: `http://localhost:${base + 2}`,
    account: { ...account, password },
    stop: () => end(demo),
  };
}

// Registers a client for the variant and starts the application of this name with it.
export async function startApplication(demo, name, variant) {
  const port = demo.base + 5;
  const address = `http://localhost:${port}`;
  const folder = join(demo.work, `${name}-${variant}`);
  mkdirSync(folder);
  const secret = randomBytes(32).toString('hex');
  const clientId = `${name}-${variant}`;
  const metadata = {
    client_id: clientId,
    client_name: `${name} (${variant})`,
    redirect_uris: [`${address}/callback`],
    post_logout_redirect_uris: [`${address}/logged-out`],
    client_secret: secret,
    token_endpoint_auth_method: 'client_secret_basic',
    id_token_signed_response_alg: 'ES256',
    scope: 'openid profile organisation assurance',
    required_acr: 'pwd',
    first_party: true,
    ...Object.assign({}, ...variant.split('+').map((word) => MEMBERS[word](folder))),
  };
  register(demo, folder, metadata);
  const log = join(folder, 'log');
  const application = launch(join(here, name, 'start'), [], {
    log,
    env: {
      ISSUER: demo.issuer,
      CLIENT_ID: clientId,
      // Also where the application needs a secret of its own.
      CLIENT_SECRET: secret,
      PORT: `${port}`,
      ADDRESS: address,
      RELYING_PARTY: `http://localhost:${demo.base + 1}`,
      VARIANT: variant,
      FOLDER: folder,
    },
  });
  await until(() => listens(port), application, log);
  return { address, clientId, log, stop: () => end(application) };
}

function register(demo, folder, metadata) {
  const file = join(folder, 'client.json');
  writeFileSync(file, JSON.stringify(metadata, null, 2));
  const config = join(demo.work, 'demo', 'idp.toml');
  const added = spawnSync(process.env.IDP, ['client', 'add', '--file', file, '--config', config]);
  assert.equal(added.status, 0, `${added.stderr}`);
}

// -- Processes -----------------------------------------------------------------------------------

// Each in a group of its own, so that what it started ends with it.
function launch(program, args, { log, env }) {
  const out = openSync(log, 'w');
  const child = spawn(program, args, {
    detached: true,
    env: { ...process.env, ...env },
    stdio: ['ignore', out, out],
  });
  child.on('error', (error) => writeFileSync(log, `${error}`));
  return child;
}

function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) return undefined;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  process.kill(-child.pid, 'SIGTERM');
  return gone;
}

async function until(ready, child, log, patience = 300_000) {
  for (const limit = Date.now() + patience; !(await ready()); await pause(100)) {
    const alive = child.pid && child.exitCode === null && child.signalCode === null;
    assert.ok(alive && Date.now() < limit, `it did not start:\n${readFileSync(log, 'utf8')}`);
  }
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

// A port such that it and those of the demo and the application are free.
async function freeBase() {
  for (let tries = 0; tries < 200; tries += 1) {
    const base = 10_000 + Math.floor(Math.random() * 20_000);
    const free = await Promise.all([0, 1, 2, 3, 5, 10].map((offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  return assert.fail('no free ports');
}

function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
