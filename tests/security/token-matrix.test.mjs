// Whose word it is: what the authority takes back as its own statement is signed with a key that nobody else has, is of
// the kind that the endpoint takes, of this domain, and for it. Every kind of token at every endpoint that takes one.
import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { before, describe, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, decode } from '../lib/person.mjs';
import { freePort } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { forge, Siege } from '../lib/siege.mjs';
import { app, callback, deviceGrant, exchangeGrant, extra, web } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

// `yes`: taken. `-`: refused, as the endpoint refuses what is no token. A number: that status, for a reason of its own (403:
// the token is good and its scope is not; 400: nothing was sent). Access tokens are of Grace or of a machine.
const columns = `
  info       GET /userinfo                                        form       POST /userinfo, in the form
  tokeninfo  POST /tokeninfo                                      clients    GET /api/v2/clients
  own        GET /api/v2/users/{Grace}                            link       POST /api/v2/users/{Ada}/identities, link_with, by a machine
  linkself   the same, by Ada, who came by an HS256 application   list       GET /mfa/authenticators
  add        POST /mfa/associate                                  remove     DELETE /mfa/authenticators/{id}
  challenge  POST /mfa/challenge                                  otp        POST /oauth/token, mfa-otp
  exchange   POST /oauth/token, token exchange, subject_token     hint       GET /authorize?prompt=none&id_token_hint= in a session
  logout     GET /oidc/logout?id_token_hint= in a session         revoke     POST /oauth/revoke, a grant ends
  refresh    POST /oauth/token, refresh_token                     code       POST /oauth/token, authorization_code
  assertion  POST /oauth/token, client_assertion                  session    GET /authorize?prompt=none, as the session's cookie`;
const table = `
                                               | info form tokeninfo clients own link linkself list add remove challenge otp exchange hint logout revoke refresh code assertion session
a profile token                                | yes  yes  -         -       -   -    -        -    -   -      -         -   yes      -    -      -      -       -    -         -
a person's token for an API, with openid       | yes  yes  -         -       -   -    -        -    -   -      -         -   yes      -    -      -      -       -    -         -
a person's token for an API, without openid    | -    -    -         -       -   -    -        -    -   -      -         -   yes      -    -      -      -       -    -         -
a person's token for the Management API        | -    -    -         403     yes -    -        -    -   -      -         -   yes      -    -      -      -       -    -         -
a person's token for the MFA API               | -    -    -         -       -   -    -        yes  yes yes    yes       -   yes      -    -      -      -       -    -         -
a person's token for an HS256 API              | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
a machine's token for the Management API       | -    -    -         yes     yes -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
a machine's token for an API                   | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
a machine's token for an HS256 API             | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
an ID token                                    | -    -    yes       -       -   yes  -        -    -   -      -         -   -        yes  yes    -      -       -    -         -
an expired ID token                            | -    -    -         -       -   -    -        -    -   -      -         -   -        yes  yes    -      -       -    -         -
an ID token of an HS256 application            | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
a logout token                                 | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
an mfa_token                                   | -    -    -         -       -   -    -        yes  yes 403    yes       yes -        -    -      -      -       -    -         -
a refresh token                                | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      yes    yes     -    -         -
an authorization code                          | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       yes  -         -
a client assertion                             | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    yes       -
a client assertion with a critical header      | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
a session's cookie                             | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         yes
a device code                                  | -    -    -         -       -   -    -        -    -   -      -         -   -        -    -      -      -       -    -         -
nothing                                        | -    -    400       -       -   -    -        -    -   -      -         400 400      yes  200    400    400     400  -         -
`;
// What is refused everywhere: expired, of another domain, forged. Their names are those of `refused` below.

const owner = { name: 'Symmetric application', client_id: 'hsapp', client_secret: 'a-secret-that-the-application-knows-too', app_type: 'regular_web', callbacks: [callback], grant_types: ['authorization_code', 'password'], jwt_configuration: { alg: 'HS256' } };
const steady = { ...web, client_id: 'steady', name: 'Steady', refresh_token: { rotation_type: 'non-rotating', expiration_type: 'non-expiring' } };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }), stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keyed = { name: 'Keyed', client_id: 'keyed', app_type: 'regular_web', token_endpoint_auth_method: 'private_key_jwt', grant_types: ['client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [{ pem: rsa.publicKey.export({ type: 'spki', format: 'pem' }) }] } } };
const mfaGrant = 'http://auth0.com/oauth/grant-type/mfa-otp';
const hsApi = 'https://hs.example.com/', hsSecret = 'a-secret-of-the-api-and-nobody-else', quiet = 'https://quiet.example.com/';
const grace = { username: 'grace@example.com', password: 'Battery-Staple-9' }, withWeb = { client_secret: 'web-secret' };
const proof = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

const group = scope();
const told = [], kinds = {};
let siege, api, session, ownOfAda, keptRefresh;

const password = async (more = {}) => {
  const { status, body, text } = await api.token({ grant_type: 'password', client_id: 'app', ...grace, scope: 'openid profile email', ...more });
  assert.equal(status, 200, text);
  return body;
};
const credentials = async (client_id, audience, more = withWeb) => (await api.token({ grant_type: 'client_credentials', client_id, audience, ...more })).body.access_token;
const byKey = (pair) => (input) => sign('sha256', Buffer.from(input), pair.privateKey);
const authorizeAs = (client_id, more = {}) => authorizeUrl(api.issuer, { client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's', ...proof, ...more });
const overTls = (fields) => new Promise((resolve, reject) => {
  request({ host: '127.0.0.1', port: siege.authority.port, path: '/oauth/token', method: 'POST', rejectUnauthorized: false, headers: { host: siege.authority.domain, 'content-type': 'application/json' } }, (response) => {
    let text = '';
    response.on('data', (d) => (text += d)).on('end', () => resolve(JSON.parse(text)));
  }).on('error', reject).end(JSON.stringify(fields));
});

before(async () => {
  const port = await freePort();
  const listener = createServer((incoming, response) => {
    let body = '';
    incoming.on('data', (d) => (body += d)).on('end', () => { told.push(new URLSearchParams(body).get('logout_token')); response.end(); });
  }).listen(port, '127.0.0.1');
  group.after(() => listener.close());
  const tellable = { ...web, client_id: 'tellable', name: 'Tellable', oidc_logout: { backchannel_logout_urls: [`http://127.0.0.1:${port}/`] } };
  const clientGrants = [...extra.clientGrants, managementGrant(), { client_id: 'web', audience: hsApi, scope: ['read:it'] }, { client_id: 'keyed', audience: 'https://api.example.com/', scope: ['read:messages'] }];
  siege = await Siege.start(group, { clients: [{ ...app, grant_types: [...app.grant_types, mfaGrant] }, web, steady, tellable, owner, keyed, machine], extra: { ...extra, clientGrants, guardianFactors: [{ name: 'otp', enabled: true }] } });
  siege.enough = 60;
  api = await new Management(siege.authority).authenticate();
  await mint(kinds);
  await api.post('/_dev/snapshot', {});
});

async function mint(out) {
  const management = `${api.issuer}api/v2/`, anApi = 'https://api.example.com/';
  // What has expired was made yesterday.
  await api.advance(-100_000);
  const old = await password(), yesterday = { 'an expired profile token': old.access_token };
  out['an expired ID token'] = old.id_token;
  yesterday["a person's expired token"] = (await password({ audience: anApi, scope: 'openid read:messages' })).access_token;
  yesterday["a machine's expired token for the Management API"] = (await new Management(siege.authority).authenticate()).bearer;
  await api.advance(100_000);
  // The cookie of a session that stays, and a code; a session that ends.
  session = new Reader(api.issuer);
  out['an authorization code'] = (await session.logIn(authorizeAs('steady'), ...Object.values(grace))).searchParams.get('code');
  out["a session's cookie"] = session.cookies.get('auth0_dev');
  const leaving = new Reader(api.issuer);
  await leaving.logIn(authorizeAs('tellable'), ...Object.values(grace));
  await leaving.open('/v2/logout');
  out['a logout token'] = await until(() => told[0], 'the application is told');

  const both = await password();
  out['a profile token'] = both.access_token;
  out['an ID token'] = both.id_token;
  out["a person's token for an API, with openid"] = (await password({ audience: anApi, scope: 'openid read:messages' })).access_token;
  out["a person's token for an API, without openid"] = (await password({ audience: anApi, scope: 'read:messages' })).access_token;
  out["a person's token for the Management API"] = (await password({ audience: management, scope: 'read:current_user' })).access_token;
  out["a person's token for the MFA API"] = (await password({ audience: `${api.issuer}mfa/`, scope: 'enroll read:authenticators remove:authenticators' })).access_token;
  out["a person's token for an HS256 API"] = (await password({ audience: hsApi, scope: 'openid read:it' })).access_token;
  out["a machine's token for the Management API"] = api.bearer;
  out["a machine's token for an API"] = await credentials('web', anApi);
  out["a machine's token for an HS256 API"] = await credentials('web', hsApi);
  const ofOwner = { client_id: 'hsapp', client_secret: owner.client_secret };
  out['an ID token of an HS256 application'] = (await password(ofOwner)).id_token;
  ownOfAda = (await password({ ...ofOwner, username: 'ada@example.com', password: 'Correct-Horse-9', audience: management, scope: 'update:current_user_identities' })).access_token;
  out['a refresh token'] = keptRefresh = (await password({ client_id: 'steady', ...withWeb, scope: 'openid offline_access' })).refresh_token;
  out['a device code'] = (await api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' })).body.device_code;
  await api.call('PUT', 'guardian/policies', ['all-applications']);
  out['an mfa_token'] = (await api.token({ grant_type: 'password', client_id: 'app', ...grace, scope: 'openid' })).body.mfa_token;
  await api.call('PUT', 'guardian/policies', []);
  const at = Math.floor(Date.now() / 1000), assertion = () => ({ iss: 'keyed', sub: 'keyed', aud: api.issuer, jti: randomUUID(), iat: at, exp: at + 900 });
  out['a client assertion'] = forge({ alg: 'RS256', typ: 'JWT' }, assertion(), byKey(rsa));
  out['a client assertion with a critical header'] = forge({ alg: 'RS256', typ: 'JWT', crit: ['x'], x: 1 }, assertion(), byKey(rsa));
  out.nothing = '';

  const tls = { grant_type: 'password', client_id: 'app', ...grace, scope: 'openid' };
  const { access_token, id_token } = await overTls(tls);
  const elsewhere = { 'our own profile token, of another domain': access_token, 'our own ID token, of another domain': id_token,
    "a person's token of another domain": (await overTls({ ...tls, audience: anApi })).access_token,
    "a machine's token of another domain, for the Management API": (await overTls({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: `${siege.authority.issuer}api/v2/` })).access_token };
  for (const [name, token] of Object.entries({ ...yesterday, ...elsewhere, ...await forged(out, at) })) out[name] = token;
}

// Tokens that say all that they should, by keys that somebody else has, or by none.
async function forged(good, at) {
  const management = `${api.issuer}api/v2/`, scopes = decode(good["a machine's token for the Management API"]).scope;
  const times = { iss: api.issuer, iat: at, exp: at + 3600 };
  const person = { ...times, sub: 'auth0|grace', azp: 'app', scope: `openid profile email read:current_user update:current_user_identities enroll read:authenticators remove:authenticators ${scopes}` };
  const asMachine = { ...times, sub: 'machine@clients', azp: 'machine', gty: 'client-credentials', scope: scopes };
  const everywhere = [hsApi, `${api.issuer}userinfo`, management, `${api.issuer}mfa/`, 'https://api.example.com/'];
  const ofApi = (claims, header = {}) => forge({ alg: 'HS256', typ: 'at+jwt', ...header }, claims, hsSecret);
  const ofApplication = (claims, header = {}) => forge({ alg: 'HS256', typ: 'JWT', ...header }, { ...times, sub: 'auth0|grace', aud: 'hsapp', ...claims }, owner.client_secret);
  const { keys: [jwk] } = (await api.get('/.well-known/jwks.json')).body;
  const publicKey = createPublicKey({ key: jwk, format: 'jwk' }), pem = (type) => publicKey.export({ type, format: 'pem' });
  const idClaims = { ...decode(good['an ID token']) }, accessClaims = { ...person, aud: everywhere };
  const bySomebody = (name, alg, key) => ({
    [`an access token ${name}`]: forge({ alg, typ: 'at+jwt', kid: jwk.kid }, accessClaims, key), [`an ID token ${name}`]: forge({ alg, typ: 'JWT', kid: jwk.kid }, idClaims, key),
    [`a machine's token ${name}`]: forge({ alg, typ: 'at+jwt', kid: jwk.kid }, { ...asMachine, aud: management }, key) });
  const [head, , signature] = good["a person's token for an API, with openid"].split('.');
  return {
    "by an API's secret: a machine, aud [API, Management API]": ofApi({ ...asMachine, aud: [hsApi, management] }),
    "by an API's secret: a person, aud [API, Management API]": ofApi({ ...person, aud: [hsApi, management] }),
    "by an API's secret: a person, aud [API, userinfo]": ofApi({ ...person, aud: [hsApi, `${api.issuer}userinfo`] }),
    "by an API's secret: a person, aud [API, MFA API]": ofApi({ ...person, aud: [hsApi, `${api.issuer}mfa/`] }),
    "by an API's secret: a person, aud [API, all others]": ofApi(accessClaims),
    "by an API's secret: the administrator, aud [API, all others]": ofApi({ ...accessClaims, sub: 'auth0|admin', azp: 'ostia-dashboard' }),
    "by an API's secret: a person, aud of it alone": ofApi({ ...person, aud: hsApi }),
    "by an API's secret: a machine, aud of it alone": ofApi({ ...asMachine, aud: [hsApi] }),
    "by an API's secret: a machine, aud the Management API alone": ofApi({ ...asMachine, aud: management }),
    "by an API's secret: a person, aud userinfo alone": ofApi({ ...person, aud: `${api.issuer}userinfo` }),
    "by an API's secret: an ID token": ofApi({ ...idClaims, aud: hsApi }, { typ: 'JWT' }),
    "by an API's secret: with a critical header": ofApi(accessClaims, { crit: ['exp'] }),
    "by an API's secret: with our kid": ofApi(accessClaims, { kid: jwk.kid }),
    "by an API's secret: says RS256": ofApi(accessClaims, { alg: 'RS256', kid: jwk.kid }),
    "by an application's secret: an ID token of a person": ofApplication({}),
    "by an application's secret: an ID token of the administrator": ofApplication({ sub: 'auth0|admin' }),
    "by an application's secret: an ID token of another application": ofApplication({ aud: 'app' }),
    "by an application's secret: an ID token of two": ofApplication({ aud: ['hsapp', 'app'], azp: 'hsapp' }),
    "by an application's secret: at+jwt of a person": ofApplication({ ...person, aud: ['hsapp', ...everywhere] }, { typ: 'at+jwt' }),
    "by an application's secret: at+jwt of an HS256 API": ofApplication({ ...person, aud: everywhere }, { typ: 'at+jwt' }),
    "by an application's secret: at+jwt of a machine": ofApplication({ ...asMachine, aud: management }, { typ: 'at+jwt' }),
    "by an application's secret: a logout token": ofApplication({ sid: 's', events: {} }, { typ: 'logout+jwt' }),
    ...bySomebody('by nobody', 'none'), ...bySomebody('by nobody, in other words', 'NoNe'), ...bySomebody('with an empty signature', 'RS256'), ...bySomebody('by an empty secret', 'HS256', ''),
    ...bySomebody('by a key of a stranger with our kid', 'RS256', byKey(stranger)), ...bySomebody('by our public key as a secret (PEM)', 'HS256', pem('spki')),
    ...bySomebody('by our public key as a secret (PKCS#1)', 'HS256', pem('pkcs1')), ...bySomebody('by our public key as a secret (JWK)', 'HS256', JSON.stringify(jwk)), ...bySomebody("by a client's key", 'RS256', byKey(rsa)),
    'the head and signature of one token, the claims of another': `${head}.${Buffer.from(JSON.stringify({ ...accessClaims, sub: 'auth0|admin' })).toString('base64url')}.${signature}`,
    garbage: 'garbage', 'garbage in three parts': 'a.b.c', 'three empty parts': '..', 'a path': '../../etc/passwd',
    ...Object.fromEntries(odd.map((aud) => [`by an API's secret: aud ${JSON.stringify(aud)}`, ofApi({ ...person, aud })])),
    ...Object.fromEntries([[], {}].map((aud) => [`by nobody: aud ${JSON.stringify(aud)}`, forge({ alg: 'HS256', typ: 'at+jwt' }, { aud }, 'x')])),
  };
}
const odd = [5, -1.5, true, null, '', {}, { 0: hsApi }, [null], [[]], [[hsApi]], [5, hsApi], ['', hsApi], [{}, hsApi], []];

// Each answers with what the table says.
const by = (yes, no) => ({ status, ended }) => (status === 0 ? (ended ? 'ENDED' : 'CLOSED') : status === yes ? 'yes' : status === no ? '-' : String(status));
const judged = (promise, yes, no) => promise.then(by(yes, no));
const post = (path, body, headers = {}) => siege.ask('POST', path, { body, headers });
const grant = (fields) => siege.form('/oauth/token', fields);
const users = (id) => `/api/v2/users/auth0%7C${id}`;
const silent = async (cookie, more) => {
  const { status, headers } = await siege.ask('GET', authorizeAs('app', { prompt: 'none', ...more }).slice(api.issuer.length - 1), { headers: { cookie } });
  return status !== 302 ? String(status) : headers.location.includes('code=') ? 'yes' : headers.location.includes('login_required') ? '-' : headers.location;
};
const isRefreshable = async () => (await grant({ grant_type: 'refresh_token', client_id: 'steady', ...withWeb, refresh_token: keptRefresh })).status === 200;
const cookieOf = () => `auth0_dev=${kinds["a session's cookie"]}`;
const endpoints = {
  info: (t) => judged(siege.bearer('GET', '/userinfo', t), 200, 401),
  form: (t) => judged(siege.form('/userinfo', { access_token: t }), 200, 401),
  tokeninfo: (t) => judged(post('/tokeninfo', { id_token: t }), 200, 401),
  clients: (t) => judged(siege.bearer('GET', '/api/v2/clients', t), 200, 401),
  own: (t) => judged(siege.bearer('GET', users('grace'), t), 200, 401),
  link: (t) => judged(post(`${users('ada')}/identities`, { link_with: t }, { authorization: `Bearer ${api.bearer}` }), 201, 400),
  linkself: (t) => judged(post(`${users('ada')}/identities`, { link_with: t }, { authorization: `Bearer ${ownOfAda}` }), 201, 400),
  list: (t) => judged(siege.bearer('GET', '/mfa/authenticators', t), 200, 401),
  add: (t) => judged(post('/mfa/associate', { authenticator_types: [] }, { authorization: `Bearer ${t}` }), 400, 401), // who asks is judged before what for
  remove: (t) => judged(siege.bearer('DELETE', '/mfa/authenticators/otp%7Cnone', t), 404, 401),
  challenge: (t) => judged(post('/mfa/challenge', { mfa_token: t, challenge_type: 'otp' }), 403, 401), // Grace has no factor
  otp: async (t) => {
    const answer = await grant({ grant_type: mfaGrant, client_id: 'app', mfa_token: t, otp: '000000' });
    return answer.text.includes('Malformed mfa_token') ? '-' : answer.text.includes('Invalid otp_code') ? 'yes' : by()(answer);
  },
  exchange: (t) => judged(grant({ grant_type: exchangeGrant, client_id: 'web', ...withWeb, subject_token: t, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: quiet }), 200, 403),
  hint: (t) => silent(cookieOf(), { id_token_hint: t }),
  logout: (t) => judged(siege.ask('GET', `/oidc/logout?${new URLSearchParams({ id_token_hint: t })}`, { headers: { cookie: cookieOf() } }).then((a) => (/log out\?/i.test(a.text) || a.status !== 200 ? a : { ...a, status: 'out' })), 'out', 400),
  revoke: async (t) => {
    const { status } = await siege.form('/oauth/revoke', { client_id: 'steady', ...withWeb, token: t });
    return status !== 200 ? String(status) : await isRefreshable() ? '-' : 'yes';
  },
  refresh: (t) => judged(grant({ grant_type: 'refresh_token', client_id: 'steady', ...withWeb, refresh_token: t }), 200, 403),
  code: (t) => judged(grant({ grant_type: 'authorization_code', client_id: 'steady', ...withWeb, code: t, redirect_uri: callback, code_verifier: verifier }), 200, 403),
  assertion: (t) => judged(grant({ grant_type: 'client_credentials', client_id: 'keyed', audience: 'https://api.example.com/', client_assertion: t, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' }), 200, 401),
  session: (t) => silent(`auth0_dev=${encodeURIComponent(t)}`),
};

const [[, names], ...rows] = table.split('\n').filter((line) => line.includes('|')).map((line) => line.split('|')).map(([name, cells]) => [name.trim(), cells.trim().split(/ +/)]);
const expected = Object.fromEntries(rows);

describe('whose word it is: each kind of token is good where it is meant to be, and nowhere else', () => {
  const check = async (name, cells) => {
    assert.ok(typeof kinds[name] === 'string', `there is no ${name}`);
    const seen = [];
    for (const [i, column] of names.entries()) {
      seen.push(await endpoints[column](kinds[name]));
      if (seen[i] === 'yes' || seen[i] !== cells[i]) await api.reset(); // what a token did is undone
    }
    assert.deepEqual(Object.fromEntries(names.map((column, i) => [column, seen[i]])), Object.fromEntries(names.map((column, i) => [column, cells[i]])));
  };
  test('the table has every endpoint, and each says what it is', () => {
    assert.deepEqual(names, Object.keys(endpoints));
    for (const name of names) assert.ok(columns.includes(`  ${name} `), name);
    for (const [name, cells] of rows) assert.equal(cells.length, names.length, name);
  });
  for (const [name, cells] of Object.entries(expected)) test(`whose word it is: ${name}`, () => check(name, cells));
  test('whose word it is: what has expired, is of another domain, or is by a key of somebody else, is good nowhere', async (t) => {
    for (const name of Object.keys(kinds).filter((one) => !expected[one])) await t.test(`whose word it is: ${name}`, () => check(name, names.map(() => '-')));
  });
  test('whose word it is: no token ends the program, and none is a defect', () => siege.survives());
});
