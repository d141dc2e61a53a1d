// The first start cannot be taken away, development is not opened to the network by accident, and a crash is told of.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, freePort, runOstia, serve, tenantFile } from '../lib/program.mjs';
import { Person } from '../lib/person.mjs';
import { until } from '../lib/until.mjs';

const linkOf = (server) => new URL(/^ +(http\S+\/setup\?ticket=\S+)$/m.exec(server.log())?.[1] ?? assert.fail(server.log()));
const setUp = (link, username) => new Person().post(new URL('/setup', link), { ticket: link.searchParams.get('ticket'), username, password: 'a long password' });
const start = async (t, more = [], dir = folder()) => {
  const args = ['--data', join(dir, 'data'), '--plain-http', '--listen', `127.0.0.1:${await freePort()}`, ...more];
  const server = await serve(args);
  t.after(() => server.stop());
  return { ...server, args };
};

test('first start: whoever signs up first does not close the link, and another start prints it again', async (t) => {
  const dir = folder();
  const app = { name: 'App', client_id: 'app', app_type: 'spa', callbacks: ['http://localhost:9/cb'] };
  const server = await start(t, ['--config', tenantFile(dir, { clients: [app] })], dir);
  const link = linkOf(server);
  for (const client_id of ['ostia-dashboard', 'app']) {
    const response = await fetch(`${server.issuer}dbconnections/signup`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ client_id, connection: 'Username-Password-Authentication', email: 'stranger@example.com', password: 'Brand-New-7' }) });
    assert.equal(response.status, client_id === 'app' ? 200 : 400);
  }
  assert.equal((await new Person().get(link)).status, 200);
  assert.match(await (await setUp(link, 'stranger@example.com')).text(), /already an account with this address/);
  await server.stop();
  const again = await serve(server.args);
  t.after(() => again.stop());
  assert.equal((await setUp(linkOf(again), 'root@example.com')).status, 200);
  assert.equal((await setUp(link, 'second@example.com')).status, 403, 'there is one now');
  await again.stop();
  const third = await serve(server.args);
  t.after(() => third.stop());
  assert.doesNotMatch(third.log(), /setup/);
});

test('--dev: an address of the network takes a second word, which says what it opens', async (t) => {
  for (const listen of ['0.0.0.0:0', '[::]:0', '192.0.2.1:0']) {
    const { code, stderr } = await runOstia(['serve', '--dev', '--dev-http', 'none', '--listen', listen, '--data', join(folder(), 'data')]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /not a loopback address.*_dev\/messages.*_dev\/reset.*--dev-on-network/s);
  }
  const server = await serve(['--dev', '--dev-on-network', '--dev-http', 'none', '--listen', `0.0.0.0:${await freePort()}`, '--data', join(folder(), 'data')]);
  t.after(() => server.stop());
  assert.ok(server.issuer);
});

test('a crash: the first line of the next log says that the last run ended by a signal', async (t) => {
  const server = await start(t);
  const firstLine = (one) => until(() => one.log().split('\n').find((l) => l.startsWith('{')), 'a line of the log');
  for (const [signal, says] of [['SIGSEGV', /"event":"last_run_crashed","signal":"SIGSEGV"/], ['SIGABRT', /"signal":"SIGABRT"/], ['SIGKILL', /"event":"last_run_crashed".*SIGKILL/]]) {
    const run = signal === 'SIGSEGV' ? server : await serve(server.args);
    await run.stop(signal);
    const next = await serve(server.args);
    assert.match(await firstLine(next), says);
    await next.stop();
  }
  const calm = await serve(server.args);
  await calm.stop();
  assert.doesNotMatch(calm.log(), /last_run_crashed/);
});

test('a crash: two programs with one folder do not take each other’s runs for crashes', async (t) => {
  const server = await start(t);
  const args = [...server.args];
  args[args.indexOf('--listen') + 1] = `127.0.0.1:${await freePort()}`;
  const second = await serve(args);
  await second.stop();
  assert.doesNotMatch(second.log(), /last_run_crashed/);
  assert.equal(readFileSync(join(server.args[1], 'run'), 'utf8'), 'running');
});

test('the unit starts the program again when it fails, and the guide says where to look', () => {
  const unit = readFileSync(new URL('../../deploy/systemd/ostia.service', import.meta.url), 'utf8');
  assert.match(unit, /^Restart=on-failure$/m);
  assert.match(readFileSync(new URL('../../docs/guides/operating.md', import.meta.url), 'utf8'), /last_run_crashed/);
});

test('a file that is none: what is written to a pipe or a device goes through it, and it stays what it is', async (t) => {
  const server = await start(t), dir = folder(), pipe = join(dir, 'pipe');
  await server.stop();
  execFileSync('mkfifo', [pipe]);
  const reading = new Promise((resolve) => { let text = ''; createReadStream(pipe).on('data', (d) => { text += d; }).on('close', () => resolve(text)); });
  assert.equal((await runOstia(['export', '--data', server.args[1], '--output', pipe])).code, 0);
  assert.match(await reading, /^tenant:|^databases:|:/m);
  assert.ok(statSync(pipe).isFIFO());
});

test('first start: a tenant without a database of people makes nobody, and says what is missing', async (t) => {
  for (const extra of [{ databases: [] }, { databases: [], connections: [{ name: 'email', strategy: 'email' }], tenant: { default_directory: 'email' } }]) {
    const dir = folder();
    const server = await start(t, ['--config', tenantFile(dir, { clients: [{ name: 'App', client_id: 'app' }], extra })], dir);
    const answer = await setUp(linkOf(server), 'root@example.com');
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /no database of people.*databases/);
    assert.equal((await new Person().get(linkOf(server))).status, 200, 'the link is as good as before');
    await server.stop();
  }
});

test('first start: a connection of administrators that is none is refused, before anything is opened', async () => {
  const dir = folder();
  const { code, stderr } = await runOstia(['serve', '--config', tenantFile(dir, { clients: [], extra: { tenant: { ostia: { administrators_connection: 'Employes' } } } }), '--data', join(dir, 'data'), '--listen', '127.0.0.1:0']);
  assert.equal(code, 2);
  assert.match(stderr, /administrators_connection: "Employes" is no database of this tenant/);
});
