// What a supervisor says by signals: none of them ends it undrained, and nobody who was let in is cut off.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { connect as connectByTls } from 'node:tls';
import { describe, test } from 'node:test';
import { certificate, fingerprintOf, shown } from '../lib/certificate.mjs';
import { folder, freePort, runOstia, serve, startAuthority } from '../lib/program.mjs';
import { app } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const unharmed = { code: 0, signal: null };
async function start(t, args = []) {
  const port = await freePort(), data = join(folder(), 'data');
  const server = await serve(['--data', data, '--listen', `127.0.0.1:${port}`, ...(args.includes('--tls-cert') ? [] : ['--plain-http']), ...(args.includes('--drain') ? [] : ['--drain', '0']), ...args]);
  t.after(async () => { server.child.kill('SIGKILL'); await server.ended; });
  return { ...server, port, data };
}

/** One request on a connection of its own: its status, or how it failed, and whether it had been connected. */
const once = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  let text = '', isConnected = false;
  socket.on('connect', () => { isConnected = true; socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'); });
  socket.on('data', (d) => { text += d; });
  socket.on('error', ({ code }) => resolve(isConnected ? `cut: ${code} after ${text.length} bytes` : code));
  socket.on('end', () => resolve(text.startsWith('HTTP/1.1 200') ? 200 : `cut: ${text.slice(0, 100)}`));
});
const get = (port, path) => new Promise((resolve) => {
  httpRequest({ port, path, host: '127.0.0.1', agent: false }, (response) => { response.resume(); resolve(response.statusCode); }).on('error', ({ code }) => resolve(code)).end();
});

describe('signals', () => {
  test('that say nothing do nothing, and then it ends as it should', async (t) => {
    const server = await start(t);
    for (const name of ['USR1', 'USR2', 'ALRM', 'VTALRM', 'PROF', 'IO', 'PWR', 'STKFLT', 'PIPE', 'XCPU', 'XFSZ', 'HUP', 'RTMIN', 'RTMIN+5', 'RTMAX']) {
      execFileSync('bash', ['-c', `kill -s ${name} ${server.child.pid}`]);
      assert.equal(await once(server.port), 200, name);
    }
    assert.deepEqual(await server.stop(), unharmed);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'])
    test(`${signal} lets what is under way finish`, async (t) => {
      const authority = await startAuthority(t, { clients: [app] });
      await fetch(`${authority.devIssuer}_dev/faults`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: '/userinfo', delay_ms: 1000 }) });
      const socket = connect(authority.devPort, '127.0.0.1');
      await new Promise((resolve) => { socket.on('connect', resolve); });
      socket.write('GET /userinfo HTTP/1.1\r\nHost: localhost\r\n\r\n');
      authority.child.kill(signal);
      assert.match(String(await new Promise((resolve) => { socket.once('data', resolve); })), /^HTTP\/1\.1 401 [^]*Connection: close/);
      assert.deepEqual(await authority.ended, unharmed);
    });

  test('a second one ends it at once, and the next run has nothing to complain of', async (t) => {
    const server = await start(t, ['--drain', '600']);
    server.child.kill('SIGTERM');
    await until(() => server.log().includes('"stopping"'), 'it has been told');
    server.child.kill('SIGTERM');
    assert.deepEqual(await server.ended, { code: 143, signal: null });
    const next = await serve(['--data', server.data, '--plain-http', '--listen', `127.0.0.1:${server.port}`, '--drain', '0']);
    assert.ok(!next.log().includes('last_run_crashed'), next.log());
    assert.deepEqual(await next.stop(), unharmed);
  });
});

describe('SIGTERM', () => {
  test('/health/ready is 503 first, while all is served that comes', async (t) => {
    const server = await start(t, ['--drain', '3']);
    assert.equal(await get(server.port, '/health/ready'), 200);
    server.child.kill('SIGTERM');
    await until(async () => (await get(server.port, '/health/ready')) === 503, 'proxies see that it goes');
    assert.equal(await get(server.port, '/health/live'), 200);
    assert.equal(await get(server.port, '/.well-known/jwks.json'), 200);
    assert.deepEqual(await server.ended, unharmed);
  });

  test('who has connected and not asked yet has an answer, and is told that it is the last one', async (t) => {
    const server = await start(t);
    const socket = connect(server.port, '127.0.0.1');
    await new Promise((resolve) => { socket.on('connect', resolve); });
    server.child.kill('SIGTERM');
    await until(() => server.log().includes('"stopping"'), 'it has been told');
    let text = '';
    socket.on('data', (d) => { text += d; });
    socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    await new Promise((resolve, reject) => { socket.on('end', resolve); socket.on('error', reject); });
    assert.match(text, /^HTTP\/1\.1 200 /);
    assert.deepEqual(await server.ended, unharmed);
  });

  test('connections that nobody uses are closed, not reset', async (t) => {
    const server = await start(t);
    const sockets = await Promise.all(Array.from({ length: 20 }, () => new Promise((resolve) => {
      const socket = connect(server.port, '127.0.0.1', () => socket.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n'));
      socket.once('data', () => resolve(socket));
    })));
    const ends = sockets.map((socket) => new Promise((resolve) => { socket.on('error', ({ code }) => resolve(code)); socket.on('end', () => resolve('end')); socket.resume(); }));
    assert.deepEqual(await server.stop(), unharmed);
    assert.deepEqual([...new Set(await Promise.all(ends))], ['end']);
  });

  test('twelve times under thirty clients: each has an answer, or nobody listens', async (t) => {
    for (let round = 0; round < 12; round++) {
      const server = await start(t);
      let answered = 0;
      const clients = Array.from({ length: 30 }, async () => {
        for (;;) {
          const outcome = await once(server.port);
          if (outcome !== 200) return outcome;
          answered++;
        }
      });
      await until(() => answered > 200, 'they are busy');
      assert.deepEqual(await server.stop(), unharmed);
      assert.deepEqual([...new Set(await Promise.all(clients))], ['ECONNREFUSED'], `round ${round}`);
    }
  });
});

describe('SIGHUP', () => {
  const files = () => { const dir = folder(); return { certificate: join(dir, 'certificate.pem'), key: join(dir, 'key.pem') }; };
  const put = (from, to) => { copyFileSync(from.certificate, to.certificate); copyFileSync(from.key, to.key); };
  async function startWith(t, made) {
    const at = files();
    put(made, at);
    const server = await start(t, ['--tls-cert', at.certificate, '--tls-key', at.key, '--issuer', 'https://localhost']);
    const hang = async (event) => {
      const count = () => server.log().split(`"${event}"`).length, before = count();
      server.child.kill('SIGHUP');
      await until(() => count() > before, `it says ${event}`);
    };
    return { ...server, at, hang };
  }

  test('takes up a new certificate, and drops no connection', async (t) => {
    const first = certificate(), second = certificate();
    const server = await startWith(t, first);
    assert.equal((await shown(server.port)).fingerprint, fingerprintOf(first.certificate));
    const old = connectByTls({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    await new Promise((resolve) => { old.on('secureConnect', resolve); });
    put(second, server.at);
    await server.hang('certificate_loaded');
    assert.equal((await shown(server.port)).fingerprint, fingerprintOf(second.certificate));
    old.write('GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n');
    assert.match(String(await new Promise((resolve) => { old.once('data', resolve); })), /^HTTP\/1\.1 200 /);
    old.destroy();
    assert.deepEqual(await server.stop(), unharmed);
  });

  const other = certificate(), ended = certificate({ from: -10, until: -1 }), early = certificate({ from: 1, until: 10 });
  for (const [what, spoil, why] of [
    ['a key of another certificate', (at) => copyFileSync(other.key, at.key), /the key is not the certificate's/],
    ['one that has ended', (at) => put(ended, at), /has ended/],
    ['one whose time has not come', (at) => put(early, at), /not valid yet/],
    ['no certificate', (at) => writeFileSync(at.certificate, 'nothing\n'), /no certificate in PEM/],
    ['no key', (at) => writeFileSync(at.key, 'nothing\n'), /no private key in PEM/],
    ['a pipe in the place of the certificate', (at) => execFileSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', at.certificate]), /certificate\.pem: it is not a regular file/],
    ['a pipe in the place of the key', (at) => execFileSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', at.key]), /key\.pem: it is not a regular file/],
    ['a device in the place of the key', (at) => execFileSync('ln', ['-sf', '/dev/zero', at.key]), /key\.pem: it is not a regular file/],
    ['files that are gone', (at) => execFileSync('rm', [at.certificate]), /certificate\.pem/],
  ])
    test(`keeps the certificate where the files have ${what}`, async (t) => {
      const first = certificate();
      const server = await startWith(t, first);
      spoil(server.at);
      await server.hang('certificate_kept');
      assert.match(JSON.parse(server.log().split('\n').find((l) => l.includes('"certificate_kept"'))).what, why);
      assert.equal((await shown(server.port)).fingerprint, fingerprintOf(first.certificate));
      for (const file of Object.values(server.at)) rmSync(file, { force: true });
      put(first, server.at);
      await server.hang('certificate_loaded');
      assert.deepEqual(await server.stop(), unharmed);
    });

  test('where a pipe is in the place of the certificate, the end is heard', async (t) => {
    const server = await startWith(t, certificate());
    execFileSync('sh', ['-c', 'rm "$1" && mkfifo "$1"', 'sh', server.at.certificate]);
    server.child.kill('SIGHUP');
    assert.deepEqual(await server.stop(), unharmed);
  });
});

test('the options that say so take no nonsense', async () => {
  for (const drain of ['-1', '601', 'soon', '1.5']) assert.equal((await runOstia(['serve', '--drain', drain])).code, 2, drain);
});
