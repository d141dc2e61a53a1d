// What browsers are told of each answer, and what they keep: headers, cookies, TLS.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { before, describe, test } from 'node:test';
import { request as send } from 'node:https';
import { authorizeUrl, Person } from '../lib/person.mjs';
import { startAuthority } from '../lib/program.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra } from '../lib/tenant.mjs';

process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
const group = scope();
let authority, proxied;
before(async () => {
  authority = await startAuthority(group, { clients: [app], extra });
  proxied = await startAuthority(group, { clients: [app], extra, dev: false, args: ['--plain-http', '--issuer', 'https://login.example.com'] });
});

const parameters = { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's' };
const behind = (path, headers) => fetch(`http://127.0.0.1:${proxied.port}${path}`, { redirect: 'manual', headers });
const header = (response, ...names) => names.map((n) => response.headers.get(n));

describe('HSTS', () => {
  test('a year on every HTTPS answer of an authority that browsers trust', async () => {
    for (const path of ['/', '/authorize', '/oauth/token', '/.well-known/jwks.json', '/health/live', '/dashboard', '/nothing', '/u/login'])
      assert.deepEqual(header(await behind(path), 'strict-transport-security'), ['max-age=31536000'], path);
  });
  test('not in development, on this machine, or with a certificate of its own', async (t) => {
    for (const issuer of [authority.issuer, authority.devIssuer]) assert.deepEqual(header(await fetch(issuer), 'strict-transport-security'), [null]);
    const own = await startAuthority(t, { clients: [app], dev: false, args: ['--issuer', 'https://login.example.com'] });
    assert.deepEqual(header(await fetch(`https://localhost:${own.port}/health/live`), 'strict-transport-security'), [null]);
    const here = await startAuthority(t, { clients: [app], dev: false, args: ['--plain-http', '--issuer', 'https://localhost:8443'] });
    assert.deepEqual(header(await fetch(`http://127.0.0.1:${here.port}/health/live`), 'strict-transport-security'), [null]);
    const plain = await startAuthority(t, { clients: [app], dev: false, args: ['--plain-http', '--issuer', 'http://login.example.com'] });
    assert.deepEqual(header(await fetch(`http://127.0.0.1:${plain.port}/health/live`), 'strict-transport-security'), [null]);
  });
});

describe('windows and processes', () => {
  test('pages apart from logins have a process of their own; those of a login keep their opener', async () => {
    for (const path of ['/account', '/setup', '/dashboard']) {
      const page = await new Person().follow(`${authority.devIssuer}${path.slice(1)}`);
      if (page.status !== 200 || !/text\/html/.test(page.headers.get('content-type'))) continue;
      if (new URL(page.url).pathname.startsWith(path)) assert.deepEqual(header(page, 'cross-origin-opener-policy'), ['same-origin'], path);
    }
    assert.deepEqual(header(await fetch(`${authority.devIssuer}dashboard`), 'cross-origin-opener-policy'), ['same-origin']);
    const login = await new Person().follow(authorizeUrl(authority.devIssuer, parameters));
    const silent = await fetch(authorizeUrl(authority.devIssuer, { ...parameters, response_mode: 'web_message', prompt: 'none' }));
    const nothing = await fetch(`${authority.devIssuer}nothing`, { headers: { accept: 'text/html' } });
    for (const page of [login, silent, nothing]) assert.deepEqual(header(page, 'cross-origin-opener-policy'), [null]);
  });
  test('who may load an answer: its own site; public documents and silent logins, everybody', async () => {
    for (const path of ['', 'u/login', 'oauth/token', 'userinfo', 'health/live', 'dashboard', 'nothing', 'authorize']) assert.deepEqual(header(await fetch(authority.devIssuer + path), 'cross-origin-resource-policy'), ['same-origin'], path);
    for (const path of ['.well-known/jwks.json', '.well-known/openid-configuration', 'pem']) assert.deepEqual(header(await fetch(authority.devIssuer + path), 'cross-origin-resource-policy'), ['cross-origin'], path);
    const silent = await fetch(authorizeUrl(authority.devIssuer, { ...parameters, response_mode: 'web_message', prompt: 'none' }));
    assert.deepEqual(header(silent, 'cross-origin-resource-policy', 'cross-origin-embedder-policy'), ['cross-origin', 'require-corp']);
  });
  test('pages use passkeys where they do, and nothing else', async () => {
    const login = await new Person().follow(authorizeUrl(authority.devIssuer, parameters));
    const error = await fetch(`${authority.devIssuer}authorize`), dashboard = await fetch(`${authority.devIssuer}dashboard`);
    for (const page of [login, error, dashboard]) {
      assert.match(page.headers.get('permissions-policy'), /camera=\(\), .*publickey-credentials-get=\((self)?\)/);
      assert.deepEqual(header(page, 'referrer-policy', 'x-content-type-options'), ['no-referrer', 'nosniff']);
    }
    assert.match(dashboard.headers.get('permissions-policy'), /publickey-credentials-get=\(\)/);
  });
});

describe('cookies', () => {
  const issuer = () => authority.issuer;
  // As fetch lets nobody write cookies of HTTPS by hand with several of a name.
  const ask = (path, cookie) => new Promise((resolve, reject) => {
    const outgoing = send(new URL(path, issuer()), { rejectUnauthorized: false, headers: cookie ? { cookie } : {} }, (response) => {
      response.resume().on('end', () => resolve({ status: response.statusCode, location: response.headers.location, set: response.headers['set-cookie'] ?? [] }));
    });
    outgoing.on('error', reject).end();
  });
  const silent = `/authorize?${new URLSearchParams({ ...parameters, prompt: 'none' })}`;
  const isIn = ({ location }) => new URL(location).searchParams.has('code');
  const names = (set) => set.map((s) => s.slice(0, s.indexOf('=')));
  const signedIn = async (username = 'ada@example.com', password = 'Correct-Horse-9') => {
    const person = new Person();
    await person.logIn(authorizeUrl(issuer(), parameters), username, password);
    return person;
  };

  test('over HTTPS all are __Host-: of this host alone', async () => {
    const seen = [];
    const person = new Person(), get = person.get.bind(person);
    person.get = async (...a) => { const r = await get(...a); seen.push(...r.headers.getSetCookie()); return r; };
    await person.logIn(authorizeUrl(issuer(), parameters));
    assert.deepEqual([...new Set(names(seen))].sort(), ['__Host-auth0', '__Host-auth0_compat', '__Host-did', '__Host-did_compat']);
    for (const cookie of seen) {
      assert.match(cookie, /; Path=\/;/);
      assert.match(cookie, /; Secure/);
      assert.match(cookie, /; HttpOnly/);
      assert.doesNotMatch(cookie, /Domain/i);
    }
  });
  test('who has them by their old names stays signed in, and gets the new ones', async () => {
    const person = await signedIn(), session = person.cookies.get('__Host-auth0');
    for (const old of [`auth0=${session}`, `auth0_compat=${session}`, `auth0=${session}; auth0_compat=${session}`]) {
      const answer = await ask(silent, old);
      assert.ok(isIn(answer), old);
      const set = Object.fromEntries(answer.set.map((s) => [s.slice(0, s.indexOf('=')), s]));
      assert.ok(set['__Host-auth0'].startsWith(`__Host-auth0=${session};`));
      for (const gone of ['auth0', 'auth0_compat']) assert.match(set[gone], /^\w+=; .*Max-Age=0/);
    }
    assert.deepEqual(names((await ask(silent, `__Host-auth0=${session}`)).set).filter((n) => /auth0/.test(n)), []);
  });
  test('a login that began before the change goes on after it', async () => {
    const begun = await ask(`/authorize?${new URLSearchParams(parameters)}`);
    const device = /__Host-did=([^;]*)/.exec(begun.set.join())[1];
    assert.equal((await ask(begun.location, `did=${device}`)).status, 200);
    assert.equal((await ask(begun.location)).status, 400);
  });
  test('one that a neighbour has planted by an old name is not taken instead of the own one, nor beside it', async () => {
    const ada = (await signedIn()).cookies.get('__Host-auth0'), mallory = (await signedIn('grace@example.com', 'Battery-Staple-9')).cookies.get('__Host-auth0');
    const who = async (cookie) => {
      const { location } = await ask(`/authorize?${new URLSearchParams({ ...parameters, response_type: 'id_token', nonce: 'n', prompt: 'none' })}`, cookie);
      const token = new URLSearchParams(new URL(location).hash.slice(1)).get('id_token');
      return token && JSON.parse(Buffer.from(token.split('.')[1], 'base64url')).sub;
    };
    assert.equal(await who(`auth0=${mallory}; __Host-auth0=${ada}`), await who(`__Host-auth0=${ada}`));
    assert.equal(await who(`auth0_compat=${mallory}; __Host-auth0_compat=${ada}`), await who(`__Host-auth0=${ada}`));
    assert.equal(await who(`auth0=${mallory}; auth0=${ada}`), null);
  });
  test('old names end in June 2027', async (t) => {
    const it = await startAuthority(t, { clients: [app], extra });
    const ask_ = async () => {
      const seen = await fetch(`${it.issuer}nothing`, { headers: { cookie: 'did=abc' } });
      return seen.headers.getSetCookie().length > 0;
    };
    const advance = (to) => fetch(`${it.devIssuer}_dev/clock`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ advance_s: Math.round((to - Date.now()) / 1000) }) });
    assert.equal(await ask_(), true);
    await advance(Date.UTC(2027, 5, 2));
    assert.equal(await ask_(), false);
  });
});

describe('TLS', () => {
  const shakes = (...args) => /Cipher is (?!\(NONE\))/.test(spawnSync('openssl', ['s_client', '-connect', `127.0.0.1:${authority.port}`, ...args], { input: '', encoding: 'utf8' }).stdout);
  test('1.2 has AEAD suites with forward secrecy alone, 1.3 has its own, and nothing older is spoken', () => {
    const all = execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:@SECLEVEL=0'], { encoding: 'utf8' }).trim().split(':').filter((c) => !/PSK|SRP|ADH|AECDH|DSS/.test(c));
    const isGood = (c) => /^ECDHE-(RSA|ECDSA)-(AES\d+-GCM|CHACHA20-POLY1305)/.test(c);
    const taken = all.filter((c) => shakes('-tls1_2', '-cipher', `${c}:@SECLEVEL=0`));
    assert.ok(all.filter((c) => !isGood(c)).length > 20, all.join());
    assert.deepEqual(taken.filter((c) => !isGood(c)), []);
    assert.ok(taken.length >= 3, taken.join()); // both kinds of AES, and ChaCha20, for the key that the certificate has
    assert.ok(shakes('-tls1_3'));
    for (const old of ['-tls1_1', '-tls1']) assert.equal(shakes(old, '-cipher', 'ALL:@SECLEVEL=0'), false, old);
  });
});
