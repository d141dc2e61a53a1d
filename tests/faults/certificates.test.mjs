// Certificates end. Our own is renewed in time, by the same authority; of somebody else's the log, the metrics and the
// doctor tell.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import { certificate, fingerprintOf, shown } from '../lib/certificate.mjs';
import { folder, freePort, runOstia, serve } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

async function start(t, data, args = []) {
  const port = await freePort();
  const server = await serve(['--data', data, '--listen', `127.0.0.1:${port}`, '--drain', '0', ...args]);
  t.after(async () => { server.child.kill('SIGKILL'); await server.ended; });
  const says = (event) => until(() => server.log().split('\n').find((l) => l.includes(`"${event}"`)), `it says ${event}`).then(JSON.parse);
  return { ...server, port, says };
}
const newData = () => join(folder(), 'data');
const kept = (data, ...names) => names.map((name) => readFileSync(join(data, name), 'utf8'));
/** Its own certificate, made by its own authority as it was some time ago. */
const age = (data, times) => copyFileSync(certificate({ issuer: { certificate: join(data, 'ca.pem'), key: join(data, 'ca-key.pem') }, key: join(data, 'tls-key.pem'), names: 'DNS:localhost,IP:127.0.0.1,IP:::1', ...times }).certificate, join(data, 'tls.pem'));

describe("the server's own certificate", () => {
  test('is for its names, and its authority for no others', async (t) => {
    const data = newData();
    const server = await start(t, data, ['--issuer', 'https://login.example.com']);
    assert.ok((await shown(server.port, join(data, 'ca.pem'))).days > 300);
    assert.equal(statSync(join(data, 'ca-key.pem')).mode & 0o77, 0);
    const text = execFileSync('openssl', ['x509', '-in', join(data, 'tls.pem'), '-noout', '-text'], { encoding: 'utf8' });
    assert.match(text, /DNS:localhost, IP Address:127\.0\.0\.1, IP Address:0:0:0:0:0:0:0:1, DNS:login\.example\.com/);
    assert.match(text, /X509v3 Authority Key Identifier/);
    const bad = certificate({ issuer: { certificate: join(data, 'ca.pem'), key: join(data, 'ca-key.pem') }, names: 'DNS:bank.example' });
    assert.throws(() => execFileSync('openssl', ['verify', '-CAfile', join(data, 'ca.pem'), bad.certificate], { stdio: 'pipe' }), /permitted subtree violation/);
    execFileSync('openssl', ['verify', '-CAfile', join(data, 'ca.pem'), join(data, 'tls.pem')], { stdio: 'pipe' });
  });

  test('is for the custom domains of the first start, by an authority that may; one that comes later is named', async (t) => {
    const data = newData(), config = join(folder(), 'tenant.json');
    writeFileSync(config, JSON.stringify({ customDomains: [{ domain: 'login.shop.example' }] }));
    const first = await start(t, data, ['--config', config]);
    const text = () => execFileSync('openssl', ['x509', '-in', join(data, 'tls.pem'), '-noout', '-text'], { encoding: 'utf8' });
    const good = () => execFileSync('openssl', ['verify', '-x509_strict', '-CAfile', join(data, 'ca.pem'), join(data, 'tls.pem')], { stdio: 'pipe' });
    assert.match(text(), /DNS:login\.shop\.example/);
    good();
    assert.equal((await shown(first.port, join(data, 'ca.pem'))).fingerprint, fingerprintOf(join(data, 'tls.pem')), 'it is served');
    await first.stop();
    const [authority] = kept(data, 'ca.pem');
    const second = await start(t, data, ['--issuer', 'https://other.shop.example']);
    await until(() => /certificate_lacks_name.*other\.shop\.example/.test(second.log()), 'it is named');
    assert.deepEqual(kept(data, 'ca.pem'), [authority], 'clients trust it');
    assert.match(text(), /DNS:login\.shop\.example/);
    good();
  });

  test('programs of other users read ca.pem, and nothing else', { skip: process.getuid() !== 0 }, async (t) => {
    const data = newData(), at = (name) => join(data, name);
    await start(t, data);
    const cat = (name) => execFileSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'cat', at(name)], { stdio: 'pipe', encoding: 'utf8' });
    for (let up = data; up !== '/'; up = dirname(up)) if (up !== data) chmodSync(up, statSync(up).mode | 0o011); // the test's own folders
    assert.match(cat('ca.pem'), /BEGIN CERTIFICATE/);
    for (const name of readdirSync(data).filter((one) => one !== 'ca.pem')) assert.throws(() => cat(name), /Permission denied|Is a directory/, name);
    assert.throws(() => execFileSync('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'ls', data], { stdio: 'pipe' }), /Permission denied/);
  });

  for (const [what, times] of [['that ends soon', { from: -300, until: 60 }], ['that has ended', { from: -400, until: -1 }], ['whose time has not come: the clock was wrong', { from: 30, until: 400 }]])
    test(`one ${what} is renewed: at the start, and while it runs`, async (t) => {
      const data = newData();
      await (await start(t, data)).stop();
      const [authority, key] = kept(data, 'ca.pem', 'tls-key.pem');
      age(data, times);
      const old = fingerprintOf(join(data, 'tls.pem'));
      const server = await start(t, data);
      const first = await shown(server.port, join(data, 'ca.pem'));
      assert.notEqual(first.fingerprint, old);
      assert.ok(first.days > 300);
      await server.says('certificate_renewed');
      age(data, times);
      server.child.kill('SIGHUP'); // which looks at once; the hour would come
      await until(async () => { const { fingerprint } = await shown(server.port, join(data, 'ca.pem')); return ![first.fingerprint, old].includes(fingerprint); }, 'new connections get a new one');
      assert.deepEqual(kept(data, 'ca.pem', 'tls-key.pem'), [authority, key], 'clients need not know');
    });

  for (const name of ['tls.pem', 'tls-key.pem', 'ca.pem', 'ca-key.pem'])
    test(`a pipe in the place of ${name} is refused, and is no reason for another certificate`, async (t) => {
      const data = newData();
      const server = await start(t, data);
      const { fingerprint } = await shown(server.port, join(data, 'ca.pem'));
      const others = ['tls.pem', 'tls-key.pem', 'ca.pem', 'ca-key.pem'].filter((other) => other !== name);
      const before = kept(data, ...others);
      rmSync(join(data, name));
      execFileSync('mkfifo', [join(data, name)]);
      server.child.kill('SIGHUP');
      assert.match((await server.says('certificate_kept')).what, /it is not a regular file/);
      assert.deepEqual(kept(data, ...others), before);
      if (name !== 'ca.pem') assert.equal((await shown(server.port, join(data, 'ca.pem'))).fingerprint, fingerprint);
      assert.deepEqual(await server.stop(), { code: 0, signal: null });
    });

  test('one that is young stays', async (t) => {
    const data = newData();
    await (await start(t, data)).stop();
    age(data, { from: -100, until: 297 });
    const before = fingerprintOf(join(data, 'tls.pem'));
    const server = await start(t, data);
    assert.equal((await shown(server.port)).fingerprint, before);
  });

  test('an authority that ends soon is told of; near its end it has a successor', async (t) => {
    const data = newData();
    await (await start(t, data)).stop();
    const aged = (until) => {
      const made = certificate({ from: -3000, until, name: 'Ostia development CA old', key: join(data, 'ca-key.pem') });
      copyFileSync(made.certificate, join(data, 'ca.pem'));
      age(data, { from: -1, until: until - 1 });
    };
    aged(80);
    const soon = await start(t, data);
    assert.match((await soon.says('certificate_authority_ends_soon')).what, /ends in (79|80) days/);
    const before = kept(data, 'ca.pem');
    await soon.stop();
    assert.deepEqual(kept(data, 'ca.pem'), before);
    aged(29);
    const over = await start(t, data);
    assert.notDeepEqual(kept(data, 'ca.pem'), before);
    await over.says('certificate_authority_renewed');
    assert.ok((await shown(over.port, join(data, 'ca.pem'))).days > 300);
  });

  test('a folder from before, whose authority has no key, is served as it is until that ends', async (t) => {
    const data = newData();
    await (await start(t, data)).stop();
    age(data, { from: -700, until: 100 });
    rmSync(join(data, 'ca-key.pem'));
    const before = fingerprintOf(join(data, 'tls.pem'));
    const server = await start(t, data);
    assert.equal((await shown(server.port, join(data, 'ca.pem'))).fingerprint, before);
  });

  test('a certificate that somebody has put in its place is left alone', async (t) => {
    const data = newData();
    await (await start(t, data)).stop();
    const theirs = certificate({ until: 10 });
    copyFileSync(theirs.certificate, join(data, 'tls.pem'));
    copyFileSync(theirs.key, join(data, 'tls-key.pem'));
    const server = await start(t, data);
    assert.equal((await shown(server.port)).fingerprint, fingerprintOf(theirs.certificate));
    await server.says('certificate_ends_soon');
  });

  test('a start that was cut off while it wrote them is mended by the next', async (t) => {
    for (const name of ['tls.pem', 'tls-key.pem', 'ca.pem', 'ca-key.pem']) {
      const data = newData();
      await (await start(t, data)).stop();
      if (name.startsWith('ca')) age(data, { from: -300, until: 1 });
      rmSync(join(data, name));
      const server = await start(t, data);
      assert.ok((await shown(server.port, join(data, 'ca.pem'))).days > 0, name);
      await server.stop();
    }
  });
});

describe("somebody else's certificate", () => {
  for (const [days, event] of [[20.9, 'certificate_ends_soon'], [-1, 'certificate_has_ended']])
    test(`that ends in ${days} days: ${event}, in the log and the metrics`, async (t) => {
      const { certificate: file, key } = certificate({ from: -100, until: days }), metrics = await freePort();
      const server = await start(t, newData(), ['--tls-cert', file, '--tls-key', key, '--metrics-listen', `127.0.0.1:${metrics}`]);
      assert.equal((await server.says(event)).file, file);
      const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      const { ends_at } = await shown(server.port);
      assert.equal(Number(/^ostia_certificate_expiry_seconds\{certificate="server"\} (\S+)/m.exec(text)[1]), ends_at);
      assert.ok(!text.includes('certificate="authority"'));
      const { stdout } = await runOstia(['doctor', '--data', folder(), '--tls-cert', file, '--tls-key', key]);
      assert.match(stdout, days < 0 ? /has expired/ : /is valid for 20 days/);
    });

  test('that ends in 22 days is nothing to tell of', async (t) => {
    const { certificate: file, key } = certificate({ until: 22 });
    const server = await start(t, newData(), ['--tls-cert', file, '--tls-key', key]);
    server.child.kill('SIGHUP');
    await server.says('certificate_loaded');
    assert.ok(!/certificate_(ends|has)/.test(server.log()), server.log());
  });
});
