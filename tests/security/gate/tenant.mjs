// The tenant that the gate is tried at: one application of each kind, one API that asks roles, and a person for each
// way to prove who somebody is.
import { machine, managementGrant } from '../../lib/management.mjs';
import { database, deviceGrant, exchangeGrant, extra, grants } from '../../lib/tenant.mjs';

export const callback = 'https://app.example/callback', origin = 'https://app.example', secret = 'app-secret';
export const guarded = 'https://guarded.example.com/', plain = 'https://api.example.com/';
export const realm = 'Username-Password-Authentication';
export const webauthnGrant = 'urn:okta:params:oauth:grant-type:webauthn';
export const mfaGrant = (name) => `http://auth0.com/oauth/grant-type/mfa-${name}`;

/** `door`: the connection that the person comes by. */
export const people = {
  ada: { id: 'auth0|ada', sub: 'auth0|ada', email: 'ada@example.com', password: 'Correct-Horse-9', door: realm },
  grace: { id: 'auth0|grace', sub: 'auth0|grace', email: 'grace@example.com', password: 'Battery-Staple-9', door: realm },
  pat: { email: 'pat@example.com', door: 'email' },
  una: { id: 'oidc|acme|u1', sub: 'oidc|acme|u1', email: 'una@example.net', door: 'acme' },
};

export const grantTypes = ['authorization_code', 'refresh_token', 'password', grants.realm, grants.otp, deviceGrant, exchangeGrant, webauthnGrant, ...['otp', 'oob', 'recovery-code'].map(mfaGrant)];
const app = {
  name: 'Application', client_id: 'app', client_secret: secret, app_type: 'regular_web', callbacks: [callback], web_origins: [origin], initiate_login_uri: `${origin}/login`,
  cross_origin_authentication: true, organization_usage: 'allow', grant_types: grantTypes,
};
const clients = [app, { ...app, name: 'Teams', client_id: 'team', organization_usage: 'require' }, { ...app, name: 'Third party', client_id: 'third', is_first_party: false }, machine];

export const tenant = (upstream) => ({
  clients,
  extra: {
    ...extra,
    databases: [database(realm, { brute_force_protection: false, authentication_methods: { passkey: { enabled: true } } })],
    connections: [{ name: 'email', strategy: 'email' }, upstream.connection('acme')],
    resourceServers: [...extra.resourceServers, { name: 'Guarded', identifier: guarded, scopes: [{ value: 'read:it' }], enforce_policies: true, token_dialect: 'access_token_authz', allow_offline_access: true }],
    organizations: [{ name: 'acme' }],
    guardianFactors: ['otp', 'email', 'recovery-code'].map((name) => ({ name, enabled: true })),
    clientGrants: [managementGrant(), ...['app', 'team', 'third'].map((client_id) => ({ client_id, audience: guarded, scope: ['read:it'] }))],
  },
});
