// The desktop's secret store, and what becomes of a login when it goes: a session bus and a keyring of the test's own.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import { Probe } from '../lib/probe.mjs';
import { folder } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
const skip = !(has('dbus-daemon') && has('gnome-keyring-daemon')) && 'needs dbus-daemon and gnome-keyring-daemon';

/** A session: its environment, and how its secret store starts and goes. */
async function session(t) {
  const home = folder(), runtime = join(home, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  const env = { HOME: home, XDG_RUNTIME_DIR: runtime, XDG_DATA_HOME: '', DISPLAY: '' };
  const bus = spawn('dbus-daemon', ['--session', '--nofork', '--print-address=1'], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'ignore'] });
  t.after(() => bus.kill('SIGKILL'));
  env.DBUS_SESSION_BUS_ADDRESS = (await new Promise((resolve) => { bus.stdout.once('data', resolve); })).toString().trim();
  const call = (...args) => spawnSync('dbus-send', ['--session', '--print-reply', '--dest=org.freedesktop.DBus', '/org/freedesktop/DBus', ...args], { env: { ...process.env, ...env }, encoding: 'utf8' }).stdout;
  const isThere = () => /boolean true/.test(call('org.freedesktop.DBus.NameHasOwner', 'string:org.freedesktop.secrets'));
  const state = { env };
  state.start = async () => {
    state.keyring = spawn('gnome-keyring-daemon', ['--foreground', '--unlock', '--components=secrets'], { env: { ...process.env, ...env }, stdio: ['pipe', 'ignore', 'ignore'] });
    state.keyring.stdin.end('password');
    await until(isThere, 'the secret store answers');
  };
  state.stop = async () => {
    state.keyring.kill('SIGKILL');
    await until(() => !isThere(), 'the secret store has gone');
  };
  t.after(() => state.keyring?.kill('SIGKILL'));
  await state.start();
  return state;
}

async function authority(t) {
  const it = { asked: 0 };
  const server = createServer((request, response) => {
    it.asked++;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ access_token: `access${it.asked}`, refresh_token: `refresh${it.asked}`, expires_in: 3600, token_type: 'Bearer' }));
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', resolve); });
  t.after(() => { server.closeAllConnections(); server.close(); });
  it.domain = `http://localhost:${server.address().port}`;
  return it;
}

test('the secret store gone: nothing is spent, the error says so, and when it is back the login goes on', { skip }, async (t) => {
  const { env, start, stop } = await session(t), it = await authority(t);
  const opened = async () => {
    const p = await new Probe(t, env).make({ domain: it.domain, client_id: `secret-service-${process.pid}` });
    assert.deepEqual(await p.say({ credentials: { desktop: true } }), {});
    return p;
  };
  const p = await opened(), force = { force: true };
  await p.value('credentials_store', { access_token: 'access0', refresh_token: 'refresh0', expires_in: 3600 });
  assert.equal((await p.value('credentials_get', force)).access_token, 'access1');
  assert.equal((await (await opened()).value('credentials_get')).access_token, 'access1');
  await stop();
  const error = await p.error('credentials_get', force);
  assert.deepEqual([error.code, error.reason, it.asked], ['storage_error', 'secret_service', 1]);
  await start();
  assert.equal((await p.value('credentials_get', force)).access_token, 'access2');
  await p.value('credentials_clear');
  assert.equal((await p.error('credentials_get')).reason, 'nothing_kept');
});
