// Each resource of the Management API as programs of the vendor's meet it: made, shown with the members that are always there, sent back
// as it was shown, listed to the end, and gone. All of it goes by the description of the API, so a new resource is in these tests.
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { before, beforeEach, describe, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { pem, resources } from '../lib/resources.mjs';
import { folder, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, web } from '../lib/tenant.mjs';

const group = scope();
const reader = { ...machine, name: 'Reader', client_id: 'reader' };
let authority, api, description;
before(async () => {
  authority = await startAuthority(group, { clients: [app, web, machine, reader], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant(), managementGrant(['read:log_streams', 'read:flows_vault_connections', 'read:phone_providers', 'read:event_streams'], 'reader')] } });
  api = await new Management(authority).authenticate();
  description = (await api.get('/api/v2/openapi.json')).body;
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const call = async (status, ...args) => {
  const answer = await api.call(...args);
  assert.equal(answer.status, status, `${args[0]} ${args[1]}: ${answer.text}`);
  return answer.body;
};
const operations = () => Object.entries(description.paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path: path.slice(1), method: method.toUpperCase(), operation })));
const has = (path, method) => description.paths[`/${path}`]?.[method.toLowerCase()];

/** Makes things; ids by path. */
async function make(path, n = 0, world = {}) {
  const all = resources({ audiences: world.audiences });
  const at = path.replace('{id}', encodeURIComponent(world.parent ?? ''));
  const answer = await api.call('POST', at, all[path][0](n));
  assert.ok(answer.status === 201 || answer.status === 200, `POST ${at}: ${answer.text}`);
  const id = answer.body[all[path][1]];
  assert.equal(typeof id, 'string', `POST ${at}: no ${all[path][1]}`);
  return { id, at: `${at}/${encodeURIComponent(id)}`, body: answer.body };
}
const audiences = async (count) => Promise.all(Array.from({ length: count }, async (_, n) => (await call(201, 'POST', 'resource-servers', { identifier: `https://granted-${n}.example.com/`, name: `${n}` })).identifier));
async function parentOf(path) {
  if (path.startsWith('clients/')) return (await make('clients', 90)).id;
  if (path.startsWith('connections/')) return (await make('connections', 90)).id;
  if (path.startsWith('organizations/')) return (await make('organizations', 90)).id;
}

const paths = Object.keys(resources({}));
const item = (path) => Object.keys(description.paths).map((p) => p.slice(1)).find((p) => new RegExp(`^${path.replace(/[{}]/g, '\\$&')}/\\{\\w+\\}$`).test(p));

describe('each resource is made, found, sent back as it was shown, and gone', () => {
  for (const path of paths)
    test(path, async () => {
      const made = await make(path, 0, { audiences: path === 'client-grants' ? await audiences(1) : [], parent: await parentOf(path) });
      if (!has(item(path), 'get')) return;
      const shown = await call(200, 'GET', made.at);
      for (const name of Object.keys(made.body)) if (!/secret|token$/.test(name)) assert.ok(name in shown, `${name} is in what POST answers, and not in what GET does`);
      for (const method of ['patch', 'put'])
        if (has(item(path), method)) {
          const answer = await api.call(method.toUpperCase(), made.at, shown);
          assert.equal(answer.status, 200, `${method} ${made.at}: ${answer.text}`);
          const again = await call(200, 'GET', made.at);
          for (const body of [shown, again]) for (const name of ['updated_at', 'updated_on']) delete body[name];
          if (shown.deployed_version === undefined) assert.deepEqual(again, shown);
        }
      if (!has(item(path), 'delete')) return;
      assert.ok([200, 202, 204].includes((await api.call('DELETE', made.at)).status));
      assert.equal((await api.call('GET', made.at)).status, 404);
    });
  test('and none of the description is left out', () => {
    const made = operations().filter(({ path, method }) => method === 'POST' && item(path) && has(item(path), 'get') && has(path, 'get')).map(({ path }) => path);
    const others = ['organizations/{id}/invitations', 'organizations/{id}/clients', 'organizations/{id}/connections', 'organizations/{id}/enabled_connections', 'actions/modules/{id}/versions', 'users/{id}/authentication-methods'];
    assert.deepEqual(made.filter((path) => !paths.includes(path) && !others.includes(path)), []);
  });
});

describe('each setting, sent back as it was shown, changes nothing', () => {
  test('settings of which there is one each', async () => {
    const parents = { users: 'auth0%7Cada', connections: (await make('connections', 91)).id, prompts: 'login', 'self-service-profiles': (await make('self-service-profiles', 91)).id };
    await call(201, 'POST', `connections/${parents.connections}/scim-configuration`);
    await call(201, 'POST', `connections/${parents.connections}/directory-provisioning`, {});
    await call(201, 'POST', 'emails/provider', { name: 'smtp', credentials: { smtp_host: 'localhost', smtp_port: 25, smtp_user: 'u', smtp_pass: 'secret-of-the-mail' } });
    await make('custom-domains', 91);
    let seen = 0;
    for (const { path, method } of operations()) {
      if (!['PATCH', 'PUT'].includes(method) || paths.some((p) => item(p) === path) || !has(path, 'get')) continue;
      if (/bindings|\/clients|connections\/\{connection_id\}|synchronized-groups|keys\/custom-signing|custom-domains\/default|templates\/universal-login/.test(path)) continue;
      const at = path.replace('{id}', parents[path.split('/')[0]] ?? 'x').replace('{prompt}', 'login').replace('{language}', 'en').replace('{page}', 'get-started').replaceAll('{screen}', 'login').replace('{provider}', 'sns');
      const shown = await call(200, 'GET', at);
      const answer = await api.call(method, at, shown);
      assert.equal(answer.status, 200, `${method} ${at} ${JSON.stringify(shown)}: ${answer.text}`);
      const again = await call(200, 'GET', at);
      for (const body of [shown, again]) for (const name of ['updated_at', 'updated_on']) delete body[name];
      assert.deepEqual(again, shown, at);
      seen += 1;
    }
    assert.ok(seen > 25, `${seen}`);
  });
  test('a member that nobody may set is taken as it is shown, and refused as something else', async () => {
    const { at } = await make('clients');
    const shown = await call(200, 'GET', at);
    assert.equal((await api.call('PATCH', at, { tenant: shown.tenant, name: 'Other' })).status, 200);
    const refused = await api.call('PATCH', at, { tenant: 'another' });
    assert.equal(refused.status, 400);
    assert.match(refused.body.message, /Additional properties not allowed: tenant/);
    const kept = await make('network-acls');
    assert.match((await api.call('PATCH', kept.at, { id: 'acl_other' })).body.message, /Additional properties not allowed: id/);
    assert.match((await api.call('POST', 'network-acls', { ...resources({})['network-acls'][0](1), id: 'mine' })).body.message, /Additional properties not allowed: id/);
  });
});

describe('each list ends, page by page and from checkpoint to checkpoint', () => {
  const count = 3;
  async function fill() {
    const world = { audiences: await audiences(count) };
    const own = {};
    for (const path of paths) {
      const parent = await parentOf(path).catch(() => undefined) ?? undefined;
      if (path.includes('{id}')) own[path] = parent;
      for (let n = 0; n < count; n += 1) await make(path, n, { ...world, parent }).catch((e) => { if (!/409/.test(e.message)) throw e; });
    }
    return own;
  }
  const items = (body) => (Array.isArray(body) ? body : Object.values(body).find(Array.isArray) ?? []);
  async function walk(at, next) {
    let seen = 0;
    for (let step = 0; step < 400; step += 1) {
      const query = next(step);
      const answer = await api.call('GET', `${at}?${query}`);
      assert.equal(answer.status, 200, `${at}?${query}: ${answer.text}`);
      const here = items(answer.body);
      assert.ok(here.length <= 1, `${at}?${query}: ${here.length} items of a page of one`);
      seen += here.length;
      if (!next.cursor) {
        if (here.length === 0) return seen;
      } else if (!answer.body.next) return seen;
      else next.from = answer.body.next;
    }
    assert.fail(`${at} has no end`);
  }
  test('all lists of the description', async () => {
    const own = await fill();
    const user = encodeURIComponent('auth0|ada');
    let lists = 0;
    const [connection] = await call(200, 'GET', 'connections?name=connection-0');
    const [organization] = await call(200, 'GET', 'organizations');
    const [role] = await call(200, 'GET', 'roles');
    const { modules: [module] } = await call(200, 'GET', 'actions/modules');
    const { actions: [action] } = await call(200, 'GET', 'actions/actions');
    const [grant] = await call(200, 'GET', 'client-grants?client_id=web');
    const ids = { users: user, clients: 'web', connections: connection.id, organizations: organization.id, roles: role.id, 'actions/modules': module.id, 'actions/actions': action.id, 'client-grants': grant.id, 'actions/triggers': 'post-login' };
    for (const { path, method, operation } of operations()) {
      const names = (operation.parameters ?? []).filter((p) => p.in === 'query').map((p) => p.name);
      if (method !== 'GET' || !(names.includes('per_page') || names.includes('take')) || path.startsWith('logs') || path === 'users-by-email') continue;
      const holder = Object.keys(ids).find((p) => path.startsWith(`${p}/{`));
      const at = path.replace('{id}', own[path] ?? ids[holder] ?? 'x').replace('{user_id}', user).replace('{role_id}', role.id);
      if (path.includes('members/{user_id}')) continue;  // who is no member has none
      if (names.includes('per_page')) await walk(at, (step) => `page=${step}&per_page=1&include_totals=${step % 2 === 0}`);
      if (names.includes('take')) {
        const next = () => `take=1${next.from ? `&from=${encodeURIComponent(next.from)}` : ''}`;
        next.cursor = true;
        const seen = await walk(at, next);
        if (paths.includes(path) && path !== 'branding/themes') assert.ok(seen >= 1, `${path}: ${seen}`);
      }
      lists += 1;
    }
    assert.ok(lists > 50, `${lists}`);
  });
  test('a page that is asked for in empty words is the first', async () => {
    for (const list of ['clients', 'users', 'network-acls', 'actions/triggers/post-login/bindings']) await call(200, 'GET', `${list}?page=&per_page=&include_totals=`);
    await call(200, 'GET', 'organizations?from=&take=');
  });
});

describe('members that are always there', () => {
  const always = {
    clients: ['client_id', 'tenant', 'global', 'is_first_party', 'oidc_conformant', 'signing_keys.0.cert', 'refresh_token.rotation_type', 'refresh_token.leeway', 'jwt_configuration.lifetime_in_seconds', 'custom_login_page_on', 'is_token_endpoint_ip_header_trusted', 'sso_disabled', 'cross_origin_authentication', 'grant_types'],
    connections: ['id', 'name', 'strategy', 'realms', 'is_domain_connection', 'authentication.active', 'connected_accounts.active', 'enabled_clients', 'options.mfa.active', 'options.passwordPolicy', 'options.authentication_methods.password.enabled', 'options.passkey_options', 'options.strategy_version', 'options.brute_force_protection'],
    'resource-servers': ['id', 'identifier', 'is_system', 'scopes', 'signing_alg', 'token_lifetime', 'token_lifetime_for_web', 'allow_offline_access', 'skip_consent_for_verifiable_first_party_clients', 'subject_type_authorization.user.policy'],
    'client-grants': ['id', 'client_id', 'audience', 'scope', 'subject_type'],
    'custom-domains': ['custom_domain_id', 'domain', 'primary', 'status', 'type', 'verification.methods.0.name', 'verification.methods.0.record', 'tls_policy', 'is_default', 'created_at'],
    'log-streams': ['id', 'name', 'type', 'status', 'sink.httpEndpoint', 'isPriority'],
    roles: ['id', 'name', 'description', 'type'],
    organizations: ['id', 'name', 'display_name', 'third_party_client_access', 'is_app_entitlement_active'],
    'actions/actions': ['id', 'name', 'supported_triggers', 'code', 'dependencies', 'runtime', 'status', 'secrets.0.updated_at', 'all_changes_deployed', 'created_at', 'updated_at'],
    'network-acls': ['id', 'created_at', 'updated_at', 'tenant_id'],
    'branding/phone/providers': ['id', 'tenant', 'channel', 'disabled', 'created_at'],
    'self-service-profiles': ['id', 'description', 'user_attributes', 'allowed_strategies', 'created_at'],
  };
  const settings = {
    'tenants/settings': ['flags.universal_login', 'flags.enable_sso', 'flags.revoke_refresh_token_grant', 'sandbox_versions_available', 'session_cookie.mode', 'oidc_logout', 'sessions', 'universal_login.colors', 'resource_parameter_profile', 'enabled_locales', 'default_audience'],
    branding: ['colors.primary', 'colors.page_background', 'logo_url', 'favicon_url'],
    'attack-protection/captcha': ['active_provider_id', 'simple_captcha', 'hcaptcha.site_key', 'arkose.client_subdomain'],
    'attack-protection/suspicious-ip-throttling': ['stage.pre-custom-token-exchange.max_attempts'],
    'attack-protection/breached-password-detection': ['stage.pre-user-registration.shields'],
    prompts: ['universal_login_experience', 'identifier_first', 'webauthn_platform_first_factor'],
    'prompts/login/screen/login/rendering': ['prompt', 'screen', 'rendering_mode', 'context_configuration'],
    'guardian/factors/push-notification/selected-provider': ['provider'],
    'guardian/factors/phone/message-types': ['message_types'],
  };
  const found = (body, name) => name.split('.').reduce((v, part) => (v === undefined || v === null ? undefined : v[part]), body);
  const lacks = (body, names) => names.filter((name) => found(body, name) === undefined);
  for (const [path, names] of Object.entries(always))
    test(path, async () => {
      const { at } = await make(path, 0, { audiences: path === 'client-grants' ? await audiences(1) : [] });
      assert.deepEqual(lacks(await call(200, 'GET', at), names), []);
    });
  for (const [path, names] of Object.entries(settings)) test(path, async () => assert.deepEqual(lacks(await call(200, 'GET', path), names), []));
  test('the members of an action that runs, and of what a trigger runs', async () => {
    const { at, body } = await make('actions/actions');
    const version = await call(200, 'POST', `${at}/deploy`);
    assert.deepEqual(lacks(version, ['id', 'number', 'code', 'runtime', 'dependencies', 'secrets', 'built_at', 'supported_triggers', 'action.all_changes_deployed']), []);
    await call(200, 'PATCH', 'actions/triggers/post-login/bindings', { bindings: [{ ref: { type: 'action_id', value: body.id } }] });
    const { bindings } = await call(200, 'GET', 'actions/triggers/post-login/bindings');
    assert.deepEqual(lacks(bindings[0], ['id', 'created_at', 'action.current_version.build_time', 'action.deployed_version.id']), []);
    assert.deepEqual((await call(200, 'GET', 'actions/triggers/post-login/bindings?page=1&per_page=100')).bindings, []);
    assert.deepEqual((await call(200, 'GET', 'actions/triggers/custom-token-exchange/bindings')).bindings, []);
    assert.equal((await api.call('DELETE', `${at}?force=true`)).status, 204);
  });
});

describe('the statuses of the vendor', () => {
  for (const [path, created, deleted] of [['roles', 200, 200], ['connections', 201, 202], ['log-streams', 200, 204], ['organizations', 201, 204], ['network-acls', 201, 200], ['branding/themes', 200, 204]])
    test(path, async () => {
      const answer = await api.call('POST', path, resources({})[path][0](0));
      assert.equal(answer.status, created, answer.text);
      assert.equal((await api.call('DELETE', `${path}/${answer.body[resources({})[path][1]]}`)).status, deleted);
    });
  test('a method that an address has not: 405, with those that it has', async () => {
    for (const [method, path] of [['PUT', 'users'], ['DELETE', 'clients'], ['POST', 'tenants/settings'], ['PATCH', 'network-acls']]) {
      const response = await fetch(`${api.issuer}api/v2/${path}`, { method, headers: { authorization: `Bearer ${api.bearer}` } });
      assert.equal(response.status, 405, `${method} ${path}`);
      assert.match(response.headers.get('allow'), /GET/);
      assert.equal((await response.json()).statusCode, 405);
    }
    assert.equal((await api.call('PUT', 'nothing')).status, 404);
  });
});

describe('who may use what', () => {
  test('a new connection is for no application unless it says so; one of a tenant file that says nothing is for all', async () => {
    const { at } = await make('connections');
    assert.deepEqual((await call(200, 'GET', at)).enabled_clients, []);
    assert.deepEqual((await call(200, 'GET', `${at}/clients`)).clients, []);
    const named = await call(201, 'POST', 'connections', { name: 'named', strategy: 'auth0', enabled_clients: ['web'] });
    assert.deepEqual(named.enabled_clients, ['web']);
    const [usual] = await call(200, 'GET', 'connections?name=Username-Password-Authentication');
    assert.ok(usual.enabled_clients.includes('app') && usual.enabled_clients.includes('web'));
    const { connections } = await call(200, 'GET', 'clients/web/connections');
    assert.ok(connections.some((one) => one.name === 'named') && !connections.some((one) => one.name === 'connection-0'));
  });
  test('a connection that an organization has turned off is no door', async () => {
    const { id } = await make('organizations');
    const { id: connection } = await make('connections');
    const door = await call(201, 'POST', `organizations/${id}/connections`, { connection_id: connection, is_enabled: false });
    assert.equal(door.is_enabled, false);
    assert.deepEqual((await call(200, 'GET', `organizations/${id}/connections?is_enabled=true`)), []);
    assert.equal((await call(200, 'GET', `organizations/${id}/connections?is_enabled=false`)).length, 1);
    assert.equal((await call(200, 'PATCH', `organizations/${id}/connections/${connection}`, { is_enabled: true })).is_enabled, true);
  });
  test('what users may be asked for is a grant of its own, and no machine gets a token by it', async () => {
    const grant = { client_id: 'web', audience: (await audiences(1))[0], scope: [] };
    const asUsers = await call(201, 'POST', 'client-grants', { ...grant, subject_type: 'user' });
    const ask = () => api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: grant.audience });
    assert.equal((await ask()).status, 403);
    const own = await call(201, 'POST', 'client-grants', grant);
    assert.notEqual(own.id, asUsers.id);
    assert.equal((await ask()).status, 200);
    assert.deepEqual((await call(200, 'GET', 'client-grants?client_id=web&subject_type=user')).map((one) => one.id), [asUsers.id]);
    assert.equal((await api.call('POST', 'client-grants', { ...grant, subject_type: 'user' })).status, 409);
    await call(204, 'DELETE', `client-grants/${own.id}`);
    assert.equal((await ask()).status, 403);
  });
  test('client grants of an organization: given, listed from both sides, taken back', async () => {
    const { id } = await make('organizations');
    const { id: grant } = await call(201, 'POST', 'client-grants', { client_id: 'web', audience: (await audiences(1))[0], scope: [] });
    assert.equal((await api.call('POST', `organizations/${id}/client-grants`, { grant_id: grant })).status, 400);
    await call(200, 'PATCH', `client-grants/${grant}`, { organization_usage: 'allow' });
    assert.equal((await call(201, 'POST', `organizations/${id}/client-grants`, { grant_id: grant })).audience, 'https://granted-0.example.com/');
    const listed = await call(200, 'GET', `organizations/${id}/client-grants?include_totals=true`);
    assert.deepEqual([listed.client_grants.length, listed.total, listed.start], [1, 1, 0]);
    assert.deepEqual((await call(200, 'GET', `client-grants/${grant}/organizations`)).map((o) => o.id), [id]);
    await call(204, 'DELETE', `organizations/${id}/client-grants/${grant}`);
    assert.deepEqual((await call(200, 'GET', `organizations/${id}/client-grants?include_totals=true`)).client_grants, []);
  });
  test('an identifier that is escaped twice finds what one escaped once does', async () => {
    const { body } = await make('resource-servers');
    for (const escaped of [encodeURIComponent(body.identifier), encodeURIComponent(encodeURIComponent(body.identifier))]) assert.equal((await call(200, 'GET', `resource-servers/${escaped}`)).id, body.id);
  });
});

describe('what is kept and not acted upon', () => {
  const secrets = { 'flows/vault/connections': 'secret-of-the-vault', 'branding/phone/providers': 'secret-of-the-provider', 'event-streams': 'secret-of-the-webhook', 'actions/modules': 'secret-of-the-module' };
  for (const [path, secret] of Object.entries(secrets))
    test(`${path}: its secret is never shown, and stays when the rest is changed`, async () => {
      const made = await make(path);
      assert.ok(!JSON.stringify(made.body).includes(secret));
      const changed = await api.call('PATCH', made.at, { name: 'Another' });
      assert.equal(changed.status, 200, changed.text);
      assert.ok(!changed.text.includes(secret) && !(await api.call('GET', path)).text.includes(secret));
      const log = await api.call('GET', 'logs?per_page=100');
      assert.ok(!log.text.includes(secret));
      const exported = await runOstia(['export', '--data', authority.data]);
      assert.ok(exported.stdout.includes(secret), 'a tenant file has it');
      assert.ok(!(await runOstia(['export', '--without-secrets', '--data', authority.data])).stdout.includes(secret));
    });
  for (const webhook_authorization of [{ method: 'basic', username: 'u', password: 'a-secret-of-it' }, { method: 'bearer', token: 'a-secret-of-it' }, { method: 'custom_header', header_key: 'X-Key', header_value: 'a-secret-of-it' }])
    test(`event-streams: the secret of ${webhook_authorization.method} is never shown or logged`, async () => {
      const made = await api.call('POST', 'event-streams', { name: 'n', subscriptions: [{ event_type: 'user.created' }], destination: { type: 'webhook', configuration: { webhook_endpoint: 'https://hook.example/', webhook_authorization } } });
      assert.equal(made.status, 201, made.text);
      for (const { text } of [made, await api.call('GET', `event-streams/${made.body.id}`), await api.call('GET', 'event-streams'), await api.call('GET', 'logs?per_page=100')]) assert.ok(!text.includes('a-secret-of-it'), text);
      assert.ok(!JSON.stringify(await api.logs()).includes('a-secret-of-it'));
    });
  const said = 'a-secret-of-it', hidden = {
    'a phone provider': () => ['POST', 'branding/phone/providers', { name: 'custom', configuration: {}, credentials: { anything: said } }],
    'an addon': () => ['PATCH', 'clients/web', { addons: { sap_api: { servicePassword: said }, azure_blob: { storageAccessKey: said }, wams: { masterkey: said }, azure_sb: { sasKey: said } } }],
    'a key of a connection': () => ['POST', 'connections', { name: 'saml', strategy: 'samlp', options: { signing_key: { key: said, cert: 'c' }, decryptionKey: { key: said, cert: 'c' } } }],
    'a key of a connection, as a text': () => ['POST', 'connections', { name: 'saml', strategy: 'samlp', options: { decryption_key: said } }],
    'the configuration of a database': () => ['POST', 'connections', { name: 'own', strategy: 'auth0', options: { configuration: { DATABASE: said } } }],
    'an address': () => ['POST', 'log-streams', { name: 'l', type: 'http', sink: { httpEndpoint: `https://u:${said}@logs.example/` } }],
    'a mail provider by a connection string': () => ['POST', 'emails/provider', { name: 'azure_cs', credentials: { connectionString: said } }],
    'a mail provider by a secret': () => ['POST', 'emails/provider', { name: 'ms365', credentials: { tenantId: 't', clientId: 'c', clientSecret: said } }],
  };
  for (const [what, ask] of Object.entries(hidden))
    test(`the log has no secret of ${what}`, async () => {
      const answer = await api.call(...ask());
      assert.ok(answer.status < 300, answer.text);
      for (const text of [(await api.call('GET', 'logs?per_page=100')).text, JSON.stringify(await api.logs())]) assert.ok(!text.includes(said), text.slice(Math.max(0, text.indexOf(said) - 200), text.indexOf(said) + 20));
      if (what.startsWith('a mail provider')) assert.ok(!answer.text.includes(said) && !(await api.call('GET', 'emails/provider')).text.includes(said));
    });
  test('secrets of hooks, which nothing would keep, are refused, and not logged', async () => {
    const answer = await api.call('POST', 'hooks', { name: 'h', script: 'module.exports = () => {};', triggerId: 'credentials-exchange', secrets: { K: said } });
    assert.equal(answer.status, 400, answer.text);
    for (const text of [answer.text, (await api.call('GET', 'logs?per_page=100')).text, JSON.stringify(await api.logs())]) assert.ok(!text.includes(said));
  });
  test('no private key is taken for a public one', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = { ...privateKey.export({ format: 'jwk' }), use: 'sig', kid: 'k', alg: 'ES256' };
    const refused = await api.call('PUT', 'keys/custom-signing', { keys: [jwk] });
    assert.equal(refused.status, 400, refused.text);
    for (const text of [refused.text, JSON.stringify(await api.logs())]) assert.ok(!text.includes(jwk.d));
    assert.equal((await api.call('PUT', 'keys/custom-signing', { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', kid: 'k', alg: 'ES256' }] })).status, 200);
  });
  test('it says so in the description, in lint, and in a tenant file, which brings it back', async () => {
    assert.match(description.paths['/network-acls'].post['x-ostia-kept'], /no edge/);
    const acl = await make('network-acls');
    await call(200, 'PATCH', 'clients/web', { addons: { samlp: { audience: 'https://saml.example.com' } } });
    await call(201, 'POST', 'connections', { name: 'directory', strategy: 'samlp', options: { signInEndpoint: 'https://idp.example.com' } });
    const linted = await runOstia(['lint', '--data', authority.data]);
    assert.equal(linted.code, 1);
    assert.match(linted.stdout, new RegExp(`kept\\[network-acls/${acl.id}\\]\n {2}the network ACL is kept, and not acted upon: there is no edge`));
    assert.match(linted.stdout, /clients\[Web\]\n {2}addons: kept, and not acted upon/);
    assert.match(linted.stdout, /connections\[directory\]\.strategy\n {2}connections of samlp are kept/);
    const file = `${folder()}/tenant.yaml`;
    assert.equal((await runOstia(['export', '--data', authority.data, '--output', file])).code, 0);
    const before = await call(200, 'GET', acl.at);
    await call(200, 'DELETE', acl.at);
    const imported = await runOstia(['import', '--data', authority.data, file]);
    assert.equal(imported.code, 0, imported.stderr);
    assert.match(imported.stdout + imported.stderr, /network ACL network-acls\/acl_\S+: kept, and has no effect/);
  });
  test('it goes with what it belongs to', async () => {
    const { id, at } = await make('connections');
    await call(201, 'POST', `${at}/scim-configuration`);
    await make('connections/{id}/scim-configuration/tokens', 0, { parent: id });
    await call(202, 'DELETE', at);
    const exported = await runOstia(['export', '--data', authority.data]);
    assert.ok(!exported.stdout.includes(`connections/${id}/`));
    assert.equal((await api.call('GET', `${at}/scim-configuration`)).status, 404);
    assert.equal((await api.call('POST', 'connections/con_nothing/scim-configuration')).status, 404);
  });
  test('a strategy that nobody knows is refused; one that is kept signs nobody in', async () => {
    assert.equal((await api.call('POST', 'connections', { name: 'x', strategy: 'nonsense' })).status, 400);
    const kept = await call(201, 'POST', 'connections', { name: 'kept', strategy: 'waad', enabled_clients: ['app'], display_name: 'Kept door' });
    const page = await fetch(`${api.issuer}authorize?client_id=app&response_type=token&redirect_uri=${encodeURIComponent(app.callbacks[0])}&nonce=n&scope=openid`);
    assert.ok(!(await page.text()).includes('Kept door'));
    assert.equal((await api.call('GET', `connections/${kept.id}/status`)).status, 404);
  });
});

describe('secrets of a sink', () => {
  test('are shown to who could set others, and to nobody else', async () => {
    const { at } = await make('log-streams');
    assert.equal((await call(200, 'GET', at)).sink.httpAuthorization, 'Bearer secret-of-the-sink');
    const { body } = await api.token({ grant_type: 'client_credentials', client_id: 'reader', client_secret: 'machine-secret', audience: `${api.issuer}api/v2/` });
    const shown = await api.call('GET', at, undefined, body.access_token);
    assert.equal(shown.status, 200);
    assert.ok(!shown.text.includes('secret-of-the-sink'));
    assert.ok(!(await api.call('GET', 'logs?per_page=100')).text.includes('secret-of-the-sink'));
  });
});

test('the key that these tests make is one', () => assert.match(pem, /BEGIN PUBLIC KEY/));
