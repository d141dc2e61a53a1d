// Keys of an application by the Management API (`clients/{id}/credentials`): they count for private_key_jwt once the application names them,
// and no longer once it does not.
import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, web } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, web, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const pair = (type, options) => {
  const { publicKey, privateKey } = generateKeyPairSync(type, options);
  return { pem: publicKey.export({ type: 'spki', format: 'pem' }), key: createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })), jwk: publicKey.export({ format: 'jwk' }) };
};
const rsa = pair('rsa', { modulusLength: 2048 }), other = pair('rsa', { modulusLength: 2048 }), ec = pair('ec', { namedCurve: 'P-256' });
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
function assertion(client, { key }, alg = 'RS256') {
  const now = Math.floor(Date.now() / 1000);
  const input = `${encode({ alg, typ: 'JWT' })}.${encode({ iss: client, sub: client, aud: api.issuer, iat: now, exp: now + 60, jti: randomUUID() })}`;
  return `${input}.${sign('sha256', Buffer.from(input), alg === 'ES256' ? { key, dsaEncoding: 'ieee-p1363' } : key).toString('base64url')}`;
}
const ask = (client, by, alg) => api.token({ grant_type: 'client_credentials', client_id: client, audience: 'https://api.example.com/', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion(client, by, alg) });
const call = async (status, ...args) => {
  const answer = await api.call(...args);
  assert.equal(answer.status, status, `${args[0]} ${args[1]}: ${answer.text}`);
  return answer.body;
};
const names = (...ids) => ({ client_authentication_methods: { private_key_jwt: { credentials: ids.map((id) => ({ id })) } } });
const add = (by, more = {}) => call(201, 'POST', 'clients/web/credentials', { credential_type: 'public_key', name: 'Key', pem: by.pem, ...more });

test('a key counts once it is named, beside another, and no longer once it is not', async () => {
  const first = await add(rsa);
  assert.match(first.id, /^cred_/);
  assert.deepEqual([first.alg, first.credential_type, first.pem], ['RS256', 'public_key', undefined]);
  assert.equal((await ask('web', rsa)).status, 401);
  const shown = await call(200, 'PATCH', 'clients/web', names(first.id));
  assert.deepEqual(shown.client_authentication_methods.private_key_jwt.credentials, [{ id: first.id }]);
  assert.equal((await ask('web', rsa)).status, 200);
  assert.equal((await ask('web', other)).status, 401);
  const second = await add(other);
  await call(200, 'PATCH', 'clients/web', names(first.id, second.id));
  assert.equal((await ask('web', other)).status, 200);
  await call(409, 'DELETE', `clients/web/credentials/${first.id}`);
  await call(200, 'PATCH', 'clients/web', names(second.id));
  assert.equal((await ask('web', rsa)).status, 401);
  await call(204, 'DELETE', `clients/web/credentials/${first.id}`);
  assert.deepEqual((await call(200, 'GET', 'clients/web/credentials?include_totals=true&per_page=50')).map((one) => one.id), [second.id]);
  assert.equal((await ask('web', other)).status, 200);
});
test('a key of an elliptic curve, by its thumbprint (RFC 7638)', async () => {
  const made = await add(ec);
  assert.equal(made.alg, 'ES256');
  const { createHash } = await import('node:crypto');
  assert.equal(made.kid, createHash('sha256').update(`{"crv":"P-256","kty":"EC","x":"${ec.jwk.x}","y":"${ec.jwk.y}"}`).digest('base64url'));
  await call(200, 'PATCH', 'clients/web', names(made.id));
  assert.equal((await ask('web', ec, 'ES256')).status, 200);
});
test('keys that come with the application are its credentials', async () => {
  const made = await call(201, 'POST', 'clients', { name: 'New', app_type: 'non_interactive', grant_types: ['client_credentials'], client_authentication_methods: { private_key_jwt: { credentials: [{ credential_type: 'public_key', name: 'Own', pem: rsa.pem }] } } });
  const [{ id }] = made.client_authentication_methods.private_key_jwt.credentials;
  assert.equal((await call(200, 'GET', `clients/${made.client_id}/credentials/${id}`)).name, 'Own');
  await call(201, 'POST', 'client-grants', { client_id: made.client_id, audience: 'https://api.example.com/', scope: [] });
  assert.equal((await ask(made.client_id, rsa)).status, 200);
});
test('an application proves itself in one way: the one that was said last', async () => {
  const { id } = await add(rsa);
  const secret = () => api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://api.example.com/' });
  assert.equal((await secret()).status, 200);
  assert.equal((await call(200, 'PATCH', 'clients/web', names(id))).token_endpoint_auth_method, undefined);
  assert.equal((await secret()).status, 401);
  const back = await call(200, 'PATCH', 'clients/web', { token_endpoint_auth_method: 'client_secret_post' });
  assert.equal(back.client_authentication_methods, undefined);
  assert.equal((await secret()).status, 200);
  assert.equal((await ask('web', rsa)).status, 401);
});
test('what is no key, no credential or no time is refused', async () => {
  for (const body of [{}, { credential_type: 'public_key' }, { credential_type: 'public_key', pem: 'nonsense' }, { credential_type: 'x509_cert', pem: rsa.pem }, { credential_type: 'public_key', pem: rsa.pem, expires_at: 'tomorrow' }, { credential_type: 'other', pem: rsa.pem }, { credential_type: 'public_key', pem: rsa.key.export({ type: 'pkcs8', format: 'pem' }) }])
    await call(400, 'POST', 'clients/web/credentials', body);
  assert.match((await call(400, 'PATCH', 'clients/web', names('cred_nothing'))).message, /cred_nothing/);
  await call(404, 'GET', 'clients/web/credentials/cred_nothing');
  await call(404, 'POST', 'clients/nothing/credentials', { credential_type: 'public_key', pem: rsa.pem });
  const { id } = await add(rsa);
  assert.match((await call(200, 'PATCH', `clients/web/credentials/${id}`, { expires_at: '2090-01-01T00:00:00Z' })).expires_at, /^2090-01-01T00:00:00/);
});
