// What holds for every endpoint: discovery, CORS, domains, profile reads, the developer's tools, and bad input.
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:net';
import { get as httpGet } from 'node:http';
import { request } from 'node:https';
import { before, beforeEach, test } from 'node:test';
import { Api, Reader } from '../lib/authority.mjs';
import { startAuthority } from '../lib/program.mjs';
import { row } from '../lib/rows.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants, origin, web } from '../lib/tenant.mjs';

const group = scope();
let authority, api;
before(async () => {
  authority = await startAuthority(group, { clients: [app, web], extra: { ...extra, customDomains: [{ domain: 'login.example.com', type: 'self_managed_certs' }] } });
  api = new Api(authority);
});
beforeEach(() => api.reset());

const password = (more = {}) => api.token({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid profile email', ...more });

row('AZ-101', 'd', 'GET /.well-known/openid-configuration', '', 'the endpoints that are there, and each answers', async () => {
  const { body, headers } = await api.get('/.well-known/openid-configuration');
  assert.equal(headers.get('access-control-allow-origin'), '*');
  assert.equal(body.issuer, api.issuer);
  for (const name of ['authorization_endpoint', 'token_endpoint', 'device_authorization_endpoint', 'userinfo_endpoint', 'jwks_uri', 'revocation_endpoint', 'end_session_endpoint', 'pushed_authorization_request_endpoint']) {
    assert.ok(body[name].startsWith(api.issuer), name);
    assert.notEqual((await api.get(body[name])).status, 404, name);
  }
  assert.equal(body.backchannel_logout_supported, true);
  assert.deepEqual(body.code_challenge_methods_supported, ['S256']);
});

row('AZ-102', 'd', 'GET /.well-known/jwks.json, /pem, /cer', '', 'kid, use, alg, n, e, x5t, x5c; the same certificate', async () => {
  const { keys } = (await api.get('/.well-known/jwks.json')).body;
  assert.deepEqual(Object.keys(keys[0]).sort(), ['alg', 'e', 'kid', 'kty', 'n', 'use', 'x5c', 'x5t']);
  const pem = new X509Certificate((await api.get('/pem')).text);
  const der = new X509Certificate(Buffer.from(await (await fetch(api.url('/cer'))).arrayBuffer()));
  assert.equal(pem.fingerprint256, der.fingerprint256);
  assert.equal(pem.raw.toString('base64'), keys[0].x5c[0]);
});

row('AZ-701', 'p', 'GET /userinfo', 'a token with scopes', 'the claims that they name; 401 with WWW-Authenticate otherwise', async () => {
  const { body } = await password();
  const profile = (await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).body;
  assert.deepEqual(Object.keys(profile).sort(), ['email', 'email_verified', 'family_name', 'given_name', 'name', 'nickname', 'picture', 'sub', 'updated_at']);
  const refused = await api.get('/userinfo', { authorization: 'Bearer x' });
  assert.deepEqual([refused.status, refused.text], [401, 'Unauthorized']);
  assert.match(refused.headers.get('www-authenticate'), /^Bearer .*error="invalid_token"/);
  assert.equal((await api.get('/userinfo', { authorization: `Bearer ${body.id_token}` })).status, 401);
});

row('AZ-702', 'o', 'POST /tokeninfo', 'an ID token', 'the profile; 401 for anything else', async () => {
  const { body } = await password();
  const info = await api.post('/tokeninfo', { id_token: body.id_token }, { origin });
  assert.deepEqual([info.status, info.body.user_id, info.body.email], [200, 'auth0|ada', 'ada@example.com']);
  assert.equal((await api.post('/tokeninfo', { id_token: body.access_token })).status, 401);
  assert.equal((await api.post('/tokeninfo', {})).status, 400);
  await api.advance(40_000);
  assert.equal((await api.post('/tokeninfo', { id_token: body.id_token })).status, 401);
});

row('AZ-703', 'o', 'GET /user/ssodata', 'with and without a session', '{"sso": true, …}; {"sso": false}', async () => {
  const person = new Reader(api.issuer);
  const read = async () => (await person.get('/user/ssodata', { headers: { origin } })).json();
  assert.deepEqual(await read(), { sso: false });
  await person.logIn(`${api.issuer}authorize?${new URLSearchParams({ client_id: 'app', response_type: 'token', redirect_uri: callback })}`);
  const data = await read();
  assert.deepEqual([data.sso, data.lastUsedConnection.name, data.lastUsedUserID], [true, 'Username-Password-Authentication', 'auth0|ada']);
});

row('AZ-704', 'o', 'GET /user/geoloc/country', 'a proxy that says it, or none', 'country_code', async () => {
  assert.equal((await api.get('/user/geoloc/country', { 'x-country-code': 'DE' })).body.country_code, 'DE');
  assert.equal((await api.get('/user/geoloc/country')).body.country_code, null);
});

row('AZ-001', 'd', 'CORS', 'listed and other origins', 'echoed for listed ones only, with credentials where cookies go; none at login pages; * for discovery', async () => {
  const preflight = (path, from) => fetch(api.url(path), { method: 'OPTIONS', headers: { origin: from, 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type,auth0-client' } });
  for (const path of ['/oauth/token', '/dbconnections/signup', '/passwordless/start', '/co/authenticate']) {
    const good = await preflight(path, origin);
    assert.equal(good.headers.get('access-control-allow-origin'), origin, path);
    assert.match(good.headers.get('access-control-allow-headers'), /Auth0-Client, Authorization, Content-Type, X-Request-Language/);
    assert.equal(good.headers.get('access-control-allow-credentials'), path === '/co/authenticate' ? 'true' : null);
    assert.equal((await preflight(path, 'https://evil.example')).headers.get('access-control-allow-origin'), null);
  }
  for (const path of ['/authorize', '/u/login', '/oidc/logout', '/usernamepassword/login']) assert.equal((await preflight(path, origin)).headers.get('access-control-allow-origin'), null, path);
});

const overDomain = (path, host, { method = 'GET', headers = {}, body } = {}) => new Promise((resolve, reject) => {
  const r = request({ host: '127.0.0.1', port: authority.port, path, method, rejectUnauthorized: false, headers: { host, ...headers } }, (response) => {
    let text = '';
    response.on('data', (d) => (text += d)).on('end', () => resolve({ status: response.statusCode, text, body: (() => { try { return JSON.parse(text); } catch { return text; } })() }));
  });
  r.on('error', reject).end(body);
});

row('AZ-1101', 'p', 'custom domains', 'a request to the domain', 'the issuer follows the host; tokens of one are not valid at the other; other hosts get the canonical one', async () => {
  const custom = `https://login.example.com:${authority.port}/`;
  assert.equal((await overDomain('/.well-known/openid-configuration', `login.example.com:${authority.port}`)).body.issuer, custom);
  assert.equal((await overDomain('/.well-known/openid-configuration', 'evil.example')).body.issuer, authority.issuer);
  assert.equal((await overDomain('/.well-known/openid-configuration', 'login.example.com:1')).body.issuer, custom);
  const { body } = await overDomain('/oauth/token', 'login.example.com', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', scope: 'openid offline_access' }) });
  assert.equal(JSON.parse(Buffer.from(body.id_token.split('.')[1], 'base64url')).iss, custom);
  const userinfo = (host) => overDomain('/userinfo', host, { headers: { authorization: `Bearer ${body.access_token}` } });
  assert.equal((await userinfo('login.example.com')).status, 200);
  assert.equal((await userinfo(`localhost:${authority.port}`)).status, 401);
  const refresh = await overDomain('/oauth/token', `localhost:${authority.port}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ grant_type: 'refresh_token', client_id: 'app', refresh_token: body.refresh_token }) });
  assert.equal(refresh.status, 403);
});

row('AZ-1102', 'p', 'custom domains', 'the audience of the Management API', 'of the canonical domain only', async () => {
  const ask = (host, audience) => overDomain('/oauth/token', host, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9', audience, scope: 'read:current_user' }) });
  assert.equal((await ask('login.example.com', `https://login.example.com:${authority.port}/api/v2/`)).body.error_description, `Service not found: https://login.example.com:${authority.port}/api/v2/`);
  assert.equal((await ask('login.example.com', `${authority.issuer}api/v2/`)).status, 200);
  assert.equal((await ask(`localhost:${authority.port}`, `${authority.issuer}api/v2/`)).body.scope, 'read:current_user');
});

row('AZ-1218', 'x', '/_dev/messages', 'JSON, and as a page', 'every message, newest first', async () => {
  await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: 'one@example.com', send: 'code' });
  await api.post('/passwordless/start', { client_id: 'app', connection: 'sms', phone_number: '+15005550006', send: 'code' });
  const [newest, older] = await api.messages();
  assert.deepEqual([newest.channel, older.channel], ['sms', 'email']);
  for (const name of ['id', 'at', 'channel', 'to', 'template', 'subject', 'text', 'html', 'code', 'link']) assert.ok(name in older, name);
  const page = await api.get('/_dev/messages', { accept: 'text/html' });
  assert.match(page.text, /one@example\.com/);
  assert.match(page.headers.get('content-security-policy'), /default-src 'none'/);
});

row('AZ-1219', 'x', '/_dev/clock', 'advance_s, now', 'tokens expire; iat follows', async () => {
  const { body } = await password();
  const userinfo = async () => (await api.get('/userinfo', { authorization: `Bearer ${body.access_token}` })).status;
  assert.equal(await userinfo(), 200);
  assert.equal((await api.advance(86401)).status, 200);
  assert.equal(await userinfo(), 401);
  assert.equal((await api.post('/_dev/clock', { now: '2031-05-06T07:08:09.000Z' })).body.now.slice(0, 16), '2031-05-06T07:08');
  assert.equal((await api.post('/_dev/clock', { now: 'noon' })).status, 400);
});

row('AZ-1220', 'x', '/_dev/faults', 'status, delay_ms, cut, times', 'as ordered, then no more', async () => {
  await api.post('/_dev/faults', { path: '/oauth/token', status: 503, body: { error: 'ordered' }, times: 2 });
  for (let i = 0; i < 2; i++) assert.deepEqual([(await password()).body.error], ['ordered']);
  assert.equal((await password()).status, 200);
  await api.post('/_dev/faults', { path: '/userinfo', cut: true });
  await assert.rejects(api.get('/userinfo'));
  assert.equal((await api.get('/userinfo')).status, 401);
  await api.post('/_dev/faults', { path: '/.well-known/*', status: 500, times: -1 });
  assert.equal((await api.get('/.well-known/jwks.json')).status, 500);
  await fetch(api.url('/_dev/faults'), { method: 'DELETE' });
  assert.equal((await api.get('/.well-known/jwks.json')).status, 200);
  for (const bad of [{}, { status: 99 }, { status: 500, when: 'now' }, { delay_ms: -1 }]) assert.equal((await api.post('/_dev/faults', bad)).status, 400, JSON.stringify(bad));
});

row('AZ-1221', 'x', '/_dev/snapshot, /_dev/reset', 'in between: accounts, sessions, the clock', 'all is as it was', async (t) => {
  const own = new Api(await startAuthority(t, { clients: [app], extra })); // its snapshot is nobody else's
  const signup = (email) => own.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email, password: 'Brand-New-7' });
  assert.equal((await signup('kept@example.com')).status, 200);
  await own.post('/_dev/snapshot', {});
  assert.equal((await signup('gone@example.com')).status, 200);
  await own.advance(1000);
  assert.equal((await own.reset()).status, 200);
  assert.equal((await signup('gone@example.com')).status, 200);
  assert.equal((await signup('kept@example.com')).status, 400);
  const before = Date.now(), now = Date.parse((await own.get('/_dev/clock')).body.now);
  assert.ok(now > before - 1000 && now <= Date.now(), `${before} ${now}`); // in whole seconds
});

test('/_dev/ does nothing for a page of another site', async () => {
  assert.equal((await api.post('/_dev/reset', {}, { origin: 'https://evil.example' })).status, 403);
  assert.equal((await api.get('/_dev/messages', { 'sec-fetch-site': 'cross-site' })).status, 403);
  const rebound = await new Promise((resolve) => httpGet({ host: '127.0.0.1', port: authority.devPort, path: '/_dev/messages', headers: { host: `evil.example:${authority.devPort}` } }, (r) => resolve(r.statusCode)));
  assert.equal(rebound, 403);
  assert.equal((await api.post('/_dev/clock', { advance_s: 0 }, { origin })).status, 200);
});

// Bad input, at every endpoint that takes a body.
const endpoints = [
  ['/oauth/token', { grant_type: 'password', client_id: 'app', username: 'ada@example.com', password: 'Correct-Horse-9' }, ['json', 'form']],
  ['/oauth/revoke', { client_id: 'app', token: 'x' }, ['json', 'form']],
  ['/oauth/device/code', { client_id: 'app' }, ['json', 'form']],
  ['/oauth/par', { client_id: 'app', response_type: 'token', redirect_uri: callback }, ['json', 'form']],
  ['/tokeninfo', { id_token: 'x' }, ['json', 'form']],
  ['/co/authenticate', { client_id: 'app', credential_type: grants.realm, realm: 'Username-Password-Authentication', username: 'ada@example.com', password: 'no' }, ['json']],
  ['/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'n@example.com', password: 'Brand-New-7' }, ['json']],
  ['/dbconnections/change_password', { client_id: 'app', connection: 'Username-Password-Authentication', email: 'n@example.com' }, ['json']],
  ['/passwordless/start', { client_id: 'app', connection: 'email', email: 'n@example.com', send: 'code' }, ['json']],
  ['/passwordless/verify', { client_id: 'app', connection: 'email', email: 'n@example.com', verification_code: '1' }, ['json']],
  ['/usernamepassword/login', { client_id: 'app', connection: 'Username-Password-Authentication', username: 'x', password: 'y' }, ['json']],
  ['/passwordless/challenge', { state: 's' }, ['json']],
];
const raw = async (path, body, type) => {
  const response = await fetch(api.url(path), { method: 'POST', body, headers: type === undefined ? {} : { 'content-type': type } });
  const text = await response.text();
  return { status: response.status, text };
};
const explains = ({ status, text }, where) => {
  assert.ok(status >= 400 && status < 500, `${where}: ${status} ${text}`);
  const body = JSON.parse(text);
  assert.equal(typeof body.error, 'string', where);
};

for (const [path, good, types] of endpoints) {
  row('AZ-002', 'x', path, 'wrong method, type, charset, JSON, UTF-8, depth', '4xx with a body of its shape, and nothing else changes', async () => {
    const get = await api.get(path);
    assert.deepEqual([get.status, get.headers.get('allow')], [405, 'POST']);
    const json = JSON.stringify(good);
    for (const [body, type] of [
      [json, 'text/plain'], [json, undefined], [json, 'application/json; charset=utf-16'], ['{', 'application/json'], ['[]', 'application/json'], ['"x"', 'application/json'], ['', 'application/json'], ['null', 'application/json'],
      [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'application/json'], ['{"a":'.repeat(1000) + '1' + '}'.repeat(1000), 'application/json'], ['{"a":1e999', 'application/json'],
    ]) explains(await raw(path, body, type), `${path} ${type} ${String(body).slice(0, 20)}`);
    if (types.includes('form')) {
      const form = new URLSearchParams(good).toString();
      explains(await raw(path, `${form}&${form}`, 'application/x-www-form-urlencoded'), `${path} repeated`);
      explains(await raw(path, 'client_id=%ff%fe', 'application/x-www-form-urlencoded'), `${path} utf-8`);
    } else {
      explains(await raw(path, new URLSearchParams(good).toString(), 'application/x-www-form-urlencoded'), `${path} form`);
    }
  });

  row('AZ-003', 'x', path, 'fields missing, arrays and objects for strings', '4xx that names the field', async () => {
    for (const name of Object.keys(good)) {
      for (const value of [undefined, [good[name]], { $ne: null }, true]) {
        if (name === 'send' && value === undefined) continue; // it has a default
        const answer = await raw(path, JSON.stringify({ ...good, [name]: value }), 'application/json');
        assert.ok(answer.status >= 400 && answer.status < 500, `${path} ${name}=${JSON.stringify(value)}: ${answer.status} ${answer.text}`);
      }
    }
    assert.equal((await api.messages()).length, 0);
  });
}

row('AZ-004', 'x', 'every endpoint', 'a body of 10 MB', '413, and the server goes on', async () => {
  for (const path of ['/oauth/token', '/co/authenticate', '/u/login']) {
    const status = await new Promise((resolve) => {
      const socket = connect(authority.devPort, '127.0.0.1', () => {
        socket.write(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 10485760\r\n\r\n`);
        socket.write('x'.repeat(100_000));
      });
      let answer = '';
      socket.on('data', (d) => (answer += d)).on('close', () => resolve(answer.slice(9, 12))).on('error', () => {});
    });
    assert.equal(status, '413');
  }
  assert.equal((await api.get('/health/ready')).status, 200);
});

row('AZ-005', 'x', 'every endpoint', 'CR and LF in any value', 'no header and no mail line comes of it', async () => {
  const evil = 'a@example.com\r\nBcc: b@example.com';
  const encoded = encodeURIComponent(evil);
  for (const path of [`/authorize?client_id=app&response_type=token&redirect_uri=${encodeURIComponent(callback)}&state=${encoded}&prompt=none`, `/authorize?client_id=${encoded}`, `/v2/logout?client_id=app&returnTo=${encoded}`, `/activate?user_code=${encoded}`]) {
    const { headers } = await api.get(path);
    assert.equal(headers.get('bcc'), null);
  }
  assert.equal((await api.post('/passwordless/start', { client_id: 'app', connection: 'email', email: evil, send: 'code' })).status, 400);
  assert.equal((await api.post('/dbconnections/signup', { client_id: 'app', connection: 'Username-Password-Authentication', email: evil, password: 'Brand-New-7' })).status, 400);
  assert.equal((await api.messages()).length, 0);
});

row('AZ-006', 'x', 'every endpoint', 'refused requests', 'an entry in the tenant log each', async () => {
  await api.token({ grant_type: 'magic', client_id: 'app' });
  await api.get('/authorize?client_id=nobody');
  await api.post('/dbconnections/signup', { client_id: 'app' });
  await api.post('/passwordless/start', { client_id: 'app' });
  await api.get('/v2/logout?client_id=app&returnTo=https://evil.example/');
  const types = (await api.logs()).map((l) => l.type);
  for (const type of ['f', 'fs', 'fcs', 'flo']) assert.ok(types.includes(type), `${type} in ${types}`);
  for (const entry of await api.logs()) assert.ok(entry.date && entry.ip && entry.log_id, JSON.stringify(entry));
});

test('no password, code or token is in the log', async () => {
  const tokens = await password();
  await password({ password: 'Wrong-Secret-1' });
  await api.post('/co/authenticate', { client_id: 'app', credential_type: grants.realm, realm: 'Username-Password-Authentication', username: 'ada@example.com', password: 'Wrong-Secret-2' }, { origin });
  const text = authority.log() + JSON.stringify(await api.logs());
  for (const secret of ['Wrong-Secret-1', 'Wrong-Secret-2', 'Correct-Horse-9', tokens.body.access_token, tokens.body.id_token]) assert.ok(!text.includes(secret));
});
