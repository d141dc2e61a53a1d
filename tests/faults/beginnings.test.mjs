// Whether there is a database is said truthfully: `verify` makes none, and `serve` begins anew only where nothing was.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { careless, Postgres } from '../lib/postgres.mjs';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile } from '../lib/program.mjs';
import { sqlite } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';

const key = 'A'.repeat(43);
let origin;
before(async () => {
  const authority = await startAuthority(undefined, { clients: [app], extra, args: ['--database', 'sqlite:' + join(folder(), 'o.db')] });
  await authority.stop();
  origin = authority;
});

/** A folder that has had an authority, and what has become of its database. */
const fates = {
  'is not there': (file) => rmSync(file),
  'was emptied': (file) => truncateSync(file),
  'has no tables': (file) => { rmSync(file); sqlite(file, 'CREATE TABLE t (a); DROP TABLE t'); },
};
const lives = {
  'a master key': () => {},
  'a certificate, and the key elsewhere': (data) => rmSync(join(data, 'master.key')),
  'the mark of a run, and the key elsewhere': (data) => readdirSync(data).filter((name) => name !== 'run' && name !== 'ostia.db').forEach((name) => rmSync(join(data, name))),
};
async function madeOf(fate, life) {
  const data = join(folder(), 'data');
  cpSync(origin.data, data, { recursive: true });
  cpSync(origin.database.slice('sqlite:'.length), join(data, 'ostia.db'));
  fates[fate](join(data, 'ostia.db'));
  lives[life](data);
  return data;
}

for (const fate of Object.keys(fates))
  describe(`a database that ${fate}`, () => {
    test('is no whole one to verify, backup and restore, which make none', async () => {
      const data = await madeOf(fate, 'a master key'), there = existsSync(join(data, 'ostia.db'));
      for (const args of [['verify', '--data', data], ['backup', join(folder(), 'b'), '--data', data], ['restore', data, '--data', join(folder(), 'n')], ['export', '--data', data], ['verify', '--data', data, '--database', `sqlite:${data}/typo.db`]]) {
        const { code, stdout, stderr } = await runOstia(args);
        assert.equal(code, 2, `${args}: ${stdout}${stderr}`);
        assert.match(stderr, /is not there|nothing in it|no backup|has nothing/);
        assert.doesNotMatch(stdout, /whole/);
      }
      assert.equal(existsSync(join(data, 'ostia.db')), there);
      assert.ok(!existsSync(join(data, 'typo.db')));
    });
    for (const life of Object.keys(lives))
      test(`beside ${life}: serve and import refuse, --new-database begins anew`, async (t) => {
        const data = await madeOf(fate, life), env = life === 'a master key' ? {} : { OSTIA_MASTER_KEY: key };
        const args = ['--data', data, '--listen', '127.0.0.1:0'];
        for (const verb of [['serve', ...args], ['import', tenantFile(folder(), { clients: [app] }), '--data', data]]) {
          const { code, stderr } = await runOstia(verb, { env });
          assert.equal(code, 2, stderr);
          assert.match(stderr, /an authority has run with the folder .*not mounted.*ostia restore.*--new-database/s);
        }
        const server = await serve(['--data', data, '--plain-http', '--listen', `127.0.0.1:${await freePort()}`, '--new-database'], env);
        t.after(() => server.stop());
        await server.stop();
        const again = await runOstia(['serve', ...args, '--new-database'], { env });
        assert.equal(again.code, 2);
        assert.match(again.stderr, /--new-database: .*there already/);
      });
  });

describe('a first start needs no option', () => {
  const start = async (t, args, env) => {
    const server = await serve(['--plain-http', '--listen', `127.0.0.1:${await freePort()}`, ...args], env);
    t.after(() => server.stop());
    await server.stop();
  };
  test('a folder that is not there, and then again', async (t) => {
    const data = join(folder(), 'data');
    await start(t, ['--data', data]);
    await start(t, ['--data', data]);
  });
  test('an empty folder', (t) => start(t, ['--data', folder()]));
  test('a folder with somebody else\'s files', (t) => {
    const data = folder();
    writeFileSync(join(data, 'lost+found'), '');
    return start(t, ['--data', data]);
  });
  test('with --dev', (t) => start(t, ['--data', join(folder(), 'data'), '--dev', '--dev-http', 'none']));
  test('the key from the environment', (t) => start(t, ['--data', folder()], { OSTIA_MASTER_KEY: key }));
  test('the key in a file', (t) => {
    const file = join(folder(), 'key');
    writeFileSync(file, key);
    return start(t, ['--data', folder(), '--master-key', file]);
  });
  test('after an import', async (t) => {
    const data = join(folder(), 'data');
    assert.equal((await runOstia(['import', tenantFile(folder(), { clients: [app] }), '--data', data])).code, 0);
    await start(t, ['--data', data]);
  });
  test('a node that joins others has a new folder', async (t) => {
    const postgres = await Postgres.start({ settings: careless }), database = postgres.database();
    t.after(() => postgres.stopServer('immediate'));
    await start(t, ['--data', folder(), '--database', database], { OSTIA_MASTER_KEY: key });
    await start(t, ['--data', folder(), '--database', database], { OSTIA_MASTER_KEY: key });
    const data = folder();
    await start(t, ['--data', data, '--database', database], { OSTIA_MASTER_KEY: key });
    const other = await runOstia(['serve', '--data', data, '--database', postgres.database(), '--listen', '127.0.0.1:0'], { env: { OSTIA_MASTER_KEY: key } });
    assert.equal(other.code, 2);
    assert.match(other.stderr, /has nothing in it, but an authority has run with the folder/);
    const empty = postgres.database('empty'), checked = await runOstia(['verify', '--data', data, '--database', empty], { env: { OSTIA_MASTER_KEY: key } });
    assert.equal(checked.code, 2);
    assert.match(checked.stderr, /has nothing in it/);
    assert.equal(postgres.sql("SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'", 'empty'), '0');
  });
  test('a database that was sealed gets no new key', async () => {
    const data = join(folder(), 'data');
    cpSync(origin.data, data, { recursive: true });
    cpSync(origin.database.slice('sqlite:'.length), join(data, 'ostia.db'));
    rmSync(join(data, 'master.key'));
    const { code, stderr } = await runOstia(['serve', '--data', data, '--listen', '127.0.0.1:0']);
    assert.equal(code, 2);
    assert.match(stderr, /there is no master\.key/);
    assert.ok(!existsSync(join(data, 'master.key')));
  });
});
