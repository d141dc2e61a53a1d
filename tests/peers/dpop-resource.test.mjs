// A resource server of somebody else's, which checks tokens that the authority has bound to a key (RFC 9449): oauth4webapi, strict
// about RFC 9068, too.
import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { ProofKey } from '../lib/dpop.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { extra, web } from '../lib/tenant.mjs';

const group = scope(), audience = 'https://bound.example.com/', url = 'https://bound.example.com/things?page=1';
const insecure = { [oauth.allowInsecureRequests]: true };
let authority, as;
before(async () => {
  authority = await startAuthority(group, { clients: [web], extra: {
    ...extra,
    resourceServers: [...extra.resourceServers, { name: 'Bound', identifier: audience, scopes: [{ value: 'read:it' }], token_dialect: 'rfc9068_profile', proof_of_possession: { mechanism: 'dpop', required: true } }],
    clientGrants: [{ client_id: 'web', audience, scope: ['read:it'] }],
  } });
  const issuer = new URL(authority.devIssuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
});

const key = new ProofKey();
async function token() {
  const htu = `${authority.devIssuer}oauth/token`;
  const response = await fetch(htu, { method: 'POST', headers: { dpop: key.proof('POST', htu) }, body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience }) });
  const body = await response.json();
  assert.equal(body.token_type, 'DPoP', JSON.stringify(body));
  return body.access_token;
}
const check = (headers) => oauth.validateJwtAccessToken(as, new Request(url, { headers }), audience, { requireDPoP: true, ...insecure });

test('it takes a token with the proof of its key', async () => {
  const access_token = await token();
  const claims = await check({ authorization: `DPoP ${access_token}`, dpop: key.proof('GET', url, { token: access_token }) });
  assert.deepEqual([claims.client_id, claims.scope, claims.cnf], ['web', 'read:it', { jkt: key.jkt }]);
});

test('and refuses it as a bearer token, and with the proof of another key', async () => {
  const access_token = await token(), other = new ProofKey();
  await assert.rejects(check({ authorization: `Bearer ${access_token}` }));
  await assert.rejects(check({ authorization: `DPoP ${access_token}`, dpop: other.proof('GET', url, { token: access_token }) }), /confirmation|mismatch/i);
});
