// Known failures of systems like this one, each by the name under which it became known, tried against ours.
// docs/security.md has the list, with the tests of other files that belong to it.
import assert from 'node:assert/strict';
import { createHmac, createPublicKey, generateKeyPairSync, randomBytes, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { before, beforeEach, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Api, Reader } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants, origin, strict, web } from '../lib/tenant.mjs';

const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const native = { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback?fixed=1'], grant_types: ['authorization_code'] };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }), weak = generateKeyPairSync('rsa', { modulusLength: 1024 }), curve = generateKeyPairSync('ec', { namedCurve: 'P-384' });
const keyed = { name: 'Keyed', client_id: 'keyed', app_type: 'regular_web', token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [rsa, weak, curve].map(({ publicKey }) => ({ pem: publicKey.export({ type: 'spki', format: 'pem' }) })) } } };
const group = scope();
let authority, api, management;
before(async () => {
  authority = await startAuthority(group, { clients: [app, web, strict, native, machine, keyed], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant(), { client_id: 'keyed', audience: 'https://api.example.com/', scope: ['read:messages'] }] } });
  api = new Api(authority);
  management = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());

const ask = (parameters) => api.get(`/authorize?${typeof parameters === 'string' ? parameters : new URLSearchParams(parameters)}`, { accept: 'text/html' });
const login = (more = {}) => api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid profile email offline_access', ...more });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signIn = async (person, parameters) => {
  const page = await person.open(authorizeUrl(api.issuer, parameters));
  return person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
};
const sessionOf = (person) => person.cookies.get('auth0_dev');
const alive = async () => assert.equal((await api.get('/health/ready')).status, 200);

describe('redirect matching', () => {
  const refused = {
    'CVE-2024-8883 (a host behind an @)': ['strict', 'http://localhost:4000@evil.example/callback'],
    'CVE-2023-6291, CVE-2022-3782 (encoded twice)': ['strict', `${origin}/callback%252f..%252fother`],
    'CVE-2024-1132 (a path that climbs)': ['strict', `${origin}/callback/../other`],
    'CVE-2024-1132 (an encoded path that climbs)': ['strict', `${origin}/callback/%2e%2e/other`],
    'CVE-2026-3872 (a wildcard that takes a path)': ['app', 'https://evil.example/.example.com/cb'],
    'a wildcard that takes more than one label': ['app', 'https://a.b.example.com/cb'],
    'a wildcard that takes a host of one\'s own': ['app', 'https://evil.example#.example.com/cb'],
    'CVE-2021-32786 (backslashes)': ['strict', 'http:\\\\localhost:4000\\callback'],
    'CVE-2022-23527 (a slash too many)': ['strict', 'http:///localhost:4000/callback'],
    'CVE-2020-15234 (letters of another case)': ['strict', `${origin}/CALLBACK`],
    'CVE-2020-15233 (the loopback rule and another host)': ['native', 'http://127.0.0.1.evil.example/callback?fixed=1'],
    'CVE-2020-15233 (the loopback rule and another query)': ['native', 'http://127.0.0.1:5000/callback?fixed=2'],
    'CVE-2024-25715 (a query that is added)': ['strict', `${callback}?next=https://evil.example`],
    'a fragment': ['strict', `${callback}#x`],
    'a tab in the scheme': ['strict', 'java\tscript:alert(1)'],
  };
  for (const [name, [client_id, redirect_uri]] of Object.entries(refused))
    test(name, async () => {
      const answer = await ask({ client_id, redirect_uri, response_type: 'code', state: 's', ...challenge });
      assert.ok([400, 403].includes(answer.status) && !answer.headers.has('location'), String(answer.status));
      const silent = await ask({ client_id, redirect_uri, response_type: 'code', state: 's', prompt: 'none', ...challenge });
      assert.ok([400, 403].includes(silent.status) && !silent.headers.has('location'), String(silent.status));
    });
});

describe('open redirect at logout', () => {
  for (const [name, returnTo] of Object.entries({
    'another host': 'https://evil.example/', 'a host behind an @': `${origin}@evil.example/bye`, 'no scheme': '//evil.example/bye', 'backslashes': '\\\\evil.example', 'a script': 'javascript:alert(1)',
    'CVE-2021-39191 (target_link_uri)': `${origin}/bye/../../evil`, 'a listed one with more': `${origin}/byeEvil`,
  }))
    test(name, async () => {
      for (const path of [`/v2/logout?${new URLSearchParams({ client_id: 'app', returnTo })}`, `/oidc/logout?${new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: returnTo })}`]) {
        const answer = await api.get(path);
        assert.deepEqual([answer.status, answer.headers.get('location')], [400, null], path);
      }
    });
});

describe('algorithm and key confusion', () => {
  const forged = async (header, sign) => {
    const { body } = await login({ audience: 'https://api.example.com/' });
    const input = `${encode({ ...JSON.parse(Buffer.from(body.access_token.split('.')[0], 'base64url')), ...header })}.${encode({ ...decode(body.access_token), sub: 'auth0|grace' })}`;
    return `${input}.${sign(input)}`;
  };
  const isRefused = async (token) => {
    assert.equal((await api.get('/userinfo', { authorization: `Bearer ${token}` })).status, 401);
    assert.equal((await management.call('GET', 'users/auth0%7Cgrace', undefined, token)).status, 401);
    assert.equal((await api.get(`/oidc/logout?${new URLSearchParams({ id_token_hint: token })}`)).status, 400);
  };
  const pem = async () => createPublicKey({ key: (await api.get('/.well-known/jwks.json')).body.keys[0], format: 'jwk' }).export({ type: 'spki', format: 'pem' });
  test('CVE-2022-23540 (none)', async () => { for (const alg of ['none', 'None', 'nOnE', '']) await isRefused(await forged({ alg }, () => '')); });
  test('CVE-2015-9235, CVE-2022-23541, CVE-2026-22817, CVE-2024-54150 (an HMAC over the public key)', async () => {
    const key = await pem();
    for (const secret of [key, key.trim(), Buffer.from(key.replace(/-----.*-----|\n/g, ''), 'base64')]) await isRefused(await forged({ alg: 'HS256' }, (input) => createHmac('sha256', secret).update(input).digest('base64url')));
  });
  test('CVE-2026-44699 (an HMAC with an empty key)', async () => isRefused(await forged({ alg: 'HS256' }, (input) => createHmac('sha256', '').update(input).digest('base64url'))));
  test('CVE-2025-65945 (a key that the token names or brings)', async () => {
    const jwk = { kty: 'oct', k: 'AAAA' };
    for (const more of [{ jwk }, { kid: '../../dev/null' }, { jku: 'https://evil.example/jwks' }, { kid: { a: 1 } }, { kid: 'x' }]) await isRefused(await forged({ alg: 'HS256', ...more }, (input) => createHmac('sha256', Buffer.from('AAAA', 'base64')).update(input).digest('base64url')));
  });
  test('CVE-2020-15240 (a signature that nobody looks at)', async () => {
    await isRefused(await forged({}, () => randomBytes(256).toString('base64url')));
    await isRefused(await forged({}, () => Buffer.alloc(256).toString('base64url')));
    await isRefused(await forged({}, () => ''));
  });
});

const assertion = (pair, alg = 'RS256', claims = {}) => {
  const now = Math.floor(Date.now() / 1000);
  const input = `${encode({ alg, typ: 'JWT' })}.${encode({ iss: 'keyed', sub: 'keyed', aud: api.issuer, jti: randomUUID(), iat: now, exp: now + 60, ...claims })}`;
  return `${input}.${sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
};
const withAssertion = (client_assertion) => api.token({ grant_type: 'client_credentials', audience: 'https://api.example.com/', client_assertion, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' });

describe('keys, seals and comparisons', () => {
  test('CVE-2022-23539 (a key that is too weak, or of another algorithm)', async () => {
    assert.equal((await withAssertion(assertion(rsa))).status, 200);
    for (const bad of [assertion(weak), assertion(curve, 'ES256'), assertion(curve, 'RS256'), assertion(rsa, 'ES256')]) assert.equal((await withAssertion(bad)).status, 401);
  });
  test('CVE-2022-38493 (an encrypted token): there are none here, whatever their lengths', async () => {
    for (const part of ['', 'A', 'A'.repeat(4000)]) assert.equal((await api.get('/userinfo', { authorization: `Bearer ${[encode({ alg: 'RSA-OAEP', enc: 'A256GCM' }), part, part, part, part].join('.')}` })).status, 401);
    await alive();
  });
  test('CVE-2021-32791 (a nonce that repeats), CVE-2023-37464 (a tag that is cut): what is sealed is sealed anew, and whole or nothing', async () => {
    const person = new Reader(api.issuer), url = authorizeUrl(api.issuer, { client_id: 'strict', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
    const sealed = async () => new URL((await person.get(url)).headers.get('location'), api.issuer).searchParams.get('state');
    const one = await sealed(), other = await sealed();
    for (let i = 0; i + 16 <= one.length; i += 16) assert.notEqual(one.slice(i, i + 16), other.slice(i, i + 16));
    assert.equal((await person.open(`/u/login?state=${one}`)).heading, 'Welcome');
    for (const length of [1, 2, 4, 8, 15, 16, 17, 22]) assert.equal((await person.open(`/u/login?state=${one.slice(0, -length)}`)).status, 400, String(length));
  });
  test('CVE-2024-25189 (a comparison that stops early): where secrets meet, OpenSSL compares', async () => {
    for (const [file, what] of Object.entries({
      'crypto/random.cpp': /CRYPTO_memcmp/, 'grants/client_authentication.cpp': /equal_in_constant_time\(sha256\(client->secret\)/, 'grants/code.cpp': /equal_in_constant_time\(oauth::code_challenge/,
      'accounts/one_time_code.cpp': /equal_in_constant_time\(mark/, 'mfa/totp.cpp': /equal_in_constant_time\(code_at/, 'mfa/factors.cpp': /equal_in_constant_time\(one\.body\["mark"\]/, 'flow/step.cpp': /equal_in_constant_time\(.*device/, 'crypto/imported_hash.cpp': /equal_in_constant_time/,
    })) assert.match(readFileSync(`${root}/authority/${file}`, 'utf8'), what, file);
  });
});

describe('played back', () => {
  test('GHSA-3p3g-vpw6-4w66 (an assertion, many times at once)', async () => {
    const one = assertion(rsa);
    assert.equal((await Promise.all(Array.from({ length: 20 }, () => withAssertion(one)))).filter(({ status }) => status === 200).length, 1);
  });
  test('CVE-2026-8922 (a time before which nothing is good, and what was revoked)', async () => {
    assert.equal((await withAssertion(assertion(rsa, 'RS256', { nbf: Math.floor(Date.now() / 1000) + 600 }))).status, 401);
    for (const nbf of ['later', '0', null, true, [], 1e300]) assert.equal((await withAssertion(assertion(rsa, 'RS256', { nbf }))).status, 401, `nbf ${JSON.stringify(nbf)}`);
    assert.equal((await withAssertion(assertion(rsa, 'RS256', { nbf: Math.floor(Date.now() / 1000) - 0.5 }))).status, 200);
    const { body } = await login({ scope: 'openid offline_access' });
    const seen = () => api.get('/userinfo', { authorization: `Bearer ${body.access_token}` });
    assert.equal((await seen()).status, 200);
    assert.equal((await api.form('/oauth/revoke', { client_id: 'app', token: body.refresh_token })).status, 200);
    assert.equal((await seen()).status, 401);
  });
  test('CVE-2018-6874 (a login that another page has begun): a form is good in the browser that it was shown to', async () => {
    const url = authorizeUrl(api.issuer, { client_id: 'strict', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
    const attacker = new Reader(api.issuer), victim = new Reader(api.issuer);
    const theirs = await attacker.open(url);
    await victim.open(url);
    const fields = { username: 'grace@example.com', password: 'Battery-Staple-9' };
    assert.equal((await victim.submit(theirs, fields)).status, 400);
    assert.equal((await victim.submit({ ...theirs, fields: {} }, fields)).status, 400);
    assert.equal(sessionOf(victim), undefined);
  });
});

describe('messages between windows', () => {
  test('CVE-2017-17068, CVE-2024-1249 (an answer for whoever listens): to the origin of the redirect URI, and to no star', async () => {
    const person = new Reader(api.issuer);
    await signIn(person, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
    const { html } = await person.open(authorizeUrl(api.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'token', state: 's', nonce: 'n', prompt: 'none', response_mode: 'web_message' }));
    assert.match(html, /access_token/);
    const { origins } = JSON.parse(/\{[^<]*"origins"[^<]*\}/.exec(html.replaceAll('&quot;', '"'))[0]);
    assert.deepEqual(origins, [origin]);
    assert.doesNotMatch(html, /postMessage\([^)]*['"]\*['"]/);
  });
});

describe('token-type confusion', () => {
  test('CVE-2025-68129 (an ID token as an access token), and the other way round', async () => {
    const { body } = await login();
    assert.equal((await api.get('/userinfo', { authorization: `Bearer ${body.id_token}` })).status, 401);
    assert.equal((await management.call('GET', 'users/auth0%7Cada', undefined, body.id_token)).status, 401);
    const { access_token } = (await login({ audience: 'https://api.example.com/' })).body;
    assert.equal((await api.post('/tokeninfo', { id_token: access_token })).status, 401);
    assert.equal((await management.call('POST', 'users/auth0%7Cada/identities', { link_with: access_token }, body.id_token)).status, 401);
  });
  test('an access token of one API at another; an access token, a code or a login state where a refresh token goes', async () => {
    const { access_token, refresh_token } = (await login({ audience: 'https://api.example.com/' })).body;
    assert.equal((await management.call('GET', 'users/auth0%7Cada', undefined, access_token)).status, 401);
    for (const token of [access_token, 'a'.repeat(64), `${refresh_token}x`]) assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: token })).status, 403);
    assert.equal((await api.token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code: refresh_token, code_verifier: verifier })).status, 403);
    assert.equal((await api.get('/userinfo', { authorization: `Bearer ${refresh_token}` })).status, 401);
  });
});

describe('a missing parameter means refusal', () => {
  test('PKCE downgrade (Glewlwyd 2.7.7; RFC 9700 section 4.8.2): a code with a challenge is not given without its verifier, nor one without a challenge with one', async () => {
    const code = async (more) => (await signIn(new Reader(api.issuer), { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', scope: 'openid', ...more })).location.searchParams.get('code');
    const redeem = (fields) => api.token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, ...fields });
    assert.equal((await redeem({ code: await code(challenge) })).status, 403);
    assert.equal((await redeem({ code: await code(challenge), code_verifier: '' })).status, 403);
    assert.equal((await redeem({ code: await code({}), code_verifier: verifier })).status, 403);
    const without = (await ask({ client_id: 'strict', redirect_uri: callback, response_type: 'code', state: 's' })).headers.get('location');
    assert.match(without, /error=invalid_request/);
  });
  test('CVE-2021-45379 (a client that leaves its secret out)', async () => {
    for (const secret of [{}, { client_secret: '' }, { client_secret: 'web-secre' }]) assert.equal((await api.token({ grant_type: 'client_credentials', client_id: 'web', audience: 'https://api.example.com/', ...secret })).status, 401);
  });
  test('CVE-2018-6873 (an audience that is not checked): of another tenant, another API, none', async () => {
    const other = await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] } });
    const theirs = await new Management(other).authenticate();
    assert.equal((await management.call('GET', 'users', undefined, theirs.bearer)).status, 401);
  });
});

test('a token in a query is not looked at where the tenant says so, and never by the Management API (RFC 9700 section 4.3.2)', async () => {
  const { access_token } = (await login()).body;
  assert.equal((await management.call('PATCH', 'tenants/settings', { ostia: { userinfo_by_query: false } })).status, 200);
  assert.equal((await api.get(`/userinfo?access_token=${access_token}`)).status, 401);
  assert.equal((await api.get(`/api/v2/users?access_token=${management.bearer}`)).status, 401);
});

describe('configuration is not what a request says it is', () => {
  test('CVE-2026-7571 (implicit where it is turned off)', async () => {
    const { status, headers } = await ask({ client_id: 'strict', redirect_uri: callback, response_type: 'token', state: 's', nonce: 'n', response_mode: 'fragment' });
    assert.ok(status === 302 && /error=unauthorized_client/.test(headers.get('location')) && !/access_token/.test(headers.get('location')), headers.get('location'));
    assert.equal((await api.token({ grant_type: 'password', client_id: 'strict', username: 'ada@example.com', password: 'Correct-Horse-9' })).body.error, 'unauthorized_client');
  });
  test('CVE-2026-9689 (a parameter twice)', async () => {
    for (const twice of ['redirect_uri', 'client_id', 'response_type', 'state', 'scope']) {
      const answer = await ask(`${new URLSearchParams({ client_id: 'strict', redirect_uri: callback, response_type: 'code', state: 's', scope: 'openid', ...challenge })}&${twice}=x`);
      assert.ok(!/[?&]code=/.test(answer.headers.get('location') ?? ''), twice);
      assert.notEqual(answer.headers.get('location')?.startsWith('/u/login'), true, twice);
    }
    assert.equal((await api.form('/oauth/token', [['grant_type', 'client_credentials'], ['client_id', 'web'], ['client_id', 'machine'], ['client_secret', 'web-secret'], ['audience', 'https://api.example.com/']])).status, 400);
  });
  test('CVE-2026-9793 (a request object that nobody signed)', async () => {
    const request = `${encode({ alg: 'none' })}.${encode({ client_id: 'strict', redirect_uri: 'https://evil.example/', response_type: 'code', state: 's' })}.`;
    for (const more of [{ request }, { request_uri: 'https://evil.example/request' }]) {
      const { headers } = await ask({ client_id: 'strict', redirect_uri: callback, response_type: 'code', state: 's', ...challenge, ...more });
      assert.ok(!(headers.get('location') ?? '').startsWith('https://evil'), headers.get('location'));
    }
  });
  test('CVE-2026-0976 (matrix parameters), CVE-2022-29967 (path traversal)', async () => {
    for (const path of ['/u/login;x=1', '/api/v2;x/users', '/exports/../master.key', '/exports/%2e%2e%2fmaster.key', '/exports/..%2f..%2fetc%2fpasswd', '/./authorize', '//authorize']) {
      const status = await new Promise((resolve, reject) => {
        const socket = connect(authority.devPort, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`));
        socket.on('data', (d) => resolve(Number(/HTTP\/1.1 (\d+)/.exec(d)[1]))).on('error', reject);
      });
      assert.ok([401, 403, 404].includes(status), `${path}: ${status}`);
    }
  });
});

describe('concurrency', () => {
  test('CVE-2025-67490, CVE-2026-40155 (concurrent requests mix users): everybody gets their own tokens', async () => {
    const people = [['ada@example.com', 'Correct-Horse-9', 'auth0|ada'], ['grace@example.com', 'Battery-Staple-9', 'auth0|grace']];
    await Promise.all(Array.from({ length: 30 }, async (_, i) => {
      const [username, password, sub] = people[i % 2];
      const { body } = await login({ username, password });
      assert.deepEqual([decode(body.id_token).sub, (await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).body.sub], [sub, sub]);
    }));
  });
});

describe('secrets stay where they belong', () => {
  test('CVE-2020-5263, CVE-2019-7644 (a password, or an expected signature, in an error)', async () => {
    const secret = 'An-Unusual-Secret-1';
    const answers = await Promise.all([login({ password: secret }), api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: secret }), api.post('/co/authenticate', { client_id: 'app', username: 'ada@example.com', password: secret, credential_type: 'x', realm: secret }, { origin }),
      api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'no', password: secret }), api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: secret }), api.post('/oauth/token', `{"password": "${secret}"`), api.get('/userinfo', { authorization: `Bearer ${secret}` })]);
    for (const { text, headers } of answers) assert.ok(!text.includes(secret) && ![...headers.values()].join().includes(secret), text);
    assert.ok(!authority.log().includes(secret));
  });
  test('CVE-2024-4540 (parameters in a cookie), CVE-2025-48947 (a cookie that a cache keeps)', async () => {
    const person = new Reader(api.issuer);
    const seen = [];
    const get = person.get.bind(person);
    person.get = async (...args) => { const response = await get(...args); seen.push(response); return response; };
    await signIn(person, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 'a-state-of-ours', nonce: 'a-nonce-of-ours', login_hint: 'hint@example.com', ...challenge });
    const setting = seen.filter((r) => r.headers.getSetCookie().length);
    assert.ok(setting.length > 0);
    for (const r of setting) assert.equal(r.headers.get('cache-control'), 'no-store');
    for (const value of person.cookies.values()) assert.ok(!/state-of-ours|nonce-of-ours|hint/.test(value + Buffer.from(value, 'base64url').toString('latin1')));
  });
  test('CVE-2025-47275, CVE-2026-34236 (a cookie that can be guessed): 256 random bits, and none that was made up counts', async () => {
    const values = new Set();
    for (let i = 0; i < 3; i++) {
      const person = new Reader(api.issuer);
      await signIn(person, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
      values.add(sessionOf(person));
      const forged = sessionOf(person).replace(/^./, (c) => (c === 'A' ? 'B' : 'A'));
      person.cookies = new Map([['auth0_dev', forged]]);
      const outcome = await person.open(authorizeUrl(api.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', prompt: 'none', ...challenge }));
      assert.equal(outcome.location.searchParams.get('error'), 'login_required');
    }
    assert.equal(values.size, 3);
    for (const value of values) assert.ok(value.length >= 43, value);
  });
  test('a session that another person planted (fixation): signing in makes a new one', async () => {
    const person = new Reader(api.issuer);
    await signIn(person, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
    const before = sessionOf(person);
    const page = await person.open(authorizeUrl(api.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', prompt: 'login', ...challenge }));
    await person.submit(page, { username: 'grace@example.com', password: 'Battery-Staple-9' });
    assert.ok(before);
    assert.notEqual(sessionOf(person), before);
  });
});

describe('sessions', () => {
  test('CVE-2025-46344 (a session without an end)', async () => {
    const person = new Reader(api.issuer);
    await signIn(person, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', ...challenge });
    await api.advance(8 * 24 * 3600);
    const outcome = await person.open(authorizeUrl(api.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', prompt: 'none', ...challenge }));
    assert.equal(outcome.location.searchParams.get('error'), 'login_required');
  });
  test('CVE-2025-48951 (a cookie that is made into objects): it is a name for something kept here, or nothing', async () => {
    for (const cookie of ['O:8:"stdClass":0:{}', 'a:1:{i:0;O:4:"Evil":0:{}}', 'eyJzdWIiOiJhdXRoMHxhZGEifQ', 'rO0ABXNyAA', '{"user_id":"auth0|ada"}'])
      for (const value of [cookie, encodeURIComponent(cookie), Buffer.from(cookie).toString('base64')]) {
        const { headers } = await api.get(`/authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', prompt: 'none', ...challenge })}`, { cookie: `auth0_dev=${value}` });
        assert.match(headers.get('location'), /error=login_required/);
      }
    await alive();
  });
  test('CVE-2025-31492 (content beside the way to the login): who is not signed in gets nothing of it', async () => {
    await login();
    for (const [method, path] of [['GET', '/account'], ['POST', '/account'], ['GET', '/account/password'], ['POST', '/account/password'], ['GET', '/userinfo'], ['POST', '/userinfo'], ['GET', '/api/v2/users'], ['POST', '/api/v2/users'], ['GET', '/mfa/authenticators']]) {
      const { text, status } = method === 'GET' ? await api.get(path) : await api.form(path, { action: 'end_others' });
      assert.ok([302, 400, 401].includes(status), `${method} ${path}: ${status}`);
      assert.doesNotMatch(text, /ada@example|auth0\|/, `${method} ${path}`);
    }
  });
});

describe('text is not markup, and not SQL', () => {
  const bad = '"><script>alert(1)</script><x y=\'';
  test('CVE-2021-32702, CVE-2021-32792, CVE-2019-1010247, GO-2026-4861 (markup in an error)', async () => {
    for (const parameters of [{ client_id: bad }, { client_id: 'app', redirect_uri: bad }, { client_id: 'app', redirect_uri: callback, response_type: bad, state: bad }, { client_id: 'app', redirect_uri: callback, response_type: 'code', connection: bad, ui_locales: bad, ...challenge }, { client_id: 'app', redirect_uri: callback, response_type: 'token', response_mode: 'web_message', prompt: 'none', state: bad }]) {
      const { text, headers } = await ask(parameters);
      assert.ok(!text.includes('<script>alert'), JSON.stringify(parameters));
      if (text) assert.match(headers.get('content-security-policy') ?? '', /default-src 'none'/);
    }
  });
  test('GHSA-r9w3-57w2-gch2 (SQL in a page token), and in every other place that reaches the store', async () => {
    const sql = "' OR 1=1; DROP TABLE users; --";
    for (const path of [`users?from=${encodeURIComponent(sql)}&take=1`, `users?q=${encodeURIComponent(`email:"${sql}"`)}`, `users?sort=${encodeURIComponent(`${sql}:1`)}`, `logs?from=${encodeURIComponent(sql)}&take=1`, `users/${encodeURIComponent(sql)}`, `roles?from=${encodeURIComponent(sql)}&take=1`]) {
      const answer = await management.call('GET', path);
      assert.ok(answer.status < 500, `${path}: ${answer.status} ${answer.text}`);
      if (!path.includes('sort=')) assert.ok(!answer.text.includes('auth0|ada'), path); // an order by nothing is no order
    }
    for (const username of [sql, `ada@example.com' --`]) assert.equal((await login({ username })).status, 403);
    assert.equal((await login()).status, 200);
  });
});

describe('nothing crashes', () => {
  const raw = (text) => new Promise((resolve) => {
    const socket = connect(authority.devPort, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (d) => { answer += d; }).on('close', () => resolve(answer)).on('error', () => resolve(answer));
    setTimeout(() => socket.destroy(), 60_000).unref();
  });
  test('CVE-2025-3891 (a POST without a body)', async () => {
    for (const path of ['/oauth/token', '/authorize', '/u/login', '/userinfo', '/oauth/revoke', '/co/authenticate', '/mfa/challenge', '/u/mfa', '/login/callback', '/oidc/logout'])
      assert.match(await raw(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 [234]/, path);
    await alive();
  });
  test('CVE-2023-28625, CVE-2024-24814 (odd cookies, very many of them)', async () => {
    for (const cookie of ['', '=', ';;;;', 'auth0', 'auth0=', 'auth0==; auth0=;', `auth0=${'A'.repeat(8000)}`, Array.from({ length: 900 }, (_, i) => `auth0.${i}=x`).join('; '), 'auth0=%00', 'auth0="x"'])
      assert.match(await raw(`GET /authorize?client_id=app&redirect_uri=${encodeURIComponent(callback)}&response_type=code&state=s&prompt=none HTTP/1.1\r\nHost: localhost\r\nCookie: ${cookie}\r\nConnection: close\r\n\r\n`), /^HTTP\/1\.1 [234]/, cookie.slice(0, 40));
    await alive();
  });
  test('CVE-2023-49208, CVE-2022-27240, CVE-2021-40818 (a security key that sends what is none): texts of every length', async () => {
    for (const credential of ['', '{}', '[]', `{"id":"${'A'.repeat(9000)}"}`, '{"response":{"clientDataJSON":"AA","authenticatorData":"","signature":""}}', `{"response":{"attestationObject":"${'_'.repeat(5000)}"}}`])
      for (const path of ['/u/passkey', '/u/passkey/new', '/u/mfa']) assert.ok((await api.form(path, { state: 'x', credential, response: credential })).status < 500);
    await alive();
  });
});
