// The authority beside oidc-provider, per second of CPU time of each, and beside the limits of the machine.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorizeUrl, Person } from '../tests/lib/person.mjs';
import { Postgres } from '../tests/lib/postgres.mjs';
import { freePort, serve, tenantFile, users } from '../tests/lib/program.mjs';
import { sql } from '../tests/lib/store.mjs';
import { root } from '../tools/lib.mjs';
import { startGlewlwyd } from './glewlwyd.mjs';
import { cpuSeconds, fixed, formScript, line, load, median, memory, signatureLimit } from './lib.mjs';

const audience = 'https://api.example.com/', callback = 'https://app.example.com/callback';
const app = { name: 'App', client_id: 'app', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code', 'implicit', 'refresh_token', 'password'], ostia: { compat: 'auth0-js' }, refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 } };
const machine = { name: 'Machine', client_id: 'machine', client_secret: 'machine-secret', app_type: 'non_interactive', grant_types: ['client_credentials'] };
const extra = {
  tenant: { friendly_name: 'Bench', default_directory: 'Username-Password-Authentication', ostia: { rate_limits: false } },
  resourceServers: [{ name: 'API', identifier: audience, scopes: [{ value: 'read:messages' }], allow_offline_access: true }, ...['ES256', 'EdDSA'].map((signing_alg) => ({ name: signing_alg, identifier: `https://${signing_alg.toLowerCase()}.example.com/`, scopes: [{ value: 'read:messages' }], signing_alg }))],
  clientGrants: ['', 'es256', 'eddsa'].map((name) => ({ client_id: 'machine', audience: name ? `https://${name}.example.com/` : audience, scope: ['read:messages'] })),
  attackProtection: { bruteForceProtection: { enabled: false }, suspiciousIpThrottling: { enabled: false } },
};
const dir = mkdtempSync(join(tmpdir(), 'ostia-bench-'));

export async function startOurs(name, more = [], data = 'data', program = undefined) {
  const folder = join(dir, name), port = await freePort();
  mkdirSync(folder, { recursive: true });
  const args = ['--data', join(folder, data), '--config', tenantFile(folder, { clients: [app, machine], extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`, ...more];
  const server = await serve(args, {}, program);
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

/** What is measured, each as a function that gives a rate. The peer's store in memory forgets all but a thousand: each begins with a login. */
export function measuresOf(it) {
  const machineForm = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', ...it.resource });
  // An answer that says no is given sooner: it is looked at before and after.
  const silent = async (response_type, found) => {
    const { person } = await signedIn(it);
    const url = authorizeUrl(it.base, { client_id: 'app', redirect_uri: callback, response_type, scope: 'openid', state: 's', nonce: 'n', prompt: 'none', ...it.resource }).replace('/authorize?', `/${it.authorize}?`);
    const check = async () => {
      const location = (await person.get(url)).headers.get('location');
      if (!found.test(location)) throw new Error(`${response_type}: ${location}`);
    };
    await check();
    const rate = load(it.pid, url, { headers: { Cookie: cookieOf(person) } });
    await check();
    return rate;
  };
  return {
    userinfo: async () => {
      const { code } = await signedIn(it, it.authorize === 'auth' ? {} : it.resource); // of the peer, a token for an API is none for /userinfo
      const { access_token } = await post(it.base + it.token, { grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code });
      return load(it.pid, it.base + it.userinfo, { headers: { Authorization: `Bearer ${access_token}` } });
    },
    credentials: () => load(it.pid, it.base + it.token, { script: file('cc.lua', formScript(machineForm.toString())) }),
    code: () => silent('code', /[?&]code=/),
    tokens: () => silent(it.authorize === 'auth' ? 'id_token token' : 'token id_token', /access_token=.*id_token=|id_token=.*access_token=/),
    jwks: () => load(it.pid, it.base + it.jwks),
    refresh: async () => (await refreshes(it)).perCpu,
  };
}

/** Machines' tokens per second of CPU time, by each algorithm, in turn; the middle of the ratios. */
export async function algorithms(rounds = 5) {
  const it = await startOurs('algorithms'), names = { RS256: audience, ES256: 'https://es256.example.com/', EdDSA: 'https://eddsa.example.com/' };
  const rates = Object.fromEntries(Object.keys(names).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++)
    for (const [name, of] of Object.entries(names))
      rates[name].push(load(it.pid, it.base + it.token, { script: file(`${name}.lua`, formScript(new URLSearchParams({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: of }).toString())) }));
  for (const name of Object.keys(names))
    line(`machines' tokens by ${name}, per CPU second`, fixed(median(rates[name]), 0), `${fixed(median(rates[name].map((rate, i) => rate / rates.RS256[i])), 2)} of RS256`);
  await it.stop();
}

const measuresOfGlewlwyd = (it) => it && {
  credentials: () => load(it.pid, it.base + it.token, { script: file('glewlwyd.lua', formScript('grant_type=client_credentials&scope=read')), headers: { Authorization: `Basic ${btoa('machine:machine-secret')}` } }),
};

// Machines change their pace within a run: all are measured in turn, three times, and what counts is the middle of the ratios.
async function inTurn(name, ours, peers) {
  const rounds = [];
  let earlier = signatureLimit();
  for (let i = 0; i < 3; i++) {
    const own = await ours[name]();
    const later = signatureLimit();
    const round = { own, limit: (earlier + later) / 2, beside: {} };
    for (const [peer, theirs] of Object.entries(peers)) if (theirs?.[name]) round.beside[peer] = await theirs[name]();
    earlier = signatureLimit();
    rounds.push(round);
  }
  return rounds;
}

async function show(title, name, ours, peers, signatures) {
  const rounds = await inTurn(name, ours, peers), middle = (value) => median(rounds.map(value));
  const besides = Object.keys(rounds[0].beside).map((peer) => `${fixed(middle(({ own, beside }) => own / beside[peer]), 1)}x ${peer} (${fixed(middle(({ beside }) => beside[peer]), 0)})`);
  line(`${title}, per CPU second`, fixed(middle(({ own }) => own), 0),
    [signatures && `${fixed(middle(({ own, limit }) => (own * signatures) / limit))} of the limit of its ${signatures === 1 ? 'signature' : `${signatures} signatures`} (${fixed(middle(({ limit }) => limit) / signatures, 0)})`, ...besides].filter(Boolean).join(', '));
}

async function beside() {
  const peer = await startPeer(), glewlwyd = await startGlewlwyd(dir), one = await startOurs('one');
  const ours = measuresOf(one), peers = { 'oidc-provider': measuresOf(peer), glewlwyd: measuresOfGlewlwyd(glewlwyd) };
  await show('/userinfo', 'userinfo', ours, peers);
  await show('client-credentials tokens (RS256)', 'credentials', ours, peers, 1);
  await show('refresh with rotation, SQLite', 'refresh', ours, peers, 2);
  await show('silent /authorize to a code', 'code', ours, peers);
  await show('silent /authorize to two tokens', 'tokens', ours, peers, 2);
  await show('JWKS', 'jwks', ours, peers);
  for (const it of [peer, glewlwyd]) it?.stop();
  await one.stop();
}

async function onPostgres() {
  const postgres = await Postgres.start();
  const ours = await startOurs('postgres', ['--database', postgres.database('bench')]);
  await show('refresh with rotation, PostgreSQL', 'refresh', { refresh: async () => (await refreshes(ours)).perCpu }, {}, 2);
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
  const hashes = [];
  for (let i = 0; i < 3; i++) hashes.push({ rate: load(ours.pid, ours.base + ours.token, { script: file('login.lua', login), connections: 8, seconds: 4 }), limit: Number(execFileSync(`${root}/build/release/authority/hash_bench`, { encoding: 'utf8' })) });
  line('password logins, per CPU second', fixed(median(hashes.map(({ rate }) => rate)), 1), `${fixed(median(hashes.map(({ rate, limit }) => rate / limit)))} of the limit of its hash (${fixed(median(hashes.map(({ limit }) => limit)), 1)})`);
  const { person } = await signedIn(ours);
  const url = authorizeUrl(ours.base, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', prompt: 'none' });
  const p99 = () => {
    const { stdout } = spawnSync('wrk', ['-t1', '-c2', '-d5s', '--latency', '-H', `Cookie: ${cookieOf(person)}`, url], { encoding: 'utf8' });
    const [, number, unit] = /99%\s+([\d.]+)(us|ms|s)/.exec(stdout);
    return Number(number) * { us: 0.001, ms: 1, s: 1000 }[unit];
  };
  const rounds = [];
  for (let i = 0; i < 3; i++) {
    const calm = p99();
    const flood = spawn('wrk', ['-t1', '-c64', '-d8s', '-s', join(dir, 'login.lua'), ours.base + ours.token], { stdio: 'ignore' });
    const flooded = p99();
    flood.kill();
    rounds.push({ calm, flooded });
  }
  line('p99 of silent login under a flood of logins, ms', fixed(median(rounds.map(({ flooded }) => flooded)), 1), `${fixed(median(rounds.map(({ calm, flooded }) => flooded / calm)), 1)} of its calm value (${fixed(median(rounds.map(({ calm }) => calm)), 1)})`);
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
  await new Promise((resolve) => setTimeout(resolve, 2000)); // idle is what comes after a start
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
