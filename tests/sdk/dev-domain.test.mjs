// `ostia dev-domain`: a system folder before, with it, and as it was before.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, runOstia } from '../lib/program.mjs';

const system = (hosts = '127.0.0.1 localhost\n') => {
  const root = folder();
  for (const dir of ['etc', 'proc/sys/net/ipv4', 'usr/local/share/ca-certificates']) mkdirSync(join(root, dir), { recursive: true });
  writeFileSync(join(root, 'etc/hosts'), hosts);
  writeFileSync(join(root, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), '1024\n');
  const read = (file) => readFileSync(join(root, file), 'utf8');
  return { root, read, run: (...args) => runOstia(['dev-domain', ...args, '--root', root]) };
};
const name = 'login.example.test';

test('a name, the port and the certificate, and back', async () => {
  const { root, read, run } = system(), data = folder();
  writeFileSync(join(data, 'ca.pem'), 'a certificate\n');
  const done = await run(name, '--data', data);
  assert.equal(done.code, 0, done.stderr);
  assert.equal(read('etc/hosts'), `127.0.0.1 localhost\n127.0.0.1 ${name} # ostia dev-domain ${name}\n::1 ${name} # ostia dev-domain ${name}\n`);
  assert.equal(read('proc/sys/net/ipv4/ip_unprivileged_port_start'), '443\n');
  assert.equal(read(`usr/local/share/ca-certificates/ostia-${name}.crt`), 'a certificate\n');
  assert.match(done.stdout, new RegExp(`ostia serve --dev --issuer https://${name}/ --listen`));
  const hosts = read('etc/hosts');
  assert.equal((await run(name, '--data', data)).code, 0);
  assert.equal(read('etc/hosts'), hosts, 'twice is once');
  assert.equal((await run(name, '--undo')).code, 0);
  assert.equal(read('etc/hosts'), '127.0.0.1 localhost\n');
  assert.equal(read('proc/sys/net/ipv4/ip_unprivileged_port_start'), '1024\n');
  assert.deepEqual([`usr/local/share/ca-certificates/ostia-${name}.crt`, 'etc/sysctl.d/60-ostia-dev-domain.conf'].map((file) => existsSync(join(root, file))), [false, false]);
});

test('what was there stays, to the byte', async () => {
  const { read, run } = system(`# no newline at the end\n127.0.0.1 localhost ${name}`);
  assert.equal((await run(name)).code, 0);
  assert.equal(read('etc/hosts'), `# no newline at the end\n127.0.0.1 localhost ${name}`);
  const other = system('10.0.0.1 elsewhere');
  assert.equal((await other.run(name)).code, 0);
  assert.equal((await other.run('second.example.test')).code, 0);
  assert.equal((await other.run(name, '--undo')).code, 0);
  assert.ok(!other.read('etc/hosts').includes(name) && other.read('etc/hosts').includes('second.example.test'));
});

test('a name that somebody else has is theirs', async () => {
  const { read, run } = system(`10.0.0.7 ${name}\n`);
  const refused = await run(name);
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /10\.0\.0\.7/);
  assert.equal(read('etc/hosts'), `10.0.0.7 ${name}\n`);
});

for (const bad of ['localhost', 'app.localhost', 'app.local', '127.0.0.1', 'one', '-a.test', 'a..test', 'a b.test', 'a.test\n10.0.0.1 bank.example', 'ä.test', `${'a'.repeat(64)}.test`, ''])
  test(`no name for it: ${JSON.stringify(bad)}`, async () => {
    const { read, run } = system();
    assert.equal((await run(bad)).code, 2);
    assert.equal(read('etc/hosts'), '127.0.0.1 localhost\n');
  });

test('the port is again what it was, whatever it was', async () => {
  const { root, read, run } = system();
  writeFileSync(join(root, 'proc/sys/net/ipv4/ip_unprivileged_port_start'), '600\n');
  await run(name);
  assert.equal(read('proc/sys/net/ipv4/ip_unprivileged_port_start'), '443\n');
  await run(name, '--undo');
  assert.equal(read('proc/sys/net/ipv4/ip_unprivileged_port_start'), '600\n');
});

test('a name that belongs to somebody is taken with a warning', async () => {
  const { run } = system();
  assert.match((await run('www.example.org')).stderr, /warning: www\.example\.org may be somebody's/);
  assert.equal((await run(name)).stderr, '');
});
