// What stands before the database and gives a session to several: every command says what it is, and what to set.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Postgres, careless } from '../lib/postgres.mjs';
import { folder, runOstia, serve, tenantFile, users } from '../lib/program.mjs';
import { app, extra } from '../lib/tenant.mjs';

for (const mode of ['transaction', 'statement']) test(`a pooler of ${mode}s is a sentence and exit code 2, whatever the command`, async (t) => {
  const postgres = await Postgres.start({ settings: careless });
  const direct = postgres.database('one'), pooled = await postgres.bouncer('one', mode);
  const dir = folder(), data = join(dir, 'data'), config = tenantFile(dir, { clients: [app], extra });
  const start = async (database) => {
    const node = await serve(['--database', database, '--data', data, '--config', config, '--users', users, '--plain-http', '--listen', '127.0.0.1:0']);
    await node.stop();
  };
  const isRefused = async (args) => {
    const { code, stdout, stderr } = await runOstia([...args, '--database', pooled]);
    assert.equal(code, 2, `${args[0]}: ${stdout}${stderr}`);
    const [line, ...rest] = stderr.trim().split('\n');
    assert.deepEqual(rest, [], stderr);
    assert.match(line, /^ostia: --database: .* PgBouncer .*pool_mode = session/);
    assert.ok(!line.includes(config), 'not under the name of a file that has nothing to do with it');
  };
  await isRefused(['serve', '--data', join(dir, 'empty'), '--config', config, '--users', users, '--plain-http', '--listen', '127.0.0.1:0']);
  await start(direct);
  t.diagnostic(postgres.sql('SELECT count(*) FROM users', 'one'));
  await isRefused(['serve', '--data', data, '--config', config, '--users', users, '--plain-http', '--listen', '127.0.0.1:0']);
  await isRefused(['import', config, '--data', data]);
  await isRefused(['export', '--data', data]);
  await isRefused(['verify', '--data', data]);
  await isRefused(['backup', join(dir, 'backup'), '--data', data]);
});
