// openid-client from npm, which we did not write, completes its flows against the authority, with its own checks on.
import assert from 'node:assert/strict';
import { generateKeyPairSync, webcrypto } from 'node:crypto';
import { before, test } from 'node:test';
import * as client from 'openid-client';
import { startAuthority } from '../lib/program.mjs';
import { Reader } from '../lib/authority.mjs';
import { Person } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';

const callback = 'http://localhost:9/callback';
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 }), signing = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = ({ publicKey }) => publicKey.export({ type: 'spki', format: 'pem' });
let authority;
const group = scope();
before(async () => {
  authority = await startAuthority(group, {
    clients: [
      { name: 'Public', client_id: 'public', app_type: 'spa', callbacks: [callback], allowed_logout_urls: ['http://localhost:9/bye'], grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'] },
      { name: 'Confidential', client_id: 'confidential', client_secret: 'a secret / of ü+%', app_type: 'regular_web', callbacks: [callback], grant_types: ['authorization_code', 'client_credentials'] },
      { name: 'Keyed', client_id: 'keyed', app_type: 'regular_web', callbacks: [callback], grant_types: ['authorization_code', 'client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [{ pem: pem(keys) }] } } },
      { name: 'Signing', client_id: 'signing', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code'], signed_request_object: { required: true, credentials: [{ pem: pem(signing) }] } },
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
  const before = Math.floor(Date.now() / 1000), { tokens } = await codeFlow(config, new Person(), { max_age: '100' });
  const { auth_time } = tokens.claims();
  assert.ok(auth_time >= before && auth_time <= Date.now() / 1000, `${before} ${auth_time}`);
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

test('refresh tokens rotate, and one that was revoked is refused', async () => {
  const config = await discover('public', client.None());
  const { tokens } = await codeFlow(config, new Person(), { scope: 'openid offline_access' });
  const next = await client.refreshTokenGrant(config, tokens.refresh_token);
  assert.notEqual(next.refresh_token, tokens.refresh_token);
  assert.equal(next.claims().sub, 'auth0|ada');
  await client.tokenRevocation(config, next.refresh_token);
  await assert.rejects(client.refreshTokenGrant(config, next.refresh_token), (error) => error.error === 'invalid_grant');
});

test('a device: polled by the library, approved by a person', async () => {
  const config = await discover('public', client.None());
  const device = await client.initiateDeviceAuthorization(config, { scope: 'openid email' });
  const polling = client.pollDeviceAuthorizationGrant(config, device);
  const person = new Reader(authority.devIssuer);
  const login = await person.submit(await person.open(device.verification_uri_complete));
  await person.submit(await person.submit(login, { username: 'ada@example.com', password: 'Correct-Horse-9' }), {}, 'accept');
  assert.equal((await polling).claims().email, 'ada@example.com');
});

test('a pushed request, by a client with a key of its own', async () => {
  const key = await webcrypto.subtle.importKey('pkcs8', keys.privateKey.export({ type: 'pkcs8', format: 'der' }), { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' }, false, ['sign']);
  const config = await discover('keyed', client.PrivateKeyJwt(key));
  const verifier = client.randomPKCECodeVerifier();
  const url = await client.buildAuthorizationUrlWithPAR(config, { redirect_uri: callback, scope: 'openid', state: 's', code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' });
  const back = await new Person().logIn(url.href);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: 's', idTokenExpected: true });
  assert.equal(tokens.claims().aud, 'keyed');
});

test('RP-initiated logout', async () => {
  const config = await discover('public', client.None());
  const person = new Person();
  const { tokens } = await codeFlow(config, person);
  const answer = await person.get(client.buildEndSessionUrl(config, { id_token_hint: tokens.id_token, post_logout_redirect_uri: 'http://localhost:9/bye', state: 'x' }));
  assert.equal(answer.headers.get('location'), 'http://localhost:9/bye?state=x');
});

// RFC 9449: the package makes its proofs, keeps the nonces that the authority names, and checks the type of the tokens.
for (const alg of ['ES256', 'PS256', 'Ed25519'])
  test(`DPoP by ${alg}: a public client's tokens, profile and refresh`, async () => {
    const config = await discover('public', client.None());
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
    const verifier = client.randomPKCECodeVerifier(), state = client.randomState();
    const url = client.buildAuthorizationUrl(config, {
      redirect_uri: callback, scope: 'openid email offline_access', state, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256',
      dpop_jkt: await DPoP.calculateThumbprint(),
    });
    const tokens = await client.authorizationCodeGrant(config, await new Person().logIn(url.href), { pkceCodeVerifier: verifier, expectedState: state }, undefined, { DPoP });
    assert.equal(tokens.token_type, 'dpop');
    const { sub } = tokens.claims();
    assert.equal((await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).email, 'ada@example.com');
    await assert.rejects(client.fetchUserInfo(config, tokens.access_token, sub), (e) => e.status === 401 || /401|challenge/.test(e.message));
    const next = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
    assert.equal(next.token_type, 'dpop');
    const stranger = client.getDPoPHandle(config, await client.randomDPoPKeyPair(alg));
    await assert.rejects(client.refreshTokenGrant(config, next.refresh_token, undefined, { DPoP: stranger }), (e) => e.error === 'invalid_grant');
  });

test('DPoP at pushed requests and of a machine', async () => {
  const config = await discover('confidential', client.ClientSecretBasic('a secret / of ü+%'));
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair());
  assert.equal((await client.clientCredentialsGrant(config, { audience: 'https://api.example.com/' }, { DPoP })).token_type, 'dpop');
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState();
  const url = await client.buildAuthorizationUrlWithPAR(config, { redirect_uri: callback, scope: 'openid', state, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }, { DPoP });
  const back = await new Person().logIn(url.href);
  assert.equal((await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state }, undefined, { DPoP })).token_type, 'dpop');
});

test('a request object that the package signs (RFC 9101)', async () => {
  const config = await discover('signing', client.None());
  const { privateKey } = signing, key = await webcrypto.subtle.importKey('pkcs8', privateKey.export({ type: 'pkcs8', format: 'der' }), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
  const verifier = client.randomPKCECodeVerifier(), state = client.randomState();
  const url = await client.buildAuthorizationUrlWithJAR(config, { redirect_uri: callback, scope: 'openid', state, code_challenge: await client.calculatePKCECodeChallenge(verifier), code_challenge_method: 'S256' }, key);
  assert.equal(url.searchParams.get('scope'), null);
  const back = await new Person().logIn(url.href);
  const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier: verifier, expectedState: state });
  assert.equal(tokens.claims().sub, 'auth0|ada');
});
