// Passkeys whose question an application shows itself: a login, a sign-up, and each thing that is wrong with an answer.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { SoftwareKey } from '../lib/passkey.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, database, extra, origin, third } from '../lib/tenant.mjs';

const group = scope(), grant_type = 'urn:okta:params:oauth:grant-type:webauthn', realm = 'Keys';
const fingerprint = 'AB:'.repeat(31) + 'AB', android = `android:apk-key-hash:${Buffer.alloc(32, 0xab).toString('base64url')}`;
const passkeys = { authentication_methods: { passkey: { enabled: true } } };
let api, key, domain;
before(async () => {
  const authority = await startAuthority(group, {
    clients: [
      machine, { ...app, client_id: 'phone', name: 'Phone', app_type: 'native', grant_types: [...app.grant_types, grant_type], mobile: { android: { app_package_name: 'com.example', sha256_cert_fingerprints: [fingerprint] }, ios: { team_id: 'TEAM123456', app_bundle_identifier: 'com.example.App' } } }, app,
      { ...third, client_id: 'theirs', name: 'Theirs', grant_types: [grant_type] }, { ...app, client_id: 'other', name: 'Other', grant_types: [...app.grant_types, grant_type] },
      { ...app, client_id: 'secretive', name: 'Secretive', app_type: 'regular_web', token_endpoint_auth_method: 'client_secret_post', client_secret: 'a-secret-that-is-long-enough', grant_types: [grant_type] },
    ],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()], databases: [...extra.databases, database(realm, passkeys), database('Closed', { ...passkeys, disable_signup: true })] },
  });
  api = await new Management(authority).authenticate();
  domain = new URL(api.issuer).hostname;
});
beforeEach(async () => { await api.reset(); key = new SoftwareKey(); });

const register = (more = {}) => api.post('/passkey/register', { client_id: 'phone', realm, user_profile: { email: 'kay@example.com', name: 'Kay' }, ...more });
const challenge = (more = {}) => api.post('/passkey/challenge', { client_id: 'phone', realm, ...more });
/** The device's answer to what the application was told. */
const answered = ({ body }, at = `https://${domain}`, device = key) => ({ auth_session: body.auth_session, authn_response: device.nativeAnswer(body.authn_params_public_key, at) });
const exchange = (fields, more = {}) => api.post('/oauth/token', { grant_type, client_id: 'phone', scope: 'openid profile email offline_access', ...fields, ...more });
const signUp = async (more) => exchange(answered(await register(more)));
const signedUp = async () => { const { body, text, status } = await signUp(); assert.equal(status, 200, text); return body; };

row('AZ-649', 'd', 'POST /passkey/register, /passkey/challenge', 'an application that shows the question itself', 'auth_session and authn_params_public_key; by the device\'s answer an account without a password, or a login, and tokens', async () => {
  const asked = await register();
  assert.deepEqual([asked.status, asked.body.authn_params_public_key.rp.id, asked.body.authn_params_public_key.user.displayName], [200, domain, 'Kay']);
  const first = await exchange(answered(asked));
  assert.equal(first.status, 200, first.text);
  const { sub, email, name } = decode(first.body.id_token);
  assert.deepEqual([email, name, Boolean(first.body.refresh_token)], ['kay@example.com', 'Kay', true]);
  const question = await challenge();
  assert.deepEqual([question.body.authn_params_public_key.rpId, question.body.authn_params_public_key.userVerification], [domain, 'required']);
  const again = await exchange(answered(question));
  assert.equal(decode(again.body.id_token).sub, sub, again.text);
  const password = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/password-realm', client_id: 'phone', realm, username: 'kay@example.com', password: '' });
  assert.notEqual(password.status, 200);
  assert.deepEqual((await api.call('GET', `users/${encodeURIComponent(sub)}/authentication-methods`)).body.map((m) => m.type), ['passkey']);
});
test('as a form, whose authn_response is JSON', async () => {
  await signedUp();
  const { auth_session, authn_response } = answered(await challenge());
  assert.equal((await api.token({ grant_type, client_id: 'phone', auth_session, authn_response: JSON.stringify(authn_response), scope: 'openid' })).status, 200);
});
test('without a realm: the connection that takes passkeys', async () => {
  await signedUp();
  assert.equal((await exchange(answered(await challenge({ realm: undefined })))).status, 200);
});
test('from an Android build of the application, a page of it, and no other place', async () => {
  await signedUp();
  for (const [at, status] of [[android, 200], [origin, 200], [`https://${domain}`, 200], ['https://elsewhere.example', 403], ['android:apk-key-hash:AAAA', 403]])
    assert.equal((await exchange(answered(await challenge(), at))).status, status, at);
});
test('phones read here which applications may use its passkeys', async () => {
  const { body: links } = await api.get('/.well-known/assetlinks.json');
  assert.deepEqual(links, [{ relation: ['delegate_permission/common.handle_all_urls', 'delegate_permission/common.get_login_creds'], target: { namespace: 'android_app', package_name: 'com.example', sha256_cert_fingerprints: [fingerprint] } }]);
  const { body, headers } = await api.get('/.well-known/apple-app-site-association');
  assert.match(headers.get('content-type'), /^application\/json/);
  assert.deepEqual(body, { applinks: { apps: [], details: [{ appID: 'TEAM123456.com.example.App', paths: ['/ios/com.example.App/*'] }] }, webcredentials: { apps: ['TEAM123456.com.example.App'] } });
});
test('what phones would not understand is refused when it is set', async () => {
  for (const mobile of [{ android: { sha256_cert_fingerprints: ['AB:CD'] } }, { android: { sha256_cert_fingerprints: ['ZZ:'.repeat(31) + 'ZZ'] } }, { android: { app_package_name: 'com example' } }, { ios: { team_id: 'T/1' } }, { ios: { app_bundle_identifier: '<x>' } }])
    assert.equal((await api.call('PATCH', 'clients/phone', { mobile })).status, 400, JSON.stringify(mobile));
});
test('metadata name the grant', async () => assert.ok((await api.get('/.well-known/openid-configuration')).body.grant_types_supported.includes(grant_type)));
test('an application with a secret shows it', async () => {
  await signedUp();
  assert.equal((await challenge({ client_id: 'secretive' })).status, 401);
  const secret = { client_id: 'secretive', client_secret: 'a-secret-that-is-long-enough' };
  assert.equal((await exchange(answered(await challenge(secret)), { ...secret, scope: 'openid' })).status, 200);
});
test('a second factor is asked for as after a password', async () => {
  await signedUp();
  await api.call('PUT', 'guardian/factors/otp', { enabled: true });
  await api.call('PUT', 'guardian/policies', ['all-applications']);
  const { status, body } = await exchange(answered(await challenge()));
  assert.deepEqual([status, body.error, Boolean(body.mfa_token)], [403, 'mfa_required', true]);
});
test('a blocked person, one who is gone, a connection that is closed', async () => {
  const { sub } = decode((await signedUp()).id_token), user = `users/${encodeURIComponent(sub)}`;
  await api.call('PATCH', user, { blocked: true });
  assert.equal((await exchange(answered(await challenge()))).body.error, 'unauthorized');
  await api.call('PATCH', user, { blocked: false });
  const { id } = (await api.call('GET', 'connections')).body.find((c) => c.name === realm), late = answered(await challenge());
  await api.call('PATCH', `connections/${id}`, { enabled_clients: [] });
  assert.equal((await exchange(late)).body.reason, 'connection_closed');
  await api.call('PATCH', `connections/${id}`, { enabled_clients: ['phone'] });
  await api.call('DELETE', user);
  assert.equal((await exchange(answered(await challenge()))).body.reason, 'passkey_unknown');
});

describe('what is refused', () => {
  for (const [what, change, reason] of [
    ['another device', (a) => ({ ...a, authn_response: new SoftwareKey().nativeAnswer({ challenge: 'x', rpId: domain }, `https://${domain}`) }), 'passkey_unknown'],
    ['an auth_session that is none', (a) => ({ ...a, auth_session: 'x' }), 'auth_session_invalid'],
    ['the answer to another question', async (a) => ({ ...a, auth_session: (await challenge()).body.auth_session }), 'webauthn_challenge'],
    ['a signature that is changed', (a) => ({ ...a, authn_response: { ...a.authn_response, response: { ...a.authn_response.response, signature: Buffer.alloc(70).toString('base64url') } } }), 'webauthn_signature'],
  ])
    test(what, async () => {
      await signedUp();
      const { status, body } = await exchange(await change(answered(await challenge())));
      assert.deepEqual([status, body.error, body.reason], [403, 'invalid_grant', reason]);
    });
  test('the same answer twice, and of two at once', async () => {
    await signedUp();
    const once = answered(await challenge()), both = await Promise.all([exchange(once), exchange(once)]);
    assert.deepEqual([...both.map((one) => one.status), (await exchange(once)).body.reason].sort(), [200, 403, 'auth_session_invalid']);
  });
  test('of another application', async () => {
    await signedUp();
    assert.equal((await exchange(answered(await challenge()), { client_id: 'other' })).body.reason, 'auth_session_invalid');
  });
  test('too late', async () => {
    await signedUp();
    const early = answered(await challenge());
    await api.advance(299);
    assert.equal((await exchange(early)).status, 200);
    const late = answered(await challenge());
    await api.advance(301);
    assert.equal((await exchange(late)).body.reason, 'auth_session_invalid');
  });
  test('an application without the grant, and one that is not the tenant\'s own', async () => {
    for (const client_id of ['app', 'theirs']) for (const ask of [challenge, register]) assert.equal((await ask({ client_id })).body.error, 'unauthorized_client', client_id);
  });
  test('a connection that takes none, and one that is not there', async () => {
    assert.equal((await challenge({ realm: 'Username-Password-Authentication' })).body.reason, 'passkeys_off');
    assert.equal((await challenge({ realm: 'nowhere' })).body.reason, 'realm_unknown');
  });
  test('a sign-up that is closed, or whose words are not right', async () => {
    assert.equal((await register({ realm: 'Closed' })).body.reason, 'signup_disabled');
    for (const [more, reason] of [[{ user_profile: 'x' }, 'field_missing'], [{ user_profile: { email: 'x' } }, 'email_malformed'], [{ user_profile: { email: 1 } }, 'field_type'], [{ user_metadata: 'x' }, 'user_metadata_malformed'], [{ organization: {} }, 'field_type']])
      assert.equal((await register(more)).body.reason, reason, JSON.stringify(more));
  });
});

test('whether an address has an account shows when the answer is there, and not before', async () => {
  await signedUp();
  const again = await register();
  assert.equal(again.status, 200);
  key = new SoftwareKey();
  assert.equal((await exchange(answered(again))).body.error, 'invalid_signup');
});
test('who proves an address later is not left with the passkey of whoever had signed up by it', async () => {
  await signedUp();
  await api.post('/dbconnections/change_password', { client_id: 'phone', connection: realm, email: 'kay@example.com' });
  const reader = new Reader(api.issuer), { link } = await api.message('kay@example.com');
  const page = await reader.open(link), done = await reader.submit(page, { password: 'Brand-New-Word-9', 're-enter-password': 'Brand-New-Word-9' });
  assert.equal(done.status, 200, done.text);
  assert.equal((await exchange(answered(await challenge()))).body.reason, 'passkey_unknown');
});
test('one key is one account\'s', async () => {
  await signedUp();
  assert.equal((await signUp({ user_profile: { email: 'second@example.com' } })).status, 400);
  assert.equal((await api.call('GET', 'users?q=email:second@example.com')).body.length, 0);
});
