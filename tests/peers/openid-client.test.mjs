// openid-client from npm, which we did not write, completes its flows against the authority, with its own checks on.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as client from 'openid-client';
import { startAuthority } from '../lib/program.mjs';
import { Person } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';

const callback = 'http://localhost:9/callback';
let authority;
const group = scope();
before(async () => {
  authority = await startAuthority(group, {
    clients: [
      { name: 'Public', client_id: 'public', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code'] },
      { name: 'Confidential', client_id: 'confidential', client_secret: 'a secret / of ü+%', app_type: 'regular_web', callbacks: [callback], grant_types: ['authorization_code', 'client_credentials'] },
    ],
  });
});

const discover = (id, authentication) =>
  client.discovery(new URL(authority.devIssuer), id, undefined, authentication, { execute: [client.allowInsecureRequests] });

async function codeFlow(config, person = new Person(), extra = {}) {
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState(), nonce = client.randomNonce();
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: callback, scope: 'openid profile email', state, nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256', ...extra,
  });
  const back = await person.logIn(url.href);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true });
  return { tokens, back, verifier, state, nonce };
}

test('a public client: code with PKCE, ID token, profile', async () => {
  const config = await discover('public', client.None());
  const { tokens } = await codeFlow(config);
  const claims = tokens.claims();
  assert.equal(claims.sub, 'auth0|ada');
  const profile = await client.fetchUserInfo(config, tokens.access_token, claims.sub);
  assert.equal(profile.email, 'ada@example.com');
});

for (const [name, method] of [['in the body', client.ClientSecretPost], ['in the header', client.ClientSecretBasic]])
  test(`a confidential client with its secret ${name}`, async () => {
    const config = await discover('confidential', method('a secret / of ü+%'));
    const { tokens } = await codeFlow(config);
    assert.equal(tokens.claims().aud, 'confidential');
  });

test('max_age is answered with auth_time', async () => {
  const config = await discover('public', client.None());
  const { tokens } = await codeFlow(config, new Person(), { max_age: '100' });
  assert.ok(Math.abs(tokens.claims().auth_time - Date.now() / 1000) < 60);
});

test('single sign-on: the second login needs no password', async () => {
  const config = await discover('public', client.None());
  const person = new Person();
  await codeFlow(config, person);
  const answer = await person.get(client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: 'openid', state: 's', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }));
  assert.ok(new URL(answer.headers.get('location')).searchParams.get('code'));
});

test('client credentials', async () => {
  const config = await discover('confidential', client.ClientSecretBasic('a secret / of ü+%'));
  const tokens = await client.clientCredentialsGrant(config, { audience: 'https://api.example.com/' });
  assert.equal(tokens.token_type, 'bearer');
  assert.equal(tokens.scope, 'read:messages write:messages');
});

test('a code works once', async () => {
  const config = await discover('public', client.None());
  const { back, verifier, state, nonce } = await codeFlow(config);
  await assert.rejects(
    client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce }),
    (error) => error.error === 'invalid_grant' && error.status === 403,
  );
});
