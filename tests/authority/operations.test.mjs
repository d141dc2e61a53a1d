// What operators look at: metrics, logs with request ids, health, and what systemd is told.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { folder, freePort, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

describe('metrics and logs', () => {
  const group = scope();
  let authority, api, metricsPort;
  before(async () => {
    metricsPort = await freePort();
    authority = await startAuthority(group, { clients: [app], extra, args: ['--metrics-listen', `127.0.0.1:${metricsPort}`, '--access-log'] });
    api = new Api(authority);
  });
  const metrics = async () => (await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).text();
  const value = (text, line) => Number(new RegExp(`^${line.replace(/[{}"/]/g, '\\$&')} (\\S+)$`, 'm').exec(text)?.[1]);
  const login = (password) => api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password, realm: 'Username-Password-Authentication' });

  test('Prometheus reads counts, p50 and p99 of each endpoint, queues and the process', async () => {
    await login('Correct-Horse-9');
    await login('wrong');
    await api.get('/api/v2/users/auth0%7Cada');
    await api.get('/there/is/nothing');
    await api.get('/api/v2/nothing/here');
    const text = await metrics();
    const labels = 'endpoint="/oauth/token",method="POST"';
    assert.equal(value(text, `ostia_http_requests_total{${labels},status="200"}`), 1);
    assert.equal(value(text, `ostia_http_requests_total{${labels},status="403"}`), 1);
    assert.equal(value(text, `ostia_http_request_duration_seconds_count{${labels}}`), 2);
    for (const quantile of ['0.5', '0.99']) assert.ok(value(text, `ostia_http_request_duration_seconds{${labels},quantile="${quantile}"}`) > 0.001, quantile);
    assert.equal(value(text, 'ostia_http_requests_total{endpoint="/api/v2/users",method="GET",status="401"}'), 1);
    assert.equal(value(text, 'ostia_http_requests_total{endpoint="none",method="GET",status="404"}'), 2);
    assert.ok(value(text, 'process_resident_memory_bytes') > 1e6);
    for (const name of ['ostia_connections_open', 'ostia_passwords_waiting', 'ostia_messages_waiting', 'process_open_fds', 'process_cpu_seconds_total']) assert.ok(value(text, name) >= 0, name);
  });

  test('they are nowhere else, and nothing else is there', async () => {
    assert.equal((await api.get('/metrics')).status, 404);
    for (const path of ['', 'authorize', '_dev/messages', '.well-known/jwks.json']) assert.equal((await fetch(`http://127.0.0.1:${metricsPort}/${path}`)).status, 404, path);
  });

  test('a request has an id, which its lines in the log have, and no secret is there', async () => {
    const refused = await login('a-wrong-secret');
    const id = refused.headers.get('x-request-id');
    assert.match(id, /^[\w-]{22}$/);
    const lines = await until(() => {
      const found = authority.log().split('\n').filter((line) => line.includes(id)).map((line) => JSON.parse(line));
      return found.length >= 3 && found;
    }, 'the log has it');
    assert.deepEqual(lines.map(({ event }) => event).sort(), ['request', 'tenant_log', 'tenant_log']);
    const line = lines.find(({ event }) => event === 'request');
    assert.deepEqual([line.method, line.path, line.status, line.peer], ['POST', '/oauth/token', 403, '127.0.0.1']);
    assert.ok(line.duration_us > 0);
    assert.ok(!authority.log().includes('a-wrong-secret'));
    assert.notEqual((await login('x')).headers.get('x-request-id'), id);
  });

  test('an id that a stranger sends is not taken over', async () => {
    const answer = await api.get('/health/live', { 'x-request-id': 'mine' });
    assert.notEqual(answer.headers.get('x-request-id'), 'mine');
  });

  test('wrong addresses are named', async () => {
    const { code, stderr } = await runOstia(['serve', '--metrics-listen', 'here']);
    assert.deepEqual([code, /--metrics-listen: "here" is not HOST:PORT/.test(stderr)], [2, true]);
  });
});

test('a trusted proxy names requests, and its trace goes to the log', async (t) => {
  const server = await serve(['--data', join(folder(), 'data'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`, '--access-log']);
  t.after(() => server.stop());
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const answer = await fetch(`${server.issuer}health/live`, { headers: { 'x-request-id': 'from-the-proxy', traceparent } });
  assert.equal(answer.headers.get('x-request-id'), 'from-the-proxy');
  await until(() => server.log().includes(`"traceparent":"${traceparent}"`), 'the trace is in the log');
  const evil = await fetch(`${server.issuer}health/live`, { headers: { 'x-request-id': 'a"b' } });
  assert.match(evil.headers.get('x-request-id'), /^[\w-]{22}$/);
});

test('systemd is told when it is ready, that it is alive, and when it stops', async (t) => {
  const dir = folder(), socket = join(dir, 'notify');
  // Node has no datagram sockets of this family; Python, which the build's tools bring, has.
  const listener = spawn('python3', ['-uc', `import socket\ns = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)\ns.bind(${JSON.stringify(socket)})\nprint("listens")\nwhile True: print(s.recv(4096).decode())`]);
  t.after(() => listener.kill());
  let said = '';
  listener.stdout.on('data', (d) => { said += d; });
  await until(() => said.includes('listens'), 'something listens');
  const server = await serve(['--data', join(dir, 'data'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`], { NOTIFY_SOCKET: socket });
  await until(() => /READY=1\n/.test(said) && /WATCHDOG=1\n/.test(said), 'it says that it is ready and alive');
  assert.deepEqual(await server.stop(), { code: 0, signal: null });
  await until(() => /STOPPING=1\n/.test(said), 'it says that it stops');
  await until(() => /EXTEND_TIMEOUT_USEC=42000000\n/.test(said), 'and how long that may take: its drain, and what comes after');
});

describe('the master key', () => {
  const key = createHash('sha256').update('a key').digest('base64url');
  const start = (more, env) => freePort().then((port) => serve([...(more.includes('--data') ? [] : ['--data', join(folder(), 'data')]), '--plain-http', '--listen', `127.0.0.1:${port}`, ...more], env));

  test('comes from the environment, a file, or a credential of systemd, and then none is made', async () => {
    const dir = folder();
    execFileSync('sh', ['-c', `printf '%s\\n' ${key} > ${dir}/ostia-master-key`]);
    for (const [more, env] of [[[], { OSTIA_MASTER_KEY: key }], [['--master-key', `${dir}/ostia-master-key`], {}], [[], { CREDENTIALS_DIRECTORY: dir }]]) {
      const data = join(folder(), 'data');
      const server = await start(['--data', data, ...more], env);
      await server.stop();
      assert.throws(() => readFileSync(join(data, 'master.key')), /ENOENT/);
      assert.equal((await runOstia(['verify', '--data', data], { env: { OSTIA_MASTER_KEY: key } })).code, 0);
      const other = await runOstia(['verify', '--data', data], { env: { OSTIA_MASTER_KEY: 'A'.repeat(43) } });
      assert.deepEqual([other.code, /sealed with another master key/.test(other.stderr)], [2, true]);
    }
  });

  test('one that is none is named, and not shown', async () => {
    const { code, stderr } = await runOstia(['serve', '--data', join(folder(), 'data')], { env: { OSTIA_MASTER_KEY: 'too-short-a-secret' } });
    assert.deepEqual([code, /OSTIA_MASTER_KEY/.test(stderr), stderr.includes('too-short')], [2, true, false]);
  });

  test('is not in a core dump: none can be made', async (t) => {
    if (/asan|tsan/.test(process.env.OSTIA)) return t.skip("the sanitizer's leak check looks into the process");
    const server = await start([], {});
    t.after(() => server.stop());
    const limits = readFileSync(`/proc/${server.child.pid}/limits`, 'utf8');
    assert.match(limits, /^Max core file size\s+0\s+0\s/m);
  });
});
