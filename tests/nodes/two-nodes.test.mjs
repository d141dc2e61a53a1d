// Two nodes behind a proxy that takes turns: nothing may depend on which of them answers, nor on what stands before the database.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { startNodes, statusOf } from '../lib/nodes.mjs';
import { authorizeUrl, decode } from '../lib/person.mjs';
import { ProofKey } from '../lib/dpop.mjs';
import { careless, Postgres } from '../lib/postgres.mjs';
import { folder, freePort, runOstia, serve } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const challenge = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const code_verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const rotating = { ...app, client_id: 'rotating', name: 'Rotating', refresh_token: { rotation_type: 'rotating', expiration_type: 'expiring', leeway: 0 } };

for (const way of ['', ', through PgBouncer']) describe(`two nodes on one database${way}`, () => {
  const group = scope();
  let postgres, nodes, api, at;
  before(async () => {
    postgres = await Postgres.start({ settings: careless });
    const direct = postgres.database('pair');
    nodes = await startNodes(group, way ? await postgres.bouncer('pair') : direct, { clients: [app, rotating, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
    api = new Api(nodes);
    // The same tenant, asked at one node.
    at = (i) => Object.assign(new Api(nodes), { url: (path) => new URL(path, nodes.url(i)).href });
  });
  const login = (it, more = {}) => it.token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication', scope: 'openid offline_access', ...more });

  test('both started at once on an empty database: one signing key, one tenant', async () => {
    assert.equal(postgres.sql("SELECT count(*) FROM signing_keys WHERE state = 'current'", 'pair'), '1');
    const [one, other] = await Promise.all([0, 1].map(async (i) => (await at(i).get('/.well-known/jwks.json')).text));
    assert.equal(one, other);
  });

  test('a login, its code and its tokens go from node to node', async () => {
    for (let i = 0; i < 4; i++) {
      const person = new Reader(nodes.issuer);
      const page = await person.open(authorizeUrl(nodes.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid offline_access', state: 's', ...challenge }));
      const done = await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' });
      const tokens = await api.token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code: done.location.searchParams.get('code'), code_verifier });
      assert.equal(tokens.status, 200, tokens.text);
      const profile = await api.get('/userinfo', { authorization: `Bearer ${tokens.body.access_token}` });
      assert.equal(profile.body.sub, 'auth0|ada');
      assert.equal(decode(tokens.body.id_token).iss, nodes.issuer);
    }
  });

  test('of one DPoP proof, sent to both nodes at once or one after the other, one is good', async () => {
    const key = new ProofKey(), htu = `${nodes.issuer}oauth/token`;
    const machineAt = (n, dpop) => at(n).token({ grant_type: 'client_credentials', client_id: 'machine', client_secret: 'machine-secret', audience: `${nodes.issuer}api/v2/` }, { dpop });
    for (let i = 0; i < 10; i++) {
      const dpop = key.proof('POST', htu), answers = await Promise.all([0, 1, 0, 1].map((n) => machineAt(n, dpop)));
      assert.equal(answers.filter((a) => a.status === 200).length, 1, answers.map((a) => a.text).join('\n'));
      for (const n of [0, 1]) assert.deepEqual([(await machineAt(n, dpop)).status, (await machineAt(n, dpop)).body.error], [400, 'invalid_dpop_proof']);
    }
  });

  test('a nonce of one node is good at the other', async () => {
    const key = new ProofKey(), htu = `${nodes.issuer}oauth/token`;
    const first = await at(0).token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication' }, { dpop: key.proof('POST', htu) });
    assert.equal(first.body.error, 'use_dpop_nonce', first.text);
    const { status, body, text } = await at(1).token({ grant_type: grants.realm, client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', realm: 'Username-Password-Authentication' }, { dpop: key.proof('POST', htu, { claims: { nonce: first.headers.get('dpop-nonce') } }) });
    assert.deepEqual([status, body.token_type], [200, 'DPoP'], text);
  });

  test('of one code, redeemed at both nodes at once, at most one is good', async () => {
    for (let i = 0; i < 10; i++) {
      const person = new Reader(nodes.issuer);
      const page = await person.open(authorizeUrl(nodes.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', ...challenge }));
      const code = (await person.submit(page, { username: 'ada@example.com', password: 'Correct-Horse-9' })).location.searchParams.get('code');
      const answers = await Promise.all([0, 1, 0, 1].map((n) => at(n).token({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: callback, code, code_verifier })));
      assert.ok(answers.filter((a) => a.status === 200).length <= 1, answers.map((a) => a.text).join('\n')); // none where a replay ends it first
    }
  });

  test('a refresh token that rotates, used at both nodes at once, ends its family or stays one', async () => {
    for (let i = 0; i < 10; i++) {
      const { refresh_token } = (await login(api, { client_id: 'rotating' })).body;
      const use = (n, token) => at(n).token({ grant_type: 'refresh_token', client_id: 'rotating', refresh_token: token });
      const answers = await Promise.all([0, 1, 0, 1].map((n) => use(n, refresh_token)));
      const good = answers.filter((a) => a.status === 200);
      assert.equal(good.length, 1, answers.map((a) => a.text).join('\n'));
      assert.equal((await use(0, good[0].body.refresh_token)).status, 403);  // the reuse has ended it
    }
  });

  test('failed logins are counted across nodes', async () => {
    await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'guessed@example.com', password: 'Battery-Staple-9' });
    const guess = (n, password) => login(at(n), { username: 'guessed@example.com', password });
    for (let i = 0; i < 10; i++) assert.equal((await guess(i % 2, 'wrong')).status, 403);
    for (const n of [0, 1]) assert.equal((await guess(n, 'Battery-Staple-9')).status, 429);
  });

  test('what one node changes the other one soon knows: applications, keys; a session that ends has ended at once', async () => {
    const management = await Object.assign(new Management(nodes), { issuer: nodes.issuer }).authenticate();
    assert.ok(management.bearer);
    const one = Object.assign(Object.create(management), { call: (method, path, body) => management.call.call({ ...management, issuer: nodes.url(0) }, method, path, body, management.bearer) });
    const made = await one.call('POST', 'clients', { name: 'New one', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code'] });
    assert.equal(made.status, 201, made.text);
    const ask = `authorize?${new URLSearchParams({ client_id: made.body.client_id, redirect_uri: callback, response_type: 'code', state: 's', ...challenge })}`;
    const soon = 20_000; // it looks every second; what it does by the minute would be too late
    await until(async () => (await statusOf(nodes.url(1) + ask)) === 302, 'the other node knows the application', soon);

    assert.equal((await one.call('POST', 'keys/signing/rotate', {})).status, 201);
    const { kid } = JSON.parse(Buffer.from((await login(at(0))).body.id_token.split('.')[0], 'base64url'));
    const signs = async () => JSON.parse(Buffer.from((await login(at(1))).body.id_token.split('.')[0], 'base64url')).kid;
    await until(async () => (await signs()) === kid, 'the other node signs with the new key', soon);

    const person = new Reader(nodes.issuer);
    const silent = { client_id: 'app', redirect_uri: callback, response_type: 'code', state: 's', prompt: 'none', ...challenge };
    const page = await person.open(authorizeUrl(nodes.issuer, { ...silent, prompt: 'login' }));
    await person.submit(page, { username: 'grace@example.com', password: 'Battery-Staple-9' });
    const outcome = async () => (await person.open(authorizeUrl(nodes.issuer, silent))).location.searchParams;
    assert.ok((await outcome()).has('code'));
    assert.equal((await one.call('DELETE', 'users/auth0%7Cgrace/sessions')).status, 202);
    for (let i = 0; i < 2; i++) assert.equal((await outcome()).get('error'), 'login_required');
  });

  test('nodes are upgraded one by one: an older one lives with what a newer one has added, and not with more', async () => {
    const version = Number(postgres.sql('SELECT version FROM ostia_schema', 'pair'));
    postgres.sql("UPDATE ostia_schema SET version = version + 1; ALTER TABLE users ADD COLUMN something_new TEXT NOT NULL DEFAULT ''", 'pair');
    assert.equal((await login(at(0))).status, 200);
    await nodes.nodes[1].stop();
    await nodes.restart(1);
    assert.equal((await login(at(1))).status, 200);
    postgres.sql('UPDATE ostia_schema SET oldest = version', 'pair');
    await nodes.nodes[1].stop();
    await assert.rejects(nodes.restart(1), new RegExp(`ended with 2: .*version ${version + 1}`));
    postgres.sql(`UPDATE ostia_schema SET version = ${version}, oldest = ${version}; ALTER TABLE users DROP COLUMN something_new`, 'pair');
    await nodes.restart(1);
  });

  test('a node that is killed is not missed', async () => {
    await nodes.nodes[1].stop('SIGKILL');
    await until(async () => (await statusOf(nodes.url(1))) === 0, 'it is gone');
    const answers = [];
    for (let i = 0; i < 10; i++) answers.push((await login(api)).status);
    // What was on its way while the proxy had not noticed yet may have failed; the rest has not.
    assert.ok(answers.filter((s) => s === 200).length >= 8, answers.join());
    await nodes.restart(1);
  });

  test('a node with another master key does not start', async () => {
    const dir = folder(), start = (more) => serve(['--database', postgres.url('pair'), '--data', join(dir, 'data'), '--plain-http', '--listen', '127.0.0.1:0', ...more]);
    await assert.rejects(start([]), /ended with 2: .*there is no master.key/);
    writeFileSync(join(dir, 'another.key'), 'Q'.repeat(43));
    await assert.rejects(start(['--master-key', join(dir, 'another.key')]), /ended with 2: .*another master key/);
  });

  test('a backup of the running pair is whole, and lives in SQLite and in another database', async (t) => {
    const to = join(folder(), 'backup'), env = { OSTIA_MASTER_KEY: 'A'.repeat(43) };
    const made = await runOstia(['backup', to, '--data', join(nodes.dir, 'node0'), '--database', postgres.url('pair')], { env });
    assert.equal(made.code, 0, made.stderr);
    assert.match(made.stdout, /^whole: /);
    for (const database of [undefined, postgres.database('second')]) {
      const data = join(folder(), 'data'), more = database ? ['--database', database] : [];
      const restored = await runOstia(['restore', to, '--data', data, ...more], { env });
      assert.equal(restored.code, 0, restored.stderr);
      assert.equal((await runOstia(['verify', '--data', data, ...more], { env })).code, 0);
      const third = await serve(['--data', data, '--plain-http', '--listen', `127.0.0.1:${await freePort()}`, ...more], env);
      t.after(() => third.stop());
      const token = await login(new Api({ devIssuer: third.issuer }));
      assert.equal(token.status, 200, token.text);
    }
    const again = await runOstia(['restore', to, '--data', join(folder(), 'data'), '--database', postgres.url('second')], { env });
    assert.deepEqual([again.code, /already/.test(again.stderr)], [2, true]);
  });
});
