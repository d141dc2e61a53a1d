// A disk that is full, in the middle of sign-ups: whoever is told that it worked is there afterwards, and once there is
// room again everything goes on by itself.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { folder, runOstia, startAuthority } from '../lib/program.mjs';
import { sql } from '../lib/store.mjs';
import { fill, limitFiles, mountDisk } from '../lib/disk.mjs';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';


test('a full disk: refusals while it is full, nothing lost, and on again', async (t) => {
  const dir = folder(), data = join(dir, 'data');
  mkdirSync(data);
  if (!mountDisk(t, data, 16)) return;
  const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', `sqlite:${data}/ostia.db`] });
  const api = new Api(authority);
  const people = [];
  const signUp = async (email) => {
    const { status } = await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email, password: 'Correct-Horse-9' });
    if (status === 200) people.push(email);
    return status;
  };
  assert.equal(await signUp('before@example.com'), 200);
  const empty = fill(data);
  const statuses = [];
  await until(async () => statuses.push(await signUp(`p${statuses.length}@example.com`)) && statuses.at(-1) >= 500, 'a sign-up is refused');
  for (let i = 0; i < 5; i++) assert.equal(await signUp(`full${i}@example.com`), 503);
  assert.equal((await api.get('/health/live')).status, 200);
  assert.equal((await api.get('/.well-known/jwks.json')).status, 200);
  empty();
  await until(async () => (await signUp(`after${people.length}@example.com`)) === 200, 'there is room again');
  const there = new Set(sql({ data }, 'SELECT email FROM users').split('\n'));
  for (const email of people) assert.ok(there.has(email), email);
  await authority.stop();
  assert.equal((await runOstia(['verify', '--data', authority.data, '--database', `sqlite:${data}/ostia.db`])).code, 0);
});

test('a full disk: 503 with Retry-After and a reason, readiness says so, who is signed in stays so, and nobody guesses for nothing', async (t) => {
  const dir = folder(), data = join(dir, 'data');
  mkdirSync(data);
  if (!mountDisk(t, data, 16)) return;
  const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', `sqlite:${data}/ostia.db`] });
  const api = new Api(authority), person = new Person();
  const request = { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' };
  const logIn = (password) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password });
  await person.logIn(authorizeUrl(authority.devIssuer, request));
  assert.equal((await api.get('/health/ready')).status, 200);
  const empty = fill(data);
  await until(async () => (await logIn('wrong')).status === 503, 'a guess cannot be counted');
  await api.advance(3600); // the session's last use would be written now
  const silent = await person.get(authorizeUrl(authority.devIssuer, { ...request, prompt: 'none' }));
  assert.match(silent.headers.get('location'), /[?&]code=/);
  for (const password of ['wrong', 'Correct-Horse-9', 'wrong again', 'Correct-Horse-9']) {
    const { status, body, headers } = await logIn(password);
    assert.deepEqual([status, body.error, body.reason], [503, 'temporarily_unavailable', 'store_full'], password);
    assert.match(headers.get('retry-after'), /^\d+$/);
  }
  const ready = await until(async () => { const answer = await api.get('/health/ready'); return answer.status === 503 && answer; }, 'it notices');
  assert.deepEqual([ready.status, ready.headers.get('retry-after')], [503, '2']);
  assert.match(ready.text, /disk is full/);
  assert.equal((await api.get('/health/live')).status, 200);
  assert.equal((await api.get('/.well-known/openid-configuration')).status, 200);
  empty();
  await until(async () => (await logIn('Correct-Horse-9')).status === 200, 'there is room again');
  await until(async () => (await api.get('/health/ready')).status === 200, 'it is ready again');
  // The guess that could not be counted has been counted since.
  assert.notEqual(sql({ data }, "SELECT count(*) FROM attempts WHERE id LIKE 'address %' OR id LIKE '%127.0.0.1%'").trim(), '0');
});

test('a restore to a mount point is refused before anything is done, and to a full disk leaves nothing', async (t) => {
  const authority = await startAuthority(t, { clients: [app], extra }), backup = join(authority.dir, 'backup'), disk = folder();
  assert.equal((await runOstia(['backup', backup, '--data', authority.data, ...(authority.database ? ['--database', authority.database] : []), '--with-keys'])).code, 0);
  if (!mountDisk(t, disk, 8)) return;
  const onto = await runOstia(['restore', backup, '--data', disk]);
  assert.equal(onto.code, 2);
  assert.match(onto.stderr, /is a mount point.*name a folder in it/);
  const empty = fill(disk), full = await runOstia(['restore', backup, '--data', join(disk, 'data')]);
  assert.notEqual(full.code, 0);
  empty();
  assert.deepEqual(readdirSync(disk), []);
  assert.equal((await runOstia(['restore', backup, '--data', join(disk, 'data')])).code, 0);
});

test('a file that has reached its limit (ulimit -f) is a full disk, and does not end the program', async (t) => {
  const authority = await startAuthority(t, { clients: [app], extra });
  if (authority.database) return t.skip('a file is SQLite\'s');
  const api = new Api(authority);
  limitFiles(authority.child.pid, 64 * 1024);
  const signUp = (email) => api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email, password: 'Correct-Horse-9' });
  await until(async () => (await signUp(`p${Math.random()}@example.com`)).status === 503, 'a sign-up is refused');
  assert.equal((await api.get('/health/live')).status, 200);
  limitFiles(authority.child.pid, 'unlimited');
  await until(async () => (await signUp(`q${Math.random()}@example.com`)).status === 200, 'there is room again');
});
