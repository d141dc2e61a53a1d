// Programs that fork, that call ten thousand times at once, that have no descriptor or no port left: nobody gets
// another's answer, and whoever fails is told why.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import { createSecureServer as createHttp2 } from 'node:http2';
import { describe, test } from 'node:test';
import { certificate } from '../lib/certificate.mjs';
import { root } from '../../tools/lib.mjs';
import { Probe } from '../lib/probe.mjs';

const profile = (request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ sub: request.headers.authorization }));
};
async function listen(t, server) {
  server.counts = { connections: 0, open: 0, most: 0 };
  for (const event of ['connection'])
    server.on(event, (socket) => {
      server.counts.connections += 1;
      server.counts.most = Math.max(server.counts.most, server.counts.open += 1);
      socket.on('error', () => {}).on('close', () => { server.counts.open -= 1; });
      t.after(() => socket.destroy());
    });
  await new Promise((resolve) => server.listen({ port: 0, host: 'localhost', backlog: 4096 }, resolve));
  t.after(() => server.close());
  return server.address().port;
}
const http = async (t, handler = profile) => {
  const server = createServer(handler);
  return { server, options: { domain: `http://localhost:${await listen(t, server)}` } };
};
const tls = async (t, make = createTls, handler = profile, made = certificate()) => {
  const server = make({ key: readFileSync(made.key), cert: readFileSync(made.certificate) }, handler);
  return { server, options: { domain: `localhost:${await listen(t, server)}`, ca_file: made.certificate } };
};
const probe = (t, options, env) => new Probe(t, env).make({ client_id: 'c', ...options });
const limit = (child, descriptors) => execFileSync('prlimit', [`--nofile=${descriptors}`, '--pid', child.pid]);

describe('forked after a call', () => {
  for (const [name, start] of Object.entries({ http, tls, 'HTTP/2': (t) => tls(t, createHttp2) }))
    for (const form of ['blocking', 'completion'])
      test(`${name} (${form})`, async (t) => {
        const { server, options } = await start(t);
        const seen = await (await probe(t, options)).say({ children: 4, times: 50, form });
        assert.deepEqual([seen.done, seen.foreign, seen.failed], [251, 0, 0], JSON.stringify(seen));
        assert.equal(server.counts.connections, 5);  // each process its own
      });
});

describe('ten thousand calls', () => {
  test('with 1,024 descriptors', async (t) => {
    const { server, options } = await http(t);
    const p = await probe(t, options);
    limit(p.child, 1024);
    const seen = await p.say({ many: 10_000 });
    assert.deepEqual([seen.done, seen.foreign, seen.failed], [10_000, 0, 0], JSON.stringify(seen));
    assert.ok(server.counts.most <= 64, String(server.counts.most));
  });
  test('over HTTP/2, on one connection', async (t) => {
    const { server, options } = await tls(t, createHttp2);
    const seen = await (await probe(t, options)).say({ many: 500 });
    assert.deepEqual([seen.done, seen.foreign, seen.failed], [500, 0, 0], JSON.stringify(seen));
    assert.equal(server.counts.connections, 1);
  });
  // GOAWAY, with the rest of the streams refused: what asks for a profile is asked again.
  test('over HTTP/2, of a peer that ends its connections', async (t) => {
    const sessions = new Set();
    const { server, options } = await tls(t, createHttp2, (request, response) => {
      const { session } = request.stream;
      session.asked = (session.asked ?? 0) + 1;
      if (session.asked === 50) { sessions.add(session); session.close(); }
      profile(request, response);
    });
    const seen = await (await probe(t, options)).say({ many: 500 });
    assert.deepEqual([seen.done, seen.foreign, seen.failed], [500, 0, 0], JSON.stringify(seen));
    assert.ok(server.counts.connections > 1 && sessions.size > 1);
  });
});

describe('what a machine runs out of', () => {
  test('descriptors', async (t) => {
    for (const host of ['localhost', '127.0.0.1']) {
      const p = await probe(t, { domain: `http://${host}:9` });
      limit(p.child, 3);
      const { reason, description } = await p.error('user_info', { access_token: 'a' }, { form: 'completion' });
      assert.equal(reason, 'no_descriptors', description);
      assert.match(description, /descriptor.*ulimit/);
    }
  });
  // In a network of its own, where there are four ports to connect from.
  test('ports', { skip: process.getuid() !== 0 && 'needs a network namespace' }, async (t) => {
    const script = `ip link set lo up && echo "50000 50003" > /proc/sys/net/ipv4/ip_local_port_range && exec node --input-type=module -e '
      import { createServer } from "node:http";
      import { spawn } from "node:child_process";
      const server = createServer(() => {});  // holds its connections
      const port = 4000;  // the machine would give it one of the four
      server.listen(port, "127.0.0.1", () => {
        const child = spawn(process.argv[1], [], { stdio: ["pipe", "inherit", "inherit"] });
        child.stdin.end(JSON.stringify({ new: { domain: "http://127.0.0.1:" + port, client_id: "c" } }) + "\\n"
          + JSON.stringify({ "many": 6 , timeout_ms: 1 }) + "\\n");
        child.on("close", () => process.exit());
        setTimeout(() => server.closeAllConnections(), 3000).unref();
      });' ${process.env.SDK_PROBE ?? `${root}/build/release/sdk/tests/sdk_probe`}`;
    const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' });
    const seen = JSON.parse(stdout.trim().split('\n').at(-1) || '{}');
    assert.equal(seen.reasons?.no_ports, 2, stdout + stderr);
  });
});

describe('certificates', () => {
  const cases = {
    'expired': [{ from: -9, until: -1 }, 'certificate_expired', /has expired.*clock/],
    'not yet valid': [{ from: 1, until: 9 }, 'certificate_not_yet_valid', /not valid yet.*clock/],
    'of another name': [{ name: 'a.example', names: 'DNS:a.example,DNS:*.b.example' }, 'certificate_wrong_name', /it has .*a\.example.*\*\.b\.example/],
  };
  for (const [name, [made, reason, words]] of Object.entries(cases))
    test(name, async (t) => {
      const { options } = await tls(t, createTls, profile, certificate(made));
      const error = await (await probe(t, options)).error('user_info', { access_token: 'a' });
      assert.equal(error.reason, reason, error.description);
      assert.match(error.description, words);
      assert.equal(error.code, 'request_error');
    });
  test('of nobody who is trusted', async (t) => {
    const { options } = await tls(t);
    for (const ca_file of [undefined, certificate().certificate]) {
      const error = await (await probe(t, { ...options, ca_file })).error('user_info', { access_token: 'a' });
      assert.equal(error.reason, 'certificate_untrusted', error.description);
      assert.match(error.description, /ca_file.*SSL_CERT_FILE/);
      if (ca_file) assert.ok(error.description.includes(ca_file), error.description);
    }
  });
  test('a file that is none', async (t) => {
    const { options } = await tls(t);
    const error = await (await probe(t, { ...options, ca_file: '/nonexistent.pem' })).error('user_info', { access_token: 'a' });
    assert.equal(error.reason, 'ca_file_unreadable');
    assert.match(error.description, /\/nonexistent\.pem/);
  });
});

describe('a proxy that asks for credentials', () => {
  test('is named, over http and https', async (t) => {
    const proxy = createServer((q, r) => r.writeHead(407, { 'proxy-authenticate': 'Basic' }).end());
    proxy.on('connect', (q, socket) => socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'));
    const at = `http://localhost:${await listen(t, proxy)}`;
    const env = { http_proxy: at, https_proxy: at, no_proxy: '', NO_PROXY: '' };
    for (const domain of ['http://localhost:1', 'login.example']) {
      const error = await (await probe(t, { domain }, env)).error('user_info', { access_token: 'a' });
      assert.equal(error.reason, 'proxy_authentication_required', error.description);
      assert.match(error.description, /proxy/);
    }
  });
});
