// Several authorities on one database, behind Debian's HAProxy.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, freePort, serve, tenantFile, users } from './program.mjs';
import { until } from './until.mjs';

/** Is there an answer at all, and which status; 0 when there is none. */
export const statusOf = (url, options) => fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(60_000), ...options }).then((r) => r.status, () => 0);

/** `count` nodes of one tenant; `issuer` is the proxy's address, which takes turns between them. */
export async function startNodes(t, database, { clients, extra, count = 2, args = [] }) {
  const dir = folder(), proxyPort = await freePort(), ports = [];
  for (let i = 0; i < count; i++) ports.push(await freePort());
  const issuer = `http://localhost:${proxyPort}/`, config = tenantFile(dir, { clients, extra });
  const start = (i) => serve(['--database', database, '--data', join(dir, `node${i}`), '--master-key', join(dir, 'master.key'), '--config', config, '--users', users,
    '--plain-http', '--listen', `127.0.0.1:${ports[i]}`, '--issuer', issuer, ...args]);
  writeFileSync(join(dir, 'master.key'), 'A'.repeat(43));
  writeFileSync(join(dir, 'haproxy.cfg'), `
defaults
  mode http
  timeout connect 10s
  timeout client 60s
  timeout server 60s
  timeout check 10s
  option redispatch
  option forwardfor
frontend all
  bind 127.0.0.1:${proxyPort}
  default_backend nodes
backend nodes
  balance roundrobin
  option httpchk GET /health/ready
  default-server check inter 200ms fall 1 rise 1
${ports.map((port, i) => `  server node${i} 127.0.0.1:${port}`).join('\n')}
`);
  const starting = await Promise.allSettled(ports.map((_, i) => start(i)));
  const nodes = starting.map(({ value }) => value);
  if (nodes.includes(undefined)) {
    await Promise.all(nodes.map((node) => node?.stop()));
    throw starting.find(({ reason }) => reason).reason;
  }
  const proxy = spawn('/usr/sbin/haproxy', ['-f', join(dir, 'haproxy.cfg')], { stdio: 'ignore' });
  t.after(async () => {
    proxy.kill('SIGKILL');
    await Promise.all(nodes.map((node) => node.stop()));
  });
  await until(async () => (await statusOf(`${issuer}health/ready`)) === 200, 'the proxy answers');
  return {
    issuer, nodes, dir, config, devIssuer: issuer,
    url: (i) => `http://127.0.0.1:${ports[i]}/`,
    async restart(i) { nodes[i] = await start(i); },
  };
}
