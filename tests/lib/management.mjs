// The Management API as a machine calls it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { root } from '../../tools/lib.mjs';
import { Api } from './authority.mjs';

const nouns = 'users users_app_metadata clients client_keys client_grants connections connections_options resource_servers rules rules_configs actions custom_domains email_templates email_provider log_streams roles role_members organizations organization_connections organization_members organization_member_roles organization_invitations organization_client_grants tenant_settings branding prompts attack_protection guardian_factors mfa_policies guardian_enrollments authentication_methods logs logs_users stats user_tickets sessions refresh_tokens grants device_credentials signing_keys phone_providers phone_templates self_service_profiles forms flows flows_vault_connections event_streams token_exchange_profiles supplemental_signals hooks user_idp_tokens administrators client_credentials network_acls user_attribute_profiles connection_profiles self_service_profile_custom_texts rate_limit_policies groups vcs_templates scim_config scim_token directory_provisionings organization_discovery_domains organization_clients agents custom_signing_keys encryption_keys connections_keys anomaly_blocks'.split(' ');
const all = nouns.flatMap((noun) => ['read', 'create', 'update', 'delete'].map((verb) => `${verb}:${noun}`));

export const machine = { name: 'Machine', client_id: 'machine', client_secret: 'machine-secret', app_type: 'non_interactive', grant_types: ['client_credentials'] };
/** A grant for all of the Management API, or for some scopes of it. */
export const managementGrant = (scope = all, client_id = 'machine') => ({ client_id, audience: '{issuer}api/v2/', scope });

/** Calls of `/api/v2/` with a machine's token, over the plain-HTTP domain of `--dev`. */
export class Management extends Api {
  async authenticate(client_id = 'machine', client_secret = 'machine-secret') {
    const { body } = await this.token({ grant_type: 'client_credentials', client_id, client_secret, audience: `${this.issuer}api/v2/` });
    this.bearer = body.access_token;
    return this;
  }

  async call(method, path, body, token = this.bearer) {
    const response = await fetch(`${this.issuer}api/v2/${path}`, {
      method, headers: { ...(token && { authorization: `Bearer ${token}` }), ...(body !== undefined && !(body instanceof FormData) && { 'content-type': 'application/json' }) },
      body: body === undefined || body instanceof FormData ? body : JSON.stringify(body),
    });
    const text = await response.text();
    return { status: response.status, text, body: text && response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : undefined };
  }
}

/** Runs a Node program that trusts the authority's certificate; its exit code and what it wrote. */
export function runNode(authority, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NODE_EXTRA_CA_CERTS: join(authority.data, 'ca.pem'), ...env } });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (d) => (output += d));
    child.on('close', (code) => resolve({ code, output }));
  });
}
export const readText = (file) => readFileSync(file, 'utf8');
