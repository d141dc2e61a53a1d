// Session transfer: the login of a native application goes on in a browser, once, within a minute, and no further than
// the two applications allow.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, decode, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, origin, third } from '../lib/tenant.mjs';

const group = scope(), ada = { username: 'ada@example.com', password: 'Correct-Horse-9' };
const hands = { can_create_session_transfer_token: true };
const takes = { allowed_authentication_methods: ['cookie', 'query'] };
const client = (client_id, session_transfer, more) => ({ ...app, client_id, name: client_id, ...(session_transfer && { session_transfer }), ...more });
const type = 'urn:auth0:params:oauth:token-type:session_transfer_token';
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    args: ['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1'],
    clients: [
      machine, app, client('native', hands, { refresh_token: { rotation_type: 'non-rotating' } }), client('loose', { ...hands, enforce_cascade_revocation: false }), client('plain'), { ...third, client_id: 'theirs', session_transfer: hands, grant_types: [...third.grant_types, 'refresh_token'] },
      client('rotating', hands, { refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0, token_lifetime: 3600 } }),
      client('web', takes), client('by cookie', { allowed_authentication_methods: ['cookie'] }), client('refreshing', { ...takes, allow_refresh_token: true }, { refresh_token: { rotation_type: 'non-rotating' } }),
      client('offline', { ...takes, allow_refresh_token: true, enforce_online_refresh_tokens: false }), client('anywhere', { ...takes, enforce_device_binding: 'none' }), client('handing', { ...takes, ...hands, allow_refresh_token: true }),
    ],
    extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] },
  });
  api = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());

const audience = () => `urn:${new URL(api.issuer).hostname}:session_transfer`;
/** A login of the native application, as its own: by a password, so that no browser has a session. */
const native = async (client_id = 'native', more = {}) => {
  const { status, body, text } = await api.token({ grant_type: 'password', client_id, ...ada, scope: 'openid profile offline_access', ...more });
  assert.equal(status, 200, text);
  return body;
};
const ask = (refresh_token, client_id = 'native', more = {}) => api.token({ grant_type: 'refresh_token', client_id, refresh_token, audience: audience(), ...more });
const handed = async (client_id) => {
  const { status, body, text } = await ask((await native(client_id)).refresh_token, client_id);
  assert.equal(status, 200, text);
  return body.access_token;
};
const open = (parameters) => authorizeUrl(api.issuer, { client_id: 'web', redirect_uri: callback, response_type: 'token id_token', scope: 'openid profile offline_access', state: 's', nonce: 'n', ...parameters });
/** Where the request ends: the fragment or query of the callback, or the path of a page. */
const visit = async (parameters, person = new Person(), headers = {}) => {
  const response = await person.follow(open(parameters), { headers });
  const at = response.headers.get('location');
  if (!at) return { page: response.at?.pathname };
  const url = new URL(at);
  return Object.fromEntries(new URLSearchParams(url.hash.slice(1) || url.search));
};
const code = { response_type: 'code', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const redeem = (client_id, value) => api.token({ grant_type: 'authorization_code', client_id, code: value, redirect_uri: callback, code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk' });
const reasons = async () => (await api.logs()).map((one) => one.reason).filter(Boolean);

test('the answer is the vendor\'s: a minute\'s token that is no access token', async () => {
  const { body } = await ask((await native()).refresh_token);
  assert.deepEqual({ ...body, access_token: '' }, { access_token: '', issued_token_type: type, token_type: 'N_A', expires_in: 60 });
  assert.equal((await fetch(`${api.issuer}userinfo`, { headers: { authorization: `Bearer ${body.access_token}` } })).status, 401);
});
test('a refresh token that rotates does so here, too: the next one and an ID token come along', async () => {
  const first = await native('rotating'), { body } = await ask(first.refresh_token, 'rotating');
  assert.ok(body.refresh_token && body.refresh_token !== first.refresh_token);
  assert.equal(decode(body.id_token).sub, 'auth0|ada');
  assert.equal((await ask(first.refresh_token, 'rotating')).body.error, 'invalid_grant');
});
test('by the query: signed in without a page, as the same person and as long ago', async () => {
  const first = await native(), { body } = await ask(first.refresh_token);
  const person = new Person(), answer = await visit({ session_transfer_token: body.access_token, max_age: '1000' }, person);
  const told = decode(answer.id_token);
  assert.deepEqual([told.sub, told.aud, answer.state], ['auth0|ada', 'web', 's']);
  assert.ok(Math.abs(told.auth_time - decode(first.id_token).iat) <= 5);
  assert.equal(decode((await visit({ client_id: 'app', prompt: 'none' }, person)).id_token).sub, 'auth0|ada', 'and then everywhere');
});
test('by the cookie that the application has set, which is taken away again', async () => {
  const person = new Person();
  person.cookies.set('auth0_session_transfer_token', await handed());
  assert.equal(decode((await visit({ client_id: 'by cookie' }, person)).id_token).sub, 'auth0|ada');
  assert.equal(person.cookies.has('auth0_session_transfer_token'), false);
});
test('silently, too', async () => assert.ok((await visit({ session_transfer_token: await handed(), prompt: 'none' })).id_token));
test('prompt=login and a max_age that is over ask for a login all the same', async () => {
  assert.deepEqual(await visit({ session_transfer_token: await handed(), prompt: 'login' }), { page: '/u/login' });
  assert.deepEqual(await visit({ session_transfer_token: await handed(), max_age: '0' }), { page: '/u/login' });
});
test('a parameter of a method that the application does not take is not looked at, and the log says so', async () => {
  for (const client_id of ['app', 'by cookie']) {
    assert.deepEqual(await visit({ client_id, session_transfer_token: await handed() }), { page: '/u/login' });
    assert.ok((await reasons()).includes('session_transfer_method'));
  }
});

describe('what is not good asks for a login', () => {
  test('used before', async () => {
    const session_transfer_token = await handed();
    assert.ok((await visit({ session_transfer_token })).id_token);
    assert.deepEqual(await visit({ session_transfer_token }), { page: '/u/login' });
    assert.ok((await reasons()).includes('session_transfer_replayed'));
  });
  test('of two at once, one', async () => {
    const session_transfer_token = await handed();
    const both = await Promise.all([visit({ session_transfer_token }), visit({ session_transfer_token })]);
    assert.equal(both.filter((one) => one.id_token).length, 1);
  });
  test('after a minute, and not before', async () => {
    const early = await handed(), late = await handed();
    await api.advance(59);
    assert.ok((await visit({ session_transfer_token: early })).id_token);
    await api.advance(2);
    assert.deepEqual(await visit({ session_transfer_token: late }), { page: '/u/login' });
  });
  test('made up, changed, or something else of ours', async () => {
    const first = await native();
    for (const session_transfer_token of ['x', `${await handed()}x`, first.refresh_token, first.access_token, first.id_token, 'a'.repeat(5000)])
      assert.deepEqual(await visit({ session_transfer_token }), { page: '/u/login' });
  });
  test('from another address, unless the application says that this does not matter', async () => {
    const elsewhere = { 'x-forwarded-for': '203.0.113.9' };
    assert.deepEqual(await visit({ session_transfer_token: await handed() }, new Person(), elsewhere), { page: '/u/login' });
    assert.ok((await visit({ client_id: 'anywhere', session_transfer_token: await handed() }, new Person(), elsewhere)).id_token);
  });
  for (const [what, end] of [
    ['the refresh token was revoked', (r) => fetch(`${api.issuer}oauth/revoke`, { method: 'POST', body: new URLSearchParams({ client_id: 'native', token: r }) })],
    ['the person was blocked', () => api.call('PATCH', 'users/auth0%7Cada', { blocked: true })],
    ['the password was changed', () => api.call('PATCH', 'users/auth0%7Cada', { password: 'Another-Horse-10', connection: 'Username-Password-Authentication' })],
    ['the application may no more', () => api.call('PATCH', 'clients/native', { session_transfer: { can_create_session_transfer_token: false } })],
  ])
    test(what, async () => {
      const { refresh_token } = await native(), session_transfer_token = (await ask(refresh_token)).body.access_token;
      await end(refresh_token);
      assert.deepEqual(await visit({ session_transfer_token }), { page: '/u/login' });
    });
  test('silently it is login_required', async () => assert.equal((await visit({ session_transfer_token: 'x', prompt: 'none' })).error, 'login_required'));
  test('and whoever is signed in there is not taken for them', async () => {
    const person = new Person();
    await person.logIn(open({ client_id: 'app' }));
    assert.deepEqual(await visit({ session_transfer_token: 'x' }, person), { page: '/u/login' });
  });
});

test('two people at one browser: the one who was there is signed out, and a login is asked for', async () => {
  await api.call('POST', 'users', { connection: 'Username-Password-Authentication', email: 'bea@example.com', password: 'Correct-Horse-9' });
  const person = new Person();
  await person.logIn(open({ client_id: 'app' }), 'bea@example.com');
  assert.deepEqual(await visit({ session_transfer_token: await handed() }, person), { page: '/u/login' });
  assert.equal((await visit({ client_id: 'app', prompt: 'none' }, person)).error, 'login_required');
});
test('the same person at that browser: their session goes on', async () => {
  const person = new Person();
  await person.logIn(open({ client_id: 'app' }));
  const before = await api.call('GET', 'users/auth0%7Cada/sessions');
  assert.ok((await visit({ session_transfer_token: await handed() }, person)).id_token);
  assert.equal((await api.call('GET', 'users/auth0%7Cada/sessions')).body.sessions.length, before.body.sessions.length);
});

describe('who gets none', () => {
  for (const [what, client_id] of [['an application that may not', 'plain'], ['one that is not the tenant\'s own', 'theirs']])
    test(what, async () => {
      const person = new Person(), url = authorizeUrl(api.issuer, { client_id, redirect_uri: callback, scope: 'openid offline_access', ...code });
      let at = await person.follow(url), html = await at.text();
      for (let pages = 0; pages < 2 && !at.headers.get('location'); pages++) {
        const state = /name="state" value="([^"]+)"/.exec(html)[1], action = /<form[^>]*action="([^"]+)"/.exec(html)[1];
        at = await person.post(new URL(action.replaceAll('&amp;', '&'), url), { state, ...ada, action: /value="accept"/.test(html) ? 'accept' : 'default' });
        const next = new URL(at.headers.get('location'), url);
        if (next.origin === origin) break;
        at = await person.follow(next), html = await at.text();
      }
      const { body, text } = await redeem(client_id, new URL(at.headers.get('location'), url).searchParams.get('code'));
      assert.ok(body.refresh_token, text);
      const answer = await ask(body.refresh_token, client_id);
      assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [403, 'unauthorized_client', 'session_transfer_disabled']);
    });
  test('a login that came by a transfer itself', async () => {
    const answer = await visit({ client_id: 'handing', session_transfer_token: await handed(), ...code });
    const { body } = await redeem('handing', answer.code);
    assert.equal((await ask(body.refresh_token, 'handing')).body.reason, 'session_transfer_repeated');
  });
});

describe('what comes of it', () => {
  const across = async (client_id, from = 'native') => {
    const first = await native(from), person = new Person();
    const { access_token } = (await ask(first.refresh_token, from)).body;
    const answer = await visit({ client_id, session_transfer_token: access_token, ...code }, person);
    return { first, person, tokens: (await redeem(client_id, answer.code)).body };
  };
  const refresh = (client_id, refresh_token) => api.token({ grant_type: 'refresh_token', client_id, refresh_token });
  const revoke = (client_id, token) => fetch(`${api.issuer}oauth/revoke`, { method: 'POST', body: new URLSearchParams({ client_id, token }) });

  test('no refresh token, unless the application says so', async () => {
    const { tokens } = await across('web');
    assert.deepEqual([tokens.refresh_token, tokens.scope.includes('offline_access')], [undefined, false]);
    assert.ok((await across('refreshing')).tokens.refresh_token);
  });
  const own = 'users/auth0%7Cada';
  const ends = {
    'the application revokes it': ({ refresh_token }) => revoke('native', refresh_token),
    'an administrator revokes that one': async () => {
      const { body } = await api.call('GET', `${own}/refresh-tokens`);
      return api.call('DELETE', `refresh-tokens/${body.tokens.find((one) => one.client_id === 'native').id}`);
    },
    'an administrator revokes all of the person': () => api.call('DELETE', `${own}/refresh-tokens`),
    'an administrator takes all access back': () => api.call('POST', `${own}/revoke-access`, {}),
    'the password is changed': () => api.call('PATCH', own, { password: 'Another-Horse-10', connection: 'Username-Password-Authentication' }),
    'the native application goes': () => api.call('DELETE', 'clients/native'),
  };
  for (const [what, end] of Object.entries(ends))
    test(`what it came of ends the session and its refresh tokens: ${what}`, async () => {
      const { first, person, tokens } = await across('refreshing');
      assert.equal((await refresh('refreshing', tokens.refresh_token)).status, 200);
      const ended = await end(first);
      assert.ok(ended.status < 300, ended.text);
      const answer = await refresh('refreshing', tokens.refresh_token);
      assert.deepEqual([answer.status, answer.body.error], [403, 'invalid_grant']);
      assert.equal((await visit({ client_id: 'web', prompt: 'none' }, person)).error, 'login_required');
    });
  test('and does not where the native application says so', async () => {
    const { first, person, tokens } = await across('refreshing', 'loose');
    await revoke('loose', first.refresh_token);
    assert.equal((await refresh('refreshing', tokens.refresh_token)).status, 200);
    assert.ok((await visit({ client_id: 'web', prompt: 'none' }, person)).id_token);
  });
  test('logging out ends its refresh tokens, unless the application says that they outlive the session', async () => {
    for (const [client_id, status] of [['refreshing', 403], ['offline', 200]]) {
      const { person, tokens } = await across(client_id);
      await person.get(`${api.issuer}v2/logout?client_id=${client_id}`);
      assert.equal((await refresh(client_id, tokens.refresh_token)).status, status, client_id);
    }
  });
});

test('an action sees where the login comes from, and can refuse it', async () => {
  const { body } = await api.call('POST', 'actions/actions', { name: 'watch', supported_triggers: [{ id: 'post-login', version: 'v3' }], code: 'exports.onExecutePostLogin = async (event, api) => { const t = event.session_transfer_token; api.idToken.setCustomClaim("https://example.com/from", t ? t.client_id + " " + Boolean(t.request.ip) : "none"); };' });
  await api.call('POST', `actions/actions/${body.id}/deploy`);
  await api.call('PATCH', 'actions/triggers/post-login/bindings', { bindings: [{ ref: { type: 'action_id', value: body.id }, display_name: 'watch' }] });
  const person = new Person();
  assert.equal(decode((await visit({ session_transfer_token: await handed() }, person)).id_token)['https://example.com/from'], 'native true');
  assert.equal(decode((await visit({ client_id: 'app', prompt: 'none' }, person)).id_token)['https://example.com/from'], 'none');
});
