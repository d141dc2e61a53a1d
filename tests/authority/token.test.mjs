// AZ-601 to AZ-628: /oauth/token, /oauth/revoke, devices, and how clients say who they are.
import assert from 'node:assert/strict';
import { createHash, createHmac, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, deviceGrant, exchangeGrant, extra, grants, strict, third, web } from '../lib/tenant.mjs';

const group = scope();
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (pair) => pair.publicKey.export({ type: 'spki', format: 'pem' });
const overlapping = { ...app, client_id: 'overlap', name: 'Overlap', refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 30, token_lifetime: 1000, idle_token_lifetime: 100 } };
const steady = { ...web, client_id: 'steady', name: 'Steady', refresh_token: { rotation_type: 'non-rotating', expiration_type: 'expiring', token_lifetime: 10_000, idle_token_lifetime: 1000 } };
const keyed = { name: 'Keyed', client_id: 'keyed', app_type: 'regular_web', token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [{ pem: pem(rsa) }, { pem: pem(ec) }] } } };
const symmetric = { ...web, client_id: 'symmetric', name: 'Symmetric', client_secret: 'a-secret-for-signing-id-tokens-12345', jwt_configuration: { alg: 'HS256', lifetime_in_seconds: 600 } };
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, web, strict, third, overlapping, steady, keyed, symmetric],
    extra: { ...extra, clientGrants: [...extra.clientGrants, { client_id: 'keyed', audience: 'https://api.example.com/', scope: ['read:messages'] }] },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const verifier = 'a'.repeat(43);
const challenge = createHash('sha256').update(verifier).digest('base64url');
const credentials = (client) => (client === 'app' || client === 'overlap' || client === 'strict' ? { client_id: client } : { client_id: client, client_secret: { web: 'web-secret', steady: 'web-secret', symmetric: symmetric.client_secret }[client] });
const codeFor = async (client, more = {}) => {
  const person = new Reader(api.issuer);
  const location = await person.logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: client, response_type: 'code', redirect_uri: callback, scope: 'openid profile email offline_access', code_challenge: challenge, code_challenge_method: 'S256', nonce: 'n', ...more })}`);
  return location.searchParams.get('code');
};
const redeem = (client, code, more = {}) => api.token({ grant_type: 'authorization_code', code, redirect_uri: callback, code_verifier: verifier, ...credentials(client), ...more });
const tokensFor = async (client, more) => (await redeem(client, await codeFor(client, more))).body;
const refresh = (client, refresh_token, more = {}) => api.token({ grant_type: 'refresh_token', refresh_token, ...credentials(client), ...more });
const password = (more = {}) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid', ...more });
const refused = (answer, status, error, description) => {
  assert.deepEqual([answer.status, answer.body.error], [status, error], answer.text);
  if (description) assert.match(answer.body.error_description, description);
};

row('AZ-601', 'd', 'POST /oauth/token, authorization_code', 'code, redirect_uri, code_verifier', 'access_token, id_token, refresh_token, scope, expires_in 86400, token_type', async () => {
  const answer = await redeem('app', await codeFor('app'));
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(Object.keys(answer.body).sort(), ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type']);
  assert.deepEqual([answer.body.expires_in, answer.body.token_type, answer.body.scope], [86400, 'Bearer', 'openid profile email offline_access']);
  assert.equal(decode(answer.body.id_token).nonce, 'n');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
});

row('AZ-602', 'd', 'POST /oauth/token, authorization_code', 'a code twice', '403 invalid_grant, and what it gave is revoked', async () => {
  const code = await codeFor('app');
  const { body } = await redeem('app', code);
  const profile = () => api.get('/userinfo', { authorization: `Bearer ${body.access_token}` });
  assert.equal((await profile()).status, 200);
  refused(await redeem('app', code), 403, 'invalid_grant', /^Invalid authorization code$/);
  assert.equal((await profile()).status, 401);
  refused(await refresh('app', body.refresh_token), 403, 'invalid_grant', /^Unknown or invalid refresh token\.$/);
});

row('AZ-603', 'd', 'POST /oauth/token, authorization_code', 'another verifier, none, or one without a challenge', '403 invalid_grant, Failed to verify code verifier', async () => {
  for (const code_verifier of ['b'.repeat(43), '']) refused(await redeem('app', await codeFor('app'), { code_verifier }), 403, 'invalid_grant', /^Failed to verify code verifier$/);
  refused(await redeem('app', await codeFor('app', { code_challenge: '', code_challenge_method: '' })), 403, 'invalid_grant', /^Failed to verify code verifier$/);
});

row('AZ-604', 'd', 'POST /oauth/token, authorization_code', 'another client, another redirect_uri, after a minute', '403 invalid_grant', async () => {
  refused(await redeem('web', await codeFor('app')), 403, 'invalid_grant');
  refused(await redeem('app', await codeFor('app'), { redirect_uri: `${callback}/` }), 403, 'invalid_grant');
  const code = await codeFor('app');
  await api.advance(61);
  refused(await redeem('app', code), 403, 'invalid_grant');
});

row('AZ-605', 'd', 'POST /oauth/token, refresh_token', 'a rotating client', 'a new refresh token each time; nonce is gone, the person is the same', async () => {
  const first = await tokensFor('app');
  const second = await refresh('app', first.refresh_token);
  assert.equal(second.status, 200, second.text);
  assert.ok(second.body.refresh_token && second.body.refresh_token !== first.refresh_token);
  assert.deepEqual([decode(second.body.id_token).sub, decode(second.body.id_token).nonce], ['auth0|ada', undefined]);
  assert.equal((await refresh('app', second.body.refresh_token)).status, 200);
});

row('AZ-606', 'd', 'POST /oauth/token, refresh_token', 'a rotated token comes back', '403 invalid_grant, and the family is revoked', async () => {
  const first = await tokensFor('app');
  const second = await refresh('app', first.refresh_token);
  refused(await refresh('app', first.refresh_token), 403, 'invalid_grant', /^Unknown or invalid refresh token\.$/);
  refused(await refresh('app', second.body.refresh_token), 403, 'invalid_grant');
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${second.body.access_token}` })).status, 401);
  assert.equal((await api.logs('ferrt')).length, 1);
});

row('AZ-607', 'd', 'POST /oauth/token, refresh_token', 'the overlap of refresh_token.leeway', 'the old one still works within it', async () => {
  const first = await tokensFor('overlap');
  const second = await refresh('overlap', first.refresh_token);
  assert.equal((await refresh('overlap', first.refresh_token)).status, 200);
  await api.advance(31);
  refused(await refresh('overlap', first.refresh_token), 403, 'invalid_grant');
  refused(await refresh('overlap', second.body.refresh_token), 403, 'invalid_grant');
});

row('AZ-628', 'x', 'POST /oauth/token, refresh_token', 'a rotated token and the Idempotency-Key of the request that rotated it', 'tokens again, while nobody has used those that came of it', async () => {
  const ask = (refresh_token, name) => api.token({ grant_type: 'refresh_token', refresh_token, ...credentials('app') }, name ? { 'idempotency-key': name } : {});
  const good = async (...asked) => { const answer = await ask(...asked); assert.equal(answer.status, 200, answer.text); return answer.body.refresh_token; };
  const first = (await tokensFor('app')).refresh_token;
  const lost = [await good(first, '"one"'), await good(first, '"one"')];
  await api.advance(3600);
  const second = await good(first, '"one"'); // however late
  assert.equal(new Set([first, ...lost, second]).size, 4);
  const third = await good(second, '"two"');
  refused(await ask(first, '"one"'), 403, 'invalid_grant'); // what came of it has been used: two have it
  refused(await ask(third, '"three"'), 403, 'invalid_grant');

  for (const [why, name, again] of [['another name', '"a"', '"b"'], ['none the second time', '"a"', ''], ['none the first time', '', '"a"']]) {
    const token = (await tokensFor('app')).refresh_token, next = await good(token, name);
    refused(await ask(token, again), 403, 'invalid_grant');
    assert.equal((await ask(next)).status, 403, why);
  }

  const token = (await tokensFor('app')).refresh_token, given = await good(token, '"a"'), instead = await good(token, '"a"');
  refused(await ask(given), 403, 'invalid_grant'); // the answer was not lost: two have it
  refused(await ask(instead), 403, 'invalid_grant');

  const raced = (await tokensFor('app')).refresh_token;
  const all = await Promise.all(Array.from({ length: 4 }, () => ask(raced, '"r"')));
  assert.ok(all.some((a) => a.status === 200));
});

row('AZ-608', 'd', 'POST /oauth/token, refresh_token', 'idle and absolute lifetimes', 'over', async () => {
  const idle = await tokensFor('overlap');
  await api.advance(101);
  refused(await refresh('overlap', idle.refresh_token), 403, 'invalid_grant');
  let { refresh_token } = await tokensFor('overlap');
  for (let i = 0; i < 12; i++) {
    await api.advance(90);
    const next = await refresh('overlap', refresh_token);
    if (i < 11) assert.equal(next.status, 200, String(i));
    else refused(next, 403, 'invalid_grant');
    refresh_token = next.body.refresh_token;
  }
});

row('AZ-609', 'd', 'POST /oauth/token, refresh_token', 'a client that does not rotate', 'the same token stays good, as long as it is used', async () => {
  const { refresh_token } = await tokensFor('steady');
  for (let i = 0; i < 4; i++) {
    const next = await refresh('steady', refresh_token);
    assert.equal(next.status, 200, next.text);
    assert.equal(next.body.refresh_token, undefined);
    await api.advance(900);
  }
  await api.advance(1001);
  refused(await refresh('steady', refresh_token), 403, 'invalid_grant');
});

row('AZ-610', 'd', 'POST /oauth/token, refresh_token', 'fewer scopes, or more', 'fewer are given; 400 invalid_scope', async () => {
  const { refresh_token } = await tokensFor('steady');
  assert.equal((await refresh('steady', refresh_token, { scope: 'openid' })).body.scope, 'openid');
  refused(await refresh('steady', refresh_token, { scope: 'openid read:messages' }), 400, 'invalid_scope');
});

row('AZ-611', 'd', 'POST /oauth/token, refresh_token', 'another client, an unknown token', '403 invalid_grant; the owner\'s still works', async () => {
  const { refresh_token } = await tokensFor('app');
  refused(await refresh('overlap', refresh_token), 403, 'invalid_grant');
  refused(await refresh('app', 'v1.nothing'), 403, 'invalid_grant');
  assert.equal((await refresh('app', refresh_token)).status, 200);
});

row('AZ-612', 'd', 'offline_access', 'an API that does not allow it, or a client without the grant', 'no refresh token', async () => {
  assert.equal((await tokensFor('app', { audience: 'https://quiet.example.com/' })).refresh_token, undefined);
  assert.ok((await tokensFor('app', { audience: 'https://api.example.com/' })).refresh_token);
  assert.equal((await tokensFor('strict')).refresh_token, undefined);
});

test('twenty refreshes of one token at once: at most one wins', async () => {
  const { refresh_token } = await tokensFor('app');
  const answers = await Promise.all(Array.from({ length: 20 }, () => refresh('app', refresh_token)));
  assert.ok(answers.filter((a) => a.status === 200).length <= 1);
});

row('AZ-613', 'd', 'POST /oauth/revoke', 'a refresh token', '200, and it is gone; 200 for an unknown one; other clients\' stay', async () => {
  const { refresh_token } = await tokensFor('app');
  const revoke = (fields) => api.form('/oauth/revoke', fields);
  assert.equal((await revoke({ client_id: 'overlap', token: refresh_token })).status, 200);
  assert.equal((await refresh('app', refresh_token)).status, 200);
  const { refresh_token: other } = await tokensFor('app');
  assert.equal((await api.post('/oauth/revoke', { client_id: 'app', token: other })).status, 200);
  refused(await refresh('app', other), 403, 'invalid_grant');
  assert.equal((await revoke({ client_id: 'app', token: 'unknown' })).status, 200);
  refused(await revoke({ client_id: 'nobody', token: 'x' }), 401, 'invalid_client');
  refused(await revoke({ client_id: 'app' }), 400, 'invalid_request', /token/);
});

row('AZ-614', 'd', 'POST /oauth/token, password', 'right and wrong credentials', 'tokens; 403 invalid_grant Wrong email or password.', async () => {
  const answer = await password();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(decode(answer.body.id_token).sub, 'auth0|ada');
  refused(await password({ password: 'no' }), 403, 'invalid_grant', /^Wrong email or password\.$/);
  refused(await password({ username: 'nobody@example.com' }), 403, 'invalid_grant', /^Wrong email or password\.$/);
  refused(await password({ username: 'mallory@example.com', password: 'Blocked-Account-9' }), 403, 'unauthorized', /^user is blocked$/);
});

row('AZ-615', 'd', 'POST /oauth/token, password', 'ten failures', '429 too_many_attempts', async () => {
  for (let i = 0; i < 10; i++) await password({ password: 'no' });
  refused(await password(), 429, 'too_many_attempts');
});

row('AZ-616', 'd', 'POST /oauth/token, password-realm', 'a realm', 'tokens; an unknown realm is refused', async () => {
  assert.equal((await password({ grant_type: grants.realm, realm: 'Username-Password-Authentication' })).status, 200);
  refused(await password({ grant_type: grants.realm, realm: 'nowhere' }), 400, 'invalid_request', /^Unknown realm nowhere\.$/);
  refused(await password({ grant_type: grants.realm }), 400, 'invalid_request', /^Missing required parameter: realm$/);
});

row('AZ-617', 'd', 'POST /oauth/token, client_credentials', 'secret and audience', 'a JWT with gty; without the grant 403 access_denied', async () => {
  const ask = (more = {}) => api.post('/oauth/token', { grant_type: 'client_credentials', ...credentials('web'), audience: 'https://api.example.com/', ...more });
  const answer = await ask();
  assert.equal(answer.status, 200, answer.text);
  const claims = decode(answer.body.access_token);
  assert.deepEqual([claims.gty, claims.sub, claims.aud, claims.scope], ['client-credentials', 'web@clients', 'https://api.example.com/', 'read:messages']);
  refused(await ask({ audience: 'https://hs.example.com/' }), 403, 'access_denied', /^Client is not authorized to access "https:\/\/hs\.example\.com\/"\./);
  refused(await ask({ client_secret: 'wrong' }), 401, 'access_denied', /^Unauthorized$/);
});

row('AZ-618', 'd', 'POST /oauth/token, token exchange', 'an access token of ours, for the next API', 'a token for it with the scopes of the client\'s grant', async () => {
  const { access_token } = await tokensFor('web', { audience: 'https://api.example.com/', scope: 'openid read:messages' });
  const exchange = (more = {}) => api.token({ grant_type: exchangeGrant, ...credentials('web'), subject_token: access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/', ...more });
  const answer = await exchange();
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token');
  const claims = decode(answer.body.access_token);
  assert.deepEqual([claims.sub, claims.aud, claims.scope, claims.azp], ['auth0|ada', 'https://quiet.example.com/', 'read:it', 'web']);
  refused(await exchange({ audience: 'https://hs.example.com/' }), 403, 'access_denied');
  refused(await exchange({ subject_token: `${access_token}x` }), 403, 'invalid_grant');
  refused(await exchange({ subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }), 400, 'invalid_request');
});

test('token exchange: what cannot be given is refused with its reason, and what has no value is not there', async () => {
  const type = (name) => `urn:ietf:params:oauth:token-type:${name}`;
  const { access_token } = await tokensFor('web', { audience: 'https://api.example.com/', scope: 'openid read:messages' });
  const exchange = (more) => api.token({ grant_type: exchangeGrant, ...credentials('web'), subject_token: access_token, subject_token_type: type('access_token'), audience: 'https://quiet.example.com/', ...more });
  const refusals = [
    [400, 'invalid_request', 'requested_token_type_unknown', ['refresh_token', 'id_token', 'jwt', 'saml2', 'ACCESS_TOKEN'].map((name) => ({ requested_token_type: type(name) }))],
    [400, 'invalid_request', 'subject_token_type_unknown', ['id_token', 'jwt', 'refresh_token'].map((name) => ({ subject_token_type: type(name) }))],
    [400, 'invalid_request', 'actor_token_unsupported', [{ actor_token: access_token, actor_token_type: type('access_token') }, { actor_token: 'x' }, { actor_token_type: type('access_token') }]],
    [400, 'invalid_scope', 'scope_wider', [{ scope: 'delete:all' }, { scope: 'read:it delete:all' }]],
    [403, 'access_denied', 'audience_same', [{ audience: 'https://api.example.com/' }]],
    [403, 'access_denied', 'client_grant_missing', [{ audience: 'https://nowhere.example.com/' }]],
  ];
  for (const [status, error, reason, all] of refusals)
    for (const more of all) {
      const answer = await exchange(more);
      assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [status, error, reason], JSON.stringify(more));
    }
  for (const more of [{ requested_token_type: type('access_token') }, { requested_token_type: '' }, { actor_token: '', actor_token_type: '' }, { scope: '' }, { scope: 'read:it' }]) {
    const answer = await exchange(more);
    assert.deepEqual([answer.status, answer.body.scope, answer.body.issued_token_type], [200, 'read:it', type('access_token')], JSON.stringify(more));
  }
});

row('AZ-619', 'd', 'POST /oauth/device/code', 'a device', 'device_code, user_code of twice four letters, verification_uri(_complete), expires_in 900, interval 5', async () => {
  const { status, body } = await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' });
  assert.equal(status, 200);
  assert.match(body.user_code, /^[BCDFGHJ-NP-TV-XZ]{4}-[BCDFGHJ-NP-TV-XZ]{4}$/);
  assert.deepEqual([body.verification_uri, body.verification_uri_complete, body.expires_in, body.interval], [`${api.issuer}activate`, `${api.issuer}activate?user_code=${body.user_code}`, 900, 5]);
  refused(await api.form('/oauth/device/code', { client_id: 'strict' }), 403, 'unauthorized_client');
});

const device = async () => {
  const { body } = await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid profile offline_access' });
  return { ...body, poll: () => api.token({ grant_type: deviceGrant, client_id: 'app', device_code: body.device_code }) };
};

row('AZ-620', 'd', 'POST /oauth/token, device_code', 'before, too fast, after', '403 authorization_pending, 429 slow_down, tokens once', async () => {
  const d = await device();
  refused(await d.poll(), 403, 'authorization_pending');
  refused(await d.poll(), 429, 'slow_down');
  await api.advance(6);
  refused(await d.poll(), 429, 'slow_down'); // ten seconds now
  await api.advance(20);
  refused(await d.poll(), 403, 'authorization_pending');
  const person = new Reader(api.issuer);
  const login = await person.submit(await person.open(d.verification_uri_complete));
  const confirm = await person.submit(login, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.match(confirm.text, new RegExp(`Test application shows the code ${d.user_code}`));
  assert.match((await person.submit(confirm, {}, 'accept')).heading, /Device connected/);
  const tokens = await d.poll();
  assert.equal(tokens.status, 200, tokens.text);
  assert.equal(decode(tokens.body.id_token).sub, 'auth0|ada');
  assert.ok(tokens.body.refresh_token);
  refused(await d.poll(), 403, 'invalid_grant');
});

row('AZ-621', 'd', 'POST /oauth/token, device_code', 'refused by the person, expired, another client\'s', '403 access_denied, expired_token, invalid_grant', async () => {
  const d = await device();
  const person = new Reader(api.issuer);
  const confirm = await person.submit(await person.submit(await person.open('/activate'), { user_code: d.user_code.toLowerCase().replace('-', ' ') }), { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.match((await person.submit(confirm, {}, 'deny')).heading, /not connected/);
  refused(await d.poll(), 403, 'access_denied');
  const e = await device();
  refused(await api.token({ grant_type: deviceGrant, client_id: 'overlap', device_code: e.device_code }), 403, 'invalid_grant');
  await api.advance(901);
  refused(await e.poll(), 403, 'expired_token');
  assert.match((await person.submit(await person.open('/activate'), { user_code: 'BBBB-BBBB' })).alert, /wrong or has expired/);
});

const assertion = (pair, alg, claims = {}) => {
  const input = [{ alg, typ: 'JWT' }, { iss: 'keyed', sub: 'keyed', aud: api.issuer, jti: randomUUID(), iat: Math.floor(Date.now() / 1000), exp: Math.floor(Date.now() / 1000) + 60, ...claims }].map((o) => Buffer.from(JSON.stringify(o)).toString('base64url')).join('.');
  return `${input}.${sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};
const withAssertion = (client_assertion, more = {}) => api.token({ grant_type: 'client_credentials', audience: 'https://api.example.com/', client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', ...more });

row('AZ-622', 'd', 'client authentication', 'private_key_jwt', 'RS256 and ES256; once (GHSA-v3q9-2p3m-7g43); for us; not expired; by its key', async () => {
  const good = assertion(rsa, 'RS256');
  const first = await withAssertion(good);
  assert.equal(first.status, 200, first.text);
  refused(await withAssertion(good), 401, 'invalid_client', /jti has been used/);
  const second = await withAssertion(assertion(ec, 'ES256'));
  assert.equal(second.status, 200, second.text);
  const third_ = await withAssertion(assertion(rsa, 'RS256', { aud: `${api.issuer}oauth/token` }));
  assert.equal(third_.status, 200, third_.text);
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
  for (const bad of [assertion(other, 'RS256'), assertion(rsa, 'RS256', { aud: 'https://other.example/' }), assertion(rsa, 'RS256', { exp: 1 }), assertion(rsa, 'RS256', { exp: undefined }), assertion(rsa, 'RS256', { jti: undefined }), assertion(rsa, 'RS256', { sub: 'web' }), assertion(rsa, 'ES256'), `${good}x`, 'x'])
    refused(await withAssertion(bad, { client_id: 'keyed' }), 401, 'invalid_client');
  refused(await api.token({ grant_type: 'client_credentials', audience: 'https://api.example.com/', client_id: 'keyed', client_secret: 'x' }), 401, 'invalid_client', /assertion required/);
});

test('an assertion cannot be an HMAC over the public key, nor unsigned', async () => {
  const part = (o) => Buffer.from(JSON.stringify(o)).toString('base64url');
  const claims = part({ iss: 'keyed', sub: 'keyed', aud: api.issuer, jti: randomUUID(), exp: Math.floor(Date.now() / 1000) + 60 });
  const hs = `${part({ alg: 'HS256' })}.${claims}`;
  refused(await withAssertion(`${hs}.${createHmac('sha256', pem(rsa)).update(hs).digest('base64url')}`), 401, 'invalid_client');
  refused(await withAssertion(`${part({ alg: 'none' })}.${claims}.`), 401, 'invalid_client');
});

row('AZ-623', 'd', 'client authentication', 'post, basic, none; both at once; wrong', 'each works; 400 for two; 401', async () => {
  const basic = (id, secret) => ({ authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` });
  const fields = { grant_type: 'client_credentials', audience: 'https://api.example.com/' };
  assert.equal((await api.token(fields, basic('web', 'web-secret'))).status, 200);
  assert.equal((await api.token({ ...fields, ...credentials('web') })).status, 200);
  refused(await api.token({ ...fields, client_secret: 'web-secret' }, basic('web', 'web-secret')), 400, 'invalid_request');
  const wrong = await api.token(fields, basic('web', 'no'));
  refused(wrong, 401, 'access_denied');
  assert.match(wrong.headers.get('www-authenticate'), /^Basic/);
  refused(await api.token(fields), 400, 'invalid_request', /client_id/);
});

row('AZ-624', 'p', 'JsonWebToken Signature Algorithm', 'HS256 for the application', 'ID tokens signed with its secret, for as long as it says; userinfo goes on', async () => {
  const { id_token, access_token } = await tokensFor('symmetric');
  const [header, payload, signature] = id_token.split('.');
  assert.equal(JSON.parse(Buffer.from(header, 'base64url')).alg, 'HS256');
  assert.equal(createHmac('sha256', symmetric.client_secret).update(`${header}.${payload}`).digest('base64url'), signature);
  assert.equal(decode(id_token).exp - decode(id_token).iat, 600);
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${access_token}` })).status, 200);
});

row('AZ-625', 'd', 'access tokens', 'by audience', 'opaque for the profile, JWT for an API, HS256 where the API says so', async () => {
  const opaque = await tokensFor('app');
  assert.ok(!opaque.access_token.includes('.'));
  const jwt = await tokensFor('app', { audience: 'https://api.example.com/', scope: 'openid read:messages delete:everything' });
  const claims = decode(jwt.access_token);
  assert.deepEqual([claims.iss, claims.sub, claims.aud, claims.azp, claims.scope], [api.issuer, 'auth0|ada', ['https://api.example.com/', `${api.issuer}userinfo`], 'app', 'openid read:messages']);
  const hs = await tokensFor('app', { audience: 'https://hs.example.com/', scope: 'openid read:it' });
  const [header, payload, signature] = hs.access_token.split('.');
  assert.equal(createHmac('sha256', 'a-secret-of-the-api-and-nobody-else').update(`${header}.${payload}`).digest('base64url'), signature);
  assert.equal(decode(hs.access_token).aud, 'https://hs.example.com/', 'what an API can sign, too, is for that API alone');
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${hs.access_token}` })).status, 401);
  const forged = `${Buffer.from('{"alg":"HS256","typ":"at+jwt"}').toString('base64url')}.${jwt.access_token.split('.')[1]}`;
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${forged}.${createHmac('sha256', '').update(forged).digest('base64url')}` })).status, 401);
});

row('AZ-626', 'd', 'POST /oauth/token', 'unknown grant, grant not enabled, parameters missing', '403 unsupported_grant_type, 403 unauthorized_client, 400 invalid_request', async () => {
  refused(await api.token({ grant_type: 'magic', client_id: 'app' }), 403, 'unsupported_grant_type');
  refused(await api.token({ grant_type: 'password', client_id: 'strict', username: 'a', password: 'b' }), 403, 'unauthorized_client', /^Grant type 'password' not allowed for the client\.$/);
  refused(await api.token({ client_id: 'app' }), 400, 'invalid_request', /^Missing required parameter: grant_type$/);
  for (const [grant_type, name] of [['authorization_code', 'code'], ['refresh_token', 'refresh_token'], ['password', 'username'], [deviceGrant, 'device_code']])
    refused(await api.token({ grant_type, client_id: 'app' }), 400, 'invalid_request', new RegExp(`^Missing required parameter: ${name}$`));
  refused(await api.token({ grant_type: 'password', client_id: 'nobody', username: 'a', password: 'b' }), 401, 'invalid_client');
  refused(await password({ client_id: 'third' }), 403, 'unauthorized_client');
});

test('ostia.compat: openid gives 400 for invalid_grant, updated_at as a number, and claims at /userinfo alone', async (t) => {
  const strict_ = { ...web, client_id: 'standard', name: 'Standard', ostia: { compat: 'openid' } };
  const it = new Api(await startAuthority(t, { clients: [strict_], extra: { ...extra, clientGrants: [] } }));
  const fields = { client_id: 'standard', client_secret: 'web-secret' };
  refused(await it.token({ grant_type: 'refresh_token', refresh_token: 'x', ...fields }), 400, 'invalid_grant');
  const { body } = await it.token({ grant_type: 'password', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid profile', ...fields });
  assert.equal(decode(body.id_token).name, undefined);
  assert.equal(typeof (await it.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).body.updated_at, 'number');
});

row('AZ-627', 'd', 'POST /oauth/par', 'a pushed request', '201 request_uri, which works once and for its client; bad requests are refused there', async () => {
  const request = { client_id: 'app', response_type: 'code', redirect_uri: callback, state: 'pushed', code_challenge: challenge, code_challenge_method: 'S256' };
  const { status, body } = await api.form('/oauth/par', request);
  assert.equal(status, 201);
  assert.ok(body.expires_in > 0);
  const url = (client_id) => `${api.issuer}authorize?${new URLSearchParams({ client_id, request_uri: body.request_uri })}`;
  assert.equal((await new Reader(api.issuer).open(url('overlap'))).status, 400);
  const location = await new Reader(api.issuer).logIn(url('app'));
  assert.equal(location.searchParams.get('state'), 'pushed');
  assert.equal((await redeem('app', location.searchParams.get('code'))).status, 200);
  assert.equal((await new Reader(api.issuer).open(url('app'))).status, 400);
  refused(await api.form('/oauth/par', { ...request, redirect_uri: 'https://evil.example/' }), 400, 'invalid_request');
  refused(await api.form('/oauth/par', { ...request, client_id: 'web' }), 401, 'access_denied');
});
