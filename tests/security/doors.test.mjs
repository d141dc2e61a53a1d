// Who may use which connection: whatever somebody holds already (a session, a device, a refresh token, an account that an
// API exchanges for, an invitation), it opens an application only by a connection that is enabled for it now.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, beforeEach, test } from 'node:test';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { approveDevice, authorizeUrl, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, database, deviceGrant, exchangeGrant, extra, grants } from '../lib/tenant.mjs';

const customers = 'Username-Password-Authentication', employees = 'Employees';
const secret = { app_type: 'regular_web', client_secret: 'payroll-secret', callbacks: [callback] };
const payroll = { ...secret, name: 'Payroll', client_id: 'payroll', grant_types: ['authorization_code', 'refresh_token', 'password', grants.realm, deviceGrant, exchangeGrant], initiate_login_uri: 'https://payroll.example.com/login', organization_usage: 'allow' };
const spa = { ...app, client_id: 'spa', name: 'Shop' };
const api_ = 'https://api.example.com/';
const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, {
    clients: [spa, payroll, machine],
    extra: {
      ...extra,
      databases: [database(customers, {}, { enabled_clients: ['spa'] }), database(employees, { disable_signup: true }, { enabled_clients: ['payroll'] }), database('Nowhere', {}, { enabled_clients: [] })],
      connections: [],
      organizations: [{ name: 'acme', connections: [] }],
      clientGrants: [managementGrant(), { client_id: 'payroll', audience: 'https://quiet.example.com/', scope: ['read:it'] }],
    },
  });
  api = new Management(authority);
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
  const made = await api.call('POST', 'users', { connection: employees, user_id: 'emma', email: 'emma@example.com', password: 'Correct-Horse-9', verify_email: false });
  assert.equal(made.status, 201, made.text);
});

const ada = ['ada@example.com', 'Correct-Horse-9'], emma = ['emma@example.com', 'Correct-Horse-9'];
const url = (client_id, more = {}) => authorizeUrl(api.issuer, { client_id, response_type: 'code', redirect_uri: callback, scope: 'openid offline_access', state: 's', ...more });
const credentials = { client_id: 'payroll', client_secret: 'payroll-secret' };
/** Where a request ends for who is signed in: an error or a code, or the page that asks. */
const ends = async (person, address) => {
  const response = await person.follow(address), to = response.headers.get('location');
  if (!to) return response.at.pathname;
  return new URL(to).searchParams.get('error') ?? (new URL(to).searchParams.has('code') ? 'code' : to);
};
const atShop = async () => {
  const person = new Person();
  await person.logIn(url('spa'), ...ada);
  assert.equal(await ends(person, url('spa', { prompt: 'none' })), 'code');
  return person;
};
const redeem = (code) => api.token({ grant_type: 'authorization_code', ...credentials, code, redirect_uri: callback });
const setClients = async (name, enabled_clients) => {
  const all = (await api.call('GET', 'connections')).body;
  const changed = await api.call('PATCH', `connections/${all.find((c) => c.name === name).id}`, { enabled_clients });
  assert.equal(changed.status, 200, changed.text);
};

test('doors: a session of a connection that is not enabled for the application asks for another login there', async () => {
  const person = await atShop();
  assert.equal(await ends(person, url('payroll')), '/u/login');
  assert.equal(await ends(person, url('payroll', { prompt: 'none' })), 'login_required');
});

test('doors: who signs up at one application is a stranger at the other', async () => {
  const made = await api.post('/dbconnections/signup', { client_id: 'spa', connection: customers, email: 'eve@example.com', password: 'Brand-New-7' });
  assert.equal(made.status, 200, made.text);
  const person = new Person();
  await person.logIn(url('spa'), 'eve@example.com', 'Brand-New-7');
  assert.equal(await ends(person, url('payroll', { prompt: 'none' })), 'login_required');
});

test('doors: a connection that is enabled lets in, and once it is closed, neither session, code nor refresh token does', async () => {
  const person = new Person();
  const first = await person.logIn(url('payroll'), ...emma);
  const tokens = await redeem(first.searchParams.get('code'));
  assert.equal(tokens.status, 200, tokens.text);
  const again = new URL((await person.get(url('payroll', { prompt: 'none' }))).headers.get('location')).searchParams.get('code');
  assert.ok(again);
  await setClients(employees, []);
  assert.equal(await ends(person, url('payroll', { prompt: 'none' })), 'login_required');
  assert.equal((await redeem(again)).status, 403, 'a code that was given before');
  const refused = await api.token({ grant_type: 'refresh_token', ...credentials, refresh_token: tokens.body.refresh_token });
  assert.deepEqual([refused.status, refused.body.error], [403, 'invalid_grant']);
  await setClients(employees, ['payroll']);
  assert.equal((await api.token({ grant_type: 'refresh_token', ...credentials, refresh_token: tokens.body.refresh_token })).status, 200, 'the refusal has not used it up');
});

test('doors: a device is connected only by somebody whom its application admits', async () => {
  const start = async () => (await api.form('/oauth/device/code', { ...credentials, scope: 'openid' })).body;
  const poll = (device_code) => api.token({ grant_type: deviceGrant, ...credentials, device_code });
  const device = await start();
  const person = await atShop();
  const page = await person.follow(device.verification_uri_complete);
  const state = /name="state" value="([^"]+)"/.exec(await page.text())?.[1];
  const next = await person.post(new URL('/activate', api.issuer), { ...(state && { state }), user_code: device.user_code, action: 'accept' });
  assert.equal(await ends(person, new URL(next.headers.get('location'), api.issuer)), '/u/login');
  assert.equal((await poll(device.device_code)).body.error, 'authorization_pending');
  const second = await start();
  await approveDevice(second.verification_uri_complete, ...emma);
  await setClients(employees, []);
  assert.equal((await poll(second.device_code)).body.error, 'invalid_grant', 'closed between approval and poll');
});

test('doors: an exchange is for people whom the exchanging application admits', async () => {
  const { body } = await api.token({ grant_type: grants.realm, client_id: 'spa', realm: customers, username: ada[0], password: ada[1], audience: api_, scope: 'openid' });
  const exchange = () => api.token({ grant_type: exchangeGrant, ...credentials, subject_token: body.access_token, subject_token_type: 'urn:ietf:params:oauth:token-type:access_token', audience: 'https://quiet.example.com/' });
  assert.deepEqual([(await exchange()).status, (await exchange()).body.error], [403, 'invalid_grant']);
  await setClients(customers, ['spa', 'payroll']);
  assert.equal((await exchange()).status, 200);
});

test('doors: the password grants ask it, the one of the default directory, too', async () => {
  const plain = await api.token({ grant_type: 'password', ...credentials, username: ada[0], password: ada[1] });
  assert.deepEqual([plain.status, plain.body.error], [403, 'unauthorized_client']);
  assert.equal((await api.token({ grant_type: grants.realm, ...credentials, realm: customers, username: ada[0], password: ada[1] })).status, 400);
  assert.equal((await api.token({ grant_type: grants.realm, ...credentials, realm: employees, username: emma[0], password: emma[1] })).status, 200);
});

test('doors: an invitation is not accepted by a session that was there before, whoever sent the browser', async () => {
  const acme = (await api.call('GET', 'organizations/name/acme')).body.id;
  const invited = await api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: 'emma@example.com' }, client_id: 'payroll', app_metadata: { plan: 'pro' } });
  assert.equal(invited.status, 201, invited.text);
  const invitation = new URL(invited.body.invitation_url).searchParams.get('invitation');
  const person = new Person();
  await person.logIn(url('payroll'), ...emma);
  const request = { invitation, organization: acme };
  assert.equal(await ends(person, url('payroll', { ...request, prompt: 'none' })), 'login_required');
  assert.notEqual(await ends(person, url('payroll', request)), 'code');
  assert.deepEqual((await api.call('GET', `organizations/${acme}/members`)).body, []);
  assert.equal((await api.call('GET', 'users/auth0%7Cemma')).body.app_metadata, undefined);
});

test('doors: the dashboard admits the administrators’ connection only, and nobody signs up there', async () => {
  const signup = (connection) => api.post('/dbconnections/signup', { client_id: 'ostia-dashboard', connection, email: 'eve@example.com', password: 'Brand-New-7' });
  for (const connection of [customers, employees, 'Nowhere']) assert.equal((await signup(connection)).status, 400, connection);
  const reset = await api.post('/dbconnections/change_password', { client_id: 'ostia-dashboard', connection: 'Nowhere', email: 'emma@example.com' });
  assert.equal(reset.status, 400);
  const dashboard = authorizeUrl(api.issuer, { client_id: 'ostia-dashboard', response_type: 'code', redirect_uri: `${api.issuer}dashboard`, code_challenge: createHash('sha256').update('v').digest('base64url'), code_challenge_method: 'S256', state: 's', audience: `${api.issuer}api/v2/`, scope: 'openid' });
  const person = new Person();
  const page = await person.follow(`${dashboard}&screen_hint=signup`);
  assert.equal(page.at.pathname, '/u/login', 'there is no page to sign up at');
  const state = page.at.searchParams.get('state');
  const submitted = await person.post(new URL('/u/signup', api.issuer), { state, email: 'eve@example.com', password: 'Brand-New-7', action: 'default' });
  assert.match(submitted.headers.get('location') ?? '', /\/u\/login/);
  assert.deepEqual((await api.call('GET', 'users-by-email?email=eve%40example.com')).body, []);
  await assert.rejects(new Person().logIn(dashboard, ...emma), /login answered 400/);
  const session = new Person();
  await session.logIn(url('payroll'), ...emma);
  assert.equal(await ends(session, dashboard), '/u/login');
});
