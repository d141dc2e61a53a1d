// The database goes away: for a moment, for good with a replica in its place, or slowly by being full.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { crowd, crowdsClients, nothingIsLost, signedIn } from '../lib/crowd.mjs';
import { startNodes, statusOf } from '../lib/nodes.mjs';
import { Postgres } from '../lib/postgres.mjs';
import { folder, freePort, runOstia, serve, tenantFile, users } from '../lib/program.mjs';
import { extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

/** People sign up and tokens rotate before, while and after `happen` happens. */
async function throughout(api, name, happen) {
  const it = crowd(api, name);
  await it.isThere();
  happen();
  const before = it.people.length;
  await until(() => it.people.length >= before + 3, 'people sign up again');
  await it.stop();
  return it;
}

const emailsOf = (postgres, database) => postgres.sql('SELECT email FROM users', database).split('\n');

test('the database crashes amid sign-ups and rotations, and comes back: nobody restarts anything, nothing acknowledged is lost', async (t) => {
  const postgres = await Postgres.start();
  postgres.database('one');
  const nodes = await startNodes(t, postgres.url('one'), { clients: crowdsClients, extra });
  const api = new Api(nodes);
  for (let round = 0; round < 3; round++) {
    const it = await throughout(api, `r${round}`, () => {
      postgres.stopServer('immediate');
      postgres.startServer();
    });
    assert.ok(Object.keys(it.counts()).every((s) => [200, 502, 503, 429].includes(Number(s))), JSON.stringify(it.counts()));
    await nothingIsLost(api, emailsOf(postgres, 'one'), it);
  }
  assert.match(nodes.nodes[0].log(), /"event":"database_away"/);
  assert.match(nodes.nodes[0].log(), /"event":"database_back"/);
});

test('while there is no database, nodes say so and are not ready; ten seconds later callers know', async (t) => {
  const postgres = await Postgres.start();
  const dir = folder(), port = await freePort();
  const node = await serve(['--database', postgres.database('gone'), '--data', join(dir, 'data'), '--config', tenantFile(dir, { clients: crowdsClients, extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`]);
  t.after(() => node.stop());
  assert.equal(await statusOf(`${node.issuer}health/ready`), 200);
  const refresh_token = await signedIn(new Api({ devIssuer: node.issuer }));
  postgres.stopServer('immediate');
  const revoke = () => fetch(`${node.issuer}oauth/revoke`, { method: 'POST', body: new URLSearchParams({ client_id: 'rotating', token: refresh_token }) });
  const [revoked, , live, token] = await Promise.all([revoke(), until(async () => (await statusOf(`${node.issuer}health/ready`)) === 503, 'it is not ready'), statusOf(`${node.issuer}health/live`),
    fetch(`${node.issuer}oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'app', username: 'a@example.com', password: 'x' }) })]);
  assert.deepEqual([live, token.status], [200, 503]);
  assert.equal(revoked.status, 503, 'GHSA-7mqr-2v3q-v2wm: a revocation that was not kept is not acknowledged');
  assert.match(await token.text(), /Try again/);
  postgres.startServer();
  await until(async () => (await statusOf(`${node.issuer}health/ready`)) === 200, 'it is ready again');
  assert.equal((await revoke()).status, 200);
});

test('a replica is promoted in place of its primary: the nodes go on there, and nothing acknowledged is lost', async (t) => {
  const primary = await Postgres.start({ settings: ['synchronous_standby_names = \'*\'', 'wal_level = replica', 'max_wal_senders = 5'] });
  const replica = await Postgres.start({ from: primary });
  await until(() => primary.sql("SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") === '1', 'the replica follows');
  primary.database('pair');
  const nodes = await startNodes(t, `postgres://postgres@127.0.0.1:${primary.port},127.0.0.1:${replica.port}/pair`, { clients: crowdsClients, extra });
  const api = new Api(nodes);
  const it = await throughout(api, 'f', () => {
    primary.stopServer('immediate');
    replica.promote();
  });
  await nothingIsLost(api, emailsOf(replica, 'pair'), it);
});

test('a server that is not there is a sentence and exit code 2, with no password in it', async () => {
  const { code, stderr } = await runOstia(['serve', '--database', `postgres://someone:secret-word@127.0.0.1:${await freePort()}/x`, '--data', join(folder(), 'data'), '--plain-http', '--listen', '127.0.0.1:0']);
  assert.equal(code, 2);
  assert.match(stderr, /the database: .*Connection refused/);
  assert.ok(!stderr.includes('secret-word'));
});

test('a guess that can never be counted holds up nobody', async (t) => {
  const postgres = await Postgres.start();
  const dir = folder(), port = await freePort();
  const node = await serve(['--database', postgres.database('guess'), '--data', join(dir, 'data'), '--config', tenantFile(dir, { clients: crowdsClients, extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`]);
  t.after(() => node.stop());
  const logIn = (username, password) => new Api({ devIssuer: node.issuer }).token({ grant_type: 'http://auth0.com/oauth/grant-type/password-realm', client_id: 'app', username, password, realm: 'Username-Password-Authentication' });
  for (const name of ['a\0b', '\0', `${'a'.repeat(199)}é${'a'.repeat(20)}`, 'é'.repeat(150)]) assert.ok([400, 403].includes((await logIn(name, 'wrong')).status), name);
  assert.equal((await logIn('ada@example.com', 'Correct-Horse-9')).status, 200);
});
