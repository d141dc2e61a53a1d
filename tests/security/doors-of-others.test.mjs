// Doors, by the ways that are longer: an application that takes another's name, an account of two connections, an
// organization that is asked for, names that are the authority's own.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, decode, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, deviceGrant, exchangeGrant, extra, grants } from '../lib/tenant.mjs';

const customers = 'Customers', employees = 'Employees', password = 'Correct-Horse-9';
const exchange = { app_type: 'regular_web', client_secret: 'secret-secret', callbacks: [callback], grant_types: ['authorization_code', 'refresh_token', grants.realm, deviceGrant, exchangeGrant] };
const payroll = { ...exchange, name: 'Payroll', client_id: 'payroll' }, teams = { ...exchange, name: 'Teams', client_id: 'teams', organization_usage: 'require' };
const spa = { ...app, client_id: 'spa', name: 'Shop' };
const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [spa, payroll, teams, machine, { ...machine, name: 'Maker', client_id: 'maker' }],
    extra: {
      ...extra, connections: [],
      tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication' },
      databases: [database('Username-Password-Authentication', {}, { enabled_clients: [] }), database(customers, {}, { enabled_clients: ['Shop', 'Teams'] }), database(employees, {}, { enabled_clients: ['payroll'] })],
      rules: [{ name: 'claims', script: "function (user, context, callback) { context.accessToken['id_claims'] = { sub: 'auth0|somebody-else' }; context.idToken['id_claims'] = { sub: 'auth0|somebody-else' }; callback(null, user, context); }" }],
      clientGrants: [managementGrant(), managementGrant(['create:clients'], 'maker'), ...['payroll', 'teams'].map((client_id) => ({ client_id, audience: 'https://quiet.example.com/', scope: ['read:it'] }))],
    },
  });
  api = new Management(authority);
});
const make = async (connection, name) => {
  const made = await api.call('POST', 'users', { connection, user_id: name, email: `${name}@example.com`, password, verify_email: false });
  assert.equal(made.status, 201, made.text);
  return made.body.user_id;
};
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});
const secret = (client_id) => ({ client_id, client_secret: 'secret-secret' });
const logIn = (client, realm, name, more = {}) => api.token({ grant_type: grants.realm, ...client, realm, username: `${name}@example.com`, password, scope: 'openid', audience: 'https://api.example.com/', ...more });
const swap = (client_id, subject_token) => api.token({ grant_type: exchangeGrant, ...secret(client_id), subject_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/' });
const link = async (primary, secondary) => assert.equal((await api.call('POST', `users/${primary}/identities`, { provider: 'auth0', user_id: secondary.split('|')[1] })).status, 201);

test('doors of others: an application that takes the id or the name of another for its name gets nothing by it', async () => {
  await make(employees, 'emma');
  const maker = await new Management(authority).authenticate('maker');
  for (const name of ['payroll', 'Payroll', 'Shop']) {
    const made = await api.call('POST', 'clients', { name, app_type: 'spa', callbacks: [callback], grant_types: [grants.realm, 'authorization_code'] }, maker.bearer);
    assert.equal(made.status, 201, made.text);
    for (const realm of [employees, customers]) assert.equal((await logIn({ client_id: made.body.client_id }, realm, 'emma')).status, 400, `${name} at ${realm}`);
  }
});

test('doors of others: an organization that takes the id of another for its name gets nobody of it', async () => {
  const { body: real } = await api.call('POST', 'organizations', { name: 'zebra' });
  const made = await api.call('POST', 'organizations', { name: real.id.toLowerCase() });
  if (made.status === 201) await api.call('PATCH', `organizations/${made.body.id}`, { display_name: 'Imposter' });
  const member = await make(customers, 'olga');
  await api.call('POST', `organizations/${real.id}/members`, { members: [member] });
  const location = await new Person().logIn(authorizeUrl(api.issuer, { client_id: 'teams', response_type: 'code', redirect_uri: callback, scope: 'openid', organization: real.id, code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }), 'olga@example.com', password);
  assert.ok(location.searchParams.get('code'), location.href);
});

test('doors of others: another name for an application closes nothing', async () => {
  await make(customers, 'carl');
  assert.equal((await api.call('PATCH', 'clients/spa', { name: 'Shop 2' })).status, 200);
  assert.equal((await logIn({ client_id: 'spa' }, customers, 'carl')).status, 200);
});

test('doors of others: an exchange asks for the door that the login came by, not for that of the account', async () => {
  const emma = await make(employees, 'emma'), carl = await make(customers, 'carl');
  await link(emma, carl);
  const byCustomers = await logIn({ client_id: 'spa' }, customers, 'carl');
  assert.equal(byCustomers.status, 200, byCustomers.text);
  assert.equal(decode(byCustomers.body.access_token).sub, emma);
  assert.equal((await swap('payroll', byCustomers.body.access_token)).status, 403);
  const anna = await make(customers, 'anna'), erik = await make(employees, 'erik');
  await link(anna, erik);
  const byEmployees = await logIn(secret('payroll'), employees, 'erik');
  const swapped = await swap('payroll', byEmployees.body.access_token);
  assert.equal(swapped.status, 200, swapped.text);
  assert.equal((await swap('teams', swapped.body.access_token)).status, 403, 'the door goes along');
});

test('doors of others: an application that takes logins to an organization only gets no other by an exchange or a device', async () => {
  await make(customers, 'carl');
  const { body } = await logIn({ client_id: 'spa' }, customers, 'carl');
  const swapped = await swap('teams', body.access_token);
  assert.deepEqual([swapped.status, swapped.body.error], [403, 'invalid_grant']);
  const device = (await api.form('/oauth/device/code', { ...secret('teams'), scope: 'openid' })).body;
  if (!device.device_code) return;
  const person = new Person();
  await person.logIn(authorizeUrl(api.issuer, { client_id: 'spa', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' }), 'carl@example.com', password);
  const page = await person.follow(device.verification_uri_complete), state = /name="state" value="([^"]+)"/.exec(await page.text())?.[1];
  const next = await person.post(new URL('/activate', api.issuer), { ...(state && { state }), user_code: device.user_code, action: 'accept' });
  const confirm = await person.follow(new URL(next.headers.get('location'), api.issuer));
  await person.post(new URL('/activate/confirm', api.issuer), { state: confirm.at.searchParams.get('state') ?? '', action: 'accept' });
  assert.ok((await api.token({ grant_type: deviceGrant, ...secret('teams'), device_code: device.device_code })).status >= 400);
});

test('doors of others: a new database, or a directory that is none, does not shut administrators out', async () => {
  const dashboard = authorizeUrl(api.issuer, { client_id: 'ostia-dashboard', response_type: 'code', redirect_uri: `${api.issuer}dashboard`, code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256', state: 's', audience: `${api.issuer}api/v2/`, scope: 'openid' });
  const enters = async (who, secretOfTheirs) => (await new Person().logIn(dashboard, who, secretOfTheirs)).searchParams.has('code');
  assert.ok(await enters('admin@example.com', 'Open-Sesame-9'));
  assert.equal((await api.call('POST', 'connections', { name: 'Aaa', strategy: 'auth0' })).status, 201);
  assert.equal((await api.call('PATCH', 'tenants/settings', { default_directory: 'Aaa' })).status, 200);
  assert.ok(await enters('admin@example.com', 'Open-Sesame-9'));
  const emma = await make(employees, 'emma');
  await assert.rejects(enters('emma@example.com', password));
  assert.equal((await api.call('PATCH', `users/${emma}`, { administrator: true })).status, 200);
  assert.ok(await enters('emma@example.com', password), 'the databases that administrators are in');
  const misspelt = await api.call('PATCH', 'tenants/settings', { ostia: { administrators_connection: 'employes' } });
  assert.deepEqual([misspelt.status, /employes.*no database/.test(misspelt.text)], [400, true]);
  assert.equal((await api.call('PATCH', 'tenants/settings', { ostia: { administrators_connection: employees } })).status, 200);
  assert.ok(await enters('emma@example.com', password));
  await assert.rejects(enters('admin@example.com', 'Open-Sesame-9'), 'the one that is named, and no other');
});

test('whose word it is: nobody else has the authority’s own names', async () => {
  for (const name of ['api/v2/', 'userinfo', 'mfa/'])
    for (const issuer of [api.issuer, authority.issuer]) {
      const made = await api.call('POST', 'resource-servers', { name, identifier: `${issuer}${name}`, signing_alg: 'HS256', signing_secret: 'x'.repeat(32), scopes: [] });
      assert.equal(made.status, 400, made.text);
    }
  for (const client_id of ['ostia-dashboard', 'ostia-account']) assert.equal((await api.call('POST', 'clients', { client_id, name: 'x' })).status, 400);
});

test('whose word it is: a script does not say who somebody is at /userinfo', async () => {
  const carl = await make(customers, 'carl');
  for (const audience of ['', 'https://api.example.com/']) {
    const { body } = await logIn({ client_id: 'spa' }, customers, 'carl', audience ? {} : { audience: '' });
    assert.equal((await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).body.sub, carl);
  }
});

test('administrators: what an import says of an account in another member is not shown as if it were so', async () => {
  const id = (await api.call('GET', 'connections')).body.find((c) => c.name === customers).id, form = new FormData();
  form.append('users', new Blob([JSON.stringify([{ user_id: 'fake', email: 'fake@example.com', administrator: true }])]), 'users.json');
  form.append('connection_id', id);
  const job = await api.call('POST', 'jobs/users-imports', form);
  for (let status = ''; !['completed', 'failed'].includes(status);) ({ body: { status } } = await api.call('GET', `jobs/${job.body.id}`));
  const shown = await api.call('GET', 'users/auth0%7Cfake');
  assert.ok(shown.status === 404 || shown.body.administrator === undefined, shown.text);
});
