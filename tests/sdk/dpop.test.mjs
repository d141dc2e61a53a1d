// The SDK with a key of its own (RFC 9449) against the authority: what it gets, keeps, renews and shows is bound to it.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { Probe } from '../lib/probe.mjs';
import { folder, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { extra } from '../lib/tenant.mjs';

const group = scope(), audience = 'https://bound.example.com/';
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid offline_access', audience };
let authority, domain;
before(async () => {
  authority = await startAuthority(group, {
    clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'http://auth0.com/oauth/grant-type/password-realm'], refresh_token: { rotation_type: 'rotating', leeway: 0 } }],
    extra: { ...extra, resourceServers: [...extra.resourceServers, { name: 'Bound', identifier: audience, scopes: [{ value: 'read:it' }], allow_offline_access: true, proof_of_possession: { mechanism: 'dpop', required: true } }] },
  });
  domain = authority.devIssuer.slice(0, -1);
});
const probe = (t, more) => new Probe(t).make({ domain, client_id: 'native', issuer: authority.devIssuer, ...more });

test('tokens are bound to the key, kept and renewed with it, and another key or none has no use of them', async (t) => {
  const helper = await probe(t), key = async () => (await helper.say({ generate_dpop_key: true })).value;
  const dpop_key = await key(), directory = folder(), p = await probe(t, { dpop_key });
  await p.say({ credentials: { directory, lock_directory: directory, passphrase: 'test' } });
  assert.equal((await helper.error('client_login', ada)).code, 'invalid_request', 'the API wants a key');
  const login = await p.value('client_login', ada);
  assert.equal(login.token_type, 'DPoP');
  assert.match(decode(login.access_token).cnf.jkt, /^[\w-]{43}$/);
  await p.value('credentials_store', login);
  assert.equal((await p.value('user_info', login)).sub, 'auth0|ada');
  const fresh = await p.value('credentials_get', { force: true });
  assert.equal(decode(fresh.access_token).cnf.jkt, decode(login.access_token).cnf.jkt);
  assert.equal((await helper.error('user_info', fresh)).status, 401);
  const stranger = await probe(t, { dpop_key: await key() });
  assert.equal((await stranger.error('user_info', fresh)).status, 401);
  assert.equal((await stranger.error('refresh_token', fresh)).code, 'invalid_grant');
  assert.equal((await helper.error('refresh_token', fresh)).code, 'invalid_grant');
  assert.equal((await p.value('refresh_token', fresh)).token_type, 'DPoP');
});

test('headers for a call of the program\'s own are good at a resource', async (t) => {
  const helper = await probe(t), { value: dpop_key } = await helper.say({ generate_dpop_key: true });
  const p = await probe(t, { dpop_key }), login = await p.value('client_login', ada);
  const headers = await p.value('authorization_headers', { method: 'GET', url: `${authority.devIssuer}userinfo`, access_token: login.access_token });
  const { status, body } = await new Api(authority).get('/userinfo', headers);
  assert.deepEqual([status, body.sub], [200, 'auth0|ada']);
});
