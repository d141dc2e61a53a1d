// The C++ SDK against oidc-provider from npm, a server that we did not write.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { Probe } from '../lib/probe.mjs';
import { folder } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
const keyPair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
let child, domain, browser;
before(async () => {
  const CLIENT_JWK = JSON.stringify({ ...keyPair.publicKey.export({ format: 'jwk' }), kid: 'client', use: 'sig', alg: 'ES256' });
  child = spawn(process.execPath, [`${root}/tests/peers/oidc-provider.mjs`], { env: { ...process.env, CLIENT_JWK }, stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise((resolve) => child.stdout.on('data', (d) => /^\d+$/m.test(d) && resolve(Number(/^\d+$/m.exec(d)[0]))));
  domain = `http://localhost:${port}`;
  browser = join(folder(), 'browser');
  // Its pages: any name logs in, then consent.
  writeFileSync(browser, `#!${process.execPath}
import('${root}/tests/lib/person.mjs').then(async ({ Person }) => {
  const person = new Person(), base = new URL(process.argv[2]).origin;
  let response = await person.get(process.argv[2]);
  for (let hops = 0; hops < 12; hops++) {
    const location = response.headers.get('location');
    if (location) {
      const next = new URL(location, base);
      if (next.origin !== base) return fetch(next);
      response = await person.get(next);
    } else {
      const action = /action="([^"]+)"/.exec(await response.text())[1];
      response = await person.post(new URL(action, base), { prompt: hops < 3 ? 'login' : 'consent', login: 'someone', password: 'x' });
    }
  }
});\n`);
  chmodSync(browser, 0o755);
});
after(() => child.kill());
const probe = (t, options) => new Probe(t, { BROWSER: browser }).make({ domain, issuer: domain, redirect_uri: 'http://127.0.0.1/callback', ...options });
const login = { scope: 'openid profile', timeout_s: 120 };

for (const alg of ['RS256', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA'])
  test(`login with an ID token signed by ${alg}`, async (t) => {
    const result = await (await probe(t, { client_id: `native-${alg}`, id_token_algorithms: alg })).value('authorize', login);
    assert.equal(result.id_token_payload.sub, 'someone');
    assert.equal(result.id_token_payload.aud, `native-${alg}`);
  });

test('an ID token signed otherwise than chosen is refused', async (t) => {
  const error = await (await probe(t, { client_id: 'native-ES256', id_token_algorithms: 'RS256 PS256' })).error('authorize', login);
  assert.equal(error.reason, 'algorithm_not_supported');
  assert.match(error.description, /"ES256"/);
});

test('pushed requests, refresh with rotation, revocation, profile', async (t) => {
  const p = await probe(t, { client_id: 'native-RS256', pushed_requests: true });
  const first = await p.value('authorize', login);
  assert.equal((await p.value('user_info', first)).name, 'Foreign Person');
  const second = await p.value('refresh_token', first);
  assert.notEqual(second.refresh_token, first.refresh_token);
  assert.equal((await p.error('refresh_token', first)).code, 'invalid_grant');
});

test('DPoP: tokens are bound to the key, with the nonces that the server asks for', async (t) => {
  const helper = await probe(t, { client_id: 'native-RS256' });
  const { value: dpop_key } = await helper.say({ generate_dpop_key: true });
  const p = await probe(t, { client_id: 'native-RS256', dpop_key });
  const result = await p.value('authorize', login);
  assert.equal(result.token_type, 'DPoP');
  assert.equal((await p.value('user_info', result)).sub, 'someone');
  assert.equal((await helper.error('user_info', result)).status, 401, 'a bearer cannot use it');
  const other = await probe(t, { client_id: 'native-RS256', dpop_key: (await helper.say({ generate_dpop_key: true })).value });
  assert.equal((await other.error('user_info', result)).status, 401, 'another key cannot use it');
  assert.equal((await p.value('refresh_token', result)).token_type, 'DPoP');
  const headers = await p.value('authorization_headers', { method: 'GET', url: 'https://api.example.com/x', access_token: result.access_token });
  assert.match(headers.Authorization, /^DPoP /);
  const [header, claims] = headers.DPoP.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url')));
  assert.deepEqual([header.typ, header.alg, header.jwk.d, claims.htm, claims.htu], ['dpop+jwt', 'ES256', undefined, 'GET', 'https://api.example.com/x']);
});

test('private_key_jwt, and a secret with signs in it', async (t) => {
  const client_key = JSON.stringify({ ...keyPair.privateKey.export({ format: 'jwk' }), kid: 'client', alg: 'ES256' });
  const grant = { grant_type: 'client_credentials' };
  assert.ok((await (await probe(t, { client_id: 'keyed', client_key })).value('oauth_token', grant)).access_token);
  assert.ok((await (await probe(t, { client_id: 'secret', client_secret: 'a/secret+of%ours' })).value('oauth_token', grant)).access_token);
  const wrong = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  assert.equal((await (await probe(t, { client_id: 'keyed', client_key: JSON.stringify({ ...wrong, alg: 'ES256' }) })).error('oauth_token', grant)).code, 'invalid_client');
});

test('device: start and the first, undecided answers', async (t) => {
  const p = await probe(t, { client_id: 'native-RS256' });
  const code = await p.value('device_start');
  assert.match(code.verification_uri_complete, new RegExp(code.user_code));
  assert.equal(await p.value('device_poll_once', code), null);
  assert.equal((await p.error('device_poll', code, { timeout_ms: 1500 })).code, 'timeout');
});
