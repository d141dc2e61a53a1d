// `Credentials`: kept across processes, renewed once at a time, and never lost because a network failed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, renameSync, rmdirSync, rmSync, writeSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { wrongClock } from '../../chaos/lib.mjs';
import { fill, limitFiles, mountDisk } from '../lib/disk.mjs';
import { Probe } from '../lib/probe.mjs';
import { folder, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { until } from '../lib/until.mjs';

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
  const state = { refreshes: 0, fail: null, names: [], lost: 0 };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray());
    const refreshing = body.includes('grant_type=refresh_token');
    const name = request.headers['idempotency-key'];
    if (refreshing) { state.refreshes++; state.names.push(name); }
    if (state.fail && refreshing) return state.fail(request, response);
    const answer = await fetch(domain + request.url, { method: request.method, body: body.length ? body : undefined, headers: { 'content-type': request.headers['content-type'] ?? '', ...(name && { 'idempotency-key': name }) } });
    if (refreshing && state.lost > 0) { state.lost--; return request.socket.destroy(); }
    if (refreshing) state.meanwhile?.();
    if (refreshing && state.holds) return;
    if (refreshing && state.delay_ms) await new Promise((resolve) => setTimeout(resolve, state.delay_ms));
    response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  state.domain = `http://localhost:${server.address().port}`;
  return state;
}

const opened = async (t, directory, options = {}, more = {}, env = {}) => {
  const p = await new Probe(t, env).make({ domain, client_id: 'native', issuer: authority.devIssuer, ...options });
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

// ---- A refresh token is spent once, and never lost.

const force = { force: true };
const secretOf = (dir) => join(dir, readdirSync(dir).find((f) => f.endsWith('.secret')));
/** Fills the disk of a folder to its last octet. */
function fillUp(dir) {
  const makeRoom = fill(dir), rest = openSync(join(dir, 'rest'), 'w');
  try { for (;;) writeSync(rest, Buffer.alloc(1024)); } catch (error) { assert.equal(error.code, 'ENOSPC'); }
  closeSync(rest);
  return () => { makeRoom(); rmSync(join(dir, 'rest')); };
}

test('a full disk spends nothing: the login lives on when there is room', async (t) => {
  const disk = folder(), dir = join(disk, 'state'), gate = await proxy(t);
  if (!mountDisk(t, disk, 1)) return;
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  const makeRoom = fillUp(disk);
  const error = await p.error('credentials_get', force);
  assert.deepEqual([error.code, error.reason], ['storage_error', 'cannot_write']);
  assert.match(error.description, /No space left/);
  assert.equal(gate.refreshes, 0, 'nothing was asked');
  assert.equal((await p.value('credentials_get')).access_token, login.access_token, 'what is kept is still given out');
  makeRoom();
  assert.notEqual((await p.value('credentials_get', force)).access_token, login.access_token);
});

test('a disk that becomes full while the authority answers takes the answer', async (t) => {
  const disk = folder(), dir = join(disk, 'state'), gate = await proxy(t);
  if (!mountDisk(t, disk, 1)) return;
  const { p } = await loggedIn(t, dir, { domain: gate.domain });
  let makeRoom;
  gate.meanwhile = () => { makeRoom ??= fillUp(disk); };
  await p.value('credentials_get', force);
  await p.value('credentials_kept').catch(() => {}); // the access token may have found no room; the refresh token did
  makeRoom();
  gate.meanwhile = undefined;
  assert.ok((await (await opened(t, dir, { domain: gate.domain })).value('credentials_get', force)).access_token);
});

test('a disk that may only be read spends nothing', async (t) => {
  const disk = folder(), dir = join(disk, 'state'), gate = await proxy(t);
  if (!mountDisk(t, disk, 1)) return;
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  execFileSync('mount', ['-o', 'remount,ro', disk]);
  assert.equal((await p.error('credentials_get', force)).code, 'storage_error');
  assert.equal(gate.refreshes, 0);
  assert.equal((await p.value('credentials_get')).access_token, login.access_token);
  execFileSync('mount', ['-o', 'remount,rw', disk]);
  assert.ok((await p.value('credentials_get', force)).access_token);
});

test('tokens that cannot be saved after all are given out, told, and saved later', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  const file = secretOf(dir);
  gate.meanwhile = () => { renameSync(file, join(dir, 'away')); mkdirSync(file); };
  const renewed = await p.value('credentials_get', force);
  gate.meanwhile = undefined;
  assert.notEqual(renewed.access_token, login.access_token);
  assert.equal((await p.error('credentials_kept')).reason, 'cannot_write');
  assert.ok((await p.say({ log: 1 })).some((line) => line.startsWith('tokens_not_kept ')));
  assert.equal((await p.value('credentials_get')).access_token, renewed.access_token);
  rmdirSync(file);
  renameSync(join(dir, 'away'), file);
  const other = await opened(t, dir, { domain: gate.domain });
  assert.equal((await other.error('credentials_get', force)).reason, 'newer_elsewhere', 'what was spent is not spent again');
  assert.equal((await p.value('credentials_get')).access_token, renewed.access_token);
  await p.value('credentials_kept');
  assert.ok((await other.value('credentials_get', force)).access_token);
});

test('a file that may be no larger (RLIMIT_FSIZE) ends neither the program nor the login', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  limitFiles(p.child.pid, 1024);
  assert.equal((await p.error('credentials_get', force)).reason, 'cannot_write');
  assert.equal(gate.refreshes, 0);
  limitFiles(p.child.pid, 1 << 20);
  assert.notEqual((await p.value('credentials_get', force)).access_token, login.access_token);
});

for (const [who, environments] of [
  ['a desktop and cron', [{ XDG_RUNTIME_DIR: folder() }, { XDG_RUNTIME_DIR: undefined }]],
  ['two sessions', [{ XDG_RUNTIME_DIR: folder() }, { XDG_RUNTIME_DIR: folder() }]],
  ['a service without a home', [{ XDG_RUNTIME_DIR: folder() }, { HOME: undefined, XDG_RUNTIME_DIR: undefined }]],
])
  test(`one lock for everybody who shares the file: ${who}`, async (t) => {
    const dir = folder(), gate = await proxy(t);
    await loggedIn(t, dir, { domain: gate.domain });
    gate.delay_ms = 300;
    const both = await Promise.all(environments.map((env) => opened(t, dir, { domain: gate.domain }, { lock_directory: '' }, env)));
    await Promise.all(both.map((p) => p.value('credentials_get', force)));
    for (const p of both) assert.ok((await p.value('credentials_get', force)).access_token);
    assert.ok(readdirSync(dir).some((f) => f.endsWith('.lock')), 'it lies beside the file');
  });

test('a clock that is wrong makes no token older or younger', async (t) => {
  const dir = folder(), clock = wrongClock(), gate = await proxy(t);
  const fast = await opened(t, dir, { domain: gate.domain }, {}, clock.env);
  const login = await fast.value('client_login', ada);
  await fast.value('credentials_store', login);
  const left = async (p) => (await p.value('credentials_get')).expires_in;
  for (const seconds of [2 * 3600, -2 * 3600, -2 * 366 * 86_400, 366 * 86_400]) {
    clock.set(seconds);
    for (const p of [fast, await opened(t, dir, { domain: gate.domain }, {}, clock.env)]) {
      const s = await left(p);
      assert.ok(s <= login.expires_in && s > login.expires_in - 120, `${seconds} s: ${s} of ${login.expires_in} left`);
    }
  }
  assert.equal(gate.refreshes, 0);
  clock.set(7200);
  await fast.value('credentials_store', login);
  clock.set(0);
  assert.ok(await left(fast) <= login.expires_in, 'kept under a fast clock');
});

test('an answer that was lost is asked for again by the same name, without a leeway', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p, login } = await loggedIn(t, dir, { domain: gate.domain });
  gate.lost = 3;
  for (let i = 0; i < 3; i++) assert.equal((await p.error('credentials_get', force)).reason, 'network_failed');
  assert.equal(gate.refreshes, 3, 'each was asked once');
  assert.equal(new Set(gate.names).size, 1);
  const again = await (await opened(t, dir, { domain: gate.domain })).value('credentials_get', force);
  assert.notEqual(again.access_token, login.access_token);
  await p.value('credentials_get', force);
  assert.equal(new Set(gate.names).size, 2, 'the next has a name of its own');
});

test('what is no file in the file\'s place is named, and not waited for', async (t) => {
  const dir = folder();
  const { p } = await loggedIn(t, dir);
  const file = secretOf(dir);
  rmSync(file);
  execFileSync('mkfifo', [file]);
  assert.equal((await p.error('credentials_get')).reason, 'file_damaged');
});

test('nothing stays of a program that was killed while it wrote', async (t) => {
  const dir = folder(), gate = await proxy(t);
  const { p } = await loggedIn(t, dir, { domain: gate.domain });
  gate.holds = true;
  p.outcome('credentials_get', force).catch(() => {});
  await until(() => gate.refreshes === 1, 'it renews');
  p.child.kill('SIGKILL');
  await p.ended;
  const beside = () => readdirSync(dir).filter((f) => /\.secret\./.test(f));
  assert.equal(beside().length, 1, 'it had room for the next');
  gate.holds = false;
  const next = await opened(t, dir, { domain: gate.domain });
  assert.deepEqual(beside(), []);
  assert.ok((await next.value('credentials_get', force)).access_token, 'and the answer that it did not get is given again');
  await next.value('credentials_clear');
  assert.deepEqual(readdirSync(dir).filter((f) => f.includes('.secret')), []);
});
