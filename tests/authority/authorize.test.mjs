// AZ-201 to AZ-220: /authorize, silent login, consent.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { sql } from '../lib/store.mjs';
import { app, callback, extra, origin, strict, third, web } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
const pushing = { ...app, client_id: 'pushing', name: 'Pushing', require_pushed_authorization_requests: true };
before(async () => {
  authority = await startAuthority(group, {
    clients: [app, web, strict, third, pushing],
    extra: { ...extra, resourceServers: [...extra.resourceServers, { name: 'Asking', identifier: 'https://ask.example.com/', scopes: [{ value: 'read:it' }], skip_consent_for_verifiable_first_party_clients: false }] },
  });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const url = (more = {}) => `/authorize?${new URLSearchParams(Object.entries({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid', state: 's', ...more }).filter(([, v]) => v !== undefined))}`;
const signedIn = async (more = {}) => {
  const person = new Reader(api.issuer);
  person.location = await person.logIn(new URL(url(more), api.issuer).href);
  return person;
};
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const message = async (response) => JSON.parse(/id="message">(.*?)<\/script>/.exec(await response.text())[1]);

row('AZ-201', 'p', 'GET /authorize', 'a session', 'tokens at once: single sign-on', async () => {
  const person = await signedIn();
  const { location } = await person.open(url({ client_id: 'web', response_type: 'code' }));
  assert.ok(location.searchParams.get('code'));
  assert.equal(location.searchParams.get('state'), 's');
  assert.equal(location.searchParams.get('iss'), api.issuer);
});

row('AZ-202', 'p', 'GET /authorize', 'prompt=none without a session', 'login_required, Login required', async () => {
  const { location } = await new Reader(api.issuer).open(url({ prompt: 'none' }));
  const { error, error_description, state } = fragment(location);
  assert.deepEqual([error, error_description, state], ['login_required', 'Login required', 's']);
  assert.equal((await api.logs('fsa')).length, 1);
});

row('AZ-203', 'p', 'GET /authorize', 'prompt=none and a third-party application without consent', 'consent_required, Consent required; agreed to, tokens', async () => {
  const person = await signedIn();
  const silent = () => person.open(url({ client_id: 'third', prompt: 'none', scope: 'openid profile' }));
  assert.deepEqual([fragment((await silent()).location).error, fragment((await silent()).location).error_description], ['consent_required', 'Consent required']);
  const page = await person.open(url({ client_id: 'third', scope: 'openid profile' }));
  assert.match(page.heading, /Authorize Third party/);
  assert.deepEqual(page.buttons, ['accept', 'deny']);
  assert.equal(fragment((await person.submit(page, {}, 'deny')).location).error, 'access_denied');
  assert.ok(fragment((await person.submit(await person.open(url({ client_id: 'third', scope: 'openid profile' })), {}, 'accept')).location).access_token);
  assert.ok(fragment((await silent()).location).access_token);
  assert.equal(fragment((await person.open(url({ client_id: 'third', prompt: 'none', scope: 'openid email' }))).location).error, 'consent_required');
});

row('AZ-204', 'p', 'GET /authorize', 'a first-party application on localhost', 'no consent, unless the tenant rehearses it', async (t) => {
  const person = await signedIn();
  assert.ok(fragment((await person.open(url({ prompt: 'none', scope: 'openid profile email', audience: 'https://api.example.com/' }))).location).access_token);
  const real = await startAuthority(t, { clients: [app], extra: { ...extra, tenant: { ostia: { skip_consent_on_loopback: false } } } });
  const other = new Reader(real.devIssuer);
  await other.follow(new URL(url(), real.devIssuer));
  const page = await other.submit(await other.open(url()), { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.match(page.heading, /Authorize/);
  assert.equal(fragment((await other.open(url({ prompt: 'none' }))).location).error, 'consent_required');
  assert.ok(fragment((await other.submit(page, {}, 'accept')).location).access_token);
  assert.ok(fragment((await other.open(url({ prompt: 'none' }))).location).access_token);
});

row('AZ-205', 'd', 'GET /authorize', 'an API that asks first-party applications too, or prompt=consent', 'the consent page, with the API\'s words', async () => {
  const person = await signedIn();
  assert.match((await person.open(url({ audience: 'https://ask.example.com/', scope: 'openid read:it' }))).text, /Asking: read:it/);
  const page = await person.open(url({ prompt: 'consent', audience: 'https://api.example.com/', scope: 'openid read:messages' }));
  assert.match(page.text, /API: Read your messages/);
  assert.ok(fragment((await person.submit(page, {}, 'accept')).location).access_token);
});

row('AZ-206', 'd', 'GET /authorize', 'max_age exceeded, prompt=login', 'the login page, and a new auth_time', async () => {
  const person = await signedIn();
  await api.advance(100);
  assert.equal((await person.open(url({ max_age: '50' }))).heading, 'Welcome');
  assert.equal(fragment((await person.open(url({ max_age: '50', prompt: 'none' }))).location).error, 'login_required');
  assert.ok(fragment((await person.open(url({ max_age: '500' }))).location).access_token);
  const page = await person.open(url({ prompt: 'login', max_age: '5000', response_type: 'id_token', nonce: 'n' }));
  const { location } = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  const claims = decode(fragment(location).id_token);
  assert.ok(Math.abs(claims.auth_time - claims.iat) < 5);
});

row('AZ-207', 'd', 'GET /authorize', 'prompt=select_account', 'the accounts: go on, or another one', async () => {
  const person = await signedIn();
  const page = await person.open(url({ prompt: 'select_account' }));
  assert.equal(page.heading, 'Choose an account');
  assert.match(page.html, /Continue as ada@example\.com/);
  assert.ok(fragment((await person.submit(page)).location).access_token);
  const login = await person.submit(await person.open(url({ prompt: 'select_account', response_type: 'id_token', nonce: 'n' })), {}, 'other');
  const { location } = await person.submit(login, { username: 'grace@example.com', password: 'Battery-Staple-9' });
  assert.equal(decode(fragment(location).id_token).sub, 'auth0|grace');
});

row('AZ-208', 'd', 'GET /authorize', 'id_token_hint', 'of the person: goes on; of another: login_required', async () => {
  const person = await signedIn({ response_type: 'id_token', nonce: 'n' });
  const id_token_hint = fragment(person.location).id_token;
  assert.ok(fragment((await person.open(url({ prompt: 'none', id_token_hint }))).location).access_token);
  const other = new Reader(api.issuer);
  await other.logIn(new URL(url(), api.issuer).href, 'grace@example.com', 'Battery-Staple-9');
  for (const hint of [id_token_hint, `${id_token_hint}x`, 'junk']) assert.equal(fragment((await other.open(url({ prompt: 'none', id_token_hint: hint }))).location).error, 'login_required');
});

row('AZ-209', 'p', 'GET /authorize', 'response_mode=web_message', 'posts to the redirect URI\'s origin, tokens and errors alike, framed by it only', async () => {
  const person = await signedIn();
  const ask = (who, more) => who.get(url({ response_mode: 'web_message', prompt: 'none', ...more }));
  const good = await ask(person);
  assert.equal(good.headers.get('x-frame-options'), null);
  assert.match(good.headers.get('content-security-policy'), new RegExp(`frame-ancestors ${origin}$`));
  const { origins, response } = await message(good);
  assert.deepEqual(origins, [origin]);
  assert.equal(response.expires_in, 7200);
  const refused = await message(await ask(new Reader(api.issuer)));
  assert.deepEqual([refused.origins, refused.response.error, refused.response.state], [[origin], 'login_required', 's']);
  for (const [more, error] of [[{ response_type: 'magic' }, 'unsupported_response_type'], [{ audience: 'https://nobody.example/' }, 'access_denied'], [{ client_id: 'third' }, 'consent_required'], [{ max_age: 'x' }, 'invalid_request']])
    assert.equal((await message(await ask(person, more))).response.error, error);
});

row('AZ-210', 'p', 'GET /authorize', 'response_mode=web_message to an address that is not listed', 'the frame still gets an error, and never tokens', async () => {
  const person = await signedIn();
  const { origins, response } = await message(await person.get(url({ response_mode: 'web_message', prompt: 'none', redirect_uri: 'https://evil.example/' })));
  assert.deepEqual([response.error, response.access_token], ['unauthorized_client', undefined]);
  assert.ok(origins.includes(origin) && origins.includes('https://evil.example') && !origins.includes('*'));
  assert.equal((await message(await person.get(url({ response_mode: 'web_message', client_id: 'nobody' })))).response.error, 'invalid_request');
});

row('AZ-211', 'p', 'GET /authorize', 'an unknown client, a redirect URI that is not listed, a parameter twice', 'our own page, never a redirect', async () => {
  const evil = ['https://evil.example/', `${callback}/`, `${callback}?x=1`, `${callback}#f`, 'HTTP://LOCALHOST:4000/callback', 'http://localhost:4000@evil.example/callback', 'http://localhost:80@evil.example/', 'http://localhost:4001/callback', `${origin}//evil.example/callback`,
    `${origin}/callback%2e%2e`, `${origin}/x/../callback`, 'http://localhost:4000\\@evil.example/callback', 'https://a.b.example.com/cb', 'https://example.com/cb', 'https://a.example.com.evil.example/cb', 'javascript:alert(1)', 'data:text/html,x', '/callback', 'callback', '//evil.example', `${callback}\r\nx: y`, ' ' + callback, callback + ' '];
  for (const redirect_uri of evil) {
    const response = await new Reader(api.issuer).get(url({ redirect_uri }));
    assert.ok([400, 403].includes(response.status), `${redirect_uri}: ${response.status}`);
    assert.equal(response.headers.get('location'), null);
  }
  assert.equal((await new Reader(api.issuer).get(url({ client_id: 'nobody' }))).status, 400);
  assert.equal((await new Reader(api.issuer).get(`${url()}&redirect_uri=https://evil.example/`)).status, 400);
  assert.equal((await new Reader(api.issuer).open(url({ redirect_uri: 'https://a.example.com/cb' }))).status, 200);
});

row('AZ-212', 'd', 'GET /authorize', 'a response type that the client\'s grants do not allow', 'unauthorized_client, unsupported_response_type', async () => {
  const error = async (more) => { const { location } = await new Reader(api.issuer).open(url(more)); return fragment(location).error ?? location.searchParams.get('error'); };
  assert.equal(await error({ client_id: 'strict' }), 'unauthorized_client');
  assert.equal(await error({ response_type: 'code magic' }), 'unsupported_response_type');
  assert.equal(await error({ response_type: 'id_token' }), 'invalid_request'); // no nonce
  assert.equal(await error({ client_id: 'strict', response_type: 'code' }), 'invalid_request'); // no PKCE
  assert.equal(await error({ response_type: 'code', code_challenge: 'a'.repeat(43), code_challenge_method: 'plain' }), 'invalid_request');
});

row('AZ-213', 'o', 'GET /authorize', 'an audience that is not there', 'access_denied, Service not found: X', async () => {
  const { location } = await new Reader(api.issuer).open(url({ audience: 'https://nobody.example/' }));
  assert.deepEqual([fragment(location).error, fragment(location).error_description], ['access_denied', 'Service not found: https://nobody.example/']);
});

row('AZ-214', 'd', 'GET /authorize', 'response_mode=form_post', 'a form that posts itself, with a button without scripts', async () => {
  const person = await signedIn();
  const html = await (await person.get(url({ response_mode: 'form_post', response_type: 'code' }))).text();
  assert.match(html, new RegExp(`<form method="post" action="${callback}">`));
  assert.match(html, /name="code"[\s\S]*name="state" value="s"[\s\S]*<noscript>[\s\S]*<button/);
});

row('AZ-215', 'd', 'GET /authorize', 'require_pushed_authorization_requests', 'only through /oauth/par', async () => {
  assert.equal((await new Reader(api.issuer).open(url({ client_id: 'pushing' }))).status, 400);
});

row('AZ-216', 'd', 'POST /authorize', 'the parameters as a form', 'as with GET', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open('/authorize', { method: 'POST', body: new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback }) });
  assert.equal(page.heading, 'Welcome');
});

row('AZ-217', 'd', 'session cookies', 'idle for three days, or a week old', 'over', async () => {
  const person = await signedIn();
  const silent = async () => fragment((await person.open(url({ prompt: 'none' }))).location).error ?? 'in';
  for (let i = 0; i < 3; i++) {
    await api.advance(2 * 24 * 3600);
    assert.equal(await silent(), 'in', String(i));
  }
  await api.advance(25 * 3600);
  assert.equal(await silent(), 'login_required');
  const other = await signedIn();
  await api.advance(73 * 3600);
  assert.equal(fragment((await other.open(url({ prompt: 'none' }))).location).error, 'login_required');
});

row('AZ-218', 'd', 'session cookies', 'over HTTPS and in development', '__Host-auth0 and __Host-auth0_compat, __Host-did: Secure, HttpOnly, SameSite=None', async () => {
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  const person = new Reader(authority.issuer);
  const seen = [];
  const get = person.get.bind(person);
  person.get = async (...a) => { const r = await get(...a); seen.push(...r.headers.getSetCookie()); return r; };
  await person.logIn(new URL(url(), authority.issuer).href);
  const find = (name) => seen.find((c) => c.startsWith(`${name}=`));
  for (const name of ['__Host-auth0', '__Host-did']) assert.match(find(name), /; Path=\/; HttpOnly; Max-Age=\d+; Secure; SameSite=None$/);
  assert.match(find('__Host-auth0_compat'), /; HttpOnly; Max-Age=\d+; Secure$/);
});

row('AZ-219', 'd', 'implicit and hybrid responses', 'every response type', 'what it names, with at_hash and c_hash', async () => {
  const person = await signedIn();
  for (const type of ['code', 'token', 'id_token', 'code token', 'code id_token', 'token id_token', 'code token id_token']) {
    const { location } = await person.open(url({ response_type: type, nonce: 'n' }));
    const got = type === 'code' ? Object.fromEntries(location.searchParams) : fragment(location);
    for (const [word, name] of [['code', 'code'], ['token', 'access_token'], ['id_token', 'id_token']]) assert.equal(name in got, type.split(' ').includes(word), `${type}: ${name}`);
    if (!got.id_token) continue;
    const claims = decode(got.id_token);
    assert.equal('at_hash' in claims, 'access_token' in got);
    assert.equal('c_hash' in claims, 'code' in got);
    assert.deepEqual([claims.aud, claims.exp - claims.iat, claims.nonce], ['app', 36000, 'n']);
  }
});

row('AZ-220', 'd', 'GET /authorize', 'a user who has been blocked since', 'login_required', async () => {
  const person = await signedIn();
  assert.ok(fragment((await person.open(url({ prompt: 'none' }))).location).access_token);
  sql(authority, "UPDATE users SET blocked = 1 WHERE user_id = 'auth0|ada'");
  assert.equal(fragment((await person.open(url({ prompt: 'none' }))).location).error, 'login_required');
});

test('a login state works in its own browser, at its own domain, for an hour', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url());
  const credentials = { username: 'ada@example.com', password: 'Correct-Horse-9' };
  assert.equal((await new Reader(api.issuer).submit(page, credentials)).status, 400);
  await api.advance(3601);
  const anew = await person.submit(page, credentials);
  assert.deepEqual([anew.heading, anew.location], ['Welcome', undefined], 'what was sent to an old one is not taken; it begins anew');
});

test('choosing an account or agreeing does not make an old session new', async () => {
  const person = await signedIn();
  await api.advance(100);
  const page = await person.open(url({ prompt: 'select_account', max_age: '50' }));
  assert.equal(page.heading, 'Choose an account');
  assert.equal((await person.submit(page)).heading, 'Welcome');
  for (const more of [{ prompt: 'login' }, { max_age: '50' }, { prompt: 'login select_account' }]) {
    const login = await person.open(url({ client_id: 'third', ...more }));
    const { state } = login.fields;
    for (const [path, action] of [['/u/consent', 'accept'], ['/u/account', 'default']]) {
      const answer = await person.open(path, { method: 'POST', body: new URLSearchParams({ state, action }) });
      assert.ok(['Welcome', 'Choose an account', 'This page has expired'].includes(answer.heading), `${JSON.stringify(more)} ${path}: ${answer.location}`);
    }
  }
});
