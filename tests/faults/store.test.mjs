// A database that is locked, away, deleted under the program or grown: what is said of it, and that it comes back by itself.
import assert from 'node:assert/strict';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { Management, machine, managementGrant } from '../lib/management.mjs';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { careless, Postgres } from '../lib/postgres.mjs';
import { folder, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { holdOpen, sqlite } from '../lib/store.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication', password = 'Correct-Horse-9';
const signUp = async (api, email) => (await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password })).status;
const request = { client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' };
/** Always on SQLite, whatever engine the other tests have. */
const start = async (t, more = {}) => {
  const file = join(folder(), 'ostia.db');
  const authority = await startAuthority(t, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] }, args: ['--database', `sqlite:${file}`], ...more });
  return { authority, file, api: await new Management(authority).authenticate() };
};
const readiness = (api) => api.get('/health/ready');

test('a database that another program has locked: 503 with a reason and soon, readiness too, silent login and reads go on', async (t) => {
  const { api, file, authority } = await start(t), person = new Person();
  await person.logIn(authorizeUrl(authority.devIssuer, request));
  const letGo = await holdOpen(t, file);
  const refused = await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: 'p@example.com', password });
  assert.deepEqual([refused.status, refused.body.code ?? refused.body.error, refused.body.reason], [503, 'temporarily_unavailable', 'store_busy'], refused.text);
  assert.equal(refused.headers.get('retry-after'), '2');
  const ready = await readiness(api);
  assert.equal(ready.status, 503);
  assert.match(ready.text, /locked|two seconds/);
  assert.equal((await api.get('/health/live')).status, 200);
  await api.advance(3600);
  const silent = await person.get(authorizeUrl(authority.devIssuer, { ...request, prompt: 'none' }));
  assert.match(silent.headers.get('location'), /[?&]code=/);
  const listed = await api.call('GET', 'users');
  assert.equal(listed.status, 200, listed.text);
  letGo();
  await until(async () => (await signUp(api, 'q@example.com')) === 200, 'it goes on');
  await until(async () => (await readiness(api)).status === 200, 'it is ready');
});

test('readiness writes at most once a second, however often it is asked', async (t) => {
  const { api, file } = await start(t);
  sqlite(file, 'CREATE TABLE probes (at REAL); CREATE TRIGGER watched AFTER UPDATE ON attempts WHEN new.id = \'health\' BEGIN INSERT INTO probes VALUES (julianday(\'now\') * 86400); END');
  const end = Date.now() + 2500;
  let asked = 0;
  while (Date.now() < end) {
    const answers = await Promise.all(Array.from({ length: 10 }, () => readiness(api)));
    for (const { status } of answers) assert.equal(status, 200);
    asked += answers.length;
  }
  const written = Number(sqlite(file, 'SELECT count(*) FROM probes'));
  assert.ok(written <= 4 && asked > 20, `${written} of ${asked}`);
});

describe('PostgreSQL that takes no writes is not ready, and is again when it does', () => {
  test('away, and read-only', async (t) => {
    const postgres = await Postgres.start({ settings: careless });
    t.after(() => postgres.stopServer('immediate'));
    const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', postgres.database('one')] }), api = new Api(authority);
    assert.equal((await readiness(api)).status, 200);
    postgres.stopServer('immediate');
    await until(async () => (await readiness(api)).status === 503, 'it notices');
    assert.ok((await readiness(api)).text.length > 10);
    assert.equal((await api.get('/health/live')).status, 200);
    postgres.startServer();
    await until(async () => (await readiness(api)).status === 200, 'it is back');
    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'one'");
    postgres.sql('ALTER DATABASE one SET default_transaction_read_only = on');
    postgres.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'one'");
    await until(async () => (await readiness(api)).status === 503, 'it notices');
    postgres.sql('ALTER DATABASE one RESET default_transaction_read_only');
    await until(async () => (await readiness(api)).status === 200, 'it is back');
  });
});

describe('files that are deleted under the program: told, saved, and nothing is lost', () => {
  for (const names of [['-wal'], ['-shm'], ['-wal', '-shm'], [''], ['', '-wal', '-shm']])
    test(names.map((name) => `ostia.db${name}`).join(', '), async (t) => {
      const { authority, api, file } = await start(t), people = [];
      const join_ = async (email) => { if ((await signUp(api, email)) === 200) people.push(email); };
      for (let i = 0; i < 5; i++) await join_(`before${i}@example.com`);
      for (const name of names) rmSync(file + name);
      for (let i = 0; i < 10; i++) await join_(`meanwhile${i}@example.com`);
      const backup = join(folder(), 'backup'), had = [...people];
      const made = await runOstia(['backup', backup, '--data', authority.data, '--database', `sqlite:${file}`]);
      if (made.code === 0) for (const email of had) assert.equal(sqlite(join(backup, 'ostia.db'), `SELECT count(*) FROM users WHERE email = '${email}'`).trim(), '1', email);
      await until(() => /"event":"database_(files_)?deleted"/.test(authority.log()), 'it is told');
      await until(async () => (await readiness(api)).status === 200 && ['', '-wal', '-shm'].every((name) => existsSync(file + name)), 'it is saved');
      await join_('after@example.com');
      assert.ok(people.length > 5);
      const again = join(folder(), 'again'), second = await runOstia(['backup', again, '--data', authority.data, '--database', `sqlite:${file}`]);
      assert.equal(second.code, 0, second.stderr);
      await authority.stop('SIGKILL');
      for (const from of [file, join(again, 'ostia.db')])
        for (const email of people) assert.equal(sqlite(from, `SELECT count(*) FROM users WHERE email = '${email}'`).trim(), '1', email);
      const whole = await runOstia(['verify', '--data', authority.data, '--database', `sqlite:${file}`]);
      assert.deepEqual([whole.code, whole.stderr], [0, '']);
    });

  test('a database that is replaced: nothing more is written, and what it had is kept', async (t) => {
    const { api, file, authority } = await start(t);
    assert.equal(await signUp(api, 'p@example.com'), 200);
    writeFileSync(`${file}.other`, 'another');
    renameSync(`${file}.other`, file);
    await until(async () => (await readiness(api)).status === 503, 'it notices');
    assert.match((await readiness(api)).text, /replaced/);
    assert.equal(await signUp(api, 'q@example.com'), 503);
    assert.equal((await api.call('GET', 'users')).status, 200);
    const kept = `${file}.saved-${authority.child.pid}`;
    await until(() => existsSync(kept), 'it is kept');
    assert.equal(sqlite(kept, "SELECT count(*) FROM users WHERE email = 'p@example.com'").trim(), '1');
  });
});

describe('a database that is a link to a file elsewhere: all that holds of a file holds of that file', () => {
  /** `link.db -> ../volume/real.db`; whether that is there already, or is made through the link. */
  const linked = async (t, isThere) => {
    const dir = folder(), link = join(dir, 'here/link.db'), file = join(dir, 'volume/real.db');
    for (const name of ['here', 'volume']) mkdirSync(join(dir, name));
    symlinkSync('../volume/real.db', link);
    const args = ['--database', `sqlite:${link}`];
    const authority = await startAuthority(t, { clients: [app, machine], extra: { ...extra, clientGrants: [managementGrant()] }, args });
    if (!isThere) return { authority, link, file, args, api: await new Management(authority).authenticate() };
    await authority.stop();
    const again = await serve(authority.args);
    t.after(() => again.stop());
    return { authority: { ...authority, log: again.log, child: again.child, stop: again.stop }, link, file, args, api: await new Management(authority).authenticate() };
  };
  const count = (file, email) => sqlite(file, `SELECT count(*) FROM users WHERE email = '${email}'`).trim();

  for (const isThere of [false, true])
    for (const names of [['-wal'], ['-shm'], ['-wal', '-shm'], [''], ['', '-wal', '-shm']])
      test(`deleted, ${isThere ? 'opened' : 'made'} through the link: ${names.map((name) => `real.db${name}`).join(', ')}`, async (t) => {
        const { authority, api, link, file, args } = await linked(t, isThere), people = [];
        const join_ = async (email) => { if ((await signUp(api, email)) === 200) people.push(email); };
        for (let i = 0; i < 5; i++) await join_(`before${i}@example.com`);
        assert.ok(existsSync(`${file}-wal`) && !existsSync(`${link}-wal`));
        for (const name of names) rmSync(file + name);
        for (let i = 0; i < 5; i++) await join_(`meanwhile${i}@example.com`);
        await until(() => /"event":"database_(files_)?deleted"/.test(authority.log()), 'it is told');
        await until(async () => (await readiness(api)).status === 200 && ['', '-wal', '-shm'].every((name) => existsSync(file + name)), 'it is saved');
        await join_('after@example.com');
        assert.ok(people.length > 5);
        const backup = join(folder(), 'backup'), made = await runOstia(['backup', backup, '--data', authority.data, ...args]);
        assert.equal(made.code, 0, made.stderr);
        await authority.stop('SIGKILL');
        for (const from of [file, join(backup, 'ostia.db')]) for (const email of people) assert.equal(count(from, email), '1', email);
        const whole = await runOstia(['verify', '--data', authority.data, ...args]);
        assert.deepEqual([whole.code, whole.stderr], [0, '']);
      });

  test('the log of writes is shortened', async (t) => {
    const { api, file } = await linked(t, false), { body: user } = await api.call('POST', 'users', { connection: realm, email: 'big@example.com', password });
    const letGo = await holdOpen(t, file, 'BEGIN; SELECT count(*) FROM users');
    const size = () => statSync(`${file}-wal`).size;
    for (let i = 0; size() < 8 << 20; i++) assert.equal((await api.call('PATCH', `users/${encodeURIComponent(user.user_id)}`, { user_metadata: { text: `${i}`.padEnd(8000, 'x') } })).status, 200);
    letGo();
    await until(() => size() <= 4 << 20, 'it is shortened');
  });

  test('a link that leads to another file is a database that was replaced', async (t) => {
    const { api, link, file } = await linked(t, false);
    assert.equal(await signUp(api, 'p@example.com'), 200);
    writeFileSync(`${file}.other`, 'another');
    symlinkSync('../volume/real.db.other', `${link}.new`);
    renameSync(`${link}.new`, link);
    await until(async () => (await readiness(api)).status === 503, 'it notices');
    assert.match((await readiness(api)).text, /replaced/);
    assert.equal(await signUp(api, 'q@example.com'), 503);
    assert.equal(count(file, 'p@example.com'), '1');
  });

  test('a link that is deleted is told, and writing goes on', async (t) => {
    const { authority, api, link, file } = await linked(t, false);
    rmSync(link);
    await until(() => /"event":"database_link_deleted"/.test(authority.log()), 'it is told');
    assert.equal(await signUp(api, 'p@example.com'), 200);
    assert.equal(count(file, 'p@example.com'), '1');
    symlinkSync('../volume/real.db', link);
    await until(() => /"event":"database_link_back"/.test(authority.log()), 'it is told that it is back');
    assert.equal((await readiness(api)).status, 200);
  });
});

describe('growth: what was large gets smaller while the program runs', () => {
  test('the log of writes, after a reader held it', async (t) => {
    const { api, file } = await start(t), { body: user } = await api.call('POST', 'users', { connection: realm, email: 'big@example.com', password });
    const letGo = await holdOpen(t, file, 'BEGIN; SELECT count(*) FROM users');
    const size = () => statSync(`${file}-wal`).size;
    for (let i = 0; size() < 8 << 20; i++) assert.equal((await api.call('PATCH', `users/${encodeURIComponent(user.user_id)}`, { user_metadata: { text: `${i}`.padEnd(8000, 'x') } })).status, 200);
    letGo();
    await until(() => size() <= 4 << 20, 'it is shortened');
  });
  test('the file, after rows were deleted', async (t) => {
    const { api, file } = await start(t);
    sqlite(file, "INSERT INTO attempts SELECT hex(randomblob(200)) || value, 1, 1 FROM generate_series(1, 20000)");
    await until(() => statSync(file).size > 6 << 20, 'it has grown');
    const before = statSync(file).size;
    sqlite(file, 'DELETE FROM attempts WHERE updated_at = 1');
    await until(() => statSync(file).size < before / 3, 'it has become smaller');
    assert.equal(await signUp(api, 'p@example.com'), 200);
  });
  test('the file of an older version learns it, and says so', async (t) => {
    const { authority, file } = await start(t);
    await authority.stop();
    sqlite(file, 'PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM');
    assert.equal(sqlite(file, 'PRAGMA auto_vacuum').trim(), '0');
    const again = await serve(authority.args);
    t.after(() => again.stop());
    await until(() => /"event":"database_shrinks"/.test(again.log()), 'it is told');
    assert.equal(sqlite(file, 'PRAGMA auto_vacuum').trim(), '2');
  });
});

test('verify lists each damage, and goes on reading', async (t) => {
  const { authority, file } = await start(t);
  await authority.stop();
  sqlite(file, "INSERT INTO user_roles (user_id, role_id) VALUES ('auth0|gone', 'r'); UPDATE users SET profile = '{' WHERE user_id = 'auth0|ada'; PRAGMA wal_checkpoint(TRUNCATE)");
  const root = Number(sqlite(file, "SELECT rootpage FROM sqlite_master WHERE name = 'tenant_objects'"));
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * (root - 1));
  closeSync(handle);
  const { code, stdout, stderr } = await runOstia(['verify', '--data', authority.data, '--database', `sqlite:${file}`]);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /^not whole: /);
  for (const finding of [/the file: .*/, /the table tenant_objects cannot be read/, /profile of the user "auth0\|ada" is no JSON/, /1 roles belong to nobody/]) assert.match(stderr, finding);
});
