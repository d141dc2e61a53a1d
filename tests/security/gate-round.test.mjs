// What would go round the gate: by linking accounts, by an invitation or an organization's page, by what was begun before
// a password changed.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { ada, callback, grace, guarded, plain, realm, startWorld, userPath } from './gate/round.mjs';

const newPassword = 'Entirely-New-7x';
const w = startWorld();
const login = async (person, page, who) => person.submit(page.action === '/u/login' ? page : await person.open(page.links['Log in']), who);

// ---- Invitations and organizations

test('an invitation counts for its own organization: the state of its login page does not open the page that asks for one', async () => {
  const invitation = await w.invite(ada.username, { roles: [await w.role('admin:it')] });
  const person = new Reader(w.api.issuer), page = await person.open(w.url({ invitation, organization: w.acme, audience: guarded, scope: 'openid admin:it' }));
  const swapped = await person.open('/u/organization', { method: 'POST', body: new URLSearchParams({ state: page.fields.state, organization: 'other-org' }) });
  if (swapped.action || swapped.links) await login(person, swapped, ada).catch(() => {});
  assert.deepEqual(await w.members(w.other), []);
  assert.ok(swapped.status >= 400, swapped.heading);
  const { location } = await login(person, page, ada);
  const claims = decode((await w.redeem(location.searchParams.get('code'))).body.access_token);
  assert.deepEqual([claims.org_id, claims.permissions, await w.members(w.other)], [w.acme, ['admin:it'], []], 'where it was for, it still counts');
});

const chosen = { 'an application that has no organizations': { client_id: 'lonely' }, 'a request that names one': { organization: 'acme' }, 'a request that names none, and need not': {} };
for (const [what, asked] of Object.entries(chosen))
  test(`the page that asks for an organization opens only where the person is asked: ${what}`, async () => {
    await w.must('POST', `organizations/${w.other}/members`, { members: ['auth0|ada'] });
    const person = new Reader(w.api.issuer), { fields: { state } } = await person.open(w.url({ ...asked, ...(asked.organization && { organization: w.acme }) }));
    assert.ok((await person.open(`/u/organization?${new URLSearchParams({ state })}`)).status >= 400);
    const swapped = await person.open('/u/organization', { method: 'POST', body: new URLSearchParams({ state, organization: 'other-org' }) });
    assert.ok(swapped.status >= 400, swapped.heading);
  });

test('the page that asks for an organization opens where the application needs one', async () => {
  await w.must('POST', `organizations/${w.other}/members`, { members: ['auth0|ada'] });
  const person = new Reader(w.api.issuer), page = await person.open(w.url({ client_id: 'team' }));
  assert.equal(page.action, '/u/organization');
  const { location } = await person.submit(await person.submit(page, { organization: 'other-org' }), ada);
  assert.equal(decode((await w.redeem(location.searchParams.get('code'), 'team')).body.id_token).org_id, w.other);
});

for (const [what, client_id, organization] of [['organization', 'app', 'other-org'], ['application', 'second', 'acme']])
  test(`an invitation counts for its own ${what}, by a passwordless link, too`, async () => {
    const email = 'pat@example.com', invitation = await w.invite(email);
    const authParams = { response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', organization, invitation };
    const started = await w.api.post('/passwordless/start', { ...w.as(client_id), connection: 'email', email, send: 'link', authParams });
    if (started.status === 200) {
      const person = new Reader(w.api.issuer), page = await person.submit(await person.open((await w.api.message(email)).link));
      assert.equal(page.location?.searchParams.get('code') ?? null, null);
    }
    assert.deepEqual([await w.members(w.acme), await w.members(w.other)], [[], []]);
  });

test('one invitation makes one member, of two who take it at once', async () => {
  const email = 'both@example.com', password = 'Some-Password-1';
  for (const [connection, user_id] of [[realm, 'b1'], ['Other', 'b2']]) await w.must('POST', 'users', { connection, email, password, user_id });
  for (let i = 0; i < 6; i++) {
    const invitation = await w.invite(email);
    const ready = await Promise.all([realm, 'Other'].map(async (connection) => {
      const person = new Reader(w.api.issuer), page = await person.open(w.url({ invitation, organization: w.acme, connection }));
      const form = page.action === '/u/login' ? page : await person.open(page.links['Log in']);
      const { headers } = await person.get(form.action, { method: 'POST', body: new URLSearchParams({ ...form.fields, username: email, password, action: 'default' }) });
      return () => person.open(headers.get('location'));
    }));
    await Promise.all(ready.map((open) => open()));
    const members = await w.members(w.acme);
    assert.equal(members.length, 1);
    await w.must('DELETE', `organizations/${w.acme}/members`, { members });
  }
});

test('nobody becomes a member by an invitation that a rule refuses; and with it they do, with its roles in the first token', async () => {
  const asked = { invitation: await w.invite(ada.username, { roles: [await w.role('admin:it')] }), organization: w.acme, audience: guarded, scope: 'openid admin:it' };
  const rule = await w.must('POST', 'rules', { name: 'no', script: 'function (user, context, callback) { callback(new UnauthorizedError("no")); }' });
  const take = async () => {
    const person = new Reader(w.api.issuer);
    return (await login(person, await person.open(w.url(asked)), ada)).location.searchParams;
  };
  assert.equal((await take()).get('error'), 'unauthorized');
  assert.deepEqual(await w.members(w.acme), []);
  await w.must('DELETE', `rules/${rule.id}`);
  const claims = decode((await w.redeem((await take()).get('code'))).body.access_token);
  assert.deepEqual([claims.org_id, claims.permissions, await w.members(w.acme)], [w.acme, ['admin:it'], ['auth0|ada']]);
});

const refusals = {
  'a rule refuses': () => w.must('POST', 'rules', { name: 'no', script: 'function (user, context, callback) { callback(new UnauthorizedError("no")); }' }),
  'a second factor is missing': () => w.policy('all-applications'),
};
for (const [what, refuse] of Object.entries(refusals))
  test(`nobody becomes a member by a silent login when ${what}; and they do when it does not`, async () => {
    const { id } = (await w.must('GET', 'connections')).find((one) => one.name === realm);
    await w.must('POST', `organizations/${w.other}/enabled_connections`, { connection_id: id, assign_membership_on_login: true });
    const { person } = await w.login();
    const silent = async () => (await person.open(w.url({ prompt: 'none', organization: w.other }))).location.searchParams;
    const rule = await refuse();
    assert.ok((await silent()).get('error'));
    assert.deepEqual(await w.members(w.other), []);
    await (rule.id ? w.must('DELETE', `rules/${rule.id}`) : w.policy());
    assert.equal(decode((await w.redeem((await silent()).get('code'))).body.id_token).org_id, w.other);
    assert.deepEqual(await w.members(w.other), ['auth0|ada']);
  });

// ---- Linking

const linking = () => ({ audience: `${w.api.issuer}api/v2/`, scope: 'openid update:current_user_identities' });
const link = (access_token, id_token) => w.api.call('POST', `${userPath('ada')}/identities`, { link_with: id_token }, access_token);
const identities = async () => (await w.must('GET', userPath('ada'))).identities.map((one) => one.user_id);
const isRefused = async (answer) => {
  assert.deepEqual(await identities(), ['ada'], answer.text);
  assert.ok(answer.status >= 400 && answer.status < 500, `${answer.status}`);
};
const endings = {
  'a new password': (id) => w.must('PATCH', userPath(id), { password: newPassword, connection: realm }),
  'the end of all sessions': (id) => w.must('DELETE', `${userPath(id)}/sessions`),
  'a block': (id) => w.must('PATCH', userPath(id), { blocked: true }),
  'a block that is no more': async (id) => {
    for (const blocked of [true, false]) await w.must('PATCH', userPath(id), { blocked });
  },
};
for (const [what, end] of Object.entries(endings)) {
  test(`an account is not linked by an access token from before ${what}`, async () => {
    const { access_token } = await w.tokens(ada, linking()), { id_token } = await w.tokens(grace);
    await w.api.advance(1);
    await end('ada');
    await isRefused(await link(access_token, id_token));
  });
  test(`an account is not linked by an ID token from before ${what}`, async () => {
    const { access_token } = await w.tokens(ada, linking()), { id_token } = await w.tokens(grace);
    await w.api.advance(1);
    await end('grace');
    await isRefused(await link(access_token, id_token));
  });
}

for (const what of ['a new password', 'the end of all sessions', 'a block that is no more'])
  test(`an account is not linked by an ID token from before ${what}, be it in the same second`, async () => {
    const { access_token } = await w.tokens(ada, linking()), { id_token } = await w.tokens(grace);
    await endings[what]('grace');
    await isRefused(await link(access_token, id_token));
  });

test('an account is linked by tokens of now, after new passwords, too', async () => {
  for (const id of ['ada', 'grace']) await endings['a new password'](id);
  await w.api.advance(1); // in the second of a change nobody can say which was first
  const { access_token } = await w.tokens({ ...ada, password: newPassword }, linking()), { id_token } = await w.tokens({ ...grace, password: newPassword });
  const answer = await link(access_token, id_token);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(await identities(), ['ada', 'grace']);
});

for (const [whose, who] of [['the caller', ada], ['the other account', grace]])
  test(`an account is not linked by a password alone where a second factor is there: ${whose}'s`, async () => {
    await w.enrol(who);
    await isRefused(await link((await w.tokens(ada, linking())).access_token, (await w.tokens(grace)).id_token));
  });

test('an account is linked with the second factors of both', async () => {
  const found = [];
  for (const [who, asked] of [[ada, linking()], [grace, {}]]) {
    const secret = await w.enrol(who);
    await w.policy('all-applications');
    const { status, body, text } = await w.byOtp((await w.password(who, asked)).body.mfa_token, secret);
    assert.equal(status, 200, text);
    found.push(body);
    await w.policy();
  }
  const answer = await link(found[0].access_token, found[1].id_token);
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(await identities(), ['ada', 'grace']);
});

test('an ID token of a deleted account is not one of that which was made anew under its id', async () => {
  const anew = (email) => w.must('POST', 'users', { connection: realm, user_id: 'anew', email, password: newPassword });
  await anew('first@example.com');
  const { id_token } = await w.tokens({ username: 'first@example.com', password: newPassword });
  await w.must('DELETE', userPath('anew'));
  await w.api.advance(1);
  await anew('next@example.com');
  await isRefused(await link((await w.tokens(ada, linking())).access_token, id_token));
});

// ---- While a password is changed

const typed = (password) => ({ password, 're-enter-password': password });
test('a login with the old password of a linked account, while that is reset, gives nothing that lasts', async () => {
  await w.must('POST', `${userPath('ada')}/identities`, { provider: 'auth0', user_id: 'grace' });
  let old = grace.password;
  for (let i = 0; i < 5; i++) { // a recipient gets so many mails an hour
    await w.api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: grace.username });
    const person = new Reader(w.api.issuer), page = await person.open((await w.api.message(grace.username)).link);
    const logIn = () => w.password({ username: grace.username, password: old }, { audience: plain, scope: 'openid offline_access' });
    const [done, ...answers] = await Promise.all([person.submit(page, typed(`${newPassword}-${i}`)), ...Array.from({ length: 6 }, logIn)]);
    assert.match(done.heading, /Password changed/);
    for (const { body } of answers) if (body.refresh_token) assert.equal((await w.refresh(body.refresh_token)).body.error, 'invalid_grant');
    old = `${newPassword}-${i}`;
  }
});

test('a link whose address changes while its password is hashed sets none, and verifies no other address', async () => {
  for (let i = 0, old = grace.password; i < 4; i++) {
    const password = `${newPassword}-${i}`, next = `h${i}@example.com`;
    const { email } = await w.must('PATCH', userPath('grace'), { email: `g${i}@example.com`, email_verified: true, connection: realm });
    await w.login({ username: email, password: old });
    const { ticket } = await w.must('POST', 'tickets/password-change', { user_id: 'auth0|grace', mark_email_as_verified: true });
    const person = new Reader(w.api.issuer), page = await person.open(ticket);
    const others = Array.from({ length: 12 }, (_, k) => w.password({ username: `nobody-${i}-${k}@example.com`, password }));
    const sent = person.submit(page, typed(password));
    await w.now(); // a request that was sent later has been answered
    await w.must('PATCH', userPath('grace'), { email: next, email_verified: false, connection: realm });
    const isBefore = (await w.must('GET', `${userPath('grace')}/sessions`)).sessions.length > 0; // a new password ends them
    const { heading } = await sent;
    await Promise.all(others);
    const isSet = (await w.password({ username: next, password })).status === 200;
    if (isBefore) assert.ok(!isSet, heading);
    assert.equal((await w.must('GET', userPath('grace'))).email_verified, false);
    if (isSet) old = password;
  }
});
