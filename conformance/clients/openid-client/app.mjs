// A web application on express, express-session and openid-client.

import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';

const { ISSUER, CLIENT_ID, CLIENT_SECRET, PORT, ADDRESS } = process.env;
const STRONG = `${ISSUER}/acr/pwd-email`;
const MAX_AGE = 30 * 60;
const SKEW = 60;
// A login may take as long as a mailed link lives, and a slow mail before it.
const LOGIN_MS = 3 * 60 * 60 * 1000;

// Without a method the package sends the secret in the form: client_secret_post.
const authentication = oidc.ClientSecretBasic(CLIENT_SECRET);
const provider = await oidc.discovery(new URL(ISSUER), CLIENT_ID, undefined, authentication, {
  // http: only because the demo's provider is on this machine.
  execute: [oidc.allowInsecureRequests],
});

const app = express();
app.use(
  session({
    secret: CLIENT_SECRET,
    resave: false,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', maxAge: LOGIN_MS },
  }),
);

// Sends the browser to the provider. What is kept of the login stands under its state, so that
// logins in two tabs do not disturb each other.
async function logIn(request, response, { strong, returnTo }) {
  const verifier = oidc.randomPKCECodeVerifier();
  const [state, nonce] = [oidc.randomState(), oidc.randomNonce()];
  request.session.logins = { ...request.session.logins, [state]: { verifier, nonce, strong, returnTo } };
  const parameters = {
    redirect_uri: `${ADDRESS}/callback`,
    scope: 'openid profile organisation assurance',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  };
  if (strong) {
    parameters.max_age = `${MAX_AGE}`;
    parameters.claims = JSON.stringify({ id_token: { acr: { essential: true, value: STRONG } } });
  }
  response.redirect(oidc.buildAuthorizationUrl(provider, parameters).href);
}

const isStrong = ({ acr, auth_time }) =>
  acr === STRONG && Date.now() / 1000 - auth_time <= MAX_AGE + SKEW;

app.get('/login', (request, response) => logIn(request, response, { returnTo: '/' }));

app.get('/step-up', (request, response) => {
  const { claims } = request.session;
  if (claims && isStrong(claims)) return response.json(shown(request.session));
  return logIn(request, response, { strong: true, returnTo: '/step-up' });
});

app.get('/callback', async (request, response) => {
  const { [request.query.state]: login, ...others } = request.session.logins ?? {};
  if (!login) return response.status(400).send('no such login');
  const tokens = await oidc.authorizationCodeGrant(provider, new URL(request.originalUrl, ADDRESS), {
    pkceCodeVerifier: login.verifier,
    expectedState: request.query.state,
    expectedNonce: login.nonce,
    maxAge: login.strong ? MAX_AGE : undefined,
    idTokenExpected: true,
  });
  const claims = tokens.claims();
  if (login.strong && !isStrong(claims)) return response.status(403).send('not strong enough');
  const userinfo = await oidc.fetchUserInfo(provider, tokens.access_token, claims.sub);
  // A new session id for whoever is now logged in; logins that wait in other tabs move along.
  await new Promise((done, failed) => {
    request.session.regenerate((error) => (error ? failed(error) : done()));
  });
  Object.assign(request.session, { logins: others, claims, userinfo, idToken: tokens.id_token });
  return response.redirect(login.returnTo);
});

const shown = ({ claims, userinfo }) => ({ id_token: claims, userinfo });

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
