// What the database has in it opens nothing: secrets are sealed, each for its own row, and the key that seals them can
// be changed while the authority runs.
import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { folder, freePort, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { dump, sql } from '../lib/store.mjs';
import { app, extra, grants, users, web } from '../lib/tenant.mjs';

const realm = 'Username-Password-Authentication';
const tenant = { ...extra, clientGrants: [...extra.clientGrants, managementGrant()], organizations: [{ name: 'acme', display_name: 'Acme' }] };
const inviting = { ...app, initiate_login_uri: 'https://app.example.com/login' };
const start = (t, more = {}) => startAuthority(t, { clients: [inviting, web, machine], extra: tenant, ...more });
const login = (issuer, [username, password]) => fetch(`${issuer}oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: grants.realm, client_id: 'app', username, password, realm, scope: 'openid offline_access', audience: 'https://api.example.com/' }) });

test('nothing that opens something is in the database in clear', async (t) => {
  const authority = await start(t), api = new Api(authority), management = await new Management(authority).authenticate();
  const call = async (method, path, body, expected) => {
    const answer = await management.call(method, path, body);
    assert.equal(answer.status, expected, `${method} ${path}: ${answer.text}`);
    return answer.body;
  };
  const secrets = {};
  const [acme] = await call('GET', 'organizations', undefined, 200);
  const invitation = await call('POST', `organizations/${acme.id}/invitations`, { client_id: 'app', inviter: { name: 'Ada' }, invitee: { email: 'new@example.com' } }, 201);
  secrets['an invitation\'s ticket'] = invitation.ticket_id;
  secrets['an application\'s secret'] = 'web-secret';
  const job = await call('POST', 'jobs/users-exports', { format: 'json' }, 201);
  assert.match(job.location, /\/exports\/job_.*ticket=/);
  secrets['a link to an export'] = new URL(job.location).searchParams.get('ticket');
  await call('POST', 'log-streams', { name: 's', type: 'http', sink: { httpEndpoint: 'https://logs.example.com/', httpContentType: 'application/json', httpAuthorization: 'Bearer stream-authorization', httpCustomHeaders: [{ header: 'X-Key', value: 'stream-header-value' }] } }, 200);
  secrets['a stream\'s authorization'] = 'stream-authorization';
  secrets['a stream\'s header'] = 'stream-header-value';
  const device = await api.post('/oauth/device/code', { client_id: 'app', scope: 'openid' });
  secrets['a device\'s code'] = device.body.device_code;
  secrets['a user\'s code'] = device.body.user_code.replace('-', '');
  const own = await api.token({ grant_type: grants.realm, client_id: 'app', username: users.ada[0], password: users.ada[1], realm, audience: `${authority.devIssuer}api/v2/`, scope: 'create:current_user_device_credentials' });
  const credential = await management.call('POST', 'device-credentials', { device_name: 'phone', type: 'public_key', value: 'device-credential-value', device_id: '1' }, own.body.access_token);
  assert.equal(credential.status, 201, credential.text);
  secrets['a device credential'] = 'device-credential-value';
  const tokens = await (await login(authority.devIssuer, users.ada)).json();
  secrets['a refresh token'] = tokens.refresh_token;
  await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: users.grace[0], send: 'code' });
  secrets['a code in a mail'] = (await api.message(users.grace[0])).code;
  await api.post('/dbconnections/change_password', { client_id: 'app', connection: realm, email: users.ada[0] });
  secrets['a reset link'] = new URL((await api.message(users.ada[0])).link).searchParams.get('ticket');
  await management.call('GET', 'logs'); // waits until all entries are there
  const text = dump(authority);
  for (const [what, secret] of Object.entries(secrets)) {
    assert.ok(secret?.length > 5, what);
    assert.ok(!text.includes(secret), `${what} is in the database: …${text.slice(Math.max(0, text.indexOf(secret) - 120), text.indexOf(secret) + 40)}…`);
  }
  // And what was sealed is there for who may have it.
  const again = await call('GET', `organizations/${acme.id}/invitations/${invitation.id}`, undefined, 200);
  assert.equal(again.invitation_url, invitation.invitation_url);
});

test('an export has an address only for who may read users', async (t) => {
  const importer = { ...machine, name: 'importer', client_id: 'importer', client_secret: 'importer-secret' };
  const authority = await start(t, { clients: [inviting, web, machine, importer], extra: { ...tenant, clientGrants: [...tenant.clientGrants, { ...managementGrant(), client_id: 'importer', scope: ['create:users'] }] } });
  const all = await new Management(authority).authenticate(), few = await new Management(authority).authenticate('importer', 'importer-secret');
  const job = (await all.call('POST', 'jobs/users-exports', {})).body;
  assert.ok((await all.call('GET', `jobs/${job.id}`)).body.location);
  const seen = await few.call('GET', `jobs/${job.id}`);
  assert.deepEqual([seen.status, seen.body.location, seen.body.export], [200, undefined, undefined]);
});

describe('a sealed value opens in its own place only', () => {
  test('a second factor that is moved to another person, a key to another name', async (t) => {
    const authority = await start(t, { extra: { ...tenant, guardianFactors: [{ name: 'otp', enabled: true }] } }), api = new Api(authority);
    const mfa = async ([username, password]) => (await api.token({ grant_type: grants.realm, client_id: 'app', username, password, realm })).body.mfa_token;
    const management = await new Management(authority).authenticate();
    assert.equal((await management.call('PUT', 'guardian/policies', ['all-applications'])).status, 200);
    const rows = {};
    for (const name of ['ada', 'grace']) {
      const token = await mfa(users[name]);
      const made = await api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${token}` });
      assert.equal(made.status, 200, made.text);
      rows[name] = sql(authority, `SELECT id FROM authenticators WHERE user_id = 'auth0|${name}' AND type = 'otp'`).trim();
    }
    sql(authority, `UPDATE authenticators SET sealed = (SELECT sealed FROM authenticators WHERE id = '${rows.grace}') WHERE id = '${rows.ada}'`);
    const verified = await runOstia(['verify', '--data', authority.data, ...(authority.database ? ['--database', authority.database] : [])]);
    assert.equal(verified.code, 1);
    assert.match(verified.stderr, /the second factor "otp\|.*" does not open/);
  });
});

describe('the master key', { skip: process.env.OSTIA_TEST_POSTGRES ? 'SQLite' : false }, () => {
  const args = (authority, port) => ['--data', authority.data, '--plain-http', '--listen', `127.0.0.1:${port}`, '--issuer', authority.devIssuer];

  test('is changed while the authority runs, and the old one opens nothing then', async (t) => {
    const authority = await start(t), file = join(authority.data, 'master.key'), old = readFileSync(file, 'utf8');
    const kept = await (await login(authority.devIssuer, users.ada)).json();
    const rotated = await runOstia(['keys', 'rotate-master', '--data', authority.data]);
    assert.equal(rotated.code, 0, rotated.stderr);
    assert.notEqual(readFileSync(file, 'utf8'), old);
    assert.equal((await login(authority.devIssuer, users.grace)).status, 200, 'it goes on');
    await authority.stop();
    const port = await freePort(), again = await serve(args(authority, port));
    t.after(() => again.stop());
    const refreshed = await fetch(`http://127.0.0.1:${port}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', refresh_token: kept.refresh_token }) });
    assert.equal(refreshed.status, 200, 'and nobody is logged out by it');
    await again.stop();
    const other = join(folder(), 'old.key');
    writeFileSync(other, old, { mode: 0o600 });
    for (const verb of [['verify'], ['keys', 'forget-old-master']]) {
      const refused = await runOstia([...verb, '--data', authority.data, '--master-key', other]);
      assert.deepEqual([refused.code, /sealed with another master key/.test(refused.stderr)], [2, true], verb.join(' '));
    }
  });

  test('both are good for as long as --keep-old says', async (t) => {
    const authority = await start(t), file = join(authority.data, 'master.key'), old = join(folder(), 'old.key');
    copyFileSync(file, old);
    assert.equal((await runOstia(['keys', 'rotate-master', '--keep-old', '--data', authority.data])).code, 0);
    for (const key of [[], ['--master-key', old]]) assert.equal((await runOstia(['verify', '--data', authority.data, ...key])).code, 0);
    assert.equal((await runOstia(['keys', 'forget-old-master', '--data', authority.data])).code, 0);
    assert.equal((await runOstia(['verify', '--data', authority.data, '--master-key', old])).code, 2);
  });

  test('kept elsewhere, it is changed to a file that is named', async (t) => {
    const authority = await start(t), place = folder(), old = join(place, 'old.key'), next = join(place, 'next.key');
    copyFileSync(join(authority.data, 'master.key'), old);
    const unsaid = await runOstia(['keys', 'rotate-master', '--data', authority.data, '--master-key', old]);
    assert.deepEqual([unsaid.code, /--new-master-key FILE/.test(unsaid.stderr)], [2, true]);
    const done = await runOstia(['keys', 'rotate-master', '--data', authority.data, '--master-key', old, '--new-master-key', next]);
    assert.equal(done.code, 0, done.stderr);
    assert.equal((await runOstia(['verify', '--data', authority.data, '--master-key', next])).code, 0);
    assert.equal((await runOstia(['verify', '--data', authority.data, '--master-key', old])).code, 2);
  });

  test('does not go into a backup unless it is asked for', async (t) => {
    const authority = await start(t), place = folder(), without = join(place, 'without'), withKeys = join(place, 'with');
    const made = await runOstia(['backup', without, '--data', authority.data]);
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /whole: .*\nThe master key is not in it/s);
    for (const name of ['master.key', 'tls-key.pem']) assert.ok(!existsSync(join(without, name)), name);
    const refused = await runOstia(['restore', without, '--data', join(place, 'a')]);
    assert.deepEqual([refused.code, /--master-key FILE/.test(refused.stderr)], [2, true], refused.stderr);
    assert.equal((await runOstia(['restore', without, '--data', join(place, 'b'), '--master-key', join(authority.data, 'master.key')])).code, 0);
    const second = await serve(['--data', join(place, 'b'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`]);
    t.after(() => second.stop());
    assert.equal((await login(second.issuer, users.ada)).status, 200);
    assert.equal((await runOstia(['backup', withKeys, '--data', authority.data, '--with-keys'])).code, 0);
    assert.equal((await runOstia(['restore', withKeys, '--data', join(place, 'c')])).code, 0);
  });
});
