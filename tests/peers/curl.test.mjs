// curl, with TLS checked against DATA/ca.pem: the code flow by hand, as a shell script would do it.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { startAuthority } from '../lib/program.mjs';
import { decode } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';

const run = promisify(execFile);
const callback = 'https://app.example/callback';
const group = scope();
let authority, jar, curl;
before(async () => {
  authority = await startAuthority(group, {
    dev: false,
    clients: [{ name: 'App', client_id: 'app', app_type: 'native', callbacks: [callback], grant_types: ['authorization_code'] }],
  });
  jar = join(authority.dir, 'cookies');
  curl = async (...args) => (await run('curl', ['-sS', '--cacert', join(authority.data, 'ca.pem'), '-b', jar, '-c', jar, ...args])).stdout;
});

const location = (headers) => /^location: (.*)\r$/im.exec(headers)[1];

test('discovery over a checked certificate', async () => {
  const metadata = JSON.parse(await curl(`${authority.issuer}.well-known/openid-configuration`));
  assert.equal(metadata.issuer, authority.issuer);
  const { keys } = JSON.parse(await curl(metadata.jwks_uri));
  assert.equal(keys[0].alg, 'RS256');
  assert.ok(!('d' in keys[0]));
});

test('a certificate that nobody was told to trust is refused', async () => {
  await assert.rejects(run('curl', ['-sS', authority.issuer]), /certificate|SSL/i);
});

test('the code flow', async () => {
  const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const query = new URLSearchParams({ client_id: 'app', response_type: 'code', redirect_uri: callback, scope: 'openid email', state: 'xyz', code_challenge: challenge, code_challenge_method: 'S256' });
  const page = location(await curl('-D-', '-o/dev/null', `${authority.issuer}authorize?${query}`));
  const state = new URL(page, authority.issuer).searchParams.get('state');
  const form = await curl(new URL(page, authority.issuer).href);
  assert.match(form, /name="username"/);
  const resume = location(await curl('-D-', '-o/dev/null', '--data-urlencode', `state=${state}`, '--data-urlencode', 'username=ada@example.com', '--data-urlencode', 'password=Correct-Horse-9', '-d', 'action=default', `${authority.issuer}u/login`));
  const back = new URL(location(await curl('-D-', '-o/dev/null', new URL(resume, authority.issuer).href)));
  assert.equal(back.origin + back.pathname, callback);
  assert.equal(back.searchParams.get('state'), 'xyz');
  const tokens = JSON.parse(await curl('-d', `grant_type=authorization_code&client_id=app&code=${back.searchParams.get('code')}&code_verifier=${verifier}`, '--data-urlencode', `redirect_uri=${callback}`, `${authority.issuer}oauth/token`));
  assert.equal(decode(tokens.id_token).sub, 'auth0|ada');
  const user = JSON.parse(await curl('-H', `Authorization: Bearer ${tokens.access_token}`, `${authority.issuer}userinfo`));
  assert.deepEqual(user, { sub: 'auth0|ada', email: 'ada@example.com', email_verified: true });
});
