// A disk that is full, in the middle of sign-ups: whoever is told that it worked is there afterwards, and once there is
// room again everything goes on by itself.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { folder, runOstia, startAuthority } from '../lib/program.mjs';
import { sql } from '../lib/store.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

/** A small disk of its own, in memory; false where this user may not mount one. */
function mountDisk(t, dir, megabytes) {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', dir], { stdio: 'ignore' });
  } catch {
    t.skip('mounting needs root here');
    return false;
  }
  t.after(() => execFileSync('umount', ['-l', dir]));
  return true;
}

test('a full disk: refusals while it is full, nothing lost, and on again', async (t) => {
  const dir = folder(), data = join(dir, 'data');
  mkdirSync(data);
  if (!mountDisk(t, data, 16)) return;
  const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', `sqlite:${data}/ostia.db`] });
  const api = new Api(authority);
  const people = [];
  const signUp = async (email) => {
    const { status } = await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email, password: 'Correct-Horse-9' });
    if (status === 200) people.push(email);
    return status;
  };
  assert.equal(await signUp('before@example.com'), 200);
  const { bavail, bsize } = statfsSync(data);
  try {
    writeFileSync(join(data, 'filler'), Buffer.alloc(Math.max(0, bavail - 4) * bsize));
  } catch (error) {
    assert.equal(error.code, 'ENOSPC'); // an entry of the log came in between: full is full
  }
  const statuses = [];
  await until(async () => statuses.push(await signUp(`p${statuses.length}@example.com`)) && statuses.at(-1) >= 500, 'a sign-up is refused');
  for (let i = 0; i < 5; i++) assert.ok([500, 503].includes(await signUp(`full${i}@example.com`)));
  assert.equal((await api.get('/health/live')).status, 200);
  assert.equal((await api.get('/.well-known/jwks.json')).status, 200);
  rmSync(join(data, 'filler'));
  await until(async () => (await signUp(`after${people.length}@example.com`)) === 200, 'there is room again');
  const there = new Set(sql({ data }, 'SELECT email FROM users').split('\n'));
  for (const email of people) assert.ok(there.has(email), email);
  await authority.stop();
  assert.equal((await runOstia(['verify', '--data', authority.data, '--database', `sqlite:${data}/ostia.db`])).code, 0);
});
