// `/account`: what people see and change of their own account (ASVS 6.2.3, 6.3.5, 6.3.7, 7.5, 10.4.9, 10.7.3).
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, third, users } from '../lib/tenant.mjs';
import { totp } from '../lib/totp.mjs';

const group = scope();
let api;
before(async () => {
  const guardianFactors = [{ name: 'otp', enabled: true }];
  const databases = [...extra.databases, { name: 'admins', strategy: 'auth0', enabled_clients: [] }];
  api = new Management(await startAuthority(group, { clients: [app, third, machine], extra: { ...extra, databases, guardianFactors, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const browser = 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0';
const [email, password] = users.ada;
/** A browser that is signed in and shows the account. */
const visit = async (name = email, word = password) => {
  const person = new Reader(api.issuer);
  const login = await person.open('/account');
  assert.equal(login.heading, 'Welcome');
  return { person, page: await person.submit(login, { username: name, password: word }) };
};
const press = (visitor, action, page = visitor.page) => visitor.person.submit(page, {}, action);
const signedIn = async (person) => (await person.open('/account')).heading === 'Your account';
const tokens = (more = {}) => api.token({ grant_type: 'password', client_id: 'app', username: email, password, scope: 'openid offline_access', ...more });
const refresh = (refresh_token) => api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token });
const now = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
const changed = { 'current-password': password, password: 'Entirely-New-7', 're-enter-password': 'Entirely-New-7' };

test('a login leads to the account, which no application can be sent to for anything', async () => {
  const { person, page } = await visit();
  assert.equal(page.heading, 'Your account');
  assert.match(page.text, /ada@example\.com at Test/);
  const asked = await person.open(`/authorize?${new URLSearchParams({ client_id: 'ostia-account', response_type: 'code', redirect_uri: `${api.issuer}account`, code_challenge: 'a'.repeat(43), code_challenge_method: 'S256' })}`);
  assert.deepEqual([asked.status, asked.heading], [403, 'You don’t have access'], 'no code, though the session is there');
  assert.equal((await api.token({ grant_type: 'password', client_id: 'ostia-account', username: email, password })).body.error, 'unauthorized_client');
});

test('a login that is older than a quarter of an hour is asked for again, and then its page is', async () => {
  const { person, page } = await visit();
  await api.advance(901);
  assert.equal((await person.open('/account')).heading, 'Welcome');
  assert.equal((await press({ person, page }, 'end_others')).heading, 'Welcome', 'a button, too');
});

test('a form of another session, or of none, changes nothing', async () => {
  const one = await visit(), other = await visit();
  assert.equal((await press(one, 'end_others', other.page)).status, 400);
  assert.equal((await press(one, 'end_others', { ...one.page, fields: {} })).status, 400);
  assert.ok(await signedIn(other.person));
});

test('sessions are listed; the others end, one or all, and this one stays', async () => {
  const elsewhere = new Reader(api.issuer);
  const login = await elsewhere.open('/account');
  await elsewhere.open(login.action, { method: 'POST', headers: { 'user-agent': browser }, body: new URLSearchParams({ ...login.fields, username: email, password, action: 'default' }) });
  const second = await visit(), here = await visit();
  const page = await here.person.open('/account');
  assert.match(page.text, /Firefox, Linux/);
  assert.match(page.text, /This browser · 127\.0\.0\.1/);
  const ends = page.buttons.filter((b) => b.startsWith('end_session:'));
  assert.equal(ends.length, 2);
  const after = await press(here, ends[0], page);
  assert.match(after.text, /That session has been logged out\./);
  assert.deepEqual([await signedIn(elsewhere), await signedIn(second.person)].sort(), [false, true]);
  assert.equal((await press(here, 'end_others', after)).heading, 'Your account');
  assert.deepEqual([await signedIn(elsewhere), await signedIn(second.person), await signedIn(here.person)], [false, false, true]);
});

test('nobody ends the session of somebody else', async () => {
  const ada = await visit();
  const grace = await visit(...users.grace);
  const { body: { sessions } } = await api.call('GET', `users/${encodeURIComponent((await api.call('GET', 'users-by-email?email=ada@example.com')).body[0].user_id)}/sessions`);
  await press(grace, `end_session:${sessions[0].id}`);
  assert.ok(await signedIn(ada.person));
});

test('another password takes the present one, ends what was open, and a mail says so', async () => {
  const elsewhere = await visit();
  const { body: { refresh_token } } = await tokens();
  const here = await visit();
  const page = await press(here, 'password');
  assert.equal(page.heading, 'Change password');
  assert.match((await here.person.submit(page, { ...changed, 'current-password': 'wrong' })).alert, /current password is wrong/);
  assert.match((await here.person.submit(page, { ...changed, 're-enter-password': 'x' })).alert, /don’t match/);
  assert.match((await here.person.submit(page, { ...changed, password: 'short', 're-enter-password': 'short' })).alert, /too weak/);
  const aboutPassword = async () => (await api.messages(email)).filter((m) => /password for your account/.test(m.text));
  assert.deepEqual(await aboutPassword(), []);
  const cookies = new Map(here.person.cookies);
  const done = await here.person.submit(page, changed);
  assert.equal(done.heading, 'Your account');
  assert.match(done.text, /Your password has been changed/);
  assert.notDeepEqual(here.person.cookies, cookies, 'the session is another one');
  assert.equal(await signedIn(elsewhere.person), false);
  assert.equal((await refresh(refresh_token)).status, 403);
  assert.equal((await tokens()).body.error, 'invalid_grant');
  assert.equal((await tokens({ password: changed.password })).status, 200);
  const mail = await api.message(email);
  assert.equal(mail.template, 'account_notice');
  assert.match(mail.text, /The password for your account at Test was changed\. The request came from the address 127\.0\.0\.1/);
});

test('guesses of the present password are counted like those at the login', async () => {
  const here = await visit();
  const page = await press(here, 'password');
  for (let i = 0; i < 10; i++) await here.person.submit(page, { ...changed, 'current-password': 'wrong' });
  assert.match((await here.person.submit(page, changed)).alert, /Too many failed attempts/);
});

test('a second factor is added, asked for, and taken away; mails say so', async () => {
  const here = await visit();
  const enrolment = await press(here, 'add_factor');
  const secret = /<code>([A-Z2-7]{32})/.exec(enrolment.html)[1];
  let page = await here.person.submit(enrolment, { code: totp(secret, await now()) });
  if (page.heading === 'Save this recovery code') page = await here.person.submit(page);
  assert.equal(page.heading, 'Your account');
  assert.match(page.text, /Authenticator app/);
  assert.match((await api.message(email)).text, /A second factor was added/);
  await api.advance(30);
  const other = await visit();
  assert.equal(other.page.heading, 'Enter the code', 'a password alone does not show the account');
  page = await here.person.open('/account');
  const after = await press(here, page.buttons.find((b) => b.startsWith('remove_factor:')), page);
  assert.match(after.text, /The second factor has been removed/);
  assert.match((await api.message(email)).text, /A second factor was removed/);
});

test('an application that somebody had agreed to loses its access', async () => {
  const person = new Reader(api.issuer);
  const login = await person.open(`/authorize?${new URLSearchParams({ client_id: 'third', response_type: 'token', redirect_uri: callback, scope: 'openid profile', state: 's' })}`);
  const consent = await person.submit(login, { username: email, password });
  assert.match(consent.heading, /Authorize/);
  await person.submit(consent, {}, 'accept');
  const { body: { refresh_token, access_token } } = await tokens();
  let page = await person.open('/account');
  assert.match(page.text, /Third party openid, profile/);
  page = await press({ person, page }, 'withdraw:app');
  assert.match(page.text, /no longer has access/);
  assert.equal((await refresh(refresh_token)).status, 403);
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${access_token}` })).status, 401, 'nor by the access token');
  page = await press({ person, page }, 'withdraw:third');
  assert.doesNotMatch(page.text, /Third party/);
  assert.match((await person.open(`/authorize?${new URLSearchParams({ client_id: 'third', response_type: 'token', redirect_uri: callback, scope: 'openid profile', state: 's' })}`)).heading, /Authorize/);
});

test('a consent that an administrator takes back ends the refresh tokens of its application and person, and no others', async () => {
  const person = new Reader(api.issuer);
  const login = await person.open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid profile', state: 's', prompt: 'consent' })}`);
  await person.submit(await person.submit(login, { username: email, password }), {}, 'accept');
  const [name, word] = users.grace;
  const hers = await tokens(), others = await tokens({ username: name, password: word });
  const grants = async () => (await api.call('GET', 'grants?client_id=app')).body;
  const [{ id, clientID, scope: words }, ...rest] = await grants();
  assert.deepEqual([clientID, words, rest], ['app', ['openid', 'profile'], []]);
  assert.equal((await api.call('DELETE', `grants/${encodeURIComponent(id)}`)).status, 204);
  assert.deepEqual(await grants(), []);
  assert.deepEqual([(await refresh(hers.body.refresh_token)).status, (await refresh(others.body.refresh_token)).status], [403, 200]);
  assert.equal((await api.call('DELETE', 'grants/nothing')).status, 204);
});

test('a login after several wrong passwords, and another address of the account, are told by mail', async () => {
  for (let i = 0; i < 4; i++) await tokens({ password: 'wrong' });
  await tokens({ scope: 'openid' });
  assert.deepEqual(await api.messages(email), [], 'four can be a bad day');
  for (let i = 0; i < 5; i++) await tokens({ password: 'wrong' });
  await tokens({ scope: 'openid' });
  assert.match((await api.message(email)).text, /logged in to your account at Test after several wrong passwords/);
  const [{ user_id }] = (await api.call('GET', 'users-by-email?email=ada@example.com')).body;
  assert.equal((await api.call('PATCH', `users/${encodeURIComponent(user_id)}`, { email: 'ada@elsewhere.example', verify_email: false })).status, 200);
  assert.match((await api.message(email)).text, /email address for your account at Test was changed/);
});

test('who is refused by a rule does not get in, signed in or not', async (t) => {
  const rule = { id: 'rul_1', name: 'Office hours', order: 1, enabled: true, script: "function (user, context, callback) { if (context.clientID === 'ostia-account') return callback(new UnauthorizedError('Not today')); callback(null, user, context); }" };
  const other = await startAuthority(t, { clients: [app], extra: { ...extra, rules: [rule] } });
  const person = new Reader(other.devIssuer);
  const login = await person.open('/account');
  const page = await person.submit(login, { username: email, password });
  assert.deepEqual([page.status, page.heading, page.location?.href], [403, 'You don’t have access', undefined]);
  assert.match(page.text, / unauthorized /);
  assert.doesNotMatch((await person.open(`/account?${new URLSearchParams({ error: 'Call 555-1234', error_description: 'Call 555-1234' })}`)).text, /555/, 'an address says nothing in our name');
  assert.deepEqual([(await person.open('/account')).status, (await person.post('/account', { action: 'end_others' })).status], [403, 302]);
  assert.equal((await person.open(`/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid', state: 's', prompt: 'none', nonce: 'n' })}`)).location.hash.includes('access_token'), true, 'the session is good for others');
});

test('a tenant that does not want these mails sends none', async () => {
  assert.equal((await api.call('POST', 'email-templates', { template: 'account_notice', enabled: false, syntax: 'liquid', subject: 'x', body: 'x', from: 'a@example.com' })).status, 201);
  const here = await visit();
  await here.person.submit(await press(here, 'password'), changed);
  assert.deepEqual(await api.messages(email), []);
});
