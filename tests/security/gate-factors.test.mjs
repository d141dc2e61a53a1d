// A second factor counts once it has been shown to work, and as long as the tenant has it turned on: what was only begun is
// nobody's factor, neither to let in nor to shut out.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const grant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const group = scope();
let api;
before(async () => {
  const clients = [{ ...app, grant_types: [...app.grant_types, ...['otp', 'oob', 'recovery-code'].map(grant)] }, machine];
  api = new Management(await startAuthority(group, { clients, extra: { ...extra, guardianFactors: ['otp', 'sms', 'recovery-code'].map((name) => ({ name, enabled: true })), clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  await api.call('PUT', 'guardian/policies', ['all-applications']);
});

const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
const mfaToken = async () => {
  const { body, text } = await api.token({ grant_type: 'password', client_id: 'app', ...ada, scope: 'openid offline_access' });
  assert.equal(body.error, 'mfa_required', text);
  return body.mfa_token;
};
const associate = (token, body = { authenticator_types: ['otp'] }) => api.post('/mfa/associate', body, { authorization: `Bearer ${token}` });
const prove = (name, mfa_token, more) => api.token({ grant_type: grant(name), client_id: 'app', mfa_token, ...more });
const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const code = async (secret) => totp(secret, await now());
const enrol = async () => {
  const token = await mfaToken(), { body } = await associate(token);
  const done = await prove('otp', token, { otp: await code(body.secret) });
  assert.equal(done.status, 200, done.text);
  await api.advance(30);
  return body;
};
const methods = async () => {
  const { body } = await api.call('GET', 'users/auth0%7Cada/authentication-methods');
  return body.authenticators ?? body;
};
const turn = async (name, enabled) => assert.ok((await api.call('PUT', `guardian/factors/${name}`, { enabled })).status < 300);
const url = (more) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid', state: 's', ...more })}`;

test('a factor that was begun by somebody else and never shown to work is none once the owner has one', async () => {
  await turn('recovery-code', false);
  const planted = await associate(await mfaToken());
  const { body: own } = await associate(await mfaToken());
  const token = await mfaToken();
  assert.equal((await prove('otp', token, { otp: await code(own.secret) })).status, 200);
  await api.advance(30);
  const later = await mfaToken();
  const stolen = await prove('otp', later, { otp: await code(planted.body.secret) });
  assert.deepEqual([stolen.status, stolen.body.error], [403, 'invalid_grant']);
  assert.equal((await methods()).filter((one) => /otp/.test(one.type)).length, 1);
  assert.equal((await prove('otp', later, { otp: await code(own.secret) })).status, 200, 'the owner\'s is not touched');
});

test('a factor that was begun by the API is none once the owner has enrolled at the page', async () => {
  await turn('recovery-code', false);
  const planted = await associate(await mfaToken());
  const person = new Reader(api.issuer);
  const choice = await person.submit(await person.open(url()), ada);
  const page = await person.open(choice.links['Authenticator app']);
  await person.submit(page, { code: await code(/<code>([A-Z2-7]{32})<\/code>/.exec(page.html)[1]) });
  await api.advance(30);
  assert.equal((await prove('otp', await mfaToken(), { otp: await code(planted.body.secret) })).body.error, 'invalid_grant');
});

for (const body of [{ authenticator_types: ['otp'] }, { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '+15005550006' }])
  test(`an enrolment that was left shuts nobody out: ${body.authenticator_types}`, async () => {
    const left = await associate(await mfaToken(), body);
    assert.equal(left.status, 200, left.text);
    for (const recovery_code of left.body.recovery_codes ?? []) assert.equal((await prove('recovery-code', await mfaToken(), { recovery_code })).body.error, 'invalid_grant', 'a recovery code counts with its factor');
    assert.deepEqual((await methods()).filter((one) => one.confirmed), []);
    const person = new Reader(api.issuer);
    const page = await person.submit(await person.open(url()), ada);
    assert.ok(page.links['Authenticator app'], `the page offers to add one, and does not ask for one: ${page.heading}`);
    const token = await mfaToken(), again = await associate(token);
    assert.equal(again.status, 200, again.text);
    assert.notEqual(again.body.secret, left.body.secret);
    assert.equal((await prove('otp', token, { otp: await code(again.body.secret) })).status, 200);
  });

test('the recovery code of the enrolment that was finished is the one that counts', async () => {
  const left = await associate(await mfaToken());
  const { recovery_codes: [kept] = [] } = await enrol();
  for (const recovery_code of left.body.recovery_codes ?? []) if (recovery_code !== kept) assert.equal((await prove('recovery-code', await mfaToken(), { recovery_code })).body.error, 'invalid_grant');
  assert.ok(kept, 'it comes with the factor');
  assert.equal((await prove('recovery-code', await mfaToken(), { recovery_code: kept })).status, 200);
});

test('a factor that is turned off proves nothing, and gives no new recovery code', async () => {
  const { secret, recovery_codes: [recovery_code] } = await enrol();
  for (const name of ['otp', 'recovery-code']) await turn(name, false);
  // Text messages are still on.
  const byCode = await prove('otp', await mfaToken(), { otp: await code(secret) }), byRecovery = await prove('recovery-code', await mfaToken(), { recovery_code });
  assert.deepEqual([byCode.status, byRecovery.status], [403, 403]);
  assert.equal(byRecovery.body.recovery_code, undefined);
  for (const name of ['otp', 'recovery-code']) await turn(name, true);
  assert.equal((await prove('recovery-code', await mfaToken(), { recovery_code })).status, 200, 'the refusal has not used it up');
});
