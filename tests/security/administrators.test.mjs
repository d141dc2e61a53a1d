// Who may make an administrator: nobody by what an account carries, whichever way it is carried in.
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, callback, database, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication', password = 'Correct-Horse-9';
const flag = { ostia: { administrator: true } };
const narrow = { creator: ['create:users'], metadata: ['update:users_app_metadata'], inviter: ['create:organization_invitations'], updater: ['update:users'] };
const inviting = { ...app, initiate_login_uri: 'https://app.example.com/login', organization_usage: 'allow' };
const group = scope();
let authority, api, tokens;
before(async () => {
  const machines = Object.keys(narrow).map((client_id) => ({ ...machine, name: client_id, client_id }));
  authority = await startAuthority(group, {
    clients: [inviting, machine, ...machines],
    extra: {
      ...extra, connections: [], organizations: [{ name: 'acme', connections: [] }],
      databases: [database(realm, {}, { enabled_clients: ['app'] }), database('Other', {}, { enabled_clients: ['app'] })],
      actions: [{ name: 'Promote', code: "exports.onExecutePostLogin = async (event, api) => { api.user.setAppMetadata('ostia', { administrator: true }); };", supported_triggers: [{ id: 'post-login', version: 'v3' }], deployed: true }],
      triggers: { 'post-login': [{ action_name: 'Promote', display_name: 'Promote' }] },
      clientGrants: [managementGrant(), ...Object.entries(narrow).map(([id, scopes]) => managementGrant(scopes, id))],
    },
  });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  tokens = {};
  for (const name of Object.keys(narrow)) tokens[name] = (await new Management(authority).authenticate(name)).bearer;
});
const isAdministrator = async (email) => {
  const rows = sql(authority, `SELECT count(*) FROM administrators WHERE user_id IN (SELECT user_id FROM users WHERE email = '${email}')`).trim();
  return rows !== '0';
};
const refused = (answer) => {
  assert.ok([400, 403].includes(answer.status), `${answer.status} ${answer.text}`);
  assert.match(answer.text, /administrator/);
};
const eve = 'eve@example.com';
const user = (more = {}) => ({ connection: realm, email: eve, password, verify_email: false, ...more });

test('administrators: an account is not made with it, by whatever scope', async () => {
  for (const token of [tokens.creator, api.bearer]) refused(await api.call('POST', 'users', user({ app_metadata: flag }), token));
  for (const member of [{ administrator: true }]) assert.equal((await api.call('POST', 'users', user(member))).status, 400);
});

test('administrators: metadata does not carry it, by whatever scope and in whatever shape', async () => {
  const made = (await api.call('POST', 'users', user())).body.user_id;
  for (const token of [tokens.metadata, tokens.updater, api.bearer])
    for (const app_metadata of [flag, { ostia: { administrator: 'true' } }, { ostia: { administrator: 1, x: 1 } }])
      refused(await api.call('PATCH', `users/${made}`, { app_metadata }, token));
  refused(await api.call('PATCH', `users/${made}`, { administrator: true }, tokens.updater));
  refused(await api.call('PATCH', `users/${made}`, { administrator: true }, tokens.metadata));
  assert.equal(await isAdministrator(eve), false);
  assert.equal((await api.call('PATCH', `users/${made}`, { user_metadata: flag })).status, 200, 'that is the person’s own');
  assert.equal(await isAdministrator(eve), false);
});

test('administrators: an invitation does not carry it', async () => {
  const acme = (await api.call('GET', 'organizations/name/acme')).body.id;
  refused(await api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: eve }, client_id: 'app', app_metadata: flag }, tokens.inviter));
});

test('administrators: an import does not carry it, and does not reach people of another connection', async () => {
  const other = (await api.call('POST', 'users', { ...user(), connection: 'Other', user_id: 'other', email: 'other@example.com' })).body.user_id;
  assert.equal((await api.call('PATCH', `users/${other}`, { blocked: true })).status, 200);
  const id = (await api.call('GET', 'connections')).body.find((c) => c.name === realm).id;
  const form = new FormData();
  form.append('users', new Blob([JSON.stringify([
    { email: eve, app_metadata: flag }, { email: 'fine@example.com', app_metadata: { plan: 'pro' } }, { user_id: 'other', email: 'other@example.com', app_metadata: { plan: 'stolen' }, blocked: false },
  ])]), 'users.json');
  form.append('connection_id', id);
  form.append('upsert', 'true');
  const job = await api.call('POST', 'jobs/users-imports', form, tokens.creator);
  assert.equal(job.status, 202, job.text);
  const done = await until(async () => { const { body } = await api.call('GET', `jobs/${job.body.id}`); return ['completed', 'failed'].includes(body.status) && body; }, 'the import ends');
  assert.deepEqual([done.summary.inserted, done.summary.failed], [1, 2]);
  assert.match((await api.call('GET', `jobs/${job.body.id}/errors`)).text, /administrator.*another connection/s);
  const after = (await api.call('GET', `users/${other}`)).body;
  assert.deepEqual([after.blocked, after.app_metadata], [true, undefined]);
  assert.equal(await isAdministrator(eve), false);
});

test('administrators: a script does not carry it', async () => {
  await api.call('POST', 'users', user());
  const location = await new Person().logIn(authorizeUrl(api.issuer, { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }), eve, password);
  assert.ok(location.searchParams.get('error') || location.searchParams.get('code'));
  assert.equal(await isAdministrator(eve), false);
});

test('administrators: the one scope that is for it makes and unmakes one', async () => {
  const made = (await api.call('POST', 'users', user())).body.user_id;
  const grant = (await api.call('GET', 'client-grants?client_id=updater')).body[0];
  assert.equal((await api.call('PATCH', `client-grants/${grant.id}`, { scope: ['update:administrators', 'read:users'] })).status, 200);
  const { bearer } = await new Management(authority).authenticate('updater');
  const changed = await api.call('PATCH', `users/${made}`, { administrator: true }, bearer);
  assert.deepEqual([changed.status, changed.body.administrator], [200, true], changed.text);
  assert.equal(await isAdministrator(eve), true);
  assert.equal((await api.call('PATCH', `users/${made}`, { blocked: true }, bearer)).status, 403, 'it is for nothing else');
  assert.equal((await api.call('PATCH', `users/${made}`, { administrator: false }, bearer)).body.administrator, undefined);
  assert.equal(await isAdministrator(eve), false);
});

test('administrators: the operator’s own file makes one, and an export keeps it', async () => {
  const dir = folder(), data = join(dir, 'data'), file = join(dir, 'users.json');
  writeFileSync(file, JSON.stringify([{ user_id: 'root', email: 'root@example.com', password, app_metadata: { ...flag, plan: 'x' } }, { user_id: 'eve', email: eve, user_metadata: { app_metadata: flag } }]));
  const tenant = tenantFile(dir, { clients: [app] });
  assert.equal((await runOstia(['import', tenant, '--users', file, '--data', data])).code, 0);
  const out = join(dir, 'out.json');
  assert.equal((await runOstia(['export', '--users', out, '--output', join(dir, 'out.yaml'), '--data', data])).code, 0);
  const exported = JSON.parse(readFileSync(out, 'utf8'));
  assert.deepEqual(exported.find((u) => u.email === 'root@example.com').app_metadata, { plan: 'x', ...flag });
  assert.equal(exported.find((u) => u.email === eve).app_metadata, undefined);
});

test('administrators: a store from before the table keeps those that it had, and only those', async (t) => {
  const data = join(folder(), 'data'), args = ['--data', data, '--listen', `127.0.0.1:${await freePort()}`];
  const first = await serve(args);
  await first.stop();
  const store = { data };
  const put = (id, profile) => sql(store, `INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, created_at, updated_at) VALUES ('auth0|${id}', '${realm}', '${id}@example.com', '', '', 0, '${JSON.stringify(profile)}', 1, 1)`);
  put('old', { app_metadata: { ...flag, plan: 'x' } });
  put('sly', { user_metadata: { app_metadata: flag, ...flag } });
  sql(store, "DELETE FROM revisions WHERE name = 'administrators'");
  const second = await serve(args);
  await second.stop();
  assert.equal(sql(store, 'SELECT user_id FROM administrators').trim(), 'auth0|old');
  assert.doesNotMatch(sql(store, "SELECT profile FROM users WHERE user_id = 'auth0|old'"), /administrator/);
  put('late', { app_metadata: flag });
  const third = await serve(args);
  t.after(() => third.stop());
  assert.equal(sql(store, 'SELECT user_id FROM administrators').trim(), 'auth0|old', 'once in the store’s life');
});

test('administrators: lint names each scope that is as good as being one, and the docs list the same', async () => {
  const page = readFileSync(new URL('../../docs/security.md', import.meta.url), 'utf8');
  const section = page.slice(page.indexOf('## Scopes that are as good'), page.indexOf('Not among them'));
  const listed = [...section.matchAll(/`((?:read|create|update|delete):\w+)`/g)].map((m) => m[1]).sort();
  assert.ok(listed.length >= 10);
  const dir = folder();
  const file = tenantFile(dir, { clients: [machine], extra: { clientGrants: [managementGrant([...listed, 'read:users', 'create:users'])] } });
  const { stdout, stderr } = await runOstia(['lint', file]);
  const named = [...`${stdout}${stderr}`.matchAll(/(\w+:\w+) is as good as an administrator/g)].map((m) => m[1]).sort();
  assert.deepEqual(named, listed);
});
