// Who opens connections without end takes none of the places of others.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, freePort, ostia } from '../lib/program.mjs';
import { until } from '../lib/until.mjs';

// So few descriptors that a flood would have all of them.
async function start(t, host, args = []) {
  const port = await freePort();
  const server = spawn('bash', ['-c', 'ulimit -n 1024; exec "$@"', 'bash', ostia, 'serve', '--plain-http', '--trusted-proxy', '192.0.2.200', '--listen', `${host}:${port}`, '--data', join(folder(), 'data'), ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  server.stderr.on('data', (d) => { log += d; });
  const ended = new Promise((resolve) => server.on('close', resolve));
  t.after(async () => { server.kill('SIGKILL'); await ended; });
  await new Promise((resolve, reject) => { server.stdout.on('data', (d) => String(d).includes('ready') && resolve()); ended.then(() => reject(new Error(log))); });
  return { port, log: () => log };
}

const ask = (port, localAddress, host = '127.0.0.1') => new Promise((resolve) => {
  const call = request({ host, port, path: '/health/live', localAddress, agent: false }, (response) => { response.resume(); resolve(response.statusCode); });
  call.on('error', (error) => resolve(error.code));
  call.end();
});

/** Opens connections that send `bytes` and then nothing; how many of them are open is its `open()`. */
async function flood(t, port, from, count, bytes = '', host = '127.0.0.1') {
  const sockets = [];
  let closed = 0;
  t.after(() => sockets.forEach((s) => s.destroy()));
  await Promise.all(Array.from({ length: count }, (_, i) => new Promise((resolve) => {
    const socket = connect({ host, port, localAddress: from(i) }, () => { if (bytes) socket.write(bytes); resolve(); });
    socket.on('close', () => { closed++; resolve(); });
    socket.on('error', () => {});
    sockets.push(socket);
  })));
  return { open: () => count - closed, end: () => sockets.forEach((s) => s.destroy()) };
}

test('one address floods, another one logs in', async (t) => {
  const { port } = await start(t, '127.0.0.1');
  const attacker = await flood(t, port, () => '127.0.0.1', 1500);
  // As many turns as the server needs to have looked at each of them.
  await until(async () => { assert.equal(await ask(port, '127.0.0.2'), 200); return attacker.open() <= 110; }, 'an eighth of about 768 is left');
  assert.equal(await ask(port, '127.0.0.2'), 200);
  attacker.end();
  await until(async () => (await ask(port, '127.0.0.1')) === 200, 'the places are free again');
});

for (const [kind, bytes] of [['idle connections', ''], ['heads that never end', 'GET / HTTP/1.1\r\nHost: localhost\r\nX: '], ['bodies that never come', 'POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n']])
  test(`twelve addresses take all places with ${kind}, and whoever else comes is answered`, async (t) => {
    const { port } = await start(t, '127.0.0.1');
    const attacker = await flood(t, port, (i) => `127.0.1.${1 + (i % 12)}`, 1200, bytes);
    const statuses = [];
    for (let i = 0; i < 200; i++) statuses.push(await ask(port, `127.0.2.${1 + (i % 100)}`));
    assert.deepEqual([...new Set(statuses)], [200]);
    await until(async () => (await ask(port, '127.0.2.1')) === 200 && attacker.open() <= 768, 'no more than there are places');
  });

// Addresses of one IPv6 network can be had on the loopback device by whoever may configure it.
const network = 'fd05:7a:1'; // a /48
const addresses = [];
const add = (address) => {
  try { execFileSync('ip', ['-6', 'addr', 'add', `${address}/128`, 'dev', 'lo'], { stdio: 'ignore' }); addresses.push(address); return true; } catch { return false; }
};
const mayAdd = add(`${network}:1::1`);
test('an IPv6 /64 has one share, and so has a /48', { skip: !mayAdd && 'addresses cannot be added here' }, async (t) => {
  t.after(() => addresses.forEach((a) => execFileSync('ip', ['-6', 'addr', 'del', `${a}/128`, 'dev', 'lo'], { stdio: 'ignore' })));
  for (let i = 2; i <= 8; i++) add(`${network}:1::${i}`);
  for (let i = 2; i <= 8; i++) add(`${network}:${i}::1`);
  add('fd05:7a:2:1::1');
  const { port } = await start(t, '[::]');
  const one = await flood(t, port, (i) => `${network}:1::${1 + (i % 8)}`, 400, '', '::1');
  await until(async () => { assert.equal(await ask(port, 'fd05:7a:2:1::1', '::1'), 200); return one.open() <= 110; }, 'the /64 has an eighth');
  const more = await flood(t, port, (i) => `${network}:${2 + (i % 7)}::1`, 400, '', '::1');
  await until(async () => { assert.equal(await ask(port, 'fd05:7a:2:1::1', '::1'), 200); return one.open() + more.open() <= 110; }, 'the /48 has an eighth');
});
