import { generateKeyPairSync } from 'node:crypto';

const tokens = 'verifies access tokens by the published keys';
const api = 'an API: access tokens by the published keys';
const strict = 'with its checks of RFC 9068';

const site = 'a web application: login and profile';
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const jar = {
  client: () => ({ signed_request_object: { required: false, credentials: [{ name: 'jar', credential_type: 'public_key', kid: 'jar', alg: 'RS256', pem: pair.publicKey.export({ type: 'spki', format: 'pem' }) }] } }),
  env: { CLIENT_KEY: JSON.stringify(pair.privateKey.export({ format: 'jwk' })) },
};
const mcp = {
  apis: (app) => [{ name: app, identifier: `${app}/mcp`, scopes: [], allow_offline_access: true }],
  tenant: { tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', resource_parameter_profile: 'compatibility', flags: { enable_dynamic_client_registration: true } } },
};

export const rows = [
  { program: 'jose', script: 'jose.mjs', what: tokens },
  { program: 'jose', variant: strict, script: 'jose-strict.mjs', what: `${tokens}, RFC 9068` },
  { program: 'jsonwebtoken', script: 'jsonwebtoken.mjs', what: `${tokens}, with jwks-rsa` },
  { program: 'jwk-to-pem', script: 'jwk-to-pem.mjs', what: 'the published key as PEM' },
  { program: 'node-jose', script: 'node-jose.mjs', what: tokens },
  { program: 'fast-jwt', script: 'fast-jwt.mjs', what: `${tokens}, with get-jwks` },
  { program: 'aws-jwt-verify', script: 'aws-jwt-verify.mjs', what: tokens },
  { program: '@okta/jwt-verifier', script: 'okta-jwt-verifier.mjs', what: tokens },
  { program: '@tsndr/cloudflare-worker-jwt', script: 'worker-jwt.mjs', what: tokens },
  { program: 'oauth4webapi', variant: strict, script: 'oauth4webapi-tokens.mjs', what: `${tokens}, RFC 9068` },
  { program: 'express-oauth2-jwt-bearer', script: 'express-oauth2-jwt-bearer.mjs', what: `${api}; a scope` },
  { program: 'express-oauth2-jwt-bearer', variant: 'strict', script: 'express-oauth2-jwt-bearer-strict.mjs', what: `${api}, RFC 9068` },
  { program: 'express-jwt', script: 'express-jwt.mjs', what: `${api}, with jwks-rsa` },
  { program: 'passport-jwt', script: 'passport-jwt.mjs', what: `${api}, with jwks-rsa` },
  { program: 'koa-jwt', script: 'koa-jwt.mjs', what: `${api}, with jwks-rsa` },
  { program: 'hapi-auth-jwt2', script: 'hapi-auth-jwt2.mjs', what: `${api}, with jwks-rsa` },
  { program: '@fastify/jwt', script: 'fastify-jwt.mjs', what: `${api}, with get-jwks` },
  { program: 'fastify-auth0-verify', script: 'fastify-auth0-verify.mjs', what: api },
  { program: 'hono', script: 'hono-jwk.mjs', what: `${api}, its jwk middleware` },
  { program: 'hono', variant: strict, script: 'hono-jwk-strict.mjs', what: `${api}, RFC 9068` },
  { program: '@nestjs/passport', script: 'nestjs.mjs', what: `${api}, as a guard` },
  { program: '@envelop/auth0', script: 'envelop-auth0.mjs', what: 'a GraphQL API: access tokens by the published keys' },
  { program: 'openid-client', script: 'openid-client.mjs', what: 'code with PKCE and nonce, profile, renewal, revocation, a pushed request' },
  { program: 'openid-client', variant: 'devices', script: 'openid-client-device.mjs', what: 'the device flow' },
  { program: 'openid-client', variant: 'DPoP', script: 'openid-client-dpop.mjs', what: 'tokens that are bound to a key, RFC 9449' },
  { program: 'openid-client', variant: 'Passport', script: 'openid-client-passport.mjs', what: `${site}, its strategy for Passport` },
  { program: 'openid-client-5', script: 'openid-client-5.mjs', what: 'code with PKCE and nonce, profile, renewal (openid-client before version 6)' },
  { program: 'oauth4webapi', script: 'oauth4webapi.mjs', what: 'code with PKCE and nonce, profile' },
  { program: 'simple-oauth2', script: 'simple-oauth2.mjs', what: 'code, renewal, client credentials' },
  { program: 'client-oauth2', script: 'client-oauth2.mjs', what: 'code, renewal' },
  { program: 'oauth', script: 'oauth.mjs', what: 'code; the profile with the token in the address' },
  { program: '@badgateway/oauth2-client', script: 'badgateway-oauth2-client.mjs', what: 'discovery, code with PKCE, renewal, client credentials' },
  { program: 'axios-oauth-client', script: 'axios-oauth-client.mjs', what: 'code, renewal' },
  { program: 'undici-oidc-interceptor', script: 'undici-oidc-interceptor.mjs', what: 'client credentials' },
  { program: 'arctic', script: 'arctic.mjs', what: 'its Auth0 provider: code with PKCE, renewal, revocation' },
  { program: 'express-openid-connect', script: 'express-openid-connect.mjs', what: `${site}; profile, renewal` },
  { program: 'passport-auth0', script: 'passport-auth0.mjs', what: site },
  { program: 'passport-openidconnect', script: 'passport-openidconnect.mjs', what: site },
  { program: 'passport-oauth2', script: 'passport-oauth2.mjs', what: `${site}; state, PKCE` },
  { program: '@auth/express', script: 'auth-express.mjs', client: (app) => ({ callbacks: [`${app}/auth/callback/auth0`] }), what: `${site}; Auth.js and its Auth0 provider` },
  { program: 'better-auth', script: 'better-auth.mjs', client: (app) => ({ callbacks: [`${app}/api/auth/callback/ostia`] }), what: `${site}, its generic OAuth` },
  { program: '@hono/oidc-auth', script: 'hono-oidc-auth.mjs', what: site },
  { program: '@auth0/auth0-hono', script: 'auth0-hono.mjs', what: site, domain: 'login.ostia.test' },
  { program: 'grant', script: 'grant.mjs', what: `${site}; its Auth0 provider` },
  { program: '@hapi/bell', script: 'hapi-bell.mjs', what: site, note: 'Its provider `auth0` takes no domain with a port; with one, a provider of your own says the same.' },
  { program: '@fastify/oauth2', script: 'fastify-oauth2.mjs', what: `${site}, by discovery, PKCE` },
  { program: '@auth0/auth0-server-js', script: 'auth0-server-js.mjs', what: site },
  { program: '@auth0/auth0-auth-js', script: 'auth0-auth-js.mjs', what: 'code with PKCE, renewal, client credentials' },
  {
    program: '@auth0/auth0-auth-js', variant: 'passkeys', script: 'auth0-auth-js-passkey.mjs', what: 'a sign-up and a login by a passkey that the application asks for',
    client: () => ({ grant_types: ['urn:okta:params:oauth:grant-type:webauthn'] }), tenant: { databases: [{ name: 'Username-Password-Authentication', strategy: 'auth0' }, { name: 'Keys', strategy: 'auth0', options: { authentication_methods: { passkey: { enabled: true } } } }] },
  },
  { program: 'auth0', script: 'auth0.mjs', what: 'the Management API: a user from beginning to end, every list' },
  { program: 'auth0-deploy-cli', script: 'auth0-deploy-cli.mjs', what: 'a tenant written to a file, and that file applied' },
  { program: 'openid-client', variant: 'introspection', script: 'openid-client-introspection.mjs', what: 'an API asks what a token is good for, RFC 7662', client: () => ({ app_type: 'resource_server', resource_server_identifier: 'https://api.example.com/' }) },
  { program: 'openid-client', variant: 'JAR', script: 'openid-client-jar.mjs', what: 'a signed request, RFC 9101', ...jar },
  { program: '@auth0/nextjs-auth0', script: 'nextjs-auth0.mjs', what: site, domain: 'login.ostia.test', client: (app) => ({ callbacks: [`${app}/auth/callback`] }) },
  { program: '@modelcontextprotocol/sdk', script: 'mcp-client.mjs', what: 'a client and a server: metadata, registration, `resource`, a tool', ...mcp },
  { program: 'mcp-remote', script: 'mcp-remote.mjs', what: 'nothing registered by hand: metadata, registration, `resource`, a tool', ...mcp },
];
