// What must not be asked twice is not asked twice: a peer that acts on a request and closes the connection without an
// answer sees it once, whatever connection it came on. It may have acted: a refresh token, a code, a text message is
// spent then.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { constants, createSecureServer } from 'node:http2';
import { describe, test } from 'node:test';
import { certificate } from '../lib/certificate.mjs';
import { Probe } from '../lib/probe.mjs';

/** Answers GET, and closes on everything else without a byte. `seen`: what came that was not GET. */
async function cutting(t) {
  const seen = [];
  const server = createServer((request, response) => {
    if (request.method === 'GET')
      return response.writeHead(200, { 'content-type': 'application/json' }).end('{"sub":"u","keys":[]}');
    seen.push(`${request.method} ${request.url.split('?')[0]}${request.socket.used ? ' on a used connection' : ''}`);
    request.on('data', () => {}).on('end', () => request.socket.destroy());
  });
  server.on('connection', (socket) => { socket.setNoDelay(); });
  server.on('request', (request) => setImmediate(() => { request.socket.used = true; }));
  await new Promise((resolve) => server.listen(0, 'localhost', resolve));
  t.after(() => { server.closeAllConnections(); server.close(); });
  return { domain: `http://localhost:${server.address().port}`, seen };
}

const calls = {
  'login': { username: 'a', password: 'p', realm: 'r' },
  'popup_login': { username: 'a', password: 'p', realm: 'r' },
  'signup': { email: 'a@x.example', password: 'p', connection: 'c' },
  'signup_and_login': { email: 'a@x.example', password: 'p', connection: 'c' },
  'change_password': { email: 'a@x.example', connection: 'c' },
  'passwordless_start': { connection: 'sms', phone_number: '+4915112345678' },
  'passwordless_login': { connection: 'email', email: 'a@x.example', verification_code: '1' },
  'passwordless_verify': { connection: 'email', email: 'a@x.example', verification_code: '1' },
  'oauth_token': { grant_type: 'authorization_code', code: 'c' },
  'client_login': { username: 'a', password: 'p', realm: 'r' },
  'login_with_default_directory': { username: 'a', password: 'p' },
  'refresh_token': { refresh_token: 'r' },
  'revoke': { refresh_token: 'r' },
  'custom_token_exchange': { subject_token: 't', subject_token_type: 'urn:x' },
  'device_start': {},
  'device_poll_once': { device_code: 'd' },
  'mfa_associate': { mfa_token: 'm' },
  'mfa_challenge': { mfa_token: 'm', challenge_type: 'otp' },
  'mfa_verify': { mfa_token: 'm', otp: '123456' },
  'mfa_remove': { mfa_token: 'm', id: 'totp|1' },  // has no body
  'management_patch_user_metadata': { token: 't', id: 'auth0|1', metadata: { a: 'b' } },
  'management_patch_user_attributes': { token: 't', id: 'auth0|1', metadata: { name: 'b' } },
  'management_link_user': { token: 't', id: 'auth0|1', with: 'w' },
  'credentials_get': { force: true },
  'credentials_clear': {},
};

describe('sent once', () => {
  for (const [call, options] of Object.entries(calls))
    for (const form of ['blocking', 'completion'])
      test(`${call} (${form})`, async (t) => {
        const { domain, seen } = await cutting(t);
        const probe = await new Probe(t).make({ domain, client_id: 'c', redirect_uri: 'https://a.example/cb', retries: 3 });
        await probe.say({ credentials: {} });
        await probe.value('credentials_store', { access_token: 'a', refresh_token: 'r' });
        await probe.value('user_info', { access_token: 'a' }, { form });  // opens the connection
        const { error } = await probe.outcome(call, { ...options, domain }, { form });
        assert.equal(error?.code, 'request_error', JSON.stringify(error));
        assert.equal(seen.length, 1, seen.join(', '));
        // A connection of its own only where there is no other way.
        assert.equal(seen[0].endsWith('on a used connection'), call !== 'mfa_remove', seen[0]);
      });

  test('a request pushed and a code redeemed', async (t) => {
    const { domain, seen } = await cutting(t);
    const probe = await new Probe(t).make({ domain, client_id: 'c', redirect_uri: 'https://a.example/cb' });
    const { attempt } = await probe.value('begin_authorize', {});
    const { state } = JSON.parse(attempt);
    await probe.value('user_info', { access_token: 'a' });
    await probe.error('finish_authorize', { attempt, redirect: `https://a.example/cb?code=c&state=${state}` });
    assert.deepEqual(seen, ['POST /oauth/token on a used connection']);
    seen.length = 0;
    const pushing = await new Probe(t).make({ domain, client_id: 'c', redirect_uri: 'https://a.example/cb', pushed_requests: true });
    await pushing.value('user_info', { access_token: 'a' });
    await pushing.error('begin_authorize', {});
    assert.deepEqual(seen, ['POST /oauth/par on a used connection']);
  });

  test('what changes nothing is still asked again where the connection had died', async (t) => {
    let asked = 0;
    const server = createServer((request, response) => {
      if (++asked === 2) return request.socket.destroy();
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"sub":"u"}');
    });
    await new Promise((resolve) => server.listen(0, 'localhost', resolve));
    t.after(() => { server.closeAllConnections(); server.close(); });
    const probe = await new Probe(t).make({ domain: `http://localhost:${server.address().port}`, client_id: 'c' });
    await probe.value('user_info', { access_token: 'a' });
    assert.equal((await probe.value('user_info', { access_token: 'a' })).sub, 'u');
    assert.equal(asked, 3);
  });

  for (const [how, end] of Object.entries({
    'refuses the stream': (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
    'cuts the connection': (stream) => stream.session.destroy(),
    'ends the connection without it': (stream) => stream.session.goaway(0, stream.id - 2),
  }))
    test(`over HTTP/2, where the peer ${how}`, async (t) => {
      const { certificate: cert, key } = certificate();
      const posts = [];
      const server = createSecureServer({ cert: readFileSync(cert), key: readFileSync(key) });
      server.on('session', (session) => { session.on('error', () => {}); t.after(() => session.destroy()); });
      server.on('stream', (stream, headers) => {
        stream.on('error', () => {});
        const answer = () => { stream.respond({ ':status': 200, 'content-type': 'application/json' }); stream.end('{"sub":"u","access_token":"a"}'); };
        if (headers[':method'] === 'GET') return answer();
        posts.push(headers[':path']);
        stream.resume().on('end', () => (posts.length === 1 ? end(stream) : answer()));
      });
      await new Promise((resolve) => server.listen(0, 'localhost', resolve));
      t.after(() => server.close());
      const probe = await new Probe(t).make({ domain: `localhost:${server.address().port}`, client_id: 'c', ca_file: cert });
      await probe.value('user_info', { access_token: 'a' });
      assert.equal((await probe.error('refresh_token', { refresh_token: 'r' })).code, 'request_error');
      assert.deepEqual(posts, ['/oauth/token']);
      await probe.value('refresh_token', { refresh_token: 'r' });  // and the next call goes well
    });
});
