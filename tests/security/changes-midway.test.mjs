// The tenant changes between two steps of what somebody does: whatever goes away meanwhile, the answer is one of theirs
// (4xx, or what it would have been), nobody gets tokens by it, and the program lives.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, deviceGrant, extra, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication';
const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [{ ...app, organization_usage: 'allow' }, machine],
    extra: {
      ...extra,
      databases: [database(realm, { brute_force_protection: false })],
      organizations: [{ name: 'acme', connections: [{ name: realm, assign_membership_on_login: true }] }],
      // It holds a login open for what a test changes meanwhile.
      rules: [{ name: 'slow', script: 'function (user, context, callback) { setTimeout(() => callback(null, user, context), 1500); }' }],
      clientGrants: [managementGrant()],
    },
  });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const verifier = 'v'.repeat(43);
const code_challenge = createHash('sha256').update(verifier).digest('base64url');
const url = (more = {}) => authorizeUrl(api.issuer, { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid offline_access', audience: 'https://api.example.com/', state: 's', code_challenge, code_challenge_method: 'S256', ...more });
const idOf = async (path, name) => (await api.call('GET', path)).body.find((x) => x.name === name).id;

const removals = {
  'the application': () => api.call('DELETE', 'clients/app'),
  'the connection': async () => api.call('DELETE', `connections/${await idOf('connections', realm)}`),
  'the connection’s applications': async () => api.call('PATCH', `connections/${await idOf('connections', realm)}`, { enabled_clients: [] }),
  'the API': async () => api.call('DELETE', `resource-servers/${await idOf('resource-servers', 'API')}`),
  'the organization': async () => api.call('DELETE', `organizations/${await idOf('organizations', 'acme')}`),
  'the person': () => api.call('DELETE', 'users/auth0%7Cada'),
};
const organization = () => idOf('organizations', 'acme');
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
/** What takes 1.5 seconds and more, since rules run in it. */
const underway = {
  'a login at /u/login': async () => {
    const person = new Person(), page = await person.follow(url({ organization: await organization() }));
    const submitted = await person.post(new URL('/u/login', api.issuer), { state: page.at.searchParams.get('state'), ...ada, action: 'default' });
    return () => person.get(new URL(submitted.headers.get('location'), api.issuer));
  },
  'a silent login': async () => {
    const person = new Person();
    await person.logIn(url(), ...Object.values(ada));
    return () => person.get(url({ prompt: 'none' }));
  },
  'the password grant': async () => () => api.token({ grant_type: 'password', client_id: 'app', ...ada, audience: 'https://api.example.com/', scope: 'openid offline_access' }),
  'password-realm': async () => () => api.token({ grant_type: grants.realm, client_id: 'app', realm, ...ada, scope: 'openid' }),
  'a refresh': async () => {
    const { body } = await api.token({ grant_type: 'password', client_id: 'app', ...ada, audience: 'https://api.example.com/', scope: 'openid offline_access' });
    return () => api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token });
  },
};

for (const [what, prepare] of Object.entries(underway))
  for (const [gone, remove] of Object.entries(removals))
    test(`changes midway: ${gone} goes away during ${what}`, async () => {
      const go = await prepare();
      const going = go();
      const removed = await remove();
      assert.ok(removed.status < 300, removed.text);
      const answer = await going;
      assert.ok(answer.status < 500, `${answer.status}`);
      assert.equal((await fetch(`${api.issuer}health/live`)).status, 200);
      assert.equal(authority.child?.exitCode ?? null, null);
      const to = answer.headers.get?.('location');
      const code = to && new URL(to, api.issuer).searchParams.get('code');
      if (code && gone === 'the application') {
        const tokens = await api.token({ grant_type: 'authorization_code', client_id: 'app', code, redirect_uri: callback, code_verifier: verifier });
        assert.ok(tokens.status >= 400 && tokens.status < 500, 'an application that is not there gets nothing');
      }
    });

test('changes midway: every page of a login answers when its application, connection or person is gone', async () => {
  for (const remove of Object.values(removals)) {
    await api.reset();
    await api.authenticate();
    const person = new Person();
    const login = await person.follow(url()), state = login.at.searchParams.get('state');
    const device = (await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' })).body;
    await person.follow(device.verification_uri_complete);
    assert.ok((await remove()).status < 300);
    const pages = ['/u/login', '/u/signup', '/u/reset-password/request', '/u/passwordless', '/u/mfa', '/u/mfa/enrol', '/u/consent', '/u/passkey', '/u/passkey/new', '/u/organization', '/u/account', '/u/upstream', '/authorize/resume', '/continue', '/activate', '/activate/confirm'];
    for (const page of pages) {
      const shown = await person.get(new URL(`${page}?state=${state}`, api.issuer));
      const sent = await person.post(new URL(page, api.issuer), { state, ...ada, email: 'x@example.com', user_code: device.user_code, connection: realm, action: 'default' });
      for (const { status } of [shown, sent]) assert.ok(status < 500, `${page}: ${status}`);
    }
    assert.ok((await api.token({ grant_type: deviceGrant, client_id: 'app', device_code: device.device_code })).status < 500);
  }
  await until(async () => (await fetch(`${api.issuer}health/live`)).status === 200, 'it lives');
});
