// `ostia backup`, `restore` and `verify`, beside a running authority.
import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { folder, freePort, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { sqlite } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';

const realm = 'Username-Password-Authentication';
const signUp = async (api, email) => (await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password: 'Correct-Horse-9' })).status;
const logIn = (issuer, username) => fetch(`${issuer}oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'app', username, password: 'Correct-Horse-9' }) });

test('a backup while people sign up has everybody who was told so before, and lives again', async (t) => {
  const authority = await startAuthority(t, { clients: [app], extra });
  const api = new Api(authority);
  const before = [];
  let over = false;
  const crowd = (async () => {
    for (let i = 0; !over; i++) if (await signUp(api, `p${i}@example.com`) === 200) before.push(`p${i}@example.com`);
  })();
  while (before.length < 5) await new Promise((resolve) => setImmediate(resolve));
  const told = [...before], to = join(authority.dir, 'backup');
  const made = await runOstia(['backup', to, '--data', authority.data, '--with-keys']);
  over = true;
  await crowd;
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^whole: \d+ users, /);
  for (const file of ['ostia.db', 'master.key']) assert.equal(statSync(join(to, file)).mode & 0o077, 0, file);
  const again = await runOstia(['backup', to, '--data', authority.data]);
  assert.deepEqual([again.code, /already/.test(again.stderr)], [2, true]);
  const full = await runOstia(['restore', to, '--data', authority.data]);
  assert.deepEqual([full.code, /not empty/.test(full.stderr)], [2, true]);
  await authority.stop();
  const data = join(authority.dir, 'second'), port = await freePort();
  const restored = await runOstia(['restore', to, '--data', data]);
  assert.equal(restored.code, 0, restored.stderr);
  const second = await serve(['--data', data, '--plain-http', '--listen', `127.0.0.1:${port}`]);
  t.after(() => second.stop());
  for (const email of [...told, 'ada@example.com']) assert.equal((await logIn(second.issuer, email)).status, 200, email);
});

test('verify names what is not whole, and restore does not take it', async (t) => {
  const authority = await startAuthority(t, { clients: [app], extra });
  await authority.stop();
  const good = await runOstia(['verify', '--data', authority.data]);
  assert.deepEqual([good.code, good.stderr], [0, '']);
  const damaged = async (name, damage, expected, code = 1) => {
    const data = join(folder(), name);
    mkdirSync(data);
    cpSync(authority.data, data, { recursive: true });
    damage(data);
    const found = await runOstia(['verify', '--data', data]);
    assert.equal(found.code, code, name);
    assert.match(found.stderr, expected);
    const target = join(folder(), 'target');
    assert.equal((await runOstia(['restore', data, '--data', target])).code, code);
    assert.ok(!existsSync(target));
  };
  await damaged('key', (data) => writeFileSync(join(data, 'master.key'), 'A'.repeat(43)), /sealed with another master key/, 2);
  await damaged('json', (data) => sqlite(join(data, 'ostia.db'), "UPDATE users SET profile = '{' WHERE user_id = 'auth0|ada'"), /profile of the user "auth0\|ada" is no JSON/);
  await damaged('stray', (data) => sqlite(join(data, 'ostia.db'), "INSERT INTO user_roles (user_id, role_id) VALUES ('auth0|gone', 'r')"), /1 roles belong to nobody/);
  await damaged('page', (data) => {
    const file = join(data, 'ostia.db'), bytes = readFileSync(file);
    bytes.fill(0xa5, 4096 * 3, 4096 * 4);
    writeFileSync(file, bytes);
  }, /ostia: /);
  assert.equal((await runOstia(['verify', '--data', join(folder(), 'nothing')])).code, 2);
  assert.equal((await runOstia(['backup', join(folder(), 'b'), '--data', join(folder(), 'nothing')])).code, 2);
});
