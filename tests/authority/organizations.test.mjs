// Organizations at login, invitations to them, and what roles permit.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, extra } from '../lib/tenant.mjs';

const group = scope();
let api, acme, other;
before(async () => {
  const clients = [
    { ...app, organization_usage: 'allow', initiate_login_uri: 'https://app.example/login' },
    { ...app, client_id: 'plain', name: 'Plain' },
    { ...app, client_id: 'only', name: 'Only', organization_usage: 'require' },
    { ...app, client_id: 'asks', name: 'Asks', organization_usage: 'require', organization_require_behavior: 'pre_login_prompt' },
    machine,
  ];
  const databases = [...extra.databases, database('Staff')];
  const resourceServers = [...extra.resourceServers, { name: 'Guarded', identifier: 'https://guarded.example.com/', scopes: [{ value: 'read:it' }, { value: 'write:it' }, { value: 'burn:it' }], enforce_policies: true, token_dialect: 'access_token_authz', allow_offline_access: true }];
  const clientGrants = [managementGrant(), { client_id: 'machine', audience: 'https://guarded.example.com/', scope: ['read:it'] }];
  api = new Management(await startAuthority(group, { clients, extra: { ...extra, databases, resourceServers, clientGrants } }));
});
const make = async (name, more = {}) => (await api.call('POST', 'organizations', { name, ...more })).body.id;
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  acme = await make('acme', { display_name: 'Acme Corp.' });
  other = await make('other');
  await api.call('POST', `organizations/${acme}/members`, { members: ['auth0|ada'] });
});

const url = (more = {}) => `${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token id_token', redirect_uri: callback, scope: 'openid profile email', nonce: 'n', state: 's', ...more })}`;
const fragment = (location) => Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
const refused = async (more) => { const r = fragment(new URL((await new Reader(api.issuer).get(url(more))).headers.get('location'))); return [r.error, r.error_description]; };
const logIn = async (more, [username, password] = ['ada@example.com', 'Correct-Horse-9'], person = new Reader(api.issuer)) => person.submit(await person.open(url(more)), { username, password });
const grace = ['grace@example.com', 'Battery-Staple-9'];

row('AZ-1701', 'd', '/authorize', '`organization` by id or name, from a member', '`org_id` and `org_name` in ID and access tokens, silently and after a refresh, too', async () => {
  for (const organization of [acme, 'acme', 'ACME']) {
    const person = new Reader(api.issuer);
    const page = await person.open(url({ organization, audience: 'https://api.example.com/' }));
    assert.match(page.text, /Log in to Acme Corp\./);
    const tokens = fragment((await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' })).location);
    for (const token of [tokens.id_token, tokens.access_token]) assert.deepEqual([decode(token).org_id, decode(token).org_name], [acme, 'acme']);
    const silent = fragment(new URL((await person.get(url({ organization, prompt: 'none' }))).headers.get('location')));
    assert.equal(decode(silent.id_token).org_id, acme);
    assert.equal(decode(fragment(new URL((await person.get(url({ prompt: 'none' }))).headers.get('location'))).id_token).org_id, undefined, 'who asks for none gets none');
  }
  const direct = { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', organization: 'acme', audience: 'https://api.example.com/', scope: 'openid offline_access' };
  const { body } = await api.token(direct);
  assert.equal(decode(body.id_token).org_id, acme);
  const renewed = await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token });
  assert.equal(decode(renewed.body.access_token).org_id, acme);
  await api.call('DELETE', `organizations/${acme}/members`, { members: ['auth0|ada'] });
  assert.equal((await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: renewed.body.refresh_token ?? body.refresh_token })).body.error, 'invalid_grant');
  assert.equal((await api.token(direct)).body.error, 'access_denied');
});
row('AZ-1702', 'd', '/authorize', 'an application that does not use organizations, or needs one; an unknown one', '`invalid_request`', async () => {
  assert.deepEqual(await refused({ client_id: 'plain', organization: acme }), ['invalid_request', 'parameter organization is not allowed for this client']);
  assert.deepEqual(await refused({ client_id: 'only' }), ['invalid_request', 'parameter organization is required for this client']);
  assert.equal((await refused({ organization: 'org_nobody' }))[0], 'invalid_request');
  assert.ok(fragment((await logIn({ client_id: 'only', organization: acme })).location).id_token);
});
row('AZ-1703', 'd', '/authorize', 'somebody who is no member', '`access_denied`; a connection with `assign_membership_on_login` makes members', async () => {
  const denied = fragment((await logIn({ organization: acme }, grace)).location);
  assert.deepEqual([denied.error, denied.error_description], ['access_denied', `user auth0|grace is not part of the ${acme} organization`]);
  const { body: connections } = await api.call('GET', 'connections?name=Username-Password-Authentication');
  await api.call('POST', `organizations/${acme}/enabled_connections`, { connection_id: connections[0].id, assign_membership_on_login: true });
  assert.equal(decode(fragment((await logIn({ organization: acme }, grace)).location).id_token).org_id, acme);
  assert.deepEqual((await api.call('GET', `organizations/${acme}/members`)).body.map((m) => m.user_id).sort(), ['auth0|ada', 'auth0|grace']);
});
row('AZ-1704', 'd', '/authorize, /u/login', 'an organization with connections of its own', 'only these are offered and taken; a session by another one does not count', async () => {
  const { body: [staff] } = await api.call('GET', 'connections?name=Staff');
  await api.call('POST', `organizations/${acme}/enabled_connections`, { connection_id: staff.id, assign_membership_on_login: false });
  await api.call('POST', 'users', { connection: 'Staff', email: 'sam@example.com', password: 'Staff-Only-9', email_verified: true });
  const { body: [sam] } = await api.call('GET', 'users-by-email?email=sam@example.com');
  await api.call('POST', `organizations/${acme}/members`, { members: [sam.user_id] });
  assert.equal((await logIn({ organization: acme })).alert, 'Wrong email or password.', 'of another connection');
  assert.equal(decode(fragment((await logIn({ organization: acme }, ['sam@example.com', 'Staff-Only-9'])).location).id_token).org_id, acme);
  assert.equal((await refused({ organization: acme, connection: 'Username-Password-Authentication' }))[0], 'invalid_request');
  const person = new Reader(api.issuer);
  await logIn({}, ['ada@example.com', 'Correct-Horse-9'], person);
  assert.equal((await person.open(url({ organization: acme }))).action, '/u/login');
  assert.equal((await person.open(url({ organization: acme }))).links['Log in with an email code'], undefined);
});
row('AZ-1705', 'd', '/authorize', '`organization_require_behavior: pre_login_prompt`', 'a page asks which organization', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(url({ client_id: 'asks' }));
  assert.equal(page.heading, 'Which organization?');
  assert.match((await person.submit(page, { organization: 'nobody' })).alert, /no organization/);
  const login = await person.submit(page, { organization: 'acme' });
  const { id_token } = fragment((await person.submit(login, { username: 'ada@example.com', password: 'Correct-Horse-9' })).location);
  assert.equal(decode(id_token).org_id, acme);
});
row('AZ-1706', 'd', '/authorize', '`invitation` with its `organization`', 'a sign-up with that address makes a member with the roles of the invitation, once; another address does not', async () => {
  const { body: role } = await api.call('POST', 'roles', { name: 'Editor' });
  const invited = await api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'Ada' }, invitee: { email: 'new@example.com' }, client_id: 'app', roles: [role.id], app_metadata: { team: 'blue' } });
  assert.equal(invited.status, 201, invited.text);
  const mail = await api.message('new@example.com');
  assert.match(mail.text, /Ada has invited you to join Acme Corp\./);
  const link = new URL(mail.link);
  assert.equal(`${link.origin}${link.pathname}`, 'https://app.example/login');
  const invitation = link.searchParams.get('invitation'), organization = link.searchParams.get('organization');
  assert.deepEqual(await refused({ organization: other, invitation }), ['invalid_request', 'The invitation is unknown, used or expired']);
  const wrong = new Reader(api.issuer);
  const login = await wrong.open((await wrong.open(url({ organization, invitation }))).links['Log in']);
  assert.equal(fragment((await wrong.submit(login, { username: grace[0], password: grace[1] })).location).error_description, 'The invitation is for another email address');
  const person = new Reader(api.issuer);
  const page = await person.open(url({ organization, invitation }));
  assert.deepEqual([page.action, page.fields.email], ['/u/signup', 'new@example.com']);
  const claims = decode(fragment((await person.submit(page, { password: 'Brand-New-9' })).location).id_token);
  assert.deepEqual([claims.org_id, claims.email, claims.email_verified], [acme, 'new@example.com', true]);
  const { body: [user] } = await api.call('GET', 'users-by-email?email=new@example.com');
  assert.deepEqual(user.app_metadata, { team: 'blue' });
  assert.deepEqual((await api.call('GET', `organizations/${acme}/members/${encodeURIComponent(user.user_id)}/roles`)).body.map((r) => r.name), ['Editor']);
  assert.equal((await refused({ organization, invitation }))[0], 'invalid_request', 'it is used up');
  const second = await api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'Ada' }, invitee: { email: 'late@example.com' }, client_id: 'app', ttl_sec: 60 });
  const ticket = new URL(second.body.invitation_url).searchParams.get('invitation');
  await api.advance(61);
  assert.equal((await refused({ organization, invitation: ticket }))[0], 'invalid_request', 'it is over');
});

row('AZ-1707', 'd', '/authorize, /oauth/token', 'an API with RBAC (`enforce_policies`, `access_token_authz`)', 'scopes and `permissions` are what the roles of the person, and in an organization those of the member, permit', async () => {
  const audience = 'https://guarded.example.com/', wanted = 'openid read:it write:it burn:it offline_access';
  const tokens = async (more) => (await api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience, scope: wanted, ...more })).body;
  const nothing = decode((await tokens()).access_token);
  assert.deepEqual([nothing.permissions, nothing.scope], [[], 'openid offline_access']);
  const { body: role } = await api.call('POST', 'roles', { name: 'Reader' });
  assert.equal((await api.call('POST', `roles/${role.id}/permissions`, { permissions: [{ resource_server_identifier: audience, permission_name: 'read:it' }] })).status, 201);
  await api.call('POST', 'users/auth0%7Cada/roles', { roles: [role.id] });
  await api.call('POST', 'users/auth0%7Cada/permissions', { permissions: [{ resource_server_identifier: audience, permission_name: 'write:it' }] });
  const some = await tokens();
  assert.deepEqual([decode(some.access_token).permissions, decode(some.access_token).scope], [['read:it', 'write:it'], 'openid read:it write:it offline_access']);
  const browser = fragment((await logIn({ audience, scope: wanted })).location);
  assert.deepEqual(decode(browser.access_token).permissions, ['read:it', 'write:it']);
  const { body: burner } = await api.call('POST', 'roles', { name: 'Burner' });
  await api.call('POST', `roles/${burner.id}/permissions`, { permissions: [{ resource_server_identifier: audience, permission_name: 'burn:it' }] });
  await api.call('POST', `organizations/${acme}/members/auth0%7Cada/roles`, { roles: [burner.id] });
  assert.deepEqual(decode((await tokens()).access_token).permissions, ['read:it', 'write:it']);
  assert.deepEqual(decode((await tokens({ organization: 'acme' })).access_token).permissions, ['burn:it', 'read:it', 'write:it']);
  await api.call('DELETE', 'users/auth0%7Cada/roles', { roles: [role.id] });
  const renewed = await api.token({ grant_type: 'refresh_token', client_id: 'app', refresh_token: some.refresh_token });
  assert.deepEqual(decode(renewed.body.access_token).permissions, ['write:it'], 'a refresh takes back what is no longer permitted');
  const machineToken = await api.token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience });
  assert.deepEqual(decode(machineToken.body.access_token).permissions, ['read:it']);
});
