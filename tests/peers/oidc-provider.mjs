// oidc-provider from npm as the authority: a server that we did not write. Prints its port when it answers.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { Provider } from 'oidc-provider';

const jwk = (type, options, more) => ({ ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }), use: 'sig', ...more });
const keys = [jwk('rsa', { modulusLength: 2048 }, { alg: 'RS256', kid: 'rs' }), jwk('rsa', { modulusLength: 2048 }, { alg: 'PS256', kid: 'ps' }),
  jwk('ec', { namedCurve: 'P-256' }, { alg: 'ES256', kid: 'es' }), jwk('ec', { namedCurve: 'P-384' }, { alg: 'ES384', kid: 'es384' }), jwk('ed25519', {}, { alg: 'EdDSA', kid: 'ed' }),
  jwk('rsa', { modulusLength: 2048 }, { alg: 'RS512', kid: 'rs512' })];
const clientKey = JSON.parse(process.env.CLIENT_JWK ?? '{}');
// Where it is the upstream of an authority, that one's address.
const { DOWNSTREAM: downstream } = process.env;
const downstreamClient = { client_id: 'downstream', client_secret: 'a/secret+of%ours', token_endpoint_auth_method: 'client_secret_basic', redirect_uris: [`${downstream}login/callback`], post_logout_redirect_uris: [`${downstream}v2/logout/callback`], id_token_signed_response_alg: 'ES256' };
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://localhost:${server.address().port}`;
  const algorithms = ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'];
  const native = (alg) => ({ client_id: `native-${alg}`, application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'urn:ietf:params:oauth:grant-type:device_code'], id_token_signed_response_alg: alg });
  const provider = new Provider(issuer, {
    clients: downstream ? [downstreamClient] : [...algorithms.map(native),
      { client_id: 'keyed', token_endpoint_auth_method: 'private_key_jwt', token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [clientKey] }, redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
      { client_id: 'secret', client_secret: 'a/secret+of%ours', token_endpoint_auth_method: 'client_secret_post', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] }],
    jwks: { keys },
    cookies: { keys: ['test'] },
    enabledJWA: { idTokenSigningAlgValues: algorithms, requestObjectSigningAlgValues: ['RS256'], clientAuthSigningAlgValues: ['ES256'] },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, name: 'Foreign Person', email: `${sub}@foreign.example`, email_verified: true }) }),
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    issueRefreshToken: () => true,
    routes: { token: '/oauth/token', authorization: '/authorize', userinfo: '/userinfo', jwks: '/.well-known/jwks.json', pushed_authorization_request: '/oauth/par', device_authorization: '/oauth/device/code', revocation: '/oauth/revoke' },
    features: { devInteractions: { enabled: true }, dPoP: { enabled: true, nonceSecret: Buffer.alloc(32, 7), requireNonce: () => true }, pushedAuthorizationRequests: { enabled: true }, deviceFlow: { enabled: true }, clientCredentials: { enabled: true }, revocation: { enabled: true } },
    rotateRefreshToken: true,
  });
  server.on('request', provider.callback());
  console.log(server.address().port);
});
