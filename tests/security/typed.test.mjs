// What somebody typed, where another program reads it: spreadsheets, terminals, browsers, authenticator applications; and
// addresses that are registered, where a browser goes.
import assert from 'node:assert/strict';
import { before, beforeEach, describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { Api } from '../lib/authority.mjs';
import { machine, Management, managementGrant } from '../lib/management.mjs';
import { folder, serve, startAuthority, tenantFile, freePort } from '../lib/program.mjs';
import { authorizeUrl } from '../lib/person.mjs';
import { scope } from '../lib/scope.mjs';
import { app, callback, extra, grants } from '../lib/tenant.mjs';
import { until } from '../lib/until.mjs';

const realm = 'Username-Password-Authentication';
const group = scope();
let api, authority;
before(async () => {
  authority = await startAuthority(group, { clients: [app, machine], extra: { ...extra, clientGrants: [...extra.clientGrants, managementGrant()] } });
  api = await new Management(authority).authenticate();
});
beforeEach(() => api.reset());

const signUp = (more) => api.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: `n${Math.random()}@example.com`, password: 'Correct-Horse-9', ...more });
const formulas = ['=HYPERLINK("http://evil.example")', '+1+1', '-1+1', '@SUM(A1)', '\t=1', '\r=1', ' =1', 'x;=1', 'x,+1', '\uff1d1'];

test('no cell of an export is a formula, whatever a person is called', async () => {
  for (const name of formulas) assert.equal((await signUp({ name })).status, 200);
  const job = (await api.call('POST', 'jobs/users-exports', { format: 'csv', fields: [{ name: 'name', export_as: '=name' }, { name: 'user_metadata' }] })).body;
  const csv = gunzipSync(Buffer.from(await (await fetch(job.location)).arrayBuffer())).toString();
  // As a spreadsheet takes it apart, whichever of them is its separator.
  for (const cell of csv.split(/[,;\t\r\n]/)) assert.doesNotMatch(cell, /^[ "]*[=+\-@\uff1d]/, JSON.stringify(cell));
  assert.ok(csv.includes(`'=HYPERLINK`));
});

describe('a picture is a web address', () => {
  const bad = ['javascript:alert(1)', 'JAVASCRIPT:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'ftp://a.example/x', '//a.example/x', 'https://', 'https://me@a.example/x', 'x y'];
  const good = ['https://img.example/a.png', 'http://img.example/a.png?x=y'];
  test('at a sign-up', async () => {
    for (const picture of bad) {
      const { status, body } = await signUp({ picture });
      assert.equal(status, 400, picture);
      assert.match(JSON.stringify(body), /picture/);
    }
    for (const picture of good) assert.equal((await signUp({ picture })).status, 200, picture);
  });
  test('in the Management API', async () => {
    const create = (picture) => api.call('POST', 'users', { connection: realm, email: `m${Math.random()}@example.com`, password: 'Correct-Horse-9', picture });
    for (const picture of bad) {
      for (const { status, text } of [await create(picture), await api.call('PATCH', 'users/auth0%7Cada', { picture })]) {
        assert.equal(status, 400, picture);
        assert.match(text, /picture/);
      }
    }
    for (const picture of good) assert.deepEqual([(await create(picture)).status, (await api.call('PATCH', 'users/auth0%7Cada', { picture })).status], [201, 200]);
  });
  test('in an import', async () => {
    const form = new FormData();
    form.append('users', new Blob([JSON.stringify([{ email: 'i1@example.com', picture: 'javascript:x' }, { email: 'i2@example.com', picture: good[0] }])]), 'users.json');
    form.append('connection_id', (await api.call('GET', 'connections?strategy=auth0')).body[0].id);
    const { id } = (await api.call('POST', 'jobs/users-imports', form)).body;
    const job = await until(async () => { const { body } = await api.call('GET', `jobs/${id}`); return ['completed', 'failed'].includes(body.status) && body; }, 'the job ends');
    assert.deepEqual([job.summary.inserted, job.summary.failed], [1, 1]);
  });
});

describe('registered addresses', () => {
  const dangerous = ['javascript:alert(1)', 'JavaScript:alert(1)', 'data:text/html,x', 'vbscript:x', 'file:///etc/passwd', 'blob:https://a.example/x', 'about:blank', 'view-source:https://a.example', ' javascript:alert(1)', 'filesystem:https://a.example/x'];
  const lists = ['callbacks', 'allowed_logout_urls', 'web_origins', 'allowed_origins'];
  const named = (uri) => JSON.stringify(uri).slice(1, -1);
  test('none has a scheme that a browser would run or open', async () => {
    for (const uri of dangerous) {
      for (const list of lists) {
        const made = await api.call('POST', 'clients', { name: 'x', [list]: [callback, uri] }), changed = await api.call('PATCH', 'clients/app', { [list]: [uri] });
        for (const { status, body } of [made, changed]) {
          assert.equal(status, 400, `${list} ${uri}`);
          assert.ok(body.message.includes(list) && body.message.includes(uri), body.message);
        }
      }
      for (const { status } of [await api.call('PATCH', 'clients/app', { initiate_login_uri: uri }), await api.call('PATCH', 'tenants/settings', { allowed_logout_urls: [uri] })]) assert.equal(status, 400, uri);
    }
    for (const uri of ['com.example.app://cb', 'https://a.example/?x=javascript:y', 'http://127.0.0.1/cb', 'https://*.example.com/cb']) assert.equal((await api.call('PATCH', 'clients/app', { callbacks: [uri] })).status, 200, uri);
  });
  test('nor in a tenant file', async () => {
    for (const [member, uri] of [['callbacks', 'javascript:x'], ['allowed_logout_urls', 'data:x'], ['initiate_login_uri', 'javascript:x']]) {
      const dir = folder();
      await assert.rejects(serve(['--plain-http', '--listen', `127.0.0.1:${await freePort()}`, '--data', join(dir, 'data'), '--config', tenantFile(dir, { clients: [{ ...app, [member]: member.endsWith('uri') ? uri : [uri] }] })]), new RegExp(`ended with 2: .*${member}.*${uri}`));
    }
  });
  test('of a host in other letters it is said how it is written', async () => {
    const { status, body } = await api.call('PATCH', 'clients/app', { callbacks: ['https://bücher.example/cb'] });
    assert.equal(status, 400);
    assert.match(body.message, /xn--bcher-kva\.example/);
    assert.doesNotMatch(body.message, /absolute URL/);
    assert.equal((await api.call('PATCH', 'clients/app', { callbacks: ['https://xn--bcher-kva.example/cb'] })).status, 200);
    assert.match((await api.call('PATCH', 'clients/app', { callbacks: ['https://a.example/ü'] })).body.message, /percent-encoding/);
  });
});

test('parameters without a value are not there', async () => {
  const silent = (more) => fetch(authorizeUrl(api.issuer, { client_id: 'app', redirect_uri: callback, response_type: 'code', scope: 'openid', state: 's', prompt: 'none', ...more }), { redirect: 'manual' }).then((r) => new URL(r.headers.get('location')).searchParams.get('error'));
  for (const name of ['request', 'request_uri', 'audience', 'organization', 'invitation', 'connection', 'login_hint', 'max_age', 'ui_locales', 'acr_values', 'id_token_hint', 'display', 'claims', 'nonce']) assert.equal(await silent({ [name]: '' }), 'login_required', name);
  assert.deepEqual([await silent({ request: 'x' }), await silent({ request_uri: 'https://a.example' })], ['request_not_supported', 'request_uri_not_supported']);
});

describe('what an authenticator application is told', () => {
  const uriOf = async (t, friendly_name, username = 'ada@example.com') => {
    const it = await startAuthority(t, { clients: [app], extra: { ...extra, tenant: { friendly_name, default_directory: realm }, guardianFactors: [{ name: 'otp', enabled: true }], guardianPolicies: { policies: ['all-applications'] } } });
    const own = new Api(it);
    const { body } = await own.token({ grant_type: grants.realm, client_id: 'app', username, password: 'Correct-Horse-9', realm });
    return new URL((await own.post('/mfa/associate', { authenticator_types: ['otp'] }, { authorization: `Bearer ${body.mfa_token}` })).body.barcode_uri);
  };
  for (const [name, issuer] of [['Acme: Portal', 'Acme Portal'], ['a:b:c', 'a b c'], [':', 'localhost'], ['', 'localhost'], ['  ', 'localhost'], ['Äpfel & Birnen? 100%', 'Äpfel & Birnen? 100%']])
    test(`the tenant is called ${JSON.stringify(name)}`, async (t) => {
      const uri = await uriOf(t, name);
      assert.equal(uri.searchParams.get('issuer'), issuer);
      assert.deepEqual(uri.pathname.replace(/^\/*(totp\/)?/, '').split(':').map(decodeURIComponent), [issuer, 'ada@example.com']);
    });
});

test('nothing in the log acts upon a terminal', async (t) => {
  const it = await startAuthority(t, { clients: [app], extra, args: ['--access-log'] });
  const own = new Api(it);
  for (const text of ['\x1b[2J', '\x9b2J', 'a\nb', '\u202egnp', '\x7f', '\u2028x']) {
    await own.token({ grant_type: grants.realm, client_id: 'app', username: text, password: 'x', realm });
    await fetch(`${it.devIssuer}pem`, { headers: { 'user-agent': encodeURIComponent(text) } });
    await own.post('/dbconnections/signup', { client_id: 'app', connection: realm, email: `a${Math.random()}@example.com`, password: 'Correct-Horse-9', name: text });
  }
  assert.doesNotMatch(it.log().replaceAll('\n', ''), /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/); // eslint-disable-line no-control-regex
  for (const line of it.log().trim().split('\n')) JSON.parse(line);
});
