// No page is a dead end: whatever has become of what somebody came with, the page says it and has a way on.
import assert from 'node:assert/strict';
import { before, beforeEach, test } from 'node:test';
import { Reader, readPage } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, users } from '../lib/tenant.mjs';

const group = scope();
const [email, password] = users.ada;
let api;
before(async () => {
  const inviting = { ...app, organization_usage: 'allow', initiate_login_uri: 'https://app.example/login' };
  const plain = { ...app, client_id: 'plain', name: 'Plain' };
  const pushes = { ...app, client_id: 'pushes', name: 'Pushes', require_pushed_authorization_requests: true };
  api = new Management(await startAuthority(group, { clients: [inviting, plain, pushes, machine], extra: { ...extra, clientGrants: [managementGrant()] } }));
});
beforeEach(async () => {
  await api.reset();
  await api.authenticate();
});

const request = (more = {}) => `/authorize?${new URLSearchParams({ client_id: 'plain', response_type: 'token', redirect_uri: callback, scope: 'openid', state: 'theirs', nonce: 'n', ...more })}`;
const waysOn = (page) => [...Object.values(page.links), ...page.buttons];

test('no page is a dead end: a login page that was left open begins anew', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(request({ login_hint: 'someone@example.com' }));
  await api.advance(7200);
  const anew = await person.submit(page, { username: email, password });
  assert.deepEqual([anew.status, anew.heading, anew.fields.username], [200, 'Welcome', 'someone@example.com']);
  const end = await person.submit(anew, { username: email, password });
  assert.equal(new URLSearchParams(end.location.hash.slice(1)).get('state'), 'theirs', 'the same request');
});

test('no page is a dead end: each page with a state of its own begins anew', async () => {
  for (const path of ['/u/login', '/u/signup', '/u/passwordless', '/u/reset-password/request', '/u/account', '/u/passkey', '/u/upstream']) {
    const person = new Reader(api.issuer);
    const login = await person.open(request());
    const state = login.fields.state;
    await api.advance(3601);
    const shown = await person.open(`${path}?state=${state}`);
    assert.deepEqual([shown.status, shown.heading], [200, 'Welcome'], path);
  }
  const person = new Reader(api.issuer);
  const code = (await api.form('/oauth/device/code', { client_id: 'plain', scope: 'openid' })).body.user_code;
  const login = await person.submit(await person.open('/activate'), { user_code: code });
  await api.advance(3601);
  assert.equal((await person.submit(login, { username: email, password })).heading, 'Connect a device');
});

test('no page is a dead end: the edge of the hour', async () => {
  const person = new Reader(api.issuer);
  const page = await person.open(request());
  await api.advance(3600);
  assert.ok((await person.submit(page, { username: email, password })).location, 'an hour is good');
});

test('no page is a dead end: what began by a pushed request begins anew, too', async () => {
  const pushed = await api.form('/oauth/par', { client_id: 'pushes', response_type: 'token', redirect_uri: callback, scope: 'openid', state: 'theirs', nonce: 'n' });
  const person = new Reader(api.issuer);
  const page = await person.open(`/authorize?${new URLSearchParams({ client_id: 'pushes', request_uri: pushed.body.request_uri })}`);
  await api.advance(4000);
  const anew = await person.submit(page, { username: email, password });
  assert.equal(anew.heading, 'Welcome');
  assert.ok((await person.submit(anew, { username: email, password })).location.hash.includes('access_token'));
});

test('no page is a dead end: a state of another browser stays shut, and its page leads on', async () => {
  const page = await new Reader(api.issuer).open(request());
  const other = await new Reader(api.issuer).open(`/u/login?state=${page.fields.state}`);
  assert.equal(other.status, 400);
  const again = await new Reader(api.issuer).open(other.links['Log in again']);
  assert.equal(again.heading, 'Welcome');
  const own = await new Reader(api.issuer).open(request({ client_id: 'app' }));
  assert.equal((await new Reader(api.issuer).open(`/u/login?state=${own.fields.state}`)).links['Back to Test application'], 'https://app.example/login');
});

test('no page is a dead end: a bookmark without a state leads to the tenant’s own start', async () => {
  const bare = await new Reader(api.issuer).open('/u/login');
  assert.equal(bare.status, 400);
  assert.ok(waysOn(bare).length > 0);
  await api.call('PATCH', 'tenants/settings', { default_redirection_uri: 'https://tenant.example/start' });
  assert.equal((await new Reader(api.issuer).open('/u/login?state=nonsense')).location.href, 'https://tenant.example/start');
});

test('no page is a dead end: every error page has a link or a button', async () => {
  const person = new Reader(api.issuer);
  await person.submit(await person.open(request()), { username: email, password });
  const html = { accept: 'text/html' };
  const pages = {
    parameter_repeated: '/authorize?client_id=plain&client_id=plain', client_missing: '/authorize', client_unknown: '/authorize?client_id=nobody',
    redirect_uri_missing: '/authorize?client_id=plain&response_type=token', redirect_uri_mismatch: '/authorize?client_id=plain&response_type=token&redirect_uri=https://evil.example/',
    par_invalid: '/authorize?client_id=plain&request_uri=urn:ietf:params:oauth:request_uri:x', stale: '/u/login?state=x', link_over: '/u/reset-password?ticket=x', unblock: '/u/unblock?ticket=x',
    verification: '/u/email-verification?ticket=x', notice: '/account/not-me?ticket=x', account_refused: '/account?error=access_denied', logout_hint: '/oidc/logout?id_token_hint=x',
    logout_hint_of_nobody: '/oidc/logout?id_token_hint=undefined', logout_client_unknown: '/v2/logout?client_id=nobody&returnTo=https://x.example/', logout_url_mismatch: '/v2/logout?returnTo=https://x.example/',
    nothing_here: '/nothing', root: '/', setup: '/setup?ticket=x', logged_out: '/v2/logout', magic_link: '/passwordless/verify_redirect?client_id=plain&response_type=token&redirect_uri=http://localhost:4000/callback&connection=email&email=x@example.com&verification_code=1&scope=openid',
  };
  for (const [name, path] of Object.entries(pages)) {
    const page = await readPage(await person.get(path, { headers: html }));
    assert.ok(waysOn(page).length > 0, `${name}: ${page.status} ${page.text}`);
  }
});

test('no page is a dead end: a logout with a hint that says nothing is offered by a button', async () => {
  for (const hint of ['undefined', 'null', 'a.b.c']) {
    const person = new Reader(api.issuer);
    await person.submit(await person.open(request()), { username: email, password });
    const page = await person.open(`/oidc/logout?${new URLSearchParams({ id_token_hint: hint, post_logout_redirect_uri: 'http://localhost:4000/bye' })}`);
    assert.deepEqual([page.status, page.heading], [400, 'You are still logged in']);
    assert.doesNotMatch(page.text, /link/i);
    assert.ok((await person.open(request({ prompt: 'none' }))).location.hash.includes('access_token'), 'nothing has been believed');
    assert.equal((await person.submit(page, {}, 'accept')).heading, 'You are logged out');
    assert.match((await person.open(request({ prompt: 'none' }))).location.hash, /login_required/);
  }
});

test('no page is a dead end: the hint of an application that has been deleted', async () => {
  const { body: client } = await api.call('POST', 'clients', { name: 'Short-lived', app_type: 'spa', callbacks: [callback], grant_types: ['implicit'] });
  await api.call('PATCH', `connections/${(await api.call('GET', 'connections?strategy=auth0')).body[0].id}/clients`, [{ client_id: client.client_id, status: true }]);
  const person = new Reader(api.issuer);
  const end = await person.submit(await person.open(request({ client_id: client.client_id, response_type: 'id_token' })), { username: email, password });
  const hint = new URLSearchParams(end.location.hash.slice(1)).get('id_token');
  assert.ok(hint, end.location.href);
  await api.call('DELETE', `clients/${client.client_id}`);
  const page = await person.open(`/oidc/logout?id_token_hint=${hint}`);
  assert.ok(page.buttons.includes('accept'), page.text);
  assert.equal((await person.submit(page, {}, 'accept')).heading, 'You are logged out');
});

test('no page is a dead end: an invitation for somebody else leads to their login', async () => {
  const acme = (await api.call('POST', 'organizations', { name: 'acme' })).body.id;
  const invite = async (to) => (await api.call('POST', `organizations/${acme}/invitations`, { inviter: { name: 'Ada' }, invitee: { email: to }, client_id: 'app', send_invitation_email: false })).body.invitation_url;
  const open = async (person, url) => {
    const q = new URL(url).searchParams;
    return person.open(request({ client_id: 'app', organization: q.get('organization'), invitation: q.get('invitation') }));
  };
  const person = new Reader(api.issuer);
  await person.submit(await person.open(request()), { username: email, password });
  const url = await invite(users.grace[0]);
  const page = await open(person, url);
  assert.deepEqual([page.heading, page.fields.username], ['Welcome', users.grace[0]]);
  const end = await person.submit(page, { username: users.grace[0], password: users.grace[1] });
  assert.ok(end.location.hash.includes('access_token'), end.location.href);
  const again = await open(person, url);
  assert.ok(again.location.hash.includes('access_token'), 'the link that has made a member lets the member in');
  const second = await open(person, await invite(users.grace[0]));
  assert.equal(second.heading, 'Welcome');
  assert.ok((await person.submit(second, { username: users.grace[0], password: users.grace[1] })).location.hash.includes('access_token'), 'and so does another one');
  const stranger = await open(person, await invite('new@example.com'));
  assert.equal(stranger.heading, 'Create your account');
  const garbage = await open(new Reader(api.issuer), url.replace(/invitation=[^&]*/, 'invitation=nonsense'));
  assert.match(garbage.location.hash, /invalid_request/);
});

test('no page is a dead end: a robot that presses the button of a link uses nothing up', async () => {
  await api.post('/dbconnections/change_password', { client_id: 'plain', email, connection: 'Username-Password-Authentication' });
  const link = new URL((await api.message(email)).link);
  const ticket = link.searchParams.get('ticket'), next = { password: 'Entirely-New-7', 're-enter-password': 'Entirely-New-7' };
  const page = await readPage(await fetch(new URL(link.pathname + link.search, api.issuer)));
  const press = (fields) => fetch(new URL('/u/reset-password', api.issuer), { method: 'POST', redirect: 'manual', body: new URLSearchParams(fields) });
  for (const fields of [{ ticket, ...next }, { ...page.fields, ...next }]) {
    const robot = await readPage(await press(fields));
    assert.deepEqual([robot.status, robot.heading], [400, 'Nothing has been changed']);
    assert.ok(robot.links['Try again'].startsWith('/u/reset-password?ticket='));
  }
  const person = new Reader(api.issuer);
  assert.equal((await person.submit(await person.open(link.pathname + link.search), next)).heading, 'Password changed', 'in whichever browser it is opened');
});
