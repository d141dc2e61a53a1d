// Starting, stopping and being killed: a clear word for each mistake, and nothing lost that was answered for.
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { folder, freePort, runOstia, serve, startAuthority, tenantFile } from '../lib/program.mjs';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { sqlite } from '../lib/store.mjs';

const client = { name: 'App', client_id: 'app', app_type: 'spa', callbacks: ['http://localhost:9/cb'], grant_types: ['authorization_code'] };
const request = { client_id: 'app', response_type: 'code', redirect_uri: 'http://localhost:9/cb', scope: 'openid', state: 's', code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' };
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';

describe('a mistake gets a sentence and exit code 2', () => {
  const refused = async (args, text) => {
    const { code, stderr, stdout } = await runOstia(['serve', ...args]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, text);
    assert.equal(stdout, '');
  };
  test('an unknown option', () => refused(['--colour', 'red'], /--colour/));
  test('an unknown verb', async () => assert.equal((await runOstia(['fly'])).code, 2));
  test('a file that is not there', () => refused(['--config', '/nowhere/tenant.yaml'], /--config: there is no file \/nowhere\/tenant.yaml/));
  test('an address that is none', () => refused(['--listen', 'here'], /--listen: "here" is not HOST:PORT/));
  test('a port that is none', () => refused(['--listen', '127.0.0.1:99999'], /--listen/));
  test('an issuer that is none', () => refused(['--issuer', 'login.example.com'], /--issuer/));
  test('an issuer with a path', () => refused(['--issuer', 'https://login.example.com/tenant'], /--issuer/));
  test('half a certificate', () => refused(['--tls-cert', '/etc/hostname'], /belong together/));
  test('plain HTTP to the world in development', () => refused(['--dev', '--dev-http', '0.0.0.0:0'], /loopback/));
  test('a database of another kind', () => refused(['--database', 'mysql://x'], /mysql/));
  test('a data folder that is a file', () => refused(['--data', '/etc/hostname'], /--data: cannot make the folder/));
  test('YAML that is none', async (t) => {
    const dir = folder();
    writeFileSync(join(dir, 'bad.yaml'), 'clients:\n  - name: [\n');
    await refused(['--config', join(dir, 'bad.yaml'), '--data', join(dir, 'data'), '--listen', '127.0.0.1:0'], /bad.yaml: line \d+, column \d+/);
  });
  test('a client without a name', async (t) => {
    const dir = folder();
    await refused(['--config', tenantFile(dir, { clients: [{ callbacks: [] }] }), '--data', join(dir, 'data'), '--listen', '127.0.0.1:0'], /clients\[0\]: needs a name/);
  });
  test('a callback that is no URL', async (t) => {
    const dir = folder();
    await refused(['--config', tenantFile(dir, { clients: [{ name: 'x', callbacks: ['nowhere'] }] }), '--data', join(dir, 'data'), '--listen', '127.0.0.1:0'], /clients\[0\]\.callbacks: "nowhere"/);
  });
  test('a busy port', async (t) => {
    const other = createServer();
    const port = await new Promise((resolve) => other.listen(0, '127.0.0.1', () => resolve(other.address().port)));
    t.after(() => other.close());
    await refused(['--listen', `127.0.0.1:${port}`, '--data', join(folder(), 'data')], new RegExp(`cannot listen on 127.0.0.1:${port}: the port is in use`));
  });
  test('a database of a newer version', async (t) => {
    const dir = folder();
    sqlite(join(dir, 'ostia.db'), 'PRAGMA user_version = 4711');
    await refused(['--data', dir, '--listen', '127.0.0.1:0'], /version 4711/);
  });
  test('a database that is none', async (t) => {
    const dir = folder();
    writeFileSync(join(dir, 'ostia.db'), 'this is not a database, however long it may be'.repeat(100));
    await refused(['--data', dir, '--listen', '127.0.0.1:0'], /cannot open .*ostia\.db: .*not a database/);
  });
  test('a damaged master key', async (t) => {
    const dir = folder();
    writeFileSync(join(dir, 'master.key'), 'short');
    await refused(['--data', dir, '--listen', '127.0.0.1:0'], /master.key is damaged/);
  });
  test('another master key than the database was sealed with', async (t) => {
    const { data, stop } = await startAuthority(t, { clients: [client] });
    await stop();
    writeFileSync(join(data, 'master.key'), 'A'.repeat(43));
    await refused(['--data', data, '--listen', '127.0.0.1:0'], /another master key/);
  });
  test('a data folder that cannot be written', { skip: process.getuid() === 0 && 'root writes anywhere' }, async (t) => {
    const dir = join(folder(), 'data');
    mkdirSync(dir);
    chmodSync(dir, 0o500);
    await refused(['--data', dir, '--listen', '127.0.0.1:0'], /cannot write/);
  });
});

test('SIGTERM: exit code 0, and the same keys and sessions after the next start', async (t) => {
  const first = await startAuthority(t, { clients: [client] });
  const person = new Person();
  await person.logIn(authorizeUrl(first.devIssuer, request));
  const keys = await (await fetch(`${first.devIssuer}.well-known/jwks.json`)).json();
  assert.deepEqual(await first.stop(), { code: 0, signal: null });

  const second = await serve(first.args);
  t.after(() => second.stop());
  assert.deepEqual(await (await fetch(`${first.devIssuer}.well-known/jwks.json`)).json(), keys);
  const silent = await person.get(authorizeUrl(first.devIssuer, { ...request, prompt: 'none' }));
  assert.match(silent.headers.get('location'), /[?&]code=/);
});

test('reading the same configuration again changes nothing', async (t) => {
  const first = await startAuthority(t, { clients: [client, { name: 'Nameless id', app_type: 'non_interactive', grant_types: ['client_credentials'] }] });
  await first.stop();
  const before = sqlite(join(first.data, 'ostia.db'), 'SELECT kind, id, body FROM tenant_objects ORDER BY kind, id');
  const second = await serve(first.args);
  await second.stop();
  const after = sqlite(join(first.data, 'ostia.db'), 'SELECT kind, id, body FROM tenant_objects ORDER BY kind, id');
  assert.ok(before.includes('Nameless id'));
  assert.equal(after, before);
});

test('killed again and again: no session, code or key that was answered for is lost, and no code works twice', async (t) => {
  let authority = await startAuthority(t, { clients: [client] });
  t.after(() => authority.stop());
  const { devIssuer: issuer, args } = authority;
  const redeem = (code) => fetch(`${issuer}oauth/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'authorization_code', client_id: 'app', redirect_uri: request.redirect_uri, code_verifier: verifier, code }) });
  const people = [];
  for (let round = 0; round < 4; round++) {
    const person = new Person();
    const used = (await person.logIn(authorizeUrl(issuer, request))).searchParams.get('code');
    const unused = new URL((await person.get(authorizeUrl(issuer, request))).headers.get('location')).searchParams.get('code');
    assert.equal((await redeem(used)).status, 200);
    people.push(person);
    // Killed in the middle of other people's logins.
    const busy = Promise.allSettled(Array.from({ length: 8 }, () => new Person().logIn(authorizeUrl(issuer, request), 'grace@example.com', 'Battery-Staple-9')));
    await authority.stop('SIGKILL');
    await busy;
    authority = await serve(args);
    assert.equal((await redeem(used)).status, 403, 'a used code stays used');
    assert.equal((await redeem(unused)).status, 200, 'a code that was given out works');
    for (const one of people) assert.match((await one.get(authorizeUrl(issuer, { ...request, prompt: 'none' }))).headers.get('location'), /[?&]code=/);
  }
  await authority.stop();
});

test('secrets at rest are readable by their owner only, and sealed', async (t) => {
  const { data, stop } = await startAuthority(t, { clients: [{ ...client, client_secret: 'a-very-secret-value' }] });
  await stop();
  for (const file of ['master.key', 'tls-key.pem', 'ostia.db']) assert.equal(statSync(join(data, file)).mode & 0o077, 0, file);
  const stored = readFileSync(join(data, 'ostia.db')) + (existsSync(join(data, 'ostia.db-wal')) ? readFileSync(join(data, 'ostia.db-wal')) : '');
  for (const secret of ['a-very-secret-value', 'PRIVATE KEY', 'Correct-Horse-9']) assert.ok(!stored.includes(secret), secret);
});

test('the first start of an empty tenant prints a link, once, at which one administrator is made', async (t) => {
  const dir = join(folder(), 'data');
  const args = ['--data', dir, '--plain-http', '--listen', `127.0.0.1:${await freePort()}`];
  const first = await serve(args);
  t.after(() => first.stop());
  const link = new URL(/^ +(http\S+\/setup\?ticket=\S+)$/m.exec(first.log())[1]);
  const person = new Person();
  assert.equal((await person.get(link)).status, 200);
  const make = (fields) => person.post(new URL('/setup', link), { ticket: link.searchParams.get('ticket'), username: 'root@example.com', password: 'a long password', ...fields });
  assert.equal((await make({ ticket: 'forged' })).status, 403);
  assert.match(await (await make({ password: 'short' })).text(), /at least 12 characters/);
  assert.match(await (await make({ username: 'nobody' })).text(), /e-mail address/);
  const both = await Promise.all([make({}), make({ username: 'second@example.com' })]);
  assert.deepEqual(both.map((r) => r.status).sort(), [200, 403]);
  assert.equal((await person.get(link)).status, 403);
  assert.equal(sqlite(join(dir, 'ostia.db'), "SELECT count(*) FROM administrators").trim(), '1');
  await first.stop();
  const second = await serve(args);
  t.after(() => second.stop());
  assert.doesNotMatch(second.log(), /setup/);
});

test('a person who opens an address that is none sees a page', async (t) => {
  const { devIssuer } = await startAuthority(t, { clients: [client] });
  const response = await fetch(devIssuer, { headers: { accept: 'text/html' } });
  assert.equal(response.status, 404);
  assert.match(await response.text(), /This is an Ostia authority/);
});

test('without --dev there is no plain HTTP and no demo tenant', async (t) => {
  const port = await freePort();
  const server = await serve(['--data', join(folder(), 'data'), '--listen', `127.0.0.1:${port}`]);
  t.after(() => server.stop());
  assert.equal(server.issuer, `https://localhost:${port}/`);
  await assert.rejects(fetch(`http://localhost:${port}/.well-known/openid-configuration`));
});
