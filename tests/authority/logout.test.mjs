// AZ-801 to AZ-808: logout in its three forms.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { decode } from '../lib/person.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, origin, web } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const group = scope();
let authority, api;
const told = [];
let failures = 0;
before(async () => {
  const port = await freePort();
  const listener = createServer((request, response) => {
    let body = '';
    request.on('data', (d) => (body += d)).on('end', () => {
      if (failures-- > 0) return response.writeHead(503).end();
      told.push(new URLSearchParams(body).get('logout_token'));
      response.writeHead(200).end();
    });
  }).listen(port, '127.0.0.1');
  group.after(() => listener.close());
  const tellable = { ...web, client_id: 'tellable', name: 'Tellable', oidc_logout: { backchannel_logout_urls: [`http://127.0.0.1:${port}/backchannel`] } };
  authority = await startAuthority(group, { clients: [app, web, tellable], extra: { ...extra, tenant: { friendly_name: 'Test', allowed_logout_urls: ['https://tenant.example/bye'] } } });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const url = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'app', response_type: 'id_token', nonce: 'n', redirect_uri: callback, scope: 'openid', ...more })}`;
const signedIn = async (more) => {
  const person = new Reader(api.issuer);
  person.location = await person.logIn(new URL(url(more), api.issuer).href);
  return person;
};
const isIn = async (person) => !(await person.open(url({ prompt: 'none' }))).location.hash.includes('login_required');
const query = (path, parameters) => `${path}?${new URLSearchParams(parameters)}`;

row('AZ-801', 'p', 'GET /v2/logout', 'client_id and a returnTo of its list', 'the session ends, and the browser goes there', async () => {
  const person = await signedIn();
  const { location } = await person.open(query('/v2/logout', { client_id: 'app', returnTo: `${origin}/bye` }));
  assert.equal(location.href, `${origin}/bye`);
  assert.equal(await isIn(person), false);
  assert.equal((await api.logs('slo')).length, 1);
});

row('AZ-802', 'p', 'GET /v2/logout', 'a returnTo of another list, or of none', '400 and no redirect; the session ends all the same', async () => {
  for (const parameters of [{ client_id: 'app', returnTo: 'https://tenant.example/bye' }, { client_id: 'app', returnTo: `${origin}/web-bye` }, { returnTo: `${origin}/bye` }, { client_id: 'nobody', returnTo: `${origin}/bye` }, { client_id: 'app', returnTo: 'https://evil.example/' }, { client_id: 'app', returnTo: `${origin}/bye/../x` }]) {
    const person = await signedIn();
    const page = await person.open(query('/v2/logout', parameters));
    assert.equal(page.status, 400, JSON.stringify(parameters));
    assert.equal(page.heading, 'You are logged out');
    assert.equal(await isIn(person), false);
  }
  const page = await new Reader(api.issuer).open(query('/v2/logout', { client_id: 'app', returnTo: 'https://x.example/' }));
  assert.match(page.text, /For the developer: add "https:\/\/x\.example\/" to the Allowed Logout URLs of "Test application"/);
});

row('AZ-803', 'p', 'GET /v2/logout', 'no client_id', 'the tenant\'s list counts', async () => {
  const { location } = await (await signedIn()).open(query('/v2/logout', { returnTo: 'https://tenant.example/bye' }));
  assert.equal(location.href, 'https://tenant.example/bye');
});

row('AZ-804', 'p', 'GET /v2/logout', 'federated, no returnTo', 'the session ends; a page says so', async () => {
  const person = await signedIn();
  const page = await person.open('/v2/logout?federated');
  assert.deepEqual([page.status, page.heading], [200, 'You are logged out']);
  assert.equal(await isIn(person), false);
});

row('AZ-805', 'd', 'GET /oidc/logout', 'id_token_hint of the person, post_logout_redirect_uri, state', 'out at once, and there with the state', async () => {
  const person = await signedIn();
  const id_token_hint = new URLSearchParams(person.location.hash.slice(1)).get('id_token');
  await api.advance(40_000); // an expired ID token is a hint all the same
  const { location } = await person.open(query('/oidc/logout', { id_token_hint, post_logout_redirect_uri: `${origin}/bye`, state: 'a b' }));
  assert.equal(location.href, `${origin}/bye?state=a%20b`);
  assert.equal(await isIn(person), false);
});

row('AZ-806', 'd', 'GET /oidc/logout', 'no hint, or somebody else\'s', 'a page asks first', async () => {
  const person = await signedIn();
  const page = await person.open(query('/oidc/logout', { client_id: 'app', post_logout_redirect_uri: `${origin}/bye` }));
  assert.equal(page.heading, 'Log out?');
  assert.equal(await isIn(person), true);
  assert.match((await person.submit(page, {}, 'deny')).heading, /still logged in/);
  assert.equal(await isIn(person), true);
  assert.equal((await person.submit(page, {}, 'accept')).location.href, `${origin}/bye`);
  assert.equal(await isIn(person), false);
});

row('AZ-807', 'd', 'GET /oidc/logout', 'an address that is not listed, a hint that is not ours, two clients', '400, and still logged in', async () => {
  const person = await signedIn();
  const id_token_hint = new URLSearchParams(person.location.hash.slice(1)).get('id_token');
  for (const parameters of [{ id_token_hint, post_logout_redirect_uri: 'https://evil.example/' }, { id_token_hint: `${id_token_hint}x` }, { id_token_hint, client_id: 'web' }, { post_logout_redirect_uri: `${origin}/bye` }]) {
    assert.equal((await person.open(query('/oidc/logout', parameters))).status, 400, JSON.stringify(parameters));
    assert.equal(await isIn(person), true);
  }
});

row('AZ-808', 'd', 'back-channel logout', 'a session that an application with a URL was used in', 'a logout token is posted to it', async () => {
  told.length = 0;
  const person = await signedIn();
  const { location } = await person.open(`/authorize?${new URLSearchParams({ client_id: 'tellable', response_type: 'code', redirect_uri: callback, scope: 'openid' })}`);
  const { body } = await api.token({ grant_type: 'authorization_code', code: location.searchParams.get('code'), redirect_uri: callback, client_id: 'tellable', client_secret: 'web-secret' });
  const { sid } = decode(body.id_token);
  await person.open('/v2/logout');
  await until(() => told.length > 0, 'the application is told');
  const claims = decode(told[0]);
  assert.deepEqual([claims.iss, claims.aud, claims.sub, claims.sid, claims.events], [api.issuer, 'tellable', 'auth0|ada', sid, { 'http://schemas.openid.net/event/backchannel-logout': {} }]);
  assert.equal(claims.nonce, undefined);
  assert.equal(JSON.parse(Buffer.from(told[0].split('.')[0], 'base64url')).typ, 'logout+jwt');
});

test('a logout token that could not be delivered is tried again', async () => {
  told.length = 0;
  failures = 1;
  const person = await signedIn();
  await person.open(`/authorize?${new URLSearchParams({ client_id: 'tellable', response_type: 'code', redirect_uri: callback, scope: 'openid' })}`);
  await person.open('/v2/logout');
  await until(() => failures <= 0, 'the first one fails');
  // When it is tried again is decided once the failure has come back.
  await until(async () => told.length > 0 || (await api.advance(10), false), 'it is tried again');
});
