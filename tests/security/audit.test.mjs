// The tenant's log says who changed what, how it was before and after, and who read what opens something; and nobody
// washes that away.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, extra, web } from '../lib/tenant.mjs';

describe('the log of changes', () => {
  const group = scope();
  let authority, management, api;
  before(async () => {
    authority = await startAuthority(group, { clients: [app, web, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
    api = new Api(authority);
    management = await new Management(authority).authenticate();
  });
  const newest = async (type = 'sapi') => (await management.call('GET', `logs?q=type:${type}&per_page=1&sort=date:-1`)).body[0];

  const changes = [
    ['an application', 'PATCH', 'clients/web', { name: 'Renamed', client_secret: 'another-secret' }, { before: { name: 'Web' }, after: { name: 'Renamed' } }, 'another-secret'],
    ['a user', 'PATCH', 'users/auth0%7Cada', { user_metadata: { a: 1 }, password: 'Another-Horse-9' }, { after: { user_metadata: { a: 1 } } }, 'Another-Horse-9'],
    ['a setting', 'PATCH', 'tenants/settings', { friendly_name: 'Other' }, { before: { friendly_name: 'Test' }, after: { friendly_name: 'Other' } }],
    ['attack protection', 'PATCH', 'attack-protection/brute-force-protection', { max_attempts: 7 }, { before: { max_attempts: 10 }, after: { max_attempts: 7 } }],
  ];
  for (const [what, method, path, body, expected, secret] of changes)
    test(`${what}: who, which, before and after, and no secret`, async () => {
      assert.equal((await management.call(method, path, body)).status, 200);
      const entry = await newest();
      assert.equal(entry.client_id, 'machine');
      assert.deepEqual([entry.details.request.method, entry.details.request.path], [method, `/api/v2/${path}`]);
      assert.equal(entry.details.response.statusCode, 200);
      for (const side of ['before', 'after'])
        for (const [name, value] of Object.entries(expected[side] ?? {})) assert.deepEqual(entry.details[side][name], value, `${side}.${name}`);
      if (secret) assert.ok(!JSON.stringify(entry).includes(secret), 'the secret');
      assert.ok(!JSON.stringify(entry).includes('_sealed'));
    });

  test('what is made and what is deleted', async () => {
    const made = await management.call('POST', 'roles', { name: 'reader' });
    assert.equal((await newest()).details.after.id, made.body.id);
    await management.call('DELETE', `roles/${made.body.id}`);
    const entry = await newest();
    assert.deepEqual([entry.details.before.name, entry.details.request.path], ['reader', `/api/v2/roles/${made.body.id}`]);
  });

  test('a secret in a body, wherever it stands', async () => {
    await management.call('POST', 'actions/actions', { name: 'a', supported_triggers: [{ id: 'post-login', version: 'v3' }], code: 'exports.onExecutePostLogin = async () => {};', secrets: [{ name: 'KEY', value: 'an-actions-secret' }] });
    await management.call('POST', 'log-streams', { name: 's', type: 'http', sink: { httpEndpoint: 'https://logs.example.com/', httpAuthorization: 'Bearer stream-secret', httpCustomHeaders: [{ header: 'X', value: 'header-secret' }] } });
    await management.call('POST', 'connections', { name: 'up', strategy: 'oidc', options: { client_id: 'c', client_secret: 'upstream-secret', issuer: 'https://up.example.com/' } });
    const text = JSON.stringify((await management.call('GET', 'logs?per_page=50')).body);
    for (const secret of ['an-actions-secret', 'stream-secret', 'header-secret', 'upstream-secret']) assert.ok(!text.includes(secret), secret);
    assert.match(text, /"name":"KEY","value":"\(left out\)"/);
  });

  test('reading what opens something is told, reading what does not is not', async () => {
    await management.call('GET', 'clients/web');
    const entry = await newest();
    assert.deepEqual([entry.details.request.method, entry.details.accessedSecrets], ['GET', ['client_secret']]);
    const job = (await management.call('POST', 'jobs/users-exports', {})).body;
    assert.ok((await newest()).details.accessedSecrets.includes('location'));
    assert.equal((await fetch(job.location)).status, 200);
    const fetched = await newest();
    assert.match(fetched.description, /Fetch an export/);
    assert.equal(fetched.client_id, 'machine');
    const { log_id } = await newest();
    await management.call('GET', 'roles');
    assert.equal((await newest()).log_id, log_id);
  });

  test('what a stranger writes again and again does not push out what an administrator has done', async () => {
    await management.call('PATCH', 'tenants/settings', { friendly_name: 'Kept' });
    for (let i = 0; i < 20; i++) await api.get('/authorize?client_id=nobody');
    for (const way of [() => api.post('/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'ada@example.com' }), () => management.call('GET', 'roles', undefined, 'no token')]) await way();
    await management.call('GET', 'logs'); // all are there
    const rows = sql(authority, 'SELECT by_count, type FROM logs').trim().split('\n').map((line) => line.split('|'));
    const kept = new Set(rows.filter(([by]) => by === '0').map(([, type]) => type));
    assert.ok(kept.has('sapi') && !kept.has('scpr') && !kept.has('f'), [...kept].join());
    assert.ok(rows.some(([by, type]) => by === '1' && type === 'fapi'), 'a call without a good token goes by count');
  });
});
