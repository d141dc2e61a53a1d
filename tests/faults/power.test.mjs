// The power goes away amid sign-ups and rotations. What the program had not yet waited for is lost, or written in part,
// sector by sector, in any order; what it had acknowledged is there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, lstatSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { Api } from '../lib/authority.mjs';
import { crowd, crowdsClients, nothingIsLost } from '../lib/crowd.mjs';
import { Postgres } from '../lib/postgres.mjs';
import { folder, freePort, runOstia, serve, tenantFile, users } from '../lib/program.mjs';
import { sql } from '../lib/store.mjs';
import { extra } from '../lib/tenant.mjs';

const sector = 512;
/** How likely it is that a sector got there without being waited for. */
const chances = [0, 0.5, 0.95];
let library;
before(() => {
  library = join(folder(), 'power.so');
  execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-Wno-format-truncation', '-o', library, new URL('power.c', import.meta.url).pathname, '-ldl']);
  execFileSync('chmod', ['-R', 'a+rX', join(library, '..')]);
});

const filesUnder = (dir) => existsSync(dir) ? readdirSync(dir, { recursive: true }).filter((name) => lstatSync(join(dir, name), { throwIfNoEntry: false })?.isFile()) : [];

/** Makes of `live` what a disk would have that had `kept` for sure, and of the rest each sector by chance. */
function cutPower(live, kept, chance) {
  const decide = () => Math.random() < chance;
  for (const name of filesUnder(live)) {
    const file = join(live, name), [now, then] = [readFileSync(file), existsSync(join(kept, name)) ? readFileSync(join(kept, name)) : null];
    if (!then && !decide()) { rmSync(file); continue; }
    const size = (decide() ? now : then ?? now).length, made = Buffer.alloc(size);
    for (let at = 0; at < size; at += sector) made.set((decide() ? now : then ?? Buffer.alloc(0)).subarray(at, Math.min(at + sector, size)), at);
    writeFileSync(file, made);
  }
  for (const name of filesUnder(kept)) if (!existsSync(join(live, name))) cpSync(join(kept, name), join(live, name));
}

test('SQLite: the power goes away three times', async (t) => {
  const dir = folder(), data = join(dir, 'data'), port = await freePort();
  const args = ['--data', data, '--config', tenantFile(dir, { clients: crowdsClients, extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`];
  for (const [round, chance] of chances.entries()) {
    const kept = join(dir, `kept${round}`);
    if (existsSync(data)) cpSync(data, kept, { recursive: true });
    const node = await serve(args, { LD_PRELOAD: library, POWER_LIVE: data, POWER_KEPT: kept });
    t.after(() => node.stop('SIGKILL'));
    const it = crowd(new Api({ devIssuer: node.issuer }), `r${round}`);
    await it.isThere();
    await node.stop('SIGKILL');
    await it.stop();
    rmSync(join(data, 'ostia.db-shm'), { force: true }); // never on a disk: it is shared memory
    cutPower(data, kept, chance);
    const { code, stdout, stderr } = await runOstia(['verify', '--data', data]);
    assert.equal(code, 0, stdout + stderr);
    const again = await serve(args);
    t.after(() => again.stop('SIGKILL'));
    await nothingIsLost(new Api({ devIssuer: again.issuer }), sql({ data }, 'SELECT email FROM users').split('\n'), it);
    await again.stop();
  }
});

test('PostgreSQL: its server loses power three times', async (t) => {
  const postgres = await Postgres.start({ initdb: ['--wal-segsize=1'], settings: ['checkpoint_timeout = 30s', 'max_wal_size = 2MB', 'min_wal_size = 2MB'] });
  const url = postgres.database('one'), dir = folder(), port = await freePort();
  const node = await serve(['--database', url, '--data', join(dir, 'data'), '--config', tenantFile(dir, { clients: crowdsClients, extra }), '--users', users, '--plain-http', '--listen', `127.0.0.1:${port}`]);
  t.after(() => node.stop());
  const api = new Api({ devIssuer: node.issuer });
  for (const [round, chance] of chances.entries()) {
    const kept = join(postgres.dir, `kept${round}`);
    postgres.stopServer();
    execFileSync('cp', ['-a', postgres.data, kept]);
    postgres.startServer({ LD_PRELOAD: library, POWER_LIVE: postgres.data, POWER_KEPT: kept });
    const it = crowd(api, `r${round}`);
    await it.isThere();
    postgres.kill();
    it.over = true;
    rmSync(join(postgres.data, 'postmaster.pid'), { force: true });
    cutPower(postgres.data, kept, chance);
    rmSync(join(postgres.data, 'postmaster.pid'), { force: true });
    execFileSync('chown', ['-R', '--reference', postgres.data, postgres.data]);
    postgres.startServer();
    await it.stop();
    await nothingIsLost(api, postgres.sql('SELECT email FROM users', 'one').split('\n'), it);
    const { code, stdout, stderr } = await runOstia(['verify', '--data', join(dir, 'data'), '--database', url]);
    assert.equal(code, 0, stdout + stderr);
  }
});
