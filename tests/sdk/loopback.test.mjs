// The loopback address belongs to everybody on this machine, and any page can send a browser there: a login waits for the
// answer to its own request, and for nothing else.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { freePort, runOstia, startAuthority } from '../lib/program.mjs';
import { ask, exchange } from '../lib/raw.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
let authority, fixed;
before(async () => {
  fixed = await freePort();
  authority = await startAuthority(group, {
    clients: [{ name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback', 'http://[::1]/callback', `http://localhost:${fixed}/callback`], grant_types: ['authorization_code'] }],
  });
});

/** `ostia login` with a browser that is this test: `visit(url, redirectUri)` happens while it waits. */
async function login(visit, args = []) {
  const door = createServer().listen(0, '127.0.0.1');
  await once(door, 'listening');
  const file = join(authority.dir, `browser-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, `#!${process.execPath}\nrequire('net').connect(${door.address().port}, '127.0.0.1').end(process.argv[2]);\n`);
  chmodSync(file, 0o755);
  let failure;
  door.once('connection', async (socket) => {
    let url = '';
    for await (const part of socket) url += part;
    try { await visit(url, new URL(new URL(url).searchParams.get('redirect_uri'))); } catch (error) { failure = error; }
  });
  const result = await runOstia(['login', '--domain', authority.devIssuer.slice(0, -1), '--client-id', 'native', ...(args.includes('--timeout') ? [] : ['--timeout', '30']), ...args], { env: { BROWSER: file } });
  door.close();
  if (failure) throw failure;
  return result;
}
const signIn = async (url) => {
  const { Person } = await import(`${root}/tests/lib/person.mjs`);
  return fetch(await new Person().logIn(url));
};
const at = (uri) => ({ port: Number(uri.port), host: uri.hostname.replace(/[[\]]/g, '') });
const request = (uri, target, { method = 'GET', host = uri.host, more = [] } = {}) => ask(at(uri), [`${method} ${target} HTTP/1.1`, ...(host === null ? [] : [`Host: ${host}`]), ...more]);

describe('a login waits for the answer to its own request', () => {
  const strays = {
    'without a state': [(uri) => request(uri, '/callback?x=1'), 400],
    'with another state': [(uri) => request(uri, '/callback?code=abc&state=other'), 400],
    'with an empty state': [(uri) => request(uri, '/callback?code=abc&state='), 400],
    'with a part of the state': [(uri, state) => request(uri, `/callback?code=abc&state=${state.slice(0, -1)}`), 400],
    'with the state and another one': [(uri, state) => request(uri, `/callback?code=abc&state=other&state=${state}`), 400],
    'an error with another state': [(uri) => request(uri, '/callback?error=access_denied&error_description=x&state=other'), 400],
    'an error without a state': [(uri) => request(uri, '/callback?error=access_denied'), 400],
    'no query': [(uri) => request(uri, '/callback'), 404],
    'a favicon': [(uri) => request(uri, '/favicon.ico'), 404],
    'another path with the state': [(uri, state) => request(uri, `/other?code=abc&state=${state}`), 404],
    'HEAD, as a scanner of links sends it': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { method: 'HEAD' }), 405],
    'POST': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { method: 'POST', more: ['Content-Length: 0'] }), 405],
    'a preflight': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { method: 'OPTIONS' }), 405],
    'another Host, as after DNS rebinding': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { host: `evil.example:${uri.port}` }), 421],
    'the Host without its port': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { host: uri.hostname }), 421],
    'another port in Host': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { host: `${uri.hostname}:1` }), 421],
    'another loopback name in Host': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { host: `localhost:${uri.port}` }), 421],
    'no Host': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { host: null }), 421],
    'two Hosts': [(uri, state) => request(uri, `/callback?code=abc&state=${state}`, { more: ['Host: evil.example'] }), 421],
  };
  for (const [what, [send, status]] of Object.entries(strays))
    test(`stray: ${what}`, async () => {
      const result = await login(async (url, uri) => {
        const answer = await send(uri, new URL(url).searchParams.get('state'));
        assert.equal(answer.status, status);
        assert.equal(answer.headers['cache-control'], 'no-store');
        assert.doesNotMatch(answer.body, /go back to the program/);
        await signIn(url);
      });
      assert.equal(result.code, 0, result.stderr);
      assert.match(result.stdout, /Logged in as Ada Lovelace/);
    });
  test('all of them, again and again, and connections that say nothing', async () => {
    const result = await login(async (url, uri) => {
      const state = new URL(url).searchParams.get('state');
      const silent = Array.from({ length: 100 }, () => connect(at(uri)).on('error', () => {}));
      await Promise.all(silent.map((s) => once(s, 'connect')));
      for (let i = 0; i < 3; i++) for (const [send] of Object.values(strays)) await send(uri, state);
      await signIn(url);
      for (const s of silent) s.destroy();
    });
    assert.equal(result.code, 0, result.stderr);
  });
  test('half a request does not stand in the way', async () => {
    const result = await login(async (url, uri) => {
      const state = new URL(url).searchParams.get('state');
      const half = exchange(at(uri), `GET /callback?code=a&state=${state} HTTP/1.1\r\nHost: ${uri.host}\r\n`);
      await signIn(url);
      await half.catch(() => {});
    });
    assert.equal(result.code, 0, result.stderr);
  });
  test('when only others came, the time ends it, and it says what came', async () => {
    const result = await login((url, uri) => request(uri, '/callback?code=x&state=forged'), ['--timeout', '2']);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /Nobody finished the login within 2 seconds.*`state` does not match/);
  });
  test('the own error of this attempt ends it', async () => {
    const result = await login((url, uri) => request(uri, `/callback?${new URLSearchParams({ error: 'access_denied', error_description: 'The person said no', state: new URL(url).searchParams.get('state') })}`));
    assert.equal(result.code, 1);
    assert.match(result.stderr, /The person said no/);
  });
});

describe('localhost is both of its addresses', () => {
  for (const [family, host] of [['IPv4', '127.0.0.1'], ['IPv6', '::1']])
    test(`${family} is somebody else's`, async (t) => {
      const port = await freePort();
      const other = createServer().listen({ port, host, ipv6Only: true });
      await once(other, 'listening');
      t.after(() => other.close());
      let opened = false;
      const result = await login(() => { opened = true; }, ['--redirect-uri', `http://localhost:${port}/callback`]);
      assert.equal(result.code, 1);
      assert.match(result.stderr, /cannot listen .*localhost.*in use.*both/);
      assert.equal(opened, false, 'nobody is sent there');
    });
  test('both are ours', async () => {
    const result = await login(async (url, uri) => {
      assert.equal(uri.hostname, 'localhost');
      for (const host of ['127.0.0.1', '::1']) assert.equal((await ask({ port: Number(uri.port), host }, ['GET / HTTP/1.1', `Host: ${uri.host}`])).status, 404);
      await signIn(url);
    }, ['--redirect-uri', `http://localhost:${fixed}/callback`]);
    assert.equal(result.code, 0, result.stderr);
  });
});
