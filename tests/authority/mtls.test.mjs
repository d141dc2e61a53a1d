// AZ-646: clients that show a certificate to the proxy in front (RFC 8705), and tokens that are bound to it.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Certificate } from '../lib/client-certificate.mjs';
import { Management, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, database, extra, web } from '../lib/tenant.mjs';

const group = scope(), bound = 'https://by-certificate.example.com/', plain = 'https://api.example.com/';
const own = new Certificate(), stranger = new Certificate(), named = new Certificate('/C=DE/O=Example, Inc./CN=Jürgen');
const bySelf = (more) => ({ ...web, client_secret: undefined, token_endpoint_auth_method: undefined, ...more });
const clients = [
  app, web,
  bySelf({ client_id: 'self', name: 'Self', client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ thumbprint_sha256: own.thumbprint }] } } }),
  bySelf({ client_id: 'self-pem', name: 'Self by PEM', client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ pem: own.pem }] } } }),
  bySelf({ client_id: 'named', name: 'Named', client_authentication_methods: { tls_client_auth: { credentials: [{ subject_dn: 'cn=Jürgen, O=Example\\, Inc.,C=DE' }] } } }),
  bySelf({ client_id: 'named-pem', name: 'Named by PEM', client_authentication_methods: { tls_client_auth: { credentials: [{ pem: named.pem }] } } }),
  bySelf({ client_id: 'must', name: 'Must', require_proof_of_possession: true, client_authentication_methods: { self_signed_tls_client_auth: { credentials: [{ pem: own.pem }] } } }),
  { ...web, client_id: 'wanting', name: 'Wanting', require_proof_of_possession: true },
];
const options = {
  clients, extra: {
    ...extra, databases: [database('Username-Password-Authentication')],
    resourceServers: [...extra.resourceServers, { name: 'Bound', identifier: bound, scopes: [{ value: 'read:it' }], allow_offline_access: true, proof_of_possession: { mechanism: 'mtls', required: true } }],
    clientGrants: clients.filter((one) => one !== app).flatMap(({ client_id }) => [managementGrant(['read:clients'], client_id), { client_id, audience: plain, scope: ['read:messages'] }, { client_id, audience: bound, scope: ['read:it'] }]),
  },
};
let api, distrusting;
before(async () => {
  [api, distrusting] = await Promise.all([['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '::1'], []].map(async (args) => new Management(await startAuthority(group, { ...options, args }))));
});
beforeEach(() => Promise.all([api.reset(), distrusting.reset()]));

const machine = (client_id, more) => ({ grant_type: 'client_credentials', client_id, audience: plain, ...more });
const secret = { client_secret: 'web-secret' };
const refused = (answer, status, error, reason) => assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [status, error, reason], answer.text);
const thumbprint = (answer) => {
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.body.token_type, 'Bearer');
  return decode(answer.body.access_token).cnf?.['x5t#S256'];
};

row('AZ-646', 'd', 'client authentication', 'self_signed_tls_client_auth and tls_client_auth, by the header of a proxy that is trusted', 'the client with that certificate, or that verified name; 401 for others', async () => {
  for (const client of ['self', 'self-pem']) {
    for (const headers of [own.headers(), own.field()]) assert.equal((await api.token(machine(client), headers)).status, 200);
    for (const headers of [stranger.headers('SUCCESS'), stranger.field()]) refused(await api.token(machine(client), headers), 401, 'invalid_client', 'client_certificate_unknown');
  }
  for (const client of ['named', 'named-pem']) {
    assert.equal((await api.token(machine(client), named.headers('SUCCESS'))).status, 200);
    for (const verified of ['NONE', 'FAILED:self-signed certificate', '', 'success']) refused(await api.token(machine(client), named.headers(verified)), 401, 'invalid_client', 'client_certificate_unverified');
    refused(await api.token(machine(client), named.field()), 401, 'invalid_client', 'client_certificate_unverified');
    refused(await api.token(machine(client), own.headers('SUCCESS')), 401, 'invalid_client', 'client_certificate_unknown');
  }
  for (const client of ['self', 'named'])
    for (const headers of [{}, { 'client-certificate': '' }, { 'client-certificate': 'x' }, { 'client-certificate': '%' }, { 'client-cert': own.der.toString('base64') }, { 'client-cert': ':x:' }, { 'client-cert': ':' }, { 'client-certificate': encodeURIComponent(own.pem.slice(0, -60)) }])
      refused(await api.token(machine(client, secret), headers), 401, 'invalid_client', 'client_certificate_missing');
  const { body } = await api.get('/.well-known/openid-configuration');
  assert.equal(body.tls_client_certificate_bound_access_tokens, true);
  for (const method of ['tls_client_auth', 'self_signed_tls_client_auth']) assert.ok(body.token_endpoint_auth_methods_supported.includes(method));
});

test('of anybody else such a header is not believed', async () => {
  for (const headers of [own.headers('SUCCESS'), own.field()]) refused(await distrusting.token(machine('self'), headers), 401, 'invalid_client', 'client_certificate_missing');
  refused(await distrusting.token(machine('web', { ...secret, audience: bound }), own.headers('SUCCESS')), 400, 'invalid_request', 'proof_missing');
});

test('of several values the last is the word of the proxy', async () => {
  const both = { 'client-certificate': `${own.headers()['client-certificate']}, ${stranger.headers()['client-certificate']}` };
  refused(await api.token(machine('self'), both), 401, 'invalid_client', 'client_certificate_unknown');
});

test('tokens of an API that wants it are bound to the certificate, of whatever client', async () => {
  for (const [client, more, certificate] of [['web', secret, stranger], ['self', {}, own]]) {
    assert.equal(thumbprint(await api.token(machine(client, { ...more, audience: bound }), certificate.headers())), certificate.thumbprint);
    assert.equal(thumbprint(await api.token(machine(client, more), certificate.headers())), undefined);
  }
  refused(await api.token(machine('web', { ...secret, audience: bound })), 400, 'invalid_request', 'proof_missing');
});

test('an application that wants proof of possession: by the certificate that it authenticates with, and by no other one', async () => {
  assert.equal(thumbprint(await api.token(machine('must'), own.headers())), own.thumbprint);
  refused(await api.token(machine('wanting', secret), own.headers()), 400, 'invalid_request', 'proof_missing');
});

test('refresh tokens of a public client are bound to it', async () => {
  const ask = { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: bound, scope: 'openid offline_access read:it' };
  const first = await api.token(ask, own.headers());
  assert.equal(thumbprint(first), own.thumbprint);
  const refresh = { grant_type: 'refresh_token', client_id: 'app', refresh_token: first.body.refresh_token };
  for (const headers of [{}, stranger.headers('SUCCESS')]) refused(await api.token(refresh, headers), 403, 'invalid_grant', 'proof_of_another_key');
  assert.equal(thumbprint(await api.token(refresh, own.headers())), own.thumbprint);
});

test('resources of the authority take a bound token with its certificate alone', async () => {
  const ask = { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience: bound, scope: 'openid' };
  const { access_token } = (await api.token(ask, own.headers())).body;
  const managing = (await api.token(machine('must', { audience: `${api.issuer}api/v2/` }), own.headers())).body.access_token;
  for (const [path, token] of [['/userinfo', access_token], ['/api/v2/clients', managing]]) {
    assert.equal((await api.get(path, { authorization: `Bearer ${token}`, ...own.headers() })).status, 200);
    assert.equal((await api.get(path, { authorization: `Bearer ${token}`, ...own.field() })).status, 200);
    for (const headers of [{}, stranger.headers('SUCCESS')]) {
      const answer = await api.get(path, { authorization: `Bearer ${token}`, ...headers });
      assert.equal(answer.status, 401, answer.text);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer error="invalid_token"/);
    }
  }
});
