// Tokens that are not whole: each kind cut at every byte, with bytes changed, and up to 20 kB long; claims and headers of
// every shape; Authorization headers that are none, at every route. All refused, none a defect, and the program goes on.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { before, beforeEach, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { scope } from '../lib/scope.mjs';
import { forge, Siege } from '../lib/siege.mjs';
import { app, exchangeGrant, extra, web } from '../lib/tenant.mjs';

const group = scope(), tokens = {};
const symmetric = { name: 'Symmetric application', client_id: 'hsapp', client_secret: 'a-secret-that-the-application-knows-too', app_type: 'regular_web', grant_types: ['password'], jwt_configuration: { alg: 'HS256' } };
let siege, api;
before(async () => {
  siege = await Siege.start(group, { clients: [app, web, symmetric, machine], extra: { ...extra, guardianFactors: [{ name: 'otp', enabled: true }], clientGrants: [...extra.clientGrants, managementGrant(), managementGrant(['read:users'], 'web')] } });
  api = await new Management(siege.authority).authenticate();
  const password = async (more = {}) => (await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid offline_access', ...more })).body;
  const both = await password();
  Object.assign(tokens, {
    'a profile token': both.access_token, 'an ID token': both.id_token, 'a refresh token': both.refresh_token,
    "a person's token for an API": (await password({ audience: 'https://api.example.com/' })).access_token,
    "a person's token for the Management API": (await password({ audience: `${api.issuer}api/v2/`, scope: 'openid read:current_user' })).access_token,
    "a person's token for the MFA API": (await password({ audience: `${api.issuer}mfa/`, scope: 'enroll read:authenticators' })).access_token,
    "a person's token for an HS256 API": (await password({ audience: 'https://hs.example.com/' })).access_token,
    'an ID token of an HS256 application': (await password({ client_id: 'hsapp', client_secret: symmetric.client_secret })).id_token,
    "a machine's token for the Management API": (await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: `${api.issuer}api/v2/` })).body.access_token,
  });
  await api.call('PUT', 'guardian/policies', ['all-applications']);
  tokens['an mfa_token'] = (await password()).mfa_token;
  await api.call('PUT', 'guardian/policies', []);
  for (const [name, token] of Object.entries(tokens)) assert.ok(token, name);
});
beforeEach(() => siege.forget());

const bearer = (token) => ({ headers: { authorization: `Bearer ${token}` } });
const form = (fields) => ({ body: new URLSearchParams(fields) });
// Where the head shows a token, and where the body does.
const byHeader = [['GET', '/userinfo'], ['GET', '/api/v2/users'], ['GET', '/mfa/authenticators']];
const byBody = [
  (t) => ['POST', '/userinfo', form({ access_token: t })], (t) => ['POST', '/tokeninfo', form({ id_token: t })], (t) => ['POST', '/mfa/challenge', form({ mfa_token: t })],
  (t) => ['POST', '/oauth/token', form({ grant_type: exchangeGrant, client_id: 'web', client_secret: 'web-secret', subject_token: t, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/' })],
  (t) => ['POST', '/oauth/token', form({ grant_type: 'client_credentials', client_id: 'web', client_assertion: t, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer' })],
  (t) => ['POST', '/oauth/token', form({ grant_type: 'refresh_token', client_id: 'app', refresh_token: t })], (t) => ['POST', '/oauth/revoke', form({ client_id: 'app', token: t })],
  (t) => ['POST', '/oidc/logout', form({ id_token_hint: t })], (t) => ['POST', '/api/v2/users/auth0%7Cada/identities', { ...bearer(api.bearer), body: { link_with: t } }],
];
const short = (name, [method, path]) => `${method} ${path} with ${name}`;
const everywhere = (token, name) => [...byHeader.map(([method, path]) => [method, path, bearer(token)]), ...byBody.map((make) => make(token))].map((one) => [one[0], one[1], one[2], short(name, one)]);
const bare = (token, name) => byHeader.map((one) => [...one, bearer(token), short(name, one)]);
/** None of these is a token: whoever is let in is a failure; so is an answer that is no refusal. */
async function refuses(list, isGood = ({ status }) => status >= 400 && status < 500) {
  const wrong = [];
  await siege.askAll(list, (answer, [, , , name]) => { if (!isGood(answer, name)) wrong.push(`${answer.status} ${name}`); });
  await siege.survives();
  assert.deepEqual(wrong.slice(0, 20), [], `${wrong.length} of ${list.length}`);
}
const random = (seed) => createHash('sha512').update(String(seed)).digest();
const randomText = (length, seed, text = '') => {
  for (let i = 0; text.length < length; i++) text += random(`${seed} ${i}`).toString('base64url');
  return text.slice(0, length);
};

describe('tokens that are not whole', () => {
  test('tokens that are not whole: each kind, cut at every byte', async () => {
    const list = [];
    for (const [name, token] of Object.entries(tokens))
      for (let i = 0; i < token.length; i++) list.push(...bare(token.slice(0, i), `the first ${i} bytes of ${name}`), ...(i % 16 ? [] : bare(token.slice(i + 1), `${name} without its first ${i + 1} bytes`)));
    assert.ok(list.length > 12_000, String(list.length));
    await refuses(list, ({ status }) => status === 401);
  });

  test('tokens that are not whole: each kind, cut, wherever a body has a token', async () => {
    const list = [];
    // A revocation and a logout without a token are answered, too.
    for (const [name, token] of Object.entries(tokens)) for (let i = 1; i < token.length; i += 3) list.push(...everywhere(token.slice(0, i), `the first ${i} bytes of ${name}`).slice(byHeader.length));
    await refuses(list, ({ status }, name) => (name.includes('/oauth/revoke') ? status === 200 : status >= 400 && status < 500));
  });

  test('tokens that are not whole: each kind, with a byte that is another, one more, or a part that is missing or moved', async () => {
    const list = [];
    for (const [name, token] of Object.entries(tokens)) {
      for (let i = 0; i < token.length - 1; i += 2) list.push(...bare(`${token.slice(0, i)}${token[i] === 'A' ? 'B' : 'A'}${token.slice(i + 1)}`, `${name}, byte ${i} another`));
      for (const end of ['.', '..', 'A', '=', '==', '.A', '%00', ',']) list.push(...bare(token + end, `${name} and ${end}`), ...bare(end + token, `${end} and ${name}`));
      const parts = token.split('.');
      if (parts.length === 3) for (const order of [[0], [0, 1], [1, 2], [2, 1, 0], [0, 0, 2], [1, 1, 2], [0, 1, 1], [0, 1, 2, 2], [0, 1, 2, 0, 1]]) list.push(...bare(order.map((i) => parts[i]).join('.'), `parts ${order} of ${name}`));
      list.push(...bare(`${token} ${token}`, `${name} twice`), ...bare(`${parts[0]}..${parts.at(-1)}`, `${name} without claims`));
    }
    await refuses(list, ({ status }) => status === 401);
  });

  test('tokens that are not whole: up to 20 kB, of random letters, dots and JSON', async () => {
    const list = [];
    for (let length = 0; length <= 20_000; length += 50) {
      const text = randomText(length, length), at = random(length).readUInt32BE(0) % (length || 1);
      const inThree = `${text.slice(0, at >> 1)}.${text.slice(at >> 1, at)}.${text.slice(at)}`;
      const padded = forge({ alg: 'HS256', typ: 'at+jwt', x: text.slice(0, length * 0.3) }, { aud: 'https://hs.example.com/', sub: text.slice(0, length * 0.3) }, 'a-secret');
      for (const [token, name] of [[text, 'letters'], [inThree, 'letters in three parts'], [padded, 'a JWT with much in it'], ['.'.repeat(length), 'dots'], [`${text}.`, 'letters and a dot']])
        list.push(...(token.length > 15_000 ? bare(token, `${token.length} bytes: ${name}`) : everywhere(token, `${token.length} bytes: ${name}`)));
    }
    for (const depth of [10, 63, 64, 65, 1000, 5000]) // nested deeper than anybody means it
      for (const text of ['['.repeat(depth), '{"a":'.repeat(depth), `${'['.repeat(depth)}${']'.repeat(depth)}`, `{"aud":${'['.repeat(depth)}${']'.repeat(depth)}}`, `{"typ":"at+jwt","x":${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`])
        list.push(...bare(forge(text, { aud: [] }, 'x').slice(0, 15_000), `a header nested ${depth} deep`), ...bare(forge({ alg: 'HS256', typ: 'at+jwt' }, text, 'x').slice(0, 15_000), `claims nested ${depth} deep`));
    await refuses(list, ({ status }, name) => (status >= 400 && status < 500) || (/revoke/.test(name) && status === 200) || (/logout/.test(name) && / [01] bytes/.test(name)));
  });

  test('tokens that are not whole: headers and claims that are of another type, or not there', async () => {
    const values = [undefined, null, true, 0, -1, 1.5, 1e308, '', 'x', 'HS256', 'at+jwt', [], [null], [[]], [{}], ['x'], ['x', 'y'], {}, { 0: 'x' }, { length: 1 }];
    const head = { alg: 'HS256', typ: 'at+jwt', kid: 'x' }, at = Math.floor(Date.now() / 1000), claims = { iss: api.issuer, sub: 'auth0|ada', aud: 'https://api.example.com/', azp: 'app', scope: 'openid', iat: at, exp: at + 600 }, list = [];
    for (const value of values) {
      for (const name of ['alg', 'typ', 'kid', 'crit', 'jwk', 'x5c', 'b64']) for (const alg of ['HS256', 'RS256']) list.push(...bare(forge({ ...head, alg, [name]: value }, claims, 'x'), `header ${name} ${JSON.stringify(value)}`));
      for (const name of [...Object.keys(claims), 'gty', 'nbf', 'jti', 'permissions', 'org_id', 'sid'])
        for (const typ of ['at+jwt', 'JWT', undefined]) for (const alg of ['HS256', 'RS256']) list.push(...everywhere(forge({ alg, typ }, { ...claims, [name]: value }, 'x'), `${typ} with ${name} ${JSON.stringify(value)}`));
      for (const secret of ['a-secret-of-the-api-and-nobody-else']) // by a key that is good somewhere
        for (const name of ['iss', 'sub', 'aud', 'azp', 'exp', 'gty', 'jti', 'scope']) list.push(...everywhere(forge(head, { ...claims, aud: ['https://hs.example.com/', 'x'], [name]: value }, secret), `an HS256 API's token with ${name} ${JSON.stringify(value)}`));
      list.push(...everywhere(forge(JSON.stringify(value ?? null), JSON.stringify(value ?? null), 'x'), `a token of ${JSON.stringify(value)} alone`));
    }
    await refuses(list, ({ status }, name) => (/revoke/.test(name) ? status === 200 : status >= 400 && status < 500));
  });

  test('tokens that are not whole: Authorization headers that are none, at every route', async () => {
    // Every address of the authority, from its own list, and every request of the Management API.
    const source = readFileSync(`${root}/authority/wiring/routes.cpp`, 'utf8');
    const routes = [...source.matchAll(/^ {4}\{"(\/[^"]*)", "([A-Z]+)"/gm)].map(([, path, method]) => [method, path]).filter(([, path]) => !/^\/_dev\/(reset|clock|faults|snapshot)/.test(path));
    assert.ok(routes.length > 80, String(routes.length));
    const reference = readFileSync(`${root}/docs/reference/http.md`, 'utf8');
    const management = [...reference.matchAll(/^\| `([A-Z]+) (\/\S*)` \|/gm)].map(([, method, path]) => [method, `/api/v2${path.replace(/\{\w+\}/g, 'auth0%7Cada')}`]);
    assert.ok(management.length > 180, String(management.length));
    const nobodys = forge({ alg: 'HS256', typ: 'at+jwt' }, { aud: [] }, 'x');
    const credentials = [`Bearer ${nobodys}`, `bearer ${nobodys}`, `Bearer ${forge({ alg: 'none', typ: 'at+jwt' }, { aud: {} })}`, 'Bearer', 'Bearer ', 'Bearer  x', `Bearer\t${nobodys}`, 'Bearer ..', `Bearer ${'.'.repeat(9000)}`, `Bearer ${randomText(15_000, 'x')}`, nobodys, 'B', 'Basic', 'Basic ', 'Basic !!!', 'Basic Og==', `Basic ${Buffer.from('web').toString('base64')}`, `Basic ${Buffer.from('web:\0\xff').toString('base64')}`, `Basic ${Buffer.from('%:%').toString('base64')}`, `Basic ${Buffer.alloc(9000, 58).toString('base64')}`, 'Digest a="b"', 'Negotiate x', '"', '\x80\xff', ', ,', `Bearer ${tokens['an ID token'].slice(0, -9)}`, `DPoP ${nobodys}`];
    const list = [];
    for (const [method, path] of [...routes, ...management, ['DELETE', '/mfa/authenticators/x'], ['GET', '/exports/x'], ['GET', '/dashboard'], ['GET', '/nothing'], ['PUT', '/userinfo'], ['PATCH', '/api/v2/nothing'], ['OPTIONS', '/api/v2/users'], ['HEAD', '/userinfo']])
      for (const authorization of credentials) list.push([method, path, { headers: { authorization }, ...(['POST', 'PUT', 'PATCH'].includes(method) && { body: {} }) }, `${method} ${path} with ${authorization.slice(0, 60)}`]);
    await refuses(list, ({ status }, name) => status < 500 && !(name.includes('/api/v2/') && !/OPTIONS/.test(name) && status < 400));
    await refuses([16_000, 16_300, 17_000, 20_000, 64_000].flatMap((length) => bare(randomText(length, 'much'), `${length} bytes`)), ({ status }) => [401, 431].includes(status));
  });

  test('whole ones are still good', async () => {
    for (const [path, name] of [['/userinfo', 'a profile token'], ['/api/v2/users/auth0%7Cada', "a person's token for the Management API"], ['/api/v2/users', "a machine's token for the Management API"], ['/mfa/authenticators', "a person's token for the MFA API"], ['/mfa/authenticators', 'an mfa_token']])
      assert.equal((await siege.bearer('GET', path, tokens[name])).status, 200, `${path} with ${name}`);
  });
});
