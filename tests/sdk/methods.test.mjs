// Every method of the C++ SDK against a real authority, in each of its forms.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Person, approveDevice } from '../lib/person.mjs';
import { Probe, forms } from '../lib/probe.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
const realm = 'Username-Password-Authentication';
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9', realm };
const keys = generateKeyPairSync('rsa', { modulusLength: 2048 });
let authority, domain, browser;
before(async () => {
  const all = ['authorization_code', 'refresh_token', 'implicit', 'password', 'http://auth0.com/oauth/grant-type/password-realm',
    'http://auth0.com/oauth/grant-type/passwordless/otp', 'urn:ietf:params:oauth:grant-type:device_code'];
  authority = await startAuthority(group, {
    clients: [
      { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback', 'http://[::1]/callback', 'http://localhost/callback', 'com.example.app:/callback', 'https://app.example/cb'], grant_types: all, cross_origin_authentication: true, ostia: { any_loopback_port: true } },
      { name: 'Service', client_id: 'service', client_secret: 'a secret / of ü+%', app_type: 'non_interactive', callbacks: ['https://app.example/cb'], grant_types: ['client_credentials', 'authorization_code', 'urn:ietf:params:oauth:grant-type:token-exchange'] },
      { name: 'Keyed', client_id: 'keyed', app_type: 'non_interactive', grant_types: ['client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [{ pem: keys.publicKey.export({ type: 'spki', format: 'pem' }) }] } } },
    ],
    extra: { connections: [{ name: 'email', strategy: 'email' }, { name: 'sms', strategy: 'sms' }] },
  });
  domain = authority.devIssuer.slice(0, -1);
  browser = join(authority.dir, 'browser');
  writeFileSync(browser, `#!${process.execPath}
import('${root}/tests/lib/person.mjs').then(async ({ Person }) => fetch(await new Person().logIn(process.argv[2])));\n`);
  chmodSync(browser, 0o755);
});
const probe = (t, options = {}) => new Probe(t, { BROWSER: browser }).make({ domain, client_id: 'native', ...options });
const messages = async () => (await fetch(`${domain}/_dev/messages`, { headers: { accept: 'application/json' } })).json();

for (const form of forms)
  describe(`in the form ${form}`, () => {
    test('authorize, user_info', async (t) => {
      const p = await probe(t);
      const result = await p.value('authorize', { app_state: 'where I was' }, { form });
      assert.equal(result.id_token_payload.sub, 'auth0|ada');
      assert.equal(result.app_state, 'where I was');
      assert.equal((await p.value('user_info', result, { form })).email, 'ada@example.com');
    });
    test('login leaves a session for check_session; logout ends it', async (t) => {
      const p = await probe(t);
      assert.equal((await p.error('check_session', {}, { form })).code, 'login_required');
      const first = await p.value('login', ada, { form });
      assert.equal(first.id_token_payload.email, 'ada@example.com');
      const second = await p.value('check_session', { audience: 'https://api.example.com/', scope: 'openid read:messages' }, { form });
      assert.equal(second.scope, 'openid read:messages');
      await p.value('logout', {}, { form });
      assert.equal((await p.error('check_session', {}, { form })).code, 'login_required');
    });
    test('a wrong password has the page\'s error', async (t) => {
      const error = await (await probe(t)).error('login', { ...ada, password: 'wrong' }, { form });
      assert.equal(error.code, 'access_denied');
      assert.equal(error.description, 'Wrong email or password.');
      assert.equal(error.status, 403);
      assert.equal(error.fault, 'peer');
    });
  });

describe('native login (RFC 8252)', () => {
  for (const redirect_uri of ['http://127.0.0.1/callback', 'http://[::1]/callback'])
    test(redirect_uri, async (t) => {
      const result = await (await probe(t, { redirect_uri })).value('authorize');
      assert.equal(result.id_token_payload.name, 'Ada Lovelace');
    });
  test('with the request pushed (RFC 9126)', async (t) => {
    assert.ok((await (await probe(t, { pushed_requests: true })).value('authorize')).access_token);
  });
  test('a busy port is named', async (t) => {
    const busy = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => busy.on('listening', resolve));
    t.after(() => busy.close());
    const error = await (await probe(t)).error('authorize', { redirect_uri: `http://127.0.0.1:${busy.address().port}/callback` });
    assert.equal(error.code, 'cannot_listen');
    assert.match(error.description, /in use/);
  });
  test('no browser', async (t) => {
    const p = await new Probe(t, { BROWSER: '/dev/null/none' }).make({ domain, client_id: 'native' });
    assert.equal((await p.error('authorize')).code, 'no_browser');
  });
  test('called off while the person thinks', async (t) => {
    const p = await new Probe(t, { BROWSER: 'true' }).make({ domain, client_id: 'native' });
    for (const form of ['completion', 'coroutine'])
      assert.equal((await p.error('authorize', {}, { form, cancel_after_ms: 20 })).code, 'cancelled');
    assert.equal((await p.error('authorize', {}, { timeout_ms: 20 })).code, 'timeout');
  });
});

describe('a login in steps, as web servers have it', () => {
  const begun = async (t, options = {}) => {
    const p = await probe(t, { client_id: 'service', client_secret: 'a secret / of ü+%', redirect_uri: 'https://app.example/cb', ...options });
    const attempt = await p.value('begin_authorize', { scope: 'openid email' });
    return { p, ...attempt, back: await new Person().logIn(attempt.url) };
  };
  test('goes through, once', async (t) => {
    const { p, attempt, back } = await begun(t);
    assert.equal((await p.value('finish_authorize', { attempt, redirect: back.href })).id_token_payload.email, 'ada@example.com');
    assert.equal((await p.error('finish_authorize', { attempt, redirect: back.href })).code, 'invalid_grant');
  });
  test('another attempt\'s redirect is refused (CSRF)', async (t) => {
    const { p, back } = await begun(t);
    const other = await p.value('begin_authorize');
    assert.equal((await p.error('finish_authorize', { attempt: other.attempt, redirect: back.href })).reason, 'state_mismatch');
    assert.equal((await p.error('finish_authorize', { attempt: 'nonsense', redirect: back.href })).fault, 'caller');
  });
});

test('passwordless: start, verify, login', async (t) => {
  const p = await probe(t);
  await p.value('passwordless_start', { connection: 'email', send: 'code', email: 'new@example.com' });
  const { code } = (await messages())[0];
  const answer = { connection: 'email', email: 'new@example.com', verification_code: code };
  assert.equal((await p.error('passwordless_login', { ...answer, verification_code: '000000' })).fault, 'peer');
  await p.value('passwordless_verify', answer);
  const result = await p.value('passwordless_login', answer);
  assert.equal(result.id_token_payload.email, 'new@example.com');
  assert.ok((await p.value('check_session')).id_token);
});

test('signup, signup_and_login, change_password', async (t) => {
  const p = await probe(t);
  const made = await p.value('signup', { email: 'one@example.com', password: 'Long-Enough-9!', connection: realm, user_metadata: { plan: 'gold' } });
  assert.equal(made.email, 'one@example.com');
  assert.equal((await p.error('signup', { email: 'one@example.com', password: 'Long-Enough-9!', connection: realm })).status, 400);
  const result = await p.value('signup_and_login', { email: 'two@example.com', password: 'Long-Enough-9!', connection: realm });
  assert.equal(result.id_token_payload.email, 'two@example.com');
  assert.match(await p.value('change_password', { connection: realm, email: 'one@example.com' }), /sent you an email/);
  assert.equal((await messages())[0].to, 'one@example.com');
});

test('grants of the token endpoint', async (t) => {
  const native = await probe(t);
  const login = await native.value('client_login', { ...ada, scope: 'openid offline_access' });
  assert.equal(login.id_token_payload.sub, 'auth0|ada');
  assert.ok((await native.value('login_with_default_directory', { username: ada.username, password: ada.password })).access_token);
  const renewed = await native.value('refresh_token', login);
  assert.notEqual(renewed.access_token, login.access_token);
  await native.value('revoke', renewed);
  assert.equal((await native.error('refresh_token', renewed)).code, 'invalid_grant');
  const service = await probe(t, { client_id: 'service', client_secret: 'a secret / of ü+%', audience: 'https://api.example.com/' });
  const own = await service.value('oauth_token', { grant_type: 'client_credentials' });
  assert.equal(own.token_type, 'Bearer');
  const keyed = await probe(t, { client_id: 'keyed', audience: 'https://api.example.com/', client_key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) });
  assert.ok((await keyed.value('oauth_token', { grant_type: 'client_credentials' })).access_token);
  assert.ok((await keyed.value('oauth_token', { grant_type: 'client_credentials' })).access_token, 'each assertion is new');
  assert.ok('country_code' in (await native.value('get_user_country')));
});

test('a token of the authority is checked by TokenVerifier', async (t) => {
  const p = await probe(t, { client_id: 'service', client_secret: 'a secret / of ü+%', audience: 'https://api.example.com/' });
  const { access_token } = await p.value('oauth_token', { grant_type: 'client_credentials' });
  await p.say({ verifier: { domain, audience: 'https://api.example.com/' } });
  for (const form of forms) assert.equal((await p.value('verify', { token: access_token }, { form })).azp, 'service');
  assert.equal((await p.value('verify_header', { header: `Bearer ${access_token}` })).azp, 'service');
  await p.say({ verifier: { domain, audience: 'https://other.example.com/' } });
  assert.equal((await p.error('verify_blocking', { token: access_token })).reason, 'audience_mismatch');
});

test('device: pending, then approved, then used up', async (t) => {
  const p = await probe(t);
  const code = await p.value('device_start');
  assert.equal(await p.value('device_poll_once', code), null);
  await approveDevice(code.verification_uri_complete, ada.username, ada.password);
  const result = await p.value('device_poll', { ...code, interval: 1 });
  assert.equal(result.id_token_payload.sub, 'auth0|ada');
  assert.equal((await p.error('device_poll_once', code)).code, 'invalid_grant');
});

test('the log has what was done, and no secret', async (t) => {
  const p = await probe(t);
  const login = await p.value('client_login', { ...ada, scope: 'openid offline_access' });
  const renewed = await p.value('refresh_token', login);
  const browsed = await p.value('authorize');
  await p.error('login', { ...ada, password: 'Another-Secret-9' });
  const log = await p.say({ log: true });
  assert.ok(log.some((line) => line.includes('POST') && line.includes('/oauth/token: 200')), log.join('\n'));
  for (const secret of [ada.password, 'Another-Secret-9', login.access_token, login.refresh_token, login.id_token, renewed.access_token, renewed.refresh_token, browsed.access_token, browsed.id_token])
    assert.ok(!log.some((line) => line.includes(secret)), 'a secret is in the log');
  assert.ok(!log.some((line) => /code=|state=|code_verifier|ticket/.test(line)));
});
