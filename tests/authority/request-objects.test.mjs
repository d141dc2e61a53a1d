// AZ-647: requests that their application has signed (RFC 9101), at /authorize and pushed.
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { ProofKey } from '../lib/dpop.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { forge } from '../lib/siege.mjs';
import { app, callback, extra, web } from '../lib/tenant.mjs';

const group = scope(), rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }), ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }), stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (pair) => pair.publicKey.export({ type: 'spki', format: 'pem' });
const signed_request_object = { credentials: [{ pem: pem(rsa) }, { pem: pem(ec) }] };
let api;
before(async () => {
  api = new Api(await startAuthority(group, { clients: [
    app, { ...web, client_id: 'signs', name: 'Signs', signed_request_object },
    { ...web, client_id: 'must', name: 'Must', signed_request_object: { ...signed_request_object, required: true } },
    { ...web, client_id: 'keyed', name: 'Keyed', client_authentication_methods: { private_key_jwt: { credentials: [{ pem: pem(ec) }] } }, signed_request_object },
  ], extra }));
});
beforeEach(() => api.reset());

const seconds = () => Math.floor(Date.now() / 1000);
const byEc = (input, pair = ec) => sign('sha256', Buffer.from(input), { key: pair.privateKey, dsaEncoding: 'ieee-p1363' });
const byRsa = (input) => sign('sha256', Buffer.from(input), rsa.privateKey);
const claimsOf = (client_id, more) => ({ iss: client_id, aud: api.issuer, exp: seconds() + 60, nbf: seconds(), iat: seconds(), client_id, response_type: 'code', redirect_uri: callback, scope: 'openid', state: 'inner', ...more });
const object = (more = {}, { header = {}, key = byEc, client = 'signs' } = {}) => forge({ alg: 'ES256', typ: 'oauth-authz-req+jwt', ...header }, claimsOf(client, more), key);
const outer = { redirect_uri: callback, response_type: 'code', scope: 'openid', state: 'outer' };
const authorize = (query) => new Reader(api.issuer).open(`/authorize?${new URLSearchParams({ client_id: 'signs', ...query })}`);
const logIn = async (query) => (await new Reader(api.issuer).logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'signs', ...query })}`)).searchParams;
/** Told where the parameters beside the object say. */
const told = async (query, error) => {
  const { location, text } = await authorize({ ...outer, ...query });
  assert.equal(location?.searchParams.get('error'), error, text);
  return location.searchParams.get('error_description');
};

row('AZ-647', 'd', 'GET /authorize', 'request, signed by one of the application\'s keys', 'its parameters alone count', async () => {
  for (const request of [object(), object({}, { header: { alg: 'RS256' }, key: byRsa }), object({}, { header: { typ: undefined } }), object({}, { header: { typ: 'JWT' } }), object({ exp: undefined, nbf: undefined, iat: undefined })]) {
    const answer = await logIn({ request });
    assert.ok(answer.get('code'));
    assert.equal(answer.get('state'), 'inner');
  }
  assert.equal((await logIn({ request: object(), state: 'outer', scope: 'openid profile email', redirect_uri: 'https://elsewhere.example/' })).get('state'), 'inner');
  assert.equal((await logIn({ request: object({ state: undefined }), state: 'outer' })).get('state'), null);
  const { body } = await api.get('/.well-known/openid-configuration');
  assert.equal(body.request_parameter_supported, true);
  assert.deepEqual(body.request_object_signing_alg_values_supported, ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA']);
});

test('a number in it counts as in a query', async () => {
  assert.equal((await authorize({ request: object({ max_age: 100, prompt: 'none' }) })).location.searchParams.get('error'), 'login_required');
  assert.equal((await authorize({ request: object({ max_age: -1 }) })).location.searchParams.get('error'), 'invalid_request');
});

describe('an object that is not valid', () => {
  const cases = {
    'no JWT': () => 'x',
    'not signed': () => object({}, { header: { alg: 'none' }, key: () => Buffer.alloc(0) }),
    'by a stranger': () => object({}, { key: (input) => byEc(input, stranger) }),
    'by a secret, with the public key as it': () => object({}, { header: { alg: 'HS256' }, key: (input) => createHmac('sha256', pem(ec)).update(input).digest() }),
    'by a key of another algorithm': () => object({}, { header: { alg: 'RS256' } }),
    'changed': () => { const [h, , s] = object().split('.'); return [h, Buffer.from(JSON.stringify(claimsOf('signs', { state: 'changed' }))).toString('base64url'), s].join('.'); },
    'another typ': () => object({}, { header: { typ: 'dpop+jwt' } }),
    'an access token by typ': () => object({}, { header: { typ: 'at+jwt' } }),
    'a proof of possession': () => new ProofKey().proof('GET', `${api.issuer}authorize`),
    'crit': () => object({}, { header: { crit: ['exp'] } }),
    'expired': () => object({ exp: seconds() - 62 }),
    'an exp that is no number': () => object({ exp: 'tomorrow' }),
    'not valid yet': () => object({ nbf: seconds() + 65 }),
    'for another authority': () => object({ aud: 'https://elsewhere.example/' }),
    'for nobody': () => object({ aud: undefined }),
    'by another iss': () => object({ iss: 'app' }),
    'without iss': () => object({ iss: undefined }),
    'of another client': () => object({ client_id: 'must', iss: 'must' }),
    'without client_id': () => object({ client_id: undefined }),
    'an assertion of the client': () => object({ sub: 'signs' }),
    'with another request in it': () => object({ request: object() }),
    'with a request_uri in it': () => object({ request_uri: 'https://a.example/' }),
    'longer than 16 kB': () => object({ nonce: 'x'.repeat(13_000) }),
  };
  for (const [name, make] of Object.entries(cases))
    test(name, async () => {
      const request = make();
      if (name.startsWith('longer')) { // no address has room for it
        const { body } = await api.form('/oauth/par', { client_id: 'signs', client_secret: 'web-secret', request });
        assert.equal(body.error, 'invalid_request_object');
        return;
      }
      await told({ request }, 'invalid_request_object');
      // Without an address to answer to, the page says it.
      const page = await authorize({ request });
      assert.deepEqual([page.status, page.location], [400, undefined]);
      assert.match(page.text, /invalid_request_object/);
    });
  test('on both sides of exp and nbf', async () => {
    assert.ok((await logIn({ request: object({ exp: seconds() - 55 }) })).get('code'));
    assert.ok((await logIn({ request: object({ nbf: seconds() + 55 }) })).get('code'));
  });
  test('an address that is none of the application\'s gets no answer, signed or not', async () => {
    for (const query of [{ ...outer, redirect_uri: 'https://evil.example/', request: 'x' }, { request: object({ redirect_uri: 'https://evil.example/' }) }, { ...outer, request: object({ redirect_uri: 'https://evil.example/' }) }]) {
      const page = await authorize(query);
      assert.deepEqual([page.status, page.location], [403, undefined]);
    }
  });
  test('a parameter twice', async () => {
    const { location } = await new Reader(api.issuer).open(`/authorize?${new URLSearchParams({ client_id: 'signs', ...outer, request: object() })}&request=${object()}`);
    assert.equal(location.searchParams.get('error'), 'invalid_request');
  });
});

test('an application without keys for it is told so', async () => {
  assert.match(await told({ client_id: 'app', request: object({}, { client: 'app' }) }, 'request_not_supported'), /signed_request_object/);
});

test('a request_uri of somebody else is fetched from nowhere', async () => {
  for (const request_uri of ['https://a.example/request.jwt', 'urn:x'])
    await told({ request_uri }, 'request_uri_not_supported');
});

test('an application that must sign is given nothing for what is not signed', async () => {
  await told({ client_id: 'must' }, 'invalid_request');
  assert.ok((await logIn({ client_id: 'must', request: object({}, { client: 'must' }) })).get('code'));
  const fields = { client_id: 'must', client_secret: 'web-secret' };
  assert.equal((await api.form('/oauth/par', { ...fields, ...outer })).body.error, 'invalid_request');
  const { request_uri } = (await api.form('/oauth/par', { ...fields, request: object({}, { client: 'must' }) })).body;
  assert.ok((await logIn({ client_id: 'must', request_uri })).get('code'));
});

test('a login that begins anew does not ask without the signature', async () => {
  const page = await authorize({ client_id: 'must', request: object({}, { client: 'must' }) });
  const stale = await new Reader(api.issuer).submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
  assert.equal(stale.status, 400);
  assert.deepEqual(Object.values(stale.links).filter((href) => href.startsWith('/authorize')), []);
});

test('pushed, with a key that the code is bound to', async () => {
  const key = new ProofKey(), url = `${api.issuer}oauth/par`, token = `${api.issuer}oauth/token`, fields = { client_id: 'signs', client_secret: 'web-secret' };
  const { body } = await api.form('/oauth/par', { ...fields, request: object() }, { dpop: key.proof('POST', url) });
  const code = (await logIn({ request_uri: body.request_uri })).get('code');
  const redeem = { grant_type: 'authorization_code', ...fields, code, redirect_uri: callback };
  const answer = await api.token(redeem, { dpop: new ProofKey().proof('POST', token) });
  assert.equal(answer.body.reason, 'proof_of_another_key', answer.text);
});

test('pushed: the key of the proof and that of the request object are one', async () => {
  const key = new ProofKey(), url = `${api.issuer}oauth/par`, push = (dpop_jkt) => api.form('/oauth/par', { client_id: 'signs', client_secret: 'web-secret', request: object({ dpop_jkt }) }, { dpop: key.proof('POST', url) });
  const { status, body } = await push(new ProofKey().jkt);
  assert.deepEqual([status, body.error], [400, 'invalid_dpop_proof']);
  assert.equal((await push(key.jkt)).status, 201);
});

test('pushed and wrong: the application is told at once', async () => {
  const { status, body } = await api.form('/oauth/par', { client_id: 'signs', client_secret: 'web-secret', ...outer, request: object({ aud: 'x' }) });
  assert.deepEqual([status, body.error], [400, 'invalid_request_object']);
});
