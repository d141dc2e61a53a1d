// How administrators are guarded: a second factor, a login that is recent for what is dangerous, short sessions, and
// networks.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { folder, runOstia, startAuthority, tenantFile } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope();
const admin = { username: 'admin@example.com', password: 'Open-Sesame-9' };
let api;
before(async () => {
  api = new Management(await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

/** Stops where the dashboard would take its code. */
class Admin extends Reader {
  async follow(url, options) {
    let response = await this.get(url, options), at = new URL(url, this.issuer);
    while (response.status === 302) {
      at = new URL(response.headers.get('location'), at);
      if (at.pathname === '/dashboard' || at.origin !== new URL(this.issuer).origin) break;
      response = await this.get(at);
    }
    return response;
  }
}

const verifier = randomBytes(32).toString('base64url');
const request = (more = {}) => `/authorize?${new URLSearchParams({
  client_id: 'ostia-dashboard', response_type: 'code', redirect_uri: `${api.issuer}dashboard`, audience: `${api.issuer}api/v2/`, scope: 'openid profile email', state: 's',
  code_challenge: createHash('sha256').update(verifier).digest('base64url'), code_challenge_method: 'S256', ...more,
})}`;
const redeem = async (location) => (await api.token({ grant_type: 'authorization_code', client_id: 'ostia-dashboard', code: location.searchParams.get('code'), redirect_uri: `${api.issuer}dashboard`, code_verifier: verifier })).body;
const signIn = async (person = new Admin(api.issuer), more = {}) => {
  const page = await person.open(request(more));
  const end = page.location ? page : await person.submit(page, admin);
  assert.ok(end.location, end.heading);
  return redeem(end.location);
};
const set = async (administration) => assert.equal((await api.call('PATCH', 'tenants/settings', { ostia: { administration } })).status, 200);
const clock = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;

test('administrators: a second factor is asked for, set up at the first login, and asked for at the next', async () => {
  await set({ second_factor: true });
  const person = new Admin(api.issuer);
  const enrolment = await person.submit(await person.open(request()), admin);
  assert.equal(enrolment.heading, 'Set up an authenticator app', 'though the tenant has turned no factor on');
  const silent = await person.open(request({ prompt: 'none' }));
  assert.equal(silent.location.searchParams.get('error'), 'login_required');
  const secret = /<code>([A-Z2-7]{32})/.exec(enrolment.html)[1];
  let page = await person.submit(enrolment, { code: totp(secret, await clock()) });
  if (page.heading === 'Save this recovery code') page = await person.submit(page);
  assert.match(decode((await redeem(page.location)).access_token).scope, /read:clients/);
  await api.advance(60);
  const other = new Admin(api.issuer);
  const asked = await other.submit(await other.open(request()), admin);
  assert.equal(asked.heading, 'Enter the code');
  assert.ok((await other.submit(asked, { code: totp(secret, await clock()) })).location.searchParams.get('code'));
  const ada = new Admin(api.issuer);
  assert.ok((await ada.submit(await ada.open(request()), { username: 'ada@example.com', password: 'Correct-Horse-9' })).location, 'who administers nothing is not asked');
});

test('administrators: --dev asks for none unless it is said', async () => {
  assert.ok((await signIn()).access_token);
});

test('administrators: without --dev a second factor is the default, and lint names who turns it off', async () => {
  const dir = folder();
  const off = tenantFile(dir, { clients: [app], extra: { ...extra, tenant: { ostia: { administration: { second_factor: false } } } } });
  assert.match((await runOstia(['lint', off])).stdout, /administration\.second_factor/);
  const silent = tenantFile(folder(), { clients: [app], extra });
  assert.doesNotMatch((await runOstia(['lint', silent])).stdout, /administration\.second_factor/);
});

const dangerous = [
  ['POST', 'clients/app/rotate-secret', {}], ['POST', 'keys/signing/rotate', {}], ['DELETE', 'clients/app'], ['DELETE', 'users/auth0%7Cada'],
  ['PATCH', 'attack-protection/brute-force-protection', { enabled: false }], ['PATCH', 'users/auth0%7Cada', { administrator: true }], ['POST', 'jobs/users-exports', { format: 'json' }],
  ['POST', 'rules', { name: 'r', script: 'function (user, context, callback) { callback(null, user, context); }' }], ['POST', 'actions/actions', { name: 'a', supported_triggers: [{ id: 'post-login', version: 'v3' }], code: '' }],
  ['POST', 'log-streams', { name: 'l', type: 'http', sink: { httpEndpoint: 'https://logs.example/' } }], ['PATCH', 'tenants/settings', { ostia: { administration: { second_factor: false } } }],
  ['POST', 'client-grants', { client_id: 'app', audience: 'https://api.example.com/', scope: [] }], ['GET', 'clients/machine?fields=client_secret'], ['PUT', 'guardian/policies', []],
  // As good as that: other ways into an account, other places for its mails, other programs that are told.
  ['POST', 'users/auth0%7Cada/identities', { provider: 'auth0', user_id: 'grace' }], ['DELETE', 'users/auth0%7Cada/identities/auth0/grace'], ['PATCH', 'users/auth0%7Cada', { email: 'evil@example.com' }], ['PATCH', 'users/auth0%7Cada', { email_verified: true }],
  ['POST', 'users/auth0%7Cada/authentication-methods', { type: 'email', email: 'evil@example.com' }], ['PUT', 'users/auth0%7Cada/authentication-methods', []], ['DELETE', 'users/auth0%7Cada/authentication-methods'], ['POST', 'users/auth0%7Cada/recovery-code-regeneration', {}],
  ['POST', 'event-streams', { name: 'e', destination: {} }], ['POST', 'connections', { name: 'evil', strategy: 'oidc' }], ['PATCH', 'clients/app', { callbacks: ['https://evil.example/'] }], ['PUT', 'branding/templates/universal-login', { template: '<p>' }], ['PUT', 'keys/custom-signing', { keys: [] }],
];

test('administrators: what is dangerous takes a login of the last quarter of an hour', async () => {
  const person = new Admin(api.issuer);
  const { access_token } = await signIn(person);
  assert.ok(decode(access_token).auth_time > 0);
  await api.advance(880);
  assert.equal((await api.call('GET', 'clients/machine', undefined, access_token)).body.client_secret, 'machine-secret', 'fifteen minutes are recent');
  await api.advance(21);
  for (const [method, path, body] of dangerous) {
    const answer = await fetch(`${api.issuer}api/v2/${path}`, { method, headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' }, body: body && JSON.stringify(body) });
    assert.deepEqual([answer.status, (await answer.json()).errorCode], [403, 'insufficient_user_authentication'], `${method} ${path}`);
    assert.match(answer.headers.get('www-authenticate'), /^Bearer error="insufficient_user_authentication".* max_age="900"/);
  }
  const shown = await api.call('GET', 'clients/machine', undefined, access_token);
  assert.deepEqual([shown.status, shown.body.client_secret], [200, undefined], 'beside other things secrets are left out');
  assert.equal((await api.call('PATCH', 'users/auth0%7Cada', { name: 'Ada' }, access_token)).status, 200, 'other changes go on');
  const renewed = await signIn(person);
  assert.equal((await api.call('POST', 'clients/machine/rotate-secret', {}, renewed.access_token)).status, 403, 'a token that is new, of a login that is not');
  const again = await person.submit(await person.open(request({ prompt: 'login' })), admin);
  const fresh = await redeem(again.location);
  assert.equal((await api.call('POST', 'clients/machine/rotate-secret', {}, fresh.access_token)).status, 200);
});

test('administrators: a program is not asked for a login', async () => {
  await api.advance(3600);
  await api.authenticate();
  assert.equal((await api.call('POST', 'keys/signing/rotate', {})).status, 201);
});

test('administrators: how recent is a setting', async () => {
  await set({ max_age_s: 60 });
  const { access_token } = await signIn();
  await api.advance(62);
  assert.equal((await api.call('POST', 'keys/signing/rotate', {}, access_token)).body.errorCode, 'insufficient_user_authentication');
});

test('administrators: their session ends after an hour of nothing and after eight, whatever the tenant’s may', async () => {
  const person = new Admin(api.issuer);
  await signIn(person);
  for (let hour = 0; hour < 8; hour++) {
    await api.advance(3580);
    assert.ok((await person.open(request({ prompt: 'none' }))).location.searchParams.get('code'), `after ${hour} hours`);
  }
  await api.advance(161);
  assert.equal((await person.open(request({ prompt: 'none' }))).location.searchParams.get('error'), 'login_required');
  const idle = new Admin(api.issuer);
  await signIn(idle);
  await api.advance(3601);
  assert.equal((await idle.open(request())).heading, 'Welcome');
});

test('administrators: the token’s life is a setting of two hours at most', async () => {
  assert.equal((await signIn()).expires_in, 3600);
  await set({ token_lifetime_s: 600 });
  assert.equal((await signIn()).expires_in, 600);
  await set({ token_lifetime_s: 7200 });
  assert.equal((await signIn()).expires_in, 7200);
});

test('administrators: only from the networks that the operator names', async (t) => {
  const guarded = await startAuthority(t, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] }, args: ['--admin-network', '10.9.0.0/16', '--admin-network', '192.0.2.7', '--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1'] });
  const ask = (path, from) => fetch(`${guarded.devIssuer}${path}`, { redirect: 'manual', headers: { 'x-forwarded-for': from, accept: 'text/html' } });
  for (const path of ['dashboard', 'dashboard/users', 'api/v2/users', 'setup?ticket=x']) {
    const refused = await ask(path, '10.8.255.255');
    assert.equal(refused.status, 403, path);
    assert.match(await refused.text(), /admin-network/);
  }
  assert.equal((await ask('dashboard', '10.9.1.2')).status, 200);
  assert.equal((await ask('dashboard', '192.0.2.7')).status, 200);
  assert.equal((await ask('dashboard', '192.0.2.8')).status, 403);
  assert.equal((await ask('api/v2/users', '10.9.1.2')).status, 401);
  assert.equal((await ask('account', '10.8.0.1')).status, 302, 'people come in from everywhere');
  assert.match(guarded.log(), /admin_network_refused/);
  const bad = await runOstia(['serve', '--data', folder(), '--admin-network', '10.9.0.0/99']);
  assert.deepEqual([bad.code !== 0, /--admin-network/.test(bad.stderr)], [true, true]);
});

test('administrators: a setting that means nothing is refused, by the API and in a file', async () => {
  for (const administration of [{ token_lifetime_s: 7201 }, { token_lifetime_s: 59 }, { max_age_s: 86_401 }, { second_factor: 'yes' }, { secondFactor: true }, { session_lifetime: 0 }]) {
    const answer = await api.call('PATCH', 'tenants/settings', { ostia: { administration } });
    assert.equal(answer.status, 400, JSON.stringify(administration));
    const file = tenantFile(folder(), { clients: [app], extra: { ...extra, tenant: { ostia: { administration } } } });
    const read = await runOstia(['import', file, '--data', folder()]);
    assert.notEqual(read.code, 0, JSON.stringify(administration));
    assert.match(read.stderr, /ostia\.administration/);
  }
});
