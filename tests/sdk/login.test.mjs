// `ostia login` as a person uses it: it opens "the browser" (a script that signs in), catches the redirect on a free
// port, and prints the profile or the tokens.
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { root } from '../../tools/lib.mjs';
import { runOstia, startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';

const group = scope();
let authority;
before(async () => {
  authority = await startAuthority(group, {
    clients: [
      { name: 'Native', client_id: 'native', app_type: 'native', callbacks: ['http://127.0.0.1/callback', 'http://[::1]/callback'], grant_types: ['authorization_code'] },
      { name: 'Elsewhere', client_id: 'elsewhere', app_type: 'native', callbacks: ['http://127.0.0.1/other'], grant_types: ['authorization_code'] },
    ],
  });
});

// A browser whose person does `script`, given Person and the URL.
function browser(t, script) {
  const file = join(authority.dir, `browser-${Math.random().toString(36).slice(2)}`);
  writeFileSync(file, `#!${process.execPath}
import('${root}/tests/lib/person.mjs').then(async ({ Person }) => { const url = process.argv[2]; const person = new Person(); ${script} });\n`);
  chmodSync(file, 0o755);
  return { BROWSER: file };
}
const signsIn = 'await fetch(await person.logIn(url));';
const login = (args, env) => runOstia(['login', '--domain', authority.devIssuer.slice(0, -1), '--client-id', 'native', ...args], { env });

test('prints the profile', async (t) => {
  const { code, stdout, stderr } = await login([], browser(t, signsIn));
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^Logged in as Ada Lovelace$/m);
  assert.match(stdout, /^ +email +ada@example.com$/m);
  assert.match(stderr, /^Log in at: http/m);
});

test('--json prints the tokens, with checked claims', async (t) => {
  const { stdout } = await login(['--json', '--audience', 'https://api.example.com/', '--scope', 'openid read:messages'], browser(t, signsIn));
  const result = JSON.parse(stdout);
  assert.equal(result.id_token_payload.sub, 'auth0|ada');
  assert.equal(result.scope, 'openid read:messages');
  assert.equal(result.access_token.split('.').length, 3);
});

test('on IPv6, and over HTTPS with a certificate that it was told to trust', async (t) => {
  const six = await login(['--redirect-uri', 'http://[::1]/callback'], browser(t, signsIn));
  assert.equal(six.code, 0, six.stderr);
  const trusting = "process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';" + signsIn;
  const https = await runOstia(['login', '--domain', authority.domain, '--client-id', 'native', '--cacert', `${authority.data}/ca.pem`], { env: browser(t, trusting) });
  assert.equal(https.code, 0, https.stderr);
  const untrusting = await runOstia(['login', '--domain', authority.domain, '--client-id', 'native'], { env: browser(t, trusting) });
  assert.equal(untrusting.code, 1);
  assert.match(untrusting.stderr, /certificate/);
});

describe('what can go wrong', () => {
  const failed = async (result, code, text) => {
    assert.equal(result.code, code, result.stderr);
    assert.match(result.stderr, text);
    assert.equal(result.stdout, '');
  };
  test('options are missing', async () => failed(await runOstia(['login']), 2, /--domain/));
  test('nobody comes', async (t) => failed(await login(['--timeout', '1'], browser(t, '')), 1, /Nobody finished the login within 1 seconds/));
  test('a redirect URI that is not loopback', async (t) => failed(await login(['--redirect-uri', 'https://app.example/cb'], browser(t, '')), 2, /loopback/));
  test('a foreign state is refused (CSRF)', async (t) => failed(await login(['--timeout', '2'], browser(t, "const u = new URL(new URL(url).searchParams.get('redirect_uri')); u.search = 'code=x&state=forged'; await fetch(u);")), 1, /`state` does not match/));
  test('a response of another issuer is refused (RFC 9207)', async (t) =>
    failed(await login([], browser(t, "const q = new URL(url).searchParams; const u = new URL(q.get('redirect_uri')); u.search = new URLSearchParams({ code: 'x', state: q.get('state'), iss: 'https://evil.example/' }); await fetch(u);")), 1, /issuer "https:\/\/evil.example\/"/));
  test('the person says no', async (t) =>
    failed(await login([], browser(t, "const q = new URL(url).searchParams; const u = new URL(q.get('redirect_uri')); u.search = new URLSearchParams({ error: 'access_denied', error_description: 'The person said no', state: q.get('state') }); await fetch(u);")), 1, /The person said no/));
  test('stray requests do not end the wait', async (t) => {
    const result = await login([], browser(t, "const u = new URL(url).searchParams.get('redirect_uri'); await fetch(new URL('/favicon.ico', u)); await fetch(new URL('/evil?code=x', u)); " + signsIn));
    assert.equal(result.code, 0, result.stderr);
  });
  test('no authority there', async (t) =>
    failed(await runOstia(['login', '--domain', 'http://127.0.0.1:9', '--client-id', 'x'], { env: browser(t, "const q = new URL(url).searchParams; const u = new URL(q.get('redirect_uri')); u.search = new URLSearchParams({ code: 'x', state: q.get('state') }); await fetch(u);") }), 1, /connect/));
});
