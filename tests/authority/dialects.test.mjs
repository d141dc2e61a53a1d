// What access tokens look like: the form and the algorithm that each API asks for, as those read them who are strict about it.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { Management, managementGrant, machine } from '../lib/management.mjs';
import { Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, web } from '../lib/tenant.mjs';

const apis = {
  plain: {}, named: { token_dialect: 'access_token' }, authz: { token_dialect: 'access_token_authz', enforce_policies: true },
  standard: { token_dialect: 'rfc9068_profile' }, standardAuthz: { token_dialect: 'rfc9068_profile_authz', enforce_policies: true },
  ...Object.fromEntries(['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA'].map((signing_alg) => [signing_alg, { signing_alg }])),
  HS256: { signing_alg: 'HS256', signing_secret: 'a-secret-of-the-api-and-nobody-else' },
};
const identifier = (name) => `https://${name.toLowerCase()}.example.com/`;
const resourceServers = Object.entries(apis).map(([name, more]) => ({ name, identifier: identifier(name), scopes: [{ value: 'read:it' }], allow_offline_access: true, ...more }));

describe('the form of access tokens', () => {
  const group = scope();
  let api, keys;
  before(async () => {
    const authority = await startAuthority(group, {
      clients: [{ ...app, ostia: { compat: 'auth0-js' } }, web, machine, { ...web, client_id: 'es', name: 'es', jwt_configuration: { alg: 'ES256' } }],
      extra: { ...extra, resourceServers, clientGrants: [managementGrant(), ...Object.keys(apis).map((name) => ({ client_id: 'web', audience: identifier(name), scope: ['read:it'] }))] },
    });
    api = await new Management(authority).authenticate();
    keys = createRemoteJWKSet(new URL('/.well-known/jwks.json', api.issuer));
  });
  const header = (token) => JSON.parse(Buffer.from(token.split('.')[0], 'base64url'));
  const machineToken = async (name) => (await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: identifier(name) })).body.access_token;
  const personToken = async (name, more = {}) => {
    const location = await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback, scope: 'openid read:it', audience: identifier(name), ...more })}`);
    return new URLSearchParams(location.hash.slice(1)).get('access_token');
  };

  for (const name of ['plain', 'named', 'authz'])
    test(`the vendor's form (${name}): typ JWT and azp; a machine's has gty`, async () => {
      const token = await machineToken(name), claims = decode(token);
      assert.equal(header(token).typ, 'JWT');
      assert.deepEqual([claims.azp, claims.gty, claims.client_id], ['web', 'client-credentials', undefined]);
      assert.deepEqual(claims.permissions, name === 'authz' ? ['read:it'] : undefined);
      const person = await personToken(name);
      assert.equal(header(person).typ, 'JWT');
      assert.deepEqual([decode(person).azp, decode(person).client_id, decode(person).gty], ['app', undefined, undefined]);
    });

  for (const name of ['standard', 'standardAuthz'])
    test(`RFC 9068 (${name}): at+jwt with all that section 2.2 requires, for people and machines`, async () => {
      for (const token of [await machineToken(name), await personToken(name)]) {
        const claims = decode(token);
        assert.equal(header(token).typ, 'at+jwt');
        for (const required of ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti']) assert.ok(claims[required], required);
        assert.deepEqual([claims.azp, claims.gty], [undefined, undefined]);
        assert.equal(Array.isArray(claims.permissions), name === 'standardAuthz');
      }
      assert.equal(typeof decode(await personToken(name)).auth_time, 'number');
    });

  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'EdDSA'])
    test(`${alg}: by a key of its own, which jwks.json has`, async () => {
      for (const token of [await machineToken(alg), await personToken(alg)]) {
        const { protectedHeader } = await jwtVerify(token, keys, { algorithms: [alg], issuer: api.issuer, audience: identifier(alg) });
        assert.equal(protectedHeader.alg, alg);
        const { body } = await api.get('/.well-known/jwks.json');
        const named = body.keys.filter((key) => key.kid === protectedHeader.kid);
        assert.deepEqual(named.map((key) => [key.alg, key.use]), [[alg, 'sig']]);
        assert.ok(!('d' in named[0]));
      }
    });

  test('HS256: by the secret of the API alone', async () => {
    const token = await machineToken('HS256');
    const { payload } = await jwtVerify(token, new TextEncoder().encode(apis.HS256.signing_secret), { algorithms: ['HS256'] });
    assert.equal(payload.aud, identifier('HS256'));
  });

  test('no key is good for two algorithms', async () => {
    const { body } = await api.get('/.well-known/jwks.json');
    const material = body.keys.map((key) => key.n ?? key.x);
    assert.equal(new Set(material).size, material.length);
  });

  test('an API that chooses another algorithm has its key before its next token', async () => {
    const made = await api.call('POST', 'resource-servers', { identifier: 'https://later.example.com/', signing_alg: 'RS384', scopes: [{ value: 'a' }] });
    assert.equal(made.status, 201, made.text);
    await api.call('POST', 'client-grants', { client_id: 'web', audience: 'https://later.example.com/', scope: ['a'] });
    const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://later.example.com/' });
    assert.equal(header(body.access_token).alg, 'RS384');
    await api.call('PATCH', `resource-servers/${made.body.id}`, { signing_alg: 'PS256', token_dialect: 'rfc9068_profile' });
    const next = (await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://later.example.com/' })).body.access_token;
    assert.deepEqual([header(next).alg, header(next).typ], ['PS256', 'at+jwt']);
  });

  test('rotation: each algorithm signs with its next key, and old tokens stay good', async () => {
    const before = await machineToken('ES256');
    assert.equal((await api.call('POST', 'keys/signing/rotate')).status, 201);
    const after = await machineToken('ES256');
    assert.notEqual(header(before).kid, header(after).kid);
    const fresh = createRemoteJWKSet(new URL('/.well-known/jwks.json', api.issuer));
    for (const token of [before, after]) await jwtVerify(token, fresh, { algorithms: ['ES256'] });
    api = await api.authenticate();
  });

  test('an ID token passes for no access token at our own endpoints, whatever algorithm it has', async () => {
    for (const client_id of ['web', 'es']) {
      const { body } = await api.token({ grant_type: 'http://auth0.com/oauth/grant-type/password-realm', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid' });
      const answers = await Promise.all([
        api.get('/userinfo', { authorization: `Bearer ${body.id_token}` }), api.get(`/userinfo?access_token=${body.id_token}`),
        api.call('GET', 'clients', undefined, body.id_token), api.get('/mfa/authenticators', { authorization: `Bearer ${body.id_token}` }),
      ]);
      assert.deepEqual(answers.map((answer) => answer.status), [401, 401, 401, 401], client_id);
    }
  });

  test('an access token passes for no ID token', async () => {
    const token = await personToken('plain');
    const answer = await api.form('/tokeninfo', { id_token: token });
    assert.equal(answer.status, 401, answer.text);
  });

  test('an application chooses by what its ID tokens are signed', async () => {
    const location = await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'es', response_type: 'code', redirect_uri: callback, scope: 'openid', nonce: 'n' })}`);
    const { body } = await api.token({ grant_type: 'authorization_code', client_id: 'es', client_secret: 'web-secret', code: location.searchParams.get('code'), redirect_uri: callback });
    const { payload } = await jwtVerify(body.id_token, createRemoteJWKSet(new URL('/.well-known/jwks.json', api.issuer)), { algorithms: ['ES256'], audience: 'es' });
    assert.equal(payload.nonce, 'n');
  });
});
