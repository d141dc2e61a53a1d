// A program with the package `auth0`, unchanged: what an operator's scripts do.
import assert from 'node:assert/strict';
import { ManagementClient } from 'auth0';

const management = new ManagementClient({ domain: process.env.DOMAIN, clientId: 'machine', clientSecret: 'machine-secret' });
const all = async (pager) => { const out = []; for await (const one of await pager) out.push(one); return out; };

const user = await management.users.create({ connection: 'Username-Password-Authentication', email: 'peer@example.com', password: 'Correct-Horse-9', user_metadata: { a: 1 } });
assert.equal((await management.users.get(user.user_id)).email, 'peer@example.com');
assert.deepEqual((await management.users.update(user.user_id, { user_metadata: { b: 2 } })).user_metadata, { a: 1, b: 2 });
assert.equal((await all(management.users.list({ q: 'email:"peer@example.com"' }))).length, 1);
assert.equal((await management.users.listUsersByEmail({ email: 'peer@example.com' })).length, 1);
const second = await management.users.create({ connection: 'Username-Password-Authentication', email: 'second@example.com', password: 'Correct-Horse-9' });
const linked = await management.users.identities.link(user.user_id, { provider: 'auth0', user_id: second.user_id });
assert.equal(linked.length, 2);
assert.equal((await management.users.identities.delete(user.user_id, 'auth0', second.user_id.slice(6))).length, 1);
await assert.rejects(management.users.get('auth0|nobody'), (error) => error.statusCode === 404 && error.body.errorCode === 'inexistent_user');

const client = await management.clients.create({ name: 'Peer', app_type: 'regular_web', callbacks: ['https://peer.example/cb'] });
assert.ok(client.client_secret);
assert.deepEqual((await management.clients.update(client.client_id, { callbacks: [] })).callbacks, []);
assert.ok((await all(management.clients.list())).length >= 2);
await management.clients.delete(client.client_id);
const [connection] = await all(management.connections.list({ name: 'Username-Password-Authentication' }));
assert.equal(connection.strategy, 'auth0');
const api = await management.resourceServers.create({ identifier: 'https://peer.example/', scopes: [{ value: 'read:it' }] });
await management.clientGrants.create({ client_id: 'machine', audience: 'https://peer.example/', scope: ['read:it'] });
assert.equal((await all(management.clientGrants.list({ audience: 'https://peer.example/' }))).length, 1);
const role = await management.roles.create({ name: 'Peer' });
await management.roles.permissions.add(role.id, { permissions: [{ resource_server_identifier: 'https://peer.example/', permission_name: 'read:it' }] });
await management.users.roles.assign(user.user_id, { roles: [role.id] });
assert.deepEqual((await all(management.users.roles.list(user.user_id))).map((r) => r.name), ['Peer']);
const organization = await management.organizations.create({ name: 'peer' });
await management.organizations.members.create(organization.id, { members: [user.user_id] });
assert.equal((await all(management.organizations.members.list(organization.id))).length, 1);
assert.equal((await management.tenants.settings.update({ friendly_name: 'Peer' })).friendly_name, 'Peer');
assert.ok((await all(management.logs.list())).length > 0);
assert.match((await management.tickets.changePassword({ user_id: user.user_id })).ticket, /^https:/);
assert.equal((await management.jobs.verificationEmail.create({ user_id: user.user_id })).type, 'verification_email');
const rule = await management.rules.create({ name: 'Peer', script: 'function (user, context, callback) { callback(null, user, context); }' });
await management.rules.delete(rule.id);
assert.equal((await management.keys.signing.list()).length, 2);
await management.roles.delete(role.id);
await management.organizations.delete(organization.id);
await management.tenants.settings.update({ friendly_name: 'Test' });
await management.resourceServers.delete(api.id);
await management.users.delete(user.user_id);
console.log('good');
