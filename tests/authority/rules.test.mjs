// AZ-1501 to AZ-1505: rules and actions, on every login and every silent one; and that none of them harms anybody else.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', ostia: { script_timeout_s: 6 } }, clientGrants: [managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const rule = async (script, more = {}) => {
  const made = await api.call('POST', 'rules', { name: `r${Math.random().toString(36).slice(2)}`, script: script.toString(), ...more });
  assert.equal(made.status, 201, made.text);
};
const action = async (code, more = {}) => {
  const name = `a${Math.random().toString(36).slice(2)}`;
  const made = await api.call('POST', 'actions/actions', { name, code, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true, ...more });
  assert.equal(made.status, 201, made.text);
  const bound = await api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [{ ref: { type: 'action_name', value: name } }] });
  assert.equal(bound.status, 200, bound.text);
};
const password = (username = 'ada@example.com', word = 'Correct-Horse-9', more = {}) => api.token({ grant_type: 'password', client_id: 'app', username, password: word, scope: 'openid profile email offline_access', audience: 'https://api.example.com/', ...more });
const url = (more = {}) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid profile email', nonce: 'n', state: 's', ...more })}`;
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const claim = 'https://example.com/colour';

row('AZ-1501', 'p', '/authorize, /oauth/token', 'a rule that adds claims', 'they are in the ID token, the access token and /userinfo, on a login, a silent one and a refresh', async () => {
  await rule(`function (user, context, callback) {
    context.idToken['${claim}'] = user.nickname + ' ' + context.clientName;
    context.accessToken['${claim}'] = 'api';
    context.idToken.sub = 'somebody else';
    callback(null, user, context);
  }`);
  const { body } = await password();
  assert.equal(decode(body.id_token)[claim], 'ada Test application');
  assert.equal(decode(body.id_token).sub, 'auth0|ada', 'what the protocol says is not a rule\'s to change');
  assert.equal(decode(body.access_token)[claim], 'api');
  const person = new Reader(api.issuer);
  const first = fragment(await person.logIn(url()));
  assert.equal(decode(first.id_token)[claim], 'ada Test application');
  const silent = fragment(new URL((await person.get(url({ prompt: 'none' }))).headers.get('location')));
  assert.equal(decode(silent.id_token)[claim], 'ada Test application');
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${first.access_token}` })).body[claim], 'ada Test application');
  const renewed = await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token });
  assert.equal(decode(renewed.body.id_token)[claim], 'ada Test application');
});
row('AZ-1502', 'p', '/authorize, /oauth/token', 'callback(new UnauthorizedError(text)); another error', '`unauthorized` with that text; `access_denied`; also when silent', async () => {
  await rule(`function (user, context, callback) {
    if (user.email === 'grace@example.com') return callback(new UnauthorizedError('Not today.'));
    if (context.request.query.prompt === 'none') return callback(new Error('Not silently.'));
    callback(null, user, context);
  }`);
  const refused = await password('grace@example.com', 'Battery-Staple-9');
  assert.deepEqual([refused.status, refused.body.error, refused.body.error_description], [403, 'unauthorized', 'Not today.']);
  const grace = fragment(await new Reader(api.issuer).logIn(url(), 'grace@example.com', 'Battery-Staple-9'));
  assert.deepEqual([grace.error, grace.error_description, grace.state], ['unauthorized', 'Not today.', 's']);
  const ada = new Reader(api.issuer);
  assert.ok(fragment(await ada.logIn(url())).id_token);
  const silent = fragment(new URL((await ada.get(url({ prompt: 'none' }))).headers.get('location')));
  assert.deepEqual([silent.error, silent.error_description], ['access_denied', 'Not silently.']);
});
row('AZ-1503', 'd', '/authorize', 'context.redirect; back at /continue with the state; silently', 'the person goes there and comes back to their tokens; `interaction_required`', async () => {
  await rule(`function (user, context, callback) {
    if (context.protocol === 'redirect-callback') context.idToken['${claim}'] = context.request.query.answer;
    else context.redirect = { url: 'https://consent.example/ask?x=1' };
    callback(null, user, context);
  }`);
  const person = new Reader(api.issuer);
  const away = await person.logIn(url());
  assert.equal(`${away.origin}${away.pathname}`, 'https://consent.example/ask');
  assert.equal(away.searchParams.get('x'), '1');
  const state = away.searchParams.get('state');
  const back = new URL((await person.get(`/continue?${new URLSearchParams({ state, answer: 'yes' })}`)).headers.get('location'));
  assert.equal(decode(fragment(back).id_token)[claim], 'yes');
  assert.equal((await new Reader(api.issuer).get(`/continue?${new URLSearchParams({ state })}`)).status, 400, 'of another browser');
  const silent = fragment(new URL((await person.get(url({ prompt: 'none' }))).headers.get('location')));
  assert.equal(silent.error, 'interaction_required');
  assert.equal((await password()).body.error, 'interaction_required');
});
test('rules run in their order, each with what the one before has made; one that is off does not', async () => {
  await rule(`function (user, context, callback) { user.app_metadata = { seen: 'second' }; context.idToken['${claim}'] += ' second'; callback(null, user, context); }`, { order: 2 });
  await rule(`function (user, context, callback) { context.idToken['${claim}'] = 'first'; callback(null, user, context); }`, { order: 1 });
  await rule('function (user, context, callback) { callback(new Error("off")); }', { enabled: false });
  assert.equal(decode((await password()).body.id_token)[claim], 'first second');
});
test('no script makes more of a token for accounts, nor a login that stays', async () => {
  await rule(`function (user, context, callback) { context.accessToken.scope = context.accessToken.scope.concat(['read:users', 'offline_access', 'made:up']); callback(null, user, context); }`);
  const own = await password('ada@example.com', 'Correct-Horse-9', { audience: `${api.issuer}api/v2/`, scope: 'openid read:current_user' });
  assert.equal(own.body.scope, 'openid read:current_user');
  assert.equal((await api.call('GET', 'users', undefined, own.body.access_token)).status, 403);
  const other = await password('ada@example.com', 'Correct-Horse-9', { scope: 'openid' });
  assert.equal(other.body.scope, 'openid read:users made:up', 'to another API these are words of its own');
  assert.equal(other.body.refresh_token, undefined);
});
test("a rule's settings and what it keeps of a user", async () => {
  assert.equal((await api.call('PUT', 'rules-configs/COLOUR', { value: 'blue' })).status, 200);
  assert.ok(!(await api.call('GET', 'rules-configs')).text.includes('blue'));
  await rule(`async function (user, context, callback) {
    await auth0.users.updateAppMetadata(user.user_id, { colour: configuration.COLOUR });
    callback(null, user, context);
  }`);
  assert.equal((await password()).status, 200);
  assert.deepEqual((await api.call('GET', 'users/auth0%7Cada')).body.app_metadata, { colour: 'blue' });
});
row('AZ-1504', 'd', 'actions', 'onExecutePostLogin with claims, scopes, metadata and secrets; deny', 'in force once deployed and bound; `access_denied` with the reason', async () => {
  await action(`exports.onExecutePostLogin = async (event, api) => {
    if (event.user.email === 'grace@example.com') return api.access.deny('Not here.');
    api.idToken.setCustomClaim('${claim}', event.secrets.KEY + ' ' + event.client.name);
    api.accessToken.addScope('added:scope');
    api.accessToken.removeScope('read:messages');
    api.user.setAppMetadata('seen', event.stats.logins_count);
  };`, { secrets: [{ name: 'KEY', value: 'a-secret' }] });
  const { body } = await password('ada@example.com', 'Correct-Horse-9', { scope: 'openid read:messages write:messages' });
  assert.equal(decode(body.id_token)[claim], 'a-secret Test application');
  assert.equal(body.scope, 'openid write:messages added:scope');
  assert.deepEqual((await api.call('GET', 'users/auth0%7Cada')).body.app_metadata, { seen: 0 });
  const refused = await password('grace@example.com', 'Battery-Staple-9');
  assert.deepEqual([refused.status, refused.body.error, refused.body.error_description], [403, 'access_denied', 'Not here.']);
  assert.ok(!(await api.call('GET', 'actions/actions')).text.includes('a-secret'));
});
test('an action that sends the person away continues when they are back, with a token that only they can bring', async () => {
  await action(`exports.onExecutePostLogin = async (event, api) => {
    const token = api.redirect.encodeToken({ secret: event.secrets.KEY, payload: { ask: 'age' } });
    api.redirect.sendUserTo('https://consent.example/age', { query: { session_token: token } });
  };
  exports.onContinuePostLogin = async (event, api) => {
    const payload = api.redirect.validateToken({ secret: event.secrets.KEY });
    api.idToken.setCustomClaim('${claim}', payload.ask);
  };`, { secrets: [{ name: 'KEY', value: 'a-secret-of-the-action' }] });
  const person = new Reader(api.issuer);
  const away = await person.logIn(url());
  assert.equal(away.origin, 'https://consent.example');
  const state = away.searchParams.get('state'), session_token = away.searchParams.get('session_token');
  const back = async (token) => fragment(new URL((await person.get(`/continue?${new URLSearchParams({ state, session_token: token })}`)).headers.get('location')));
  assert.equal((await back(`${session_token.slice(0, -2)}AA`)).error, 'access_denied');
  assert.equal(decode((await back(session_token)).id_token)[claim], 'age');
  const forAnother = [{ alg: 'HS256', typ: 'JWT' }, { ...decode(session_token), state: 'another' }].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
  assert.equal((await back(`${forAnother}.${createHmac('sha256', 'a-secret-of-the-action').update(forAnother).digest('base64url')}`)).error, 'access_denied');
});

const hostile = (body) => rule(`function (user, context, callback) {
  if (user.email !== 'grace@example.com') return callback(null, user, context);
  ${body}
}`);
for (const [what, body] of Object.entries({
  'loops for ever': 'for (;;) {}',
  'never answers': '',
  'leaks': 'const all = []; for (;;) all.push(new Array(1e6).fill(user));',
  'leaks outside of the heap': 'const all = []; for (;;) all.push(Buffer.alloc(1e8, 1));',
  'answers with a flood': "context.idToken['x'] = 'x'.repeat(5e6); callback(null, user, context);",
}))
  row('AZ-1505', 'p', 'rules', 'one that loops, leaks, floods or never answers', 'that login is refused; the authority and other logins are not touched', async () => {
    assert.ok(what);
    await hostile(body);
    const [grace, ada] = await Promise.all([password('grace@example.com', 'Battery-Staple-9'), password()]);
    // A limit that the script meets itself is an error of its own; the rest ends its process.
    assert.ok(grace.status >= 400 && ['server_error', 'access_denied'].includes(grace.body.error), JSON.stringify(grace.body));
    assert.equal(grace.body.access_token, undefined);
    assert.equal(ada.status, 200);
    assert.equal((await password()).status, 200);
  });
test('a script reaches no file, no environment, no process of this machine', async () => {
  const secret = `${authority.data}/master.key`;
  await hostile(`const out = {};
    const attempt = (name, f) => { try { out[name] = String(f()); } catch (e) { out[name] = 'no: ' + e.message; } };
    attempt('fs', () => require('fs').readFileSync('${secret}', 'utf8'));
    attempt('child', () => require('child_process').execSync('id'));
    attempt('process', () => process.env.HOME);
    attempt('constructor', () => this.constructor.constructor('return process')().env.PATH);
    attempt('host', () => console.log.constructor('return process')().binding('fs'));
    attempt('loader', () => require('module')._load('fs').readFileSync('${secret}', 'utf8'));
    attempt('main', () => require.main.require('fs').readFileSync('${secret}', 'utf8'));
    context.idToken['${claim}'] = out;
    callback(null, user, context);`);
  const { body } = await password('grace@example.com', 'Battery-Staple-9');
  for (const [name, answer] of Object.entries(decode(body.id_token)[claim])) assert.match(answer, /^no: /, `${name}: ${answer}`);
});
test('nothing of one login reaches the next', async () => {
  await rule(`function (user, context, callback) {
    context.idToken['${claim}'] = typeof global.seen + ' ' + typeof Object.prototype.seen;
    global.seen = user.email;
    Object.prototype.seen = 1;
    callback(null, user, context);
  }`);
  for (let i = 0; i < 3; i++) assert.equal(decode((await password()).body.id_token)[claim], 'undefined undefined');
});
test('a rule that fails costs nobody their refresh token', async () => {
  const { body } = await password();
  await rule('function (user, context, callback) { throw new Error("broken"); }', { name: 'Broken' });
  const refresh = () => api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token });
  assert.equal((await refresh()).body.error, 'access_denied');
  const [broken] = (await api.call('GET', 'rules')).body;
  await api.call('DELETE', `rules/${broken.id}`);
  assert.equal((await refresh()).status, 200);
});
