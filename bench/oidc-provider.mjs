// The peer: oidc-provider from npm with its store in memory, set up for what is measured. Prints its port.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const key = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'rs' };
const audience = 'https://api.example.com/';
const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const provider = new Provider(`http://localhost:${server.address().port}`, {
    clients: [
      { client_id: 'machine', client_secret: 'machine-secret', token_endpoint_auth_method: 'client_secret_post', redirect_uris: [], response_types: [], grant_types: ['client_credentials'] },
      { client_id: 'app', token_endpoint_auth_method: 'none', redirect_uris: ['https://app.example.com/callback'], response_types: ['code', 'id_token token'], grant_types: ['authorization_code', 'implicit', 'refresh_token'] },
    ],
    jwks: { keys: [key] },
    cookies: { keys: ['bench'] },
    findAccount: (ctx, sub) => ({ accountId: sub, claims: () => ({ sub, email: 'ada@example.com', email_verified: true, name: 'Ada Lovelace' }) }),
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
    responseTypes: ['code', 'id_token token'],
    issueRefreshToken: () => true,
    rotateRefreshToken: true,
    pkce: { required: () => false },
    features: {
      devInteractions: { enabled: true }, clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, defaultResource: () => undefined, useGrantedResource: () => true, getResourceServerInfo: () => ({ scope: 'read:messages', audience, accessTokenFormat: 'jwt', accessTokenTTL: 3600, jwt: { sign: { alg: 'RS256' } } }) },
    },
  });
  server.on('request', provider.callback());
  console.log(server.address().port);
});
