// Two servers that both take writes: a replica was promoted, and the primary whose place it took comes back, or never went.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { startNodes } from '../lib/nodes.mjs';
import { Postgres } from '../lib/postgres.mjs';
import { freePort, runOstia, serve } from '../lib/program.mjs';
import { app, extra as common } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

// All come from one address.
const extra = { ...common, attackProtection: { suspiciousIpThrottling: { enabled: false } } };

const emailsOf = (server) => new Set(server.sql('SELECT email FROM users', 'pair').split('\n'));

/** A primary with its replica, and two nodes that know both. */
async function pair(t) {
  const primary = await Postgres.start({ settings: ['wal_level = replica', 'max_wal_senders = 5'] });
  const replica = await Postgres.start({ from: primary });
  primary.database('pair');
  await until(() => replica.sql("SELECT count(*) FROM pg_database WHERE datname = 'pair'") === '1', 'the replica follows');
  const database = `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${replica.port}/pair`;
  const nodes = await startNodes(t, database, { clients: [app], extra });
  const caughtUp = () => until(() => replica.sql(`SELECT pg_last_wal_replay_lsn() >= '${primary.sql('SELECT pg_current_wal_flush_lsn()')}'::pg_lsn`) === 't', 'the replica has caught up');
  return { primary, replica, nodes, api: new Api(nodes), caughtUp, database };
}

/** Signs up so many, one after the other; who was told that they have. */
async function signUp(api, name, count) {
  const people = [];
  for (let i = 0; i < count; i++) {
    const email = `${name}${i}@example.com`;
    const { status } = await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email, password: 'Correct-Horse-9' });
    if (status === 200) people.push(email);
  }
  return people;
}

const said = (nodes, event) => until(() => nodes.nodes.every((node) => node.log().includes(`"event":"${event}"`)), `each node says ${event}`);

/** All who were told so are at the new primary, and nothing of it is at the old one. */
function onlyAt(there, elsewhere, people) {
  const right = emailsOf(there), wrong = emailsOf(elsewhere);
  assert.ok(people.length > 0);
  assert.deepEqual(people.filter((email) => !right.has(email)), [], 'each is at the promoted server');
  assert.deepEqual(people.filter((email) => wrong.has(email)), [], 'none is at the old primary');
}

test('the old primary comes back by itself: nobody writes to it, whichever comes first in --database', async (t) => {
  const { primary, replica, nodes, api, caughtUp, database } = await pair(t);
  await caughtUp();
  primary.stopServer('immediate');
  replica.promote();
  await until(async () => (await signUp(api, 'first', 1)).length === 1, 'somebody signs up at the promoted server');
  primary.startServer();
  await said(nodes, 'database_old_primary');
  // New connections, too: those that are there are thrown out.
  replica.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'ostia'");
  await until(async () => (await signUp(api, 'again', 1)).length === 1, 'they have connected again');
  onlyAt(replica, primary, await signUp(api, 'later', 30));

  // A node that starts now compares both, and one whose old primary is the only one that answers remembers.
  for (const i of [0, 1]) { await nodes.nodes[i].stop(); await nodes.restart(i); }
  onlyAt(replica, primary, await signUp(api, 'restarted', 10));
  await nodes.nodes[0].stop();
  const args = ['--data', join(nodes.dir, 'node0'), '--master-key', join(nodes.dir, 'master.key')];
  const kept = join(nodes.dir, 'node0', 'database-lineage.json');
  assert.equal(JSON.parse(readFileSync(kept, 'utf8')).timeline, 2);
  for (const command of [['serve', '--plain-http', '--listen', `127.0.0.1:${await freePort()}`], ['verify']]) {
    const refused = await runOstia([...command, ...args, '--database', primary.url('pair')]);
    assert.equal(refused.code, 2, refused.stderr);
    assert.match(refused.stderr, /is an old primary: timeline 2 has taken its place/);
    assert.ok(refused.stderr.includes(kept), refused.stderr);
  }
  primary.stopServer('immediate');
  await nodes.restart(0);
  assert.ok(database.includes(String(primary.port)));
});

test('a replica is promoted while the primary goes on: nodes leave the primary for it by themselves', async (t) => {
  const { primary, replica, nodes, api, caughtUp } = await pair(t);
  await signUp(api, 'before', 3);
  await caughtUp();
  replica.promote();
  await said(nodes, 'database_new_primary');
  await until(async () => (await signUp(api, 'first', 1)).length === 1, 'somebody signs up again');
  onlyAt(replica, primary, await signUp(api, 'after', 30));
});

test('another system is no primary of this authority, whatever its timeline', async (t) => {
  const one = await Postgres.start(), other = await Postgres.start();
  const nodes = await startNodes(t, one.database('pair'), { clients: [app], extra, count: 1 });
  other.database('pair');
  await nodes.nodes[0].stop();
  const start = (database) => serve(['--database', database, '--data', join(nodes.dir, 'node0'), '--master-key', join(nodes.dir, 'master.key'), '--config', nodes.config, '--plain-http', '--listen', '127.0.0.1:0']);
  await assert.rejects(start(other.url('pair')), /ended with 2: [^]*another system/);
  assert.equal(other.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", 'pair'), '0', 'nothing was written there');
  const both = await start(`postgres://postgres@127.0.0.1:${other.port},127.0.0.1:${one.port}/pair`);
  t.after(() => both.stop());
  assert.match(both.log(), /"event":"database_other_system"/);
  await nodes.restart(0);
});
