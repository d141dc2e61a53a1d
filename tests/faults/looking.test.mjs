// Who only looks changes nothing: neither a database that an older program has written, nor a backup of one, nor the
// database of another program; and a master key stays where it opens nothing.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { folder, freePort, runOstia, serve, tenantFile, users } from '../lib/program.mjs';
import { sqlite } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';

const digest = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');
const dir = folder(), data = join(dir, 'data'), file = join(data, 'ostia.db'), tenant = tenantFile(dir, { clients: [app], extra });
const args = ['--data', data, '--plain-http'];

before(async () => {
  const node = await serve([...args, '--config', tenant, '--users', users, '--listen', `127.0.0.1:${await freePort()}`]);
  await node.stop();
});

describe('a database that an older program has written', () => {
  let was;
  before(() => {
    // As the step to version 8 has found it.
    sqlite(file, `DROP INDEX messages_of_destination; ALTER TABLE messages DROP COLUMN destination; DROP INDEX log_deliveries_log; DROP INDEX known_networks_age;
      DELETE FROM revisions WHERE name = 'housekeeping'; ALTER TABLE signing_keys DROP COLUMN algorithm; DROP TABLE registrations; PRAGMA user_version = 7; PRAGMA wal_checkpoint(TRUNCATE);`);
    was = digest(file);
  });
  const isAsItWas = () => { assert.equal(digest(file), was); assert.equal(sqlite(file, 'PRAGMA user_version').trim(), '7'); };

  const looks = {
    verify: ['verify', '--data', data], doctor: ['doctor', '--data', data], lint: ['lint', '--data', data],
    export: ['export', '--data', data, '--output', join(dir, 'out.yaml')], 'import --dry-run': ['import', tenant, '--data', data, '--dry-run'],
  };
  for (const [name, words] of Object.entries(looks))
    test(`${name} reads it and leaves it`, async () => {
      const { code, stderr } = await runOstia(words);
      assert.doesNotMatch(stderr, /version/);
      if (name === 'verify' || name === 'export') assert.equal(code, 0, stderr);
      isAsItWas();
    });

  test('a backup of it is looked through and restored, and stays what it is', async () => {
    const backup = join(dir, 'backup');
    assert.equal((await runOstia(['backup', backup, '--data', data, '--with-keys'])).code, 0);
    const its = digest(join(backup, 'ostia.db'));
    assert.equal((await runOstia(['verify', '--data', backup])).code, 0);
    assert.equal((await runOstia(['restore', backup, '--data', join(dir, 'restored')])).code, 0);
    assert.equal(digest(join(backup, 'ostia.db')), its);
    isAsItWas();
  });

  test('whoever would change it is told that `ostia serve` upgrades it', async () => {
    for (const words of [['import', tenant, '--data', data], ['keys', 'rotate-master', '--data', data]]) {
      const { code, stderr } = await runOstia(words);
      assert.equal(code, 2);
      assert.match(stderr, /version 7.*`ostia serve` upgrades it/);
    }
    isAsItWas();
    const node = await serve([...args, '--listen', `127.0.0.1:${await freePort()}`]);
    await node.stop();
    assert.match(node.log(), /"event":"database_upgraded","from":7/);
  });
});

describe('another program’s database', () => {
  const other = join(dir, 'other.db');
  before(() => sqlite(other, 'CREATE TABLE customers (name TEXT); INSERT INTO customers VALUES (1)'));
  const verbs = { verify: [], doctor: [], export: ['--output', join(dir, 'o.yaml')], import: [tenant], backup: [join(dir, 'b2')], serve: ['--plain-http', '--listen', '127.0.0.1:0'], 'keys rotate-master': [] };
  for (const [verb, more] of Object.entries(verbs))
    test(`${verb} leaves it, and the master key`, async () => {
      const was = digest(other), key = digest(join(data, 'master.key'));
      const { code, stdout, stderr } = await runOstia([...verb.split(' '), ...more, '--data', data, '--database', `sqlite:${other}`]);
      assert.notEqual(code, 0);
      assert.match(stdout + stderr, /another program|nothing in it|no database/);
      assert.equal(digest(other), was);
      assert.equal(digest(join(data, 'master.key')), key);
      assert.ok(!existsSync(join(dir, 'b2')));
    });
});

test('a master key is not changed for a database that it does not open', async () => {
  const stranger = folder(), key = digest(join(data, 'master.key'));
  const node = await serve(['--data', join(stranger, 'data'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`]);
  await node.stop();
  for (const prepare of [() => {}, () => sqlite(join(stranger, 'data', 'ostia.db'), 'DELETE FROM root_keys')]) {
    prepare();
    const { code, stderr } = await runOstia(['keys', 'rotate-master', '--data', data, '--database', `sqlite:${join(stranger, 'data', 'ostia.db')}`]);
    assert.equal(code, 2, stderr);
    assert.equal(digest(join(data, 'master.key')), key);
  }
  assert.equal((await runOstia(['verify', '--data', data])).code, 0);
});

test('what an authority lives by is not written over by an export', async () => {
  for (const name of ['ostia.db', 'ostia.db-wal', 'ostia.db-shm', 'master.key', 'tls.pem', 'tls-key.pem', 'ca.pem', 'ca-key.pem', 'run', 'sent-messages', 'database-lineage.json']) {
    const { code, stderr } = await runOstia(['export', '--data', data, '--output', join(data, name)]);
    assert.equal(code, 2, name);
    assert.match(stderr, /stays: name another file/);
  }
  assert.equal((await runOstia(['verify', '--data', data])).code, 0);
});
