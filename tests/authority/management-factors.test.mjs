// Second factors and blocks as an administrator sets them: what is set counts at the next login.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope(), user = 'users/auth0%7Cada', ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
let api;
before(async () => {
  const authority = await startAuthority(group, {
    args: ['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1'],
    clients: [machine, { ...app, grant_types: [...app.grant_types, mfaGrant('otp'), mfaGrant('oob')] }],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()], guardianFactors: ['otp', 'email', 'sms'].map((name) => ({ name, enabled: true })), guardianPolicies: { policies: ['all-applications'] } },
  });
  api = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());
const login = (more = {}, headers) => api.token({ grant_type: 'password', client_id: 'app', ...ada, ...more }, headers);
const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const add = (body) => api.call('POST', `${user}/authentication-methods`, body);

test('a TOTP secret from another system counts at once, however it was written', async () => {
  for (const totp_secret of ['JBSWY3DPEHPK3PXP', 'jbsw y3dp ehpk 3pxp', 'JBSWY3DPEHPK3PXP====']) {
    await api.reset();
    const made = await add({ type: 'totp', name: 'Phone', totp_secret });
    assert.deepEqual([made.status, made.body.type, made.body.name, made.body.confirmed], [201, 'totp', 'Phone', true], made.text);
    assert.ok(!made.text.toUpperCase().includes('JBSW'));
    const { mfa_token } = (await login()).body;
    assert.equal((await api.token({ grant_type: mfaGrant('otp'), client_id: 'app', mfa_token, otp: totp('JBSWY3DPEHPK3PXP', await now()) })).status, 200);
  }
});
test('a phone and an address get their codes', async () => {
  for (const [body, to] of [[{ type: 'phone', phone_number: '+15551234567' }, '+15551234567'], [{ type: 'email', email: 'second@example.com' }, 'second@example.com']]) {
    await api.reset();
    assert.equal((await add(body)).status, 201);
    const { mfa_token } = (await login()).body, { body: challenge } = await api.post('/mfa/challenge', { client_id: 'app', mfa_token, challenge_type: 'oob' });
    const { code } = await api.message(to);
    assert.equal((await api.token({ grant_type: mfaGrant('oob'), client_id: 'app', mfa_token, oob_code: challenge.oob_code, binding_code: code })).status, 200);
  }
});
test('the owner is told, and the secret is in no answer and no log', async () => {
  await add({ type: 'totp', totp_secret: 'JBSWY3DPEHPK3PXP' });
  assert.ok((await api.messages('ada@example.com')).length > 0);
  for (const text of [(await api.call('GET', `${user}/authentication-methods`)).text, JSON.stringify(await api.logs()), (await api.call('GET', user)).text]) assert.ok(!text.includes('JBSWY3DPEHPK3PXP'));
});
test('the list as a whole is replaced, and one is taken away by its enrolment', async () => {
  await add({ type: 'totp', totp_secret: 'JBSWY3DPEHPK3PXP' });
  const replaced = await api.call('PUT', `${user}/authentication-methods`, [{ type: 'phone', phone_number: '+15551234567' }, { type: 'email', email: 'second@example.com' }]);
  assert.equal(replaced.status, 200, replaced.text);
  const list = (await api.call('GET', `${user}/authentication-methods`)).body;
  assert.deepEqual(list.map((m) => m.type).sort(), ['email', 'phone']);
  assert.deepEqual((await api.call('PUT', `${user}/authentication-methods`, list)).body.map((m) => m.id).sort(), list.map((m) => m.id).sort(), 'what is named stays');
  const at = `guardian/enrollments/${encodeURIComponent(list[0].id)}`;
  assert.equal((await api.call('GET', at)).body.status, 'confirmed');
  assert.equal((await api.call('DELETE', at)).status, 204);
  assert.deepEqual([(await api.call('GET', at)).status, (await api.call('GET', `${user}/authentication-methods`)).body.length], [404, 1]);
});
test('the owner is told when a list takes some away, and a list has its bounds', async () => {
  await add({ type: 'totp', totp_secret: 'JBSWY3DPEHPK3PXP' });
  const before = (await api.messages('ada@example.com')).length;
  assert.equal((await api.call('PUT', `${user}/authentication-methods`, [])).status, 200);
  assert.equal((await api.messages('ada@example.com')).length, before + 1);
  assert.equal((await api.call('PUT', `${user}/authentication-methods`, Array.from({ length: 21 }, (_, i) => ({ type: 'email', email: `a${i}@example.com` })))).status, 400);
});
test('what is no factor is refused, and nothing kept', async () => {
  for (const body of [{ type: 'totp' }, { type: 'totp', totp_secret: 'JBSWY3DP' }, { type: 'totp', totp_secret: '1'.repeat(32) }, { type: 'phone', phone_number: '5551234' }, { type: 'email', email: 'x' }, { type: 'passkey' }, { type: 'webauthn-roaming' }, { type: 'telepathy' }, {}, { type: 'totp', totp_secret: 'JBSWY3DPEHPK3PXP', other: 1 }, { type: 'totp', totp_secret: 'A'.repeat(301) }, { type: 'email', email: 'a@example.com', name: 'x'.repeat(301) }])
    assert.equal((await add(body)).status, 400, JSON.stringify(body));
  assert.equal((await api.call('POST', 'users/auth0%7Cnobody/authentication-methods', { type: 'email', email: 'a@example.com' })).status, 404);
  assert.equal((await api.call('PUT', `${user}/authentication-methods`, [{ type: 'email', email: 'a@example.com' }, { type: 'passkey' }])).status, 400);
  assert.deepEqual((await api.call('GET', `${user}/authentication-methods`)).body, []);
});

test('an address that is blocked for its guesses: asked about, and unblocked', async () => {
  const address = '203.0.113.7', from = { 'x-forwarded-for': address }, at = `anomaly/blocks/ips/${address}`;
  await api.call('PATCH', 'attack-protection/suspicious-ip-throttling', { stage: { 'pre-login': { max_attempts: 3, rate: 864000 } } });
  await api.call('PUT', 'guardian/policies', []);
  assert.equal((await api.call('GET', at)).status, 404);
  for (let i = 0; i < 6; i++) await login({ username: `nobody${i}@example.com`, password: 'wrong' }, from);
  assert.equal((await login({}, from)).status, 429);
  assert.equal((await api.call('GET', at)).status, 200);
  assert.equal((await api.call('GET', 'anomaly/blocks/ips/203.0.113.8')).status, 404);
  assert.equal((await api.call('DELETE', at)).status, 204);
  assert.deepEqual([(await api.call('GET', at)).status, (await login({}, from)).status], [404, 200]);
  for (const wrong of ['x', '203.0.113', '203.0.113.0%2F24']) assert.equal((await api.call('GET', `anomaly/blocks/ips/${wrong}`)).status, 400, wrong);
});
