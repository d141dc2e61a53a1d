// Servers that answer as they should not, and networks that fail in each phase: bounded time and memory, and an error
// that tells what happened.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTls } from 'node:https';
import { createServer as createTcp } from 'node:net';
import { before, describe, test } from 'node:test';
import { Probe, forms } from '../lib/probe.mjs';
import { freePort, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
const listen = (t, server) => new Promise((resolve) => server.listen(0, 'localhost', () => {
  t.after(() => { server.closeAllConnections?.(); server.close(); });
  resolve(server.address().port);
}));
const answering = async (t, handler) => `http://localhost:${await listen(t, createServer(handler))}`;
const probe = (t, domain, more = {}) => new Probe(t).make({ domain, client_id: 'c', ...more });
const token = (p, more) => p.error('oauth_token', { grant_type: 'client_credentials' }, more);
const json = (response, value, status = 200) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

describe('the network', () => {
  for (const form of forms)
    test(`refused (${form})`, async (t) => {
      const error = await token(await probe(t, `http://localhost:${await freePort()}`), { form });
      assert.equal(error.code, 'request_error');
      assert.match(error.description, /POST http:\/\/localhost:\d+\/oauth\/token: .*connect/i);
    });
  const phases = {
    'at once': (socket) => socket.resetAndDestroy(),
    'after the request': (socket) => socket.once('data', () => socket.resetAndDestroy()),
    'within the status line': (socket) => socket.once('data', () => socket.write('HTTP/1.1 2', () => socket.destroy())),
    'within the headers': (socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Ty', () => socket.destroy())),
    'within the body': (socket) => socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"acc', () => socket.destroy())),
    'with something else than HTTP': (socket) => socket.once('data', () => socket.end('220 mail.example ESMTP\r\n')),
  };
  for (const [phase, handler] of Object.entries(phases))
    test(`cut ${phase}`, async (t) => {
      const server = createTcp((socket) => { socket.on('error', () => {}); handler(socket); });
      const error = await token(await probe(t, `http://localhost:${await listen(t, server)}`));
      // libcurl takes headers that just end for a whole answer without a body.
      assert.equal(error.code, phase === 'within the headers' ? 'invalid_response' : 'request_error');
      assert.equal(error.fault, 'peer');
    });
  test('silence and slow bytes end with the caller\'s time-out', async (t) => {
    const slow = createTcp((socket) => { socket.on('error', () => {}); socket.write('HTTP/1.1 200 OK\r\nX-Slow: '); const drip = setInterval(() => socket.write('s'), 20); socket.on('close', () => clearInterval(drip)); });
    for (const server of [createTcp((socket) => socket.on('error', () => {})), slow])
      assert.equal((await token(await probe(t, `http://localhost:${await listen(t, server)}`), { timeout_ms: 150 })).code, 'timeout');
  });
});

describe('TLS', () => {
  let authority;
  before(async () => { authority = await startAuthority(group, { clients: [{ name: 'c', client_id: 'c', app_type: 'native', callbacks: ['http://127.0.0.1/callback'] }] }); });
  test('an authority that is not trusted', async (t) => {
    assert.match((await token(await probe(t, authority.domain))).description, /certificate/i);
  });
  test('trusted by its own file, for its own name only', async (t) => {
    const ca_file = `${authority.data}/ca.pem`;
    assert.equal((await token(await probe(t, authority.domain, { ca_file }))).status, 403);
    assert.match((await token(await probe(t, `localhost.localdomain:${authority.port}`, { ca_file }))).description, /certificate|resolve|subject/i);
    assert.match((await token(await probe(t, authority.domain, { ca_file: '/nonexistent' }))).description, /CA|certificate|file/i);
  });
  test('plain HTTP where TLS is due', async (t) => {
    const port = new URL(await answering(t, (q, r) => r.end('x'))).port;
    assert.match((await token(await probe(t, `localhost:${port}`))).description, /SSL|TLS/i);
  });
});

describe('answers', () => {
  const cases = {
    '500 with HTML': [(q, r) => r.writeHead(500, { 'content-type': 'text/html' }).end('<h1>Oops</h1>'), { code: '500', status: 500 }],
    'HTML instead of JSON': [(q, r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'), { code: 'invalid_response', reason: 'answer_not_json' }],
    'broken JSON': [(q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"access_token":'), { reason: 'answer_malformed' }],
    'an array': [(q, r) => json(r, [1]), { code: 'invalid_response' }],
    'no token': [(q, r) => json(r, { token: 'x' }), { reason: 'access_token_missing' }],
    'a token that is no text': [(q, r) => json(r, { access_token: { a: 1 } }), { reason: 'access_token_missing' }],
    'a redirect to another host': [(q, r) => r.writeHead(302, { location: 'https://evil.example/' }).end(), { code: '302', status: 302 }],
    'an ID token that is none': [(q, r) => json(r, { access_token: 'a', id_token: 'x.y' }), { reason: 'token_malformed' }],
    'an ID token of 1 MB': [(q, r) => json(r, { access_token: 'a', id_token: 'x'.repeat(1 << 20) }), { reason: 'token_malformed' }],
    'deep JSON': [(q, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('['.repeat(100000)), { reason: 'answer_malformed' }],
    'mfa_required': [(q, r) => json(r, { error: 'mfa_required', error_description: 'Multifactor authentication required', mfa_token: 'MT' }, 403), { code: 'mfa_required', mfa_token: 'MT' }],
  };
  for (const [name, [handler, expected]] of Object.entries(cases))
    test(name, async (t) => {
      const error = await token(await probe(t, await answering(t, handler)));
      for (const [key, value] of Object.entries(expected)) assert.equal(error[key], value, JSON.stringify(error));
      assert.equal(error.fault, 'peer');
    });
  test('an endless body and endless headers', async (t) => {
    const endless = (q, r) => { r.writeHead(200, { 'content-type': 'application/json' }); const more = () => { while (r.writable && r.write('x'.repeat(65536))); r.once('drain', more); }; more(); };
    const p = await probe(t, await answering(t, endless));
    assert.match((await token(p)).description, /larger than 4 MB/);
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${p.child.pid}/status`, 'utf8'))[1]);
    assert.ok(rss < 80_000, `${rss} kB`);
    const headers = createTcp((socket) => { socket.on('error', () => {}); socket.write('HTTP/1.1 200 OK\r\n'); for (let i = 0; i < 5000; i++) socket.write(`x-${i}: ${'y'.repeat(100)}\r\n`); });
    assert.match((await token(await probe(t, `http://localhost:${await listen(t, headers)}`))).description, /headers|larger|too/i);
  });
});

test('a JWKS with strange keys, and a token that names one', async (t) => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const keys = [null, 7, {}, { kid: 'oct', kty: 'oct', k: 'AAAA' }, { kid: 'small', kty: 'RSA', n: 'AQAB', e: 'AQAB' }, { kid: 'n', kty: 'RSA', n: {}, e: [] }, { kid: 'enc', kty: 'RSA', use: 'enc', n: 'AQAB', e: 'AQAB' }];
  const domain = await answering(t, (q, r) => json(r, { keys }));
  const p = await probe(t, domain);
  for (const kid of ['oct', 'small', 'n', 'enc'])
    for (const alg of ['RS256', 'HS256', 'none']) {
      const id_token = `${part({ alg, kid })}.${part({ iss: `${domain}/` })}.AAAA`;
      const error = await p.error('validate_token', { id_token, nonce: 'N' });
      assert.equal(error.code, 'invalid_token');
      assert.ok(['key_unfit', 'algorithm_not_supported', 'signature_invalid'].includes(error.reason), error.reason);
    }
});

test('MFA and management speak the vendor\'s shapes', async (t) => {
  const seen = [];
  const domain = await answering(t, async (q, r) => {
    const body = Buffer.concat(await q.toArray()).toString();
    seen.push({ line: `${q.method} ${q.url}`, authorization: q.headers.authorization, body });
    const answers = {
      'GET /mfa/authenticators': [{ id: 'otp|1', authenticator_type: 'otp', active: true }],
      'POST /mfa/associate': { authenticator_type: 'otp', secret: 'S', barcode_uri: 'otpauth://totp/x', recovery_codes: ['R'] },
      'POST /mfa/challenge': { challenge_type: 'oob', oob_code: 'O', binding_method: 'prompt' },
      'POST /oauth/token': { access_token: 'AT', expires_in: 60, token_type: 'Bearer', recovery_code: 'NEXT' },
      'GET /api/v2/users/auth0%7Cada%2F..': { user_id: 'auth0|ada' },
      'PATCH /api/v2/users/auth0%7Cada': { user_metadata: { a: 'b' } },
      'POST /api/v2/users/auth0%7Cada/identities': [{ provider: 'auth0' }],
    };
    const answer = answers[`${q.method} ${q.url}`];
    json(r, answer ?? { statusCode: 404, error: 'Not Found', message: 'no', errorCode: 'inexistent_user' }, answer ? 200 : 404);
  });
  const p = await probe(t, domain);
  assert.deepEqual(await p.value('mfa_authenticators', { mfa_token: 'MT' }), [{ id: 'otp|1', type: 'otp', active: true }]);
  assert.equal((await p.value('mfa_associate', { mfa_token: 'MT' })).recovery_codes.length, 1);
  assert.equal((await p.value('mfa_challenge', { mfa_token: 'MT', challenge_type: 'oob' })).oob_code, 'O');
  assert.equal((await p.value('mfa_verify', { mfa_token: 'MT', oob_code: 'O', binding_code: '1' })).recovery_code, 'NEXT');
  assert.equal(seen[0].authorization, 'Bearer MT');
  assert.deepEqual(Object.fromEntries(new URLSearchParams(seen[3].body)), { grant_type: 'http://auth0.com/oauth/grant-type/mfa-oob', mfa_token: 'MT', oob_code: 'O', binding_code: '1', client_id: 'c' });
  const user = { domain, token: 'T', id: 'auth0|ada' };
  assert.equal((await p.value('management_get_user', { ...user, id: 'auth0|ada/..' })).user_id, 'auth0|ada');
  assert.ok((await p.value('management_patch_user_metadata', { ...user, metadata: { a: 'b' } })).user_metadata);
  assert.equal(seen.at(-1).body, '{"user_metadata":{"a":"b"}}');
  await p.value('management_link_user', { ...user, with: 'ID.TOKEN' });
  assert.equal(seen.at(-1).body, '{"link_with":"ID.TOKEN"}');
  assert.equal((await p.error('management_get_user', { ...user, id: 'x' })).status, 404);
});
