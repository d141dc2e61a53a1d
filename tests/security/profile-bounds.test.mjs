// What people and programs may put into an account is bounded, at every way in; and a silent login does not pay for it.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, extra, grants, users } from '../lib/tenant.mjs';

const realm = 'Username-Password-Authentication', most = 100_000;

describe('bounds of a profile', () => {
  const group = scope();
  let authority, management, api;
  before(async () => {
    authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
    api = new Api(authority);
  });
  beforeEach(async () => { await api.reset(); management = await new Management(authority).authenticate(); });
  const own = async (scopes) => (await api.token({ grant_type: grants.realm, client_id: 'app', username: users.ada[0], password: users.ada[1], realm, audience: `${authority.devIssuer}api/v2/`, scope: scopes })).body.access_token;
  const ada = 'users/auth0%7Cada';

  test('metadata: to the edge and no further, by whomever', async () => {
    const fits = (size) => ({ user_metadata: { text: 'x'.repeat(size) } });
    assert.equal((await management.call('PATCH', ada, fits(most - 1000))).status, 200);
    const over = await management.call('PATCH', ada, fits(most + 1));
    assert.deepEqual([over.status, over.body.errorCode], [400, 'invalid_body']);
    assert.match(over.body.message, /100 kB/);
    const together = await management.call('PATCH', ada, { app_metadata: { text: 'x'.repeat(2000) } });
    assert.equal(together.status, 400, 'both count together');
    const token = await own('update:current_user_metadata');
    assert.equal((await management.call('PATCH', ada, { user_metadata: { more: 'x'.repeat(2000) } }, token)).status, 400, 'a person\'s own token');
    assert.equal((await management.call('POST', 'users', { connection: realm, email: 'n@example.com', password: 'Correct-Horse-9', ...fits(most + 1) })).status, 400, 'a new user');
  });

  test('an import names who is too large, and keeps the others', async () => {
    const form = new FormData();
    const { body: [connection] } = await management.call('GET', `connections?name=${realm}`);
    form.set('connection_id', connection.id);
    form.set('users', new Blob([JSON.stringify([{ email: 'small@example.com' }, { email: 'large@example.com', app_metadata: { text: 'x'.repeat(most + 1) } }])]), 'users.json');
    const { body: job } = await management.call('POST', 'jobs/users-imports', form);
    let done;
    do done = (await management.call('GET', `jobs/${job.id}`)).body; while (!done.summary);
    assert.deepEqual([done.summary.inserted, done.summary.failed], [1, 1]);
    const errors = (await management.call('GET', `jobs/${job.id}/errors`)).body;
    assert.match(errors[0].errors[0].message, /100 kB/);
  });

  test('a claim that goes into tokens is short', async () => {
    for (const name of ['name', 'nickname', 'given_name', 'family_name']) {
      const long = await management.call('PATCH', ada, { [name]: 'x'.repeat(2001) });
      assert.equal(long.status, 400, name);
    }
  });

  test('device credentials: so many of a person, each no larger than it need be', async () => {
    const token = await own('create:current_user_device_credentials');
    const add = (value, i) => management.call('POST', 'device-credentials', { device_name: `d${i}`, type: 'public_key', value, device_id: `${i}` }, token);
    assert.equal((await add('x'.repeat(4097), 0)).status, 400);
    const statuses = [];
    for (let i = 0; i < 22; i++) statuses.push((await add('x'.repeat(4096), i)).status);
    assert.deepEqual([statuses.filter((s) => s === 201).length, statuses.slice(20)], [20, [403, 403]]);
  });

  test('what is large is kept apart from what a silent login reads', async () => {
    assert.equal((await management.call('PATCH', ada, { name: 'Ada', user_metadata: { text: 'x'.repeat(50_000) }, app_metadata: { plan: 'gold' } })).status, 200);
    const [size] = sql(authority, "SELECT length(profile) FROM users WHERE user_id = 'auth0|ada'").trim().split('\n');
    assert.ok(Number(size) < 500, size);
    const { body } = await management.call('GET', ada);
    assert.deepEqual([body.name, body.user_metadata.text.length, body.app_metadata.plan], ['Ada', 50_000, 'gold']);
  });

  test('a consent does not grow with each time that it is given', async () => {
    // Scopes are a set: the same words again are the same consent.
    const rows = () => sql(authority, 'SELECT scope FROM consents').trim();
    assert.equal(rows().split(' ').length, new Set(rows().split(' ')).size);
  });
});
