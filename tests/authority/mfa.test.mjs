// AZ-1401 to AZ-1408: second factors, by the MFA API and in Universal Login, and step-up.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, deviceGrant, extra, web } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const multiFactor = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';
const grant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;
const mfaGrants = ['otp', 'oob', 'recovery-code'].map(grant);
const group = scope();
let api;
before(async () => {
  const clients = [{ ...app, grant_types: [...app.grant_types, ...mfaGrants] }, { ...web, grant_types: [...web.grant_types, ...mfaGrants] }, machine];
  const guardianFactors = ['otp', 'sms', 'email'].map((name) => ({ name, enabled: true }));
  api = new Management(await startAuthority(group, { clients, extra: { ...extra, guardianFactors, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const policy = (policies) => api.call('PUT', 'guardian/policies', policies);
const always = () => policy(['all-applications']);
const password = (more = {}) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid profile email offline_access', audience: 'https://api.example.com/', ...more });
const withToken = (mfa_token) => ({ authorization: `Bearer ${mfa_token}` });
const associate = (mfa_token, body = { authenticator_types: ['otp'] }) => api.post('/mfa/associate', body, withToken(mfa_token));
const proveBy = (name, mfa_token, more) => api.token({ grant_type: grant(name), client_id: 'app', mfa_token, ...more });
const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const code = async (secret, later = 0) => totp(secret, await now() + later);
/** Ada with an authenticator application. */
const enrolled = async () => {
  const { body: { mfa_token } } = await password();
  const { body } = await associate(mfa_token);
  const done = await proveBy('otp', mfa_token, { otp: await code(body.secret) });
  assert.equal(done.status, 200, done.text);
  await api.advance(30);
  return { ...body, tokens: done.body };
};
const url = (more = {}) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid profile email', nonce: 'n', state: 's', ...more })}`;
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const silent = async (person, more) => fragment(new URL((await person.get(url({ prompt: 'none', ...more }))).headers.get('location')));
/** From the login page to the page after the password. */
const logIn = async (person, more) => person.submit(await person.open(url(more)), { username: 'ada@example.com', password: 'Correct-Horse-9' });

row('AZ-1401', 'd', '/oauth/token, /mfa/associate', 'password grant where a second factor is wanted; the first one is added', '403 `mfa_required` with an `mfa_token`; secret, URI and recovery code; its first code confirms it and gives the tokens', async () => {
  await always();
  const refused = await password();
  assert.deepEqual([refused.status, refused.body.error, refused.body.error_description], [403, 'mfa_required', 'Multifactor authentication required']);
  const { mfa_token } = refused.body;
  assert.deepEqual((await api.get('/mfa/authenticators', withToken(mfa_token))).body, []);
  assert.deepEqual([(await api.post('/mfa/challenge', { mfa_token, client_id: 'app', challenge_type: 'otp' })).body.error], ['association_required']);
  const made = await associate(mfa_token, { client_id: 'app', authenticator_types: ['otp'] });
  assert.equal(made.status, 200, made.text);
  assert.deepEqual([made.body.authenticator_type, made.body.recovery_codes.length], ['otp', 1]);
  assert.match(made.body.secret, /^[A-Z2-7]{32}$/);
  assert.equal(made.body.barcode_uri, `otpauth://totp/Test:ada%40example.com?secret=${made.body.secret}&issuer=Test&algorithm=SHA1&digits=6&period=30`);
  const [before] = (await api.get('/mfa/authenticators', withToken(mfa_token))).body.filter((one) => one.authenticator_type === 'otp');
  assert.deepEqual([before.active, before.id.startsWith('otp|')], [false, true]);
  const wrong = await proveBy('otp', mfa_token, { otp: '000000' });
  assert.deepEqual([wrong.status, wrong.body.error, wrong.body.error_description], [403, 'invalid_grant', 'Invalid otp_code.']);
  const done = await proveBy('otp', mfa_token, { otp: await code(made.body.secret) });
  assert.equal(done.status, 200, done.text);
  assert.deepEqual(decode(done.body.id_token).amr, ['mfa']);
  assert.ok(done.body.access_token && done.body.refresh_token);
  assert.equal((await proveBy('otp', mfa_token, { otp: await code(made.body.secret, 30) })).body.error_description, 'Malformed mfa_token', 'it is used up');
  const renewed = await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: done.body.refresh_token });
  assert.deepEqual([renewed.status, decode(renewed.body.id_token).amr], [200, ['mfa']]);
});
row('AZ-1402', 'd', '/mfa/challenge, /oauth/token', 'a person with a factor', 'the challenge says which; the code gives tokens, once', async () => {
  await always();
  const { secret } = await enrolled();
  const { body: { mfa_token } } = await password();
  const challenge = await api.post('/mfa/challenge', { mfa_token, client_id: 'app', challenge_type: 'otp oob' });
  assert.deepEqual(challenge.body, { challenge_type: 'otp' });
  assert.equal((await api.post('/mfa/challenge', { mfa_token, client_id: 'app', challenge_type: 'oob' })).status, 200, 'the verified address counts beside it');
  assert.equal((await api.post('/mfa/challenge', { mfa_token, client_id: 'app', challenge_type: 'push' })).body.error, 'unsupported_challenge_type');
  const otp = await code(secret);
  assert.equal((await proveBy('otp', mfa_token, { otp })).status, 200);
  const { body: again } = await password();
  assert.equal((await proveBy('otp', again.mfa_token, { otp })).body.error, 'invalid_grant', 'the same code a second time');
  assert.equal((await associate(again.mfa_token)).body.error, 'access_denied', 'a password alone adds no second one');
});
row('AZ-1403', 'd', '/mfa/associate, /mfa/challenge', 'codes by text message and e-mail', '`oob_code` and `binding_method: prompt`; the code of the message is the `binding_code`, for five minutes and three tries', async () => {
  await always();
  for (const [channel, body, to] of [['sms', { phone_number: '+15005550006' }, '+15005550006'], ['email', { email: 'ada.second@example.com' }, 'ada.second@example.com']]) {
    await api.reset();
    await api.authenticate();
    await always();
    const { body: { mfa_token } } = await password();
    const made = await associate(mfa_token, { authenticator_types: ['oob'], oob_channels: [channel], ...body });
    assert.deepEqual([made.body.authenticator_type, made.body.binding_method, made.body.oob_channel], ['oob', 'prompt', channel], made.text);
    const { code: sent } = await api.message(to);
    assert.match(sent, /^\d{6}$/);
    assert.equal((await proveBy('oob', mfa_token, { oob_code: made.body.oob_code, binding_code: '000000' })).body.error_description, 'Invalid binding_code.');
    assert.equal((await proveBy('oob', mfa_token, { oob_code: 'x', binding_code: sent })).body.error_description, 'Invalid oob_code.');
    assert.equal((await proveBy('oob', mfa_token, { oob_code: made.body.oob_code, binding_code: sent })).status, 200);
    const { body: next } = await password();
    const [listed] = (await api.get('/mfa/authenticators', withToken(next.mfa_token))).body.filter((one) => one.oob_channel === channel);
    assert.equal(listed.active, true);
    assert.ok(!listed.name.includes(to) && listed.name.includes('*'));
    const challenge = await api.post('/mfa/challenge', { mfa_token: next.mfa_token, client_id: 'app', challenge_type: 'oob', authenticator_id: listed.id });
    await api.advance(301);
    const { code: late } = await api.message(to);
    assert.equal((await proveBy('oob', next.mfa_token, { oob_code: challenge.body.oob_code, binding_code: late })).body.error, 'invalid_grant');
    const once = await api.post('/mfa/challenge', { mfa_token: next.mfa_token, client_id: 'app', challenge_type: 'oob', authenticator_id: listed.id });
    const { code: fresh } = await api.message(to);
    for (let i = 0; i < 3; i++) await proveBy('oob', next.mfa_token, { oob_code: once.body.oob_code, binding_code: fresh === '111111' ? '222222' : '111111' });
    assert.equal((await proveBy('oob', next.mfa_token, { oob_code: once.body.oob_code, binding_code: fresh })).body.error, 'invalid_grant', 'three wrong ones end it');
  }
});
row('AZ-1404', 'd', '/oauth/token', 'the recovery code', 'gives tokens and the next recovery code; the old one is used up', async () => {
  await always();
  const { recovery_codes: [first] } = await enrolled();
  const { body: { mfa_token } } = await password();
  assert.equal((await proveBy('recovery-code', mfa_token, { recovery_code: 'ABCD' })).body.error_description, 'Invalid recovery_code.');
  const done = await proveBy('recovery-code', mfa_token, { recovery_code: first.toLowerCase() });
  assert.equal(done.status, 200, done.text);
  assert.notEqual(done.body.recovery_code, first);
  const { body: next } = await password();
  assert.equal((await proveBy('recovery-code', next.mfa_token, { recovery_code: first })).body.error, 'invalid_grant');
  assert.equal((await proveBy('recovery-code', next.mfa_token, { recovery_code: done.body.recovery_code })).status, 200);
});
row('AZ-1405', 'd', '/mfa/*, /oauth/token', 'an mfa_token that is old, none, or of another client', '`expired_token`; `invalid_token`, at the token endpoint `invalid_grant`', async () => {
  await always();
  const { body: { mfa_token } } = await password();
  assert.equal((await api.token({ grant_type: grant('otp'), client_id: 'web', client_secret: 'web-secret', mfa_token, otp: '1' })).body.error, 'invalid_grant');
  assert.equal((await proveBy('otp', 'nonsense', { otp: '1' })).body.error_description, 'Malformed mfa_token');
  assert.deepEqual([(await api.get('/mfa/authenticators', withToken('nonsense'))).status, (await api.get('/mfa/authenticators')).status], [401, 401]);
  assert.equal((await api.get('/mfa/authenticators', withToken('nonsense'))).body.error, 'invalid_token');
  assert.equal((await proveBy('otp', mfa_token, {})).body.error, 'invalid_request');
  assert.equal((await associate(mfa_token, { authenticator_types: ['push'] })).body.error, 'unsupported_challenge_type');
  assert.equal((await associate(mfa_token, { authenticator_types: ['oob'], oob_channels: ['sms'], phone_number: '12' })).body.error, 'invalid_request');
  assert.equal((await associate(mfa_token, {})).status, 400);
  await api.advance(601);
  assert.deepEqual([(await api.get('/mfa/authenticators', withToken(mfa_token))).body.error, (await proveBy('otp', mfa_token, { otp: '1' })).body.error], ['expired_token', 'expired_token']);
});
row('AZ-1406', 'd', '/mfa/authenticators/{id}', 'access tokens for the audience `…/mfa/`', 'list, add and remove by scope; who has a factor needs it for such a token, and an mfa_token removes nothing', async () => {
  const audience = `${api.issuer}mfa/`, scope = 'enroll read:authenticators remove:authenticators';
  const first = await password({ audience, scope });
  assert.equal(first.status, 200, 'nobody has asked for a second factor, and there is none');
  const made = await associate(first.body.access_token);
  assert.equal(made.status, 200, made.text);
  const blocked = await password({ audience, scope });
  assert.equal(blocked.status, 200, 'it has not been confirmed yet');
  await always();
  const { body: { mfa_token } } = await password();
  assert.equal((await proveBy('otp', mfa_token, { otp: await code(made.body.secret) })).status, 200);
  await policy([]);
  await api.advance(30);
  const wanted = await password({ audience, scope });
  assert.equal(wanted.body.error, 'mfa_required');
  const { body: list } = await api.get('/mfa/authenticators', withToken(wanted.body.mfa_token));
  const { id } = list.find((one) => one.authenticator_type === 'otp');
  const remove = (token) => fetch(`${api.issuer}mfa/authenticators/${encodeURIComponent(id)}`, { method: 'DELETE', headers: withToken(token) });
  assert.equal((await remove(wanted.body.mfa_token)).status, 403);
  const proven = await proveBy('otp', wanted.body.mfa_token, { otp: await code(made.body.secret) });
  assert.equal((await remove((await password()).body.access_token)).status, 401, 'for another audience');
  assert.equal((await remove(proven.body.access_token)).status, 204);
  assert.equal((await remove(proven.body.access_token)).status, 404);
});
test('guessing is ended, from that address, also where the right code comes then', async () => {
  await always();
  const { secret } = await enrolled();
  const { body: { mfa_token } } = await password();
  const outcomes = [];
  for (let i = 0; i < 12; i++) outcomes.push((await proveBy('otp', mfa_token, { otp: '123456' })).body.error);
  assert.equal(outcomes.at(-1), 'too_many_attempts');
  assert.equal((await proveBy('otp', mfa_token, { otp: await code(secret) })).status, 429);
});
test('of ten at once with the same code, one gets tokens', async () => {
  await always();
  const { secret } = await enrolled();
  const otp = await code(secret);
  const tokens = await Promise.all(Array.from({ length: 10 }, () => password()));
  const all = await Promise.all(tokens.map(({ body }) => proveBy('otp', body.mfa_token, { otp })));
  assert.equal(all.filter((r) => r.status === 200).length, 1);
});

row('AZ-1407', 'd', '/u/mfa', 'a second factor in Universal Login: added at the first login, asked for at the next', 'QR code and key, recovery code, then the answer; silent logins count the session\'s; wrong codes are refused', async () => {
  await always();
  const person = new Reader(api.issuer);
  const choice = await logIn(person);
  assert.equal(choice.heading, 'Secure your account');
  assert.deepEqual(Object.keys(choice.links), ['Authenticator app', 'Text message'], 'the address is verified and need not be added');
  const page = await person.open(choice.links['Authenticator app']);
  assert.match(page.html, /<svg viewBox/);
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(page.html)[1];
  const wrong = await person.submit(page, { code: '000000' });
  assert.equal(wrong.alert, 'Wrong code.');
  assert.ok(wrong.html.includes(secret), 'the key is the same one');
  const shown = await person.submit(wrong, { code: await code(secret) });
  assert.equal(shown.heading, 'Save this recovery code');
  const recovery = /<code>([A-Z2-9 ]+)<\/code>/.exec(shown.html)[1];
  const first = fragment((await person.submit(shown)).location);
  assert.deepEqual(decode(first.id_token).amr, ['mfa']);
  assert.deepEqual(decode((await silent(person)).id_token).amr, ['mfa']);

  await api.advance(30);
  const second = new Reader(api.issuer);
  const asked = await logIn(second);
  assert.equal(asked.heading, 'Enter the code');
  assert.equal((await silent(second)).error, 'login_required', 'a password is not enough, silently either');
  assert.equal((await second.submit(asked, { code: '123123' })).alert, 'Wrong code.');
  assert.ok(fragment((await second.submit(asked, { code: await code(secret) })).location).id_token);

  const third = new Reader(api.issuer);
  const others = await third.open((await logIn(third)).links['Try another way']);
  assert.deepEqual(Object.keys(others.links), ['Authenticator app', 'Email (a**@example.com)', 'Recovery code']);
  const byCode = await third.open(others.links['Recovery code']);
  const next = await third.submit(byCode, { code: recovery });
  assert.equal(next.heading, 'Save this recovery code');
  assert.ok(fragment((await third.submit(next)).location).id_token);

  const fourth = new Reader(api.issuer);
  const ways = await fourth.open((await logIn(fourth)).links['Try another way']);
  const byMail = await fourth.open(ways.links['Email (a**@example.com)']);
  assert.match(byMail.text, /a\*\*@example\.com/);
  const { code: sent, template } = await api.message('ada@example.com');
  assert.equal(template, 'mfa_oob_code');
  assert.ok(fragment((await fourth.submit(byMail, { code: sent })).location).id_token);
});
test('a phone in Universal Login: its number, then its code', async () => {
  await always();
  const person = new Reader(api.issuer);
  const phone = await person.open((await logIn(person)).links['Text message']);
  assert.match((await person.submit(phone, { address: 'abc' })).alert, /country code/);
  const asked = await person.submit(phone, { address: '+1 500 555 0006' });
  const { code: sent } = await api.message('+15005550006');
  assert.equal((await person.submit(asked, { code: sent === '111111' ? '222222' : '111111' })).alert, 'Wrong code.');
  const shown = await person.submit(asked, { code: sent });
  assert.ok(fragment((await person.submit(shown)).location).id_token);
});
test('no page adds a factor for whoever has only the password of somebody who has one', async () => {
  await always();
  await enrolled();
  const thief = new Reader(api.issuer);
  const asked = await logIn(thief);
  const { state } = asked.fields;
  assert.equal((await thief.open(`/u/mfa/enrol?${new URLSearchParams({ state, type: 'otp' })}`)).heading, 'Enter the code');
  const owner = new Reader(api.issuer); // somebody else's draft
  await api.reset();
  await always();
  const draft = (await owner.open((await logIn(owner)).links['Authenticator app'])).fields;
  await enrolled();
  const again = await logIn(thief);
  const page = await thief.open('/u/mfa/enrol', { method: 'POST', body: new URLSearchParams({ ...draft, state: again.fields.state, code: '123456', action: 'default' }) });
  assert.equal(page.heading, 'Enter the code');
  const skip = await thief.open('/u/mfa/recovery-code', { method: 'POST', body: new URLSearchParams({ state: again.fields.state }) });
  assert.equal(skip.heading, 'Enter the code', 'the page of the recovery code proves nothing');
  const resumed = await thief.open(`/authorize/resume?${new URLSearchParams({ state: again.fields.state })}`);
  assert.equal(resumed.heading, 'This page has expired', 'the state of a page goes no further by itself');
});
row('AZ-1408', 'd', '/authorize', '`acr_values` with the multi-factor policy, `max_age`', 'a session that had no second factor is asked for one, an old one again; the ID token says `acr` and `amr`', async () => {
  const person = new Reader(api.issuer);
  const plain = fragment((await logIn(person)).location);
  assert.deepEqual([decode(plain.id_token).amr, decode(plain.id_token).acr], [undefined, undefined]);
  assert.equal((await silent(person, { acr_values: multiFactor })).error, 'login_required');
  const page = await person.open((await person.open(url({ acr_values: multiFactor }))).links['Authenticator app']);
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(page.html)[1];
  const raised = fragment((await person.submit(await person.submit(page, { code: await code(secret) }))).location);
  assert.deepEqual([decode(raised.id_token).amr, decode(raised.id_token).acr], [['mfa'], multiFactor]);
  assert.equal(decode((await silent(person, { acr_values: multiFactor })).id_token).acr, multiFactor);
  await api.advance(400);
  const old = await silent(person, { acr_values: multiFactor, max_age: '300' });
  assert.equal(old.error, 'login_required');
  const login = await person.open(url({ acr_values: multiFactor, max_age: '300' }));
  const asked = await person.submit(login, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.equal(asked.heading, 'Enter the code');
  assert.equal(decode(fragment((await person.submit(asked, { code: await code(secret) })).location).id_token).acr, multiFactor);
});
test('a rule or an action that wants a second factor has it shown, and is told of it', async () => {
  assert.equal((await api.call('POST', 'rules', { name: 'r', script: `function (user, context, callback) {
    const done = context.authentication.methods.some((m) => m.name === 'mfa');
    context.idToken['https://example.com/done'] = done;
    if (context.clientID === 'app' && !done) context.multifactor = { provider: 'any' };
    callback(null, user, context);
  }` })).status, 201);
  const person = new Reader(api.issuer);
  const page = await person.open((await logIn(person)).links['Authenticator app']);
  const secret = /<code>([A-Z2-7]{32})<\/code>/.exec(page.html)[1];
  const tokens = fragment((await person.submit(await person.submit(page, { code: await code(secret) }))).location);
  assert.ok(tokens.id_token);
  assert.equal(decode((await silent(person)).id_token)['https://example.com/done'], true);
  assert.equal((await password()).body.error, 'mfa_required');
});
test('a device is connected with a second factor where the tenant wants one', async () => {
  await always();
  const { secret } = await enrolled();
  const { body: device } = await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' });
  const person = new Reader(api.issuer);
  let page = await person.open(device.verification_uri_complete);
  if (page.buttons.includes('default') && !page.fields.username) page = await person.submit(page);
  page = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.equal(page.heading, 'Enter the code');
  page = await person.submit(page, { code: await code(secret) });
  await person.submit(page, {}, page.buttons.includes('accept') ? 'accept' : 'default');
  const tokens = await api.token({ grant_type: deviceGrant, client_id: 'app', device_code: device.device_code });
  assert.deepEqual(decode(tokens.body.id_token).amr, ['mfa']);
});
test('an administrator sees the factors, takes them away, and makes a new recovery code', async () => {
  await always();
  await enrolled();
  const { body: methods } = await api.call('GET', 'users/auth0%7Cada/authentication-methods');
  assert.deepEqual(methods.map((m) => [m.type, m.confirmed]), [['totp', true], ['recovery-code', true]]);
  assert.deepEqual((await api.call('GET', 'users/auth0%7Cada')).body.multifactor, ['otp', 'recovery-code']);
  const made = await api.call('POST', 'users/auth0%7Cada/recovery-code-regeneration');
  const { body: { mfa_token } } = await password();
  assert.equal((await proveBy('recovery-code', mfa_token, { recovery_code: made.body.recovery_code })).status, 200);
  assert.equal((await api.call('DELETE', 'users/auth0%7Cada/authentication-methods')).status, 204);
  assert.deepEqual((await api.get('/mfa/authenticators', withToken((await password()).body.mfa_token))).body, []);
});
