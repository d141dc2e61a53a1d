// One of each resource of the Management API: how it is made. `made` fills the slots of paths that belong to others.
import { generateKeyPairSync } from 'node:crypto';

export const pem = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ type: 'spki', format: 'pem' });

/** path → [body, id member]; `n` tells apart those of one kind, `world` has what others need. */
export const resources = (world) => ({
  clients: [(n) => ({ name: `Client ${n}`, app_type: 'regular_web' }), 'client_id'],
  'clients/{id}/credentials': [(n) => ({ credential_type: 'public_key', name: `Key ${n}`, pem }), 'id'],
  connections: [(n) => ({ name: `connection-${n}`, strategy: 'auth0' }), 'id'],
  'resource-servers': [(n) => ({ identifier: `https://api-${n}.example.com/`, name: `API ${n}`, scopes: [{ value: 'read:it', description: 'Read it' }] }), 'id'],
  'client-grants': [(n) => ({ client_id: 'web', audience: world.audiences[n], scope: [] }), 'id'],
  rules: [(n) => ({ name: `Rule ${n}`, script: 'function (user, context, callback) { callback(null, user, context); }' }), 'id'],
  'custom-domains': [(n) => ({ domain: `login-${n}.example.com`, type: 'self_managed_certs' }), 'custom_domain_id'],
  'email-templates': [(n) => ({ template: ['verify_email', 'reset_email', 'welcome_email', 'blocked_account'][n], subject: 'S', body: '<p>x</p>', from: 'a@example.com', syntax: 'liquid', enabled: true }), 'template'],
  'log-streams': [(n) => ({ name: `Stream ${n}`, type: 'http', sink: { httpEndpoint: 'https://logs.example.com/', httpAuthorization: 'Bearer secret-of-the-sink' } }), 'id'],
  roles: [(n) => ({ name: `Role ${n}` }), 'id'],
  organizations: [(n) => ({ name: `organization-${n}`, display_name: `Organization ${n}` }), 'id'],
  'actions/actions': [(n) => ({ name: `Action ${n}`, supported_triggers: [{ id: 'post-login', version: 'v3' }], code: 'exports.onExecutePostLogin = async () => {};', secrets: [{ name: 'KEY', value: 'secret-of-the-action' }] }), 'id'],
  users: [(n) => ({ connection: 'Username-Password-Authentication', email: `person-${n}@example.com`, password: 'Correct-Horse-9', verify_email: false }), 'user_id'],
  // What is kept and not acted upon.
  'network-acls': [(n) => ({ description: `ACL ${n}`, active: true, priority: n + 1, rule: { action: { block: true }, scope: 'tenant', match: { geo_country_codes: ['AQ'] } } }), 'id'],
  'user-attribute-profiles': [(n) => ({ name: `Profile ${n}`, user_attributes: { email: { label: 'E-mail', description: 'Address', auth0_mapping: 'email', profile_required: true } } }), 'id'],
  'connection-profiles': [(n) => ({ name: `Profile ${n}`, enabled_features: ['scim'] }), 'id'],
  'token-exchange-profiles': [(n) => ({ name: `Exchange ${n}`, subject_token_type: `urn:example:${n}`, type: 'custom_authentication', action_id: 'a' }), 'id'],
  'self-service-profiles': [(n) => ({ name: `Service ${n}`, allowed_strategies: ['oidc'] }), 'id'],
  forms: [(n) => ({ name: `Form ${n}` }), 'id'],
  flows: [(n) => ({ name: `Flow ${n}`, actions: [] }), 'id'],
  'flows/vault/connections': [(n) => ({ name: `Vault ${n}`, app_id: 'HTTP', setup: { type: 'BEARER', token: 'secret-of-the-vault' } }), 'id'],
  'event-streams': [(n) => ({ name: `Events ${n}`, subscriptions: [{ event_type: 'user.created' }], destination: { type: 'webhook', configuration: { webhook_endpoint: 'https://x.example.com', webhook_authorization: { method: 'bearer', token: 'secret-of-the-webhook' } } } }), 'id'],
  'rate-limit-policies': [() => ({ resource: 'oauth_authentication_api', consumer: 'client', consumer_selector: 'default', configuration: { action: 'block', limit: 100 } }), 'id'],
  'verifiable-credentials/verification/templates': [(n) => ({ name: `Template ${n}` }), 'id'],
  'branding/phone/providers': [() => ({ name: 'twilio', configuration: { sid: 'AC1', delivery_methods: ['text'] }, credentials: { auth_token: 'secret-of-the-provider' } }), 'id'],
  'branding/phone/templates': [() => ({ type: 'otp_verify', content: { syntax: 'liquid', body: { text: '{{code}}' } } }), 'id'],
  'branding/themes': [(n) => ({ displayName: `Theme ${n}`, colors: { primary_button: '#ffffff' } }), 'themeId'],
  agents: [(n) => ({ name: `Agent ${n}` }), 'id'],
  hooks: [(n) => ({ name: `hook-${n}`, script: 'module.exports = () => {};', triggerId: 'pre-user-registration' }), 'id'],
  'actions/modules': [(n) => ({ name: `Module ${n}`, code: 'module.exports = {};', secrets: [{ name: 'KEY', value: 'secret-of-the-module' }] }), 'id'],
  'organizations/{id}/discovery-domains': [(n) => ({ domain: `shop-${n}.example.com` }), 'id'],
  'connections/{id}/scim-configuration/tokens': [() => ({ scopes: ['get:users'] }), 'token_id'],
  'keys/encryption': [() => ({ type: 'customer-provided-root-key' }), 'kid'],
});
