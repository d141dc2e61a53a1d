// Bad input at the authority's door: the right error on the right surface, and never a redirect to what is not listed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { connect } from 'node:net';
import { before, describe, test } from 'node:test';
import { startAuthority } from '../lib/program.mjs';
import { authorizeUrl, decode, Person } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';

const callback = 'http://localhost:9/callback';
const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const good = { client_id: 'public', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's&=é', ...challenge };

const group = scope();
let authority, issuer;
before(async () => {
  authority = await startAuthority(group, {
    clients: [
      { name: 'Public', client_id: 'public', app_type: 'spa', callbacks: [callback, 'http://*.preview.example/cb'], web_origins: ['http://localhost:9'], grant_types: ['authorization_code'] },
      { name: 'Implicit', client_id: 'implicit', app_type: 'spa', callbacks: [callback], grant_types: ['implicit'] },
      { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/cb'], grant_types: ['authorization_code'] },
      { name: 'Machine', client_id: 'machine', client_secret: 'secret', app_type: 'non_interactive', grant_types: ['client_credentials'] },
      { name: 'Third', client_id: 'third', app_type: 'spa', is_first_party: false, callbacks: [callback], grant_types: ['authorization_code'] },
    ],
  });
  issuer = authority.devIssuer;
});

const get = (parameters) => fetch(authorizeUrl(issuer, parameters), { redirect: 'manual' });
const token = (body, headers) => fetch(`${issuer}oauth/token`, { method: 'POST', body: body instanceof Object && !(body instanceof URLSearchParams) ? new URLSearchParams(body) : body, headers });

async function isErrorPage(response, status, text) {
  assert.equal(response.status, status);
  assert.equal(response.headers.get('location'), null);
  assert.match(response.headers.get('content-type'), /^text\/html/);
  assert.match(response.headers.get('content-security-policy'), /frame-ancestors 'none'/);
  assert.match(await response.text(), text);
}

function isRedirectedError(response, error, description) {
  assert.equal(response.status, 302);
  const to = new URL(response.headers.get('location'));
  assert.equal(to.origin + to.pathname, callback);
  const answer = new URLSearchParams(to.hash ? to.hash.slice(1) : to.search);
  assert.equal(answer.get('error'), error);
  assert.match(answer.get('error_description'), description);
  assert.equal(answer.get('state'), good.state);
  assert.equal(answer.get('iss'), issuer);
}

describe('/authorize: a page, no redirect', () => {
  const cases = {
    'no client': [{ ...good, client_id: '' }, 400, /client_id/],
    'an unknown client': [{ ...good, client_id: 'nobody' }, 400, /unknown client/],
    'no redirect URI': [{ ...good, redirect_uri: '' }, 400, /redirect_uri/],
    'an unlisted redirect URI': [{ ...good, redirect_uri: 'http://evil.example/callback' }, 403, /callback URL mismatch/],
    'a redirect URI with markup': [{ ...good, redirect_uri: '"><script>alert(1)</script>' }, 403, /&quot;&gt;&lt;script&gt;|callback URL mismatch/],
  };
  for (const spelling of [`${callback}/`, `${callback}?x=1`, `${callback}#x`, 'http://LOCALHOST:9/callback', 'http://localhost:9/Callback', 'http://localhost:9//callback', 'http://localhost:9/x/../callback',
    'http://localhost:9@evil.example/callback', 'http://localhost:9\\@evil.example/callback', '//localhost:9/callback', 'http:/localhost:9/callback', ' http://localhost:9/callback', 'http://localhost:9/callback\n', 'http://localhost:90/callback',
    'javascript:alert(1)', 'http://*.preview.example/cb', 'http://a.b.preview.example/cb', 'http://preview.example/cb'])
    cases[`redirect URI ${JSON.stringify(spelling)}`] = [{ ...good, redirect_uri: spelling }, 403, /callback URL mismatch/];
  for (const [name, [parameters, status, text]] of Object.entries(cases)) test(name, async () => isErrorPage(await get(parameters), status, text));

  test('a repeated client_id', async () => isErrorPage(await fetch(`${authorizeUrl(issuer, good)}&client_id=public`, { redirect: 'manual' }), 400, /repeated parameter client_id/));
  test('a repeated redirect_uri', async () => isErrorPage(await fetch(`${authorizeUrl(issuer, good)}&redirect_uri=http://evil.example`, { redirect: 'manual' }), 400, /repeated parameter redirect_uri/));
  test('development says what to change', async () => assert.match(await (await get({ ...good, redirect_uri: 'http://new.example/cb' })).text(), /add &quot;http:\/\/new.example\/cb&quot; to the Allowed Callback URLs/));
  test('a wildcard label and a free loopback port are accepted', async () => {
    assert.match((await get({ ...good, redirect_uri: 'http://pr-7.preview.example/cb' })).headers.get('location'), /^\/u\/login/);
    assert.match((await get({ ...good, client_id: 'native', redirect_uri: 'http://127.0.0.1:51234/cb' })).headers.get('location'), /^\/u\/login/);
  });
});

describe('/authorize: an error for the client', () => {
  const cases = {
    'no response type': [{ ...good, response_type: '' }, 'invalid_request', /response_type/],
    'an unknown response type': [{ ...good, response_type: 'code foo' }, 'unsupported_response_type', /code foo/],
    'a grant that is not allowed': [{ ...good, response_type: 'token' }, 'unauthorized_client', /implicit/],
    'code where only implicit is allowed': [{ ...good, client_id: 'implicit' }, 'unauthorized_client', /authorization_code/],
    'an ID token without nonce': [{ ...good, client_id: 'implicit', response_type: 'id_token' }, 'invalid_request', /nonce/],
    'tokens in a query': [{ ...good, client_id: 'implicit', response_type: 'token', response_mode: 'query' }, 'invalid_request', /query/],
    'an unknown response mode': [{ ...good, response_mode: 'carrier_pigeon' }, 'invalid_request', /carrier_pigeon/],
    'a public client without PKCE': [{ ...good, code_challenge: '', code_challenge_method: '' }, 'invalid_request', /code_challenge/],
    'PKCE plain': [{ ...good, code_challenge_method: 'plain' }, 'invalid_request', /S256/],
    'PKCE without a method': [{ ...good, code_challenge_method: '' }, 'invalid_request', /S256/],
    'a malformed challenge': [{ ...good, code_challenge: 'short' }, 'invalid_request', /43 characters/],
    'an unknown API': [{ ...good, audience: 'https://nowhere.example/' }, 'access_denied', /Service not found: https:\/\/nowhere.example\//],
    'an unknown prompt': [{ ...good, prompt: 'beg' }, 'invalid_request', /beg/],
    'prompt none and more': [{ ...good, prompt: 'none login' }, 'invalid_request', /none/],
    'max_age that is no number': [{ ...good, max_age: 'soon' }, 'invalid_request', /max_age/],
    'a request object': [{ ...good, request: 'e30.e30.' }, 'request_not_supported', /request/],
    'nobody is signed in': [{ ...good, prompt: 'none' }, 'login_required', /Login required/],
  };
  for (const [name, [parameters, error, description]] of Object.entries(cases)) test(name, async () => isRedirectedError(await get(parameters), error, description));
  test('a repeated scope', async () => isRedirectedError(await fetch(`${authorizeUrl(issuer, good)}&scope=openid`, { redirect: 'manual' }), 'invalid_request', /scope/));
  test('an application of others is not given anything without consent', async () => {
    const person = new Person();
    await person.logIn(authorizeUrl(issuer, good));
    const silent = await person.get(authorizeUrl(issuer, { ...good, client_id: 'third', prompt: 'none' }));
    assert.match(silent.headers.get('location'), /error=consent_required/);
    assert.match((await person.get(authorizeUrl(issuer, { ...good, client_id: 'third' }))).headers.get('location'), /^\/u\/consent\?state=/);
  });
  test('a silent error reaches the frame, at the exact origin', async () => {
    const response = await get({ ...good, prompt: 'none', response_mode: 'web_message' });
    assert.match(response.headers.get('content-security-policy'), /frame-ancestors http:\/\/localhost:9$/);
    const message = JSON.parse(/id="message">(.*?)<\/script>/.exec(await response.text())[1]);
    assert.deepEqual(message.origins, ['http://localhost:9']);
    assert.equal(message.response.error, 'login_required');
  });
  test('a state with markup stays text', async () => {
    const text = await (await get({ ...good, state: '</script><script>alert(1)//', prompt: 'none', response_mode: 'web_message' })).text();
    assert.ok(!text.includes('</script><script>alert'));
  });
});

describe('the login page', () => {
  const start = async (person, parameters = good) => (await person.follow(authorizeUrl(issuer, parameters))).at;

  test('a state that is not ours, tampered or of another browser', async () => {
    const person = new Person();
    const page = await start(person);
    const state = page.searchParams.get('state');
    for (const bad of ['', 'x', state.slice(0, -2) + (state.endsWith('AA') ? 'BB' : 'AA')])
      assert.equal((await person.get(new URL(`/u/login?state=${bad}`, issuer))).status, 400);
    assert.equal((await new Person().get(page)).status, 400);
    const thief = new Person();
    await start(thief);
    assert.equal((await thief.post(new URL('/u/login', issuer), { state, username: 'ada@example.com', password: 'Correct-Horse-9' })).status, 400);
  });

  test('a tampered session cookie is no session', async () => {
    const person = new Person();
    await person.logIn(authorizeUrl(issuer, good));
    const cookie = person.cookies.get('auth0_dev');
    person.cookies.set('auth0_dev', cookie.slice(0, -1) + (cookie.endsWith('A') ? 'B' : 'A'));
    const silent = await person.get(authorizeUrl(issuer, { ...good, prompt: 'none' }));
    assert.match(silent.headers.get('location'), /error=login_required/);
  });

  test('a session is a new one after each login', async () => {
    const person = new Person();
    await person.logIn(authorizeUrl(issuer, good));
    const before = person.cookies.get('auth0_dev');
    await person.logIn(authorizeUrl(issuer, { ...good, prompt: 'login' }));
    assert.notEqual(person.cookies.get('auth0_dev'), before);
    const old = new Person();
    old.cookies.set('auth0_dev', before);
    assert.match((await old.get(authorizeUrl(issuer, { ...good, prompt: 'none' }))).headers.get('location'), /error=login_required/);
  });

  test('cookies are HttpOnly, and a name of markup stays text', async () => {
    const person = new Person();
    const response = await person.get(authorizeUrl(issuer, { ...good, login_hint: '"><img src=x onerror=alert(1)>' }));
    assert.match(response.headers.getSetCookie()[0], /HttpOnly; .*SameSite=Lax/);
    const page = await person.get(new URL(response.headers.get('location'), issuer));
    assert.ok(!(await page.text()).includes('<img'));
  });
});

describe('/oauth/token', () => {
  const code = async (parameters = good) => (await new Person().logIn(authorizeUrl(issuer, parameters))).searchParams.get('code');
  const redeem = { grant_type: 'authorization_code', client_id: 'public', redirect_uri: callback, code_verifier: verifier };
  const isError = async (response, status, error, description) => {
    assert.equal(response.status, status);
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const body = await response.json();
    assert.equal(body.error, error);
    assert.match(body.error_description, description);
  };

  test('no grant type', async () => isError(await token({ client_id: 'public' }), 400, 'invalid_request', /grant_type/));
  test('an unknown grant type', async () => isError(await token({ client_id: 'public', grant_type: 'magic' }), 403, 'unsupported_grant_type', /magic/));
  test('an unknown client', async () => isError(await token({ client_id: 'x', grant_type: 'authorization_code' }), 401, 'invalid_client', /client/));
  test('no client', async () => isError(await token({ grant_type: 'authorization_code' }), 400, 'invalid_request', /client_id/));
  test('a wrong secret', async () => isError(await token({ client_id: 'machine', client_secret: 'x', grant_type: 'client_credentials', audience: 'https://api.example.com/' }), 401, 'access_denied', /Unauthorized/));
  test('no secret', async () => isError(await token({ client_id: 'machine', grant_type: 'client_credentials', audience: 'https://api.example.com/' }), 401, 'access_denied', /Unauthorized/));
  test('a grant that is not allowed', async () => isError(await token({ client_id: 'public', grant_type: 'client_credentials' }), 403, 'unauthorized_client', /Grant type 'client_credentials' not allowed for the client\./));
  test('no audience', async () => isError(await token({ client_id: 'machine', client_secret: 'secret', grant_type: 'client_credentials' }), 403, 'access_denied', /audience/));
  test('an unknown API', async () => isError(await token({ client_id: 'machine', client_secret: 'secret', grant_type: 'client_credentials', audience: 'https://x/' }), 403, 'access_denied', /https:\/\/x\//));
  test('an API without a grant', async () => isError(await token({ client_id: 'machine', client_secret: 'secret', grant_type: 'client_credentials', audience: `${issuer}api/v2/` }), 403, 'access_denied', /client-grant/));
  test('no code', async () => isError(await token(redeem), 400, 'invalid_request', /code/));
  test('a made-up code', async () => isError(await token({ ...redeem, code: 'made-up' }), 403, 'invalid_grant', /Invalid authorization code/));
  test('a repeated parameter', async () => isError(await token(new URLSearchParams([...Object.entries(redeem), ['code', 'a'], ['code', 'b']])), 400, 'invalid_request', /code/));
  test('malformed JSON', async () => isError(await token('{"a":', { 'content-type': 'application/json' }), 400, 'invalid_request', /not valid JSON at byte 5/));
  test('JSON that is no object', async () => isError(await token('[]', { 'content-type': 'application/json' }), 400, 'invalid_request', /object/));
  test('an array for a string', async () => isError(await token('{"client_id":["public"]}', { 'content-type': 'application/json' }), 400, 'invalid_request', /client_id must be a string/));
  test('another content type', async () => isError(await token('x', { 'content-type': 'text/plain' }), 400, 'invalid_request', /Content-Type/));
  test('malformed Basic credentials', async () => isError(await token({ grant_type: 'client_credentials' }, { authorization: 'Basic ???' }), 401, 'invalid_client', /Basic/));
  test('JSON is fine too', async () => {
    const response = await token(JSON.stringify({ ...redeem, code: await code() }), { 'content-type': 'application/json' });
    assert.equal(response.status, 200);
    assert.equal(decode((await response.json()).id_token).sub, 'auth0|ada');
  });
  test('a wrong verifier uses the code up', async () => {
    const one = await code();
    await isError(await token({ ...redeem, code: one, code_verifier: 'x'.repeat(43) }), 403, 'invalid_grant', /Failed to verify code verifier/);
    await isError(await token({ ...redeem, code: one }), 403, 'invalid_grant', /Invalid authorization code/);
  });
  test('no verifier (PKCE downgrade)', async () => isError(await token({ ...redeem, code: await code(), code_verifier: '' }), 403, 'invalid_grant', /verifier/));
  test('another redirect URI', async () => isError(await token({ ...redeem, code: await code(), redirect_uri: 'http://localhost:9/other' }), 403, 'invalid_grant', /redirect URI/));
  test('another client', async () => isError(await token({ ...redeem, client_id: 'native', code: await code() }), 403, 'invalid_grant', /Invalid authorization code/));
  test('twenty at once: one wins', async () => {
    const one = await code();
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await token({ ...redeem, code: one })).status));
    assert.deepEqual(statuses.sort(), [200, ...Array(19).fill(403)]);
  });
  test('CORS: listed origins only', async () => {
    const listed = await token({ grant_type: 'x', client_id: 'public' }, { origin: 'http://localhost:9' });
    assert.equal(listed.headers.get('access-control-allow-origin'), 'http://localhost:9');
    const foreign = await token({ grant_type: 'x', client_id: 'public' }, { origin: 'http://evil.example' });
    assert.equal(foreign.headers.get('access-control-allow-origin'), null);
    const preflight = await fetch(`${issuer}oauth/token`, { method: 'OPTIONS', headers: { origin: 'http://localhost:9', 'access-control-request-method': 'POST' } });
    assert.equal(preflight.status, 204);
    assert.match(preflight.headers.get('access-control-allow-headers'), /Auth0-Client/);
  });
});

describe('/userinfo', () => {
  const userinfo = (value) => fetch(`${issuer}userinfo`, value ? { headers: { authorization: `Bearer ${value}` } } : {});
  test('no token', async () => {
    const response = await userinfo();
    assert.equal(response.status, 401);
    assert.equal(await response.text(), 'Unauthorized');
    assert.match(response.headers.get('www-authenticate'), /^Bearer /);
  });
  for (const [name, value] of [['garbage', 'garbage'], ['an unsigned JWT', 'eyJhbGciOiJub25lIn0.e30.'], ['ten thousand characters', 'a'.repeat(10_000)]])
    test(name, async () => assert.equal((await userinfo(value)).status, 401));
  test('an ID token is no access token (CVE-2025-68129)', async () => {
    const code = (await new Person().logIn(authorizeUrl(issuer, good))).searchParams.get('code');
    const tokens = await (await token({ grant_type: 'authorization_code', client_id: 'public', redirect_uri: callback, code_verifier: verifier, code })).json();
    assert.equal((await userinfo(tokens.access_token)).status, 200);
    assert.equal((await userinfo(tokens.id_token)).status, 401);
  });
  test('a token is good at the domain that issued it, and not at the other', async () => {
    const back = await new Person().logIn(authorizeUrl(issuer, { ...good, client_id: 'implicit', response_type: 'token', ...{ code_challenge: '', code_challenge_method: '' } }));
    const access = new URLSearchParams(back.hash.slice(1)).get('access_token');
    assert.equal((await userinfo(access)).status, 200);
    const other = execFileSync('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', '--cacert', `${authority.data}/ca.pem`, '-H', `Authorization: Bearer ${access}`, `${authority.issuer}userinfo`], { encoding: 'utf8' });
    assert.equal(other, '401');
  });
  test('a machine has no profile', async () => {
    const { access_token } = await (await token({ client_id: 'machine', client_secret: 'secret', grant_type: 'client_credentials', audience: 'https://api.example.com/' })).json();
    assert.equal((await userinfo(access_token)).status, 401);
  });
});

describe('/v2/logout', () => {
  const logout = (query) => fetch(`${issuer}v2/logout?${new URLSearchParams(query)}`, { redirect: 'manual' });
  test('nowhere to go: a page', async () => assert.equal((await logout({})).status, 200));
  test("the tenant's list without a client", async () => assert.equal((await logout({ returnTo: 'https://tenant.example/bye' })).headers.get('location'), 'https://tenant.example/bye'));
  test("the tenant's list does not count with a client", async () => isErrorPage(await logout({ client_id: 'public', returnTo: 'https://tenant.example/bye' }), 400, /Allowed Logout URLs/));
  for (const to of ['https://evil.example', 'https://tenant.example.evil.example/bye', 'https://tenant.example/bye/..', '//tenant.example/bye', 'https://tenant.example@evil.example/bye'])
    test(`open redirect: ${to}`, async () => isErrorPage(await logout({ returnTo: to }), 400, /Allowed Logout URLs/));
});

describe('HTTP', () => {
  const raw = (text) => new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect(authority.devPort, '127.0.0.1', () => socket.write(text));
    socket.on('data', (d) => (answer += d));
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
  test('an unknown path', async () => assert.equal((await fetch(`${issuer}nothing`)).status, 404));
  test('another method', async () => {
    const response = await fetch(`${issuer}oauth/token`);
    assert.equal(response.status, 405);
    assert.equal(response.headers.get('allow'), 'POST');
  });
  test('HEAD', async () => assert.equal((await fetch(`${issuer}.well-known/jwks.json`, { method: 'HEAD' })).status, 200));
  test('an oversized body', async () => assert.equal((await token(`grant_type=${'x'.repeat(100_000)}`, { 'content-type': 'application/x-www-form-urlencoded' })).status, 413));
  test('oversized headers', async () => assert.match(await raw(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(40_000)}\r\n\r\n`), /^HTTP\/1\.1 431 /));
  test('no HTTP at all', async () => assert.match(await raw('hello\r\n\r\n'), /^HTTP\/1\.1 400 /));
  test('two lengths', async () => assert.match(await raw('POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello'), /^HTTP\/1\.1 400 /));
  test('CRLF in a value cannot make a header', async () => {
    const response = await fetch(`${issuer}v2/logout?returnTo=${encodeURIComponent('https://tenant.example/bye\r\nSet-Cookie: a=b')}`, { redirect: 'manual' });
    assert.equal(response.status, 400);
    assert.equal(response.headers.getSetCookie().filter((c) => c.startsWith('a=')).length, 0);
  });
  test('the log has no secret in it', () => {
    for (const secret of ['Correct-Horse-9', verifier, 'secret"']) assert.ok(!authority.log().includes(secret));
  });
});
