// Token introspection (RFC 7662): who may know of which token, and that asking changes nothing.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Management, managementGrant, machine } from '../lib/management.mjs';
import { Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, web } from '../lib/tenant.mjs';

const group = scope(), audience = 'https://api.example.com/';
const resource = { name: 'API itself', client_id: 'resource', client_secret: 'resource-secret', app_type: 'resource_server', resource_server_identifier: audience, grant_types: [] };
let api;
before(async () => {
  const authority = await startAuthority(group, {
    clients: [app, { ...web, refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring' } }, machine, resource, { ...resource, client_id: 'other', name: 'Another API', resource_server_identifier: 'https://quiet.example.com/' }],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] },
  });
  api = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());
const ask = (token, client_id = 'resource', client_secret = 'resource-secret', more = {}) => api.form('/oauth/introspect', { token, client_id, client_secret, ...more });
const login = async (more = {}) => {
  const location = await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'web', response_type: 'code', redirect_uri: callback, scope: 'openid offline_access read:messages', audience, ...more })}`);
  return (await api.token({ grant_type: 'authorization_code', client_id: 'web', client_secret: 'web-secret', code: location.searchParams.get('code'), redirect_uri: callback })).body;
};

test('the API that a token is for, and the application that has it, are told', async () => {
  const { access_token } = await login();
  for (const [id, secret] of [['resource', 'resource-secret'], ['web', 'web-secret']]) {
    const { status, body, headers } = await ask(access_token, id, secret);
    assert.equal(status, 200);
    assert.deepEqual([body.active, body.client_id, body.sub, body.token_type, body.username, body.iss], [true, 'web', 'auth0|ada', 'Bearer', 'ada@example.com', api.issuer]);
    assert.ok(body.scope.includes('read:messages') && body.exp > body.iat && body.aud.includes(audience));
    assert.equal(headers.get('cache-control'), 'no-store');
  }
});
test('to others each token is as good as none', async () => {
  const { access_token, refresh_token } = await login();
  for (const token of [access_token, refresh_token, 'nothing of ours', 'a.b.c'])
    assert.deepEqual((await ask(token, 'other')).body, { active: false });
  assert.deepEqual((await ask(refresh_token)).body, { active: false });
});
test('a machine token, an opaque token, a refresh token', async () => {
  const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience });
  assert.deepEqual([(await ask(body.access_token)).body.sub, (await ask(body.access_token)).body.active], ['web@clients', true]);
  const opaque = await login({ audience: '' });
  assert.equal((await ask(opaque.access_token, 'web', 'web-secret')).body.active, true);
  const { refresh_token } = await login();
  for (let i = 0; i < 3; i++) assert.equal((await ask(refresh_token, 'web', 'web-secret', { token_type_hint: 'refresh_token' })).body.active, true);
  assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'web', client_secret: 'web-secret', refresh_token })).status, 200);
  assert.equal((await ask(refresh_token, 'web', 'web-secret')).body.active, false);
});
test('what is over is not active: expired, revoked, of somebody blocked, of an ID token', async () => {
  const { access_token, refresh_token, id_token } = await login();
  assert.deepEqual((await ask(id_token, 'web', 'web-secret')).body, { active: false });
  await api.form('/oauth/revoke', { token: refresh_token, client_id: 'web', client_secret: 'web-secret' });
  assert.deepEqual((await ask(access_token)).body, { active: false });
  const next = await login();
  await api.call('PATCH', 'users/auth0%7Cada', { blocked: true });
  assert.deepEqual((await ask(next.access_token)).body, { active: false });
  await api.call('PATCH', 'users/auth0%7Cada', { blocked: false });
  const last = await login();
  await api.advance(90_000);
  assert.deepEqual((await ask(last.access_token)).body, { active: false });
});
test('strangers get the error of the standard', async () => {
  const { access_token } = await login();
  for (const [id, secret, status] of [['resource', 'wrong', 401], ['nobody', 'x', 401], ['app', '', 401], ['', '', 400]]) {
    const answer = await ask(access_token, id, secret);
    assert.equal(answer.status, status, `${id}: ${answer.text}`);
    assert.equal(answer.body.active, undefined);
  }
  assert.equal((await ask('')).body.error, 'invalid_request');
  assert.equal((await api.get(`/oauth/introspect?token=${access_token}`)).status, 405);
});
