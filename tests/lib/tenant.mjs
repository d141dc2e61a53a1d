// The tenant that most tests of the authority use.
export const origin = 'http://localhost:4000';
export const callback = `${origin}/callback`;

const realm = 'http://auth0.com/oauth/grant-type/password-realm';
const otp = 'http://auth0.com/oauth/grant-type/passwordless/otp';
export const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
export const exchangeGrant = 'urn:ietf:params:oauth:grant-type:token-exchange';
export const grants = { realm, otp };

export const app = {
  name: 'Test application', client_id: 'app', app_type: 'spa', callbacks: [callback, 'https://*.example.com/cb'], web_origins: [origin],
  allowed_logout_urls: [`${origin}/bye`], cross_origin_authentication: true,
  grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password', realm, otp, deviceGrant], ostia: { compat: 'auth0-js' },
};
export const web = {
  name: 'Web', client_id: 'web', client_secret: 'web-secret', app_type: 'regular_web', callbacks: [callback],
  allowed_logout_urls: [`${origin}/web-bye`], grant_types: ['authorization_code', 'refresh_token', 'client_credentials', 'password', exchangeGrant, otp],
};
export const strict = { name: 'Strict', client_id: 'strict', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code'] };
export const third = { name: 'Third party', client_id: 'third', app_type: 'spa', callbacks: [callback], is_first_party: false, web_origins: [origin], grant_types: ['authorization_code', 'implicit', 'password'], ostia: { compat: 'auth0-js' } };

export const database = (name, options = {}, more = {}) => ({ name, strategy: 'auth0', options, ...more });

export const extra = {
  databases: [database('Username-Password-Authentication', { brute_force_protection: true })],
  connections: [{ name: 'email', strategy: 'email' }, { name: 'sms', strategy: 'sms' }],
  resourceServers: [
    { name: 'API', identifier: 'https://api.example.com/', scopes: [{ value: 'read:messages', description: 'Read your messages' }, { value: 'write:messages' }], allow_offline_access: true },
    { name: 'Quiet API', identifier: 'https://quiet.example.com/', scopes: [{ value: 'read:it' }] },
    { name: 'Symmetric', identifier: 'https://hs.example.com/', scopes: [{ value: 'read:it' }], signing_alg: 'HS256', signing_secret: 'a-secret-of-the-api-and-nobody-else' },
  ],
  clientGrants: [
    { client_id: 'web', audience: 'https://api.example.com/', scope: ['read:messages'] },
    { client_id: 'web', audience: 'https://quiet.example.com/', scope: ['read:it'] },
  ],
};

export const users = { ada: ['ada@example.com', 'Correct-Horse-9'], grace: ['grace@example.com', 'Battery-Staple-9'], mallory: ['mallory@example.com', 'Blocked-Account-9'] };
