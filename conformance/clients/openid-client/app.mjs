// A web application on express, express-session and openid-client.

import { readFileSync } from 'node:fs';

import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT, ADDRESS, FOLDER, RELYING_PARTY } = process.env;
const uses = (word) => process.env.VARIANT.split('+').includes(word);
const STRONG = `${ISSUER}/acr/pwd-email`;
const MAX_AGE = 30 * 60;
const SKEW = 60;
// A login may take as long as a mailed link lives, and a slow mail before it.
const LOGIN_MS = 3 * 60 * 60 * 1000;

// Without a method the package sends the secret in the form: client_secret_post.
const authentication = uses('private_key_jwt')
  ? oidc.PrivateKeyJwt({ key: await privateKey(), kid: 'client-key' })
  : oidc.ClientSecretBasic(CLIENT_SECRET);
const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, {
  // http: only because the demo's provider is on this machine.
  execute: [oidc.allowInsecureRequests],
});

// One key for all sessions of this process; undefined stands for bearer tokens.
const DPoP = uses('dpop')
  ? oidc.getDPoPHandle(provider, await oidc.randomDPoPKeyPair('ES256'))
  : undefined;

async function privateKey() {
  const jwk = JSON.parse(readFileSync(`${FOLDER}/key.jwk`, 'utf8'));
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return crypto.subtle.importKey('jwk', jwk, algorithm, false, ['sign']);
}

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    secret: CLIENT_SECRET,
    resave: false,
    saveUninitialized: false,
    // With form_post between two sites it must be `sameSite: 'none', secure: true`.
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: LOGIN_MS },
  }),
);

// Sends the browser to the provider. What is kept of the login stands under its state, so that
// logins in two tabs do not disturb each other.
async function logIn(request, response, { strong, returnTo, asked }) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  const login = { verifier, nonce, strong, returnTo };
  request.session.logins = { ...request.session.logins, [state]: login };
  const parameters = {
    redirect_uri: `${ADDRESS}/callback`,
    scope: 'openid profile organisation assurance',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
    ...asked,
  };
  if (uses('form_post')) parameters.response_mode = 'form_post';
  if (strong) {
    parameters.max_age = `${MAX_AGE}`;
    parameters.claims = JSON.stringify({ id_token: { acr: { essential: true, value: STRONG } } });
  }
  const url = uses('par')
    ? await oidc.buildAuthorizationUrlWithPAR(provider, parameters, { DPoP })
    : oidc.buildAuthorizationUrl(provider, parameters);
  response.redirect(url.href);
}

const isStrong = ({ acr, auth_time }) =>
  acr === STRONG && Date.now() / 1000 - auth_time <= MAX_AGE + SKEW;

app.get('/login', (request, response) => logIn(request, response, { returnTo: '/' }));

app.get('/step-up', (request, response) => {
  const { claims } = request.session;
  if (claims && isStrong(claims)) return response.json(shown(request.session));
  return logIn(request, response, { strong: true, returnTo: '/step-up' });
});

// The answer as the package takes it: an address, or the whole request if it is a form.
function answerOf({ method, originalUrl, body }) {
  const url = new URL(originalUrl, ADDRESS);
  return method === 'POST' ? new Request(url, { method, body: new URLSearchParams(body) }) : url;
}

app.all('/callback', async (request, response) => {
  const { state } = request.method === 'POST' ? request.body : request.query;
  const { [state]: login, ...others } = request.session.logins ?? {};
  if (!login) return response.status(400).send('no such login');
  const checks = {
    pkceCodeVerifier: login.verifier,
    expectedState: state,
    expectedNonce: login.nonce,
    maxAge: login.strong ? MAX_AGE : undefined,
    idTokenExpected: true,
  };
  const tokens = await oidc.authorizationCodeGrant(
    provider,
    answerOf(request),
    checks,
    undefined,
    { DPoP },
  );
  const claims = tokens.claims();
  if (login.strong && !isStrong(claims)) return response.status(403).send('not strong enough');
  const userinfo = await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub, { DPoP });
  // A new session id for whoever is now logged in; logins that wait in other tabs move along.
  await new Promise((done, failed) => {
    request.session.regenerate((error) => (error ? failed(error) : done()));
  });
  Object.assign(request.session, { logins: others, claims, userinfo, idToken: tokens.id_token });
  request.session.tokens = { access: tokens.access_token, refresh: tokens.refresh_token };
  return response.redirect(login.returnTo);
});

const shown = ({ claims, userinfo, tokens }) => ({
  id_token: claims,
  userinfo,
  ...(uses('refresh') && { access_token: tokens.access }),
});

app.get('/refresh', async (request, response) => {
  const { claims, tokens } = request.session;
  const fresh = await oidc.refreshTokenGrant(provider, tokens.refresh, undefined, { DPoP });
  const { access_token: access, refresh_token: refresh = tokens.refresh } = fresh;
  request.session.tokens = { access, refresh };
  request.session.userinfo = await oidc.fetchUserInfo(provider, access, claims.sub, { DPoP });
  return response.json(shown(request.session));
});

// RFC 9470: what the resource asks for is passed on to the provider, once.
app.get('/resource', async (request, response) => {
  const { claims, tokens, tried } = request.session;
  const url = new URL(`/resource/party-parameters/202100083701`, RELYING_PARTY);
  try {
    const answer = await oidc.fetchProtectedResource(provider, tokens.access, url, 'GET');
    request.session.tried = false;
    return response.status(answer.status).json(await answer.json());
  } catch (error) {
    const challenge = error.cause?.[0]?.parameters ?? {};
    if (tried || challenge.error !== 'insufficient_user_authentication') throw error;
    const { acr_values, max_age } = challenge;
    const asked = { ...(acr_values && { acr_values }), ...(max_age && { max_age }) };
    return logIn(request, response, { returnTo: '/resource', asked });
  }
});

app.get('/', (request, response) => {
  if (!request.session.claims) return response.status(401).send('not logged in');
  return response.json(shown(request.session));
});

app.get('/logout', (request, response) => {
  const { idToken } = request.session;
  const url = oidc.buildEndSessionUrl(provider, {
    post_logout_redirect_uri: `${ADDRESS}/logged-out`,
    ...(idToken && { id_token_hint: idToken }),
  });
  request.session.destroy(() => response.redirect(url.href));
});

app.get('/logged-out', (request, response) => response.send('logged out'));

// A refused login, or an answer that must not be believed: told, and not tried again by itself.
app.use((error, request, response, next) => {
  if (!error.code?.startsWith('OAUTH_')) return next(error);
  return response.status(403).send(error.error ?? error.code);
});

app.listen(Number(PORT), 'localhost');
