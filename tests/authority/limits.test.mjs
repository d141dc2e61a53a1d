// Rate limits, and who may say where a request came from.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile, users } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, extra, grants, origin, web } from '../lib/tenant.mjs';

const tenant = (rate_limits) => ({ ...extra, clientGrants: [...extra.clientGrants, managementGrant()], tenant: { friendly_name: 'Test', default_directory: 'Username-Password-Authentication', ostia: { rate_limits } } });
const names = ['x-ratelimit-limit', 'x-ratelimit-remaining', 'x-ratelimit-reset'];
const told = ({ headers }) => names.map((name) => Number(headers.get(name)));

describe('limits', () => {
  const group = scope();
  let api;
  before(async () => {
    api = new Api(await startAuthority(group, { clients: [app, web, machine], extra: tenant({ exempt: [], address: { per_second: 0.02, burst: 20 }, account: { per_second: 0.02, burst: 5 }, client: { per_second: 0.02, burst: 8 } }) }));
  });
  // The buckets are in memory: what a test has taken is back after a while. A slow machine fills none while it asks.
  beforeEach(async () => { await api.reset(); await api.advance(3600); });

  row('AZ-1901', 'd', 'x-ratelimit-*', 'rate limits and their headers', 'limit, remaining, reset in epoch seconds on every answer, readable by pages; then 429 too_many_requests with Retry-After, in the shape of what was asked, until there is room again', async () => {
    await api.reset();
    const clock = async () => Date.parse((await api.get('/_dev/clock')).body.now) / 1000;
    const before = await clock(), first = await api.get('/.well-known/jwks.json', { origin }), after = await clock();
    assert.deepEqual(told(first).slice(0, 2), [20, 19]);
    const [,, full] = told(first); // one of 20 was taken, which takes 50 seconds to come back
    assert.ok(full >= Math.floor(before) + 50 && full <= after + 51, `${before} ${full} ${after}`);
    const token = await api.post('/oauth/token', {}, { origin });
    assert.match(token.headers.get('access-control-expose-headers'), /X-RateLimit-Remaining/);
    let last;
    for (let i = 0; i < 40 && last?.status !== 429; i++) last = await api.get('/userinfo');
    assert.deepEqual([last.status, last.body.error, told(last)[1]], [429, 'too_many_requests', 0]);
    const next = Number(last.headers.get('retry-after'));
    assert.ok(next >= 1 && next <= 50, String(next));
    const managed = await api.get('/api/v2/users');
    assert.deepEqual([managed.status, managed.body.statusCode, managed.body.errorCode], [429, 429, 'too_many_requests']);
    const page = await api.get('/u/login', { accept: 'text/html', 'accept-language': 'de' });
    assert.equal(page.status, 429);
    assert.match(page.text, /<h1>Zu viele Anfragen/);
    assert.equal((await api.get('/health/live')).status, 200);
    assert.equal((await api.logs('api_limit')).length, 1);
    await api.advance(100);
    assert.equal((await api.get('/.well-known/jwks.json')).status, 200);
  });

  test('an account can be tried only so often, whoever tries, and whatever the password', async () => {
    const login = (username, password) => api.token({ grant_type: grants.realm, client_id: 'app', username, password, realm: 'Username-Password-Authentication' });
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await login('ada@example.com', 'Correct-Horse-9')).status);
    assert.deepEqual(statuses, [200, 200, 200, 200, 200, 429, 429]);
    assert.equal((await login('grace@example.com', 'Battery-Staple-9')).status, 200);
  });

  test('an application can ask only so often', async () => {
    const statuses = [];
    for (let i = 0; i < 10; i++) statuses.push((await api.token({ grant_type: 'client_credentials', client_id: 'web', client_secret: 'web-secret', audience: 'https://api.example.com/' })).status);
    assert.deepEqual(statuses, [...Array(8).fill(200), 429, 429]);
    const management = await Object.assign(new Management({ devIssuer: api.issuer }), {}).authenticate();
    const calls = [];
    for (let i = 0; i < 9; i++) calls.push((await management.call('GET', 'clients')).status);
    assert.deepEqual([calls[0], calls.at(-1)], [200, 429]);
  });
});

describe('where a request came from', () => {
  const start = async (t, args) => {
    const dir = folder(), port = await freePort();
    const server = await serve(['--data', `${dir}/data`, '--config', tenantFile(dir, { clients: [app], extra: tenant({ address: { per_second: 0.001, burst: 3 } }) }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`, ...args]);
    t.after(() => server.stop());
    return async (header) => (await fetch(`${server.issuer}.well-known/jwks.json`, { headers: header ? { 'x-forwarded-for': header } : {} })).status;
  };
  const times = async (n, ask) => { const out = []; for (let i = 0; i < n; i++) out.push(await ask(i)); return out; };

  test('a near proxy is believed: each client has its own limit, and one IPv6 customer is one client', async (t) => {
    const ask = await start(t, []);
    assert.deepEqual(await times(5, () => ask('198.51.100.7')), [200, 200, 200, 429, 429]);
    assert.equal(await ask('198.51.100.8'), 200);
    assert.deepEqual(await times(4, (i) => ask(`2001:db8:1:2::${i}`)), [200, 200, 200, 429]);
    assert.equal(await ask('2001:db8:1:3::1'), 200);
  });
  test('what a client writes there itself changes nothing', async (t) => {
    const ask = await start(t, []);
    assert.deepEqual(await times(4, (i) => ask(`203.0.113.${i}, 198.51.100.7`)), [200, 200, 200, 429]);
    assert.deepEqual(await times(4, (i) => ask(`nonsense${i}, 198.51.100.9`)), [200, 200, 200, 429]);
  });
  test('a chain of proxies is walked back to the first address that is none of them', async (t) => {
    const ask = await start(t, ['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '203.0.113.0/24']);
    assert.deepEqual(await times(4, (i) => ask(`198.51.100.7, 203.0.113.${i}`)), [200, 200, 200, 429]);
  });
  test('nobody but a trusted proxy is believed', async (t) => {
    const ask = await start(t, ['--trusted-proxy', '192.0.2.1']);
    // The peer is this machine, which is free of limits: believed, these would be over theirs.
    assert.deepEqual(await times(5, () => ask('198.51.100.7')), [200, 200, 200, 200, 200]);
  });
  test('a network that is none is named', async () => {
    const { code, stderr } = await runOstia(['serve', '--trusted-proxy', '10.0.0.0/99']);
    assert.deepEqual([code, /--trusted-proxy: "10.0.0.0\/99"/.test(stderr)], [2, true]);
  });
});
