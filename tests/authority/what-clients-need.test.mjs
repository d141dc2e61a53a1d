// What unmodified libraries and programs of others ask for beside the standards: each test says whose it is.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import vm from 'node:vm';
import { Reader } from '../lib/authority.mjs';
import { Management, managementGrant, machine } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, origin, third, web } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const mfa = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const other = 'https://other.example.com/';
describe('what clients need', () => {
  const group = scope();
  let api;
  before(async () => {
    const authority = await startAuthority(group, {
      clients: [
        { ...app, refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', policies: [{ audience: other, scope: ['read:it', 'gone:scope'] }] } },
        { ...third, client_id: 'theirs', name: 'Theirs', grant_types: [...third.grant_types, 'refresh_token'], refresh_token: { rotation_type: 'non-rotating', expiration_type: 'expiring', policies: [{ audience: other, scope: ['read:it'] }] } },
        web, machine, { ...machine, client_id: 'org-machine', name: 'In organizations' }, { ...machine, client_id: 'org-default', name: 'In one', default_organization: { organization_id: 'org_acme000000000000', flows: ['client_credentials'] } },
      ],
      extra: {
        ...extra, resourceServers: [...extra.resourceServers, { name: 'Other', identifier: other, scopes: [{ value: 'read:it' }], allow_offline_access: true }], tenant: { allowed_logout_urls: ['http://localhost:4000/tenant-bye'] },
        organizations: [{ id: 'org_acme000000000000', name: 'acme' }, { id: 'org_other00000000000', name: 'other' }],
        clientGrants: [...extra.clientGrants, managementGrant(), ...['org-machine', 'org-default'].flatMap((client_id) => [
          { client_id, audience: 'https://api.example.com/', scope: ['read:messages'], organization_usage: client_id === 'org-machine' ? 'require' : 'allow', allow_any_organization: true },
          { client_id, audience: other, scope: ['read:it'], organization_usage: 'allow' },
        ])],
      },
    });
    api = await new Management(authority).authenticate();
  });
  beforeEach(() => api.reset());
  const login = async (more = {}) => {
    const location = await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid profile offline_access read:messages', audience: 'https://api.example.com/', ...more })}`);
    return (await api.token({ grant_type: 'authorization_code', client_id: 'app', code: location.searchParams.get('code'), redirect_uri: callback })).body;
  };

  test('passport-auth0, django-allauth: GET /userinfo?access_token=, unless the tenant turns it off', async () => {
    const { access_token } = await login();
    assert.equal((await api.get(`/userinfo?access_token=${access_token}`)).body.sub, 'auth0|ada');
    assert.equal((await api.get('/userinfo?access_token=wrong')).status, 401);
    assert.equal((await api.call('PATCH', 'tenants/settings', { ostia: { userinfo_by_query: false } })).status, 200);
    assert.equal((await api.get(`/userinfo?access_token=${access_token}`)).status, 401);
    assert.equal((await api.get('/userinfo', { authorization: `Bearer ${access_token}` })).status, 200);
  });

  test('somebody else\'s application: its refresh token goes to another API once the person has agreed to that one, too', async () => {
    const agree = async (audience, scope) => {
      const person = new Reader(api.issuer), page = await person.open(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'theirs', response_type: 'code', redirect_uri: third.callbacks[0], scope, audience, state: 's', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' })}`);
      const { location } = await person.submit(await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' }), {}, 'accept');
      return (await api.token({ grant_type: 'authorization_code', client_id: 'theirs', code: location.searchParams.get('code'), redirect_uri: third.callbacks[0], code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' })).body;
    };
    const refresh = (refresh_token, more) => api.token({ grant_type: 'refresh_token', client_id: 'theirs', refresh_token, ...more });
    const { refresh_token } = await agree('https://api.example.com/', 'openid offline_access read:messages');
    assert.equal((await refresh(refresh_token)).status, 200);
    const refused = await refresh(refresh_token, { audience: other });
    assert.deepEqual([refused.status, refused.body.error, refused.body.access_token], [403, 'consent_required', undefined]);
    await agree(other, 'openid offline_access read:it');
    assert.equal((await refresh(refresh_token, { audience: other })).status, 200);
  });

  test('Lock: scripts that tell an application its connections', async () => {
    const answer = await api.get('/client/app.js?t1');
    assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cross-origin-resource-policy')], [200, 'application/javascript; charset=utf-8', 'cross-origin']);
    const heard = {};
    const page = vm.createContext({ Auth0: { setClient: (x) => (heard.client = x), setTenant: (x) => (heard.tenant = x) } });
    vm.runInContext(answer.text, page);
    assert.equal(heard.client.id, 'app');
    const strategies = Object.fromEntries(heard.client.strategies.map((s) => [s.name, s.connections.map((c) => c.name)]));
    assert.deepEqual(JSON.parse(JSON.stringify(strategies)), { auth0: ['Username-Password-Authentication'], email: ['email'], sms: ['sms'] });
    vm.runInContext((await api.get('/info-v1.js?t1')).text, page);
    assert.ok(heard.tenant.clientsConnections.app.includes('Username-Password-Authentication'));
    for (const path of ['/client/nobody.js', '/client/ostia-dashboard.js', '/client/.js', '/client/%ff.js']) assert.equal((await api.get(path)).status, 404, path);
  });

  test('password managers: /.well-known/change-password', async () => {
    const answer = await api.get('/.well-known/change-password');
    assert.deepEqual([answer.status, answer.headers.get('location')], [302, `${api.issuer}account/password`]);
  });

  for (const [parameter, good] of [['returnTo', `${origin}/bye`], ['returnTo', 'http://localhost:4000/tenant-bye']])
    test(`logout addresses: query and fragment do not count (${good})`, async () => {
      const client = good.endsWith('tenant-bye') ? {} : { client_id: 'app' };
      const leave = (to) => api.get(`/v2/logout?${new URLSearchParams({ ...client, [parameter]: to })}`);
      for (const more of ['', '?x=1', '#h', '?x=1&y=2#h', '?']) assert.deepEqual([(await leave(good + more)).status, (await leave(good + more)).headers.get('location')], [302, good + more], more);
      for (const bad of [`${good}/more?x`, `${good}x`, good.replace('localhost', 'evil.example') + '?x', `https://evil.example/?${good}`, `https://evil.example/#${good}`, `${good}\\@evil.example`, `${good}?x\r\nSet-Cookie: a=b`])
        assert.equal((await leave(bad)).status, 400, bad);
    });

  test('spa-js useMrrt, auth0-server-js: another API by the same refresh token, as far as the policy goes', async () => {
    const { refresh_token } = await login();
    const renew = (token, more) => api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: token, ...more });
    const first = await renew(refresh_token, { audience: other, scope: 'openid read:it' });
    assert.equal(first.status, 200, first.text);
    assert.deepEqual(decode(first.body.access_token).aud, [other, `${api.issuer}userinfo`]);
    assert.equal(decode(first.body.access_token).scope, 'openid read:it');
    const second = await renew(first.body.refresh_token, { audience: other });
    assert.equal(decode(second.body.access_token).scope, 'openid profile offline_access read:it');
    const back = await renew(second.body.refresh_token);
    assert.ok([decode(back.body.access_token).aud].flat().includes('https://api.example.com/'), 'the login itself is what it was');
    const refused = await renew(back.body.refresh_token, { audience: 'https://hs.example.com/' });
    assert.deepEqual([refused.status, refused.body.error, refused.body.reason], [400, 'invalid_target', 'refresh_policy_missing'], refused.text);
  });

  describe('organizations at client credentials', () => {
    const ask = (client_id, audience, organization) => api.token({ grant_type: 'client_credentials', client_id, client_secret: 'machine-secret', audience, ...(organization && { organization }) });
    test('a grant that requires one', async () => {
      const audience = 'https://api.example.com/';
      assert.equal((await ask('org-machine', audience)).body.reason, 'organization_missing');
      for (const name of ['acme', 'org_acme000000000000']) assert.equal(decode((await ask('org-machine', audience, name)).body.access_token).org_id, 'org_acme000000000000');
      assert.deepEqual([(await ask('org-machine', audience, 'nope')).status, (await ask('org-machine', audience, 'nope')).body.reason], [400, 'organization_unknown']);
    });
    test('a grant that denies them, as by default', async () => {
      const answer = await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://api.example.com/', organization: 'acme' });
      assert.deepEqual([answer.status, answer.body.reason], [403, 'grant_without_organization']);
    });
    test('a grant that is given to some', async () => {
      assert.equal((await ask('org-machine', other, 'acme')).body.reason, 'grant_of_another_organization');
      const { body: grants } = await api.call('GET', `client-grants?client_id=org-machine&audience=${encodeURIComponent(other)}`);
      const added = await api.call('POST', 'organizations/org_acme000000000000/client-grants', { grant_id: grants[0].id });
      assert.equal(added.status, 201, added.text);
      assert.equal(decode((await ask('org-machine', other, 'acme')).body.access_token).org_id, 'org_acme000000000000');
      assert.equal((await ask('org-machine', other, 'other')).body.reason, 'grant_of_another_organization');
    });
    test('the default of the application', async () => {
      assert.equal(decode((await ask('org-default', 'https://api.example.com/')).body.access_token).org_id, 'org_acme000000000000');
      assert.equal(decode((await ask('org-default', 'https://api.example.com/', 'other')).body.access_token).org_id, 'org_other00000000000');
    });
  });
});

describe('second factors, as the newest SDKs expect them', () => {
  const group = scope();
  let api;
  before(async () => {
    const authority = await startAuthority(group, {
      clients: [{ ...app, grant_types: [...app.grant_types, ...['otp', 'oob', 'recovery-code'].map(mfa)] }],
      extra: { ...extra, guardianFactors: ['otp', 'email', 'webauthn-roaming'].map((name) => ({ name, enabled: true })), guardianPolicies: { policies: ['all-applications'] } },
    });
    api = new Management(authority);
  });
  const password = () => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' });

  test('mfa_required says what may be enrolled, then what may be challenged', async () => {
    const first = await password();
    assert.deepEqual([first.status, first.body.error], [403, 'mfa_required']);
    assert.deepEqual(first.body.mfa_requirements, { enroll: [{ type: 'email' }, { type: 'otp' }] });
    const enrolled = await api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${first.body.mfa_token}` });
    assert.equal(enrolled.status, 200, enrolled.text);
    assert.equal((await api.token({ grant_type: mfa('otp'), client_id: 'app', mfa_token: first.body.mfa_token, otp: totp(enrolled.body.secret) })).status, 200);
    const types = (await password()).body.mfa_requirements.challenge.map((one) => one.type);
    assert.ok(types.includes('otp') && !types.includes('webauthn-roaming'), types.join());
  });

  test('spa-js: a silent login that wants a factor is login_required', async () => {
    await api.reset();
    const person = new Reader(api.issuer), ask = (more) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', ...more })}`;
    await person.logIn(ask({})).catch(() => {});
    const answer = await person.get(ask({ prompt: 'none' }));
    const { searchParams } = new URL(answer.headers.get('location'));
    assert.equal(searchParams.get('error'), 'login_required');
  });
});
