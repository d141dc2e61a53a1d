// Reasons of an authority in trouble: without `--dev`, without room, or without its database. Each has authorities of its own.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { Api } from '../../lib/authority.mjs';
import { limitFiles } from '../../lib/disk.mjs';
import { Management, machine, managementGrant } from '../../lib/management.mjs';
import { careless, Postgres } from '../../lib/postgres.mjs';
import { folder, startAuthority } from '../../lib/program.mjs';
import { holdOpen } from '../../lib/store.mjs';
import { app, callback, extra } from '../../lib/tenant.mjs';
import { until } from '../../lib/until.mjs';
import { mfaGrant, World } from './world.mjs';

const authorizeAt = (api, more) => fetch(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid', ...more })}`, { redirect: 'manual' });
const errorOf = (response) => new URL(response.headers.get('location')).searchParams.get('error');

/** An authority as it is in production, and the entry of its log with a reason. */
async function startInProduction(t) {
  const connections = [...extra.connections, { name: 'played', strategy: 'twitter', options: { client_id: 'x', ostia: { stand_in: true } } }];
  const authority = await startAuthority(t, { clients: [app, machine], dev: false, args: ['--plain-http'], extra: { ...extra, connections, clientGrants: [managementGrant()] } });
  const api = await new Management({ devIssuer: authority.issuer }).authenticate();
  return { api, logged: (reason) => until(async () => (await api.call('GET', 'logs')).body.find((l) => JSON.stringify(l).includes(`"${reason}"`)), `${reason} is logged`) };
}

/** One on PostgreSQL, shared: the last one stops the server. */
let shared;
const startOnPostgres = (group) => (shared ??= (async () => {
  const postgres = await Postgres.start({ settings: careless });
  const clients = [{ ...app, grant_types: [...app.grant_types, mfaGrant('otp')] }, machine];
  const authority = await startAuthority(group, { clients, extra: { ...extra, guardianFactors: [{ name: 'otp', enabled: true }], clientGrants: [managementGrant()] }, args: ['--database', postgres.database('one')] });
  return { postgres, w: Object.assign(new World(), { authority, api: await new Management(authority).authenticate() }) };
})());
const waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = 'one'";
const wait = (postgres, count) => until(() => postgres.sql(waiting, 'one').split('\n').filter(Boolean).length === count, 'it waits for the lock');
/** Runs SQL in a transaction that stays open until it is let go. */
async function holding(group, postgres, text) {
  const psql = spawn('psql', [postgres.url('one'), '-AtqX'], { stdio: ['pipe', 'pipe', 'inherit'] });
  group.after(() => psql.kill());
  psql.stdin.write(`BEGIN; ${text}; SELECT 'there';\n`);
  await new Promise((resolve) => psql.stdout.once('data', resolve));
  return () => psql.stdin.end();
}
const refused = ({ status, body }, ...expected) => assert.deepEqual([status, body.error, body.reason], expected);

/** An authority on a file of its own, to which nothing can be written; `more`: of its environment. */
async function startOnDisk(t, more) {
  const file = join(folder(), 'ostia.db');
  const authority = await startAuthority(t, { clients: [app], extra, args: ['--database', `sqlite:${file}`], ...more });
  const api = new Api(authority);
  const guess = () => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'wrong' });
  const refuses = (reason) => until(async () => { const answer = await guess(); return answer.status !== 403 && (refused(answer, 503, 'temporarily_unavailable', reason), true); }, reason);
  return { authority, file, refuses };
}

export const disks = {
  async store_full(t) {
    const { authority, refuses } = await startOnDisk(t);
    limitFiles(authority.child.pid, 4096);
    await refuses('store_full');
  },
  async store_busy(t) {
    const { file, refuses } = await startOnDisk(t);
    await holdOpen(t, file);
    await refuses('store_busy');
  },
  async store_read_only(t) {
    const dir = folder(), library = join(dir, 'read_only.so'), flag = join(dir, 'flag');
    execFileSync('cc', ['-shared', '-fPIC', '-O1', '-Wall', '-Wextra', '-Werror', '-o', library, new URL('../../lib/read_only.c', import.meta.url).pathname, '-ldl']);
    const { refuses } = await startOnDisk(t, { env: { LD_PRELOAD: library, READ_ONLY_IF: flag } });
    writeFileSync(flag, '');
    await refuses('store_read_only');
  },
};

/** Without `--dev`, where only the log has it. */
export const inProduction = {
  async sms_provider_missing(t) {
    const { api, logged } = await startInProduction(t);
    const answer = await api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+15005550006', send: 'code' });
    assert.deepEqual([answer.status, answer.body.error, answer.body.reason], [400, 'sms_provider_error', undefined]);
    assert.equal((await logged('sms_provider_missing')).type, 'fcs');
  },
  async stand_in(t) {
    const { api, logged } = await startInProduction(t);
    assert.equal(errorOf(await authorizeAt(api, { connection: 'played' })), 'access_denied');
    assert.equal((await logged('stand_in')).type, 'f');
  },
};

/** Asked by more at once than there is room for. */
export const busy = {
  async password_pool_full(w) {
    const answers = await Promise.all(Array.from({ length: 32 * cpus().length + 30 }, () => w.password()));
    const full = answers.find(({ status }) => status === 503);
    assert.deepEqual([full?.body.error, full?.body.reason], ['temporarily_unavailable', 'password_pool_full']);
    assert.ok(answers.some(({ status }) => status === 200));
  },
  async scripts_busy(w) { // asked without passwords, whose own queue must not be the one that is full
    const { body: { refresh_token } } = await w.password();
    await w.call('PATCH', 'tenants/settings', { ostia: { script_timeout_s: 1 } });
    await w.rule('for (;;) ;');
    const answers = await Promise.all(Array.from({ length: 8 * Math.max(4, 2 * cpus().length) }, () => w.refresh(refresh_token)));
    const full = answers.find(({ status }) => status === 503);
    assert.deepEqual([full?.body.error, full?.body.reason], ['temporarily_unavailable', 'scripts_busy']);
  },
};

export const onPostgres = {
  async not_a_text(group) {
    const { w } = await startOnPostgres(group);
    refused(await w.password({ username: 'a\0b' }), 400, 'invalid_request', 'not_a_text');
  },
  async mfa_token_used(group) { // by two at once, with two good codes
    const { w, postgres } = await startOnPostgres(group);
    const { secret, mfa_token } = await w.enrolled(), [first, second] = [await w.totp(secret), await w.totp(secret, 30)];
    const letGo = await holding(group, postgres, 'LOCK TABLE used_tickets IN SHARE MODE');
    const one = w.prove(mfa_token, { otp: first });
    await wait(postgres, 1);
    const other = w.prove(mfa_token, { otp: second });
    await wait(postgres, 2);
    letGo();
    const answers = await Promise.all([one, other]);
    refused(answers.find(({ status }) => status !== 200), 403, 'invalid_grant', 'mfa_token_used');
    await w.policy([]);
  },
  async store_lost(group) { // a write waits for somebody's lock, and its connection ends
    const { w, postgres } = await startOnPostgres(group);
    const { body: { refresh_token } } = await w.password();
    const letGo = await holding(group, postgres, 'LOCK TABLE revoked_grants IN SHARE MODE');
    const revoked = w.api.form('/oauth/revoke', { client_id: 'app', token: refresh_token });
    await wait(postgres, 1);
    postgres.sql(`SELECT pg_terminate_backend(pid) FROM (${waiting}) AS those`, 'one');
    letGo();
    refused(await revoked, 503, 'temporarily_unavailable', 'store_lost');
  },
  async store_unavailable(group) {
    const { w, postgres } = await startOnPostgres(group);
    postgres.stopServer('immediate');
    refused(await w.password(), 503, 'temporarily_unavailable', 'store_unavailable');
    await w.authority.stop('SIGKILL'); // it would wait for its database
  },
};
