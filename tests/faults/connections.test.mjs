// Who opens connections without end takes none of the places of others.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder, freePort, ostia } from '../lib/program.mjs';

test('one address floods, another one logs in', async (t) => {
  const port = await freePort();
  // So few descriptors that the flood would have all of them.
  const server = spawn('bash', ['-c', 'ulimit -n 1024; exec "$@"', 'bash', ostia, 'serve', '--dev', '--dev-http', `127.0.0.1:${port}`, '--listen', `127.0.0.1:${await freePort()}`, '--data', join(folder(), 'data')], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = new Promise((resolve) => server.on('close', resolve));
  t.after(async () => { server.kill('SIGKILL'); await ended; });
  await new Promise((resolve, reject) => { server.stdout.on('data', (d) => String(d).includes('ready') && resolve()); ended.then(() => reject(new Error('it ended'))); });
  const ask = (localAddress) => new Promise((resolve) => {
    const call = request({ host: '127.0.0.1', port, path: '/health/live', localAddress, agent: false }, (response) => { response.resume(); resolve(response.statusCode); });
    call.on('error', (error) => resolve(error.code));
    call.end();
  });

  const sockets = [];
  t.after(() => sockets.forEach((s) => s.destroy()));
  let refused = 0;
  await Promise.all(Array.from({ length: 1500 }, () => new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.1' }, resolve);
    socket.on('close', () => { refused++; resolve(); });
    socket.on('error', () => {});
    sockets.push(socket);
  })));
  // As many turns as the server needs to have looked at each of them.
  while (refused < 500) assert.equal(await ask('127.0.0.2'), 200);
  assert.equal(await ask('127.0.0.2'), 200);
  for (const socket of sockets) socket.destroy();
  // The places are free again.
  while ((await ask('127.0.0.1')) !== 200);
});
