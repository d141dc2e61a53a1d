// AZ-1601 to AZ-1610: signing in at an upstream, its profiles, and what a hostile one may try.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';
import { ScriptedUpstream } from '../lib/upstream.mjs';

const group = scope();
const upstream = new ScriptedUpstream(), other = new ScriptedUpstream();
const appleKey = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let api;
before(async () => {
  await upstream.start(group);
  await other.start(group);
  const oauth = (strategy, options = {}) => ({ name: strategy, strategy, options: { client_id: 'id', client_secret: 'secret', authorizationURL: `${upstream.issuer}/authorize`, tokenURL: `${upstream.issuer}/token`, userInfoURL: `${upstream.issuer}/userinfo`, ...options } });
  const connections = [
    ...extra.connections,
    upstream.connection('acme', { display_name: 'Acme Login' }, { upstream_params: { access_type: { value: 'offline' }, screen: { alias: 'login_hint' } }, scope: 'openid profile email groups' }),
    upstream.connection('once', {}, { set_user_root_attributes: 'on_first_login' }),
    upstream.connection('closed', {}, { disable_signup: true }),
    upstream.connection('front', { show_as_button: false }, { type: 'front_channel', client_secret: undefined }),
    other.connection('other'),
    { name: 'twitter', strategy: 'twitter', options: { client_id: 'stand-in', ostia: { stand_in: true } } },
    { ...oauth('twitter', { pkce_enabled: true }), name: 'x' },
    oauth('github'), oauth('facebook'), oauth('oauth2'), oauth('windowslive'),
    { name: 'apple', strategy: 'apple', options: { client_id: 'ostia', team_id: 'TEAM', kid: 'KEY', issuer: upstream.issuer, app_secret: appleKey.privateKey.export({ type: 'pkcs8', format: 'pem' }) } },
    { name: 'elsewhere', strategy: 'oidc', enabled_clients: [], options: { client_id: 'x', issuer: upstream.issuer } },
  ];
  const authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, connections, clientGrants: [managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  upstream.reset();
  other.reset();
});

const url = (more = {}) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid profile email', nonce: 'n', state: 's', ...more })}`;
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
/** Where `/authorize` sends somebody who has to sign in at an upstream. */
const leave = async (person, connection, more) => new URL((await person.get(url({ connection, ...more }))).headers.get('location'));
/** From the upstream's answer to the application's. */
const arrive = async (person, back) => {
  const page = await person.open(back);
  return page.location ? fragment(page.location) : page;
};
const logIn = async (connection, { person = new Reader(api.issuer), at = upstream, more, answer } = {}) => arrive(person, at.approve(await leave(person, connection, more), answer));
const user = async (id) => (await api.call('GET', `users/${encodeURIComponent(id)}`)).body;
const refused = async (result, reason) => {
  assert.equal(result.error, 'access_denied', JSON.stringify(result));
  assert.equal(result.state, 's');
  assert.ok((await api.logs()).some((l) => l.type === 'f' && l.details?.reason === reason || JSON.stringify(l).includes(reason)), `${reason} is in the log`);
};

row('AZ-1601', 'd', '/authorize', 'connection of an upstream', 'straight to it: code, PKCE, nonce, its scopes and upstream_params; a new account `provider|id` with its profile', async () => {
  const person = new Reader(api.issuer);
  const to = await leave(person, 'acme', { login_hint: 'una@example.net', connection_scope: 'calendar' });
  assert.equal(`${to.origin}${to.pathname}`, `${upstream.issuer}/authorize`);
  const asked = Object.fromEntries(to.searchParams);
  assert.deepEqual([asked.client_id, asked.response_type, asked.redirect_uri, asked.code_challenge_method, asked.scope], ['ostia', 'code', `${api.issuer}login/callback`, 'S256', 'openid profile email groups calendar']);
  assert.deepEqual([asked.access_type, asked.screen, asked.login_hint], ['offline', 'una@example.net', 'una@example.net']);
  assert.ok(asked.nonce && asked.state && asked.code_challenge);
  const result = await arrive(person, upstream.approve(to));
  const claims = decode(result.id_token);
  assert.deepEqual([claims.sub, claims.email, claims.email_verified, claims.name, claims.nonce], ['oidc|acme|u1', 'una@example.net', true, 'Una Upstream', 'n']);
  assert.equal(result.state, 's');
  const token = upstream.requests.find((r) => r.path === '/token');
  assert.equal(new URLSearchParams(token.body).get('client_secret'), 'upstream-secret');
  const there = await user('oidc|acme|u1');
  assert.deepEqual([there.identities[0].provider, there.identities[0].connection, there.identities[0].isSocial, there.logins_count], ['oidc', 'acme', true, 1]);
  assert.deepEqual((await api.logs('ss')).map((l) => l.user_id), ['oidc|acme|u1']);
  const silent = fragment(new URL((await person.get(url({ prompt: 'none' }))).headers.get('location')));
  assert.equal(decode(silent.id_token).sub, 'oidc|acme|u1', 'signed in here from then on');
});
row('AZ-1602', 'd', '/u/login', 'the login page', 'a button for each upstream of the application; the others have none', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url());
  assert.ok(page.links['Continue with Acme Login'] && page.links['Continue with GitHub'] && page.links['Continue with X']);
  assert.ok(!Object.keys(page.links).some((text) => /elsewhere|front/.test(text)));
  const response = await person.get(page.links['Continue with Acme Login']);
  assert.ok(response.headers.get('location').startsWith(`${upstream.issuer}/authorize?`));
  assert.equal(decode((await arrive(person, upstream.approve(response.headers.get('location')))).id_token).sub, 'oidc|acme|u1');
  const forbidden = await person.get(page.links['Continue with Acme Login'].replace('connection=acme', 'connection=elsewhere'));
  assert.match(forbidden.headers.get('location'), /^\/u\/login/);
});
row('AZ-1603', 'd', '/login/callback', 'a later login', 'the profile is what the upstream says now, or stays as it was first (`set_user_root_attributes`); metadata stays', async () => {
  await logIn('acme');
  await logIn('once');
  await api.call('PATCH', 'users/oidc%7Cacme%7Cu1', { app_metadata: { plan: 'gold' } });
  upstream.claims = { ...upstream.claims, name: 'Una Renamed', email: 'una@new.example.net', department: { id: 7 } };
  assert.equal(decode((await logIn('acme')).id_token).name, 'Una Renamed');
  const now = await user('oidc|acme|u1');
  assert.deepEqual([now.email, now.department, now.app_metadata], ['una@new.example.net', { id: 7 }, { plan: 'gold' }]);
  assert.equal(decode((await logIn('once')).id_token).name, 'Una Upstream');
});
row('AZ-1604', 'd', '/api/v2/users/{id}', 'what the upstream gave', 'tokens are sealed in the store, and shown with `read:user_idp_tokens` only', async () => {
  await logIn('acme');
  assert.equal((await user('oidc|acme|u1')).identities[0].access_token, 'upstream-access');
  const { body: grants } = await api.call('GET', 'client-grants?client_id=machine');
  await api.call('PATCH', `client-grants/${grants[0].id}`, { scope: ['read:users'] });
  await api.authenticate();
  assert.equal((await user('oidc|acme|u1')).identities[0].access_token, undefined);
});
row('AZ-1605', 'p', '/authorize', 'connection of an upstream, at a browser that is signed in by another one', 'the person signs in there, for accounts that are to be linked; silently the session counts', async () => {
  const person = new Reader(api.issuer);
  const first = fragment(await person.logIn(url()));
  assert.equal(decode(first.id_token).sub, 'auth0|ada');
  assert.equal(decode(fragment(new URL((await person.get(url({ connection: 'acme', prompt: 'none' }))).headers.get('location'))).id_token).sub, 'auth0|ada');
  const second = await logIn('acme', { person });
  assert.equal(decode(second.id_token).sub, 'oidc|acme|u1');
  const own = await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: `${api.issuer}api/v2/`, scope: 'openid update:current_user_identities' });
  const linked = await api.call('POST', 'users/auth0%7Cada/identities', { link_with: second.id_token }, own.body.access_token);
  assert.equal(linked.status, 201, linked.text);
  assert.deepEqual(linked.body.map((i) => `${i.provider}|${i.user_id}`), ['auth0|ada', 'oidc|acme|u1']);
  assert.equal(decode((await logIn('acme')).id_token).sub, 'auth0|ada', 'it is ada who comes by it now');
});
test('the same address at two upstreams, and twice at one, are accounts of their own', async () => {
  assert.equal(decode((await logIn('acme')).id_token).sub, 'oidc|acme|u1');
  other.claims = { ...upstream.claims };
  assert.equal(decode((await logIn('other', { at: other })).id_token).sub, 'oidc|other|u1');
  upstream.claims.sub = 'u2';
  assert.equal(decode((await logIn('acme')).id_token).sub, 'oidc|acme|u2');
});
test('a blocked account, and a connection that takes no new ones', async () => {
  await logIn('acme');
  await api.call('PATCH', 'users/oidc%7Cacme%7Cu1', { blocked: true });
  const blocked = await logIn('acme');
  assert.deepEqual([blocked.error, blocked.error_description], ['unauthorized', 'user is blocked']);
  const closed = await logIn('closed');
  assert.deepEqual([closed.error, closed.error_description], ['access_denied', 'Sign-ups are turned off for this connection']);
  assert.equal((await user('oidc|closed|u1')).statusCode, 404);
});
row('AZ-1606', 'd', '/login/callback', 'the upstream answers with an error', 'the application has it: `access_denied` with its words', async () => {
  const person = new Reader(api.issuer);
  const to = await leave(person, 'acme');
  const result = await arrive(person, `${api.issuer}login/callback?${new URLSearchParams({ state: to.searchParams.get('state'), iss: upstream.issuer, error: 'access_denied', error_description: 'I would rather not\r\nX: y' })}`);
  assert.deepEqual([result.error, result.error_description, result.state], ['access_denied', 'I would rather notX: y', 's']);
});

test('keys that are kept: another key of the same name is found, with one look for many logins', async (t) => {
  const changing = new ScriptedUpstream();
  await changing.start(t);
  const made = await api.call('POST', 'connections', { ...changing.connection('changing'), enabled_clients: ['app'] });
  assert.equal(made.status, 201, made.text);
  assert.ok((await logIn('changing', { at: changing })).id_token);
  changing.key = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const looks = () => changing.requests.filter((r) => r.path === '/jwks').length;
  assert.equal(looks(), 1);
  const refusals = [];
  const renewed = await until(async () => {
    const result = await logIn('changing', { at: changing });
    if (!result.id_token) refusals.push(result.error);
    return result.id_token;
  }, 'the key is looked for again');
  assert.ok(renewed);
  assert.ok(refusals.length > 1 && refusals.every((error) => error === 'access_denied'), refusals.join());
  assert.equal(looks(), 2, 'not for each login');
});

test('keys that are kept: an answer without keys takes nothing from them', async (t) => {
  const broken = new ScriptedUpstream();
  await broken.start(t);
  await api.call('POST', 'connections', { ...broken.connection('broken'), enabled_clients: ['app'] });
  assert.ok((await logIn('broken', { at: broken })).id_token);
  const looks = () => broken.requests.filter((r) => r.path === '/jwks').length;
  for (const [i, body] of [{}, { keys: [{ kty: 'oct', k: 'AAAA', kid: 'k1' }] }].entries()) {
    broken.change['/jwks'] = { body };
    broken.change.signing = { kid: 'k9' }; // which makes the authority look again, once its pause is over
    await until(async () => {
      await refused(await logIn('broken', { at: broken }), 'id_token_key_unknown');
      return looks() === i + 2;
    }, 'it looks again');
    broken.change.signing = undefined;
    assert.ok((await logIn('broken', { at: broken })).id_token, JSON.stringify(body));
  }
});

const hostile = {
  'an ID token by another key': ['id_token_signature', () => { upstream.change.signing = { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }; }],
  'an ID token by a key that nobody knows': ['id_token_key_unknown', () => { upstream.change.signing = { kid: 'k9' }; }],
  'an unsigned ID token': ['id_token_algorithm', () => { upstream.change.signing = { alg: 'none' }; }],
  'an ID token with a symmetric algorithm': ['id_token_algorithm', () => { upstream.change.signing = { alg: 'HS256' }; }],
  'an ID token of another issuer': ['id_token_issuer_mismatch', () => { upstream.change.idToken = { iss: other.issuer }; }],
  'an ID token for another client': ['id_token_audience_mismatch', () => { upstream.change.idToken = { aud: 'somebody-else' }; }],
  'an ID token of another login': ['id_token_nonce_mismatch', () => { upstream.change.idToken = { nonce: 'another' }; }],
  'an expired ID token': ['id_token_token_expired', () => { upstream.change.idToken = { exp: 1000, iat: 900 }; }],
  'an ID token of another access token': ['id_token_at_hash_mismatch', () => { upstream.change.idToken = { at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }; }],
  'an at_hash that is a number': ['id_token_at_hash_mismatch', () => { upstream.change.idToken = { at_hash: 7 }; }],
  'an at_hash that is empty': ['id_token_at_hash_mismatch', () => { upstream.change.idToken = { at_hash: '' }; }],
  'no ID token at all': ['id_token_malformed', () => { upstream.change['/token'] = { body: { access_token: 'x' } }; }],
  'a profile of somebody else': ['upstream_subject_mismatch', () => { upstream.change['/userinfo'] = { body: { sub: 'u7' } }; }],
  'a profile that is signed': ['upstream_profile_jwt', () => { upstream.change['/userinfo'] = { body: upstream.sign({ sub: 'u1' }), type: 'application/jwt' }; }],
  'a profile that is signed, and does not say so': ['upstream_profile_jwt', () => { upstream.change['/userinfo'] = { body: upstream.sign({ sub: 'u1' }) }; }],
  'a profile that is encrypted': ['upstream_profile_jwt', () => { upstream.change['/userinfo'] = { body: 'eyJhbGciOiJSU0EifQ.a.b.c.d', type: 'application/jwt; charset=utf-8' }; }],
  'a huge profile': ['upstream_profile_too_large', () => { upstream.claims.biography = 'x'.repeat(40_000); }],
  'an endless profile': ['upstream_unreachable', () => { upstream.change['/userinfo'] = { body: JSON.stringify({ sub: 'u1', biography: 'x'.repeat(4_000_000) }) }; }],
  'a profile that nests without end': ['upstream_subject_mismatch', () => { upstream.change['/userinfo'] = { body: `{"sub":"u1","a":${'['.repeat(5000)}` }; }],
  'an id that nobody can have': ['upstream_id_missing', () => { upstream.claims.sub = 'u'.repeat(300); }],
  'a refusal at the token endpoint': ['upstream_refused', () => { upstream.change['/token'] = { status: 400, body: { error: 'invalid_client' } }; }],
  'an answer that is no JSON': ['upstream_refused', () => { upstream.change['/token'] = { body: '<html>' }; }],
};
for (const [what, [reason, misbehave]] of Object.entries(hostile))
  test(`a hostile upstream: ${what}`, async () => {
    misbehave();
    await refused(await logIn('acme'), reason);
    assert.equal((await api.call('GET', 'users?q=identities.connection:acme')).body.length, 0, 'nothing has been kept');
  });

test('a refused ID token: the sentence has its dates', async () => {
  upstream.change.idToken = { exp: 1000, iat: 900 };
  const { error_description: said } = await logIn('acme');
  const logged = JSON.stringify(await api.logs());
  for (const text of [said, logged]) {
    assert.match(text, /current time \\?"\d{4}-\d\d-\d\dT[^"]*Z\\?" is after expiration time \\?"1970-01-01T00:17:40\.000Z\\?"/);
    assert.doesNotMatch(text, /"\{\}/);
  }
});

row('AZ-1607', 'x', '/login/callback', 'an answer of another issuer than was asked, or of none (mix-up)', 'refused before anything is exchanged', async () => {
  for (const iss of [other.issuer, undefined]) {
    upstream.requests = [];
    await refused(await logIn('acme', { answer: { iss } }), 'upstream_issuer_mismatch');
    assert.ok(!upstream.requests.some((r) => r.path === '/token'));
  }
});
test('an upstream whose configuration is of another issuer is not gone to', async () => {
  upstream.change['/.well-known/openid-configuration'] = { body: { issuer: 'https://evil.example', authorization_endpoint: 'https://evil.example/a', token_endpoint: 'https://evil.example/t', jwks_uri: 'https://evil.example/j' } };
  await api.call('POST', 'connections', { ...upstream.connection('mixed'), options: { client_id: 'ostia', issuer: `${upstream.issuer}`, discovery_url: `${upstream.issuer}/.well-known/openid-configuration?again`, scope: 'openid' }, enabled_clients: ['app'] });
  const result = fragment(await leave(new Reader(api.issuer), 'mixed'));
  assert.equal(result.error, 'access_denied');
  assert.match(result.error_description, /issuer/);
});
row('AZ-1608', 'x', '/login/callback', "another browser's answer, an old one, one without a state", 'a page that says so; nobody is signed in', async () => {
  const back = upstream.approve(await leave(new Reader(api.issuer), 'acme'));
  const victim = new Reader(api.issuer);
  await victim.open(url());
  assert.equal((await victim.get(back)).status, 400);
  assert.equal((await victim.get('/login/callback?code=x')).status, 400);
  assert.equal((await victim.post(`${api.issuer}login/callback`, { code: 'x', state: 'y' })).status, 400);
  const person = new Reader(api.issuer);
  const late = upstream.approve(await leave(person, 'acme'));
  await api.advance(3700);
  assert.equal((await person.get(late)).status, 400);
});
test('a code works once: played back, it is refused', async () => {
  const person = new Reader(api.issuer);
  const back = upstream.approve(await leave(person, 'acme'));
  assert.ok((await arrive(person, back)).id_token);
  await person.open('/v2/logout');
  await refused(await arrive(person, back), 'upstream_refused');
});

row('AZ-1609', 'd', '/login/callback', 'profiles of GitHub, Facebook, Microsoft, a generic OAuth 2 provider', '`email`, `name`, `nickname`, `picture`, … under one name each; the rest kept', async () => {
  const sign = async (connection, profile, emails) => {
    upstream.change['/userinfo'] = { body: profile };
    if (emails) upstream.change['/userinfo/emails'] = { body: emails };
    upstream.change['/token'] = { body: connection === 'facebook' ? { access_token: 'x' } : 'access_token=x&scope=y&token_type=bearer' };
    const { id_token } = await logIn(connection);
    return user(decode(id_token).sub);
  };
  const github = await sign('github', { id: 583231, login: 'octo', name: 'Octo Cat', avatar_url: 'https://img.example/o.png', email: null, company: 'Sea' }, [{ email: 'second@example.net', primary: false, verified: true }, { email: 'octo@example.net', primary: true, verified: true }]);
  assert.deepEqual([github.user_id, github.nickname, github.picture, github.email, github.email_verified, github.company], ['github|583231', 'octo', 'https://img.example/o.png', 'octo@example.net', true, 'Sea']);
  const facebook = await sign('facebook', { id: '4', name: 'Face Book', first_name: 'Face', last_name: 'Book', email: 'face@example.net', picture: { data: { url: 'https://img.example/f.png' } } });
  assert.deepEqual([facebook.user_id, facebook.given_name, facebook.family_name, facebook.picture, facebook.email_verified], ['facebook|4', 'Face', 'Book', 'https://img.example/f.png', false]);
  const generic = await sign('oauth2', { user_id: 'g1', email: 'g@example.net', blocked: true, app_metadata: { role: 'admin' }, identities: [] });
  assert.deepEqual([generic.user_id, generic.email, generic.blocked, generic.app_metadata], ['oauth2|oauth2|g1', 'g@example.net', undefined, undefined], 'no profile grants itself anything');
  assert.equal((await sign('windowslive', { sub: 'AAAA', name: 'M' })).user_id, 'windowslive|AAAA');
});
test('X: a state that is short enough for it, its profile, and the secret in the header', async () => {
  upstream.change['/userinfo'] = { body: { data: { id: '2244994945', name: 'Dev', username: 'XDev', confirmed_email: 'dev@example.net' } } };
  const person = new Reader(api.issuer);
  const to = await leave(person, 'x', { audience: 'https://api.example.com/', state: 'a'.repeat(600) });
  assert.ok(to.searchParams.get('state').length < 500);
  assert.equal((await new Reader(api.issuer).get(upstream.approve(to))).status, 400, 'of another browser');
  const result = await arrive(person, upstream.approve(to));
  assert.equal(result.state, 'a'.repeat(600));
  const claims = decode(result.id_token);
  assert.deepEqual([claims.sub, claims.nickname, claims.email, claims.email_verified], ['twitter|2244994945', 'XDev', 'dev@example.net', true]);
  const token = upstream.requests.find((r) => r.path === '/token');
  assert.equal(token.headers.authorization, `Basic ${Buffer.from('id:secret').toString('base64')}`);
});
test('Apple: a signed client secret, a form, and a name that comes once', async () => {
  upstream.claims = { sub: '001.a', email: 'relay@example.net', email_verified: 'true' };
  upstream.change['/userinfo'] = { body: { sub: '001.a' } };
  const person = new Reader(api.issuer);
  const to = await leave(person, 'apple');
  assert.equal(to.searchParams.get('response_mode'), 'form_post');
  const back = new URL(upstream.approve(to));
  const answer = { ...Object.fromEntries(back.searchParams), user: JSON.stringify({ name: { firstName: 'Ann', lastName: 'Apple' } }) };
  const page = await person.open('/login/callback', { method: 'POST', body: new URLSearchParams(answer) });
  const claims = decode(fragment(page.location).id_token);
  assert.deepEqual([claims.sub, claims.name, claims.email_verified], ['apple|001.a', 'Ann Apple', true]);
  const secret = new URLSearchParams(upstream.requests.find((r) => r.path === '/token').body).get('client_secret');
  assert.deepEqual([decode(secret).iss, decode(secret).sub], ['TEAM', 'ostia']);
});
test('an ID token through the browser (front channel), with no exchange', async () => {
  const person = new Reader(api.issuer);
  const to = await leave(person, 'front');
  const asked = Object.fromEntries(to.searchParams);
  assert.deepEqual([asked.response_type, asked.response_mode], ['id_token', 'form_post']);
  const token = (claims) => upstream.sign({ iss: upstream.issuer, aud: 'ostia', sub: 'f1', iat: Date.now() / 1000 | 0, exp: (Date.now() / 1000 | 0) + 60, ...claims });
  const send = async (id_token) => fragment((await person.open('/login/callback', { method: 'POST', body: new URLSearchParams({ state: asked.state, id_token, iss: upstream.issuer }) })).location);
  await refused(await send(token({ nonce: 'x' })), 'id_token_nonce_mismatch');
  assert.equal(decode((await send(token({ nonce: asked.nonce }))).id_token).sub, 'oidc|front|f1');
  assert.ok(!upstream.requests.some((r) => r.path === '/token'));
});

test('a form of another site comes without Lax cookies in plain HTTP: a page of ours sends it once more, with them', async () => {
  const person = new Reader(api.issuer), stranger = new Reader(api.issuer);
  const asked = Object.fromEntries((await leave(person, 'front')).searchParams);
  const id_token = upstream.sign({ iss: upstream.issuer, aud: 'ostia', sub: 'f2', iat: Date.now() / 1000 | 0, exp: (Date.now() / 1000 | 0) + 60, nonce: asked.nonce });
  const form = { state: asked.state, id_token, iss: upstream.issuer };
  const page = await stranger.open('/login/callback', { method: 'POST', body: new URLSearchParams(form) });
  assert.deepEqual([page.status, page.action], [200, `${api.issuer}login/callback`]);
  for (const [name, value] of Object.entries(form)) assert.equal(page.fields[name], value);
  const again = new URLSearchParams(page.fields);
  assert.equal((await stranger.open(page.action, { method: 'POST', body: again })).status, 400, 'once, not for ever; and for nobody else');
  assert.equal(decode(fragment((await person.open(page.action, { method: 'POST', body: again })).location).id_token).sub, 'oidc|front|f2');
});

row('AZ-1610', 'x', '/_dev/upstream/authorize', "the demo's stand-in for X", 'anybody signs in as anybody; the account of a name is always the same; declining is an error for the application', async () => {
  const ids = [];
  for (let i = 0; i < 2; i++) {
    const person = new Reader(api.issuer);
    const page = await person.open(url({ connection: 'twitter' }));
    assert.equal(page.heading, 'A stand-in for X');
    assert.match((await person.submit(page, { username: 'not a handle!' }, 'accept')).alert, /1 to 15/);
    const claims = decode(fragment((await person.open(page.action, { method: 'POST', headers: { origin: 'null', 'sec-fetch-site': 'same-origin' }, body: new URLSearchParams({ ...page.fields, username: 'grace', action: 'accept' }) })).location).id_token);
    assert.equal(claims.nickname, 'grace');
    ids.push(claims.sub);
  }
  assert.match(ids[0], /^twitter\|\d+$/);
  assert.equal(ids[0], ids[1]);
  const person = new Reader(api.issuer);
  const declined = fragment((await person.submit(await person.open(url({ connection: 'twitter' })), {}, 'deny')).location);
  assert.deepEqual([declined.error, declined.error_description], ['access_denied', 'The person declined']);
});

test('the same answer a second time (the back button) goes on with the session that it made, and with no other', async () => {
  const person = new Reader(api.issuer);
  const back = upstream.approve(await leave(person, 'acme'));
  const first = await arrive(person, back);
  assert.ok(first.id_token, JSON.stringify(first));
  const again = await arrive(person, back);
  assert.ok(again.id_token, JSON.stringify(again));
  assert.equal(decode(again.id_token).sid, decode(first.id_token).sid);
  await person.open('/v2/logout');
  assert.equal((await arrive(person, back)).error, 'access_denied', 'a session that has ended does not come back');
});
