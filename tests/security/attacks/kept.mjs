// What is kept, what is told of it, and what of the machine an attacker gets hold of.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decode } from '../../lib/person.mjs';
import { freePort, runOstia, serve, startAuthority } from '../../lib/program.mjs';
import { ask } from '../../lib/raw.mjs';
import { dump, sql } from '../../lib/store.mjs';
import { callback, grants, web } from '../../lib/tenant.mjs';
import { until } from '../../lib/until.mjs';
import { employees, isRefused, listener, realm } from './world.mjs';

const setUpLink = (server) => new URL(/^ +(http\S+\/setup\?ticket=\S+)$/m.exec(server.log())?.[1] ?? assert.fail(server.log()));
const post = (url, body) => fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
/** Entries of the tenant's log that say something happened to this. */
const entriesOf = async (w, what) => (await w.must('GET', 'logs?per_page=50')).filter((one) => JSON.stringify(one).includes(what));

export default {
  'the first start is taken by who signs up first': async (w, t) => {
    const server = await serve(['--data', join(w.folder(), 'data'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`]);
    t.after(() => server.stop());
    for (const connection of [realm, employees]) isRefused({ status: (await post(`${server.issuer}dbconnections/signup`, { client_id: 'ostia-dashboard', connection, email: 'first@example.com', password: 'Some-Word-9' })).status });
    const link = setUpLink(server), page = await fetch(link);
    assert.deepEqual([page.status, /password/.test(await page.text())], [200, true], 'the operator’s link still works');
  },

  'an administrator’s trace, washed away by strangers': async (w, t) => {
    const one = await startAuthority(undefined, { clients: [web], dev: false, args: ['--plain-http'] });
    t.after(() => one.stop());
    await fetch(`${one.issuer}authorize?client_id=nobody`);
    await one.stop();
    // Such an entry 200,000 times more, and before them what an administrator has done.
    const columns = sql(one, "SELECT group_concat(name) FROM pragma_table_info('logs') WHERE name <> 'id'").trim(), hasCount = columns.split(',').includes('by_count');
    sql(one, `INSERT INTO logs (id, ${columns}) SELECT 'kept', ${columns.split(',').map((c) => ({ type: "'sapi'", at: 'at - 10' })[c] ?? (c === 'by_count' ? '0' : c)).join()} FROM logs WHERE type = 'f' LIMIT 1;
      WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 201000) INSERT INTO logs (id, ${columns}) SELECT 'flood' || i, ${columns} FROM n, (SELECT ${columns} FROM logs WHERE type = 'f' LIMIT 1);
      UPDATE logs SET at = at - 5 WHERE id LIKE 'flood%' AND CAST(substr(id, 6) AS INTEGER) <= 1000;`);
    const again = await serve(one.args);
    t.after(() => again.stop());
    await until(() => sql(one, "SELECT count(*) FROM logs WHERE id IN ('flood1', 'flood900')").trim() === '0', 'the oldest of the flood go');
    assert.equal(sql(one, "SELECT count(*) FROM logs WHERE id = 'kept'").trim(), '1', 'what an administrator did stays');
    assert.ok(hasCount);
  },

  'changes and reads that leave no trace': async (w) => {
    const ada = await w.person(), secret = 'another-secret-of-the-exchanger';
    await w.must('PATCH', 'clients/exchanger', { description: 'changed', client_secret: secret });
    const [changed] = await until(async () => { const found = await entriesOf(w, '/api/v2/clients/exchanger'); return found.length > 0 && found; }, 'the change is in the log');
    assert.deepEqual([changed.client_id, changed.details.request.method, changed.details.after.description], ['machine', 'PATCH', 'changed']);
    assert.ok(!JSON.stringify(changed).includes(secret));
    w.secrets['a changed client secret'] = secret;
    await w.must('PATCH', ada.path, { user_metadata: { colour: 'blue' } });
    await until(async () => (await entriesOf(w, ada.path))[0]?.details.after.user_metadata?.colour === 'blue', 'and that of a person');
    await w.api.call('GET', 'clients/payroll', undefined, await w.machineToken('keys'));
    await until(async () => (await entriesOf(w, '/api/v2/clients/payroll')).some((one) => one.client_id === 'keys' && one.details.accessedSecrets?.includes('client_secret')), 'who has read a secret');
    const job = await w.must('POST', 'jobs/users-exports', {});
    const { location } = await until(async () => { const one = await w.must('GET', `jobs/${job.id}`); return one.location && one; }, 'the export is made');
    await fetch(location);
    await until(async () => (await w.must('GET', 'logs?per_page=50')).some((one) => /export/i.test(one.description) && !/^(POST|GET) /.test(one.description)), 'who has fetched an export');
    w.secrets['the link of an export'] = new URL(location).searchParams.get('ticket') ?? location;
  },

  'secrets in the database, and keys in a backup': async (w) => {
    const ada = await w.person(), acme = (await w.must('GET', 'organizations/name/acme')).id;
    const { invitation_url } = await w.must('POST', `organizations/${acme}/invitations`, { inviter: { name: 'I' }, invitee: { email: 'invited@example.com' }, client_id: 'app' });
    await w.must('POST', 'log-streams', { name: 'kept', type: 'http', status: 'paused', sink: { httpEndpoint: 'https://logs.example.com/', httpContentType: 'application/json', httpAuthorization: 'Bearer stream-authorization', httpCustomHeaders: [{ header: 'X-Key', value: 'stream-header-value' }] } });
    const device = (await w.api.form('/oauth/device/code', { client_id: 'app', scope: 'openid' })).body;
    const own = await w.logIn(ada, undefined, { audience: `${w.issuer}api/v2/`, scope: 'create:current_user_device_credentials' });
    assert.equal((await w.api.call('POST', 'device-credentials', { device_name: 'phone', type: 'public_key', value: 'device-credential-value', device_id: '1' }, own.body.access_token)).status, 201);
    await w.resetMail(ada);
    const link = await until(() => w.mailsTo(ada.username).map((text) => w.linkIn(text, '/u/reset')).find(Boolean), 'a reset link');
    Object.assign(w.secrets, {
      'an invitation': new URL(invitation_url).searchParams.get('invitation'), "a stream's authorization": 'stream-authorization', "a stream's header": 'stream-header-value', 'a device’s code': device.device_code,
      'a user’s code': device.user_code.replace('-', ''), 'a device credential': 'device-credential-value', 'a reset link': new URL(link).searchParams.get('ticket'), 'a refresh token': (await w.logIn(ada)).body.refresh_token,
    });
    await w.must('GET', 'logs');
    const text = dump(w.authority);
    for (const [what, value] of Object.entries(w.secrets)) assert.ok(!text.includes(value), `${what} is in the database`);
    const to = join(w.folder(), 'backup'), { code, stderr } = await runOstia(['backup', to, '--data', w.authority.data]);
    assert.equal(code, 0, stderr);
    assert.notEqual((await runOstia(['restore', to, '--data', join(w.folder(), 'stolen')])).code, 0, 'a backup alone is no authority');
  },

  'a profile that grows': async (w) => {
    const ada = await w.person(), token = (await w.logIn(ada, undefined, { audience: `${w.issuer}api/v2/`, scope: 'update:current_user_metadata create:current_user_device_credentials' })).body.access_token;
    let written = 0;
    for (let i = 0; i < 8; i++) if ((await w.api.call('PATCH', ada.path, { user_metadata: { [`m${i}`]: 'x'.repeat(40_000) } }, token)).status === 200) written++;
    assert.ok(written <= 2, `${written * 40} kB`);
    const add = (i) => w.api.call('POST', 'device-credentials', { device_name: `d${i}`, type: 'public_key', value: 'x'.repeat(4096), device_id: `${i}` }, token);
    const kept = [];
    for (let i = 0; i < 30; i++) kept.push((await add(i)).status);
    assert.ok(kept.filter((s) => s === 201).length <= 20);
    assert.equal((await w.api.call('POST', 'device-credentials', { device_name: 'large', type: 'public_key', value: 'x'.repeat(10_000), device_id: 'l' }, token)).status, 400);
    isRefused(await w.api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: 'large@example.com', password: 'Some-Word-9', nickname: 'x'.repeat(3000) }, w.from()));
  },

  'two networks take all connections': async (w, t) => {
    const program = join(w.folder(), 'few-descriptors'), port = await freePort(), sockets = [];
    writeFileSync(program, `#!/bin/sh\nulimit -n 512\nexec '${w.program}' "$@"\n`, { mode: 0o755 });
    const server = await serve(['--data', join(w.folder(), 'data'), '--plain-http', '--trusted-proxy', '192.0.2.1', '--listen', `127.0.0.1:${port}`], {}, program);
    t.after(async () => { for (const socket of sockets) socket.destroy(); await server.stop(); });
    // Requests that never end, as many as they can have.
    await Promise.all(['127.0.0.2', '127.0.0.3'].flatMap((localAddress) => Array.from({ length: 400 }, () => new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, localAddress }, () => { socket.write('GET / HTTP/1.1\r\nHost: x\r\n'); resolve(); }).on('error', resolve).on('close', resolve);
      sockets.push(socket);
    }))));
    // Before the twenty seconds are over after which an unfinished request ends by itself.
    const health = await Promise.race([ask({ port, localAddress: '127.0.0.9' }, ['GET /health/live HTTP/1.1', `Host: 127.0.0.1:${port}`]).catch((error) => ({ status: error.code })), until(() => false, 'an answer', 15_000).catch(() => ({ status: 'no answer' }))]);
    assert.equal(health?.status, 200, 'somebody else is served');
  },

  'a session that an administrator ends, and the applications are not told': async (w) => {
    const endings = {
      'ended sessions': (ada) => w.must('DELETE', `${ada.path}/sessions`), 'a block': (ada) => w.must('PATCH', ada.path, { blocked: true }),
      'another password': (ada) => w.must('PATCH', ada.path, { password: `${ada.password}-new`, connection: realm }),
    };
    for (const [how, end] of Object.entries(endings)) {
      const ada = await w.person(), browser = await w.signIn(ada, { client_id: 'tellable' });
      assert.ok(browser.end.location.searchParams.get('code'));
      await w.redeem(browser.end.location.searchParams.get('code'), { client_id: 'tellable', client_secret: 'tellable-secret' });
      await end(ada);
      await until(() => w.told.some(({ body }) => body && decode(new URLSearchParams(body).get('logout_token')).sub === ada.id), how);
    }
  },

  'a request that had to be pushed': async (w) => {
    const ada = await w.person(), asked = { client_id: 'pushing', response_type: 'code', redirect_uri: callback, scope: 'openid', state: 's' };
    const hasCode = (page) => !!page.location?.searchParams.get('code');
    const direct = await w.browser().open(w.url(asked));
    assert.ok(!hasCode(direct) && direct.action !== '/u/login');
    const linked = w.browser(), started = await w.api.post('/passwordless/start', { connection: 'email', email: 'pushed@example.com', client_id: 'pushing', client_secret: 'pushing-secret', send: 'link', authParams: asked }, w.from());
    if (started.status === 200) {
      const opened = await linked.open(await until(() => w.mailsTo('pushed@example.com').map((text) => w.linkIn(text, '/passwordless/verify_redirect')).find(Boolean), 'a link'));
      assert.ok(!hasCode(opened.action ? await linked.submit(opened) : opened), 'by a link');
    }
    const popup = w.browser(), { body } = await w.api.post('/co/authenticate', { client_id: 'pushing', credential_type: grants.realm, realm, ...ada.words }, { origin: 'http://localhost:4000', ...w.from() });
    if (body.login_ticket) assert.ok(!hasCode(await popup.open(w.url({ ...asked, login_ticket: body.login_ticket }))), 'by a ticket');
  },

  "an application that is named like another one's id": async (w) => {
    const { client_id } = await w.must('POST', 'clients', { name: 'payroll', app_type: 'spa', callbacks: [callback], grant_types: ['authorization_code', 'password', grants.realm], token_endpoint_auth_method: 'none' });
    const emma = await w.person({ connection: employees });
    isRefused(await w.token({ grant_type: grants.realm, client_id, realm: employees, ...emma.words }));
    assert.deepEqual((await w.must('GET', `connections?name=${employees}`))[0].enabled_clients, ['payroll']);
    await w.must('DELETE', `clients/${client_id}`);
  },

  'development, open to the network': async (w) => {
    const { code, stderr } = await runOstia(['serve', '--dev', '--dev-http', 'none', '--listen', '0.0.0.0:0', '--data', join(w.folder(), 'data')]);
    assert.notEqual(code, 0);
    assert.match(stderr, /--dev-on-network/);
  },

  'calls of the authority to where only it may go, and headers that end early': async (w, t) => {
    const { createServer } = await import('node:http'), reached = [], inner = createServer((request, response) => { reached.push(request.url); response.end(); });
    await new Promise((resolve) => inner.listen(0, '127.0.0.1', resolve));
    t.after(() => { inner.closeAllConnections(); inner.close(); });
    const stream = (name, httpEndpoint, more) => w.api.call('POST', 'log-streams', { name, type: 'http', sink: { httpEndpoint, httpContentType: 'application/json', ...more } });
    for (const value of ['a\r\nX-Evil: injected', 'a\nb', 'a\0b']) assert.equal((await stream('evil', 'https://logs.example.com/', { httpCustomHeaders: [{ header: 'X', value }] })).status, 400);
    assert.equal((await stream('evil', 'https://logs.example.com/', { httpCustomHeaders: [{ header: 'X\r\nX-Evil', value: 'a' }] })).status, 400);
    const { port } = inner.address(), hosts = ['127.0.0.1', '2130706433', '[::ffff:127.0.0.1]', 'localhost'], made = [];
    for (const host of hosts) made.push(await stream(`to ${host}`, `http://${host}:${port}/`));
    made.push(await stream('allowed', `http://${listener.host}:${w.listenerPort}/stream`));
    await w.must('PATCH', 'clients/exchanger', { description: 'an entry for the streams' });
    await until(() => w.told.some(({ path }) => path === '/stream'), 'the one that may be called is');
    await until(() => hosts.every((host, i) => made[i].status !== 201 || w.authority.log().includes(`"to ${host}"`) || reached.length), 'the others are tried');
    assert.deepEqual(reached, []);
    for (const { body, status } of made) if (status === 201) await w.must('DELETE', `log-streams/${body.id}`);
  },
};
