// What would go round the gate with something that was kept: an mfa_token, a state of a page, a refresh token; and the
// applications that are told when a session is over.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { freePort } from '../lib/program.mjs';
import { exchangeGrant, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';
import { ada, callback, grace, guarded, plain, realm, startWorld, userPath } from './gate/round.mjs';

const told = [];
const w = startWorld(async (group) => {
  const port = await freePort();
  const listener = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (d) => (body += d)).on('end', () => { told.push(decode(new URLSearchParams(body).get('logout_token'))); response.end(); });
  }).listen(port, '127.0.0.1');
  group.after(() => listener.close());
  return [{ client_id: 'tellable', name: 'Tellable', oidc_logout: { backchannel_logout_urls: [`http://127.0.0.1:${port}/`] } }];
});
beforeEach(() => { told.length = 0; });

const offline = { audience: plain, scope: 'openid read:messages offline_access' };
const revokeSessions = async (id) => {
  for (const one of (await w.must('GET', `${userPath(id)}/sessions`)).sessions) await w.must('POST', `sessions/${one.id}/revoke`);
};

// ---- An mfa_token of something that was kept

const kept = {
  'a refresh token': async () => {
    const { refresh_token } = await w.tokens(grace, offline);
    await w.policy('all-applications');
    return { asked: await w.refresh(refresh_token, { scope: 'openid' }), end: () => w.api.form('/oauth/revoke', { ...w.as('app'), token: refresh_token }) };
  },
  'a device': async () => {
    const redeem = await w.device(grace, offline);
    await w.policy('all-applications');
    return { asked: await redeem(), end: () => revokeSessions('grace') };
  },
};
for (const [what, keep] of Object.entries(kept)) {
  test(`an mfa_token that came of ${what} ends with it`, async () => {
    const secret = await w.enrol(grace), { asked, end } = await keep();
    assert.equal(asked.body.error, 'mfa_required', asked.text);
    await end();
    const { status, body } = await w.byOtp(asked.body.mfa_token, secret);
    assert.deepEqual([status, body.error, body.access_token], [403, 'invalid_grant', undefined]);
  });

  test(`an mfa_token that came of ${what} is good while that is`, async () => {
    const secret = await w.enrol(grace), { asked } = await keep();
    const done = await w.byOtp(asked.body.mfa_token, secret);
    assert.equal(done.status, 200, done.text);
  });

  test(`an mfa_token that came of ${what} adds no first factor`, async () => {
    const { asked } = await keep();
    assert.equal(asked.body.error, 'mfa_required', asked.text);
    const { status, body } = await w.api.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${asked.body.mfa_token}` });
    assert.deepEqual([status, body.reason, body.secret], [403, 'mfa_login_needed', undefined]);
  });
}

test('a token that was to change the second factors does so no more after a new password', async () => {
  const secret = await w.enrol(grace);
  const { mfa_token } = (await w.password(grace, { audience: `${w.api.issuer}mfa/`, scope: 'enroll read:authenticators remove:authenticators' })).body;
  const { body: { access_token } } = await w.byOtp(mfa_token, secret), headers = { authorization: `Bearer ${access_token}` };
  const [{ id }] = (await w.api.get('/mfa/authenticators', headers)).body;
  await w.must('PATCH', userPath('grace'), { password: 'Entirely-New-7x', connection: realm });
  assert.equal((await w.api.get('/mfa/authenticators', headers)).status, 401);
  assert.equal((await w.api.post('/mfa/associate', { authenticator_types: ['otp'] }, headers)).status, 401);
  await fetch(w.api.url(`/mfa/authenticators/${encodeURIComponent(id)}`), { method: 'DELETE', headers });
  assert.equal((await w.methods('grace')).filter((one) => /otp/.test(one)).length, 1);
});

test('what was begun as one type of second factor is not finished as another', async () => {
  await w.must('PATCH', userPath('grace'), { email_verified: false });
  await w.policy('all-applications');
  const person = new Reader(w.api.issuer), choice = await person.submit(await person.open(w.url()), grace);
  const page = await person.submit(await person.open(choice.links.Email), { address: 'another@example.com' });
  const { code } = await w.api.message('another@example.com');
  const done = await person.submit(page, { type: 'sms', code });
  assert.ok(done.status >= 400, done.heading);
  assert.deepEqual(await w.methods('grace'), []);
});

// ---- A state that is held while the tenant changes

const actions = {
  away: 'exports.onExecutePostLogin = async (event, api) => api.redirect.sendUserTo("https://away.example/"); exports.onContinuePostLogin = async () => {};',
  denies: 'exports.onExecutePostLogin = async (event, api) => api.access.deny("no");',
};
const bind = (...names) => w.must('PATCH', 'actions/triggers/post-login/bindings', { bindings: names.map((value) => ({ ref: { type: 'action_name', value } })) });
const changes = {
  'the awaited action is not bound any more, and another one is': () => bind('denies'),
  'another action is put before it': () => bind('denies', 'away'),
  'another action is put after it': () => bind('away', 'denies'),
  'a rule is added': () => w.must('POST', 'rules', { name: 'no', script: 'function (user, context, callback) { callback(new UnauthorizedError("no")); }' }),
};
for (const [what, change] of Object.entries(changes))
  test(`whoever was sent away is asked all of it when they are back: ${what}`, async () => {
    for (const [name, code] of Object.entries(actions)) await w.must('POST', 'actions/actions', { name, code, supported_triggers: [{ id: 'post-login', version: 'v3' }], deploy: true });
    await bind('away');
    const { person, page } = await w.login();
    assert.equal(page.location.origin, 'https://away.example');
    await change();
    let back = await person.open(`/continue?${new URLSearchParams({ state: page.location.searchParams.get('state') })}`);
    // Where all begins again, they may be sent away once more first.
    if (back.location?.origin === 'https://away.example') back = await person.open(`/continue?${new URLSearchParams({ state: back.location.searchParams.get('state') })}`);
    assert.match(back.location?.searchParams.get('error') ?? back.heading, /^(access_denied|unauthorized)$/);
  });

// ---- What lasts

test('a refresh token that is made while its session is revoked does not last', async () => {
  for (let i = 0; i < 16; i++) {
    const { code } = await w.login(ada, offline), [{ id }] = (await w.must('GET', `${userPath('ada')}/sessions`)).sessions;
    const [{ body }] = await Promise.all([w.redeem(code), w.must('POST', `sessions/${id}/revoke`)]);
    if (body.refresh_token) assert.equal((await w.refresh(body.refresh_token)).body.error, 'invalid_grant');
  }
});

for (const [what, isGuarded] of [['an API', false], ['an API with roles', true]])
  test(`a scope that was taken off ${what} does not come back at refresh`, async () => {
    const audience = isGuarded ? guarded : plain, word = isGuarded ? 'read:it' : 'read:messages';
    if (isGuarded) await w.must('POST', `${userPath('ada')}/roles`, { roles: [await w.role(word)] });
    const { access_token, refresh_token } = await w.tokens(ada, { audience, scope: `openid ${word} offline_access` });
    assert.ok(decode(access_token).scope.split(' ').includes(word));
    if (isGuarded) await w.must('DELETE', `${userPath('ada')}/roles`, { roles: (await w.must('GET', `${userPath('ada')}/roles`)).map((one) => one.id) });
    const { id, scopes } = (await w.must('GET', 'resource-servers')).find((one) => one.identifier === audience);
    await w.must('PATCH', `resource-servers/${id}`, { scopes: scopes.filter((one) => one.value !== word) });
    const { body, text } = await w.refresh(refresh_token);
    assert.ok(body.access_token, text);
    assert.ok(!(decode(body.access_token).scope ?? '').split(' ').includes(word), decode(body.access_token).scope);
    assert.ok(!(body.scope ?? '').split(' ').includes(word));
  });

test('a consent that was taken back is not given again by the address of the login that had it', async () => {
  const person = new Reader(w.api.issuer), asked = { client_id: 'third' };
  const page = await person.submit(await person.open(w.url(asked)), ada);
  const { headers } = await person.get('/u/consent', { method: 'POST', body: new URLSearchParams({ ...page.fields, action: 'accept' }) });
  const agreed = headers.get('location');
  assert.match(agreed, /\/authorize\/resume/);
  assert.ok((await person.open(agreed)).location.searchParams.get('code'));
  await w.must('DELETE', `grants?${new URLSearchParams({ user_id: 'auth0|ada' })}`);
  const again = await person.open(agreed);
  assert.equal(again.location?.searchParams.get('code') ?? null, null);
  assert.deepEqual(await w.must('GET', `grants?${new URLSearchParams({ user_id: 'auth0|ada' })}`), []);
});

const o1 = { username: 'o1@example.com', password: 'Some-Password-1' };
const elsewhere = () => w.must('POST', 'users', { connection: 'Other', user_id: 'o1', email: o1.username, password: o1.password });
const deleteConnection = async () => w.must('DELETE', `connections/${(await w.must('GET', 'connections')).find((one) => one.name === 'Other').id}`);
test('a token of a login by a connection that is deleted is exchanged no more', async () => {
  await elsewhere();
  await w.must('POST', `${userPath('ada')}/identities`, { provider: 'auth0', user_id: 'o1' });
  const { body: { access_token: subject_token } } = await w.api.token({ grant_type: grants.realm, ...w.as('app'), realm: 'Other', ...o1, audience: plain, scope: 'openid read:messages' });
  const exchange = () => w.api.token({ grant_type: exchangeGrant, ...w.as('app'), subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: guarded });
  assert.equal((await exchange()).status, 200);
  await deleteConnection();
  const { status, body } = await exchange();
  assert.deepEqual([status, body.access_token], [403, undefined]);
});

// ---- Who is told

const isTold = (sub) => until(() => told.some((claims) => claims.aud === 'tellable' && claims.sub === sub), 'the application is told', 30_000);
const atTellable = async (who, more) => {
  const { person, code } = await w.login(who, { client_id: 'tellable', ...more });
  return { person, claims: decode((await w.redeem(code, 'tellable')).body.id_token) };
};
test('applications are told when a session ends: also those of before the person logged in again at the browser', async () => {
  const { person } = await atTellable(ada);
  assert.ok((await w.login(ada, { prompt: 'login' }, person)).code);
  await person.open('/v2/logout');
  await isTold('auth0|ada');
});

test('applications are told when a session ends: the account is linked to another one', async () => {
  await atTellable(grace);
  await w.must('POST', `${userPath('ada')}/identities`, { provider: 'auth0', user_id: 'grace' });
  await isTold('auth0|grace');
});

test('applications are told when a session ends: the connection is deleted', async () => {
  await elsewhere();
  await atTellable(o1, { connection: 'Other' });
  await deleteConnection();
  await isTold('auth0|o1');
});

// ---- What is kept is not long

const long = 'x'.repeat(16 * 1024 + 1), asked = { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid' };
test('parameters of a request that are longer than 16 kB together are not taken', async () => {
  for (const parameters of [{ ...asked, nonce: long }, { ...asked, ...Object.fromEntries(['nonce', 'login_hint', 'ui_locales'].map((name) => [name, long.slice(0, 6000)])) }]) {
    const { headers, status } = await w.api.form('/authorize', parameters);
    assert.equal(new URL(headers.get('location') ?? '/', callback).searchParams.get('error'), 'invalid_request', `${status}`);
    const pushed = await w.api.form('/oauth/par', { ...w.as('app'), ...parameters });
    assert.deepEqual([pushed.status, pushed.body.error], [400, 'invalid_request']);
  }
  assert.equal((await w.api.form('/oauth/par', { ...w.as('app'), ...asked, state: long.slice(0, 12_000) })).status, 201);
});

test('a device does not ask for a scope that is longer than 4096 bytes', async () => {
  const ask = (scope) => w.api.form('/oauth/device/code', { ...w.as('app'), scope });
  assert.equal((await ask('x'.repeat(4000))).status, 200);
  const { status, body } = await ask('x'.repeat(4097));
  assert.deepEqual([status, body.error], [400, 'invalid_scope']);
});

test('a passwordless link does not take parameters that are longer than 8 kB', async () => {
  const ask = (length) => w.api.post('/passwordless/start', { ...w.as('app'), connection: 'email', email: 'pat@example.com', send: 'link', authParams: { ...asked, client_id: undefined, state: 'x'.repeat(length) } });
  assert.equal((await ask(4000)).status, 200);
  assert.equal((await ask(8200)).status, 400);
});
