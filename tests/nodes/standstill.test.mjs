// A database that neither answers nor breaks the connection: everybody is told something, and a write that was called off stays so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { startNodes, statusOf } from '../lib/nodes.mjs';
import { Postgres } from '../lib/postgres.mjs';
import { app, extra as common, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

// All come from one address.
const extra = { ...common, attackProtection: { suspiciousIpThrottling: { enabled: false } } };

const realm = 'Username-Password-Authentication';
const signUp = (api, email) => api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password: 'Correct-Horse-9' }).catch((error) => ({ status: 0, text: String(error) }));
const logIn = (api) => api.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm, scope: 'openid' }).catch((error) => ({ status: 0, text: String(error) }));

async function start(t, settings) {
  const postgres = await Postgres.start({ settings });
  postgres.database('one');
  const nodes = await startNodes(t, postgres.url('one'), { clients: [app], extra, count: 1 });
  return { postgres, nodes, api: Object.assign(new Api(nodes), { url: (path) => new URL(path, nodes.url(0)).href }), ready: () => statusOf(`${nodes.url(0)}health/ready`) };
}

/** Processes stand still until `work` is done. */
async function whileStopped(pids, work) {
  const signal = (name) => pids.forEach((pid) => { try { process.kill(pid, name); } catch { /* it has ended */ } });
  signal('SIGSTOP');
  try { return await work(); } finally { signal('SIGCONT'); }
}

test('nothing waits for ever: the processes behind all connections stand still, and others take their place', async (t) => {
  const { postgres, api, ready } = await start(t);
  await whileStopped(postgres.backends('one'), async () => {
    const answers = await Promise.all([...Array(8).keys()].map((i) => signUp(api, `s${i}@example.com`)));
    for (const { status, text } of answers) assert.ok([200, 503].includes(status), text);
    await until(async () => (await ready()) === 200, 'it is ready, though they still stand');
    await until(async () => (await signUp(api, 'later@example.com')).status !== 503, 'writes are made, though they still stand');
    assert.equal((await logIn(api)).status, 200);
  });
  assert.equal((await logIn(api)).status, 200);
});

test('nothing waits for ever: the whole server stands still', async (t) => {
  const { postgres, api, ready } = await start(t);
  await whileStopped(postgres.processes(), async () => {
    const [, ...answers] = await Promise.all([until(async () => (await ready()) === 503, 'it is not ready'), ...[...Array(30).keys()].flatMap((i) => [signUp(api, `w${i}@example.com`), logIn(api)])]);
    for (const { status, text } of answers) assert.equal(status, 503, text);
    const jwks = await api.get('/.well-known/jwks.json');
    assert.equal(jwks.status, 200);
  });
  await until(async () => (await ready()) === 200, 'it is ready again');
  await until(async () => (await signUp(api, 'back@example.com')).status === 200, 'writes are made again');
});

test('nothing waits for ever: a table is locked; who was told that nothing was written finds nothing written', async (t) => {
  const { postgres, api, ready } = await start(t);
  const letGo = await postgres.hold('LOCK TABLE users IN ACCESS EXCLUSIVE MODE', 'one');
  const [health, jwks, ...answers] = await Promise.all([ready(), api.get('/.well-known/jwks.json'), ...[...Array(20).keys()].map((i) => signUp(api, `l${i}@example.com`))]);
  assert.equal(jwks.status, 200);
  assert.ok([200, 503].includes(health));
  for (const { status, text } of answers) assert.equal(status, 503, text);
  await letGo();
  await until(async () => (await ready()) === 200, 'it is ready again');
  await until(async () => (await signUp(api, 'back@example.com')).status === 200, 'writes are made again');
  // Unknown is what `store_lost` says; the rest was called off.
  const there = new Set(postgres.sql('SELECT email FROM users', 'one').split('\n'));
  answers.forEach(({ text }, i) => assert.ok(!there.has(`l${i}@example.com`) || text.includes('connection to the database was lost'), text));
});

test('a commit that waits for its replica is not told as made, however long that takes', async (t) => {
  const primary = await Postgres.start({ settings: ["synchronous_standby_names = '*'", 'wal_level = replica', 'max_wal_senders = 5'] });
  const replica = await Postgres.start({ from: primary });
  await until(() => primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") === '1', 'the replica follows');
  primary.database('one');
  const nodes = await startNodes(t, primary.url('one'), { clients: [app], extra, count: 1 });
  const api = new Api(nodes);
  await whileStopped(replica.processes(), async () => {
    const answers = await Promise.all([...Array(30).keys()].map((i) => signUp(api, `r${i}@example.com`)));
    for (const { status, text } of answers) assert.equal(status, 503, text);
    assert.ok(primary.backends('one').length <= 40, 'the server is not covered with connections');
  });
  await until(async () => (await signUp(api, 'back@example.com')).status === 200, 'writes are made again');
});

test('entries of the log are written when the database is back', async (t) => {
  const { postgres, api, ready } = await start(t);
  for (let round = 0; round < 3; round++) {
    const before = Number(postgres.sql('SELECT count(*) FROM logs', 'one'));
    const refused = await Promise.all([...Array(20).keys()].map((i) => api.token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: 'https://app.example/cb', code: `unknown-${round}-${i}` })));
    assert.ok(refused.every((r) => r.status === 403), refused.map((r) => r.text).join('\n'));
    postgres.stopServer('immediate');
    postgres.startServer();
    await until(async () => (await ready()) === 200, 'it is ready again');
    await until(() => Number(postgres.sql('SELECT count(*) FROM logs', 'one')) >= before + 20, 'all entries are there');
  }
});
