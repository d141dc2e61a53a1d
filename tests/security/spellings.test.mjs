// One mailbox, one account: whatever case, composition or form of its host an address is written in, at every way in.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { folder, runOstia, startAuthority, tenantFile } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, callback, extra, grants, origin } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
const password = 'Correct-Horse-9', realm = 'Username-Password-Authentication';
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [{ ...app, organization_usage: 'allow', initiate_login_uri: 'https://app.example/login' }, machine], extra: { ...extra, clientGrants: [managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => { await api.reset(); await api.authenticate(); });

// The first is how it is kept.
const mailboxes = {
  'letters of either case': ['ärger@example.com', 'Ärger@example.com', 'ÄRGER@EXAMPLE.COM'],
  'composed and decomposed': ['m\u00FCller@example.com', 'mu\u0308ller@example.com', 'MU\u0308LLER@example.com'],
  'a host as it is written and as it is looked up': ['ada@xn--bcher-kva.example', 'ada@bücher.example', 'ada@BÜCHER.example', 'ada@bu\u0308cher.example', 'Ada@XN--BCHER-KVA.EXAMPLE', 'ada@bücher\u3002example'],
  'another script': ['иван@xn--e1afmkfd.xn--p1ai', 'Иван@пример.рф', 'ИВАН@ПРИМЕР.РФ'],
  'plain letters': ['ada+x@example.org', 'Ada+X@Example.ORG'],
};
const signUp = (email, more) => api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password, ...more }, { origin });
const logIn = (username, secret = password) => api.token({ grant_type: grants.realm, client_id: 'app', realm, username, password: secret, scope: 'openid email' });
const code = async (email) => {
  assert.equal((await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email, send: 'code' }, { origin })).status, 200, email);
  const [newest] = await api.messages();
  return { to: newest.to, code: /\b\d{6}\b/.exec(newest.text ?? newest.body ?? JSON.stringify(newest))[0] };
};
const importUsers = async (users, more = {}) => {
  const form = new FormData();
  form.append('users', new Blob([JSON.stringify(users)]), 'users.json');
  form.append('connection_id', (await api.call('GET', `connections?name=${realm}`)).body[0].id);
  for (const [name, value] of Object.entries(more)) form.append(name, value);
  const { body: { id } } = await api.call('POST', 'jobs/users-imports', form);
  return until(async () => { const { body } = await api.call('GET', `jobs/${id}`); return ['completed', 'failed'].includes(body.status) && body; }, 'the import ends');
};
const count = () => Number(sql(authority, 'SELECT count(*) FROM users').trim());

for (const [what, spellings] of Object.entries(mailboxes))
  describe(`one mailbox, several spellings: ${what}`, () => {
    const [kept] = spellings;
    test('signed up once, logged in by any', async () => {
      for (const first of spellings) {
        await api.reset();
        const made = await signUp(first);
        assert.equal(made.status, 200, made.text);
        assert.equal(made.body.email, kept);
        const subjects = new Set();
        for (const other of spellings) {
          const again = await signUp(other);
          assert.equal(again.status, 400, `${first} and ${other}: ${again.text}`);
          const { body } = await logIn(other);
          assert.ok(body.id_token, `${other}: ${JSON.stringify(body)}`);
          assert.equal(decode(body.id_token).email, kept);
          subjects.add(decode(body.id_token).sub);
        }
        assert.equal(subjects.size, 1);
      }
    });
    test('without a password', async () => {
      const subjects = new Set();
      for (const spelling of spellings.slice(0, 4)) {
        const sent = await code(spelling);
        assert.equal(sent.to, kept);
        const { body } = await api.token({ grant_type: grants.otp, client_id: 'app', realm: 'email', username: spelling, otp: sent.code, scope: 'openid' });
        assert.ok(body.id_token, JSON.stringify(body));
        subjects.add(decode(body.id_token).sub);
      }
      assert.equal(subjects.size, 1);
    });
    test('imported once', async () => {
      const all = await importUsers(spellings.map((email) => ({ email })));
      assert.deepEqual([all.summary.inserted, all.summary.failed], [1, spellings.length - 1]);
      const before = count();
      for (const email of spellings) assert.equal((await importUsers([{ email }])).summary.failed, 1, email);
      assert.equal((await importUsers(spellings.slice(-1).map((email) => ({ email, user_metadata: { a: 1 } })), { upsert: 'true' })).summary.updated, 1);
      assert.equal(count(), before);
    });
    test('made, moved and found by the Management API', async () => {
      const made = await api.call('POST', 'users', { connection: realm, email: spellings.at(-1), password });
      assert.deepEqual([made.status, made.body.email], [201, kept]);
      const other = (await api.call('POST', 'users', { connection: realm, email: 'other@example.com', password })).body.user_id;
      for (const email of spellings) {
        assert.equal((await api.call('POST', 'users', { connection: realm, email, password })).status, 409, email);
        const moved = await api.call('PATCH', `users/${encodeURIComponent(other)}`, { email });
        assert.ok(moved.status >= 400 && moved.status < 500, `${email}: ${moved.status}`);
        for (const path of [`users-by-email?email=${encodeURIComponent(email)}`, `users?q=${encodeURIComponent(`email:"${email}"`)}`, `users?q=${encodeURIComponent(`email:"${email}" AND NOT name:nobody`)}`, `users?q=${encodeURIComponent(`email:"${email}" OR email:"x@y.example"`)}`]) {
          const { body } = await api.call('GET', path);
          assert.deepEqual(body.map((u) => u.user_id), [made.body.user_id], path);
        }
        assert.equal((await api.call('GET', `user-blocks?identifier=${encodeURIComponent(email)}`)).status, 200);
        assert.equal((await api.call('POST', 'tickets/password-change', { email, connection_id: (await api.call('GET', `connections?name=${realm}`)).body[0].id })).status, 201, email);
      }
      assert.equal((await api.call('PATCH', `users/${encodeURIComponent(other)}`, { email: spellings.at(-1).replace('a', 'b').replace('A', 'B').replace(/^и/i, 'К') })).status, 200);
      assert.equal((await api.call('DELETE', `connections/${(await api.call('GET', `connections?name=${realm}`)).body[0].id}/users?email=${encodeURIComponent(spellings.at(-1))}`)).status, 204);
      assert.equal((await api.call('GET', `users/${encodeURIComponent(made.body.user_id)}`)).status, 404);
    });
    test('a forgotten password is sent to where the account is', async () => {
      await signUp(kept);
      for (const email of spellings.slice(0, 4)) {
        assert.equal((await api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email }, { origin })).status, 200);
        const mail = await until(async () => { const [newest] = await api.messages(); return newest?.template === 'reset_email' && newest; }, `a mail for ${email}`);
        assert.equal(mail.to, kept);
      }
    });
    test('wrong passwords count for the account, however it is written', async () => {
      await signUp(kept);
      for (let i = 0; i < 10; i++) await logIn(spellings[i % spellings.length], 'Wrong-Horse-9');
      for (const spelling of spellings) assert.equal((await logIn(spelling)).body.error, 'too_many_attempts', spelling);
    });
    test('an invitation is for whoever has the mailbox', async () => {
      const organization = (await api.call('POST', 'organizations', { name: 'acme' })).body.id;
      const connection_id = (await api.call('GET', `connections?name=${realm}`)).body[0].id;
      await api.call('POST', `organizations/${organization}/enabled_connections`, { connection_id });
      await signUp(kept);
      const invited = await api.call('POST', `organizations/${organization}/invitations`, { inviter: { name: 'I' }, invitee: { email: spellings.at(-1) }, client_id: 'app' });
      assert.equal(invited.status, 200 + (invited.status === 201), invited.text);
      const invitation = new URL(invited.body.invitation_url).searchParams.get('invitation');
      const person = new Reader(api.issuer);
      const page = await person.open(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid', nonce: 'n', state: 's', organization, invitation })}`);
      assert.equal(page.fields.email, undefined, 'somebody who has an account is asked to log in');
      const { location } = await person.submit(page, { username: spellings[1], password });
      assert.equal(decode(new URLSearchParams(location.hash.slice(1)).get('id_token')).org_id, organization);
    });
  });

test('one mailbox: what has no canonical form is refused by name, at every way in', async () => {
  const bad = ['a\u200Bda@example.com', 'a\u202Eda@example.com', 'ada@xn--a.example', 'ada@-bücher.example', 'ada@bücher..example', 'a\u00A0da@example.com'];
  for (const email of bad) {
    const signed = await signUp(email);
    assert.equal(signed.status, 400, email);
    assert.match(signed.text, /email/);
    const started = await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email, send: 'code' }, { origin });
    assert.deepEqual([started.status, started.body.error], [400, 'bad.email'], email);
    for (const answer of [await api.call('POST', 'users', { connection: realm, email, password }), await api.call('PATCH', 'users/auth0%7Cada', { email }), await api.call('GET', `users-by-email?email=${encodeURIComponent(email)}`)]) {
      assert.equal(answer.status, 400, `${email} ${answer.text}`);
      assert.match(answer.text, /email/);
    }
    assert.equal((await importUsers([{ email }])).summary.failed, 1, email);
  }
});

test('one mailbox: different ones stay apart', async () => {
  for (const email of ['straße@example.com', 'strasse@example.com', 'ada@straße.example', 'ada@strasse.example', 'раypal@example.com', 'paypal@example.com', 'ıvan@example.com', 'ivan@example.com'])
    assert.equal((await signUp(email)).status, 200, email);
});

test('one mailbox: an account that was kept in another spelling is found, and not made twice', async () => {
  for (const [i, email] of ['ada@bücher.example', 'Ärger@bücher.example'].entries()) {
    const id = (await signUp(`old${i}@example.com`)).body._id;
    sql(authority, `UPDATE users SET email = '${email}' WHERE user_id = 'auth0|${id}'`);
    assert.equal(decode((await logIn(email)).body.id_token).sub, `auth0|${id}`);
    assert.equal((await signUp(email)).status, 400);
    assert.deepEqual((await api.call('GET', `users-by-email?email=${encodeURIComponent(email)}`)).body.map((u) => u.user_id), [`auth0|${id}`]);
  }
  assert.ok((await logIn('ada@xn--bcher-kva.example')).body.id_token);
  assert.equal((await signUp('ADA@bu\u0308cher.example')).status, 400);
});

test('one mailbox: the operator’s users file, and back', async () => {
  const dir = folder(), data = join(dir, 'data'), file = join(dir, 'users.json'), out = join(dir, 'out.json');
  writeFileSync(file, JSON.stringify(mailboxes['another script'].map((email) => ({ email }))));
  const tenant = tenantFile(dir, { clients: [app] });
  assert.match((await runOstia(['import', tenant, '--users', file, '--data', data])).stdout, /3 users: 1 added, 0 changed, 2 refused/);
  assert.equal((await runOstia(['export', '--users', out, '--output', join(dir, 'out.yaml'), '--data', data])).code, 0);
  assert.match((await runOstia(['import', '--users', out, '--upsert', '--data', data])).stdout, /1 users: 0 added, 1 changed, 0 refused/);
});
