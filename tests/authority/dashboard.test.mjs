// Who may use `/dashboard`, and that nobody else gets anything by its application.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, database, extra } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, machine],
    extra: {
      ...extra,
      databases: [database('Username-Password-Authentication', {}, { enabled_clients: ['app'] })],
      clientGrants: [managementGrant()],
      rules: [{ name: 'broken', script: 'function (user, context, callback) { throw new Error("broken"); }' }],
    },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const verifier = randomBytes(32).toString('base64url');
const request = (more = {}) => new URL(`authorize?${new URLSearchParams({
  client_id: 'ostia-dashboard', response_type: 'code', redirect_uri: `${api.issuer}dashboard`, audience: `${api.issuer}api/v2/`, scope: 'openid profile email', state: 's',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...more,
})}`, api.issuer);

/** Signs in to the dashboard; the token endpoint's answer. */
async function signIn(username, password, person = new Person()) {
  const location = await person.logIn(request(), username, password);
  assert.equal(location.origin + location.pathname, `${api.issuer}dashboard`);
  return api.token({ grant_type: 'authorization_code', client_id: 'ostia-dashboard', code: location.searchParams.get('code'), redirect_uri: `${api.issuer}dashboard`, code_verifier: verifier });
}
const call = (token, method, path, body) => new Management(authority).call(method, path, body, token);

test('an administrator gets everything, for an hour, whatever the tenant’s rules do', async () => {
  const { status, body } = await signIn('admin@example.com', 'Open-Sesame-9');
  assert.equal(status, 200, body.error_description);
  assert.equal(body.expires_in, 3600);
  assert.equal(body.refresh_token, undefined);
  const scopes = decode(body.access_token).scope.split(' ');
  for (const one of ['read:clients', 'update:users', 'create:signing_keys', 'read:client_keys']) assert.ok(scopes.includes(one), one);
  assert.equal((await call(body.access_token, 'GET', 'clients')).status, 200);
});

test('anybody else may know who they are, and nothing more', async () => {
  const { body } = await signIn('ada@example.com', 'Correct-Horse-9');
  assert.deepEqual(decode(body.access_token).scope.split(' ').filter((s) => s.includes(':')), []);
  assert.equal((await call(body.access_token, 'GET', 'clients')).status, 401);
  assert.equal((await call(body.access_token, 'GET', 'users/auth0%7Cada')).status, 401);
});

test('who is no longer an administrator, or blocked, has no power from then on', async () => {
  for (const change of [{ administrator: false }, { blocked: true }]) {
    await api.reset();
    const { body } = await signIn('admin@example.com', 'Open-Sesame-9');
    const management = await new Management(authority).authenticate();
    assert.equal((await management.call('PATCH', 'users/auth0%7Cadmin', change)).status, 200);
    assert.equal((await call(body.access_token, 'GET', 'clients')).status, 401);
  }
});

test('nobody makes themselves an administrator', async () => {
  const made = await api.post('/dbconnections/signup', {
    client_id: 'app', connection: 'Username-Password-Authentication', email: 'eve@example.com', password: 'Brand-New-7',
    user_metadata: { ostia: '{"administrator":true}' }, app_metadata: { ostia: { administrator: true } },
  });
  if (made.status === 200) {
    const { body } = await signIn('eve@example.com', 'Brand-New-7');
    assert.equal((await call(body.access_token, 'GET', 'clients')).status, 401);
  }
  const { body } = await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: `${api.issuer}api/v2/`, scope: 'openid update:current_user_metadata' });
  assert.notEqual((await call(body.access_token, 'PATCH', 'users/auth0%7Cada', { app_metadata: { ostia: { administrator: true } } })).status, 200);
});

test('its responses go to its own page only', async () => {
  for (const redirect_uri of [`${api.issuer}dashboard/`, `${api.issuer}dashboard/applications`, `${api.issuer}dashboard?x=1`, 'https://evil.example/dashboard', 'http://localhost:4000/callback', `${authority.issuer}dashboard`]) {
    const response = await fetch(request({ redirect_uri }), { redirect: 'manual' });
    assert.deepEqual([response.status, response.headers.get('location')], [403, null], redirect_uri);
  }
  const noChallenge = await fetch(request({ code_challenge: '', code_challenge_method: '' }), { redirect: 'manual' });
  assert.match(noChallenge.headers.get('location') ?? '', /error=invalid_request/);
});

test('no other way leads to its tokens', async () => {
  const fields = { client_id: 'ostia-dashboard', username: 'admin@example.com', password: 'Open-Sesame-9', audience: `${api.issuer}api/v2/` };
  assert.equal((await api.token({ grant_type: 'password', ...fields })).status, 403);
  assert.equal((await api.token({ grant_type: 'client_credentials', ...fields })).status, 403);
  assert.notEqual((await api.post('/oauth/device/code', { client_id: 'ostia-dashboard' })).status, 200);
  const embedded = await api.post('/co/authenticate', { client_id: 'ostia-dashboard', username: fields.username, password: fields.password, realm: 'Username-Password-Authentication', credential_type: 'http://auth0.com/oauth/grant-type/password-realm' }, { origin: 'http://localhost:4000' });
  assert.notEqual(embedded.status, 200);
  // An administrator's token of another application is a person's, like everybody's.
  const { body } = await api.token({ grant_type: 'password', ...fields, client_id: 'app', scope: 'openid read:clients' });
  assert.ok(!(body.scope ?? '').includes('read:clients'));
});

test('it is not one of the tenant’s applications', async () => {
  const management = await new Management(authority).authenticate();
  assert.deepEqual((await management.call('GET', 'clients')).body.map((c) => c.client_id).sort(), ['app', 'machine']);
  assert.equal((await management.call('GET', 'clients/ostia-dashboard')).status, 404);
});

test('what an administrator does is in the log with their name', async () => {
  const { body } = await signIn('admin@example.com', 'Open-Sesame-9');
  assert.equal((await call(body.access_token, 'PATCH', 'tenants/settings', { friendly_name: 'Changed' })).status, 200);
  const [entry] = await api.logs('sapi');
  assert.deepEqual([entry.client_id, entry.user_id], ['ostia-dashboard', 'auth0|admin']);
});

test('a rule is tried on what is sent along', async () => {
  const management = await new Management(authority).authenticate();
  const [rule] = (await management.call('GET', 'rules')).body;
  const input = { user: { name: 'Ada' }, context: { idToken: {} } };
  assert.match(JSON.stringify((await management.call('POST', `rules/${rule.id}/test`, input)).body), /broken/);
  const script = 'function (user, context, callback) { context.idToken["https://x.example/hi"] = "Hi " + user.name; callback(null, user, context); }';
  const tried = await management.call('POST', `rules/${rule.id}/test`, { ...input, script });
  assert.equal(tried.body.result.context.idToken['https://x.example/hi'], 'Hi Ada');
  assert.equal((await management.call('POST', 'rules/nobody/test', input)).status, 404);
});

test('the pages: a strict policy, packed files that stay, a preview for nobody else', async () => {
  const page = await fetch(`${api.issuer}dashboard/users/auth0%7Cada`);
  assert.equal(page.status, 200);
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.equal(page.headers.get('cache-control'), 'no-store');
  const script = /src="([^"]+\.js)"/.exec(await page.text())[1];
  const packed = await fetch(new URL(script, api.issuer), { headers: { 'accept-encoding': 'br' } });
  assert.deepEqual([packed.status, packed.headers.get('content-encoding')], [200, 'br']);
  assert.match(packed.headers.get('cache-control'), /immutable/);
  assert.match(packed.headers.get('content-type'), /javascript/);
  assert.equal((await fetch(`${api.issuer}dashboard/assets/../../etc/passwd`)).status, 404);
  assert.equal((await fetch(`${api.issuer}dashboard/assets/nothing.js`)).status, 404);
  assert.equal((await fetch(`${api.issuer}dashboard/preview?logo=https://evil.example/x.png`)).status, 403);
  assert.equal((await fetch(`${api.issuer}dashboardx`)).status, 404);
});
