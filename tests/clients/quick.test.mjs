// Some of the programs of `make clients`: those that the other tests' packages have, in a few seconds each.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { scope } from '../lib/scope.mjs';
import { runRow } from './lib/row.mjs';
import { table } from './lib/table.mjs';
import { startWorld } from './lib/world.mjs';

const wanted = ['node-jose', 'node-jose-strict', 'node-openid-client', 'node-express-openid-connect', 'node-auth0', 'debian-curl', 'debian-openssl', 'debian-haproxy', 'debian-nginx', 'debian-caddy', 'debian-apache-openidc', 'debian-apache-openidc-api'];
const rows = table.flatMap((ecosystem) => ecosystem.rows).filter((row) => wanted.includes(row.id));
const interpreter = { node: process.execPath, debian: 'bash' };

const group = scope();
let world;
before(async () => {
  world = await startWorld(rows);
  group.after(() => world.authority.stop());
});

test('all that are wanted are in the table', () => assert.deepEqual(rows.map((row) => row.id), wanted));

test('docs/clients.md is what the table, the results and the recipes make', () => {
  execFileSync(process.execPath, [`${root}/tests/clients/run.mjs`, '--check'], { stdio: 'pipe' });
});

for (const row of rows)
  test(`${row.program}${row.variant ? `, ${row.variant}` : ''}: ${row.what}`, async (t) => {
    const { result, why } = await runRow(world, { command: [interpreter[row.ecosystem], `${root}/tests/clients/${row.ecosystem}/${row.script}`], cwd: world.authority.dir, env: { ...process.env, ...world.environment(row) } });
    if (result === 'SKIP') return t.skip(why);
    assert.equal(result, 'PASS', why);
  });
