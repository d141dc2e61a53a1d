// What ends, ends for all that hangs on it: a proof of an address with the address, a link with its first use, a chain of
// exchanges with the login, offline access with the API's leave; and applications are told when a session ends.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { callback, exchangeGrant, extra, web } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication', newPassword = 'Entirely-New-7';
const group = scope(), told = [];
const apis = ['a', 'b'].map((name) => `https://${name}.example.com/`);
let api;
before(async () => {
  const port = await freePort();
  const listener = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (d) => (body += d)).on('end', () => { told.push(decode(new URLSearchParams(body).get('logout_token'))); response.end(); });
  }).listen(port, '127.0.0.1');
  group.after(() => listener.close());
  const tellable = { ...web, client_id: 'tellable', name: 'Tellable', oidc_logout: { backchannel_logout_urls: [`http://127.0.0.1:${port}/`] } };
  api = new Management(await startAuthority(group, { clients: [web, tellable, machine], extra: {
    ...extra,
    resourceServers: [...extra.resourceServers, ...apis.map((identifier) => ({ name: identifier, identifier, scopes: [{ value: 'read:it' }] }))],
    clientGrants: [managementGrant(), ...apis.map((audience) => ({ client_id: 'web', audience, scope: ['read:it'] }))],
  } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  told.length = 0;
});

const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' }, withWeb = { client_id: 'web', client_secret: 'web-secret' };
const must = async (...call) => {
  const answer = await api.call(...call);
  assert.ok(answer.status < 300, answer.text);
  return answer.body;
};
const password = (more = {}) => api.token({ grant_type: 'password', ...withWeb, ...ada, scope: 'openid', ...more });
const user = 'users/auth0%7Cada';
const typed = { password: newPassword, 're-enter-password': newPassword };
const resetLink = async () => {
  await api.post('/dbconnections/change_password', { client_id: 'web', connection: realm, email: ada.username });
  return (await api.message(ada.username)).link;
};

// ---- Links

for (const [what, make] of Object.entries({ 'a reset link that was mailed': resetLink, 'a ticket of an administrator': async () => (await must('POST', 'tickets/password-change', { user_id: 'auth0|ada' })).ticket }))
  for (const open of ['before', 'after'])
    test(`${what} ends with the address, also where its page was open: opened ${open}`, async () => {
      const link = await make(), person = new Reader(api.issuer);
      const early = open === 'before' && await person.open(link);
      await must('PATCH', user, { email: 'ada@new.example.com', email_verified: true, connection: realm });
      const page = early || await person.open(link);
      const done = page.action ? await person.submit(page, typed) : page;
      assert.ok(done.status >= 400, done.heading);
      assert.equal((await password({ username: 'ada@new.example.com', password: newPassword })).status, 403);
      assert.equal((await password({ username: 'ada@new.example.com' })).status, 200, 'the password is what it was');
    });

test('a link that sets a password works once, also for many at once, and one notice says so', async () => {
  const link = await resetLink(), people = Array.from({ length: 8 }, () => new Reader(api.issuer));
  const pages = await Promise.all(people.map((person) => person.open(link)));
  const done = await Promise.all(people.map((person, i) => person.submit(pages[i], { password: `${newPassword}-${i}`, 're-enter-password': `${newPassword}-${i}` })));
  assert.deepEqual(done.map((page) => /Password changed/.test(page.heading)).sort(), [false, false, false, false, false, false, false, true]);
  const winner = done.findIndex((page) => /Password changed/.test(page.heading));
  assert.equal((await password({ password: `${newPassword}-${winner}` })).status, 200);
  assert.equal((await api.messages(ada.username)).filter((mail) => mail.template !== 'reset_email').length, 1);
});

// ---- Chains of exchanges

const exchange = (subject_token, audience, more = {}) => api.token({ grant_type: exchangeGrant, ...withWeb, subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience, ...more });
test('an exchange gives no more time than its subject token has left, however often', async () => {
  const first = (await password({ audience: apis[0], scope: 'openid read:it' })).body.access_token, { exp } = decode(first);
  let token = first;
  for (let i = 1; i < 4; i++) {
    await api.advance(3600);
    const { status, body, text } = await exchange(token, apis[i % 2]);
    assert.equal(status, 200, text);
    assert.ok(decode(body.access_token).exp <= exp, 'it ends with the first');
    assert.ok(body.expires_in <= exp - decode(body.access_token).iat);
    token = body.access_token;
  }
  await api.advance(86_400);
  assert.equal((await exchange(token, apis[0])).body.error, 'invalid_grant');
});

test('a chain of exchanges ends with the password', async () => {
  const { body } = await password({ audience: apis[0], scope: 'openid read:it' });
  const second = await exchange(body.access_token, apis[1]);
  assert.equal(second.status, 200, second.text);
  await must('PATCH', user, { password: newPassword, connection: realm });
  assert.equal((await exchange(second.body.access_token, apis[0])).body.error, 'invalid_grant');
});

test('a chain of exchanges ends with the grant that it began with', async () => {
  const { body } = await password({ audience: 'https://api.example.com/', scope: 'openid read:messages offline_access' });
  const second = await exchange(body.access_token, apis[1]);
  assert.equal(second.status, 200, second.text);
  await api.form('/oauth/revoke', { ...withWeb, token: body.refresh_token });
  assert.equal((await exchange(second.body.access_token, apis[0])).body.error, 'invalid_grant');
});

// ---- Offline access

test('an API that allows offline access no more ends that which it had allowed', async () => {
  const audience = 'https://api.example.com/';
  const { body: { refresh_token } } = await password({ audience, scope: 'openid read:messages offline_access' });
  const refresh = () => api.token({ grant_type: 'refresh_token', ...withWeb, refresh_token });
  const { id } = (await must('GET', 'resource-servers')).find((one) => one.identifier === audience);
  await must('PATCH', `resource-servers/${id}`, { allow_offline_access: false });
  const refused = await refresh();
  assert.deepEqual([refused.status, refused.body.error], [403, 'invalid_grant']);
  await must('PATCH', `resource-servers/${id}`, { allow_offline_access: true });
  assert.equal((await refresh()).status, 200, 'the refusal has not used it up');
});

// ---- Who is told

const endings = {
  'the person logs out': (person) => person.open('/v2/logout'),
  'an administrator ends the person\'s sessions': () => must('DELETE', `${user}/sessions`),
  'an administrator ends the session': async () => must('DELETE', `sessions/${(await must('GET', `${user}/sessions`)).sessions[0].id}`),
  'an administrator revokes the session': async () => must('POST', `sessions/${(await must('GET', `${user}/sessions`)).sessions[0].id}/revoke`),
  'the person is blocked': () => must('PATCH', user, { blocked: true }),
  'the account is deleted': () => must('DELETE', user),
  'an administrator sets a password': () => must('PATCH', user, { password: newPassword, connection: realm }),
  'the person resets the password': async () => {
    const person = new Reader(api.issuer);
    assert.match((await person.submit(await person.open(await resetLink()), typed)).heading, /Password changed/);
  },
};
for (const [what, end] of Object.entries(endings))
  test(`applications are told when a session ends: ${what}`, async () => {
    const person = new Reader(api.issuer);
    const { location } = await person.submit(await person.open(`/authorize?${new URLSearchParams({ client_id: 'tellable', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' })}`), ada);
    const { body } = await api.token({ grant_type: 'authorization_code', client_id: 'tellable', client_secret: 'web-secret', code: location.searchParams.get('code'), redirect_uri: callback });
    const { sid } = decode(body.id_token);
    await end(person);
    await until(() => told.some((claims) => claims.sid === sid && claims.sub === 'auth0|ada'), 'the application is told', 30_000);
  });
