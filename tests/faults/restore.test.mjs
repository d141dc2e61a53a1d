// A restore destroys nothing: whatever is at its target, stopped, running idle or busy, of either engine, is left as it is.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, lstatSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { careless, Postgres } from '../lib/postgres.mjs';
import { folder, freePort, ostia, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { sql } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication', password = 'Correct-Horse-9';
const signUp = async (api, email) => (await api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email, password })).status;
const logIn = async (api, username) => (await api.token({ grant_type: 'password', client_id: 'app', username, password })).status;
const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const strays = (dir) => readdirSync(dir).filter((name) => name.includes('.ostia-'));

/** A backup of a small authority, with its keys. */
async function makeBackup(people = []) {
  const authority = await startAuthority(undefined, { clients: [app], extra });
  const api = new Api(authority);
  for (const email of people) assert.equal(await signUp(api, email), 200);
  const to = join(authority.dir, 'backup');
  const made = await runOstia(['backup', to, '--data', authority.data, ...(authority.database ? ['--database', authority.database] : []), '--with-keys']);
  assert.equal(made.code, 0, made.stderr);
  await authority.stop();
  return to;
}

/** People who sign up until they are told to stop; who was told that it worked. */
function crowd(api) {
  const told = [];
  let over = false;
  const ended = (async () => { for (let i = 0; !over; i++) if (await signUp(api, `c${i}@example.com`) === 200) told.push(`c${i}@example.com`); })();
  return { told, stop: async () => { over = true; await ended; return told; } };
}

let backup, postgres;
before(async () => { backup = await makeBackup(['backed@example.com']); });

const engines = {
  sqlite: () => `sqlite:${join(folder(), 'elsewhere.db')}`,
  postgres: async () => (postgres ??= await Postgres.start({ settings: careless })).database(),
};
after(() => postgres?.stopServer('immediate'));

for (const [engine, newDatabase] of Object.entries(engines))
  describe(`a restore onto a database that is there is refused, and changes nothing: ${engine}`, () => {
    const refuse = async (database) => {
      const data = join(folder(), 'new');
      const { code, stderr } = await runOstia(['restore', backup, '--data', data, '--database', database]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /--database: there is (a file .* already|an authority in that database already).*nothing is written over it/);
      assert.ok(!existsSync(data));
    };
    for (const state of ['stopped', 'running idle', 'running busy'])
      test(state, async (t) => {
        const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', await newDatabase()] });
        const api = new Api(authority);
        assert.equal(await signUp(api, 'mine@example.com'), 200);
        const file = engine === 'sqlite' && authority.database.slice('sqlite:'.length);
        if (state === 'stopped') {
          await authority.stop();
          const before = file && digest(file);
          await refuse(authority.database);
          if (file) assert.equal(digest(file), before);
          const again = await serve(authority.args);
          t.after(() => again.stop());
        } else {
          const busy = state === 'running busy' && crowd(api);
          if (busy) await until(() => busy.told.length >= 3, 'they sign up');
          for (let i = 0; i < 3; i++) await refuse(authority.database);
          for (const email of busy ? await busy.stop() : []) assert.equal(await logIn(api, email), 200, email);
          assert.equal(await signUp(api, 'after@example.com'), 200);
        }
        assert.equal(await logIn(api, 'mine@example.com'), 200);
        assert.notEqual(await logIn(api, 'backed@example.com'), 200);
        if (state !== 'stopped') await authority.stop();
        else return;
        const whole = await runOstia(['verify', '--data', authority.data, '--database', authority.database]);
        assert.deepEqual([whole.code, whole.stderr], [0, '']);
      });
  });

describe('a restore onto anything that has the name of a target is refused, and leaves it', () => {
  const refused = async (args, pattern) => {
    const { code, stderr } = await runOstia(['restore', backup, ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, pattern);
  };
  test('a folder with something in it', async () => {
    const data = folder();
    writeFileSync(join(data, 'notes'), 'mine');
    await refused(['--data', data], /--data: .*not empty/);
    assert.deepEqual(readdirSync(data), ['notes']);
  });
  test('a file', async () => {
    const data = join(folder(), 'data');
    writeFileSync(data, 'mine');
    await refused(['--data', data], /--data: .*already/);
    assert.equal(readFileSync(data, 'utf8'), 'mine');
  });
  for (const beside of ['', '-wal', '-shm', '-journal'])
    test(`the database's name${beside && ` and ${beside}`}`, async () => {
      const dir = folder(), file = join(dir, 'a.db');
      writeFileSync(file + beside, 'mine');
      await refused(['--data', join(dir, 'new'), '--database', `sqlite:${file}`], /--database: there is a file .*already/);
      assert.equal(readFileSync(file + beside, 'utf8'), 'mine');
      assert.deepEqual(readdirSync(dir), [`a.db${beside}`]);
    });
  test('what only looks like a leftover of ours', async () => {
    const dir = folder();
    mkdirSync(join(dir, 'data.new'));
    writeFileSync(join(dir, 'data.new', 'notes'), 'mine');
    const { code, stderr } = await runOstia(['restore', backup, '--data', join(dir, 'data')]);
    assert.equal(code, 0, stderr);
    assert.equal(readFileSync(join(dir, 'data.new', 'notes'), 'utf8'), 'mine');
    const again = await runOstia(['backup', join(dir, 'data'), '--data', join(dir, 'data')]);
    assert.equal(again.code, 2);
  });
  test('an export does not replace a database or a key', async () => {
    const data = join(folder(), 'data');
    assert.equal((await runOstia(['restore', backup, '--data', data])).code, 0);
    for (const name of ['ostia.db', 'master.key']) {
      const start = () => readFileSync(join(data, name)).subarray(0, 16).toString('hex'), before = start();
      const { code, stderr } = await runOstia(['export', '--data', data, '--output', join(data, name)]);
      assert.equal(code, 2);
      assert.match(stderr, /is a database or a key, and stays/);
      assert.equal(start(), before);
    }
  });
});

test('a restore to where nothing is: folder, database inside it, beside it', async (t) => {
  const dir = folder();
  mkdirSync(join(dir, 'empty'));
  for (const [data, database] of [['plain'], ['empty'], ['inside', 'inside/ostia.db'], ['named', 'named/other.db'], ['beside', 'beside.db']]) {
    const args = ['--data', join(dir, data), ...(database ? ['--database', `sqlite:${join(dir, database)}`] : [])];
    const { code, stderr } = await runOstia(['restore', backup, ...args]);
    assert.equal(code, 0, stderr);
    assert.ok(existsSync(join(dir, database ?? join(data, 'ostia.db'))));
    const port = await freePort(), server = await serve([...args, '--plain-http', '--listen', `127.0.0.1:${port}`]);
    t.after(() => server.stop());
    assert.equal(await logIn(new Api({ devIssuer: server.issuer }), 'backed@example.com'), 200);
    await server.stop();
  }
  assert.deepEqual(strays(dir), []);
});

describe('a target that is named in another way than its own is the same place: slashes, dots, links', () => {
  const whole = async (args) => {
    const { code, stderr } = await runOstia(['verify', ...args]);
    assert.deepEqual([code, stderr], [0, '']);
  };
  for (const ending of ['/', '//', '/.', '/./', '/././/', '/../new', '/../new//'])
    test(`new${ending}`, async () => {
      const dir = folder(), data = join(dir, 'new');
      for (const makesFirst of [false, true]) {
        if (makesFirst) mkdirSync(data);
        const { code, stderr } = await runOstia(['restore', backup, '--data', data + ending]);
        assert.equal(code, 0, stderr);
        await whole(['--data', data]);
        assert.deepEqual(readdirSync(dir), ['new']);
        rmSync(data, { recursive: true });
      }
      const copy = join(dir, 'new');
      const { code, stderr } = await runOstia(['backup', copy + ending, '--data', backup, '--with-keys']);
      assert.equal(code, 0, stderr);
      await whole(['--data', copy]);
      assert.deepEqual(readdirSync(dir), ['new']);
    });
  for (const ending of ['', '/', '//', '/.'])
    for (const isThere of [false, true])
      test(`link${ending} to ${isThere ? 'an empty folder' : 'nothing'}`, async () => {
        const dir = folder(), link = join(dir, 'link');
        mkdirSync(join(dir, 'volume'));
        if (isThere) mkdirSync(join(dir, 'volume/data'));
        symlinkSync('volume/data', link);
        const { code, stderr } = await runOstia(['restore', backup, '--data', link + ending]);
        assert.equal(code, 0, stderr);
        assert.ok(lstatSync(link).isSymbolicLink());
        assert.ok(existsSync(join(dir, 'volume/data/ostia.db')));
        await whole(['--data', link]);
        assert.deepEqual([readdirSync(dir).sort(), readdirSync(join(dir, 'volume'))], [['link', 'volume'], ['data']]);
      });
  for (const ending of ['', '/', '//', '/.'])
    test(`link${ending} to a folder with something in it is refused`, async () => {
      const dir = folder();
      mkdirSync(join(dir, 'mine'));
      writeFileSync(join(dir, 'mine/notes'), 'mine');
      symlinkSync('mine', join(dir, 'link'));
      const { code, stderr } = await runOstia(['restore', backup, '--data', join(dir, 'link') + ending]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /--data: .*not empty/);
      assert.deepEqual([readdirSync(dir).sort(), readdirSync(join(dir, 'mine'))], [['link', 'mine'], ['notes']]);
    });
  test('a database that is a link: to nothing is made where it leads, to a file is refused', async () => {
    const dir = folder(), link = join(dir, 'link.db'), data = join(dir, 'data'), args = ['--data', data, '--database', `sqlite:${link}`];
    mkdirSync(join(dir, 'volume'));
    symlinkSync('volume/real.db', link);
    const { code, stderr } = await runOstia(['restore', backup, ...args]);
    assert.equal(code, 0, stderr);
    assert.ok(lstatSync(link).isSymbolicLink());
    assert.ok(existsSync(join(dir, 'volume/real.db')));
    await whole(args);
    rmSync(data, { recursive: true });
    const before = digest(link), again = await runOstia(['restore', backup, ...args]);
    assert.equal(again.code, 2, again.stderr);
    assert.match(again.stderr, /--database: there is a file .*real\.db already/);
    assert.equal(digest(link), before);
    assert.ok(!existsSync(data));
  });
});

describe('a database that is no file is refused before anything is written', () => {
  for (const database of ['sqlite:', 'sqlite::memory:', 'its folder', 'a folder'])
    test(database, async () => {
      const dir = folder(), data = join(dir, 'new');
      const named = { 'its folder': `sqlite:${data}`, 'a folder': `sqlite:${join(dir, 'other')}/` }[database] ?? database;
      const { code, stderr } = await runOstia(['restore', backup, '--data', data, '--database', named]);
      assert.equal(code, 2, stderr);
      assert.match(stderr, /--database: .*sqlite:/);
      assert.deepEqual(readdirSync(dir), []);
    });
});

for (const [engine, newDatabase] of Object.entries(engines))
  test(`a restore that is killed half-way: its target is not there, what is left is harmless, and the next one works: ${engine}`, async (t) => {
    const dir = folder(), data = join(dir, 'data'), database = await newDatabase();
    for (let tries = 0; tries < 5; tries++) {
      const child = spawn(ostia, ['restore', backup, '--data', data, '--database', database], { stdio: 'ignore' });
      const ended = new Promise((resolve) => child.on('close', resolve));
      let isOver = false;
      void ended.then(() => { isOver = true; });
      await until(() => isOver || strays(dir).length > 0, 'it writes beside its target');
      child.kill('SIGKILL');
      await ended;
      if (isOver && existsSync(data)) break; // it was quicker
      assert.ok(!existsSync(data));
    }
    if (!existsSync(data)) {
      const { code, stderr } = await runOstia(['restore', backup, '--data', data, '--database', database]);
      assert.equal(code, 0, stderr);
    }
    assert.deepEqual(strays(dir), []);
    const port = await freePort(), server = await serve(['--data', data, '--database', database, '--plain-http', '--listen', `127.0.0.1:${port}`]);
    t.after(() => server.stop());
    assert.equal(await logIn(new Api({ devIssuer: server.issuer }), 'backed@example.com'), 200);
  });

test('a database that a killed restore has left without its folder is taken back by the next one; what somebody has written to, or uses, stays', async () => {
  for (const [name, stays, change] of [['untouched', false, () => {}], ['written to', true, (file) => writeFileSync(file, 'mine')], ['in use', true, (file) => writeFileSync(`${file}-wal`, '')], ['with its folder', true, (_, data) => mkdirSync(data)]]) {
    const dir = folder(), file = join(dir, 'x.db'), data = join(dir, 'data'), leftover = join(dir, '.x.db.ostia-abcdef');
    writeFileSync(file, 'as a restore that was killed between its two names left it');
    mkdirSync(leftover);
    const { dev, ino, size, mtimeNs } = statSync(file, { bigint: true });
    writeFileSync(join(leftover, 'provisional'), `${data}\n${dev} ${ino} ${size} ${mtimeNs / 10n ** 9n} ${mtimeNs % 10n ** 9n} \n`);
    change(file, data);
    const { code, stderr } = await runOstia(['restore', backup, '--data', data, '--database', `sqlite:${file}`]);
    assert.equal(code, stays ? 2 : 0, `${name}: ${stderr}`);
    assert.equal(readFileSync(file).subarray(0, 6).toString() === 'SQLite', !stays, name);
    assert.deepEqual(strays(dir), []);
  }
});

test('a half of a restore in PostgreSQL is not served, and the next restore takes its place', async () => {
  const database = await engines.postgres(), data = join(folder(), 'data');
  // As a kill in the middle leaves it: some rows, and the mark.
  assert.equal((await runOstia(['restore', backup, '--data', data, '--database', database])).code, 0);
  sql({ database }, "INSERT INTO revisions (name, value) VALUES ('restoring', 1); DELETE FROM tenant_objects");
  const served = await runOstia(['serve', '--data', data, '--database', database, '--listen', '127.0.0.1:0']);
  assert.equal(served.code, 2, served.stderr);
  assert.match(served.stderr, /a restore into this database was begun and not finished/);
  rmSync(data, { recursive: true });
  const again = await runOstia(['restore', backup, '--data', data, '--database', database]);
  assert.equal(again.code, 0, again.stderr);
  const whole = await runOstia(['verify', '--data', data, '--database', database]);
  assert.deepEqual([whole.code, whole.stderr], [0, '']);
});

