// Every request is answered: whatever a tenant's scripts do, and also where nobody has thought of what is done.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const timeout = 4; // seconds
const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, { ...app, client_id: 'hangs', name: 'Hangs' }, machine], extra: { ...extra, tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', ostia: { script_timeout_s: timeout } }, clientGrants: [managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const act = async (body) => {
  const made = await api.call('POST', 'actions/actions', { name: 'act', code: `exports.onExecutePostLogin = async (event, api) => { if (event.client.client_id === 'hangs') { ${body} } };`, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
  assert.equal(made.status, 201, made.text);
  await api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [{ ref: { type: 'action_name', value: 'act' } }] });
};
const rule = async (body) => {
  const made = await api.call('POST', 'rules', { name: 'r', script: `function (user, context, callback) { if (context.clientID !== 'hangs') return callback(null, user, context); ${body} }` });
  assert.equal(made.status, 201, made.text);
};
const logIn = (client_id, who = ['ada@example.com', 'Correct-Horse-9']) => api.token({ grant_type: 'password', client_id, username: who[0], password: who[1], scope: 'openid' });

const hanging = [
  ['an action that loops', () => act('for (;;) ;')],
  ['an action whose promise never ends', () => act('await new Promise(() => {});')],
  ['an action that leaks', () => act('const all = []; for (;;) all.push("x".repeat(10_000) + all.length);')],
  ['an action that ends its process', () => act('const grow = () => grow(grow()); for (;;) try { grow(); } catch { }')],
  ['a rule that loops', () => rule('for (;;) ;')],
  ['a rule that never calls back', () => rule('')],
];
for (const [what, make] of hanging)
  test(`every request is answered: twenty logins at once by ${what}, and others go on`, async () => {
    await make();
    let isOver = false;
    const twenty = Promise.all(Array.from({ length: 20 }, () => logIn('hangs'))).finally(() => { isOver = true; });
    const others = [];
    while (!isOver) others.push((await logIn('app')).status);
    for (const { status, body, text } of await twenty) {
      assert.ok([500, 503].includes(status), `${status} ${text}`);
      assert.equal(body.error, status === 503 ? 'temporarily_unavailable' : 'server_error');
    }
    assert.ok(others.length > 0);
    assert.deepEqual(others.filter((status) => status !== 200), [], `of ${others.length} others`);
  });

test('newcomers have their turn while the scripts of twelve others hang, whom nothing was known of', async () => {
  await act('await new Promise(() => {});');
  assert.equal((await api.call('PATCH', 'tenants/settings', { ostia: { script_timeout_s: 2 * timeout } })).status, 200);
  const accounts = Array.from({ length: 12 }, (_, i) => [`hangs-${i}@example.com`, 'Correct-Horse-9']);
  for (const [email, password] of accounts) {
    const made = await api.call('POST', 'users', { connection: 'Username-Password-Authentication', email, password });
    assert.equal(made.status, 201, made.text);
  }
  let isOver = false;
  const twelve = Promise.all(accounts.map((who) => logIn('hangs', who))).finally(() => { isOver = true; });
  const newcomers = [];
  while (!isOver) newcomers.push((await logIn('app')).status);
  for (const { status, text } of await twelve) assert.ok([500, 503].includes(status), `${status} ${text}`);
  assert.ok(newcomers.length > 0);
  assert.deepEqual(newcomers.filter((status) => status !== 200), [], `of ${newcomers.length} newcomers`);
  // Who was ended for others, or only waited, is nobody's suspect: without the hanging script all of them get in.
  await api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [] });
  for (const who of accounts) assert.equal((await logIn('hangs', who)).status, 200);
});

test('every request is answered: one whose handling never ends has 503 after 30 seconds, and begins nothing more', async () => {
  const fault = await api.post('/_dev/faults', { path: '/dbconnections/signup', delay_ms: 60_000 });
  assert.ok(fault.status < 300, fault.text);
  const cut = await api.post('/dbconnections/signup', { client_id: 'app', email: 'late@example.com', password: 'Correct-Horse-9', connection: 'Username-Password-Authentication' });
  assert.deepEqual([cut.status, cut.headers.get('retry-after'), cut.body.error], [503, '5', 'temporarily_unavailable']);
  const line = JSON.parse(await until(() => authority.log().split('\n').find((l) => l.includes('"handling_timeout"')), 'the log has it'));
  assert.deepEqual([line.method, line.path], ['POST', '/dbconnections/signup']);
  assert.deepEqual((await api.call('GET', 'users-by-email?email=late@example.com')).body, []);
  assert.ok(!authority.log().includes('"request_failed"'));
});
