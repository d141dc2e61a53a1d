// The authority beside oidc-provider, per second of CPU time of each, and beside the limits of the machine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizeUrl, Person } from '../tests/lib/person.mjs';
import { Postgres } from '../tests/lib/postgres.mjs';
import { freePort, serve, sql, tenantFile, users } from '../tests/lib/program.mjs';
import { root } from '../tools/lib.mjs';
import { cpuSeconds, fixed, formScript, line, load, median, memory, signatureLimit } from './lib.mjs';

const audience = 'https://api.example.com/', callback = 'https://app.example.com/callback';
const app = { name: 'App', client_id: 'app', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password'], ostia: { compat: 'auth0-js' }, refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 } };
const machine = { name: 'Machine', client_id: 'machine', client_secret: 'machine-secret', app_type: 'non_interactive', grant_types: ['client_credentials'] };
const extra = {
  tenant: { friendly_name: 'Bench', default_directory: 'Username-Password-Authentication', ostia: { rate_limits: false } },
  resourceServers: [{ name: 'API', identifier: audience, scopes: [{ value: 'read:messages' }], allow_offline_access: true }],
  clientGrants: [{ client_id: 'machine', audience, scope: ['read:messages'] }],
  attackProtection: { bruteForceProtection: { enabled: false }, suspiciousIpThrottling: { enabled: false } },
};
const dir = mkdtempSync(join(tmpdir(), 'ostia-bench-'));

async function startOurs(name, more = [], data = 'data') {
  const folder = join(dir, name), port = await freePort();
  mkdirSync(folder, { recursive: true });
  const args = ['--data', join(folder, data), '--config', tenantFile(folder, { clients: [app, machine], extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`, ...more];
  const server = await serve(args);
  return { ...server, args, data: join(folder, data), pid: server.child.pid, base: `http://localhost:${port}/`, authorize: 'authorize', token: 'oauth/token', jwks: '.well-known/jwks.json', userinfo: 'userinfo', resource: { audience } };
}

async function startPeer() {
  const child = spawn(process.execPath, [`${root}/bench/oidc-provider.mjs`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise((resolve) => child.stdout.once('data', (d) => resolve(Number(d))));
  return { pid: child.pid, base: `http://localhost:${port}/`, authorize: 'auth', token: 'token', jwks: 'jwks', userinfo: 'me', resource: { resource: audience }, stop: () => child.kill() };
}

/** Somebody who is signed in; both kinds of login pages. */
async function signInOnce(it, resource) {
  const person = new Person();
  const ask = authorizeUrl(it.base, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid profile email offline_access', state: 's', prompt: it.authorize === 'auth' ? 'consent' : 'login', ...resource }).replace('/authorize?', `/${it.authorize}?`);
  let response = await person.follow(ask);
  for (let i = 0; i < 12; i++) {
    const location = response.headers.get('location');
    if (location?.startsWith(callback)) return { person, code: new URL(location).searchParams.get('code') };
    if (location) {
      response = await person.get(new URL(location, it.base));
      continue;
    }
    const html = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(html)[1].replaceAll('&amp;', '&'), state = /name="state" value="([^"]+)"/.exec(html)?.[1], prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1];
    response = await person.post(new URL(action, it.base), { ...(state && { state, action: 'default', username: 'ada@example.com', password: 'Correct-Horse-9' }), ...(prompt && { prompt, login: 'ada', password: 'x' }) });
  }
  throw new Error('the login did not come to an end');
}
// A server may close a connection that was kept at the very moment when it is used again.
const signedIn = (it, resource = it.resource) => signInOnce(it, resource).catch(() => signInOnce(it, resource));
const cookieOf = (person) => [...person.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

const agent = new Agent({ keepAlive: true });
function post(url, fields) {
  return new Promise((resolve, reject) => {
    const body = new URLSearchParams(fields).toString();
    const outgoing = httpRequest(url, { method: 'POST', agent, headers: { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length } }, (incoming) => {
      let text = '';
      incoming.on('data', (d) => { text += d; }).on('end', () => (incoming.statusCode === 200 ? resolve(JSON.parse(text)) : reject(new Error(text))));
    });
    outgoing.on('error', reject).end(body);
  });
}

/** Refreshes with rotation on `chains` tokens at once for `seconds`. */
async function refreshes(it, chains = 24, seconds = 4) {
  const tokens = [];
  for (let i = 0; i < chains; i++) tokens.push((await post(it.base + it.token, { grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code: (await signedIn(it)).code })).refresh_token);
  const before = cpuSeconds(it.pid), end = performance.now() + seconds * 1000;
  let count = 0;
  await Promise.all(tokens.map(async (token) => {
    for (let current = token; performance.now() < end; count++) current = (await post(it.base + it.token, { grant_type: 'refresh_token', client_id: 'app', refresh_token: current })).refresh_token;
  }));
  return { perCpu: count / (cpuSeconds(it.pid) - before), perSecond: count / seconds };
}

const file = (name, text) => {
  writeFileSync(join(dir, name), text);
  return join(dir, name);
};

async function measure(it) {
  const { person } = await signedIn(it);
  const { code } = await signedIn(it, it.authorize === 'auth' ? {} : it.resource); // of the peer, a token for an API is none for /userinfo
  const { access_token } = await post(it.base + it.token, { grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code });
  const silent = (response_type, more = {}) => authorizeUrl(it.base, { client_id: 'app', redirect_uri: callback, response_type, scope: 'openid', state: 's', nonce: 'n', prompt: 'none', ...it.resource, ...more }).replace('/authorize?', `/${it.authorize}?`);
  const answer = await person.get(silent('code'));
  if (!/[?&]code=/.test(answer.headers.get('location'))) throw new Error(`no code: ${answer.status} ${answer.headers.get('location')}`);
  const headers = { Cookie: cookieOf(person) };
  const rates = { limits: {} };
  let earlier = signatureLimit();
  // Machines change their pace within a run: what a core can sign is asked before and after each.
  const rate = async (name, measured) => {
    rates[name] = await measured();
    const later = signatureLimit();
    rates.limits[name] = (earlier + later) / 2;
    earlier = later;
  };
  // First: the peer's store in memory forgets all but a thousand.
  await rate('userinfo', () => load(it.pid, it.base + it.userinfo, { headers: { Authorization: `Bearer ${access_token}` } }));
  const machineForm = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', ...it.resource });
  await rate('credentials', () => load(it.pid, it.base + it.token, { script: file('cc.lua', formScript(machineForm.toString())) }));
  await rate('code', () => load(it.pid, silent('code'), { headers }));
  await rate('tokens', () => load(it.pid, silent(it.authorize === 'auth' ? 'id_token token' : 'token id_token'), { headers }));
  await rate('jwks', () => load(it.pid, it.base + it.jwks));
  await rate('refresh', async () => (await refreshes(it)).perCpu);
  return rates;
}

async function beside() {
  const peer = await startPeer(), ours = await startOurs('one');
  const theirs = await measure(peer), own = await measure(ours);
  peer.stop();
  const show = (name, key, signatures) => {
    const limit = own.limits[key];
    line(`${name}, per CPU second`, fixed(own[key], 0),
      [signatures && `${fixed((own[key] * signatures) / limit)} of the limit of its ${signatures === 1 ? 'signature' : `${signatures} signatures`} (${fixed(limit / signatures, 0)})`, theirs[key] && `${fixed(own[key] / theirs[key], 1)}x oidc-provider (${fixed(theirs[key], 0)})`].filter(Boolean).join(', '));
  };
  show('client-credentials tokens (RS256)', 'credentials', 1);
  show('refresh with rotation, SQLite', 'refresh', 2);
  show('silent /authorize to a code', 'code');
  show('silent /authorize to two tokens', 'tokens', 2);
  show('JWKS', 'jwks');
  show('/userinfo', 'userinfo');
  await ours.stop();
}

async function onPostgres() {
  const postgres = await Postgres.start();
  const ours = await startOurs('postgres', ['--database', postgres.database('bench')]);
  const earlier = signatureLimit();
  const { perCpu, perSecond } = await refreshes(ours);
  const limit = (earlier + signatureLimit()) / 2;
  line('refresh with rotation, PostgreSQL, per CPU second of the node', fixed(perCpu, 0), `${fixed((perCpu * 2) / limit)} of the limit of its 2 signatures; ${fixed(perSecond, 0)} a second beside the server and the client on one machine`);
  await ours.stop();
  postgres.stopServer();
}

/** A group of processes that get `share` of one core and no more (cgroups v1; needs root), or nothing. */
function coreShare(name, share) {
  const group = `/sys/fs/cgroup/cpu/ostia-bench-${name}`;
  try {
    mkdirSync(group, { recursive: true });
    writeFileSync(`${group}/cpu.cfs_period_us`, '20000');
    writeFileSync(`${group}/cpu.cfs_quota_us`, String(20000 * share));
  } catch {
    return undefined;
  }
  return { add: (pid) => writeFileSync(`${group}/cgroup.procs`, String(pid)), end: () => rmdirSync(group) };
}

// Two nodes against one, where neither the database nor the client is what is short: each node has a fifth of a core.
async function twoNodes() {
  const groups = [coreShare('a', 0.2), coreShare('b', 0.2)];
  if (groups.some((g) => !g)) return line('two nodes on PostgreSQL against one', '–', 'needs root and cgroups v1');
  const postgres = await Postgres.start(), database = postgres.database('nodes');
  const master = ['--master-key', file('master.key', 'A'.repeat(43))], nodes = [];
  for (const [i, group] of groups.entries()) {
    nodes.push(await startOurs('nodes', ['--database', database, ...master], `node${i}`));
    group.add(nodes[i].pid);
  }
  const one = (await refreshes(nodes[0], 12, 8)).perSecond;
  const both = (await Promise.all(nodes.map((node) => refreshes(node, 12, 8)))).reduce((sum, { perSecond }) => sum + perSecond, 0);
  line('refreshes a second of two nodes with a fifth of a core each', fixed(both, 0), `${fixed(both / one)} of one such node (${fixed(one, 0)})`);
  for (const node of nodes) await node.stop();
  for (const group of groups) group.end();
  postgres.stopServer();
}

async function passwords() {
  const ours = await startOurs('passwords');
  const login = formScript(new URLSearchParams({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' }).toString());
  const limit = Number(execFileSync(`${root}/build/release/authority/hash_bench`, { encoding: 'utf8' }));
  const rate = load(ours.pid, ours.base + ours.token, { script: file('login.lua', login), connections: 8, seconds: 6 });
  line('password logins, per CPU second', fixed(rate, 1), `${fixed(rate / limit)} of the limit of its hash (${fixed(limit, 1)})`);
  const { person } = await signedIn(ours);
  const url = authorizeUrl(ours.base, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', prompt: 'none' });
  const p99 = () => {
    const { stdout } = spawnSync('wrk', ['-t1', '-c2', '-d5s', '--latency', '-H', `Cookie: ${cookieOf(person)}`, url], { encoding: 'utf8' });
    const [, number, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
    return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  const calm = p99();
  const flood = spawn('wrk', ['-t1', '-c64', '-d12s', '-s', join(dir, 'login.lua'), ours.base + ours.token], { stdio: 'ignore' });
  const flooded = p99();
  flood.kill();
  line('p99 of silent login under a flood of logins, ms', fixed(flooded, 1), `${fixed(flooded / calm, 1)} of its calm value (${fixed(calm, 1)})`);
  await ours.stop();
}

const startTimes = async (args, n = 7) => {
  const times = [];
  for (let i = 0; i < n; i++) {
    const start = performance.now();
    const server = await serve(args);
    times.push(performance.now() - start);
    await server.stop();
  }
  return median(times);
};

async function sizes() {
  const port = await freePort(), devPort = await freePort(), data = join(dir, 'demo');
  const demo = ['--dev', '--data', data, '--listen', `127.0.0.1:${port}`, '--dev-http', `127.0.0.1:${devPort}`];
  await (await serve(demo)).stop();
  line('ready on an existing store, ms', fixed(await startTimes(demo), 0), 'at most 50');
  const server = await serve(demo);
  line('resident when idle with the demo tenant, MB', fixed(memory(server.child.pid), 1), 'at most 15');
  await server.stop();

  const ours = await startOurs('many');
  const logins = async (n) => {
    const times = [];
    for (let i = 0; i < n; i++) {
      const start = performance.now();
      await post(ours.base + ours.token, { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid' });
      times.push(performance.now() - start);
    }
    return median(times);
  };
  const add = (from, to) => sql(ours, `INSERT INTO users (user_id, connection, email, username, password_hash, blocked, profile, created_at, updated_at)
    WITH RECURSIVE n(i) AS (SELECT ${from} UNION ALL SELECT i + 1 FROM n WHERE i < ${to}) SELECT 'auth0|' || printf('%024d', (i * 7919) % 10000019), 'Username-Password-Authentication', 'p' || i || '@example.com', '', 'x', 0, '{"name":"Somebody"}', 1700000000, 1700000000 FROM n`);
  add(1, 1000);
  const few = await logins(40);
  add(1001, 1_000_000);
  const many = await logins(40);
  line('login p50 with a million users, ms', fixed(many, 1), `${fixed(many / few)} of that with a thousand (${fixed(few, 1)})`);
  const signIn = async (count) => {
    for (let i = 0; i < count; i += 20) await Promise.all(Array.from({ length: 20 }, () => signedIn(ours)));
  };
  await signIn(1000); // caches fill once, however many come later
  const before = memory(ours.pid), sessions = 2000;
  await signIn(sessions);
  line('memory for each live session, kB', fixed(((memory(ours.pid) - before) * 1024) / sessions, 2), 'at most 2');
  await ours.stop();
  line('ready with a million users, ms', fixed(await startTimes(ours.args, 5), 0), 'at most 100');
}

export async function authority() {
  try {
    await beside();
    await onPostgres();
    await twoNodes();
    await passwords();
    await sizes();
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
