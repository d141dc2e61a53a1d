// Programs that were written for the vendor's Management API: the package `auth0`, the deploy CLI, and the real
// auth0-js with a person's own token.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import yaml from 'js-yaml';
import { launch, openPage, startApplication } from '../lib/browser.mjs';
import { machine, managementGrant, readText, runNode } from '../lib/management.mjs';
import { folder, freePort, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra } from '../lib/tenant.mjs';

const group = scope();
const tenant = {
  ...extra,
  rules: [{ name: 'First', script: 'function (user, context, callback) {\n  callback(null, user, context);\n}\n', order: 1, enabled: true }],
  actions: [{ name: 'Nothing', code: 'exports.onExecutePostLogin = async () => {};\n', deployed: true, supported_triggers: [{ id: 'post-login', version: 'v3' }], secrets: [], dependencies: [] }],
  triggers: { 'post-login': [{ action_name: 'Nothing', display_name: 'Nothing' }] },
  roles: [{ name: 'Editor', description: 'edits', permissions: [{ resource_server_identifier: 'https://api.example.com/', permission_name: 'read:messages' }] }],
  organizations: [{ name: 'acme', display_name: 'Acme', connections: [{ name: 'Username-Password-Authentication', assign_membership_on_login: true }] }],
  guardianFactors: [{ name: 'otp', enabled: true }],
  guardianPolicies: { policies: ['all-applications'] },
};
let one, two, port;
before(async () => {
  port = await freePort();
  const clients = [{ ...app, callbacks: [`https://localhost:${port}/`], web_origins: [`https://localhost:${port}`] }, machine];
  one = await startAuthority(group, { clients, extra: { ...tenant, guardianPolicies: undefined, clientGrants: [managementGrant()] } });
  two = await startAuthority(group, { clients: [machine], extra: { clientGrants: [managementGrant()] } });
});

test('the package auth0: ManagementClient', async () => {
  const { code, output } = await runNode(one, ['tests/peers/management-client.mjs'], { DOMAIN: one.domain });
  assert.equal(code, 0, output);
});

const deploy = (authority, args) => runNode(authority, ['node_modules/auth0-deploy-cli/lib/index.js', ...args], { AUTH0_DOMAIN: authority.domain, AUTH0_CLIENT_ID: 'machine', AUTH0_CLIENT_SECRET: 'machine-secret', AUTH0_PRESERVE_KEYWORDS: 'false' });
test('auth0-deploy-cli: out of one authority, into another, and nothing is lost', async (t) => {
  const dir = folder(), names = ['first', 'second'];
  for (const name of names) mkdirSync(join(dir, name));
  const first = await deploy(one, ['export', '--format', 'yaml', '--output_folder', join(dir, 'first')]);
  assert.equal(first.code, 0, first.output);
  const imported = await deploy(two, ['import', '--input_file', join(dir, 'first', 'tenant.yaml')]);
  assert.equal(imported.code, 0, imported.output);
  const second = await deploy(two, ['export', '--format', 'yaml', '--output_folder', join(dir, 'second')]);
  assert.equal(second.code, 0, second.output);
  const [before, after] = names.map((name) => readText(join(dir, name, 'tenant.yaml')));
  assert.deepEqual(yaml.load(after), yaml.load(before));
  assert.equal(readText(join(dir, 'second', 'rules', 'First.js')), tenant.rules[0].script);
  assert.equal(readText(join(dir, 'second', 'actions', 'Nothing', 'code.js')), tenant.actions[0].code);
});
test("the deploy CLI's file, as it is, is a --config", async (t) => {
  const dir = folder();
  assert.equal((await deploy(one, ['export', '--format', 'yaml', '--output_folder', dir])).code, 0);
  const imported = await runOstia(['import', join(dir, 'tenant.yaml'), '--data', join(dir, 'data')]);
  assert.equal(imported.code, 0, imported.stderr);
  const exported = await runOstia(['export', '--data', join(dir, 'data')]);
  assert.match(exported.stdout, /name: Editor/);
  assert.match(exported.stdout, /function \(user, context, callback\)/);
});

test("the real auth0-js: Management with a person's own token", async (t) => {
  const browser = await launch();
  t.after(() => browser.close());
  await startApplication(t, 'auth0-js', port, one);
  const page = await openPage(t, browser, `https://localhost:${port}/`);
  const fetchToken = (username, password) => page.evaluate(async ([u, p, issuer, domain]) => (await fetch(`https://${domain}/oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'app', username: u, password: p, audience: `${issuer}api/v2/`, scope: 'openid read:current_user update:current_user_identities update:current_user_metadata' }) })).json(), [username, password, one.issuer, one.domain]);
  const mine = await fetchToken('ada@example.com', 'Correct-Horse-9'), other = await fetchToken('grace@example.com', 'Battery-Staple-9');
  const manage = (method, ...args) => page.evaluate(([domain, bearer, m, list]) => new Promise((resolve) => new auth0.Management({ domain, token: bearer })[m](...list, (error, result) => resolve({ error, result }))), [one.domain, mine.access_token, method, args]);
  assert.equal((await manage('getUser', 'auth0|ada')).result.email, 'ada@example.com');
  assert.deepEqual((await manage('patchUserMetadata', 'auth0|ada', { colour: 'blue' })).result.user_metadata, { colour: 'blue' });
  assert.equal((await manage('linkUser', 'auth0|ada', other.id_token)).result.length, 2);
  assert.equal((await manage('getUser', 'auth0|grace')).error.statusCode, 403);
});
