// What stands in an address, and what is sent back as a header, stays small, whatever a tenant or an application puts in:
// a proxy in front gives a head 4 or 8 kB.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { decode } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, grants, web } from '../lib/tenant.mjs';
import { ScriptedUpstream } from '../lib/upstream.mjs';

const most = 1024, callback = 'https://app.example/callback', guarded = 'https://guarded.example.com/', realm = 'Username-Password-Authentication';
const permissions = Array.from({ length: 1000 }, (_, i) => `permission:number-${String(i).padStart(4, '0')}`);
const scopes = permissions.slice(0, 50).join(' '), longState = 'State-0123456789'.repeat(188); // 3 kB
const client = { ...web, callbacks: [callback], web_origins: ['https://app.example'], cross_origin_authentication: true, organization_usage: 'allow', grant_types: [...web.grant_types, 'implicit', grants.realm] };
const group = scope(), upstream = new ScriptedUpstream();
let api;
before(async () => {
  await upstream.start(group);
  api = await new Management(await startAuthority(group, { clients: [client, { ...app, name: 'Third', client_id: 'third', is_first_party: false, callbacks: [callback] }, machine], extra: {
    ...extra,
    connections: [...extra.connections, upstream.connection('acme')],
    resourceServers: [...extra.resourceServers, { name: 'Guarded', identifier: guarded, scopes: permissions.map((value) => ({ value })), enforce_policies: true, token_dialect: 'access_token_authz', allow_offline_access: true }],
    clientGrants: [managementGrant()],
  } })).authenticate();
  const script = `function (user, context, callback) {
    context.idToken['https://example.com/groups'] = Array.from({ length: 300 }, (_, i) => 'group-with-a-rather-long-name-' + i);
    callback(null, user, context);
  }`;
  for (const [path, body] of [['rules', { name: 'groups', script }], ...[0, 250, 500, 750].map((from) => ['users/auth0%7Cada/permissions', { permissions: permissions.slice(from, from + 250).map((permission_name) => ({ resource_server_identifier: guarded, permission_name })) }])]) {
    const made = await api.call('POST', path, body);
    assert.ok(made.status < 300, made.text);
  }
  await api.post('/_dev/snapshot', {});
});
beforeEach(() => api.reset());

const ada = { username: 'ada@example.com', password: 'Correct-Horse-9' }, credentials = { client_id: 'web', client_secret: 'web-secret' };
const url = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'web', response_type: 'code', redirect_uri: callback, audience: guarded, scope: `openid profile email offline_access ${scopes}`, state: longState, ...more })}`;

/** A browser that looks at every address that it is sent to: what is the authority's own in it must be short. */
class Measuring extends Reader {
  seen = [];
  async get(address, options) {
    const response = await super.get(address, options).catch((error) => {
      throw error.cause?.code === 'UND_ERR_HEADERS_OVERFLOW' ? new Error(`the head of the answer to ${new URL(address, this.issuer).pathname} has more than 16 kB`) : error;
    });
    const to = response.headers.get('location');
    if (to) {
      const location = new URL(to, this.issuer);
      for (const [name, value] of [...location.searchParams, ...new URLSearchParams(location.hash.slice(1))]) {
        // The application's own state is as long as it was, there and nowhere else; so are tokens that it asked for.
        const isTheirs = location.href.startsWith(callback) && (name === 'state' || name.endsWith('token'));
        if (!isTheirs) this.seen.push([`${location.pathname} ${name}`, value.length]);
      }
      if (location.href.startsWith(this.issuer)) this.seen.push([`${location.pathname}, all of it`, to.length - 256]);
    }
    for (const cookie of response.headers.getSetCookie()) this.seen.push([`the cookie ${cookie.split('=')[0]}`, cookie.length]);
    return response;
  }
  isShort() { assert.deepEqual(this.seen.filter(([, size]) => size > most), [], `longer than ${most}`); }
}

test('sizes: a login by the page, a person with a thousand permissions and three hundred groups', async () => {
  const person = new Measuring(api.issuer);
  const { location } = await person.submit(await person.open(url()), ada);
  assert.equal(location.searchParams.get('state'), longState, 'the application has its state again');
  person.isShort();
  const { status, body, text } = await api.token({ grant_type: 'authorization_code', ...credentials, code: location.searchParams.get('code'), redirect_uri: callback });
  assert.equal(status, 200, text);
  assert.equal(decode(body.access_token).permissions.length, 1000, 'nothing is lost by it');
  assert.equal(decode(body.id_token)['https://example.com/groups'].length, 300);
  assert.ok(body.refresh_token.length <= most);
});

test('sizes: a silent login, by code', async () => {
  const person = new Measuring(api.issuer);
  await person.submit(await person.open(url({ state: 's' })), ada);
  const { location } = await person.open(url({ prompt: 'none' }));
  assert.ok(location.searchParams.get('code'));
  person.isShort();
});

test('sizes: an access token that was issued is taken at /userinfo', async () => {
  const { body } = await api.token({ grant_type: grants.realm, ...credentials, realm, ...ada, audience: guarded, scope: `openid profile ${scopes}` });
  const { status, body: profile } = await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` });
  assert.deepEqual([status, profile.sub], [200, 'auth0|ada']);
});

test('sizes: a profile token with three hundred groups is taken at /userinfo', async () => {
  const { body } = await api.token({ grant_type: grants.realm, ...credentials, realm, ...ada, scope: 'openid profile' });
  const { status, body: profile } = await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` });
  assert.deepEqual([status, profile['https://example.com/groups']?.length], [200, 300]);
});

test('sizes: the pages between, of a password that is forgotten, a sign-up, a code by mail', async () => {
  const person = new Measuring(api.issuer);
  const login = await person.open(url());
  for (const address of Object.values(login.links)) await person.open(address);
  person.isShort();
});

test('sizes: the page of a consent', async () => {
  const person = new Measuring(api.issuer);
  const consent = await person.submit(await person.open(url({ client_id: 'third' })), ada);
  assert.match(consent.heading, /Authorize/);
  const { location } = await person.submit(consent, {}, 'accept');
  assert.ok(location.searchParams.get('code'));
  person.isShort();
});

test('sizes: the way to another authority', async () => {
  const person = new Measuring(api.issuer);
  await person.open(url({ connection: 'acme' }));
  person.isShort();
});

test('sizes: a login ticket, and links that set a password', async () => {
  const ticket = await api.post('/co/authenticate', { client_id: 'web', credential_type: grants.realm, realm, ...ada }, { origin: 'https://app.example' });
  assert.ok(ticket.body.login_ticket.length <= most, `${ticket.body.login_ticket.length}`);
  await api.post('/dbconnections/change_password', { client_id: 'web', connection: realm, email: ada.username });
  const made = await api.call('POST', 'tickets/password-change', { user_id: 'auth0|ada', result_url: `https://app.example/${'p'.repeat(1500)}` });
  for (const link of [(await api.message(ada.username)).link, made.body.ticket])
    for (const [name, value] of new URL(link).searchParams) if (name === 'ticket') assert.ok(value.length <= most, `${value.length}`);
});
