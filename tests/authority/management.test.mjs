// AZ-1201 to AZ-1217: the Management API, for machines and for a person's own token.
import assert from 'node:assert/strict';
import { createHash, pbkdf2Sync, scryptSync } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { before, beforeEach, test } from 'node:test';
import { decode } from '../lib/person.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, web } from '../lib/tenant.mjs';

const group = scope();
const reader = { ...machine, name: 'Reader', client_id: 'reader' };
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, web, machine, reader], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant(), managementGrant(['read:users'], 'reader')] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const realm = 'Username-Password-Authentication';
const get = (path, token) => api.call('GET', path, undefined, token);
const post = (path, body, token) => api.call('POST', path, body, token);
const patch = (path, body, token) => api.call('PATCH', path, body, token);
const remove = (path, body, token) => api.call('DELETE', path, body, token);
const ada = 'users/auth0%7Cada';
const makeUser = async (email, more = {}) => (await post('users', { connection: realm, email, password: 'Correct-Horse-9', verify_email: false, ...more })).body;
const own = 'read:current_user update:current_user_identities create:current_user_metadata update:current_user_metadata delete:current_user_metadata create:current_user_device_credentials delete:current_user_device_credentials';
const logIn = async (username, password = 'Correct-Horse-9', scopes = own, client = 'app') => (await api.token({ grant_type: 'password', client_id: client, ...(client === 'web' && { client_secret: 'web-secret' }), username, password, audience: `${api.issuer}api/v2/`, scope: `openid ${scopes}` })).body;
const fails = (answer, status, errorCode, message) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.body.statusCode, status);
  if (errorCode) assert.equal(answer.body.errorCode, errorCode);
  if (message) assert.match(answer.body.message, message);
};

row('AZ-1201', 'd', '/api/v2/*', 'no token; a token that is not one; one for another API', '401 Unauthorized', async () => {
  fails(await get('users', null), 401, undefined, /Missing authentication/);
  fails(await get('users', 'nonsense'), 401, undefined, /Invalid token/);
  const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://api.example.com/' });
  fails(await get('users', body.access_token), 401, undefined, /audience/);
});
row('AZ-1202', 'd', '/api/v2/*', 'a scope is missing', '403 insufficient_scope, with those that would do', async () => {
  await api.authenticate('reader');
  assert.equal((await get('users')).status, 200);
  fails(await post('users', { connection: realm, email: 'x@example.com', password: 'Correct-Horse-9' }), 403, 'insufficient_scope', /expected any of: create:users$/);
});
test('a grant of all scopes gives them, word for word, and they are good', async () => {
  const { body: client } = await post('clients', { name: 'All', app_type: 'non_interactive', grant_types: ['client_credentials'] });
  const made = await post('client-grants', { client_id: client.client_id, audience: `${authority.issuer}api/v2/`, scope: [], allow_all_scopes: true });
  assert.equal(made.status, 201, made.text);
  const { body } = await api.token({ grant_type: 'client_credentials', client_id: client.client_id, client_secret: client.client_secret, audience: `${api.issuer}api/v2/` });
  assert.ok(body.scope.split(' ').length > 100);
  for (const word of body.scope.split(' ')) assert.match(word, /^[a-z]+:[a-z_]+$/);
  assert.equal((await get('users', body.access_token)).status, 200);
});
row('AZ-1203', 'd', '/api/v2/*', 'unknown fields, wrong types, missing fields, a body that is not JSON', '400 invalid_body with the property', async () => {
  const base = { connection: realm, email: 'x@example.com', password: 'Correct-Horse-9' };
  fails(await post('users', { ...base, nope: 1 }), 400, 'invalid_body', /Additional properties not allowed: nope/);
  fails(await post('users', { ...base, blocked: 'yes' }), 400, 'invalid_body', /Expected type boolean but found type string.*blocked/);
  fails(await post('users', { email: 'x@example.com' }), 400, 'invalid_body', /Missing required property: connection/);
  fails(await post('users', { ...base, email: 'nobody' }), 400, 'invalid_body', /format email/);
  fails(await post('users', { ...base, user_metadata: [] }), 400, 'invalid_body', /user_metadata/);
  fails(await post('users', [1]), 400, 'invalid_body', /Expected type object/);
  const raw = await fetch(`${api.issuer}api/v2/users`, { method: 'POST', headers: { authorization: `Bearer ${api.bearer}`, 'content-type': 'application/json' }, body: '{' });
  assert.equal(raw.status, 400);
  assert.equal((await get('users?total=ly%FF')).status, 400);
});
row('AZ-1204', 'd', 'GET users/{id}', 'nobody of that id; an address that is none of the API; a method that it has not', '404 inexistent_user; 404; 405', async () => {
  fails(await get('users/auth0%7Cnobody'), 404, 'inexistent_user', /The user does not exist\./);
  fails(await get('nothing'), 404);
  fails(await api.call('PUT', 'users'), 405);
});
row('AZ-1205', 'd', 'POST users', 'a user', '201 with user_id, identities, metadata; they can log in', async () => {
  const user = await makeUser('new@example.com', { user_metadata: { plan: 'free' }, app_metadata: { level: 2 }, given_name: 'New' });
  assert.match(user.user_id, /^auth0\|/);
  assert.deepEqual(user.identities, [{ connection: realm, user_id: user.user_id.slice(6), provider: 'auth0', isSocial: false }]);
  assert.equal(user.app_metadata.level, 2);
  assert.ok((await logIn('new@example.com')).access_token);
  const { body } = await get(`users/${encodeURIComponent(user.user_id)}`);
  assert.equal(body.logins_count, 0); // a token was asked for, no session made
});
row('AZ-1206', 'd', 'POST users', 'one who is there; an unknown connection; a weak password', '409 auth0_idp_error; 400; 400', async () => {
  fails(await post('users', { connection: realm, email: 'Ada@example.com', password: 'Correct-Horse-9' }), 409, 'auth0_idp_error', /The user already exists\./);
  fails(await post('users', { connection: 'Nowhere', email: 'b@example.com', password: 'Correct-Horse-9' }), 400, undefined, /connection does not exist/);
  fails(await post('users', { connection: realm, email: 'b@example.com', password: 'short' }), 400, undefined, /PasswordStrengthError/);
});
row('AZ-1207', 'd', 'GET users', 'page, per_page, include_totals', '{start, limit, length, total, users}; 400 beyond 100', async () => {
  const { body } = await get('users?page=1&per_page=2&include_totals=true');
  assert.deepEqual({ start: body.start, limit: body.limit, length: body.length, total: body.total }, { start: 2, limit: 2, length: 2, total: 4 });
  assert.equal((await get('users?per_page=2')).body.length, 2);
  fails(await get('users?per_page=101'), 400, 'invalid_query_string', /greater than maximum 100/);
  fails(await get('users?page=x'), 400, 'invalid_query_string');
  fails(await get('users?page=10&per_page=100'), 400, undefined, /first 1000 records/);
});
test('users from a checkpoint on, each once', async () => {
  const seen = [];
  for (let from; ;) {
    const { body } = await get(`users?take=1${from ? `&from=${from}` : ''}`);
    seen.push(...body.users.map((u) => u.user_id));
    if (!(from = body.next)) break;
  }
  assert.deepEqual(seen, [...new Set(seen)]);
  assert.equal(seen.length, 4);
});
test('users from a checkpoint on: q and connection count, and what cannot is refused', async () => {
  const ids = async (filter) => {
    const out = [];
    for (let from; ;) {
      const { body, text } = await get(`users?take=1&${filter}${from ? `&from=${from}` : ''}`);
      assert.ok(body.users, text);
      out.push(...body.users.map((u) => u.user_id));
      if (!(from = body.next)) return out;
    }
  };
  assert.deepEqual(await ids('q=blocked:true'), ['auth0|mallory']);
  assert.deepEqual(await ids('q=nickname:(ada OR grace)'), ['auth0|ada', 'auth0|grace']);
  assert.deepEqual(await ids('connection=nobody'), []);
  assert.deepEqual(await ids(`connection=${realm}&q=email:"grace@example.com"`), ['auth0|grace']);
  for (const paging of ['take=2', `from=${Buffer.from('auth0|ada').toString('base64url')}`])
    fails(await get(`users?${paging}&sort=email:1`), 400, 'invalid_query_string', /property sort/);
  fails(await get('users?take=2&q=('), 400, 'invalid_query_string');
});
test('a quote in what is looked for is a quote', async () => {
  for (const connection of [`x" OR email:"*`, `x") OR ("a`, '"', '\\', `${realm}" OR identities.connection:"x`])
    for (const paging of ['', '&take=50']) {
      const { status, body, text } = await get(`users?connection=${encodeURIComponent(connection)}${paging}`);
      assert.equal(status, 200, text);
      assert.equal((body.users ?? body).length, 0, connection);
    }
  assert.deepEqual((await get(`users?connection=${realm}&q=nickname:ada OR nickname:grace&sort=email:1`)).body.map((u) => u.nickname), ['ada', 'grace']);
});
const found = async (q) => (await get(`users?q=${encodeURIComponent(q)}&sort=email:1`)).body.map((u) => u.nickname);
for (const [q, who] of Object.entries({
  'email:"ada@example.com"': ['ada'], 'name:ada*': [], 'name:"Ada Lovelace"': ['ada'], 'nickname:a*': ['ada', 'admin'], 'NOT nickname:a* AND email:*@example.com': ['grace', 'mallory'],
  'blocked:true': ['mallory'], '_exists_:app_metadata.ostia': [], 'app_metadata.ostia.administrator:true': [], 'nickname:(ada OR grace)': ['ada', 'grace'],
  'identities.connection:"Username-Password-Authentication" AND nickname:grace': ['grace'], 'logins_count:[1 TO 100]': [], 'logins_count:0 -nickname:ada -nickname:admin': ['grace', 'mallory'],
  'created_at:[2020-01-01 TO *]': ['ada', 'admin', 'grace', 'mallory'], 'created_at:{* TO 2020-01-01}': [], 'lovelace': ['ada'], 'user_id:"auth0|grace"': ['grace'], 'nickname:gr?ce': ['grace'], '*': ['ada', 'admin', 'grace', 'mallory'],
}))
  test(`users that q=${q} finds`, async () => {
    if (q === 'name:ada*') assert.deepEqual(await found(q), ['ada']);
    else assert.deepEqual(await found(q), who);
  });
row('AZ-1208', 'd', 'GET users', 'a q that is not a query', '400 invalid_query_string', async () => {
  for (const q of ['email:', '(a', 'a)', '"open', 'a:[1 2]', 'a:[1 TO', 'AND', '\\', `${'('.repeat(50)}a${')'.repeat(50)}`, 'x'.repeat(5000)]) fails(await get(`users?q=${encodeURIComponent(q)}`), 400, 'invalid_query_string');
});
row('AZ-1209', 'd', 'PATCH users/{id}', 'metadata', 'merges at the first level, null removes, {} clears', async () => {
  await patch(ada, { user_metadata: { a: { x: 1 }, b: 2 } });
  assert.deepEqual((await patch(ada, { user_metadata: { a: { y: 1 }, b: null, c: 3 } })).body.user_metadata, { a: { y: 1 }, c: 3 });
  assert.deepEqual((await patch(ada, { user_metadata: {} })).body.user_metadata, {});
});
test('changes to one user at the same moment are all kept', async () => {
  await Promise.all(Array.from({ length: 12 }, (_, i) => patch(ada, { app_metadata: { [`k${i}`]: i } })));
  assert.equal(Object.keys((await get(ada)).body.app_metadata).length, 12);
});
row('AZ-1210', 'd', 'PATCH users/{id}', 'password, e-mail, blocked; two at once', 'each takes hold; 400', async () => {
  const session = await logIn('ada@example.com');
  assert.equal((await patch(ada, { password: 'Another-Horse-9' })).status, 200);
  assert.equal((await get(ada, session.access_token)).status, 200, 'an access token lives on; refresh tokens do not');
  assert.equal((await logIn('ada@example.com')).error, 'invalid_grant');
  assert.ok((await logIn('ada@example.com', 'Another-Horse-9')).access_token);
  assert.equal((await patch(ada, { email: 'countess@example.com' })).body.email_verified, false);
  fails(await patch(ada, { email: 'grace@example.com' }), 400);
  fails(await patch(ada, { email: 'x@example.com', password: 'Another-Horse-9' }), 400, 'invalid_body', /simultaneously/);
  await patch(ada, { blocked: true });
  assert.equal((await logIn('countess@example.com', 'Another-Horse-9')).error, 'unauthorized');
  fails(await get(ada, session.access_token), 401);
});
test('deleting a user: gone, and once more is no mistake', async () => {
  assert.equal((await remove(ada)).status, 204);
  assert.equal((await remove(ada)).status, 204);
  fails(await get(ada), 404);
});
row('AZ-1211', 'p', 'GET users/{id}', "a person's own token: their own account; another one's; nobody's", '200; 403; 403', async () => {
  const { access_token } = await logIn('ada@example.com');
  assert.equal((await get(ada, access_token)).body.email, 'ada@example.com');
  fails(await get('users/auth0%7Cgrace', access_token), 403, 'operation_not_supported');
  fails(await get('users', access_token), 403, 'insufficient_scope');
  fails(await get('clients', access_token), 403, 'insufficient_scope');
});
row('AZ-1212', 'p', 'PATCH users/{id}', "a person's own token", 'user_metadata and nothing else', async () => {
  const { access_token } = await logIn('ada@example.com');
  assert.deepEqual((await patch(ada, { user_metadata: { colour: 'red' } }, access_token)).body.user_metadata, { colour: 'red' });
  for (const body of [{ app_metadata: { level: 9 } }, { email: 'x@example.com' }, { blocked: false }, { name: 'X' }]) fails(await patch(ada, body, access_token), 403, 'insufficient_scope');
  fails(await patch('users/auth0%7Cgrace', { user_metadata: { a: 1 } }, access_token), 403);
  const reading = await logIn('ada@example.com', undefined, 'read:current_user');
  fails(await patch(ada, { user_metadata: { a: 1 } }, reading.access_token), 403, 'insufficient_scope');
});
row('AZ-1213', 'p', 'POST users/{id}/identities', 'link_with: the other account\'s ID token, of the same client', '201 identities; the other account is gone, its metadata too', async () => {
  await patch('users/auth0%7Cgrace', { user_metadata: { theirs: true } });
  const mine = await logIn('ada@example.com'), other = await logIn('grace@example.com', 'Battery-Staple-9');
  const { status, body } = await post(`${ada}/identities`, { link_with: other.id_token }, mine.access_token);
  assert.equal(status, 201);
  assert.deepEqual(body.map((i) => i.user_id), ['ada', 'grace']);
  assert.equal(body[1].profileData.email, 'grace@example.com');
  assert.equal((await get(ada)).body.user_metadata, undefined);
  fails(await get('users/auth0%7Cgrace'), 404);
  assert.equal(decode((await logIn('grace@example.com', 'Battery-Staple-9')).id_token).sub, 'auth0|ada', "either's password opens the one account");
  fails(await post(`${ada}/identities`, { link_with: other.id_token }, mine.access_token), 409);
});
row('AZ-1214', 'p', 'POST users/{id}/identities', 'oneself; an ID token of another client, an old one, a forged one; provider and user_id with one\'s own token', '400; 400; 403', async () => {
  const mine = await logIn('ada@example.com');
  fails(await post(`${ada}/identities`, { link_with: mine.id_token }, mine.access_token), 400, 'invalid_body', /same/);
  const elsewhere = await logIn('grace@example.com', 'Battery-Staple-9', own, 'web');
  fails(await post(`${ada}/identities`, { link_with: elsewhere.id_token }, mine.access_token), 400, 'invalid_body', /same client/);
  const other = await logIn('grace@example.com', 'Battery-Staple-9');
  fails(await post(`${ada}/identities`, { link_with: `${other.id_token.slice(0, -4)}AAAA` }, mine.access_token), 400, 'invalid_body');
  fails(await post(`${ada}/identities`, { provider: 'auth0', user_id: 'grace' }, mine.access_token), 403, 'insufficient_scope');
  await api.advance(3700);
  fails(await post(`${ada}/identities`, { link_with: other.id_token }, mine.access_token), 400, 'invalid_body', /older than an hour/);
});
row('AZ-1215', 'p', 'DELETE users/{id}/identities/{provider}/{user_id}', 'a linked identity; the main one; one that is not there', '200, separate again without metadata; 400; 404', async () => {
  await patch('users/auth0%7Cgrace', { user_metadata: { theirs: true } });
  assert.equal((await post(`${ada}/identities`, { provider: 'auth0', user_id: 'grace' })).status, 201);
  const { status, body } = await remove(`${ada}/identities/auth0/grace`);
  assert.equal(status, 200);
  assert.equal(body.length, 1);
  const grace = (await get('users/auth0%7Cgrace')).body;
  assert.equal(grace.email, 'grace@example.com');
  assert.deepEqual(grace.user_metadata, undefined);
  assert.equal(decode((await logIn('grace@example.com', 'Battery-Staple-9')).id_token).sub, 'auth0|grace');
  fails(await remove(`${ada}/identities/auth0/ada`), 400);
  fails(await remove(`${ada}/identities/auth0/grace`), 404);
});
test('two accounts that are linked to each other at the same moment: one wins', async () => {
  const grace = 'users/auth0%7Cgrace';
  const answers = await Promise.all([post(`${ada}/identities`, { provider: 'auth0', user_id: 'grace' }), post(`${grace}/identities`, { provider: 'auth0', user_id: 'ada' })]);
  assert.equal(answers.filter((a) => a.status === 201).length, 1, answers.map((a) => a.text).join());
  assert.equal((await get('users?include_totals=true')).body.total, 3);
});
test('identities follow their account when it is linked on', async () => {
  const third = await makeUser('third@example.com');
  await post('users/auth0%7Cgrace/identities', { provider: 'auth0', user_id: third.user_id });
  assert.deepEqual((await post(`${ada}/identities`, { provider: 'auth0', user_id: 'grace' })).body.length, 3);
  assert.equal(decode((await logIn('third@example.com')).id_token).sub, 'auth0|ada');
});

row('AZ-1216', 'd', 'clients, connections, resource-servers, client-grants, rules, roles, organizations', 'made, read, changed, deleted', 'each as it was sent, and in force at once', async () => {
  for (const [path, body, change] of [
    ['clients', { name: 'Shop', app_type: 'spa', callbacks: ['https://shop.example/cb'] }, { callbacks: ['https://shop.example/2'] }],
    ['connections', { name: 'More-Users', strategy: 'auth0', options: { passwordPolicy: 'low' } }, { options: { disable_self_service_change_password: false, passwordPolicy: 'fair' } }],
    ['resource-servers', { identifier: 'https://new.example/', name: 'New', scopes: [{ value: 'read:it' }] }, { token_lifetime: 60 }],
    ['client-grants', { client_id: 'app', audience: 'https://api.example.com/', scope: ['read:messages'] }, { scope: [] }],
    ['rules', { name: 'One', script: 'function (user, context, callback) { callback(null, user, context); }', enabled: false }, { order: 9 }],
    ['roles', { name: 'Editor', description: 'edits' }, { description: 'writes' }],
    ['organizations', { name: 'acme', display_name: 'Acme' }, { display_name: 'Acme Inc.' }],
    ['log-streams', { name: 'Out', type: 'http', sink: { httpEndpoint: 'https://logs.example/in', httpAuthorization: 'secret' } }, { status: 'paused' }],
  ]) {
    const made = await post(path, body);
    assert.equal(made.status, ['roles', 'log-streams'].includes(path) ? 200 : 201, `${path}: ${made.text}`);
    const id = encodeURIComponent(made.body.id ?? made.body.client_id);
    if (path !== 'clients') assert.equal((await post(path, body)).status, 409, path);
    const changed = await patch(`${path}/${id}`, change);
    assert.equal(changed.status, 200, `${path}: ${changed.text}`);
    for (const [key, value] of Object.entries(change)) assert.deepEqual(key === 'options' ? { ...changed.body[key], ...value } : changed.body[key], key === 'options' ? changed.body[key] : value, path);
    const read = await get(`${path}/${id}`);
    assert.deepEqual(read.body, changed.body, path);
    assert.ok(!read.text.includes('_sealed'), path);
    assert.ok((await get(path)).body.some((one) => (one.id ?? one.client_id) === (made.body.id ?? made.body.client_id)), path);
    assert.equal((await remove(`${path}/${id}`)).status, { connections: 202, roles: 200 }[path] ?? 204);
    assert.equal((await get(`${path}/${id}`)).status, 404, path);
  }
});
test('changes to one document at the same moment are all kept', async () => {
  const permissions = ['read:messages', 'write:messages'].map((permission_name) => ({ resource_server_identifier: 'https://api.example.com/', permission_name }));
  const { body: role } = await post('roles', { name: 'Busy' });
  await Promise.all([...permissions.map((p) => post(`roles/${role.id}/permissions`, { permissions: [p] })), patch(`roles/${role.id}`, { description: 'changed' })]);
  assert.equal((await get(`roles/${role.id}/permissions`)).body.length, 2);
  assert.equal((await get(`roles/${role.id}`)).body.description, 'changed');
});
test('a deleted connection takes its users along, and what was theirs', async () => {
  const { body: connection } = await post('connections', { name: 'Passing', strategy: 'auth0', enabled_clients: ['app'] }), { body: role } = await post('roles', { name: 'Guest' });
  const make = () => post('users', { connection: 'Passing', email: 'guest@example.com', password: 'Correct-Horse-9', user_id: 'guest', verify_email: false });
  assert.equal((await make()).status, 201);
  await post('users/auth0%7Cguest/roles', { roles: [role.id] });
  assert.equal((await remove(`connections/${connection.id}`)).status, 202);
  fails(await get('users/auth0%7Cguest'), 404);
  await post('connections', { name: 'Passing', strategy: 'auth0', enabled_clients: ['app'] });
  assert.equal((await make()).status, 201);
  assert.deepEqual((await get('users/auth0%7Cguest/roles')).body, [], 'who comes later with the same id has none of it');
});
test("a client's secret is for those who may read client keys", async () => {
  await api.authenticate('reader');
  const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: `${api.issuer}api/v2/`, scope: 'read:clients' });
  assert.ok(!(await get('clients/web', body.access_token)).text.includes('web-secret'));
  await api.authenticate();
  assert.equal((await get('clients/web')).body.client_secret, 'web-secret');
  const rotated = await post('clients/web/rotate-secret');
  assert.equal(rotated.status, 200);
  const old = await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://api.example.com/' });
  assert.equal(old.status, 401);
  assert.equal((await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: rotated.body.client_secret, audience: 'https://api.example.com/' })).status, 200);
});
test('settings: what was sent, in force at once; a secret does not come back', async () => {
  assert.equal((await patch('tenants/settings', { friendly_name: 'Renamed', flags: { enable_public_signup_user_exists_error: true } })).body.friendly_name, 'Renamed');
  const { flags } = (await patch('tenants/settings', { flags: { other: true } })).body;
  assert.deepEqual([flags.enable_public_signup_user_exists_error, flags.other], [true, true]);
  const signup = await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.equal(signup.body.code, 'user_exists');
  fails(await get('emails/provider'), 404);
  const provider = await post('emails/provider', { name: 'smtp', default_from_address: 'a@b.example', credentials: { smtp_host: 'localhost', smtp_pass: 'a-password' } });
  assert.equal(provider.status, 201);
  assert.ok(!(await get('emails/provider')).text.includes('a-password'));
  assert.equal((await patch('attack-protection/brute-force-protection', { max_attempts: 2 })).body.max_attempts, 2);
  for (let i = 0; i < 2; i++) await logIn('ada@example.com', 'wrong');
  assert.equal((await logIn('ada@example.com')).error, 'too_many_attempts');
  assert.equal((await get('user-blocks?identifier=ada@example.com')).body.blocked_for.length, 1);
  assert.equal((await remove('user-blocks/auth0%7Cada')).status, 204);
  assert.ok((await logIn('ada@example.com')).access_token);
});
test('signing keys: rotated with an overlap, revoked at once', async () => {
  const before = (await get('keys/signing')).body, { access_token } = await logIn('ada@example.com');
  assert.deepEqual(before.map((k) => [k.current, k.next]), [[true, false], [false, true]]);
  const published = async () => (await api.get('/.well-known/jwks.json')).body.keys.map((k) => k.kid);
  assert.deepEqual(await published(), before.map((k) => k.kid), 'who has read the keys before a rotation knows the next one');
  assert.equal((await post('keys/signing/rotate')).status, 201);
  const kid = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url')).kid;
  const after = await logIn('ada@example.com');
  assert.equal(kid(after.access_token), before[1].kid);
  assert.equal((await get(ada, access_token)).status, 200);
  assert.equal((await published()).length, 3, 'current, next, previous');
  fails(await api.call('PUT', `keys/signing/${kid(after.access_token)}/revoke`), 400);
  await api.authenticate();
  assert.equal((await api.call('PUT', `keys/signing/${before[0].kid}/revoke`)).status, 200);
  assert.ok(!(await published()).includes(before[0].kid));
  fails(await get(ada, access_token), 401);
});
test('tickets: a link to a new password, and back to where it was asked for', async () => {
  const { status, body } = await post('tickets/password-change', { user_id: 'auth0|ada', result_url: 'https://shop.example/done', mark_email_as_verified: true });
  assert.equal(status, 201);
  const page = await fetch(body.ticket);
  assert.equal(page.status, 200);
  fails(await post('tickets/password-change', { user_id: 'auth0|nobody' }), 404);
  assert.match((await post('tickets/email-verification', { user_id: 'auth0|ada' })).body.ticket, /u\/email-verification/);
});
test('roles: what they permit, and who has them', async () => {
  const role = (await post('roles', { name: 'Reader' })).body.id, permission = { resource_server_identifier: 'https://api.example.com/', permission_name: 'read:messages' };
  assert.equal((await post(`roles/${role}/permissions`, { permissions: [permission] })).status, 201);
  fails(await post(`roles/${role}/permissions`, { permissions: [{ ...permission, permission_name: 'fly' }] }), 404);
  assert.equal((await post(`${ada}/roles`, { roles: [role] })).status, 204);
  assert.deepEqual((await get(`${ada}/roles`)).body.map((r) => r.name), ['Reader']);
  assert.deepEqual((await get(`${ada}/permissions`)).body.map((p) => [p.permission_name, p.sources[0].source_type]), [['read:messages', 'ROLE']]);
  assert.deepEqual((await get(`roles/${role}/users`)).body.map((u) => u.user_id), ['auth0|ada']);
  assert.equal((await remove(`${ada}/roles`, { roles: [role] })).status, 204);
  assert.deepEqual((await get(`${ada}/roles`)).body, []);
});
test('sessions and refresh tokens of a user', async () => {
  const { refresh_token } = (await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: 'https://api.example.com/', scope: 'openid offline_access' })).body;
  const { body } = await get(`${ada}/refresh-tokens`);
  assert.equal(body.tokens.length, 1);
  assert.equal((await remove(`refresh-tokens/${body.tokens[0].id}`)).status, 202);
  assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token })).status, 403);
});
test("device credentials with a person's own token", async () => {
  const { access_token } = await logIn('ada@example.com'), credential = { device_name: 'phone', type: 'public_key', value: 'key', device_id: 'd1' };
  const made = await post('device-credentials', credential, access_token);
  assert.equal(made.status, 201, made.text);
  assert.equal((await get('device-credentials', access_token)).body.length, 1);
  const other = await logIn('grace@example.com', 'Battery-Staple-9');
  assert.equal((await get('device-credentials', other.access_token)).body.length, 0);
  await remove(`device-credentials/${made.body.id}`, undefined, other.access_token);
  assert.equal((await get('device-credentials', access_token)).body.length, 1, "another one's token deletes nothing");
  assert.equal((await remove(`device-credentials/${made.body.id}`, undefined, access_token)).status, 204);
});
test('the log: searched, followed from an entry on, by user', async () => {
  await logIn('ada@example.com', 'wrong');
  await logIn('ada@example.com');
  const { body } = await get('logs?q=type:fp&include_totals=true');
  assert.equal(body.total, 1);
  assert.equal(body.logs[0].user_id, 'auth0|ada');
  const following = (await get(`logs?from=${body.logs[0].log_id}&take=50`)).body;
  assert.ok(following.some((entry) => entry.type === 'sepft'));
  assert.equal((await get(`logs/${body.logs[0].log_id}`)).body.type, 'fp');
  assert.ok((await get(`${ada}/logs`)).body.length >= 1);
  assert.ok((await get('stats/daily')).body.length >= 1);
});

const waitFor = async (job) => {
  for (;;) {
    const { body } = await get(`jobs/${job.id}`);
    if (body.status === 'completed' || body.status === 'failed') return body;
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const connectionId = async () => (await get(`connections?name=${realm}`)).body[0].id;
row('AZ-1217', 'd', 'POST jobs/users-imports', 'many users with bad lines among them', 'the rest imported, each bad one reported with its line', async () => {
  const lines = Array.from({ length: 3000 }, (_, i) => JSON.stringify({ email: `u${i}@bulk.example`, user_id: `bulk${i}`, email_verified: true }));
  lines[1000] = '{"email": "broken';
  lines[2000] = JSON.stringify({ email: 'not an address' });
  lines[2500] = JSON.stringify({ email: 'ada@example.com' });
  const form = new FormData();
  form.append('users', new Blob([`[\n${lines.join(',\n')}\n]`], { type: 'application/json' }), 'users.json');
  form.append('connection_id', await connectionId());
  const started = await post('jobs/users-imports', form);
  assert.equal(started.status, 202, started.text);
  const job = await waitFor(started.body);
  assert.deepEqual(job.summary, { total: 3000, inserted: 2997, updated: 0, failed: 3 });
  const errors = (await get(`jobs/${job.id}/errors`)).body;
  assert.deepEqual(errors.map((e) => e.line), [1002, 2002, 2502]);
  assert.match(errors[1].errors[0].message, /line 2002: .*email/);
  assert.equal((await get('users?q=email:"u2999@bulk.example"')).body.length, 1);
});
test('an import form of any client: parameters in any order, quoted strings, each field once', async () => {
  const field = (disposition, content) => `--b c\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
  const users = (email) => field('filename="name=\\"connection_id\\".json"; name="users"', JSON.stringify([{ email }]));
  const send = (body, type = 'Multipart/Form-Data; charset=utf-8; Boundary="b c"') => fetch(`${api.issuer}api/v2/jobs/users-imports`, { method: 'POST', headers: { authorization: `Bearer ${api.bearer}`, 'content-type': type }, body });
  const id = field('Name=connection_id', await connectionId());
  const started = await send(`${users('form@bulk.example')}${id}--b c--`);
  assert.equal(started.status, 202);
  assert.equal((await waitFor(await started.json())).summary.inserted, 1);
  for (const [what, body, type] of [
    ['a field twice', `${users('x@bulk.example')}${id}${id}--b c--`], ['cut off', `${users('x@bulk.example')}${id}`], ['a part without a name', `${field('filename="users"', '[]')}${id}--b c--`],
    ['no boundary', `${users('x@bulk.example')}${id}--b c--`, 'multipart/form-data'], ['another type', `${users('x@bulk.example')}${id}--b c--`, 'multipart/mixed; boundary="b c"'], ['no form', '', 'application/json'],
  ]) {
    const answer = await send(body, type);
    assert.equal(answer.status, 400, what);
    assert.equal((await answer.json()).errorCode, 'invalid_body', what);
  }
});
test('hashes of other systems: PBKDF2, scrypt, LDAP, salted SHA-256; replaced at the first login', async () => {
  const form = new FormData(), sha = createHash('sha256').update('saltCorrect-Horse-9').digest('hex');
  const pbkdf2 = pbkdf2Sync('Correct-Horse-9', 'salty-salt', 1000, 32, 'sha256').toString('base64').replace(/=+$/, '');
  form.append('users', new Blob([JSON.stringify([
    { email: 'p@bulk.example', custom_password_hash: { algorithm: 'pbkdf2', hash: { value: `$pbkdf2-sha256$i=1000,l=32$${Buffer.from('salty-salt').toString('base64').replace(/=+$/, '')}$${pbkdf2}`, encoding: 'utf8' } } },
    { email: 's@bulk.example', custom_password_hash: { algorithm: 'sha256', hash: { value: sha, encoding: 'hex' }, salt: { value: 'salt', position: 'prefix' } } },
    { email: 'c@bulk.example', custom_password_hash: { algorithm: 'scrypt', hash: { value: scryptSync('Correct-Horse-9', 'pepper', 64, { N: 4096 }).toString('base64'), encoding: 'base64' }, salt: { value: 'pepper', encoding: 'utf8' }, keylen: 64, cost: 4096, blockSize: 8, parallelization: 1 } },
    { email: 'l@bulk.example', custom_password_hash: { algorithm: 'ldap', hash: { value: `{SSHA}${Buffer.concat([createHash('sha1').update('Correct-Horse-9salt').digest(), Buffer.from('salt')]).toString('base64')}`, encoding: 'utf8' } } },
    { email: 'h@bulk.example', custom_password_hash: { algorithm: 'scrypt', hash: { value: 'ab', encoding: 'hex' }, salt: { value: 'x' }, cost: 2 ** 40 } },
    { email: 'x@bulk.example', custom_password_hash: { algorithm: 'rot13', hash: { value: 'x' } } },
  ])]), 'users.json');
  form.append('connection_id', await connectionId());
  const job = await waitFor((await post('jobs/users-imports', form)).body);
  assert.deepEqual([job.summary.inserted, job.summary.failed], [4, 2]);
  for (const email of ['p@bulk.example', 's@bulk.example', 'c@bulk.example', 'l@bulk.example']) {
    for (let i = 0; i < 2; i++) assert.ok((await logIn(email)).access_token, `${email} ${i}`);
    assert.equal((await logIn(email, 'Wrong-Horse-9')).error, 'invalid_grant');
  }
});
test('users go out as lines of JSON and as CSV', async () => {
  const json = (await post('jobs/users-exports', { format: 'json', fields: [{ name: 'email' }, { name: 'identities.0.provider', export_as: 'provider' }] })).body;
  assert.equal(json.status, 'completed');
  const file = gunzipSync(Buffer.from(await (await fetch(json.location)).arrayBuffer())).toString();
  assert.deepEqual(JSON.parse(file.split('\n')[0]), { email: 'ada@example.com', provider: 'auth0' });
  const csv = (await post('jobs/users-exports', { format: 'csv' })).body;
  assert.match(gunzipSync(Buffer.from(await (await fetch(csv.location)).arrayBuffer())).toString(), /^user_id,email,/);
  assert.equal((await fetch(csv.location.replace('ticket=', 'ticket=x'))).status, 403);
});
test('what is larger than usual needs a token before it is read', async () => {
  const body = JSON.stringify({ name: 'x', padding: 'x'.repeat(200_000) });
  for (const [token, status] of [['nonsense', 413], [api.bearer, 400]]) {
    const response = await fetch(`${api.issuer}api/v2/clients`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body });
    assert.equal(response.status, status);
  }
});

test('a grant of all scopes (allow_all_scopes) follows the API', async () => {
  assert.equal((await post('client-grants', { client_id: 'machine', audience: 'https://api.example.com/', allow_all_scopes: true })).status, 201);
  const ask = async () => (await api.token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: 'https://api.example.com/' })).body.scope;
  assert.equal(await ask(), 'read:messages write:messages');
  const [{ id }] = (await get('resource-servers?identifier=https://api.example.com/')).body;
  await patch(`resource-servers/${id}`, { scopes: [{ value: 'read:more' }] });
  assert.equal(await ask(), 'read:more');
});
test('the description of the API: each operation, once, with a schema that is there', async () => {
  const document = (await api.get('/api/v2/openapi.json')).body;
  assert.equal(document.openapi, '3.1.0');
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));
  assert.ok(operations.length > 150, operations.length);
  const ids = operations.map((o) => o.operationId);
  assert.deepEqual(ids.filter((id, i) => ids.indexOf(id) !== i), []);
  for (const [, name] of JSON.stringify(document).matchAll(/#\/components\/schemas\/(\w+)/g)) assert.ok(document.components.schemas[name], name);
});
test('every operation, called with nonsense, answers in the shape of the API and never with a defect', async () => {
  const { paths } = (await api.get('/api/v2/openapi.json')).body;
  for (const [path, methods] of Object.entries(paths))
    for (const method of Object.keys(methods))
      for (const body of [undefined, {}, [], { x: { y: [null] } }, 'text', null]) {
        if (body !== undefined && ['get'].includes(method)) continue;
        const answer = await api.call(method.toUpperCase(), path.slice(1).replace(/\{[^}]*\}/g, 'no%7Cthing%20%00%22'), body);
        assert.ok(answer.status < 500, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`);
        if (answer.status >= 400) assert.equal(answer.body.statusCode, answer.status);
      }
});
