// Whose address a request has: what a client writes of itself changes nothing, what a trusted proxy writes is read in all
// of its forms, and what cannot be read is told.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { folder, freePort, runOstia, serve, tenantFile, users } from '../lib/program.mjs';
import { ask } from '../lib/raw.mjs';
import { app, extra } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const limits = (address) => ({ ...extra, tenant: { friendly_name: 'Test', ostia: { rate_limits: { exempt: [], address } } } });

async function start(t, args, { host = '127.0.0.1', rate = { per_second: 1000, burst: 1000 } } = {}) {
  const dir = folder(), port = await freePort(), data = join(dir, 'data');
  const server = await serve(['--data', data, '--config', tenantFile(dir, { clients: [app], extra: limits(rate) }), '--users', users, '--plain-http', '--access-log', '--listen', `${host}:${port}`, ...args]);
  t.after(() => server.stop());
  const events = (name) => server.log().split('\n').filter((l) => l.startsWith('{')).map((l) => JSON.parse(l)).filter((l) => l.event === name);
  let count = 0;
  // The address that the authority gives a request with these header lines.
  const addressOf = async (lines, from = {}) => {
    const path = `/pem?${++count}`;
    const answer = await ask({ port, ...from }, [`GET ${path.split('?')[0]} HTTP/1.1`, 'Host: localhost', ...lines]);
    assert.equal(answer.status, 200);
    const logged = await until(() => events('request').find((e) => e.request_id === answer.headers['x-request-id']), 'the access log has it');
    return logged.peer;
  };
  return { ...server, port, data, events, addressOf };
}

const of = (lines) => lines.map((l) => `X-Forwarded-For: ${l}`);

describe('a trusted proxy', () => {
  test('several lines are one list, read from its end', async (t) => {
    const { addressOf } = await start(t, ['--trusted-proxy', '127.0.0.1', '--trusted-proxy', '10.0.0.0/8']);
    for (const [lines, address] of [
      [[], '127.0.0.1'],
      [['198.51.100.7'], '198.51.100.7'],
      [['6.6.6.6', '198.51.100.7'], '198.51.100.7'],
      [['127.0.0.1', '6.6.6.6, 198.51.100.7'], '198.51.100.7'],
      [['198.51.100.7', '10.0.0.2', '10.0.0.3'], '198.51.100.7'],
      [['"6.6.6.6', '198.51.100.7'], '198.51.100.7'],
      [['198.51.100.7', ''], '198.51.100.7'],
    ]) assert.equal(await addressOf(of(lines)), address, lines.join(' | '));
  });
  test('entries have ports, brackets and quotes, and IPv4 in IPv6 is IPv4', async (t) => {
    const { addressOf } = await start(t, ['--trusted-proxy', '::ffff:127.0.0.0/104']);
    for (const [entry, address] of [['203.0.113.9:51234', '203.0.113.9'], ['[2001:db8::1]:443', '2001:db8::1'], ['"[2001:DB8::1]"', '2001:db8::1'], ['[2001:db8::1]', '2001:db8::1'], ['"203.0.113.9:1"', '203.0.113.9'], ['::ffff:203.0.113.9', '203.0.113.9'], ['[::ffff:203.0.113.9]:80', '203.0.113.9']])
      assert.equal(await addressOf(of([entry])), address, entry);
  });
  test('Forwarded is read where it is asked for, and X-Forwarded-For then is not', async (t) => {
    const usual = await start(t, ['--trusted-proxy', '127.0.0.1']);
    assert.equal(await usual.addressOf(['Forwarded: for=6.6.6.6']), '127.0.0.1');
    const { addressOf } = await start(t, ['--trusted-proxy', '127.0.0.1', '--forwarded-header', 'forwarded']);
    for (const [lines, address] of [
      [['X-Forwarded-For: 6.6.6.6'], '127.0.0.1'],
      [['Forwarded: for=198.51.100.7;proto=https'], '198.51.100.7'],
      [['Forwarded: for=6.6.6.6', 'Forwarded: For="[2001:db8::7]:4711";by=127.0.0.1'], '2001:db8::7'],
      [['Forwarded: for="', 'Forwarded: for=198.51.100.7'], '198.51.100.7'],
    ]) assert.equal(await addressOf(lines), address, lines.join(' | '));
    const { code, stderr } = await runOstia(['serve', '--forwarded-header', 'X-Real-Ip']);
    assert.deepEqual([code, /--forwarded-header: "X-Real-Ip"/.test(stderr)], [2, true]);
  });
  test('what cannot be read is told: in the log, in the metrics, by the doctor; the request is the proxy\'s', async (t) => {
    const metrics = await freePort();
    const it = await start(t, ['--trusted-proxy', '127.0.0.1', '--metrics-listen', `127.0.0.1:${metrics}`]);
    assert.equal(await it.addressOf(of(['6.6.6.6, unknown'])), '127.0.0.1');
    assert.equal(await it.addressOf(of(['6.6.6.6', '<b>\xE9'])), '127.0.0.1');
    const [told, ...more] = it.events('forwarded_unreadable');
    assert.deepEqual([told.proxy, told.seen, told.counted_as, told.header, more.length], ['127.0.0.1', 'unknown', '127.0.0.1', 'x-forwarded-for', 0]);
    assert.match(await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text(), /^ostia_forwarded_unreadable 2$/m);
    const { stdout } = await runOstia(['doctor', '--data', it.data, '--listen', `127.0.0.1:${await freePort()}`, '--json']);
    const found = JSON.parse(stdout).find((f) => f.subject === 'proxy');
    assert.equal(found.level, 'fault');
    assert.match(found.what, /127\.0\.0\.1 wrote "unknown" into x-forwarded-for/);
  });
  test('names and countries are its last word, and of nobody else', async (t) => {
    const it = await start(t, ['--trusted-proxy', '127.0.0.1']);
    const country = async (lines, from = {}) => JSON.parse((await ask({ port: it.port, ...from }, ['GET /user/geoloc/country HTTP/1.1', 'Host: localhost', ...lines])).body).country_code;
    const name = async (lines, from = {}) => (await ask({ port: it.port, ...from }, ['GET /pem HTTP/1.1', 'Host: localhost', ...lines])).headers['x-request-id'];
    const lied = ['X-Request-Id: lie', 'CF-IPCountry: XX', 'X-Country-Code: XX'], other = { localAddress: '127.0.0.2' };
    assert.equal(await name([...lied, 'X-Request-Id: true']), 'true');
    assert.notEqual(await name(lied, other), 'lie');
    assert.equal(await country([...lied, 'CF-IPCountry: DE']), 'DE');
    assert.equal(await country(lied, other), null);
    const trace = async (from) => { const answer = await ask({ port: it.port, ...from }, ['GET /pem HTTP/1.1', 'Host: localhost', 'traceparent: 00-lie']); return (await until(() => it.events('request').find((e) => e.request_id === answer.headers['x-request-id']), 'it is logged')).traceparent; };
    assert.deepEqual([await trace({}), await trace(other)], ['00-lie', '']);
  });
});

describe('nobody who is not named', () => {
  const own = Object.values(networkInterfaces()).flat().find((i) => i.family === 'IPv4' && !i.internal)?.address;
  test('plain HTTP alone trusts this machine, says so, and tells of a proxy that nobody has named', { skip: !own && 'this machine has no address but its own' }, async (t) => {
    const it = await start(t, [], { host: '0.0.0.0' });
    assert.deepEqual(it.events('proxies_trusted').map((e) => e.proxies), [['127.0.0.0/8', '::1']]);
    assert.equal(await it.addressOf(of(['198.51.100.7'])), '198.51.100.7');
    assert.equal(await it.addressOf(of(['198.51.100.7']), { host: own, localAddress: own }), own);
    assert.equal(await it.addressOf(of(['8.8.8.8, 10.1.2.3']), { host: own, localAddress: own }), own);
    assert.deepEqual(it.events('forwarded_untrusted').map((e) => e.peer), [own]);
    const { stdout } = await runOstia(['doctor', '--data', it.data, '--listen', `127.0.0.1:${await freePort()}`, '--json']);
    assert.match(JSON.parse(stdout).find((f) => f.subject === 'proxy').remedy, new RegExp(`--trusted-proxy ${own}`));
  });
  test('who is not the proxy that is named is not believed, whatever he writes', async (t) => {
    const { addressOf } = await start(t, ['--trusted-proxy', '192.0.2.1']);
    for (const lines of [of(['6.6.6.6']), of(['6.6.6.6', '192.0.2.1']), ['Forwarded: for=6.6.6.6'], ['X-Real-Ip: 6.6.6.6']]) assert.equal(await addressOf(lines), '127.0.0.1');
  });
});

describe('IPv4 on a listener of both kinds', () => {
  const has6 = existsSync('/proc/net/if_inet6') && readFileSync('/proc/net/if_inet6', 'utf8').includes('00000000000000000000000000000001');
  const remaining = async (port, from) => Number((await ask({ port, ...from }, ['GET /pem HTTP/1.1', 'Host: localhost'])).headers['x-ratelimit-remaining']);
  test('is IPv4: in logs, in limits, in lists', { skip: !has6 && 'this machine has no IPv6' }, async (t) => {
    const it = await start(t, ['--trusted-proxy', '192.0.2.1'], { host: '[::]', rate: { per_second: 0.001, burst: 1000 } });
    assert.equal(await it.addressOf([]), '127.0.0.1');
    for (const localAddress of ['127.0.0.2', '127.0.0.3', '127.0.0.4']) assert.equal(await remaining(it.port, { localAddress }), 999, localAddress);
    assert.equal(await remaining(it.port, { host: '::1' }), 999);
    assert.equal(await remaining(it.port, { localAddress: '127.0.0.2' }), 998);
  });
});

const tls = (dir) => {
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost', '-keyout', `${dir}/tls-key.pem`, '-out', `${dir}/chain.pem`], { stdio: 'ignore' });
  writeFileSync(`${dir}/tls.pem`, readFileSync(`${dir}/chain.pem`, 'utf8') + readFileSync(`${dir}/tls-key.pem`, 'utf8'));
  for (const name of ['tls.pem', 'tls-key.pem', 'chain.pem']) chmodSync(`${dir}/${name}`, 0o644);
};
// The files of deploy/proxies as they are, with the ports and folders of a test.
const proxies = {
  HAProxy: { program: '/usr/sbin/haproxy', file: 'haproxy.cfg', args: (file) => ['-f', file], names: true,
    adapt: (text, { dir, port, to }) => text.replace(':443 ssl', `127.0.0.1:${port} ssl`).replace('/etc/haproxy', dir).replaceAll('127.0.0.1:8443', `127.0.0.1:${to}`) },
  nginx: { program: '/usr/sbin/nginx', file: 'nginx.conf', args: (file, dir) => ['-p', dir, '-c', file, '-e', `${dir}/error.log`, '-g', `daemon off; pid ${dir}/nginx.pid;`], names: true,
    adapt: (text, { dir, port, to }) => text.replace('listen 443', `listen 127.0.0.1:${port}`).replaceAll('/etc/nginx', dir).replaceAll('127.0.0.1:8443', `127.0.0.1:${to}`).replace('http {', `http {\n access_log off;\n${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => ` ${n}_temp_path ${dir}/${n};`).join('\n')}`) },
  Caddy: { program: '/usr/bin/caddy', file: 'Caddyfile', args: (file) => ['run', '--adapter', 'caddyfile', '--config', file], names: true,
    adapt: (text, { dir, port, to }) => `{\n admin off\n auto_https off\n}\n${text.replace('login.example.com {', `https://localhost:${port} {\n bind 127.0.0.1\n tls ${dir}/chain.pem ${dir}/tls-key.pem`).replaceAll('127.0.0.1:8443', `127.0.0.1:${to}`)}` },
  Apache: { program: '/usr/sbin/apache2', file: 'apache.conf', args: (file) => ['-f', file, '-DFOREGROUND'],
    adapt: (text, { dir, port, to }) => `${['mpm_event', 'authn_core', 'authz_core', 'ssl', 'proxy', 'proxy_http', 'headers', 'unique_id', 'socache_shmcb'].map((m) => `LoadModule ${m}_module /usr/lib/apache2/modules/mod_${m}.so`).join('\n')}\nServerName localhost\nListen 127.0.0.1:${port}\nPidFile ${dir}/pid\nErrorLog ${dir}/error.log\nUser www-data\nGroup www-data\n${text.replace('*:443', `127.0.0.1:${port}`).replaceAll('/etc/apache2', dir).replaceAll('127.0.0.1:8443', `127.0.0.1:${to}`)}` },
};

for (const [name, { program, file, args, adapt, names }] of Object.entries(proxies))
  test(`behind ${name}, with the file of deploy/proxies, a client that lies has its own address`, { skip: !existsSync(program) && `${program} is not installed (tools/setup.sh test)` }, async (t) => {
    const it = await start(t, ['--trusted-proxy', '127.0.0.1']);
    const dir = folder(), port = await freePort(), config = join(dir, file);
    mkdirSync(join(dir, 'home'));
    tls(dir);
    writeFileSync(config, adapt(readFileSync(`${root}/deploy/proxies/${file}`, 'utf8'), { dir, port, to: it.port }));
    execFileSync('chmod', ['-R', 'a+rwX', dir]);
    let said = '';
    const proxy = spawn(program, args(config, dir), { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, HOME: join(dir, 'home'), XDG_DATA_HOME: join(dir, 'home'), XDG_CONFIG_HOME: join(dir, 'home') } });
    proxy.stdout.on('data', (d) => { said += d; });
    proxy.stderr.on('data', (d) => { said += d; });
    const ended = new Promise((resolve) => proxy.on('close', resolve));
    t.after(async () => { proxy.kill(); await ended; });
    const client = { port, tls: true, localAddress: '127.0.0.9' };
    await until(async () => { assert.equal(proxy.exitCode, null, said); return (await ask(client, ['GET /health/ready HTTP/1.1', 'Host: localhost']).catch(() => undefined))?.status === 200; }, `${name} answers`, 60_000);
    for (const lines of [[], of(['6.6.6.6']), of(['6.6.6.6', '7.7.7.7']), of(['6.6.6.6, 127.0.0.1', '127.0.0.1']), of(['127.0.0.1']), of(['nonsense', '"']), ['Forwarded: for=6.6.6.6'], ['X-Real-IP: 6.6.6.6'], [...of(['6.6.6.6']), 'Connection: X-Forwarded-For']]) {
      const answer = await ask(client, ['GET /pem HTTP/1.1', 'Host: localhost', 'X-Request-Id: lie', ...lines]);
      assert.equal(answer.status, 200, lines.join(' | '));
      const id = answer.headers['x-request-id'];
      assert.notEqual(id, 'lie');
      const logged = await until(() => it.events('request').find((e) => e.request_id === id), 'it is logged');
      assert.equal(logged.peer, '127.0.0.9', lines.join(' | '));
    }
    assert.deepEqual(it.events('forwarded_unreadable'), []);
    if (names) assert.notEqual((await ask(client, ['GET /pem HTTP/1.1', 'Host: localhost'])).headers['x-request-id'].length, 22); // the proxy's own name, not ours
  });

test('behind Traefik: nothing to run (Debian has no Traefik); its files are complete', () => {
  const [main, routes] = ['traefik.yaml', 'traefik-routes.yaml'].map((f) => readFileSync(`${root}/deploy/proxies/${f}`, 'utf8'));
  assert.doesNotMatch(main.replace(/#.*/g, ''), /insecure|trustedIPs/);
  assert.match(routes, /Forwarded: ""/);
  for (const section of ['routers', 'middlewares', 'services']) assert.match(routes, new RegExp(`^  ${section}:$`, 'm'));
});
