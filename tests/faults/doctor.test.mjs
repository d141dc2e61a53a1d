// `ostia doctor` on faults that installations have.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { folder, freePort, runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
const shop = { name: 'Shop', client_id: 'shop', app_type: 'spa', callbacks: ['https://shop.example.com/callback', 'http://127.0.0.1:3000/cb'], web_origins: ['https://shop.example.com', 'https://shop.example.com/page'], grant_types: ['authorization_code'], cross_origin_authentication: true };
const empty = { name: 'Empty', client_id: 'empty', app_type: 'spa', grant_types: ['authorization_code'] };
const machine = { name: 'Machine', client_id: 'machine', app_type: 'non_interactive', grant_types: ['authorization_code', 'implicit', 'refresh_token', 'client_credentials'] };
const worker = { name: 'Worker', client_id: 'worker', app_type: 'non_interactive', grant_types: ['client_credentials'] };
let authority;
before(async () => (authority = await startAuthority(group, { clients: [shop, empty, machine, worker] })));

/** Its findings, by subject. */
async function examine(...args) {
  const { code, stdout, stderr } = await runOstia(['doctor', '--json', '--listen', `127.0.0.1:${await freePort()}`, ...args]);
  assert.equal(stderr, '');
  const findings = JSON.parse(stdout);
  assert.equal(code, findings.some((f) => f.level === 'fault') ? 1 : 0);
  for (const f of findings) assert.equal(f.remedy === '', f.level === 'ok', `${f.what}: what is wrong has a remedy`);
  return (subject, level) => findings.filter((f) => f.subject === subject && (!level || f.level === level)).map((f) => `${f.what} → ${f.remedy}`).join('\n');
}
const here = () => ['--data', authority.data, ...(authority.database ? ['--database', authority.database] : [])];

test('for people: each subject stands apart from what is said of it', async () => {
  const args = ['doctor', '--listen', `127.0.0.1:${await freePort()}`, ...here()];
  const { stdout } = await runOstia(args), findings = JSON.parse((await runOstia([...args, '--json'])).stdout);
  for (const { level, subject, what } of findings.filter((f) => f.subject !== 'clock' && f.subject !== 'disk')) // which differ from one moment to the next
    assert.ok(stdout.split('\n').some((line) => line.startsWith(level) && line.includes(` ${subject} `) && line.endsWith(` ${what}`)), `${subject}: ${stdout}`);
});

test('lists of callback URLs and origins that cannot match', async () => {
  const found = await examine(...here());
  assert.match(found('callback', 'fault'), /"Empty" has no callback URL/);
  assert.doesNotMatch(found('callback', 'fault'), /"Machine"|"Worker"/, 'a machine needs no address to come back to');
  assert.match(found('callback', 'warning'), /"Machine" has no callback URL/);
  assert.doesNotMatch(found('callback'), /"Worker"/);
  assert.match(found('origin', 'fault'), /"https:\/\/shop\.example\.com\/page" of "Shop" can never match/);
  assert.match(found('mail', 'warning'), /no mail provider/);
  assert.match(found('folder', 'ok'), /owner's only, but for ca\.pem/);
  assert.match(found('certificate', 'ok'), /valid for \d+ days/);
});

for (const [callback, why] of [['https://shop.example.com/callback/', /differs by its last slash/], ['http://shop.example.com/callback', /differs by scheme or case/], ['http://localhost:3000/cb', /localhost and 127\.0\.0\.1 are two names/], ['https://elsewhere.example/', /is no callback URL of "Shop" →/]])
  test(`a callback that is not listed: ${callback}`, async () => {
    const found = await examine(...here(), '--client-id', 'shop', '--callback', callback);
    assert.match(found('callback', 'fault'), why);
  });

test('one that is listed, and an application that is not', async () => {
  const found = await examine(...here(), '--client-id', 'shop', '--callback', 'https://shop.example.com/callback', '--origin', 'https://shop.example.com', '--issuer', 'https://login.other.example');
  assert.match(found('callback', 'ok'), /is a callback URL of "Shop"/);
  assert.match(found('cookies', 'warning'), /two sites: browsers withhold third-party cookies/);
  assert.match((await examine(...here(), '--client-id', 'nobody', '--callback', 'x'))('client', 'fault'), /no application has the client_id "nobody"/);
});

test('a running authority: trusted, not trusted, by another name, not there', async () => {
  const domain = `https://localhost:${authority.port}`;
  const good = await examine(...here(), '--domain', domain, '--ca', join(authority.data, 'ca.pem'));
  for (const subject of ['issuer', 'keys', 'health']) assert.notEqual(good(subject, 'ok'), '', subject);
  assert.match(good('clock', 'ok'), /agree/);
  assert.match((await examine('--data', folder(), '--domain', domain))('certificate', 'fault'), /not trusted here.*--ca/);
  assert.match((await examine('--data', folder(), '--domain', `http://127.0.0.1:${authority.devPort}`))('issuer', 'fault'), /--issuer http:\/\/127\.0\.0\.1/);
  assert.match((await examine('--data', folder(), '--domain', `http://127.0.0.1:${await freePort()}`))('network', 'fault'), /nobody listens there/);
});

test('a clock that is off, and something that is no authority', async (t) => {
  const server = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${server.address().port}/`;
    response.sendDate = false;
    response.setHeader('Date', new Date(Date.now() - 600_000).toUTCString());
    response.end(JSON.stringify(request.url.includes('jwks') ? { keys: [] } : { issuer }));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const found = await examine('--data', folder(), '--domain', `http://127.0.0.1:${server.address().port}`);
  assert.match(found('clock', 'fault'), /behind this machine's/);
  assert.match(found('keys', 'fault'), /no signing key/);
});

test('a folder that others can read, an expired certificate, a key of another one', async () => {
  const dir = join(folder(), 'data');
  mkdirSync(dir, { mode: 0o755 });
  chmodSync(dir, 0o755);
  const make = (name, days) => {
    execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=x', '-days', days, '-keyout', `${dir}/${name}.key`, '-out', `${dir}/${name}.pem`], { stdio: 'pipe' });
    return ['--tls-cert', `${dir}/${name}.pem`, '--tls-key', `${dir}/${name}.key`];
  };
  const soon = make('soon', '3'), good = make('good', '300');
  assert.match((await examine('--data', dir, ...soon))('folder', 'fault'), /chmod 711/);
  assert.match((await examine('--data', dir, ...soon))('certificate', 'warning'), /valid for [23] days/);
  assert.match((await examine('--data', dir, soon[0], soon[1], good[2], good[3]))('certificate', 'fault'), /is not the key of/);
});

test('a port that is taken, and options that are wrong', async () => {
  const { stdout } = await runOstia(['doctor', '--data', folder(), '--listen', `127.0.0.1:${authority.port}`]);
  assert.match(stdout, /^warning +port +127\.0\.0\.1:\d+ is in use$/m);
  assert.doesNotMatch(stdout, /\x1b/, 'colour is for terminals');
  const wrong = await runOstia(['doctor', '--callback', 'https://x.example/']);
  assert.deepEqual([wrong.code, /--client-id/.test(wrong.stderr)], [2, true]);
});
