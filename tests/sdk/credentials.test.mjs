// `Credentials`: kept across processes, renewed once at a time, and never lost because a network failed.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { before, test } from 'node:test';
import { Probe } from '../lib/probe.mjs';
import { folder, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
const ada = { username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid offline_access' };
let authority, domain;
before(async () => {
  authority = await startAuthority(group, {
    clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback'], grant_types: ['authorization_code', 'refresh_token', 'http://auth0.com/oauth/grant-type/password-realm'],
      refresh_token: { rotation_type: 'rotating', leeway: 0 } }],
  });
  domain = authority.devIssuer.slice(0, -1);
});

// A proxy in front of the authority that counts refreshes, and fails as it is told.
async function proxy(t) {
  const state = { refreshes: 0, fail: null };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const refreshing = body.includes('grant_type=refresh_token');
    if (refreshing) state.refreshes++;
    if (state.fail && refreshing) return state.fail(request, response);
    const answer = await fetch(domain + request.url, { method: request.method, body: body.length ? body : undefined, headers: { 'content-type': request.headers['content-type'] ?? '' } });
    if (refreshing && state.delay_ms) await new Promise((resolve) => setTimeout(resolve, state.delay_ms));
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  state.domain = `http://localhost:${server.address().port}`;
  return state;
}

const opened = async (t, directory, options = {}, more = {}) => {
  const p = await new Probe(t).make({ domain, client_id: 'native', issuer: authority.devIssuer, ...options });
  await p.say({ credentials: { directory, lock_directory: directory, passphrase: 'test', ...more } });
  return p;
};
const loggedIn = async (t, directory, options, more) => {
  const p = await opened(t, directory, options, more);
  const login = await p.value('client_login', ada);
  await p.value('credentials_store', login);
  return { p, login };
};

test('another process finds the login; a fresh token costs no request', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { login } = await loggedIn(t, dir, { domain: gate.domain });
  const other = await opened(t, dir, { domain: gate.domain });
  const got = await other.value('credentials_get');
  assert.equal(got.access_token, login.access_token);
  assert.equal((await other.value('credentials_user')).sub, 'auth0|ada');
  assert.equal(gate.refreshes, 0);
  assert.equal((await other.error('credentials_get', { scope: 'read:nothing' })).code, 'scope_not_granted');
});

test('two processes at once refresh once, with rotation', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p } = await loggedIn(t, dir, { domain: gate.domain });
  const others = await Promise.all([1, 2, 3].map(() => opened(t, dir, { domain: gate.domain })));
  const all = await Promise.all([p, ...others].map((one, i) => one.value('credentials_get', { min_ttl_s: 1e9, force: true }, { form: ['blocking', 'completion'][i % 2] })));
  // Nothing is fresh for so long, so each needs a token of its own; one after the other, none replays another's.
  assert.equal(gate.refreshes, 4);
  assert.equal(new Set(all.map((r) => r.access_token)).size, 4);
  gate.refreshes = 0;
  const again = await Promise.all([p, ...others].map((one) => one.value('credentials_get', { force: true })));
  assert.ok(gate.refreshes >= 1 && gate.refreshes <= 4);
  assert.ok(new Set(again.map((r) => r.access_token)).size === gate.refreshes, 'who waited took what the first brought');
  assert.ok((await p.value('credentials_get', { force: true })).access_token, 'the login lives');
});

test('a failing network or authority never logs anybody out', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  const failures = [
    ['cut', (q, r) => r.destroy(), 'request_error'],
    ['500', (q, r) => r.writeHead(500).end('oops'), '500'],
    ['HTML', (q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<p>proxy</p>'), 'invalid_response'],
    ['429', (q, r) => r.writeHead(429, { 'content-type': 'application/json' }).end('{"error":"too_many_requests"}'), 'too_many_requests'],
    ['empty JSON', (q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 'invalid_response'],
  ];
  for (const [name, fail, code] of failures) {
    gate.fail = fail;
    assert.equal((await p.error('credentials_get', { force: true })).code, code, name);
    assert.equal((await p.value('credentials_get')).access_token, login.access_token, name);
  }
  gate.fail = null;
  assert.notEqual((await p.value('credentials_get', { force: true })).access_token, login.access_token);
});

test('a renewal for another person is refused', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  const grace = await (await new Probe(t).make({ domain, client_id: 'native', issuer: authority.devIssuer })).value('client_login', { ...ada, username: 'grace@example.com', password: 'Battery-Staple-9' });
  gate.fail = (q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: grace.access_token, id_token: grace.id_token, expires_in: 60, token_type: 'Bearer' }));
  assert.equal((await p.error('credentials_get', { force: true })).reason, 'subject_mismatch');
  assert.equal((await p.value('credentials_get')).access_token, login.access_token);
});

test('a renewal that is under way is not called off, so that the rotated token is kept', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  gate.delay_ms = 7000; // longer than the caller wants to wait, who has to have asked by then
  const result = await p.value('credentials_get', { force: true }, { timeout_ms: 5000, form: 'completion' });
  assert.notEqual(result.access_token, login.access_token);
  gate.delay_ms = 0;
  assert.ok((await p.value('credentials_get', { force: true })).access_token);
});

test('the authority\'s word ends the login; what is known of the person stays', async (t) => {
  const dir = folder();
  const { p, login } = await loggedIn(t, dir);
  await p.value('revoke', login);
  const error = await p.error('credentials_get', { force: true });
  assert.equal(error.code, 'login_required');
  assert.equal(error.reason, 'refresh_token_ended');
  assert.equal((await p.error('credentials_get')).code, 'login_required');
  assert.equal((await p.value('credentials_user')).sub, 'auth0|ada');
});

test('clear forgets and revokes', async (t) => {
  const dir = folder();
  const { p, login } = await loggedIn(t, dir);
  await p.value('credentials_clear');
  assert.equal((await p.error('credentials_get')).reason, 'nothing_kept');
  assert.equal((await p.error('refresh_token', login)).code, 'invalid_grant');
  assert.deepEqual(readdirSync(dir).filter((f) => f.endsWith('.secret')), []);
});

test('what cannot be read is forgotten, and nobody is told that it has been revoked', async (t) => {
  const dir = folder();
  const { login } = await loggedIn(t, dir);
  const stranger = await opened(t, dir, {}, { passphrase: 'another' });
  assert.equal((await stranger.error('credentials_user')).code, 'storage_error');
  assert.equal((await stranger.error('credentials_clear')).code, 'storage_error');
  assert.deepEqual(readdirSync(dir).filter((f) => f.endsWith('.secret')), []);
  assert.ok((await stranger.value('refresh_token', login)).access_token);
});

test('a refused unlock gives nothing out', async (t) => {
  const dir = folder();
  await loggedIn(t, dir);
  const locked = await opened(t, dir, {}, { locked: true });
  assert.equal((await locked.error('credentials_get')).code, 'locked');
});

test('without a passphrase the key is in the kernel\'s keyring', async (t) => {
  const dir = folder();
  const { p, login } = await loggedIn(t, dir, {}, { passphrase: '' });
  assert.equal((await p.value('credentials_get')).access_token, login.access_token);
  assert.equal((await (await opened(t, dir, {}, { passphrase: '' })).value('credentials_get')).access_token, login.access_token);
});

test('processes that keep their first login at once share one key', async (t) => {
  const dir = folder();
  const { login } = await loggedIn(t, folder());
  const names = await Promise.all(Array.from({ length: 6 }, () => opened(t, dir, {}, { passphrase: '' })));
  const kept = await Promise.all(names.map((p) => p.outcome('credentials_store', login)));
  assert.ok(kept.every((k) => k.value), JSON.stringify(kept));
  for (const p of [...names, await opened(t, dir, {}, { passphrase: '' })])
    assert.equal((await p.value('credentials_get')).access_token, login.access_token);
});
